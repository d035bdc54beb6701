"""What the ledger knows of orders: each one's state in its file, and what the API was told of its reference."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from syncd.core.model import Order, Outcome
from syncd.edges.judged import Entry
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import PAGE, FileRow, read_entry, write_entry

WAITING = "waiting"
NEVER = 1e18
"""A due time for what only somebody else can make due."""

DeliveryState = Literal["sending", "asking", "resend", "accepted"]


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the ledger knows it."""

    id: int
    file: str
    record: int
    reference: str | None
    payload_hash: str | None
    state: str  #: WAITING, or an Outcome
    due: float
    failures: int
    attempts: int
    http_status: int | None
    accepted_at: datetime | None
    note: str | None
    entry: Entry


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the API was, or may have been, told of a reference."""

    reference: str
    payload_hash: str
    state: DeliveryState
    order_id: int
    doubtful: bool
    answered: bool
    known: bool
    misses: int


def _read_order(row: Any) -> OrderRow:
    accepted_at = row["accepted_at"]
    return OrderRow(
        id=row["id"],
        file=row["file"],
        record=row["record"],
        reference=row["reference"],
        payload_hash=row["payload_hash"],
        state=row["state"],
        due=row["due"],
        failures=row["failures"],
        attempts=row["attempts"],
        http_status=row["http_status"],
        accepted_at=None if accepted_at is None else datetime.fromisoformat(accepted_at),
        note=row["note"],
        entry=read_entry(row["entry"]),
    )


def add_order(
    ledger: Ledger,
    claim_id: str,
    record: int,
    reference: str | None,
    payload_hash: str | None,
    state: str,
    entry: Entry,
    twin: int | None = None,
) -> None:
    """Remember an order that was judged. A twin waits for the order it equals."""
    due = 0 if twin is None else NEVER
    ledger.write(_build_insert(1), (claim_id, record, reference, payload_hash, state, write_entry(entry), twin, due))


def add_waiting(ledger: Ledger, claim_id: str, orders: Sequence[tuple[Order, Entry]]) -> None:
    """Remember orders that were judged and can be sent, in file order."""
    values: list[object] = []
    for order, entry in orders:
        values += (claim_id, order.record, order.reference, order.payload_hash, WAITING, write_entry(entry), None, 0)
    ledger.write(_build_insert(len(orders)), values)


@cache
def _build_insert(count: int) -> str:
    rows = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?)"] * count)
    return f"INSERT INTO orders (file, record, reference, payload_hash, state, entry, twin, due) VALUES {rows}"  # noqa: S608  only question marks


def has_any(ledger: Ledger, claim_id: str, references: Collection[str]) -> bool:
    """Say whether a file has an order with one of these references."""
    return ledger.read_one(_build_search(len(references)), (claim_id, *references)) is not None


@cache
def _build_search(count: int) -> str:
    marks = ", ".join("?" * count)
    return f"SELECT 1 FROM orders WHERE file = ? AND reference IN ({marks}) LIMIT 1"  # noqa: S608  only question marks


def find_order(ledger: Ledger, order_id: int) -> OrderRow | None:
    """Return an order, or None."""
    row = ledger.read_one("SELECT * FROM orders WHERE id = ?", (order_id,))
    return None if row is None else _read_order(row)


def find_in_file(ledger: Ledger, claim_id: str, reference: str) -> list[OrderRow]:
    """Return the orders of a file that bear a reference, first one first."""
    rows = ledger.read("SELECT * FROM orders WHERE reference = ? AND file = ? ORDER BY id", (reference, claim_id))
    return [_read_order(row) for row in rows]


def list_orders(ledger: Ledger, claim_id: str, states: Sequence[str] = ()) -> Iterator[OrderRow]:
    """Yield a file's orders in file order, all or those in some states; a page is read at a time."""
    among = f" AND state IN ({', '.join('?' * len(states))})" if states else ""
    record, last = -1, -1
    while True:
        rows = ledger.read(
            "SELECT * FROM orders WHERE file = ? AND (record, id) > (?, ?)"  # noqa: S608  only question marks are put in
            f"{among} ORDER BY record, id LIMIT {PAGE}",
            (claim_id, record, last, *states),
        )
        yield from map(_read_order, rows)
        if len(rows) < PAGE:
            return
        record, last = rows[-1]["record"], rows[-1]["id"]


