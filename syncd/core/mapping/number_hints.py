"""What a mapping would have to say for a number that does not fit it: told beside the refusal, never acted upon.

Refuses to guess: where a text can be read in several ways, each is named with what it would mean.
"""

import re
from functools import cache

from syncd.core.canonical import write_number
from syncd.core.mapping.numbers import NumberRules, read_number
from syncd.core.say import join_words

_PAIRS = [(".", ""), (".", ","), (".", " "), (".", "'"), (",", ""), (",", "."), (",", " "), (",", "'")]
_SIGN = re.compile(r"[€£$¥]|[A-Z]{3}|zł|kr\.?|Kč|Fr\.?")


def explain_number(text: str, rules: NumberRules) -> str:
    """Given a text that is no number by these rules, return what the mapping would need for it, or ""."""
    readings = _list_readings(text, rules)
    if not readings or not all(keys for keys, _ in readings):
        return ""
    found: dict[str, str] = {}
    for keys, number in readings:
        found.setdefault(join_words(keys, "and"), number)
    told = next(iter(found))
    if len(found) > 1:
        told = join_words([f"{keys} where it means {number}" for keys, number in found.items()], "or")
    return f"; if all of your file is written like this, ask whoever keeps the mapping to say under `numbers:` {told}"


def _list_readings(text: str, rules: NumberRules) -> list[tuple[list[str], str]]:
    """Return each way to read a text: the keys that differ from the rules, and the number it gives."""
    readings: list[tuple[list[str], str]] = []
    for reading in _list_rules():
        pattern = reading.compile_pattern()
        inner = text[1:-1] if text.startswith("(") and text.endswith(")") else text
        found = pattern.fullmatch(inner)
        if found is None:
            continue
        sign = found["before"] or found["behind"]
        if sign and not _SIGN.fullmatch(sign):
            continue
        try:
            number, _ = read_number(text, reading, pattern)
        except ValueError:
            continue
        readings.append((_compare(found, reading, rules, parentheses=inner != text), write_number(number)))
    return readings


@cache
def _list_rules() -> list[NumberRules]:
    return [
        NumberRules(
            decimal=point, thousands=between, currency=True, percent=True, trailing_minus=True, parentheses=True
        )
        for point, between in _PAIRS
    ]


def _compare(found: re.Match[str], reading: NumberRules, rules: NumberRules, *, parentheses: bool) -> list[str]:
    """Return what these rules lack of a reading that fits, as the mapping would write it."""
    grouped = not found["whole"].isdecimal()
    point = reading.decimal if found["rest"] else rules.decimal
    between = reading.thousands if grouped else rules.thousands
    if grouped and between == point:  # without decimals, only the point can give way
        point = reading.decimal
    if between == point:
        between = ""
    asked = {
        'decimal: "' + point + '"': point != rules.decimal,
        'thousands: "' + between + '"': between != rules.thousands,
        "currency: true": bool(found["before"] or found["behind"]) and not rules.currency,
        "percent: true": "%" in found.string and not rules.percent,
        "trailing_minus: true": bool(found["last"]) and not rules.trailing_minus,
        "parentheses: true": parentheses and not rules.parentheses,
    }
    return [f"`{key}`" for key, lacking in asked.items() if lacking]
