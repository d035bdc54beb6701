"""Stock looked at before an order is sent, in simulated time, against the sandbox's own stock."""

import json

import pytest
from support.orders import make_order, write_csv, write_json
from support.stock_house import StockHouse

from syncd.config.model import StockCheckConfig
from syncd.edges.ledger_status import count_held
from syncd.edges.ledger_stock import count_sent
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.settings import InventorySettings

SKU = "PROD-00001"


@pytest.fixture
def build(tmp_path):
    houses = []

    def build(mode, *, stock=5, interval_s=600.0, **how):
        check = StockCheckConfig(mode, **how)
        house = StockHouse(
            tmp_path,
            stock_check=check,
            stock=InventorySettings(skus=3, locations=1),
            inventory={"interval_seconds": interval_s},
        )
        houses.append(house)
        set_stock(house, stock)
        return house

    yield build
    for house in houses:
        house.close()


def set_stock(house, available):
    (location,) = house.emulator.routes.inventory._locations
    location.stocks[0].on_hand = available
    location.stocks[0].reserved = 0


def order(reference, qty, sku=SKU):
    made = make_order(reference, qty=qty)
    made["OrderItems"][0]["SKU"] = sku
    return made


def outcomes(house, name):
    for folder in ("done", "failed"):
        path = house.root / folder / f"{name}.report.json"
        if path.exists():
            return [(order["reference"], order["outcome"]) for order in json.loads(path.read_text())["orders"]]
    return None


def errors(house, name):
    report = json.loads((house.root / "failed" / f"{name}.report.json").read_text())
    return [error for order in report["orders"] for error in order["errors"]]


def test_what_lacks_stock_is_invalid_and_says_which_line_lacks_how_many(build):
    house = build("reject")
    house.run_for(5)
    house.drop("a.csv", write_csv(order("A-1", 2), order("A-2", 8)))
    house.run_for(30)
    assert outcomes(house, "a.csv") == [("A-1", "accepted"), ("A-2", "invalid")]
    (error,) = errors(house, "a.csv")
    assert (error["code"], error["field"], error["line"]) == ("out_of_stock", "/OrderItems/0/Qty", 3)
    assert f"asks for 8 of SKU {SKU}; 5 missing (3 left)" in error["message"]
    assert "A-2" in (house.root / "failed/a.rejected.csv").read_text()


def test_what_was_sent_since_the_snapshot_counts_against_it(build):
    house = build("reject")
    house.run_for(5)
    house.drop("a.json", write_json(*(order(f"A-{number}", 2) for number in range(4))))
    house.run_for(30)
    assert sorted(outcome for _, outcome in outcomes(house, "a.json")) == ["accepted", "accepted", "invalid", "invalid"]
    assert count_sent(house.ledger, SKU, 0) == 4
    assert len(house.emulator.routes.store.orders) == 2


def test_no_order_costs_a_call_for_its_stock(build):
    house = build("reject", stock=1000)
    house.run_for(5)
    house.drop("a.json", write_json(*(order(f"A-{number}", 1) for number in range(20))))
    house.run_for(30)
    assert [call.path for call in house.emulator.calls].count("/inventory") == 1
    assert len(house.emulator.routes.store.orders) == 20


def test_what_a_newer_snapshot_has_taken_in_counts_no_longer(build):
    house = build("reject", interval_s=60.0)
    house.run_for(5)
    house.drop("a.json", write_json(order("A-1", 4)))
    house.run_for(60)
    assert count_sent(house.ledger, SKU, 0) == 0
    house.drop("b.json", write_json(order("A-2", 1)))
    house.run_for(10)
    assert outcomes(house, "b.json") == [("A-2", "accepted")]


def test_an_order_on_hold_goes_as_soon_as_a_snapshot_has_its_stock(build):
    house = build("hold", interval_s=60.0)
    house.run_for(5)
    house.drop("a.json", write_json(order("A-1", 8), order("A-2", 5)))
    house.run_for(20)
    assert list(house.emulator.routes.store.orders) == ["A-2"]
    assert count_held(house.ledger) == 1
    set_stock(house, 8)
    house.run_for(60)
    assert outcomes(house, "a.json") == [("A-1", "accepted"), ("A-2", "accepted")]
    house.run_for(60)
    assert count_held(house.ledger) == 0


