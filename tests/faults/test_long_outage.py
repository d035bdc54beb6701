"""A week in which the API answers with nothing but 5xx, while 5,000 orders wait; the whole daemon in simulated time."""

from random import Random

from support.machine import Machine
from support.oracle import find_faults
from support.orders import make_order, write_ndjson
from support.scripted_api import GOOD, Fate, Script, ScriptedApi, find_crowd
from support.sender import Drop, Sent
from support.world import World, build_api_config

from syncd.config.model import RateLimit

WEEK_S = 7 * 86400.0
FILES, ORDERS = 50, 100
QUOTA = RateLimit(100, 60.0)
TIMEOUT_S = 5.0


class Outage(Script):
    """Until its end each call is answered 5xx; what it asked is done all the same for every second one."""

    def __init__(self, ends_at: float) -> None:
        self.met = 0
        self._ends_at = ends_at
        self._random = Random(7)

    def choose(self, method: str, path: str, now: float) -> Fate:
        if now >= self._ends_at or path == "/auth/login":
            return GOOD
        self.met += 1
        return Fate(works=self._random.random() < 0.5, status=self._random.choice((500, 502, 503, 504)))


def make_drops():
    for number in range(FILES):
        orders = [make_order(f"W-{number}-{index}") for index in range(ORDERS)]
        yield Drop(f"{number:02}.ndjson", write_ndjson(*orders), tuple(map(Sent, orders)))


def test_a_week_of_5xx_with_5000_orders_waiting_loses_and_fails_nothing(tmp_path):
    machine, outage = Machine(), Outage(WEEK_S)
    api = ScriptedApi(machine, outage, timeout_s=TIMEOUT_S, refuse_duplicates=False)
    world = World(tmp_path, machine, api, build_api_config(timeout_s=TIMEOUT_S, cap_s=1800.0, quota=QUOTA), 7)
    world.rescan_s = 900.0
    drops = list(make_drops())
    for drop in drops:
        (world.root / "inbox" / drop.name).write_bytes(drop.content)
    life = world.start()
    life.run_until(WEEK_S / 2)
    world.kill()  # the week is also survived by one death in its middle
    world.start().run_until(WEEK_S)
    assert [path.name for folder in ("done", "failed") for path in (world.root / folder).iterdir()] == []
    waited_out = len(api.created)
    assert world.settle(6 * 3600.0)
    took_s = machine.seconds - WEEK_S
    world.stop()
    print(f"{outage.met} calls met 5xx and {waited_out} orders were stored; the rest took {took_s:.0f} s afterwards")
    assert sum(map(len, api.created.values())) == len(api.created) == FILES * ORDERS
    assert list(find_faults(world.root, api, drops)) == []
    assert list((world.root / "failed").iterdir()) == []
    assert find_crowd(api.calls, QUOTA.requests, QUOTA.per_seconds) is None
