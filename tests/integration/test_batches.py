"""Files that are taken together stand in one folder of work, and each still goes a way of its own."""

import contextlib
import hashlib
from random import Random

import pytest
from support.clocks import HandClock
from support.house import open_house
from support.orders import make_order, write_csv
from support.watch import running, until

from syncd.config.model import SourceConfig
from syncd.core.names import folder_name
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import list_in_folder, list_open_files
from syncd.flows.recovery import adopt_strays
from syncd.flows.taking import Taker

FOLDER = "20260101T000000000000-00000000"
NAMES = ("a.csv", "b.csv", "c.csv")
CHECKSUM = '    complete: {checksum: "{name}.sha256"}\n'


def write_file(name: str) -> bytes:
    return write_csv(make_order(f"{name[0].upper()}-1"))


def write_checksum(name: str) -> bytes:
    return f"{hashlib.sha256(write_file(name)).hexdigest()}  {name}\n".encode()


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
