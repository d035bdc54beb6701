"""The benchmark's old installation, in small: syncd itself takes it for its own."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from bench.contenders import Place
from bench.history import age_files, make_history
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import LEDGER_NAME, MIGRATIONS, Ledger
from syncd.edges.ledger_files import list_finished_files, list_open_files
from syncd.edges.ledger_orders import count_outcomes, find_delivery
from syncd.edges.ledger_status import check_integrity, count_since


def test_the_old_installation_is_one_that_syncd_could_have_left(tmp_path):
    place = Place(tmp_path)
    make_history(place, orders=6000, files=1000)
    with closing(Ledger(tmp_path / "state", SystemClock(), read_only=True)) as ledger:
        check_integrity(ledger)
        assert ledger.read_meta("boot_id") is None
        assert list_open_files(ledger) == []
        newest, *_ = list_finished_files(ledger, 1, "done")
        assert count_outcomes(ledger, newest.claim.id) == {"accepted": 6}
        assert (place.of("done") / newest.filed_as).exists()
        assert len(list_finished_files(ledger, 10, "failed")) == 1
        day_ago = datetime.now(UTC) - timedelta(days=1)
        assert 6 <= sum(count_since(ledger, day_ago)[1].values()) <= 24
    age_files(place)
    with closing(Ledger(tmp_path / "state", SystemClock(), read_only=True)) as ledger:
        assert sum(count_since(ledger, datetime.now(UTC) - timedelta(hours=1))[1].values()) == 0
    with closing(sqlite3.connect(tmp_path / "state" / LEDGER_NAME)) as ledger:
        assert ledger.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert list_indexes(ledger) == list_indexes_made_by_syncd(tmp_path / "fresh")
        account, reference, order_id = ledger.execute("SELECT account, reference, order_id FROM deliveries").fetchone()
    with closing(Ledger(tmp_path / "state", SystemClock(), read_only=True)) as ledger:
        assert find_delivery(ledger, account, reference).state == "accepted"
        assert find_delivery(ledger, account, reference).order_id == order_id
    assert len(list(place.of("done").iterdir())) == 2 * 999


def list_indexes_made_by_syncd(state_dir):
    state_dir.mkdir()
    with closing(Ledger(state_dir, SystemClock())), closing(sqlite3.connect(state_dir / LEDGER_NAME)) as fresh:
        return list_indexes(fresh)


def list_indexes(connection):
    return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
