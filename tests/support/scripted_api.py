"""The API as a script of faults: what it stores and what it answers are drawn from a seed, apart from each other.

Keeps what `api.md` promises or assumes and nothing more: it is done with a request within the time-out of its
connection's end, also when the client died meanwhile. Counts every creation and when each call was on its way.
"""

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, auto
from typing import Any
from urllib.parse import unquote

import httpx

from support.machine import Machine
from support.scripted_stock import Stock

TOKEN_LIFE_S = 86400.0


class Way(Enum):
    """How a call ends for its client."""

    ANSWER = auto()
    REFUSED = auto()  #: no connection: nothing reaches the server
    RESET = auto()
    HANG = auto()


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one call."""

    way: Way = Way.ANSWER
    latency_s: float = 0.1  #: until the answer, or until the connection breaks
    works: bool = True  #: the server does what it is asked
    works_after_s: float = 0.0  #: since the call came in; for a lost call this may be long after its end
    status: int | None = None  #: what is answered whatever was done; None: the truth
    html: bool = False
    headers: dict[str, str] = field(default_factory=dict)


GOOD = Fate()


@dataclass(slots=True)
class Call:
    """A call that used up the quota: counted by the server at some moment between its two times."""

    sent_at: float
    ended_at: float | None = None


@dataclass(slots=True)
class _Work:
    """A new order that the server is still to store."""

    call: Call
    due_at: float
    order: dict[str, Any]
    answer: tuple[int, dict[str, Any]] | None = None


class Script:
    """Decides the fate of each call; this one is always kind."""

    def choose(self, method: str, path: str, now: float) -> Fate:
        return GOOD

    def lose(self, timeout_s: float) -> float | None:
        """Return how long after its client's death the server still does what it was asked; None: never."""
        return 0.0


