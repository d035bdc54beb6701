"""What flows inside the mapping wing: the compiled mapping, the tree of one order, and what reading it finds.

A tree is plain dicts, lists and texts, whatever the file's layout was: rows, records of several types,
joined blocks and JSON look alike to the fields. Nothing here decides anything.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from syncd.core.model import Place, Problem, Row
from syncd.core.xlsx.worksheet import SheetChoice

TreePath = tuple[str | int, ...]
"""Where a value stands in an order's tree."""


class JoinedPath(tuple[str | int, ...]):  # noqa: SLOT001 - a tuple can have none
    """The place of a value that is put together from several: that of the first, which knows all of them."""

    parts: tuple[TreePath, ...]


Found = tuple[Any, TreePath | None]
"""A value and where it stands; None for one that stands nowhere."""

KeyPath = tuple[str | int, ...]
"""Where a key stands in the mapping's YAML."""

ROWS = "rows"
"""The list of an order's rows in the tree of a layout whose rows are items."""


def join_paths(paths: Iterable[TreePath | None]) -> TreePath | None:
    """Given the places of the values that one is put together from, return its own; None where there are none."""
    parts = tuple(each for path in paths if path is not None for each in list_parts(path))
    if len(parts) < 2:
        return next(iter(parts), None)
    joined = JoinedPath(parts[0])
    joined.parts = parts
    return joined


def list_parts(path: TreePath) -> tuple[TreePath, ...]:
    """Given a value's place, return the places of all that it is put together from."""
    return path.parts if isinstance(path, JoinedPath) else (path,)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a mapping: the operator's to mend."""

    key: KeyPath
    sentence: str


class MappingRefusedError(Exception):
    """The mapping cannot be used; carries every fault that was found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.sentence for fault in faults))
        self.faults = faults


class ValueRefusedError(Exception):
    """Raised while a value is read that is of no use; the field it was read for makes it a Problem."""

    def __init__(self, code: str, reason: str, path: TreePath | None, value: object = None) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason  #: half a sentence: "it must be a number such as 1.234,50"
        self.path = path
        self.value = value


@dataclass(frozen=True, slots=True)
class Node:
    """The part of a tree that values are read from: the order, an item, one partner of several."""

    values: Any
    path: TreePath
    parts: dict[str, TreePath] | None = None  #: of an item taken out of cells: where each of its values stands


@dataclass(slots=True)
class Scope:
    """What a value can see while it is read."""

    order: Node
    node: Node
    file: dict[str, str]
    zone: ZoneInfo | None
    values: dict[str, "Read"]
    outer: "Scope | None" = None  #: of an item: its order
    memory: dict[str, Found] = field(default_factory=dict)
    number: int = 0  #: of an item: how many are sent before it, and itself
    first_item: dict[str, Found] = field(default_factory=dict)  #: its fields, by name
    signs: list[tuple[TreePath | None, str]] = field(default_factory=list)  #: currency signs seen beside numbers


Read = Callable[[Scope], Found]
Test = Callable[[Scope], bool]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field with a value of its own."""

    read: Read
    derived: bool = False  #: worked out of several values: the file shows it nowhere
    own: Read | None = None  #: the same without its default; None for a constant


@dataclass(frozen=True, slots=True)
class Block:
    """A field with fields inside, such as an address."""

    fields: tuple[tuple[str, "Leaf | Block"], ...]
    nodes: Callable[[Scope], Node] | None = None  #: where its values are read
    when: Test | None = None
    otherwise: str | None = None  #: the block that stands for it where this one is empty or not wanted
    own: tuple[Read, ...] = ()  #: where constants and defaults would fill it: what must be empty for `otherwise`


@dataclass(frozen=True, slots=True)
class Used:
    """A column that the mapping reads."""

    name: str  #: as the mapping writes it
    optional: bool


