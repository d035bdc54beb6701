"""The API edge against a transport that answers as told, and against a real server that misbehaves."""

import asyncio
import json
import socket
import ssl
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from syncd.core.model import Reply, ReplyKind
from syncd.edges.api import GRACE_S, MOST_BYTES, Api, Request, order_path
from syncd.edges.clock import SystemClock
from syncd.errors import ConfigError

SECRET = "s3cr3t-of-the-client"
TOKEN = "eyJhbGciOi.the.token"
READ = Request("GET", "/order/ORD-1")
LOGIN_ANSWER = {"success": True, "data": {"access_token": TOKEN, "expires_in": 86400, "client_id": "c"}}


class ManualClock:
    """Time that moves only when a test says so."""

    def __init__(self):
        self.seconds = 1000.0
        self.timers = []

    def now(self):
        return datetime(2026, 1, 15, 10, 0, 0, tzinfo=UTC)

    def monotonic(self):
        return self.seconds

    def call_later(self, seconds, function):
        timer = ManualTimer(self.seconds + seconds, function)
        self.timers.append(timer)
        return timer

    async def advance(self, seconds):
        await settle()
        self.seconds += seconds
        for timer in self.timers:
            if timer.function and timer.due <= self.seconds:
                function, timer.function = timer.function, None
                function()
        await settle()


class ManualTimer:
    def __init__(self, due, function):
        self.due = due
        self.function = function

    def cancel(self):
        self.function = None


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


def build_api(handler=None, *, base_url="https://api.test/api/v1", timeout_s=5.0, clock=None, secret=lambda: SECRET):
    return Api(
        base_url=base_url,
        client_id=lambda: "client",
        client_secret=secret,
        timeout_s=timeout_s,
        clock=clock or SystemClock(),
        transport=httpx.MockTransport(handler) if handler else None,
    )


async def sign_in(handler, **settings):
    """Return an API that holds a token; every call but the login goes to the handler."""

    async def answer(request):
        if request.url.path.endswith("/auth/login"):
            return httpx.Response(200, json=LOGIN_ANSWER)
        result = handler(request)
        return await result if asyncio.iscoroutine(result) else result

    api = build_api(answer, **settings)
    await api.login("login")
    return api


async def send(api, request=READ):
    return await api.send(request, "id-1")


async def ask(response):
    """Return the reply the edge makes of one answer."""
    api = await sign_in(lambda request: response)
    return await send(api)


# --- what is sent ------------------------------------------------------------------------------------------


async def test_a_request_carries_the_token_the_request_id_and_the_body_as_it_is():
    seen = []
    api = await sign_in(lambda request: seen.append(request) or httpx.Response(200, json={"success": True}))
    body = b'{"ReferenceNumber":"\xc3\xa4"}'
    await send(api, Request("POST", "/outbound", body, (("page", "1"), ("q", "a b&c"))))
    [request] = seen
    assert (request.method, request.content) == ("POST", body)
    assert str(request.url) == "https://api.test/api/v1/outbound?page=1&q=a+b%26c"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["X-Request-ID"] == "id-1"
    assert request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("reference", ["a/b", "a/../b", "50% off?", "#1", "ä ö", "~'\"<>[]", "a%2Fb", "..."])
async def test_a_reference_stays_one_segment_of_the_path(reference):
    seen = []
    api = await sign_in(lambda request: seen.append(request) or httpx.Response(404))
    await send(api, Request("GET", order_path(reference)))
    path = seen[0].url.raw_path.decode()
    assert path == "/api/v1" + order_path(reference)
    assert path.count("/") == 4
    assert httpx.URL(f"http://x/?{path.rsplit('/', 1)[1]}=").params.multi_items() == [(reference, "")]


async def test_without_a_token_nothing_is_sent():
    api = build_api(lambda request: pytest.fail("something was sent"))
    assert await send(api) == Reply(ReplyKind.NOT_SENT, error="not signed in")


# --- the token ---------------------------------------------------------------------------------------------


async def test_signing_in_keeps_the_token_and_shows_it_nowhere():
    seen = []
    api = build_api(lambda request: seen.append(request) or httpx.Response(200, json=LOGIN_ANSWER))
    assert (api.has_token(), api.token_generation) == (False, 0)
    reply = await api.login("login")
    assert json.loads(seen[0].content) == {"client_id": "client", "client_secret": SECRET}
    assert seen[0].url.path == "/api/v1/auth/login"
    assert (reply.status, reply.body) == (200, {"success": True})
    assert (api.has_token(), api.token_generation) == (True, 1)
    assert TOKEN not in repr((reply, vars(api)))
    assert SECRET not in repr((reply, vars(api)))


