"""The quota as a sliding log: arithmetic on monotonic times that are handed in.

A slot is used from the start of its call until `per_s` after the call's *end*. The server counted the call
somewhere between the two, so however it counts, it never sees more than `limit` in any window of `per_s`.
Waits for nothing and remembers nothing beyond the process: the ledger restores it.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable


class Window:
    """So many calls in any half-open window of so many seconds. Raise ValueError for a limit below 1."""

    def __init__(self, limit: int, per_s: float) -> None:
        if limit < 1:
            raise ValueError("a quota needs at least one call")
        self.limit = limit
        self.per_s = per_s
        self._in_flight: set[int] = set()
        self._free_at: list[float] = []  # of the calls that ended: when their slots are free, ascending
        self._last_token = 0

    def start(self, now: float) -> int:
        """Use a slot for a call that starts now; return the token that ends it. Raise if none is free."""
        if self.free(now) == 0:
            raise ValueError("no slot of the quota is free")
        self._last_token += 1
        self._in_flight.add(self._last_token)
        return self._last_token

    def end(self, token: int, now: float) -> None:
        """Note that the call was answered, or timed out, now. Raise KeyError if it is not in flight."""
        self._in_flight.remove(token)
        insort(self._free_at, now + self.per_s)

    def give_back(self, token: int) -> None:
        """Free the slot of a call that never left the machine. Raise KeyError if it is not in flight."""
        self._in_flight.remove(token)

    def restore(self, ended: Iterable[float]) -> None:
        """Count calls of an earlier process by the times they ended, on this same monotonic clock."""
        self._free_at = sorted([*self._free_at, *(at + self.per_s for at in ended)])

    def used(self, now: float) -> int:
        """Return how many slots are used now; after `restore` it may exceed the limit."""
        del self._free_at[: bisect_right(self._free_at, now)]
        return len(self._in_flight) + len(self._free_at)

    def free(self, now: float) -> int:
        """Return how many calls may start now."""
        return max(0, self.limit - self.used(now))

    def next_free_at(self, now: float) -> float | None:
        """Return when a call may start: now or later; None while only the end of a call could free a slot."""
        missing = self.used(now) - self.limit + 1
        if missing <= 0:
            return now
        return self._free_at[missing - 1] if missing <= len(self._free_at) else None
