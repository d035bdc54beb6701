from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from syncd.core.times import explain_time, is_sent_form, parse_time, write_time

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2026-01-15T10:00:00Z", "2026-01-15T10:00:00Z"),
        ("2026-01-15t10:00:00Z".replace("t", " "), "2026-01-15T10:00:00Z"),
        ("2026-01-15T10:00:00z", "2026-01-15T10:00:00Z"),
        ("2026-01-15T10:00:00.999999999Z", "2026-01-15T10:00:00Z"),
        ("2026-01-15T10:00:00+01:00", "2026-01-15T09:00:00Z"),
        ("2026-01-01T00:30:00+14:00", "2025-12-31T10:30:00Z"),
        ("2026-01-15T10:00:00-05:30", "2026-01-15T15:30:00Z"),
        ("2026-01-15T10:00:00-00:00", "2026-01-15T10:00:00Z"),
        ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"),
        ("0900-01-01T00:00:00Z", "0900-01-01T00:00:00Z"),
    ],
)
def test_a_time_with_an_offset_goes_out_in_utc_with_fractions_cut_off(text, sent):
    assert write_time(parse_time(text, None)) == sent
    assert write_time(parse_time(text, BERLIN)) == sent


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-15",
        "20260115T100000Z",
        "2026-W03-4T10:00:00Z",
        "2026-01-15T10:00Z",
        "2026-1-5T10:00:00Z",
        "2026-01-15  10:00:00Z",
        " 2026-01-15T10:00:00Z",
        "2026-01-15T10:00:00Z\n",
        "2026-01-15T10:00:00.Z",
        "2026-01-15T10:00:00,5Z",
        "2026-01-15T10:00:00+0100",
        "2026-01-15T10:00:00+24:00",
        "2026-01-15T10:00:00+01:60",
        "٢٠٢٦-01-15T10:00:00Z",
        "2026-01-15t10:00:00Z",
        "2026-01-15T10:00:00 Z",
    ],
)
def test_what_is_no_time_is_refused_with_an_example(text):
    assert explain_time(text, None) == "write a time like 2026-01-15T10:00:00Z"


@pytest.mark.parametrize(
    "text", ["2026-02-30T10:00:00Z", "2026-01-15T24:00:00Z", "2026-13-01T10:00:00Z", "0000-01-01T00:00:00Z"]
)
def test_an_impossible_day_or_hour_is_refused(text):
    assert explain_time(text, None) == "there is no such day or time of day"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_a_year_out_of_range_is_refused(text):
    assert explain_time(text, None) == "the year is out of range"


def test_a_time_without_an_offset_needs_a_zone():
    assert "offset from UTC is missing" in explain_time("2026-01-15T10:00:00", None)
    assert write_time(parse_time("2026-01-15 10:00:00", BERLIN)) == "2026-01-15T09:00:00Z"
    assert write_time(parse_time("2026-07-15T10:00:00.5", BERLIN)) == "2026-07-15T08:00:00Z"


def test_an_hour_that_clocks_skip_is_refused():
    assert explain_time("2026-03-29T02:30:00", BERLIN).startswith("clocks in Europe/Berlin skip this time")
    assert explain_time("2026-03-29T01:59:59", BERLIN) is None
    assert explain_time("2026-03-29T03:00:00", BERLIN) is None


def test_an_hour_that_comes_twice_is_refused_asking_for_an_offset():
    assert "show this time twice: add the offset" in explain_time("2026-10-25T02:30:00", BERLIN)
    assert explain_time("2026-10-25T02:30:00+02:00", BERLIN) is None


def test_a_year_out_of_range_in_a_zone_is_refused():
    assert explain_time("0001-01-01T00:00:00", BERLIN) == "the year is out of range"


def test_only_the_exact_form_is_the_form_that_is_sent():
    assert is_sent_form("2026-01-15T10:00:00Z")
    assert not is_sent_form("2026-01-15T10:00:00z")
    assert not is_sent_form("2026-01-15T10:00:00Z\n")


def test_any_aware_time_is_written_in_utc():
    assert write_time(datetime(2026, 1, 15, 10, tzinfo=timezone(timedelta(hours=2)))) == "2026-01-15T08:00:00Z"
    assert write_time(datetime(2026, 1, 15, 10, 0, 0, 999_999, tzinfo=UTC)) == "2026-01-15T10:00:00Z"
