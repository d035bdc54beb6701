"""One call about one order: what it will be, what its answer means for the order, what is written down.

What an answer means is decided in `core.decide`. Every change here waits for the caller to make it durable.
"""

import json
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
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_orders import (
    WAITING,
    Delivery,
    DeliveryState,
    OrderRow,
    accept_delivery,
    adopt_delivery,
    begin_delivery,
    drop_delivery,
    find_delivery,
    find_order,
    finish_order,
    note_delivery,
    put_off,
)
from syncd.edges.log import say
from syncd.flows.desk import Desk
from syncd.flows.stock import StockCheck

WAIT_FOR_OTHER_S = 1.0
"""How often an order looks again while another file's order of the same reference is on its way."""


CONTRADICTIONS = 3
"""So often the API may contradict itself about an order before that is said."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One call about one order."""

    order: OrderRow
    delivery: Delivery | None
    request: Request
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


class Errands:
    """Prepares and concludes the calls about orders."""

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        clock: Clock,
        random: Random,
        *,
        account: str,
        timeout_s: float,
        first_s: float,
        cap_s: float,
        stock: StockCheck | None = None,
    ) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock
        self._random = random
        self._account = account
        self._timeout_s = timeout_s
        self._first_s = first_s
        self._cap_s = cap_s
        self._stock = stock

    def settle_by_ledger(self, order: OrderRow) -> bool:
        """Given an order that is due, do what needs no call; return whether that was all."""
        delivery = find_delivery(self._ledger, self._account, str(order.reference))
        return self._refuse_changed(order, delivery) or self._settle(order, delivery)

    def _refuse_changed(self, order: OrderRow, delivery: Delivery | None) -> bool:
        """Send nothing more of a file that was written to; what may have been sent is asked about all the same."""
        in_doubt = delivery is not None and delivery.order_id == order.id and delivery.state in {"sending", "asking"}
        if in_doubt or self._desk.is_unchanged(order.file):
            return False
        self._desk.refuse_changed(order.file)
        return True

    def _settle(self, order: OrderRow, delivery: Delivery | None) -> bool:
        now = self._clock.monotonic()
        if delivery is None:
            return self._stock is not None and self._stock.settle(order)
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

    def build(self, order: OrderRow) -> Errand | None:
        """Given an order that is due, return the call that comes next; a sending is written down by this.

        Return None where it needs no call; what that means for it is written down, too.
        """
        reference = str(order.reference)
        delivery = find_delivery(self._ledger, self._account, reference)
        if self._refuse_changed(order, delivery) or self._settle(order, delivery):
            return None
        if delivery is not None and delivery.state in {"asking", "accepted"}:
            return Errand(order, delivery, Request("GET", order_path(reference)), asks=True)
        body = self._desk.read_body(order)
        request = Request("POST", "/outbound", body)
        begin_delivery(self._ledger, self._account, order)
        if self._stock is not None:
            self._stock.note_sending(order, body)
        return Errand(order, delivery, request, asks=False)

    def conclude(self, errand: Errand, reply: Reply) -> None:
        """Given the reply to an errand's call, write down what it means for the order."""
        order, delivery = errand.order, errand.delivery
        if not errand.asks or delivery is None:
            self._apply(errand, judge_post(reply), reply.sent_at)
            return
        payload = json.loads(self._desk.read_body(order), parse_float=Decimal)
        if delivery.state == "accepted":
            verdict = judge_read(reply, payload, Asking(ours=False, answered=True, misses=0, exists=False))
            self._apply(errand, refuse_other_content(verdict), reply.sent_at)
            return
        asking = Asking(
            ours=delivery.doubtful and delivery.payload_hash == order.payload_hash,
            answered=delivery.answered,
            misses=delivery.misses,
            exists=delivery.known,
        )
        self._apply(errand, judge_read(reply, payload, asking), reply.sent_at)

    def _apply(self, errand: Errand, verdict: Verdict, sent_at: float) -> None:  # noqa: C901, PLR0912 - one case a verdict
        """Note what a verdict means for an order; all of it is committed together."""
        order, ledger, now = errand.order, self._ledger, self._clock.monotonic()
        reference = str(order.reference)
        if self._stock is not None:
            self._stock.note_verdict(order, verdict)
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
                    ledger,
                    self._account,
                    reference,
                    "asking",
                    doubtful=doubtful,
                    answered=at_once,
                    known=exists,
                )
                due = now + (retry_after_s or 0) if at_once else max(now, sent_at + self._timeout_s)
                put_off(ledger, order.id, due, order.failures if exists else order.failures + 1)
            case AskAgain():
                self._note(errand, "asking", misses=1)
                put_off(ledger, order.id, now + self._timeout_s, order.failures)
            case SendAgain(contradicted):
                self._note(errand, "resend")
                failures = order.failures + contradicted
                put_off(ledger, order.id, now + self._back_off(failures), failures)
                if failures == CONTRADICTIONS and contradicted:
                    self._say_contradicted(order)
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
        note_delivery(self._ledger, self._account, str(errand.order.reference), state, doubtful=doubtful, misses=misses)

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

    @staticmethod
    def _say_contradicted(order: OrderRow) -> None:
        say(
            "order_contradicted",
            "the API says over and over that this reference exists and that there is no such order; it is sent again "
            "until that changes: ask the API's operator",
            level="WARNING",
            reference=order.reference,
            claim=order.file,
        )

    def _say(self, order: OrderRow, outcome: Outcome, why: str = "") -> None:
        bad = outcome in {Outcome.REJECTED, Outcome.CONFLICT}
        say(
            f"order_{outcome}",
            why,
            level="WARNING" if bad else "INFO",
            reference=order.reference,
            claim=order.file,
        )
