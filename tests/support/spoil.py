"""Takes folders and disks away from a daemon, and gives them back: for root by the kernel's own means."""

import array
import contextlib
import ctypes
import errno
import fcntl
import os
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

_libc = ctypes.CDLL(None, use_errno=True)
_CAPABILITIES = struct.pack("<Ii", 0x20080522, 0)
_OVERRIDES = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
_GET_FLAGS, _SET_FLAGS, _IMMUTABLE = 0x80086601, 0x40086602, 0x10


def forgo(reason: str) -> None:
    """Skip a test, saying why; where CI has installed all there is, that is a failure."""
    if os.environ.get("SYNCD_CI"):
        pytest.fail(f"must not be skipped here: {reason}")
    pytest.skip(reason)


@contextlib.contextmanager
def permission_lost(folder: Path) -> Iterator[None]:
    """Let nothing be made in, or taken out of, a folder. Root heeds no mode, but an immutable folder."""
    if os.geteuid():
        mode = folder.stat().st_mode
        folder.chmod(0)
        try:
            yield
        finally:
            folder.chmod(mode)
        return
    flags = _change_flags(folder, _IMMUTABLE)
    try:
        yield
    finally:
        _change_flags(folder, flags, whole=True)


def _change_flags(folder: Path, change: int, *, whole: bool = False) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        flags = array.array("l", [0])
        fcntl.ioctl(descriptor, _GET_FLAGS, flags)
        before = flags[0]
        flags[0] = change if whole else before | change
        fcntl.ioctl(descriptor, _SET_FLAGS, flags)
    except OSError as error:
        if error.errno in {errno.ENOTTY, errno.EOPNOTSUPP, errno.EPERM}:
            forgo("root cannot be kept out of a folder here: this file system knows no immutable ones")
        raise
    finally:
        os.close(descriptor)
    return before


@contextlib.contextmanager
def heeding_modes() -> Iterator[None]:
    """Let root heed the modes of files and folders as any other account does: this thread, and those it begins."""
    if os.geteuid():
        yield
        return
    before = _get_capabilities()
    _set_capabilities((before[0] & ~_OVERRIDES, *before[1:]))
    try:
        yield
    finally:
        _set_capabilities(before)


def _get_capabilities() -> tuple[int, ...]:
    data = ctypes.create_string_buffer(24)
    if _libc.capget(_CAPABILITIES, data):
        raise OSError(ctypes.get_errno(), "capget")
    return struct.unpack("<6I", data.raw)


def _set_capabilities(capabilities: tuple[int, ...]) -> None:
    if _libc.capset(_CAPABILITIES, struct.pack("<6I", *capabilities)):
        raise OSError(ctypes.get_errno(), "capset")


@contextlib.contextmanager
def small_disk(folder: Path, size: str = "1m") -> Iterator[None]:
    """Mount a small disk at a folder."""
    if os.geteuid():
        forgo("only root can mount a small disk")
    folder.mkdir(exist_ok=True)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False)
    if made.returncode:
        forgo("a small disk cannot be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def disk_full(folder: Path) -> Iterator[None]:
    """Fill the disk of a folder up."""
    filler = folder / ".filler.tmp"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size) == size:
                    pass
    try:
        yield
    finally:
        filler.unlink()


def remount(folder: Path, mode: str) -> bool:
    """Mount a disk anew as "ro" or "rw"; return False while somebody has a file open for writing on it."""
    return not subprocess.run(["mount", "-o", f"remount,{mode}", folder], check=False, capture_output=True).returncode


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let the disk mounted at a folder take no writing."""
    assert remount(folder, "ro")
    try:
        yield
    finally:
        assert remount(folder, "rw")
