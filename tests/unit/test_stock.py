from decimal import Decimal

import pytest

from syncd.core.stock import (
    Shortage,
    Wanted,
    build_out_of_stock,
    choose_step,
    count_available,
    find_shortages,
    list_wanted,
)

STOCK = {"A": (("One", 5), ("Two", 3)), "B": ((None, Decimal("2.5")),)}


def find(wanted, locations=(), sent=None):
    return find_shortages(wanted, STOCK.get, locations, lambda sku: (sent or {}).get(sku, 0))


def test_the_lines_of_an_order_are_read():
    items = [
        {"SKU": "A", "Qty": 2},
        {"SKU": "B", "Qty": Decimal("1.5")},
        {"SKU": 5, "Qty": 1},
        {"SKU": "C", "Qty": True},
        7,
    ]
    assert list_wanted({"OrderItems": items}) == (Wanted(0, "A", 2), Wanted(1, "B", Decimal("1.5")))
    assert list_wanted({"OrderItems": None}) == ()
    assert list_wanted([]) == ()


def test_locations_are_summed_or_named_and_what_was_sent_counts():
    assert count_available(STOCK["A"], (), 0) == 8
    assert count_available(STOCK["A"], ("Two",), 1) == 2
    assert count_available(STOCK["A"], ("Three",), 0) == 0


def test_earlier_lines_are_served_first():
    short = find([Wanted(0, "A", 6), Wanted(1, "A", 3), Wanted(2, "A", 1)])
    assert short == (Shortage(Wanted(1, "A", 3), 2, True), Shortage(Wanted(2, "A", 1), 0, True))


def test_what_was_sent_since_is_gone_and_never_less_than_nothing_is_left():
    assert find([Wanted(0, "A", 1)], sent={"A": 7}) == ()
    assert find([Wanted(0, "A", 1)], sent={"A": 99}) == (Shortage(Wanted(0, "A", 1), 0, True),)
    assert find([Wanted(0, "B", Decimal("2.5"))]) == ()


@pytest.mark.parametrize(
    ("mode", "short", "held_s", "step"),
    [
        ("off", None, 0, "send"),
        ("reject", False, 0, "send"),
        ("warn", True, 0, "warn"),
        ("warn", None, 0, "warn"),
        ("hold", True, 99, "hold"),
        ("hold", True, 100, "refuse"),
        ("reject", True, 0, "refuse"),
        ("hold", None, 99, "hold"),
        ("reject", None, 99, "hold"),
        ("reject", None, 100, "warn"),
        ("hold", None, 100, "warn"),
    ],
)
def test_what_is_done_depends_on_mode_stock_and_patience(mode, short, held_s, step):
    shortages = None if short is None else find([Wanted(0, "A", 9 if short else 1)])
    assert choose_step(mode, shortages, held_s, 100) == step


def test_the_problem_says_which_line_lacks_how_many():
    (short,) = find([Wanted(1, "A", 10)])
    problem = build_out_of_stock(short, (2, 3), 2)
    assert (problem.code, problem.field, problem.line) == ("out_of_stock", "/OrderItems/1/Qty", 3)
    assert "Entry 2 asks for 10 of SKU A; 2 missing (8 left)." in problem.message
    (unknown,) = find([Wanted(0, "X", 1)])
    assert "1 missing (the inventory does not know this SKU)" in build_out_of_stock(unknown, (7,), 2).message
    assert build_out_of_stock(unknown, (7,), 2).line == 7
    assert build_out_of_stock(unknown, (), 1).line is None
