"""A disk whose folders fall sick one by one: full, read-only, or failing with EIO, and are cured again.

The kernel itself refuses, as it does for a real disk: a small file system of our own (FUSE) shows a folder's content
elsewhere, and says no where it is told to. It is served by a process of its own, so that whoever waits for the disk
never waits for himself; run as a program, this file is that process. Needs root, and nothing installed.
"""

import contextlib
import ctypes
import errno
import os
import select
import stat as modes
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

MAX_WRITE = 128 * 1024
FAULTS = {"full": errno.ENOSPC, "read-only": errno.EROFS, "EIO": errno.EIO}

_IN = struct.Struct("<IIQQIIIHH")
_OUT = struct.Struct("<IiQ")
_ATTR = struct.Struct("<6Q10I")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_TRUNC
_NOREPLACE = 1
_libc = ctypes.CDLL(None, use_errno=True)


class SickDisk:
    """The disk as a test holds it."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server

    def strike(self, folder: str, fault: str) -> None:
        """Let a folder directly on the disk refuse from now on: "full", "read-only" or "EIO"; "well" cures it."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(f"{folder} {fault}\n")
        self._server.stdin.flush()
        assert self._server.stdout.readline() == "so be it\n"


@contextlib.contextmanager
def mount_sick_disk(backing: Path, folder: Path) -> Iterator[SickDisk]:
    """Mount a disk at a folder, whose content is kept in another. Raise OSError where that cannot be done."""
    for path in (backing, folder):
        path.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, backing, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            said = server.stdout.readline()
            if said != "mounted\n":
                raise OSError(said.strip() or "the process that serves the disk has died")
            yield SickDisk(server)
        finally:
            _libc.umount2(os.fsencode(folder), 2)  # lazily: whoever still looks there is not waited for
            server.kill()


