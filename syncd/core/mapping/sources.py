"""Where values come from: a column, a path, a constant, a named value, several of them put together.

Yields raw values; cleaning and converting them is for `values`. What is not there is None.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from syncd.core.cells import SpoiltCell
from syncd.core.mapping.build import Build, suggest
from syncd.core.mapping.expressions import compile_expression
from syncd.core.mapping.model import ROWS, Found, KeyPath, Node, Read, Scope, TreePath, ValueRefusedError, join_paths
from syncd.core.mapping.paths import Every, Step, find_all, parse_path, write_scalar, write_steps
from syncd.core.mapping.steps import finish_value

Nodes = Callable[[Scope], Node]
_EMPTY: dict[str, object] = {}
_NAMED = re.compile(r"\{([^{}]+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


def compile_nodes(of: Any, build: Build, key: KeyPath) -> tuple[Nodes, str]:
    """Given what stands behind `of:`, return how to find what is read from, and whose columns it has."""
    if of == "order":
        return lambda scope: scope.order, build.order_kind
    if of == "file":
        return lambda scope: Node(scope.file, ("\0file",)), "\0file"
    ways = [parse_way(each, build, key) for each in (of if isinstance(of, list) else [of])]
    for each, way in zip(of if isinstance(of, list) else [of], ways, strict=True):
        check_list(way, each, build, key, ("order", "file"))
    kinds = [find_kind(way, build) for way in ways]

    def find(scope: Scope) -> Node:
        for way in ways:
            for value, path in find_all(scope.node.values, scope.node.path, way):
                if isinstance(value, dict):
                    return Node(value, path or ())
        return Node(_EMPTY, write_steps(scope.node.path, ways[0]))

    return find, kinds[0]


def read_column(name: str) -> Read:
    """Given a column's name in the tree, return how it is read."""

    def read(scope: Scope) -> Found:
        node = scope.node
        place = (*node.path, name) if node.parts is None else node.parts.get(name, node.path)
        return _take(node.values.get(name), place)

    return read


def _take(value: Any, path: TreePath | None) -> Found:
    """Return a value and its place; refuse one that a spreadsheet has spoilt."""
    if isinstance(value, SpoiltCell):
        raise ValueRefusedError("spoilt_cell", value.reason, path, str(value))
    return value, path


def compile_column(spec: dict[str, Any], build: Build, key: KeyPath) -> Read:
    """Return how `column:` is read, `of:` wherever it says."""
    name, optional = spec["column"], spec.get("optional", False)
    of = spec.get("of")
    if of is None and build.is_of_order(build.fold_name(name)):
        of = "order"
    if of is None:
        return read_column(build.use(name, build.kind, key, optional=optional, of_order=False))
    nodes, kind = compile_nodes(of, build, key)
    if kind == "\0file":
        known = build.file_names
        if known is not None and build.fold_name(name) not in known:
            sentence = f"names the value {name}, which read.preamble does not give{suggest(str(name), known)}"
            build.refuse(key, sentence)
        return _read_from(nodes, read_column(build.fold_name(name)))
    whole = of == "order"
    return _read_from(nodes, read_column(build.use(name, kind, key, optional=optional, of_order=whole)))


def compile_path(spec: dict[str, Any], build: Build, key: KeyPath) -> Read:
    """Return how `path:` is read: the first value found that is filled; all of them with a `separator:`."""
    steps = parse_way(spec["path"], build, key)
    if len(steps) == 1 and isinstance(steps[0], str):
        return compile_column({**spec, "column": spec["path"] if build.fold else steps[0]}, build, key)
    _use_steps(steps, spec["path"], build, key, optional=spec.get("optional", False))
    separator = spec.get("separator")

    def read(scope: Scope) -> Found:
        node = scope.node
        found = [_take(*pair) for pair in find_all(node.values, node.path, steps) if pair[0] not in (None, "")]
        if separator is not None and found:
            return separator.join(str(value).strip() for value, _ in found), found[0][1]
        return found[0] if found else (None, write_steps(node.path, steps))

    return _read_from(compile_nodes(spec["of"], build, key)[0], read) if "of" in spec else read


def compile_value(spec: dict[str, Any], build: Build, key: KeyPath) -> Read:
    """Return how `value:` is read: a named value, worked out once."""
    name = spec["value"]
    if name not in build.names:
        build.refuse((*key, "value"), f"names the value {name}, which is not defined above{suggest(name, build.names)}")
    return lambda scope: read_named(scope, name)


def compile_formula(spec: dict[str, Any], build: Build, key: KeyPath) -> Read:
    """Return how `expression:` is worked out; where one of its values is empty, so is it."""
    try:
        expression = compile_expression(str(spec["expression"]))
    except ValueError as error:
        build.refuse((*key, "expression"), str(error))
        return lambda _scope: (None, None)
    for name in sorted(expression.names - build.names):
        known = suggest(name, build.names)
        cure = f"; define it: `values: {{{name}: {{column: {name}, number: true}}}}`"
        cure = known if known.startswith("; did") else cure
        build.refuse((*key, "expression"), f"uses {name}, which is no value defined above{cure}")
    names = sorted(expression.names, key=str(spec["expression"]).find)

    def read(scope: Scope) -> Found:
        found = [read_named(scope, name) for name in names]
        place = join_paths(path for _, path in found)
        values = {name: value for name, (value, _) in zip(names, found, strict=True)}
        if None in values.values() and not expression.takes_empty:
            return None, place
        try:
            return expression.evaluate(values), place
        except ValueError as reason:
            raise ValueRefusedError("expression", str(reason), place) from None

    return read


