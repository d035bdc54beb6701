"""Two tables in one file, joined by a key: the orders first, their items behind, each under a header of its own.

Refuses a second header that repeats the first, and tables without a column in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.core.draft.cells import Cells, Rows, find_nulls, is_header, make_columns, write_nulls
from syncd.core.draft.model import OPEN, Column, Layout, Line
from syncd.core.draft.yaml import quote
from syncd.core.mapping.paths import fold_name

_NAMES = ("orders", "lines")


@dataclass(frozen=True, slots=True)
class Block:
    """A table within a file."""

    header: tuple[str, ...]
    rows: Rows
    key: str


def find_blocks(rows: Rows) -> tuple[Block, Block] | None:
    """Given a file's rows, return the two tables it has, if it has two that belong together."""
    found = [at for at, row in enumerate(rows) if is_header(row)]
    starts = [at for at in found if set(map(fold_name, rows[at])) != set(map(fold_name, rows[found[0]]))]
    if not starts:
        return None
    first, second = found[0], starts[0]
    if any(at > second for at in starts):
        return None
    heads = [tuple(cell for cell in rows[at]) for at in (first, second)]
    bodies = [rows[first + 1 : second], rows[second + 1 :]]
    keys = _find_keys(heads, bodies)
    if keys is None:
        return None
    orders, lines = (Block(head, body, key) for head, body, key in zip(heads, bodies, keys, strict=True))
    return orders, lines


def lay_out_blocks(cells: Cells, blocks: tuple[Block, Block]) -> Layout:
    """Given a file's cells and its two tables, return them as orders."""
    nulls = find_nulls([row for block in blocks for row in block.rows])
    titles = [row[0] for block in blocks for row in block.rows if sum(map(bool, row)) == 1 and row[0]]
    structure: list[Line] = [("blocks:", f"two headers, joined by {quote(blocks[1].key)}")]
    for name, block, other in zip(_NAMES, blocks, reversed(blocks), strict=True):
        strange = set(map(fold_name, other.header))
        telling = [cell for cell in block.header if cell.strip() and fold_name(cell) not in strange][:2]
        contains = ", ".join(map(quote, telling))
        structure.append((f"  - {{name: {name}, contains: [{contains}], key: {quote(block.key)}}}", ""))
    columns = [make_columns(block.header, _list_whole(block)) for block in blocks]
    return Layout(
        reading=(*cells.write_reading(), *write_nulls(nulls), *_write_titles(titles)),
        structure=tuple(structure),
        source=((f"  from: {_NAMES[1]}", "the second table"),),
        count=len(_list_whole(blocks[0])),
        counted="orders",
        order=columns[0],
        item=columns[1],
        fixed=frozenset(block.key for block in blocks),
    )


def _find_keys(heads: Sequence[Sequence[str]], bodies: Sequence[Rows]) -> tuple[str, str] | None:
    """Return the column of each table that joins them: told apart in the first, and known to it in the second."""
    best: tuple[float, str, str] = (0.0, "", "")
    tables = [make_columns(head, body) for head, body in zip(heads, bodies, strict=True)]
    for one in tables[0]:
        known = set(one.filled)
        if len(known) < len(one.filled):
            continue
        for many in tables[1]:
            share = _rate_join(one, many, known)
            best = max(best, (share, one.name, many.name), key=lambda each: each[0])
    return best[1:] if best[0] > 0 else None


def _rate_join(one: Column, many: Column, known: set[str]) -> float:
    if not many.filled:
        return 0.0
    share = sum(value in known for value in many.filled) / len(many.filled)
    return share + (0.1 if fold_name(one.name) == fold_name(many.name) else 0) if share >= 0.5 else 0.0


def _list_whole(block: Block) -> Rows:
    return [row for row in block.rows if sum(map(bool, row)) > 1]


def _write_titles(titles: Sequence[str]) -> list[Line]:
    """Titles of tables are left out as comments, where they begin with a sign that no other row begins with."""
    signs = {title[0] for title in titles}
    if not signs:
        return []
    sign = signs.pop()
    if not signs and not sign.isalnum():
        return [(f"  comment: {quote(sign)}", f"rows such as {quote(titles[0])}")]
    return [
        (f"  # comment: {OPEN}", f"{OPEN}: {quote(titles[0])} is no row, but nothing marks it; take it out of the file")
    ]
