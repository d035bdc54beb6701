"""One value as the mapping writes it: its column, and what is made of it: numbers, dates, texts, countries.

Says in half sentences what the operator has to look at.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from syncd.core.draft.dates import find_clock, find_forms, find_rival, lacks_time, lacks_zone
from syncd.core.draft.looks import describe_numbers, find_decimal, find_rates
from syncd.core.draft.model import OPEN, Column, Line, Survey
from syncd.core.draft.yaml import quote, quote_text

_CURRENCIES = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN", "Euro": "EUR", "euro": "EUR"}
_HUNDREDTHS = {"minor", "cents", "cent", "bp", "pence", "centimes", "grosz", "grosze"}
_WRAPPED = re.compile(r"'[+\d].*|=\".*\"")
_ENTITY = re.compile(r"&(?:#\d+|[a-z]+);")
_CLOCKS = {"ReceivedDate": "00:00", "DispatchBy": "18:00"}
_UTC = {"gmt", "utc"}


@dataclass(frozen=True, slots=True)
class Writer:
    """What all values of a file share."""

    seen: Survey
    decimal: str  #: what the mapping says of all numbers
    month_first: bool | None  #: what the columns of dates tell; None: nothing tells
    used: list[Column] = field(default_factory=list)  #: columns that a line reads, as they are written

    def name(self, column: Column) -> str:
        """Given a column, return its name, and remember that a line reads it."""
        self.used.append(column)
        return column.name

    def write_source(self, column: Column) -> str:
        """Given a column, return how it is named beside other keys."""
        paths = ", ".join(map(quote_text, column.of))
        of = f", of: [{paths}]" if len(column.of) > 1 else f", of: {paths}" if paths else ""
        return f"{self.seen.word}: {quote(self.name(column))}{of}"

    def write_plain(self, column: Column, extra: str = "") -> str:
        """Given a column and what is made of it, return the value; a bare word where that is nothing."""
        return f"{{{self.write_source(column)}{extra}}}" if extra or column.of else quote(self.name(column))

    def write_cell(self, column: Column) -> str:
        """Given a column of text, return its value."""
        if any(map(_WRAPPED.fullmatch, column.filled)):
            return self.write_plain(column, ", text: unwrap")
        return self.write_plain(column, ", text: html" if any(map(_ENTITY.search, column.filled)) else "")

    def write_number(self, column: Column, *, named: bool = False) -> str:
        """Given a column of numbers, return its value; a named one says itself that it is a number."""
        return self.write_plain(column, self._number(column, named=named))

    def write_rate(self, column: Column, *, named: bool = False) -> str:
        """Given a column of tax rates, return its value in percent."""
        return self.write_plain(column, self._rate(column, named=named))

    def write_first_rate(self, column: Column, of: str) -> str:
        """Given a column of tax rates and the name of a list of rows, return the value of the first of these rows."""
        return f"{{path: {quote_text(f'{of}[0].{column.name}')}{self._rate(column, named=False)}}}"

    def write_currency(self, column: Column) -> str:
        """Given a column of currencies, return its value as ISO codes."""
        signs = [value for value in dict.fromkeys(column.filled) if value in _CURRENCIES]
        codes = [value for value in dict.fromkeys(column.filled) if value not in _CURRENCIES]
        if not signs:
            return self.write_plain(column)
        table = ", ".join(f"{quote(value)}: {_CURRENCIES[value]}" for value in signs)
        return self.write_plain(column, f", lookup: {{{table}}}" + (", unknown: keep" if codes else ""))

    def write_date(self, name: str, column: Column, clock: Column | None, extra: str = "") -> tuple[str, str]:
        """Given a field, its column and that of its time of day, return the value and what there is to decide."""
        forms = self.find_forms(column)
        source = self.write_source(column)
        doubts = [self._doubt(form, column) for form in forms]
        if clock is not None and (read := find_clock(clock.filled)) and lacks_time(forms, column.filled):
            whole = [f"{'%Y-%m-%d' if form == 'iso' else form} {read}" for form in forms]
            source = f"join: [{quote(column.name)}, {quote(self.name(clock))}]"
            date = f"formats: [{', '.join(map(quote_text, whole))}]"
            forms = tuple(whole)
        else:
            date = f"formats: [{', '.join(form if form.isidentifier() else quote_text(form) for form in forms)}]"
            if lacks_time(forms, column.filled):
                date += f', time: "{_CLOCKS[name]}"'
                doubts.append(f"{OPEN}: which time of day is meant where there is none?")
        if any("%y" in form for form in forms):
            doubts.append("two digits of a year: 69 is 2069, 70 is 1970")
        zone = ", zone: UTC" if self.is_utc(column, forms) else ""
        return f"{{{source}, date: {{{date}{zone}{extra}}}}}", "; ".join(filter(None, doubts))

    def find_forms(self, column: Column) -> tuple[str, ...]:
        """Given a column of dates, return its forms, months before days where the file's other dates are so."""
        return find_forms(column.filled, month_first=bool(self.month_first))

    def is_utc(self, column: Column, forms: Sequence[str]) -> bool:
        """Tell whether dates are meant in UTC: by their column's name or by what stands behind them."""
        return bool(_UTC.intersection(column.words)) or any(form.endswith(("UTC", "GMT")) for form in forms)

    def needs_zone(self, column: Column) -> bool:
        """Tell whether dates do not say whose clock they mean."""
        return lacks_zone(column.filled) and not self.is_utc(column, self.find_forms(column))

    def _rate(self, column: Column, *, named: bool) -> str:
        match find_rates(column.filled):
            case "inside":
                return ", text: {extract: '([0-9.,]+) ?%'}" + self._number(column, named=named)
            case "fraction":
                return ", number: {scale: 100}"
            case "basis":
                return ", number: {scale: 0.01}"
            case _:
                return self._number(column, named=named)

    def _number(self, column: Column, *, named: bool) -> str:
        told: list[str] = []
        own = find_decimal(column.filled)
        if own and own != self.decimal:
            marks = describe_numbers(column.filled)
            told += [f'decimal: "{own}"', f"thousands: {marks.get('thousands', quote_text(''))}"]
        if _HUNDREDTHS.intersection(column.words) and not own:
            told.append("scale: 0.01")
        if told:
            return f", number: {{{', '.join(told)}}}"
        return ", number: true" if named else ""

    def _doubt(self, form: str, column: Column) -> str:
        rival = find_rival(form, column.filled)
        if rival is None:
            return ""
        if self.month_first is not None:
            return f"{rival} fits as well, but other dates of the file do not"
        return f"{OPEN}: {rival} fits as well, which is it?"


def write_number_rules(columns: Sequence[Column], doubt: str | None) -> tuple[Line, ...]:
    """Given the columns of numbers that are read and one that is unclear, return what `numbers:` says."""
    told = describe_numbers([value for column in columns for value in column.filled])
    said = "as they look; check one"
    if doubt is not None:
        said = f"{OPEN}: is {doubt} more than a thousand, or about {doubt[0]}?"
    if told:
        return ((f"numbers: {{{', '.join(f'{key}: {value}' for key, value in told.items())}}}", said),)
    return ((f"# numbers: {{decimal: {quote_text(',')}}}", said),) if doubt is not None else ()
