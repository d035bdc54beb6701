from datetime import UTC, datetime

import pytest

from syncd.core.pacing import RETRY_AFTER_CAP_S, backoff_s, parse_http_date, parse_retry_after

NOW = datetime(2026, 1, 15, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(("attempt", "most_s"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (100_000, 60)])
def test_backoff_doubles_from_the_first_wait_to_the_cap(attempt, most_s):
    assert backoff_s(attempt, 1.0, 60.0, 1.0) == most_s


def test_jitter_is_full():
    assert backoff_s(3, 1.0, 60.0, 0.0) == 0
    assert backoff_s(3, 1.0, 60.0, 0.25) == 1


def test_the_cap_holds_for_the_first_wait_too():
    assert backoff_s(1, 90.0, 60.0, 0.5) == 30


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("120", 120),
        ("  7 ", 7),
        ("000000000012", 12),
        ("3601", RETRY_AFTER_CAP_S),
        ("9" * 5000, RETRY_AFTER_CAP_S),
        ("Thu, 15 Jan 2026 10:00:30 GMT", 30),
        ("Thursday, 15-Jan-26 10:00:30 GMT", 30),
        ("Thu Jan 15 10:00:30 2026", 30),
        ("Thu, 15 Jan 2026 09:59:00 GMT", 0),
        ("Thu, 15 Jan 2099 10:00:00 GMT", RETRY_AFTER_CAP_S),
        ("Thu, 15 Jan 2026 11:00:30 +0100", 30),
    ],
)
def test_retry_after_is_read_in_both_forms(value, expected):
    assert parse_retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "soon",
        "-5",
        "1.5",
        "1e3",
        "٣",
        "5, 10",
        "Thu, 99 Jan 2026 10:00:00 GMT",
        "2026-01-15T10:00:00Z",
    ],
)
def test_a_retry_after_that_makes_no_sense_is_ignored(value):
    assert parse_retry_after(value, NOW) is None


def test_an_http_date_is_read_in_utc():
    assert parse_http_date("Thu, 15 Jan 2026 12:00:00 +0200") == NOW
    assert parse_http_date("Thu, 15 Jan 2026 12:00:00 +0200").tzinfo is UTC


@pytest.mark.parametrize(
    "value", [None, "yesterday", "Fri, 31 Dec 9999 23:59:59 -2300", "Mon, 01 Jan 99999 00:00:00 GMT"]
)
def test_what_is_no_http_date_is_none(value):
    assert parse_http_date(value) is None
