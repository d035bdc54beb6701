"""Rows into the trees of orders: rows grouped by key, records under their parents, tables joined by a key.

Each record of a tree keeps its line, so that a value can be traced back. Adjacent grouping and record types
stream and hold one order; grouping over the whole file and joined tables hold the file's rows.
"""

from collections.abc import Callable, Iterator

from syncd.core.cells import SpoiltCell
from syncd.core.limits import Limits
from syncd.core.mapping.csv_rows import Sheet
from syncd.core.mapping.model import (
    ROWS,
    Classes,
    Grouping,
    Mapping,
    Node,
    Placed,
    Scope,
    Tree,
    TreePath,
    ValueRefusedError,
)
from syncd.core.mapping.paths import write_scalar
from syncd.core.mapping.texts import fold_space
from syncd.core.model import OTHER_MARK, VALUE_MARK, FileDamagedError, Place, Problem, Row
from syncd.core.say import quote_name, show_value

_MOST_RECORDS_OF_TEXT = 16  # an order may be as large as so many records of the greatest size


def grow_rows(sheet: Sheet, mapping: Mapping, limits: Limits) -> Iterator[Tree]:
    """Given a sheet whose rows are items, yield the tree of each order."""
    for rows in _group_rows(sheet, mapping.grouping, limits):
        yield _grow_group(rows, sheet, mapping)


def make_tree(root: object, placed: list[Placed], file: dict[str, str], problems: list[Problem]) -> Tree:
    """Given an order's root and its records with their places, return its tree."""
    rows = sorted({each.row.record: each.row for each in placed}.values(), key=lambda row: row.record)
    return Tree(
        root=root,
        rows=placed,
        records=tuple(row.record for row in rows),
        lines=tuple(row.line for row in rows),
        locate=index_places(placed),
        file=file,
        problems=problems,
    )


def index_places(placed: list[Placed]) -> Callable[[TreePath], Place]:
    """Given a tree's records, return what finds the line and the column's name, as the file has it, of a path."""
    by_path: dict[TreePath, Placed] = {}  # filled when first asked: most orders have nothing to find

    def locate(path: TreePath) -> Place:
        if not by_path:
            by_path.update((each.path, each) for each in reversed(placed))  # of several the first counts
        length = len(path)
        while path[:length] not in by_path:  # the order's own record is always there
            length -= 1
        best = by_path[path[:length]]
        column = path[length] if len(path) > length else None
        return Place(best.row.line, best.names.get(str(column)))

    return locate


def check_size(rows: list[Row], size: int, limits: Limits) -> None:
    """Raise FileDamagedError where an order is too large to be held."""
    if size > _MOST_RECORDS_OF_TEXT * limits.record_bytes:
        first, last = rows[0].line, rows[-1].line
        message = f"The order that begins in line {first} is too large by line {last}: split it into several"
        raise FileDamagedError(Problem("order_too_large", message, line=last))


def find_contradictions(tree: Tree, mapping: Mapping) -> list[Problem]:
    """Given an order of rows, return a problem for each of the order's columns in which its rows do not agree."""
    problems = []
    for name in sorted(mapping.order_columns) if len(tree.records) > 1 else ():
        first, *others = tree.rows[1:]
        expected = fold_space(first.values.get(name, ""))
        for other in others:
            cell = other.values.get(name, "")
            written = fold_space(cell)
            if written != expected and (written or not mapping.grouping.first_only):
                column = other.names[name]
                message = (
                    f"{quote_name(column)} is {VALUE_MARK} in line {other.row.line}, and {OTHER_MARK} in line "
                    f"{first.row.line}: the rows of one order must agree in it"
                )
                problems.append(
                    Problem("contradiction", message, "", column, other.row.line, cell, first.values.get(name, ""))
                )
                break
    return problems


