import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from support.house import open_house
from support.world import build_api_config, build_config

from syncd.cli import program
from syncd.cli.self_test import check_disks, compare_clocks, try_folders
from syncd.config.model import AlertsConfig, InventoryConfig

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)


@pytest.fixture
def config(tmp_path):
    config = build_config(tmp_path, build_api_config())
    source = config.sources[0]
    for folder in (source.inbox, source.work, source.done, source.failed, config.state_dir):
        folder.mkdir()
    return config


def test_folders_that_work_are_proven_and_left_as_they_were(config):
    found = list(try_folders(config.sources[0]))
    assert [(finding.good, finding.text) for finding in found] == [
        (True, "a file moves without overwriting another one"),
        (True, "come within seconds"),
    ]
    assert list(config.path.parent.glob("*/*")) == []


def test_an_inbox_without_events_is_polled_and_that_is_no_failure(config):
    source = config.sources[0]
    source.inbox.rmdir()
    _, events = try_folders(source)
    assert events.good
    assert "none came, so it is polled" in events.text


def test_a_folder_that_is_gone_is_named(config):
    source = config.sources[0]
    source.done.rmdir()
    moves, _ = try_folders(source)
    assert not moves.good
    assert "There is no folder" in moves.text


def test_a_disk_with_room_is_well_and_one_without_is_not(config):
    config = replace(config, inventory=InventoryConfig(config.path.parent))
    assert all(finding.good for finding in check_disks(replace(config, alerts=AlertsConfig(disk_free_bytes=1))))
    (full,) = check_disks(replace(config, alerts=AlertsConfig(disk_free_bytes=2**62)))
    assert not full.good
    assert full.text.startswith("only ")


def test_clocks_are_compared():
    assert compare_clocks(NOW, None).good
    assert compare_clocks(NOW, NOW + timedelta(seconds=30)).text == "agrees with the API's"
    assert "is 600 s ahead of the API's" in compare_clocks(NOW, NOW - timedelta(seconds=600)).text
    assert "is 600 s behind the API's" in compare_clocks(NOW, NOW + timedelta(seconds=600)).text


async def test_check_shows_it_all(tmp_path):
    async with open_house(tmp_path) as house:
        house.make_daemon()
        (tmp_path / "work").mkdir()
        words = ["check", "-c", str(tmp_path / "config.yaml")]
        said = (await asyncio.to_thread(CliRunner().invoke, program, words)).output
    for words in ("orders moves: a file moves", "orders events: come", "disk: "):
        assert words in said
