"""What a run left in the inboxes is said in one sentence: real folders, no run."""

import os
from dataclasses import replace

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


def test_what_is_never_taken_is_named_with_the_reason_if_its_name_fits(config):
    inbox = config.sources[0].inbox
    drop(config, "a.csv", b"x")
    (inbox / "b.csv").hardlink_to(inbox / "a.csv")
    (inbox / "c.csv").symlink_to("a.csv")
    os.mkfifo(inbox / "d.csv")
    (inbox / "e.csv").mkdir()
    for name in ("link", "pipe.docx"):
        (inbox / name).symlink_to("a.csv")
    names = "a file with several hard links, which is never taken: leave it just one name"
    assert say_left(config, {}) == (
        f"Left in the inbox: a.csv ({names}), b.csv ({names}), c.csv (a link, which is never taken), "
        "d.csv (a pipe, which is never taken), e.csv (a folder, which is never taken)."
    )


def test_the_folders_of_a_source_are_not_named_where_they_stand_in_its_inbox(config):
    source = config.sources[0]
    source = replace(source, match=("*",), **{name: source.inbox / name for name in ("work", "done", "failed")})
    for folder in (source.work, source.done, source.failed):
        folder.mkdir()
    assert say_left(replace(config, sources=(source,)), {}) is None


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
