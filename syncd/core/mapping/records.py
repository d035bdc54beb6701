"""A file of record types into the trees of orders: an order's record, its children, theirs; a trailer that counts.

Streams and holds one order. Refuses a file with a record of a type nobody declared, a child without its
parent, or a trailer that is missing or counts otherwise: such a file may have been cut off.
"""

from collections.abc import Iterator
from typing import Any

from syncd.core.limits import Limits
from syncd.core.mapping.csv_rows import Sheet, say_missing
from syncd.core.mapping.model import Mapping, Placed, RecordKind, Records, Tree, TreePath
from syncd.core.mapping.paths import fold_name
from syncd.core.mapping.texts import fold_space
from syncd.core.mapping.trees import check_size, make_tree
from syncd.core.model import VALUE_MARK, FileDamagedError, Problem, Row


class _Growth:
    """The order being read."""

    def __init__(self, file: dict[str, str]) -> None:
        self.file = dict(file)
        self.root: dict[str, Any] = {}
        self.placed: list[Placed] = []
        self.problems: list[Problem] = []
        self.last: dict[str, tuple[dict[str, Any], TreePath]] = {}  #: the newest record of each type
        self.rows: list[Row] = []
        self.size = 0

    def take(self, kind: RecordKind, columns: list[str], cells: list[str], row: Row, limits: Limits) -> None:
        """Put a record where it belongs: its parent is there."""
        own = _read_record(kind, columns, cells, row)
        values, path = own.values, own.path
        if kind.role == "order":
            self.root = values
        else:
            parent, place = self.last[kind.parent]
            entries = parent.setdefault(kind.name, [])
            path = (*place, kind.name, len(entries))
            entries.append(values)
        self.last[kind.name] = values, path
        self.placed.append(own._replace(path=path))
        self.problems += _explain_width(columns, cells, row)
        self.rows.append(row)
        self.size += sum(map(len, cells))
        check_size(self.rows, self.size, limits)

    def finish(self) -> Tree:
        """Return the order's tree."""
        return make_tree(self.root, self.placed, self.file, self.problems)


def grow_records(sheet: Sheet, mapping: Mapping, records: Records, limits: Limits) -> Iterator[Tree]:
    """Given a sheet of record types, yield the tree of each order."""
    columns = {kind.name: list(kind.columns) for kind in records.kinds.values()}
    counts: dict[str, int] = {}
    file: dict[str, str] = {}
    growth: _Growth | None = None
    last: Row | None = None
    for row, kind, cells in _tell_kinds(sheet, mapping, records, columns):
        last = row
        counts[kind.name] = counts.get(kind.name, 0) + 1
        match kind.role:
            case "trailer":
                _check_count(kind, cells, counts, row)
            case "file":
                file |= _read_record(kind, columns[kind.name], cells, row).values
            case "order":
                if growth:
                    yield growth.finish()
                growth = _Growth(file)
                growth.take(kind, columns[kind.name], cells, row, limits)
            case "child":
                if growth is None or kind.parent not in growth.last:
                    raise FileDamagedError(_say_stray(row, kind))
                growth.take(kind, columns[kind.name], cells, row, limits)
            case _:
                pass
    trailers = [kind for kind in records.kinds.values() if kind.role == "trailer" and kind.name not in counts]
    if trailers and last is not None:
        raise FileDamagedError(_say_no_trailer(trailers[0], last))
    if growth:
        yield growth.finish()


def _tell_kinds(
    sheet: Sheet, mapping: Mapping, records: Records, columns: dict[str, list[str]]
) -> Iterator[tuple[Row, RecordKind, list[str]]]:
    """Yield each record with its kind and its cells behind the type; note the columns that header records name."""
    headers = {kind.header: kind for kind in records.kinds.values() if kind.header is not None}
    for row in sheet.rows:
        name = fold_name(row.cells[records.cell]) if records.cell < len(row.cells) else ""
        cells = list(row.cells[: records.cell] + row.cells[records.cell + 1 :])
        if name in headers:
            columns[headers[name].name] = cells
            _check_columns(headers[name], cells, row, mapping)
        elif name in records.kinds:
            yield row, records.kinds[name], cells
        else:
            raise FileDamagedError(_say_unknown(row, name, records))


def _read_record(kind: RecordKind, columns: list[str], cells: list[str], row: Row) -> Placed:
    folded = [fold_name(name) for name in columns]
    names = {name: written for name, written in zip(folded, columns, strict=True) if name}
    values = {name: cell for name, cell in zip(folded, cells, strict=False) if name}
    names = {name: f"{kind.name.upper()}.{written}" for name, written in names.items()}
    return Placed((), row, names, values)


def _explain_width(columns: list[str], cells: list[str], row: Row) -> list[Problem]:
    """Say so where a record has filled cells behind its last column, or lacks some."""
    if len(cells) >= len(columns) and not any(cells[len(columns) :]):
        return []
    message = f"Line {row.line} has {len(cells)} cells behind its type, such a record has {len(columns)}"
    return [Problem("wrong_cell_count", message, line=row.line)]


def _check_columns(kind: RecordKind, cells: list[str], row: Row, mapping: Mapping) -> None:
    present = set(map(fold_name, cells))
    prefix = f"{kind.name}/"
    missing = [
        used.name
        for key, used in mapping.used.items()
        if key.startswith(prefix) and not used.optional and key.removeprefix(prefix) not in present
    ]
    if missing:
        raise FileDamagedError(say_missing(missing, row))


def _check_count(kind: RecordKind, cells: list[str], counts: dict[str, int], row: Row) -> None:
    told, counted = fold_space(cells[0]) if cells else "", counts.get(kind.counts, 0)
    if told.lstrip("0") != str(counted) and not (told.strip("0") == "" and told and not counted):
        message = (
            f"The last record (line {row.line}) counts {VALUE_MARK} records {kind.counts.upper()}, the file has "
            f"{counted}: it may have been cut off, send it again"
        )
        raise FileDamagedError(Problem("trailer_count", message, line=row.line, value=told))


def _say_no_trailer(kind: RecordKind, last: Row) -> Problem:
    message = (
        f"The file ends in line {last.line} without its last record {kind.name.upper()}: it may have been cut off, "
        "send it again"
    )
    return Problem("no_trailer", message, line=last.line)


def _say_unknown(row: Row, name: str, records: Records) -> Problem:
    known = ", ".join(sorted(kind.name.upper() for kind in records.kinds.values()))
    message = f"Line {row.line} is a record of the type {VALUE_MARK}; the mapping knows {known}"
    return Problem("unknown_record", message, line=row.line, value=name)


def _say_stray(row: Row, kind: RecordKind) -> Problem:
    name = kind.name.upper()
    message = f"The record {name} in line {row.line} stands before the one it belongs to: send the file again"
    return Problem("stray_record", message, line=row.line)
