"""The default CSV layout: headers are the API's field names, nested with a dot; a row is an item of an order.

Adjacent rows with the same reference are one order and must agree in all that is not the item's. Refuses to
guess what an unknown column means.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from syncd.core.guard import unguard_cell
from syncd.core.limits import Limits
from syncd.core.model import VALUE_MARK, FileDamagedError, Place, Problem, Row
from syncd.core.places_json import parse_pointer, write_pointer
from syncd.core.rules import REFERENCE
from syncd.core.say import join_words, quote_name, say_cell_count
from syncd.core.validate import ERROR_MARK, NEVER_SENT, OrderChecker

_MOST_NAMES = 8  # of unknown columns in one message
_MOST_RECORDS_OF_TEXT = 16  # an order may be as large as so many records of the greatest size


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read."""

    index: int
    name: str  #: as in the header
    parents: tuple[str, ...]  #: the objects its field stands in, within the order or the item
    leaf: str  #: the field itself


@dataclass(frozen=True, slots=True)
class Run:
    """Columns side by side whose fields stand in one object: they are read at once."""

    parents: tuple[str, ...]
    leaves: tuple[str, ...]
    span: slice


@dataclass(frozen=True, slots=True)
class Layout:
    """What the header says."""

    list_name: str
    order_columns: tuple[Column, ...]
    item_columns: tuple[Column, ...]
    order_runs: tuple[Run, ...]  #: the same columns again
    item_runs: tuple[Run, ...]
    reference_index: int | None
    width: int  #: columns up to the last one with a name
    widest: int  #: with the unnamed ones at the right end
    unnamed: tuple[int, ...]  #: indexes of columns without a name between others
    guarded: bool  #: a rejected file: cells that a spreadsheet would run begin with a '


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one order."""

    rows: tuple[Row, ...]
    reference: str | None
    ragged: tuple[Problem, ...]  #: for each row with too few or too many cells


def plan_layout(header: Row, checker: OrderChecker, *, generate: bool) -> Layout:
    """Given the header, the checker and whether references may be generated, return the layout.

    Raise FileDamagedError for an unknown column or a missing one.
    """
    cells = header.cells
    width = max((index + 1 for index, name in enumerate(cells) if name), default=0)
    order_columns: list[Column] = []
    item_columns: list[Column] = []
    missing = sorted(checker.required_columns - frozenset(cells) - ({REFERENCE} if generate else set()))
    if unknown := [name for name in cells[:width] if name and name not in checker.known_columns]:
        raise FileDamagedError(_say_unknown(header, unknown, missing, checker))
    for index, name in enumerate(cells[:width]):
        if name in checker.columns:
            path = checker.columns[name]
            in_item = len(path) > 1 and path[0] == checker.list_name
            inner = path[1:] if in_item else path
            (item_columns if in_item else order_columns).append(Column(index, name, inner[:-1], inner[-1]))
    if missing:
        raise FileDamagedError(_say_missing(header, missing))
    return Layout(
        list_name=checker.list_name,
        order_columns=tuple(order_columns),
        item_columns=tuple(item_columns),
        order_runs=tuple(_find_runs(order_columns)),
        item_runs=tuple(_find_runs(item_columns)),
        reference_index=cells.index(REFERENCE) if REFERENCE in cells else None,
        width=width,
        widest=len(cells),
        unnamed=tuple(index for index, name in enumerate(cells[:width]) if not name),
        guarded=ERROR_MARK in cells,
    )


def group_rows(rows: Iterable[Row], layout: Layout, limits: Limits) -> Iterator[Group]:
    """Given the rows of a file, yield its orders: adjacent rows of one reference; each row that has none.

    Raise FileDamagedError where a column without a name is filled, or an order is too large to be held.
    """
    most = _MOST_RECORDS_OF_TEXT * limits.record_bytes
    gathered: list[Row] = []
    ragged: list[Problem] = []
    current: str | None = None
    size = 0
    for given in rows:
        row = replace(given, cells=tuple(map(unguard_cell, given.cells))) if layout.guarded else given
        reference = _read_reference(row, layout)
        if gathered and (reference is None or reference != current):
            yield Group(tuple(gathered), current, tuple(ragged))
            gathered, ragged, size = [], [], 0
        current = reference
        gathered.append(row)
        size += sum(map(len, row.cells))
        if size > most:
            raise FileDamagedError(_say_large(gathered[0], row))
        if _is_ragged(row, layout):
            ragged.append(_say_ragged(row, layout))
        else:
            _refuse_unnamed(row, layout)
    if gathered:
        yield Group(tuple(gathered), current, tuple(ragged))


def build_payload(group: Group, layout: Layout) -> dict[str, object]:
    """Given an order's rows, return its payload with every cell as text, empty ones left out."""
    payload = _build_object(group.rows[0].cells, layout.order_runs)
    if layout.item_runs:
        payload[layout.list_name] = [_build_object(row.cells, layout.item_runs) for row in group.rows]
    return payload


