"""What the page says of the inventory: the movement of stock from snapshot to snapshot, and the search by SKU.

Reads the files that everybody may read, tolerantly: what cannot be understood is left out.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from syncd.core.inventory import Item, parse_item
from syncd.core.times import parse_time
from syncd.edges.clock import Clock
from syncd.edges.snapshots import LATEST, SnapshotFolder, open_snapshot
from syncd.edges.spool import read_chunks
from syncd.errors import StorageError

SHOWN_SNAPSHOTS = 24
MOST_FOUND = 100
MOST_CHANGES_BYTES = 8 * 1024**2
"""A larger file of changes is not drawn."""


@dataclass(frozen=True, slots=True)
class Movement:
    """How available stock changed from one snapshot to the next, in pieces."""

    at: datetime
    came: Decimal
    went: Decimal
    skus: int  #: items that changed


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found in the newest snapshot."""

    taken_at: datetime
    items: tuple[Item, ...]
    more: bool


class Movements:
    """Reads what changed; remembers what it has read, since a snapshot never changes."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._folder = SnapshotFolder(directory, clock)
        self._known: dict[str, Movement | None] = {}

    def list_last(self) -> list[Movement]:
        """Return the movements of the last snapshots, the oldest first. Raise StorageError if the folder refuses."""
        names = [str(entry.get("file")) for entry in self._folder.read_manifest()[-SHOWN_SNAPSHOTS:]]
        self._known = {name: self._known[name] if name in self._known else self._read(name) for name in names}
        return [movement for movement in self._known.values() if movement is not None]

    def _read(self, name: str) -> Movement | None:
        path = self._folder.directory / f"{Path(name).name.removesuffix('.json')}.changes.json"
        try:
            if path.stat().st_size > MOST_CHANGES_BYTES:
                return None
            changes = json.loads(b"".join(read_chunks(path)), parse_float=Decimal)
            if changes["from"] is None:  # the first snapshot: everything is new, nothing has moved
                return None
            deltas = [_available(each["to"]) - _available(each["from"]) for each in changes["changes"]]
            return Movement(
                parse_time(changes["to"], None),
                sum((delta for delta in deltas if delta > 0), Decimal(0)),
                -sum((delta for delta in deltas if delta < 0), Decimal(0)),
                len(deltas),
            )
        except (OSError, StorageError, ValueError, LookupError, TypeError, ArithmeticError):
            return None


def search(directory: Path, words: str) -> Found | None:
    """Given the inventory folder and part of a SKU in any case, return the items that have it, by SKU.

    None where there is no snapshot. Raise StorageError where it cannot be read.
    """
    try:
        snapshot = open_snapshot(directory / LATEST)
    except FileNotFoundError:
        return None
    wanted = words.casefold()
    found: list[Item] = []
    for line in snapshot.lines():
        if wanted in line.sku.casefold():
            found.append(parse_item(line.text))
            if len(found) > MOST_FOUND:
                break
    return Found(snapshot.taken_at, tuple(found[:MOST_FOUND]), len(found) > MOST_FOUND)


def _available(quantities: object) -> Decimal:
    return Decimal(quantities["available"]) if isinstance(quantities, dict) else Decimal(0)
