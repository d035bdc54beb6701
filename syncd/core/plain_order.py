"""A quick yes for orders that plainly keep their schema and the rules: a writer built from the schema, once.

One walk converts, checks and writes an order. It writes only what `convert`, `jsonschema` and `rules` let pass, just
as `canonical` writes it; whatever it does not write, they judge, and they alone refuse an order and say why. Refuses
to be built for a schema with a keyword it does not know.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from json.encoder import encode_basestring as write_text
from typing import Any
from zoneinfo import ZoneInfo

from jsonschema import FormatChecker

from syncd.core.acceptance import DEEPEST, LOCAL, SAYS_NOTHING
from syncd.core.convert import MOST_DIGITS
from syncd.core.kinds import UNKNOWN, Kind, Plan
from syncd.core.rules import keeps_rules
from syncd.core.times import convert_time

PlainWriter = Callable[[object, ZoneInfo | None], bytes | None]
"""Given an order as read and the zone of times without an offset, its canonical JSON, or None: somebody else judges."""

_Write = Callable[[Any, ZoneInfo | None], str]
"""Given a value as read, its canonical JSON. Raises ValueError for null, "" and whatever is not plainly good."""

_KNOWN = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum"}),
    "integer": frozenset({"minimum", "maximum"}),
    "array": frozenset({"items", "minItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
}
_NUMBER = re.compile(r"(0|[1-9][0-9]*)(?:(\.[0-9]*[1-9])0*|\.0+)?")
"""Without what canonical JSON leaves out: the rest of the digits stay as they are."""
_QUICK_SEARCHES: dict[str, Callable[[str], object]] = {r"\S": str.strip}  #: the same white space, half the time
_ABSENT = (None, "")


class _NotPlainError(ValueError):
    """The schema, or an order, says something that is for others to judge."""


def build_plain_writer(
    schema: Mapping[str, Any], plan: Plan, formats: FormatChecker, ignored: frozenset[str] = frozenset()
) -> PlainWriter | None:
    """Given an order's schema with exact numbers, its plan, its formats and the keys never sent, return the quick yes.

    None if the schema is not plain.
    """
    if schema.get("type") != "object":
        return None
    try:
        write = _Builder(schema.get("$defs", {}), formats).build(schema, plan, 0, ignored)
    except _NotPlainError:
        return None

    def accept(order: Any, zone: ZoneInfo | None) -> bytes | None:
        try:
            text = write(order, zone)
            return text.encode() if keeps_rules(order, text, zone) else None
        except ValueError:
            return None

    return accept


class _Builder:
    def __init__(self, definitions: Mapping[str, Any], formats: FormatChecker) -> None:
        self._definitions = definitions
        self._formats = formats

    def build(self, schema: object, plan: Plan, depth: int, ignored: frozenset[str] = frozenset()) -> _Write:
        if not isinstance(schema, dict) or depth > DEEPEST or (depth and "$id" in schema):  # it moves what $ref means
            raise _NotPlainError
        says = {name: value for name, value in schema.items() if name not in SAYS_NOTHING}
        match says:
            case {"$ref": str(reference), **others} if not others and reference.startswith(LOCAL):
                return self.build(self._definitions.get(reference.removeprefix(LOCAL)), plan, depth + 1, ignored)
            case {"enum": [*words], **others} if not others and all(type(word) is str for word in words):
                if plan.kind not in {Kind.OTHER, Kind.TEXT}:
                    raise _NotPlainError
                return _write_word(words)
            case {"type": str(kind), **others} if others.keys() <= _KNOWN.get(kind, frozenset()):
                return self._build_kind(kind, plan, others, depth, ignored)
            case _:
                raise _NotPlainError

    def _build_kind(self, kind: str, plan: Plan, says: dict[str, Any], depth: int, ignored: frozenset[str]) -> _Write:
        match kind:
            case "string" if plan.kind is Kind.TEXT:
                return _write_string(self._list_tests(says))
            case "string" if plan.kind is Kind.TIME and says.get("format", "date-time") == "date-time":
                return _write_time(self._list_tests({**says, "format": None}))  # what is written has this one
            case "number" | "integer" if plan.kind in {Kind.NUMBER, Kind.INTEGER}:
                return _write_number(says.get("minimum"), says.get("maximum"), whole=kind == "integer")
            case "array" if "items" in says:
                return _write_list(self.build(says["items"], plan.items or UNKNOWN, depth + 1), says.get("minItems", 0))
            case "object" if says.get("additionalProperties") is False:
                fields = {
                    name: self.build(part, plan.fields.get(name, UNKNOWN), depth + 1)
                    for name, part in says.get("properties", {}).items()
                }
                return _write_object(fields, frozenset(says.get("required", ())), ignored)
            case _:
                raise _NotPlainError

    def _list_tests(self, says: dict[str, Any]) -> list[Callable[[str], object]]:
        """Return what a text must pass: each test gives something false, or raises ValueError, where it does not."""
        tests: list[Callable[[str], object]] = []
        if "minLength" in says or "maxLength" in says:
            least, most = says.get("minLength", 0), says.get("maxLength", float("inf"))
            tests.append(lambda text: least <= len(text) <= most)
        if "pattern" in says:
            tests.append(_QUICK_SEARCHES.get(says["pattern"]) or re.compile(says["pattern"]).search)
        if says.get("format"):
            if says["format"] not in self._formats.checkers:
                raise _NotPlainError
            tests.append(self._formats.checkers[says["format"]][0])
        return tests


def _write_word(words: list[str]) -> _Write:
    written = {word: write_text(word) for word in words if word}

    def write(value: Any, _zone: ZoneInfo | None) -> str:
        if type(value) is not str or value not in written:
            raise _NotPlainError
        return written[value]

    return write


def _write_string(tests: list[Callable[[str], object]]) -> _Write:
    def write(value: Any, _zone: ZoneInfo | None) -> str:
        text = str(value) if type(value) is int else value
        if type(text) is not str or not text:
            raise _NotPlainError
        for test in tests:
            if not test(text):
                raise _NotPlainError
        return write_text(text)

    return write


def _write_time(tests: list[Callable[[str], object]]) -> _Write:
    write_tested = _write_string(tests)

    def write(value: Any, zone: ZoneInfo | None) -> str:
        if type(value) is not str:
            raise _NotPlainError
        return write_tested(convert_time(value, zone), zone)

    return write


def _write_number(minimum: int | Decimal | None, maximum: int | Decimal | None, *, whole: bool) -> _Write:
    least = Decimal("-Infinity") if minimum is None else minimum
    most = Decimal("Infinity") if maximum is None else maximum

    def write(value: Any, _zone: ZoneInfo | None) -> str:
        kind = type(value)
        if kind is not str and kind is not int and kind is not Decimal:
            raise _NotPlainError
        written = str(value)
        found = _NUMBER.fullmatch(written)
        if found is None or len(written) > MOST_DIGITS:
            raise _NotPlainError
        text, fraction = found.groups()
        if fraction is not None:
            text += fraction
        if (whole and fraction is not None) or not least <= (Decimal(text) if fraction else int(text)) <= most:
            raise _NotPlainError
        return text

    return write


def _write_list(write_entry: _Write, least: int) -> _Write:
    def write(value: Any, zone: ZoneInfo | None) -> str:
        if type(value) is not list or len(value) < least:
            raise _NotPlainError
        entries = [write_entry(entry, zone) for entry in value]
        if len(set(entries)) < len(entries):  # equal lines of an order are refused: see rules
            raise _NotPlainError
        return f"[{','.join(entries)}]"

    return write


def _write_object(fields: dict[str, _Write], required: frozenset[str], ignored: frozenset[str]) -> _Write:
    known, sent = fields.keys() | ignored, fields.keys() - ignored
    if not required <= sent:
        raise _NotPlainError
    plan = [(name, f"{write_text(name)}:", fields[name], name in required) for name in sorted(sent)]

    def write(value: Any, zone: ZoneInfo | None) -> str:
        if type(value) is not dict or not known >= value.keys():
            raise _NotPlainError
        members = [
            key + write_entry(entry, zone)
            for name, key, write_entry, needed in plan
            if (entry := value.get(name)) or needed or entry not in _ABSENT
        ]
        return f"{{{','.join(members)}}}"

    return write
