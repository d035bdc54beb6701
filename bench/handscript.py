"""What people write instead of installing a daemon, and the measure of every ratio: one request at a time.

watchdog, csv, jsonschema compiled once, httpx.Client, a report, a rename. No ledger, no fsync, no retry beyond
one for a 429, no quota: an order that fails half-way is nobody's.
"""

import csv
import json
import queue
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

NUMBERS = {
    "PostalServiceCost": float,
    "PostalServiceTaxRate": float,
    "Qty": int,
    "PricePerUnit": float,
    "TaxRate": float,
}


def read_orders(path: Path) -> Iterator[dict]:
    """Yield the orders of a file."""
    if path.suffix == ".json":
        found = json.loads(path.read_text("utf-8"))
        yield from found if isinstance(found, list) else [found]
        return
    orders: dict[str, dict] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            order = orders.setdefault(row["ReferenceNumber"], {"OrderItems": []})
            item = {}
            for column, text in row.items():
                head, _, leaf = column.partition(".")
                name = leaf or head
                value = NUMBERS[name](text) if name in NUMBERS else text
                if not leaf:
                    order[head] = value
                elif head == "OrderItems":
                    item[leaf] = value
                else:
                    order.setdefault(head, {})[leaf] = value
            order["OrderItems"].append(item)
    yield from orders.values()


class Ringer(FileSystemEventHandler):
    """Queues what arrives."""

    def __init__(self, arrived: queue.Queue) -> None:
        self.arrived = arrived

    def on_moved(self, event: FileSystemEvent) -> None:
        self.arrived.put(event.dest_path)

    def on_closed(self, event: FileSystemEvent) -> None:
        self.arrived.put(event.src_path)

    def on_created(self, event: FileSystemEvent) -> None:
        self.arrived.put(event.src_path)


def main() -> None:
    """Watch a folder until killed."""
    url, schema_path, inbox, done, failed = sys.argv[1:]
    validator = jsonschema.Draft202012Validator(json.loads(Path(schema_path).read_text("utf-8")))
    client = httpx.Client()
    login = client.post(f"{url}/auth/login", json={"client_id": "x", "client_secret": "y"}).json()
    headers = {"Authorization": f"Bearer {login['data']['access_token']}"}
    arrived: queue.Queue = queue.Queue()
    observer = Observer()
    observer.schedule(Ringer(arrived), inbox)
    observer.start()
    for path in sorted(Path(inbox).iterdir()):
        arrived.put(str(path))
    print("ready", flush=True)
    while True:
        path = Path(arrived.get())
        if not path.is_file():
            continue
        report, good = [], True
        for order in read_orders(path):
            errors = [error.message for error in validator.iter_errors(order)]
            if not errors:
                answer = client.post(f"{url}/outbound", json=order, headers=headers)
                if answer.status_code == 429:
                    time.sleep(5)
                    answer = client.post(f"{url}/outbound", json=order, headers=headers)
                if answer.status_code >= 300:
                    errors = [answer.text]
            good = good and not errors
            report.append({"reference": order.get("ReferenceNumber"), "errors": errors})
        folder = Path(done if good else failed)
        (folder / f"{path.name}.report.json").write_text(json.dumps(report), "utf-8")
        path.rename(folder / path.name)


if __name__ == "__main__":
    main()
