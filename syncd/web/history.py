"""The calls of the last hour, minute by minute, as the facts tell them; begins empty with each start."""

from collections.abc import Mapping
from dataclasses import dataclass

from syncd.edges.clock import Clock
from syncd.edges.log import Field

MINUTES = 60


@dataclass(slots=True)
class Minute:
    """What was called in one minute."""

    calls: int = 0
    failed: int = 0


class CallHistory:
    """Counts calls by the minute in which they were answered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._minutes: dict[int, Minute] = {}

    def hear(self, _level: str, action: str, fields: Mapping[str, Field]) -> None:
        """Given a fact that the log is told, count it if it is a call."""
        if action != "api_call":
            return
        now = self._now()
        if now not in self._minutes:
            self._minutes = {at: minute for at, minute in self._minutes.items() if now - at < MINUTES}
            self._minutes[now] = Minute()
        status = fields["status"]
        self._minutes[now].calls += 1
        self._minutes[now].failed += not (isinstance(status, int) and 200 <= status < 300)

    def list_minutes(self) -> list[Minute]:
        """Return the last 60 minutes, the oldest first, the running one last."""
        now = self._now()
        return [self._minutes.get(at, Minute()) for at in range(now - MINUTES + 1, now + 1)]

    def _now(self) -> int:
        return int(self._clock.monotonic() // 60)
