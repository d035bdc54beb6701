"""Makes files and folders durable, many at once: who asks at the same time shares the disk's work.

One fsync after another writes the disk's journal each time. So the data of all is set on its way first; the first
fsync then writes the journal for all of them, and the others find it written. They are done on a thread, as a disk
that does not answer must hold up nobody but who waits for it; who asks meanwhile waits for the next turn.
Within a turn files come first, then folders that something came to, then those that something left: so a move is
in its new folder before it is out of the old one. Refuses to skip any: each file and folder that was asked for has
had an fsync of its own when its asker goes on.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from syncd.edges.clock import Clock
from syncd.edges.spool import sync_folder
from syncd.edges.storage import show_path, storage_faults

STUCK_S = 30.0
"""A disk that takes so long for a turn is told of."""


@dataclass(slots=True)
class _Sync:
    """One fsync, and who waits for it."""

    folder: Path  #: what is synced, or where it stands
    run: Callable[[], None]
    askers: list[asyncio.Future[None]]
    descriptor: int | None = None  #: of an open file, whose data can be set on its way first
    refusal: Exception | None = None


class Syncs:
    """The fsyncs that wait for the next turn."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._files: dict[int, _Sync] = {}
        self._folders: dict[Path, _Sync] = {}
        self._left: dict[Path, _Sync] = {}
        self._turn: asyncio.Task[None] | None = None
        self._on_thread: tuple[float, _Sync] | None = None  # since when, and the first of them

    @property
    def trouble(self) -> str | None:
        """Why nothing becomes durable: a disk that neither takes nor refuses. The loop goes on beside it."""
        if self._on_thread is None or self._clock.monotonic() - self._on_thread[0] < STUCK_S:
            return None
        return f"The disk at {show_path(self._on_thread[1].folder)} does not answer: check it and its cables or server."

    async def file(self, descriptor: int, folder: Path) -> None:
        """Wait until what was written to an open file is durable. Raise StorageError if its disk refuses."""
        asker = self._plan()
        self._add_file(descriptor, folder, asker)
        await asker

    async def new_file(self, descriptor: int, folder: Path) -> None:
        """Wait until what was written to an open file, and its name in its folder, are durable. Raise StorageError."""
        asker = self._plan()
        self._add_file(descriptor, folder, asker)
        _add_folder(self._folders, folder, asker)
        await asker

    async def folder(self, path: Path) -> None:
        """Wait until the names in a folder are durable. Raise StorageError if its disk refuses."""
        asker = self._plan()
        _add_folder(self._folders, path, asker)
        await asker

    async def move(self, target: Path, old: Path) -> None:
        """Wait until a move from one folder to another is durable. Raise StorageError if a disk refuses."""
        asker = self._plan()
        _add_folder(self._folders, target, asker)
        _add_folder(self._left, old, asker)
        await asker

    def _add_file(self, descriptor: int, folder: Path, asker: asyncio.Future[None]) -> None:
        if descriptor not in self._files:
            self._files[descriptor] = _Sync(folder, partial(_sync_file, descriptor, folder), [], descriptor)
        self._files[descriptor].askers.append(asker)

    def _plan(self) -> asyncio.Future[None]:
        if self._turn is None and not self._is_asked():
            self._clock.call_later(0, self._begin)
        return asyncio.get_running_loop().create_future()

    def _is_asked(self) -> bool:
        return bool(self._files or self._folders)

    def _begin(self) -> None:
        syncs = [*self._files.values(), *self._folders.values(), *self._left.values()]
        self._files, self._folders, self._left = {}, {}, {}
        self._turn = asyncio.get_running_loop().create_task(self._take_turn(syncs))

    async def _take_turn(self, syncs: list[_Sync]) -> None:
        self._on_thread = self._clock.monotonic(), syncs[0]
        try:
            await self._clock.beside(partial(_run_all, syncs))
        except RuntimeError:  # no thread is to be had: it only takes longer
            _run_all(syncs)
        finally:
            self._turn = self._on_thread = None
        _answer(syncs)
        if self._is_asked():
            self._begin()


def _run_all(syncs: list[_Sync]) -> None:
    if len(syncs) > 1:
        for sync in syncs:
            if sync.descriptor is not None:
                _set_on_its_way(sync.descriptor)
    for sync in syncs:
        try:
            sync.run()
        except Exception as error:  # noqa: BLE001  whatever it is, its asker has to hear of it
            sync.refusal = error


def _add_folder(folders: dict[Path, _Sync], path: Path, asker: asyncio.Future[None]) -> None:
    if path not in folders:
        folders[path] = _Sync(path, partial(sync_folder, path), [])
    folders[path].askers.append(asker)


def _answer(syncs: list[_Sync]) -> None:
    for sync in sorted(syncs, key=lambda sync: sync.refusal is None):  # who asked for two hears of the refused one
        for asker in sync.askers:
            if asker.done():  # it went away
                continue
            if sync.refusal is None:
                asker.set_result(None)
            else:
                asker.set_exception(sync.refusal)


def _sync_file(descriptor: int, folder: Path) -> None:
    with storage_faults(folder):
        os.fsync(descriptor)


def _set_on_its_way(descriptor: int) -> None:
    """Begin to write what the kernel still holds of a file; only a hint, so whatever it says is no matter."""
    with contextlib.suppress(OSError):  # its asker may have gone away, and closed it
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
