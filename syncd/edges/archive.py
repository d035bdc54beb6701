"""What stands in done and failed: listed, and, where the config asks for it, removed. Nothing else removes there."""

import os
from collections.abc import Iterable
from pathlib import Path

from syncd.edges.storage import storage_faults


def list_archived(folder: Path) -> set[str]:
    """Given done or failed, return the names of the regular files in it. Raise StorageError."""
    with storage_faults(folder), os.scandir(folder) as entries:
        return {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}


def remove_archived(folder: Path, names: Iterable[str]) -> None:
    """Given a folder and names, remove them in this order; one that is gone is fine. Raise StorageError."""
    with storage_faults(folder):
        for name in names:
            (folder / name).unlink(missing_ok=True)
