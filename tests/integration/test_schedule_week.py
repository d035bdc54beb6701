"""The schedule through a week of clock jumps and suspends, with APScheduler's own sense of time moved along.

freezegun moves what APScheduler takes for the time; the loop and the monotonic clock are the machine's.
"""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from freezegun import freeze_time
from support.machine import Machine, SimulatedLoop

from syncd.edges.scheduler import Scheduler, explain_cron

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
BEGIN = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)


class FrozenMachine(Machine):
    """A machine whose wall clock is everybody's."""

    def __init__(self, freezer):
        self._freezer = freezer
        super().__init__()

    @property
    def seconds(self):
        return self._seconds

    @seconds.setter
    def seconds(self, seconds):
        self._seconds = seconds
        if hasattr(self, "_wall_is_off_by"):
            self._freezer.move_to(self.now())

    def jump(self, seconds):
        super().jump(seconds)
        self._freezer.move_to(self.now())


@pytest.fixture
def machine():
    with freeze_time(BEGIN, real_asyncio=True) as freezer:
        yield FrozenMachine(freezer)


class Run:
    """A scheduler on a machine; each ring with its time, by the simulation's own count."""

    def __init__(self, machine, **how):
        self.machine = machine
        self.rings = []
        self.loop = SimulatedLoop(machine)
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.start(how))

    async def start(self, how):
        self.scheduler = Scheduler(self.machine, lambda: self.rings.append(self.machine.seconds), **how)
        self.scheduler.start()
        self.watch = self.loop.create_task(self.scheduler.watch())

    def until(self, seconds):
        self.loop.run_until_time(seconds)

    def suspend(self, seconds):
        """The machine sleeps: its clocks go on, and no timer runs out meanwhile."""
        handles = [handle for handle in self.loop._scheduled if not handle.cancelled()]
        for handle in handles:
            handle._when += seconds
        self.machine.seconds += seconds

    def close(self):
        self.scheduler.stop()
        self.watch.cancel()
        self.loop.run_until_complete(asyncio.gather(self.watch, return_exceptions=True))
        self.loop.close()
        asyncio.set_event_loop(None)


@pytest.fixture
def start(machine):
    runs = []

    def start(**how):
        runs.append(Run(machine, **how))
        return runs[-1]

    yield start
    for run in runs:
        run.close()


def gaps(rings):
    return [after - before for before, after in pairwise(rings)]


def test_a_week_with_clock_jumps_has_as_many_polls_as_planned(start, machine):
    run = start(interval_s=HOUR_S)
    for day, jump in enumerate((HOUR_S, -HOUR_S, 10 * DAY_S, -10 * DAY_S, 59.5, -59.5), start=1):
        run.until(day * DAY_S - 1234.5)
        machine.jump(jump)
    run.until(7 * DAY_S - 1)
    assert run.rings[0] < 1
    assert len(run.rings) == 7 * 24
    assert max(gaps(run.rings)) < HOUR_S + 31
    assert min(gaps(run.rings)) > HOUR_S - 31


def test_a_jump_of_fifty_years_costs_nothing(start, machine):
    run = start(interval_s=600.0)
    run.until(HOUR_S - 1)
    machine.jump(50 * 365 * DAY_S)
    run.until(2 * HOUR_S - 1)
    machine.jump(-50 * 365 * DAY_S)
    run.until(3 * HOUR_S - 1)
    assert len(run.rings) == 18


def test_after_a_suspend_one_poll_makes_up_for_all_that_were_missed(start):
    run = start(interval_s=600.0)
    run.until(HOUR_S - 1)
    assert len(run.rings) == 6
    run.suspend(8 * HOUR_S)
    run.until(9 * HOUR_S + 60)
    assert len(run.rings) == 7
    run.until(10 * HOUR_S + 60)
    assert len(run.rings) == 13


def test_an_interval_of_less_than_a_second_is_kept(start):
    run = start(interval_s=0.5)
    run.until(10)
    assert 18 <= len(run.rings) <= 21


def test_a_calendar_is_kept_through_jumps(start, machine):
    run = start(interval_s=600.0, cron="*/30 * * * *")
    run.until(DAY_S - 60)
    assert len(run.rings) == 47
    machine.jump(-6 * HOUR_S - 60)  # to 01:58
    run.until(DAY_S + HOUR_S)
    assert len(run.rings) == 49
    machine.jump(6 * HOUR_S)  # to 08:59: what was missed is made up once
    run.until(DAY_S + 2 * HOUR_S)
    assert len(run.rings) == 52


@pytest.mark.parametrize("text", ["*/15 6-20 * * mon-fri", "0 * * * *", "5 4 1,15 * *"])
def test_a_calendar_of_use_is_not_explained(text):
    assert explain_cron(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("* * * *", "must have five fields"),
        ("0 8 * * 1-5", "must name the days of the week"),
        ("61 * * * *", "is no calendar"),
        ("x * * * *", "is no calendar"),
    ],
)
def test_a_calendar_of_no_use_is_explained(text, why):
    assert why in str(explain_cron(text))
