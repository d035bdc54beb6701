import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from support.clocks import HandClock

from syncd.core.inventory import Item, write_head, write_item
from syncd.edges.asks import Answer, forget_asks, take_answer, take_asks, write_answer, write_ask
from syncd.edges.ledger_pages import PollPages
from syncd.edges.snapshots import SnapshotDamagedError, SnapshotFolder, open_snapshot
from syncd.errors import StorageError

AT = datetime(2026, 1, 15, 10, tzinfo=UTC)


def lines(count):
    return [write_item(Item(f"P-{number:06}", "PS", number, 0, Decimal("0.5"), None)) for number in range(count)]


@pytest.fixture
def folder(tmp_path):
    folder = SnapshotFolder(tmp_path / "inventory", HandClock())
    folder.prepare()
    return folder


async def publish(folder, count, at=AT):
    stem = folder.choose_stem("inventory", at)
    entry = await folder.write_series(stem, at, 1.25, iter(lines(count)))
    await folder.replace_latest(stem)
    return stem, entry


async def test_what_is_published_comes_back(folder):
    stem, entry = await publish(folder, 3)
    latest = folder.find_latest()
    assert (latest.taken_at, latest.took_s) == (AT, 1.2)
    assert list(latest.lines()) == lines(3)
    assert (entry["file"], entry["rows"]) == (f"{stem}.json", 3)
    rows = (folder.directory / f"{stem}.csv").read_text().splitlines()
    assert rows[:2] == ["sku,location,on_hand,reserved,available,updated_at", "P-000000,PS,0,0,0.5,"]


async def test_much_is_written_in_small_pieces(folder):
    stem, entry = await publish(folder, 20_000)
    assert entry["bytes"] == (folder.directory / f"{stem}.json").stat().st_size > 1024**2
    assert sum(1 for _ in folder.find_latest().lines()) == 20_000


async def test_a_snapshot_that_somebody_laid_out_anew_is_read_as_well(folder):
    await publish(folder, 3)
    path = folder.directory / "latest.json"
    value = json.loads(path.read_bytes())
    value["items"].reverse()
    path.write_text(json.dumps(value, indent=2))
    assert [line.sku for line in open_snapshot(path).lines()] == ["P-000000", "P-000001", "P-000002"]
    value["items"][0]["sku"] = 5
    path.write_text(json.dumps(value))
    with pytest.raises(SnapshotDamagedError):
        list(open_snapshot(path).lines())


@pytest.mark.parametrize("content", ["", "{}", "[", "5\n", '{"version": 2, "complete": true}', "\0"])
def test_what_is_no_snapshot_is_refused(folder, content):
    (folder.directory / "latest.json").write_text(content)
    with pytest.raises(SnapshotDamagedError, match="no whole snapshot"):
        folder.find_latest()


async def test_a_snapshot_without_its_end_is_noticed(folder):
    await publish(folder, 3)
    path = folder.directory / "latest.json"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(SnapshotDamagedError):
        list(folder.find_latest().lines())


async def test_a_clock_put_back_overwrites_nothing(folder):
    assert (await publish(folder, 1))[0] == "inventory-20260115T100000Z"
    assert (await publish(folder, 2))[0] == "inventory-20260115T100000Z-2"
    assert (await publish(folder, 2))[0] == "inventory-20260115T100000Z-3"
    assert len(folder.list_taken("inventory")) == 3


async def test_only_a_held_snapshot_newer_than_the_published_one_waits(folder):
    assert folder.find_held(None) is None
    await folder.write_aside(folder.choose_stem("held", AT), write_head(AT, 1.0), lines(1))
    assert folder.find_held(None).taken_at == AT
    assert folder.find_held(AT) is None
    assert folder.find_held(AT - timedelta(seconds=1)).taken_at == AT


def test_a_torn_manifest_loses_one_line_at_most(folder):
    assert folder.read_manifest() == []
    folder.write_manifest([{"file": "a"}])
    with (folder.directory / "manifest.jsonl").open("a") as file:
        file.write('5\n{"fi')
    assert folder.read_manifest() == [{"file": "a"}]


def test_rows_come_in_order_and_none_twice(tmp_path):
    with PollPages(tmp_path) as pages:
        assert list(tmp_path.iterdir()) == []
        assert pages.add(reversed(lines(1200)))
        assert pages.count_skus() == 1200
        assert list(pages.lines()) == lines(1200)
        assert not pages.add(lines(1))


def test_a_folder_that_takes_nothing_is_said(tmp_path):
    with pytest.raises(StorageError, match="rows of an inventory poll cannot be kept"):
        PollPages(tmp_path / "missing")


def test_an_ask_is_taken_once_and_its_answer_once(tmp_path):
    token = write_ask(tmp_path, "pull")
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o644]  # the daemon reads what root asks
    (ask,) = take_asks(tmp_path)
    assert (ask.token, ask.word) == (token, "pull")
    assert list(take_asks(tmp_path)) == []
    assert take_answer(tmp_path, token) is None
    write_answer(tmp_path, ask, Answer(True, "Done."))
    assert take_answer(tmp_path, token) == Answer(True, "Done.")
    assert take_answer(tmp_path, token) is None
    write_ask(tmp_path, "pull")
    forget_asks(tmp_path)
    assert list(tmp_path.iterdir()) == []
