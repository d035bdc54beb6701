"""One call on its way through the API: latency, quota, fault, answer, log.

Knows no socket: a `Call` comes in, an `Answer` goes out, and time is the clock's. `server` carries both over
the wire; a test may as well call `handle` directly.
"""

import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import assert_never

from syncd.edges.clock import Clock
from syncd.sandbox.answers import Answer, Delivery, build_failure, build_page
from syncd.sandbox.faults import Fault, FaultBook, FaultKind
from syncd.sandbox.quota import SlidingWindow
from syncd.sandbox.routes import Call, Routes
from syncd.sandbox.settings import SandboxSettings

_MOST_CALLS_KEPT = 100_000

_DONE_FIRST = frozenset(
    {
        FaultKind.ERROR_AFTER,
        FaultKind.RESET_AFTER,
        FaultKind.HANG_AFTER,
        FaultKind.HTML_AFTER,
        FaultKind.CUT_OFF,
        FaultKind.DRIP,
    }
)
"""The faults that meet a call only after the API has done what it asks."""

_DELIVERIES: Mapping[FaultKind, Delivery] = {
    FaultKind.RESET_BEFORE: Delivery.RESET,
    FaultKind.RESET_AFTER: Delivery.RESET,
    FaultKind.STORE_LATE: Delivery.RESET,
    FaultKind.HANG_BEFORE: Delivery.HANG,
    FaultKind.HANG_AFTER: Delivery.HANG,
    FaultKind.CUT_OFF: Delivery.CUT_OFF,
    FaultKind.DRIP: Delivery.DRIP,
}

_STATUSES: Mapping[FaultKind, int] = {
    FaultKind.TOO_MANY: 429,
    FaultKind.DEAD_TOKEN: 401,
    FaultKind.IN_PROGRESS: 409,
}


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One line of the log of calls."""

    at: datetime  #: when it was counted against the quota
    at_s: float  #: the same on the monotonic clock
    method: str
    path: str  #: what follows the base URL, percent-decoded
    query: str
    status: int | None  #: None: no answer was given
    fault: FaultKind | None


class Emulator:
    """The API of one client, all in memory."""

    def __init__(
        self, settings: SandboxSettings, clock: Clock, on_call: Callable[[CallRecord], None] | None = None
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._on_call = on_call
        self._in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Forget every order, call, token and fault, and start anew from the seed."""
        settings = self.settings
        self._random = random.Random(f"{settings.seed}-network")
        self.routes = Routes(settings, self._clock)
        self.window = SlidingWindow(settings.requests, settings.per_seconds)
        self.faults = FaultBook(settings.seed)
        self.faults.set_chances("login", settings.faults.login)
        self.faults.set_chances("post", settings.faults.post)
        self.faults.set_chances("get", settings.faults.get)
        self.calls: deque[CallRecord] = deque(maxlen=_MOST_CALLS_KEPT)
        self.total_calls = 0
        self.too_many = 0
        self.max_in_flight = 0

    async def handle(self, call: Call) -> Answer:
        """Given a call, return its answer after its latency has passed.

        The call reaches the API after a random part of its latency, as on a network: only then is it counted
        and acted on.
        """
        self._in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self._in_flight)
        try:
            latency_s = self._draw_latency_s(call)
            on_the_way_s = self._random.uniform(0, latency_s)
            await self._clock.sleep(on_the_way_s)
            answer = self._take(call)
            await self._clock.sleep(latency_s - on_the_way_s)
            return answer
        finally:
            self._in_flight -= 1

    def _draw_latency_s(self, call: Call) -> float:
        page_seconds = self.routes.inventory.page_seconds if call.path == "/inventory" else None
        return self._random.uniform(*(page_seconds or self.settings.latency))

    def _take(self, call: Call) -> Answer:
        at_s = self._clock.monotonic()
        fault = None
        if self.window.count(at_s):
            fault = self.faults.draw(_name_operation(call), call.path)
            answer = self._spoil(call, fault) if fault else self.routes.answer(call)
        else:
            answer = self._refuse_too_many(at_s)
        self._log(call, answer, fault, at_s)
        return answer

    def _log(self, call: Call, answer: Answer, fault: Fault | None, at_s: float) -> None:
        self.total_calls += 1
        self.too_many += answer.status == 429
        silent = answer.delivery in {Delivery.RESET, Delivery.HANG}
        record = CallRecord(
            at=self._clock.now(),
            at_s=at_s,
            method=call.method,
            path=call.path,
            query=call.query,
            status=None if silent else answer.status,
            fault=fault.kind if fault else None,
        )
        self.calls.append(record)
        if self._on_call:
            self._on_call(record)

    def _refuse_too_many(self, at_s: float) -> Answer:
        wait_s = int(self.window.free_in_s(at_s)) + 1
        match self.settings.retry_after:
            case "none":
                return build_failure(429)
            case "seconds":
                return build_failure(429, headers={"Retry-After": str(wait_s)})
            case "date":
                # A date has whole seconds only, so one more keeps it from being early.
                free_at = self._clock.now() + timedelta(seconds=wait_s + 1)
                return build_failure(429, headers={"Retry-After": format_datetime(free_at, usegmt=True)})
            case unreachable:
                assert_never(unreachable)

    def _spoil(self, call: Call, fault: Fault) -> Answer:
        kind = fault.kind
        answer = self.routes.answer(call) if kind in _DONE_FIRST else Answer(500)
        if kind is FaultKind.STORE_LATE:
            routes = self.routes  # of now: a reset in between must not be undone

            def store() -> None:
                routes.answer(call)

            self._clock.call_later(self.settings.late_seconds, store)
        if kind in _DELIVERIES:
            return replace(answer, delivery=_DELIVERIES[kind])
        if kind in {FaultKind.HTML_BEFORE, FaultKind.HTML_AFTER}:
            return build_page()
        status = _STATUSES.get(kind) or fault.status or self._random.choice((500, 502, 503, 504))
        error = None
        if kind is FaultKind.DEAD_TOKEN:
            self.routes.tokens.revoke(call.token)
            error = "Invalid credentials" if call.path == "/auth/login" else None
        retry_after = fault.retry_after or ("1" if kind is FaultKind.IN_PROGRESS else None)
        return build_failure(status, error, headers={"Retry-After": retry_after} if retry_after else {})


def _name_operation(call: Call) -> str:
    if call.path == "/auth/login":
        return "login"
    return "post" if call.method == "POST" else "get"
