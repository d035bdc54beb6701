"""What the machine refuses, in sentences: every OSError of a folder or disk becomes a StorageError with its cure."""

import errno
import os
from pathlib import Path
from types import TracebackType

from syncd.core.names import show_name
from syncd.errors import StorageError

OWN_PREFIX = ".syncd-"
"""Of everything we make for a moment; begins with a dot, so inboxes leave it alone."""

_CURES = {
    errno.ENOSPC: "The disk is full at {where}: free some space there.",
    errno.EDQUOT: "The disk quota is used up at {where}: free some space there or raise the quota.",
    errno.EROFS: "Read-only file system at {where}: mount it writable (ReadWritePaths= under systemd).",
    errno.EACCES: "No permission at {where}: give the user syncd runs as the right to read and write there.",
    errno.EPERM: "Not permitted at {where}: see who owns it and whether its folder is sticky.",
    errno.EIO: "The disk fails at {where} (input/output error): check the disk and its cables or network.",
    errno.ESTALE: "The network file system at {where} lost its server: mount it again.",
    errno.ENOTCONN: "The network file system at {where} lost its server: mount it again.",
    errno.EFBIG: "A file may not grow so large at {where}: raise the limit (LimitFSIZE= under systemd).",
    errno.EMFILE: "syncd may open no more files, at {where}: raise its limit (LimitNOFILE= under systemd).",
    errno.ENFILE: "This machine may open no more files, at {where}: raise fs.file-max.",
    errno.ENOTEMPTY: "Files are left at {where}, which should be empty: see whose they are and move them away.",
    errno.EXDEV: "{where} lie on different mounts, and files move between them in one step: put them on one.",
}


_ANY_CURE = "The disk, or the server behind it, refuses at {where} ({what}): check both."
_ANSWERS = frozenset(
    {
        *(errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG),
        *(errno.EINVAL, errno.ENOSYS, errno.EAGAIN, errno.EBADF),
    }
)
"""What says something of the thing that was asked for, or of us, and nothing of the machine."""


class NotRegularError(StorageError):
    """Something else than a file stands where one was."""


class storage_faults:  # noqa: N801 - used as a word: `with storage_faults(folder):`
    """Given the folders that are about to be used, turn the machine's faults inside into StorageError.

    A missing file stays a FileNotFoundError, as long as the folders themselves are there. A class, as it is
    entered a hundred times for each file: a generator would take three times as long.
    """

    __slots__ = ("_folders",)

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            gone = [folder for folder in self._folders if not _is_folder(folder)]
            if gone:
                raise StorageError(f"There is no folder {show_path(gone[0])}: make it again.") from error
        if error.errno is None or error.errno in _ANSWERS:
            return
        cure = _CURES.get(error.errno, _ANY_CURE)
        at_fault = [_find_place(error.filename)] if error.filename and not error.filename2 else self._folders
        where = " and ".join(dict.fromkeys(map(show_path, at_fault)))
        raise StorageError(cure.format(where=where, what=os.strerror(error.errno))) from error


def write_cure(code: int, path: Path) -> str:
    """Given one of the errors that have a cure, and where it struck, return the sentence for the operator."""
    return _CURES[code].format(where=show_path(path))


def find_refusal(path: Path) -> str | None:
    """Given a folder, return why its disk takes nothing, as far as can be seen without writing, or None.

    Raise StorageError if the folder does not even let itself be looked at.
    """
    with storage_faults(path):
        disk = os.statvfs(path)
    if disk.f_flag & os.ST_RDONLY:
        return write_cure(errno.EROFS, path)
    return write_cure(errno.ENOSPC, path) if disk.f_blocks and not disk.f_bavail else None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a folder above it refuses; that it is gone nobody knows
        return True


def _find_place(filename: str | bytes) -> Path:
    """Return the file at fault; of one that is ours for a moment, under another name at each try, its folder."""
    path = Path(os.fsdecode(filename))
    return path.parent if path.name.startswith(OWN_PREFIX) else path


def show_path(path: str | Path) -> str:
    """Return a path as logs and sentences show it."""
    return show_name(str(path))
