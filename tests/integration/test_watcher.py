"""The bell, with real inotify events."""

import asyncio
import contextlib
import logging
import os
import resource
from pathlib import Path

import pytest
from support.folders import take

from syncd.edges import spool
from syncd.edges.watcher import Watcher

SOON_S = 5.0
QUIET_S = 0.15


@pytest.fixture
def inbox(tmp_path):
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


@pytest.fixture
async def rung():
    return asyncio.Event()


@pytest.fixture
async def watcher(rung):
    watcher = Watcher(asyncio.get_running_loop(), rung.set)
    yield watcher
    watcher.stop()


def count_open_files():
    return len(list(Path("/proc/self/fd").iterdir())) - 1


async def rings(rung):
    """Return whether the bell rings soon, and let what follows ring out."""
    try:
        await asyncio.wait_for(rung.wait(), SOON_S)
    except TimeoutError:
        return False
    await stays_quiet(rung)
    return True


async def stays_quiet(rung):
    await asyncio.sleep(QUIET_S)
    quiet = not rung.is_set()
    rung.clear()
    return quiet


async def test_the_bell_rings_for_a_file_written_in_place(inbox, watcher, rung):
    assert watcher.watch(inbox)
    with (inbox / "orders.csv").open("wb") as file:
        assert await rings(rung)  # it was made
        file.write(b"1,2\n")
        file.flush()
        assert await stays_quiet(rung)  # it grows
    assert await rings(rung)  # it was closed


async def test_the_bell_rings_for_a_rename_inside(inbox, watcher, rung):
    (inbox / "orders.csv.part").touch()
    watcher.watch(inbox)
    (inbox / "orders.csv.part").rename(inbox / "orders.csv")
    assert await rings(rung)


@pytest.mark.parametrize("also_watched", [False, True])
async def test_the_bell_rings_for_a_file_moved_in_from_outside(inbox, watcher, rung, also_watched):
    outside = inbox.parent / "outside"
    outside.mkdir()
    (outside / "orders.csv").touch()
    watcher.watch(inbox)
    if also_watched:
        watcher.watch(outside)
    (outside / "orders.csv").rename(inbox / "orders.csv")
    assert await rings(rung)


async def test_the_bell_rings_for_a_rename_made_of_link_and_unlink(inbox, watcher, rung):
    outside = inbox.parent / "outside.csv"
    outside.touch()
    watcher.watch(inbox)
    os.link(outside, inbox / "orders.csv")
    outside.unlink()
    assert await rings(rung)


async def test_the_bell_rings_for_a_file_overwritten_in_place(inbox, watcher, rung):
    (inbox / "orders.csv").write_bytes(b"1,2\n")
    watcher.watch(inbox)
    (inbox / "orders.csv").write_bytes(b"3,4\n")
    assert await rings(rung)


async def test_the_bell_does_not_ring_for_our_own_reads_and_moves(inbox, watcher, rung):
    (inbox / "orders.csv").write_bytes(b"1,2\n")
    (inbox / "other.csv").touch()
    (inbox.parent / "work").mkdir()
    watcher.watch(inbox)
    list(spool.list_inbox(inbox))
    list(spool.read_chunks(inbox / "orders.csv"))
    take(inbox, inbox.parent / "work", "orders.csv", "c1")
    (inbox / "other.csv").unlink()
    assert await stays_quiet(rung)


async def test_the_bell_is_not_late_after_a_claim(inbox, watcher, rung):
    (inbox.parent / "work").mkdir()
    watcher.watch(inbox)
    for attempt in range(5):  # a busy machine may be late by itself, but not each time
        (inbox / f"{attempt}.csv").touch()
        assert await rings(rung)
        take(inbox, inbox.parent / "work", f"{attempt}.csv", f"c{attempt}")
        (inbox / f"next.{attempt}.csv").touch()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(rung.wait(), 0.3)  # watchdog would hold it back for 0.5 s
            return
        assert await rings(rung)
    pytest.fail("each ring after a claim was late")


async def test_rings_that_come_together_are_one(inbox, rung):
    count = 0

    def ring():
        nonlocal count
        count += 1
        rung.set()

    counting = Watcher(asyncio.get_running_loop(), ring)
    try:
        counting.watch(inbox)
        for number in range(200):  # the loop is busy here, and rings only when it comes to it
            (inbox / f"{number}.csv").touch()
        assert await rings(rung)
        assert count < 100
    finally:
        counting.stop()


