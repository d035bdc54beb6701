"""A whole installation in simulated time, everything drawn from one seed; at the end the oracle speaks.

`simulate(seed, folder)` does the same each time. What it finds is in the sentences it returns.
"""

import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from support.machine import Machine
from support.oracle import find_faults, list_archive
from support.scripted_api import ScriptedApi, find_crowd
from support.sender import Sender
from support.setting import EVIDENCE, Place, Setting
from support.staff import Staff
from support.stock_oracle import find_snapshot_faults
from support.uploads import Upload
from support.weather import KINDS, Spell, Weather
from support.world import World, build_api_config
from syncd.config.loading import load_config

HOUR_S = 3600.0
LONGEST_TAIL_S = 100 * HOUR_S
"""How long everything may take to settle once all is well."""
POLL_TAIL_S = HOUR_S
"""How long after that a poll of the inventory may take."""
Event = tuple[float, Callable[[], None]]


@dataclass(slots=True)
class Summary:
    """What a run was, and what it broke."""

    seed: int
    hours: float = 0.0
    files: int = 0
    orders: int = 0
    calls: int = 0
    deaths: int = 0
    snapshots: int = 0
    faults: list[str] = field(default_factory=list)
    trace: list[tuple[float, str, str, str]] = field(default_factory=list)


