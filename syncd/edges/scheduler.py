"""When a poll is due: APScheduler rings, and a watch over it keeps the plan right when a clock jumps.

The only file that knows APScheduler. Its own traps are answered here: a run that came late is never dropped,
missed runs are made up by one, what fails is told; it only rings, so nothing of ours is ever cancelled by it.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from syncd.core.schedule import is_due, mend_calendar, mend_interval
from syncd.edges.clock import Clock
from syncd.edges.log import say

WATCH_S = 30.0
"""How often the plan is compared with the clocks, at the least."""
_JOB = "inventory"


def explain_cron(text: str) -> str | None:
    """Given a calendar of five fields, return half a sentence on why it is no use, or None if it is."""
    fields = text.split()
    if len(fields) != 5:
        return "must have five fields: minute, hour, day of month, month, day of week, such as '*/15 6-20 * * mon-fri'"
    if any(character.isdigit() for character in fields[4]):
        return "must name the days of the week (mon, tue, ...): as numbers they mean other days to other programs"
    try:
        CronTrigger.from_crontab(text, timezone=UTC)
    except ValueError:
        return "is no calendar of five fields, such as '*/15 6-20 * * mon-fri'"
    return None


class _Plan(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """A trigger without a backlog: APScheduler's own walk through every run since the last one, be it years ago."""

    def __init__(self, interval: timedelta, calendar: CronTrigger | None) -> None:
        self._interval = interval
        self._calendar = calendar

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the first run after the previous one that is still to come."""
        if self._calendar is not None:
            after = now if previous_fire_time is None else max(now, previous_fire_time) + timedelta(seconds=1)
            found: datetime | None = self._calendar.get_next_fire_time(None, after)
            return found
        following = now if previous_fire_time is None else previous_fire_time + self._interval
        return following if previous_fire_time is None or following > now else now + self._interval


class Scheduler:
    """Rings at every due time: on an interval, the first time at the start, or by a calendar in UTC."""

    def __init__(self, clock: Clock, ring: Callable[[], None], *, interval_s: float, cron: str | None = None) -> None:
        self._clock = clock
        self._ring = ring
        self._interval_s = interval_s
        self._calendar = None if cron is None else CronTrigger.from_crontab(cron, timezone=UTC)
        self._plan = _Plan(timedelta(seconds=interval_s), self._calendar)
        self._last_s: float | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._job: Any = None

    def start(self) -> None:
        """Begin to ring. Must be called on the running loop."""
        # What these two log is told by our listener, or by nobody: a late bell is no news.
        for name in ("apscheduler.scheduler", "apscheduler.executors.default"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._scheduler.add_listener(self._tell, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        self._scheduler.start()
        self._job = self._scheduler.add_job(
            self._fire, self._plan, id=_JOB, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    async def watch(self) -> None:
        """Keep the plan right until cancelled."""
        pause_s = WATCH_S if self._calendar is not None else min(WATCH_S, self._interval_s / 2)
        while True:
            await self._clock.sleep(pause_s)
            self.mend(overdue_s=pause_s)

    def mend(self, overdue_s: float) -> None:
        """Compare the plan with the clocks; ring at once what APScheduler has missed by more than this."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        planned = self._job.next_run_time
        if self._calendar is not None:
            better = mend_calendar(self._plan.get_next_fire_time(None, now), planned)
        else:
            if self._last_s is None or is_due(self._last_s + overdue_s, self._interval_s, now_s):
                self._ring_now()
            better = mend_interval(self._last_s, self._interval_s, now_s, now, planned)
        if better is not None:
            self._job.modify(next_run_time=better)
        self._scheduler.wakeup()

    def stop(self) -> None:
        """Ring no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _fire(self) -> None:
        # A clock that was put forward makes APScheduler ring early: the monotonic clock has the last word.
        if self._calendar is not None or is_due(self._last_s, self._interval_s, self._clock.monotonic()):
            self._ring_now()

    def _ring_now(self) -> None:
        self._last_s = self._clock.monotonic()
        self._ring()

    @staticmethod
    def _tell(event: Any) -> None:
        error = event.exception
        say("schedule_broken", "an inventory poll could not be begun", level="ERROR", error=type(error).__name__)
