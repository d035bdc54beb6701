"""What the ledger can tell of one name, one content or one reference, over all deliveries. Changes nothing."""

import os

from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileRow, find_file


def find_files_named(ledger: Ledger, name: str) -> list[FileRow]:
    """Return every delivery that came, or was filed, under a name, or whose claim id it is; oldest first."""
    raw = os.fsencode(name)
    query = "SELECT id FROM files WHERE name = ? OR filed_as = ? OR id = ? ORDER BY received_at, id"
    return _find_all(ledger, query, (raw, raw, name))


def find_files_with(ledger: Ledger, reference: str) -> list[FileRow]:
    """Return every delivery that holds an order with this reference, oldest first."""
    query = "SELECT id FROM files WHERE id IN (SELECT file FROM orders WHERE reference = ?) ORDER BY received_at, id"
    return _find_all(ledger, query, (reference,))


def list_same_bytes(ledger: Ledger, row: FileRow) -> list[str]:
    """Return the claim ids of other deliveries of the same bytes, oldest first."""
    if row.sha256 is None:
        return []
    query = "SELECT id FROM files WHERE sha256 = ? AND id <> ? ORDER BY received_at, id"
    return [found["id"] for found in ledger.read(query, (row.sha256, row.claim.id))]


def read_delivery_state(ledger: Ledger, reference: str) -> str | None:
    """Return what the API was last told of a reference, whatever the account; None if nothing."""
    row = ledger.read_one(
        # From account to account, of which there are few: of references there are millions.
        "WITH RECURSIVE known (account) AS (SELECT min(account) FROM deliveries UNION ALL"
        " SELECT (SELECT min(account) FROM deliveries WHERE account > known.account) FROM known"
        " WHERE account IS NOT NULL)"
        " SELECT state FROM known CROSS JOIN deliveries USING (account) WHERE reference = ?"
        " ORDER BY state <> 'accepted' DESC LIMIT 1",
        (reference,),
    )
    return None if row is None else str(row["state"])


def _find_all(ledger: Ledger, query: str, values: tuple[str | bytes, ...]) -> list[FileRow]:
    found = (find_file(ledger, row["id"]) for row in ledger.read(query, values))
    return [row for row in found if row is not None]
