"""Makes orders, and files of them, in the default layout."""

import csv
import io
import json
from typing import Any

ADDRESS = {
    "FullName": "Ann Example",
    "Address1": "Long Street 1",
    "Town": "Berlin",
    "PostCode": "01067",
    "Country": "Germany",
}


def make_order(reference: str, *, lines: int = 1, qty: int = 2, price: float = 19.9, **changes: Any) -> dict[str, Any]:
    """Return a good order of so many lines; `changes` replace whole fields, and None takes one away."""
    order = {
        "ReferenceNumber": reference,
        "ReceivedDate": "2026-01-15T10:00:00Z",
        "DispatchBy": "2026-01-16T10:00:00Z",
        "Currency": "EUR",
        "PaymentStatus": "PAID",
        "ChannelBuyerName": "Ann Example",
        "OrderItems": [
            {
                "OrderLineNumber": str(number),
                "SKU": f"SKU-{number}",
                "ItemTitle": "A thing",
                "Qty": qty,
                "PricePerUnit": price,
                "TaxRate": 19,
            }
            for number in range(1, lines + 1)
        ],
        "DeliveryAddress": dict(ADDRESS),
        "BillingAddress": dict(ADDRESS),
        **changes,
    }
    return {key: value for key, value in order.items() if value is not None}


def write_csv(*orders: dict[str, Any]) -> bytes:
    """Return a CSV file of orders, a row for each of their lines."""
    rows = [_flatten({**order, "OrderItems": item}) for order in orders for item in order["OrderItems"]]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def write_json(*orders: dict[str, Any]) -> bytes:
    """Return a JSON array of orders."""
    return json.dumps(orders).encode()


def write_ndjson(*orders: dict[str, Any]) -> bytes:
    """Return an order a line."""
    return b"".join(json.dumps(order).encode() + b"\n" for order in orders)


def _flatten(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        flat |= _flatten(inner, f"{prefix}{key}.") if isinstance(inner, dict) else {f"{prefix}{key}": inner}
    return flat
