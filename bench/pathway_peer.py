"""Pathway at the same work, run by its own Python: `fs.read` as a stream, each order posted, each file renamed.

`python -m bench.pathway_peer INBOX DONE URL`. Its own `http.write` cannot be used: a file that leaves the inbox is a
deletion to it, and posted once more.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pathway as pw
import requests

from bench.workloads import COLUMNS, HEAD

NUMBERS = {
    "PostalServiceCost": float,
    "PostalServiceTaxRate": float,
    "Qty": int,
    "PricePerUnit": float,
    "TaxRate": float,
}
NESTED = ["OrderItems", "DeliveryAddress", "BillingAddress"]


def join_cells(*cells: str) -> str:
    """Return a row as one text."""
    return json.dumps(cells, ensure_ascii=False)


def build_order(rows: tuple[str, ...]) -> str:
    """Given the rows of an order, return its body."""
    order: dict[str, Any] = {"OrderItems": []}
    for row in rows:
        item = {}
        for column, text in zip(COLUMNS, json.loads(row), strict=True):
            head, _, leaf = column.partition(".")
            value = NUMBERS[leaf or head](text) if (leaf or head) in NUMBERS else text
            if not leaf:
                order[head] = value
            elif head == "OrderItems":
                item[leaf] = value
            else:
                order.setdefault(head, {})[leaf] = value
        order["OrderItems"].append(item)
    return json.dumps(order, ensure_ascii=False)


def build_body(*values: Any) -> str:
    """Given an order's top fields, return its body."""
    plain = (value.value if isinstance(value, pw.Json) else value for value in values)
    return json.dumps(dict(zip([*HEAD, *NESTED], plain, strict=True)), ensure_ascii=False)


def find_path(metadata: pw.Json) -> str:
    """Return where a row came from."""
    return metadata["path"].as_str()


def main() -> None:
    """Watch until killed."""
    inbox, done, url = sys.argv[1:]
    session = requests.Session()
    login = session.post(f"{url}/auth/login", json={"client_id": "x", "client_secret": "y"}, timeout=30).json()
    session.headers["Authorization"] = f"Bearer {login['data']['access_token']}"
    session.headers["Content-Type"] = "application/json"
    read = {"mode": "streaming", "with_metadata": True, "autocommit_duration_ms": 50}

    types = {name: NUMBERS.get(name, str) for name in HEAD} | dict.fromkeys(NESTED, pw.Json)
    table = pw.io.fs.read(f"{inbox}/*.json", format="json", schema=pw.schema_from_dict(types), **read)
    columns = [table[name] for name in types]
    single = table.select(
        body=pw.apply_with_type(build_body, str, *columns), path=pw.apply_with_type(find_path, str, table["_metadata"])
    )

    texts = pw.schema_from_dict(dict.fromkeys(COLUMNS, str))
    table = pw.io.fs.read(f"{inbox}/*.csv", format="csv", schema=texts, **read)
    rows = table.select(
        reference=table.ReferenceNumber,
        row=pw.apply_with_type(join_cells, str, *[table[name] for name in COLUMNS]),
        path=pw.apply_with_type(find_path, str, table["_metadata"]),
    )
    groups = rows.groupby(rows.reference).reduce(rows=pw.reducers.tuple(rows.row), path=pw.reducers.any(rows.path))
    grouped = groups.select(body=pw.apply_with_type(build_order, str, groups.rows), path=groups.path)

    for orders in (single, grouped):
        seen: set[str] = set()

        def send(key: Any, row: dict, time: int, is_addition: bool, seen: set[str] = seen) -> None:  # noqa: ARG001
            if is_addition:
                session.post(f"{url}/outbound", data=row["body"].encode(), timeout=30)
                seen.add(row["path"])

        def move(time: int, seen: set[str] = seen) -> None:  # noqa: ARG001  Pathway calls both so
            for path in map(Path, seen):
                if path.exists():
                    path.rename(Path(done) / path.name)
            seen.clear()

        pw.io.subscribe(orders, send, on_time_end=move)
    print("ready", flush=True)
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


if __name__ == "__main__":
    main()
