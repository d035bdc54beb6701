from datetime import UTC, datetime, timedelta

import pytest

from syncd.core.retention import FiledFile, choose_expired, is_expired_leftover

NOW = datetime(2026, 1, 15, tzinfo=UTC)
FILED = [FiledFile(f"c{days}", f"{days}.csv", f"{days}.csv", NOW - timedelta(days=days)) for days in (1, 5, 9)]


def choose(**limits):
    return [filed.name for filed in choose_expired(FILED, NOW, **{"days": None, "files": None, **limits})]


def test_without_limits_everything_stays():
    assert choose() == []


def test_what_is_too_old_goes():
    assert choose(days=4) == ["5.csv", "9.csv"]


def test_what_is_too_much_goes_the_newest_stay():
    assert choose(files=2) == ["9.csv"]


def test_either_limit_is_enough():
    assert choose(days=8, files=1) == ["5.csv", "9.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "a.retried-20260101T000000Z.csv.report.json",
        "a.retried-20260101T000000Z.csv.report.html",
        "a.retried-20260101T000000Z.rejected.csv",
        "noend.rejected.retried-20260101T000000Z",
    ],
)
def test_what_a_retry_left_goes_by_its_own_time(name):
    assert is_expired_leftover(name, NOW, 10)
    assert not is_expired_leftover(name, NOW, 20)
    assert not is_expired_leftover(name, NOW, None)


@pytest.mark.parametrize("name", ["a.csv", "a.csv.report.json", "a.retried-20260101T000000Z.csv"])
def test_nothing_else_is_a_leftover(name):
    assert not is_expired_leftover(name, NOW, 1)
