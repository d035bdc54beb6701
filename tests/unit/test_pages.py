from decimal import Decimal

import pytest

from syncd.core.inventory import Item
from syncd.core.pages import Page, PageFault, Place, read_page

ROW = {
    "sku": "P-1",
    "Height": Decimal("10.5"),
    "StockLevel": 100,
    "InOrderBook": 20,
    "Available": 80,
    "LastUpdateDate": "2025-10-29T10:00:00Z",
}
OLD_ROW = {
    "sku": "P-1",
    "title": "A thing",
    "quantity": 80,
    "available": True,
    "reserved": 20,
    "on_hand": 100,
    "last_updated": "2025-10-29T10:00:00Z",
}
PAGINATION = {"current_page": 1, "page_size": 25, "has_more": False, "next_page": None}


def now(*rows, location=None, pagination=None, beside=None, **data):
    where = {"location_name": "PS", "total_count_of_skus": 1, "sku_count_in_page": 1, "has_more": False, "sku": rows}
    where["sku"] = list(rows)
    body = {"success": True, "data": {"locations": [where | (location or {})], **data}}
    if pagination is not None:
        body["data"]["pagination"] = pagination
    if beside is not None:
        body["pagination"] = beside
    return body


def old(*rows, **pagination):
    pages = {"page": 1, "limit": 100, "total": 1, "total_pages": 1, **pagination}
    return {"success": True, "data": {"items": list(rows), "pagination": pages}}


def test_todays_answer_is_read():
    page = read_page(now(ROW, pagination=PAGINATION, total_count_of_skus=1, location_count=1))
    item = Item("P-1", "PS", 100, 20, 80, "2025-10-29T10:00:00Z")
    assert page == Page("page_size", 1, 25, (item,), (Place("PS", 1, 1, 1),), 1, 1, False)


def test_the_earlier_answer_is_read():
    page = read_page(old(OLD_ROW, total_pages=3))
    item = Item("P-1", None, 100, 20, 80, "2025-10-29T10:00:00Z")
    assert page == Page("limit", 1, 100, (item,), (), 1, None, True)


@pytest.mark.parametrize(
    "where",
    [
        {"pagination": {"has_more": True}},
        {"beside": {"has_more": True}},
        {"location": {"has_more": True}},
        {"pagination": PAGINATION, "beside": {"has_more": True}},
    ],
)
def test_more_follows_wherever_that_is_said(where):
    assert read_page(now(ROW, **where)).has_more


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (5, 5),
        (Decimal("2.50"), Decimal("2.50")),
        (Decimal("3.0"), 3),
        ("7", 7),
        (-4, -4),
        (Decimal("1E+3"), 1000),
    ],
)
def test_numbers_are_exact_and_whole_where_they_are(given, read):
    (item,) = read_page(now({**ROW, "Available": given})).items
    assert item.available == read
    assert type(item.available) is type(read)


@pytest.mark.parametrize("given", [None, True, "many", Decimal("NaN"), Decimal("1E+999999999"), 10**31, "1" * 40, []])
def test_what_is_no_sane_number_is_refused(given):
    with pytest.raises(PageFault, match="quantity"):
        read_page(now({**ROW, "StockLevel": given}))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2025-10-29T10:00:00.1234567Z", "2025-10-29T10:00:00Z"),
        ("2025-10-29T12:00:00+02:00", "2025-10-29T10:00:00Z"),
        ("2025-10-29 10:00:00", "2025-10-29T10:00:00Z"),
        ("yesterday", None),
        (None, None),
        (5, None),
    ],
)
def test_times_go_out_in_utc_and_one_that_cannot_be_read_is_null(given, read):
    (item,) = read_page(now({**ROW, "LastUpdateDate": given})).items
    assert item.updated_at == read


def test_a_location_without_a_name_goes_by_its_filter_or_by_none():
    named = read_page(now(ROW, location={"location_name": "", "location_filter": "uuid"}))
    unnamed = read_page(now(ROW, location={"location_name": None}))
    assert (named.items[0].location, unnamed.items[0].location) == ("uuid", None)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"data": {}},
        {"data": {"locations": {}}},
        {"data": {"locations": [5]}},
        now(location={"sku": None}),
        now(5),
        now({key: value for key, value in ROW.items() if key != "Available"}),
        now({**ROW, "sku": ""}),
        now({**ROW, "sku": "\ud800"}),
        now({**ROW, "sku": 5}),
        old(OLD_ROW, page=None),
        old(OLD_ROW, total_pages="2"),
        old({**OLD_ROW, "sku": None}),
        {"data": {"items": [], "pagination": None}},
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_with_a_sentence(body):
    with pytest.raises(PageFault) as caught:
        read_page(body)
    assert str(caught.value).endswith(".")


def test_a_count_that_is_none_is_not_counted_on():
    page = read_page(now(ROW, pagination={"current_page": True, "page_size": "25"}))
    assert (page.number, page.size) == (None, None)
