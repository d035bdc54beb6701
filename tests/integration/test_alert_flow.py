"""What is wrong with a daemon is told: conditions made by hand, with a real ledger and real folders."""

import asyncio
import contextlib
import os
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from support.clocks import HandClock
from support.world import build_api_config, build_config

from syncd.config.model import AlertsConfig, InventoryConfig
from syncd.core.alerts import AlertKind
from syncd.core.expect import Expectation
from syncd.core.gate import Gate, Hold, HoldKind
from syncd.core.model import Claim
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import add_file, close_file, settle_file
from syncd.errors import LedgerError
from syncd.flows.alerts import Alerts


class Recorder:
    """A channel that keeps what it is given, or refuses, or does not come to an end."""

    name = "recorder"

    def __init__(self):
        self.got = []
        self.texts = []
        self.problem = None
        self.sticks = False

    async def send(self, message):
        self.got.append((message["alert"], message["state"]))
        self.texts.append(message["text"])
        if self.sticks:
            await asyncio.Event().wait()
        return self.problem


class FickleLedger(Ledger):
    """A ledger that refuses when told to."""

    refuses = False

    def read(self, *words):
        self._refuse()
        return super().read(*words)

    def read_one(self, *words):
        self._refuse()
        return super().read_one(*words)

    def write(self, *words):
        self._refuse()
        return super().write(*words)

    def _refuse(self):
        if self.refuses:
            raise LedgerError("The disk fails.")


class Scene:
    """A daemon's parts, as far as alerts look at them."""

    def __init__(self, root, **alerts):
        config = build_config(root, build_api_config())
        for folder in ("inbox", "work", "state", "inventory"):
            (root / folder).mkdir()
        self.root = root
        self.config = replace(config, alerts=AlertsConfig(disk_free_bytes=1, **alerts))
        self.clock = HandClock()
        self.clock.wall = datetime.now(UTC).replace(microsecond=0)
        self.recorder = Recorder()
        self.caller = SimpleNamespace(gate=Gate(), reached=True)
        source = self.config.sources[0]
        self.taker = SimpleNamespace(source=source, trouble=None, on_hold=False, waiting={}, held={})
        self.troubles = []
        self.orders = SimpleNamespace(takers=[self.taker], list_troubles=lambda: list(self.troubles), on_failed=None)
        self.inventory = None
        self.ledger = FickleLedger(root / "state", self.clock)
        self.start()

    def start(self):
        self.alerts = Alerts(
            self.config, self.orders, self.caller, self.inventory, self.ledger, self.clock, [self.recorder]
        )

    async def look(self, seconds=60.0):
        """Let time pass, look, and return what was sent."""
        self.clock.move(seconds)
        self.recorder.got.clear()
        self.recorder.texts.clear()
        with contextlib.suppress(LedgerError):  # as the upkeep does
            await self.alerts()
        for _ in range(8):
            await asyncio.sleep(0)
        return list(self.recorder.got)

    async def restart(self):
        """Stop, and begin anew with what the ledger holds."""
        await self.alerts.close()
        self.ledger.close()
        self.ledger = FickleLedger(self.root / "state", self.clock)
        self.start()

    def fail(self, name, source="orders"):
        """Have a file go to failed."""
        at = self.clock.now()
        add_file(self.ledger, Claim(f"c {name}", source, name, at))
        settle_file(self.ledger, f"c {name}", "failed", name, at, {})
        close_file(self.ledger, f"c {name}", "failed")
        self.ledger.commit()
        self.alerts.note_failure()

    def hold(self, kind):
        self.caller.gate = Gate(Hold(kind, "POST /outbound: 503", self.clock.monotonic(), 1, 0))


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path)
    yield scene
    scene.ledger.close()  # which may be another one by now


async def test_where_all_is_well_nothing_is_said(scene):
    assert await scene.look() == []


async def test_refused_credentials_are_said_at_once_and_their_end(scene):
    scene.hold(HoldKind.OPERATOR)
    assert await scene.look() == [("credentials_refused", "raised")]
    scene.caller.gate = Gate()
    assert await scene.look() == []
    assert await scene.look() == [("credentials_refused", "over")]


async def test_an_outage_is_said_only_when_it_lasts(scene):
    scene.hold(HoldKind.WEATHER)
    assert await scene.look(600) == []
    assert await scene.look(400) == [("api_down", "raised")]


