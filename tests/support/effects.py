"""Sees every effect of syncd on the world, before and after it, and nothing of how syncd is written.

The interpreter tells of each call of a C function (`sys.setprofile`); those that change the disk or commit the
ledger are effects. `os.fsync` is wrapped on top where it has to be known what was made durable.
"""

import ctypes
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_CHANGES = {
    id(function): name
    for name, function in {
        "open": os.open,
        "fsync": os.fsync,
        "rename": os.rename,
        "mkdir": os.mkdir,
        "rmdir": os.rmdir,
        "unlink": os.unlink,
        "link": os.link,
        "rename without clobber": ctypes.set_errno,  # stands before renameat2, which is no function of Python's
    }.items()
}


@contextmanager
def watching_effects(look: Callable[[str], None]) -> Iterator[None]:
    """Call `look` with a name before and after each effect of what runs inside."""

    def notice(frame: FrameType, event: str, function: Any) -> None:
        if event not in {"c_call", "c_return", "c_exception"}:
            return
        name = _CHANGES.get(id(function))
        if name is None and isinstance(getattr(function, "__self__", None), sqlite3.Connection):
            name = f"ledger {function.__name__}" if frame.f_code.co_name in {"commit", "_migrate", "close"} else None
        if name is not None:
            look(f"{'before' if event == 'c_call' else 'after'} {name}")

    sys.setprofile(notice)
    try:
        yield
    finally:
        sys.setprofile(None)


@contextmanager
def watching_fsync(note: Callable[[int], None]) -> Iterator[None]:
    """Call `note` with each descriptor that was made durable inside."""
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        note(descriptor)

    os.fsync = fsync
    try:
        yield
    finally:
        os.fsync = real
