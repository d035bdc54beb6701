"""The rules that hold for an order in every layout and whatever its schema says.

Refuses to say again what the schema has said of a field.
"""

from typing import Any
from zoneinfo import ZoneInfo

from syncd.core.canonical import write_canonical_text
from syncd.core.characters import collect_controls, find_invisible, may_hold_control, name_character
from syncd.core.formats import CURRENCIES
from syncd.core.model import VALUE_MARK, Problem
from syncd.core.places_json import JsonPath, write_pointer
from syncd.core.say import join_words, name_field, say_missing, show_value
from syncd.core.times import convert_time, explain_time

REFERENCE = "ReferenceNumber"
RECEIVED = "ReceivedDate"
DISPATCH = "DispatchBy"
CURRENCY = "Currency"
LINE_NUMBER = "OrderLineNumber"
_NO_OTHER_CURRENCY = (*CURRENCIES, None)


def check_rules(payload: dict[str, object], list_name: str, zone: ZoneInfo | None) -> list[Problem]:
    """Given a converted payload, the name of its list of items and the zone, return each breach of a rule."""
    return [
        *_check_reference(payload.get(REFERENCE)),
        *_check_currency(payload.get(CURRENCY)),
        *_check_times(payload, zone),
        *_check_controls(payload),
        *_check_lines(payload.get(list_name), list_name),
    ]


def keeps_rules(order: dict[str, Any], text: str, zone: ZoneInfo | None) -> bool:
    """Given an order as read that fits its schema, and its canonical JSON, say yes where no rule is broken.

    May say no to a good one, which `check_rules` then finds good. Equal lines are not looked for.
    """
    reference = order.get(REFERENCE)
    if type(reference) is not int and (not reference or _check_reference(reference)):
        return False
    received, dispatch = order.get(RECEIVED), order.get(DISPATCH)
    if received and dispatch and convert_time(received, zone) > convert_time(dispatch, zone):
        return False
    return order.get(CURRENCY) in _NO_OTHER_CURRENCY and not may_hold_control(text)


def _check_reference(reference: object) -> list[Problem]:
    field = "/" + REFERENCE
    if reference is None:
        return [say_missing((REFERENCE,))]
    if not isinstance(reference, str):
        return [Problem("type", f"{REFERENCE} is {VALUE_MARK}; it must be text", field, value=show_value(reference))]
    if reference in {".", ".."}:
        # Such a reference in the path of GET /order/{reference} would name another resource.
        return [Problem("reference", f"{REFERENCE} is {VALUE_MARK}; that cannot name an order", field, value=reference)]
    hidden = find_invisible(reference)
    if hidden is None:
        return []
    message = f"{REFERENCE} is {VALUE_MARK}; it holds {name_character(hidden)}, which nobody sees: take it out"
    return [Problem("invisible_character", message, field, value=reference)]


def _check_currency(currency: object) -> list[Problem]:
    if not isinstance(currency, str) or currency in CURRENCIES:
        return []
    message = f"{CURRENCY} is {VALUE_MARK}; allowed are {join_words(CURRENCIES, 'and')}"
    return [Problem("enum", message, "/" + CURRENCY, value=currency)]


def _check_times(payload: dict[str, object], zone: ZoneInfo | None) -> list[Problem]:
    problems, moments = [], []
    for name in (RECEIVED, DISPATCH):
        text = payload.get(name)
        if isinstance(text, str):
            reason = explain_time(text, zone)
            if reason is not None:
                message = f"{name} is {VALUE_MARK}; {reason}"
                problems.append(Problem("format", message, "/" + name, value=text))
            moments.append(text)
    if problems or len(moments) < 2 or moments[0] <= moments[1]:  # one form, one zone: texts sort as times do
        return problems
    message = f"{DISPATCH} is {VALUE_MARK}; that is before {RECEIVED}"
    return [Problem("dispatch_before_received", message, "/" + DISPATCH, value=moments[1])]


def _check_controls(payload: dict[str, object]) -> list[Problem]:
    found: list[tuple[JsonPath, str]] = []
    collect_controls(payload, (), found)
    return [
        Problem(
            "control_character",
            f"{name_field(path)} holds the control character {name_character(character)}: take it out",
            write_pointer(path),
        )
        for path, character in found
    ]


def _check_lines(items: object, list_name: str) -> list[Problem]:
    """Say which items are equal in every field. The same line number with other content is allowed."""
    if not isinstance(items, list) or len(items) < 2 or _have_own_numbers(items):
        return []
    first: dict[str, int] = {}
    problems = []
    for index, item in enumerate(items):
        earlier = first.setdefault(write_canonical_text(item), index)
        if earlier != index:
            here, there = f"entry {index + 1} of {list_name}", f"entry {earlier + 1}"
            message = f"{here} is equal to {there} in every field: take one out"
            problems.append(Problem("duplicate_line", message, write_pointer((list_name, index))))
    return problems


def _have_own_numbers(items: list[Any]) -> bool:
    """Return whether every item has a line number of its own: then no two can be equal."""
    numbers = {item.get(LINE_NUMBER) for item in items if type(item) is dict and type(item.get(LINE_NUMBER)) is str}
    return len(numbers) == len(items)
