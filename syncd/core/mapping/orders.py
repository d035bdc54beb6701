"""The tree of an order into its payload, by the mapping's fields; each value with its place in the file.

What is wrong becomes a Problem at its own column and line, and never stops the rest from being read, so
that a sender learns all of it at once.
"""

import re
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from syncd.core.mapping.model import (
    Block,
    Items,
    Leaf,
    Mapping,
    Node,
    Scope,
    Test,
    Tree,
    TreePath,
    ValueRefusedError,
)
from syncd.core.mapping.numbers import SIGNS
from syncd.core.mapping.steps import finish_value
from syncd.core.model import VALUE_MARK, Place, Problem
from syncd.core.places_json import JsonPath, write_pointer
from syncd.core.rules import CURRENCY, REFERENCE
from syncd.core.say import cut_name, join_words, quote_name, show_value

_RUINED = re.compile(r"#(?:REF!|N/A|NAME\?|DIV/0!|VALUE!|NULL!|NUM!|NV|WERT!|BEZUG!|ZAHL!|VALEUR!)")
_Fields = tuple[tuple[str, Leaf | Block], ...]


@dataclass(slots=True)
class Reader:
    """Reads one order, and gathers what is wrong with it."""

    tree: Tree
    mapping: Mapping
    places: dict[JsonPath, TreePath] = field(default_factory=dict)
    derived: set[JsonPath] = field(default_factory=set)  #: fields that the file shows nowhere as they are
    problems: dict[tuple[str, str, str], Problem] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)  #: JSON pointers of the fields that could not be read
    stand_ins: dict[str, str] = field(default_factory=dict)  #: JSON pointers: a block, and the one that stands for it

    def locate(self, pointer_path: JsonPath) -> Place:
        """Given a field's path, return where its value, or the record it should stand in, is in the file."""
        for length in range(len(pointer_path), 0, -1):
            place = self.places.get(pointer_path[:length])
            if place is not None:
                return self.tree.locate(place)
        return self.tree.locate(())

    def refuse(self, refused: ValueRefusedError, name: str, pointer: str) -> None:
        """Note a value that is of no use; one that several fields need is told once."""
        if pointer:
            self.told.add(pointer)
        place = self.tree.locate(refused.path) if refused.path is not None else self.tree.locate(())
        said = f"{quote_name(place.column)} " if place.column else f"{quote_name(name)} "
        value = None if refused.value is None else show_value(finish_value(refused.value))
        message = f"{said}cannot be had: {refused.reason}"
        if value is not None:
            message = f"{said}is {VALUE_MARK}; {refused.reason}"
        problem = Problem(refused.code, message, pointer, place.column, place.line, value)
        self.problems.setdefault((refused.code, str(refused.path), message), problem)

    def read_fields(self, fields: _Fields, scope: Scope, at: JsonPath) -> dict[str, object]:
        """Given fields and the scope they are read in, return an object of those that have a value."""
        built: dict[str, object] = {}
        waiting: list[tuple[str, str]] = []
        for name, entry in fields:
            path = (*at, name)
            try:
                read = self._read_leaf if isinstance(entry, Leaf) else self._read_block
                value = read(entry, scope, path)  # type: ignore[arg-type]
            except ValueRefusedError as refused:
                self.refuse(refused, name, write_pointer(path))
                continue
            if value is not None:
                built[name] = value
            elif isinstance(entry, Block) and entry.otherwise:
                waiting.append((name, entry.otherwise))
        for name, other in waiting:
            if other in built:
                built[name] = built[other]
                self._copy_places((*at, other), (*at, name))
                self.stand_ins[write_pointer((*at, name))] = write_pointer((*at, other))
        return built

    def _read_leaf(self, leaf: Leaf, scope: Scope, at: JsonPath) -> object:
        value, path = leaf.read(scope)
        if leaf.derived:
            self.derived.add(at)
        if path is not None:
            self.places[at] = path
            if isinstance(value, str) and self.tree.rows and (value.startswith("=") or _RUINED.fullmatch(value)):
                reason = "a spreadsheet's formula or error came instead of a value: write the value itself"
                raise ValueRefusedError("formula", reason, path, value)
        return finish_value(value)

    def _read_block(self, block: Block, scope: Scope, at: JsonPath) -> object:
        if block.nodes is not None:
            node = block.nodes(scope)
            scope = Scope(scope.order, node, scope.file, scope.zone, {}, scope, number=scope.number, signs=scope.signs)
            self.places[at] = node.path
        if (block.when is not None and not block.when(scope)) or (block.own and not _has_own(block, scope)):
            return None
        return self.read_fields(block.fields, scope, at) or None

    def _copy_places(self, source: JsonPath, target: JsonPath) -> None:
        for path, place in list(self.places.items()):
            if path[: len(source)] == source:
                self.places[target + path[len(source) :]] = place
        begin, begin_target = write_pointer(source), write_pointer(target)
        self.told |= {begin_target + told.removeprefix(begin) for told in self.told if told.startswith(begin + "/")}

    def choose_items(self, items: Items, scope: Scope) -> tuple[list[Scope], int]:
        """Given where items come from, return a scope for each that is sent, and how many there are in all."""
        kept: list[Scope] = []
        count = 0
        try:
            for node in items.list_items(scope):
                count += 1
                own = Scope(scope.order, node, scope.file, scope.zone, items.values, scope, signs=scope.signs)
                if self.find_rule(items.keep, own) is None:
                    own.number = len(kept) + 1
                    kept.append(own)
        except ValueRefusedError as refused:
            self.refuse(refused, self.mapping.list_name, write_pointer((self.mapping.list_name,)))
        return kept, count

    def find_rule(self, rules: tuple[tuple[str, Test], ...], scope: Scope) -> str | None:
        """Given rules and a scope, return the name of the first that is not met, or None."""
        for name, test in rules:
            try:
                if not test(scope):
                    return name
            except ValueRefusedError as refused:
                self.refuse(refused, name, "")
        return None