async def test_after_a_restart_nothing_is_said_twice_nor_called_well_too_soon(scene):
    scene.hold(HoldKind.OPERATOR)
    await scene.look()
    scene.caller.gate, scene.caller.reached = Gate(), False
    scene.start()
    assert await scene.look() == []
    assert await scene.look() == []
    scene.caller.reached = True
    assert await scene.look() == []
    assert await scene.look() == [("credentials_refused", "over")]


async def test_failed_files_are_told_at_once_and_then_gathered(scene):
    scene.fail("a.csv")
    assert await scene.look() == [("file_failed", "raised")]
    for name in ("b.csv", "c.csv"):
        scene.fail(name)
        assert await scene.look(1) == []
    assert await scene.look(300) == [("file_failed", "raised")]


async def test_failed_files_that_were_gathered_are_told_after_a_restart_once(scene):
    scene.fail("a.csv")
    await scene.look()
    scene.fail("b.csv")
    scene.fail("c.csv", source="returns")
    assert await scene.look(1) == []
    await scene.restart()
    assert await scene.look(1) == [("file_failed", "raised")] * 2
    assert "b.csv of orders" in scene.recorder.texts[0]
    assert "c.csv of returns" in scene.recorder.texts[1]
    await scene.restart()
    assert await scene.look() == []


async def test_a_failed_file_whose_message_was_on_its_way_at_a_stop_is_told_after_it(scene):
    scene.recorder.sticks = True
    scene.fail("a.csv")
    assert await scene.look() == [("file_failed", "raised")]
    assert await scene.look(600) == []  # it is told already
    scene.fail("b.csv")
    assert await scene.look() == [("file_failed", "raised")]
    assert "b.csv" in scene.recorder.texts[0]
    scene.ledger.commit()
    await scene.restart()
    scene.recorder.sticks = False
    assert await scene.look() == [("file_failed", "raised")]
    assert "a.csv, b.csv" in scene.recorder.texts[0]
    await scene.restart()
    assert await scene.look() == []


async def test_a_failed_file_is_forgotten_once_every_channel_has_given_it_up(scene):
    scene.recorder.problem = "it answered 500"
    scene.fail("a.csv")
    await scene.look()
    for _ in range(20):
        await asyncio.sleep(0)
    assert scene.recorder.got == [("file_failed", "raised")] * 3
    await scene.restart()
    assert await scene.look() == []


async def test_a_failed_file_that_the_ledger_cannot_forget_yet_is_not_told_again(scene):
    scene.fail("a.csv")

    async def send(message):
        scene.ledger.refuses = True

    scene.recorder.send, send_well = send, scene.recorder.send
    await scene.look()
    scene.recorder.send = send_well
    assert await scene.look(600) == []
    scene.ledger.refuses = False
    assert await scene.look(600) == []
    await scene.restart()
    assert await scene.look() == []


async def test_a_ledger_that_refuses_silences_nothing_else(scene):
    scene.taker.source = replace(scene.taker.source, expect=Expectation(time(0, 0), UTC, frozenset(range(7)), 3600))
    scene.clock.wall = scene.clock.now().replace(hour=0, minute=1) + timedelta(days=1)
    assert await scene.look() == [("nothing_arrived", "raised")]
    scene.ledger.refuses = True
    scene.troubles = ["The disk fails."]
    scene.hold(HoldKind.OPERATOR)
    assert await scene.look() == [("credentials_refused", "raised")]
    assert await scene.look() == [("held_by_machine", "raised")]
    scene.ledger.refuses = False
    scene.fail("a.csv")
    assert await scene.look() == [("file_failed", "raised")]
    scene.troubles = []
    await scene.restart()  # what was said meanwhile is remembered
    assert await scene.look() == []
    assert ("held_by_machine", "over") in await scene.look()


async def test_a_ledger_that_never_answered_says_nothing_of_what_did_not_arrive(scene):
    scene.taker.source = replace(scene.taker.source, expect=Expectation(time(0, 0), UTC, frozenset(range(7)), 3600))
    scene.clock.wall = scene.clock.now().replace(hour=0, minute=1) + timedelta(days=1)
    scene.ledger.refuses = True
    assert await scene.look() == []


