import copy
import json
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.core.model import VALUE_MARK
from syncd.core.validate import compile_checker

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/order.schema.json").read_bytes())
CHECKER = compile_checker(SCHEMA)
ADDRESS = {
    "FullName": "A B",
    "Address1": "Weg 1",
    "Town": "Dresden",
    "PostCode": "01067",
    "Country": "Germany",
}
ITEM = {"OrderLineNumber": "1", "SKU": "P-1", "Qty": 2, "PricePerUnit": Decimal("19.90")}
ORDER = {
    "ReferenceNumber": "ORD-1",
    "ReceivedDate": "2026-01-15T10:00:00Z",
    "DispatchBy": "2026-01-16T10:00:00Z",
    "Currency": "EUR",
    "PaymentStatus": "PAID",
    "ChannelBuyerName": "A B",
    "OrderItems": [ITEM],
    "DeliveryAddress": ADDRESS,
    "BillingAddress": dict(ADDRESS),
}


def change(path, value):
    order = copy.deepcopy(ORDER)
    target = order
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    return order


def check(path, value, zone=None):
    return [
        (problem.code, problem.field, problem.message.replace(VALUE_MARK, str(problem.value)))
        for problem in CHECKER.check(CHECKER.convert(change(path, value), zone), zone)
    ]


def test_a_full_order_passes():
    order = copy.deepcopy(ORDER)
    order |= {"PostalServiceCost": 0, "PostalServiceTaxRate": Decimal("5.5")}
    order["OrderItems"].append(ITEM | {"OrderLineNumber": "2", "ItemTitle": "Stuhl", "TaxRate": 19})
    more = {"Company": "X", "Address2": "2", "Address3": "3", "Region": "S", "CountryCode": "DE"}
    order["DeliveryAddress"] |= more | {"PhoneNumber": "+49 30 1", "EmailAddress": "a@example.com"}
    assert CHECKER.check(order) == ()


@pytest.mark.parametrize("name", SCHEMA["required"])
def test_each_required_field_of_an_order_is_missed(name):
    assert check((name,), None) == [("required", f"/{name}", f"{name} is missing")]


@pytest.mark.parametrize("name", SCHEMA["$defs"]["address"]["required"])
def test_each_required_field_of_an_address_is_missed_when_absent_or_blank(name):
    field, words = f"/DeliveryAddress/{name}", f"DeliveryAddress.{name}"
    assert check(("DeliveryAddress", name), "") == [("required", field, f"{words} is missing")]
    assert check(("DeliveryAddress", name), " \t") == [("pattern", field, f"{words} is blank")]


@pytest.mark.parametrize("name", SCHEMA["$defs"]["item"]["required"])
def test_each_required_field_of_an_item_is_missed(name):
    assert check(("OrderItems", 0, name), None) == [("required", f"/OrderItems/0/{name}", f"{name} is missing")]


@pytest.mark.parametrize(
    ("path", "value", "code", "message"),
    [
        (("Currency",), "CHF", "enum", "Currency is CHF; allowed are EUR, GBP and USD"),
        (("Currency",), "eur", "enum", "Currency is eur; allowed are EUR, GBP and USD"),
        (("OrderItems",), [], "min_items", "OrderItems has 0 entries; the least is 1"),
        (
            ("OrderItems", 0),
            5,
            "type",
            "entry 1 of OrderItems is 5; it must be an object with fields of its own",
        ),
        (("OrderItems", 0, "Qty"), "0", "minimum", "Qty is 0; the least is 1"),
        (("OrderItems", 0, "Qty"), "1.5", "type", "Qty is 1.5; it must be a whole number"),
        (("OrderItems", 0, "PricePerUnit"), 0, "minimum", "PricePerUnit is 0; the least is 0.01"),
        (("OrderItems", 0, "TaxRate"), "100.1", "maximum", "TaxRate is 100.1; the most is 100"),
        (("OrderItems", 0, "SKU"), True, "type", "SKU is true; it must be text"),
        (("PostalServiceCost",), Decimal("-0.01"), "minimum", "PostalServiceCost is -0.01; the least is 0"),
        (
            ("ReferenceNumber",),
            "x" * 256,
            "max_length",
            "ReferenceNumber has 256 characters; the most is 255",
        ),
        (("ReferenceNumber",), ".", "reference", "ReferenceNumber is .; that cannot name an order"),
        (("ReferenceNumber",), "..", "reference", "ReferenceNumber is ..; that cannot name an order"),
        (("Foo",), 1, "additional_properties", "Foo is no known field: mend its name or leave it out"),
        (("DispatchBy",), "2026-01-15T09:59:59Z", "dispatch_before_received", None),
        (("ReceivedDate",), "15.01.2026", "format", None),
    ],
)
def test_what_is_wrong_is_said_in_words(path, value, code, message):
    pointer = "".join(f"/{part}" for part in path)
    [(found, field, words)] = check(path, value)
    assert (found, field) == (code, pointer)
    assert message in {words, None}


def test_a_dispatch_at_the_time_of_receipt_is_allowed():
    assert check(("DispatchBy",), "2026-01-15T11:00:00+01:00") == []


@pytest.mark.parametrize("reference", [" A", "A ", "A\n", "\u00a0A"])
def test_white_space_around_a_reference_is_refused(reference):
    found = check(("ReferenceNumber",), reference)
    assert found[0][0] == "pattern"
    assert "white space before or after" in found[0][2]


