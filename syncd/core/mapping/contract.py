"""A mapping as a contract: what a sample file must give beside what it gives, field by field; and how it is kept.

Absent, null and "" are the same, numbers are compared by value and times as instants. Refuses to read files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from syncd.core.canonical import write_canonical
from syncd.core.places_json import write_path
from syncd.core.rules import REFERENCE
from syncd.core.source_records import list_leaves
from syncd.core.times import parse_time


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a sample file gives otherwise than expected."""

    reference: str
    field: str | None  #: None: the order as a whole, which only one side has
    expected: object  #: None where nothing is expected
    got: object  #: None where nothing came


def compare_orders(expected: Sequence[object], got: Sequence[object]) -> Iterator[Difference]:
    """Given the expected orders and those a file gives, as parsed JSON, yield each difference.

    Orders are paired by their reference, whatever their sequence.
    """
    waiting: dict[str, list[object]] = {}
    for order in got:
        waiting.setdefault(_name(order), []).append(order)
    for order in expected:
        name = _name(order)
        if not waiting.get(name):
            yield Difference(name, None, order, None)
            continue
        wanted, found = _list_filled(order), _list_filled(waiting[name].pop(0))
        for field in dict.fromkeys((*wanted, *found)):
            if not _is_same(wanted.get(field), found.get(field)):
                yield Difference(name, field, wanted.get(field), found.get(field))
    for name, orders in waiting.items():
        yield from (Difference(name, None, None, order) for order in orders)


def write_expected(orders: Sequence[object]) -> str:
    """Given orders as parsed JSON with exact numbers, return them as JSON for people to read and to keep."""
    return _write(list(orders), "\n") + "\n"


def _write(value: object, indent: str) -> str:
    inner = indent + "  "
    if isinstance(value, dict) and value:
        entries = (f"{write_canonical(name).decode()}: {_write(each, inner)}" for name, each in value.items())
        return "{" + inner + f",{inner}".join(entries) + indent + "}"
    if isinstance(value, list) and value:
        return "[" + inner + f",{inner}".join(_write(each, inner) for each in value) + indent + "]"
    return write_canonical(value).decode()


def _name(order: Any) -> str:
    return str(order.get(REFERENCE) if isinstance(order, dict) else order)


def _list_filled(order: object) -> dict[str, object]:
    leaves = ((write_path(path) or "", value) for path, value in list_leaves(order))
    return {path: value for path, value in leaves if value not in (None, "", [], {})}


def _is_same(expected: object, got: object) -> bool:
    if isinstance(expected, str) and isinstance(got, str):
        return expected == got or _is_same_time(expected, got)
    return expected == got and _kind(expected) is _kind(got)


def _kind(value: object) -> type:
    return Decimal if type(value) is int else type(value)  # true is not 1, though Python says so


def _is_same_time(expected: str, got: str) -> bool:
    try:
        return parse_time(expected, None) == parse_time(got, None)
    except ValueError:
        return False
