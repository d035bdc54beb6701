"""The ways of files that are crashed at every step."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support.crashes import TIMEOUT_S, open_world
from support.machine import Machine
from support.orders import make_order, write_csv, write_json, write_ndjson
from support.scripted_api import GOOD, REFUSED_BUYER, Fate, Script, ScriptedApi, Way
from support.sender import Drop, Sent, read_orders
from support.world import World


class Once(Script):
    """Gives the first new order a fate of its own."""

    def __init__(self, fate: Fate) -> None:
        self._fates = [fate]

    def choose(self, method: str, path: str, now: float) -> Fate:
        return self._fates.pop() if path == "/outbound" and self._fates else GOOD


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is dropped, in what order, and how the API behaves."""

    make: Callable[[World], list[list[Drop]]]  #: each list is dropped at once; all but the last are history
    fate: Fate = GOOD
    refuses_duplicates: bool = False

    def open(self, folder: Path) -> tuple[World, list[Drop]]:
        """Return a world before its last step, and all that was dropped in it."""
        machine = Machine()
        script = Script()
        api = ScriptedApi(machine, script, timeout_s=TIMEOUT_S, refuse_duplicates=self.refuses_duplicates)
        world = open_world(folder, machine, api)
        dropped = []
        steps = self.make(world)
        for step in steps[:-1]:
            _put(world, step)
            world.start()
            world.settle()
            world.stop()
            dropped += step
        last = [_mend(world)] if not steps[-1] else steps[-1]
        _put(world, last)
        world.deaths = 0
        api._script = Once(self.fate)
        return world, dropped + last


def _put(world: World, drops: list[Drop]) -> None:
    for drop in drops:
        (world.root / "inbox" / drop.name).write_bytes(drop.content)


def _write(name: str, *orders: dict) -> Drop:
    writer = {"csv": write_csv, "json": write_json, "ndjson": write_ndjson}[name.rpartition(".")[2]]
    return Drop(name, writer(*orders), tuple(map(Sent, orders)))


def _tear(drop: Drop) -> Drop:
    return Drop(drop.name, drop.content[:-20], (), is_whole=False)


def _mend(world: World) -> Drop:
    """Take the rejected file of the step before, and mend it."""
    (path,) = (world.root / "failed").glob("*.rejected.csv")
    content = path.read_bytes().replace(b",A thing,0,", b",A thing,4,")
    return Drop("mended.csv", content, tuple(map(Sent, read_orders(".csv", content.decode()))))


def _plant_other(world: World) -> list[list[Drop]]:
    world.api.created["A"] = [Sent(make_order("A", qty=99)).content]
    world.api.foreign.add("A")
    return [[_write("a.csv", make_order("A"), make_order("B"))]]


A, B, BAD = make_order("A", lines=2), make_order("B"), make_order("C", qty=0)

SCENARIOS = {
    "a good CSV": Scenario(lambda _: [[_write("a.csv", A, B)]]),
    "a CSV with an invalid order": Scenario(lambda _: [[_write("a.csv", A, BAD, B)]]),
    "a JSON array with the same order twice": Scenario(lambda _: [[_write("a.json", A, B, A)]]),
    "a torn CSV": Scenario(lambda _: [[_tear(_write("a.csv", A, B))]]),
    "an answer that never came, stored late": Scenario(
        lambda _: [[_write("a.csv", A)]], Fate(Way.RESET, 0.2, works_after_s=4.0)
    ),
    "an answer that never came, not stored": Scenario(lambda _: [[_write("a.csv", A)]], Fate(Way.HANG, works=False)),
    "trouble after storing, duplicates refused": Scenario(
        lambda _: [[_write("a.csv", A, B)]], Fate(status=502, html=True), refuses_duplicates=True
    ),
    "a conflict": Scenario(_plant_other, refuses_duplicates=True),
    "an order the API refuses": Scenario(
        lambda _: [[_write("a.ndjson", A, make_order("R", ChannelBuyerName=REFUSED_BUYER))]]
    ),
    "a rejected file, mended and dropped again": Scenario(lambda _: [[_write("a.csv", A, BAD)], []]),
    "the same file again": Scenario(lambda _: [[_write("a.csv", A, B)], [_write("a.csv", A, B)]]),
    "two files at once, one order in both": Scenario(
        lambda _: [[_write("a.csv", A, B), _write("b.json", B, make_order("D"))]]
    ),
    "a batch of three files, one of them with an invalid order": Scenario(
        lambda _: [[_write("a.csv", A), _write("b.csv", BAD), _write("c.json", B)]]
    ),
}
