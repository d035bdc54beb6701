"""Settling against the sentence it stands for: unchanged over settle_seconds since first seen so."""

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.model import FileStat
from syncd.core.settle import EMPTY_SECONDS, observe

stats = st.builds(
    FileStat,
    name=st.sampled_from("abc"),
    size=st.sampled_from([0, 1, 2]),
    mtime_ns=st.sampled_from([1, 2]),
    ctime_ns=st.sampled_from([1, 2]),
    inode=st.sampled_from([1, 2]),
)
listings = st.lists(stats, max_size=3, unique_by=lambda stat: stat.name)
# Whole numbers, so that the reference may add and compare without rounding.
steps = st.lists(st.tuples(st.sampled_from([0, 1, 2, 300, 600]), listings | st.none()), min_size=1, max_size=12)


def first_seen_so(history, stat):
    """Return when the unbroken run of listings that show just this stat, up to the last one, began."""
    since = None
    for at, listing in reversed(history):
        if stat not in listing:
            break
        since = at
    return since


@settings(deadline=None, max_examples=200)
@given(steps, st.sampled_from([0, 1, 2, 5, 900]))
def test_a_file_is_ready_iff_it_stayed_the_same_for_the_settle_time(steps, settle_seconds):
    now, sightings, history, listing = 1000, {}, [], []
    for passed, changed in steps:
        now += passed
        listing = listing if changed is None else changed  # None: nothing changed in the folder
        history.append((now, listing))
        settling = observe(sightings, listing, now, settle_seconds)
        sightings = settling.sightings

        due = {
            stat: first_seen_so(history, stat) + max(settle_seconds, 0 if stat.size else EMPTY_SECONDS)
            for stat in listing
        }
        assert set(settling.ready) == {stat for stat in listing if due[stat] <= now}
        assert settling.next_due == min((at for at in due.values() if at > now), default=None)
        assert set(sightings) == {stat.name for stat in listing}
        since = [sightings[stat.name].since for stat in settling.ready]
        assert since == sorted(since)
