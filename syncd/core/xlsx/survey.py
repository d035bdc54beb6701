"""One pass over a sheet's XML, before its values are read: what is there, and what a reader would pass over.

Finds how far the sheet reaches, hidden rows, merged cells, errors, formulas without a value, and numbers that
are shown otherwise than they are stored. Refuses cells that stand twice or beyond what can be held.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from syncd.core.cells import SpoiltCell
from syncd.core.model import FileDamagedError
from syncd.core.xlsx.archive import Attributes, damage, parse_xml, say_broken
from syncd.core.xlsx.parts import PLAIN, Book, Style, is_true

MOST_CELLS = 1_000_000
"""Of a sheet, rows times columns up to the last filled ones, empty ones counted: all of them are held."""
MOST_TEXT = 64 * 1024**2
"""Characters in all cells of a sheet together; a shared text counts wherever it stands."""
MOST_MERGED = 100_000
"""Ranges of merged cells of a sheet."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_COUNT = re.compile("[0-9]{1,9}")
_LONGEST_FORMULA = 80

ERROR = "the spreadsheet shows an error instead of a value: mend it there, or write the value itself"
UNCALCULATED = (
    "it is a formula whose result is not in the file: open it in Excel and save it again, or write the value itself"
)

Remark = SpoiltCell | Style
Position = tuple[int, int]
"""Row and column, from 1."""


@dataclass(slots=True)
class Survey:
    """What one pass over a sheet found."""

    rows: int = 0  #: up to the last filled one
    columns: int = 0
    text: int = 0  #: characters
    hidden: set[int] = field(default_factory=set)  #: rows with something in them that are not shown
    merged: list[tuple[int, str]] = field(default_factory=list)  #: over several rows: the first of them, and the range
    text_until: dict[int, int] = field(default_factory=dict)  #: column -> the last row with an empty cell for text
    remarks: dict[int, dict[int, Remark]] = field(default_factory=dict)  #: row -> column -> what is to be said


def survey_sheet(chunks: Iterable[bytes], book: Book) -> Survey:
    """Given a sheet's XML and its workbook, return what is there. Raise FileDamagedError."""
    surveyor = _Surveyor(book)
    parse_xml(chunks, surveyor.start, surveyor.end, surveyor.take_text)
    return surveyor.found