@pytest.mark.parametrize(
    ("expires_in", "usable_s"),
    [
        (86400, 86100),
        (Decimal("3600.5"), 3300.5),
        (600, 300),
        (400, 200),
        (2, 1),
        (10**9, 86100),
        (0, 86100),
        (-5, 86100),
        ("soon", 86100),
        (None, 86100),
    ],
)
async def test_a_token_is_renewed_5_minutes_before_its_end_or_at_half_its_life(expires_in, usable_s):
    clock = ManualClock()
    data = {"access_token": TOKEN} | ({} if expires_in is None else {"expires_in": expires_in})
    text = json.dumps({"success": True, "data": data}, default=float)
    api = build_api(lambda request: httpx.Response(200, text=text), clock=clock)
    await api.login("login")
    clock.seconds += usable_s - 0.01
    assert api.has_token()
    clock.seconds += 0.01
    assert not api.has_token()


async def test_a_refused_token_is_dropped_once_however_many_calls_it_failed():
    api = await sign_in(lambda request: httpx.Response(401))
    used = api.token_generation
    api.drop_token(used)
    assert not api.has_token()
    await api.login("login")
    for _ in range(7):
        api.drop_token(used)
    assert api.has_token()
    assert api.token_generation == used + 1


async def test_refused_credentials_are_an_answer():
    api = build_api(lambda request: httpx.Response(401, json={"success": False, "error": f"no {SECRET}"}))
    reply = await api.login("login")
    assert (reply.kind, reply.status, reply.body) == (ReplyKind.ANSWERED, 401, {"success": False})
    assert not api.has_token()


@pytest.mark.parametrize("token", ["", "two\r\nlines", "with space", "ünïcode", None, 5])
async def test_a_login_without_a_usable_token_is_an_answer_that_cannot_be_understood(token):
    answer = {"success": True, "data": {"access_token": token}}
    api = build_api(lambda request: httpx.Response(200, json=answer))
    assert (await api.login("login")).body is None
    assert not api.has_token()


async def test_an_unreadable_secret_is_the_operators():
    def read():
        raise ConfigError(["client_secret_file cannot be read"])

    api = build_api(lambda request: pytest.fail("something was sent"), secret=read)
    assert await api.login("login") == Reply(
        ReplyKind.NOT_SENT, error="client_secret_file cannot be read", operator=True
    )


# --- what comes back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 404, 409, 429, 500, 503])
async def test_every_status_is_an_answer(status):
    reply = await ask(httpx.Response(status, json={"success": False}, headers={"Location": "https://other.test/"}))
    assert (reply.kind, reply.status, reply.body) == (ReplyKind.ANSWERED, status, {"success": False})


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ('{"a": 19.90}', {"a": Decimal("19.90")}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ("<html>Bad gateway</html>", None),
        ("", None),
        ('{"a": NaN}', None),
        ('{"a": ', None),
        ("[" * 100_000, None),
        ("9" * 5000, None),
        ("1e99999999999999999999", None),
    ],
)
async def test_json_is_decoded_exactly_and_anything_else_is_no_body(text, body):
    reply = await ask(httpx.Response(200, text=text))
    assert (reply.kind, reply.body) == (ReplyKind.ANSWERED, body)


async def test_bytes_that_are_no_text_are_no_body():
    assert (await ask(httpx.Response(200, content=b'{"a": "\xff"}'))).body is None


async def test_a_retry_after_date_is_read_by_the_servers_own_clock():
    headers = {"Date": "Thu, 01 Jan 2015 10:00:00 GMT", "Retry-After": "Thu, 01 Jan 2015 10:00:20 GMT"}
    reply = await ask(httpx.Response(429, headers=headers))
    assert reply.server_time == datetime(2015, 1, 1, 10, tzinfo=UTC)
    assert reply.retry_after_s == 20


async def test_without_a_date_our_own_clock_is_taken():
    headers = {"Retry-After": "Thu, 15 Jan 2026 10:00:20 GMT"}
    api = await sign_in(lambda request: httpx.Response(429, headers=headers), clock=ManualClock())
    reply = await send(api)
    assert (reply.server_time, reply.retry_after_s) == (None, 20)


# --- no answer ---------------------------------------------------------------------------------------------


