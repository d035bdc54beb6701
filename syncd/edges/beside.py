"""Markers and checksums of a taken file: where they stand until it is filed, and how they follow it.

They are taken before their file, into `work/.beside-<claim id>/`, so that none is left in an inbox to vouch for
a later file of the same name. Refuses to read more of one than a checksum has, and to overwrite anything.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from syncd.core.evidence import SIDECAR_BYTES
from syncd.edges.spool import file_away, prepare_folder, read_chunks, sync_folder
from syncd.edges.storage import NotRegularError, storage_faults

_PREFIX = ".beside-"  # hidden: no claim, and no stray


def take_beside(inbox: Path, work: Path, claim_id: str, names: Iterable[str]) -> None:
    """Given names in the inbox, take them along with a claim; one that vanished is left out. Raise StorageError."""
    folder = _folder(work, claim_id)
    prepare_folder(folder, mode=0o700)
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            file_away(inbox / name, folder, name)
    sync_folder(folder)


def put_back_beside(work: Path, claim_id: str, inbox: Path) -> None:
    """Given a claim that came to nothing, put what was taken along back into the inbox. Raise StorageError."""
    for name in list_beside(work, claim_id):
        file_away(_folder(work, claim_id) / name, inbox, name)
    remove_beside(work, claim_id)


def list_beside(work: Path, claim_id: str) -> list[str]:
    """Given a claim, return what was taken along with it. Raise StorageError."""
    with storage_faults(work):
        try:
            return sorted(os.listdir(_name_folder(work, claim_id)))  # noqa: PTH208
        except FileNotFoundError:
            return []


def list_beside_claims(work: Path) -> Iterator[str]:
    """Given the work folder, return the claims that something was taken along with. Raise StorageError."""
    with storage_faults(work), os.scandir(work) as entries:
        yield from (entry.name.removeprefix(_PREFIX) for entry in entries if entry.name.startswith(_PREFIX))


def read_beside(work: Path, claim_id: str, name: str) -> bytes:
    """Given a claim and a name taken along with it, return how it begins; nothing where it is no file."""
    with contextlib.suppress(FileNotFoundError, NotRegularError):
        if name not in list_beside(work, claim_id):
            return b""
        return next(read_chunks(_folder(work, claim_id) / name), b"")[:SIDECAR_BYTES]
    return b""


def file_beside(work: Path, claim_id: str, target: Path, choose_names: Callable[[str], Iterable[str]]) -> None:
    """Given a claim, move what was taken along to the first free one of its names in a folder. Raise StorageError."""
    for name in list_beside(work, claim_id):
        folder = _folder(work, claim_id)
        any(file_away(folder / name, target, chosen) for chosen in choose_names(name))


def remove_beside(work: Path, claim_id: str) -> None:
    """Given a claim, remove the folder of what was taken along, if nothing is left in it."""
    with contextlib.suppress(OSError):
        os.rmdir(_name_folder(work, claim_id))  # noqa: PTH106


def _folder(work: Path, claim_id: str) -> Path:
    return work / f"{_PREFIX}{claim_id}"


def _name_folder(work: Path, claim_id: str) -> str:
    """Return the same for what is asked of each file there ever is, mostly in vain: a Path costs more than the call."""
    return f"{work}/{_PREFIX}{claim_id}"
