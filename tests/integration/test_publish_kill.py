"""A death at any point of a poll leaves `latest.json` a whole snapshot: the last one, or the new one.

A child process publishes and is ended by `os._exit` at its first effect on the inventory folder, then at its
second, and so on: every opening, renaming and removing of a file, and every write of the ledger's commit.
"""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import asyncio, os, sys
from pathlib import Path
from support.stock_house import StockHouse
from syncd.sandbox.settings import InventorySettings

root = Path(sys.argv[1])
EFFECTS = {"open", "os.rename", "os.remove", "os.chmod", "os.mkdir", "os.listdir", "sqlite3.connect"}
left = -1

def count(event, args):
    global left
    if left >= 0 and event in EFFECTS and str(root) in str(args):
        left -= 1
        if left < 0:
            os._exit(9)

sys.addaudithook(count)
number, ended = 0, False
while not ended:
    number += 1
    child = os.fork()
    if child == 0:
        house = StockHouse(root, stock=InventorySettings(skus=300, locations=2), seed=number,
                           inventory={"interval_seconds": 60.0, "page_size": 100})
        house.machine.jump(number * 3600)
        left = number - 1 if number < 1000 else -1
        house.run_for(20)
        print("published", flush=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    latest = root / "inventory" / "latest.json"
    print(number, os.waitstatus_to_exitcode(status), latest.read_text() if latest.exists() else None, sep="\\t",
          end="\\0", flush=True)
    ended = os.waitstatus_to_exitcode(status) == 0
"""


def test_a_death_at_any_effect_of_a_poll_leaves_a_whole_snapshot(tmp_path):
    tests = Path(__file__).parents[1]
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, tmp_path],
        env={"PYTHONPATH": f"{tests}:{tests.parent}"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    deaths, published, seen = 0, 0, set()
    for entry in run.stdout.split("\0")[:-1]:
        _, code, text = entry.removeprefix("published\n").split("\t", 2)
        if text != "None":
            snapshot = json.loads(text)
            assert snapshot["complete"] is True
            assert len(snapshot["items"]) > 300
            seen.add(snapshot["taken_at"])
        deaths += code == "9"
        published += code == "0"
    assert published == 1
    assert deaths > 15
    assert len(seen) >= 2
    manifest = [json.loads(line) for line in (tmp_path / "inventory/manifest.jsonl").read_text().splitlines()]
    assert manifest
    assert not list((tmp_path / "inventory").glob(".syncd-*"))
