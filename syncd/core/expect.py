"""When files are expected to have come, by a calendar in the sender's own time zone.

Pure arithmetic on given times. A time that a change of the clocks leaves out or repeats is read as Python's
`zoneinfo` reads it: the first of two, and one left out as if the clocks had not changed yet.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Expectation:
    """By which time of which days a file has to have come."""

    by: time
    zone: tzinfo
    days: frozenset[int]  #: 0 is Monday
    within_s: float  #: how long before that time a file may come and still count


def parse_by(text: str) -> time | None:
    """Given `06:30`, return the time; None if it is none."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(minutes) == 2 and hours.isdecimal() and minutes.isdecimal() and len(hours) <= 2):
        return None
    return time(int(hours), int(minutes)) if int(hours) < 24 and int(minutes) < 60 else None


def last_deadline(expectation: Expectation, now: datetime) -> datetime | None:
    """Given an aware time, return the newest deadline that is not after it, in UTC; None if no day is named."""
    today = now.astimezone(expectation.zone).date()
    for days_back in range(8):
        day = today - timedelta(days=days_back)
        if day.weekday() in expectation.days:
            at = datetime.combine(day, expectation.by, tzinfo=expectation.zone).astimezone(UTC)
            if at <= now:
                return at
    return None


def find_missed(
    expectation: Expectation, now: datetime, last_arrival: datetime | None, watched_since: datetime
) -> datetime | None:
    """Return the deadline by which nothing came, nor since; None if all is well.

    Where nothing ever came, deadlines before `watched_since` do not count: nobody was there to take a file.
    """
    deadline = last_deadline(expectation, now)
    if deadline is None:
        return None
    if last_arrival is None:
        return deadline if deadline >= watched_since else None
    return deadline if last_arrival < deadline - timedelta(seconds=expectation.within_s) else None
