"""Columns without names: what may be what, by the look of the values and by what stands beside what.

Each is a guess and says so. Refuses to guess what looks like several things.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from syncd.core.draft.choose import Choice, Choices
from syncd.core.draft.dates import find_clock, find_forms
from syncd.core.draft.looks import find_rates, fits, is_country, is_number, is_phone, is_post_code, is_text
from syncd.core.draft.model import Column

_SURE = 0.4
_SKU_LENGTH = 3
_Test = Callable[[Column], bool]


def guess_key(columns: Sequence[Column]) -> Column | None:
    """Given columns, return the first that may hold the order's reference: with digits, without spaces, no date."""
    return next((column for column in columns if column.filled and _is_reference(column.filled)), None)


def guess_order(columns: Sequence[Column]) -> Choices:
    """Given columns, return which may be the order's own fields."""
    found: dict[str, Column | None] = {"ReferenceNumber": guess_key(columns)}
    dates = [column for column in columns if column.filled and find_forms(column.filled) and _is_no_epoch(column)]
    found["ReceivedDate"] = dates[0] if dates else None
    found["DispatchBy"] = dates[1] if len(dates) > 1 else None
    if dates:
        behind = columns[columns.index(dates[0]) + 1 :][:1]
        found["OrderTime"] = next((each for each in behind if find_clock(each.filled)), None)
    found["Currency"] = _first(columns, lambda column: fits("currency", column.filled))
    return _choose(found)


def guess_address(columns: Sequence[Column]) -> Choices:
    """Given columns, return which may be fields of an address: around the post code stand street and town."""
    country = _last(columns, lambda column: is_country(column.filled) and all(map(str.isalpha, column.filled)))
    names = [column.name for column in columns]
    codes = [column for column in columns if is_post_code(column.filled) and _is_beside_text(columns, column)]
    code = codes[-1] if codes else None
    found = {
        "Country": country,
        "PostCode": code,
        "EmailAddress": _first(columns, lambda column: fits("email", column.filled)),
        "PhoneNumber": _first(columns, lambda column: is_phone(column.filled) and column is not code),
    }
    if code is not None:
        at = names.index(code.name)
        found["Town"] = next((column for column in columns[at + 1 :][:1] if is_text(column.filled)), None)
        before = [column for column in columns[:at] if column.filled and _holds_words(column)]
        found["Address1"] = next((column for column in reversed(before) if _is_street(column.filled)), None)
        people = [column for column in before if is_text(column.filled) and _has_spaces(column.filled)]
        found["FullName"] = people[0] if people else None
    return _choose(found)


def guess_item(columns: Sequence[Column]) -> Choices:
    """Given columns, return which may be fields of an item."""
    numbers = [column for column in columns if column.filled and is_number(column.filled)]
    prices = [column for column in numbers if all(re.search(r"[.,]\d\d(?!\d)", value) for value in column.filled)]
    counts = [
        column for column in numbers if all(re.fullmatch(r"0*\d{1,4}([.,]0+)?-?", value) for value in column.filled)
    ]
    lines = [column for column in counts if _is_sequence(column.filled)]
    pieces = [column for column in counts if column not in lines and column not in prices]
    codes = [column for column in columns if column not in [*lines, *prices, *pieces] and _is_code(column.filled)]
    rates = [column for column in pieces[1:] if find_rates(column.filled) == "plain"]
    titles = [column for column in columns if column not in codes[:1] and _is_title(column)]
    found = {
        "OrderLineNumber": lines[0] if lines else None,
        "SKU": codes[0] if codes else None,
        "ItemTitle": max(titles, key=lambda column: _has_spaces(column.filled), default=None),
        "Qty": pieces[0] if pieces else lines[1] if len(lines) > 1 else None,
        "PricePerUnit": prices[0] if prices else None,
        "TaxRate": rates[-1] if rates else None,
    }
    return _choose(found)


def _choose(found: dict[str, Column | None]) -> Choices:
    return {name: Choice(column, _SURE, by_look=True) for name, column in found.items() if column is not None}


def _first(columns: Sequence[Column], test: _Test) -> Column | None:
    return next((column for column in columns if column.filled and test(column)), None)


def _last(columns: Sequence[Column], test: _Test) -> Column | None:
    return _first(list(reversed(columns)), test)


def _is_reference(values: Sequence[str]) -> bool:
    whole = all(re.search(r"\d", value) and not re.search(r"[\s@+=]", value) for value in values)
    longer = all(len(value) >= _SKU_LENGTH for value in values)
    return whole and longer and not find_forms(values) and not any(re.search(r"\d[.,]\d", value) for value in values)


def _is_no_epoch(column: Column) -> bool:
    return not all(map(str.isdigit, column.filled)) or all(len(value) == len("20260115") for value in column.filled)


def _is_beside_text(columns: Sequence[Column], column: Column) -> bool:
    at = list(columns).index(column)
    return any(is_text(each.filled) and each.filled for each in columns[at + 1 :][:1]) and bool(column.filled)


def _holds_words(column: Column) -> bool:
    return any(re.search(r"[^\W\d_]{3}", value) for value in column.filled) and not fits("email", column.filled)


def _is_title(column: Column) -> bool:
    lower = any(any(map(str.islower, value)) for value in column.filled)
    return lower and _holds_words(column) and not find_forms(column.filled)


def _is_street(values: Sequence[str]) -> bool:
    return sum(re.search(r"[^\W\d_]{3}.*\d|\d.*[^\W\d_]{3}", value) is not None for value in values) > len(values) / 2


def _has_spaces(values: Sequence[str]) -> bool:
    return sum(" " in value for value in values) > len(values) / 2


def _is_sequence(values: Sequence[str]) -> bool:
    numbers = [int(float(value.rstrip("-").replace(",", "."))) for value in values]
    step = numbers[0]
    return (
        step > 0
        and all(after in {before + step, step} for before, after in pairwise(numbers))
        and (len(set(numbers)) > 1 or step in {1, 10})
    )


def _is_code(values: Sequence[str]) -> bool:
    whole = all(" " not in value and "@" not in value for value in values)
    return bool(values) and whole and any(len(value) >= _SKU_LENGTH for value in values) and not find_forms(values)
