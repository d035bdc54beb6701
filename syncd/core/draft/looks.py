"""What values look like: dates and in which forms, numbers and how they are written, countries, currencies, mails.

Looks at texts alone. Where two readings fit (01/02/2026), both are named: which one is meant is not guessed.
"""

import re
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from syncd.core.mapping.countries import find_country
from syncd.core.mapping.dates import DateRules, compile_form, read_date
from syncd.core.mapping.numbers import SIGNS

FORMS = (
    (
        "iso epoch_ms epoch_s|%Y-%m-%d %H:%M:%S %z|%d.%m.%Y %H:%M:%S|%d.%m.%Y %H:%M|%d.%m.%Y|%d/%m/%Y %H:%M:%S|"
        "%d/%m/%Y %H:%M|%d/%m/%Y|%m/%d/%Y %H:%M:%S|%m/%d/%Y %H:%M|%m/%d/%Y|%m/%d/%Y %I:%M %p|%d-%m-%Y %H:%M|%d-%m-%Y|"
        "%Y/%m/%d %H:%M|%Y/%m/%d|%Y%m%d|%d.%m.%y|%d/%m/%y|%d %b %Y|%d-%b-%Y|%b %d, %Y"
    )
    .replace("iso epoch_ms epoch_s", "iso|epoch_ms|epoch_s")
    .split("|")
)
_NUMBER = re.compile(r"[-+(]?(?:[€£$]|[A-Z]{3})?\s?-?\d[\d.,'\s]*\s?(?:[€£$%]|[A-Z]{3})?[-)]?")
_OFFSET = re.compile(r".*(?:Z|[+-]\d\d:?\d\d)")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_EPOCHS = {"epoch_ms": r"1\d{12}", "epoch_s": r"1\d{9}"}
_SHARE = 0.9  # of the values must fit: a footer or a broken row must not hide a column


def fits(look: str, values: Sequence[str]) -> bool:
    """Given what a field's values look like and a column's filled values, tell whether the most of them do."""
    match look:
        case "date":
            return not values or bool(find_forms(values))
        case "number":
            return _most(values, lambda value: _NUMBER.fullmatch(value) is not None)
        case "currency":
            return _most(values, lambda value: re.fullmatch("[A-Z]{3}|[€£$]", value) is not None)
        case "country":
            return _most(values, lambda value: find_country(value) is not None)
        case "email":
            return _most(values, lambda value: "@" in value)
        case "id":
            return _most(values, lambda value: re.search(r"\d", value) is not None and " " not in value)
        case "person":
            return not _most(values, lambda value: re.search(r"\d", value) is not None)
        case _:
            return True


def find_forms(values: Sequence[str]) -> tuple[str, ...]:
    """Given filled values, return the forms of date that together fit the most of them; none: they are no dates."""
    found: list[str] = []
    left = list(values)
    for form in FORMS:
        fitting = [value for value in left if _is_date(value, form)]
        if fitting:
            found.append(form)
            left = [value for value in left if value not in fitting]
    return tuple(found) if values and len(left) <= (1 - _SHARE) * len(values) else ()


def find_rival(form: str, values: Sequence[str]) -> str | None:
    """Given a form that fits and the values, return the one with day and month the other way round, if it fits too."""
    rival = form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
    if "/" not in form or rival == form:
        return None
    return rival if all(_is_date(value, rival) for value in values if _is_date(value, form)) else None


def lacks_zone(values: Sequence[str]) -> bool:
    """Given dates, tell whether one of them does not say its offset."""
    return any(not _OFFSET.fullmatch(value) or len(value) < 11 for value in values if not _EPOCH.fullmatch(value))


def lacks_time(values: Sequence[str]) -> bool:
    """Given dates, tell whether one of them is without a time of day."""
    return any(":" not in value for value in values if not _EPOCH.fullmatch(value))


def describe_numbers(values: Sequence[str]) -> dict[str, str]:
    """Given the values of all number columns, return what the mapping's `numbers:` has to say, as YAML."""
    text = " ".join(values)
    told: dict[str, str] = {}
    if any(re.search(r",\d{1,2}(?!\d)|\.\d{3},", value) for value in values) and "," in text:
        told["decimal"] = '","'
    decimal = "," if told else "."
    for mark in (".", ",", " ", "'"):
        if mark != decimal and any(_has_groups(value, mark, decimal) for value in values):
            told["thousands"] = f'"{mark}"'
    if any(re.search(rf"[€£$]|\b(?:{'|'.join(sign for sign in SIGNS if sign.isalpha())})\b", v) for v in values):
        told["currency"] = "true"
    if "%" in text:
        told["percent"] = "true"
    if any(value.endswith("-") for value in values):
        told["trailing_minus"] = "true"
    return told


def _has_groups(value: str, mark: str, decimal: str) -> bool:
    space = r"\s" if mark == " " else re.escape(mark)
    behind = rf"{re.escape(decimal)}\d" if mark in ".," else r"(?!\d)"
    return re.search(rf"\d{space}\d{{3}}{behind}", value) is not None


def _is_date(value: str, form: str) -> bool:
    if form in _EPOCHS:
        return re.fullmatch(_EPOCHS[form], value) is not None
    try:
        read_date(value, DateRules(forms=(compile_form(form),), time=(12, 0, 0), zone=ZoneInfo("UTC")), None)
    except ValueError:
        return False
    return True


def _most(values: Sequence[str], test: Callable[[str], bool]) -> bool:
    return sum(map(test, values)) >= _SHARE * len(values)
