"""Carries orders to the API: takes the next one due, sends it or asks about it, and notes what came of it.

What an answer means is decided in `core.decide`; whether a call may leave at all in `flows.calls`.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import assert_never

from syncd.core.decide import (
    Accepted,
    AlreadyAccepted,
    Ask,
    AskAgain,
    Asking,
    Blocked,
    Conflict,
    Rejected,
    RetryLater,
    SendAgain,
    Verdict,
    judge_post,
    judge_read,
)
from syncd.core.model import Outcome, Problem, Reply
from syncd.core.pacing import backoff_s
from syncd.edges.api import Request, order_path
from syncd.edges.clock import Clock
from syncd.edges.governor import Lane
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_orders import (
    Delivery,
    DeliveryState,
    WAITING,
    OrderRow,
    accept_delivery,
    adopt_delivery,
    begin_delivery,
    drop_delivery,
    find_delivery,
    find_next_due,
    find_order,
    finish_order,
    list_due_orders,
    note_delivery,
    put_off,
)
from syncd.edges.judged import JudgedLostError
from syncd.edges.log import say
from syncd.errors import LedgerError, StorageError
from syncd.flows.calls import Caller
from syncd.flows.desk import Desk
from syncd.flows.rotation import Rotation

WAIT_FOR_OTHER_S = 1.0
"""How often an order looks again while another file's order of the same reference is on its way."""
MACHINE_PAUSE_S = 5.0
"""How long to wait before going on after the machine refused (disk full, ledger locked)."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One call about one order."""

    order: OrderRow
    delivery: Delivery | None
    request: Request
    begun_at: float  #: boot-time seconds, just before it was sent
    asks: bool  #: reads the order instead of sending it


def refuse_other_content(verdict: Verdict) -> Verdict:
    """Given what the API says of a reference that was accepted with other content, return a conflict.

    An answer that settles nothing stays as it is: the differing fields are asked for again.
    """
    match verdict:
        case Conflict() | RetryLater() | Blocked():
            return verdict
        case _:
            return Conflict(None, ())


def build_conflict(fields: tuple[str, ...]) -> Problem:
    """Given the fields that differ, as far as they are known, return the problem for the report."""
    which = f" Different are: {', '.join(fields)}." if fields else ""
    return Problem(
        "conflict",
        "An order with this reference exists already, with other content."
        f"{which} Give the order another ReferenceNumber, or change it at the channel.",
        field="/ReferenceNumber",
    )


