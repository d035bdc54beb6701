"""Files that are taken together stand in one folder of work, and each still goes a way of its own."""

import asyncio
import contextlib
import errno
import hashlib
from pathlib import Path
from random import Random

import pytest
from support.clocks import HandClock
from support.effects import watching_fsync
from support.house import open_house
from support.mappings import CHECKER
from support.orders import make_order, write_csv
from support.watch import FastClock, gather_log, running, troubles, until

from syncd.config.model import SourceConfig
from syncd.core.intake import Reading
from syncd.core.names import folder_name
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import list_in_folder, list_open_files
from syncd.edges.syncs import Syncs
from syncd.errors import StorageError
from syncd.flows.desk import Desk
from syncd.flows.judging import judge_file
from syncd.flows.recovery import adopt_strays
from syncd.flows.taking import RENAME_S, SMALL_BYTES, Taker

FOLDER = "20260101T000000000000-00000000"
NAMES = ("a.csv", "b.csv", "c.csv")
CHECKSUM = '    complete: {checksum: "{name}.sha256"}\n'


def write_file(name: str) -> bytes:
    return write_csv(make_order(f"{name[0].upper()}-1"))


def write_checksum(name: str) -> bytes:
    return f"{hashlib.sha256(write_file(name)).hexdigest()}  {name}\n".encode()


def write_many(name: str, count: int) -> bytes:
    return write_csv(*(make_order(f"{name[0].upper()}-{number}") for number in range(count)))


def check_many(house, name: str, count: int) -> None:
    """The report tells of each order of a file, with its line; each was sent once, but for what it says was not."""
    orders = house.report(name)["orders"]
    told = [(order["reference"], order["lines"]) for order in orders]
    assert told == [(f"{name[0].upper()}-{number}", [number + 2]) for number in range(count)]
    sent = {order["reference"] for order in orders if order["outcome"] in {"accepted", "already_accepted"}}
    assert {order["outcome"] for order in orders if order["reference"] not in sent} <= {"not_sent"}
    assert {reference for reference in house.sandbox.orders if reference[0] == name[0].upper()} == sent
    assert {house.sandbox.orders[reference].times_created for reference in sent} <= {1}


def list_work(house) -> list[str]:
    return sorted(str(path.relative_to(house.root / "work")) for path in (house.root / "work").rglob("*"))


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


@pytest.fixture
def source(tmp_path):
    found = SourceConfig("orders", *(tmp_path / name for name in ("inbox", "done", "failed", "work")), settle_seconds=0)
    found.inbox.mkdir()
    return found


@pytest.fixture
def ledger(tmp_path):
    with contextlib.closing(Ledger(tmp_path, HandClock())) as ledger:
        yield ledger


async def test_a_file_that_has_two_names_for_a_moment_is_looked_at_again_soon(source, ledger):
    """Some senders link a file to its new name, and then remove the old one."""
    clock = HandClock()
    taker = Taker(source, ledger, clock, Random(1))
    upload = source.inbox / "a.csv.part"
    upload.write_bytes(write_file("a.csv"))
    (source.inbox / "a.csv").hardlink_to(upload)
    with gather_log() as lines:
        assert await taker.sweep() - clock.monotonic() < 0.5
        assert not taker.is_idle()
        upload.unlink()
        await taker.sweep()
        assert taker.is_idle()
        assert [row.claim.name for row in list_open_files(ledger)] == ["a.csv"]
        upload.write_bytes(b"")
        (source.inbox / "b.csv").hardlink_to(upload)
        assert await taker.sweep() - clock.monotonic() < 0.5
        clock.move(RENAME_S)
        assert await taker.sweep() - clock.monotonic() >= RENAME_S  # it stays so: no reason to look more often
        assert taker.is_idle()
        await taker.sweep()
    assert [line["file"] for line in lines.pick("file_left_alone")] == ["b.csv"]


