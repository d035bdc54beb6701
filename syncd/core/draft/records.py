"""Files of record types, `H;...`, `I;...` or `E1EDK01;...`: which type begins an order, which is its item, and theirs.

Knows types by their looks, their roles by their words and by what follows what. Refuses tables: these have one width.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.draft.cells import Cells, Rows, find_nulls, is_header, make_columns, write_nulls
from syncd.core.draft.looks import is_country
from syncd.core.draft.model import OPEN, Column, Layout, Line
from syncd.core.draft.words import fold, tell_class, tell_partner
from syncd.core.draft.yaml import quote, write_list

_TYPE = re.compile(r"#?[A-Z][A-Z0-9_]{0,14}|[0-9]{1,3}")
_MOST_TYPES = 16
_MOST_SHARE = 0.6  # of the records may be of a type of their own
_MOST_CELL = 2  # the type stands in one of the first cells
_ORDER = re.compile(r"E[0-9]EDK0?1.*|ORDHDR|ORD|HD|BGM|SO|A1")
_ITEM = re.compile(r"E[0-9]EDP0?1.*|ORDLIN|LIN|LN|DET|DTL|IT|ITM|ROW")
_END = frozenset(["t", "trl", "trailer", "e", "end", "eof", "z", "9", "99", "999", "f", "foot", "footer", "tr"])
_MOST_ROLES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTypes:
    """The types of record of a file, and their roles."""

    cell: int  #: the index of the cell that tells the type
    names: tuple[str, ...]  #: in the order they appear
    order: str
    item: str
    of_item: frozenset[str]  #: types that belong to the item before
    headers: dict[str, str]  #: type -> the type of the record that names its columns
    trailer: str = ""  #: the last record, which counts the orders


def find_records(rows: Rows) -> RecordTypes | None:
    """Given a file's rows, return its types of record, if it has such."""
    for cell in range(_MOST_CELL):
        if all(len(row) > cell for row in rows):
            names = [row[cell].strip() for row in rows]
            if _are_types(names, rows):
                return _tell_roles(cell, names, rows)
    return None


def lay_out_records(cells: Cells, types: RecordTypes) -> Layout:
    """Given a file's cells and its types of record, return them as orders."""
    rows = [list(row) for row in cells.rows]
    nulls = find_nulls(rows)
    columns = {name: _list_columns(name, rows, types) for name in types.names}
    own = [
        name for name in types.names if name not in {types.order, types.item, types.trailer, *types.headers.values()}
    ]
    partners = {name: roles for name in own if (roles := _find_partners(columns[name])) is not None}
    children = [name for name in own if name in types.of_item]
    simple = [name for name in own if _count(name, rows, types) and name not in {*partners, *children}]
    order = [*columns[types.order], *(column for name in simple for column in _enter(columns[name], name))]
    item = [*columns[types.item], *(column for name in children for column in _enter(columns[name], name))]
    used = {types.order, types.item, *partners, *children}
    return Layout(
        reading=(*cells.write_reading(), *write_nulls(nulls)),
        structure=tuple(_write_records(types, columns, used)),
        source=((f"  from: {quote(types.item)}", "likely the items: the record that comes most often"),),
        count=sum(row[types.cell].strip() == types.order for row in rows),
        counted="orders",
        order=tuple(order if types.headers else columns[types.order]),
        item=tuple(item),
        partners=tuple(_list_partners(partners, columns)),
        by_look=not types.headers,
    )


def _are_types(names: Sequence[str], rows: Rows) -> bool:
    times = Counter(names)
    typed = [name for name in times if _TYPE.fullmatch(name)]
    untyped = [name for name in times if name not in typed]
    if untyped and untyped != [names[0]]:  # one line above may name the columns
        return False
    widths: dict[str, set[int]] = {}
    for name, row in zip(names, rows, strict=True):
        widths.setdefault(name, set()).add(len(row))
    differ = len({max(widths[name]) for name in typed}) > 1
    known = any(_is_order(name) for name in typed) and any(_is_item(name) for name in typed)
    steady = all(len(widths[name]) == 1 for name in typed)
    several = 1 < len(typed) <= _MOST_TYPES and len(times) < len(names)
    return several and differ and (steady or known) and (known or len(times) <= _MOST_SHARE * len(names))


def _is_order(name: str) -> bool:
    return tell_class(name) == "order" or _ORDER.fullmatch(name) is not None


def _is_item(name: str) -> bool:
    return tell_class(name) == "item" or _ITEM.fullmatch(name) is not None


def _tell_roles(cell: int, names: Sequence[str], rows: Rows) -> RecordTypes:
    times = Counter(names)
    headers = _find_headers(names, rows)
    types = [name for name in times if name not in headers.values()]
    typed = [name for name in types if _TYPE.fullmatch(name)]
    most = max(times.values())
    known = [name for name in typed if _is_order(name) and not (name == names[0] and times[name] == 1 < most / 2)]
    repeated = [name for name in typed if 1 < times[name] < most]
    order = (known or repeated or typed)[0]
    others = [name for name in typed if name != order]
    item = max(others, key=lambda name: (_is_item(name), times[name]))
    last = names[-1]
    counts = times[last] == 1 and (fold(last) in _END) and _tells(rows[-1], cell, times[order])
    of_item = frozenset(name for name in others if name != item and _follows(name, names, order, item))
    return RecordTypes(
        cell=cell,
        names=tuple(times),
        order=order,
        item=item,
        of_item=of_item,
        headers=headers,
        trailer=last if counts else "",
    )


