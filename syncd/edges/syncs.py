"""Makes files and folders durable, many at once: who asks at the same time shares the disk's work.

One fsync after another writes the disk's journal each time. So the data of all is set on its way first; the first
fsync then writes the journal for all of them, and the others find it written. Refuses to skip any: each file and
folder that was asked for has had an fsync of its own when its asker goes on.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from syncd.edges.clock import Clock
from syncd.edges.spool import sync_folder
from syncd.edges.storage import storage_faults
from syncd.errors import StorageError


class Syncs:
    """The fsyncs that wait for the loop's next turn."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._files: list[tuple[int, asyncio.Future[None], Callable[[], None]]] = []
        self._folders: dict[Path, asyncio.Future[None]] = {}

    async def file(self, descriptor: int, folder: Path) -> None:
        """Wait until what was written to an open file is durable. Raise StorageError if its disk refuses."""
        future = self._plan()
        self._files.append((descriptor, future, partial(_sync_file, descriptor, folder)))
        await asyncio.shield(future)

    async def folder(self, path: Path) -> None:
        """Wait until the names in a folder are durable. Raise StorageError if its disk refuses."""
        future = self._folders.get(path)
        if future is None:
            future = self._plan()
            self._folders[path] = future
        await asyncio.shield(future)

    def _plan(self) -> asyncio.Future[None]:
        if not self._files and not self._folders:
            self._clock.call_later(0, self._sync_all)
        return asyncio.get_running_loop().create_future()

    def _sync_all(self) -> None:
        files, self._files = self._files, []
        folders, self._folders = self._folders, {}
        if len(files) > 1:
            for descriptor, _, _ in files:
                _set_on_its_way(descriptor)
        for _, future, sync in files:
            _settle(future, sync)
        for path, future in folders.items():
            _settle(future, partial(sync_folder, path))


def _settle(future: asyncio.Future[None], sync: Callable[[], None]) -> None:
    try:
        sync()
    except (StorageError, OSError) as error:
        future.set_exception(error)
        future.exception()  # its asker may have gone away
    else:
        future.set_result(None)


def _sync_file(descriptor: int, folder: Path) -> None:
    with storage_faults(folder):
        os.fsync(descriptor)


def _set_on_its_way(descriptor: int) -> None:
    """Begin to write what the kernel still holds of a file; only a hint, so whatever it says is no matter."""
    with contextlib.suppress(OSError):  # its asker may have gone away, and closed it
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