@dataclass(frozen=True, slots=True)
class Header:
    """Where the names of a CSV file's columns stand."""

    row: int | None = None  #: counts from 1, blank lines aside
    contains: frozenset[str] = frozenset()  #: folded names that tell it
    columns: tuple[str, ...] = ()  #: no header: what the columns are called
    absent: bool = False  #: no header: the columns are called "1", "2", ... where no names are given


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One type of record in a file whose first cell tells the type."""

    name: str
    role: Literal["order", "child", "file", "ignore", "trailer"]
    columns: tuple[str, ...] = ()
    header: str | None = None  #: the type of the record that names this one's columns
    parent: str = ""
    counts: str = ""  #: of a trailer: the type whose records its first cell counts


@dataclass(frozen=True, slots=True)
class Records:
    """A file of record types."""

    cell: int  #: the index of the cell with the type
    kinds: dict[str, RecordKind]
    order: str


@dataclass(frozen=True, slots=True)
class JoinedBlock:
    """One of several tables in a file that are joined by a key; the first has a row per order."""

    name: str
    contains: frozenset[str]
    key: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which rows are one order."""

    by: tuple[str, ...] = ()
    adjacent: bool = False
    carry: bool = False  #: a blank key is that of the row before
    first_only: bool = False  #: the order's cells may stand on its first row alone


@dataclass(frozen=True, slots=True)
class Preamble:
    """A value from the lines before the header."""

    name: str
    row: int | None
    cell: int
    pattern: Any | None  #: a compiled regular expression


@dataclass(frozen=True, slots=True)
class Rules:
    """How the file is read before anything is made of its records."""

    format: Literal["csv", "xlsx", "json", "ndjson"]
    by_ending: bool  #: nothing is declared: what ends in .xlsx is a workbook
    sheet: SheetChoice
    encoding: str | None
    delimiter: str | None
    quoting: Literal["strict", "lenient", "none"]
    final_newline_required: bool | None
    header: Header
    comment: str | None
    skip: tuple[tuple[str, Test], ...]
    preamble: tuple[Preamble, ...]
    repeated_columns: bool
    orders: tuple[str, ...]  #: JSON: the keys that lead to the list of orders
    zone: ZoneInfo | None


@dataclass(frozen=True, slots=True)
class Items:
    """Where an order's items come from."""

    list_items: Callable[[Scope], Iterator[Node]]
    keep: tuple[tuple[str, Test], ...]
    values: dict[str, Read]
    fields: tuple[tuple[str, Leaf | Block], ...]
    templates: tuple[str, ...] = ()  #: of numbered columns: names with {n}


@dataclass(frozen=True, slots=True)
class Classes:
    """What the rows of an order are, by a value of theirs: each list of the tree has its own."""

    read: Read
    lists: dict[str, str]  #: folded value -> name of the list; "" for rows that are ignored
    other: str | None  #: the list of all other rows; None: they are refused


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """A compiled mapping."""

    rules: Rules
    grouping: Grouping
    records: Records | None
    blocks: tuple[JoinedBlock, ...]
    classes: Classes | None
    keep: tuple[tuple[str, Test], ...]
    values: dict[str, Read]
    fields: tuple[tuple[str, Leaf | Block], ...]
    items: Items | None
    list_name: str
    used: dict[str, Used]  #: folded name -> column, of rows; for records and blocks "kind/name"
    order_columns: frozenset[str]  #: folded names that belong to the order as a whole
    keep_columns: frozenset[str]

    @property
    def holds_file(self) -> bool:
        """Tell whether the rows of the whole file are held: they may belong to any order."""
        return bool(self.blocks) or bool(self.grouping.by and not self.grouping.adjacent and self.records is None)


class Placed(NamedTuple):
    """A record of the file and where it stands in a tree."""

    path: TreePath
    row: Row
    names: dict[str, str]  #: folded name -> as the file writes it
    values: dict[str, Any]


@dataclass(slots=True)
class Tree:
    """One order as its file has it."""

    root: Any
    rows: list[Placed]  #: empty for JSON
    records: tuple[int, ...]
    lines: tuple[int, ...]
    locate: Callable[[TreePath], Place]
    file: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)  #: of its structure: then nothing else is judged
