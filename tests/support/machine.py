"""A simulated machine: its clocks, its reboots, and an event loop on which waiting costs no time.

`Machine` has the face of `syncd.edges.clock.Clock`. Its time moves only while a `SimulatedLoop` has nothing
left to do: then it jumps to whatever is due next. One machine outlives any number of processes and loops.
"""

import asyncio
import selectors
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

BEGIN = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
TICK_S = 1e-6
"""A turn of the loop takes this long: time never stands still, and nothing is ever early."""
BOOT_S = 20.0
"""How long a machine runs before anything is started on it."""


class StuckError(Exception):
    """Nothing is due any more: everything waits for something that cannot come."""


class Machine:
    """The clocks of one machine, as a process on it sees them."""

    def __init__(self) -> None:
        self.seconds = 0.0  #: since the simulation began; known to nobody inside it
        self._boots = 1
        self._booted_at = -BOOT_S
        self._wall_is_off_by = timedelta()

    def reboot(self) -> None:
        """Begin a new run of the machine: other times, another boot id."""
        self._boots += 1
        self._booted_at = self.seconds
        self.seconds += BOOT_S

    def jump(self, seconds: float) -> None:
        """Set the wall clock on or back; nothing else moves."""
        self._wall_is_off_by += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds) + self._wall_is_off_by

    def monotonic(self) -> float:
        return self.seconds - self._booted_at

    def boot_id(self) -> str:
        return f"boot-{self._boots}"

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def call_later(self, seconds: float, function: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, function)

    async def beside(self, function: Callable[[], None]) -> None:
        function()


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop that lives in a machine's time."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._jumper = _Jumper(machine)
        self.handlers: dict[int, Callable[[], object]] = {}  #: what a signal calls; only the simulation sends any
        super().__init__(self._jumper)

    def time(self) -> float:
        return self._machine.seconds

    def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: Any) -> None:
        self.handlers[sig] = partial(callback, *args)

    def run_turns(self, turns: int) -> None:
        """Run so many turns and stop, whatever was about to happen next."""
        self._jumper.on_last_turn = self.stop
        self._jumper.turns_left = turns
        self.run_forever()

    def run_until_time(self, seconds: float) -> None:
        """Run until a time of the simulation."""
        handle = self.call_at(seconds, self.stop)
        self.run_forever()
        handle.cancel()


class _Jumper(selectors.BaseSelector):
    """Waits for nothing: where the loop would wait, time jumps. There are no sockets to look at."""

    def __init__(self, machine: Machine) -> None:
        self.turns_left = -1
        self.on_last_turn: Callable[[], None] = lambda: None
        self._machine = machine
        self._real = selectors.DefaultSelector()  # the loop keeps a socket pair to wake itself by

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise StuckError
        self._machine.seconds += timeout + TICK_S
        self.turns_left -= 1
        if self.turns_left == 0:
            self.on_last_turn()
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def get_map(self) -> Any:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()
