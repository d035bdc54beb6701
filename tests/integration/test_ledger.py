"""The ledger on a real SQLite file."""

import asyncio
import sqlite3
from datetime import UTC, datetime

import pytest
from support.clocks import HandClock

from syncd.core.model import Claim, Outcome
from syncd.edges.judged import Entry
from syncd.edges.ledger import LEDGER_NAME, MIGRATIONS, Ledger
from syncd.edges.ledger_calls import begin_call, drop_call, end_call, restore_calls
from syncd.edges.ledger_files import (
    PAGE,
    FileRow,
    add_file,
    begin_judging,
    close_file,
    count_deaths,
    count_failure,
    count_files,
    end_judging,
    find_file,
    forget_file,
    list_finished_files,
    list_open_files,
    note_fingerprint,
    put_back_judging,
    settle_file,
)
from syncd.edges.ledger_orders import (
    NEVER,
    WAITING,
    accept_delivery,
    add_order,
    begin_delivery,
    count_outcomes,
    doubt_deliveries,
    drop_delivery,
    find_delivery,
    find_in_file,
    find_next_due,
    find_order,
    finish_order,
    hasten_all,
    list_due_orders,
    list_orders,
    note_delivery,
    put_off,
    refuse_waiting,
)
from syncd.errors import LedgerError

AT = datetime(2026, 1, 15, 10, 0, 0, 250_000, tzinfo=UTC)
ENTRY = Entry(0, 10, 20)
ME = "account"


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def ledger(tmp_path, clock):
    ledger = Ledger(tmp_path, clock)
    yield ledger
    ledger.close()


@pytest.fixture
def claim(ledger):
    claim = Claim("c1", "orders", "caf\udce9\n.csv", AT)
    add_file(ledger, claim)
    return claim


def add(ledger, record, reference="A-1", payload_hash="h", state=WAITING, twin=None):
    add_order(ledger, "c1", record, reference, payload_hash, state, ENTRY, twin)
    return find_in_file(ledger, "c1", reference)[-1]


def test_a_file_comes_back_as_it_was_written_down_whatever_its_name(ledger, claim):
    row = find_file(ledger, "c1")
    assert row.claim == claim
    assert (row.state, row.deaths, row.failures, row.outcome) == ("claimed", 0, 0, None)
    assert find_file(ledger, "c2") is None


def test_the_life_of_a_file(ledger, claim):
    begin_judging(ledger, "c1")
    end_judging(ledger, FileRow(claim, "carrying", sha256="ab", bytes=3, fingerprint="f", problems=ENTRY))
    note_fingerprint(ledger, "c1", "g")
    row = find_file(ledger, "c1")
    assert (row.state, row.sha256, row.bytes, row.fingerprint, row.problems) == ("carrying", "ab", 3, "g", ENTRY)
    settle_file(ledger, "c1", "failed", "caf\udce9.csv", AT, {"rejected": 2})
    assert count_files(ledger) == {("orders", "settled"): 1}
    close_file(ledger, "c1", "failed")
    assert list_open_files(ledger) == []
    (row,) = list_finished_files(ledger, 5)
    assert (row.outcome, row.filed_as, row.finished_at) == ("failed", "caf\udce9.csv", AT)
    assert row.counts == {"rejected": 2}


def test_a_death_counts_only_against_what_was_being_judged(ledger, claim):
    add_file(ledger, Claim("c2", "orders", "b.csv", AT))
    begin_judging(ledger, "c1")
    count_deaths(ledger)
    assert [(row.claim.id, row.deaths, row.state) for row in list_open_files(ledger)] == [
        ("c1", 1, "claimed"),
        ("c2", 0, "claimed"),
    ]
    begin_judging(ledger, "c1")
    put_back_judging(ledger, "c1")
    count_deaths(ledger)
    assert find_file(ledger, "c1").deaths == 1


