"""What the ledger can tell an onlooker: counts, for `status` and for whoever watches a run. Changes nothing."""

from datetime import datetime

from syncd.edges.ledger import Ledger
from syncd.errors import LedgerError


def count_files_since(ledger: Ledger, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many files each source has in each state: (source, state) -> count.

    All open files count, and those filed since a time, whose state is then their outcome.
    """
    rows = ledger.read(
        "SELECT source, CASE state WHEN 'closed' THEN outcome ELSE state END AS state, count(*) AS n FROM files"
        " WHERE state <> 'closed' OR finished_at >= ? GROUP BY 1, 2",
        (since.isoformat(),),
    )
    return {(row["source"], row["state"]): row["n"] for row in rows.fetchall()}


def count_orders_since(ledger: Ledger, since: datetime) -> dict[tuple[str, str], int]:
    """Return how many orders the same files hold in each state: (source, state) -> count."""
    rows = ledger.read(
        "SELECT files.source, orders.state, count(*) AS n FROM files JOIN orders ON orders.file = files.id"
        " WHERE files.state <> 'closed' OR files.finished_at >= ? GROUP BY 1, 2",
        (since.isoformat(),),
    )
    return {(row["source"], row["state"]): row["n"] for row in rows.fetchall()}


def find_oldest_open(ledger: Ledger) -> dict[str, datetime]:
    """Return when the oldest open file of each source came; a source without one is not named."""
    rows = ledger.read("SELECT source, min(received_at) AS oldest FROM files WHERE state <> 'closed' GROUP BY 1")
    return {row["source"]: datetime.fromisoformat(row["oldest"]) for row in rows.fetchall()}


def count_used_quota(ledger: Ledger, now: float, per_s: float, boot_id: str) -> int | None:
    """Return how many slots of the quota are in use at a boot-time second.

    Each is free again `per_s` after its call's answer. Of another run of the machine nothing can be said: None.
    """
    if ledger.read_meta("boot_id") not in {boot_id, None}:
        return None
    query = "SELECT count(*) FROM calls WHERE ended IS NULL OR ended > ?"
    return int(ledger.read(query, (now - per_s,)).fetchone()[0])


def count_held(ledger: Ledger) -> int:
    """Return how many orders wait for stock."""
    return int(ledger.read("SELECT count(*) FROM stock_holds").fetchone()[0])


def check_integrity(ledger: Ledger) -> None:
    """Read the ledger to its end. Raise LedgerError if it is damaged."""
    found = str(ledger.read("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise LedgerError(f"The ledger {ledger.path} is damaged ({found}); restore it from a backup or move it aside.")
