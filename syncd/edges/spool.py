"""The folders on the disk: list, read, write, file away.

Each function touches the disk in one way and decides nothing. A file that vanished is an ordinary result; a
folder or disk that refuses is a StorageError, whose sentence names it and the cure. Nothing is ever
overwritten, and nothing removed but what syncd itself made.
"""

import contextlib
import ctypes
import errno
import os
import stat as modes
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from syncd.core.model import FileStat
from syncd.core.names import is_left_alone
from syncd.edges.storage import OWN_PREFIX, NotRegularError, show_path, storage_faults
from syncd.errors import StorageError

CHUNK_BYTES = 256 * 1024
_PROBE_BYTES = 4096
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW

_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)

OddityKind = Literal["link", "pipe", "socket", "device", "folder", "hard link"]

_ODD_KINDS: dict[int, OddityKind] = {
    modes.S_IFLNK: "link",
    modes.S_IFIFO: "pipe",
    modes.S_IFSOCK: "socket",
    modes.S_IFDIR: "folder",
}


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in an inbox that is never taken."""

    name: str
    kind: OddityKind


def list_inbox(inbox: Path) -> Iterator[FileStat | Oddity]:
    """Given an inbox, return what stands directly in it, one by one, without the names that are left alone.

    The work, done and failed folders, where they stand inside, come as folders like any other. Raise StorageError.
    """
    with storage_faults(inbox), os.scandir(inbox) as entries:
        for entry in entries:
            if is_left_alone(entry.name):
                continue
            try:
                stat = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            yield _sort(entry.name, stat)


def look_at(path: Path) -> FileStat | Oddity:
    """Given a path, return how the file that stands there looks, or what else it is.

    Raise FileNotFoundError if nothing stands there, StorageError if the disk refuses.
    """
    with storage_faults(path.parent):
        return _sort(path.name, os.lstat(path))


def stat_file(path: Path) -> FileStat | None:
    """Given a path, return how what stands there looks (a link itself), or None. Raise StorageError."""
    try:  # only a refusal pays for context managers: this runs once for each order
        return _to_file_stat(path.name, os.lstat(path))
    except FileNotFoundError:
        return None
    except OSError:
        with storage_faults(path.parent):
            raise


def read_chunks(path: Path, on_chunk: Callable[[bytes], object] = lambda _: None) -> Iterator[bytes]:
    """Given a file, return its bytes in chunks of 256 KiB, each shown to `on_chunk` (a hash) first.

    Raise FileNotFoundError if it is not there, StorageError if it cannot be read or is no regular file.
    """
    with storage_faults(path.parent):
        descriptor = _open_regular(path)
        if descriptor is None:
            raise NotRegularError(f"{show_path(path)} is no regular file and is not read: take it away.")
        with os.fdopen(descriptor, "rb", 0) as file:
            while chunk := file.read(CHUNK_BYTES):
                on_chunk(chunk)
                yield chunk


class WholeFile(contextlib.AbstractContextManager["WholeFile"]):
    """A file written piece by piece under a name of its own, which gets its final name whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = path.parent
        self._temporary = _name_temporary(self._folder)
        self._is_moved = False
        with storage_faults(self._folder):
            self._file = os.fdopen(os.open(self._temporary, _CREATE, 0o640), "wb")

    def write(self, chunk: bytes) -> None:
        """Write the next piece. Raise StorageError if the disk refuses."""
        with storage_faults(self._folder):
            self._file.write(chunk)

    def write_all(self, chunks: Iterable[bytes]) -> None:
        """Write the next pieces, one after another. Raise StorageError if the disk refuses."""
        with storage_faults(self._folder):
            self._file.writelines(chunks)

    def sync(self) -> None:
        """Make what was written so far durable. Done now and then, it spares the loop one long wait at the end."""
        with storage_faults(self._folder):
            self._file.flush()
            os.fsync(self._file.fileno())

    def flush(self) -> int:
        """Hand all that was written to the kernel, and return the descriptor to be synced before `move`."""
        with storage_faults(self._folder):
            self._file.flush()
        return self._file.fileno()

    def move(self, *, replace: bool = False) -> None:
        """Give the file, durable by now, its final name; durable after `sync_folder`. Raise as `publish` does."""
        with storage_faults(self._folder):
            if replace:
                Path(self._temporary).replace(self._path)
            elif not _move_no_clobber(self._temporary, self._path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self._path))
        self._is_moved = True

    def publish(self, *, replace: bool = False) -> None:
        """Make the file durable under its final name; `replace` puts it in the place of one that stands there.

        Raise FileExistsError if the name is taken, StorageError if the disk refuses.
        """
        self.sync()
        self.move(replace=replace)
        sync_folder(self._folder)

    def __exit__(self, *_: object) -> None:
        with storage_faults(self._folder):
            try:
                self._file.close()
            finally:
                if not self._is_moved:
                    Path(self._temporary).unlink(missing_ok=True)


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Given a path and its content, make the whole file durable there, or nothing.

    Raise FileExistsError if the name is taken, StorageError if the disk refuses.
    """
    with WholeFile(path) as file:
        file.write_all(chunks)
        file.publish()


def is_same_content(path: Path, chunks: Iterable[bytes]) -> bool:
    """Given a path and content, return whether a regular file with just that content stands there."""
    with storage_faults(path.parent):
        try:
            descriptor = _open_regular(path)
        except FileNotFoundError:
            return False
        if descriptor is None:
            return False
        with os.fdopen(descriptor, "rb") as file:
            return all(file.read(len(chunk)) == chunk for chunk in chunks) and not file.read(1)


def file_away(source_path: Path, target_folder: Path, name: str) -> bool:
    """Given a file of whatever owner, move it to a name in a folder; return False if that name is taken.

    Raise FileNotFoundError if the file is not there, StorageError if a folder refuses or it is another mount.
    Durable after `sync_folder` of the target, then of the file's old folder.
    """
    with storage_faults(source_path.parent, target_folder):
        return _move_no_clobber(source_path, f"{target_folder}/{name}")


def put_back(path: Path, inbox: Path, name: str) -> bool:
    """Given a file, move it back into an inbox, as `file_away` does."""
    return file_away(path, inbox, name)


def prepare_folder(path: Path, mode: int | None = None) -> None:
    """Given a folder's path, make it (with that mode) and its parents where they are missing, durably."""
    with storage_faults():
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        try:
            path.mkdir(0o777 if mode is None else mode, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise StorageError(f"{show_path(path)} cannot be a folder: a file is in its way.") from error
    for folder in reversed(missing):
        sync_folder(folder.parent)


def check_folder_writable(path: Path) -> None:
    """Given a folder, make, fill and remove a file in it. Raise StorageError if that is refused."""
    with WholeFile(path / "probe") as file:
        file.write(bytes(_PROBE_BYTES))
        file.flush()  # and never published


def same_mount(paths: Sequence[Path]) -> bool:
    """Given folders, return whether a file can move between them in one step. Raise StorageError.

    Tried with a file of our own, as two mounts of one disk have the same device number and yet refuse. While it is
    elsewhere, another file of its name stands in the first folder: see `remove_leftovers`.
    """
    with storage_faults(*paths):
        if len({path.stat().st_dev for path in paths}) > 1:
            return False
        note = choose_temporary(paths[0])
        probe = note.with_name(f"{note.name}-")
        with contextlib.ExitStack() as cleanup:
            for made in (note, probe):
                cleanup.enter_context(_removed_after(made))
                os.close(os.open(made, _CREATE, 0o600))
            for path in paths[1:]:
                cleanup.enter_context(_removed_after(path / note.name))
                try:
                    probe = probe.rename(path / note.name)
                except OSError as error:
                    if error.errno == errno.EXDEV:
                        return False
                    raise
    return True


def free_bytes(path: Path) -> int:
    """Given a folder, return how many bytes its disk can still take from us. Raise StorageError."""
    with storage_faults(path):
        disk = os.statvfs(path)
    return disk.f_bavail * disk.f_frsize


def find_disk(folder: Path) -> int | None:
    """Return the number of the disk a folder lies on, or None where the folder is missing."""
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def name_taken(folder: Path, names: Iterable[str]) -> bool:
    """Given names, return whether anything, be it a dangling link, stands under one of them in the folder."""
    with storage_faults(folder):
        return any(_stands(f"{folder}/{name}") for name in names)


def _stands(path: str) -> bool:
    try:
        os.lstat(path)
    except FileNotFoundError:
        return False
    return True


def sync_folder(path: Path) -> None:
    """Given a folder, make the names in it durable. Raise StorageError if the disk refuses."""
    with storage_faults(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno != errno.EINVAL:  # some network file systems have no such thing for folders
                raise
        finally:
            os.close(descriptor)


def remove_leftovers(folder: Path, *others: Path) -> None:
    """Given a folder we do not write in now, remove what a death of ours left, also in others. Raise StorageError."""
    with storage_faults(folder, *others), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(OWN_PREFIX) and entry.is_file(follow_symlinks=False):
                for place in (*others, folder):
                    (place / entry.name).unlink(missing_ok=True)


def _sort(name: str, stat: os.stat_result) -> FileStat | Oddity:
    if not modes.S_ISREG(stat.st_mode):
        return Oddity(name, _ODD_KINDS.get(modes.S_IFMT(stat.st_mode), "device"))
    return _to_file_stat(name, stat) if stat.st_nlink == 1 else Oddity(name, "hard link")


def _to_file_stat(name: str, stat: os.stat_result) -> FileStat:
    return FileStat(name, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def _open_regular(path: Path) -> int | None:
    try:
        # Never through a link, and never waiting for the other end of a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:  # a link; a socket
            return None
        raise
    if modes.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def choose_temporary(folder: Path) -> Path:
    """Given a folder, return a path for something that lasts for a moment; an inbox leaves it alone."""
    return Path(_name_temporary(folder))


def _name_temporary(folder: Path) -> str:
    return f"{folder}/{OWN_PREFIX}{os.urandom(8).hex()}"


@contextlib.contextmanager
def _removed_after(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _rename_noreplace(source: Path | str, target: Path | str) -> None:
    ctypes.set_errno(errno.ENOSYS)  # what is left where libc has no such function
    here, no_replace = -100, 1  # AT_FDCWD, RENAME_NOREPLACE
    if _renameat2 is None or _renameat2(here, os.fsencode(source), here, os.fsencode(target), no_replace):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(source), None, str(target))


def _rename_over_placeholder(source: Path | str, target: Path | str) -> None:
    os.close(os.open(target, _CREATE, 0o600))
    try:
        Path(source).rename(target)
    except OSError:
        Path(target).unlink()
        raise


def _move_no_clobber(
    source: Path | str, target: Path | str, rename: Callable[[Path | str, Path | str], None] = _rename_noreplace
) -> bool:
    # Never by link(): it is refused for files of other owners. A death between placeholder and rename leaves
    # an empty file under the target's name; the file itself then takes another name.
    try:
        try:
            rename(source, target)
        except OSError as error:
            if error.errno not in {errno.ENOSYS, errno.EINVAL}:  # EINVAL: this file system cannot
                raise
            _rename_over_placeholder(source, target)
    except FileExistsError:
        return False
    return True
