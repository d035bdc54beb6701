"""One call to the API: through the gate, with a token, under the quota, remembered, logged, judged for health.

Orders and inventory go through here alike. What is sent is chosen as late as possible: only when the gate is
open, a token is there and a slot of the quota is free is `prepare` asked, so that a newer or fairer choice wins.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from random import Random
from typing import assert_never

from syncd.core.decide import Call, Health, classify, describe_reply
from syncd.core.gate import (
    Gate,
    Go,
    HoldKind,
    Probe,
    Wait,
    after_operator,
    after_weather,
    hasten,
    next_step,
)
from syncd.core.model import Reply, ReplyKind
from syncd.core.pacing import backoff_s
from syncd.edges.api import Api, Request
from syncd.edges.clock import Clock
from syncd.edges.governor import Governor, Lane, Slot
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_calls import begin_call, drop_call, end_call
from syncd.edges.ledger_orders import hasten_all
from syncd.edges.log import say
from syncd.errors import LedgerError

SIGN_IN = "POST /auth/login"
FRESH_TOKENS_REFUSED = 2
"""So many fresh tokens in a row refused on first use mean that the credentials are no good."""


def name_endpoint(request: Request) -> str:
    """Return what a request calls, without what tells one order from another."""
    path = "/order/{reference}" if request.path.startswith("/order/") else request.path
    return f"{request.method} {path}"


def _describe(endpoint: str, reply: Reply) -> str:
    return f"{endpoint}: {describe_reply(reply)}"


class Caller:
    """Makes every call of one daemon; knows whether calls may leave at all."""

    def __init__(
        self,
        api: Api,
        governor: Governor,
        ledger: Ledger,
        clock: Clock,
        random: Random,
        *,
        first_s: float,
        cap_s: float,
    ) -> None:
        self.gate = Gate()
        self.reached = False  #: the API has shown itself at work since the start
        self.in_flight = 0  #: calls that were sent and are not answered
        self.on_open: Callable[[], None] = lambda: None
        self._api = api
        self._governor = governor
        self._ledger = ledger
        self._clock = clock
        self._random = random
        self._first_s = first_s
        self._cap_s = cap_s
        self._probing = False
        self._hastened = False  #: the cure may have come while a probe was on its way
        self._waiters: list[asyncio.Future[None]] = []  #: woken in the order they came, so that a run can be replayed
        self._login = asyncio.Lock()
        self._proven = -1  #: the last token that was good for a call
        self._refused = -1  #: the last token that was refused
        self._refused_fresh = 0
        self._throttles = 0

    async def call(self, lane: Lane, prepare: Callable[[], Request | None], *, attempt: int = 1) -> Reply | None:
        """Make the call that `prepare` chooses, as soon as one may be made; return what came of it.

        Return None where `prepare` has nothing to send any more. Raise LedgerError where the call cannot be
        remembered; then nothing was sent.
        """
        while True:
            probe = await self._enter()
            try:
                if not self._api.has_token() and not await self._sign_in(lane, probe=probe):
                    continue
                slot = await self._governor.acquire(lane)
                if not self._api.has_token() or (self.gate.hold is not None and not probe):
                    self._governor.give_back(slot)
                    continue
                return await self._call_with(slot, lane, prepare, probe=probe, attempt=attempt)
            finally:
                if probe:
                    self._probing = False
                    if self._hastened:
                        self.hasten()
                    self._wake()

    def is_free(self) -> bool:
        """Return whether a call made now need not wait."""
        return self.gate.hold is None and self._api.has_token() and self._governor.free() > 0

    def hasten(self) -> None:
        """Probe at once: what held everything may have been mended."""
        self._hastened = self._probing
        self.gate = hasten(self.gate, self._clock.monotonic())
        self._wake()

    async def _call_with(
        self, slot: Slot, lane: Lane, prepare: Callable[[], Request | None], *, probe: bool, attempt: int
    ) -> Reply | None:
        try:
            request = prepare()
        except BaseException:
            self._governor.give_back(slot)
            raise
        if request is None:
            self._governor.give_back(slot)
            return None
        generation = self._api.token_generation
        reply = await self._perform(slot, name_endpoint(request), partial(self._api.send, request), attempt)
        if reply.status == 401:
            self._note_refusal(generation, probe=probe)
            if self.gate.hold is None and await self._sign_in(lane, probe=probe):
                generation = self._api.token_generation
                slot = await self._governor.acquire(lane)
                send = partial(self._api.send, request)
                reply = await self._perform(slot, name_endpoint(request), send, attempt + 1)
                if reply.status == 401:
                    self._note_refusal(generation, probe=probe)
        signed_out = reply.kind is ReplyKind.NOT_SENT and not self._api.has_token()  # by another call's 401
        if reply.status != 401 and not signed_out:
            if reply.kind is ReplyKind.ANSWERED:
                self._proven, self._refused_fresh = generation, 0
            call = Call.SUBMIT if request.method == "POST" else Call.READ
            self._note_health(reply, call, name_endpoint(request), probe=probe)
        return reply

    async def _perform(self, slot: Slot, endpoint: str, send: Callable[[str], Awaitable[Reply]], attempt: int) -> Reply:
        """Send within a slot; the call is in the ledger before its first byte leaves."""
        started = self._clock.monotonic()
        try:
            number = begin_call(self._ledger, started)
            await self._ledger.durable()
        except BaseException:
            self._governor.give_back(slot)
            raise
        request_id = f"{self._random.getrandbits(64):016x}"
        self.in_flight += 1
        sent_at = self._clock.monotonic()
        try:
            reply = replace(await send(request_id), sent_at=sent_at)
        except BaseException as error:
            self._governor.release(slot)  # some of it may have left the machine
            if isinstance(error, Exception):  # cancelled, the request goes on: the next start counts it as ending then
                with suppress(LedgerError):
                    end_call(self._ledger, number, self._clock.monotonic())
            raise
        finally:
            self.in_flight -= 1
        ended = self._clock.monotonic()
        if reply.kind is ReplyKind.NOT_SENT:
            self._governor.give_back(slot)
            drop_call(self._ledger, number)
        else:
            self._governor.release(slot)
            end_call(self._ledger, number, ended)
        say(
            "api_call",
            endpoint=endpoint,
            status=reply.status,
            error=reply.error,
            duration_ms=round((ended - started) * 1000),
            waited_ms=round(slot.waited_s * 1000),
            attempt=attempt,
            request_id=request_id,
            quota_left=self._governor.free(),
        )
        return reply

    async def _sign_in(self, lane: Lane, *, probe: bool) -> bool:
        """Get a token, by one login however many calls wait for it; return whether there is one."""
        async with self._login:
            if self._api.has_token():
                return True
            if self.gate.hold is not None and not probe:
                return False
            slot = await self._governor.acquire(lane)
            reply = await self._perform(slot, SIGN_IN, self._api.login, 1)
            if not self._api.has_token():
                self._note_health(reply, Call.SIGN_IN, SIGN_IN, probe=probe)
            return self._api.has_token()

    def _note_refusal(self, generation: int, *, probe: bool) -> None:
        """A token was refused: the next call signs in anew; two fresh ones in a row are the operator's problem."""
        self._api.drop_token(generation)
        if generation == self._refused:
            return
        self._refused = generation
        if generation != self._proven:
            self._refused_fresh += 1
        if self._refused_fresh >= FRESH_TOKENS_REFUSED:
            self._hold_for_operator(
                "The API signs us in but refuses the fresh token (401); check the account and its rights.",
                probe=probe,
            )

    def _hold_for_operator(self, reason: str, *, probe: bool) -> None:
        self._set_gate(after_operator(self.gate, reason, self._clock.monotonic(), is_probe=probe))

    def _note_health(self, reply: Reply, call: Call, endpoint: str, *, probe: bool) -> None:
        now = self._clock.monotonic()
        health = classify(reply, call)
        if health is not Health.THROTTLED:
            self._throttles = 0
        match health:
            case Health.GOOD:
                self.reached = True
                self._set_gate(Gate())
            case Health.WEATHER:
                self._note_weather(_describe(endpoint, reply), now, reply.retry_after_s, probe=probe)
            case Health.OPERATOR:
                self._hold_for_operator(_describe(endpoint, reply), probe=probe)
            case Health.THROTTLED:
                self._throttles += 1
                pause_s = reply.retry_after_s
                if pause_s is None:
                    pause_s = backoff_s(self._throttles, self._first_s, self._cap_s, self._random.random())
                self._governor.close_until(now + pause_s)
                say(
                    "quota_refused",
                    "the API says that the quota is used up",
                    level="WARNING",
                    pause_s=round(pause_s, 1),
                )
                hold = self.gate.hold
                if hold is not None and hold.kind is HoldKind.OPERATOR:  # a quota that is used up proves no cure
                    self._hold_for_operator(hold.reason, probe=probe)
                else:
                    self._set_gate(Gate())
            case _:
                assert_never(health)

    def _note_weather(self, reason: str, now: float, retry_after_s: float | None, *, probe: bool) -> None:
        gate = after_weather(
            self.gate,
            reason,
            now,
            random01=self._random.random(),
            first_s=self._first_s,
            cap_s=self._cap_s,
            is_probe=probe,
        )
        if retry_after_s is not None and gate.hold is not None and gate.hold.kind is HoldKind.WEATHER:
            gate = replace(gate, hold=replace(gate.hold, probe_at=max(gate.hold.probe_at, now + retry_after_s)))
        self._set_gate(gate)

    def _set_gate(self, gate: Gate) -> None:
        before, self.gate = self.gate, gate
        if before.hold is not None and gate.hold is None:
            hasten_all(self._ledger, self._clock.monotonic())
            say("calls_resumed", "the API can be reached again")
            self._wake()
            self.on_open()
        elif gate.hold is not None and (before.hold is None or before.hold.kind is not gate.hold.kind):
            operator = gate.hold.kind is HoldKind.OPERATOR
            say(
                "calls_held",
                gate.hold.reason,
                level="ERROR" if operator else "WARNING",
                kind=gate.hold.kind.value,
            )

    async def _enter(self) -> bool:
        """Wait until a call may be made; return whether it is the probe."""
        while True:
            now = self._clock.monotonic()
            step = next_step(self.gate, now, self._probing)
            match step:
                case Go():
                    return False
                case Probe():
                    self._probing = True
                    return True
                case Wait(until):
                    await self._wait(None if until is None else until - now)
                case _:
                    assert_never(step)

    async def _wait(self, seconds: float | None) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        timer = None if seconds is None else self._clock.call_later(seconds, self._wake)
        try:
            await waiter
        finally:
            self._waiters.remove(waiter)
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
