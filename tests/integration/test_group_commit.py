"""Who waits for the ledger at the same time shares one commit; a lone one never waits for company."""

import asyncio
from contextlib import closing

import pytest
from support.spoil import disk_full, small_disk

from syncd.edges.clock import SystemClock
from syncd.edges.ledger import Ledger
from syncd.errors import LedgerError


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


async def test_a_crowd_waits_a_moment_for_more_but_no_longer_than_until_all_are_there(ledger, clock, tmp_path):
    for count in (4, 4, 1, 1):
        await wait_for_commits(ledger, count)
    alone, moment, all_there, thinned_out, alone_again = clock.waits
    assert alone == all_there == alone_again == 0
    assert moment == thinned_out > 0
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


async def test_who_waits_is_told_when_the_commit_of_somebody_else_takes_what_he_wrote_with_it(tmp_path):
    """What was undone with the other's must never count as written: an order would be sent that nobody remembers."""
    with small_disk(tmp_path / "disk", "256k"), closing(Ledger(tmp_path / "disk", SystemClock())) as ledger:
        ledger.write_meta("mine", "v")
        waiting = asyncio.ensure_future(ledger.durable())
        await asyncio.sleep(0)
        with disk_full(tmp_path / "disk"):
            ledger.write_meta("other", "v" * 100_000)
            with pytest.raises(LedgerError, match="free some space there"):
                ledger.commit()
        with pytest.raises(LedgerError, match="free some space there"):
            await waiting
        assert ledger.read_meta("mine") is None
        ledger.write_meta("mine", "again")
        await ledger.durable()
        assert read_other(ledger, tmp_path / "disk", "mine") == "again"


async def test_who_waits_is_told_when_sqlite_undoes_everything_by_itself(tmp_path):
    """With a full disk in the middle of a transaction it does, and the next commit would succeed with nothing in it."""
    with small_disk(tmp_path / "disk", "1m"), closing(Ledger(tmp_path / "disk", SystemClock())) as ledger:
        ledger.write_meta("mine", "v")
        waiting = asyncio.ensure_future(ledger.durable())
        await asyncio.sleep(0)
        with pytest.raises(LedgerError, match="free some space there"):  # noqa: PT012
            for number in range(40):
                ledger.write_meta(f"other {number}", "v" * 100_000)
        ledger.write_meta("after", "v")
        with pytest.raises(LedgerError, match="free some space there"):
            await waiting
        assert [ledger.read_meta(key) for key in ("mine", "other 0", "after")] == [None] * 3
        assert ledger.undone == 1