@dataclass(frozen=True, slots=True)
class Read:
    """What reading an order gave."""

    payload: dict[str, object]
    problems: tuple[Problem, ...]
    skipped: Problem | None
    reader: Reader


def read_order(tree: Tree, mapping: Mapping, zone: ZoneInfo | None, contradictions: list[Problem]) -> Read:
    """Given an order's tree, return its payload, all that is wrong with it, or the rule that leaves it out."""
    reader = Reader(tree, mapping)
    root = Node(tree.root, ())
    scope = Scope(root, root, tree.file, mapping.rules.zone or zone, mapping.values)
    rule = reader.find_rule(mapping.keep, scope)
    doubtful = any(_fold(problem.column) in mapping.keep_columns for problem in contradictions)
    if rule is not None and not doubtful:
        return Read(_read_reference(reader, mapping, scope), (), _say_skipped(rule), reader)
    items: list[object] = []
    if mapping.items is not None:
        kept, count = reader.choose_items(mapping.items, scope)
        if count and not kept and not reader.problems and not contradictions:
            why = _say_skipped(join_words([name for name, _ in mapping.items.keep], "and"), items=True)
            return Read(_read_reference(reader, mapping, scope), (), why, reader)
        for own in kept:
            items.append(_read_item(reader, mapping, own, len(items)))
        if items and isinstance(items[0], dict):
            places = {name: reader.places.get((mapping.list_name, 0, name)) for name in items[0]}
            scope.first_item = {name: (value, places[name]) for name, value in items[0].items()}
        _find_equal(reader, mapping, kept)
    payload = reader.read_fields(mapping.fields, scope, ())
    if mapping.items is not None:
        payload[mapping.list_name] = items
    _compare_signs(reader, scope, payload.get(CURRENCY))
    return Read(payload, (*contradictions, *reader.problems.values()), None, reader)


def _has_own(block: Block, scope: Scope) -> bool:
    """Tell whether the file has any value of a block that constants and defaults would fill by themselves."""
    try:
        return any(read(scope)[0] is not None for read in block.own)
    except ValueRefusedError:
        return True


def _read_item(reader: Reader, mapping: Mapping, scope: Scope, index: int) -> dict[str, object]:
    assert mapping.items is not None  # noqa: S101 - its scope comes from them
    at: JsonPath = (mapping.list_name, index)
    reader.places[at] = scope.node.path
    return reader.read_fields(mapping.items.fields, scope, at)


def _read_reference(reader: Reader, mapping: Mapping, scope: Scope) -> dict[str, object]:
    """Return the reference alone, for an order that is left out: what else is wrong with it is no matter."""
    reference = tuple((name, entry) for name, entry in mapping.fields if name == REFERENCE)
    return reader.read_fields(reference, scope, ())


def _find_equal(reader: Reader, mapping: Mapping, scopes: list[Scope]) -> None:
    """Say which items are equal in everything the file has of them, whatever number they get."""
    first: dict[str, int] = {}
    for index, scope in enumerate(scopes) if len(scopes) > 1 else ():
        earlier = first.setdefault(repr(scope.node.values), index)
        if earlier != index:
            place, there = reader.tree.locate(scope.node.path), reader.tree.locate(scopes[earlier].node.path)
            message = f"Line {place.line} is equal to line {there.line} in every cell: take one out"
            if place.line == there.line:
                message = f"Item {index + 1} is equal to item {earlier + 1} in everything: take one out"
            pointer = write_pointer((mapping.list_name, index))
            problem = Problem("duplicate_line", message, pointer, line=place.line)
            reader.problems["duplicate_line", pointer, ""] = problem


def _compare_signs(reader: Reader, scope: Scope, currency: object) -> None:
    """Say so where a sign beside a number is another currency's than the order's."""
    for path, sign in scope.signs if isinstance(currency, str) else ():
        if any(SIGNS.get(each.upper().rstrip(".")) != currency for each in sign.split()):
            place = reader.tree.locate(path or ())
            name = quote_name(place.column or CURRENCY)
            message = f"{name} is in {VALUE_MARK}; the order's currency is {currency}"
            problem = Problem("currency", message, "", place.column, place.line, sign)
            reader.problems.setdefault(("currency", str(path), message), problem)


def _say_skipped(rule: str, *, items: bool = False) -> Problem:
    if items:
        return Problem("left_out", f"Left out by the mapping: its items' rules, {quote_name(rule)}, keep none of them")
    return Problem("left_out", f'Left out by the mapping\'s rule "{cut_name(rule)}"')


def _fold(column: str | None) -> str:
    return " ".join((column or "").casefold().split())
