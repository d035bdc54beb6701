"""How long to wait before a call is made again, as arithmetic on given numbers.

Draws no random number and asks no clock: both are handed in. What the waiting is for is decided elsewhere.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

RETRY_AFTER_CAP_S = 3600.0
"""No server is obeyed for longer than this: a mistyped header must not stop the orders for a year."""

_DOUBLINGS = 64  # beyond any cap, and far from the end of a float


def backoff_s(attempt: int, first_s: float, cap_s: float, random01: float) -> float:
    """Given the number of the failed attempt (from 1), return the seconds to wait: exponential, full jitter.

    `random01` is drawn from [0, 1); the answer lies between 0 and `first_s` doubled per attempt, at most
    `cap_s`.
    """
    return random01 * min(cap_s, first_s * 2.0 ** min(attempt - 1, _DOUBLINGS))


@lru_cache(maxsize=4)  # every answer of one second bears the same
def parse_http_date(value: str | None) -> datetime | None:
    """Given an HTTP date in any of its three forms, return it in aware UTC; None where it is none."""
    if value is None:
        return None
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Given a Retry-After header, return the seconds to wait, from 0 to RETRY_AFTER_CAP_S; None for nonsense.

    `now` is the answer's own Date where it has one, so that a date is right although the clocks differ.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        digits = text.lstrip("0") or "0"
        # int() refuses thousands of digits, and a server may send them
        return min(float(digits[:6]), RETRY_AFTER_CAP_S)
    at = parse_http_date(text)
    if at is None:
        return None
    return min(max((at - now).total_seconds(), 0.0), RETRY_AFTER_CAP_S)
