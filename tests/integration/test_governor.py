import asyncio
import heapq
import random
from datetime import UTC, datetime
from itertools import count

import pytest

from syncd.edges.clock import SystemClock
from syncd.edges.governor import Governor, Lane


class ManualTimer:
    def __init__(self, function):
        self.function = function

    def cancel(self):
        self.function = None


class ManualClock:
    """Time that moves only when a test says so."""

    def __init__(self):
        self.seconds = 1000.0
        self.timers = []
        self.order = count()

    def now(self):
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self):
        return self.seconds

    def call_later(self, seconds, function):
        timer = ManualTimer(function)
        heapq.heappush(self.timers, (self.seconds + seconds, next(self.order), timer))
        return timer

    def due(self):
        """Return the times of the timers that still stand."""
        return sorted(at for at, _, timer in self.timers if timer.function)

    async def advance(self, seconds):
        until = self.seconds + seconds
        await settle()
        while self.timers and self.timers[0][0] <= until:
            self.seconds, _, timer = heapq.heappop(self.timers)
            if timer.function:
                timer.function()
            await settle()
        self.seconds = until


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def clock():
    return ManualClock()


async def take(governor, number, lane=Lane.ORDERS):
    return [await governor.acquire(lane) for _ in range(number)]


def queue(governor, log, lane, number=1):
    """Let some wait in a lane; each writes its lane into the log when it has its slot."""

    async def wait():
        slot = await governor.acquire(lane)
        log.append(lane)
        return slot

    return [asyncio.create_task(wait()) for _ in range(number)]


async def end(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_slot_is_free_again_a_window_after_the_answer(clock):
    governor = Governor(clock, 2, 60.0)
    first, second = await take(governor, 2)
    assert governor.free() == 0
    log = []
    queue(governor, log, Lane.ORDERS, 2)
    await clock.advance(100)
    assert log == []
    governor.release(first)
    await clock.advance(1)
    governor.release(second)
    await clock.advance(58.9)
    assert log == []
    await clock.advance(0.1)
    assert len(log) == 1
    await clock.advance(1)
    assert len(log) == 2
    assert clock.due() == []


async def test_a_slot_given_back_goes_to_the_next_at_once(clock):
    governor = Governor(clock, 1, 60.0)
    [slot] = await take(governor, 1)
    log = []
    [task] = queue(governor, log, Lane.ORDERS)
    await settle()
    governor.give_back(slot)
    await task
    assert governor.free() == 0


async def test_within_a_lane_first_come_is_first_served(clock):
    governor = Governor(clock, 1, 10.0)
    [slot] = await take(governor, 1)
    served = []

    async def wait(number):
        mine = await governor.acquire(Lane.ORDERS)
        served.append(number)
        governor.release(mine)

    tasks = [asyncio.create_task(wait(number)) for number in range(5)]
    await settle()
    governor.release(slot)
    await clock.advance(100)
    await asyncio.gather(*tasks)
    assert served == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("share", "every"), [(0.1, 10), (0.3, 3), (0.25, 4), (1.0, 1)])
async def test_orders_go_first_but_a_waiting_poll_gets_its_share(clock, share, every):
    governor = Governor(clock, 1, 1.0, reserve_share=share)
    [slot] = await take(governor, 1)
    log = []

    async def wait(lane):
        mine = await governor.acquire(lane)
        log.append(lane)
        governor.give_back(mine)

    tasks = [asyncio.create_task(wait(lane)) for lane in [Lane.INVENTORY] * 3 + [Lane.ORDERS] * 40]
    await settle()
    governor.give_back(slot)
    await asyncio.gather(*tasks)
    polls = [number for number, lane in enumerate(log, 1) if lane is Lane.INVENTORY]
    assert polls == [every, 2 * every, 3 * every]


async def test_a_poll_gets_what_no_order_wants(clock):
    governor = Governor(clock, 3, 60.0)
    assert len(await take(governor, 3, Lane.INVENTORY)) == 3


async def test_orders_have_every_slot_while_no_poll_waits(clock):
    governor = Governor(clock, 100, 60.0)
    assert len(await take(governor, 100)) == 100


async def test_a_waiter_that_goes_away_leaks_no_slot(clock):
    governor = Governor(clock, 1, 60.0)
    [slot] = await take(governor, 1)
    log = []
    gone, stays = queue(governor, log, Lane.ORDERS, 2)
    await settle()
    gone.cancel()
    await settle()
    governor.release(slot)
    await clock.advance(60)
    assert log == [Lane.ORDERS]
    assert stays.done()


