"""What is wrong with an order, in words a clerk can act on: a schema's error becomes one or more problems.

Messages name fields as the sender writes them and say what would be right. They never hold a value itself,
only its mark, so that a report can hide it. Refuses to judge: the error is given.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from jsonschema import ValidationError
from jsonschema.exceptions import best_match

from syncd.core.canonical import write_canonical
from syncd.core.convert import MOST_DIGITS, count_digits, is_long_number
from syncd.core.model import OTHER_MARK, VALUE_MARK, Problem
from syncd.core.places_json import JsonPath, write_pointer
from syncd.core.times import explain_time

_MOST_CHOICES = 12
_LONGEST_NAME = 80
_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number such as 19.90: a decimal point, no thousands separators",
    "object": "an object with fields of its own",
    "array": "a list",
    "boolean": "true or false",
    "null": "left out",
}
_BOUNDS = {
    "minimum": "the least is",
    "maximum": "the most is",
    "exclusiveMinimum": "it must be more than",
    "exclusiveMaximum": "it must be less than",
    "multipleOf": "it must be a multiple of",
}
_COUNTS = {
    "minItems": ("entries", "the least is"),
    "maxItems": ("entries", "the most is"),
    "minLength": ("characters", "the least is"),
    "maxLength": ("characters", "the most is"),
    "minProperties": ("fields", "the least is"),
    "maxProperties": ("fields", "the most is"),
}


def say_error(error: ValidationError, zone: ZoneInfo | None) -> Iterator[Problem]:
    """Given a schema's error and the zone of times without offset, yield a problem for each faulty field."""
    if error.context:
        error = best_match([error]) or error
    path = tuple(error.absolute_path)
    asked: Any = error.validator_value
    value: Any = error.instance
    match error.validator:
        case "required":
            for name in missing_names(asked, value):
                yield say_missing((*path, name))
        case "dependentRequired":
            for given, needed in asked.items():
                for name in missing_names(needed, value) if given in value else ():
                    yield say_missing((*path, name), f"; it is needed beside {quote_name(given)}", "dependent_required")
        case "additionalProperties":
            for name in _unknown_names(error):
                message = f"{name_field((*path, name))} is no known field: {_say_cure(name, error)}"
                yield Problem("additional_properties", message, write_pointer((*path, name)))
        case "type" if _is_long_number(asked, value):
            message = (
                f"{name_field(path)} is {VALUE_MARK}; it has {count_digits(value)} digits, "
                f"and at most {MOST_DIGITS} are taken: shorten it"
            )
            yield Problem("number_too_long", message, write_pointer(path), value=value)
        case keyword:
            code = _write_code(keyword) if isinstance(keyword, str) else "false_schema"
            message = f"{name_field(path)} {_say_fault(error, zone)}"
            shown = show_value(value) if VALUE_MARK in message else None
            yield Problem(code, message, write_pointer(path), value=shown)


def say_missing(path: JsonPath, why: str = "", code: str = "required") -> Problem:
    """Given the path of a field that should be there, return the problem that it is not."""
    return Problem(code, f"{name_field(path)} is missing{why}", write_pointer(path))


def missing_names(names: Sequence[str], present: Mapping[str, object]) -> list[str]:
    """Given the names that are needed and the object, return those that are not there, in their order."""
    return [name for name in names if name not in present]


def name_field(path: JsonPath) -> str:
    """Given a path, return the field's name as a clerk says it: "Qty", "DeliveryAddress.Town"."""
    names: list[str] = []
    for part in path:
        if isinstance(part, int):
            names = [f"entry {part + 1} of {'.'.join(names)}"]
        elif names and names[0].startswith("entry "):
            names = [quote_name(part)]
        else:
            names.append(quote_name(part))
    return ".".join(names) or "the order"


def quote_name(name: str) -> str:
    """Given a name from a file, return it fit for a message, in quotes where its spaces could not be seen otherwise."""
    shown = cut_name(name)
    return f'"{shown}"' if name != name.strip() or "  " in name else shown


