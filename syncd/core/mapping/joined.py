"""Several tables in one file, joined by a key: the first has a row per order, the others its items and the like.

Holds the file's rows, since a table behind may belong to any order before. Refuses a row whose key no order has.
"""

from collections.abc import Iterator
from typing import Any

from syncd.core.limits import Limits
from syncd.core.mapping.csv_rows import Sheet, say_missing
from syncd.core.mapping.model import JoinedBlock, Mapping, Placed, Tree
from syncd.core.mapping.paths import fold_name
from syncd.core.mapping.texts import fold_space
from syncd.core.mapping.trees import check_size, make_tree
from syncd.core.model import VALUE_MARK, FileDamagedError, Problem, Row
from syncd.core.say import quote_name
from syncd.core.validate import ERROR_MARK


def grow_joined(sheet: Sheet, mapping: Mapping, limits: Limits) -> Iterator[Tree]:
    """Given a sheet of several tables, yield the tree of each order: those with trouble, too."""
    orders: dict[str, tuple[dict[str, Any], list[Placed], list[Problem]]] = {}
    sizes: dict[str, int] = {}
    missing = {block.name for block in mapping.blocks}
    current: tuple[JoinedBlock, Row] | None = None
    last: Row | None = None
    for row in sheet.rows:
        last = row
        found = find_block(row, mapping)
        if found is not None:
            current = found, _trim(row)
            missing.discard(found.name)
            _check_columns(found, current[1], mapping)
            continue
        if current is None:  # the preamble
            continue
        block, header = current
        own = _read_row(header, row)
        key = fold_space(own.values.get(block.key, ""))
        first = block is mapping.blocks[0]
        problems = [*_explain_width(header, row), *_explain_key(block, own, key, orders, first=first)]
        if first and key not in orders:
            orders[key] = {**own.values, **{each.name: [] for each in mapping.blocks[1:]}}, [own], problems
        elif first or key not in orders:
            orders[f"\0{row.record}"] = {}, [own], problems
        else:
            root, placed, known = orders[key]
            placed.append(own._replace(path=(block.name, len(root[block.name]))))
            root[block.name].append(own.values)
            known += problems
        sizes[key] = sizes.get(key, 0) + sum(map(len, row.cells))
        check_size([row], sizes[key], limits)
    if missing and last is not None:
        name = ", ".join(sorted(missing))
        message = f"The file has no header of the table {name}: is it the right export, and whole?"
        raise FileDamagedError(Problem("missing_header", message, line=last.line))
    for root, placed, problems in orders.values():
        yield make_tree(root, placed, {}, problems)


def find_block(row: Row, mapping: Mapping) -> JoinedBlock | None:
    """Given a record, return the table whose header it is, or None."""
    cells = set(map(fold_name, row.cells))
    return next((block for block in mapping.blocks if block.contains <= cells), None)


def _trim(header: Row) -> Row:
    """Return a header without the cells behind its last name."""
    width = max(index + 1 for index, cell in enumerate(header.cells) if cell and cell != ERROR_MARK)
    return Row(header.record, header.line, header.cells[:width])


def _read_row(header: Row, row: Row) -> Placed:
    folded = list(map(fold_name, header.cells))
    names = {key: cell for key, cell in zip(folded, header.cells, strict=True) if key}
    return Placed((), row, names, dict(zip(folded, row.cells, strict=False)))


def _explain_width(header: Row, row: Row) -> list[Problem]:
    width = len(header.cells)
    if len(row.cells) >= width and not any(row.cells[width:]):
        return []
    message = f"Line {row.line} has {len(row.cells)} cells, the header in line {header.line} has {width}"
    return [Problem("wrong_cell_count", message, line=row.line)]


def _explain_key(block: JoinedBlock, own: Placed, key: str, orders: dict[str, Any], *, first: bool) -> list[Problem]:
    if (first and key and key not in orders) or (not first and key in orders):
        return []
    column = own.names[block.key]
    if first:
        message = f"{quote_name(column)} is {VALUE_MARK}; each order must have a key of its own"
    else:
        message = f"{quote_name(column)} is {VALUE_MARK}; no order before has this key"
    return [Problem("unmatched_key", message, column=column, line=own.row.line, value=key)]


def _check_columns(block: JoinedBlock, header: Row, mapping: Mapping) -> None:
    present = set(map(fold_name, header.cells))
    prefix = f"{block.name}/"
    needed = {key.removeprefix(prefix): used for key, used in mapping.used.items() if key.startswith(prefix)}
    missing = [used.name for key, used in needed.items() if not used.optional and key not in present]
    if missing:
        raise FileDamagedError(say_missing(missing, header))
