"""A ledger that is locked, cut off, garbled or of a newer syncd; two daemons; clocks that jump."""

import asyncio
import os
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from support.house import open_house
from support.orders import make_order, write_csv, write_json
from support.spoil import heeding_modes, permission_lost, read_only, small_disk
from support.watch import FastClock, gather_log, running, troubles, until

from syncd.daemon import Ending
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import LEDGER_NAME, Ledger
from syncd.errors import AlreadyRunningError, LedgerError, StorageError


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


def drop(house, count: int = 3) -> None:
    for number in range(count):
        house.drop(f"{number}.json", write_json(make_order(f"A-{number}")))


def is_done(house, count: int = 3) -> bool:
    return house.names("done") == [f"{number}.json" for number in range(count)]


async def test_a_ledger_locked_by_somebody_holds_everything_until_it_is_free(house):
    with gather_log() as lines:
        async with running(house, clock=FastClock()) as daemon:
            await until(lambda: list((house.root / "work").parent.glob("work")))
            with closing(sqlite3.connect(house.root / "state" / LEDGER_NAME, timeout=10)) as other:
                other.execute("BEGIN IMMEDIATE")
                drop(house)
                await until(lambda: any("locked" in sentence for sentence in troubles(daemon)), seconds=60)
                assert house.sandbox.orders == {}
                other.execute("ROLLBACK")
            await until(lambda: is_done(house), seconds=60)
            await until(lambda: not troubles(daemon))
    assert not lines.pick("bug")
    assert len(house.sandbox.orders) == 3


def is_locked_by(other: sqlite3.Connection) -> bool:
    with suppress(sqlite3.OperationalError):  # syncd writes at this moment
        other.execute("BEGIN IMMEDIATE")
    return other.in_transaction


async def test_a_ledger_that_is_locked_just_when_a_side_file_is_lost_leaves_no_file_behind(house):
    with gather_log() as lines:
        async with running(house, clock=FastClock(), requests=10, per_s=4) as daemon:
            house.drop("a.csv", write_csv(*(make_order(f"A-{number}") for number in range(30))))
            await until(lambda: lines.pick("file_judged") and len(house.sandbox.orders) > 2)
            with closing(sqlite3.connect(house.root / "state" / LEDGER_NAME, timeout=0)) as other:
                await until(lambda: is_locked_by(other))
                for side_file in (house.root / "work").glob("*.judged"):
                    side_file.unlink()
                await until(lambda: any("locked" in sentence for sentence in troubles(daemon)), seconds=60)
                other.execute("ROLLBACK")
            await until(lambda: house.names("done") == ["a.csv"], seconds=60)
            await until(lambda: not troubles(daemon))
    assert not lines.pick("bug")
    assert len(lines.pick("judged_lost")) == 1
    assert {order.times_created for order in house.sandbox.orders.values()} == {1}
    assert len(house.sandbox.orders) == 30


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(b"not a ledger at all" * 1000), "not a database"),
        (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "malformed"),
        (lambda path: set_version(path, 99), "newer syncd"),
    ],
    ids=["garbled", "cut off", "newer"],
)
async def test_a_ledger_of_no_use_stops_the_start_with_a_sentence_and_stays_as_it_is(house, spoil, words):
    drop(house, 30)
    await house.settle()
    path = house.root / "state" / LEDGER_NAME
    spoil(path)
    before = path.read_bytes()
    house.drop("new.json", write_json(make_order("NEW")))
    with pytest.raises(LedgerError, match=words) as caught:
        await house.settle()
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert (house.root / "inbox/new.json").exists()
    assert "NEW" not in house.sandbox.orders


def set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")


async def test_a_ledger_moved_aside_as_told_sends_nothing_twice(house):
    """Without its memory syncd asks the API: a 409 that holds the same content is already accepted."""
    drop(house)
    await house.settle()
    (house.root / "state" / LEDGER_NAME).rename(house.root / "aside")
    for number in range(3):
        house.drop(f"again-{number}.json", write_json(make_order(f"A-{number}")))
    await house.settle()
    assert [house.outcomes(f"again-{n}.json") for n in range(3)] == [[(f"A-{n}", "already_accepted")] for n in range(3)]
    assert {order.times_created for order in house.sandbox.orders.values()} == {1}


