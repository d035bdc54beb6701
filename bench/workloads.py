"""The workloads: the same names, the same bytes, on every machine. Valid orders only, as the API takes them."""

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

HEAD = (
    "ReferenceNumber ReceivedDate DispatchBy Currency PaymentStatus ChannelBuyerName PostalServiceCost "
    "PostalServiceTaxRate"
).split()
ITEM = "OrderLineNumber SKU ItemTitle Qty PricePerUnit TaxRate".split()
ADDRESS = "FullName Address1 Town PostCode Country CountryCode EmailAddress PhoneNumber".split()
COLUMNS = [
    *HEAD,
    *(f"OrderItems.{name}" for name in ITEM),
    *(f"DeliveryAddress.{name}" for name in ADDRESS),
    *(f"BillingAddress.{name}" for name in ADDRESS),
]
_FIRST = "John Anna Jürgen Zoë Mary Luca Björn Ines".split()
_LAST = "Doe Müller Schmidt O'Neil García Rossi Novák Smith".split()
_TOWNS = (("Berlin", "10115"), ("Hamburg", "20095"), ("München", "80331"), ("Köln", "50667"))

WORKLOADS = {
    "json200": ("files", 200),
    "json2000": ("files", 2_000),
    "json20k": ("files", 20_000),
    "csv2k": ("csv", 2_000),
    "csv20k": ("csv", 20_000),
    "csv200k": ("csv", 200_000),
    "array200k": ("array", 200_000),
}
"""Kind and number of orders. A CSV has two rows an order; an array is one line."""


def build_order(prefix: str, number: int, items: int) -> dict[str, object]:
    """Given a prefix, a number and how many items, return an order; the same for the same."""
    draw = random.Random(number * 7919 + len(prefix))
    name = f"{draw.choice(_FIRST)} {draw.choice(_LAST)}"
    town, post_code = draw.choice(_TOWNS)
    address = {
        "FullName": name,
        "Address1": f"Main Street {draw.randint(1, 200)}",
        "Town": town,
        "PostCode": post_code,
        "Country": "Germany",
        "CountryCode": "DE",
        "EmailAddress": f"buyer{number}@example.com",
        "PhoneNumber": f"+4930{draw.randint(0, 9_999_999):07}",
    }
    return {
        "ReferenceNumber": f"{prefix}-{number:07}",
        "ReceivedDate": f"2025-01-{draw.randint(1, 28):02}T10:00:00Z",
        "DispatchBy": f"2025-02-{draw.randint(1, 28):02}T17:00:00Z",
        "Currency": "EUR",
        "PaymentStatus": "PAID",
        "ChannelBuyerName": name,
        "PostalServiceCost": 5.99,
        "PostalServiceTaxRate": 19,
        "OrderItems": [
            {
                "OrderLineNumber": str(line + 1),
                "SKU": f"PROD-{draw.randint(0, 99_999):05}",
                "ItemTitle": f"Premium Wireless Headphones {line}",
                "Qty": draw.randint(1, 5),
                "PricePerUnit": round(draw.uniform(1, 200), 2),
                "TaxRate": 19,
            }
            for line in range(items)
        ],
        "DeliveryAddress": address,
        "BillingAddress": dict(address),
    }


def make_workload(folder: Path, name: str) -> Path:
    """Given where workloads are kept and the name of one, return its folder; it is made where it is missing."""
    made = folder / name
    if made.is_dir():
        return made
    part = folder / f"{name}.part"
    kind, count = WORKLOADS[name]
    write_orders(part, kind, name.upper(), count)
    return part.rename(made)


def write_orders(folder: Path, kind: str, prefix: str, count: int) -> None:
    """Write so many orders, whose references begin with the prefix, into a new folder, as files of a kind."""
    folder.mkdir(parents=True)
    match kind:
        case "files":
            for number in range(count):
                text = _dump(build_order(prefix, number, 1)) + "\n"
                (folder / f"{prefix}-{number:07}.json").write_text(text, "utf-8")
        case "csv":
            with (folder / f"{prefix}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(COLUMNS)
                for number in range(count):
                    writer.writerows(_list_rows(build_order(prefix, number, 2)))
        case _:
            with (folder / f"{prefix}.json").open("w", encoding="utf-8") as file:
                for number in range(count):
                    file.write(("," if number else "[") + _dump(build_order(prefix, number, 1)))
                file.write("]")


def _dump(order: dict[str, object]) -> str:
    return json.dumps(order, ensure_ascii=False, separators=(",", ":"))


def _list_rows(order: dict) -> Iterator[list[object]]:
    addresses = [order[place][name] for place in ("DeliveryAddress", "BillingAddress") for name in ADDRESS]
    for item in order["OrderItems"]:
        yield [order[name] for name in HEAD] + [item[name] for name in ITEM] + addresses
