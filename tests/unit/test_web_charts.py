"""The shapes of the small charts, and the minutes they are drawn from."""

from hypothesis import given
from hypothesis import strategies as st
from support.clocks import HandClock

from syncd.web.charts import HEIGHT, WIDTH, build_diverging, build_stacked
from syncd.web.history import MINUTES, CallHistory

COUNTS = st.floats(0, 1e6)
PAIRS = st.lists(st.tuples(COUNTS, COUNTS), max_size=60)


@given(PAIRS, COUNTS)
def test_stacked_bars_stay_on_their_canvas(pairs, limit):
    chart = build_stacked(pairs, limit)
    assert 0 <= chart.line_y <= HEIGHT
    assert all(bar.y >= -2 and bar.y + bar.height <= HEIGHT + 2 for bar in chart.bars)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 1 for bar in chart.bars)


@given(PAIRS)
def test_diverging_bars_stay_on_their_side(pairs):
    chart = build_diverging(pairs)
    assert all(bar.y + bar.height <= chart.line_y + 0.2 for bar in chart.bars if bar.kind == "up")
    assert all(bar.y >= chart.line_y for bar in chart.bars if bar.kind == "down")


def test_nothing_is_drawn_of_nothing():
    assert build_stacked([(0, 0)] * 3, 100).bars == ()
    assert build_diverging([]).bars == ()


def test_what_is_there_is_seen_however_small():
    (bar,) = build_stacked([(1, 0)], 1_000_000).bars
    assert bar.height >= 1.5


def test_failed_calls_stand_on_the_good_ones():
    good, bad = build_stacked([(50, 50)], 100).bars
    assert (good.kind, bad.kind) == ("good", "bad")
    assert abs(bad.y + bad.height - good.y) < 0.2


def test_calls_are_counted_by_the_minute():
    clock = HandClock(monotonic=6000.0)
    history = CallHistory(clock)
    history.hear("INFO", "api_call", {"status": 200})
    clock.move(120)
    history.hear("INFO", "api_call", {"status": None})
    history.hear("INFO", "api_call", {"status": 503})
    history.hear("INFO", "file_done", {})
    minutes = history.list_minutes()
    assert len(minutes) == MINUTES
    assert [(minute.calls, minute.failed) for minute in minutes[-3:]] == [(1, 0), (0, 0), (2, 2)]


def test_calls_of_more_than_an_hour_ago_are_forgotten():
    clock = HandClock()
    history = CallHistory(clock)
    history.hear("INFO", "api_call", {"status": 200})
    clock.move(3600)
    history.hear("INFO", "api_call", {"status": 200})
    assert sum(minute.calls for minute in history.list_minutes()) == 1
    assert len(history._minutes) == 1
