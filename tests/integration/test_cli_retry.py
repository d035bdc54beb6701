"""`syncd retry`: failed files go back under their own names; what stood beside them stays, set aside."""

import json
import os

import pytest
from click.testing import CliRunner
from support.configs import API, SECOND, SOURCE

from syncd.cli import program
from syncd.core.names import report_name


@pytest.fixture
def retry(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(API + SOURCE + SECOND)
    for folder in ("inbox", "failed", "p/inbox", "p/failed"):
        (tmp_path / folder).mkdir(parents=True)
    return lambda *words: CliRunner().invoke(program, ["retry", *words])


def fail(folder, name, own_name=None, content="x"):
    """Put a failed file with its companions into a folder."""
    stem, _, ending = name.rpartition(".")
    (folder / name).write_text(content)
    report = {"file": {"name": own_name or name, "filed_as": name}}
    (folder / f"{name}.report.json").write_text(json.dumps(report))
    (folder / f"{stem}.rejected.{ending}").write_text("rejected")


def test_a_file_goes_back_and_its_companions_are_set_aside(retry, tmp_path):
    fail(tmp_path / "failed", "a.csv")
    told = retry("a.csv")
    assert (told.exit_code, told.stdout) == (0, "a.csv: back in inbox/a.csv\n")
    assert (tmp_path / "inbox/a.csv").read_text() == "x"
    rejected, report = sorted((tmp_path / "failed").iterdir(), key=lambda path: path.suffix)
    assert rejected.match("a.retried-*Z.rejected.csv")
    assert report.match("a.retried-*Z.csv.report.json")


def test_a_file_that_was_filed_under_another_name_gets_its_own_back(retry, tmp_path):
    fail(tmp_path / "failed", "a.20260115T100000Z-1a2b3c4d.csv", "a.csv")
    assert retry("failed/a.20260115T100000Z-1a2b3c4d.csv").stdout.endswith("back in inbox/a.csv\n")


def test_a_name_that_is_no_utf_8_comes_back_byte_for_byte(retry, tmp_path):
    name = os.fsdecode(b"\xff.csv")
    (tmp_path / "failed" / name).write_text("x")
    report = {"file": {"name": "\\xff.csv", "filed_as": "\\xff.csv"}}
    (tmp_path / "failed" / f"{name}.report.json").write_text(json.dumps(report))
    told = retry("--all")
    assert told.stdout == "\\xff.csv: back in inbox/\\xff.csv\n"
    assert [os.fsencode(path.name) for path in (tmp_path / "inbox").iterdir()] == [b"\xff.csv"]


def test_all_takes_every_file_with_a_report_and_no_companion(retry, tmp_path):
    fail(tmp_path / "failed", "a.csv")
    fail(tmp_path / "p/failed", "b.csv")
    (tmp_path / "failed/by-hand.csv").write_text("x")
    assert retry("--all", "--source", "partner").stdout == "b.csv: back in p/inbox/b.csv\n"
    assert retry("--all").stdout == "a.csv: back in inbox/a.csv\n"
    told = retry("--all")
    assert (told.exit_code, told.stdout) == (0, "No failed file stands there.\n")


def test_a_name_that_is_taken_in_the_inbox_stays_in_failed(retry, tmp_path):
    fail(tmp_path / "failed", "a.csv")
    fail(tmp_path / "failed", "b.csv")
    (tmp_path / "inbox/a.csv").write_text("another")
    told = retry("--all")
    assert told.exit_code == 1
    assert told.stderr == (
        "a.csv: It stays in failed, as a file of the name a.csv stands in the inbox. "
        "It goes back once that was taken; run syncd retry again then.\n"
    )
    assert told.stdout == "b.csv: back in inbox/b.csv\n"
    assert (tmp_path / "inbox/a.csv").read_text() == "another"
    assert (tmp_path / "failed/a.csv.report.json").exists()


@pytest.mark.parametrize("words", [["--all"], ["a.20260115T100000Z-1a2b3c4d.csv", "a.csv"]])
def test_of_files_that_came_under_one_name_the_oldest_goes_back_and_the_next_one_after_it(retry, tmp_path, words):
    failed, later = tmp_path / "failed", "a.20260115T100000Z-1a2b3c4d.csv"
    fail(failed, later, "a.csv", content="later")
    fail(failed, "a.csv", content="first")
    os.utime(failed / "a.csv.report.json", (1, 1))
    told = retry(*words)
    assert (told.exit_code, told.stdout) == (1, "a.csv: back in inbox/a.csv\n")
    assert told.stderr.startswith(f"{later}: It stays in failed, as a file of the name a.csv stands in the inbox.")
    assert (tmp_path / "inbox/a.csv").read_text() == "first"
    (tmp_path / "inbox/a.csv").unlink()  # it was taken
    told = retry("--all")
    assert (told.exit_code, told.stdout) == (0, f"{later}: back in inbox/a.csv\n")
    assert (tmp_path / "inbox/a.csv").read_text() == "later"


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (None, "It has no report beside it"),
        ("{", "Its report, a.csv.report.json, cannot be read"),
        ('{"file": {"name": "../../evil", "filed_as": "x"}}', "Its report, a.csv.report.json, names no file"),
    ],
)
def test_a_file_whose_name_cannot_be_known_stays(retry, tmp_path, report, sentence):
    (tmp_path / "failed/a.csv").write_text("x")
    if report is not None:
        (tmp_path / "failed/a.csv.report.json").write_text(report)
    told = retry("a.csv")
    assert told.exit_code == 1
    assert f"a.csv: {sentence}" in told.stderr
    assert (tmp_path / "failed/a.csv").exists()


def test_wrong_use_moves_nothing(retry, tmp_path):
    fail(tmp_path / "failed", "a.csv")
    fail(tmp_path / "p/failed", "a.csv")
    assert "several sources have such a file: orders, partner; say which with --source." in retry("a.csv").stderr
    assert "nope.csv: there is no such file in a failed folder." in retry("nope.csv", "failed/a.csv").stderr
    assert "There is no source nope; there are: orders, partner." in retry("--all", "--source", "nope").stderr
    for words in (["a.csv"], ["nope.csv"], [], ["a.csv", "--all"], ["--all", "--source", "nope"]):
        assert retry(*words).exit_code == 2
    assert list((tmp_path / "inbox").iterdir()) == []


def test_names_of_255_bytes_go_back_and_their_companions_are_set_aside(retry, tmp_path):
    names = [f"{letter * length}.csv" for letter, length in (("a", 251), ("b", 240), ("c", 222))]
    for name in names:
        (tmp_path / "failed" / name).write_text("x")
        report = {"file": {"name": name, "filed_as": name}}
        (tmp_path / "failed" / report_name(name)).write_text(json.dumps(report))
    told = retry("--all")
    assert (told.exit_code, told.exception) == (0, None)
    assert sorted(path.name for path in (tmp_path / "inbox").iterdir()) == names
    assert len(list((tmp_path / "failed").iterdir())) == 3


def test_a_name_that_no_file_can_have_is_wrong_use(retry):
    told = retry("a" * 256)
    assert told.exit_code == 2
    assert told.stderr.startswith("No file can have so long a name: ")
