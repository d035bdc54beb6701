"""The installed program, killed by the kernel's SIGKILL at the Nth system call of a kind, then started again."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.house import open_house
from support.orders import make_order, write_csv

SYNCD = Path(sys.executable).with_name("syncd")
ORDERS = [make_order(f"A-{number}") for number in range(3)]
# strace counts per thread and per call; the Nth one is not carried out. Those of a folder ("fsync done") are counted
# for themselves, as several threads make files durable.
POINTS = [
    ("rename,renameat", 1),
    ("renameat2", 1),
    ("renameat2", 2),
    ("fsync", 2),
    ("fsync", 5),
    ("fsync work", 1),
    ("fsync done", 1),
    ("fdatasync", 3),
    ("fdatasync", 6),
    ("pwrite64", 12),
    ("sendto", 1),
    ("sendto", 3),
    ("unlink,rmdir", 3),
]


@pytest.fixture(scope="module")
def strace():
    """Return the tracer's path, if this machine has one and lets it work."""
    found = shutil.which("strace")
    if found and SYNCD.exists():
        probe = [found, "-qq", "-o", os.devnull, "-e", "inject=getppid:signal=KILL", "true"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return found
    reason = f"strace {'may trace nothing here' if found else 'is not installed'}, or syncd is not installed"
    if os.environ.get("SYNCD_CI"):
        pytest.fail(reason)
    pytest.skip(reason)


async def run(*words):
    process = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


@pytest.mark.parametrize(("calls", "nth"), POINTS)
async def test_a_kill_at_a_system_call_loses_and_doubles_nothing(calls, nth, strace, tmp_path):
    async with open_house(tmp_path, refuse_duplicates=False, late_seconds=0.2) as house:
        house.make_daemon()  # writes the config
        house.drop("a.csv", write_csv(*ORDERS))
        command = (str(SYNCD), "run", "--once", "--max-wait", "20", "-c", str(tmp_path / "config.yaml"))
        calls, _, folder = calls.partition(" ")
        kill = ["-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when={nth}"]
        if folder:
            (tmp_path / folder).mkdir(exist_ok=True)
            kill += ["-P", str(tmp_path / folder)]
        assert await run(strace, *kill, *command) != 0, "the point was never reached"
        assert await run(*command) == 0
        assert house.names("done") == ["a.csv"]
        assert {outcome for _, outcome in house.outcomes("a.csv")} <= {"accepted", "already_accepted"}
        assert {key: order.times_created for key, order in house.sandbox.orders.items()} == {
            order["ReferenceNumber"]: 1 for order in ORDERS
        }
