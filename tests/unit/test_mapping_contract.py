"""What a sample must give beside what it gives."""

from decimal import Decimal

import pytest

from syncd.core.mapping.contract import Difference, compare_orders


def differ(expected, got):
    return list(compare_orders([{"ReferenceNumber": "A", **expected}], [{"ReferenceNumber": "A", **got}]))


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({}, {"Note": None, "Other": "", "List": [], "Block": {}}),
        ({"Price": Decimal("4.90")}, {"Price": Decimal("4.9")}),
        ({"Price": 5}, {"Price": Decimal("5.0")}),
        ({"At": "2026-01-15T10:00:00+01:00"}, {"At": "2026-01-15T09:00:00Z"}),
        ({"Items": [{"Sku": "x"}]}, {"Items": [{"Sku": "x"}]}),
    ],
)
def test_what_means_the_same_is_no_difference(expected, got):
    assert differ(expected, got) == []


@pytest.mark.parametrize(
    ("expected", "got"),
    [("5", 5), (1, True), ("x", "y"), ("2026-01-15T10:00:00Z", "2026-01-15T10:00:01Z"), ("x", None), (None, "x")],
)
def test_a_field_that_differs_is_named_with_both_values(expected, got):
    assert differ({"Items": [{"Sku": expected}]}, {"Items": [{"Sku": got}]}) == [
        Difference("A", "Items[0].Sku", expected, got)
    ]


def test_an_order_that_only_one_side_has_differs_as_a_whole():
    one, two = {"ReferenceNumber": "A"}, {"ReferenceNumber": "B"}
    assert list(compare_orders([one, one], [two, one])) == [
        Difference("A", None, one, None),
        Difference("B", None, None, two),
    ]


def test_what_is_no_order_is_compared_by_what_it_is():
    assert list(compare_orders([7], [])) == [Difference("7", None, 7, None)]