def cut_name(name: str) -> str:
    """Given a name from a file, return it not too long and without the value's mark."""
    name = name.replace(VALUE_MARK, "(value)").replace(OTHER_MARK, "(value)")
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def show_value(value: object) -> str:
    """Given a value of a payload, return it as text: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    return write_canonical(value).decode()


def join_words(words: Sequence[str], last: str) -> str:
    """Given some words, return "a, b and c" with `last` as the "and"."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nothing"


def _say_fault(error: ValidationError, zone: ZoneInfo | None) -> str:
    keyword = str(error.validator)
    asked: Any = error.validator_value
    value: Any = error.instance
    if keyword in _BOUNDS:
        return f"is {VALUE_MARK}; {_BOUNDS[keyword]} {show_value(asked)}"
    if keyword in _COUNTS:
        unit, bound = _COUNTS[keyword]
        return f"has {len(value)} {unit}; {bound} {asked}"
    match keyword:
        case "type":
            words = [_WORDS.get(name, name) for name in ([asked] if isinstance(asked, str) else asked)]
            return f"is {VALUE_MARK}; it must be {join_words(words, 'or')}"
        case "enum":
            return f"is {VALUE_MARK}; allowed are {_say_choices(asked)}"
        case "const":
            return f"is {VALUE_MARK}; it must be {quote_name(show_value(asked))}"
        case "pattern":
            return _say_pattern(value, asked)
        case "format":
            reason = explain_time(value, zone) if asked == "date-time" else None
            return f"is {VALUE_MARK}; {reason or error.cause}"
        case "uniqueItems":
            return "has the same entry twice"
        case "None" | "not" if not asked:
            return "is not allowed here: leave it out"
        case _:
            return f"does not fit the schema's rule {quote_name(keyword)}"


def _say_choices(choices: Sequence[object]) -> str:
    words = [quote_name(show_value(choice)) for choice in choices]
    if len(words) > _MOST_CHOICES:
        return ", ".join(words[:_MOST_CHOICES]) + f" and {len(words) - _MOST_CHOICES} more"
    return join_words(words, "and")


def _say_pattern(text: str, pattern: str) -> str:
    if not text.strip():
        return "is blank"
    if text != text.strip():
        return f"is {VALUE_MARK}; take away the white space before or after it"
    return f"is {VALUE_MARK}; it must have the form {quote_name(pattern)}"


def _is_long_number(asked: str | Sequence[str], value: object) -> bool:
    """Return whether a number was asked for, and this would be one if it had fewer digits."""
    kinds = {asked} if isinstance(asked, str) else {*asked}
    return isinstance(value, str) and bool(kinds & {"number", "integer"}) and is_long_number(value)


def _say_cure(name: str, error: ValidationError) -> str:
    """Given an unknown name, return what to do: a field that is there already is not proposed again."""
    schema: Any = error.schema
    present: Any = error.instance
    known = {each.casefold(): each for each in sorted(schema.get("properties", {})) if each not in present}
    near = get_close_matches(name.strip().casefold()[:200], known, n=1, cutoff=0.6)
    return f"the nearest known one is {quote_name(known[near[0]])}" if near else "mend its name or leave it out"


def _unknown_names(error: ValidationError) -> list[str]:
    schema: Any = error.schema
    present: Any = error.instance
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return [name for name in present if name not in known and not any(re.search(each, name) for each in patterns)]


def _write_code(keyword: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", keyword).lower()


def say_cell_count(line: int, count: int, width: int) -> str:
    """Given the line of a row, how many cells it has and how many the header has, return the sentence.

    A rejected file has one more behind `_error` in such a row, so that nobody sends it unmended.
    """
    cells = "1 cell" if count == 1 else f"{count} cells"
    return (
        f"Line {line} has {cells}, the header has {width}: "
        "mend the row, and in a rejected file take out what stands behind _error"
    )