async def test_a_batch_shares_a_folder_and_leaves_nothing_of_it(house):
    for name in NAMES:
        house.drop(name, write_file(name))
    await house.settle()
    assert house.names("done") == list(NAMES)
    assert list_work(house) == []
    with contextlib.closing(Ledger(house.root / "state", HandClock())) as ledger:
        ids = [row[0] for row in ledger.read("SELECT id FROM files ORDER BY id")]
    assert [claim_id.removeprefix(folder_name(ids[0])) for claim_id in ids] == [".00", ".01", ".02"]


async def test_a_file_alone_has_a_folder_of_its_own_name(source, ledger):
    (source.inbox / "a.csv").write_bytes(b"abc")
    await Taker(source, ledger, HandClock(), Random(1)).sweep()
    (row,) = list_open_files(ledger)
    assert [str(path.relative_to(source.work)) for path in source.work.glob("*/*")] == [f"{row.claim.id}/a.csv"]


async def test_a_batch_that_was_taken_and_not_written_down_is_taken_in_where_it_stands(house):
    folder = house.root / "work" / FOLDER
    folder.mkdir(parents=True)
    for name in NAMES[:2]:
        (folder / name).write_bytes(write_file(name))
    house.drop(NAMES[2], write_file(NAMES[2]))
    await house.settle()
    assert house.names("done") == list(NAMES)
    assert list_work(house) == []
    with contextlib.closing(Ledger(house.root / "state", HandClock())) as ledger:
        assert [row.claim.name for row in list_in_folder(ledger, FOLDER)] == list(NAMES[:2])


async def test_checksums_still_belong_to_their_files_when_a_batch_was_not_written_down(house):
    folder = house.root / "work" / FOLDER
    folder.mkdir(parents=True)
    for number, name in enumerate(NAMES):
        beside = house.root / f"work/.beside-{FOLDER}.{number:02}"
        beside.mkdir()
        (beside / f"{name}.sha256").write_bytes(write_checksum(name))
        (folder / name if number < 2 else house.root / "inbox" / name).write_bytes(write_file(name))
    await house.settle(CHECKSUM)
    assert house.names("done") == [kept for name in NAMES for kept in (name, f"{name}.sha256")]
    assert list_work(house) == []


async def test_what_is_put_into_a_shared_folder_by_hand_is_kept_and_taken_in_at_the_next_start(house):
    for name in NAMES:
        house.drop(name, write_csv(*(make_order(f"{name}-{number}") for number in range(20))))
    async with running(house, requests=10, per_s=0.2) as daemon:
        (folder,) = await until(lambda: list({path.parent for path in (house.root / "work").glob("*/?.csv")}))
        (folder / "d.csv").write_bytes(write_file("d.csv"))
        await until(lambda: house.names("done") == list(NAMES))
        await until(lambda: list_work(house) == [folder.name, f"{folder.name}/d.csv"])
        assert daemon.app.orders.list_troubles() == []
    await house.settle()
    assert house.names("done") == [*NAMES, "d.csv"]
    assert list_work(house) == []


def test_ids_of_files_that_are_taken_in_meet_nothing_that_the_ledger_knows(source, ledger, tmp_path):
    clock, random = HandClock(), Random(1)
    for folder, names in ((FOLDER, ("a.csv",)), ("by.hand", ("b.csv",)), ("two", ("c.csv", "d.csv"))):
        (source.work / folder).mkdir(parents=True)
        for name in names:
            (source.work / folder / name).touch()
    adopt_strays(source, ledger, clock, random)
    (source.work / FOLDER / "e.csv").touch()
    (source.work / FOLDER / "a.csv").unlink()
    adopt_strays(source, ledger, clock, random)
    adopt_strays(source, ledger, clock, random)
    found = {row.claim.name: row.claim.id for row in list_open_files(ledger)}
    assert found["a.csv"] == FOLDER
    assert {name: folder_name(claim_id) for name, claim_id in found.items()} == {
        "a.csv": FOLDER,
        "b.csv": "by.hand",
        "c.csv": "two",
        "d.csv": "two",
        "e.csv": FOLDER,
    }
    assert len(set(found.values())) == 5


