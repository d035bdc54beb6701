"""The quick check writes no order that jsonschema or a rule refuses, none otherwise than it is sent; and it writes
the ordinary ones.
"""

import copy
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncd.config.schema_files import read_schema
from syncd.core.canonical import write_canonical
from syncd.core.validate import compile_checker

QUICK = compile_checker(read_schema("order.schema.json"), accelerated=True)
SLOW = replace(QUICK, accepts=None)
ZONE = ZoneInfo("Europe/Berlin")
SOME = settings(max_examples=200, deadline=None)

ADDRESS = {
    "FullName": "A B",
    "Company": "C",
    "Address1": "Weg 1",
    "Town": "Dresden",
    "PostCode": "01067",
    "Country": "Germany",
    "CountryCode": "DE",
    "EmailAddress": "a@example.com",
}
ORDER = {
    "ReferenceNumber": "ORD-1",
    "ReceivedDate": "2026-01-15T10:00:00Z",
    "DispatchBy": "2026-01-16T10:00:00Z",
    "Currency": "EUR",
    "PaymentStatus": "PAID",
    "ChannelBuyerName": "A B",
    "PostalServiceCost": Decimal("4.90"),
    "PostalServiceTaxRate": 19,
    "OrderItems": [
        {"OrderLineNumber": "1", "SKU": "P-1", "ItemTitle": "T", "Qty": 2, "PricePerUnit": Decimal("19.9")},
        {"OrderLineNumber": "2", "SKU": "P-2", "Qty": 1, "PricePerUnit": 3, "TaxRate": Decimal("5.5")},
    ],
    "DeliveryAddress": ADDRESS,
    "BillingAddress": dict(ADDRESS),
}
NUMBERS = (
    st.integers(-2, 101)
    | st.integers()
    | st.decimals(allow_nan=True, allow_infinity=True)
    | st.sampled_from([Decimal("0.01"), Decimal("0.009"), Decimal("1.0"), Decimal("-0"), Decimal("sNaN")])
    | st.floats()
)
TEXTS = st.text(max_size=4) | st.sampled_from(
    [
        "",
        " ",
        "\u00a0",
        "\u2003x",
        "x\n",
        "x" * 255,
        "x" * 256,
        "EUR",
        "eur",
        "DE",
        "XX",
        "@",
        "a@b",
        "2026-02-30T10:00:00Z",
        "2026-01-15T24:00:00Z",
        "2026-01-15T23:59:59.9-01:00",
        "2026-01-15 11:00:00",
        "a\x7f",
        "\ud800",
        '"\\u',
        "0.01",
        "007",
        "2.0",
        "19.90",
        "1.",
        "1" * 30,
        "1" * 31,
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["SKU", "Qty", "Town", "Ω"]), inner),
    max_leaves=4,
)


def list_places(value, path=()):
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from list_places(entry, (*path, key))


PLACES = [path for path in list_places(ORDER) if path]


def spoil(order, path, change):
    """Change what stands at a place: take it out, put another value there, or beside it."""
    *above, last = path
    for part in above:
        order = order[part]
    kind, value = change
    if kind == "out":
        del order[last]
    elif kind == "beside" and isinstance(order, dict):
        order["Ω"] = value
    else:
        order[last] = value


CHANGES = st.tuples(st.sampled_from(["out", "beside", "other", "other"]), VALUES)


@SOME
@given(st.lists(st.tuples(st.sampled_from(PLACES), CHANGES), min_size=1, max_size=2, unique_by=lambda pair: pair[0][0]))
def test_what_the_quick_check_writes_nobody_refuses_and_is_what_would_be_sent(spoilings):
    order = copy.deepcopy(ORDER)
    for path, change in spoilings:
        spoil(order, path, change)
    body = QUICK.accept(order, ZONE)
    if body is not None:
        sent = SLOW.convert(order, ZONE)
        assert SLOW.check(sent, ZONE) == ()
        assert body == write_canonical(sent)


@SOME
@given(st.sampled_from(PLACES), TEXTS | st.integers(0, 101) | st.decimals(0, 101, places=2))
@example(("OrderItems", 0), "\ud800")
def test_with_and_without_it_the_same_is_found(path, value):
    order = copy.deepcopy(ORDER)
    spoil(order, path, ("other", value))
    sent = QUICK.convert(order, None)
    assert QUICK.check(sent) == SLOW.check(sent)


def test_an_ordinary_order_is_accepted_quickly():
    assert QUICK.accept(ORDER, None) == write_canonical(QUICK.convert(ORDER, None))
    assert SLOW.accept(ORDER, None) is None
    for path in PLACES:
        order = copy.deepcopy(ORDER)
        spoil(order, path, ("out", None))
        assert (QUICK.accept(order, None) is not None) == (list(QUICK.validator.iter_errors(order)) == [])
