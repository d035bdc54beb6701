"""Folders on a real disk, a machine, an API, and the daemon's processes that come and go on them.

`World.start` begins a process with the real wiring, on a loop of its own. Its death is an image: the folders
are copied as they stand, and the next process goes on in the copy, so that nothing the dead one still does
while it is swept up can matter.
"""

import asyncio
import contextlib
import shutil
from functools import cache
from pathlib import Path
from random import Random

from support.machine import Machine, SimulatedLoop
from support.scripted_api import ScriptedApi
from syncd.build import App, build_app, build_readings, check_mounts
from syncd.config.model import ApiConfig, Config, RateLimit, Retry, Secret, SourceConfig
from syncd.core.intake import Reading
from syncd.daemon import Daemon
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_calls import prune_calls
from syncd.edges.spool import prepare_folder

FOLDERS = ("inbox", "work", "done", "failed", "state")
UPKEEP_S = 900.0


def build_config(root: Path, api: ApiConfig, settle_seconds: float = 2.0) -> Config:
    """Return the config of one source below a root."""
    inbox, work, done, failed, state = (root / name for name in FOLDERS)
    return Config(
        root / "config.yaml", api, state, (SourceConfig("orders", inbox, done, failed, work, settle_seconds),)
    )


def build_api_config(
    *, timeout_s: float = 30.0, cap_s: float = 60.0, quota: RateLimit | None = None, in_flight: int = 8
) -> ApiConfig:
    """Return how the simulated API is reached."""
    return ApiConfig(
        base_url="http://127.0.0.1/v1",
        client_id=Secret("the test", lambda: "some-id"),
        client_secret=Secret("the test", lambda: "some-secret"),
        timeout_seconds=timeout_s,
        max_in_flight=in_flight,
        retry=Retry(cap_seconds=cap_s),
        rate_limit=quota or RateLimit(),
    )


@cache
def compile_usual_reading() -> Reading:
    """Return how files are read, compiled once: every process of every world reads alike."""
    config = build_config(Path("/nowhere"), build_api_config())
    return build_readings(config)["orders"]


class World:
    """One installation through all its processes; `root` is where its folders stand at present.

    Where `folder` holds an image already, it goes on from that.
    """

    def __init__(self, folder: Path, machine: Machine, api: ScriptedApi, api_config: ApiConfig, seed: int) -> None:
        self.machine = machine
        self.api = api
        self.deaths = 0
        self.life: Life | None = None
        self.rescan_s = 5.0
        self.settle_seconds = 2.0
        self._base = folder
        self._api_config = api_config
        self._random = Random(seed)
        self.root = folder / "0"
        for name in FOLDERS:
            (self.root / name).mkdir(parents=True, exist_ok=True)

    def start(self) -> "Life":
        """Begin a process."""
        self.api.cut_off = False
        config = build_config(self.root, self._api_config, self.settle_seconds)
        self.life = Life(config, self.machine, self.api, Random(self._random.random()), self.rescan_s)
        return self.life

    def kill(self) -> None:
        """End the process as SIGKILL does: what is on the disk now is all there is."""
        life = self._end_life()
        image = self._base / str(self.deaths)
        shutil.copytree(self.root, image, symlinks=True, copy_function=shutil.copy2)
        life.sweep_up()
        shutil.rmtree(self.root)
        self.root = image

    def stop(self) -> None:
        """End the process as SIGTERM does."""
        if self.life is not None:
            self.life.stop()
            self._end_life().sweep_up()

    def settle(self, within_s: float = 3600.0) -> bool:
        """Run until nothing is left to do; return whether that was so within some time."""
        if self.life is None:
            raise RuntimeError("nothing runs")
        until = self.machine.seconds + within_s
        while self.machine.seconds < until:
            self.life.run_until(self.machine.seconds + 5)
            if self.life.app.orders.is_settled() and not any((self.root / "inbox").iterdir()):
                return True
        return False

    def _end_life(self) -> "Life":
        life, self.life = self.life, None
        if life is None:
            raise RuntimeError("nothing runs")
        self.deaths += 1
        self.api.lose_client()
        self.api.cut_off = True
        return life


class Life:
    """One process, from its start to its end."""

    def __init__(self, config: Config, machine: Machine, api: ScriptedApi, random: Random, rescan_s: float) -> None:
        self.loop = SimulatedLoop(machine)
        self._config = config
        self._machine = machine
        self._random = random
        asyncio.set_event_loop(self.loop)
        try:
            self.app: App = self.loop.run_until_complete(self._open(api, rescan_s))
        except BaseException:
            self.loop.close()
            raise
        self._work = self.loop.create_task(self.app.orders.run(self.app.rows))
        self._upkeep = self.loop.create_task(self._look_after())

    async def _open(self, api: ScriptedApi, rescan_s: float) -> App:
        """Do what the daemon does at its start."""
        readings = {"orders": compile_usual_reading()}
        prepare_folder(self._config.state_dir, mode=0o700)
        check_mounts(self._config)
        self._ledger = Ledger(self._config.state_dir, self._machine)
        app = build_app(self._config, readings, self._ledger, self._machine, self._random, api, rescan_s)
        self._ledger.commit()
        return app

    async def _look_after(self) -> None:
        while True:
            await self._machine.sleep(UPKEEP_S)
            prune_calls(self._ledger, self._machine.monotonic() - self._config.api.rate_limit.per_seconds)
            await self._ledger.durable()

    def run_until(self, seconds: float) -> None:
        """Run until a time of the simulation. Raise what ended the process before."""
        self.loop.run_until_time(seconds)
        self._check()

    def run_turns(self, turns: int) -> None:
        """Run so many turns of the loop."""
        self.loop.run_turns(turns)
        self._check()

    def _check(self) -> None:
        for task in (self._work, self._upkeep):
            if task.done():
                raise RuntimeError("the process ended by itself") from task.exception()

    def ring(self) -> None:
        """Let it look into the inbox now."""
        self.app.orders.ring("orders")

    def stop(self) -> None:
        """Shut down as the daemon itself does."""
        daemon = Daemon(self._config, self._machine, self._random)
        self.loop.run_until_complete(daemon._shut_down(self.app, _NoBell(), self._work, [self._upkeep]))

    def sweep_up(self) -> None:
        """Free what the dead process held; the machine's time stands still meanwhile."""
        at = self._machine.seconds
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(Exception):
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._ledger.close()
        self.loop.close()
        self._machine.seconds = at


class _NoBell:
    def stop(self) -> None:
        """Nothing rings in a simulation but the simulation."""
