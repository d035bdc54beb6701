"""Texts that are dates: in which forms they are written, and which day or month may be meant.

Where two readings fit (01/02/2026), both are named: which one is meant is not guessed in silence.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from syncd.core.mapping.dates import DateRules, compile_form, read_date

_DAYS = [
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%d %b %Y",
    "%d. %b %Y",
    "%d-%b-%Y",
    "%d/%b/%Y",
    "%d %b %y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%b %d %Y",
    "%b. %d, %Y",
    "%b-%d-%Y",
    "%b-%d-%y",
    "%Y-%b-%d",
    "%d de %b de %Y",
    "%a, %d %b %Y",
    "%a, %d. %b %Y",
    "%a %d %b %Y",
    "%a, %b %d, %Y",
    "%a %b %d %Y",
    "%a, %d.%m.%Y",
    "%a %d.%m.%Y",
    "%a %d/%m/%Y",
]
_JOINTS = ("", " ", ", ", "T", " at ", " um ", " - ", "-")
_CLOCKS = [
    "%H:%M",
    "%H:%M:%S",
    "%H:%M:%S.%f",
    "%I:%M %p",
    "%I:%M:%S %p",
    "%I:%M%p",
    "%H%M%S",
    "%H%M",
    "%H.%M",
    "%H:%M Uhr",
    "%Hh%M",
]
_ZONES = ("", " %z", "%z", " UTC", " GMT")
_EPOCHS = {"epoch_ms": r"1\d{12}", "epoch_s": r"1\d{9}"}
_PIECES = {
    "%Y": r"\d{4}",
    "%f": r"\d{1,6}",
    "%b": r"[^\W\d_]{3,}\.?",
    "%a": r"[^\W\d_]{2,}\.?",
    "%p": r"[AaPp]\.?[Mm]\.?",
    "%z": r"(?:Z|[+-]\d\d:?\d\d)",
}
_OFFSET = re.compile(r".*(?:Z|[+-]\d\d:?\d\d|UTC|GMT)")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")
_SHARE = 0.9  # of the values must fit: a broken row must not hide a column
_MOST = 300  # values are looked at


def find_forms(values: Sequence[str], *, month_first: bool = False) -> tuple[str, ...]:
    """Given filled values, return the forms of date that together fit the most of them; none: they are no dates."""
    found: list[str] = []
    left = list(dict.fromkeys(values))[:_MOST]
    count = len(left)
    unfit = 0
    while left:
        candidates = _list_candidates(left[0])
        if month_first:
            candidates = tuple(sorted(candidates, key=lambda form: "%d" in form[: form.find("%m")]))
        fitting = {form: [value for value in left if _is_date(value, form)] for form in candidates}
        best = max(fitting, key=lambda form: len(fitting[form]), default=None)
        if best is None:
            unfit += 1
            left = left[1:]
            continue
        found.append(best)
        left = [value for value in left if value not in fitting[best]]
    return tuple(found) if count and unfit <= (1 - _SHARE) * count else ()


def find_clock(values: Sequence[str]) -> str | None:
    """Given filled values, return the form of the time of day they are all written in, if they are."""
    fitting = (form for form in _CLOCKS if values and all(_compile(form).fullmatch(value) for value in values))
    return next(fitting, None)


def find_rival(form: str, values: Sequence[str]) -> str | None:
    """Given a form that fits and the values, return the one with day and month the other way round, if it fits too."""
    rival = form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
    if "." in form or form.startswith("%Y") or rival == form:
        return None
    return rival if all(_is_date(value, rival) for value in values if _is_date(value, form)) else None


def is_month_first(columns: Iterable[Sequence[str]]) -> bool | None:
    """Given the values of all columns of dates, tell whether months stand before days; None if nothing tells."""
    for values in columns:
        for form in find_forms(values):
            if "/" in form and find_rival(form, values) is None and not form.startswith("%Y"):
                return form.find("%m") < form.find("%d")
        if any(re.search(r"\d\s?[AaPp]\.?[Mm]", value) for value in values):
            return True  # who writes AM and PM is likely to write the month first; it is asked all the same
    return None


def lacks_zone(values: Sequence[str]) -> bool:
    """Given dates, tell whether one of them does not say its offset."""
    return any(not _OFFSET.fullmatch(value) or len(value) < 11 for value in values if not _EPOCH.fullmatch(value))


def lacks_time(forms: Sequence[str], values: Sequence[str]) -> bool:
    """Given the forms of dates and the dates, tell whether one of them is without a time of day."""
    if forms == ("iso",):
        return any(":" not in value for value in values)
    return any(not re.search("%[HI]|epoch|iso", form) for form in forms) or (
        "iso" in forms and any(len(value) == len("2026-01-15") and value[4] == "-" for value in values)
    )


@lru_cache(maxsize=4096)
def _list_candidates(value: str) -> tuple[str, ...]:
    """Return the forms that a value may be written in, the likelier first."""
    if not any(letter.isdigit() for letter in value) or len(value) > 40:
        return ()
    return tuple(form for form in ("iso", *_EPOCHS, *_join_forms(value)) if _is_date(value, form))


def _join_forms(value: str) -> Iterator[str]:
    for day in _DAYS:
        found = _compile(day).match(value)
        rest = value[found.end() :] if found else None
        if rest == "":
            yield day
        elif rest:
            yield from (day + form for form in _list_clocks() if _compile(form).fullmatch(rest))


@lru_cache(maxsize=1)
def _list_clocks() -> tuple[str, ...]:
    clocks = [joint + clock + zone for joint in _JOINTS for clock in _CLOCKS for zone in _ZONES]
    return (*clocks, *(zone for zone in _ZONES if zone))


@lru_cache(maxsize=1024)
def _compile(form: str) -> re.Pattern[str]:
    pieces = [piece for piece in re.split("(%.)", form) if piece]
    pattern = ""
    for at, piece in enumerate(pieces):
        touches = any(each[:1] == "%" for each in (*pieces[at - 1 : at], *pieces[at + 1 : at + 2]))
        digits = r"\d\d" if touches else r"\d{1,2}"
        pattern += _PIECES.get(piece, digits if piece[:1] == "%" else re.escape(piece))
    return re.compile(pattern)


def _is_date(value: str, form: str) -> bool:
    if form in _EPOCHS:
        return re.fullmatch(_EPOCHS[form], value) is not None
    try:
        read_date(value, _make_rules(form), None)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def _make_rules(form: str) -> DateRules:
    return DateRules(forms=(compile_form(form),), time=(12, 0, 0), zone=ZoneInfo("UTC"))
