"""`syncd run`: the daemon, until a signal stops it, or with --once until every file is settled."""

import asyncio
import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random

import click

from syncd.cli.filed import list_filed, print_filed
from syncd.cli.left import say_left
from syncd.cli.options import config_option
from syncd.cli.progress import watch_progress
from syncd.config import find_config_path, load_config
from syncd.config.alert_options import list_secrets
from syncd.config.model import Config, Secret
from syncd.daemon import Daemon, Ending, list_troubles, run_daemon
from syncd.edges.clock import SystemClock
from syncd.edges.log import say, setup_log
from syncd.errors import ConfigError


@click.command()
@config_option
@click.option("--once", is_flag=True, help="Take what is there now, see every file settled, and end.")
@click.option(
    "--max-wait", metavar="SECONDS", type=click.FloatRange(min=0), help="With --once: end after so long in any case."
)
@click.pass_context
def command(ctx: click.Context, config_path: Path | None, once: bool, max_wait: float | None) -> None:
    """Watch the inboxes and submit every order.

    SIGTERM and SIGINT stop it gracefully: what is on its way is finished or goes on at the next start. SIGHUP
    loads the configuration anew; one that cannot be used is refused.

    With --once it ends by itself, with exit code 1 if a file went to failed, if only you can end what holds
    it up, or if --max-wait was over first; what is not settled by then stays in work and goes on at the next
    start. What it left in an inbox (0 bytes, not matched, waiting for its marker, on hold, a link) is named on
    standard error.
    """
    if max_wait is not None and not once:
        raise click.UsageError("--max-wait goes with --once.")
    load = make_loader(find_config_path(config_path))
    clock = SystemClock()
    began_at = clock.now()
    daemon = Daemon(load(), clock, Random())  # noqa: S311  jitter and names, no secrets
    if os.geteuid() == 0:
        say("running_as_root", "an account of its own with few rights is safer", level="WARNING")
    ending = asyncio.run(_run(daemon, load, once=once, max_wait_s=max_wait))
    if not once:
        return
    filed = list_filed(daemon.config, began_at, clock)
    print_filed(filed)
    takers = daemon.app.orders.takers if daemon.app is not None else ()
    left = say_left(daemon.config, {taker.source.name: taker.held for taker in takers})
    if left is not None:
        click.echo(left, err=True)
    wrong = list(_explain(ending, daemon, max_wait))
    for sentence in wrong:
        click.echo(sentence, err=True)
    if ending is not Ending.STOPPED and (wrong or any(file.row.outcome != "done" for file in filed)):
        ctx.exit(1)


async def _run(daemon: Daemon, load: Callable[[], Config], *, once: bool, max_wait_s: float | None) -> Ending:
    """Run the daemon; beside a run that a person waits for, show how far it is."""
    gc.freeze()  # what is loaded by now stays for good, and need not be looked through for garbage again and again
    watch = None
    if once and sys.stderr.isatty():
        watch = asyncio.get_running_loop().create_task(watch_progress(daemon))
    try:
        return await run_daemon(daemon, load, once=once, max_wait_s=max_wait_s)
    finally:
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)


def _explain(ending: Ending, daemon: Daemon, max_wait_s: float | None) -> list[str]:
    """Return why not everything is settled, a sentence each."""
    stay = "What is not settled stays in work and goes on at the next start."
    troubles = list_troubles(daemon.app) + daemon.app.orders.list_holds() if daemon.app is not None else []
    match ending:
        case Ending.HELD:
            return [f"Held: {trouble}" for trouble in troubles] + [stay]
        case Ending.OUT_OF_TIME:
            waited = f"Not everything was settled within {max_wait_s:g} seconds."
            return [waited, *(f"Held: {trouble}" for trouble in troubles), stay]
        case Ending.STOPPED:
            return [f"Stopped. {stay}"]
        case _:
            return [f"Held: {trouble}" for trouble in troubles]


def make_loader(path: Path) -> Callable[[], Config]:
    """Given the config's path, return what loads it, and with it the way to log.

    The log hides the secrets of every config that was loaded: a refused one leaves that before it in use.
    """
    known = KnownSecrets()

    def load() -> Config:
        config = load_config(path, os.environ)
        known.add(list_secrets(config))
        setup_log(config.log.format, config.log.level, known)
        return config

    return load


class KnownSecrets:
    """What the log hides: every secret that was in use since the start; asked for each line, so it reads seldom."""

    def __init__(self) -> None:
        self._secrets: dict[Secret, object] = {}  #: and how its file looked when it was read
        self._values: set[str] = set()

    def add(self, secrets: Iterable[Secret]) -> None:
        """Know these, too."""
        self._secrets.update(dict.fromkeys(secrets))

    def __call__(self) -> set[str]:
        """Return all values there ever were; a file that looks different is read again."""
        for secret, before in self._secrets.items():
            look = _look(secret)
            if look != before:
                with contextlib.suppress(ConfigError):
                    self._values.add(secret.read())
                    self._secrets[secret] = look
        return self._values


def _look(secret: Secret) -> object:
    if secret.path is None:
        return True
    try:
        stat = secret.path.stat()
    except OSError:
        return False
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
