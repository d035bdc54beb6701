"""JSON whose numbers keep their digits: fractions are `Decimal` on the way in and on the way out.

Refuses what strict JSON does not know (NaN, Infinity) and what is nested beyond any order.
"""

import json
from decimal import Decimal

_MAX_DEPTH = 64


def read_json(body: bytes) -> object:
    """Given a body, return its value, with numbers as int or Decimal. Raise ValueError if it is no JSON."""
    try:
        value: object = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (RecursionError, ArithmeticError) as error:  # the latter: an exponent beyond any number
        raise ValueError("The body cannot be read.") from error
    _check_depth(value)
    return value


def write_json(value: object) -> str:
    """Given what `read_json` may return, return it as JSON text with every digit kept."""
    match value:
        case Decimal():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{json.dumps(str(k))}: {write_json(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(write_json, value)) + "]"
        case _:
            return json.dumps(value)


def _refuse_constant(text: str) -> object:
    raise ValueError(f"{text} is no JSON.")


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise ValueError("The body is nested too deeply.")


def _children(value: object) -> list[object]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []
