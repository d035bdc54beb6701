"""Small charts as the shapes of an inline SVG: arithmetic on given numbers, on a canvas of 600 by 120.

Refuses to write markup: a template does, and escapes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600.0, 120.0
_GAP = 0.25  #: of a bar's place


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    kind: str  #: how it is painted: "good", "bad", "up", "down"


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars and a line across them: the limit, or the ground."""

    bars: tuple[Bar, ...]
    line_y: float
    top: float  #: the number at the upper edge


def build_stacked(pairs: Sequence[tuple[float, float]], limit: float) -> Chart:
    """Given good and bad counts by time and a limit that is to be seen, return bars that stand on the ground."""
    top = max([limit, *(good + bad for good, bad in pairs)]) * 1.1 or 1.0
    bars = []
    for x, width, (good, bad) in _place(pairs):
        good_height, bad_height = HEIGHT * good / top, HEIGHT * bad / top
        bars.append(_bar(x, HEIGHT - good_height, width, good_height, "good"))
        bars.append(_bar(x, HEIGHT - good_height - bad_height, width, bad_height, "bad"))
    return Chart(_drawn(bars), round(HEIGHT - HEIGHT * limit / top, 1), top)


def build_diverging(pairs: Sequence[tuple[float, float]]) -> Chart:
    """Given what came and what went by time, return bars that stand on a middle line and hang from it."""
    top = max([0.0, *(max(pair) for pair in pairs)]) or 1.0
    middle = HEIGHT / 2
    bars = []
    for x, width, (came, went) in _place(pairs):
        up, down = middle * came / top, middle * went / top
        bars.append(_bar(x, middle - up, width, up, "up"))
        bars.append(_bar(x, middle, width, down, "down"))
    return Chart(_drawn(bars), middle, top)


def _place(pairs: Sequence[tuple[float, float]]) -> list[tuple[float, float, tuple[float, float]]]:
    step = WIDTH / max(1, len(pairs))
    return [(index * step + step * _GAP / 2, step * (1 - _GAP), pair) for index, pair in enumerate(pairs)]


def _bar(x: float, y: float, width: float, height: float, kind: str) -> Bar:
    shown = max(height, 1.5) if height else 0.0  # what is there is seen
    return Bar(
        round(x, 1), round(y - (shown - height if kind != "down" else 0), 1), round(width, 1), round(shown, 1), kind
    )


def _drawn(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    return tuple(bar for bar in bars if bar.height)
