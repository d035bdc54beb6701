"""A quick yes for what plainly fits its schema: a check built from the schema, once; for the config.

It says yes only where `jsonschema` would find nothing wrong; whatever it does not say yes to, `jsonschema` judges,
which alone refuses and says why. Where all is well, it need not even be loaded. Refuses to be built for a schema
with a keyword it does not know.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

Acceptance = Callable[[object], bool]
Formats = Mapping[str, Callable[[object], object]]
"""What checks a value for each `format`: says yes, or says no, or raises ValueError."""

SAYS_NOTHING = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples", "deprecated"}
)
"""Keywords that refuse no value."""
_SAYS_NOTHING = SAYS_NOTHING | {"patternErrorMessage"}  # ours: what `config.shape` says instead of the pattern
_KNOWN = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum"}),
    "boolean": frozenset(),
    "array": frozenset({"items", "minItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
}
_TEXT: tuple[dict[str, Any], ...] = ({}, {"type": "string"})
_Bound = int | Decimal | None
_IS_FINITE: dict[type, Callable[[Any], bool]] = {float: math.isfinite, Decimal: Decimal.is_finite}
LOCAL = "#/$defs/"
DEEPEST = 16
"""References followed into one another: a schema that leads back into itself is not for here."""


class _NotPlainError(Exception):
    """The schema says something that only jsonschema knows."""


def build_acceptance(schema: Mapping[str, Any], formats: Formats) -> Acceptance | None:
    """Given a schema with exact numbers and its formats, return the quick check; None if it is not plain."""
    try:
        return _Builder(schema.get("$defs", {}), formats).build(schema, 0)
    except _NotPlainError:
        return None


class _Builder:
    def __init__(self, definitions: Mapping[str, Any], formats: Formats) -> None:
        self._definitions = definitions
        self._formats = formats

    def build(self, schema: object, depth: int) -> Acceptance:
        if not isinstance(schema, dict) or depth > DEEPEST:
            raise _NotPlainError
        says = {name: value for name, value in schema.items() if name not in _SAYS_NOTHING}
        match says:
            case {"$ref": str(reference), **others} if not others and reference.startswith(LOCAL):
                return self.build(self._definitions.get(reference.removeprefix(LOCAL)), depth + 1)
            case {"const": str() | int() as word, **others} if not others:
                return lambda value: type(value) is type(word) and value == word
            case {"enum": [*words], **others} if others in _TEXT and all(type(word) is str for word in words):
                return _accept_words(frozenset(words))
            case {"anyOf": [*branches], **others} if not others:
                return _accept_any([self.build(branch, depth + 1) for branch in branches])
            case {"type": str(kind), **others}:
                return self._build_kinds([kind], others, depth)
            case {"type": [*kinds], **others}:
                return self._build_kinds(kinds, others, depth)
            case _:
                raise _NotPlainError

    def _build_kinds(self, kinds: Sequence[str], says: dict[str, Any], depth: int) -> Acceptance:
        """Build a check for values of any of these kinds; a keyword counts for those that it speaks of."""
        if not (_KNOWN.keys() >= {*kinds} and says.keys() <= frozenset().union(*(_KNOWN[kind] for kind in kinds))):
            raise _NotPlainError
        checks = [
            self._build_kind(kind, {name: value for name, value in says.items() if name in _KNOWN[kind]}, depth)
            for kind in kinds
        ]
        return checks[0] if len(checks) == 1 else _accept_any(checks)

    def _build_kind(self, kind: str, says: dict[str, Any], depth: int) -> Acceptance:
        match kind:
            case "string":
                return self._build_text(says)
            case "number" | "integer":
                bounds = (says.get("minimum"), says.get("maximum"), says.get("exclusiveMinimum"))
                return _accept_number(*bounds, whole=kind == "integer")
            case "boolean":
                return lambda value: type(value) is bool
            case "array":
                if "items" not in says:
                    raise _NotPlainError
                return _accept_list(self.build(says["items"], depth + 1), says.get("minItems", 0))
            case _:
                if says.get("additionalProperties") is not False:
                    raise _NotPlainError
                properties = says.get("properties", {})
                inner = {name: self.build(part, depth + 1) for name, part in properties.items()}
                return _accept_object(inner, frozenset(says.get("required", ())))

    def _build_text(self, says: dict[str, Any]) -> Acceptance:
        least, most = says.get("minLength", 0), says.get("maxLength", float("inf"))
        search = re.compile(says.get("pattern", "")).search
        check: Callable[[object], object] = _accept_anything
        if "format" in says:
            if says["format"] not in self._formats:
                raise _NotPlainError
            check = self._formats[says["format"]]

        def accept(value: object) -> bool:
            if type(value) is not str or not least <= len(value) <= most or search(value) is None:
                return False
            try:
                return bool(check(value))
            except ValueError:
                return False

        return accept


def _accept_anything(_: object) -> bool:
    return True


def _accept_words(words: frozenset[str]) -> Acceptance:
    return lambda value: type(value) is str and value in words


def _accept_any(checks: Sequence[Acceptance]) -> Acceptance:
    return lambda value: any(accept(value) for accept in checks)


def _accept_number(least: _Bound, most: _Bound, more_than: _Bound, *, whole: bool) -> Acceptance:
    def accept(value: Any) -> bool:
        if type(value) is not int:
            is_finite = None if whole else _IS_FINITE.get(type(value))
            if is_finite is None or not is_finite(value):
                return False
        return (
            (least is None or value >= least)
            and (most is None or value <= most)
            and (more_than is None or value > more_than)
        )

    return accept


def _accept_list(accept_entry: Acceptance, least: int) -> Acceptance:
    return lambda value: type(value) is list and len(value) >= least and all(map(accept_entry, value))


def _accept_object(properties: dict[str, Acceptance], required: frozenset[str]) -> Acceptance:
    def accept(value: object) -> bool:
        if type(value) is not dict or not required <= value.keys():
            return False
        for name, entry in value.items():
            accept_entry = properties.get(name)
            if accept_entry is None or not accept_entry(entry):
                return False
        return True

    return accept
