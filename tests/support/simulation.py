"""A whole installation in simulated time, everything drawn from one seed; at the end the oracle speaks.

`simulate(seed, folder)` does the same each time. What it finds is in the sentences it returns.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from support.machine import Machine
from support.oracle import find_faults, list_archive
from support.scripted_api import ScriptedApi, find_crowd
from support.sender import Sender
from support.weather import KINDS, Spell, Weather
from support.world import World, build_api_config
from syncd.config.model import RateLimit

HOUR_S = 3600.0
LONGEST_TAIL_S = 100 * HOUR_S
"""How long everything may take to settle once all is well."""


@dataclass(slots=True)
class Summary:
    """What a run was, and what it broke."""

    seed: int
    hours: float = 0.0
    files: int = 0
    orders: int = 0
    calls: int = 0
    deaths: int = 0
    faults: list[str] = field(default_factory=list)
    trace: list[tuple[float, str, str, str]] = field(default_factory=list)


class Simulation:
    """One run of one seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        random = self._random = Random(seed)
        self._length_s = random.choice((0.5, 2, 12, 48, 120)) * HOUR_S
        timeout_s = random.choice((5.0, 30.0))
        self._quota = RateLimit(random.choice((3, 10, 100)), random.choice((5.0, 60.0)))
        self._weather = Weather(Random(seed + 1), self._draw_spells(), random.choice((0, 0.05, 0.3)), timeout_s)
        self._machine = Machine()
        self._api = ScriptedApi(
            self._machine, self._weather, timeout_s=timeout_s, refuse_duplicates=random.random() < 0.5
        )
        api_config = build_api_config(
            timeout_s=timeout_s,
            cap_s=60.0 if self._length_s < 10 * HOUR_S else 1800.0,
            quota=self._quota,
            in_flight=random.choice((1, 3, 8)),
        )
        self._timeout_s = timeout_s
        self._world = World(folder, self._machine, self._api, api_config, seed + 2)
        self._world.rescan_s = 5.0 if self._length_s < HOUR_S else 900.0
        self._world.settle_seconds = random.choice((0.0, 2.0))
        self._sender = Sender(Random(seed + 3))
        self._archive: dict[str, str] = {}
        self._faults: list[str] = []

    def run(self) -> None:
        """Do all that is drawn, then let everything settle."""
        self._world.start()
        for at, act in self._draw_events():
            self._run_until(at)
            act()
        if self._world.life is None:
            self._world.start()
        self._weather.calm_from = self._machine.seconds
        self._settle()

    def summarize(self, seed: int) -> Summary:
        """Return what came of it."""
        self._look_at_archive()
        self._faults += find_faults(self._world.root, self._api, self._sender.drops)
        crowd = find_crowd(self._api.calls, self._quota.requests, self._quota.per_seconds)
        if crowd is not None:
            self._faults.append(crowd)
        return Summary(
            seed,
            self._machine.seconds / HOUR_S,
            len(self._sender.drops),
            sum(len(drop.orders) for drop in self._sender.drops),
            len(self._api.calls),
            self._world.deaths,
            self._faults,
            self._api.trace,
        )

    def _draw_spells(self) -> list[Spell]:
        spells = []
        for _ in range(self._random.choice((0, 1, 1, 3))):
            begin = self._random.random() * self._length_s
            length_s = self._random.choice((30.0, 600.0, self._length_s / 3))
            spells.append(Spell(begin, begin + length_s, self._random.choice(KINDS)))
        return spells

    def _draw_events(self) -> list[tuple[float, Callable[[], None]]]:
        random = self._random
        events: list[tuple[float, Callable[[], None]]] = []
        for _ in range(random.choice((2, 5, 10))):  # bursts of drops, and what is near them
            at = random.random() * self._length_s
            events += [(at + random.random() * 10, self._drop) for _ in range(random.choice((1, 2, 6)))]
            events += [
                (at + random.random() * random.choice((4.0, 40.0, 400.0)), self._end_process)
                for _ in range(random.choice((0, 1, 1, 2, 4)))
            ]
        for _ in range(random.choice((0, 2))):
            events.append((random.random() * self._length_s, lambda: self._machine.jump(random.choice((-3600, 86400)))))
            events.append((random.random() * self._length_s, self._api.drop_tokens))
        return sorted(events, key=lambda event: event[0])

    def _run_until(self, at: float) -> None:
        if at > self._machine.seconds:
            if self._world.life is None:
                self._machine.seconds = at
            else:
                self._world.life.run_until(at)

    def _drop(self) -> None:
        root = self._world.root
        self._sender.drop(root / "inbox", root / "failed")
        if self._world.life is not None and self._random.random() < 0.8:
            self._world.life.ring()

    def _end_process(self) -> None:
        if self._world.life is None:
            return
        how = self._random.choice(("kill", "kill", "kill", "kill again", "reboot", "stop"))
        if how == "stop":
            self._world.stop()
        else:
            self._world.life.run_turns(self._random.randint(1, 60))
            self._world.kill()
        self._look_at_archive()
        if how == "reboot":
            self._machine.reboot()
        elif self._random.random() < 0.5:
            self._machine.seconds += self._random.choice((0.5, 20.0, HOUR_S))
        self._world.start()
        if how == "kill again":
            self._world.life.run_turns(self._random.randint(1, 200))
            self._world.kill()
            self._world.start()

    def _settle(self) -> None:
        until = self._machine.seconds + LONGEST_TAIL_S
        life, root = self._world.life, self._world.root
        while not (life.app.orders.is_settled() and not any((root / "inbox").iterdir())):
            life.run_until(self._machine.seconds + 30)
            if self._machine.seconds > until:
                self._faults.append("it never settled")
                break
        life.run_until(self._machine.seconds + 3 * self._timeout_s)
        self._api.do_due_work()
        self._world.stop()

    def _look_at_archive(self) -> None:
        now = list_archive(self._world.root)
        self._faults += [
            f"{path} was changed or removed" for path, was in self._archive.items() if now.get(path) != was
        ]
        self._archive = now


def simulate(seed: int, folder: Path) -> Summary:
    """Given a seed and a folder for it, run it; the folder is removed where all is well."""
    simulation = Simulation(seed, folder)
    simulation.run()
    summary = simulation.summarize(seed)
    if not summary.faults:
        shutil.rmtree(folder)
    return summary
