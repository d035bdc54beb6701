"""What a run left in the inboxes is said in one sentence: real folders, no run."""

import pytest
from support.world import build_api_config, build_config

from syncd.cli.left import say_left
from syncd.edges.holds import write_holds


@pytest.fixture
def config(tmp_path):
    for folder in ("inbox", "state"):
        (tmp_path / folder).mkdir()
    return build_config(tmp_path, build_api_config())


def drop(config, name, content=b""):
    (config.sources[0].inbox / name).write_bytes(content)


def test_an_empty_inbox_is_not_mentioned(config):
    drop(config, ".hidden")
    assert say_left(config, {}) is None


def test_a_file_that_came_since_the_last_look_is_not_mentioned(config):
    drop(config, "a.csv", b"x")
    assert say_left(config, {}) is None


def test_each_file_is_named_with_its_reason(config):
    drop(config, "a.csv")
    drop(config, "b.docx", b"x")
    (config.sources[0].inbox / "folder").mkdir()
    assert say_left(config, {}) == "Left in the inbox: a.csv (0 bytes), b.docx (no source takes files of this name)."


def test_files_of_a_source_on_hold_are_named(config):
    drop(config, "a.csv", b"x")
    write_holds(config.state_dir, ["orders"])
    assert say_left(config, {}) == "Left in the inbox: a.csv (orders is on hold)."


def test_a_file_that_waits_for_its_marker_is_named(config):
    drop(config, "a.csv", b"x")
    assert say_left(config, {"orders": {"a.csv": "a.csv.done"}}) == "Left in the inbox: a.csv (waits for a.csv.done)."


def test_of_many_files_some_are_named(config):
    for number in range(7):
        drop(config, f"{number}.csv")
    told = say_left(config, {})
    assert told.count("(0 bytes)") == 5
    assert told.endswith(" and 2 more.")


def test_an_inbox_that_refuses_is_left_to_the_run(config):
    config.sources[0].inbox.rmdir()
    config.sources[0].inbox.write_bytes(b"")
    assert say_left(config, {}) is None
