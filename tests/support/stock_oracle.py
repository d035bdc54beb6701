"""The oracle of the inventory: every snapshot is one whole run of pages, and `latest.json` is one of the series."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from support.scripted_stock import Stock


def find_snapshot_faults(folder: Path, stock: Stock) -> Iterator[str]:
    """Given the inventory folder and what the API served, yield a sentence for each breach of the promise."""
    wholes = set(stock.wholes)
    series = [path for path in sorted(folder.glob("inventory-*.json")) if not path.name.endswith(".changes.json")]
    for path in (*series, *sorted(folder.glob("held-*.json"))):
        snapshot = json.loads(path.read_bytes())
        rows = frozenset((item["sku"], item["location"], item["on_hand"]) for item in snapshot["items"])
        if not snapshot["complete"] or len(rows) != len(snapshot["items"]) or rows not in wholes:
            yield f"{path.name} is no whole inventory"
        table = path.with_suffix(".csv")
        if path in series and (not table.exists() or _read_table(table) != rows):
            yield f"{table.name} is not what {path.name} says"
    latest = folder / "latest.json"
    if latest.exists() and latest.read_bytes() not in {path.read_bytes() for path in series}:
        yield "latest.json is none of the series"
    if not latest.exists():
        yield "no inventory was ever published"


def _read_table(path: Path) -> frozenset[tuple[str, str, int]]:
    with path.open(newline="") as file:
        return frozenset((row["sku"], row["location"], int(row["on_hand"])) for row in csv.DictReader(file))
