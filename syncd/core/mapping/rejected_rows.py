"""The rejected file of a mapped layout of rows: the failed orders' records with what they need to be read again.

Preamble and header, or the records and headers that stand around orders, are kept; a trailer counts anew.
Where no header can name `_error`, it is the last cell of a record and begins with its own name.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from syncd.core.cells import DateCell, NumberCell
from syncd.core.decode import Text
from syncd.core.guard import guard_cell
from syncd.core.mapping.csv_rows import MARK, Sheet, open_sheet
from syncd.core.mapping.joined import find_block
from syncd.core.mapping.model import Mapping, Records
from syncd.core.mapping.paths import fold_name
from syncd.core.mapping.reading import build_csv_settings
from syncd.core.model import Row
from syncd.core.read_csv import CsvSettings, Dialect, dump_row
from syncd.core.validate import ERROR_MARK
from syncd.core.xlsx.worksheet import Workbook, Worksheet
from syncd.core.xlsx.write import write_workbook

Picked = Iterator[tuple[Row, str | None]]
"""Each record to write: with its error's text, empty or not, or None where it belongs to no order."""

Pick = Callable[[Iterator[Row], Callable[[Row], bool]], Picked]
Cells = tuple[str, ...]


def build_mapped_rows(text: Text | Workbook, settings: CsvSettings, mapping: Mapping, pick: Pick) -> Iterator[bytes]:
    """Given a mapped file and how to pick records (all of them, and which to keep besides), yield the file."""
    sheet = open_sheet(text, build_csv_settings(mapping, settings), mapping)
    dialect = sheet.dialect
    if isinstance(dialect, Worksheet):
        typed, filled = set[int](), set[int]()
        watched = replace(sheet, rows=_watch(sheet.rows, typed, filled))
        cells_of_rows = list(_list_rows(watched, mapping, pick))  # the last row may tell what kind a column is of
        one_table = mapping.records is None and not mapping.blocks  # else a column holds many things
        texts = (filled - typed) | _list_text_columns(sheet, dialect) if one_table else frozenset[int]()
        yield from write_workbook(cells_of_rows, dialect.name, dialect.number, texts)
        return
    rows = _list_rows(sheet, mapping, pick)
    yield dialect.bom
    if dialect.sep_line:
        yield f"sep={dialect.delimiter}{dialect.newline}".encode(dialect.encoding)
    for cells in rows:
        yield _write(cells, dialect)


def _watch(rows: Iterator[Row], typed: set[int], filled: set[int]) -> Iterator[Row]:
    """Yield rows, and note which columns, from 1, have a number or a date in any of them, and which anything."""
    for row in rows:
        filled.update(at for at, cell in enumerate(row.cells, 1) if cell)
        typed.update(at for at, cell in enumerate(row.cells, 1) if isinstance(cell, NumberCell | DateCell))
        yield row


def _list_text_columns(sheet: Sheet, worksheet: Worksheet) -> set[int]:
    """Return the columns, from 1, that have empty cells formatted as text behind the header."""
    if sheet.header is None:
        return set()
    line, cells = sheet.header.line, sheet.header.cells
    mark = cells.index(ERROR_MARK) + 1 if ERROR_MARK in cells else len(cells) + 1
    found = {at for at, last in worksheet.text_until.items() if last > line and at != mark}
    return {at - (at > mark) for at in found}


def _list_rows(sheet: Sheet, mapping: Mapping, pick: Pick) -> Iterator[Cells]:
    if mapping.records is not None:
        yield from _list_records(sheet, mapping.records, pick)
    elif sheet.header is not None:
        yield from _list_order_rows(sheet, pick)
    else:
        for row, error in pick(sheet.rows, lambda row: find_block(row, mapping) is not None):
            yield row.cells if error is None else _mark(row.cells, error)


def _list_order_rows(sheet: Sheet, pick: Pick) -> Iterator[Cells]:
    for row in sheet.head[:-1]:
        yield row.cells
    names = [sheet.names.get(key, "") for key in sheet.keys[: sheet.width]]
    yield (*names, ERROR_MARK)
    for row, error in pick(sheet.rows, lambda _row: False):
        cells = (*row.cells, *[""] * (sheet.width - len(row.cells)))
        # Another number of cells than the header has: refused again, until somebody has seen to it.
        surplus = () if sheet.explain_row(row) is None else row.cells[sheet.width :] or ("",)
        yield (*cells[: sheet.width], error or "", *surplus)


def _list_records(sheet: Sheet, records: Records, pick: Pick) -> Iterator[Cells]:
    counts: dict[str, int] = {}
    begun = False

    def find_name(row: Row) -> str:
        return fold_name(row.cells[records.cell]) if records.cell < len(row.cells) else ""

    def stands_around(row: Row) -> bool:
        """Tell whether a record belongs to no order: those before the first one, headers and trailers."""
        nonlocal begun
        kind = records.kinds.get(find_name(row))
        begun = begun or (kind is not None and kind.role == "order")
        return kind is None or kind.role in {"file", "trailer"} or not begun

    for row, error in pick(sheet.rows, stands_around):
        name = find_name(row)
        counts[name] = counts.get(name, 0) + 1
        kind = records.kinds.get(name)
        cells = list(row.cells)
        if kind is not None and kind.role == "trailer":
            at = 0 if records.cell else 1
            cells[at] = str(counts.get(kind.counts, 0))
        yield tuple(cells) if error is None else _mark(tuple(cells), error)


def _mark(cells: Cells, error: str) -> Cells:
    return (*cells, MARK + error)


def _write(cells: Cells, dialect: Dialect) -> bytes:
    guarded = [guard_cell(cell.encode(dialect.encoding, "replace").decode(dialect.encoding)) for cell in cells]
    if dialect.quoting == "none":
        guarded = [cell.replace(dialect.delimiter, " ") for cell in guarded]
    return dump_row(guarded, dialect).encode(dialect.encoding)
