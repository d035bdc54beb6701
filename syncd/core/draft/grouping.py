"""Rows of a table that are orders or parts of them: which belong together, and which are no rows at all.

Refuses to call a row no row because it is nearly empty: where it has an article, it belongs to the order above.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.draft.choose import LIKELY, Choices, choose_columns
from syncd.core.draft.model import OPEN, Column, Line
from syncd.core.draft.synonyms import SUMMARY
from syncd.core.draft.words import fold
from syncd.core.draft.yaml import quote, quote_text

_SUMMARY = frozenset(fold(word) for word in SUMMARY.split())
_FEW = 0.5  # of the cells of other rows: a summary has no more
_ARTICLE = ("SKU", "ItemTitle")


@dataclass(frozen=True, slots=True)
class Groups:
    """The rows of a table, as orders."""

    key: Column | None
    members: tuple[tuple[int, ...], ...]  #: the numbers of the rows of each order
    carried: int  #: rows that have no key of their own

    @property
    def several(self) -> bool:
        """Whether an order has more than one row."""
        return any(len(rows) > 1 for rows in self.members)

    def find_varying(self, columns: Sequence[Column]) -> frozenset[str]:
        """Given columns, return the names of those in which the rows of one order differ."""
        return frozenset(
            column.name
            for column in columns
            if any(len({column.values[row].strip() for row in rows} - {""}) > 1 for rows in self.members)
        )

    def find_first_only(self, columns: Sequence[Column]) -> list[str]:
        """Given columns, return the names of those that are filled in an order's first row and empty in a later one."""
        return [
            column.name
            for column in columns
            if any(
                column.values[rows[0]].strip() and not all(column.values[row].strip() for row in rows)
                for rows in self.members
            )
        ]


def group_rows(key: Column | None, count: int) -> Groups:
    """Given the column with the key of the orders and the number of rows, return which rows belong together."""
    members: dict[str | int, list[int]] = {}
    last: str | int | None = None
    carried = 0
    for row in range(count):
        own = key.values[row].strip() if key is not None else ""
        name: str | int = own or row
        if key is not None and not own and last is not None:
            name = last
            carried += 1
        members.setdefault(name, []).append(row)
        last = name
    return Groups(key, tuple(map(tuple, members.values())), carried)


def write_group(groups: Groups, order: Sequence[Column]) -> Iterator[Line]:
    """Given groups and the columns of the order as a whole that are read, yield what `group:` says."""
    if groups.key is None:
        return
    name = quote(groups.key.name)
    count = sum(map(len, groups.members))
    if not groups.several:
        yield f"# group: {{by: {name}}}", f"no order has two rows here; {OPEN}: take it in if one may have."
        return
    first = groups.find_first_only([column for column in order if column.name != groups.key.name])
    options = (", carry: true" if groups.carried else "") + (", cells: first" if first else "")
    said = f"{len(groups.members)} orders in {count} rows"
    if groups.carried:
        said += f"; {groups.carried} without a key belong to the order above"
    if first:
        said += f"; {quote(first[0])} stands on the first row of an order only"
    yield f"group: {{by: {name}{options}}}", f"likely: {said}"


def drop_summaries(names: Sequence[str], rows: list[list[str]]) -> list[tuple[str, str]]:
    """Given a table, take its totals and the like out; return for each the column and the text that tells it."""
    filled = sorted(sum(map(bool, map(str.strip, row))) for row in rows)
    usual = filled[len(filled) // 2] if filled else 0
    found: dict[tuple[str, str], None] = {}
    for row in list(rows):
        if sum(map(bool, map(str.strip, row))) > _FEW * usual:
            continue
        told = next(((name, cell.strip()) for name, cell in zip(names, row, strict=False) if _is_summary(cell)), None)
        if told is not None and told[0].strip() and names.count(told[0]) == 1:
            found[told] = None
            rows.remove(row)
    return list(found)


def drop_strays(columns: Sequence[Column], rows: list[list[str]], key: Column | None) -> list[Line]:
    """Given a table, take out the rows that have no article where others have; return the rules that leave them out.

    A row of an order that has further rows stays: it has the order's own cells.
    """
    item = choose_columns(columns, "item")
    article = [item[name].column for name in _ARTICLE if name in item]
    article = article or [item[name].column for name in ("Qty",) if name in item and item[name].sure >= LIKELY]
    if not article or key is None:
        return []
    several = {value for value in key.values if key.values.count(value) > 1}
    bare = [row for row in range(len(rows)) if not any(column.values[row].strip() for column in article)]
    keyless = [row for row in bare if not key.values[row].strip()]
    usual = max((sum(map(bool, row)) for row in rows), default=0)
    alone = [
        row
        for row in bare
        if key.values[row].strip()
        and key.values[row] not in several
        and sum(map(bool, rows[row])) <= max(1, usual // 4)
        if row + 1 == len(rows) or row + 1 in bare or key.values[row + 1].strip()
    ]
    gone = {*keyless, *alone}
    if len(gone) == len(rows):
        return []
    tests = ", ".join(f"{{column: {quote(column.name)}, filled: false}}" for column in article)
    rules: list[Line] = []
    if keyless:
        tests_key = f"{{column: {quote(key.name)}, filled: false}}, {tests}"
        rules.append(
            (f"    neither order nor article: {{all: [{tests_key}]}}", f"rows such as subtotals, {len(keyless)} here")
        )
    if alone:
        test = f"{{all: [{tests}]}}" if len(article) > 1 else tests
        rules.append((f"    no article: {test}", f"rows with next to nothing in them, {len(alone)} here; check"))
    rows[:] = [cells for row, cells in enumerate(rows) if row not in gone]
    return rules


def write_summaries(found: Sequence[tuple[str, str]]) -> Iterator[Line]:
    """Given the columns and texts that tell totals, yield the rules that leave them out."""
    for number, (name, (word, exact)) in enumerate(dict.fromkeys((name, _shorten(text)) for name, text in found), 1):
        test = f"equals: {quote(word)}" if exact else f"matches: {quote_text('^' + re.escape(word))}"
        yield f"    footer {number}: {{column: {quote(name)}, {test}}}", "a row of totals or the like"


def write_kept_items(groups: Groups, item: Choices) -> Iterator[Line]:
    """Yield the rules for rows that are no items: those of the order's own cells alone, those without a piece."""
    article = next((item[name].column for name in ("SKU", "Qty") if name in item), None)
    rules: list[Line] = []
    if groups.several and article is not None and not all(map(str.strip, article.values)):
        test = f"{{column: {quote(article.name)}, filled: true}}"
        rules.append((f"    has an article: {test}", "some rows hold only what belongs to the order as a whole"))
    pieces = item["Qty"].column if "Qty" in item else None
    if pieces is not None and "0" in pieces.filled:
        test = f'{{not: {{column: {quote(pieces.name)}, equals: "0"}}}}'
        rules.append((f"    some pieces: {test}", "likely: 0 means that it was cancelled"))
    yield from [("  keep:", ""), *rules] if rules else []


def _is_summary(cell: str) -> bool:
    words = re.findall(r"[\w-]+", fold(cell))
    return bool(words) and (words[0] in _SUMMARY or " ".join(words[:2]) in {"grand total", "sous total", "sub total"})


def _shorten(text: str) -> tuple[str, bool]:
    """Return what always stands in such a cell, and whether that is all of it: numbers behind a word change."""
    head = re.match(r"\D*", text)
    word = head[0].rstrip() if head else text
    return (word, False) if word and word != text else (text, True)
