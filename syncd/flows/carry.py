"""Carries orders to the API: up to `max_in_flight` workers, each with one errand after another.

Whose turn it is says `flows.rotation`, what to call and what came of it `flows.errands`, and whether a call
may leave at all `flows.calls`.
"""

import asyncio
from collections.abc import Callable

from syncd.edges.api import Request
from syncd.edges.clock import Clock
from syncd.edges.governor import Lane
from syncd.edges.judged import JudgedLostError
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_orders import OrderRow, find_next_due, list_due_orders
from syncd.edges.log import say, say_bug
from syncd.errors import LedgerError, StorageError
from syncd.flows.calls import Caller
from syncd.flows.errands import Errand, Errands
from syncd.flows.rotation import Rotation

MACHINE_PAUSE_S = 5.0
"""How long to wait before going on after the machine refused (disk full, ledger locked)."""


NEWS_S = 3 * MACHINE_PAUSE_S
"""What was refused so long ago, and not again since, is over."""


class Carrier:
    """Keeps up to `max_in_flight` errands on their way."""

    def __init__(self, caller: Caller, errands: Errands, ledger: Ledger, clock: Clock) -> None:
        self._caller = caller
        self._errands = errands
        self._ledger = ledger
        self._clock = clock
        self._refusals: dict[str, float] = {}  # what the machine refused, and when it did so last
        self._stopping = False
        self._bell = asyncio.Event()
        self._rotation = Rotation(
            lambda file, now, limit: list_due_orders(ledger, file, now, limit),
            lambda file: find_next_due(ledger, file),
        )
        self.on_settled: Callable[[str], None] = lambda _: None
        self.on_lost: Callable[[str], None] = lambda _: None
        caller.on_open = self.look_again

    @property
    def trouble(self) -> str | None:
        """What the machine refuses at present: as it is tried again every few seconds, older news is none."""
        now = self._clock.monotonic()
        return next((sentence for sentence, at in self._refusals.items() if now - at < NEWS_S), None)

    def add_file(self, claim_id: str) -> None:
        """Let a judged file's orders take part."""
        self._rotation.add(claim_id)
        self._bell.set()

    def look_again(self) -> None:
        """Due times have changed."""
        self._rotation.refresh()
        self._bell.set()

    def stop(self) -> None:
        """Begin no further errand."""
        self._stopping = True
        self._bell.set()

    async def work(self) -> None:
        """One worker: errand after errand until `stop`."""
        while not self._stopping:
            try:
                try:
                    await self._run_errand()
                except JudgedLostError as lost:
                    self.on_lost(lost.claim_id)
                    self._rotation.remove(lost.claim_id)
            except (LedgerError, StorageError) as error:
                self._note_trouble(str(error))
                await self._pause()
            except Exception as error:  # noqa: BLE001  a bug of ours holds up no other order; what was sent is asked about
                say_bug("bug", error)
                await self._pause()

    async def _pause(self) -> None:
        await self._clock.sleep(MACHINE_PAUSE_S)
        self.look_again()

    def _note_trouble(self, sentence: str) -> None:
        """Say what is refused, once however many workers meet it over and over."""
        now = self._clock.monotonic()
        self._refusals = {told: at for told, at in self._refusals.items() if now - at < NEWS_S}
        if sentence not in self._refusals:
            say("held_by_machine", sentence, level="ERROR")
        self._refusals[sentence] = now

    async def _run_errand(self) -> None:
        order = None if self._stopping else self._rotation.peek(self._clock.monotonic())
        if order is None:
            await self._wait_for_work()
            return
        # Where a call has to wait, what needs none goes before it.
        if not self._caller.is_free() and self._errands.settle_by_ledger(order):
            self._rotation.take(self._clock.monotonic())
            await self._settle(order)
            return
        # Which order goes is chosen when a call may really be made: by then a fairer choice may have come.
        errand: Errand | None = None
        settled: OrderRow | None = None

        def prepare() -> Request | None:
            nonlocal errand, settled
            errand, settled = self._choose()
            return None if errand is None else errand.request

        try:
            reply = await self._caller.call(Lane.ORDERS, prepare)
            if reply is not None and errand is not None:
                self._errands.conclude(errand, reply)
                if self._rotation.is_alone(errand.order):  # its file may be settled by this
                    await self._ledger.durable()
                else:  # lost in a crash, the answer is asked for again; the next order need not wait for it
                    self._ledger.commit_soon()
            elif settled is not None:
                await self._settle(settled)
        finally:
            if errand is not None:
                self._land(errand.order)

    def _choose(self) -> tuple[Errand, None] | tuple[None, OrderRow | None]:
        """Take the next order; return its call, or the order itself if it needs none."""
        now = self._clock.monotonic()
        order = None if self._stopping else self._rotation.peek(now)
        if order is None:
            return None, None
        errand = self._errands.build(order)
        self._rotation.take(now)
        return (None, order) if errand is None else (errand, None)

    async def _settle(self, order: OrderRow) -> None:
        """Bring down an order that needed no call."""
        try:
            await self._ledger.durable()
            self._rotation.forget_ahead(order.file)  # a file that changed has nothing due any more
        finally:  # also where that is refused: nobody else would bring it down again
            self._land(order)

    async def _wait_for_work(self) -> None:
        self._bell.clear()
        due = self._rotation.next_due_at()
        timer = None
        if due is not None:
            timer = self._clock.call_later(max(0.0, due - self._clock.monotonic()), self._bell.set)
        try:
            await self._bell.wait()
        finally:
            if timer is not None:
                timer.cancel()

    def _land(self, order: OrderRow) -> None:
        if not self._rotation.land(order):
            self._rotation.remove(order.file)
            self.on_settled(order.file)
        self._bell.set()
