"""Nothing costs more for what is behind us: the ledger's past, a full done folder, a backlog in the inbox."""

import asyncio
import sqlite3
import sys
from collections import Counter
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from support.clocks import HandClock
from support.house import open_house
from support.orders import make_order, write_csv, write_ndjson
from support.watch import running
from support.web_house import build_csv

from syncd.config import load_config
from syncd.config.model import SourceConfig
from syncd.core.model import Claim
from syncd.edges.clock import SystemClock
from syncd.edges.glance import glance_into
from syncd.edges.ledger import LEDGER_NAME, MIGRATIONS, Ledger
from syncd.edges.ledger_files import add_file, close_file, find_file, list_finished_files, settle_file
from syncd.edges.ledger_orders import recall_outcomes
from syncd.edges.ledger_status import count_since
from syncd.edges.ledger_story import read_delivery_state
from syncd.errors import LedgerError
from syncd.flows.recovery import recover_files
from syncd.flows.retention import list_present
from syncd.flows.survey import survey
from syncd.flows.taking import BREATH, Taker

GROWING = {"orders", "files", "deliveries"}
SMALL = {"files_open", "orders_waiting", "orders_next", "deliveries_open"}
"""Indexes that hold only what is not over yet."""
EXTRA = """\
    retention: {done: {days: 9}, failed: {days: 9}}
    expect: {by: "23:59", timezone: Europe/Berlin}
"""


def list_names(folder):
    return [path.name for path in folder.iterdir()]


@contextmanager
def watching_statements(said):
    """Gather every statement that is put to any ledger inside."""
    codes = {Ledger.read.__code__, Ledger.read_one.__code__, Ledger.write.__code__}

    def notice(frame, event, _):
        if event == "call" and frame.f_code in codes:
            said.add(frame.f_locals["statement"])

    sys.setprofile(notice)
    try:
        yield
    finally:
        sys.setprofile(None)


