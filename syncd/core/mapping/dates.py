"""Dates and times by a declared list of forms: strict, with the zone that is meant, never guessed.

An offset in the cell wins over the zone. An hour that clocks skip is refused, one that comes twice is the
earlier, the later or refused, as the mapping says.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

ISO = "iso"
EPOCHS = {"epoch_s": 1, "epoch_ms": 1000}
_ISO = (
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]+))?)?"
    r"(?: ?(?P<z>Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_TOKENS = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{1,2})",
    "S": "(?P<S>[0-9]{1,2})",
    "f": "(?P<f>[0-9]{1,9})",
    "p": r"(?P<p>[AaPp]\.?[Mm]\.?)",
    "z": "(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "b": r"(?P<b>[^\W\d_]+\.?)",
    "a": r"[^\W\d_]+\.?",
    "%": "%",
}
_EXAMPLES = {"Y": "2026", "y": "26", "m": "01", "d": "15", "H": "10", "I": "10", "M": "30", "S": "00", "f": "000"}
_EXAMPLES |= {"p": "AM", "z": "+01:00", "b": "Jan", "a": "Thu", "%": "%"}
_MONTHS = """\
january jan januar jänner jaenner janvier janv enero ene gennaio gen januari stycznia styczeń sty
february feb februar février fevrier févr fevr febrero febbraio februari lutego luty lut
march mar märz maerz mrz mär mars marzo maart mrt marca marzec
april apr avril avr abril abr aprile kwietnia kwiecień kwi
may mai mayo maggio mag mei maja maj
june jun juni juin junio giugno giu czerwca czerwiec cze
july jul juli juillet juil julio luglio lug lipca lipiec lip
august aug août aout agosto ago augustus sierpnia sierpień sie
september sep sept septembre septiembre settembre set września wrzesień wrz
october oct oktober okt octobre octubre ottobre ott października październik paź
november nov novembre noviembre listopada listopad lis
december dec dezember dez décembre decembre déc diciembre dic dicembre grudnia grudzień gru"""
MONTHS = {word: number for number, line in enumerate(_MONTHS.splitlines(), 1) for word in line.split()}


@dataclass(frozen=True, slots=True)
class DateForm:
    """One form in which dates are written."""

    written: str
    pattern: re.Pattern[str] | None  #: None: seconds or milliseconds since 1970
    has_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRules:
    """How dates are written, whose clock is meant and what is added."""

    forms: tuple[DateForm, ...] = field(default_factory=lambda: (compile_form(ISO),))
    zone: ZoneInfo | None = None
    time: tuple[int, int, int] | None = None  #: of a date without one
    overlap: Literal["refuse", "earlier", "later"] = "refuse"
    pivot: int = 70  #: two-digit years from here on are 19xx, those before 20xx
    plus_days: int = 0
    plus_hours: int = 0

    def write_example(self) -> str:
        """Return what a date should look like."""
        return " or ".join(_write_example(form.written) for form in self.forms)


def compile_form(written: str) -> DateForm:
    """Given a form such as `%d.%m.%Y %H:%M`, `iso` or `epoch_ms`, return it compiled. Raise ValueError."""
    if written in EPOCHS:
        return DateForm(written, None, has_time=True)
    if written == ISO:
        return DateForm(written, re.compile(_ISO), has_time=False)
    pattern, names = "", []
    pieces = re.split(r"%(.)", written)
    for index, (text, word) in enumerate(zip(pieces[::2], [*pieces[1::2], ""], strict=True)):
        pattern += re.escape(text)
        name = {"B": "b", "A": "a"}.get(word, word)
        if not name:
            continue
        if name not in _TOKENS or (name in names and name not in "a%"):
            raise ValueError(f"cannot have %{word} there; known, once each: %Y %y %m %d %b %H %I %M %S %f %p %z %a")
        names.append(name)
        touches = index + 1 < len(pieces) // 2 and not pieces[2 * index + 2]
        touched = index > 0 and not text
        part = _TOKENS[name]
        pattern += part.replace("{1,2}", "{2}") if touches or touched else part
    if not {"d"} <= set(names) or not {"m", "b"} & set(names) or not {"Y", "y"} & set(names):
        raise ValueError("lacks the day, the month or the year; write it like %d.%m.%Y")
    if "I" in names and "p" not in names:
        raise ValueError("has %I, hours up to 12, without %p; write %H for hours up to 24")
    return DateForm(written, re.compile(pattern), has_time=bool({"H", "I"} & set(names)))


def read_date(text: str, rules: DateRules, zone: ZoneInfo | None) -> datetime:
    """Given a date as written, its rules and the zone meant where they name none, return it in UTC.

    Raise ValueError with half a sentence that says what is expected.
    """
    for form in rules.forms:
        if form.pattern is None:
            if re.fullmatch(r"-?[0-9]{1,15}", text):
                return shift_date(_read_epoch(text, EPOCHS[form.written]), rules, zone)
            continue
        found = form.pattern.fullmatch(text)
        if found:
            return _read_fields(found.groupdict(), rules, rules.zone or zone)
    raise ValueError(f"it must be a date such as {rules.write_example()}")


def shift_date(moment: datetime, rules: DateRules, zone: ZoneInfo | None) -> datetime:
    """Given a time in UTC, return it with the rules' calendar days and hours added. Raise ValueError."""
    clock = rules.zone or zone or UTC
    try:
        if rules.plus_days:
            local = moment.astimezone(clock).replace(tzinfo=None)
            moment = place_in_zone(local + timedelta(days=rules.plus_days), clock, rules.overlap)
        return moment + timedelta(hours=rules.plus_hours)
    except OverflowError:
        raise ValueError("the year is out of range") from None


