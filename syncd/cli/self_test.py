"""What `syncd check` proves by trying: that the folder works as syncd uses it, and that clock and disk are fit.

Each trial leaves nothing behind. What only slows syncd down, such as a folder without events, is no failure.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syncd.config.model import Config, SourceConfig
from syncd.core.names import show_name
from syncd.edges.clock import SystemClock
from syncd.edges.spool import choose_temporary, file_away, free_bytes
from syncd.edges.storage import storage_faults
from syncd.edges.watcher import Watcher
from syncd.errors import StorageError
from syncd.flows.disks import list_disks

EVENT_PATIENCE_S = 2.0
"""How long an event may take; on a local disk it comes within milliseconds."""
SKEW_S = 120.0
"""How far our clock may be off before orders bear times that the API must find odd."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    good: bool
    text: str
    config: bool = False  #: what is wrong is the config's


def try_folders(source: SourceConfig) -> Iterator[Finding]:
    """Given a source whose folders stand, try a move that must overwrite nothing, and whether an event arrives."""
    subject = f"{source.name} moves"
    try:
        problem = _try_move(source.work, source.done)
    except StorageError as error:
        problem = str(error)
    yield Finding(subject, problem is None, problem or "a file moves without overwriting another one")
    heard = asyncio.run(_hear_event(source.inbox))
    text = (
        "come within seconds" if heard else "none came, so it is polled every few seconds: slower, and nothing is lost"
    )
    yield Finding(f"{source.name} events", True, text)


def check_disks(config: Config) -> Iterator[Finding]:
    """Given a config, say of each disk that is written to whether it has room."""
    for folder in list_disks(config):
        shown = show_name(str(folder))
        try:
            free = free_bytes(folder)
        except StorageError as error:
            yield Finding("disk", False, str(error))
            continue
        enough = free >= config.alerts.disk_free_bytes
        text = f"{free / 1024**3:.1f} GiB are free at {shown}"
        yield Finding("disk", enough, text if enough else f"only {text}; at least alerts.disk_free_bytes have to be")


def compare_clocks(ours: datetime, theirs: datetime | None) -> Finding:
    """Given our time and that of the API's answer, say whether the clocks agree."""
    if theirs is None:
        return Finding("clock", True, "the API's answer bears no time to compare with")
    skew_s = (ours - theirs).total_seconds()
    if abs(skew_s) <= SKEW_S:
        return Finding("clock", True, "agrees with the API's")
    word = "ahead of" if skew_s > 0 else "behind"
    return Finding("clock", False, f"is {abs(skew_s):.0f} s {word} the API's: let the machine keep its time (NTP)")


def _try_move(work: Path, done: Path) -> str | None:
    """Move a file from work to done twice; the second time its name is taken, and must be refused."""
    probe, taken = choose_temporary(work), choose_temporary(done)
    with contextlib.ExitStack() as cleanup:
        for path in (probe, taken):
            cleanup.callback(path.unlink, missing_ok=True)
        with storage_faults(work, done):
            probe.touch()
        if not file_away(probe, done, taken.name):
            return f"a file did not move from {show_name(str(work))} to {show_name(str(done))}"
        with storage_faults(work, done):
            probe.touch()
        if file_away(probe, done, taken.name):
            return f"a file in {show_name(str(done))} was overwritten: keep these folders on another file system"
    return None


async def _hear_event(inbox: Path) -> bool:
    """Watch an inbox, put something hidden into it, and return whether that was heard."""
    bell = asyncio.Event()
    watcher = Watcher(asyncio.get_running_loop(), bell.set)
    probe = choose_temporary(inbox)
    try:
        if not watcher.watch(inbox):
            return False
        with storage_faults(inbox):
            probe.touch()
        clock = SystemClock()
        until = clock.monotonic() + EVENT_PATIENCE_S
        while not bell.is_set() and clock.monotonic() < until:
            await clock.sleep(0.01)
        return bell.is_set()
    except StorageError:
        return False  # its rights are told elsewhere
    finally:
        watcher.stop()
        probe.unlink(missing_ok=True)