def chain(cause):
    error = httpx.ConnectError(f"for {TOKEN}")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "text", "operator"),
    [
        (httpx.ConnectTimeout(TOKEN), ReplyKind.NOT_SENT, "no connection in time", False),
        (httpx.PoolTimeout(TOKEN), ReplyKind.NOT_SENT, "no connection in time", False),
        (chain(None), ReplyKind.NOT_SENT, "no connection", False),
        (chain(OSError("all attempts failed")), ReplyKind.NOT_SENT, "no connection", False),
        (chain(ConnectionRefusedError(111, TOKEN)), ReplyKind.NOT_SENT, "no connection (Connection refused)", False),
        (chain(socket.gaierror(socket.EAI_AGAIN, TOKEN)), ReplyKind.NOT_SENT, "no connection", False),
        (chain(socket.gaierror(socket.EAI_NONAME, "x")), ReplyKind.NOT_SENT, "the host in base_url is unknown", True),
        (chain(ssl.SSLEOFError(8, "EOF")), ReplyKind.NOT_SENT, "no connection", False),
        (chain(ssl.SSLError(1, "x")), ReplyKind.NOT_SENT, "TLS: no secure connection (handshake failed)", True),
        (httpx.ReadTimeout(TOKEN), ReplyKind.UNKNOWN, "no answer in time", False),
        (httpx.WriteTimeout(TOKEN), ReplyKind.UNKNOWN, "no answer in time", False),
        (httpx.ReadError(TOKEN), ReplyKind.UNKNOWN, "the connection broke (ReadError)", False),
        (httpx.WriteError(TOKEN), ReplyKind.UNKNOWN, "the connection broke (WriteError)", False),
        (httpx.RemoteProtocolError(TOKEN), ReplyKind.UNKNOWN, "the connection broke (RemoteProtocolError)", False),
        (httpx.DecodingError(TOKEN), ReplyKind.UNKNOWN, "the connection broke (DecodingError)", False),
        (httpx.InvalidURL(TOKEN), ReplyKind.UNKNOWN, "the connection broke (InvalidURL)", False),
    ],
)
async def test_what_is_certain_without_an_answer(error, kind, text, operator):
    def fail(request):
        raise error

    api = await sign_in(fail)
    assert await send(api) == Reply(kind, error=text, operator=operator)


@pytest.mark.parametrize("host", ["api..host", f"{'a' * 64}.host", "ä..host", "256.1.1.1"])
async def test_a_host_that_nobody_can_be_asked_for_is_the_operators_and_nothing_is_sent(host):
    api = build_api(base_url=f"http://{host}/v1")
    assert await api.login("login") == Reply(
        ReplyKind.NOT_SENT, error="base_url holds a host that cannot be; check it", operator=True
    )
    await api.close()


class Stuck:
    """A handler whose calls wait until told; a call to /quick is answered at once."""

    def __init__(self):
        self.go_on = asyncio.Event()
        self.finished = 0

    async def __call__(self, request):
        if "quick" not in request.url.path:
            await self.go_on.wait()
        self.finished += 1
        return httpx.Response(200, json={"success": True})


async def test_a_stuck_call_is_abandoned_after_its_time_and_the_others_go_on():
    clock, stuck = ManualClock(), Stuck()
    api = await sign_in(stuck, timeout_s=30.0, clock=clock)
    first = asyncio.create_task(send(api))
    await clock.advance(20)
    second = asyncio.create_task(send(api))
    await clock.advance(10 + GRACE_S)
    assert first.result() == Reply(ReplyKind.UNKNOWN, error="no answer in time")
    assert not second.done()
    assert (await send(api, Request("GET", "/quick"))).status == 200
    stuck.go_on.set()
    assert (await second).status == 200
    await settle()
    assert stuck.finished == 3
    assert (api._running, api._leftovers) == ({}, set())


async def test_calls_stuck_together_are_abandoned_together():
    clock, stuck = ManualClock(), Stuck()
    api = await sign_in(stuck, timeout_s=30.0, clock=clock)
    calls = [asyncio.create_task(send(api)) for _ in range(3)]
    await clock.advance(30 + GRACE_S)
    assert {call.result().kind for call in calls} == {ReplyKind.UNKNOWN}
    stuck.go_on.set()
    await settle()
    assert api._leftovers == set()


async def test_a_caller_who_goes_away_leaves_the_request_to_its_end():
    stuck = Stuck()
    api = await sign_in(stuck)
    caller = asyncio.create_task(send(api))
    await settle()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    stuck.go_on.set()
    await settle()
    assert stuck.finished == 1
    assert api._running == {}


async def test_an_answer_without_end_is_cut():
    async def pour():
        for _ in range(MOST_BYTES // 2**20 + 1):
            yield b" " * 2**20

    reply = await ask(httpx.Response(200, content=pour()))
    assert reply == Reply(ReplyKind.UNKNOWN, error="the answer is too large")


async def test_a_body_that_drips_is_cut_at_the_time_out():
    clock = ManualClock()

    async def drip():
        while True:
            clock.seconds += 1
            yield b" "

    api = await sign_in(lambda request: httpx.Response(200, content=drip()), timeout_s=30.0, clock=clock)
    assert await send(api) == Reply(ReplyKind.UNKNOWN, error="no whole answer in time")
    assert clock.seconds == 1031.0
