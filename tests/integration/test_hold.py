import asyncio
import json

import pytest
from click.testing import CliRunner
from support.house import open_house
from support.orders import make_order, write_json

from syncd.cli import program
from syncd.daemon import Ending


def call(house, *words):
    command, *rest = words
    return CliRunner().invoke(program, [command, "-c", str(house.root / "config.yaml"), *rest])


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        house.make_daemon()
        yield house


async def wait_for(is_so):
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.02)


async def test_held_files_wait_in_the_inbox_and_go_on_when_released(house):
    assert call(house, "hold", "orders").exit_code == 0
    house.drop("a.json", write_json(make_order("A-1")))
    assert await house.settle() is Ending.SETTLED
    assert (house.root / "inbox/a.json").exists()
    assert call(house, "release", "orders").output == "Released: orders.\n"
    await house.settle()
    assert house.names("done") == ["a.json"]


async def test_a_running_daemon_takes_hold_and_release_without_a_restart(house):
    daemon = house.make_daemon()
    running = asyncio.create_task(daemon.run())
    await wait_for(lambda: daemon.app is not None and daemon.app.orders.proven.is_set())
    call(house, "hold")
    house.drop("a.json", write_json(make_order("A-1")))
    await wait_for(daemon.app.orders.list_holds)
    assert (house.root / "inbox/a.json").exists()
    call(house, "release")
    await wait_for(lambda: house.names("done") == ["a.json"])
    daemon.end(Ending.STOPPED)
    await running


async def test_status_says_what_is_on_hold(house):
    call(house, "hold")
    found = json.loads(call(house, "status", "--json").output)
    assert "orders is on hold: its files wait in the inbox until `syncd release orders`." in found["troubles"]


async def test_a_hold_is_released_even_if_its_source_is_gone_from_the_config(house):
    (house.root / "state").mkdir()
    (house.root / "state/holds").write_text("gone\n")
    assert call(house, "release").output == "Released: gone.\n"
    assert call(house, "release").output == "Nothing was on hold.\n"


async def test_a_source_that_does_not_exist_is_a_mistake(house):
    told = call(house, "hold", "nobody")
    assert told.exit_code == 2
    assert "There is no source nobody; there are: orders." in told.stderr
