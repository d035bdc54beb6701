from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.core.expect import Expectation, find_missed, last_deadline, parse_by

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = frozenset(range(5))
MORNING = Expectation(time(6, 30), BERLIN, WORKDAYS, 12 * 3600)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "deadline"),
    [
        ("2026-01-15T06:29", "2026-01-14T06:30"),
        ("2026-01-15T06:30", "2026-01-15T06:30"),
        ("2026-01-17T12:00", "2026-01-16T06:30"),  # Saturday: Friday's
        ("2026-01-19T06:00", "2026-01-16T06:30"),  # Monday before time: Friday's
        ("2026-03-30T06:30", "2026-03-30T06:30"),  # the clocks went forward on Sunday
        ("2026-10-26T06:30", "2026-10-26T06:30"),  # and back
    ],
)
def test_the_newest_deadline_is_found_in_local_time(now, deadline):
    assert last_deadline(MORNING, at(now)) == at(deadline)


def test_summer_and_winter_differ_in_utc():
    assert last_deadline(MORNING, at("2026-07-15T12:00")) == datetime(2026, 7, 15, 4, 30, tzinfo=UTC)
    assert last_deadline(MORNING, at("2026-01-15T12:00")) == datetime(2026, 1, 15, 5, 30, tzinfo=UTC)


def test_no_day_no_deadline():
    assert last_deadline(Expectation(time(6, 30), BERLIN, frozenset(), 1), at("2026-01-15T12:00")) is None
    assert find_missed(Expectation(time(6, 30), BERLIN, frozenset(), 1), at("2026-01-15T12:00"), None, LONG_AGO) is None


def test_a_time_that_the_clocks_leave_out_or_repeat_has_one_deadline():
    night = Expectation(time(2, 30), BERLIN, frozenset(range(7)), 3600)
    assert last_deadline(night, at("2026-03-29T12:00")) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert last_deadline(night, at("2026-10-25T12:00")) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_file_in_time_is_well():
    assert find_missed(MORNING, at("2026-01-15T07:00"), at("2026-01-15T06:00"), LONG_AGO) is None
    assert find_missed(MORNING, at("2026-01-15T07:00"), at("2026-01-14T23:00"), LONG_AGO) is None


def test_a_file_of_the_day_before_is_not_todays():
    assert find_missed(MORNING, at("2026-01-15T07:00"), at("2026-01-14T06:00"), LONG_AGO) == at("2026-01-15T06:30")


def test_a_late_file_makes_it_well_again():
    assert find_missed(MORNING, at("2026-01-15T09:00"), at("2026-01-15T08:59"), LONG_AGO) is None


def test_before_the_first_start_nobody_was_expected():
    now = at("2026-01-15T07:00")
    assert find_missed(MORNING, now, None, now - timedelta(minutes=5)) is None
    assert find_missed(MORNING, now, None, now - timedelta(hours=5)) == at("2026-01-15T06:30")


@pytest.mark.parametrize(("text", "found"), [("06:30", time(6, 30)), ("6:05", time(6, 5)), ("23:59", time(23, 59))])
def test_times_of_day_are_read(text, found):
    assert parse_by(text) == found


@pytest.mark.parametrize("text", ["", "6", "24:00", "12:60", "6:5", "6.30", "ab:cd", "006:30", "-1:30"])
def test_what_is_no_time_of_day_is_none(text):
    assert parse_by(text) is None
