"""When the inventory is polled: as the schedule rings, and when somebody asks for it; never two polls at once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from syncd.edges.asks import Answer, Ask, forget_asks, take_asks, write_answer
from syncd.edges.clock import Clock
from syncd.edges.log import say, say_bug
from syncd.edges.scheduler import Scheduler
from syncd.errors import LedgerError, StorageError
from syncd.flows.inventory import Inventory, PollOutcome, PollResult
from syncd.flows.stock import StockCheck

MACHINE_PAUSE_S = 30.0
"""How long to wait before looking again whether the machine still refuses the inventory folder."""
LOOK_S = 1.0
"""How often it is looked whether somebody asks for a poll."""


class Polling:
    """Keeps the snapshots coming."""

    def __init__(
        self,
        inventory: Inventory,
        clock: Clock,
        state_dir: Path,
        make_scheduler: Callable[[Callable[[], None]], Scheduler],
        stock: StockCheck | None,
    ) -> None:
        self.inventory = inventory
        self._clock = clock
        self._state_dir = state_dir
        self._bell = asyncio.Event()
        self._scheduler = make_scheduler(self._bell.set)
        self._stock = stock
        self._asks: list[Ask] = []

    async def run(self, *, once: bool = False) -> None:
        """Poll until cancelled; a daemon that ends by itself polls only where orders need it. A bug is only told."""
        try:
            await self._prepare()
            if not once or self._stock is not None:
                await self._poll_on()
        except Exception as error:  # noqa: BLE001  whatever happens to the inventory, orders go on
            say_bug("bug", error)

    async def _prepare(self) -> None:
        while True:
            try:
                self.inventory.folder.prepare()
                forget_asks(self._state_dir)
                if self._stock is not None:
                    await self._stock.restore(self.inventory.folder)
            except (StorageError, LedgerError) as error:
                self.inventory.note_trouble(str(error))
                await self._clock.sleep(MACHINE_PAUSE_S)
            else:
                return

    async def _poll_on(self) -> None:
        self._scheduler.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._scheduler.watch(), name="schedule")
                group.create_task(self._look_for_asks(), name="asks")
                group.create_task(self._work(), name="polls")
        finally:
            self._scheduler.stop()

    async def _work(self) -> None:
        while True:
            await self._bell.wait()
            asks, self._asks = self._asks, []
            result = await self.inventory.poll()
            for ask in asks:
                self._answer(ask, result)
            if not self._asks:  # rung while it was polled: that run is made up by this one
                self._bell.clear()

    async def _look_for_asks(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            try:
                asks = list(take_asks(self._state_dir))
            except StorageError:  # the ledger lives in this folder too, and has said so
                continue
            for ask in asks:
                if ask.word == "confirm":
                    await self._confirm(ask)
                else:
                    self._asks.append(ask)
                    self._bell.set()

    async def _confirm(self, ask: Ask) -> None:
        try:
            result = await self.inventory.confirm()
        except (StorageError, LedgerError) as error:
            result = PollResult(PollOutcome.GIVEN_UP, str(error))
        self._answer(ask, result)

    def _answer(self, ask: Ask, result: PollResult) -> None:
        try:
            write_answer(self._state_dir, ask, Answer(result.outcome is PollOutcome.PUBLISHED, result.sentence))
        except StorageError as error:
            say("answer_lost", str(error), level="WARNING")