class ScriptedApi(httpx.AsyncBaseTransport):
    """One server; outlives its clients' processes."""

    def __init__(self, machine: Machine, script: Script, *, timeout_s: float, refuse_duplicates: bool) -> None:
        self.created: dict[str, list[dict[str, Any]]] = {}  #: by reference, each creation
        self.foreign: set[str] = set()  #: references that somebody else created
        self.calls: list[Call] = []
        self.trace: list[tuple[float, str, str, str]] = []  #: time, method, path, how it ended
        self.logins = 0
        self.cut_off = False  #: its client is dead: nothing more is accepted from it
        self.secret = "some-secret"
        self.stock = Stock(7)
        self._machine = machine
        self._script = script
        self._timeout_s = timeout_s
        self._refuse_duplicates = refuse_duplicates
        self._works: list[_Work] = []
        self._tokens: dict[str, float] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        now = self._machine.seconds
        path = request.url.path.removeprefix("/v1")
        fate = self._script.choose(request.method, path, now)
        if self.cut_off or fate.way is Way.REFUSED:
            self._note(request, path, "no connection")
            raise httpx.ConnectError("refused", request=request)
        wait_s = self._timeout_s if fate.way is Way.HANG else fate.latency_s
        call = Call(now)
        self.calls.append(call)
        work = None
        refusal = self._check_token(request, path, fate)
        if (request.method, path) == ("POST", "/outbound") and fate.works and refusal is None:
            order = json.loads(request.content, parse_float=Decimal)
            work = _Work(call, now + min(fate.works_after_s, wait_s + self._timeout_s), order)
            self._works.append(work)
        self.on_effect("request")
        await self._machine.sleep(wait_s)
        if call.ended_at is not None:
            raise httpx.ReadError("closed", request=request)
        call.ended_at = self._machine.seconds
        if fate.way is not Way.ANSWER:
            self._note(request, path, fate.way.name)
            raise (
                httpx.ReadTimeout("too late", request=request)
                if fate.way is Way.HANG
                else httpx.ReadError("reset", request=request)
            )
        if work is not None:  # who answers is done with it
            work.due_at = min(work.due_at, self._machine.seconds)
        self.do_due_work()
        status, body = refusal or self._answer(request, path, work)
        if fate.status is not None:
            status, body = fate.status, {"success": False, "error": "trouble"}
        self._note(request, path, f"{status}{' html' if fate.html else ''}")
        self.on_effect("response")
        if fate.html:
            return httpx.Response(status, content=b"<html>a proxy</html>", headers=fate.headers)
        return httpx.Response(status, json=body, headers=fate.headers)

    def fork(self, machine: Machine, script: Script) -> "ScriptedApi":
        """Return a server in the same state, for another course of things from here on."""
        other = ScriptedApi(machine, script, timeout_s=self._timeout_s, refuse_duplicates=self._refuse_duplicates)
        other.created = {reference: list(orders) for reference, orders in self.created.items()}
        other.foreign = set(self.foreign)
        calls = {id(call): replace(call) for call in self.calls}
        other.calls = list(calls.values())
        other._works = [replace(work, call=calls[id(work.call)]) for work in self._works]
        other._tokens = dict(self._tokens)
        other.logins, other.secret = self.logins, self.secret
        return other

    def describe(self) -> str:
        """Return all that a client's fate may depend on."""
        return repr((sorted(self.created), [(work.order["ReferenceNumber"], work.due_at) for work in self._works]))

    def on_effect(self, what: str) -> None:
        """Called where a request has come in and before an answer goes out."""

    async def aclose(self) -> None:
        """The client closes its connections, as it does before a reload, also those whose calls nobody waits for."""
        self.lose_client()

    def lose_client(self) -> None:
        """The client's process died: its connections end now; what it asked may still be done, for a while."""
        for call in self.calls:
            self._lose(call)

    def _lose(self, call: Call) -> None:
        if call.ended_at is not None:
            return
        now = call.ended_at = self._machine.seconds
        for work in [work for work in self._works if work.call is call and work.due_at > now]:
            after_s = self._script.lose(self._timeout_s)
            if after_s is None:
                self._works.remove(work)
            else:
                work.due_at = min(work.due_at, now + after_s)

    def do_due_work(self) -> None:
        """Store what is due by now."""
        now = self._machine.seconds
        for work in sorted(self._works, key=lambda work: work.due_at):
            if work.due_at <= now:
                self._works.remove(work)
                work.answer = self._store(work.order)

    def drop_tokens(self) -> None:
        """Every token is dead from now on."""
        self._tokens.clear()

    def _store(self, order: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        reference = order["ReferenceNumber"]
        if order["ChannelBuyerName"] == REFUSED_BUYER:
            return 400, {"success": False, "error": "no such buyer", "details": {"field": "ChannelBuyerName"}}
        if reference in self.created and self._refuse_duplicates:
            return 409, {"success": False, "error": f"Order with ReferenceNumber '{reference}' already exists"}
        self.created.setdefault(reference, []).append(order)
        return 201, {"success": True, "data": {}}

    def _check_token(self, request: httpx.Request, path: str, fate: Fate) -> tuple[int, dict[str, Any]] | None:
        if path == "/auth/login":
            is_known = json.loads(request.content)["client_secret"] == self.secret
            return None if is_known else (401, {"success": False, "error": "Invalid credentials"})
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if fate.status != 401 and self._tokens.get(token, -1.0) > self._machine.seconds:
            return None
        return 401, {"success": False, "error": "Invalid or expired token"}

    def _answer(self, request: httpx.Request, path: str, work: _Work | None) -> tuple[int, dict[str, Any]]:
        if path == "/auth/login":
            self.logins += 1
            token = f"token-{self.logins}"
            self._tokens[token] = self._machine.seconds + TOKEN_LIFE_S
            return 200, {"success": True, "data": {"access_token": token, "expires_in": int(TOKEN_LIFE_S)}}
        if path == "/inventory":
            return 200, self.stock.serve(int(request.url.params["page"]), int(request.url.params["page_size"]))
        if request.method == "GET":
            reference = unquote(path.removeprefix("/order/"))
            if reference not in self.created:
                return 404, {"success": False, "error": "Order not found"}
            record = json.loads(json.dumps(self.created[reference][-1], default=str))
            return 200, {"success": True, "data": {**record, "Status": "Open"}}
        if work is None or work.answer is None:
            return 503, {"success": False, "error": "not stored"}
        return work.answer

    def _note(self, request: httpx.Request, path: str, how: str) -> None:
        self.trace.append((self._machine.seconds, request.method, path, how))


REFUSED_BUYER = "Refused Buyer"
"""An order of this buyer is refused by the API, for good."""


def find_crowd(calls: list[Call], limit: int, per_s: float) -> str | None:
    """Return a window over the quota, if there is one, counting each call at its worst moment; else None."""
    ends: list[float] = []
    for call in sorted(calls, key=lambda call: call.sent_at):
        ends = [end for end in ends if end > call.sent_at - per_s]
        ends.append(float("inf") if call.ended_at is None else call.ended_at)
        if len(ends) > limit:
            return f"{len(ends)} calls can be counted in the {per_s} s up to {call.sent_at:.3f}"
    return None
