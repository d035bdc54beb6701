"""What the ledger knows of stock: inventory polls by number, what was sent since, orders that wait for stock.

Polls are counted, not timed: which of two things came first is then certain, whatever the clock does.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncd.core.canonical import write_number
from syncd.core.inventory import Number
from syncd.core.stock import Wanted
from syncd.edges.ledger import Ledger

POLLS, PUBLISHED = "inventory_polls", "inventory_published"


@dataclass(frozen=True, slots=True)
class PollMark:
    """When a poll began, in every way that may be asked for."""

    number: int
    taken_at: datetime
    taken_s: float  #: boot-time seconds
    boot_id: str


def begin_poll(ledger: Ledger) -> int:
    """Count one more poll; return its number. What ends from now on was not yet in the inventory it reads."""
    number = int(ledger.read_meta(POLLS) or 0) + 1
    ledger.write_meta(POLLS, str(number))
    return number


def note_published(ledger: Ledger, mark: PollMark, facts: dict[str, Any]) -> None:
    """Remember the poll whose snapshot is the newest published one, with facts for the status."""
    value = {
        "poll": mark.number,
        "taken_at": mark.taken_at.isoformat(),
        "taken_s": mark.taken_s,
        "boot_id": mark.boot_id,
        **facts,
    }
    ledger.write_meta(PUBLISHED, json.dumps(value))


def read_published(ledger: Ledger) -> tuple[PollMark, dict[str, Any]] | None:
    """Return the poll of the newest published snapshot and its facts, or None."""
    text = ledger.read_meta(PUBLISHED)
    if text is None:
        return None
    value = json.loads(text)
    taken_at = datetime.fromisoformat(value["taken_at"])
    return PollMark(value["poll"], taken_at, value["taken_s"], value["boot_id"]), value


def note_sent_lines(ledger: Ledger, order_id: int, wanted: Iterable[Wanted]) -> None:
    """Note what an order that is about to be sent asks for; once however often it is sent."""
    ledger.write("DELETE FROM sent_lines WHERE order_id = ?", (order_id,))
    for line in wanted:
        values = (order_id, line.sku, write_number(line.qty))
        ledger.write("INSERT INTO sent_lines (order_id, sku, qty) VALUES (?, ?, ?)", values)


def end_sent_lines(ledger: Ledger, order_id: int, *, accepted: bool) -> None:
    """Note that the API has an order, or that it refused it for good."""
    if accepted:
        number = int(ledger.read_meta(POLLS) or 0)
        ledger.write("UPDATE sent_lines SET ended_poll = ? WHERE order_id = ?", (number, order_id))
    else:
        ledger.write("DELETE FROM sent_lines WHERE order_id = ?", (order_id,))


def count_sent(ledger: Ledger, sku: str, since_poll: int) -> Number:
    """Return how much of a SKU is on its way, or was accepted after that poll began."""
    rows = ledger.read(
        "SELECT qty FROM sent_lines WHERE sku = ? AND (ended_poll IS NULL OR ended_poll >= ?)",
        (sku, since_poll),
    )
    return sum((Decimal(row["qty"]) for row in rows), Decimal(0))


def prune_sent_lines(ledger: Ledger, published_poll: int) -> None:
    """Forget what the published snapshot has taken in, and what was given up before it was accepted."""
    ledger.write("DELETE FROM sent_lines WHERE ended_poll < ?", (published_poll,))
    ledger.write(
        "DELETE FROM sent_lines WHERE ended_poll IS NULL"
        " AND order_id NOT IN (SELECT id FROM orders WHERE state = 'waiting')"
    )


def hold_for_stock(ledger: Ledger, order_id: int, now: datetime) -> None:
    """Note that an order waits for stock from now on; again is harmless."""
    ledger.write("INSERT INTO stock_holds VALUES (?, ?) ON CONFLICT DO NOTHING", (order_id, now.isoformat()))


def find_hold(ledger: Ledger, order_id: int) -> datetime | None:
    """Return since when an order waits for stock, or None."""
    row = ledger.read_one("SELECT since FROM stock_holds WHERE order_id = ?", (order_id,))
    return None if row is None else datetime.fromisoformat(row["since"])


def end_hold(ledger: Ledger, order_id: int) -> None:
    """An order waits for stock no longer."""
    ledger.write("DELETE FROM stock_holds WHERE order_id = ?", (order_id,))


def hasten_held(ledger: Ledger, now: float) -> None:
    """Let every order that waits for stock be looked at now (boot-time seconds)."""
    ledger.write(
        "UPDATE orders SET due = ? WHERE state = 'waiting' AND due > ? AND id IN (SELECT order_id FROM stock_holds)",
        (now, now),
    )
    ledger.write("DELETE FROM stock_holds WHERE order_id NOT IN (SELECT id FROM orders WHERE state = 'waiting')")
