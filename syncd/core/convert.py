"""What a sender wrote, turned into the types of the schema: digits to text, text to numbers, times to UTC.

Whatever does not fit stays as it is, for the schema to refuse. Refuses to guess: no thousands separators,
no decimal comma, no exponent in a text, no true or false from words.
"""

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

from syncd.core.kinds import UNKNOWN, Kind, Plan
from syncd.core.limits import Limits
from syncd.core.times import is_sent_form, parse_time, write_time

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
MOST_DIGITS = Limits().digits
"""So many digits a number written as text may have: as for numbers of a JSON file."""


def convert_value(value: object, plan: Plan, zone: ZoneInfo | None) -> object:
    """Given a value as written, its plan and the zone of times without offset, return it as it would be sent.

    In objects, null and "" count as absent and are left out.
    """
    if isinstance(value, dict):
        return convert_object(value, plan, zone)
    if isinstance(value, list):
        return [convert_value(entry, plan.items or UNKNOWN, zone) for entry in value]
    match plan.kind:
        case Kind.TEXT if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        case Kind.TIME if isinstance(value, str):
            return _convert_time(value, zone)
        case Kind.INTEGER | Kind.NUMBER:
            return _convert_number(value)
        case _:
            return value


def convert_object(value: dict[str, object], plan: Plan, zone: ZoneInfo | None) -> dict[str, object]:
    """Given an object as written, return it as it would be sent: see `convert_value`."""
    fields = plan.fields
    sent: dict[str, object] = {}
    for name, entry in value.items():
        if entry is not None and entry != "":
            inner = fields.get(name, UNKNOWN)
            # Nine of ten values are texts that stay: they are let through without a call for each.
            stays = isinstance(entry, str) and (inner.kind is Kind.TEXT or inner.kind is Kind.OTHER)
            sent[name] = entry if stays else convert_value(entry, inner, zone)
    return sent


def is_long_number(text: str) -> bool:
    """Given a text, return whether it is a number with more digits than are taken."""
    return len(text) > MOST_DIGITS and count_digits(text) > MOST_DIGITS


def count_digits(text: str) -> int:
    """Given a text, return how many digits it has if it is a number as `convert_value` takes it, else 0."""
    return len(text) - text.count("-") - text.count(".") if _NUMBER.fullmatch(text) else 0


def _convert_number(value: object) -> object:
    """Return the exact number; an integral one as int, so that 2.0 is the integer 2."""
    number = value
    if isinstance(value, str):
        if len(value) > MOST_DIGITS + 2 or not _NUMBER.fullmatch(value) or is_long_number(value):
            return value
        number = Decimal(value)
    if isinstance(number, Decimal) and number.adjusted() < MOST_DIGITS and number == number.to_integral_value():
        return int(number)
    return number


def _convert_time(text: str, zone: ZoneInfo | None) -> str:
    if is_sent_form(text):
        return text
    try:
        return write_time(parse_time(text, zone))
    except ValueError:
        return text
