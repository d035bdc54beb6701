from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.window import Window

MILLISECONDS = st.integers(0, 3000)
CALL = st.tuples(MILLISECONDS, MILLISECONDS, st.integers(0, 100), st.sampled_from(["end", "end", "end", "give_back"]))


@settings(deadline=None, max_examples=150)
@given(
    limit=st.integers(1, 6),
    per_ms=st.integers(1, 2000),
    lanes=st.integers(1, 8),
    calls=st.lists(CALL, max_size=60),
    restart_after=st.integers(0, 60),
)
def test_no_server_ever_counts_more_than_the_quota(limit, per_ms, lanes, calls, restart_after):
    """A server counts a call anywhere between its start and its end; a restart forgets nothing."""
    window, now = Window(limit, per_ms), 0
    in_flight: list[tuple[int, int]] = []  # (end, token)
    ended: list[int] = []
    arrivals: list[int] = []

    def finish(until):
        for end, token in sorted(in_flight):
            if end <= until:
                window.end(token, end)
                ended.append(end)
                in_flight.remove((end, token))

    for number, (gap, latency, share, what) in enumerate(calls):
        now += gap
        finish(now)
        while len(in_flight) >= lanes or not window.free(now):
            at = window.next_free_at(now)
            if len(in_flight) >= lanes or at is None:
                at = min(in_flight)[0]
            assert at > now or in_flight
            now = max(now, at)
            finish(now)
        token = window.start(now)
        if what == "give_back":
            window.give_back(token)
        else:
            in_flight.append((now + latency, token))
            arrivals.append(now + latency * share // 100)
        if number == restart_after:
            now += 1 + max((end for end, _ in in_flight), default=now) - now  # a dead call may still arrive
            window = Window(limit, per_ms)
            window.restore([*ended, *[now] * len(in_flight)])
            in_flight.clear()

    arrivals.sort()
    for first, over in zip(arrivals, arrivals[limit:], strict=False):
        assert over - first >= per_ms


@settings(deadline=None, max_examples=100)
@given(
    limit=st.integers(1, 5),
    ended=st.lists(st.floats(0, 1e6), max_size=20),
    started=st.integers(0, 5),
    now=st.floats(0, 1e6),
)
def test_the_window_tells_exactly_when_a_slot_is_free(limit, ended, started, now):
    window = Window(limit, 60.0)
    for _ in range(min(started, limit)):
        window.start(now)
    window.restore(ended)
    assert window.free(now) == max(0, limit - window.used(now))
    at = window.next_free_at(now)
    if at is not None:
        assert (at == now) == (window.free(now) > 0)
        assert window.free(at) > 0
    else:
        assert window.free(now + 1e9) == 0