def test_an_order_on_hold_comes_back_when_its_time_is_over(build):
    house = build("hold", hold_limit_seconds=300.0)
    house.run_for(5)
    house.drop("a.json", write_json(order("A-1", 8)))
    house.run_for(290)
    assert outcomes(house, "a.json") is None
    house.run_for(30)
    assert outcomes(house, "a.json") == [("A-1", "invalid")]


def test_a_hold_survives_a_restart(build):
    house = build("hold", hold_limit_seconds=300.0)
    house.run_for(5)
    house.drop("a.json", write_json(order("A-1", 8)))
    house.run_for(200)
    house.close()
    house.start()
    house.run_for(85)
    assert outcomes(house, "a.json") is None
    house.run_for(30)
    assert outcomes(house, "a.json") == [("A-1", "invalid")]


def test_without_a_fresh_snapshot_orders_wait_and_then_go(build):
    """No sender is blamed for a snapshot that does not come."""
    house = build("reject", hold_limit_seconds=100.0)
    house.emulator.faults.fail_next(FaultKind.ERROR_BEFORE, count=10_000, path="/inventory", status=422)
    house.drop("a.json", write_json(order("A-1", 8)))
    house.run_for(90)
    assert outcomes(house, "a.json") is None
    house.run_for(30)
    assert outcomes(house, "a.json") == [("A-1", "accepted")]


def test_warn_sends_what_lacks_stock(build):
    house = build("warn")
    house.run_for(5)
    house.drop("a.json", write_json(order("A-1", 8)))
    house.run_for(20)
    assert outcomes(house, "a.json") == [("A-1", "accepted")]


@pytest.mark.parametrize("status", [None, 422])
def test_an_order_that_was_warned_of_is_forgotten_with_its_end_whatever_that_is(build, status):
    house = build("warn")
    house.run_for(5)
    if status is not None:
        house.emulator.faults.fail_next(FaultKind.ERROR_BEFORE, path="/outbound", status=status)
    house.drop("a.json", write_json(order("A-1", 8)))
    house.run_for(20)
    assert outcomes(house, "a.json") == [("A-1", "accepted" if status is None else "rejected")]
    assert house.app.polling._stock._warned == set()


def test_a_sku_that_the_inventory_does_not_know_is_out_of_stock(build):
    house = build("reject")
    house.run_for(5)
    house.drop("a.json", write_json(order("A-1", 1, sku="WHAT")))
    house.run_for(20)
    assert "the inventory does not know this SKU" in errors(house, "a.json")[0]["message"]


def test_an_order_that_the_api_refuses_gives_its_stock_back(build):
    house = build("reject")
    house.run_for(5)
    house.emulator.faults.fail_next(FaultKind.ERROR_BEFORE, path="/outbound", status=422)
    house.drop("a.json", write_json(order("A-1", 5)))
    house.run_for(10)
    house.drop("b.json", write_json(order("B-1", 5)))
    house.run_for(10)
    assert outcomes(house, "a.json") == [("A-1", "rejected")]
    assert outcomes(house, "b.json") == [("B-1", "accepted")]


def test_a_restart_goes_on_with_the_snapshot_and_what_was_sent(build):
    house = build("reject", interval_s=3600.0, max_age_seconds=4000.0)
    house.run_for(5)
    house.drop("a.json", write_json(order("A-1", 4)))
    house.run_for(10)
    house.close()
    house.emulator.faults.fail_next(FaultKind.ERROR_BEFORE, count=10_000, path="/inventory", status=422)
    house.start()
    house.drop("b.json", write_json(order("B-1", 2)))
    house.run_for(20)
    assert outcomes(house, "b.json") == [("B-1", "invalid")]
