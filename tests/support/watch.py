"""A running daemon and what can be seen of it: waits for a condition, gathers the log, speeds time up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from loguru import logger

from support.house import House
from syncd.daemon import Daemon, Ending, list_troubles
from syncd.edges.clock import SystemClock


class FastClock(SystemClock):
    """A machine's clock that runs faster, and whose wall clock can be set: pauses of seconds cost a test little."""

    def __init__(self, speed: float = 20.0) -> None:
        self._speed = speed
        self._begun_at = super().monotonic()
        self._wall = super().now()
        self.off_by = timedelta()  #: how far the wall clock was set on or back

    def now(self) -> datetime:
        return (self._wall + timedelta(seconds=self.monotonic() - self._begun_at) + self.off_by).astimezone(UTC)

    def monotonic(self) -> float:
        return self._begun_at + (super().monotonic() - self._begun_at) * self._speed

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self._speed)

    def call_later(self, seconds: float, function: Callable[[], None]) -> asyncio.TimerHandle:
        return super().call_later(seconds / self._speed, function)


class Lines(list[dict[str, Any]]):
    """What was logged."""

    def pick(self, action: str, **fields: Any) -> list[dict[str, Any]]:
        """Return the lines of an action with these facts."""
        wanted = {"action": action, **fields}.items()
        return [line for line in self if wanted <= line.items()]


@contextmanager
def gather_log() -> Iterator[Lines]:
    """Gather every line that is logged meanwhile."""
    lines = Lines()

    def note(message: Any) -> None:
        record = message.record
        extra = record["extra"]
        lines.append({"action": extra["action"], "text": record["message"], "level": record["level"].name}
                     | extra["fields"])  # fmt: skip

    sink = logger.add(note, level="DEBUG")
    try:
        yield lines
    finally:
        logger.remove(sink)


async def until(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait until a condition holds, looking often; return what it returned."""
    async with asyncio.timeout(seconds):
        while not (found := condition()):
            await asyncio.sleep(0.01)
        return found


@asynccontextmanager
async def running(house: House, extra: str = "", *, begun: bool = True, **options: Any) -> AsyncIterator[Daemon]:
    """Run a daemon in the background; it must neither stop nor raise before the end.

    With `begun` False it may still be held at its start when this goes on.
    """
    if "clock" in options:
        options.setdefault("timeout_s", 10)  # of its time: long enough on a busy machine
    daemon = house.make_daemon(extra, **options)
    task = asyncio.get_running_loop().create_task(daemon.run())
    try:
        await until(lambda: not begun or daemon.app is not None or task.done())
        if task.done():
            await task
        yield daemon
        assert not task.done(), "the daemon stopped by itself"
    finally:
        daemon.end(Ending.STOPPED)
        await task


def troubles(daemon: Daemon) -> list[str]:
    """Return what a daemon says is wrong now."""
    return list_troubles(daemon.app) if daemon.app else []
