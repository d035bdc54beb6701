"""Files that are replaced, cut, appended to or gone at the worst moments: between look and claim, and after it."""

import os
from pathlib import Path
from random import Random

import pytest
from support.clocks import HandClock
from support.house import open_house
from support.orders import make_order, write_json, write_ndjson
from support.watch import gather_log, running, until

from syncd.config.model import SourceConfig
from syncd.edges.ledger import Ledger
from syncd.flows.taking import BREATH, Taker

WHOLE = write_ndjson(*(make_order(f"A-{number}") for number in range(40)))


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


class MeddlingClock(HandClock):
    """Lets a sender act between two batches of claims, where the loop has its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.meddle = lambda: None

    async def sleep(self, seconds: float) -> None:
        self.meddle()
        await super().sleep(seconds)


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more\n")


def replace(path: Path) -> None:
    other = path.with_name(".other")
    other.write_bytes(b"other")
    other.rename(path)


def become_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


def become_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def gain_a_link(path: Path) -> None:
    path.with_name(".second").hardlink_to(path)


CHANGES = {
    "appended": append,
    "cut": lambda path: os.truncate(path, 1),
    "replaced": replace,
    "a link": become_link,
    "a pipe": become_pipe,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "linked": gain_a_link,
    "gone": Path.unlink,
}


@pytest.mark.parametrize("others", [0, 2], ids=["alone", "in a batch"])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_file_that_changed_between_look_and_claim_settles_anew(tmp_path, change, others):
    source = SourceConfig("orders", *(tmp_path / name for name in ("inbox", "done", "failed", "work")))
    source.inbox.mkdir()
    for number in range(BREATH + 1 + others):
        (source.inbox / f"{number:03}.csv").write_bytes(b"abc")
    clock = MeddlingClock()
    taken = []
    first = source.inbox / f"{BREATH:03}.csv"
    ledger = Ledger(tmp_path, clock)
    taker = Taker(source, ledger, clock, Random(1))
    taker.on_claimed = taken.append
    await taker.sweep()
    clock.move(2)
    clock.meddle = lambda: CHANGES[change](first) if len(taken) == BREATH and first.name in taker.waiting else None
    await taker.sweep()
    assert len(taken) == BREATH + others
    assert [path.name for path in source.inbox.iterdir() if not path.name.startswith(".")] == (
        [] if change == "gone" else [first.name]
    )
    assert len(list(source.work.glob("*/*"))) == BREATH + others
    clock.meddle = lambda: None
    await taker.sweep()
    assert len(taken) == BREATH + others
    clock.move(2)
    await taker.sweep()
    assert len(taken) == BREATH + others + (change in {"appended", "cut", "replaced"})
    ledger.close()


@pytest.mark.parametrize("change", ["appended", "cut", "gone", "replaced", "a link"])
async def test_a_file_that_changes_after_the_claim_sends_no_more_and_stops_nobody(tmp_path, change):
    """Who has the file open, or reaches into work/, can spoil that one delivery; its report says so."""
    async with open_house(tmp_path, latency=(0.01, 0.02)) as house:
        house.drop("a.ndjson", WHOLE)
        async with running(house, requests=5, per_s=0.2):
            await until(lambda: house.sandbox.orders)
            (path,) = (house.root / "work").glob("*/a.ndjson")
            CHANGES[change](path)
            house.drop("b.json", write_json(make_order("B")))
            await until(lambda: house.names("done") == ["b.json"])
            await until((house.root / "failed/a.ndjson.report.json").exists)
        report = house.report("a.ndjson")
        assert [error["code"] for error in report["errors"]] == ["changed_while_processing"]
        sent = len(house.sandbox.orders) - 1
        assert (report["totals"]["accepted"], report["totals"]["not_sent"]) == (sent, 40 - sent)
        assert sent < 40


async def test_a_file_that_is_written_to_while_it_is_judged_sends_nothing(house):
    house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{number}") for number in range(3000))))
    async with running(house):
        (path,) = await until(lambda: list((house.root / "work").glob("*/a.ndjson")))
        append(path)
        await until((house.root / "failed/a.ndjson.report.json").exists)
    codes = {error["code"] for error in house.report("a.ndjson")["errors"]}
    assert codes & {"changed_while_processing", "json_syntax"}  # it depends on who was first
    assert house.sandbox.orders == {}


async def test_names_that_come_and_go_leave_no_trace(house):
    inbox = house.root / "inbox"
    with gather_log() as lines:
        async with running(house) as daemon:
            for number in range(200):
                path = inbox / f"flicker-{number}.json"
                path.write_bytes(b"")
                path.unlink()
                daemon.app.orders.ring("orders")
            house.drop("b.json", write_json(make_order("B")))
            await until(lambda: house.names("done") == ["b.json"] and not any((house.root / "work").iterdir()))
    assert not [line for line in lines if line["level"] in {"WARNING", "ERROR"}]
