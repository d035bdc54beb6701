"""Whole installations in simulated time: weeks of bad weather, crashes and clock jumps, each drawn from a seed."""

import pytest
from support.simulation import simulate

SEEDS = range(1, 61)
LEAST_HOURS = 2000
hours: dict[int, float] = {}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_order_once_every_file_in_one_place(seed, tmp_path):
    summary = simulate(seed, tmp_path / "world")
    hours[seed] = summary.hours
    assert summary.faults == [], f"again: make torture SEED={seed}"


def test_a_seed_does_the_same_each_time(tmp_path):
    first, second = (simulate(7, tmp_path / name) for name in ("first", "second"))
    assert first.trace == second.trace
    assert len(first.trace) > 10


def test_the_seeds_make_two_thousand_hours():
    if len(hours) < len(SEEDS):
        pytest.skip("not every seed was run")
    print(f"{sum(hours.values()):.0f} simulated hours in {len(SEEDS)} seeds")
    assert sum(hours.values()) >= LEAST_HOURS