async def test_a_failed_file_that_was_told_is_not_told_when_it_is_closed_again(scene):
    scene.fail("a.csv")
    await scene.look()
    close_file(scene.ledger, "c a.csv", "failed")
    assert await scene.look(600) == []


async def test_a_file_that_is_done_is_not_told(scene):
    add_file(scene.ledger, Claim("c1", "orders", "a.csv", scene.clock.now()))
    settle_file(scene.ledger, "c1", "done", "a.csv", scene.clock.now(), {})
    close_file(scene.ledger, "c1", "done")
    assert await scene.look() == []


async def test_what_the_machine_refuses_is_said_when_it_lasts(scene):
    scene.troubles = ["The disk is full."]
    assert await scene.look() == []
    assert await scene.look() == [("held_by_machine", "raised")]
    scene.troubles = []
    scene.inventory = SimpleNamespace(trouble=None)
    await scene.look()
    assert await scene.look() == [("held_by_machine", "over")]


async def test_what_is_wrong_with_the_inventory_is_said(tmp_path):
    scene = Scene(tmp_path)
    scene.inventory = SimpleNamespace(trouble="The inventory folder is gone.")
    scene.start()
    await scene.look()
    assert await scene.look() == [("held_by_machine", "raised")]
    scene.ledger.close()


async def test_nothing_arrived_is_said_and_a_late_file_ends_it(scene):
    now = scene.clock.now()
    expectation = Expectation(time(0, 0), UTC, frozenset(range(7)), 3600)
    scene.taker.source = replace(scene.taker.source, expect=expectation)
    scene.clock.wall = now.replace(hour=0, minute=1) + timedelta(days=1)
    assert await scene.look() == [("nothing_arrived", "raised")]
    add_file(scene.ledger, Claim("c1", "orders", "a.csv", scene.clock.now()))
    await scene.look()
    assert await scene.look() == [("nothing_arrived", "over")]


async def test_a_torn_upload_that_lies_for_long_is_said(scene):
    for name in ("a.csv.part", "b.csv", "c.csv"):
        (scene.root / "inbox" / name).write_bytes(b"x")
    scene.taker.held = {"b.csv": "b.csv.done"}
    assert await scene.look() == []
    assert await scene.look(3700) == [("torn_upload", "raised")]
    scene.taker.on_hold = True
    await scene.look()
    assert await scene.look() == [("torn_upload", "over")]


async def test_a_disk_that_is_nearly_full_is_said(tmp_path):
    scene = Scene(tmp_path)
    scene.config = replace(scene.config, alerts=AlertsConfig(disk_free_bytes=2**62))
    scene.start()
    assert await scene.look() == [("disk_nearly_full", "raised")]
    scene.ledger.close()


@pytest.mark.parametrize(("cron", "patience_s"), [(None, 3600), ("0 6 * * mon", 86_400)])
async def test_a_snapshot_that_is_too_old_is_said(tmp_path, cron, patience_s):
    scene = Scene(tmp_path)
    directory = tmp_path / "inventory"
    scene.config = replace(scene.config, inventory=InventoryConfig(directory, cron=cron))
    scene.start()
    assert await scene.look() == []
    assert await scene.look(patience_s) == [("snapshot_old", "raised")]
    (directory / "latest.json").write_text("{}")
    at = scene.clock.now().timestamp() + 60
    os.utime(directory / "latest.json", (at, at))
    await scene.look()
    assert await scene.look() == [("snapshot_old", "over")]
    scene.ledger.close()


async def test_a_channel_that_refuses_is_tried_again_and_then_named(scene):
    scene.recorder.problem = "it answered 500"
    scene.hold(HoldKind.OPERATOR)
    await scene.look()
    for _ in range(20):
        await asyncio.sleep(0)
    assert scene.recorder.got == [("credentials_refused", "raised")] * 3
    await scene.alerts.close()


async def test_a_memory_that_cannot_be_read_is_begun_anew(scene):
    scene.ledger.write_meta("alerts", "nonsense")
    scene.start()
    assert await scene.look() == []


async def test_it_is_looked_no_more_often_than_needed(scene):
    await scene.look()
    scene.hold(HoldKind.OPERATOR)
    assert await scene.look(1) == []
    assert AlertKind.CREDENTIALS_REFUSED.value == "credentials_refused"
