"""Rows of several classes in one table: articles, shipping, discounts, the order itself, told by a cell of theirs.

Knows a column of classes by its values alone. Refuses one where no value is that of an article.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.draft.model import OPEN, Column, Line
from syncd.core.draft.words import tell_class
from syncd.core.draft.yaml import quote, write_list

_MOST_CLASSES = 10
_KNOWN = 0.6  # of the classes must be known


@dataclass(frozen=True, slots=True)
class RowClasses:
    """A column that tells the class of each row."""

    column: Column
    meanings: dict[str, str]  #: value -> item, shipping, discount, tax, order, note or ""

    def has(self, meaning: str) -> bool:
        """Tell whether some rows have this meaning."""
        return meaning in self.meanings.values()

    def list_values(self, *meanings: str) -> list[str]:
        """Return the values that have one of the meanings."""
        return [value for value, meaning in self.meanings.items() if meaning in meanings]

    def pick(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """Given columns, return them with the values of the articles' rows alone."""
        rows = [row for row, value in enumerate(self.column.values) if self.meanings.get(value.strip()) == "item"]
        return tuple(Column(column.name, tuple(column.values[row] for row in rows)) for column in columns)


def find_classes(columns: Sequence[Column]) -> RowClasses | None:
    """Given columns, return the one whose values tell classes of rows, if there is one."""
    for column in columns:
        values = dict.fromkeys(column.filled)
        if not 1 < len(values) <= _MOST_CLASSES:
            continue
        meanings = {value: tell_class(value) for value in values}
        known = [meaning for meaning in meanings.values() if meaning]
        if "item" in known and len(set(known)) > 1 and len(known) >= _KNOWN * len(values):
            return RowClasses(column, meanings)
    return None


def write_classes(classes: RowClasses) -> Iterator[Line]:
    """Given classes of rows, yield what `classes:` says."""
    yield "classes:", f"likely: the values of {quote(classes.column.name)} tell what a row is"
    yield f"  by: {quote(classes.column.name)}", ""
    yield "  lists:", ""
    yield f"    rows: {write_list(classes.list_values('item'))}", "articles"
    for name in ("shipping", "discount"):
        values = classes.list_values(name)
        if values:
            said = "" if name == "shipping" else f"{OPEN}: who bears it? So it lowers no price"
            yield f"    {name}: {write_list(values)}", said
    ignored = classes.list_values("tax", "order", "note", "")
    if ignored:
        doubt = [value for value in ignored if not classes.meanings[value]]
        said = f"{OPEN}: what is {', '.join(map(quote, doubt))}?" if doubt else "no articles"
        yield f"  ignore: {write_list(ignored)}", said
