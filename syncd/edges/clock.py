"""Time, as the rest of syncd is handed it: the one place that asks what time it is or waits.

Refuses to be imported for anything else; a simulated clock with the same face drives the fault tests.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Protocol


class Timer(Protocol):
    """A call that is due later and can be called off."""

    def cancel(self) -> None:
        """Call it off; harmless when it has run."""
        ...


class Clock(Protocol):
    """What syncd knows of time."""

    def now(self) -> datetime:
        """Return the wall clock's time, aware, in UTC. It may jump either way."""
        ...

    def monotonic(self) -> float:
        """Return seconds since the machine started, suspends included. It never goes back."""
        ...

    def boot_id(self) -> str:
        """Return what names the machine's present run: `monotonic` times of another run mean nothing."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; with 0, let others go first."""
        ...

    def call_later(self, seconds: float, function: Callable[[], None]) -> Timer:
        """Call a function on the loop after some seconds."""
        ...

    async def beside(self, function: Callable[[], None]) -> None:
        """Run what waits for the machine beside the loop, on a thread; where time is simulated, at once."""
        ...


@cache
def _load_asyncio() -> ModuleType:
    import asyncio  # noqa: PLC0415 - 20 ms that `syncd status` saves

    return asyncio


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall clock's time, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since the machine started, suspends included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def boot_id(self) -> str:
        """Return the kernel's name for this run of the machine."""
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()

    async def sleep(self, seconds: float) -> None:
        """Wait; with 0, let others go first."""
        await _load_asyncio().sleep(seconds)

    def call_later(self, seconds: float, function: Callable[[], None]) -> Timer:
        """Call a function on the running loop after some seconds."""
        timer: Timer = _load_asyncio().get_running_loop().call_later(seconds, function)
        return timer

    async def beside(self, function: Callable[[], None]) -> None:
        """Run what waits for the machine on a thread, while the loop goes on."""
        await _load_asyncio().get_running_loop().run_in_executor(None, function)