async def test_a_batch_that_is_refused_half_way_goes_on_with_what_was_taken(source, ledger):
    """The ledger refuses after the first rename: what was taken is adopted, what was not settles anew."""
    for name in NAMES:
        (source.inbox / name).write_bytes(b"abc")
    clock, random = HandClock(), Random(1)
    taker = Taker(source, ledger, clock, random)
    ledger.write(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON files WHEN NEW.id LIKE '%.01' BEGIN SELECT raise(FAIL, ''); END"
    )
    await taker.sweep()
    assert taker.trouble is not None
    ledger.write("DROP TRIGGER refuse")
    taken = sorted(path.name for path in source.work.glob("*/*"))
    assert taken == list(NAMES[:2])
    adopt_strays(source, ledger, clock, random)
    await taker.sweep()
    assert sorted(row.claim.name for row in list_open_files(ledger)) == list(NAMES)
    assert sorted(path.name for path in source.work.glob("*/*")) == list(NAMES)


async def test_large_files_stand_alone_and_the_order_of_taking_is_kept(source, ledger):
    clock, taken = HandClock(), []
    taker = Taker(source, ledger, clock, Random(1))
    taker.on_claimed = taken.append
    sizes = {"a.csv": 1, "b.csv": SMALL_BYTES + 1, "c.csv": SMALL_BYTES, "d.csv": 1}
    for name, size in sizes.items():
        (source.inbox / name).write_bytes(bytes(size))
    await taker.sweep()
    folders = {claim.name: folder_name(claim.id) for claim in taken}
    assert [*folders] == sorted(folders) == sorted(sizes)
    assert folders["b.csv"] not in {folders["a.csv"], folders["c.csv"]}
    assert folders["c.csv"] == folders["d.csv"]
    assert [row.claim.name for row in list_open_files(ledger)] == [*sizes]


async def test_the_side_file_stays_until_the_last_file_of_its_batch_is_filed(house):
    house.drop("a.csv", write_many("a.csv", 120))
    house.drop("b.csv", write_csv(make_order("B-1", Currency="EURO")))
    house.drop("c.csv", write_many("c.csv", 20))
    with gather_log() as lines:
        async with running(house, requests=10, per_s=0.2) as daemon:
            await until(lambda: len(lines.pick("file_judged")) == 3)
            (taken_out,) = (house.root / "work").glob("*/c.csv")
            taken_out.unlink()
            await until(lambda: lines.pick("original_gone") and house.names("failed"))
            (claim,) = lines.pick("file_claimed", file="a.csv")
            folder = folder_name(claim["claim"])
            assert list_work(house) == [folder, f"{folder}.judged", f"{folder}/a.csv"]
            await until(lambda: list_work(house) == [])
            assert troubles(daemon) == []
    assert (house.names("done"), house.names("failed")) == (["a.csv"], ["b.csv"])
    for name, count in (("a.csv", 120), ("c.csv", 20)):
        check_many(house, name, count)
    assert house.report("a.csv")["totals"]["accepted"] == 120
    assert house.outcomes("b.csv") == [("B-1", "invalid")]


async def test_a_lost_side_file_costs_no_file_of_its_batch_anything(house):
    for name in NAMES:
        house.drop(name, write_many(name, 20))
    with gather_log() as lines:
        async with running(house, requests=10, per_s=0.2):
            await until(lambda: len(lines.pick("file_judged")) == 3 and len(house.sandbox.orders) > 5)
            (side_file,) = (house.root / "work").glob("*.judged")
            side_file.unlink()
            await until(lambda: list_work(house) == [])
    assert house.names("done") == list(NAMES)
    assert {line["claim"][-3:] for line in lines.pick("judged_lost")} == {".00", ".01", ".02"}
    for name in NAMES:
        check_many(house, name, 20)


async def test_side_files_of_the_older_naming_are_removed_and_their_files_go_their_way(house):
    for name in NAMES:
        house.drop(name, write_many(name, 20))
    with gather_log() as lines:
        async with running(house, requests=10, per_s=0.2):
            await until(lambda: len(lines.pick("file_judged")) == 3 and len(house.sandbox.orders) > 5)
    (side_file,) = (house.root / "work").glob("*.judged")
    for number in range(3):
        side_file.with_name(f"{side_file.stem}.{number:02}.judged").write_bytes(side_file.read_bytes())
    side_file.unlink()
    assert (await house.settle()).name == "SETTLED"
    assert list_work(house) == []
    assert house.names("done") == list(NAMES)
    for name in NAMES:
        check_many(house, name, 20)


