"""Who waits for the ledger at the same time shares one commit; a lone one never waits for company."""

import asyncio

import pytest

from syncd.edges.clock import SystemClock
from syncd.edges.ledger import Ledger


class CountingClock(SystemClock):
    """Remembers how long each timer was to wait."""

    def __init__(self):
        self.waits = []

    def call_later(self, seconds, function):
        self.waits.append(seconds)
        return super().call_later(seconds, function)


@pytest.fixture
def clock():
    return CountingClock()


@pytest.fixture
def ledger(tmp_path, clock):
    ledger = Ledger(tmp_path, clock)
    yield ledger
    ledger.close()


def read_other(ledger, tmp_path, key):
    other = Ledger(tmp_path, SystemClock(), read_only=True)
    try:
        return other.read_meta(key)
    finally:
        other.close()


async def wait_for_commits(ledger, count):
    for number in range(count):
        ledger.write_meta(f"k{number}", "v")
    await asyncio.gather(*(ledger.durable() for _ in range(count)))


async def test_one_alone_is_committed_at_once(ledger, clock, tmp_path):
    for _ in range(3):
        await wait_for_commits(ledger, 1)
    assert clock.waits == [0, 0, 0]
    assert read_other(ledger, tmp_path, "k0") == "v"


async def test_a_crowd_waits_a_moment_for_more_until_it_has_thinned_out(ledger, clock, tmp_path):
    for count in (4, 4, 1, 1):
        await wait_for_commits(ledger, count)
    assert clock.waits[0] == 0
    assert clock.waits[1] == clock.waits[2] > 0
    assert clock.waits[3] == 0
    assert read_other(ledger, tmp_path, "k3") == "v"


async def test_what_need_not_be_waited_for_is_committed_all_the_same(ledger, tmp_path):
    ledger.write_meta("answer", "accepted")
    ledger.commit_soon()
    ledger.commit_soon()
    await asyncio.sleep(0.01)
    assert read_other(ledger, tmp_path, "answer") == "accepted"


async def test_a_lost_commit_that_nobody_waits_for_is_counted(ledger):
    ledger.write("PRAGMA defer_foreign_keys = ON")
    ledger.write("INSERT INTO orders (file, record, state, entry) VALUES ('none', 1, 'waiting', '0 0 0')")
    ledger.commit_soon()
    await asyncio.sleep(0.01)
    assert ledger.undone == 1
