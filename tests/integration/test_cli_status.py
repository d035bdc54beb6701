"""`syncd status` without a daemon: inboxes, ledger and last words are all it needs."""

import json
import os
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner
from support.configs import API, SOURCE

from syncd.cli import program
from syncd.cli.text import show_age
from syncd.core.model import Claim
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_calls import begin_call, end_call, restore_calls
from syncd.edges.ledger_files import add_file, close_file, settle_file
from syncd.edges.lock import acquire_lock
from syncd.edges.status_file import Status, read_status, write_status

CLOCK = SystemClock()


@pytest.fixture
def status(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(API + SOURCE)
    (tmp_path / "state").mkdir()
    (tmp_path / "inbox").mkdir()

    def run(*words):
        told = CliRunner().invoke(program, ["status", *words])
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout) if words else told.stdout

    return run


def test_it_needs_neither_credentials_nor_a_ledger(status):
    found = status("--json")
    assert found["version"] == 1
    assert found["daemon"] == {"running": False, "pid": None}
    assert found["last_inventory"] is None
    assert found["sources"][0]["waiting"] == {"files": 0, "oldest_seconds": None, "unmatched": 0}
    assert "Wrong now: nothing" in status()


def test_what_waits_and_what_no_source_takes_is_told(status, tmp_path):
    for name in ("a.csv", "b.csv", "1.xml", "2.xml", "3.xml", "4.xml", ".hidden.csv"):
        (tmp_path / "inbox" / name).write_text("x")
    os.mkfifo(tmp_path / "inbox/pipe.csv")
    found = status("--json")
    waiting = found["sources"][0]["waiting"]
    assert (waiting["files"], waiting["unmatched"]) == (2, 4)
    assert 0 <= waiting["oldest_seconds"] < 60
    first, second = found["troubles"]
    assert first == "Files wait, but no syncd runs: start it with `syncd run`."
    assert second.startswith(f"{tmp_path}/inbox: no source takes files named like 1.xml, 2.xml, 3.xml and 1 more;")
    assert "2, oldest" in status()


def test_the_quota_counts_a_call_until_its_window_after_the_answer_is_over(status, tmp_path):
    with closing(Ledger(tmp_path / "state", CLOCK)) as ledger:
        now = CLOCK.monotonic()
        restore_calls(ledger, now, 100, 60, CLOCK.boot_id())
        for ended in (now - 61, now - 30, now):
            end_call(ledger, begin_call(ledger, ended - 1), ended)
        begin_call(ledger, now)
        ledger.commit()
    assert status("--json")["quota"]["used"] == 3
    with closing(Ledger(tmp_path / "state", CLOCK)) as ledger:
        ledger.write_meta("boot_id", "another")
        ledger.commit()
    assert status("--json")["quota"] == {"requests": 100, "per_seconds": 60.0, "used": 0, "known": True}
    with acquire_lock(tmp_path / "state"):  # a daemon that runs where the boot-time clock is another one
        assert status("--json")["quota"]["known"] is False
        assert "Quota: 100 calls in 60 s; how many are used cannot be told from here" in status()


def test_files_of_the_last_day_are_counted_and_the_last_ones_named(status, tmp_path):
    now = CLOCK.now()
    with closing(Ledger(tmp_path / "state", CLOCK)) as ledger:
        for number, age in enumerate((timedelta(days=3), timedelta(hours=1), timedelta(0))):
            add_file(ledger, Claim(f"c{number}", "orders", f"{number}.csv", now - age))
            settle_file(ledger, f"c{number}", "done", f"{number}.csv", now - age, {})
            close_file(ledger, f"c{number}", "done")
        add_file(ledger, Claim("open", "orders", "open.csv", now))
        ledger.commit()
    found = status("--json")
    assert found["sources"][0]["files"] == {"claimed": 1, "done": 2}
    assert [file["name"] for file in found["last_files"]] == ["2.csv", "1.csv", "0.csv"]
    assert "1 claimed" in status()
    assert found["troubles"] == ["Files wait, but no syncd runs: start it with `syncd run`."]


def test_what_is_to_be_mended_is_named_with_its_place(status, tmp_path):
    with closing(Ledger(tmp_path / "state", CLOCK)) as ledger:
        for claim_id in ("c1", "c2"):
            add_file(ledger, Claim(claim_id, "orders", f"{claim_id}.csv", CLOCK.now()))
            settle_file(ledger, claim_id, "failed", f"{claim_id}.csv", CLOCK.now(), {"invalid": 1})
            close_file(ledger, claim_id, "failed")
        ledger.commit()
    assert "To mend" not in status()
    (tmp_path / "failed").mkdir()
    (tmp_path / "failed/c1.rejected.csv").touch()
    told = status()
    assert told.rstrip().endswith(
        f"To mend and drop again (each with its report beside it):\n  {tmp_path}/failed/c1.rejected.csv"
    )


def test_the_daemons_last_word_is_passed_on(status, tmp_path):
    at = CLOCK.now()
    write_status(tmp_path / "state", Status(at, ("The disk is full.",)))
    assert read_status(tmp_path / "state") == Status(at, ("The disk is full.",))
    assert status("--json")["troubles"][0].endswith("Z): The disk is full.")
    with acquire_lock(tmp_path / "state"):
        assert status("--json")["troubles"] == ["The disk is full."]
        assert status().splitlines()[0] == f"syncd runs (process {os.getpid()}); environment: production"


def test_a_garbled_last_word_does_no_harm(status, tmp_path):
    (tmp_path / "state/status.json").write_text('{"at": 3')
    assert status("--json")["troubles"] == []


def test_an_inbox_that_cannot_be_listed_is_told(status, tmp_path):
    (tmp_path / "inbox").rmdir()
    (tmp_path / "inbox").write_text("")
    assert len(status("--json")["troubles"]) == 1


@pytest.mark.parametrize(
    ("seconds", "words"), [(-3, "0 s"), (12.4, "12 s"), (119, "119 s"), (300, "5 min"), (7200, "2 h"), (1e6, "12 d")]
)
def test_ages_are_told_in_their_largest_fitting_unit(seconds, words):
    assert show_age(seconds) == words
