"""What was promised, beside what was measured: each goal with the aim beyond it, and whether it is met."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from bench.book import Book

HEADER = ["work", "measured", "goal", "aim", "met"]


@dataclass(frozen=True)
class Goal:
    """A figure that is to be at least or at most so much."""

    what: str
    find: Callable[[Book], float | None]
    pattern: str
    side: Literal["≥", "≤"]
    goal: float
    aim: float | None = None

    def is_met(self, value: float, bar: float) -> bool:
        """Return whether a value is on the right side of a bar."""
        return value >= bar if self.side == "≥" else value <= bar


def figure(work: str, name: str, who: str = "syncd") -> Callable[[Book], float | None]:
    """Return what finds the median of a figure."""
    return partial(Book.find, work=work, who=who, name=name)


def ratio(work: str, name: str, who: str = "syncd", base: str = "script") -> Callable[[Book], float | None]:
    """Return what finds the median of a figure's ratio to another contender's of the same rounds."""
    return partial(Book.find_ratio, work=work, who=who, name=name, base=base)


def find_growth(book: Book) -> float | None:
    """Return the peak memory of ten times as many orders, in ratio."""
    large, small = book.find("csv200k", "syncd", "peak_mb"), book.find("csv20k", "syncd", "peak_mb")
    return None if large is None or small is None else large / small


def find_most_calls(book: Book) -> float | None:
    """Return the most calls that went before a small file's in any round."""
    return book.find_most("fairness", "syncd", "since_taken")


def find_headroom(book: Book) -> float | None:
    """Return how much more the mock server takes than the fastest contender sent in any work."""
    server = book.find("server", "server", "orders_per_s")
    works = [work for work in book.list_works() if work != "server"]
    rates = [book.find_most(work, who, "orders_per_s") or 0.0 for work in works for who in book.list_contenders(work)]
    return None if server is None or not any(rates) else server / max(rates)


TIMES = "{:.2f} ×"
GOALS = (
    Goal("one CSV of 20,000 orders: orders/s", ratio("csv20k", "orders_per_s"), TIMES, "≥", 1.5, 2.5),
    Goal("the same: CPU per order", ratio("csv20k", "cpu_s"), TIMES, "≤", 0.7, 0.45),
    Goal("2,000 one-order files at once: orders/s", ratio("json2000", "orders_per_s"), TIMES, "≥", 1.5, 2.5),
    Goal("the same: CPU per order", ratio("json2000", "cpu_s"), TIMES, "≤", 0.6, 0.35),
    Goal("peak memory, CSV of 20,000 orders", figure("csv20k", "peak_mb"), "{:.0f} MB", "≤", 100, 70),
    Goal("peak memory, CSV of 200,000, beside it", find_growth, TIMES, "≤", 1.1),
    Goal("peak memory, JSON array of 200,000", figure("array200k", "peak_mb"), "{:.0f} MB", "≤", 100, 70),
    Goal("20,000 files waiting at the start: first request", figure("json20k", "first_s"), "{:.2f} s", "≤", 1, 0.3),
    Goal("the same: orders/s", ratio("json20k", "orders_per_s"), TIMES, "≥", 1.5, 3),
    Goal("rename-in to complete request, p50", figure("latency", "p50_ms"), "{:.1f} ms", "≤", 10, 5),
    Goal("the same, p95", figure("latency", "p95_ms"), "{:.1f} ms", "≤", 20, 8),
    Goal("idle, 3 sources: CPU of a core", figure("idle", "cpu_percent"), "{:.2f} %", "≤", 0.2, 0.05),
    Goal("the same: memory", figure("idle", "memory_mb"), "{:.0f} MB", "≤", 60, 45),
    Goal("strict window, 100 in 6 s: refused", figure("strict", "refused"), "{:.0f} × 429", "≤", 0),
    Goal("the same: used", figure("strict", "used_percent"), "{:.1f} %", "≥", 97),
    Goal("strict window, killed each 15 s: refused", figure("strict, killed", "refused"), "{:.0f} × 429", "≤", 0),
    Goal("the same: used", figure("strict, killed", "used_percent"), "{:.1f} %", "≥", 90),
    Goal("strict window, 100 in 60 s: refused", figure("strict, 60 s", "refused"), "{:.0f} × 429", "≤", 0),
    Goal("the same: used", figure("strict, 60 s", "used_percent"), "{:.1f} %", "≥", 97, 99.5),
    Goal("`syncd status` to the prompt", figure("status", "status_ms"), "{:.0f} ms", "≤", 150, 80),
    Goal("5 million orders behind it: start", ratio("history", "start_s", "old", "new"), TIMES, "≤", 1.2),
    Goal("the same, 10,000 files waiting", ratio("history", "start_waiting_s", "old", "new"), TIMES, "≤", 1.2),
    Goal("the same: `status` before it", ratio("history", "status_waiting_ms", "old", "new"), TIMES, "≤", 1.2),
    Goal("the same: `status` after it", ratio("history", "status_ms", "old", "new"), TIMES, "≤", 1.2),
    Goal("the same: CPU per order of a CSV", ratio("history", "cpu_ms", "old", "new"), TIMES, "≤", 1.2),
    Goal("the same: time per order of a CSV", ratio("history", "wall_ms", "old", "new"), TIMES, "≤", 1.2),
    Goal("calls before a small file's, once it is taken", find_most_calls, "{:.0f}", "≤", 3),
    Goal("the mock server beside the fastest contender", find_headroom, "{:.1f} ×", "≥", 3),
)


def judge_goals(book: Book) -> list[list[str]]:
    """Return a row of the table for each goal that was measured: what, how much, goal, aim, met."""
    rows = []
    for goal in GOALS:
        value = goal.find(book)
        if value is not None:
            aim = "" if goal.aim is None else f"{goal.side} {_shorten(goal.pattern).format(goal.aim)}"
            beyond = goal.aim is not None and goal.is_met(value, goal.aim)
            met = "and the aim" if beyond else "yes" if goal.is_met(value, goal.goal) else "**no**"
            bar = f"{goal.side} {_shorten(goal.pattern).format(goal.goal)}"
            rows.append([goal.what, goal.pattern.format(value), bar, aim, met])
    return rows


def _shorten(pattern: str) -> str:
    """Return a pattern that writes a bar as it was set: 1.5 and not 1.50."""
    return pattern[: pattern.index("{")] + "{:g}" + pattern[pattern.index("}") + 1 :]
