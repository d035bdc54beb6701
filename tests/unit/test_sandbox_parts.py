"""The small parts of the sandbox: quota, exact JSON, the choice of faults, and the stock."""

import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from syncd.sandbox.exact_json import read_json, write_json
from syncd.sandbox.faults import FaultBook, FaultKind
from syncd.sandbox.inventory import Inventory
from syncd.sandbox.quota import SlidingWindow
from syncd.sandbox.settings import InventorySettings

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def test_a_full_window_refuses_until_its_oldest_call_is_a_window_old():
    window = SlidingWindow(2, 60)
    assert [window.count(at) for at in (0, 50, 59.9)] == [True, True, False]
    assert window.free_in_s(59.9) == pytest.approx(50.1)  # the refused call counts as well
    assert window.count(110)
    assert window.max_in_window == 3


def test_a_call_exactly_one_window_later_is_in_the_next_window():
    window = SlidingWindow(1, 60)
    assert window.count(0.1)
    assert window.free_in_s(0.1) == 60
    assert window.count(60.1)
    assert SlidingWindow(1, 60).free_in_s(5) == 0


@pytest.mark.parametrize("text", ["19.90", "2.0", "0.10", "123456789012345678901234567890.123", "12", "-1", "1E+5"])
def test_numbers_keep_their_digits(text):
    assert write_json(read_json(text.encode())) == text