def test_failures_are_counted(ledger, claim):
    assert [count_failure(ledger, "c1") for _ in range(3)] == [1, 2, 3]


def test_judging_anew_forgets_what_an_earlier_try_left(ledger, claim):
    add(ledger, 1)
    begin_judging(ledger, "c1")
    assert list(list_orders(ledger, "c1")) == []


def test_a_forgotten_file_leaves_nothing(ledger, claim):
    add(ledger, 1)
    forget_file(ledger, "c1")
    assert find_file(ledger, "c1") is None
    assert list(list_orders(ledger, "c1")) == []


def test_orders_of_any_number_come_in_file_order(ledger, claim):
    for record in range(2 * PAGE + 3, 0, -1):
        add_order(ledger, "c1", record, f"A-{record}", "h", WAITING if record % 2 else "accepted", ENTRY)
    assert [order.record for order in list_orders(ledger, "c1")] == list(range(1, 2 * PAGE + 4))
    assert sum(1 for _ in list_orders(ledger, "c1", ("accepted",))) == PAGE + 1
    assert count_outcomes(ledger, "c1") == {WAITING: PAGE + 2, "accepted": PAGE + 1}


def test_due_orders_come_when_they_are_due(ledger, claim):
    first, second = add(ledger, 1), add(ledger, 2, "A-2")
    put_off(ledger, first.id, 50.0, 3)
    assert [order.id for order in list_due_orders(ledger, "c1", 10.0, 9)] == [second.id]
    assert find_next_due(ledger, "c1") == 0
    assert (find_order(ledger, first.id).due, find_order(ledger, first.id).failures) == (50.0, 3)
    hasten_all(ledger, 20.0)
    assert [order.due for order in list_due_orders(ledger, "c1", 20.0, 9)] == [20.0, 0.0]
    refuse_waiting(ledger, "c1")
    assert find_next_due(ledger, "c1") is None
    assert count_outcomes(ledger, "c1") == {"not_sent": 2}


def test_a_twin_waits_for_its_first_and_shares_its_outcome(ledger, claim):
    first = add(ledger, 1)
    twin = add(ledger, 2, twin=first.id)
    assert find_next_due(ledger, "c1") == 0
    hasten_all(ledger, 20.0)
    assert find_order(ledger, twin.id).due == NEVER
    finish_order(ledger, first.id, Outcome.ACCEPTED, http_status=200, accepted_at=AT)
    assert find_order(ledger, first.id).accepted_at == AT
    assert find_order(ledger, twin.id).state == "already_accepted"


def test_what_was_being_sent_at_a_death_is_asked_about_after_a_while(ledger, claim):
    order = add(ledger, 1)
    begin_delivery(ledger, ME, order)
    doubt_deliveries(ledger, 130.0)
    delivery = find_delivery(ledger, ME, "A-1")
    assert (delivery.state, delivery.doubtful, delivery.answered) == ("asking", True, False)
    assert find_order(ledger, order.id).due == 130.0
    assert find_order(ledger, order.id).attempts == 1
    hasten_all(ledger, 10.0)
    assert find_order(ledger, order.id).due == 130.0


def test_a_sending_with_other_content_is_no_sending_of_ours(ledger, claim):
    begin_delivery(ledger, ME, add(ledger, 1))
    note_delivery(ledger, ME, "A-1", "resend", doubtful=True)
    begin_delivery(ledger, ME, add(ledger, 2))
    assert find_delivery(ledger, ME, "A-1").doubtful
    begin_delivery(ledger, ME, add(ledger, 3, payload_hash="other"))
    assert not find_delivery(ledger, ME, "A-1").doubtful


def test_deliveries_of_another_account_are_not_ours(ledger, claim):
    accept_delivery(ledger, ME, add(ledger, 1), AT)
    assert find_delivery(ledger, ME, "A-1").state == "accepted"
    assert find_delivery(ledger, "other", "A-1") is None
    drop_delivery(ledger, ME, "A-1")
    assert find_delivery(ledger, ME, "A-1") is None