async def test_a_waiter_cancelled_in_the_very_moment_of_its_slot_leaks_none(clock):
    governor = Governor(clock, 1, 60.0)
    [slot] = await take(governor, 1)
    log = []
    gone, stays = queue(governor, log, Lane.ORDERS, 2)
    await settle()
    governor.give_back(slot)  # hands the slot over
    gone.cancel()  # before its task could run
    await settle()
    assert gone.cancelled()
    assert stays.done()
    assert governor.free() == 0
    governor.give_back(stays.result())
    assert governor.free() == 1


async def test_when_the_last_waiter_goes_away_no_timer_is_left(clock):
    governor = Governor(clock, 1, 60.0)
    governor.restore([clock.seconds])
    [task] = queue(governor, [], Lane.INVENTORY)
    await settle()
    assert clock.due() == [1060.0]
    await end([task])
    assert clock.due() == []


async def test_calls_of_an_earlier_process_count(clock):
    governor = Governor(clock, 2, 60.0)
    governor.restore([clock.seconds - 70, clock.seconds - 20])
    assert governor.free() == 1
    log = []
    queue(governor, log, Lane.ORDERS, 2)
    await clock.advance(39)
    assert len(log) == 1
    await clock.advance(1)
    assert len(log) == 2


async def test_where_the_whole_quota_was_just_used_the_first_call_waits_a_window(clock):
    governor = Governor(clock, 5, 60.0)
    governor.restore([clock.seconds] * 5)
    log = []
    queue(governor, log, Lane.ORDERS)
    await clock.advance(59.9)
    assert (log, governor.free()) == ([], 0)
    await clock.advance(0.1)
    assert len(log) == 1


async def test_a_429_closes_for_all_until_its_time(clock):
    governor = Governor(clock, 5, 60.0)
    log = []
    tasks = queue(governor, log, Lane.ORDERS)
    await settle()
    governor.close_until(clock.seconds + 30)
    governor.close_until(clock.seconds + 10)  # the later of the two holds
    tasks += queue(governor, log, Lane.ORDERS) + queue(governor, log, Lane.INVENTORY)
    await clock.advance(29.9)
    assert (len(log), governor.free()) == (1, 0)
    await clock.advance(0.1)
    assert (len(log), governor.free()) == (3, 2)
    assert all(task.done() for task in tasks)


async def test_a_waiting_call_waits_longer_when_a_429_comes_in(clock):
    governor = Governor(clock, 1, 60.0)
    governor.restore([clock.seconds])
    log = []
    queue(governor, log, Lane.ORDERS)
    await settle()
    governor.close_until(clock.seconds + 90)
    await clock.advance(89)
    assert log == []
    await clock.advance(1)
    assert len(log) == 1


async def test_a_slot_is_released_once(clock):
    governor = Governor(clock, 1, 60.0)
    [slot] = await take(governor, 1)
    governor.release(slot)
    with pytest.raises(KeyError):
        governor.release(slot)
    with pytest.raises(KeyError):
        governor.give_back(slot)


@pytest.mark.parametrize("seed", range(5))
async def test_a_strict_server_never_sees_more_than_the_quota_and_little_less(clock, seed):
    """Eight workers, orders without end, an inventory poll beside them, and a caller who keeps giving up."""
    draw = random.Random(seed)
    governor = Governor(clock, 20, 6.0)
    orders, polls = [], []

    async def pause(seconds):
        done = asyncio.get_running_loop().create_future()
        clock.call_later(seconds, lambda: done.done() or done.set_result(None))
        await done

    async def work(lane, served):
        while True:
            slot = await governor.acquire(lane)
            latency = draw.uniform(0.02, 0.4)
            on_the_way = draw.uniform(0, latency)
            await pause(on_the_way)
            served.append(clock.seconds)
            await pause(latency - on_the_way)
            governor.release(slot)

    async def give_up():
        while True:
            waiting = asyncio.create_task(governor.acquire(Lane.ORDERS))
            await pause(draw.uniform(0, 0.5))
            if waiting.done():
                governor.give_back(waiting.result())
            waiting.cancel()

    workers = [work(Lane.ORDERS, orders) for _ in range(8)]
    tasks = [asyncio.create_task(worker) for worker in (*workers, work(Lane.INVENTORY, polls), give_up())]
    await clock.advance(120)
    await end(tasks)
    arrivals = sorted(orders + polls)
    for first, over in zip(arrivals, arrivals[20:], strict=False):
        assert over - first >= 6.0 - 1e-9
    assert len(arrivals) >= 0.9 * 20 * 120 / 6
    assert len(polls) >= 0.05 * len(arrivals)


async def test_it_works_on_the_machines_own_clock():
    clock = SystemClock()
    governor = Governor(clock, 5, 0.1)
    started = clock.monotonic()
    for _ in range(15):
        governor.release(await governor.acquire(Lane.ORDERS))
    assert 0.2 <= clock.monotonic() - started < 2