async def test_a_linked_inbox_rings(inbox, watcher, rung):
    linked = inbox.parent / "linked"
    linked.symlink_to(inbox)
    assert watcher.watch(linked)
    (inbox / "orders.csv").touch()
    assert await rings(rung)


async def test_a_name_of_any_bytes_rings(inbox, watcher, rung):
    watcher.watch(inbox)
    (inbox / os.fsdecode(b"caf\xe9\n.csv")).touch()
    assert await rings(rung)


async def test_an_inbox_deleted_and_made_again_is_watched_anew(inbox, watcher, rung):
    watcher.watch(inbox)
    inbox.rmdir()
    assert await rings(rung)
    assert not watcher.ensure(inbox)
    inbox.mkdir()
    assert watcher.ensure(inbox)
    assert await rings(rung)  # what came before the watch rang nobody
    (inbox / "orders.csv").touch()
    assert await rings(rung)


async def test_an_inbox_swapped_for_another_is_watched_anew(inbox, watcher, rung):
    watcher.watch(inbox)
    inbox.rename(inbox.parent / "old")
    inbox.mkdir()
    (inbox / "missed.csv").touch()
    assert await stays_quiet(rung)
    assert watcher.ensure(inbox)
    assert await rings(rung)  # what came before the watch rang nobody
    (inbox / "orders.csv").touch()
    assert await rings(rung)
    (inbox.parent / "old" / "orders.csv").touch()
    assert await stays_quiet(rung)


async def test_a_watch_that_holds_is_left_as_it_is(inbox, watcher, rung):
    watcher.watch(inbox)
    emitters = set(watcher._observer.emitters)
    assert watcher.ensure(inbox)
    assert watcher._observer.emitters == emitters


async def test_two_paths_to_one_folder_can_both_be_let_go(inbox, watcher, rung):
    linked = inbox.parent / "linked"
    linked.symlink_to(inbox)
    assert watcher.watch(inbox)
    assert watcher.watch(linked)
    inbox.rmdir()
    assert await rings(rung)
    assert not watcher.ensure(inbox)
    assert not watcher.ensure(linked)


async def test_after_a_death_of_the_observer_everything_is_watched_anew(inbox, watcher, rung):
    watcher.watch(inbox)
    watcher._observer.stop()
    watcher._observer.join()
    assert watcher.ensure(inbox)
    assert await rings(rung)  # what came before the watch rang nobody
    (inbox / "orders.csv").touch()
    assert await rings(rung)


async def test_lost_events_ring_the_bell(inbox, watcher, rung):
    watcher.watch(inbox)
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    assert await rings(rung)
    watcher.stop()
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    assert await stays_quiet(rung)


@pytest.mark.parametrize("path", ["missing", "file"])
async def test_what_is_no_folder_or_missing_is_refused(inbox, watcher, path):
    (inbox / "file").touch()
    assert not watcher.watch(inbox / path)
    assert not watcher.ensure(inbox / path)


async def test_where_inotify_is_refused_the_caller_is_told(inbox, watcher, rung):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = count_open_files()
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened, hard))
    try:
        refused = not watcher.watch(inbox)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert refused
    assert watcher.ensure(inbox)
    assert await rings(rung)  # what came before the watch rang nobody
    (inbox / "orders.csv").touch()
    assert await rings(rung)


async def test_nothing_breaks_when_the_loop_is_closed(inbox):
    loop = asyncio.new_event_loop()
    watcher = Watcher(loop, lambda: None)
    watcher.watch(inbox)
    emitters = set(watcher._observer.emitters)
    loop.close()
    for number in range(3):
        (inbox / f"{number}.csv").touch()
        await asyncio.sleep(0.02)
    assert watcher.ensure(inbox)
    assert watcher._observer.emitters == emitters  # none died of it
    watcher.stop()
    watcher.stop()


async def test_a_ring_that_fails_does_not_silence_the_bell(inbox, rung):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, _context: rung.set())

    def ring():
        raise ZeroDivisionError

    failing = Watcher(loop, ring)
    try:
        failing.watch(inbox)
        (inbox / "first.csv").touch()
        assert await rings(rung)
        (inbox / "second.csv").touch()
        assert await rings(rung)
    finally:
        failing.stop()
