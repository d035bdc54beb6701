"""One value from its spec: where it comes from, then text, lookup, number, date or country, then its default.

    Currency: {column: Currency, default: EUR}

Compiled once into closures; refuses what does not fit, never repairs it.
"""

import re
from collections.abc import Callable
from typing import Any

from syncd.core.cells import DateCell, NumberCell
from syncd.core.mapping.build import Build, suggest
from syncd.core.mapping.model import Found, KeyPath, Read, Scope, Test, TreePath, ValueRefusedError, join_paths
from syncd.core.mapping.paths import write_scalar
from syncd.core.mapping.sources import (
    compile_column,
    compile_formula,
    compile_path,
    compile_sum,
    compile_template,
    compile_value,
)
from syncd.core.mapping.steps import compile_steps, exact, finish_value
from syncd.core.mapping.texts import check_length, compile_regex, fold_space

_TESTS = ("equals", "in", "filled", "matches")
_DIRECT = {
    "column": compile_column,
    "path": compile_path,
    "value": compile_value,
    "expression": compile_formula,
    "template": compile_template,
}
_SOURCES = (*_DIRECT, "constant", "join", "first", "sum", "counted", "first_item")
_BESIDE = {
    "unknown": ("lookup",),
    "over": ("sum",),
    "separator": ("join", "path"),
    "of": ("column", "path"),
    "optional": ("column", "path"),
}
"""Words that say more about another one, and the others."""
_BROKEN: Read = lambda _scope: (None, None)  # noqa: E731 - stands for a spec with a fault: it is never run


def compile_spec(spec: Any, build: Build, key: KeyPath) -> Read:
    """Given a value's spec, return how it is read; what is wrong with it is noted."""
    return compile_pair(spec, build, key)[0]


def compile_pair(spec: Any, build: Build, key: KeyPath) -> tuple[Read, Read | None]:
    """Given a value's spec, return how it is read, and how without its default: None for a constant."""
    spec = normalise_spec(spec, build)
    sources = [word for word in _SOURCES if word in spec]
    if len(sources) != 1:
        found = f", not {' and '.join(sources)}" if sources else ""
        build.refuse(key, f"must have one of {', '.join(_SOURCES)}{found}")
        return _BROKEN, None
    for word, owners in _BESIDE.items():
        if word in spec and not any(owner in spec for owner in owners):
            build.refuse((*key, word), f"means nothing without {' or '.join(f'{owner}:' for owner in owners)}")
    source = _compile_source(sources[0], spec, build, key)
    steps = [*compile_steps(_leave_scale_to_rows(spec, build), build, key)]
    when = compile_condition(spec["when"], build, (*key, "when")) if "when" in spec else None
    default = exact(spec.get("default"))
    keep_space = spec.get("space") == "keep"

    def read_own(scope: Scope) -> Found:
        value, path = source(scope) if when is None or when(scope) else (None, None)
        if isinstance(value, str):
            cell, text = value, value if keep_space else fold_space(value)
            value = None if not text or text in build.nulls else _find_typed(value, text)
            if isinstance(cell, NumberCell) and cell.sign:
                scope.signs.append((path, cell.sign))
        for step in steps:
            if value is None or value == "":
                break
            value = step(value, path, scope)
        return (None if value == "" else value), path

    def read(scope: Scope) -> Found:
        value, path = read_own(scope)
        return (default if value is None else value), path

    own = None if sources == ["constant"] else read_own
    return (read_own if default is None else read), own


def _find_typed(cell: str, text: str) -> Any:
    """Given a cell and its text, return what a spreadsheet stores in it: a number, a date; else the text."""
    if isinstance(cell, NumberCell):
        return cell.exact
    return cell if isinstance(cell, DateCell) else text


def normalise_spec(spec: Any, build: Build) -> dict[str, Any]:
    """Return a short spec in full: a text is a column (of JSON: a path), anything else a constant."""
    if isinstance(spec, dict):
        return dict(spec)
    if isinstance(spec, str):
        return {"column" if build.fold else "path": spec}
    return {"constant": spec}


def compile_condition(spec: Any, build: Build, key: KeyPath) -> Test:
    """Given a condition, return its test: `{column: Paid, equals: yes}`, `all:`, `any:`, `not:`, `expression:`."""
    if len(spec) > 1 and (whole := {"all", "any", "not"} & spec.keys()):
        build.refuse(key, f"has {min(whole)} beside other keys; keep it alone")
    if "all" in spec or "any" in spec:
        word = "all" if "all" in spec else "any"
        tests = [compile_condition(each, build, (*key, word, index)) for index, each in enumerate(spec[word])]
        return _make_all(tests) if word == "all" else lambda scope: any(test(scope) for test in tests)
    if "not" in spec:
        inner = compile_condition(spec["not"], build, (*key, "not"))
        return lambda scope: not inner(scope)
    checks = _compile_checks(spec, build, key)
    read = compile_spec({name: told for name, told in spec.items() if name not in _TESTS}, build, key)
    if not checks:
        if "expression" not in spec:
            build.refuse(key, f"tests nothing; add one of {', '.join(_TESTS)}")
        return lambda scope: bool(read(scope)[0])

    def test(scope: Scope) -> bool:
        value, path = read(scope)
        text = write_scalar(value)
        try:
            return all(check(text) for check in checks)
        except ValueError as reason:
            raise ValueRefusedError("pattern", str(reason), path, value) from None

    return test