def list_due_orders(ledger: Ledger, claim_id: str, now: float, limit: int) -> list[OrderRow]:
    """Return a file's next orders that wait and are due, in file order."""
    rows = ledger.read(
        "SELECT * FROM orders INDEXED BY orders_next"
        " WHERE file = ? AND state = 'waiting' AND due <= ? ORDER BY record LIMIT ?",
        (claim_id, now, limit),
    )
    return [_read_order(row) for row in rows]


def find_next_due(ledger: Ledger, claim_id: str) -> float | None:
    """Return when the next waiting order of a file is due (boot-time seconds); None if none waits."""
    due = ledger.read("SELECT min(due) FROM orders WHERE file = ? AND state = 'waiting'", (claim_id,))[0][0]
    return None if due is None else float(due)


def count_outcomes(ledger: Ledger, claim_id: str) -> dict[str, int]:
    """Return how many of a file's orders are in each state."""
    rows = ledger.read("SELECT state, count(*) AS n FROM orders WHERE file = ? GROUP BY state", (claim_id,))
    return {row["state"]: row["n"] for row in rows}


def recall_outcomes(ledger: Ledger, row: FileRow) -> dict[str, int]:
    """Return how many of a file's orders are in each state: as counted when it was settled, or counted now."""
    settled = row.state in {"settled", "closed"}
    return row.counts if settled and row.counts is not None else count_outcomes(ledger, row.claim.id)


def put_off(ledger: Ledger, order_id: int, due: float, failures: int) -> None:
    """Let an order wait until `due` (boot-time seconds), after so many failures of the weather in a row."""
    ledger.write("UPDATE orders SET due = ?, failures = ? WHERE id = ?", (due, failures, order_id))


def hasten_all(ledger: Ledger, now: float) -> None:
    """Make every waiting order due, but those that wait for another order or may not be asked about yet."""
    ledger.write(
        "UPDATE orders SET due = ? WHERE state = 'waiting' AND due > ? AND due < ? AND id NOT IN"
        " (SELECT order_id FROM deliveries WHERE state <> 'accepted' AND state = 'asking' AND answered = 0)",
        (now, now, NEVER),
    )


def refuse_waiting(ledger: Ledger, claim_id: str) -> None:
    """Give up what was not sent of a file: what still waits is `not_sent`, but for what the API may have been told.

    Sendings that were to be made once more, as they certainly created nothing, are forgotten.
    """
    ledger.write(
        "DELETE FROM deliveries WHERE state <> 'accepted' AND state = 'resend' AND order_id IN"
        " (SELECT id FROM orders WHERE file = ? AND state = 'waiting')",
        (claim_id,),
    )
    ledger.write(
        "UPDATE orders SET state = ? WHERE file = ? AND state = 'waiting' AND ifnull(twin, id) NOT IN"
        " (SELECT order_id FROM deliveries WHERE state <> 'accepted' AND state IN ('sending', 'asking'))",
        (Outcome.NOT_SENT.value, claim_id),
    )


def finish_order(
    ledger: Ledger,
    order_id: int,
    outcome: Outcome,
    *,
    http_status: int | None = None,
    accepted_at: datetime | None = None,
    note: str | None = None,
    entry: Entry | None = None,
) -> None:
    """Fix an order's outcome, and that of its twins: what was accepted once is already accepted for them."""
    place = None if entry is None else write_entry(entry)
    at = None if accepted_at is None else accepted_at.isoformat()
    ledger.write(
        "UPDATE orders SET state = ?, http_status = ?, accepted_at = ?, note = ?, entry = coalesce(?, entry)"
        " WHERE id = ?",
        (outcome.value, http_status, at, note, place, order_id),
    )
    shared = Outcome.ALREADY_ACCEPTED if outcome is Outcome.ACCEPTED else outcome
    ledger.write(
        "UPDATE orders SET state = ?, http_status = ?, accepted_at = ?, note = ? WHERE twin = ? AND state = 'waiting'",
        (shared.value, http_status, at, note, order_id),
    )