def test_a_number_with_a_comma_is_told_how_to_be_written():
    [(code, _, words)] = check(("OrderItems", 0, "PricePerUnit"), "1,5")
    assert code == "type"
    assert words == "PricePerUnit is 1,5; it must be a number such as 19.90: a decimal point, no thousands separators"


@pytest.mark.parametrize(("field", "text"), [("PricePerUnit", "0." + "1" * 34), ("Qty", "1" * 35)])
def test_a_number_with_too_many_digits_is_told_so(field, text):
    [(code, _, words)] = check(("OrderItems", 0, field), text)
    assert code == "number_too_long"
    assert words == f"{field} is {text}; it has 35 digits, and at most 30 are taken: shorten it"


@pytest.mark.parametrize("text", ["1" * 28 + ",50", "x" * 35])
def test_a_long_text_that_is_no_number_is_told_what_a_number_looks_like(text):
    [(code, _, words)] = check(("OrderItems", 0, "PricePerUnit"), text)
    assert code == "type"
    assert "it must be a number such as 19.90" in words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("OrderItems", 0, "QTTY"), "QTTY is no known field: mend its name or leave it out"),
        (("PostalServiceCosts",), "PostalServiceCosts is no known field: the nearest known one is PostalServiceCost"),
        (("Referencenumber",), "Referencenumber is no known field: mend its name or leave it out"),
    ],
)
def test_of_an_unknown_field_the_nearest_known_one_that_is_not_there_is_named(path, words):
    [(code, _, found)] = check(path, "1")
    assert code == "additional_properties"
    assert found == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-01-15T10:00:00", "offset from UTC is missing"),
        ("2026-02-30T10:00:00Z", "no such day"),
        ("2026-02-30 10:00:00Z", "no such day"),
    ],
)
def test_a_time_without_an_offset_or_that_cannot_be_is_refused(text, words):
    [(code, field, message)] = check(("ReceivedDate",), text)
    assert (code, field) == ("format", "/ReceivedDate")
    assert words in message


def test_the_zone_of_a_source_is_used_and_its_gaps_are_named():
    berlin = ZoneInfo("Europe/Berlin")
    assert check(("ReceivedDate",), "2026-01-15 10:00:00", berlin) == []
    [(code, _, message)] = check(("DispatchBy",), "2026-03-29 02:30:00", berlin)
    assert code == "format"
    assert "clocks in Europe/Berlin skip this time" in message


def test_invisible_characters_are_refused_in_a_reference_alone():
    assert check(("ChannelBuyerName",), "A\u200bB\u202e") == []
    [(code, _, message)] = check(("ReferenceNumber",), "A\u200bB")
    assert code == "invisible_character"
    assert "U+200B (zero width space)" in message


def test_control_characters_are_refused_in_any_text_and_white_space_is_not():
    assert check(("DeliveryAddress", "Address2"), "a\tb\nc\rd\x0be\x0cf") == []
    [(code, field, message)] = check(("DeliveryAddress", "Address2"), "a\x1bb")
    assert (code, field) == ("control_character", "/DeliveryAddress/Address2")
    assert message == "DeliveryAddress.Address2 holds the control character U+001B: take it out"


def test_equal_lines_are_refused_and_an_equal_line_number_is_not():
    assert check(("OrderItems",), [ITEM, ITEM | {"SKU": "P-2"}]) == []
    found = check(("OrderItems",), [ITEM, ITEM | {"SKU": "P-2"}, ITEM, ITEM | {"Qty": "2.0"}])
    assert found == [
        (
            "duplicate_line",
            f"/OrderItems/{index}",
            f"entry {index + 1} of OrderItems is equal to entry 1 in every field: take one out",
        )
        for index in (2, 3)
    ]


def test_all_problems_are_said_at_once_and_none_twice():
    order = change(("BillingAddress",), {"Foo/~": 1}) | {
        "Currency": "X",
        "ReferenceNumber": 7,
        "PaymentStatus": "",
    }
    codes = [(problem.code, problem.field) for problem in CHECKER.check(CHECKER.convert(order, None))]
    assert len(codes) == len(set(codes))
    assert set(codes) == {
        ("enum", "/Currency"),
        ("required", "/PaymentStatus"),
        ("additional_properties", "/BillingAddress/Foo~1~0"),
        *(("required", f"/BillingAddress/{name}") for name in ADDRESS),
    }


def test_status_and_the_error_key_are_never_sent():
    converted = CHECKER.convert(ORDER | {"Status": "NEW", "_error": "Qty is 0"}, None)
    assert converted == ORDER


def test_the_columns_are_the_leaves_of_the_schema():
    assert CHECKER.list_name == "OrderItems"
    assert CHECKER.columns["OrderItems.Qty"] == ("OrderItems", "Qty")
    assert {"Status", "_error", "Currency", "BillingAddress.Town"} <= CHECKER.known_columns
    assert {"DeliveryAddress", "OrderItems", "DeliveryAddress.Status"}.isdisjoint(CHECKER.known_columns)
    assert {"Currency", "OrderItems.SKU", "BillingAddress.Town"} <= CHECKER.required_columns
    assert {"PostalServiceCost", "OrderItems.TaxRate", "DeliveryAddress.Company"}.isdisjoint(CHECKER.required_columns)


def test_every_field_of_the_schema_has_a_title_and_a_description():
    fields = [*SCHEMA["properties"].values(), *SCHEMA["$defs"].values()]
    fields += [field for part in SCHEMA["$defs"].values() for field in part["properties"].values()]
    assert [field for field in fields if not field.get("title") or not field.get("description")] == []
