"""Whether the stock suffices for an order, and what to do if not: arithmetic on given quantities.

Counts what was sent since the snapshot was begun against it. An order is never refused for want of a
snapshot: the sender is not to blame for that. Asks no clock and keeps nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from syncd.core.canonical import write_number
from syncd.core.inventory import Number
from syncd.core.model import Problem
from syncd.core.say import quote_name

StockMode = Literal["off", "warn", "hold", "reject"]
Step = Literal["send", "warn", "hold", "refuse"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one line of an order asks for."""

    index: int  #: among the order's items, from 0
    sku: str
    qty: Number


@dataclass(frozen=True, slots=True)
class Shortage:
    """A line that the stock does not suffice for."""

    wanted: Wanted
    left: Number  #: what is left for this line, at least 0
    known: bool  #: whether the snapshot has the SKU at all


def list_wanted(payload: Any) -> tuple[Wanted, ...]:
    """Given an order's payload, return what its lines ask for; lines without a SKU or number are left out."""
    items = payload.get("OrderItems") if isinstance(payload, dict) else None
    found = []
    for index, item in enumerate(items if isinstance(items, list) else []):
        match item:
            case {"SKU": str(sku), "Qty": int() | Decimal() as qty} if not isinstance(qty, bool):
                found.append(Wanted(index, sku, qty))
    return tuple(found)


def count_available(stock: Sequence[tuple[str | None, Number]], locations: Sequence[str], sent: Number) -> Number:
    """Given a SKU's stock by location and what was sent since, return what is left, over all or named locations.

    Which location an order will be taken from nobody says, so all that was sent counts against the named ones.
    """
    there = [available for name, available in stock if not locations or name in locations]
    return sum(there, 0) - sent


def find_shortages(
    wanted: Sequence[Wanted],
    find_stock: Callable[[str], Sequence[tuple[str | None, Number]] | None],
    locations: Sequence[str],
    count_sent: Callable[[str], Number],
) -> tuple[Shortage, ...]:
    """Given an order's lines, return those the stock does not suffice for; earlier lines are served first."""
    left: dict[str, Number] = {}
    known: dict[str, bool] = {}
    short = []
    for line in wanted:
        if line.sku not in left:
            stock = find_stock(line.sku)
            known[line.sku] = stock is not None
            left[line.sku] = max(0, count_available(stock or (), locations, count_sent(line.sku)))
        if line.qty > left[line.sku]:
            short.append(Shortage(line, left[line.sku], known[line.sku]))
        left[line.sku] = max(0, left[line.sku] - line.qty)
    return tuple(short)


def choose_step(mode: StockMode, shortages: Sequence[Shortage] | None, held_s: float, limit_s: float) -> Step:
    """Given the mode, the shortages (None: no snapshot is fresh enough) and how long it was held, return what to do."""
    if mode == "off" or (shortages is not None and not shortages):
        return "send"
    if mode == "warn":
        return "warn"
    if shortages is None:
        return "hold" if held_s < limit_s else "warn"
    return "hold" if mode == "hold" and held_s < limit_s else "refuse"


def build_out_of_stock(shortage: Shortage, lines: Sequence[int], items: int) -> Problem:
    """Given a shortage, the order's lines in its file and its number of items, return the problem for the report."""
    wanted = shortage.wanted
    missing = write_number(wanted.qty - shortage.left)
    why = f"{write_number(shortage.left)} left" if shortage.known else "the inventory does not know this SKU"
    line = lines[wanted.index] if len(lines) == items else (lines[0] if lines else None)
    return Problem(
        "out_of_stock",
        f"Entry {wanted.index + 1} asks for {write_number(wanted.qty)} of SKU {quote_name(wanted.sku)}; "
        f"{missing} missing ({why}). Lower the quantity, or drop the order again when there is stock.",
        field=f"/OrderItems/{wanted.index}/Qty",
        line=line,
    )
