"""`syncd check`: ten broken configs, each told with line, key and cure; folders, mounts and the ledger."""

import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner
from support.configs import API, ENVIRONMENT, SOURCE

from syncd.cli import program
from syncd.core.model import Claim
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import add_file

BROKEN = {
    "an unknown key": (
        API + SOURCE + "    settle_secs: 3\n",
        ":11:5: sources[0].settle_secs is no option; did you mean",
    ),
    "a duplicate key": (API + SOURCE + "    done: other\n", ":11:5: sources[0].done stands here again, after line 9"),
    "a missing key": (API + SOURCE.replace("    failed: failed\n", ""), ": sources[0].failed is missing; add failed:"),
    "a number as text": (
        API + SOURCE + "    settle_seconds: two\n",
        ":11:5: sources[0].settle_seconds must be a number such as",
    ),
    "a variable that is not set": (
        API.replace("_SECRET}", "_SECRT}") + SOURCE,
        ":5:3: api.client_secret needs the environment variable SYNCD_CLIENT_SECRT, which is not set; set it",
    ),
    "plain http": (API.replace("https", "http") + SOURCE, ":3:3: api.base_url must begin with https://"),
    "a tab": (API + SOURCE + "\tmatch: x\n", "a tab stands where only spaces may; indent with spaces"),
    "a wrong choice": (API + SOURCE + "    on_invalid: maybe\n", ":11:5: sources[0].on_invalid must be"),
    "one folder twice": (
        API + SOURCE.replace("done: done", "done: inbox"),
        "sources[0].done is the folder of sources[0].inbox too; give each a folder of its own",
    ),
    "an unknown zone": (API + SOURCE + "    timezone: Europe/Berln\n", "did you mean Europe/Berlin?"),
    "a schema that is none": (API + SOURCE + "    schema: own.json\n", "own.json: the schema cannot be used"),
    "several at once": (API.replace("https", "ftp") + SOURCE + "    match: []\n", ":11:5: sources[0].match"),
}


@pytest.fixture
def check(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.json").write_text('{"type": "objekt"}')

    def run(config, *words):
        (tmp_path / "config.yaml").write_text(config)
        return CliRunner(env=ENVIRONMENT).invoke(program, ["check", *words])

    return run


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_config_is_told_with_place_and_cure(what, check):
    config, sentence = BROKEN[what]
    told = check(config)
    assert told.exit_code == 2
    assert sentence in told.stderr
    assert told.stdout == ""
    assert all(line.startswith(("config.yaml:", "/")) for line in told.stderr.splitlines())
    assert "hunter2" not in told.stderr


def test_all_well_is_a_line_for_each_thing_and_makes_nothing(check, tmp_path):
    told = check(API + SOURCE + "inventory: {directory: stock}\n")
    assert told.exit_code == 0
    assert {line.split()[0] for line in told.stdout.splitlines()} == {"ok"}
    assert f"orders inbox: {tmp_path}/inbox, which syncd run will make" in told.stdout
    assert f"inventory: {tmp_path}/stock, which syncd run will make" in told.stdout
    assert "ledger: will be made at the first start; no daemon runs" in told.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"config.yaml", "own.json"}


def test_a_file_in_the_place_of_a_folder_is_a_failed_check(check, tmp_path):
    (tmp_path / "done").write_text("")
    told = check(API + SOURCE)
    assert told.exit_code == 1
    assert f"problem  orders done: {tmp_path}/done is a file, where a folder has to stand" in told.stdout


def test_a_folder_that_cannot_be_written_is_a_failed_check(check):
    told = check(API + SOURCE + "state_dir: /sys/syncd\n")
    assert told.exit_code == 1
    assert "problem  state: " in told.stdout


def test_a_ledger_that_stops_in_the_middle_is_damaged(check, tmp_path):
    (tmp_path / "state").mkdir()
    with closing(Ledger(tmp_path / "state", SystemClock())) as ledger:
        for number in range(500):
            add_file(ledger, Claim(f"claim-{number}", "orders", f"{number}.csv", SystemClock().now()))
        ledger.commit()
    path = tmp_path / "state/ledger.sqlite3"
    path.write_bytes(path.read_bytes()[:20_000] + bytes(path.stat().st_size - 20_000))
    assert check(API + SOURCE).exit_code == 1


def test_a_whole_ledger_is_well_and_a_damaged_one_is_not(check, tmp_path):
    (tmp_path / "state").mkdir()
    Ledger(tmp_path / "state", SystemClock()).close()
    assert "ok       ledger: whole; no daemon runs" in check(API + SOURCE).stdout
    (tmp_path / "state/ledger.sqlite3").write_bytes(b"no ledger at all" * 1000)
    told = check(API + SOURCE)
    assert told.exit_code == 1
    assert "problem  ledger: The ledger" in told.stdout


def test_a_ledger_of_a_newer_syncd_is_not_touched(check, tmp_path):
    (tmp_path / "state").mkdir()
    Ledger(tmp_path / "state", SystemClock()).close()
    connection = sqlite3.connect(tmp_path / "state/ledger.sqlite3")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "was written by a newer syncd" in check(API + SOURCE).stdout


def test_a_folder_on_another_mount_is_the_configs_fault(check, tmp_path):
    told = check(API + SOURCE.replace("done: done", "done: /dev/shm"))
    if "mount: one for all" in told.stdout:
        pytest.skip("here /dev/shm and the temporary folder are one mount")
    assert told.exit_code == 2
    assert f"done /dev/shm and work {tmp_path}/work lie on different mounts" in told.stdout


def test_without_any_config_it_says_where_it_looked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(program, ["check"])
    assert told.exit_code == 2
    assert "Name one with --config FILE." in told.stderr
