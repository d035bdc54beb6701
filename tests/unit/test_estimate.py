"""When the queue will be empty, in numbers and in words."""

import pytest

from syncd.core.estimate import estimate_minutes, say_minutes, say_queue


@pytest.mark.parametrize(
    ("orders", "requests", "per_s", "share", "minutes"),
    [
        (0, 100, 60, 1.0, 0),
        (1, 100, 60, 1.0, 1),
        (100, 100, 60, 1.0, 1),
        (101, 100, 60, 1.0, 2),
        (1000, 100, 60, 0.9, 12),
        (10, 1, 60, 1.0, 10),
    ],
)
def test_the_queue_takes_its_orders_by_the_quota(orders, requests, per_s, share, minutes):
    assert estimate_minutes(orders, requests, per_s, share) == minutes


@pytest.mark.parametrize(
    ("orders", "minutes", "sentence"),
    [
        (0, 0, "No order waits."),
        (1, 1, "1 order waits, about a minute at today's quota."),
        (1240, 13, "1,240 orders wait, about 13 minutes at today's quota."),
    ],
)
def test_the_queue_is_told_in_a_sentence(orders, minutes, sentence):
    assert say_queue(orders, minutes) == sentence


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(119, "about 119 minutes"), (120, "about 2 hours"), (47 * 60, "about 47 hours"), (4320, "about 3 days")],
)
def test_long_times_are_told_roughly(minutes, words):
    assert say_minutes(minutes) == words
