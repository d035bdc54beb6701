import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from support.clocks import HandClock
from support.house import open_house
from support.orders import make_order, write_ndjson

from syncd.cli import program
from syncd.config import load_config
from syncd.config.model import FolderRetention, RetentionConfig
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import Ledger
from syncd.edges.log import setup_log
from syncd.flows.retention import Retention


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        house.drop("good.ndjson", write_ndjson(make_order("A-1")))
        house.drop("bad.ndjson", write_ndjson(make_order("A-2", qty=0)))
        await house.settle()
        yield house


def names(house, folder):
    return sorted(path.name for path in (house.root / folder).iterdir())


async def clear(house, *, later_days=0.0, **limits):
    """Go round once, so many days later."""
    config = load_config(house.root / "config.yaml", {})
    source = replace(config.sources[0], retention=RetentionConfig(**limits))
    clock = HandClock()
    clock.wall = SystemClock().now() + timedelta(days=later_days)
    with closing(Ledger(config.state_dir, clock)) as ledger:
        await Retention(replace(config, sources=(source,)), ledger, clock).go_round()


async def test_what_is_past_its_retention_goes_with_all_that_stands_beside_it(house):
    await clear(house, later_days=10, failed=FolderRetention(days=5))
    assert names(house, "failed") == []
    assert names(house, "done") == ["good.ndjson", "good.ndjson.report.json"]


async def test_what_is_not_past_it_stays(house):
    before = names(house, "failed")
    await clear(house, later_days=4, failed=FolderRetention(days=5), done=FolderRetention(days=5))
    assert names(house, "failed") == before
    assert "bad.rejected.ndjson" in before


async def test_what_somebody_else_put_there_stays(house):
    (house.root / "done/mine.txt").write_text("mine")
    await clear(house, later_days=10, done=FolderRetention(days=5))
    assert names(house, "done") == ["mine.txt"]


async def test_a_folder_that_is_named_like_a_companion_stays_and_holds_up_nothing(house, capsys):
    setup_log("json", "INFO", list)
    (house.root / "done/good.ndjson.age").mkdir()
    await clear(house, later_days=10, done=FolderRetention(days=5))
    assert names(house, "done") == ["good.ndjson.age"]
    assert '"bug"' not in capsys.readouterr().err


async def test_by_count_the_newest_stay(house):
    for number in range(3):
        house.drop(f"{number}.ndjson", write_ndjson(make_order(f"B-{number}")))
        await house.settle()
    await clear(house, done=FolderRetention(files=2))
    assert [name for name in names(house, "done") if ".report" not in name] == ["1.ndjson", "2.ndjson"]


async def test_a_file_that_came_again_under_its_name_counts_from_its_second_time(house):
    """The first delivery is long past its retention; its name is that of a new one by now."""
    with closing(Ledger(house.root / "state", SystemClock())) as ledger:
        ledger.write("UPDATE files SET finished_at = '2020-01-01T00:00:00+00:00'")
        ledger.commit()
    CliRunner().invoke(program, ["retry", "-c", str(house.root / "config.yaml"), "--all"])
    await house.settle()
    await clear(house, later_days=1, failed=FolderRetention(days=5))
    assert "bad.ndjson" in names(house, "failed")


async def test_what_a_retry_left_behind_goes_too(house):
    CliRunner().invoke(program, ["retry", "-c", str(house.root / "config.yaml"), "--all"])
    assert len(names(house, "failed")) >= 2
    await clear(house, later_days=10, failed=FolderRetention(days=5))
    assert names(house, "failed") == []


async def test_each_removal_is_a_line_in_the_log(house, capsys):
    setup_log("json", "INFO", list)
    await clear(house, later_days=10, done=FolderRetention(days=5))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    removed = [line for line in lines if line["action"] == "file_removed"]
    assert [(line["file"], line["folder"], line["source"]) for line in removed] == [("good.ndjson", "done", "orders")]


async def test_a_folder_that_is_gone_holds_up_nothing(house):
    for path in (house.root / "done").iterdir():
        path.unlink()
    (house.root / "done").rmdir()
    await clear(house, later_days=10, done=FolderRetention(days=5), failed=FolderRetention(days=5))
    assert names(house, "failed") == []


async def test_a_daemon_goes_round_by_itself(house):
    extra = "    retention: {done: {days: 0.0000001}}\n"
    house.drop("more.ndjson", write_ndjson(make_order("C-1")))
    await house.settle(extra)
    assert "good.ndjson" not in names(house, "done")


async def test_a_round_begins_beside_the_work_and_only_now_and_then(house):
    config = load_config(house.root / "config.yaml", {})
    clock = HandClock()
    with closing(Ledger(config.state_dir, clock)) as ledger:
        retention = Retention(config, ledger, clock)
        await retention.close()
        await retention()
        first = retention._rounds._round
        await retention()
        assert retention._rounds._round is first
        await retention.close()