async def test_a_second_daemon_on_one_state_folder_is_refused_and_harms_nobody(house):
    async with running(house):
        with pytest.raises(AlreadyRunningError, match=r"process [0-9]+"):
            await house.make_daemon().run()
        drop(house)
        await until(lambda: is_done(house))
    assert len(house.sandbox.orders) == 3


async def test_two_daemons_on_one_inbox_with_state_folders_of_their_own_send_each_order_once(tmp_path):
    """Nobody should, but a claim is one rename: only one of them gets a file."""
    async with open_house(tmp_path) as house, running(house), running(house, state_dir="other"):
        drop(house, 40)
        await until(lambda: is_done(house, 40) or len(house.names("done")) == 40)
        assert sorted(house.sandbox.orders) == sorted(f"A-{number}" for number in range(40))
        assert {order.times_created for order in house.sandbox.orders.values()} == {1}


async def test_a_state_folder_that_refuses_stops_the_start_with_a_sentence(house):
    await house.settle()
    (house.root / "state/lock").unlink()
    with permission_lost(house.root / "state"), pytest.raises((StorageError, LedgerError), match="state"):
        await house.settle()


async def test_a_start_that_is_held_can_be_stopped(house):
    await house.settle()
    with heeding_modes(), gather_log() as lines:
        (house.root / "state").chmod(0)
        daemon = house.make_daemon()
        run = asyncio.ensure_future(daemon.run())
        await until(lambda: lines.pick("start_held"))
        daemon.end(Ending.STOPPED)
        assert await run is Ending.STOPPED
        (house.root / "state").chmod(0o700)


async def test_a_read_only_state_folder_stops_the_start_with_a_sentence(tmp_path):
    with small_disk(tmp_path / "state"):
        async with open_house(tmp_path) as house:
            await house.settle()
            with read_only(tmp_path / "state"), pytest.raises((StorageError, LedgerError), match=r"[Rr]ead-?only"):
                await house.settle()
            drop(house)
            await house.settle()
            assert is_done(house)


@pytest.mark.parametrize("jump", [-timedelta(hours=1), timedelta(days=1)], ids=["back an hour", "forward a day"])
async def test_a_wall_clock_that_jumps_changes_nothing_but_the_times_in_reports(tmp_path, jump):
    async with open_house(tmp_path, latency=(0.01, 0.02)) as house:
        clock = FastClock()
        async with running(house, clock=clock, requests=20, per_s=10):
            drop(house, 30)
            await until(lambda: len(house.sandbox.orders) > 5)
            clock.off_by = jump
            house.drop("after.json", write_json(make_order("AFTER")))
            await until(lambda: len(house.names("done")) == 31)
        assert {order.times_created for order in house.sandbox.orders.values()} == {1}
        report = house.report("after.json")
        assert report["outcome"] == "done"


async def test_files_from_the_future_or_the_past_settle_like_all_others(house):
    for name, seconds in (("past.json", 0), ("future.json", 4_000_000_000)):
        house.drop(name, write_json(make_order(name)))
        (house.root / "inbox" / name).touch()
        os.utime(house.root / "inbox" / name, (seconds, seconds))
    await house.settle()
    assert house.names("done") == ["future.json", "past.json"]


async def test_a_commit_that_fails_is_told_even_where_the_disk_says_something_nobody_knows(tmp_path):
    class Sick:
        """A connection whose commits fail, while its disk answers with an error that has no cure of ours."""

        def __init__(self, real):
            self._real = real

        def __getattr__(self, name):
            return getattr(self._real, name)

        def execute(self, statement, values=()):
            if statement == "COMMIT":
                self._real.execute("ROLLBACK")
                raise sqlite3.OperationalError("disk I/O error")
            return self._real.execute(statement, values)

    with closing(Ledger(tmp_path, SystemClock())) as ledger:
        well, ledger._connection = ledger._connection, Sick(ledger._connection)
        ledger.path = tmp_path / ("x" * 300) / "ledger.sqlite3"  # whoever asks its folder hears ENAMETOOLONG
        ledger.write_meta("sending", "A-1")
        with pytest.raises(LedgerError, match="File name too long"):
            await ledger.durable()
        ledger._connection = well
        ledger.write_meta("other", "x")
        await ledger.durable()
        assert ledger.read_meta("sending") is None