def find_contradictions(group: Group, layout: Layout) -> list[Problem]:
    """Given an order's rows, return a problem for each of the order's columns in which they do not agree."""
    first, problems = group.rows[0], []
    for column in () if _agree(group.rows, layout.order_runs) else layout.order_columns:
        expected = first.cells[column.index]
        other = next((row for row in group.rows if row.cells[column.index] != expected), None)
        if other is not None:
            problems.append(_say_contradiction(column, first, other))
    return problems


def locate_cell(pointer: str, group: Group, layout: Layout) -> Place:
    """Given a JSON pointer into the order's payload, return the line and, if the file has it, the column."""
    parts = parse_pointer(pointer)
    row, columns = group.rows[0], layout.order_columns
    if len(parts) > 1 and parts[0] == layout.list_name:
        row, columns, parts = group.rows[int(parts[1])], layout.item_columns, parts[2:]
    names = (column.name for column in columns if (*column.parents, column.leaf) == parts)
    return Place(row.line, next(names, None))


def _find_runs(columns: list[Column]) -> Iterator[Run]:
    """Given columns in the order of the header, yield them in as few runs as there can be."""
    begin = 0
    for at, column in enumerate(columns, 1):
        following = columns[at] if at < len(columns) else None
        if following is None or (following.index, following.parents) != (column.index + 1, column.parents):
            run = columns[begin:at]
            yield Run(column.parents, tuple(each.leaf for each in run), slice(run[0].index, column.index + 1))
            begin = at


def _build_object(cells: tuple[str, ...], runs: tuple[Run, ...]) -> dict[str, object]:
    built: dict[str, object] = {}
    for run in runs:
        texts = cells[run.span]
        filled = dict(zip(run.leaves, texts, strict=True))
        if "" in texts:
            filled = {leaf: cell for leaf, cell in filled.items() if cell}
        if filled:
            target = built
            for parent in run.parents:
                target = target.setdefault(parent, {})  # type: ignore[assignment]
            target.update(filled)
    return built


def _agree(rows: tuple[Row, ...], runs: tuple[Run, ...]) -> bool:
    first, *others = rows
    for run in runs if others else ():
        expected = first.cells[run.span]
        for row in others:
            if row.cells[run.span] != expected:
                return False
    return True


def _read_reference(row: Row, layout: Layout) -> str | None:
    index = layout.reference_index
    return row.cells[index] or None if index is not None and index < len(row.cells) else None


def _is_ragged(row: Row, layout: Layout) -> bool:
    """Say whether a row does not fit the header; under unnamed columns at its right end all must be empty."""
    count = len(row.cells)
    return not layout.width <= count <= layout.widest or any(row.cells[layout.width :])


def _refuse_unnamed(row: Row, layout: Layout) -> None:
    for index in layout.unnamed:
        if row.cells[index]:
            message = f"Column {index + 1} is filled in line {row.line} but the header has no name for it: add one"
            raise FileDamagedError(Problem("empty_column_name", message, line=row.line))


def _say_contradiction(column: Column, first: Row, other: Row) -> Problem:
    message = (
        f"{quote_name(column.name)} is {VALUE_MARK} in line {other.line} and something else in line "
        f"{first.line}: the rows of one order must agree in it"
    )
    field = write_pointer((*column.parents, column.leaf))
    return Problem("contradiction", message, field, column.name, other.line, other.cells[column.index])


def _say_ragged(row: Row, layout: Layout) -> Problem:
    message = say_cell_count(row.line, len(row.cells), layout.width)
    if layout.width < len(row.cells) <= layout.widest:
        message = f"Line {row.line} has text to the right of the last column that has a name"
    return Problem("wrong_cell_count", message, line=row.line)


def _say_unknown(header: Row, names: list[str], missing: list[str], checker: OrderChecker) -> Problem:
    """All at once: a header is mended in one go."""
    known = {each.casefold(): each for each in sorted(checker.known_columns - NEVER_SENT)}
    told = []
    for name in names[:_MOST_NAMES]:
        near = get_close_matches(name.strip().casefold()[:200], known, n=1, cutoff=0.6)
        told.append(f"{quote_name(name)} (is it {known[near[0]]}?)" if near else quote_name(name))
    if len(names) > len(told):
        told.append(f"{len(names) - len(told)} more")
    what, cure = f"columns {join_words(told, 'and')}", "are not known; mend their names or take them out"
    if len(names) == 1:
        what, cure = f"column {told[0]}", "is not known; mend its name or take it out"
    message = f"The {what} in line {header.line} {cure}"
    if missing:
        message += f". Missing {'is' if len(missing) == 1 else 'are'} {join_words(missing, 'and')}"
    return Problem("unknown_column", message, column=names[0], line=header.line)


def _say_missing(header: Row, missing: list[str]) -> Problem:
    noun = "column" if len(missing) == 1 else "columns"
    message = f"The header in line {header.line} lacks the {noun} {join_words(missing, 'and')}"
    return Problem("missing_column", message, line=header.line)


def _say_large(first: Row, row: Row) -> Problem:
    message = f"The order that begins in line {first.line} is too large by line {row.line}: split it into several"
    return Problem("order_too_large", message, line=row.line)
