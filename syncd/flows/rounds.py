"""Rounds beside the work: begun now and then, one at a time, given up when the daemon stops."""

import asyncio
from collections.abc import Callable, Coroutine

from syncd.edges.clock import Clock


class Rounds:
    """Remembers when the next round is due, and the one that is under way."""

    def __init__(self, clock: Clock, every_s: float, name: str) -> None:
        self._clock = clock
        self._every_s = every_s
        self._name = name
        self._next_s = 0.0
        self._round: asyncio.Task[None] | None = None

    def begin(self, go_round: Callable[[], Coroutine[None, None, None]]) -> None:
        """Begin a round, if it is time to and the last one has ended."""
        now_s = self._clock.monotonic()
        if now_s >= self._next_s and (self._round is None or self._round.done()):
            self._next_s = now_s + self._every_s
            self._round = asyncio.get_running_loop().create_task(go_round(), name=self._name)

    async def close(self) -> None:
        """Give up the round; what it did not come to is found again by the next."""
        if self._round is not None:
            self._round.cancel()
            await asyncio.gather(self._round, return_exceptions=True)