def place_in_zone(naive: datetime, zone: ZoneInfo | timezone, overlap: str) -> datetime:
    """Given a local time and its zone, return it in UTC. Raise ValueError in a gap, and in an overlap if so told."""
    first, second = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    try:
        if before < after:  # zoneinfo never complains: in a skipped hour the offset grows
            raise ValueError(f"clocks in {zone} skip this time: there is no such hour on that day")
        if before > after and overlap == "refuse":
            raise ValueError(f"clocks in {zone} show this time twice: say which with `overlap: earlier` or `later`")
        return (second if overlap == "later" else first).astimezone(UTC)
    except OverflowError:
        raise ValueError("the year is out of range") from None


def _read_epoch(text: str, per_second: int) -> datetime:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(text) // per_second)
    except OverflowError:
        raise ValueError("the year is out of range") from None


def _read_fields(fields: dict[str, str | None], rules: DateRules, zone: ZoneInfo | None) -> datetime:
    hour, minute, second = _read_clock(fields, rules)
    year = int(fields.get("Y") or fields.get("y") or 0)
    if fields.get("y"):
        year += 1900 if year >= rules.pivot else 2000
    month = _read_month(fields)
    try:
        naive = datetime(year, month, int(fields["d"] or 0), hour, minute, second)  # noqa: DTZ001 - its zone follows
    except ValueError:
        raise ValueError("there is no such day or time of day") from None
    offset = fields.get("z")
    try:
        naive += timedelta(days=rules.plus_days)
        if offset:
            return naive.replace(tzinfo=_read_offset(offset)).astimezone(UTC) + timedelta(hours=rules.plus_hours)
        if zone is None:
            raise ValueError("it does not say its time zone: declare `zone:` in the mapping, such as Europe/Berlin")
        return place_in_zone(naive, zone, rules.overlap) + timedelta(hours=rules.plus_hours)
    except OverflowError:
        raise ValueError("the year is out of range") from None


def _read_clock(fields: dict[str, str | None], rules: DateRules) -> tuple[int, int, int]:
    hour = fields.get("H") or fields.get("I")
    if hour is None:
        if rules.time is None:
            raise ValueError("it has no time of day, and the mapping states none: add `time:` such as 12:00")
        return rules.time
    half = (fields.get("p") or "").lower()[:1]
    number = int(hour)
    if half:
        if not 1 <= number <= 12:
            raise ValueError("there is no such time of day")
        number = number % 12 + (12 if half == "p" else 0)
    return number, int(fields.get("M") or 0), int(fields.get("S") or 0)


def _read_month(fields: dict[str, str | None]) -> int:
    name = fields.get("b")
    if name is None:
        return int(fields["m"] or 0)
    month = MONTHS.get(name.lower().rstrip("."))
    if month is None:
        raise ValueError("it names no month that is known")
    return month


def _read_offset(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError("there is no such offset from UTC")
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if offset[0] == "-" else shift)


def _write_example(written: str) -> str:
    examples = {ISO: "2026-01-15T10:30:00+01:00", "epoch_s": "1768469400", "epoch_ms": "1768469400000"}
    if written in examples:
        return examples[written]
    return re.sub(r"%(.)", lambda token: _EXAMPLES[{"B": "b", "A": "a"}.get(token[1], token[1])], written)
