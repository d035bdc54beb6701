from datetime import UTC, datetime, timedelta

import pytest

from syncd.core.alerts import (
    AlertKind,
    AlertState,
    Condition,
    build_event,
    is_unfinished,
    read_standing,
    tell_failures,
    weigh,
    write_message,
    write_standing,
)

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
DOWN = Condition(AlertKind.API_DOWN, "api", "The API is out of reach.")
DAY_S = 86_400.0


def weigh_at(standing, seconds, *conditions):
    return weigh(standing, conditions, NOW + timedelta(seconds=seconds), DAY_S)


def test_what_is_wrong_is_said_once_and_its_end_too():
    standing, said = weigh_at({}, 0, DOWN)
    assert [(message.state, message.text) for message in said] == [(AlertState.RAISED, "The API is out of reach.")]
    standing, said = weigh_at(standing, 10, DOWN)
    assert said == []
    standing, said = weigh_at(standing, 20)
    assert said == []
    standing, said = weigh_at(standing, 90)
    assert [(message.state, message.text) for message in said] == [
        (AlertState.OVER, "Well again: The API is out of reach.")
    ]
    assert said[0].since == NOW
    assert standing == {}


def test_what_comes_and_goes_is_said_once():
    standing, _ = weigh_at({}, 0, DOWN)
    for seconds in range(10, 300, 20):
        standing, said = weigh_at(standing, seconds)
        assert said == []
        standing, said = weigh_at(standing, seconds + 10, DOWN)
        assert said == []


def test_what_stays_wrong_is_repeated_sparingly():
    standing, _ = weigh_at({}, 0, DOWN)
    said = []
    for hours in range(1, 73):
        standing, new = weigh_at(standing, hours * 3600, DOWN)
        said += new
    assert [message.state for message in said] == [AlertState.REPEATED] * 3


def test_two_things_of_one_kind_are_told_apart_by_their_subject():
    one, two = (Condition(AlertKind.TORN_UPLOAD, name, f"{name}.") for name in ("a", "b"))
    standing, said = weigh_at({}, 0, one, two)
    assert len(said) == 2
    assert set(standing) == {"torn_upload a", "torn_upload b"}


def test_what_stands_survives_a_restart():
    standing, _ = weigh_at({}, 0, DOWN)
    assert read_standing(write_standing(standing)) == standing


@pytest.mark.parametrize("rows", [[["nonsense", "a", "b", "c", "d"]], [["api_down"]]])
def test_a_memory_that_makes_no_sense_is_refused(rows):
    with pytest.raises(ValueError, match=r"valid|unpack"):
        read_standing(rows)


def test_a_message_is_json_that_machines_can_act_on():
    event = build_event(AlertKind.TEST, "alerts", "This is a test.", NOW)
    assert write_message(event, "production") == {
        "version": 1,
        "alert": "test",
        "state": "raised",
        "subject": "alerts",
        "text": "This is a test.",
        "since": "2026-01-15T10:00:00+00:00",
        "environment": "production",
    }


@pytest.mark.parametrize("name", ["a.csv.part", "A.CSV.FILEPART", "a.tmp", ".orders.csv.Xa81Zz"])
def test_an_upload_that_was_begun_is_known_by_its_name(name):
    assert is_unfinished(name)


@pytest.mark.parametrize("name", ["a.csv", ".DS_Store", ".hidden", ".nfs000123", "a.abcdef"])
def test_other_files_are_no_unfinished_uploads(name):
    assert not is_unfinished(name)


def test_failed_files_are_named_and_many_are_counted():
    assert tell_failures("orders", ["a"]).startswith("a of orders went to failed")
    assert tell_failures("orders", ["a", "b"]).startswith("2 files of orders went to failed: a, b.")
    assert tell_failures("orders", list("abcde")).startswith("5 files of orders went to failed: a, b, c and 2 more.")
