"""The sandbox refuses what the API documents as wrong, by name, and agrees with its own OpenAPI file."""

import copy
import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from syncd.sandbox.check import MOST_QTY, find_mistakes
from syncd.sandbox.control import read_openapi
from syncd.sandbox.exact_json import read_json

ADDRESS = {"FullName": "Ann Ox", "Address1": "1 Low Road", "Town": "Bath", "PostCode": "BA1", "Country": "UK"}
ORDER = {
    "ReferenceNumber": "ORD-1",
    "ReceivedDate": "2026-01-15T10:00:00Z",
    "DispatchBy": "2026-01-16T10:00:00.5+00:00",
    "Currency": "EUR",
    "PaymentStatus": "PAID",
    "ChannelBuyerName": "Ann Ox",
    "OrderItems": [{"OrderLineNumber": "1", "SKU": "PROD-00001", "Qty": 1, "PricePerUnit": 0.01}],
    "DeliveryAddress": dict(ADDRESS),
    "BillingAddress": dict(ADDRESS),
}
MISSING = ...
SCHEMAS = json.loads(read_openapi())["components"]
VALIDATOR = Draft202012Validator(
    {"$ref": "#/components/schemas/Order", "components": SCHEMAS}, format_checker=FormatChecker()
)


def change(path, value):
    order = copy.deepcopy(ORDER)
    *parents, last = path
    place = order
    for key in parents:
        place = place[key]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return read_json(json.dumps(order).encode())


ITEM = ("OrderItems", 0)
GOOD = [
    (("ReferenceNumber",), " "),
    (("Currency",), "USD"),
    (("PostalServiceCost",), 0),
    (("PostalServiceCost",), 3.5),
    (("PostalServiceTaxRate",), 100),
    (("PostalServiceTaxRate",), None),
    ((*ITEM, "Qty"), MOST_QTY),
    ((*ITEM, "Qty"), 2.0),
    ((*ITEM, "ItemTitle"), ""),
    ((*ITEM, "TaxRate"), 5.5),
    (("DeliveryAddress", "Company"), ""),
    (("DeliveryAddress", "CountryCode"), "GB"),
    (("Status",), "SHIPPED"),
    (("Anything",), {"else": [1]}),
]
BAD = [
    (("ReferenceNumber",), MISSING),
    (("ReferenceNumber",), ""),
    (("ReferenceNumber",), 5),
    (("ReceivedDate",), "2026-01-15 10:00:00"),
    (("ReceivedDate",), "2026-01-15T10:00:00"),
    (("ReceivedDate",), "2026-01-15T10:00:00+01:00"),
    (("Currency",), "eur"),
    (("Currency",), ["EUR"]),
    (("PaymentStatus",), ""),
    (("ChannelBuyerName",), None),
    (("PostalServiceCost",), -0.01),
    (("PostalServiceCost",), "3.50"),
    (("PostalServiceTaxRate",), 100.1),
    (("OrderItems",), MISSING),
    (("OrderItems",), []),
    (("OrderItems",), {}),
    (ITEM, "1 shoe"),
    ((*ITEM, "OrderLineNumber"), MISSING),
    ((*ITEM, "SKU"), ""),
    ((*ITEM, "Qty"), 0),
    ((*ITEM, "Qty"), 1.5),
    ((*ITEM, "Qty"), True),
    ((*ITEM, "Qty"), "1"),
    ((*ITEM, "Qty"), MOST_QTY + 1),
    ((*ITEM, "PricePerUnit"), 0),
    ((*ITEM, "PricePerUnit"), 0.009),
    ((*ITEM, "ItemTitle"), 7),
    ((*ITEM, "TaxRate"), -1),
    (("DeliveryAddress",), MISSING),
    (("BillingAddress",), "1 Low Road"),
    (("BillingAddress", "Town"), MISSING),
    (("DeliveryAddress", "PostCode"), 12345),
    (("DeliveryAddress", "Region"), 5),
    (("DeliveryAddress", "CountryCode"), "gb"),
]


@pytest.mark.parametrize(("path", "value"), [((), MISSING), *GOOD], ids=repr)
def test_a_good_order_has_no_mistake_and_fits_the_openapi_file(path, value):
    order = change(path, value) if path else read_json(json.dumps(ORDER).encode())
    assert list(find_mistakes(order, "now")) == []
    assert VALIDATOR.is_valid(json.loads(json.dumps(order, default=float)))


@pytest.mark.parametrize(("path", "value"), BAD, ids=repr)
def test_a_bad_field_is_named_and_the_openapi_file_forbids_it_too(path, value):
    order = change(path, value)
    name = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
    assert [field for field, _ in find_mistakes(order, "now")] == [name]
    assert not VALIDATOR.is_valid(json.loads(json.dumps(order, default=float)))


@pytest.mark.parametrize("time", ["2026-02-30T10:00:00Z", "2026-01-10T25:00:00Z", "2026-01-15T10:00:00Z\n"])
def test_a_time_that_is_on_no_clock_is_refused(time):
    order = change(("ReceivedDate",), time)
    assert [field for field, _ in find_mistakes(order, "now")] == ["ReceivedDate"]


def test_the_old_dialect_knows_no_line_number():
    assert list(find_mistakes(change((*ITEM, "OrderLineNumber"), MISSING), "old")) == []
