"""One daemon per state folder: a kernel lock on `state_dir/lock`, which dies with its holder.

The file is never removed: a lock is held on a file, not on a name, and a removed file could be locked twice.
Refuses to decide what a second daemon does.
"""

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from syncd.core.names import show_name
from syncd.edges.storage import storage_faults
from syncd.errors import AlreadyRunningError


class Lock:
    """A held lock; released by `release`, by leaving its `with`, or by the kernel when the process dies."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let go; harmless when done twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def acquire_lock(state_dir: Path) -> Lock:
    """Given the state folder, return its lock, with our process id written inside.

    Raise AlreadyRunningError if another process holds it, StorageError if the folder refuses.
    """
    with storage_faults(state_dir), contextlib.ExitStack() as undo:
        descriptor = os.open(state_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
        undo.callback(os.close, descriptor)
        while not _try_lock(descriptor, fcntl.LOCK_EX):
            if _is_held(descriptor):
                raise AlreadyRunningError(
                    f"Another syncd (process {_read_pid(descriptor) or 'unknown'}) already uses this state "
                    f"folder, {show_name(str(state_dir))}: stop it, or give this one a state_dir of its own."
                )
            # Else it was only looked at, by `is_locked` or another start, and is free again by now.
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        undo.pop_all()
    return Lock(descriptor)


def is_locked(state_dir: Path) -> int | None:
    """Given the state folder, return the process id of the daemon that holds it, or None.

    0 if the id cannot be read. Raise StorageError if the lock may not be looked at.
    """
    with storage_faults(state_dir):
        try:
            descriptor = os.open(state_dir / "lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        try:
            return _read_pid(descriptor) if _is_held(descriptor) else None
        finally:
            os.close(descriptor)


def _is_held(descriptor: int) -> bool:
    # Those who only look share the lock, so looking is never taken for holding.
    if not _try_lock(descriptor, fcntl.LOCK_SH):
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_pid(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0).strip()
    return int(text) if text.isdigit() else 0
