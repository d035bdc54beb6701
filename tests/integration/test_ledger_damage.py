"""A ledger of which some pages hold garbage: every reader says so in a sentence, and nothing else leaves the room."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import pytest
from support.clocks import HandClock

from syncd.core.model import Claim
from syncd.edges.judged import Entry
from syncd.edges.ledger import LEDGER_NAME, Ledger
from syncd.edges.ledger_calls import begin_call, prune_calls, restore_calls
from syncd.edges.ledger_files import (
    PAGE,
    FileRow,
    add_file,
    close_file,
    count_failure,
    count_files,
    find_file,
    find_last_arrival,
    forget_file,
    list_closed_page,
    list_closed_since,
    list_finished_files,
    list_in_folder,
    list_open_files,
    list_unfinished_folders,
    list_untold_failures,
    settle_file,
)
from syncd.edges.ledger_orders import (
    WAITING,
    add_order,
    begin_delivery,
    count_outcomes,
    find_delivery,
    find_in_file,
    find_next_due,
    find_order,
    has_any,
    list_due_orders,
    list_orders,
)
from syncd.edges.ledger_pages import PollPages
from syncd.edges.ledger_status import check_integrity, count_held, count_since, count_used_quota, find_oldest_open
from syncd.edges.ledger_stock import begin_poll, count_sent, find_hold, read_published
from syncd.edges.ledger_story import find_files_named, find_files_with, list_same_bytes, read_delivery_state
from syncd.errors import LedgerError, LedgerLostError, StorageError

AT = datetime(2026, 1, 15, 10, 0, tzinfo=UTC)
MANY = 2000
CLAIM = Claim("c1", "orders", "big.csv", AT)
GARBAGE = b"\xff\xfe garbage \x00" * 400

MET_ON_THE_WAY = {
    "list_orders": lambda ledger: list(list_orders(ledger, "c1")),
    "list_due_orders": lambda ledger: list_due_orders(ledger, "c1", 1.0, MANY),
    "list_open_files": list_open_files,
    "list_finished_files": lambda ledger: list_finished_files(ledger, MANY),
    "list_closed_page": lambda ledger: list_closed_page(ledger, "failed", None, MANY),
    "list_closed_since": lambda ledger: list(list_closed_since(ledger, AT)),
    "list_untold_failures": list_untold_failures,
    "count_outcomes": lambda ledger: count_outcomes(ledger, "c1"),
    "count_since": lambda ledger: count_since(ledger, AT),
    "check_integrity": check_integrity,
}
"""Readers of many rows: the first of them stand on pages that are well."""
OTHERS = {
    "begin_call": lambda ledger: begin_call(ledger, 1.0),
    "begin_poll": begin_poll,
    "count_failure": lambda ledger: count_failure(ledger, "c1"),
    "count_files": count_files,
    "count_held": count_held,
    "count_sent": lambda ledger: count_sent(ledger, "SKU", 0),
    "count_used_quota": lambda ledger: count_used_quota(ledger, 1.0, 60.0, "boot-1"),
    "find_delivery": lambda ledger: find_delivery(ledger, "account", "A-9"),
    "find_file": lambda ledger: find_file(ledger, "c1"),
    "find_files_named": lambda ledger: find_files_named(ledger, "big.csv"),
    "find_files_with": lambda ledger: find_files_with(ledger, "A-9"),
    "find_hold": lambda ledger: find_hold(ledger, 9),
    "find_in_file": lambda ledger: find_in_file(ledger, "c1", "A-9"),
    "find_last_arrival": lambda ledger: find_last_arrival(ledger, "orders"),
    "find_next_due": lambda ledger: find_next_due(ledger, "c1"),
    "find_oldest_open": find_oldest_open,
    "find_order": lambda ledger: find_order(ledger, 9),
    "forget_file": lambda ledger: forget_file(ledger, "c1"),
    "has_any": lambda ledger: has_any(ledger, "c1", ["A-9"]),
    "list_in_folder": lambda ledger: list_in_folder(ledger, "c1"),
    "list_same_bytes": lambda ledger: list_same_bytes(ledger, FileRow(CLAIM, sha256="ab")),
    "list_unfinished_folders": list_unfinished_folders,
    "prune_calls": lambda ledger: prune_calls(ledger, 1.0),
    "read_delivery_state": lambda ledger: read_delivery_state(ledger, "A-9"),
    "read_published": read_published,
    "restore_calls": lambda ledger: restore_calls(ledger, 1.0, 60, 60.0, "boot-1"),
}


def read_roots(path):
    with closing(sqlite3.connect(path)) as ledger:
        roots = {number for (number,) in ledger.execute("SELECT rootpage FROM sqlite_master")}
        return ledger.execute("PRAGMA page_size").fetchone()[0], roots | {1}


def garble(path, share):
    """Write garbage over the pages behind a share of the file, all but the first one of each table and index."""
    size, roots = read_roots(path)
    with path.open("r+b") as file:
        count = path.stat().st_size // size
        for number in range(int(count * share) + 1, count + 1):
            if number not in roots:
                file.seek((number - 1) * size)
                file.write(GARBAGE[:size].ljust(size, b"\xee"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return a state folder whose ledger has many rows of everything, on many pages."""
    folder = tmp_path_factory.mktemp("state")
    with closing(Ledger(folder, HandClock())) as ledger:
        add_file(ledger, CLAIM)
        for number in range(MANY):
            add_order(ledger, "c1", number, f"A-{number}", "h", WAITING, Entry(0, 1, 2))
            begin_delivery(ledger, "account", find_order(ledger, number + 1))
            add_file(ledger, Claim(f"open {number:04}", "orders", "open.csv", AT))
            closed, at = f"shut {number:04}", AT + timedelta(seconds=number)
            add_file(ledger, Claim(closed, "orders", "shut.csv", AT))
            settle_file(ledger, closed, "failed", "shut.csv", at, {"rejected": number})
            close_file(ledger, closed, "failed")
        ledger.commit()
    return folder


