"""One block of options, read without a fall: what the shape check has already refused reads as not given.

So every later check can run as well, and an operator sees all that is wrong at once.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.config.document import Document, KeyPath, show_key


@dataclass(frozen=True, slots=True)
class Options:
    """A block of options with the environment filled in."""

    block: dict[str, object]
    key: KeyPath
    document: Document
    folder: Path  #: of the config file: relative paths start here

    def has(self, name: str) -> bool:
        """Tell whether the operator wrote this option, rightly or not."""
        return name in self.block

    def text(self, name: str) -> str | None:
        """Return a text, or None where none is given."""
        value = self.block.get(name)
        return value if isinstance(value, str) and value else None

    def path(self, name: str) -> Path | None:
        """Return a path made absolute, its symbolic links kept, or None where none is given."""
        text = self.text(name)
        if text is None:
            return None
        if text.startswith("~"):
            self.refuse(name, "begins with ~, which is not filled in here; write the whole path, or ${HOME}")
        return self.folder / text

    def place(self, name: str) -> Path | None:
        """Return a folder's path with its symbolic links followed, so that folders can be compared."""
        path = self.path(name)
        return None if path is None else Path(os.path.realpath(path))

    def given(self, *names: str) -> dict[str, Any]:
        """Return those of the named options that are given, to stand in place of the model's defaults."""
        return {name: self.block[name] for name in names if name in self.block}

    def inner(self, name: str) -> "Options":
        """Return a block inside this one; empty where none is given."""
        value = self.block.get(name)
        return Options(value if isinstance(value, dict) else {}, (*self.key, name), self.document, self.folder)

    def entries(self, name: str) -> Iterator["Options"]:
        """Yield the blocks of a list."""
        value = self.block.get(name)
        for index, entry in enumerate(value if isinstance(value, list) else []):
            if isinstance(entry, dict):
                yield Options(entry, (*self.key, name, index), self.document, self.folder)

    def refuse(self, name: str, sentence: str) -> None:
        """Note what is wrong with an option."""
        key = (*self.key, name)
        self.document.find(key, f"{show_key(key)} {sentence}")
