"""The quota as the strictest server would count it: every call, refused ones too, in any window of time.

Counts at the times it is given; it asks no clock.
"""

from collections import deque

_ROUNDING_S = 1e-6
"""Times are floats: a call exactly one window after another must not count as inside it."""


class SlidingWindow:
    """The calls of the last `per_s` seconds. That the window slides is assumed: nobody documents it."""

    def __init__(self, limit: int, per_s: float) -> None:
        self._limit = limit
        self._per_s = per_s
        self._counted_s: deque[float] = deque()
        self.max_in_window = 0  #: the most calls that any window held

    def count(self, now: float) -> bool:
        """Given a call's moment (monotonic seconds), count it and return whether it is within the quota."""
        self._forget(now)
        self._counted_s.append(now)
        self.max_in_window = max(self.max_in_window, len(self._counted_s))
        return len(self._counted_s) <= self._limit

    def free_in_s(self, now: float) -> float:
        """Return the seconds until one more call would be within the quota, 0 if it would be now."""
        self._forget(now)
        over = len(self._counted_s) - self._limit
        return max(self._counted_s[over] + self._per_s - now, 0.0) if over >= 0 else 0.0

    def _forget(self, now: float) -> None:
        while self._counted_s and now - self._counted_s[0] >= self._per_s - _ROUNDING_S:
            self._counted_s.popleft()
