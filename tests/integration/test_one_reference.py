"""Orders of one reference: twice in a file, or at an API that cannot make up its mind about them."""

import json
from pathlib import Path

import pytest
from support.effects import watching_fsync
from support.house import open_house
from support.orders import make_order, write_json, write_ndjson
from support.watch import gather_log


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def test_equal_orders_in_one_file_are_sent_once(house):
    house.drop("a.ndjson", write_ndjson(make_order("A-1"), make_order("B-1"), make_order("A-1")))
    await house.settle()
    assert house.outcomes("a.ndjson") == [("A-1", "accepted"), ("B-1", "accepted"), ("A-1", "already_accepted")]
    assert house.sandbox.orders["A-1"].times_created == 1


async def test_one_reference_with_two_contents_in_one_file_is_sent_for_neither(house):
    house.drop(
        "a.ndjson",
        write_ndjson(make_order("A-1"), make_order("A-1", qty=9), make_order("B-1"), make_order("A-1")),
    )
    await house.settle()
    report = house.report("a.ndjson")
    assert [order["outcome"] for order in report["orders"]] == ["invalid", "invalid", "accepted", "invalid"]
    codes = {error["code"] for order in report["orders"] for error in order["errors"]}
    assert codes == {"duplicate_reference"}
    assert list(house.sandbox.orders) == ["B-1"]


@pytest.mark.parametrize("qty", [1, 2])
async def test_however_many_orders_bear_one_reference_the_side_file_is_synced_once(house, qty):
    house.drop("a.json", json.dumps([make_order("A-1", qty=qty**number) for number in range(30)]).encode())
    synced = []
    with watching_fsync(lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())):
        await house.settle()
    assert [path.suffix for path in synced].count(".judged") == 1
    orders = house.report("a.json")["orders"]
    if qty == 1:
        assert [order["outcome"] for order in orders] == ["accepted"] + 29 * ["already_accepted"]
        return
    places = [order["errors"][0]["message"].split(" with other content")[0] for order in orders]
    assert places == [f"The same reference stands at order {number} of this line" for number in [2] + 29 * [1]]


async def test_a_twin_shares_the_refusal_of_its_first(house):
    house.sandbox.fail_next("error_before", status=422, path="/outbound")
    house.drop("a.ndjson", write_ndjson(make_order("A-1"), make_order("A-1")))
    await house.settle()
    assert house.outcomes("a.ndjson") == [("A-1", "rejected"), ("A-1", "rejected")]


@pytest.mark.parametrize("times", [1, 4])
async def test_an_order_that_exists_and_is_not_there_is_sent_until_it_is_taken(house, times):
    for _ in range(times):
        house.sandbox.fail_next("error_before", status=409, path="/outbound")
    house.drop("a.json", write_json(make_order("A-1")))
    with gather_log() as lines:
        await house.settle()
    assert house.outcomes("a.json") == [("A-1", "accepted")]
    assert house.sandbox.orders["A-1"].times_created == 1
    assert len(lines.pick("order_contradicted")) == (times > 2)
