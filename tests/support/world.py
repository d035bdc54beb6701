"""Folders on a real disk, a machine, an API, and the daemon's processes that come and go on them.

`World.start` begins a process with the real wiring, on a loop of its own. Its death is an image: the folders
are copied as they stand, and the next process goes on in the copy, so that nothing the dead one still does
while it is swept up can matter.
"""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Protocol

from support.life import Life, compile_usual_checker
from support.machine import Machine
from support.scripted_api import ScriptedApi
from syncd.build import build_reading
from syncd.config.model import ApiConfig, Config, RateLimit, Retry, Secret, SourceConfig
from syncd.core.intake import Reading

FOLDERS = ("inbox", "work", "done", "failed", "state")


class Holder(Protocol):
    """Somebody who may have files of the world open while its folders are changed for their image."""

    def let_go(self) -> None: ...

    def take_up(self) -> None: ...


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
    return build_reading(config.sources[0], compile_usual_checker(), config.api.environment)


class World:
    """One installation through all its processes; its folders stand in `root`.

    Where `folder` holds an image already, it goes on from that.
    """

    def __init__(self, folder: Path, machine: Machine, api: ScriptedApi, api_config: ApiConfig, seed: int) -> None:
        self.machine = machine
        self.api = api
        self.deaths = 0
        self.life: Life | None = None
        self.rescan_s = 5.0
        self.settle_seconds = 2.0
        self.holders: list[Holder] = []
        self.load: Callable[[], Config] = lambda: build_config(self.root, api_config, self.settle_seconds)
        self._image = folder / "image"
        self._random = Random(seed)
        self.root = folder / "0"
        for name in FOLDERS:
            (self.root / name).mkdir(parents=True, exist_ok=True)

    def start(self) -> Life:
        """Begin a process."""
        self.api.cut_off = False
        self.life = Life(self.load, self.machine, self.api, Random(self._random.random()), self.rescan_s)
        return self.life

    def kill(self) -> None:
        """End the process as SIGKILL does: what is on the disk now is all there is."""
        life = self._end_life()
        for holder in self.holders:
            holder.let_go()
        shutil.copytree(self.root, self._image, symlinks=True, copy_function=shutil.copy2)
        life.sweep_up()
        shutil.rmtree(self.root)
        self._image.rename(self.root)
        for holder in self.holders:
            holder.take_up()

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

    def _end_life(self) -> Life:
        life, self.life = self.life, None
        if life is None:
            raise RuntimeError("nothing runs")
        self.deaths += 1
        self.api.lose_client()
        self.api.cut_off = True
        return life
