"""Folders and disks that refuse: everything is held with a sentence, nothing is lost, and it goes on by itself."""

import shutil
from pathlib import Path

import pytest
from support.house import open_house
from support.orders import make_order, write_json
from support.spoil import disk_full, permission_lost, read_only, remount, small_disk
from support.watch import FastClock, gather_log, running, troubles, until

from syncd.edges.status_file import read_status

GOOD = {f"good-{number}.json": write_json(make_order(f"G-{number}")) for number in range(3)}
BAD = {f"bad-{number}.json": write_json(make_order(f"B-{number}", qty=0)) for number in range(3)}


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


def is_told(house, daemon, folder: Path) -> bool:
    """Return whether the daemon, and what it leaves for `syncd status`, name the folder."""
    status = read_status(house.root / "state")
    said = [sentence for sentence in troubles(daemon) if str(folder) in sentence]
    return bool(said) and status is not None and set(said) <= set(status.troubles)


def drop_all(house) -> None:
    for name, content in {**GOOD, **BAD}.items():
        house.drop(name, content)


def is_filed(house) -> bool:
    moved = house.names("done") == sorted(GOOD) and house.names("failed") == sorted(BAD)
    return moved and not list((house.root / "work").iterdir())


async def wait_for_tries(clock: FastClock) -> None:
    """Let the daemon try in vain a few times."""
    enough_at = clock.monotonic() + 25
    await until(lambda: clock.monotonic() > enough_at)


async def write_into_a_closed_inbox(house, daemon, clock: FastClock) -> None:
    """Files that are written in place settle in an inbox that lets none of them go."""
    inbox = house.root / "inbox"
    for name in (*GOOD, *BAD):
        (inbox / name).touch()
    with permission_lost(inbox):
        for name, content in {**GOOD, **BAD}.items():
            (inbox / name).write_bytes(content)
        await until(lambda: is_told(house, daemon, inbox))
        await wait_for_tries(clock)


def check_all_is_well(house, lines) -> None:
    assert not lines.pick("bug"), lines.pick("bug")
    assert {name: order.times_created for name, order in house.sandbox.orders.items()} == {
        f"G-{n}": 1 for n in range(3)
    }
    assert list((house.root / "work").iterdir()) == []
    for folder, files in (("done", GOOD), ("failed", BAD)):
        for name, content in files.items():
            assert (house.root / folder / name).read_bytes() == content


@pytest.mark.parametrize("name", ["inbox", "work", "done", "failed"])
async def test_a_folder_that_refuses_holds_its_files_until_it_takes_them_again(house, name):
    folder = house.root / name
    clock = FastClock()
    with gather_log() as lines:
        async with running(house, clock=clock) as daemon:
            await until((house.root / "work").is_dir)
            if name == "inbox":
                await write_into_a_closed_inbox(house, daemon, clock)
            else:
                with permission_lost(folder):
                    drop_all(house)
                    await until(lambda: is_told(house, daemon, folder))
                    await wait_for_tries(clock)
            await until(lambda: is_filed(house))
            await until(lambda: not troubles(daemon) and read_status(house.root / "state").troubles == ())
    check_all_is_well(house, lines)
    held = [line for line in lines if line["level"] == "ERROR"]
    assert len({(line["action"], line.get("claim")) for line in held}) == len(held)  # each said once


async def test_a_full_disk_of_the_folders_holds_everything_until_there_is_room(tmp_path):
    with small_disk(tmp_path / "disk"):
        async with open_house(tmp_path / "disk") as house:
            with gather_log() as lines:
                async with running(house, clock=FastClock(), state_dir=str(tmp_path / "state")) as daemon:
                    await until((house.root / "work").is_dir)
                    inbox = house.root / "inbox"
                    for name, content in {**GOOD, **BAD}.items():
                        (inbox / f".{name}").write_bytes(content)
                    with disk_full(house.root):
                        for name in (*GOOD, *BAD):
                            (inbox / f".{name}").rename(inbox / name)
                        await until(lambda: troubles(daemon))
                        assert [sentence for sentence in troubles(daemon) if "disk is full" not in sentence] == []
                    await until(lambda: is_filed(house))
            check_all_is_well(house, lines)


async def test_a_disk_of_the_folders_that_turns_read_only_holds_everything_until_it_takes_again(tmp_path):
    with small_disk(tmp_path / "disk"):
        async with open_house(tmp_path / "disk") as house:
            with gather_log() as lines:
                slow = {"requests": 1, "per_s": 20}  # orders are still on their way when it happens
                async with running(house, clock=FastClock(), state_dir=str(tmp_path / "state"), **slow) as daemon:
                    drop_all(house)
                    await until(lambda: house.names("failed") == sorted(BAD))
                    await until(lambda: remount(house.root, "ro"))
                    with read_only(house.root):
                        await until(lambda: troubles(daemon))
                        assert [sentence for sentence in troubles(daemon) if "Read-only" not in sentence] == []
                    await until(lambda: is_filed(house))
            check_all_is_well(house, lines)


async def test_a_full_disk_of_the_ledger_sends_nothing_it_cannot_remember(tmp_path):
    with small_disk(tmp_path / "state", "2m"):
        async with open_house(tmp_path) as house:
            with gather_log() as lines:
                async with running(house, clock=FastClock()) as daemon:
                    await until((house.root / "work").is_dir)
                    with disk_full(tmp_path / "state"):
                        drop_all(house)
                        await until(lambda: any("ledger" in sentence for sentence in troubles(daemon)))
                        assert house.sandbox.orders == {}
                    await until(lambda: is_filed(house))
            check_all_is_well(house, lines)


@pytest.mark.parametrize("way", ["removed", "swapped"])
async def test_an_inbox_that_is_made_again_is_watched_again(house, way):
    inbox = house.root / "inbox"
    async with running(house, clock=FastClock()):
        house.drop("good-0.json", GOOD["good-0.json"])
        await until(lambda: house.names("done") == ["good-0.json"])
        if way == "removed":
            shutil.rmtree(inbox)
        else:
            inbox.rename(house.root / "aside")
            inbox.mkdir()
        await until(inbox.is_dir)
        house.drop("good-1.json", GOOD["good-1.json"])
        await until(lambda: house.names("done") == ["good-0.json", "good-1.json"])


async def test_a_disk_mounted_over_the_inbox_is_held_and_goes_on_when_it_is_gone(house):
    """Files of another mount cannot be taken in one step: held, and named; nothing of them is lost."""
    async with running(house, clock=FastClock()) as daemon:
        await until((house.root / "work").is_dir)
        with small_disk(house.root / "inbox"):
            house.drop("good-0.json", GOOD["good-0.json"])
            await until(lambda: any("different mounts" in sentence for sentence in troubles(daemon)))
            assert (house.root / "inbox/good-0.json").read_bytes() == GOOD["good-0.json"]
        house.drop("good-1.json", GOOD["good-1.json"])
        await until(lambda: house.names("done") == ["good-1.json"])
        await until(lambda: not troubles(daemon))


async def test_a_done_or_failed_folder_that_is_removed_is_made_again(house):
    async with running(house):
        for name in ("done", "failed"):
            (house.root / name).rmdir()
        drop_all(house)
        await until(lambda: all((house.root / name).is_dir() for name in ("done", "failed")))
        await until(lambda: is_filed(house))