class _Server:
    """Answers the kernel, call by call. Knows a thing by its number, and a number by its parent's and its name."""

    def __init__(self, backing: str, device: int) -> None:
        self._backing = os.fsencode(backing)
        self._device = device
        self._nodes: dict[int, tuple[int, bytes]] = {}
        self._numbers: dict[tuple[int, bytes], int] = {}
        self._next = 2
        self._folders: dict[int, list[tuple[bytes, os.stat_result]]] = {}
        self._sick: dict[bytes, str] = {}
        self._calls: dict[int, Callable[[int, bytes], bytes]] = {
            1: self._lookup, 3: self._getattr, 4: self._setattr, 9: self._mkdir, 10: self._unlink, 11: self._rmdir,
            12: self._rename, 14: self._open, 15: self._read, 16: self._write, 17: self._statfs, 18: self._release,
            20: self._fsync, 25: self._flush, 26: self._init, 27: self._opendir, 28: self._readdir,
            29: self._releasedir, 30: self._fsyncdir, 35: self._create, 45: self._rename2,
        }  # fmt: skip

    def serve(self, orders: int) -> None:
        """Answer until the disk is unmounted or nobody orders any more."""
        while True:
            ready, _, _ = select.select([self._device, orders], [], [])
            if orders in ready:
                line = os.read(orders, 4096)
                if not line:
                    return
                folder, _, fault = line.strip().partition(b" ")
                self._sick[folder] = fault.decode()
                os.write(1, b"so be it\n")
            if self._device in ready:
                try:
                    message = os.read(self._device, MAX_WRITE + 8192)
                except OSError as error:
                    if error.errno == errno.ENODEV:
                        return
                    continue  # the call was interrupted meanwhile
                self._answer(message)

    def _answer(self, message: bytes) -> None:
        _, code, unique, node, *_ = _IN.unpack_from(message)
        if code in {2, 42, 36}:  # forget, batch forget, interrupt: nobody waits for an answer
            return
        try:
            body, status = self._calls.get(code, _refuse_unknown)(node, message[_IN.size :]), 0
        except OSError as error:
            body, status = b"", -(error.errno or errno.EIO)
        with contextlib.suppress(OSError):
            os.write(self._device, _OUT.pack(_OUT.size + len(body), status, unique) + body)

    def _path(self, node: int) -> bytes:
        parts = []
        while node != 1:
            node, name = self._nodes[node]
            parts.append(name)
        return b"/".join((self._backing, *reversed(parts)))

    def _check(self, node: int, *kinds: str) -> None:
        """Refuse what is done in a sick folder, or with what stands in it, if its fault is one of these."""
        name = b""
        while node != 1:
            node, name = self._nodes[node]
        fault = self._sick.get(name, "well")
        if fault in kinds:
            raise OSError(FAULTS[fault], "")

    # What fails by which fault: reading by EIO, changing by being read-only, too, and growing by being full.
    def _check_reading(self, node: int) -> None:
        self._check(node, "EIO")

    def _check_changing(self, node: int) -> None:
        self._check(node, "EIO", "read-only")

    def _check_growing(self, node: int) -> None:
        self._check(node, "EIO", "read-only", "full")

    def _enter(self, parent: int, name: bytes) -> bytes:
        stat = os.lstat(self._path(parent) + b"/" + name)
        number = self._numbers.get((parent, name))
        if number is None:
            number, self._next = self._next, self._next + 1
            self._numbers[parent, name] = number
            self._nodes[number] = (parent, name)
        return struct.pack("<4QII", number, 0, 0, 0, 0, 0) + _pack_attributes(stat)

    def _init(self, _node: int, body: bytes) -> bytes:
        _, _, ahead, flags = struct.unpack_from("<4I", body)
        wanted = flags & (1 | 1 << 5)  # reads side by side, and writes of more than a page
        return struct.pack("<4IHHIIHHII24x", 7, 31, ahead, wanted, 12, 9, MAX_WRITE, 1, 32, 0, 0, 0)

    def _lookup(self, node: int, body: bytes) -> bytes:
        self._check_reading(node)
        return self._enter(node, body.rstrip(b"\0"))

    def _getattr(self, node: int, body: bytes) -> bytes:
        flags, _, handle = struct.unpack_from("<IIQ", body)
        stat = os.fstat(handle) if flags & 1 else os.lstat(self._path(node))
        return bytes(16) + _pack_attributes(stat)

    def _setattr(self, node: int, body: bytes) -> bytes:
        valid, _, handle, size, _, atime, mtime, _, ansec, mnsec, _, mode = struct.unpack_from("<IIQQQQQQIIII", body)
        self._check_changing(node)
        path = self._path(node)
        if valid & 1:
            os.chmod(path, modes.S_IMODE(mode))  # noqa: PTH101  names here are bytes
        if valid & 8:
            os.truncate(handle if valid & 64 else path, size)
        if valid & (16 | 32):
            stat = os.stat(path)  # noqa: PTH116
            times = {128: None, 16: atime * 10**9 + ansec}, {256: None, 32: mtime * 10**9 + mnsec}
            before = stat.st_atime_ns, stat.st_mtime_ns
            if valid & (128 | 256):
                os.utime(path)
            else:
                chosen = [next((at for bit, at in one.items() if at is not None and valid & bit), old)
                          for one, old in zip(times, before, strict=True)]  # fmt: skip
                os.utime(path, ns=(chosen[0], chosen[1]))
        stat = os.fstat(handle) if valid & 64 else os.lstat(path)
        return bytes(16) + _pack_attributes(stat)

    def _mkdir(self, node: int, body: bytes) -> bytes:
        mode, umask = struct.unpack_from("<II", body)
        self._check_growing(node)
        name = body[8:].rstrip(b"\0")
        os.mkdir(self._path(node) + b"/" + name, mode & ~umask)  # noqa: PTH102
        return self._enter(node, name)

    def _unlink(self, node: int, body: bytes) -> bytes:
        return self._remove(node, body, os.unlink)

    def _rmdir(self, node: int, body: bytes) -> bytes:
        return self._remove(node, body, os.rmdir)

    def _remove(self, node: int, body: bytes, remove: Callable[[bytes], None]) -> bytes:
        self._check_changing(node)
        name = body.rstrip(b"\0")
        remove(self._path(node) + b"/" + name)
        self._numbers.pop((node, name), None)
        return b""

    def _rename(self, node: int, body: bytes) -> bytes:
        return self._move(node, *struct.unpack_from("<Q", body), 0, body[8:])

    def _rename2(self, node: int, body: bytes) -> bytes:
        target, flags, _ = struct.unpack_from("<QII", body)
        return self._move(node, target, flags, body[16:])

    def _move(self, node: int, target: int, flags: int, names: bytes) -> bytes:
        self._check_changing(node)
        (self._check_changing if node == target else self._check_growing)(target)
        old, new = names.rstrip(b"\0").split(b"\0")
        if flags & ~_NOREPLACE:
            raise OSError(errno.EINVAL, "")
        new_path = self._path(target) + b"/" + new
        if flags and os.path.lexists(new_path):
            raise OSError(errno.EEXIST, "")
        os.rename(self._path(node) + b"/" + old, new_path)  # noqa: PTH104
        number = self._numbers.pop((node, old), None)
        self._numbers.pop((target, new), None)
        if number is not None:
            self._numbers[target, new] = number
            self._nodes[number] = (target, new)
        return b""

    def _open(self, node: int, body: bytes) -> bytes:
        flags, _ = struct.unpack_from("<II", body)
        (self._check_changing if flags & _WRITING else self._check_reading)(node)
        keep = 2  # pages read before stay good: nobody writes behind our back
        return struct.pack("<QIi", os.open(self._path(node), flags & ~(os.O_APPEND | os.O_NOFOLLOW)), keep, 0)

    def _create(self, node: int, body: bytes) -> bytes:
        flags, mode, umask, _ = struct.unpack_from("<4I", body)
        self._check_growing(node)
        name = body[16:].rstrip(b"\0")
        opened = os.open(self._path(node) + b"/" + name, (flags & ~os.O_APPEND) | os.O_CREAT, mode & ~umask)
        return self._enter(node, name) + struct.pack("<QIi", opened, 0, 0)

    def _read(self, node: int, body: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", body)
        self._check_reading(node)
        return os.pread(handle, size, offset)

    def _write(self, node: int, body: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", body)
        self._check_growing(node)
        return struct.pack("<II", os.pwrite(handle, body[40 : 40 + size], offset), 0)

    def _fsync(self, node: int, _body: bytes) -> bytes:
        self._check_reading(node)
        return b""

    def _flush(self, _node: int, _body: bytes) -> bytes:
        return b""

    def _release(self, _node: int, body: bytes) -> bytes:
        os.close(struct.unpack_from("<Q", body)[0])
        return b""

    def _opendir(self, node: int, _body: bytes) -> bytes:
        self._check_reading(node)
        folder = self._path(node)
        names = sorted(os.listdir(folder))  # noqa: PTH208
        handle, self._next = self._next, self._next + 1
        self._folders[handle] = [(name, os.lstat(folder + b"/" + name)) for name in names]
        return struct.pack("<QIi", handle, 0, 0)

    def _readdir(self, node: int, body: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", body)
        self._check_reading(node)
        found = b""
        for number, (name, stat) in enumerate(self._folders[handle][offset:], start=offset + 1):
            entry = struct.pack("<QQII", stat.st_ino, number, len(name), stat.st_mode >> 12) + name
            entry += bytes(-len(entry) % 8)
            if len(found) + len(entry) > size:
                break
            found += entry
        return found

    def _releasedir(self, _node: int, body: bytes) -> bytes:
        del self._folders[struct.unpack_from("<Q", body)[0]]
        return b""

    def _fsyncdir(self, node: int, _body: bytes) -> bytes:
        self._check_reading(node)
        return b""

    def _statfs(self, node: int, _body: bytes) -> bytes:
        self._check_reading(node)
        try:
            self._check(node, "full")
            free = 1 << 20
        except OSError:
            free = 0
        return struct.pack("<5Q4I24x", 1 << 20, free, free, 1 << 20, 1 << 20, 4096, 255, 4096, 0)


def _refuse_unknown(_node: int, _body: bytes) -> bytes:
    raise OSError(errno.ENOSYS, "")


def _pack_attributes(stat: os.stat_result) -> bytes:
    times = (stat.st_atime_ns, stat.st_mtime_ns, stat.st_ctime_ns)
    return _ATTR.pack(
        stat.st_ino, stat.st_size, stat.st_blocks, *(at // 10**9 for at in times), *(at % 10**9 for at in times),
        stat.st_mode, stat.st_nlink, stat.st_uid, stat.st_gid, 0, 4096, 0,
    )  # fmt: skip


def _serve(backing: str, folder: str) -> None:
    node = "/dev/fuse"
    if not os.path.exists(node):  # noqa: PTH110  a bare machine may lack it, while its kernel does not
        node = backing + ".device"
        os.mknod(node, modes.S_IFCHR | 0o600, os.makedev(10, 229))
    device = os.open(node, os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions".encode()
    if _libc.mount(b"sick", os.fsencode(folder), b"fuse", 2 | 4, options):  # no setuid, no devices
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    os.write(1, b"mounted\n")
    _Server(backing, device).serve(0)


if __name__ == "__main__":
    os.umask(0)
    try:
        _serve(*sys.argv[1:])
    except OSError as error:
        print(error, flush=True)  # the other process reads it
