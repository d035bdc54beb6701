"""Settling: unchanged for long enough, counted from when we first saw it so."""

import pytest

from syncd.core.model import FileStat
from syncd.core.settle import EMPTY_SECONDS, observe


def stat(name="orders.csv", *, size=10, mtime_ns=1, ctime_ns=1, inode=7):
    return FileStat(name, size, mtime_ns, ctime_ns, inode)


def test_a_file_is_ready_when_it_stayed_the_same_since_we_first_saw_it():
    first = observe({}, [stat()], 100.0, 2.0)
    assert first.ready == ()
    assert first.next_due == 102.0
    early = observe(first.sightings, [stat()], 101.9, 2.0)
    assert early.ready == ()
    assert early.next_due == 102.0
    due = observe(early.sightings, [stat()], early.next_due, 2.0)
    assert due.ready == (stat(),)
    assert due.next_due is None


@pytest.mark.parametrize(
    "changed",
    [stat(size=11), stat(mtime_ns=2), stat(ctime_ns=2), stat(inode=8)],
    ids=["size", "mtime", "ctime", "inode"],
)
def test_whatever_changes_starts_anew(changed):
    first = observe({}, [stat()], 100.0, 2.0)
    second = observe(first.sightings, [changed], 102.0, 2.0)
    assert second.ready == ()
    assert second.next_due == 104.0


def test_a_file_that_went_away_is_forgotten():
    first = observe({}, [stat()], 100.0, 2.0)
    gone = observe(first.sightings, [], 101.0, 2.0)
    assert gone.sightings == {}
    back = observe(gone.sightings, [stat()], 102.0, 2.0)
    assert back.ready == ()
    assert back.next_due == 104.0


def test_with_no_settle_time_a_file_is_ready_at_first_sight():
    assert observe({}, [stat()], 100.0, 0).ready == (stat(),)


@pytest.mark.parametrize("settle_seconds", [0, 2.0])
def test_an_empty_file_waits_ten_minutes(settle_seconds):
    empty = stat(size=0)
    first = observe({}, [empty], 100.0, settle_seconds)
    assert first.ready == ()
    assert first.next_due == 100.0 + EMPTY_SECONDS
    assert observe(first.sightings, [empty], 700.0, settle_seconds).ready == (empty,)


def test_an_empty_file_waits_the_settle_time_where_that_is_longer():
    assert observe({}, [stat(size=0)], 0.0, 3600).next_due == 3600


def test_a_ready_file_that_was_not_taken_is_ready_again():
    first = observe({}, [stat()], 100.0, 0)
    assert observe(first.sightings, [stat()], 100.5, 0).ready == (stat(),)


def test_the_oldest_sighting_comes_first_and_of_those_seen_together_the_first_to_arrive():
    old, late, early = stat("z"), stat("a", ctime_ns=9), stat("b", ctime_ns=8)
    first = observe({}, [old], 100.0, 2.0)
    second = observe(first.sightings, [late, early, old], 101.0, 2.0)
    assert observe(second.sightings, [late, early, old], 103.0, 2.0).ready == (old, early, late)


def test_the_next_due_time_is_the_nearest():
    first = observe({}, [stat("a")], 100.0, 2.0)
    both = observe(first.sightings, [stat("b"), stat("a"), stat("c", size=0)], 101.0, 2.0)
    assert both.next_due == 102.0
