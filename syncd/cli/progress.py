"""How far a run is, as a line that stays at the bottom of the terminal while the log goes by above it."""

import contextlib
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from syncd.build import App
from syncd.core.model import Outcome
from syncd.daemon import Daemon
from syncd.edges.clock import SystemClock
from syncd.edges.ledger_status import count_since
from syncd.errors import LedgerError

FINAL_FILE_STATES = frozenset({"done", "failed"})
PAUSE_S = 0.25


async def watch_progress(daemon: Daemon) -> None:
    """Show files, orders and the quota left, on standard error, until cancelled."""
    clock = SystemClock()
    since = clock.now()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=Console(stderr=True),
        auto_refresh=False,  # the loop paints: no second thread beside it
        transient=True,
        redirect_stdout=False,
    ) as progress:
        files = progress.add_task("files", note="")
        orders = progress.add_task("orders", note="")
        while True:
            if daemon.app is not None:
                with contextlib.suppress(LedgerError):  # closed between two looks
                    _update(progress, files, orders, daemon.app, since)
                progress.refresh()
            await clock.sleep(PAUSE_S)


def _update(progress: Progress, files: TaskID, orders: TaskID, app: App, since: datetime) -> None:
    by_file, by_order = count_since(app.ledger, since)
    filed = sum(count for (_, state), count in by_file.items() if state in FINAL_FILE_STATES)
    settled = sum(count for (_, state), count in by_order.items() if state in set(Outcome))
    hold = app.caller.gate.hold
    progress.update(files, completed=filed, total=sum(by_file.values()), note=hold.reason if hold else "")
    progress.update(
        orders, completed=settled, total=sum(by_order.values()), note=f"{app.governor.free()} calls left now"
    )