def test_calls_survive_a_restart_and_one_in_flight_ends_with_it(ledger, clock):
    assert restore_calls(ledger, clock.at, 2, 60, "boot-1") == []
    old = begin_call(ledger, 800.0)
    end_call(ledger, old, 810.0)
    recent = begin_call(ledger, 970.0)
    end_call(ledger, recent, 990.0)
    begin_call(ledger, 995.0)
    drop_call(ledger, begin_call(ledger, 996.0))
    assert restore_calls(ledger, 1000.0, 2, 60, "boot-1") == [990.0, 1000.0]


def test_after_another_boot_the_whole_quota_counts_as_used_and_everything_is_due(ledger, claim):
    restore_calls(ledger, 1000.0, 2, 60, "boot-1")
    order = add(ledger, 1)
    put_off(ledger, order.id, 5000.0, 1)
    assert restore_calls(ledger, 3.0, 2, 60, "boot-2") == [3.0, 3.0]
    assert restore_calls(ledger, 4.0, 2, 60, "boot-2") == [3.0, 3.0]  # the next process knows it, too
    assert find_next_due(ledger, "c1") == 0


async def test_all_who_wait_in_one_turn_share_one_commit(ledger, claim, tmp_path):
    ledger.commit()
    committed = []
    ledger._connection.set_trace_callback(lambda text: committed.append(text) if text == "COMMIT" else None)

    async def write(record):
        add(ledger, record, f"A-{record}")
        await ledger.durable()

    await asyncio.gather(*(write(record) for record in range(20)))
    assert len(committed) == 1
    with sqlite3.connect(tmp_path / LEDGER_NAME) as other:
        assert other.execute("SELECT count(*) FROM orders").fetchone() == (20,)
    other.close()


async def test_a_commit_that_fails_is_told_to_all_who_wait_and_undone(ledger, claim):
    ledger.commit()
    ledger.write("PRAGMA defer_foreign_keys = ON")
    add_order(ledger, "nobody", 1, "A-1", "h", WAITING, ENTRY)
    answers = await asyncio.gather(ledger.durable(), ledger.durable(), return_exceptions=True)
    assert all(isinstance(answer, LedgerError) for answer in answers)
    assert list(list_orders(ledger, "nobody")) == []


def test_what_was_not_committed_is_gone(ledger, claim, tmp_path, clock):
    ledger.close()
    again = Ledger(tmp_path, clock)
    assert list_open_files(again) == []
    again.close()


def test_another_connection_reads_beside_the_daemon(ledger, claim, tmp_path, clock):
    ledger.commit()
    reader = Ledger(tmp_path, clock, read_only=True)
    assert len(list_open_files(reader)) == 1
    with pytest.raises(LedgerError, match="readonly"):
        add_file(reader, Claim("c2", "orders", "b.csv", AT))
    reader.close()


def test_only_its_owner_may_read_it(ledger, tmp_path):
    assert (tmp_path / LEDGER_NAME).stat().st_mode & 0o777 == 0o600


def test_a_ledger_of_a_newer_syncd_is_refused(ledger, tmp_path, clock):
    ledger.read(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    ledger.close()
    with pytest.raises(LedgerError, match="newer syncd"):
        Ledger(tmp_path, clock)


def test_a_damaged_ledger_is_told_in_a_sentence(tmp_path, clock):
    (tmp_path / LEDGER_NAME).write_bytes(b"this is no database, and it is long enough to be looked at" * 99)
    with pytest.raises(LedgerError, match=r"The ledger .*cannot be used"):
        Ledger(tmp_path, clock)


def test_a_missing_ledger_cannot_be_read(tmp_path, clock):
    with pytest.raises(LedgerError, match="unable to open"):
        Ledger(tmp_path, clock, read_only=True)