class Carrier:
    """Keeps up to `max_in_flight` errands on their way."""

    def __init__(
        self,
        caller: Caller,
        ledger: Ledger,
        desk: Desk,
        clock: Clock,
        random: Random,
        *,
        account: str,
        timeout_s: float,
        first_s: float,
        cap_s: float,
    ) -> None:
        self.trouble: str | None = None  #: what the machine refuses at present
        self._caller = caller
        self._ledger = ledger
        self._desk = desk
        self._clock = clock
        self._random = random
        self._account = account
        self._timeout_s = timeout_s
        self._first_s = first_s
        self._cap_s = cap_s
        self._stopping = False
        self._busy = 0
        self._bell = asyncio.Event()
        self._rotation = Rotation(
            lambda file, now, limit: list_due_orders(ledger, file, now, limit),
            lambda file: find_next_due(ledger, file),
        )
        self.on_settled: Callable[[str], None] = lambda _: None
        self.on_lost: Callable[[str], None] = lambda _: None
        caller.on_open = self.look_again

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
                await self._run_errand()
                self.trouble = None
            except JudgedLostError as lost:
                self._rotation.remove(lost.claim_id)
                self.on_lost(lost.claim_id)
            except (LedgerError, StorageError) as error:
                self._note_trouble(str(error))
                await self._clock.sleep(MACHINE_PAUSE_S)
                self.look_again()

    def _note_trouble(self, sentence: str) -> None:
        if self.trouble != sentence:
            say("held_by_machine", sentence, level="ERROR")
        self.trouble = sentence

    async def _run_errand(self) -> None:
        order = None if self._stopping else self._rotation.peek(self._clock.monotonic())
        if order is None:
            await self._wait_for_work()
            return
        if self._settle_by_ledger(order):
            self._rotation.take(self._clock.monotonic())
            await self._ledger.durable()
            self._land(order)
            return
        # Which order goes is chosen when a call may really be made: by then a fairer choice may have come.
        errand: Errand | None = None

        def prepare() -> Request | None:
            nonlocal errand
            errand = self._choose()
            return None if errand is None else errand.request

        try:
            reply = await self._caller.call(Lane.ORDERS, prepare)
            if reply is not None and errand is not None:
                self._conclude(errand, reply)
                await self._ledger.durable()
        finally:
            if errand is not None:
                self._land(errand.order)

    def _choose(self) -> Errand | None:
        now = self._clock.monotonic()
        order = None if self._stopping else self._rotation.peek(now)
        if order is None or self._settle_by_ledger(order):
            return None
        errand = self._build_errand(order)
        self._rotation.take(now)
        return errand

    def _settle_by_ledger(self, order: OrderRow) -> bool:
        """Do what needs no call: return whether that was all."""
        now = self._clock.monotonic()
        if not self._desk.is_unchanged(order.file):
            self._desk.refuse_changed(order.file)
            return True
        delivery = find_delivery(self._ledger, self._account, str(order.reference))
        if delivery is None:
            return False
        if delivery.state == "accepted":
            if delivery.payload_hash == order.payload_hash:
                finish_order(self._ledger, order.id, Outcome.ALREADY_ACCEPTED)
                self._say(order, Outcome.ALREADY_ACCEPTED, "an earlier file brought this very order")
                return True
            return False
        if delivery.order_id != order.id:
            other = find_order(self._ledger, delivery.order_id)
            if other is not None and other.state == WAITING:
                put_off(self._ledger, order.id, now + WAIT_FOR_OTHER_S, order.failures)
                return True
            adopt_delivery(self._ledger, self._account, delivery.reference, order.id)
        elif delivery.state != "sending":
            return False
        # A sending that nobody is waiting for any more: its outcome is unknown.
        note_delivery(self._ledger, self._account, delivery.reference, "asking", doubtful=True)
        put_off(self._ledger, order.id, now + self._timeout_s, order.failures)
        return True

    def _build_errand(self, order: OrderRow) -> Errand:
        reference = str(order.reference)
        delivery = find_delivery(self._ledger, self._account, reference)
        begun_at = self._clock.monotonic()
        if delivery is not None and delivery.state in {"asking", "accepted"}:
            return Errand(order, delivery, Request("GET", order_path(reference)), begun_at, asks=True)
        request = Request("POST", "/outbound", self._desk.read_body(order))
        begin_delivery(self._ledger, self._account, order)
        return Errand(order, delivery, request, begun_at, asks=False)

    def _conclude(self, errand: Errand, reply: Reply) -> None:
        order, delivery = errand.order, errand.delivery
        if not errand.asks or delivery is None:
            self._apply(errand, judge_post(reply))
            return
        payload = json.loads(self._desk.read_body(order), parse_float=Decimal)
        if delivery.state == "accepted":
            verdict = judge_read(reply, payload, Asking(ours=False, answered=True, misses=0, exists=False))
            self._apply(errand, refuse_other_content(verdict))
            return
        asking = Asking(
            ours=delivery.doubtful and delivery.payload_hash == order.payload_hash,
            answered=delivery.answered,
            misses=delivery.misses,
            exists=delivery.known,
        )
        self._apply(errand, judge_read(reply, payload, asking))

    def _apply(self, errand: Errand, verdict: Verdict) -> None:
        """Note what a verdict means for an order; all of it is committed together."""
        order, ledger, now = errand.order, self._ledger, self._clock.monotonic()
        reference = str(order.reference)
        match verdict:
            case Accepted(status, note):
                at = self._clock.now()
                accept_delivery(ledger, self._account, order, at)
                finish_order(ledger, order.id, Outcome.ACCEPTED, http_status=status, accepted_at=at, note=note)
                self._say(order, Outcome.ACCEPTED)
            case AlreadyAccepted(status, note):
                accept_delivery(ledger, self._account, order, self._clock.now())
                finish_order(ledger, order.id, Outcome.ALREADY_ACCEPTED, http_status=status, note=note)
                self._say(order, Outcome.ALREADY_ACCEPTED, "the API has this very order")
            case Rejected(status, problems):
                drop_delivery(ledger, self._account, reference)
                self._finish_with_problems(order, Outcome.REJECTED, status, problems)
            case Conflict(status, fields):
                if errand.delivery is None or errand.delivery.state != "accepted":
                    drop_delivery(ledger, self._account, reference)
                self._finish_with_problems(order, Outcome.CONFLICT, status, (build_conflict(fields),))
            case Ask(at_once, exists, retry_after_s):
                doubtful = not exists or (errand.delivery is not None and errand.delivery.doubtful)
                note_delivery(
                    ledger, self._account, reference, "asking", doubtful=doubtful, answered=at_once, known=exists
                )
                due = now + (retry_after_s or 0) if at_once else max(now, errand.begun_at + self._timeout_s)
                put_off(ledger, order.id, due, order.failures if exists else order.failures + 1)
            case AskAgain():
                self._note(errand, "asking", misses=1)
                put_off(ledger, order.id, now + self._timeout_s, order.failures)
            case SendAgain():
                self._note(errand, "resend")
                put_off(ledger, order.id, now + self._back_off(order.failures), order.failures)
            case RetryLater(retry_after_s=retry_after_s):
                if not errand.asks:
                    self._note(errand, "resend")
                failures = order.failures + 1
                wait_s = self._back_off(failures) if retry_after_s is None else retry_after_s
                put_off(ledger, order.id, now + wait_s, failures)
            case Blocked():
                if not errand.asks:
                    self._note(errand, "resend")
                put_off(ledger, order.id, now + self._first_s, order.failures)
            case _:
                assert_never(verdict)

    def _note(self, errand: Errand, state: DeliveryState, misses: int = 0) -> None:
        delivery = errand.delivery
        doubtful = delivery is not None and delivery.doubtful
        if delivery is not None and delivery.state == "accepted":
            return
        note_delivery(
            self._ledger, self._account, str(errand.order.reference), state, doubtful=doubtful, misses=misses
        )

    def _back_off(self, failures: int) -> float:
        if failures == 0:
            return 0.0
        return backoff_s(failures, self._first_s, self._cap_s, self._random.random())

    def _finish_with_problems(
        self, order: OrderRow, outcome: Outcome, status: int | None, problems: tuple[Problem, ...]
    ) -> None:
        entry = self._desk.append_problems(order, problems)
        finish_order(self._ledger, order.id, outcome, http_status=status, entry=entry)
        self._say(order, outcome)

    def _say(self, order: OrderRow, outcome: Outcome, why: str = "") -> None:
        bad = outcome in {Outcome.REJECTED, Outcome.CONFLICT}
        say(f"order_{outcome}", why, level="WARNING" if bad else "INFO", reference=order.reference, claim=order.file)

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
