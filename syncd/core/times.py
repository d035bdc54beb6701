"""Points in time as orders carry them: strict ISO 8601 with an offset, sent in UTC to the second.

Refuses what other parsers guess at: dates alone, week dates, hour 24, a 30th of February, a time without
an offset where nobody said whose clock is meant, an hour that a clock skips or shows twice.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_EXAMPLE = "2026-01-15T10:00:00Z"
_SENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_SENT_AT_A_REAL_HOUR = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z",
)
_READ = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r"(Z|z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?",
)


def is_sent_form(text: str) -> bool:
    """Given a text, return whether it has the form YYYY-MM-DDTHH:MM:SSZ in which times go out."""
    return _SENT.fullmatch(text) is not None


def parse_time(text: str, zone: ZoneInfo | None) -> datetime:
    """Given a time as written and the zone meant where it has no offset, return it in UTC, fractions cut off.

    Raise ValueError with half a sentence that says what to do about it.
    """
    found = _READ.fullmatch(text)
    if found is None:
        raise ValueError(f"write a time like {_EXAMPLE}")
    try:
        naive = datetime(*(int(part) for part in found.groups()[:6]))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        raise ValueError("there is no such day or time of day") from None
    offset = found[7]
    try:
        if offset is None:
            return _place_in_zone(naive, zone).astimezone(UTC)
        if offset in "Zz":
            return naive.replace(tzinfo=UTC)
        shift = timedelta(hours=int(found[9]), minutes=int(found[10]))
        return naive.replace(tzinfo=timezone(-shift if found[8] == "-" else shift)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the year is out of range") from None


def convert_time(text: str, zone: ZoneInfo | None) -> str:
    """Given a time as written and the zone meant where it has no offset, return it as it goes out.

    Raise ValueError if it is no use.
    """
    if _SENT_AT_A_REAL_HOUR.fullmatch(text):
        date.fromisoformat(text[:10])  # nearly all times come as they go out: only the day may be none
        return text
    return write_time(parse_time(text, zone))


def explain_time(text: str, zone: ZoneInfo | None) -> str | None:
    """Given a time as written and the zone, return half a sentence on why it is no use, or None if it is."""
    try:
        parse_time(text, zone)
    except ValueError as reason:
        return str(reason)
    return None


def write_time(moment: datetime) -> str:
    """Given an aware time, return it as it goes out: YYYY-MM-DDTHH:MM:SSZ."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _place_in_zone(naive: datetime, zone: ZoneInfo | None) -> datetime:
    if zone is None:
        raise ValueError(f"its offset from UTC is missing: write it like {_EXAMPLE} or with an offset such as +01:00")
    first, second = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before != after:
        # zoneinfo never complains: in a skipped hour the offset grows, in one that comes twice it shrinks.
        skipped = (before or timedelta()) < (after or timedelta())
        why = "skip this time" if skipped else "show this time twice"
        raise ValueError(f"clocks in {zone.key} {why}: add the offset that is meant, such as +01:00")
    return first
