"""What goes wrong around a poll: a damaged folder, an answer nobody understands, an API that changes under it."""

import json
from dataclasses import replace

import pytest
from support.orders import make_order, write_json
from support.stock_house import StockHouse

from syncd.config.model import StockCheckConfig
from syncd.edges.asks import take_answer, write_ask
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.settings import InventorySettings


@pytest.fixture
def build(tmp_path):
    houses = []

    def build(**how):
        how = {"stock": InventorySettings(skus=100, locations=1), "inventory": {"interval_seconds": 60.0}} | how
        houses.append(StockHouse(tmp_path, **how))
        return houses[-1]

    yield build
    for house in houses:
        house.close()


def count(house):
    return len(json.loads((house.folder / "latest.json").read_text())["items"])


def test_a_damaged_latest_is_replaced_by_the_next_poll(build, tmp_path):
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory/latest.json").write_text("half a file")
    house = build(stock_check=StockCheckConfig("reject"))
    house.run_for(10)
    assert count(house) == 100


def test_a_folder_that_cannot_be_used_stops_no_order_and_is_taken_up_again(build, tmp_path):
    (tmp_path / "inventory").write_text("a file in the way")
    house = build()
    house.drop("a.json", write_json(make_order("A-1")))
    house.run_for(10)
    assert list(house.emulator.routes.store.orders) == ["A-1"]
    assert "a file is in its way" in house.app.polling.inventory.trouble
    (tmp_path / "inventory").unlink()
    house.run_for(60)
    assert count(house) == 100
    assert house.app.polling.inventory.trouble is None


def test_a_folder_that_vanishes_is_trouble_and_not_the_end(build, tmp_path):
    house = build()
    house.run_for(10)
    (tmp_path / "inventory").rename(tmp_path / "away")
    house.run_for(60)
    assert house.app.polling.inventory.trouble is not None
    (tmp_path / "away").rename(tmp_path / "inventory")
    house.run_for(60)
    assert house.app.polling.inventory.trouble is None


def test_an_api_that_changes_its_edition_is_followed_at_the_next_poll(build):
    house = build(dialect="now")
    house.run_for(10)
    house.emulator.routes._settings = replace(house.emulator.routes._settings, dialect="old")
    house.run_for(60)
    items = json.loads((house.folder / "latest.json").read_text())["items"]
    assert {item["location"] for item in items} == {None}


def test_an_answer_that_is_no_page_is_given_up_with_a_sentence(build):
    house = build()
    house.emulator.routes.inventory.build_page = lambda *_: {"what": "else"}
    house.run_for(10)
    assert "neither of the two known shapes" in house.app.polling.inventory.trouble


def test_a_poll_ends_when_syncd_stops(build):
    house = build(latency=(1.0, 1.0), inventory={"page_size": 10})
    house.run_for(4)
    house.app.polling.inventory.stop()
    house.run_for(10)
    assert [call.path for call in house.emulator.calls].count("/inventory") < 8
    assert house.app.polling.inventory.trouble is None


def test_a_poll_that_stands_still_for_too_long_begins_anew(build):
    house = build(latency=(1.0, 1.0), inventory={"page_size": 25})
    house.run_for(3.5)
    house.emulator.faults.fail_next(FaultKind.TOO_MANY, path="/inventory", retry_after="400")
    house.run_for(420)
    pages = [call.query for call in house.emulator.calls if call.path == "/inventory" and call.status == 200]
    assert pages[-4:] == [f"page={number}&page_size=25" for number in (1, 2, 3, 4)]
    assert count(house) == 100


def test_asks_are_answered_also_when_one_comes_while_a_poll_is_under_way(build):
    house = build(latency=(2.0, 2.0), inventory={"interval_seconds": 3600.0, "page_size": 50})
    house.run_for(3)
    first = write_ask(house.config.state_dir, "pull")
    second = write_ask(house.config.state_dir, "confirm")
    house.run_for(60)
    answers = [take_answer(house.config.state_dir, token) for token in (first, second)]
    assert [answer.well for answer in answers] == [True, False]


def test_a_bug_in_a_poll_is_told_and_ends_nothing(build):
    house = build()
    house.app.polling.inventory.folder.choose_stem = lambda *_: 1 / 0
    house.run_for(10)
    assert "met a bug of syncd" in house.app.polling.inventory.trouble
    del house.app.polling.inventory.folder.choose_stem
    house.run_for(60)
    assert count(house) == 100
