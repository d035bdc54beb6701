"""`syncd inventory` as a person runs it, beside a daemon and without one."""

import asyncio
import json
import sys

import pytest
from support.house import open_house

from syncd.daemon import Ending

INVENTORY = "inventory: {directory: inventory}\n"


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        house.make_daemon(INVENTORY)
        yield house


async def run(house, *words):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "syncd", "inventory", *words, "-c", str(house.root / "config.yaml")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, out.decode(), err.decode()


async def test_pull_show_and_diff(house):
    code, out, err = await run(house, "pull")
    assert (code, err) == (0, "")
    assert "rows of 50 SKUs" in out
    code, out, err = await run(house, "show")
    assert (code, out.count("BBG Integration"), "50 SKUs, taken at" in err) == (0, 2, True)
    code, out, _ = await run(house, "show", "PROD-00001")
    assert code == 0
    assert "PROD-00001" in out
    assert (await run(house, "show", "WHAT"))[0] == 1
    (first,) = (house.root / "inventory").glob("inventory-*Z.json")
    stock = house.sandbox.emulator.routes.inventory._locations[0].stocks[0]
    stock.on_hand += 7
    stock.reserved += 3
    assert (await run(house, "pull"))[0] == 0
    code, out, err = await run(house, "diff", first.stem, "latest")
    assert (code, len(out.splitlines())) == (0, 2)
    assert f"{stock.on_hand - 7} → {stock.on_hand}" in out
    assert "0 new, 0 gone, 1 changed" in err
    code, out, _ = await run(house, "diff", "--json", str(first), "latest")
    (change,) = json.loads(out)["changes"]
    assert (change["sku"], change["to"]["reserved"]) == (stock.sku, stock.reserved)


async def test_a_loss_is_held_back_until_confirmed_by_hand(house):
    await run(house, "pull")
    house.sandbox.emulator.routes.inventory._locations[0].stocks.clear()
    await asyncio.sleep(1)  # snapshots of one second cannot be told apart by their times
    code, _, err = await run(house, "pull")
    assert code == 1
    assert "held back" in err
    code, out, _ = await run(house, "confirm")
    assert (code, out) == (0, "The snapshot that was held back is published.\n")
    assert (await run(house, "confirm"))[0] == 1


async def test_a_running_daemon_is_asked(house):
    daemon = house.make_daemon(INVENTORY)
    task = asyncio.create_task(daemon.run())
    folder = house.root / "inventory"
    while not (folder / "latest.json").exists():
        await asyncio.sleep(0.05)
    path = house.root / "config.yaml"
    path.write_text(path.read_text().replace("client_secret", "#client_secret"))  # only the daemon's systemd has it
    code, out, err = await run(house, "pull")
    assert (code, err) == (0, "")
    assert "rows of 50 SKUs" in out
    assert len(list(folder.glob("inventory-*Z*.csv"))) == 2
    assert (await run(house, "confirm"))[0] == 1
    daemon.end(Ending.STOPPED)
    assert await task is Ending.STOPPED
    assert not list((house.root / "state").glob("inventory-a*"))
    code, _, err = await run(house, "pull")  # now nobody is there to be asked
    assert (code, "client_secret is missing" in err) == (2, True)


async def test_wrong_credentials_end_a_pull_with_the_reason(house):
    path = house.root / "config.yaml"
    path.write_text(path.read_text().replace("sandbox-secret", "wrong"))
    code, _, err = await run(house, "pull")
    assert code == 1
    assert "check client_id and client_secret" in err


async def test_a_page_size_over_what_the_api_documents_is_named_when_it_refuses(house):
    house.make_daemon("inventory: {directory: inventory, page_size: 500}\n")
    code, _, err = await run(house, "pull")
    assert (code, "the API refuses this call (400)" in err) == (1, True)
    assert err.endswith("inventory.page_size is 500; the API documents 200 at most: lower it and try again.\n")


async def test_a_config_without_an_inventory_is_wrong_use(house):
    path = house.root / "config.yaml"
    path.write_text(path.read_text().replace(INVENTORY, ""))
    for words in (("pull",), ("show",), ("confirm",), ("diff", "a", "b")):
        code, _, err = await run(house, *words)
        assert (code, "has no block inventory" in err) == (2, True)


async def test_what_is_no_snapshot_is_said(house):
    assert "There is no snapshot latest.json" in (await run(house, "show"))[2]
    (house.root / "inventory").mkdir()
    (house.root / "inventory/latest.json").write_text('{"version": 1, "items": [\n')
    code, _, err = await run(house, "show")
    assert (code, "no whole snapshot" in err) == (1, True)