def list_walks(ledger, statement):
    """Return the steps of a plan that go through all of a table that grows for ever."""
    steps = [row[3] for row in ledger.execute(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?"))]
    walks = [step for step in steps if step.startswith("SCAN ") and step.split()[1] in GROWING]
    ends_early = "LIMIT" in statement and "USE TEMP B-TREE FOR ORDER BY" not in steps
    return [walk for walk in walks if walk.split()[-1] not in SMALL and not ends_early]


async def test_no_statement_of_start_status_order_or_file_walks_through_the_past(tmp_path):
    said: set[str] = set()
    async with open_house(tmp_path) as house:
        with watching_statements(said):
            house.drop("good.csv", build_csv(["A-1", "A-2"]))
            house.drop("bad.csv", build_csv(["B-1"], qty="0"))
            house.drop("torn.csv", build_csv(["C-1"])[:-9])
            house.drop("twins.ndjson", write_ndjson(make_order("D-1"), make_order("D-1")))
            await house.settle(EXTRA)
            house.drop("again.csv", build_csv(["A-1", "E-1"]))
            await house.settle(EXTRA)
            survey(load_config(tmp_path / "config.yaml", {}), SystemClock())
            with closing(Ledger(tmp_path / "state", SystemClock(), read_only=True)) as ledger:
                assert read_delivery_state(ledger, "A-1") == "accepted"
                assert read_delivery_state(ledger, "F-1") is None
    assert len(said) > 40
    with closing(sqlite3.connect(tmp_path / "state" / LEDGER_NAME)) as ledger:
        walks = {statement: found for statement in said if (found := list_walks(ledger, statement))}
    assert walks == {}


def fill(ledger, claim_id, source, outcome, at, states):
    add_file(ledger, Claim(claim_id, source, f"{claim_id}.csv", at))
    for record, state in enumerate(states):
        ledger.write(
            "INSERT INTO orders (file, record, state, entry) VALUES (?, ?, ?, '0 1 1')", (claim_id, record, state)
        )
    if outcome is not None:
        settle_file(ledger, claim_id, outcome, f"{claim_id}.csv", at, Counter(states))
        close_file(ledger, claim_id, outcome)


NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


@pytest.mark.parametrize("older", [False, True], ids=["counted when settled", "of an older syncd"])
def test_orders_are_counted_as_if_one_went_through_them(tmp_path, older):
    with closing(Ledger(tmp_path, HandClock())) as ledger:
        fill(ledger, "old", "orders", "done", NOW - timedelta(days=2), ["accepted"] * 9)
        fill(ledger, "new", "orders", "done", NOW, ["accepted", "accepted", "skipped"])
        fill(ledger, "same", "orders", "done", NOW, ["accepted", "accepted", "skipped"])
        fill(ledger, "bad", "shop", "failed", NOW, ["invalid"])
        fill(ledger, "none", "shop", "done", NOW, [])
        fill(ledger, "open", "shop", None, NOW, ["waiting", "accepted"])
        if older:
            ledger.write("UPDATE files SET counts = NULL WHERE id <> 'same'")
        since = NOW - timedelta(days=1)
        files, orders = count_since(ledger, since)
        assert orders == {
            ("orders", "accepted"): 4,
            ("orders", "skipped"): 2,
            ("shop", "invalid"): 1,
            ("shop", "waiting"): 1,
            ("shop", "accepted"): 1,
        }
        assert files == {
            ("orders", "done"): 2,
            ("shop", "failed"): 1,
            ("shop", "done"): 1,
            ("shop", "claimed"): 1,
        }
        assert recall_outcomes(ledger, find_file(ledger, "new")) == {"accepted": 2, "skipped": 1}
        assert recall_outcomes(ledger, find_file(ledger, "none")) == {}
        assert recall_outcomes(ledger, find_file(ledger, "open")) == {"waiting": 1, "accepted": 1}


async def test_what_stands_in_done_is_found_among_the_files_of_other_sources(tmp_path):
    clock = HandClock()
    with closing(Ledger(tmp_path, clock)) as ledger:
        fill(ledger, "a", "orders", "done", NOW, [])
        fill(ledger, "b", "shop", "done", NOW, [])
        fill(ledger, "c", "orders", "failed", NOW, [])
        fill(ledger, "d", "orders", "done", NOW, [])
        names = {"a.csv", "b.csv", "c.csv"}
        assert [one.name async for one in list_present(ledger, clock, "orders", "done", names)] == ["a.csv"]
        assert [one.name async for one in list_present(ledger, clock, "orders", "failed", names)] == ["c.csv"]


def test_a_ledger_of_an_older_syncd_is_brought_up_to_date_by_a_start_and_by_nothing_else(tmp_path):
    edges = Path(sys.modules[Ledger.__module__].__file__).parent
    with closing(sqlite3.connect(tmp_path / LEDGER_NAME)) as old:
        for script in MIGRATIONS[:3]:
            old.executescript((edges / script).read_text())
        old.execute(
            "INSERT INTO files (id, source, name, state, received_at, outcome, filed_as, finished_at)"
            " VALUES ('c1', 'orders', x'61', 'closed', ?, 'failed', x'61', ?)",
            (NOW.isoformat(), NOW.isoformat()),
        )
        old.execute("INSERT INTO orders (file, record, state, entry) VALUES ('c1', 1, 'invalid', '0 1 1')")
        old.execute("PRAGMA user_version = 3")
        old.commit()
    with pytest.raises(LedgerError, match="older syncd"):
        Ledger(tmp_path, HandClock(), read_only=True)
    Ledger(tmp_path, HandClock()).close()
    with closing(Ledger(tmp_path, HandClock(), read_only=True)) as ledger:
        (row,) = list_finished_files(ledger, 5, "failed")
        assert (row.counts, recall_outcomes(ledger, row)) == (None, {"invalid": 1})
        assert count_since(ledger, NOW) == ({("orders", "failed"): 1}, {("orders", "invalid"): 1})


# A backlog in the inbox


async def test_ready_comes_before_a_backlog_is_taken(tmp_path):
    async with open_house(tmp_path) as house:
        for number in range(20 * BREATH):
            (tmp_path / "inbox" / f"{number:04}.json").write_bytes(b"[]")
        async with running(house) as daemon:
            while daemon.app is None:
                await asyncio.sleep(0)
            await asyncio.wait_for(daemon.app.orders.proven.wait(), 10)
            left = len(list_names(tmp_path / "inbox"))
            assert 20 * BREATH - 5 * BREATH < left < 20 * BREATH


@pytest.mark.parametrize("works", [True, False])
async def test_an_inbox_is_proven_by_what_can_be_taken(tmp_path, works):
    source = SourceConfig("orders", *(tmp_path / name for name in ("inbox", "done", "failed", "work")))
    source.inbox.mkdir()
    (source.inbox / "a.csv").write_bytes(write_csv(make_order("A")))
    if not works:
        source.work.write_bytes(b"in the way")
    clock, proven = HandClock(), []
    with closing(Ledger(tmp_path, clock)) as ledger:
        taker = Taker(source, ledger, clock, Random(1))
        taker.on_proven = lambda: proven.append(len(list(source.inbox.iterdir())))
        await taker.sweep()
        clock.move(3)
        await taker.sweep()
    assert proven == ([0] if works else [])
    assert (taker.trouble is None) == works


def test_of_very_many_files_only_some_are_looked_at(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.csv").touch()
    (tmp_path / ".hidden").touch()
    (tmp_path / "folder").mkdir()
    found = list(glance_into(tmp_path, 4))
    assert sorted(name for name, _ in found) == [f"{number}.csv" for number in range(9)]
    assert [came_ns is not None for _, came_ns in found] == [True] * 4 + [False] * 5
    (tmp_path / "1.link").hardlink_to(tmp_path / "0.csv")
    assert {name for name, _ in glance_into(tmp_path, 99)} == {f"{number}.csv" for number in range(1, 9)}


def test_a_file_that_vanishes_under_the_glance_is_none(tmp_path):
    for number in range(2):
        (tmp_path / f"{number}.csv").touch()
    glance = glance_into(tmp_path, 9)
    first, _ = next(glance)
    for path in tmp_path.iterdir():
        if path.name != first:
            path.unlink()
    assert list(glance) == []


# A full done folder


@pytest.mark.parametrize("state", ["settled", "closed"])
def test_done_is_looked_through_only_where_a_file_was_being_filed(tmp_path, state):
    source = SourceConfig("orders", *(tmp_path / name for name in ("inbox", "done", "failed", "work")))
    clock = HandClock()
    for folder in (source.inbox, source.done, source.failed, source.work):
        folder.mkdir()
        (folder / ".syncd-1").touch()
    (source.done / ".syncd-2").touch()
    (source.work / "c1").mkdir()
    (source.work / "c1" / "a.csv").touch()
    with closing(Ledger(tmp_path, clock)) as ledger:
        add_file(ledger, Claim("c1", "orders", "a.csv", clock.now()))
        settle_file(ledger, "c1", "done", "a.csv", clock.now(), {})
        ledger.write("UPDATE files SET state = ? WHERE id = 'c1'", (state,))
        recover_files([source], ledger, clock, Random(1))
    assert [name for folder in ("inbox", "work", "failed") for name in list_names(tmp_path / folder)] == ["c1"]
    assert list_names(source.done) == ([] if state == "settled" else [".syncd-2"])
