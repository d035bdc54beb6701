"""The quota: every call to the API, of whatever kind, takes a slot here and hands it back at its answer.

Waits on the clock it is given and on nothing else. Nothing is attached to a slot: its caller chooses what to
send once it has one, so that the most urgent call goes. The arithmetic stands in `core.window`, the memory
beyond the process in the ledger.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from syncd.core.window import Window
from syncd.edges.clock import Clock, Timer


class Lane(StrEnum):
    """Who waits for a slot; orders go first."""

    ORDERS = "orders"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to make one call now."""

    token: int
    lane: Lane
    waited_s: float = 0.0  #: how long its caller waited for it


class Governor:
    """One for all calls of one client id.

    A waiting inventory poll gets at least `reserve_share` (above 0, at most 1) of the slots that are handed
    out while it waits; while none waits, orders have them all.
    """

    def __init__(self, clock: Clock, limit: int, per_s: float, reserve_share: float = 0.1) -> None:
        self._clock = clock
        self._window = Window(limit, per_s)
        self._poll_every = int(1 / reserve_share)  # while a poll waits, the last of so many slots is its own
        self._passed_over = 0  # slots that went to orders while a poll waited
        self._closed_until = float("-inf")
        self._queues: dict[Lane, deque[tuple[asyncio.Future[Slot], float]]] = {lane: deque() for lane in Lane}
        self._timer: Timer | None = None

    async def acquire(self, lane: Lane) -> Slot:
        """Wait for a slot, first come first served within a lane; it must be released or given back."""
        waiter: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        self._queues[lane].append((waiter, self._clock.monotonic()))
        self._hand_out()
        try:
            return await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():  # the slot was handed over just before
                self._window.give_back(waiter.result().token)
            self._hand_out()
            raise

    def release(self, slot: Slot) -> None:
        """Note that the slot's call was answered, or timed out, now. Raise KeyError if done twice."""
        self._window.end(slot.token, self._clock.monotonic())
        self._hand_out()

    def give_back(self, slot: Slot) -> None:
        """Free a slot at once: nothing of its call left the machine. Raise KeyError if done twice."""
        self._window.give_back(slot.token)
        self._hand_out()

    def restore(self, ended: Iterable[float]) -> None:
        """Count the calls of an earlier process by the monotonic times, of this same boot, they ended."""
        self._window.restore(ended)
        self._hand_out()

    def close_until(self, monotonic: float) -> None:
        """Hand out nothing before this time: the API said 429 although we kept to the quota."""
        self._closed_until = max(self._closed_until, monotonic)
        self._hand_out()

    def free(self) -> int:
        """Return how many calls could start now."""
        now = self._clock.monotonic()
        return self._window.free(now) if now >= self._closed_until else 0

    def _hand_out(self) -> None:
        """Hand out what is free, and set the timer for the next slot if somebody still waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock.monotonic()
        while (lane := self._choose_lane()) is not None:
            free_at = self._window.next_free_at(now)
            if free_at is None:
                return  # a release will call again
            due = max(free_at, self._closed_until)
            if due > now:
                self._timer = self._clock.call_later(due - now, self._hand_out)
                return
            waiter, asked_at = self._queues[lane].popleft()
            waiter.set_result(Slot(self._window.start(now), lane, now - asked_at))
            if lane is Lane.INVENTORY:
                self._passed_over = 0
            elif self._queues[Lane.INVENTORY]:
                self._passed_over += 1

    def _choose_lane(self) -> Lane | None:
        """Return whose turn it is, or None if nobody waits."""
        for queue in self._queues.values():
            while queue and queue[0][0].done():  # cancelled while it waited
                queue.popleft()
        if not self._queues[Lane.INVENTORY]:
            return Lane.ORDERS if self._queues[Lane.ORDERS] else None
        polls_turn = self._passed_over + 1 >= self._poll_every
        return Lane.INVENTORY if polls_turn or not self._queues[Lane.ORDERS] else Lane.ORDERS
