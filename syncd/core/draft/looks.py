"""What values look like: numbers and how they are written, countries, currencies, mails, post codes.

Looks at texts alone; dates have a room of their own. Refuses nothing.
"""

import re
from collections.abc import Callable, Sequence

from syncd.core.draft.dates import find_clock, find_forms
from syncd.core.mapping.countries import find_country
from syncd.core.mapping.numbers import SIGNS

_SIGN = r"(?:[€£$¥]|EUR|GBP|USD|CHF|PLN|CZK|HUF|RON|SEK|DKK|NOK|CAD|AUD|JPY|Euro?|eur|zł|kr\.?|Kč|Ft|Fr\.?)"
_NUMBER = re.compile(rf"[-+(]?(?:{_SIGN}\s?)?[-+]?\d[\d.,'\u2019\s]*\s?-?(?:%|{_SIGN})?[-)]?")
_QUANTITY = re.compile(r"-?\d[\d.,\s]*-?|\d+([.,]\d+)? ?[^\W\d_]{1,8}\.?")
_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d+)?) ?%")
_POST_CODE = re.compile(r"'?(?:[A-Za-z]{1,2}[- ]?)?\d{2,5}(?:[- ]?\d{2,4})?|[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}")
_PHONE = re.compile(r"\+?[\d (][\d ()/.-]{6,}")
_CURRENCIES = re.compile(r"[A-Z]{3}|[€£$]|zł|Euro|euro")
_MOST_RATE = 30
_MOST_RATES = 6  # different ones
_SHARE = 0.9  # of the values must fit: a broken row must not hide a column
_GROUPS = r"[.,\s'\u2019]"


def fits(look: str, values: Sequence[str]) -> bool:
    """Given what a field's values look like and a column's filled values, tell whether the most of them do."""
    test = _LOOKS.get(look)
    return test is None or not values or test(values)


def is_country(values: Sequence[str]) -> bool:
    """Given filled values, tell whether the most of them are countries."""
    return _most(values, lambda value: find_country(value) is not None)


def is_post_code(values: Sequence[str]) -> bool:
    """Given filled values, tell whether the most of them may be post codes."""
    return _most(values, lambda value: _POST_CODE.fullmatch(value) is not None)


def is_phone(values: Sequence[str]) -> bool:
    """Given filled values, tell whether the most of them may be phone numbers."""
    return _most(values, lambda value: _PHONE.fullmatch(value) is not None)


def is_number(values: Sequence[str]) -> bool:
    """Given filled values, tell whether the most of them may be numbers, with signs of all kinds."""
    return _most(values, lambda value: _NUMBER.fullmatch(value) is not None)


def is_text(values: Sequence[str]) -> bool:
    """Given filled values, tell whether the most of them are words: letters, no digits."""
    return _most(values, lambda value: any(map(str.isalpha, value)) and not any(map(str.isdigit, value)))


def find_rates(values: Sequence[str]) -> str | None:
    """Given filled values that may be rates of tax, return how they are told.

    plain: 19 or 19 %; fraction: 0.19; basis: 1900; inside: in a text such as "MwSt 19 %"; None: they are none.
    """
    if values and all(map(_PERCENT.search, values)) and not is_number(values):
        return "inside"
    numbers = [_read(value) for value in values]
    known = [number for number in numbers if number is not None]
    if len(known) < _SHARE * len(numbers) or len(set(known)) > _MOST_RATES or min(known, default=0) < 0:
        return None
    most = max(known, default=0)
    if 0 < most < 1:
        return "fraction"
    if most <= _MOST_RATE:
        return "plain"
    return "basis" if 100 <= most <= 100 * _MOST_RATE and all(number % 50 == 0 for number in known) else None