def note_entry(ledger: Ledger, order_id: int, state: str, entry: Entry) -> None:
    """Change an order's state while its file is judged, and where it stands."""
    ledger.write("UPDATE orders SET state = ?, entry = ? WHERE id = ?", (state, write_entry(entry), order_id))


def find_delivery(ledger: Ledger, account: str, reference: str) -> Delivery | None:
    """Return what the API may know of a reference, or None if it was never told."""
    row = ledger.read_one("SELECT * FROM deliveries WHERE account = ? AND reference = ?", (account, reference))
    if row is None:
        return None
    return Delivery(
        reference=row["reference"],
        payload_hash=row["payload_hash"],
        state=row["state"],
        order_id=row["order_id"],
        doubtful=bool(row["doubtful"]),
        answered=bool(row["answered"]),
        known=bool(row["known"]),
        misses=row["misses"],
    )


def begin_delivery(ledger: Ledger, account: str, order: OrderRow) -> None:
    """Note that an order is about to be sent: committed before its first byte leaves."""
    ledger.write(
        "INSERT INTO deliveries (account, reference, payload_hash, state, order_id) VALUES (?, ?, ?, 'sending', ?)"
        " ON CONFLICT (account, reference) DO UPDATE SET"
        " doubtful = CASE WHEN payload_hash = excluded.payload_hash THEN doubtful ELSE 0 END,"
        " payload_hash = excluded.payload_hash, state = 'sending', order_id = excluded.order_id,"
        " answered = 0, known = 0, misses = 0",
        (account, order.reference, order.payload_hash, order.id),
    )
    ledger.write("UPDATE orders SET attempts = attempts + 1 WHERE id = ?", (order.id,))


def note_delivery(
    ledger: Ledger,
    account: str,
    reference: str,
    state: DeliveryState,
    *,
    doubtful: bool,
    answered: bool = False,
    known: bool = False,
    misses: int = 0,
) -> None:
    """Note what is known of a sending whose outcome is not."""
    ledger.write(
        "UPDATE deliveries SET state = ?, doubtful = ?, answered = ?, known = ?, misses = ?"
        " WHERE account = ? AND reference = ?",
        (state, doubtful, answered, known, misses, account, reference),
    )


def adopt_delivery(ledger: Ledger, account: str, reference: str, order_id: int) -> None:
    """Let another order go on with a sending whose own order is gone."""
    ledger.write(
        "UPDATE deliveries SET order_id = ? WHERE account = ? AND reference = ?",
        (order_id, account, reference),
    )


def accept_delivery(ledger: Ledger, account: str, order: OrderRow, accepted_at: datetime) -> None:
    """Remember for good that the API has this very order."""
    ledger.write(
        "INSERT INTO deliveries (account, reference, payload_hash, state, order_id, accepted_at)"
        " VALUES (?, ?, ?, 'accepted', ?, ?) ON CONFLICT (account, reference) DO UPDATE SET"
        " payload_hash = excluded.payload_hash, state = 'accepted', order_id = excluded.order_id,"
        " accepted_at = excluded.accepted_at",
        (account, order.reference, order.payload_hash, order.id, accepted_at.isoformat()),
    )


def drop_delivery(ledger: Ledger, account: str, reference: str) -> None:
    """Forget a sending that certainly created nothing."""
    ledger.write("DELETE FROM deliveries WHERE account = ? AND reference = ?", (account, reference))


def doubt_deliveries(ledger: Ledger, ask_due: float) -> None:
    """After a start: what was being sent when the process died is to be asked about, no sooner than `ask_due`.

    `state <> 'accepted'` says nothing new to people; it leads SQLite to the index of what is open.
    """
    ledger.write(
        "UPDATE orders SET due = ? WHERE state = 'waiting' AND id IN"
        " (SELECT order_id FROM deliveries"
        " WHERE state <> 'accepted' AND (state = 'sending' OR (state = 'asking' AND answered = 0)))",
        (ask_due,),
    )
    ledger.write(
        "UPDATE deliveries SET state = 'asking', doubtful = 1, answered = 0, misses = 0"
        " WHERE state <> 'accepted' AND state = 'sending'"
    )
    ledger.write("UPDATE deliveries SET misses = 0 WHERE state <> 'accepted' AND state = 'asking' AND answered = 0")
