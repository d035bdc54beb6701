"""The stock check before an order is sent: against the newest snapshot, less what was sent since; no call per order.

What is to be done is decided in `core.stock`. Every change here waits for the caller to make it durable.
"""

import json
from collections.abc import Callable
from decimal import Decimal

from syncd.config.model import StockCheckConfig
from syncd.core.decide import Accepted, AlreadyAccepted, Conflict, Rejected, Verdict
from syncd.core.inventory import Number, parse_item
from syncd.core.model import Outcome
from syncd.core.stock import Shortage, Wanted, build_out_of_stock, choose_step, find_shortages, list_wanted
from syncd.edges.clock import Clock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_orders import WAITING, OrderRow, find_order, finish_order, put_off
from syncd.edges.ledger_stock import (
    PollMark,
    count_sent,
    end_hold,
    end_sent_lines,
    find_hold,
    hasten_held,
    hold_for_stock,
    note_sent_lines,
    read_published,
)
from syncd.edges.log import say
from syncd.edges.snapshots import BREATH, Snapshot, SnapshotDamagedError, SnapshotFolder
from syncd.flows.desk import Desk


class StockCheck:
    """Knows what is left of every SKU: what the newest snapshot says, less what was sent since it was begun."""

    def __init__(self, ledger: Ledger, desk: Desk, clock: Clock) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock
        self._stock: dict[str, tuple[tuple[str | None, Number], ...]] = {}
        self._mark: PollMark | None = None
        self._warned: set[int] = set()  #: of the orders that are still to be settled
        self.on_loaded: Callable[[], None] = lambda: None

    async def restore(self, folder: SnapshotFolder) -> None:
        """After a start: go on with the snapshot that is there."""
        published = read_published(self._ledger)
        try:
            snapshot = folder.find_latest()
            if snapshot is None:
                return
            mark = published[0] if published else PollMark(0, snapshot.taken_at, 0.0, "")
            if mark.taken_at.replace(microsecond=0) != snapshot.taken_at:  # somebody put another one there
                mark = PollMark(0, snapshot.taken_at, 0.0, "")
            await self.load(snapshot, mark)
        except SnapshotDamagedError as error:
            say("inventory_latest_damaged", str(error), level="ERROR")

    async def load(self, snapshot: Snapshot, mark: PollMark) -> None:
        """Given a snapshot that was published, and its poll, check against it from now on."""
        stock: dict[str, tuple[tuple[str | None, Number], ...]] = {}
        for count, line in enumerate(snapshot.lines()):
            item = parse_item(line.text)
            stock[item.sku] = (*stock.get(item.sku, ()), (item.location, item.available))
            if count % BREATH == 0:
                await self._clock.sleep(0)
        self._stock, self._mark = stock, mark
        hasten_held(self._ledger, self._clock.monotonic())
        await self._ledger.durable()
        self.on_loaded()

    def settle(self, order: OrderRow) -> bool:
        """Given an order that is due and was never sent, return True if it must not be sent now."""
        config = self._desk.source(order.file).stock_check
        if config.mode == "off":
            return False
        row = find_order(self._ledger, order.id)
        if row is None or row.state != WAITING:  # it was refused while it waited for a slot
            self._warned.discard(order.id)
            return True
        wanted = self._read_wanted(order)
        since = find_hold(self._ledger, order.id)
        now = self._clock.now()
        held_s = 0.0 if since is None else (now - since).total_seconds()
        limit_s = config.hold_limit_seconds
        shortages = self._find_shortages(wanted, config)
        match choose_step(config.mode, shortages, held_s, limit_s):
            case "hold":
                if since is None:
                    hold_for_stock(self._ledger, order.id, now)
                    say("order_held_for_stock", reference=order.reference, claim=order.file)
                put_off(self._ledger, order.id, self._clock.monotonic() + limit_s - held_s, order.failures)
                return True
            case "refuse":
                self._refuse(order, shortages or (), len(wanted))
                return True
            case "warn":
                self._warn(order, shortages)
        return False

    def note_sending(self, order: OrderRow, body: bytes) -> None:
        """Count what an order that is about to be sent asks for; only now its waiting is over."""
        end_hold(self._ledger, order.id)
        note_sent_lines(self._ledger, order.id, list_wanted(json.loads(body, parse_float=Decimal)))

    def note_verdict(self, order: OrderRow, verdict: Verdict) -> None:
        """Given what the API says of an order, count it for good, no longer, or go on as it was."""
        match verdict:
            case Accepted() | AlreadyAccepted():
                self._warned.discard(order.id)
                end_sent_lines(self._ledger, order.id, accepted=True)
            case Rejected() | Conflict():
                self._warned.discard(order.id)
                end_sent_lines(self._ledger, order.id, accepted=False)
            case _:
                pass

    def age_s(self) -> float | None:
        """Return how long ago the snapshot was begun, by a clock that does not jump if it can be; None without one."""
        if self._mark is None:
            return None
        if self._mark.boot_id == self._clock.boot_id():
            return self._clock.monotonic() - self._mark.taken_s
        return abs((self._clock.now() - self._mark.taken_at).total_seconds())

    def _read_wanted(self, order: OrderRow) -> tuple[Wanted, ...]:
        return list_wanted(json.loads(self._desk.read_body(order), parse_float=Decimal))

    def _find_shortages(self, wanted: tuple[Wanted, ...], config: StockCheckConfig) -> tuple[Shortage, ...] | None:
        age_s = self.age_s()
        if self._mark is None or age_s is None or age_s > config.max_age_seconds:
            return None
        poll = self._mark.number
        return find_shortages(
            wanted, self._stock.get, config.locations, lambda sku: count_sent(self._ledger, sku, poll)
        )

    def _refuse(self, order: OrderRow, shortages: tuple[Shortage, ...], items: int) -> None:
        lines = self._desk.read_lines(order)
        problems = tuple(build_out_of_stock(shortage, lines, items) for shortage in shortages)
        entry = self._desk.append_problems(order, problems)
        finish_order(self._ledger, order.id, Outcome.INVALID, entry=entry)
        end_hold(self._ledger, order.id)
        self._warned.discard(order.id)
        say("order_out_of_stock", level="WARNING", reference=order.reference, claim=order.file, short=len(problems))

    def _warn(self, order: OrderRow, shortages: tuple[Shortage, ...] | None) -> None:
        if order.id in self._warned:
            return
        self._warned.add(order.id)
        what = "no snapshot is fresh enough" if shortages is None else "the stock does not suffice"
        say("order_stock_unsure", f"{what}; it is sent", level="WARNING", reference=order.reference, claim=order.file)
