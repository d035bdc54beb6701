"""A glance at the sheets that are not read: whether anything stands in them, and their first rows.

Looks no further than a header would stand. Refuses to read values: it tells nothing but texts and digits.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zipfile import ZipFile

from syncd.core.model import FileDamagedError
from syncd.core.xlsx.archive import Attributes, parse_xml, read_part
from syncd.core.xlsx.parts import Book, Tab, read_texts

_ROWS = 30
_CHARACTERS = 20_000
_LONGEST = 1000
"""Characters of a column's name; a shared text that is longer is none."""

_INDEX = re.compile("[0-9]{1,9}")

Row = list[tuple[str, str]]
"""Of each filled cell its kind and what stands there."""


@dataclass(frozen=True, slots=True)
class Other:
    """A sheet that was not read."""

    name: str
    rows: tuple[tuple[str, ...], ...]  #: its first ones with something in them: their filled cells


class _EnoughError(Exception):
    """Ends the look at a sheet before its XML does."""


def glance_at(archive: ZipFile, book: Book, tabs: Sequence[Tab]) -> tuple[Other, ...]:
    """Given a workbook and some of its sheets, return those with something in them. Raise FileDamagedError."""
    found = [(tab.name, rows) for tab in tabs if (rows := _read_head(archive, tab))]
    shared = read_texts(archive, book, {at for _, rows in found for row in rows for at in _list_shared(row, book)})
    return tuple(Other(name, tuple(tuple(_say(cell, shared) for cell in row) for row in rows)) for name, rows in found)


def _list_shared(row: Row, book: Book) -> Iterator[int]:
    """Yield which shared texts a row has that may be names of columns."""
    for kind, text in row:
        known = kind == "s" and _INDEX.fullmatch(text) and int(text) < len(book.lengths)
        if known and book.lengths[int(text)] <= _LONGEST:
            yield int(text)


def _say(cell: tuple[str, str], shared: dict[int, str]) -> str:
    kind, text = cell
    return text if kind != "s" else shared.get(int(text), "") if _INDEX.fullmatch(text) else ""


def _read_head(archive: ZipFile, tab: Tab) -> list[Row]:
    """Return a sheet's first rows with something in them."""
    head = _Head()
    try:
        parse_xml(read_part(archive, tab.path), head.start, head.end, head.take_text)
    except _EnoughError:
        pass
    except FileDamagedError:  # nobody reads it: that something stands there is told all the same
        head.rows.append([("", "")])
    return [row for row in head.rows if row]


class _Head:
    """Where the look at a sheet stands."""

    def __init__(self) -> None:
        self.rows: list[Row] = [[]]
        self._kind = ""
        self._pieces: list[str] | None = None
        self._left = _CHARACTERS

    def start(self, name: str, told: Attributes) -> None:
        """Take the beginning of an element."""
        if name == "row" and self.rows[-1]:
            if len(self.rows) == _ROWS:
                raise _EnoughError
            self.rows.append([])
        elif name == "c":
            self._kind = told.get("t", "n")
        elif name in {"v", "t"}:
            self._pieces = []

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name in {"v", "t"} and self._pieces:
            self.rows[-1].append((self._kind, "".join(self._pieces)))
        self._pieces = None

    def take_text(self, text: str) -> None:
        """Take text between two tags."""
        if self._pieces is not None:
            self._pieces.append(text)
            self._left -= len(text)
            if self._left < 0:
                self.rows[-1].append(("", ""))
                raise _EnoughError
