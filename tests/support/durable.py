"""What would be left of a tree of folders after a power loss: only what was fsynced.

A file has the content of its last fsync (none: 0 bytes), a folder the names of its last one. A rename happens as a
whole or not at all, as on ext4, XFS and Btrfs: it lasts from the fsync of either folder on. SQLite's own files
are trusted: they are written with `synchronous=FULL`.
"""

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

TRUSTED = "state"


class DurableTree:
    """Follows one tree; what is in it at the beginning is durable."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names: dict[Path, dict[str, int]] = {}  #: of each folder: name -> inode of a file
        self._contents: dict[int, bytes] = {}
        self._held: list[int] = []  #: open descriptors, so that no inode number is used twice
        for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
            self._names[folder] = {}
            for path in folder.iterdir():
                if path.is_file():
                    self._contents[self._hold(path)] = path.read_bytes()
            self._names[folder] = _list_inodes(folder)

    def note_fsync(self, descriptor: int) -> None:
        """Given what was just fsynced, remember how it is."""
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if not path.is_relative_to(self._root) or path.is_relative_to(self._root / TRUSTED):
            return
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            self._note_folder(path)
        else:
            self._contents[self._hold(path)] = path.read_bytes()

    def _note_folder(self, folder: Path) -> None:
        before, now = self._names.get(folder, {}), _list_inodes(folder)
        self._names[folder] = now
        for name, inode in now.items():
            if inode not in self._contents:
                self._contents[self._hold(folder / name)] = b""
            for other, names in self._names.items():
                if other != folder and inode in names.values() and inode not in _list_inodes(other).values():
                    self._names[other] = {key: value for key, value in names.items() if value != inode}
        gone = set(before.values()) - set(now.values())
        for path in self._root.rglob("*") if gone else ():
            if path.is_file() and path.stat().st_ino in gone:  # moved there: the rename lasts as a whole
                self._names.setdefault(path.parent, {})[path.name] = path.stat().st_ino

    def materialize(self, target: Path) -> None:
        """Write what a power loss now would leave, as a new tree."""
        target.mkdir(parents=True)
        for folder, names in self._names.items():
            (target / folder.relative_to(self._root)).mkdir(parents=True, exist_ok=True)
            for name, inode in names.items():
                (target / folder.relative_to(self._root) / name).write_bytes(self._contents[inode])
        shutil.rmtree(target / TRUSTED, ignore_errors=True)
        shutil.copytree(self._root / TRUSTED, target / TRUSTED)

    def close(self) -> None:
        """Let go of what is held."""
        for descriptor in self._held:
            os.close(descriptor)

    def _hold(self, path: Path) -> int:
        descriptor = os.open(path, os.O_RDONLY)
        self._held.append(descriptor)
        return os.fstat(descriptor).st_ino


def _list_inodes(folder: Path) -> dict[str, int]:
    found = {}
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            if path.is_file():
                found[path.name] = path.stat().st_ino
    return found