@pytest.fixture
def build(sound, tmp_path):
    """Return a way to open a copy of that ledger of which only a share is well."""
    opened = []

    def build(share):
        path = tmp_path / LEDGER_NAME
        path.write_bytes((sound / LEDGER_NAME).read_bytes())
        garble(path, share)
        opened.append(Ledger(tmp_path, HandClock()))
        return opened[-1]

    yield build
    for ledger in opened:
        ledger.close()


@pytest.mark.parametrize("name", MET_ON_THE_WAY)
def test_a_damaged_page_that_is_met_on_the_way_is_told_in_a_sentence(build, name):
    with pytest.raises(LedgerError, match=r"^The ledger .* (malformed; see whether|is damaged)"):
        MET_ON_THE_WAY[name](build(0.5))


@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize("name", OTHERS)
def test_nothing_but_a_ledger_error_comes_of_a_damaged_ledger(build, name, share):
    ledger = build(share)
    with suppress(LedgerError):
        OTHERS[name](ledger)


def test_the_pages_before_the_damage_are_read(build):
    orders = list_orders(build(0.7), "c1")
    assert [next(orders).record for _ in range(PAGE)] == list(range(PAGE))
    with pytest.raises(LedgerLostError, match="see whether its disk is sound, then restore it from a backup"):
        list(orders)


def test_a_text_that_is_none_is_damage_too_and_not_shown(tmp_path):
    with closing(Ledger(tmp_path, HandClock())) as ledger:
        ledger.write("INSERT INTO meta VALUES ('well', 'x'), ('word', CAST(x'6b65657020746869730aff' AS TEXT))")
        for read in (ledger.read, ledger.read_one):
            with pytest.raises(LedgerLostError, match="Could not decode to UTF-8 column 'value'; see") as said:
                read("SELECT value FROM meta ORDER BY key DESC")
            assert "keep this" not in str(said.value)
        ledger.commit()


def test_every_file_since_a_time_comes_once_and_in_order_however_many(sound):
    with closing(Ledger(sound, HandClock(), read_only=True)) as ledger:
        since = AT + timedelta(seconds=3)
        found = [row.claim.id for row in list_closed_since(ledger, since)]
    assert len(found) > 3 * PAGE
    assert found == [f"shut {number:04}" for number in range(3, MANY)]


def test_files_that_were_finished_at_one_moment_come_each_once(tmp_path):
    ids = [f"c{number:04}" for number in range(2 * PAGE + 1)]
    with closing(Ledger(tmp_path, HandClock())) as ledger:
        for claim_id in reversed(ids):
            add_file(ledger, Claim(claim_id, "orders", "a.csv", AT))
            settle_file(ledger, claim_id, "done", "a.csv", AT, {})
            close_file(ledger, claim_id, "done")
        assert [row.claim.id for row in list_closed_since(ledger, AT)] == ids


def test_a_closed_ledger_refuses_everything_in_a_sentence(tmp_path):
    ledger = Ledger(tmp_path, HandClock())
    ledger.write_meta("word", "x")
    ledger.close()
    for use in (ledger.commit, lambda: ledger.read_meta("word"), lambda: ledger.write_meta("word", "y")):
        with pytest.raises(LedgerError, match="closed"):
            use()


async def test_a_commit_that_meets_the_damage_is_told_to_who_waits_for_it(build):
    ledger = build(0.1)
    with suppress(LedgerError):
        for number in range(MANY):
            add_file(ledger, Claim(f"new {number:04}", "orders", "a.csv", AT))
    answers = await asyncio.gather(ledger.durable(), ledger.durable(), return_exceptions=True)
    assert all(answer is None or isinstance(answer, LedgerError) for answer in answers)


def test_rows_of_a_poll_that_cannot_be_kept_are_told_in_a_sentence(tmp_path):
    with PollPages(tmp_path) as pages:
        pass
    for use in (pages.count_skus, lambda: list(pages.lines()), lambda: pages.add([])):
        with pytest.raises(StorageError, match="cannot be kept"):
            use()