async def test_a_folder_that_somebody_put_a_file_into_is_left_once_that_is_moved_away(house):
    """The end of a file alone in its folder is refused, and tried again until it succeeds."""
    house.drop("a.csv", write_many("a.csv", 20))
    with gather_log() as lines:
        async with running(house, clock=FastClock(), requests=10, per_s=4) as daemon:
            (original,) = await until(lambda: list((house.root / "work").glob("*/a.csv")))
            (by_hand := original.with_name("by hand.csv")).touch()
            await until(lambda: any("which should be empty" in trouble for trouble in troubles(daemon)))
            by_hand.unlink()
            await until(lambda: list_work(house) == [] and not troubles(daemon))
    assert lines.pick("bug") == []
    check_many(house, "a.csv", 20)


class SlowDisk(HandClock):
    """Its threads begin to sync when they are let."""

    def __init__(self):
        super().__init__()
        self.turns = asyncio.Semaphore(0)

    async def beside(self, function):
        await self.turns.acquire()
        function()


async def test_a_refused_fsync_is_heard_by_all_whose_entries_it_was_to_make_durable(source, ledger):
    """What the kernel could not write it forgets: that the next fsync succeeds says nothing about it."""
    for name in NAMES[:2]:
        (source.inbox / name).write_bytes(write_file(name))
    clock, failed = SlowDisk(), []
    await Taker(source, ledger, clock, Random(1)).sweep()
    desk, syncs = Desk(ledger, [source]), Syncs(clock)

    def fail_once(descriptor):
        if str(Path(f"/proc/self/fd/{descriptor}").readlink()).endswith(".judged") and not failed:
            failed.append(descriptor)
            raise OSError(errno.EIO, "")

    async def begin(waiting):
        task = asyncio.ensure_future(waiting)
        for _ in range(100):  # until it waits for the disk
            await asyncio.sleep(0)
        return task

    def judge(row):
        return judge_file(row, Reading(checker=CHECKER), desk, ledger, clock, syncs, lambda: False)

    rows = list_open_files(ledger)
    for row in rows:
        desk.open(row)
    with watching_fsync(fail_once):
        begun = [await begin(asyncio.gather(syncs.folder(source.inbox), syncs.folder(source.work)))]
        begun += [await begin(syncs.move(source.inbox, source.work)), await begin(judge(rows[0]))]
        clock.turns.release()
        begun.append(await begin(judge(rows[1])))
        assert not failed
        for _ in range(2):
            clock.turns.release()
        *_, first, second = await asyncio.gather(*begun, return_exceptions=True)
    assert len(failed) == 1
    assert (type(first), type(second)) == (StorageError, StorageError)


async def test_a_disk_that_refuses_every_fsync_is_not_filled_by_the_tries(source, ledger):
    for name in NAMES:
        (source.inbox / name).write_bytes(write_file(name))
    clock = HandClock()
    await Taker(source, ledger, clock, Random(1)).sweep()
    desk, syncs = Desk(ledger, [source]), Syncs(clock)
    rows = list_open_files(ledger)
    for row in rows:
        desk.open(row)
    side_file = desk.judged_path(rows[0].claim.id)

    async def judge_all():
        reading = Reading(checker=CHECKER)
        judging = (judge_file(row, reading, desk, ledger, clock, syncs, lambda: False) for row in rows)
        return await asyncio.gather(*judging, return_exceptions=True)

    def fail(descriptor):
        if str(Path(f"/proc/self/fd/{descriptor}").readlink()).endswith(".judged"):
            raise OSError(errno.EIO, "")

    with watching_fsync(fail):
        for _ in range(3):
            assert [type(answer) for answer in await judge_all()] == 3 * [StorageError]
            assert side_file.stat().st_size == 0
    assert [row.state for row in await judge_all()] == 3 * ["carrying"]
    assert side_file.stat().st_size > 0
