import pytest

from syncd.core.window import Window


def test_a_fresh_window_is_free():
    window = Window(3, 60.0)
    assert (window.free(0.0), window.used(0.0), window.next_free_at(5.0)) == (3, 0, 5.0)


def test_a_slot_is_free_again_a_whole_window_after_the_end_of_its_call_not_its_start():
    window = Window(1, 60.0)
    token = window.start(0.0)
    window.end(token, 10.0)
    assert window.free(69.9) == 0
    assert window.next_free_at(69.9) == 70.0
    assert window.free(70.0) == 1


def test_while_every_slot_is_in_flight_nobody_knows_when_one_is_free():
    window = Window(2, 60.0)
    first = window.start(0.0)
    window.start(0.0)
    assert window.next_free_at(1000.0) is None
    window.end(first, 1000.0)
    assert window.next_free_at(1000.0) == 1060.0


def test_a_call_that_never_left_frees_its_slot_at_once():
    window = Window(1, 60.0)
    window.give_back(window.start(0.0))
    assert window.free(0.0) == 1


def test_a_full_window_starts_nothing():
    window = Window(1, 60.0)
    window.start(0.0)
    with pytest.raises(ValueError, match="no slot"):
        window.start(0.0)


def test_a_call_ends_once():
    window = Window(2, 60.0)
    token = window.start(0.0)
    window.end(token, 1.0)
    with pytest.raises(KeyError):
        window.end(token, 2.0)
    with pytest.raises(KeyError):
        window.give_back(token)


def test_calls_of_an_earlier_process_count():
    window = Window(3, 60.0)
    window.restore([50.0, 10.0, -100.0])
    assert window.used(60.0) == 2
    assert window.free(60.0) == 1
    assert window.used(70.0) == 1


def test_more_calls_than_a_lowered_quota_allows_delay_the_next_until_enough_of_them_are_over():
    window = Window(2, 60.0)
    window.restore([1.0, 2.0, 3.0, 4.0])
    assert window.free(5.0) == 0
    assert window.next_free_at(5.0) == 63.0


def test_the_time_named_as_free_is_free_whatever_the_floats_do():
    window = Window(1, 0.3)
    for at in (0.1, 1e6 + 0.1, 1e9 + 0.7):
        window.end(window.start(at), at)
        assert window.free(window.next_free_at(at)) == 1


def test_a_quota_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        Window(0, 60.0)
