"""What goes wrong with the API in a simulation, drawn from a seed: single faults, and outages of hours to days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from random import Random

from support.machine import BEGIN
from support.scripted_api import Fate, Script, Way


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which one thing goes wrong again and again."""

    begin: float
    end: float
    kind: str


KINDS = ("silence", "refused", "trouble", "throttled", "signed_out", "forbidden")


class Weather(Script):
    """Draws the fate of each call."""

    def __init__(self, random: Random, spells: Sequence[Spell], fault_rate: float, timeout_s: float) -> None:
        self.calm_from = float("inf")  #: from here on nothing goes wrong any more
        self._random = random
        self._spells = spells
        self._fault_rate = fault_rate
        self._timeout_s = timeout_s
        self._faults: dict[str, Callable[[float], Fate]] = {
            "silence": lambda _: self._lose(Way.HANG),
            "reset": lambda _: self._lose(Way.RESET),
            "refused": lambda _: Fate(Way.REFUSED),
            "trouble": lambda _: self._answer(self._random.choice((500, 502, 503, 504, 408))),
            "garbled": lambda _: self._answer(200, html=True),
            "throttled": self._throttle,
            "signed_out": lambda _: Fate(latency_s=self._draw_latency(), works=False, status=401),
            "forbidden": lambda _: Fate(latency_s=self._draw_latency(), works=False, status=403),
        }

    def choose(self, method: str, path: str, now: float) -> Fate:
        if now >= self.calm_from:
            return Fate(latency_s=self._draw_latency())
        for spell in self._spells:
            if spell.begin <= now < spell.end:
                return self._faults[spell.kind](now)
        if self._random.random() < self._fault_rate:
            kinds = ("silence", "reset", "refused", "trouble", "garbled", "throttled", "signed_out")
            return self._faults[self._random.choice(kinds)](now)
        return Fate(latency_s=self._draw_latency(), works_after_s=self._random.random())

    def lose(self, timeout_s: float) -> float | None:
        return None if self._random.random() < 0.4 else self._random.random() * timeout_s

    def _draw_latency(self) -> float:
        most = self._timeout_s - 0.1 if self._random.random() < 0.05 else min(3.0, self._timeout_s / 2)
        return self._random.uniform(0.02, most)

    def _lose(self, way: Way) -> Fate:
        latency_s = self._draw_latency()
        works_after_s = self._random.uniform(0, 2 * self._timeout_s)
        return Fate(way, latency_s, works=self._random.random() < 0.6, works_after_s=works_after_s)

    def _answer(self, status: int, *, html: bool = False) -> Fate:
        works = self._random.random() < 0.5
        return Fate(
            latency_s=self._draw_latency(), works=works, status=status, html=html or self._random.random() < 0.5
        )

    def _throttle(self, now: float) -> Fate:
        wait_s = self._random.randint(1, 120)
        date = format_datetime(BEGIN + timedelta(seconds=now + wait_s), usegmt=True)
        headers = self._random.choice(({}, {"Retry-After": str(wait_s)}, {"Retry-After": date}))
        return Fate(latency_s=self._draw_latency(), works=False, status=429, headers=headers)
