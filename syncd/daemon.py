"""The daemon: starts, runs until it is told to stop, reload or has nothing left to do, and shuts down.

Signals come in here and nowhere else. A reload is a graceful stop and a start in one process: what was on its
way goes on from the ledger, as after any other start.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from random import Random
from typing import Any

from syncd.build import App, build_app, build_asides, build_readings, check_mounts
from syncd.config.model import Config
from syncd.core.gate import HoldKind
from syncd.edges.clock import Clock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_calls import prune_calls
from syncd.edges.lock import acquire_lock
from syncd.edges.log import say
from syncd.edges.notify import notify, watchdog_seconds
from syncd.edges.spool import prepare_folder
from syncd.edges.status_file import Status, write_status
from syncd.edges.watcher import Watcher
from syncd.errors import ConfigError, LedgerError, LedgerLostError, StorageError
from syncd.flows.upkeep import BellCare, Duty, Heartbeat, SecretCare, Upkeep

CALLS_END_S = 7.0
"""How long a stop waits for calls in flight; what is not answered by then is asked about after the next start."""
LOOK_FOR_END_S = 0.05
"""How often a run that ends by itself looks whether it may."""
START_PAUSE_S = 5.0
"""How long a start waits before it tries again what the machine refused."""
KEEP_WAITING = "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=30000000"
"""What systemd has to hear each time, lest it end a start that is held, or one that a reload began."""
TELL_S = 15.0
"""How often word is left for `syncd status` even when it is the same: a daemon that cannot is known by its silence."""
UPKEEP_S = 2.0
"""How often the bell is looked after, secret files are looked at and old calls are forgotten."""


STATE = "state"
"""What the state folder holds up, among what files hold up."""


class Ending(StrEnum):
    """Why a run ended."""

    STOPPED = "stopped"
    RELOAD = "reload"
    SETTLED = "settled"
    HELD = "held"
    OUT_OF_TIME = "out_of_time"


class Daemon:
    """Runs one config until something ends it."""

    def __init__(self, config: Config, clock: Clock, random: Random) -> None:
        self.config = config
        self.app: App | None = None
        self._clock = clock
        self._random = random
        self._ending: asyncio.Future[Ending] | None = None
        self._told: list[str] | None = None
        self._tell_at = 0.0
        self._stop_asked = False

    def end(self, ending: Ending) -> None:
        """End the run; only the first reason counts, and that a reload under way is to be a stop."""
        self._stop_asked = self._stop_asked or ending is Ending.STOPPED
        if self._ending is not None and not self._ending.done():
            self._ending.set_result(ending)

    async def run(self, *, once: bool = False, max_wait_s: float | None = None) -> Ending:
        """Run until `end`; with `once` also until every file is settled, or what holds is the operator's.

        What the machine refuses at the start holds it until that is mended; with `once` it is raised. Raise
        ConfigError, StorageError, LedgerError or AlreadyRunningError if it cannot start.
        """
        loop = asyncio.get_running_loop()
        self._ending = loop.create_future()
        self._told = None
        config = self.config
        with contextlib.ExitStack() as opened:
            app = self.app = await self._start(opened, self._ending, once=once)
            if app is None:
                return self._say_stopped()
            watcher = Watcher(loop, lambda: self._ring(app))
            polls: list[asyncio.Task[None]] = []
            asides = build_asides(app)
            dead = (lambda: None) if once else partial(find_dead, app, polls)
            care = self._build_upkeep(app, watcher, asides, dead)
            windows = self._open_windows(app, dead)
            # Only now: what fails above leaves nothing running.
            work = loop.create_task(app.orders.run(app.rows), name="orders")
            watch = loop.create_task(self._watch_end(app, once=once, max_wait_s=max_wait_s), name="end")
            if app.polling is not None:
                polls.append(loop.create_task(app.polling.run(once=once), name="polls"))
            upkeep = loop.create_task(care.run(), name="upkeep")
            announce = loop.create_task(self._announce(app), name="announce")
            say("started", config=str(config.path), sources=len(config.sources))
            try:
                futures: set[asyncio.Future[Any]] = {work, upkeep, watch, self._ending}
                await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
            finally:
                reloads = self._ending.done() and self._ending.result() is Ending.RELOAD
                notify("RELOADING=1" if reloads else "STOPPING=1")
                await self._shut_down(app, watcher, work, [upkeep, watch, announce, *polls, *windows])
                for duty in asides:
                    await duty.close()
            for task in (work, upkeep, watch):
                if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                    raise error
            return self._say_stopped()

    def _find_ending(self) -> Ending:
        """Return why the run ended."""
        if self._ending is None or not self._ending.done():
            return Ending.STOPPED
        ending = self._ending.result()
        return Ending.STOPPED if ending is Ending.RELOAD and self._stop_asked else ending

    def _say_stopped(self) -> Ending:
        ending = self._find_ending()
        say("stopped", reason=ending.value)
        return ending

    async def _start(self, opened: contextlib.ExitStack, ending: asyncio.Future[Ending], *, once: bool) -> App | None:
        """Take the lock, open the ledger, recover; return what is ready to run, or None if it was ended before.

        The lock is kept while the machine refuses the rest: a daemon is there, and says why it does nothing.
        """
        config = self.config
        readings = build_readings(config)
        locked, said = False, None
        while not ending.done():
            try:
                if not locked:
                    prepare_folder(config.state_dir, mode=0o700)
                    opened.enter_context(acquire_lock(config.state_dir))
                    locked = True
                check_mounts(config)
                with contextlib.ExitStack() as undo:
                    ledger = undo.enter_context(contextlib.closing(Ledger(config.state_dir, self._clock)))
                    app = build_app(config, readings, ledger, self._clock, self._random)
                    ledger.commit()
                    opened.push(undo.pop_all())
                    return app
            except (StorageError, LedgerError) as error:
                if once or isinstance(error, LedgerLostError):
                    raise
                if str(error) != said:
                    said = str(error)
                    say("start_held", said, level="ERROR")
                notify(f"{KEEP_WAITING}\nSTATUS={said}")
                await self._wait_to_start(said, ending)
        return None

    async def _wait_to_start(self, sentence: str, ending: asyncio.Future[Ending]) -> None:
        with contextlib.suppress(StorageError):
            write_status(self.config.state_dir, Status(self._clock.now(), (sentence,)))
        pause_s = min(START_PAUSE_S, (watchdog_seconds() or START_PAUSE_S) / 3)
        pause = asyncio.get_running_loop().create_task(self._clock.sleep(pause_s))
        either: set[asyncio.Future[Any]] = {pause, ending}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        pause.cancel()

    @staticmethod
    def _ring(app: App) -> None:
        for source in app.config.sources:
            app.orders.ring(source.name)

    async def _shut_down(
        self, app: App, watcher: Watcher, work: asyncio.Task[None], others: list[asyncio.Task[None]]
    ) -> None:
        """Let calls in flight be answered for a while, then leave: the ledger knows what was on its way."""
        watcher.stop()
        for task in others:
            task.cancel()
        app.orders.stop()
        stop_at = self._clock.monotonic() + CALLS_END_S
        while app.caller.in_flight and self._clock.monotonic() < stop_at:
            await self._clock.sleep(0.02)
        work.cancel()
        await asyncio.gather(work, *others, return_exceptions=True)
        self._tell(app)
        await app.api.close()
        with contextlib.suppress(LedgerError):
            app.ledger.commit()

    def _build_upkeep(
        self, app: App, watcher: Watcher, asides: Sequence[Duty], find_dead: Callable[[], str | None]
    ) -> Upkeep:
        """Return all that is looked after beside the files."""
        api = app.config.api
        feed_s = watchdog_seconds()

        async def keep_ledger() -> None:
            prune_calls(app.ledger, self._clock.monotonic() - api.rate_limit.per_seconds)
            await app.ledger.durable()

        async def tell() -> None:
            self._tell(app)

        duties: list[Duty] = [
            BellCare(watcher, (source.inbox for source in app.config.sources)),
            SecretCare(
                (secret.path for secret in (api.client_id, api.client_secret) if secret.path), app.caller.hasten
            ),
            keep_ledger,
            tell,
            *asides,
            # Last: a ledger that does not answer never lets us come here. One that refuses (disk full) has answered,
            # and a restart would not mend that.
            Heartbeat(find_dead, lambda: describe_state(app)),
        ]
        return Upkeep(self._clock, UPKEEP_S if feed_s is None else min(UPKEEP_S, feed_s / 3), duties)

    def _open_windows(self, app: App, find_dead: Callable[[], str | None]) -> list[asyncio.Task[None]]:
        """Let monitoring and people look in, as far as the config asks for it."""
        if app.config.web is None and app.config.metrics.textfile is None:
            return []
        from syncd.web.health import Health  # noqa: PLC0415  a web server, which only this asks for
        from syncd.web.listener import keep_open  # noqa: PLC0415

        health = Health(app.caller, app.orders, find_dead)
        return [asyncio.get_running_loop().create_task(keep_open(app.config, self._clock, health), name="windows")]

    @staticmethod
    async def _announce(app: App) -> None:
        """Tell systemd that we are ready: recovered, every inbox listed, and the first of its settled files taken.

        Not once all of them are: a backlog takes minutes, and nobody needs to wait for it.
        """
        await app.orders.proven.wait()
        say("ready", "every inbox was looked into, and files can be taken")
        notify("READY=1")

    def _tell(self, app: App) -> None:
        """Leave word for `syncd status`, at once whenever there is something new to say."""
        held = app.orders.troubles
        troubles = [trouble for trouble in list_troubles(app) if trouble != held.get(STATE)]  # written, it is over
        now = self._clock.monotonic()
        if STATE not in held and troubles == self._told and now < self._tell_at:
            return
        try:
            write_status(app.config.state_dir, Status(self._clock.now(), tuple(troubles)))
        except StorageError as error:
            if held.get(STATE) != str(error):
                say("state_held", str(error), level="ERROR")
            held[STATE] = str(error)
        else:
            self._told, self._tell_at = troubles, now + TELL_S
            if held.pop(STATE, None) is not None:
                say("state_well_again")

    async def _watch_end(self, app: App, *, once: bool, max_wait_s: float | None) -> None:
        """End a run that has nothing left to do, cannot go on without the operator, or is out of time."""
        begun_at = self._clock.monotonic()
        while True:
            await self._clock.sleep(LOOK_FOR_END_S if once or max_wait_s is not None else UPKEEP_S)
            hold = app.caller.gate.hold
            if once and app.orders.is_settled():
                self.end(Ending.SETTLED)
            elif once and hold is not None and hold.kind is HoldKind.OPERATOR and hold.tries > 0:
                self.end(Ending.HELD)
            elif max_wait_s is not None and self._clock.monotonic() - begun_at >= max_wait_s:
                self.end(Ending.OUT_OF_TIME)


def list_troubles(app: App) -> list[str]:
    """Return what holds the daemon up at present, a sentence each."""
    hold = app.caller.gate.hold
    stock = app.polling.inventory.trouble if app.polling is not None else None
    return [sentence for sentence in (hold and hold.reason, stock) if sentence] + app.orders.list_troubles()


def describe_state(app: App) -> str:
    """Return what holds the daemon up at present, or that all is well, as one line."""
    return " ".join(" ".join(list_troubles(app) + app.orders.list_holds()).split()) or "all well"


def find_dead(app: App, polls: Sequence[asyncio.Task[None]]) -> str | None:
    """Return what has died that only a new start brings back, as a sentence, or None."""
    late = app.orders.find_late()
    if late is not None:
        return f"The inbox of {late} is not looked into any more."
    if any(task.done() for task in polls):
        return "The schedule of the inventory has ended."
    return None


def check_same_memory(old: Config, new: Config) -> None:
    """Raise ConfigError if a new config would have a running daemon forget what was sent."""
    if new.state_dir != old.state_dir:
        where = "what was sent is remembered there. Stop syncd, move the folder, and start it again."
        raise ConfigError([f"{new.path}: state_dir cannot change while syncd runs, as {where}"])


async def run_daemon(
    daemon: Daemon, load: Callable[[], Config], *, once: bool = False, max_wait_s: float | None = None
) -> Ending:
    """Run with the signals of a daemon: SIGTERM and SIGINT stop it, SIGHUP loads the config anew.

    A new config that cannot be used is refused, and the daemon goes on with the one it has.
    """
    loop = asyncio.get_running_loop()

    def reload() -> None:
        try:
            config = load()
            build_readings(config)
            check_mounts(config)
            check_same_memory(daemon.config, config)
        except (ConfigError, StorageError) as error:
            for problem in str(error).splitlines():
                say("config_refused", problem, level="ERROR")
            say("config_kept", "syncd goes on with the config it has", level="WARNING", config=str(daemon.config.path))
        else:
            daemon.config = config
            daemon.end(Ending.RELOAD)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lambda: daemon.end(Ending.STOPPED))
    loop.add_signal_handler(signal.SIGHUP, reload)
    while (ending := await daemon.run(once=once, max_wait_s=max_wait_s)) is Ending.RELOAD:
        say("reloaded", config=str(daemon.config.path))
    return ending