def name_column(number: int) -> str:
    """Given a column's number from 1, return its letters."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


class _Surveyor:
    """Where the pass stands. Its methods are called for every element: they are short, and ask the usual first."""

    def __init__(self, book: Book) -> None:
        self.found = Survey()
        self._book = book
        self._styles = {str(index): style for index, style in enumerate(book.styles)}
        self._text_styles = {index for index, style in self._styles.items() if style.text}
        self._columns = [name_column(number) for number in range(1, 27)]
        self._row = self._column = 0
        self._row_text = ""
        self._hidden = self._in_cell = self._behind = self._flat = False
        self._merges = self._told_columns = 0
        self._cell: Attributes = {}
        self._pieces: list[str] | None = None
        self._value: list[str] = []
        self._formula: list[str] | None = None

    def start(self, name: str, told: Attributes) -> None:
        """Take the beginning of an element."""
        if self._in_cell:
            if name in {"v", "t"}:
                self._pieces = self._value
            elif name == "f":
                self._pieces = self._formula = []
            elif ":" in name:
                raise say_broken(f"it has a part of an unknown kind in row {self._row}")
        elif name == "c":
            self._begin_cell(told)
        elif name == "row":
            self._begin_row(told)
        elif name in {"col", "mergeCell", "sheetFormatPr"}:
            self._take_around(name, told)
        elif name.endswith(":sheetData") or (not self._behind and name.endswith((":row", ":c"))):
            raise say_broken(f"it has a part of an unknown kind behind row {self._row}")

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if self._in_cell:
            self._pieces = None
            if name == "c":
                self._in_cell = False
                self._end_cell()
        elif name == "sheetData":
            self._behind = True

    def take_text(self, text: str) -> None:
        """Take text between two tags."""
        if self._pieces is not None:
            self._pieces.append(text)

    def _begin_row(self, told: Attributes) -> None:
        number = told.get("r", str(self._row + 1))
        if not _COUNT.fullmatch(number) or not self._row < int(number) <= LAST_ROW or self._behind:
            raise say_broken(f"its rows do not follow each other behind row {self._row}")
        self._row, self._column, self._row_text = int(number), 0, number
        hidden = told.get("hidden")
        flat = self._flat if hidden is None else is_true(hidden)
        self._hidden = flat or not told.get("ht", "15").strip("0.")  # of height 0 it is as little seen

    def _begin_cell(self, told: Attributes) -> None:
        column = self._column
        place = told.get("r")
        if place is None or (column < 26 and place == self._columns[column] + self._row_text):
            column += 1
        else:
            row, column = _read_place(place)
            if row != self._row or column <= self._column:
                raise say_broken(f"its cells do not follow each other in row {self._row}")
        if column > LAST_COLUMN:
            raise say_broken(f"row {self._row} has more cells than a row can have")
        self._column = column
        self._cell, self._in_cell = told, True
        self._value, self._formula = [], None

    def _end_cell(self) -> None:
        value, formula = "".join(self._value), self._formula
        kind = self._cell.get("t", "n")
        if not value and (formula is None or kind == "str"):
            if self._cell.get("s") in self._text_styles:
                self.found.text_until[self._column] = max(self._row, self.found.text_until.get(self._column, 0))
            return  # nothing but a colour, or a formula that gives an empty text
        found = self.found
        if self._hidden:
            found.hidden.add(self._row)
        found.rows, found.columns = self._row, max(found.columns, self._column)
        found.text += len(value) if kind != "s" else self._measure(value)
        if found.rows * found.columns > MOST_CELLS or found.text > MOST_TEXT:
            raise self._say_too_large()
        if (remark := self._remark(kind, value, formula)) is not PLAIN:
            found.remarks.setdefault(self._row, {})[self._column] = remark

    def _remark(self, kind: str, value: str, formula: list[str] | None) -> Remark:
        """Return what there is to say of a cell; PLAIN for nothing."""
        if formula is not None and (not value or self._book.recalculates):
            return SpoiltCell(f"={''.join(formula)[:_LONGEST_FORMULA]}", UNCALCULATED)
        if kind == "n":
            self._check_number(value)
            style = self._styles.get(self._cell.get("s", "0"), PLAIN)
            return replace(style, negative=True) if value.startswith("-") else style
        return SpoiltCell(value, ERROR) if kind == "e" else PLAIN

    def _say_too_large(self) -> FileDamagedError:
        reach = f"row {self._row} and column {name_column(self.found.columns)}"
        message = (
            f"The sheet is too large: it reaches to {reach}, or holds more than {MOST_TEXT:,} characters; at most "
            f"{MOST_CELLS:,} cells are read. Delete rows and columns that only seem empty, or split it"
        )
        return damage("workbook_too_large", message, self._row)

    def _measure(self, index: str) -> int:
        lengths = self._book.lengths
        if not _COUNT.fullmatch(index) or int(index) >= len(lengths):
            raise say_broken(f"the text of its cell {name_column(self._column)}{self._row} is missing")
        return lengths[int(index)]

    def _check_number(self, value: str) -> None:
        try:
            float(value)
        except ValueError:
            raise say_broken(f"its cell {name_column(self._column)}{self._row} should hold a number") from None

    def _take_around(self, name: str, told: Attributes) -> None:
        if name == "col":
            self._take_columns(told)
        elif name == "mergeCell":
            self._take_merge(told.get("ref", ""))
        else:
            self._flat = is_true(told.get("zeroHeight"))

    def _take_columns(self, told: Attributes) -> None:
        first, last = told.get("min", ""), told.get("max", "")
        if told.get("style") in self._text_styles and _COUNT.fullmatch(first) and _COUNT.fullmatch(last):
            begin, end = max(int(first), self._told_columns + 1), min(int(last), LAST_COLUMN)  # each of them once
            self.found.text_until |= dict.fromkeys(range(begin, end + 1), LAST_ROW)
            self._told_columns = max(self._told_columns, end)

    def _take_merge(self, ref: str) -> None:
        self._merges += 1
        if self._merges > MOST_MERGED:
            message = f"The sheet has more than {MOST_MERGED:,} merged cells: unmerge those that are not needed"
            raise damage("workbook_too_large", message)
        first, _, last = ref.partition(":")
        begin, end = _read_place(first), _read_place(last or first)
        if begin[0] != end[0]:
            self.found.merged.append((begin[0], ref))


def _read_place(text: str) -> Position:
    found = _PLACE.fullmatch(text.upper())
    if found is None:
        raise say_broken("one of its cells has no place")
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return int(found[2]), column
