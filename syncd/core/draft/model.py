"""What is known of an unknown export while its mapping is drafted: columns with their values, and the layout.

Plain values. Nothing here decides anything.
"""

from dataclasses import dataclass

from syncd.core.draft.words import Words, split_name

OPEN = "todo".upper()
"""Stands where the operator must decide."""

Line = tuple[str, str]
"""A line of YAML and its comment."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column or key, with the values of it that were seen."""

    name: str
    values: tuple[str, ...]  #: a text for each row or object, "" where it is empty
    of: tuple[str, ...] = ()  #: the records it may stand in, the first that is there; none: the order's own
    label: str = ""  #: what it is called, where its name is a path that says more

    @property
    def filled(self) -> list[str]:
        """The values that are there, without white space around them."""
        return [value.strip() for value in self.values if value.strip()]

    @property
    def words(self) -> Words:
        """The words of its name."""
        return split_name(self.label or self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file becomes orders, and the columns their fields may come from."""

    reading: tuple[Line, ...] = ()  #: under `read:`
    structure: tuple[Line, ...] = ()  #: `group:`, `records:`, `blocks:`, `classes:`, `orders:`
    source: tuple[Line, ...] = ()  #: under `items:`, before its fields
    count: int = 0
    counted: str = "rows"
    order: tuple[Column, ...] = ()
    item: tuple[Column, ...] = ()
    partners: tuple[tuple[str, str, tuple[Column, ...]], ...] = ()  #: role, path of its record, its columns
    by_look: bool = False  #: the columns have no names
    varying: frozenset[str] = frozenset()  #: columns in which the rows of an order differ: no fields of the order
    first_only: frozenset[str] = frozenset()  #: columns that are filled on the first row of an order only
    shipping: str = ""  #: the list of the rows that are shipping
    items_path: str = ""  #: JSON: the list of items
    fixed: frozenset[str] = frozenset()  #: columns that tell which rows belong together, and what a row is
    beside: tuple[Column, ...] = ()  #: columns that nothing can be read of, such as those of the parcels items are in
    one_table: bool = False  #: the items' columns are those of the order, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was seen of a file."""

    format: str  #: csv, json or ndjson
    encoding: str | None  #: None: a byte order mark says it
    layout: Layout

    @property
    def word(self) -> str:
        """What a value's source is called in this format."""
        return "column" if self.format == "csv" else "path"
