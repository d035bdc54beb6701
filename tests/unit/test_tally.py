from dataclasses import replace

import pytest

from syncd.core.inventory import Item
from syncd.core.pages import Page, Place
from syncd.core.tally import Tally


def page(number, *skus, total=None, locations=None, place_total=None, in_page=None, has_more=False):
    items = tuple(Item(sku, "PS", 1, 0, 1, None) for sku in skus)
    place = Place("PS", place_total, in_page, len(skus))
    return Page("page_size", number, 25, items, (place,), total, locations, has_more)


def test_pages_that_add_up_are_good():
    tally = Tally()
    assert tally.add(page(1, "A", "B", total=3, locations=1, place_total=3, in_page=2, has_more=True)) is None
    assert tally.add(page(2, "C", total=3, locations=1, place_total=3, in_page=1)) is None
    assert tally.finish(3) is None
    assert (tally.pages, tally.rows, tally.on_hand) == (2, 3, 3)


def test_a_total_may_count_skus_or_rows():
    both = (Place("A", None, None, 1), Place("B", None, None, 1))
    items = tuple(Item("X", place.name, 1, 0, 1, None) for place in both)
    for total, good in ((1, True), (2, True), (3, False)):
        tally = Tally()
        assert tally.add(Page("page_size", 1, 25, items, both, total, 2, False)) is None
        assert (tally.finish(1) is None) is good


def test_totals_that_are_not_said_are_not_counted_on():
    tally = Tally()
    assert tally.add(replace(page(1, "A"), number=None)) is None
    assert tally.finish(1) is None


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (page(3, "C", total=3, place_total=3), "page 3 came where page 2"),
        (page(2, "C", total=4, place_total=3), "the total changed"),
        (page(2, "C", total=3, place_total=4), "total of a location changed"),
        (page(2, "C", total=3, place_total=3, in_page=2), "another number of rows"),
        (page(2, total=3, place_total=3, has_more=True), "an empty page"),
    ],
)
def test_pages_that_shift_are_noticed_at_once(second, fault):
    tally = Tally()
    assert tally.add(page(1, "A", "B", total=3, place_total=3, has_more=True)) is None
    assert fault in str(tally.add(second))


def test_what_is_missing_is_noticed_at_the_end():
    tally = Tally()
    tally.add(page(1, "A", place_total=2))
    assert "should have 2 SKUs and 1 came" in str(tally.finish(1))
    tally = Tally()
    tally.add(page(1, "A", locations=2))
    assert "should be 2 locations and 1 came" in str(tally.finish(1))
