"""Every crash of a scenario: an image of disk and API before and after each effect, and a recovery from each.

A process killed at a point leaves just what stands on the disk at that point. So nothing is killed: while a
scenario runs, each state that the world passes through is kept, and a new process goes on from it.
"""

import copy
import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from support.durable import DurableTree
from support.effects import watching_effects, watching_fsync
from support.machine import Machine
from support.oracle import find_faults, list_archive
from support.scripted_api import Script, ScriptedApi
from support.sender import Drop
from support.world import World, build_api_config

TIMEOUT_S = 5.0


@dataclass(slots=True)
class Image:
    """A state of the world in which the process dies."""

    point: str
    folder: Path  #: below it, `0` is the root of the installation
    machine: Machine
    api: ScriptedApi
    archive: dict[str, str]


class Camera:
    """Keeps an image of each state a world passes through, each state once."""

    def __init__(self, world: World, folder: Path, seen: set[str], *, power: bool) -> None:
        self.images: list[Image] = []
        self.points = 0
        self._world = world
        self._folder = folder
        self._seen = seen
        self._power = power
        self._durable: DurableTree | None = None

    def record(self, act: Callable[[], None]) -> None:
        """Do something and keep what the world passes through meanwhile."""
        with ExitStack() as stack:
            if self._power:
                self._durable = DurableTree(self._world.root)
                stack.callback(self._durable.close)
                stack.enter_context(watching_fsync(self._durable.note_fsync))
            self._world.api.on_effect = self._look
            stack.callback(setattr, self._world.api, "on_effect", lambda _: None)
            with watching_effects(self._look):
                act()
        self._look("at the end")

    def _look(self, point: str) -> None:
        self.points += 1
        if self._power and not point.startswith(("after fsync", "after ledger", "re", "at")):
            return  # nothing became durable, and nobody was told anything
        folder = self._folder / str(self.points)
        if self._durable is not None:
            self._durable.materialize(folder / "0")
            state = hash_state(folder / "0", self._world.api)
            if state in self._seen:
                shutil.rmtree(folder)
                return
        else:
            state = hash_state(self._world.root, self._world.api)
            if state in self._seen:
                return
            shutil.copytree(self._world.root, folder / "0", symlinks=True)
        self._seen.add(state)
        machine = copy.copy(self._world.machine)
        api = self._world.api.fork(machine, Script())
        api.lose_client()
        if self._power:
            machine.reboot()
        name = f"{self.points}, {point}"
        self.images.append(Image(name, folder, machine, api, list_archive(folder / "0")))


def hash_state(root: Path, api: ScriptedApi) -> str:
    """Return what tells one state of disk and API from another; unfinished files have names of chance."""
    digest = hashlib.sha256(api.describe().encode())
    for path in sorted(root.rglob("*")):
        if path.name.endswith("-shm"):
            continue
        name = ".syncd" if path.name.startswith(".syncd-") else str(path.relative_to(root))
        digest.update(f"{name}\n".encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def recover(image: Image, drops: Sequence[Drop], camera: Callable[[World], Camera] | None = None) -> Iterator[str]:
    """Given an image, let a new process go on from it; yield what of the promise was broken."""
    world = open_world(image.folder, image.machine, image.api)

    def go_on() -> None:
        world.start()
        if not world.settle():
            faults.append("it never settled")

    faults: list[str] = []
    if camera is None:
        go_on()
    else:
        camera(world).record(go_on)
    world.stop()
    image.api.do_due_work()
    after = list_archive(world.root)
    faults += [f"{path} was changed or removed" for path, was in image.archive.items() if after.get(path) != was]
    yield from (f"{image.point}: {fault}" for fault in (*faults, *find_faults(world.root, image.api, drops)))


def open_world(folder: Path, machine: Machine, api: ScriptedApi) -> World:
    """Return a world whose files settle at once."""
    world = World(folder, machine, api, build_api_config(timeout_s=TIMEOUT_S), 1)
    world.settle_seconds = 0.0
    return world
