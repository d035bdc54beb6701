"""Everything at once: 300 orders, an API that fails every third call and stores twice what comes twice, and SIGKILL."""

import asyncio
import contextlib
import os
from random import Random

from e2e.installed import COMMAND
from support.house import open_house
from support.orders import make_order, write_csv, write_json, write_ndjson

from syncd.sandbox.settings import Faults

SEED = int(os.environ.get("SYNCD_STORM_SEED", "4"))
"""Draws the faults and the kills; what they meet depends on the machine's pace as well."""
FILES, ORDERS = 30, 10
WAVE = 5  #: so many files come before each start, as long as there are any
DEADLINE_S = 100
START_S = 3  #: a start that makes no call takes no longer
EACH = 0.04
KINDS = (
    "error_before",
    "error_after",
    "reset_before",
    "reset_after",
    "hang_before",
    "hang_after",
    "too_many",
    "dead_token",
)
WRITERS = {"csv": write_csv, "json": write_json, "ndjson": write_ndjson}
CHANCES = dict.fromkeys(KINDS, EACH)


def make_files():
    for number in range(FILES):
        ending = list(WRITERS)[number % len(WRITERS)]
        orders = [make_order(f"S-{number}-{index}", lines=1 + index % 2) for index in range(ORDERS)]
        yield f"{number:02}.{ending}", WRITERS[ending](*orders)


def list_done(house):
    """Return the originals in done/; a kill may leave half a report there until the next start."""
    return [name for name in house.names("done") if not name.startswith(".")]


async def live(house, most_s):
    """Run the installed daemon for so long from its first call on, or until every file is in done/, and kill it."""
    with (house.root / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            COMMAND, "run", "-c", house.root / "config.yaml", stdout=log, stderr=log
        )
    ended = asyncio.create_task(process.wait())
    loop, calls = asyncio.get_running_loop(), len(house.sandbox.calls)
    until = loop.time() + START_S + most_s
    try:
        while loop.time() < until and len(list_done(house)) < FILES:
            await asyncio.wait([ended], timeout=0.05)
            assert not ended.done(), (house.root / "log").read_text(encoding="utf-8")
            if calls is not None and len(house.sandbox.calls) > calls:
                until, calls = loop.time() + most_s, None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await ended


async def test_300_orders_in_30_files_get_through_a_storm_each_once(tmp_path):
    random = Random(SEED)
    faults = Faults(login={"too_many": EACH, "error_before": EACH}, post=CHANCES, get=CHANCES)
    settings = {"requests": 2000, "refuse_duplicates": False, "hang_seconds": 2, "latency": (0.0, 0.1), "seed": SEED}
    loop = asyncio.get_running_loop()
    began, kills = loop.time(), 0
    async with open_house(tmp_path, faults=faults, **settings) as house:
        house.make_daemon(timeout_s=0.5, requests=1500)  # writes the config
        waiting = list(make_files())
        while len(list_done(house)) < FILES:
            for name, content in waiting[:WAVE]:
                house.drop(name, content)
            del waiting[:WAVE]
            await live(house, random.uniform(1, 3))
            kills += len(list_done(house)) < FILES  # else it had nothing left to lose
            assert loop.time() < began + DEADLINE_S, f"{len(list_done(house))} files are done"

        last = await asyncio.create_subprocess_exec(
            COMMAND, "run", "--once", "-c", tmp_path / "config.yaml", stderr=asyncio.subprocess.DEVNULL
        )
        assert await last.wait() == 0  # it tidies up, and finds nothing to send
        stored = {reference: order.times_created for reference, order in house.sandbox.orders.items()}
        met = [call.fault for call in house.sandbox.calls if call.fault]
        took_s = loop.time() - began
        print(f"{kills} kills, {len(house.sandbox.calls)} calls, {len(met)} of them spoilt, in {took_s:.0f} s")
        assert stored == {f"S-{number}-{index}": 1 for number in range(FILES) for index in range(ORDERS)}
        assert house.names("failed") == []
        assert house.names("inbox") == []
        assert house.names("done") == sorted(name for name, _ in make_files())
        for name, content in make_files():
            assert (tmp_path / "done" / name).read_bytes() == content
            assert {outcome for _, outcome in house.outcomes(name)} <= {"accepted", "already_accepted"}
        assert set(met) == set(KINDS)
    assert kills >= FILES / WAVE - 1
