"""What compiling a mapping gathers on its way: faults, the columns that are used, the names of values.

The mapping's shape was checked before against its schema; only what a schema cannot see is found here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from syncd.core.mapping.model import Fault, KeyPath, Used
from syncd.core.mapping.paths import fold_name

_BLOCK_WORDS = {"fields", "otherwise"}


@dataclass(slots=True)
class Build:
    """A mapping being compiled."""

    fold: bool  #: names of columns are compared with case and white space folded: CSV
    nulls: frozenset[str] = frozenset()
    numbers: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, Any] | None = None
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    used: dict[str, Used] = field(default_factory=dict)
    order_columns: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)  #: of values that may be used here
    kinds: dict[str, frozenset[str] | None] = field(default_factory=dict)  #: record types and blocks -> their columns
    order_kind: str = ""
    kind: str = ""  #: whose columns are meant where nothing else is said
    in_item: bool = False
    in_rows: bool = False  #: what is read belongs to single rows: skipped rows, classes
    parts: frozenset[str] | None = None  #: of items made from cells: the names they have; all else is the order's
    numbered: bool = False  #: items of numbered columns: names with {n} are theirs
    templates: set[str] = field(default_factory=set)  #: those names
    numbered_columns: bool = False  #: neither the file nor the mapping names the columns
    lists: frozenset[str] | None = None  #: CSV: the lists that a tree has; None: any
    file_names: frozenset[str] | None = None  #: what of: file has; None: any
    item_fields: frozenset[str] = frozenset()  #: what first_item may name

    def refuse(self, key: KeyPath, sentence: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(key, sentence))

    def fold_name(self, name: object) -> str:
        """Return a column's name, or its number, as it stands in a tree."""
        return fold_name(str(name)) if self.fold else str(name)

    def is_of_order(self, name: str) -> bool:
        """Tell whether a column read for an item stands in the order: items made from cells have only their parts."""
        if not self.in_item:
            return False
        return "{n}" not in name if self.numbered else self.parts is not None and name not in self.parts

    def use(self, name: object, kind: str, key: KeyPath, *, optional: bool, of_order: bool) -> str:
        """Note that a column of a record type, a block or the rows ("") is read, and return its name in a tree."""
        folded = self.fold_name(name)
        own = self.in_item and not of_order
        if own and self.numbered:
            self.templates.add(folded)
        if not self.fold or (own and (self.numbered or self.parts is not None)):
            return folded
        if "{n}" in folded:
            advice = "{n} counts only under items: with numbered: true; write the number itself"
            self.refuse(key, f"names the column {name}; {advice}")
        known = self.kinds.get(kind)
        if known is not None and folded not in known:
            has = f"{kind} does" if kind else "`columns:` do"
            self.refuse(key, f"names the column {name}, which {has} not have{suggest(folded, known)}")
        if self.numbered_columns and not kind and not folded.isdecimal():
            advice = "write its number, or name the columns by `columns:` under read:"
            self.refuse(key, f"names the column {name}, and the file has no header; {advice}")
        if not kind and not self.in_rows and not own:
            self.order_columns.add(folded)
        known_as = f"{kind}/{folded}" if kind else folded
        earlier = self.used.get(known_as)
        self.used[known_as] = Used(str(name), optional and (earlier is None or earlier.optional))
        return folded


def suggest(word: str, known: Iterable[str]) -> str:
    """Given a word and the known ones, return "; did you mean X?" or the known ones."""
    words = {name.casefold(): name for name in sorted(known)}
    near = get_close_matches(word.casefold(), words, n=1)
    return f"; did you mean {words[near[0]]}?" if near else f"; known here: {', '.join(words.values()) or 'none'}"


def find_fields(spec: Any) -> dict[str, Any] | None:
    """Given what stands behind a field's name, return the fields inside it; None where it is a value."""
    if not isinstance(spec, dict):
        return None
    if _BLOCK_WORDS & spec.keys():
        fields: dict[str, Any] = spec.get("fields", {})
        return fields
    return spec if is_plain(spec) else None


def is_plain(spec: dict[str, Any]) -> bool:
    """Tell whether a block holds nothing but fields: their names begin with a capital letter."""
    return all(name[:1].isupper() for name in spec)
