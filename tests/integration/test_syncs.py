"""What is synced together: each asker waits for its own, and a refusal reaches only whom it concerns."""

import asyncio
import errno
import os
from pathlib import Path

import pytest
from support.clocks import HandClock
from support.effects import watching_fsync

from syncd.edges.clock import SystemClock
from syncd.edges.syncs import Syncs
from syncd.errors import StorageError


async def test_all_who_ask_at_once_go_on_after_their_sync(tmp_path):
    syncs = Syncs(SystemClock())
    descriptors = [os.open(tmp_path / str(number), os.O_CREAT | os.O_WRONLY) for number in range(3)]
    for descriptor in descriptors:
        os.write(descriptor, b"x")
    waits = [syncs.file(descriptor, tmp_path) for descriptor in descriptors]
    await asyncio.gather(*waits, syncs.folder(tmp_path), syncs.folder(tmp_path))
    for descriptor in descriptors:
        os.close(descriptor)


async def test_a_folder_that_is_gone_is_told_to_its_asker_alone(tmp_path):
    syncs = Syncs(SystemClock())
    gone, well = await asyncio.gather(syncs.folder(tmp_path / "gone"), syncs.folder(tmp_path), return_exceptions=True)
    assert isinstance(gone, StorageError)
    assert well is None


async def test_a_file_that_cannot_be_synced_is_told(tmp_path):
    reader, writer = os.pipe()
    with pytest.raises(OSError, match="Invalid argument"):
        await Syncs(SystemClock()).file(writer, tmp_path)
    os.close(reader)
    os.close(writer)


async def test_a_file_and_its_name_are_refused_if_either_is(tmp_path):
    syncs = Syncs(SystemClock())
    with (tmp_path / "a").open("wb") as file:
        refused, well = await asyncio.gather(
            syncs.new_file(file.fileno(), tmp_path / "gone"),
            syncs.new_file(file.fileno(), tmp_path),
            return_exceptions=True,
        )
    assert isinstance(refused, StorageError)
    assert well is None


async def test_a_move_is_durable_where_it_went_before_it_is_gone_where_it_was(tmp_path):
    done, work = tmp_path / "done", tmp_path / "work"
    done.mkdir()
    work.mkdir()
    syncs = Syncs(SystemClock())
    synced = []

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    with watching_fsync(note):
        await syncs.move(done, work)
        await asyncio.gather(syncs.move(done, work), syncs.folder(tmp_path), syncs.move(done, work))
    assert synced == [done, work, done, tmp_path, work]


@pytest.mark.parametrize("others", [0, 1])
async def test_who_asks_for_one_file_at_once_shares_its_fsync_and_its_refusal(tmp_path, others):
    syncs, synced, answers = Syncs(SystemClock()), [], []

    def fail(descriptor: int) -> None:
        synced.append(descriptor)
        if descriptor == file.fileno():
            raise OSError(errno.EIO, "")

    with (tmp_path / "a").open("wb") as file:
        both = [syncs.new_file(file.fileno(), tmp_path) for _ in range(2)]
        away = [syncs.folder(tmp_path.parent) for _ in range(others)]
        with watching_fsync(fail):
            answers += await asyncio.gather(*both, *away, return_exceptions=True)
        assert synced.count(file.fileno()) == 1
    assert len(synced) == 2 + others
    assert [type(answer) for answer in answers] == [StorageError, StorageError] + others * [type(None)]


async def test_who_goes_away_spoils_nothing(tmp_path):
    syncs = Syncs(SystemClock())
    gone = asyncio.create_task(syncs.folder(tmp_path / "gone"))
    await asyncio.sleep(0)
    gone.cancel()
    await syncs.folder(tmp_path)


class ThreadlessClock(SystemClock):
    async def beside(self, function):
        raise RuntimeError("can't start new thread")


async def test_where_no_thread_is_to_be_had_it_only_takes_longer(tmp_path):
    syncs = Syncs(ThreadlessClock())
    for _ in range(2):
        await asyncio.gather(syncs.folder(tmp_path), syncs.folder(tmp_path.parent))


class HangingClock(HandClock):
    """Its threads wait for a disk that does not answer."""

    def __init__(self):
        super().__init__()
        self.answers = asyncio.Event()

    async def beside(self, function):
        await self.answers.wait()
        function()


async def test_a_disk_that_does_not_answer_is_told_of_until_it_does(tmp_path):
    clock = HangingClock()
    syncs = Syncs(clock)
    asker = asyncio.ensure_future(syncs.folder(tmp_path))  # one alone, too, holds up nobody else
    for _ in range(3):
        await asyncio.sleep(0)
    assert syncs.trouble is None
    clock.move(31)
    assert syncs.trouble == f"The disk at {tmp_path} does not answer: check it and its cables or server."
    clock.answers.set()
    await asker
    assert syncs.trouble is None
