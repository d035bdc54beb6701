"""One process of the daemon in simulated time, from its start to its end.

Signals come in through the daemon's own handlers, and its end and its reload are its own; only what would need
threads and real time is the simulation's: the bell, the schedule of polls, and how often things are looked after.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from functools import cache, partial
from random import Random

from support.machine import Machine, SimulatedLoop, StuckError
from support.scripted_api import ScriptedApi
from syncd.build import App, build_app, build_reading, check_mounts
from syncd.config.model import Config
from syncd.config.schema_files import read_schema
from syncd.core.validate import OrderChecker, compile_checker
from syncd.daemon import Daemon, Ending, run_daemon
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_calls import prune_calls
from syncd.edges.spool import prepare_folder
from syncd.flows.polling import Polling
from syncd.flows.upkeep import SecretCare

UPKEEP_S = 900.0
DEAF_SHARE, LATEST_RING_S = 0.1, 0.5
"""So many events are lost by the kernel; the others ring within so long."""
LONGEST_STOP_S = 60.0


@cache
def compile_usual_checker() -> OrderChecker:
    """Return the check of every order, compiled once for all processes of all worlds."""
    return compile_checker(read_schema("order.schema.json"), accelerated=True)


class Bell:
    """Rings as a watched folder does: soon, at times twice, at times not at all, and never after its end."""

    def __init__(self, loop: SimulatedLoop, random: Random, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._random = random
        self._ring: Callable[[], None] | None = ring

    def strike(self) -> None:
        """Something happened in the folder."""
        for _ in range(self._random.choice((1, 1, 1, 2))):
            if self._random.random() >= DEAF_SHARE:
                self._loop.call_later(self._random.random() * LATEST_RING_S, self._resound)

    def stop(self) -> None:
        self._ring = None

    def _resound(self) -> None:
        if self._ring is not None:
            self._ring()


class Ringer:
    """Calls for a poll every so often; stands for the scheduler, which asks the real clock."""

    def __init__(self, machine: Machine, interval_s: float, ring: Callable[[], None]) -> None:
        self._machine = machine
        self._interval_s = interval_s
        self._ring = ring

    def start(self) -> None:
        """Rings begin with `watch`."""

    async def watch(self) -> None:
        while True:
            self._ring()
            await self._machine.sleep(self._interval_s)

    def stop(self) -> None:
        """Rings end with `watch`."""


class SimulatedDaemon(Daemon):
    """The daemon, with a simulated API, bell, schedule and upkeep."""

    def __init__(self, config: Config, machine: Machine, random: Random, api: ScriptedApi, rescan_s: float) -> None:
        super().__init__(config, machine, random)
        self.bell: Bell | None = None
        self.ledger: Ledger | None = None
        self.ready = asyncio.Event()
        self._machine = machine
        self._api = api
        self._rescan_s = rescan_s

    async def run(self, *, once: bool = False, max_wait_s: float | None = None) -> Ending:
        loop = asyncio.get_running_loop()
        self._ending = loop.create_future()
        self._told = None
        config = self.config
        prepare_folder(config.state_dir, mode=0o700)
        check_mounts(config)
        self.ledger = Ledger(config.state_dir, self._machine)
        app = self.app = self._build(self.ledger)
        self.ledger.commit()
        bell = self.bell = Bell(loop, Random(self._random.random()), lambda: self._ring(app))
        work = loop.create_task(app.orders.run(app.rows))
        upkeep = loop.create_task(self._look_after(app))
        polls = [] if app.polling is None else [loop.create_task(self._simulate_schedule(app).run())]
        self.ready.set()
        await asyncio.wait({work, upkeep, *polls, self._ending}, return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in (work, upkeep, *polls) if task.done()]
        await self._shut_down(app, bell, work, [upkeep, *polls])
        self.ledger.close()
        for task in ended:
            raise RuntimeError("the process ended by itself") from task.exception()
        return self._find_ending()

    def _build(self, ledger: Ledger) -> App:
        config = self.config
        readings = {
            source.name: build_reading(source, compile_usual_checker(), config.api.environment)
            for source in config.sources
        }
        return build_app(config, readings, ledger, self._machine, self._random, self._api, self._rescan_s)

    def _simulate_schedule(self, app: App) -> Polling:
        make = partial(Ringer, self._machine, app.config.inventory.interval_seconds)
        return Polling(app.polling.inventory, self._machine, app.config.state_dir, make, None)

    async def _look_after(self, app: App) -> None:
        api = app.config.api
        secrets = [secret.path for secret in (api.client_id, api.client_secret) if secret.path]
        care = SecretCare(secrets, app.caller.hasten)
        while True:
            await self._machine.sleep(UPKEEP_S)
            prune_calls(app.ledger, self._machine.monotonic() - api.rate_limit.per_seconds)
            await app.ledger.durable()
            await care()


class Life:
    """One process. Raise what its start raised."""

    def __init__(
        self, load: Callable[[], Config], machine: Machine, api: ScriptedApi, random: Random, rescan_s: float
    ) -> None:
        self.loop = SimulatedLoop(machine)
        self._machine = machine
        self._is_ending = False
        asyncio.set_event_loop(self.loop)
        try:
            self._daemon = SimulatedDaemon(load(), machine, random, api, rescan_s)
            self._run = self.loop.create_task(run_daemon(self._daemon, load))
            self.loop.run_until_complete(self._wait_until_ready())
        except BaseException:
            self.loop.close()
            raise

    async def _wait_until_ready(self) -> None:
        ready = self.loop.create_task(self._daemon.ready.wait())
        await asyncio.wait({self._run, ready}, return_when=asyncio.FIRST_COMPLETED)
        if self._run.done():
            ready.cancel()
            self._run.result()

    @property
    def app(self) -> App:
        """Return what runs at present: another one after a reload."""
        return self._daemon.app

    def run_until(self, seconds: float) -> None:
        """Run until a time of the simulation. Raise what ended the process before."""
        self.loop.run_until_time(seconds)
        self._check()

    def run_turns(self, turns: int) -> None:
        """Run so many turns of the loop, or until the process has ended."""
        try:
            self.loop.run_turns(turns)
        except StuckError:
            if not self._run.done():
                raise
        self._check()

    def _check(self) -> None:
        if self._run.done() and not self._is_ending:
            raise RuntimeError("the process ended by itself") from self._run.exception()

    def strike_bell(self) -> None:
        """Something happened in an inbox."""
        self._daemon.bell.strike()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self._is_ending = self._is_ending or number is not signal.SIGHUP
        self.loop.handlers[number]()

    def stop(self) -> None:
        """Ask the process to end, and wait for that."""
        self.send(signal.SIGTERM)
        self.loop.run_until_complete(asyncio.wait({self._run}, timeout=LONGEST_STOP_S))
        if not self._run.done():
            raise RuntimeError("it goes on although it was told to stop")
        self._run.result()

    def sweep_up(self) -> None:
        """Free what the dead process held; the machine's time stands still meanwhile."""
        at = self._machine.seconds
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(Exception):
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._daemon.ledger.close()
        self.loop.close()
        self._machine.seconds = at
