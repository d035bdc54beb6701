"""The whole state table: what the ledger says, crossed with where the file, its side file and its report are.

Each combination is made by hand out of a good way of one file; the next start has one right action for it. A
start that is stopped at once and done again comes to the same.
"""

import re
import shutil
import sqlite3
from contextlib import closing
from itertools import product

import pytest
from support.crashes import TIMEOUT_S, open_world
from support.machine import Machine
from support.orders import make_order, write_csv
from support.scripted_api import Script, ScriptedApi
from support.sender import Drop, Sent

ROWS = (None, "claimed", "judging", "carrying", "settled", "closed")
PLACES = ("inbox", "work", "done", "gone")
ORDERS = (make_order("A"), make_order("B"))
DROP = Drop("a.csv", write_csv(*ORDERS), tuple(map(Sent, ORDERS)))
NEIGHBOUR = write_csv(make_order("N"))  #: stands beside it in a folder that is shared, unknown to the ledger


def find_right_end(row, place, side, report):
    """Return what has to stand in done and failed at the end (T: a name with a time in it), and whether both orders
    are at the API.

    A file in the inbox or in work goes its whole way, under another name where a companion's name is taken, unless
    that companion is its own. One that somebody took out of work while its orders were carried leaves a report in
    failed; one that was taken just before it was filed leaves one in done. Otherwise nothing is sent, and nothing
    that stands in done is touched.
    """
    is_taken_late = row == "settled" and side and place in {"inbox", "gone"}
    done, failed = {"a.csv.report.json"} if report or is_taken_late else set(), set()
    if place == "done":
        done.add("a.csv")
    if row == "carrying" and side and place != "work":
        failed.add("a.csv.report.json")
    if place in {"inbox", "work"}:
        is_its_own = row == "settled" and place == "work" and side
        is_name_taken = (report and not is_its_own) or is_taken_late
        done |= {"a.T.csv", "a.T.csv.report.json"} if is_name_taken else {"a.csv", "a.csv.report.json"}
    return done, failed, place in {"inbox", "work"} or row in {"settled", "closed"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the folders after one good way of one file, with its side file set aside."""
    machine = Machine()
    api = ScriptedApi(machine, Script(), timeout_s=TIMEOUT_S, refuse_duplicates=False)
    world = open_world(tmp_path_factory.mktemp("finished"), machine, api)
    (world.root / "inbox/a.csv").write_bytes(DROP.content)
    world.start()
    side = b""
    while not world.life.app.orders.is_settled():
        world.life.run_turns(1)
        for path in (world.root / "work").glob("*.judged"):
            side = path.read_bytes() or side
    world.stop()
    (world.root / "side").write_bytes(side)
    return world.root, api


def write_row(path, row, *, sent, shared):
    """Put the ledger's row of the file, and its orders, into a state; return the claim's id."""
    with closing(sqlite3.connect(path)) as ledger:
        (claim_id,) = ledger.execute("SELECT id FROM files").fetchone()
        ledger.execute("UPDATE files SET state = ?", (row or "closed",))
        if row in {None, "claimed", "judging"}:
            ledger.execute("DELETE FROM orders")
        if row is None:
            ledger.execute("DELETE FROM files")
        if not sent:
            ledger.execute("UPDATE files SET outcome = NULL, filed_as = NULL, finished_at = NULL")
            ledger.execute("UPDATE orders SET state = 'waiting', due = 0, attempts = 0, accepted_at = NULL")
            ledger.execute("DELETE FROM deliveries")
        if shared:
            ledger.execute("UPDATE files SET id = id || '.07'")
            ledger.execute("UPDATE orders SET file = file || '.07'")
            claim_id += ".07"
        ledger.commit()
    return claim_id


def build(finished, tmp_path, row, place, side, report, shared):
    """Lay out one combination: orders of a file that is judged are waiting, those of a settled one accepted."""
    origin, api = finished
    root = tmp_path / "0"
    shutil.copytree(origin, root)
    judged = (root / "side").read_bytes()
    (root / "side").unlink()
    original = root / "done/a.csv"
    sent = row in {"settled", "closed"}
    claim_id = write_row(root / "state/ledger.sqlite3", row, sent=sent, shared=shared)
    machine = Machine()
    machine.seconds = 500.0
    mine = api.fork(machine, Script())
    mine.calls.clear()
    if not sent:
        mine.created.clear()
    folder = root / "work" / claim_id.removesuffix(".07")
    if side:
        folder.with_name(f"{folder.name}.judged").write_bytes(judged)
    if shared:
        folder.mkdir()
        (folder / "n.csv").write_bytes(NEIGHBOUR)
    match place:
        case "inbox":
            original.rename(root / "inbox/a.csv")
        case "work":
            folder.mkdir(exist_ok=True)
            original.rename(folder / "a.csv")
        case "gone":
            original.unlink()
    if not report:
        for path in (root / "done").glob("a.csv.report.*"):
            path.unlink()
    return open_world(tmp_path, machine, mine)


def list_names(root, folder):
    """Return the names in a folder, times in them made equal; pages for people stand where their reports stand."""
    names = (re.sub(r"20\d{6}T\d+Z-\w{8}", "T", path.name) for path in (root / folder).iterdir())
    return {name for name in names if not name.endswith(".html")}


@pytest.mark.parametrize("shared", [False, True], ids=["folder of its own", "shared folder"])
@pytest.mark.parametrize("report", [True, False], ids=["report", "no report"])
@pytest.mark.parametrize("side", [True, False], ids=["side file", "no side file"])
@pytest.mark.parametrize(("row", "place"), list(product(ROWS, PLACES)))
def test_each_state_has_one_right_action(row, place, side, report, shared, finished, tmp_path):
    world = build(finished, tmp_path, row, place, side, report, shared)
    done, failed, is_sent = find_right_end(row, place, side, report)
    for start in ("stopped at once", "settled", "again"):
        world.start()
        if start != "stopped at once":
            assert world.settle()
        world.stop()
    neighbour = {"n.csv", "n.csv.report.json"} if shared else set()
    assert list_names(world.root, "done") == done | neighbour
    assert list_names(world.root, "failed") == failed
    assert list_names(world.root, "inbox") == list_names(world.root, "work") == set()
    assert {reference: len(orders) for reference, orders in world.api.created.items()} == (
        ({"A": 1, "B": 1} if is_sent else {}) | ({"N": 1} if shared else {})
    )
