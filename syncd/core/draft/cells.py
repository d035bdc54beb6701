"""CSV text into cells: which delimiter and quotes fit best, which row names the columns, which texts mean nothing.

Refuses only text that no way of reading makes rows of.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from syncd.core.decode import Text
from syncd.core.draft.model import Column, Line
from syncd.core.draft.synonyms import NULLS
from syncd.core.draft.words import fold, list_fields, score_name, split_name
from syncd.core.draft.yaml import quote
from syncd.core.limits import Limits
from syncd.core.model import FileDamagedError
from syncd.core.read_csv import CsvSettings, open_records
from syncd.core.split_csv import Quoting

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
Rows = list[list[str]]

_MOST_ROWS = 1_000
_MOST_HEAD = 40  # rows among which the header is looked for
_QUOTINGS: tuple[Quoting, ...] = ("strict", "lenient", "none")
_KNOWN = 0.9


@dataclass(frozen=True, slots=True)
class Cells:
    """A CSV file's cells, and how they were read."""

    rows: Rows  #: without empty ones
    delimiter: str
    quoting: Quoting

    def write_reading(self) -> Iterator[Line]:
        """Yield what `read:` says of it."""
        yield f"  delimiter: {DELIMITERS[self.delimiter]}", "fits the most rows"
        if self.quoting != "strict":
            yield f"  quoting: {self.quoting}", "quotes stand inside cells"


def read_cells(text: str) -> Cells:
    """Given CSV text, return its cells as the likeliest delimiter and quotes make them. Raise FileDamagedError."""
    tried = [
        Cells(_try(text, delimiter, quoting), delimiter, quoting) for delimiter in DELIMITERS for quoting in _QUOTINGS
    ]
    best = max(tried, key=lambda cells: _rate(cells.rows))
    return best if best.rows else Cells(_read(text, ",", "none"), ",", "none")  # which says what is wrong


def find_header(rows: Rows) -> int:
    """Return the number of the row that names the columns, from 1; 0: none does."""
    head = rows[:_MOST_HEAD]
    known = [count_names(row) for row in head]
    if max(known) > 1:
        return known.index(max(known)) + 1
    widest = max(sum(map(bool, row)) for row in head)
    for number, row in enumerate(head, 1):
        filled = [cell for cell in row if cell.strip()]
        if len(filled) >= 0.6 * widest and all(_may_name(cell) for cell in filled):
            return number
    return 0


def count_names(row: Sequence[str]) -> int:
    """Given a row, return how many of its cells are known as names of columns."""
    return sum(_is_name(cell) for cell in row if _may_name(cell))


def is_header(row: Sequence[str]) -> bool:
    """Given a row, tell whether all of its cells may be names and two or more are known as such."""
    return count_names(row) > 1 and all(_may_name(cell) for cell in row if cell.strip())


def find_nulls(rows: Rows) -> list[str]:
    """Given rows, return which texts in them stand for an empty cell, and empty those cells."""
    found = dict.fromkeys(cell.strip() for row in rows for cell in row if cell.strip() in NULLS)
    for row in rows:
        row[:] = ["" if cell.strip() in found else cell for cell in row]
    return list(found)


def make_columns(names: Sequence[str], rows: Rows) -> tuple[Column, ...]:
    """Given the names of columns and the rows under them, return those that have a name of their own."""
    counts = Counter(names)
    return tuple(
        Column(name, tuple(row[index] if index < len(row) else "" for row in rows))
        for index, name in enumerate(names)
        if name.strip() and counts[name] == 1
    )


def write_nulls(nulls: Sequence[str]) -> Iterator[Line]:
    """Yield what `read:` says of the texts that stand for an empty cell."""
    if nulls:
        yield f"  null: [{', '.join(map(quote, nulls))}]", "taken as empty cells; check that none is a value"


def write_contains(names: Sequence[str]) -> str:
    """Given a header's names, return the two that tell it best, as YAML."""
    named = [name for name in names if name.strip()]
    telling = sorted(named, key=lambda name: not _is_name(name))[:2]
    return ", ".join(quote(name) for name in named if name in telling)


def _try(text: str, delimiter: str, quoting: Quoting) -> Rows:
    try:
        return _read(text, delimiter, quoting)
    except FileDamagedError:
        return []


def _read(text: str, delimiter: str, quoting: Quoting) -> Rows:
    settings = CsvSettings(delimiter, False, Limits(), quoting)
    _, records = open_records(Text("utf-8", b"", iter([text])), settings, frozenset())
    return [
        list(cells) for (_, cells), _ in zip(records, range(_MOST_ROWS), strict=False) if any(map(str.strip, cells))
    ]


def _rate(rows: Rows) -> tuple[int, float]:
    """Return how well a way of reading fits: known names, then many rows of few widths, more than one cell wide."""
    if not rows:
        return -1, 0.0
    widths = Counter(map(len, rows))
    even = sum((times / len(rows)) ** 2 * math.log2(width) for width, times in widths.items())
    return max(map(count_names, rows[:_MOST_HEAD])), even


def _may_name(cell: str) -> bool:
    return any(map(str.isalpha, cell)) and "@" not in cell and len(cell) <= 80


@lru_cache(maxsize=4096)
def _is_name(cell: str) -> bool:
    words = split_name(cell)
    plain = re.sub(r"[\W_]", "", fold(cell))
    return bool(plain) and any(score_name(words, field) >= _KNOWN for field in list_fields())
