"""What the ledger can tell an onlooker: counts, for `status` and for whoever watches a run. Changes nothing.

Each query names its index: to group by source, SQLite would else walk through the files of all times.
"""

import json
from collections import Counter
from datetime import datetime

from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import count_files
from syncd.errors import LedgerError

Counts = dict[tuple[str, str], int]
"""(source, state) -> count."""


def count_since(ledger: Ledger, since: datetime) -> tuple[Counts, Counts]:
    """Return how many files each source has in each state, and how many orders they hold in each state.

    All open files count, and those filed since a time, whose state is then their outcome. The orders of a closed file
    were counted when it was settled; only a ledger of an older syncd has some that were not.
    """
    files: Counter[tuple[str, str]] = Counter()
    orders: Counter[tuple[str, str]] = Counter()
    closed = ledger.read(
        "SELECT source, outcome, counts, count(*) AS n FROM files INDEXED BY files_closed"
        " WHERE state = 'closed' AND finished_at >= ? GROUP BY 1, 2, 3",
        (since.isoformat(),),
    )
    for row in closed:
        files[row["source"], row["outcome"]] += row["n"]
        for state, count in json.loads(row["counts"] or "{}").items():
            orders[row["source"], state] += count * row["n"]
    if any(row["counts"] is None for row in closed):
        uncounted = ledger.read(
            "SELECT source, orders.state, count(*) AS n FROM files INDEXED BY files_closed"
            " CROSS JOIN orders ON orders.file = files.id"
            " WHERE files.state = 'closed' AND finished_at >= ? AND counts IS NULL GROUP BY 1, 2",
            (since.isoformat(),),
        )
        orders.update({(row["source"], row["state"]): row["n"] for row in uncounted})
    in_work = ledger.read(
        "SELECT source, orders.state, count(*) AS n FROM files INDEXED BY files_open"
        " CROSS JOIN orders ON orders.file = files.id WHERE files.state <> 'closed' GROUP BY 1, 2"
    )
    orders.update({(row["source"], row["state"]): row["n"] for row in in_work})
    files.update(count_files(ledger))
    return dict(files), dict(orders)


def find_oldest_open(ledger: Ledger) -> dict[str, datetime]:
    """Return when the oldest open file of each source came; a source without one is not named."""
    rows = ledger.read(
        "SELECT source, min(received_at) AS oldest FROM files INDEXED BY files_open WHERE state <> 'closed' GROUP BY 1"
    )
    return {row["source"]: datetime.fromisoformat(row["oldest"]) for row in rows}


def count_used_quota(ledger: Ledger, now: float, per_s: float, boot_id: str) -> int | None:
    """Return how many slots of the quota are in use at a boot-time second.

    Each is free again `per_s` after its call's answer. Of another run of the machine nothing can be said: None.
    """
    if ledger.read_meta("boot_id") not in {boot_id, None}:
        return None
    query = "SELECT count(*) FROM calls WHERE ended IS NULL OR ended > ?"
    return int(ledger.read(query, (now - per_s,))[0][0])


def count_held(ledger: Ledger) -> int:
    """Return how many orders wait for stock."""
    return int(ledger.read("SELECT count(*) FROM stock_holds")[0][0])


def check_integrity(ledger: Ledger) -> None:
    """Read the ledger to its end. Raise LedgerError if it is damaged."""
    found = str(ledger.read("PRAGMA quick_check(1)")[0][0])
    if found != "ok":
        raise LedgerError(f"The ledger {ledger.path} is damaged ({found}); restore it from a backup or move it aside.")
