"""An order's items: rows, records, lists of JSON, numbered columns, lists in one cell, lists side by side.

Whatever they are taken from, each item is a node with values by name and the place of each in the file.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from syncd.core.mapping.build import Build
from syncd.core.mapping.model import ROWS, Block, Items, KeyPath, Leaf, Node, Read, Scope, TreePath, ValueRefusedError
from syncd.core.mapping.sources import check_list, find_kind, list_nodes, parse_way, read_column
from syncd.core.mapping.texts import check_length, compile_regex
from syncd.core.mapping.values import compile_condition, compile_spec

_KEY: KeyPath = ("items",)
_Fields = tuple[tuple[str, Leaf | Block], ...]


def compile_items(
    told: dict[str, Any], build: Build, compile_fields: Callable[[dict[str, Any], Build, KeyPath], _Fields]
) -> Items:
    """Given what `items:` says and how fields are compiled, return where items come from and what they hold."""
    outer_names, outer_kind = set(build.names), build.kind
    list_items = _compile_source(told, build)
    build.in_item = True
    values: dict[str, Read] = {}
    for name, spec in told.get("values", {}).items():
        values[name] = compile_spec(spec, build, (*_KEY, "values", name))
        build.names.add(name)
    keep = tuple(
        (name, compile_condition(rule, build, (*_KEY, "keep", name))) for name, rule in told.get("keep", {}).items()
    )
    fields = compile_fields(told["fields"], build, (*_KEY, "fields"))
    build.in_item, build.parts, build.numbered = False, None, False
    build.names, build.kind = outer_names, outer_kind
    if list_items is None:
        if not build.templates:
            build.refuse((*_KEY, "numbered"), "needs columns whose names hold {n}, such as sku_{n}")
        list_items = _make_numbered(tuple(sorted(build.templates)))
    return Items(list_items, keep, values, fields, tuple(sorted(build.templates)))


def _compile_source(told: dict[str, Any], build: Build) -> Callable[[Scope], Iterator[Node]] | None:
    """Return how items are listed; None for numbered columns, whose names are known only later."""
    if told.get("numbered"):
        build.numbered = True
        return None
    if "cell" in told:
        return _compile_cell(told["cell"], build)
    if "parallel" in told:
        return _compile_parallel(told["parallel"], build)
    way = parse_way(told.get("from", ROWS), build, (*_KEY, "from"))
    check_list(way, told.get("from", ROWS), build, (*_KEY, "from"))
    build.kind = find_kind(way, build)
    return lambda scope: list_nodes(way, scope)


def _make_numbered(templates: tuple[str, ...]) -> Callable[[Scope], Iterator[Node]]:
    def list_items(scope: Scope) -> Iterator[Node]:
        values = scope.order.values
        number = 1
        while any(template.replace("{n}", str(number)) in values for template in templates):
            columns = {template: template.replace("{n}", str(number)) for template in templates}
            cells = {template: values.get(column, "") for template, column in columns.items()}
            if any(cell.strip() for cell in cells.values()):
                yield Node(cells, (), {template: (column,) for template, column in columns.items()})
            number += 1

    return list_items


def _compile_cell(told: dict[str, Any], build: Build) -> Callable[[Scope], Iterator[Node]]:
    """Return how the items are listed that stand in one cell: `A-1:2;B-7:1`."""
    name = build.use(told["column"], build.kind, (*_KEY, "cell", "column"), optional=False, of_order=True)
    separator, within = told["separator"], told.get("part_separator", ":")
    parts = [build.fold_name(part) for part in told.get("parts", [])]
    pattern: re.Pattern[str] | None = None
    if "pattern" in told:
        try:
            pattern = compile_regex(told["pattern"])
            parts = [build.fold_name(part) for part in pattern.groupindex]
            if len(parts) != pattern.groups or not parts:
                build.refuse((*_KEY, "cell", "pattern"), "needs a name for each of its groups: (?P<sku>...)")
        except ValueError as error:
            build.refuse((*_KEY, "cell", "pattern"), str(error))
    build.parts = frozenset(parts)
    read = read_column(name)

    def list_items(scope: Scope) -> Iterator[Node]:
        cell, path = read(scope)
        for entry in filter(str.strip, str(cell or "").split(separator)):
            if pattern is None:
                found: list[str] | tuple[Any, ...] = entry.split(within)
            else:
                try:
                    check_length(entry)
                except ValueError as reason:
                    raise ValueRefusedError("item_list", str(reason), path, cell) from None
                match = pattern.fullmatch(entry.strip())
                found = match.groups(default="") if match else ()
            if len(found) != len(parts):
                raise ValueRefusedError("item_list", f"each entry must hold {', '.join(parts)}", path, cell)
            yield Node(dict(zip(parts, found, strict=True)), path or (), dict.fromkeys(parts, path or ()))

    return list_items


def _compile_parallel(told: dict[str, Any], build: Build) -> Callable[[Scope], Iterator[Node]]:
    """Return how the items are listed whose values stand in several cells, one list each: `A|B`, `2|1`."""
    separator = told["separator"]
    reads = {
        build.fold_name(part): read_column(
            build.use(column, build.kind, (*_KEY, "parallel", "columns", part), optional=False, of_order=True)
        )
        for part, column in told["columns"].items()
    }
    build.parts = frozenset(reads)

    def list_items(scope: Scope) -> Iterator[Node]:
        lists: dict[str, list[str]] = {}
        places: dict[str, TreePath] = {}
        for part, read in reads.items():
            cell, path = read(scope)
            lists[part], places[part] = str(cell or "").split(separator), path or ()
            counted = len(next(iter(lists.values())))
            if len(lists[part]) != counted:
                reason = f"it has {len(lists[part])} entries, the list before it {counted}"
                raise ValueRefusedError("item_list", reason, path, cell)
        for cells in zip(*lists.values(), strict=True):
            if any(map(str.strip, cells)):
                yield Node(dict(zip(lists, cells, strict=True)), next(iter(places.values())), places)

    return list_items