def _find_headers(names: Sequence[str], rows: Rows) -> dict[str, str]:
    """Return which types have their columns named by a record of another type: by HH those of H."""
    times = Counter(names)
    found: dict[str, str] = {}
    for name, row in zip(names, rows, strict=True):
        if times[name] > 1 or not is_header(row):
            continue
        stem = name.strip("#").rstrip("H_")
        near = [each for each in times if each != name and times[each] and each in {name[1:], name[:-1], stem}]
        if near:
            found[near[0]] = name
    return found


def _tells(row: Sequence[str], cell: int, count: int) -> bool:
    behind = [each.strip() for at, each in enumerate(row) if at != cell]
    return bool(behind) and behind[0].lstrip("0") == str(count)


def _follows(name: str, names: Sequence[str], order: str, item: str) -> bool:
    """Tell whether records of a type stand behind each item, and never before the first: then they belong to it."""
    seen_item = False
    between = False
    waiting = False
    for each in names:
        if each == order:
            seen_item = waiting = False
        elif each == item:
            between |= waiting
            seen_item, waiting = True, False
        elif each == name:
            if not seen_item:
                return False
            waiting = True
    return between


def _list_columns(kind: str, rows: Rows, types: RecordTypes) -> tuple[Column, ...]:
    own = [_drop(row, types.cell) for row in rows if row[types.cell].strip() == kind]
    names = [f"{kind}{at}" for at in range(1, max(map(len, own)) + 1)]
    if kind in types.headers:
        names = next(_drop(row, types.cell) for row in rows if row[types.cell].strip() == types.headers[kind])
    return make_columns(names, own)


def _drop(row: Sequence[str], cell: int) -> list[str]:
    return [*row[:cell], *row[cell + 1 :]]


def _count(kind: str, rows: Rows, types: RecordTypes) -> bool:
    """Tell whether each order has at most one record of a type."""
    orders = sum(row[types.cell].strip() == types.order for row in rows)
    return 0 < sum(row[types.cell].strip() == kind for row in rows) <= orders


def _enter(columns: Sequence[Column], kind: str) -> Iterator[Column]:
    return (Column(column.name, column.values, (f"{kind}[0]",), column.label) for column in columns)


def _find_partners(columns: Sequence[Column]) -> tuple[Column, dict[str, str]] | None:
    """Return the column that tells the roles of partners, and the roles; None: the type is no address."""
    if not any(column.filled and is_country(column.filled) for column in columns):
        return None
    for column in columns:
        values = dict.fromkeys(column.filled)
        roles = {value: tell_partner(value) for value in values}
        if 0 < len(values) <= _MOST_ROLES and any(roles.values()):
            return column, roles
    return None


def _list_partners(
    partners: dict[str, tuple[Column, dict[str, str]]], columns: dict[str, tuple[Column, ...]]
) -> Iterator[tuple[str, str, tuple[Column, ...]]]:
    for kind, (teller, roles) in partners.items():
        for value, role in roles.items():
            own = tuple(column for column in columns[kind] if column is not teller)
            yield role, f"{kind}[{teller.name}={value}]", own


def _write_records(types: RecordTypes, columns: dict[str, tuple[Column, ...]], used: set[str]) -> Iterator[Line]:
    yield "records:", "a cell of each line tells its type"
    if types.cell:
        yield f"  type: {types.cell + 1}", f"it is cell {types.cell + 1}"
    yield "  kinds:", ""
    for name in types.names:
        names = write_list([column.name for column in columns[name]])
        of_header = f"header: {quote(types.headers[name])}" if name in types.headers else f"columns: {names}"
        if name in types.headers.values():
            continue
        if name == types.order:
            yield f"    {quote(name)}: {{is: order, {of_header}}}", "likely begins an order"
        elif name == types.item:
            yield f"    {quote(name)}: {{{of_header}}}", "likely an item"
        elif name == types.trailer:
            yield (
                f"    {quote(name)}: {{is: trailer, counts: {quote(types.order)}}}",
                "its first cell counts the orders",
            )
        elif name in types.of_item:
            yield (
                f"    {quote(name)}: {{in: {quote(types.item)}, {of_header}}}",
                "stands behind items: a part of the one before",
            )
        elif name in used:
            yield f"    {quote(name)}: {{{of_header}}}", "likely the partners of the order"
        elif not _TYPE.fullmatch(name) or not columns[name] or name == types.names[0]:
            yield f"    {quote(name)}: {{is: ignore}}", "stands before the orders"
        else:
            yield f"    {quote(name)}: {{{of_header}}}", f"{OPEN}: read something of it, or say is: ignore"
