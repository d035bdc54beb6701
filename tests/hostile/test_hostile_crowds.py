"""Inboxes with very many files: every one is found, memory stays bounded, nobody waits for all of them."""

import asyncio
import os
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path
from random import Random

from support.clocks import HandClock
from support.house import open_house
from support.orders import make_order, write_json
from support.watch import gather_log, running, until

from syncd.config.model import SourceConfig
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import count_files
from syncd.flows.taking import Taker

CROWD = int(os.environ.get("SYNCD_CROWD", "10000"))
"""Files in an inbox; 100000 where there is time for it."""
BURST = int(os.environ.get("SYNCD_BURST", "8000"))
"""Files created while nobody reads the kernel's events: three events each, and its queue holds 16384."""


def make_source(root: Path) -> SourceConfig:
    source = SourceConfig("orders", *(root / name for name in ("inbox", "done", "failed", "work")))
    source.inbox.mkdir(parents=True)
    return source


async def test_each_of_very_many_files_is_claimed_in_bounded_memory(tmp_path):
    source, clock, taken = make_source(tmp_path), HandClock(), []
    for number in range(CROWD):
        (source.inbox / f"{number:06}.json").touch()
        if number % 2:
            (source.inbox / f"{number:06}.json").write_bytes(b"{}")
    ledger = Ledger(tmp_path, clock)
    taker = Taker(source, ledger, clock, Random(1))
    taker.on_claimed = taken.append
    tracemalloc.start()
    try:
        await taker.sweep()
        clock.move(2)
        await taker.sweep()
        peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    assert len(taken) == len({claim.id for claim in taken}) == CROWD // 2
    assert count_files(ledger) == {("orders", "claimed"): CROWD // 2}
    assert len(list(source.inbox.iterdir())) == CROWD // 2  # the empty ones settle for ten minutes
    assert peak_mb < 5 + 1.2 * CROWD / 1000, peak_mb  # about 1 kB a file: 120 MB for 100,000
    ledger.close()


async def test_a_crowd_does_not_keep_the_loop_from_its_turn(tmp_path):
    """A sweep over many files lets others go first: the heartbeat and the calls on their way."""
    async with open_house(tmp_path) as house:
        for number in range(1000):
            (house.root / "inbox" / f"{number:04}.json").write_bytes(b"[]")
        turns = 0
        async with running(house) as daemon:
            while not daemon.app.orders.is_settled():
                await asyncio.sleep(0)
                turns += 1
        assert turns > 1000 / 64
        assert len(house.names("done")) == 1000
        assert (await until(lambda: house.report("0999.json")))["errors"][0]["code"] == "no_orders"


PUNCH = """
import sys
from pathlib import Path
folder, count = Path(sys.argv[1]), int(sys.argv[2])
for number in range(count):
    (folder / f"{number:06}.json").write_bytes(b"[]")
"""


def test_a_burst_that_overflows_the_kernels_queue_rings_and_every_file_is_found(tmp_path):
    """Nobody reads events while they come: the loop and watchdog's thread stand still, as under kill -STOP."""
    watcher_code = f"""
import asyncio, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from random import Random
from syncd.config.model import SourceConfig
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import Ledger
from syncd.edges.watcher import Watcher
from syncd.flows.taking import Taker

async def main(root):
    source = SourceConfig("orders", *(root / name for name in ("inbox", "done", "failed", "work")), settle_seconds=0)
    source.inbox.mkdir()
    bell, taken, clock = asyncio.Event(), [], SystemClock()
    taker = Taker(source, Ledger(root, clock), clock, Random(1))
    taker.on_claimed = taken.append
    watcher = Watcher(asyncio.get_running_loop(), bell.set)
    assert watcher.ensure(source.inbox)
    print("ready", flush=True)
    async with asyncio.timeout(60):
        while len(taken) < {BURST}:
            await bell.wait()
            bell.clear()
            await taker.sweep()
    print("taken", len(taken), flush=True)
    watcher.stop()

asyncio.run(main(Path(sys.argv[1])))
"""
    process = subprocess.Popen([sys.executable, "-c", watcher_code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGSTOP)
        subprocess.run([sys.executable, "-c", PUNCH, str(tmp_path / "inbox"), str(BURST)], check=True)
        process.send_signal(signal.SIGCONT)
        told = process.stdout.readline()
        assert told == f"taken {BURST}\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def test_the_watcher_and_the_sweep_go_on_after_a_crowd_of_oddities(tmp_path):
    async with open_house(tmp_path) as house:
        for number in range(2000):
            (house.root / "inbox" / f"{number}.json").symlink_to("nowhere")
        with gather_log() as lines:
            async with running(house):
                house.drop("good.json", write_json(make_order("G")))
                await until(lambda: house.names("done") == ["good.json"])
                house.drop("more.json", write_json(make_order("M")))
                await until(lambda: "more.json" in house.names("done"))
        assert len(lines.pick("file_left_alone")) == 2000