def compile_template(spec: dict[str, Any], build: Build, key: KeyPath) -> Read:
    """Return how `template:` is filled in: `{Street} {No}[, {Floor}]`, parts in [ ] only where all is filled."""
    template = spec["template"]
    _check_template(template, build, (*key, "template"))
    reads = {name: _named_or_column(name, build, key) for name in dict.fromkeys(_NAMED.findall(template))}

    def read(scope: Scope) -> Found:
        found = {name: each(scope) for name, each in reads.items()}
        texts = {name: write_scalar(finish_value(value)).strip() for name, (value, _) in found.items()}
        if not any(texts.values()):
            return None, next((path for _, path in found.values()), None)

        def fill(text: str) -> str:
            return _NAMED.sub(lambda mark: texts[mark[1]], text)

        pieces = _OPTIONAL.split(template)
        filled = [
            (_choose_piece(piece, texts, fill) if index % 2 else fill(piece)) for index, piece in enumerate(pieces)
        ]
        return "".join(filled), join_paths(path for name, (_, path) in found.items() if texts[name])

    return read


def _check_template(template: str, build: Build, key: KeyPath) -> None:
    rest = _OPTIONAL.sub(r"\1", _NAMED.sub("", template))
    if not _NAMED.search(template):
        build.refuse(key, "names no column; write its name in { }, or say `constant:` instead")
    elif found := re.search(r"[][{}]", rest):
        build.refuse(key, f"has a {found[0]} without its partner; each {{ needs a }} and each [ a ]")


def _choose_piece(piece: str, texts: dict[str, str], fill: Callable[[str], str]) -> str:
    """Return an optional part of a template, filled in if each of its values is there."""
    return fill(piece) if all(texts[name] for name in _NAMED.findall(piece)) else ""


def list_nodes(way: tuple[Step, ...], scope: Scope) -> Iterator[Node]:
    """Yield the entries that a path leads to: of a list, each of its entries."""
    for value, path in find_all(scope.node.values, scope.node.path, way):
        for entry, place in find_all(value, path or (), (Every(),)) if isinstance(value, list) else [(value, path)]:
            yield Node(entry if isinstance(entry, dict) else {"value": entry}, place or ())


def compile_sum(spec: dict[str, Any], inner: Callable[[], Read], build: Build, key: KeyPath) -> Read:
    """Return how `sum:` is worked out over a list of rows, records or objects; all of them blank: empty."""
    over = spec.get("over", ROWS)
    way = parse_way(over, build, (*key, "over"))
    check_list(way, over, build, (*key, "over"))
    kind, build.kind = build.kind, find_kind(way, build)
    was_item, build.in_item = build.in_item, True
    parts, build.parts, numbered, build.numbered = build.parts, None, build.numbered, False
    read_one = inner()
    build.kind, build.in_item, build.parts, build.numbered = kind, was_item, parts, numbered

    def read(scope: Scope) -> Found:
        total: Fraction | None = None
        place: TreePath | None = None
        root = Scope(scope.order, scope.order, scope.file, scope.zone, scope.values, scope.outer, signs=scope.signs)
        for node in list_nodes(way, root):
            value, path = read_one(Scope(scope.order, node, scope.file, scope.zone, {}, scope, signs=scope.signs))
            place = place or path
            if value is not None:
                if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
                    raise ValueRefusedError("number", "it must be a number, as it is summed", path, value)
                total = (total or Fraction(0)) + Fraction(value)
        return total, place

    return read


def read_named(scope: Scope, name: str) -> Found:
    """Given a scope and the name of a value it sees, return that value, worked out once."""
    owner = scope
    while name not in owner.values and owner.outer is not None:
        owner = owner.outer
    if name not in owner.memory:
        owner.memory[name] = owner.values[name](owner)
    return owner.memory[name]


def _read_from(nodes: Nodes, inner: Read) -> Read:
    def read(scope: Scope) -> Found:
        place = nodes(scope)
        return inner(Scope(scope.order, place, scope.file, scope.zone, {}, scope, signs=scope.signs))

    return read


def _named_or_column(name: str, build: Build, key: KeyPath) -> Read:
    if name in build.names:
        return lambda scope: read_named(scope, name)
    word = "column" if build.fold else "path"
    return (compile_column if build.fold else compile_path)({word: name}, build, key)


def _use_steps(steps: tuple[Step, ...], text: str, build: Build, key: KeyPath, *, optional: bool) -> None:
    """Note the column that a path of several steps ends in: `P[role=WE].name`, `rows[*].price`."""
    last = steps[-1] if steps else None
    if build.fold and isinstance(last, str):
        was, build.in_rows = build.in_rows, True
        build.use(text.rpartition(".")[2] or last, find_kind(steps, build), key, optional=optional, of_order=False)
        build.in_rows = was


def find_kind(way: tuple[Step, ...], build: Build) -> str:
    """Given a path, return the record type or block it leads to; "" where it leads to rows."""
    names = [step for step in way if isinstance(step, str) and step in build.kinds]
    return names[-1] if names else ""


def check_list(way: tuple[Step, ...], text: str, build: Build, key: KeyPath, besides: tuple[str, ...] = ()) -> None:
    """Note a path that begins with no list of the tree, where its lists are known."""
    if build.lists is not None and way and way[0] not in build.lists:
        near = suggest(str(way[0]), {*build.lists, *besides})
        build.refuse(key, f"names the list {text}, which the file does not give{near}")


def parse_way(text: Any, build: Build, key: KeyPath) -> tuple[Step, ...]:
    """Given a path as written, return its steps; a bad one is noted."""
    try:
        return parse_path(str(text), fold=build.fold)
    except ValueError as error:
        build.refuse(key, str(error))
        return ()
