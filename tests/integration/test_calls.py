"""What becomes of the quota when a call ends as nobody foresaw: a real governor and ledger, an API that fails."""

import asyncio
from random import Random

import httpx
import pytest

from syncd.edges.api import Api, Request
from syncd.edges.clock import SystemClock
from syncd.edges.governor import Governor, Lane
from syncd.edges.ledger import Ledger
from syncd.flows.calls import Caller

READ = Request("GET", "/order/A-1")
WINDOW_S = 0.05


class Scene:
    """A caller with two slots each window."""

    def __init__(self, root, answer):
        clock = SystemClock()

        async def handle(request):
            if request.url.path.endswith("/auth/login"):
                return httpx.Response(200, json={"success": True, "data": {"access_token": "t"}})
            return await answer()

        self.api = Api(
            base_url="http://127.0.0.1/v1",
            client_id=lambda: "id",
            client_secret=lambda: "secret",
            timeout_s=5.0,
            clock=clock,
            transport=httpx.MockTransport(handle),
        )
        self.governor = Governor(clock, 2, WINDOW_S)
        self.ledger = Ledger(root, clock)
        self.caller = Caller(self.api, self.governor, self.ledger, clock, Random(1), first_s=0.01, cap_s=0.1)

    async def call(self):
        async with asyncio.timeout(5):
            return await self.caller.call(Lane.ORDERS, lambda: READ)

    def count_open(self):
        return len(list(self.ledger.read("SELECT 1 FROM calls WHERE ended IS NULL")))


@pytest.fixture
def build(tmp_path):
    scenes = []

    def build(answer):
        scenes.append(Scene(tmp_path, answer))
        return scenes[-1]

    yield build
    for scene in scenes:
        scene.ledger.close()


async def test_a_call_that_ends_in_a_bug_gives_its_slot_back_a_window_later_and_is_ended(build):
    async def fail():
        raise ZeroDivisionError

    scene = build(fail)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            await scene.call()
    assert (scene.caller.in_flight, scene.count_open()) == (0, 0)
    assert scene.governor.free() < 2  # some of it may have been sent: it counts for a window
    await asyncio.sleep(2 * WINDOW_S)
    assert scene.governor.free() == 2


async def test_a_bug_is_told_as_it_is_when_the_ledger_refuses_too(build):
    async def fail():
        scene.ledger.close()
        raise ZeroDivisionError

    scene = build(fail)
    with pytest.raises(ZeroDivisionError):
        await scene.call()
    assert scene.governor.free() < 2


async def test_a_call_whose_caller_goes_away_keeps_no_slot_and_is_ended_by_the_next_start(build):
    async def hang():
        await asyncio.Event().wait()

    scene = build(hang)
    calls = [asyncio.create_task(scene.call()) for _ in range(2)]
    await asyncio.sleep(4 * WINDOW_S)
    assert scene.caller.in_flight == 2
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await asyncio.sleep(2 * WINDOW_S)
    assert (scene.caller.in_flight, scene.governor.free(), scene.count_open()) == (0, 2, 2)
    for task in scene.api._running:
        task.cancel()