def test_values_come_through_unchanged():
    value = {"a": [1, True, None, 'quo"te', "ü", "\ud800"], "b": {}, "c": [], "d": {"e": "\x00"}}
    assert read_json(write_json(value).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "[-Infinity]",
        "[" * 65 + "]" * 65,
        "[" * 100_000 + "]" * 100_000,
        "9" * 5000,
        "1e99999999999999999999",
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_json_or_absurd_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_json(text.encode())


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(ValueError, match=r"."):
        read_json(b'{"a": "\xff"}')


def test_chances_are_drawn_from_the_seed():
    def draw_all(seed):
        book = FaultBook(seed)
        book.set_chances("post", {"error_before": 0.3, FaultKind.DRIP: 0.2})
        return [fault and fault.kind for fault in (book.draw("post", "/outbound") for _ in range(1000))]

    assert draw_all(1) == draw_all(1) != draw_all(2)
    counts = Counter(draw_all(1))
    assert 250 < counts[FaultKind.ERROR_BEFORE] < 350
    assert 150 < counts[FaultKind.DRIP] < 250


def test_no_chances_mean_no_faults_and_certain_ones_always_come():
    book = FaultBook(0)
    book.set_chances("get", {"hang_before": 1})
    assert {book.draw("post", "/outbound") for _ in range(100)} == {None}
    assert {book.draw("get", "/inventory").kind for _ in range(100)} == {FaultKind.HANG_BEFORE}


def test_scripted_faults_come_in_turn_for_their_path_only():
    book = FaultBook(0)
    book.fail_next("error_before", count=2, path="/outbound", status=503, retry_after="7")
    book.fail_next("drip")
    drawn = [book.draw("get", "/inventory"), *(book.draw("post", "/outbound") for _ in range(3))]
    assert [fault and fault.kind for fault in drawn] == ["drip", "error_before", "error_before", None]
    assert (drawn[1].status, drawn[1].retry_after) == (503, "7")


@pytest.mark.parametrize(
    ("operation", "chances"),
    [("put", {}), ("post", {"typo": 0.1}), ("post", {"drip": 1.1}), ("get", {"drip": 0.6, "cut_off": 0.6})],
)
def test_chances_that_cannot_be_meant_are_refused(operation, chances):
    with pytest.raises(ValueError, match=r"."):
        FaultBook(0).set_chances(operation, chances)


@pytest.mark.parametrize(("kind", "count"), [("typo", 1), ("drip", 0)])
def test_scripts_that_cannot_be_meant_are_refused(kind, count):
    with pytest.raises(ValueError, match=r"."):
        FaultBook(0).fail_next(kind, count=count)


def read_all(inventory, page_size):
    rows, page = [], 1
    while page:
        data = inventory.build_page(page, page_size)
        rows += [(place["location_name"], row["sku"]) for place in data["locations"] for row in place["sku"]]
        page = data["pagination"]["next_page"]
    return rows


@pytest.mark.parametrize("page_size", [1, 7, 200])
def test_the_pages_together_hold_every_row_once(page_size):
    inventory = Inventory(InventorySettings(skus=30, locations=3), 4, NOON)
    rows = read_all(inventory, page_size)
    assert len(rows) == len(set(rows)) == inventory.build_page(1, 1)["total_count_of_skus"] > 30
    assert {sku for _, sku in rows} == {f"PROD-{number:05d}" for number in range(1, 31)}


def test_a_page_beyond_the_last_is_empty():
    data = Inventory(InventorySettings(), 0, NOON).build_page(99, 25)
    assert [place["sku"] for place in data["locations"]] == [[], []]
    assert data["pagination"] == {"current_page": 99, "page_size": 25, "has_more": False, "next_page": None}


@pytest.mark.parametrize("settings", [InventorySettings(skus=0), InventorySettings(locations=0)])
def test_an_empty_inventory_can_be_read(settings):
    assert read_all(Inventory(settings, 0, NOON), 25) == []
    assert Inventory(settings, 0, NOON).build_old_page(1, 100, "")["pagination"]["total_pages"] == 0


def test_the_same_seed_gives_the_same_stock():
    first, same, other = (Inventory(InventorySettings(), seed, NOON).build_page(1, 200) for seed in (1, 1, 2))
    assert first == same != other
    assert json.loads(write_json(first))["locations"][0]["sku"][0]["Height"] > 0


def test_the_old_dialect_sums_a_sku_over_its_locations():
    inventory = Inventory(InventorySettings(skus=20, locations=2), 3, NOON)
    rows = [row for place in inventory.build_page(1, 200)["locations"] for row in place["sku"]]
    data = inventory.build_old_page(2, 8, "")
    assert data["pagination"] == {"page": 2, "limit": 8, "total": 20, "total_pages": 3}
    assert len(data["items"]) == 8
    for item in data["items"]:
        assert item["quantity"] == sum(row["Available"] for row in rows if row["sku"] == item["sku"])
        assert item["available"] is (item["quantity"] > 0)
    assert [item["sku"] for item in inventory.build_old_page(1, 100, "PROD-00007")["items"]] == ["PROD-00007"]


def test_an_order_takes_from_a_location_that_has_enough():
    inventory = Inventory(InventorySettings(skus=1, locations=9), 2, NOON)
    held = inventory.build_old_page(1, 1, "")["items"][0]
    later = NOON.replace(hour=13)
    lines = [{"SKU": "PROD-00001", "Qty": Decimal("2.0")}, {"SKU": "UNKNOWN", "Qty": 1}]
    inventory.reserve(lines, later)
    left = inventory.build_old_page(1, 1, "")["items"][0]
    assert left["quantity"] == held["quantity"] - 2
    assert left["last_updated"] == "2026-01-15T13:00:00Z"
    assert left["on_hand"] == held["on_hand"]


def test_more_than_there_is_can_be_ordered():
    inventory = Inventory(InventorySettings(skus=1, locations=1), 2, NOON)
    inventory.reserve([{"SKU": "PROD-00001", "Qty": 1000}], NOON)
    item = inventory.build_old_page(1, 1, "")["items"][0]
    assert item["quantity"] < 0
    assert item["available"] is False


def test_shifting_rows_are_missed_or_met_twice():
    inventory = Inventory(InventorySettings(skus=40, locations=1, shifting=True), 0, NOON)
    readings = [read_all(inventory, 5) for _ in range(5)]
    assert all(len(rows) == 40 for rows in readings)
    assert any(len(set(rows)) < 40 for rows in readings)
