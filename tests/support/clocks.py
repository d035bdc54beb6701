"""A clock that stands still until it is moved."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class HandClock:
    """The face of `edges.clock.Clock`, moved by hand; timers run on the real loop, as soon as it turns."""

    def __init__(self, monotonic: float = 1000.0, boot_id: str = "boot-1") -> None:
        self.at = monotonic
        self.boot = boot_id
        self.wall = datetime(2026, 1, 15, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.at

    def boot_id(self) -> str:
        return self.boot

    def move(self, seconds: float) -> None:
        self.at += seconds
        self.wall += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.move(seconds)
        await asyncio.sleep(0)

    def call_later(self, seconds: float, function: Callable[[], None]) -> asyncio.Handle:
        return asyncio.get_running_loop().call_soon(function)

    async def beside(self, function: Callable[[], None]) -> None:
        function()