class Simulation:
    """One run of one seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        random = self._random = Random(seed)
        self._length_s = random.choice((0.5, 2, 12, 48, 120)) * HOUR_S
        self._setting = self._draw_setting()
        self._quota = self._setting.requests, self._setting.per_s
        timeout_s = self._setting.timeout_s
        self._weather = Weather(Random(seed + 1), self._draw_spells(), random.choice((0, 0.05, 0.3)), timeout_s)
        self._machine = Machine()
        self._api = ScriptedApi(
            self._machine, self._weather, timeout_s=timeout_s, refuse_duplicates=random.random() < 0.5
        )
        world = self._world = World(folder, self._machine, self._api, build_api_config(), seed + 2)
        world.load = lambda: load_config(world.root / "config.yaml", {})
        world.rescan_s = 5.0 if self._length_s < HOUR_S else 900.0
        self._setting.write(world.root)
        self._setting.write_secret(world.root, self._api.secret)
        for place in self._setting.places:
            for name in ("inbox", "work", "done", "failed"):
                place.folder(world.root, name).mkdir(parents=True, exist_ok=True)
        self._sender = Sender(Random(seed + 3))
        self._uploads: list[Upload] = []
        self._staff = Staff(world.root)
        self._waiting: dict[str, set[str]] = {}
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
        for upload in self._uploads:
            upload.close()
            self._faults += upload.faults
        root, drops = self._world.root, self._sender.drops
        self._faults += find_faults(root, self._api, drops)
        if self._setting.poll_s is not None:
            self._faults += find_snapshot_faults(root / "inventory", self._api.stock)
        crowd = find_crowd(self._api.calls, *self._quota)
        if crowd is not None:
            self._faults.append(crowd)
        return Summary(
            seed,
            self._machine.seconds / HOUR_S,
            len(drops),
            sum(len(drop.orders) for drop in drops),
            len(self._api.calls),
            self._world.deaths,
            len(list((root / "inventory").glob("inventory-*.csv"))),
            self._faults,
            self._api.trace,
        )

    def _draw_setting(self) -> Setting:
        random = self._random
        evidence = ("none", *EVIDENCE)
        return Setting(
            places=tuple(
                Place(name, random.choice(evidence), random.choice((0.0, 2.0))) for name in ("orders", "partner")
            ),
            timeout_s=random.choice((5.0, 30.0)),
            cap_s=60.0 if self._length_s < 10 * HOUR_S else 1800.0,
            requests=random.choice((3, 10, 100)),
            per_s=random.choice((5.0, 60.0)),
            in_flight=random.choice((1, 3, 8)),
            poll_s=random.choice((None, self._length_s / 10)) if self._length_s < 10 * HOUR_S else None,
        )

    def _draw_spells(self) -> list[Spell]:
        spells = []
        for _ in range(self._random.choice((0, 1, 1, 3))):
            begin = self._random.random() * self._length_s
            length_s = self._random.choice((30.0, 600.0, self._length_s / 3))
            spells.append(Spell(begin, begin + length_s, self._random.choice(KINDS)))
        return spells

    def _draw_events(self) -> list[Event]:
        random = self._random
        events: list[Event] = []
        for _ in range(random.choice((2, 5, 10))):  # bursts of drops, and what is near them
            at = random.random() * self._length_s
            events += [(at + random.random() * 10, self._drop) for _ in range(random.choice((1, 2, 6)))]
            events += self._draw_upload(at) if random.random() < 0.6 else []
            acts = (self._end_process, self._end_process, self._send_signals, self._retry)
            events += [
                (at + random.random() * random.choice((4.0, 40.0, 400.0)), random.choice(acts))
                for _ in range(random.choice((0, 1, 2, 3, 5)))
            ]
        for act in (self._jump, self._api.drop_tokens, self._api.stock.grow):
            events += [(random.random() * self._length_s, act) for _ in range(random.choice((0, 2)))]
        events += self._draw_hold() if random.random() < 0.4 else []
        events += self._draw_new_secret() if random.random() < 0.4 else []
        return sorted(events, key=lambda event: event[0])

    def _draw_upload(self, at: float) -> list[Event]:
        upload = Upload(self._sender, self._random.choice(self._setting.places), self._machine, self._random)
        upload.root = self._world.root
        self._uploads.append(upload)
        self._world.holders.append(upload)

        def take(step: Callable[[], None]) -> None:
            self._look_at_archive()
            step()
            self._archive = list_archive(self._world.root)  # who holds a filed file open may change it
            self._strike_bell()

        return [(at + after_s, lambda step=step: take(step)) for after_s, step in upload.list_steps()]

    def _draw_hold(self) -> list[Event]:
        place = self._random.choice(self._setting.places)
        begin, length_s = self._random.random() * self._length_s, self._random.choice((5.0, 120.0, 1800.0))

        def list_inbox() -> set[str]:
            names = {path.name for path in place.folder(self._world.root, "inbox").iterdir()}
            return {name for name in names if not name.startswith(".")}

        def drop() -> None:
            self._sender.drop(self._world.root, place)
            self._strike_bell()
            self._waiting[place.name] = list_inbox()

        def check() -> None:
            gone = self._waiting.pop(place.name) - list_inbox()
            self._faults += [f"{name} was taken while {place.name} was on hold" for name in sorted(gone)]
            self._staff.release(place)

        return [
            (begin, lambda: self._staff.hold(place)),
            (begin + 2, drop),
            (begin + 2 + length_s, check),
        ]

    def _draw_new_secret(self) -> list[Event]:
        """The secret changes at the API, and a while later in the installation."""
        at, late_s = self._random.random() * self._length_s, self._random.choice((0.0, 5.0, 600.0))
        drops_tokens, tells = self._random.random() < 0.5, self._random.random() < 0.5

        def change() -> None:
            self._api.secret = "another-secret"
            if drops_tokens:
                self._api.drop_tokens()

        def follow() -> None:
            self._setting.write_secret(self._world.root, self._api.secret)
            if tells and self._world.life is not None:
                self._world.life.send(signal.SIGHUP)

        return [(at, change), (at + late_s, follow)]

    def _run_until(self, at: float) -> None:
        if at > self._machine.seconds:
            if self._world.life is None:
                self._machine.seconds = at
            else:
                self._world.life.run_until(at)

    def _jump(self) -> None:
        self._machine.jump(self._random.choice((-3600, 86400)))

    def _strike_bell(self) -> None:
        if self._world.life is not None:
            self._world.life.strike_bell()

    def _drop(self) -> None:
        self._sender.drop(self._world.root, self._random.choice(self._setting.places))
        self._strike_bell()

    def _end_process(self) -> None:
        life = self._world.life
        if life is None:
            return
        how = self._random.choice(("kill", "kill", "kill", "kill again", "reboot", "stop", "kill while it stops"))
        life.run_turns(self._random.randint(1, 60))
        if how == "stop":
            self._world.stop()
        else:
            if how == "kill while it stops":
                life.send(signal.SIGTERM)
                life.run_turns(self._random.randint(1, 60))
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

    def _send_signals(self) -> None:
        """Reload: another config, one that is no use, or twice at once, in the middle of whatever goes on."""
        life = self._world.life
        if life is None:
            return
        life.run_turns(self._random.randint(1, 60))
        for _ in range(self._random.choice((1, 1, 2))):
            self._setting.vary(self._random)
            self._setting.write(self._world.root)
            if self._random.random() < 0.3:
                with (self._world.root / "config.yaml").open("a") as config:
                    config.write("no_such_option: 1\n")
            life.send(signal.SIGHUP)
            life.run_turns(self._random.randint(1, 60))
        self._setting.write(self._world.root)

    def _retry(self) -> None:
        """Put a source's failed files back, in the middle of whatever goes on."""
        if self._world.life is not None:
            self._world.life.run_turns(self._random.randint(1, 60))
        self._look_at_archive()
        self._staff.retry(self._random.choice(self._setting.places))
        self._archive = list_archive(self._world.root)
        self._strike_bell()

    def _settle(self) -> None:
        until = self._machine.seconds + LONGEST_TAIL_S
        life = self._world.life
        while not (life.app.orders.is_settled() and not self._list_waiting()):
            life.run_until(self._machine.seconds + 30)
            if self._machine.seconds > until:
                self._faults.append("it never settled")
                break
        life.run_until(self._machine.seconds + 3 * self._setting.timeout_s)
        if self._setting.poll_s is not None:
            life.run_until(self._machine.seconds + POLL_TAIL_S)
        self._api.do_due_work()
        self._world.stop()

    def _list_waiting(self) -> set[tuple[str, str]]:
        """Return what stands in an inbox and has to be taken."""
        staying = {(drop.source, drop.name) for drop in self._sender.drops if drop.stays}
        return {
            (place.name, path.name)
            for place in self._setting.places
            for path in place.folder(self._world.root, "inbox").iterdir()
            if not path.name.startswith(".")
        } - staying

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
