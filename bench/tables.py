"""The harness's own arithmetic: medians, ratios of interleaved rounds, percentiles, windows, Markdown tables."""

from collections.abc import Iterable, Sequence
from statistics import median

__all__ = ["build_table", "count_most_in_window", "find_percentile", "measure_use", "median", "median_ratio"]


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Given two contenders' figures round by round, return the median of the rounds' ratios.

    Rounds are compared with themselves: on a shared machine only neighbours in time are alike.
    """
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def find_percentile(values: Iterable[float], percent: float) -> float:
    """Return the least value that at least so many percent of all do not exceed (nearest rank)."""
    ranked = sorted(values)
    rank = -(-len(ranked) * percent // 100)
    return ranked[max(0, int(rank) - 1)]


def count_most_in_window(times: Sequence[int], window: int) -> int:
    """Given ascending times, return the most that stand in any half-open window of this length."""
    most = low = 0
    for high, at in enumerate(times):
        while times[low] <= at - window:
            low += 1
        most = max(most, high - low + 1)
    return most


def measure_use(times: Sequence[int], limit: int, window: int) -> float | None:
    """Given when calls were counted, return the share of the quota that was used, between whole quotas.

    None where not even one whole quota was used: the ends of a run would count for too much.
    """
    whole = (len(times) - 1) // limit if times else 0
    return whole * window / (times[whole * limit] - times[0]) if whole else None


def build_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is aligned to the left, the others to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
