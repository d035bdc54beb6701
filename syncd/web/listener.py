"""Opens the listener and the file of metrics for as long as the daemon runs, as far as the config asks for them.

A port that is taken or a folder that refuses is said and tried again: no order waits for a page.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from syncd.config.model import Config, WebConfig
from syncd.edges.clock import Clock
from syncd.edges.log import heard_by, say, say_bug
from syncd.edges.storage import show_path, storage_faults
from syncd.errors import LedgerError, StorageError
from syncd.web.health import Health
from syncd.web.history import CallHistory
from syncd.web.metrics import Metrics
from syncd.web.server import Site

RETRY_S = 30.0
"""How long to wait before asking again for an address that is taken."""
TEXTFILE_S = 15.0
"""How often the file of metrics is written: as often as Prometheus usually asks."""
CLOSE_S = 1.0
"""How long a stop waits for answers on their way."""


async def keep_open(config: Config, clock: Clock, health: Health) -> None:
    """Given a config and how to ask for the process's health, serve what the config asks for until cancelled."""
    metrics = Metrics(clock, [source.name for source in config.sources], config.api.environment)
    history = CallHistory(clock)
    site = Site(config, clock, health, metrics, history)
    try:
        with heard_by(metrics.hear), heard_by(history.hear):
            async with asyncio.TaskGroup() as group:
                if config.web is not None:
                    group.create_task(_serve(config.web, clock, site.build), name="web")
                if config.metrics.textfile is not None:
                    group.create_task(_write_on(config.metrics.textfile, clock, site.write_metrics), name="metrics")
    except Exception as error:  # noqa: BLE001  files and orders go on without anybody looking
        say_bug("bug", error)


async def _serve(listen: WebConfig, clock: Clock, build: Callable[[], web.Application]) -> None:
    runner = web.AppRunner(build(), handle_signals=False, access_log=None, shutdown_timeout=CLOSE_S)
    await runner.setup()
    try:
        await _listen(runner, listen, clock)
        await asyncio.get_running_loop().create_future()  # until cancelled
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, listen: WebConfig, clock: Clock) -> None:
    """Open the socket, as soon as it can be had."""
    told = False
    while True:
        try:
            await web.TCPSite(runner, listen.host, listen.port).start()
        except OSError as error:
            if not told:
                reason = os.strerror(error.errno) if error.errno and error.errno > 0 else "no such address"
                say(
                    "web_refused",
                    f"web.listen: {listen} cannot be listened on: {reason}; choose another port, or stop what uses "
                    "this one. Files and orders go on; it is tried again now and then",
                    level="ERROR",
                )
            told = True
            await clock.sleep(RETRY_S)
        else:
            ports = ", ".join(str(address[1]) for address in runner.addresses)
            say("web_listens", "the status page can be opened", address=f"http://{listen}/", port=ports)
            return


async def _write_on(path: Path, clock: Clock, write: Callable[[], Awaitable[bytes]]) -> None:
    """Keep the file of metrics new; what refuses is said once, until it goes well again."""
    told: str | None = None
    try:
        while True:
            try:
                _replace(path, await write())
                told = None
            except (StorageError, LedgerError) as error:
                if str(error) != told:
                    say("metrics_refused", f"metrics.textfile: {error}", level="ERROR")
                told = str(error)
            await clock.sleep(TEXTFILE_S)
    finally:
        with suppress(OSError):
            path.unlink()  # what nobody renews would be believed for ever


def _replace(path: Path, text: bytes) -> None:
    """Write a file whole: node_exporter reads whatever it finds under the name. It need not last."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with storage_faults(path.parent):
        if not path.parent.is_dir():
            raise StorageError(f"The folder {show_path(path.parent)} does not exist: make it.")
        temporary.write_bytes(text)
        temporary.chmod(0o644)  # node_exporter runs under an account of its own
        temporary.replace(path)
