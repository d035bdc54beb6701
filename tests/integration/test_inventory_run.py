"""Polling beside orders, in simulated time, against the sandbox in both its dialects."""

import hashlib
import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator
from support.orders import make_order, write_json
from support.stock_house import StockHouse

from syncd.config.model import RateLimit
from syncd.config.schema_files import read_schema
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.settings import InventorySettings

SNAPSHOT = Draft202012Validator(read_schema("inventory.schema.json"))
CHANGES = Draft202012Validator(read_schema("inventory-changes.schema.json"))


@pytest.fixture
def build(tmp_path):
    houses = []

    def build(**how):
        houses.append(StockHouse(tmp_path, **how))
        return houses[-1]

    yield build
    for house in houses:
        house.close()


def read(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def expected_rows(house):
    """Return what the sandbox has, as rows of a snapshot without their times."""
    inventory = house.emulator.routes.inventory
    if house.emulator.settings.dialect == "now":
        return sorted(
            (stock.sku, location.name, stock.on_hand, stock.reserved, stock.available)
            for location in inventory._locations
            for stock in location.stocks
        )
    items = inventory.build_old_page(1, 10**6, "")["items"]
    return sorted((item["sku"], None, item["on_hand"], item["reserved"], item["quantity"]) for item in items)


def rows(snapshot):
    return [
        (item["sku"], item["location"], item["on_hand"], item["reserved"], item["available"])
        for item in snapshot["items"]
    ]


READER = """
import json, sys, pathlib
path, end = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
reads = torn = 0
while not end.exists():
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        continue
    reads += 1
    try:
        torn += json.loads(content)["complete"] is not True
    except ValueError:
        torn += 1
print(reads, torn)
"""


@contextmanager
def read_without_pause(path, end):
    """Let another process read a file in a tight loop; the list has its reads and the torn ones at the end."""
    counts = []
    with subprocess.Popen([sys.executable, "-c", READER, path, end], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield counts
        finally:
            end.touch()
            counts += map(int, process.communicate()[0].split())


@pytest.mark.parametrize("dialect", ["now", "old"])
def test_1330_skus_beside_100_orders_at_60_calls_in_5_seconds(build, dialect):
    """Every snapshot is complete, a reader in a tight loop sees no half file, no 429, and orders go first."""
    house = build(
        quota=RateLimit(60, 5.0),
        dialect=dialect,
        latency=(0.02, 0.3),
        stock=InventorySettings(skus=1330, locations=2),
        inventory={"interval_seconds": 5.0},
    )
    with read_without_pause(house.folder / "latest.json", house.root / "end") as counts:
        house.drop("a.json", write_json(*(make_order(f"A-{number}") for number in range(100))))
        house.run_for(28)
    reads, torn = counts
    assert len(house.emulator.routes.store.orders) == 100
    assert house.emulator.too_many == 0
    assert house.emulator.window.max_in_window <= 60
    assert reads > 10
    assert torn == 0
    published = sorted(house.folder.glob("inventory-*Z.json"))
    assert len(published) >= 5
    for path in [*published, house.folder / "latest.json"]:
        snapshot = read(path)
        assert list(SNAPSHOT.iter_errors(snapshot)) == []
        assert rows(snapshot) == expected_rows(house)
    for path in house.folder.glob("*.changes.json"):
        assert list(CHANGES.iter_errors(read(path))) == []
    first = [call.path for call in list(house.emulator.calls)[:60]]
    assert first.count("/outbound") >= 50


def test_200_pages_and_2000_orders_at_once_starve_neither(build):
    house = build(
        stock=InventorySettings(skus=5000, locations=1, page_seconds=(2.0, 5.0)),
        latency=(0.5, 2.0),
        inventory={"interval_seconds": 3600.0, "page_size": 25},
    )
    orders = [make_order(f"A-{number}") for number in range(2000)]
    house.drop("a.json", write_json(*orders))
    while not house.emulator.routes.store.orders:
        house.run_for(1)
    began = house.machine.seconds
    while not list(house.folder.glob("latest.json")):
        house.run_for(10)
        assert house.machine.seconds - began < 3600
    poll_took = house.machine.seconds - began
    while len(house.emulator.routes.store.orders) < 2000:
        house.run_for(10)
        assert house.machine.seconds - began < 3600
    orders_took = house.machine.seconds - began
    calls = [call.path for call in house.emulator.calls if call.at_s - 20 < began + min(poll_took, orders_took)]
    share = calls.count("/inventory") / len(calls)
    assert 0.05 <= share <= 0.15
    assert house.emulator.too_many == 0
    assert orders_took < 2000 / 90 * 75
    assert poll_took < 200 / 10 * 90
    assert len(read(house.folder / "latest.json")["items"]) == 5000


def test_pages_that_shift_are_never_published(build):
    house = build(stock=InventorySettings(skus=100, locations=2, shifting=True), inventory={"page_size": 25})
    house.run_for(60)
    assert not (house.folder / "latest.json").exists()
    assert "could not be read as a whole" in house.app.polling.inventory.trouble
    house.emulator.routes.inventory.shifting = False
    house.run_for(600)
    assert sorted(rows(read(house.folder / "latest.json"))) == expected_rows(house)
    assert house.app.polling.inventory.trouble is None


def test_an_outage_in_the_middle_of_a_poll_begins_it_anew_when_it_is_over(build):
    house = build(stock=InventorySettings(skus=100, locations=1), latency=(1, 1), inventory={"page_size": 25})
    house.run_for(3)
    house.emulator.faults.fail_next(FaultKind.ERROR_BEFORE, count=6, path="/inventory", status=503)
    house.run_for(400)
    snapshot = read(house.folder / "latest.json")
    assert rows(snapshot) == expected_rows(house)
    assert house.app.polling.inventory.trouble is None


def test_a_single_failed_page_is_asked_for_again(build):
    house = build(stock=InventorySettings(skus=100, locations=1), inventory={"page_size": 25})
    house.emulator.faults.fail_next(FaultKind.ERROR_BEFORE, path="/inventory", status=500)
    house.run_for(10)
    assert rows(read(house.folder / "latest.json")) == expected_rows(house)
    assert [call.status for call in house.emulator.calls if call.path == "/inventory"] == [500, 200, 200, 200, 200]


def test_a_loss_is_held_back_until_a_second_poll_confirms_it(build):
    house = build(stock=InventorySettings(skus=100, locations=1), inventory={"interval_seconds": 60.0})
    house.run_for(10)
    before = (house.folder / "latest.json").read_bytes()
    location = house.emulator.routes.inventory._locations[0]
    del location.stocks[40:]
    house.run_for(60)
    assert (house.folder / "latest.json").read_bytes() == before
    (held,) = house.folder.glob("held-*.json")
    assert len(read(held)["items"]) == 40
    assert "60 of 100 SKUs are gone" in house.app.polling.inventory.trouble
    house.run_for(60)
    assert rows(read(house.folder / "latest.json")) == expected_rows(house)
    assert house.app.polling.inventory.trouble is None


def test_an_empty_inventory_is_held_back_until_the_operator_confirms_it(build):
    house = build(stock=InventorySettings(skus=10, locations=1), inventory={"interval_seconds": 60.0})
    house.run_for(10)
    house.emulator.routes.inventory._locations[0].stocks.clear()
    house.run_for(60)
    assert len(read(house.folder / "latest.json")["items"]) == 10
    result = house.loop.run_until_complete(house.app.polling.inventory.confirm())
    assert result.outcome == "published"
    snapshot = read(house.folder / "latest.json")
    assert list(SNAPSHOT.iter_errors(snapshot)) == []
    assert snapshot["items"] == []
    assert not list(house.folder.glob("held-*"))
    again = house.loop.run_until_complete(house.app.polling.inventory.confirm())
    assert again.outcome == "given_up"


def test_old_snapshots_go_and_the_manifest_names_those_that_stay(build):
    house = build(stock=InventorySettings(skus=10, locations=2), inventory={"interval_seconds": 60.0})
    inventory = house.app.polling.inventory
    inventory._config = replace(inventory._config, keep=replace(inventory._config.keep, count=3))
    house.run_for(600)
    names = sorted(path.name for path in house.folder.glob("inventory-*Z.json"))
    assert len(names) in {3, 4}
    manifest = [json.loads(line) for line in (house.folder / "manifest.jsonl").read_text().splitlines()]
    assert [entry["file"] for entry in manifest] == names
    for entry in manifest:
        assert hashlib.sha256((house.folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert (house.folder / names[-1]).read_bytes() == (house.folder / "latest.json").read_bytes()
