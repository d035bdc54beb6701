"""A preset beside the default layout: time per order and peak memory of judging 100,000 rows, and their ratio.

    python -m bench.mapping [ROWS]

Each layout is judged in a process of its own, in rounds that take turns; medians are printed. Nothing is sent.
"""

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.tables import build_table, median, median_ratio
from bench.workloads import COLUMNS, _list_rows, build_order
from syncd.config.mapping_files import load_mapping
from syncd.config.schema_files import read_schema
from syncd.core.intake import Reading, judge
from syncd.core.model import Order
from syncd.core.validate import compile_checker

PRESET = "shopify_orders_export"
ROUNDS = 3
_PARTS = {"Name": "FullName", "Address1": "Address1", "City": "Town", "Zip": "PostCode", "Country": "CountryCode"}


def write_default(path: Path, orders: int) -> None:
    """Write that many orders of two rows in the default layout."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(orders):
            writer.writerows(_list_rows(build_order("MAP", number, 2)))


def write_preset(path: Path, header: list[str], orders: int) -> None:
    """Write the same orders as the preset's layout has them: the order's cells on its first row alone."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        for number in range(orders):
            order = build_order("MAP", number, 2)
            same = {"Name": order["ReferenceNumber"], "Created at": "2026-01-15 10:00:00 +0100"}
            first = {"Financial Status": "paid", "Currency": "EUR", "Shipping": "5.99", "Tax 1 Name": "VAT 19%"}
            for block, place in (("Shipping", "DeliveryAddress"), ("Billing", "BillingAddress")):
                first |= {f"{block} {name}": order[place][field] for name, field in _PARTS.items()}
            for item in order["OrderItems"]:
                line = {"sku": "SKU", "name": "ItemTitle", "quantity": "Qty", "price": "PricePerUnit"}
                cells = {f"Lineitem {name}": item[field] for name, field in line.items()}
                writer.writerow({**same, **first, **cells, "Lineitem requires shipping": "true"})
                first = {}


def judge_alone(path: Path, preset: str) -> None:
    """Judge a file and print the seconds, the orders that would be sent, and the peak memory in MiB."""
    mapping = load_mapping(Path(preset)) if preset else None
    reading = Reading(checker=compile_checker(read_schema("order.schema.json")), mapping=mapping)
    begun = time.perf_counter()
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(256 * 1024), b"")
        orders = sum(isinstance(each, Order) for each in judge(chunks, path.name, reading))
    took_s = time.perf_counter() - begun
    print(json.dumps([took_s, orders, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def measure(rows: int, header: list[str]) -> str:
    """Return the table for a file of so many rows in each layout."""
    figures: dict[str, list[list[float]]] = {"": [], PRESET: []}
    with tempfile.TemporaryDirectory() as folder:
        files = {"": Path(folder, "default.csv"), PRESET: Path(folder, "preset.csv")}
        write_default(files[""], rows // 2)
        write_preset(files[PRESET], header, rows // 2)
        for _ in range(ROUNDS):
            for name, path in files.items():
                words = [sys.executable, "-m", "bench.mapping", "--judge", str(path), name]
                done = subprocess.run(words, capture_output=True, check=True)
                figures[name].append(json.loads(done.stdout))
    for taken in figures.values():
        if any(orders != rows // 2 for _, orders, _ in taken):
            sys.exit("an order was not taken: the figures mean nothing")
    table = [
        [
            name or "default layout",
            f"{median([t[0] / t[1] * 1e6 for t in taken]):.0f}",
            f"{median([t[2] for t in taken]):.0f}",
        ]
        for name, taken in figures.items()
    ]
    ratios = [median_ratio([t[at] for t in figures[PRESET]], [t[at] for t in figures[""]]) for at in (0, 2)]
    table.append(["ratio", *(f"{ratio:.2f}" for ratio in ratios)])
    return build_table(["layout", "µs an order of 2 rows", "peak MiB"], table)


def main() -> None:
    """Measure, or judge one file as a process of its own."""
    if sys.argv[1:2] == ["--judge"]:
        judge_alone(Path(sys.argv[2]), sys.argv[3])
        return
    root = Path(__file__).parents[1]
    with (root / "mappings" / "samples" / f"{PRESET}.csv").open(encoding="utf-8") as sample:
        header = next(csv.reader(sample))
    print(measure(int(sys.argv[1]) if sys.argv[1:] else 100_000, header))


if __name__ == "__main__":
    main()
