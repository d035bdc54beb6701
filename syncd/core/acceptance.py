"""A quick yes for orders that plainly fit their schema: a check built from the schema, once, at the start.

It says yes only where `jsonschema` would find nothing wrong; whatever it does not say yes to, `jsonschema` judges,
which alone refuses an order and says why. Refuses to be built for a schema with a keyword it does not know.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from jsonschema import FormatChecker

Acceptance = Callable[[object], bool]

_SAYS_NOTHING = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples", "deprecated"}
)
_KNOWN = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum"}),
    "integer": frozenset({"minimum", "maximum"}),
    "array": frozenset({"items", "minItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
}
_LOCAL = "#/$defs/"
_DEEPEST = 16
"""References followed into one another: a schema that leads back into itself is not for here."""


class _NotPlainError(Exception):
    """The schema says something that only jsonschema knows."""


def build_acceptance(schema: Mapping[str, Any], formats: FormatChecker) -> Acceptance | None:
    """Given an order's schema with exact numbers and its formats, return the quick check; None if it is not plain."""
    try:
        return _Builder(schema.get("$defs", {}), formats).build(schema, 0)
    except _NotPlainError:
        return None


class _Builder:
    def __init__(self, definitions: Mapping[str, Any], formats: FormatChecker) -> None:
        self._definitions = definitions
        self._formats = formats

    def build(self, schema: object, depth: int) -> Acceptance:
        if not isinstance(schema, dict) or depth > _DEEPEST:
            raise _NotPlainError
        says = {name: value for name, value in schema.items() if name not in _SAYS_NOTHING}
        match says:
            case {"$ref": str(reference), **others} if not others and reference.startswith(_LOCAL):
                return self.build(self._definitions.get(reference.removeprefix(_LOCAL)), depth + 1)
            case {"enum": [*words], **others} if not others and all(type(word) is str for word in words):
                return _accept_words(frozenset(words))
            case {"type": str(kind), **others} if others.keys() <= _KNOWN.get(kind, frozenset()):
                return self._build_kind(kind, others, depth)
            case _:
                raise _NotPlainError

    def _build_kind(self, kind: str, says: dict[str, Any], depth: int) -> Acceptance:
        match kind:
            case "string":
                return self._build_text(says)
            case "number" | "integer":
                return _accept_number(says.get("minimum"), says.get("maximum"), whole=kind == "integer")
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
        check: Acceptance = _accept_anything
        if "format" in says:
            if says["format"] not in self._formats.checkers:
                raise _NotPlainError
            check = self._formats.checkers[says["format"]][0]

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


def _accept_number(least: int | Decimal | None, most: int | Decimal | None, *, whole: bool) -> Acceptance:
    def accept(value: object) -> bool:
        if type(value) is not int and (whole or type(value) is not Decimal or not value.is_finite()):
            return False
        return (least is None or value >= least) and (most is None or value <= most)

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
