"""When an inventory poll is due, by the clock that never jumps; the wall clock's plan is mended to agree.

A scheduler that plans by the wall clock misses its runs for an hour when the clock is put back by one, runs too
early when it is put forward, and sleeps on after a suspend. Asks no clock; all times are handed in.
"""

from datetime import datetime, timedelta

_TOLERANCE_S = 1.0


def tolerance_s(interval_s: float) -> float:
    """Return how close a plan is left alone: mending it all the time would let it drift."""
    return min(_TOLERANCE_S, interval_s / 10)


def is_due(last_s: float | None, interval_s: float, now_s: float) -> bool:
    """Given when the last run began (monotonic seconds; None: never), return whether the next may begin."""
    return last_s is None or now_s >= last_s + interval_s - tolerance_s(interval_s)


def mend_interval(
    last_s: float | None, interval_s: float, now_s: float, now: datetime, planned: datetime | None
) -> datetime | None:
    """Given the plan of an interval, return the wall-clock time to plan instead, or None to leave it."""
    wait_s = 0.0 if last_s is None else max(0.0, last_s + interval_s - now_s)
    wanted = now + timedelta(seconds=wait_s)
    if planned is not None and abs((planned - wanted).total_seconds()) <= tolerance_s(interval_s):
        return None
    return wanted


def mend_calendar(expected: datetime | None, planned: datetime | None) -> datetime | None:
    """Given when a calendar's next run should be, return the time to plan instead, or None to leave it.

    A plan in the past is a run that was missed: it is made up once.
    """
    if expected is None or (planned is not None and planned <= expected):
        return None
    return expected


def choose_expired(taken: dict[str, datetime], now: datetime, count: int, days: float) -> tuple[str, ...]:
    """Given snapshots by name with their times, return the names that are kept no longer, oldest first.

    Kept are the newest `count` that are not older than `days`; the newest one always.
    """
    newest_first = sorted(taken, key=lambda name: (taken[name], name), reverse=True)
    kept = {name for name in newest_first[:count] if now - taken[name] <= timedelta(days=days)}
    return tuple(name for name in reversed(newest_first[1:]) if name not in kept)
