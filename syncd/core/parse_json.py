"""One order's JSON text into values: integers as int, every other number as an exact Decimal.

Refuses what Python's parser lets pass and others read in their own way: a key that stands twice, NaN and
Infinity, numbers without bounds, halves of surrogate pairs, nesting without end.
"""

import json
import re
import sys
from decimal import Decimal
from functools import lru_cache
from typing import Any, NoReturn

from syncd.core.limits import Limits
from syncd.core.model import VALUE_MARK, Element, FileDamagedError, Problem
from syncd.core.places_json import walk_values, write_path
from syncd.core.scan_json import BETWEEN_BRACKETS

# A limit above it would meet Python's own limit for integers, which an operator may set this low.
_MOST_DIGITS = sys.int_info.str_digits_check_threshold
# Everything up to an escaped surrogate that is no half of a pair; a good text as a whole.
_PAIRED = re.compile(r"[^\\]*+(?:\\(?:[^u]|u(?![dD][89a-fA-F])|u[dD][89abAB]..\\u[dD][c-fC-F])[^\\]*+)*+", re.DOTALL)

# What Python's parser says, by how it begins, in words for a clerk.
_SENTENCES = (
    ("Expecting ',' delimiter", "a comma or a closing bracket is missing before it"),
    ("Expecting ':' delimiter", "a colon is missing before it"),
    (
        "Expecting property name",
        "a key in double quotes should stand there (perhaps a comma too many before it)",
    ),
    ("Illegal trailing comma", "there is a comma too many"),
    ("Expecting value", "a value is missing or is no JSON there (texts need double quotes)"),
    ("Unterminated string", "the text that begins there has no closing quote"),
    (
        "Invalid control character",
        "a text holds a line break or control character there: write it as \\n or \\u000A",
    ),
    ("Invalid \\", "a backslash there begins nothing JSON knows: write a backslash in a text twice"),
    (
        "Extra data",
        "there is more text after the end: each order must be one object, on its own line in NDJSON",
    ),
)


class _RefusedError(Exception):
    """Raised inside the parser, which knows what is wrong but not where."""

    def __init__(self, code: str, token: str) -> None:
        super().__init__(code)
        self.code = code
        self.token = token  #: as it stands in the text


def parse_element(element: Element, limits: Limits) -> object:
    """Given an order's text, return its value: for an order a dict, for anything else what it is.

    Raise FileDamagedError: `json_syntax` (also NaN and Infinity), `duplicate_key`, `number_too_long` (more
    than `limits.digits` digits, or an exponent beyond them), `lone_surrogate`, `too_deep`.
    """
    text = element.text
    # Most orders have fewer brackets than may be nested: only others are measured.
    if text.count("{") + text.count("[") > limits.depth and _measure_depth(text) > limits.depth:
        raise FileDamagedError(_describe_deep(element, limits.depth))
    try:
        value = _make_decoder(min(limits.digits, _MOST_DIGITS)).decode(text)
    except json.JSONDecodeError as error:
        problem = _describe_syntax(element, error)
    except _RefusedError as refused:
        problem = _describe_refused(element, refused, limits)
    except RecursionError:
        problem = _describe_deep(element, limits.depth)
    else:
        if "\\u" not in text:
            return value
        paired = _PAIRED.match(text)
        stop = paired.end() if paired else 0
        if stop == len(text):
            return value
        problem = _describe_surrogate(element, stop)
    raise FileDamagedError(problem)


@lru_cache(maxsize=8)
def _make_decoder(digits: int) -> json.JSONDecoder:
    """Given the most digits a number may have, return a decoder whose hooks refuse with _RefusedError."""

    def read_integer(token: str) -> int:
        if len(token) > digits and len(token.lstrip("-")) > digits:
            raise _RefusedError("number_too_long", token)
        return int(token)

    def read_decimal(token: str) -> Decimal:
        if len(token) <= digits and "e" not in token and "E" not in token:
            return Decimal(token)
        mantissa, _, exponent = token.lower().partition("e")
        power = exponent.lstrip("+-").lstrip("0")
        figures = len(mantissa.lstrip("-").replace(".", ""))
        # The power's own length is looked at first: a power of a million digits is never converted.
        if figures > digits or len(power) > len(str(digits)) or int(power or "0") > digits:
            raise _RefusedError("number_too_long", token)
        return Decimal(token)

    def read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            raise _RefusedError("duplicate_key", "")
        return members

    def refuse_constant(token: str) -> NoReturn:
        raise _RefusedError("json_syntax", token)

    return json.JSONDecoder(
        object_pairs_hook=read_object,
        parse_float=read_decimal,
        parse_int=read_integer,
        parse_constant=refuse_constant,
    )


def _measure_depth(text: str) -> int:
    """Given JSON text, return how deep its brackets are nested."""
    depth = deepest = at = 0
    while True:
        between = BETWEEN_BRACKETS.match(text, at)
        at = between.end() if between else at
        match text[at : at + 1]:
            case "{" | "[":
                depth += 1
                deepest = max(deepest, depth)
            case "}" | "]":
                depth -= 1
            case _:  # the end, or a string without one, which the parser refuses
                return deepest
        at += 1


def _describe_syntax(element: Element, error: json.JSONDecodeError) -> Problem:
    """Given the parser's error, return the problem."""
    known = (sentence for beginning, sentence in _SENTENCES if error.msg.startswith(beginning))
    line, place = _name_place(element, error.pos)
    message = f"The JSON is broken in {place}: {next(known, 'it cannot be read there')}"
    return Problem("json_syntax", message, line=line)


def _describe_refused(element: Element, refused: _RefusedError, limits: Limits) -> Problem:
    """Given what a hook of the parser refused, find it in the text and return the problem."""
    text, seen = element.text, set()
    for at, path in walk_values(text):  # pragma: no branch (what was refused stands in the text)
        found = path in seen if refused.code == "duplicate_key" else text.startswith(refused.token, at)
        if found:
            break
        seen.add(path)
    line, place = _name_place(element, at)
    match refused.code:
        case "duplicate_key":
            message = f"The key {VALUE_MARK} stands twice in one object, again in {place}: remove one of them"
            value = str(path[-1])
        case "number_too_long":
            message = (
                f"The number {VALUE_MARK} in {place} has more than {limits.digits} digits, or an exponent"
                " beyond that: shorten it, or put it in quotes if it is a text"
            )
            value = refused.token
        case _:
            message = f"{VALUE_MARK} in {place} is no number in JSON: write a number or leave the field out"
            value = refused.token
    return Problem(refused.code, message, column=write_path(path), line=line, value=value)


def _describe_surrogate(element: Element, at: int) -> Problem:
    line, place = _name_place(element, at)
    message = (
        f"The text in {place} holds half of a character ({VALUE_MARK}): it was cut in the middle by the"
        " program that wrote it, write the whole character"
    )
    return Problem("lone_surrogate", message, line=line, value=element.text[at : at + 6])


def _describe_deep(element: Element, limit: int) -> Problem:
    message = (
        f"The order that begins in line {element.line} is nested deeper than {limit} brackets: check it for"
        " brackets that are not closed"
    )
    return Problem("too_deep", message, line=element.line)


def _name_place(element: Element, at: int) -> tuple[int, str]:
    """Given where in the text something stands, return its line in the file and its place in words."""
    above = element.text.count("\n", 0, at)
    column = at - element.text.rfind("\n", 0, at) + (0 if above else element.column - 1)
    line = element.line + above
    return line, f"line {line}, column {column}"
