"""The installed daemon, really killed and really refused by the kernel, by way of its system calls."""

import asyncio
import contextlib
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.house import open_house
from support.orders import make_order, write_json, write_ndjson
from support.spoil import forgo
from support.watch import until


@contextlib.asynccontextmanager
async def started(
    house, *options: str, before: tuple[str, ...] = (), **config
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the installed command on a house; whatever is left of it at the end is killed."""
    house.make_daemon(**config)  # writes the config
    command = [*before, sys.executable, "-m", "syncd", "run", *options, "-c", str(house.root / "config.yaml")]
    with (house.root / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def read_states(root: Path) -> dict[str, tuple[str, int]]:
    """Return state and deaths of each open file in the ledger, as another process sees them."""
    path = root / "state/ledger.sqlite3"
    if not path.exists():
        return {}
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
        try:
            rows = ledger.execute("SELECT name, state, deaths FROM files").fetchall()
        except sqlite3.OperationalError:  # not made yet
            return {}
    return {bytes(name).decode(): (state, deaths) for name, state, deaths in rows}


async def test_a_file_that_kills_its_reader_is_set_aside_and_its_neighbours_go_on(tmp_path):
    """Killed from outside whenever it is read, which is all that the ledger can know of a parser's death."""
    async with open_house(tmp_path) as house:
        killer = write_ndjson(*(make_order(f"K-{number}") for number in range(15_000)))
        house.drop("killer.ndjson", killer)
        house.drop("beside.ndjson", write_ndjson(*(make_order(f"N-{number}", qty=0) for number in range(3000))))
        house.drop("small.json", write_json(make_order("S-1")))
        for deaths in range(3):
            async with started(house) as process:
                await until(lambda n=deaths: read_states(tmp_path).get("killer.ndjson") == ("judging", n), seconds=60)
                process.send_signal(signal.SIGKILL)
        async with started(house, "--once") as process:
            assert await asyncio.wait_for(process.wait(), 60) == 1
        assert [error["code"] for error in house.report("killer.ndjson")["errors"]] == ["internal"]
        assert (tmp_path / "failed/killer.ndjson").read_bytes() == killer
        assert house.report("beside.ndjson")["errors"] == []
        assert house.outcomes("small.json") == [("S-1", "accepted")]
        assert list(house.sandbox.orders) == ["S-1"]


async def test_deaths_while_orders_are_carried_never_count_against_a_file(tmp_path):
    async with open_house(tmp_path, refuse_duplicates=False, latency=(0.02, 0.05)) as house:
        house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{number}") for number in range(80))))
        for stored in (5, 20, 35, 50):
            async with started(house) as process:
                await until(lambda n=stored: len(house.sandbox.orders) >= n, seconds=30)
                process.send_signal(signal.SIGKILL)
            assert read_states(tmp_path)["a.ndjson"] == ("carrying", 0)
        async with started(house, "--once") as process:
            assert await asyncio.wait_for(process.wait(), 60) == 0
        assert house.report("a.ndjson")["totals"]["accepted"] == 80
        assert {order.times_created for order in house.sandbox.orders.values()} == {1}


@pytest.mark.parametrize(
    "fault",
    ["fsync:error=EIO:when=3", "fdatasync:error=EIO:when=8", "renameat2:error=EIO:when=1", "rename:error=EIO:when=2",
     "fsync:error=ENOSPC:when=5..6", "mkdir:error=EDQUOT:when=4", "unlink:error=EIO:when=2"],
)  # fmt: skip
async def test_a_system_call_that_fails_is_tried_again_and_loses_nothing(tmp_path, fault):
    if shutil.which("strace") is None:
        forgo("there is no strace: apt-get install strace")
    async with open_house(tmp_path) as house:
        for number in range(3):
            house.drop(f"{number}.json", write_json(make_order(f"A-{number}"), make_order(f"B-{number}", qty=0)))
        call = fault.partition(":")[0]
        inject = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={fault}")
        async with started(house, "--once", "--max-wait", "40", before=inject, timeout_s=5) as process:
            code = await asyncio.wait_for(process.wait(), 60)
        log = (tmp_path / "log").read_text()
        if code not in {0, 1}:
            assert "Traceback" not in log
        async with started(house, "--once", "--max-wait", "40") as process:
            await asyncio.wait_for(process.wait(), 60)
        assert sorted(house.names("failed")) == ["0.json", "1.json", "2.json"], log
        assert [house.outcomes(f"{n}.json") for n in range(3)] == [
            [(f"A-{n}", "accepted"), (f"B-{n}", "invalid")] for n in range(3)
        ]
        assert {order.times_created for order in house.sandbox.orders.values()} == {1}
        assert "a bug of syncd" not in log, log
