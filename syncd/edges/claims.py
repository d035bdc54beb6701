"""The work folder: what was taken out of an inbox stands in `work/<folder>/NAME` until it is filed.

The files of one batch share a folder, so that the disk makes and syncs it once for all of them; which folder a
claim id means, `core.names.folder_name` says. Refuses to overwrite a file of the same folder, and to remove a
folder that still holds something.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from syncd.core.model import Claim, FileStat
from syncd.core.names import folder_name
from syncd.edges.spool import file_away, look_at, name_taken
from syncd.edges.storage import storage_faults

_JUDGED = ".judged"


def find_folder(work: Path, claim_id: str) -> Path:
    """Given the work folder, return where the file of a claim stands."""
    return work / folder_name(claim_id)


def find_original(work: Path, claim: Claim) -> Path:
    """Given the work folder, return the path of a claim's file."""
    return work.joinpath(folder_name(claim.id), claim.name)


def find_judged(work: Path, claim_id: str) -> Path:
    """Given the work folder, return the path of a claim's side file, which the files of its folder share."""
    return name_judged(work, folder_name(claim_id))


def name_judged(work: Path, folder: str) -> Path:
    """Given the work folder and a folder in it, return the path of the side file of what stands there."""
    return work / f"{folder}{_JUDGED}"


@contextlib.contextmanager
def made_folder(work: Path, folder: str) -> Iterator[None]:
    """Given the name of a new folder in work, make it for the claims inside; without any it goes away again.

    Raise StorageError, or FileExistsError if the name was used before.
    """
    with storage_faults(work):
        try:
            (work / folder).mkdir(0o700)
        except OSError as error:
            error.filename = str(work)  # one sentence for all tries, although each folder has another name
            raise
    try:
        yield
    finally:
        _remove_empty(work / folder)


def claim(inbox: Path, work: Path, name: str, claim_id: str) -> FileStat | None:
    """Given a name in the inbox, take it into its claim's folder by one rename; return how it looks now.

    Return None where the name vanished, or turned out to be no regular file with one link: that is put back
    (or stays in the claim's folder, should its name be taken by now). Raise StorageError.
    Durable after `sync_folder` of the claim's folder, work and the inbox.
    """
    folder = find_folder(work, claim_id)
    taken = folder / name
    if name_taken(folder, (name,)):  # the folder is ours alone, so nothing comes between look and rename
        return None
    with storage_faults(inbox, work):
        try:
            (inbox / name).rename(taken)
        except FileNotFoundError:
            if inbox.is_dir():
                return None
            raise
    found = look_at(taken)
    if isinstance(found, FileStat):
        return found
    file_away(taken, inbox, name)
    return None


def list_claimed(work: Path) -> Iterator[tuple[str, list[str]]]:
    """Given the work folder, return the folders in it, each with the names of what stands there.

    A missing work folder holds nothing. Raise StorageError.
    """
    for folder in _list_work(work, folders=True):
        with storage_faults(work), contextlib.suppress(FileNotFoundError):
            yield folder, sorted(path.name for path in (work / folder).iterdir())


def list_strays(work: Path) -> Iterator[str]:
    """Given the work folder, return the names of files lying directly in it that are none of ours."""
    return (name for name in _list_work(work, folders=False) if not name.endswith(_JUDGED))


def list_judged(work: Path) -> Iterator[str]:
    """Given the work folder, return the folders that the side files in it belong to. Raise StorageError."""
    return (name.removesuffix(_JUDGED) for name in _list_work(work, folders=False) if name.endswith(_JUDGED))


def remove_judged(path: Path) -> None:
    """Given a side file, which holds customer data, remove it; again is harmless."""
    with storage_faults(path.parent):
        path.unlink(missing_ok=True)


def remove_claim(work: Path, claim_id: str) -> None:
    """Given a claim, the last of its folder to be filed, remove side file and folder; again is harmless.

    The folder goes last: as long as it stands, the next start ends what a death left undone.
    Raise StorageError if something is left in a folder of its own.
    """
    remove_judged(find_judged(work, claim_id))
    folder = folder_name(claim_id)
    if not _remove_empty(work / folder) and folder == claim_id:
        with storage_faults(work):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(work / folder))


def remove_folder(work: Path, folder: str) -> None:
    """Given a folder in work that nobody needs any more, remove it if it is empty. Raise StorageError."""
    _remove_empty(work / folder)


def _remove_empty(folder: Path) -> bool:
    """Return whether the folder is gone."""
    with storage_faults(folder.parent):
        try:
            folder.rmdir()
        except FileNotFoundError:
            return True
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:  # POSIX allows both
                raise
            return False
    return True


def _list_work(work: Path, *, folders: bool) -> Iterator[str]:
    with storage_faults(), contextlib.suppress(FileNotFoundError), os.scandir(work) as entries:
        for entry in entries:
            found = entry.is_dir(follow_symlinks=False) if folders else entry.is_file(follow_symlinks=False)
            if found and not entry.name.startswith("."):
                yield entry.name
