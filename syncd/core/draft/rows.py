"""A table as orders: header, footers, rows that belong together, classes of rows, items within one row.

Puts together what its neighbours find. Refuses nothing: a table without anything known is one of rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.draft.cells import Cells, Rows, find_header, find_nulls, make_columns, write_contains, write_nulls
from syncd.core.draft.choose import Choices, choose_columns
from syncd.core.draft.classes import find_classes, write_classes
from syncd.core.draft.grouping import (
    drop_strays,
    drop_summaries,
    group_rows,
    write_group,
    write_kept_items,
    write_summaries,
)
from syncd.core.draft.guess import guess_key
from syncd.core.draft.model import Column, Layout, Line
from syncd.core.draft.packed import find_packed
from syncd.core.draft.yaml import quote

_KEY = "ReferenceNumber"


@dataclass(frozen=True, slots=True)
class _Table:
    """A table below its header, cleaned."""

    columns: tuple[Column, ...]
    reading: tuple[Line, ...]
    by_look: bool


def lay_out_rows(cells: Cells) -> Layout:
    """Given a file's cells, return them as orders: one a row, or several rows for each."""
    table = _clean(cells)
    columns = table.columns
    packed = find_packed(columns)
    if packed is not None:
        left = tuple(column for column in columns if column.name not in packed.used)
        reading = (*cells.write_reading(), *table.reading)
        return Layout(
            reading=reading,
            source=packed.source,
            order=left,
            item=packed.columns,
            count=_count(columns),
            counted="orders",
        )
    key = _choose_key(columns, by_look=table.by_look)
    groups = group_rows(key, _count(columns))
    classes = find_classes(columns)
    item_columns = columns if classes is None else classes.pick(columns)
    varying = groups.find_varying(columns)
    whole = [column for column in columns if column.name not in varying]
    item = choose_columns(item_columns, "item")
    order = _list_order(whole)
    structure = list(write_group(groups, order))
    fixed = {each.name for each in (key, classes.column if classes else None) if each is not None}
    source = list(write_kept_items(groups, item)) if classes is None else []
    return Layout(
        reading=(*cells.write_reading(), *table.reading),
        structure=(*structure, *(write_classes(classes) if classes else ())),
        source=tuple(source),
        count=_count(columns),
        order=columns,
        item=item_columns,
        one_table=True,
        by_look=table.by_look,
        varying=varying,
        fixed=frozenset(fixed),
        first_only=frozenset(groups.find_first_only(columns)),
        shipping="shipping" if classes is not None and classes.has("shipping") else "",
    )


def _clean(cells: Cells) -> _Table:
    rows = [list(row) for row in cells.rows]
    header = find_header(rows)
    body: Rows = rows[header:]
    names = rows[header - 1] if header else [str(index) for index in range(1, max(map(len, rows)) + 1)]
    nulls = find_nulls(body)
    summaries = drop_summaries(names, body) if header else []
    columns = make_columns(names, body)
    strays: list[Line] = []
    if header and find_classes(columns) is None and find_packed(columns) is None:
        strays = drop_strays(columns, body, _choose_key(columns, by_look=False))
        columns = make_columns(names, body)
    skip = [*write_summaries(summaries), *strays]
    reading = (*_write_header(names, header), *write_nulls(nulls), *([("  skip:", "")] if skip else []), *skip)
    return _Table(columns, reading, not header)


def _write_header(names: Sequence[str], header: int) -> Iterator[Line]:
    repeated = sorted({name for name in names if name.strip() and names.count(name) > 1})
    if repeated:
        said = ", ".join(map(quote, repeated))
        yield "  repeated_columns: ignore", f"twice in the header, so none of them is read: {said}"
    if not header:
        yield "  header: none", "no row looks like names; columns are called 1, 2, 3"
    elif header > 1:
        yield f"  header: {{contains: [{write_contains(names)}]}}", f"row {header} looks like the names"


def _choose_key(columns: Sequence[Column], *, by_look: bool) -> Column | None:
    if by_look:
        return guess_key(columns)
    chosen = choose_columns(columns, "order").get(_KEY)
    return chosen.column if chosen else None


def _list_order(columns: Sequence[Column]) -> list[Column]:
    """Return the columns that the order as a whole is likely to read."""
    parts: list[Choices] = [choose_columns(columns, "order")]
    parts += [choose_columns(columns, "address", role) for role in ("delivery", "billing")]
    return list({choice.column.name: choice.column for part in parts for choice in part.values()}.values())


def _count(columns: Sequence[Column]) -> int:
    return len(columns[0].values) if columns else 0