def _make_all(tests: list[Test]) -> Test:
    return lambda scope: all(test(scope) for test in tests)


def _compile_checks(spec: dict[str, Any], build: Build, key: KeyPath) -> list[Callable[[str], bool]]:
    checks: list[Callable[[str], bool]] = []
    if "equals" in spec:
        wanted = write_scalar(spec["equals"])
        checks.append(lambda text: text == wanted)
    if "in" in spec:
        choices = frozenset(map(write_scalar, spec["in"]))
        checks.append(lambda text: text in choices)
    if "filled" in spec:
        filled = spec["filled"]
        checks.append(lambda text: bool(text) is filled)
    if "matches" in spec:
        try:
            pattern = compile_regex(spec["matches"])
        except ValueError as error:
            build.refuse((*key, "matches"), str(error))
        else:
            checks.append(lambda text: _fits(pattern, text))
    return checks


def _fits(pattern: re.Pattern[str], text: str) -> bool:
    check_length(text)
    return pattern.search(text) is not None


def _compile_source(word: str, spec: dict[str, Any], build: Build, key: KeyPath) -> Read:
    if word in _DIRECT:
        return _DIRECT[word](spec, build, key)
    match word:
        case "constant":
            constant = exact(spec["constant"])
            return lambda _scope: (constant, None)
        case "join":
            parts = [compile_spec(each, build, (*key, "join", index)) for index, each in enumerate(spec["join"])]
            return _make_join(parts, spec.get("separator", " "))
        case "first":
            _check_choices(spec["first"], build, key)
            choices = [compile_spec(each, build, (*key, "first", index)) for index, each in enumerate(spec["first"])]
            return _make_first(choices)
        case "sum":
            numbered = normalise_spec(spec["sum"], build)
            _check_summed(numbered, build, (*key, "sum"))
            numbered = numbered if "number" in numbered else {**numbered, "number": _leave_decimals_to_sum(spec)}
            return compile_sum(spec, lambda: compile_spec(numbered, build, (*key, "sum")), build, key)
        case "counted":
            if not build.in_item:
                build.refuse((*key, "counted"), "counts items: it stands under items: only")
            return lambda scope: (str(scope.number), None)
        case _:
            name = spec["first_item"]
            if build.in_item:
                build.refuse((*key, "first_item"), "is for fields of the order: it cannot stand under items:")
            elif name not in build.item_fields:
                known = suggest(name, build.item_fields)
                build.refuse((*key, "first_item"), f"names the field {name}, which items: does not have{known}")
            return lambda scope: scope.first_item.get(name, (None, None))


def _leave_decimals_to_sum(spec: dict[str, Any]) -> Any:
    """Return how each number of a sum is read: only the sum is rounded."""
    told = spec.get("number", True)
    return {word: value for word, value in told.items() if word != "decimals"} if isinstance(told, dict) else told


def _check_summed(spec: dict[str, Any], build: Build, key: KeyPath) -> None:
    """Note what would make something else than a number of what is summed."""
    for word in ("date", "country"):
        if spec.get(word, False) is not False:
            build.refuse((*key, word), "cannot be summed; take it out")
    if spec.get("number", True) is False:
        build.refuse((*key, "number"), "must not be false, as only numbers can be summed; take it out")
    if isinstance(spec.get("default"), str | bool):
        build.refuse((*key, "default"), "must be a number, as it is summed")


def _leave_scale_to_rows(spec: dict[str, Any], build: Build) -> dict[str, Any]:
    """Return a spec without the scale that a sum's numbers have had already: those without a `number:` of their own."""
    told = spec.get("number")
    if "sum" not in spec or not isinstance(told, dict) or "number" in normalise_spec(spec["sum"], build):
        return spec
    return {**spec, "number": {word: value for word, value in told.items() if word not in {"scale", "whole"}}}


def _check_choices(choices: list[Any], build: Build, key: KeyPath) -> None:
    """Note a choice of `first:` that always has a value: those behind it would never count."""
    for index, choice in enumerate(choices[:-1]):
        spec = normalise_spec(choice, build)
        if "default" in spec or ("constant" in spec and "when" not in spec):
            sentence = "always has a value, so what stands behind it never counts; put it last"
            build.refuse((*key, "first", index), sentence)


def _make_join(parts: list[Read], separator: str) -> Read:
    def read(scope: Scope) -> Found:
        found = [(value, path) for value, path in (part(scope) for part in parts) if value is not None]
        if not found:
            return None, None
        text = separator.join(write_scalar(finish_value(value)) for value, _ in found)
        return text, join_paths(path for _, path in found)

    return read


def _make_first(choices: list[Read]) -> Read:
    def read(scope: Scope) -> Found:
        place: TreePath | None = None
        for choice in choices:
            value, path = choice(scope)
            if value is not None:
                return value, path
            place = place or path
        return None, place

    return read
