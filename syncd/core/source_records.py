"""The records of a file as its sender wrote them, for showing: column names or paths of keys, each with its value.

Reads an input once more that was judged before, and holds one record of it. Refuses to judge: which records are
wanted is given, and what is damaged ends the reading without a word.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from syncd.core.decode import Text
from syncd.core.guard import unguard_cell
from syncd.core.intake import Reading, choose_reading, open_encoded, open_file
from syncd.core.limits import Limits
from syncd.core.mapping.csv_rows import open_sheet
from syncd.core.mapping.joined import grow_joined
from syncd.core.mapping.model import Mapping, Placed
from syncd.core.mapping.reading import build_csv_settings
from syncd.core.mapping.records import grow_records
from syncd.core.model import Element, FileDamagedError, Row
from syncd.core.places_json import JsonPath, write_path
from syncd.core.read_csv import CsvSettings, open_table
from syncd.core.read_json import parse_element, read_elements
from syncd.core.say import show_value
from syncd.core.validate import ERROR_MARK
from syncd.core.xlsx.worksheet import Workbook

PAUSE = 100
"""Records passed over between two chances for the reader to let others go first."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a record, under the name its sender knows it by."""

    name: str  #: CSV: the header's name; JSON: the path of keys
    value: str


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record of a file."""

    record: int  #: counts from 1; of CSV the header is record 1
    line: int  #: where it begins, counts from 1
    cells: tuple[Cell, ...]


_Record = TypeVar("_Record", Row, Element)


def read_records(
    chunks: Iterable[bytes], name: str, reading: Reading, wanted: frozenset[int]
) -> Iterator[SourceRecord | None]:
    """Given a file's bytes and name, how it is read and the numbers of records, yield these records in file order.

    A None now and then says that others were passed over. Ends behind the last wanted one, or where the file is
    damaged. The column or key `_error` of an earlier rejected file is left out.
    """
    try:
        chosen, mapping = choose_reading(name, reading), reading.mapping
        if mapping is not None and chosen in {"csv", "xlsx"}:
            yield from _read_mapped(open_file(chunks, name, reading), reading, mapping, wanted)
            return
        text = open_encoded(chunks, name, reading)
        if chosen == "csv":
            yield from _read_csv(text, reading, wanted)
        else:
            keys = mapping.rules.orders if mapping is not None else ()
            elements = read_elements(text, reading.limits, lines=chosen == "ndjson", keys=keys or None)
            yield from _pick(elements, wanted, partial(_show_element, limits=reading.limits))
    except FileDamagedError:
        return


def _pick(
    records: Iterator[_Record], wanted: frozenset[int], show: Callable[[_Record], SourceRecord]
) -> Iterator[SourceRecord | None]:
    last = max(wanted, default=0)
    for count, record in enumerate(records):
        if record.record > last:
            return
        if record.record in wanted:
            yield show(record)
        elif count % PAUSE == 0:
            yield None


def _read_csv(text: Text, reading: Reading, wanted: frozenset[int]) -> Iterator[SourceRecord | None]:
    settings = CsvSettings(reading.delimiter, reading.final_newline_required, reading.limits)
    table = open_table(text, settings, reading.checker.known_columns)
    yield from _pick(table.rows, wanted, partial(_show_row, header=table.header.cells))


def _read_mapped(
    text: Text | Workbook, reading: Reading, mapping: Mapping, wanted: frozenset[int]
) -> Iterator[SourceRecord | None]:
    declared = CsvSettings(reading.delimiter, reading.final_newline_required, reading.limits)
    sheet = open_sheet(text, build_csv_settings(mapping, declared), mapping)
    if mapping.records is None and not mapping.blocks:
        names = tuple(sheet.names.get(key, "") for key in sheet.keys)
        yield from _pick(sheet.rows, wanted, partial(_show_row, header=names))
        return
    # Which columns a record has depends on those before it: only grown into orders does it know their names.
    records = mapping.records
    trees = (
        grow_records(sheet, mapping, records, reading.limits)
        if records
        else grow_joined(sheet, mapping, reading.limits)
    )
    for count, tree in enumerate(trees):
        yield from (_show_placed(placed) for placed in tree.rows if placed.row.record in wanted)
        if count % PAUSE == 0:
            yield None


def _show_placed(placed: Placed) -> SourceRecord:
    # Beside its cells a parent's values hold the lists of its children.
    cells = (Cell(name, placed.values[key]) for key, name in placed.names.items() if key in placed.values)
    return SourceRecord(placed.row.record, placed.row.line, tuple(cells))


def _show_row(row: Row, header: tuple[str, ...]) -> SourceRecord:
    guarded = ERROR_MARK in header
    cells = []
    for index, cell in enumerate(row.cells):
        name = header[index] if index < len(header) else ""
        if name != ERROR_MARK:
            cells.append(Cell(name or f"column {index + 1}", unguard_cell(cell) if guarded else cell))
    return SourceRecord(row.record, row.line, tuple(cells))


def _show_element(element: Element, limits: Limits) -> SourceRecord:
    order = parse_element(element, limits)
    if isinstance(order, dict):
        order = {key: value for key, value in order.items() if key != ERROR_MARK}
    cells = (Cell(write_path(path) or "the order", show_value(value)) for path, value in list_leaves(order))
    return SourceRecord(element.record, element.line, tuple(cells))


def list_leaves(value: object) -> Iterator[tuple[JsonPath, object]]:
    """Yield each value that holds no other, in the order of the text; a loop, as the nesting may be deep."""
    waiting: list[tuple[JsonPath, object]] = [((), value)]
    while waiting:
        path, value = waiting.pop()
        match value:
            case dict() if value:
                waiting += reversed([((*path, key), inner) for key, inner in value.items()])
            case list() if value:
                waiting += reversed([((*path, index), inner) for index, inner in enumerate(value)])
            case _:
                yield path, value