def find_decimal(values: Sequence[str]) -> str:
    """Given numbers as written, return what stands before their decimals: a point, a comma, or "" if nothing tells."""
    votes = {".": 0, ",": 0}
    for value in values:
        digits = re.sub(r"[^\d.,]", "", value)
        if "." in digits and "," in digits:
            votes[max(".,", key=digits.rfind)] += 2
        elif re.fullmatch(r"\d*[.,]\d+", digits) and not re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", digits):
            votes["," if "," in digits else "."] += 1
        elif re.fullmatch(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+", digits):
            votes["." if "," in digits else ","] += 1
    return max(votes, key=lambda mark: votes[mark]) if any(votes.values()) else ""


def describe_numbers(values: Sequence[str]) -> dict[str, str]:
    """Given the values of all number columns, return what the mapping's `numbers:` has to say, as YAML."""
    decimal = find_decimal(values) or "."
    told: dict[str, str] = {"decimal": '","'} if decimal == "," else {}
    for mark in (".", ",", " ", "'"):
        if mark != decimal and any(_has_groups(value, mark, decimal) for value in values):
            told["thousands"] = f'"{mark}"'
    if any(find_sign(value) for value in values):
        told["currency"] = "true"
    if any("%" in value for value in values):
        told["percent"] = "true"
    if any(re.search(r"\d\s?-", value) for value in values):
        told["trailing_minus"] = "true"
    if any(value.startswith("(") for value in values):
        told["parentheses"] = "true"
    return told


def find_doubt(values: Sequence[str]) -> str | None:
    """Given the values of all number columns, return one that may be read in two ways, if nothing else tells."""
    unsure = (value for value in values if re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", re.sub(r"[^\d.,]", "", value)))
    return next(unsure, None) if not find_decimal(values) else None


def find_sign(value: str) -> str:
    """Given a number as written, return the sign or code of a currency beside it, or ""."""
    found = re.search(_SIGN, value)
    return found[0] if found and any(map(str.isdigit, value)) else ""


def find_foreign(values: Sequence[str]) -> str:
    """Given numbers as written, return a sign beside one of them that no order's currency has, or ""."""
    signs = dict.fromkeys(filter(None, map(find_sign, values)))
    return next((sign for sign in signs if sign.upper() not in {*SIGNS, "EURO"}), "")


def find_currency(values: Sequence[str]) -> str | None:
    """Given numbers as written, return the ISO code of the one currency that stands beside them, if it is known."""
    codes = {SIGNS.get(sign.upper()) for value in values if (sign := find_sign(value))}
    return codes.pop() if len(codes) == 1 else None


def _read(value: str) -> float | None:
    found = re.fullmatch(r"(\d+)(?:[.,](\d+))? ?%?", value)
    return float(f"{found[1]}.{found[2] or 0}") if found else None


def _has_groups(value: str, mark: str, decimal: str) -> bool:
    between = {" ": r"\s", "'": r"['\u2019]"}.get(mark, re.escape(mark))
    return (
        re.search(rf"(?<!\d)\d{{1,3}}(?:{between}\d{{3}})+(?:{re.escape(decimal)}\d|(?!{_GROUPS}?\d))", value)
        is not None
    )


def _most(values: Sequence[str], test: Callable[[str], bool]) -> bool:
    return sum(map(test, values)) >= _SHARE * len(values)


def _is_id(values: Sequence[str]) -> bool:
    return _most(values, lambda value: re.search(r"[^\W_]", value) is not None and len(value.split()) <= 3)


_LOOKS: dict[str, Callable[[Sequence[str]], bool]] = {
    "date": lambda values: bool(find_forms(values)),
    "clock": lambda values: find_clock(values) is not None,
    "number": is_number,
    "quantity": lambda values: _most(values, lambda value: _QUANTITY.fullmatch(value) is not None),
    "rate": lambda values: find_rates(values) is not None,
    "currency": lambda values: _most(values, lambda value: _CURRENCIES.fullmatch(value) is not None),
    "country": is_country,
    "email": lambda values: _most(values, lambda value: "@" in value),
    "id": _is_id,
    "person": lambda values: not _most(values, lambda value: re.search(r"[\d@]", value) is not None),
    "word": lambda values: not any(re.search(r"\d[.,]\d", value) for value in values),
}
