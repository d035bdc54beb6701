from datetime import UTC, datetime, timedelta

import pytest

from syncd.core.schedule import choose_expired, is_due, mend_calendar, mend_interval

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def test_the_first_run_is_due_and_the_next_one_after_the_interval():
    assert is_due(None, 600, 5)
    assert not is_due(1000, 600, 1598)
    assert is_due(1000, 600, 1599.5)


@pytest.mark.parametrize(
    ("last_s", "now_s", "planned", "better"),
    [
        (1000, 1100, at(500), None),
        (1000, 1100, at(500.5), None),
        (1000, 1100, at(4100), at(500)),  # the clock was put back by an hour
        (1000, 1100, at(-3100), at(500)),  # or forward
        (1000, 9000, at(500), at(0)),  # the machine slept
        (None, 1100, None, at(0)),
        (1000, 1100, None, at(500)),
    ],
)
def test_a_plan_is_mended_to_agree_with_the_clock_that_does_not_jump(last_s, now_s, planned, better):
    assert mend_interval(last_s, 600, now_s, NOW, planned) == better


def test_a_calendars_plan_is_mended_where_it_is_later_than_the_calendar_says():
    assert mend_calendar(at(60), at(60)) is None
    assert mend_calendar(at(60), at(-60)) is None
    assert mend_calendar(at(60), at(3660)) == at(60)
    assert mend_calendar(at(60), None) == at(60)
    assert mend_calendar(None, at(60)) is None


def test_the_newest_are_kept_and_the_newest_one_always():
    taken = {name: at(-86400 * days) for name, days in (("a", 4), ("b", 3), ("c", 2), ("d", 1))}
    assert choose_expired(taken, NOW, 2, 30) == ("a", "b")
    assert choose_expired(taken, NOW, 10, 2.5) == ("a", "b")
    assert choose_expired(taken, NOW, 10, 0.5) == ("a", "b", "c")
    assert choose_expired({}, NOW, 2, 30) == ()