def _group_rows(sheet: Sheet, grouping: Grouping, limits: Limits) -> Iterator[list[Row]]:
    at = [sheet.keys.index(name) for name in grouping.by]
    groups: dict[tuple[str, ...] | int, list[Row]] = {}
    sizes: dict[tuple[str, ...] | int, int] = {}
    seen: set[int] = set()  # hashes: a file may hold very many orders
    last: tuple[str, ...] | int | None = None
    for row in sheet.rows:
        key: tuple[str, ...] | int = _read_key(row, at) or row.record
        if isinstance(key, int) and grouping.carry and last is not None:
            key = last
        if grouping.adjacent and key != last:
            yield from groups.values()
            groups, sizes = {}, {}
            if hash(key) in seen:
                raise FileDamagedError(_say_apart(row, key))
            seen.add(hash(key))
        last = key
        groups.setdefault(key, []).append(row)
        sizes[key] = sizes.get(key, 0) + sum(map(len, row.cells))
        check_size(groups[key], sizes[key], limits)
    yield from groups.values()


def _say_apart(row: Row, key: tuple[str, ...] | int) -> Problem:
    message = (
        f"The order {VALUE_MARK} goes on in line {row.line}, apart from its other rows: sort the file by it, or say "
        "`rows: anywhere` in the mapping"
    )
    return Problem(
        "rows_apart", message, line=row.line, value=show_value(" ".join(key) if isinstance(key, tuple) else key)
    )


def _say_keyless(row: Row, column: str) -> Problem:
    """A row that may belong to another order is never left out in silence, whatever the rules of `keep` say."""
    message = (
        f"Line {row.line} has no {quote_name(column)}, so whose row it is cannot be told: fill it; where such rows "
        "belong to the order above them, the mapping needs `carry: true`"
    )
    return Problem("no_key", message, column=column, line=row.line)


def _list_spoilt(rows: list[Row], at: list[int], sheet: Sheet) -> Iterator[Problem]:
    """Yield a problem for each key that a spreadsheet has spoilt: rows of several orders may look like one."""
    for row in rows:
        for index in at:
            cell = row.cells[index] if index < len(row.cells) else ""
            if isinstance(cell, SpoiltCell):
                column = sheet.names[sheet.keys[index]]
                message = f"{quote_name(column)} is {VALUE_MARK}; {cell.reason}"
                yield Problem("spoilt_cell", message, column=column, line=row.line, value=str(cell))


def _read_key(row: Row, at: list[int]) -> tuple[str, ...]:
    """Return a row's key; an empty one where nothing of it is filled."""
    key = tuple(fold_space(row.cells[index]) if index < len(row.cells) else "" for index in at)
    return key if any(key) else ()


def _grow_group(rows: list[Row], sheet: Sheet, mapping: Mapping) -> Tree:
    problems = [problem for problem in map(sheet.explain_row, rows) if problem]
    at = [sheet.keys.index(name) for name in mapping.grouping.by]
    if at and not _read_key(rows[0], at):
        problems.append(_say_keyless(rows[0], sheet.names[mapping.grouping.by[0]]))
    problems += _list_spoilt(rows, at, sheet)
    values = [sheet.read_values(row) for row in rows]
    lists = {ROWS} if mapping.classes is None else {*mapping.classes.lists.values(), mapping.classes.other}
    root: dict[str, object] = {**values[0], **{name: [] for name in lists if name}}
    placed = [Placed((), rows[0], sheet.names, values[0])]
    for row, own in zip(rows, values, strict=True):
        name: str | Problem = ROWS
        if mapping.classes is not None:
            name = _classify(own, row, mapping.classes, sheet)
        if isinstance(name, Problem):
            problems.append(name)
            continue
        entries = root.get(name)
        path: TreePath = ("\0ignored", len(placed))
        if isinstance(entries, list):
            path = (name, len(entries))
            entries.append(own)
        placed.append(Placed(path, row, sheet.names, own))
    return make_tree(root, placed, sheet.file, problems)


def _classify(own: dict[str, str], row: Row, classes: Classes, sheet: Sheet) -> str | Problem:
    """Return the list a row belongs to ("" for none), or what is wrong with its class."""
    node = Node(own, ())
    try:
        value, path = classes.read(Scope(node, node, sheet.file, None, {}))
    except ValueRefusedError as refused:
        return Problem(refused.code, f"The class of the row is {VALUE_MARK}; {refused.reason}", line=row.line)
    text = write_scalar(value)
    name = classes.lists.get(text, classes.other)
    if name is not None:
        return name
    column = sheet.names.get(str(path[-1])) if path else None
    message = f"{quote_name(column or 'The class of the row')} is {VALUE_MARK}; the mapping knows no such rows"
    return Problem("unknown_value", message, column=column, line=row.line, value=show_value(text))
