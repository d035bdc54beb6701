"""The rejected file of a mapped CSV layout: the failed orders' records with what they need to be read again.

Preamble and header, or the records and headers that stand around orders, are kept; a trailer counts anew.
Where no header can name `_error`, it is the last cell of a record and begins with its own name.
"""

from collections.abc import Callable, Iterator

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

Picked = Iterator[tuple[Row, str | None]]
"""Each record to write: with its error's text, empty or not, or None where it belongs to no order."""


def build_mapped_rows(
    text: Text, settings: CsvSettings, mapping: Mapping, pick: Callable[[Iterator[Row], Callable[[Row], bool]], Picked]
) -> Iterator[bytes]:
    """Given a mapped file's text and how to pick records (all of them, and which to keep besides), yield the file."""
    sheet = open_sheet(text, build_csv_settings(mapping, settings), mapping)
    yield sheet.dialect.bom
    if sheet.dialect.sep_line:
        yield f"sep={sheet.dialect.delimiter}{sheet.dialect.newline}".encode(sheet.dialect.encoding)
    if mapping.records is not None:
        yield from _write_records(sheet, mapping.records, pick)
    elif sheet.header is not None:
        yield from _write_rows(sheet, pick)
    else:
        for row, error in pick(sheet.rows, lambda row: find_block(row, mapping) is not None):
            yield _write(row.cells if error is None else _mark(row.cells, error), sheet.dialect)


def _write_rows(sheet: Sheet, pick: Callable[[Iterator[Row], Callable[[Row], bool]], Picked]) -> Iterator[bytes]:
    for row in sheet.head[:-1]:
        yield _write(row.cells, sheet.dialect)
    names = [sheet.names.get(key, "") for key in sheet.keys[: sheet.width]]
    yield _write((*names, ERROR_MARK), sheet.dialect)
    for row, error in pick(sheet.rows, lambda _row: False):
        cells = (*row.cells, *[""] * (sheet.width - len(row.cells)))
        # Another number of cells than the header has: refused again, until somebody has seen to it.
        surplus = () if sheet.explain_row(row) is None else row.cells[sheet.width :] or ("",)
        yield _write((*cells[: sheet.width], error or "", *surplus), sheet.dialect)


def _write_records(
    sheet: Sheet, records: Records, pick: Callable[[Iterator[Row], Callable[[Row], bool]], Picked]
) -> Iterator[bytes]:
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
        yield _write(tuple(cells) if error is None else _mark(tuple(cells), error), sheet.dialect)


def _mark(cells: tuple[str, ...], error: str) -> tuple[str, ...]:
    return (*cells, MARK + error)


def _write(cells: tuple[str, ...], dialect: Dialect) -> bytes:
    guarded = [guard_cell(cell.encode(dialect.encoding, "replace").decode(dialect.encoding)) for cell in cells]
    if dialect.quoting == "none":
        guarded = [cell.replace(dialect.delimiter, " ") for cell in guarded]
    return dump_row(guarded, dialect).encode(dialect.encoding)
