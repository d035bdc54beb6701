from decimal import Decimal

import pytest

from syncd.core.compare import Comparison, find_differences

SENT = {
    "ReferenceNumber": "ORD-1",
    "ReceivedDate": "2026-01-15T10:00:00Z",
    "Currency": "EUR",
    "ChannelBuyerName": "Ann",
    "PostalServiceCost": Decimal("4.5"),
    "OrderItems": [
        {"OrderLineNumber": "1", "SKU": "A", "Qty": 2, "PricePerUnit": Decimal("19.9")},
        {"OrderLineNumber": "2", "SKU": "B", "Qty": 1, "PricePerUnit": Decimal(5)},
    ],
    "DeliveryAddress": {"FullName": "Ann Lee", "Town": "Berlin", "Company": ""},
}


def compare_field(sent, held, ours=False):
    return find_differences({"Field": sent}, {"Field": held}, ours)


def differ(record, ours=False):
    return find_differences(SENT, record, ours).differing


def test_an_equal_record_differs_nowhere():
    assert find_differences(SENT, SENT, ours=False) == Comparison((), 14)


def test_only_what_was_sent_and_is_held_is_compared():
    assert find_differences(SENT, {"Currency": "EUR", "Warehouse": "X"}, ours=False) == Comparison((), 1)


@pytest.mark.parametrize(
    "record", [{}, {"Status": "OPEN", "TrackingNumber": "T"}, "text", None, [1], {"ReferenceNumber": "ORD-1"}]
)
def test_a_record_without_our_content_compares_nothing(record):
    assert find_differences({**SENT, "Status": "NEW"}, record, ours=True).compared == 0


def test_what_the_api_sets_itself_is_never_compared():
    sent = {
        "Status": "NEW",
        "TrackingNumber": "1",
        "Carrier": "X",
        "PostalServiceName": "X",
        "DispatchedDate": "d",
    }
    record = dict.fromkeys(sent, "other")
    assert find_differences(sent, record, ours=False) == Comparison((), 0)


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        (Decimal("19.9"), Decimal("19.90")),
        (Decimal("19.9"), "19.90"),
        (2, Decimal("2.0")),
        (2, " 2 "),
        ("1", 1),
        (0, "0.00"),
        ("Ann", " Ann\n"),
        ("2026-01-15T10:00:00Z", "2026-01-15T10:00:00.0000000Z"),
        ("2026-01-15T10:00:00Z", "2026-01-15T11:00:00+01:00"),
        ("2026-01-15T10:00:00Z", "2026-01-15 10:00:00"),
        (True, True),
        ([1, 2], [1, Decimal(2)]),
    ],
)
def test_values_are_compared_by_what_they_mean(sent, held):
    result = compare_field(sent, held)
    assert result.differing == ()
    assert result.compared >= 1


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        (2, 3),
        (Decimal("19.9"), "19.91"),
        (2, "two"),
        (2, "NaN"),
        ("sNaN", 2),
        (2, "Infinity"),
        (1, True),
        ("Ann", "ann"),
        ("1.0", "1"),
        ("20260115", "2026-01-15"),
        ("2026-01-15T10:00:00Z", "2026-01-15T10:00:01Z"),
        ("2026-01-15T10:00:00Z", "2026-99-15T10:00:00Z"),
        ("2026-99-15T10:00:00Z", "2026-01-15T10:00:00Z"),
        ("Ann", {"name": "Ann"}),
        (5, {"value": 5}),
        ({"Town": "Berlin"}, "Berlin"),
        ([1], 1),
    ],
)
def test_values_that_contradict_are_named(sent, held):
    assert compare_field(sent, held) == Comparison(("Field",), 1)


@pytest.mark.parametrize("sent", [None, "", "  ", [], {}, "x"])
@pytest.mark.parametrize("held", [None, "", "  ", [], {}])
def test_null_empty_and_absent_are_equal(sent, held):
    assert compare_field(sent, held) == compare_field(held, sent) == Comparison((), 0)
    assert find_differences({"Field": held}, {}, ours=False) == Comparison((), 0)


def test_differences_are_named_by_dotted_paths():
    lines = [{**SENT["OrderItems"][0], "Qty": 3}, SENT["OrderItems"][1]]
    record = {
        **SENT,
        "Currency": "GBP",
        "OrderItems": lines,
        "DeliveryAddress": {"Town": "Bonn", "Company": "Lee"},
    }
    assert differ(record) == ("Currency", "OrderItems[0].Qty", "DeliveryAddress.Town")


def test_another_reference_contradicts():
    assert differ({**SENT, "ReferenceNumber": "ORD-2"}) == ("ReferenceNumber",)


def test_of_our_own_sending_only_currency_sku_and_quantity_may_contradict():
    record = {
        "Currency": "GBP",
        "ChannelBuyerName": "Bob",
        "DeliveryAddress": {"Town": "Bonn"},
        "OrderItems": [{"SKU": "A", "Qty": 3, "PricePerUnit": 1}, {"SKU": "C", "Qty": 1}, {"SKU": "D"}],
    }
    assert differ(record, ours=True) == ("Currency", "OrderItems[0].Qty", "OrderItems[1].SKU")
    assert len(differ(record)) == 7


def test_lines_are_matched_by_their_numbers():
    first, second = SENT["OrderItems"]
    assert differ({"OrderItems": [second, {**first, "OrderLineNumber": 1}]}) == ()
    assert differ({"OrderItems": [second, {**first, "OrderLineNumber": "3"}]}) == ("OrderItems[0]",)


@pytest.mark.parametrize("numbers", [(None, None), ("1", None), ("1", "1")])
def test_lines_without_telling_numbers_are_matched_by_position(numbers):
    lines = [{**line, "OrderLineNumber": number} for line, number in zip(SENT["OrderItems"], numbers, strict=True)]
    lines[1] = {**lines[1], "SKU": "C"}
    assert "OrderItems[1].SKU" in differ({"OrderItems": lines})
    assert "OrderItems[0].SKU" not in differ({"OrderItems": lines})


def test_missing_and_extra_lines_are_differences():
    first, second = ({"SKU": "A"}, {"SKU": "B"})
    assert find_differences({"OrderItems": [first, second]}, {"OrderItems": [first]}, ours=False).differing == (
        "OrderItems[1]",
    )
    assert find_differences({"OrderItems": [first]}, {"OrderItems": [first, second]}, ours=False).differing == (
        "OrderItems",
    )
    assert find_differences({"OrderItems": [first, second]}, {"OrderItems": [first]}, ours=True).differing == ()


def test_a_line_that_is_no_object_has_no_number():
    assert find_differences({"OrderItems": ["A", "B"]}, {"OrderItems": ["A", "C"]}, ours=False).differing == (
        "OrderItems[1]",
    )
