"""The API over HTTP: one request in, one `Reply` out; beside `edges.transport` the only file that knows httpx.

Decides nothing and retries nothing: any status is data. It speaks to the transport itself: what httpx's client
would add (redirects, cookies, proxies of the environment) is not wanted here and costs more than the call. The
token is kept in memory only. Neither token, credentials nor bodies reach an error text.
"""

import asyncio
import errno
import json
import os
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache, partial
from urllib.parse import quote

import httpx

from syncd.core.model import Reply, ReplyKind
from syncd.core.pacing import parse_http_date, parse_retry_after
from syncd.edges.clock import Clock
from syncd.errors import ConfigError

Transport = httpx.AsyncBaseTransport
"""What carries the requests; a test hands in its own, for others it has a name here."""

MOST_BYTES = 8 * 1024**2
"""Of one answer's body; a page of inventory is a hundredth of it."""

GRACE_S = 1.0
"""How long after its time-out a request that is still stuck is abandoned, together with its connections."""

TOKEN_LIFE_S = 86400.0  # documented; counted where an answer does not say it, and at most
RENEWAL_MARGIN_S = 300.0  # documented: renew 5 minutes before the end

_HEADERS = {"User-Agent": "syncd", "Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Request:
    """One call below base_url."""

    method: str
    path: str  #: begins with a slash; percent-encoded
    body: bytes | None = field(default=None, repr=False)  #: JSON
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    generation: int
    renew_at: float  # monotonic


@lru_cache(maxsize=16)  # nearly every call is to the same address, and taking one apart costs a fifth of the call
def _parse_url(text: str) -> httpx.URL:
    """Take an address apart. Raise InvalidURL or UnicodeError for a host that no resolver would be asked for."""
    url = httpx.URL(text)
    url.raw_host.decode("ascii").encode("idna")  # as Python's own resolving does it, in the middle of a call
    return url


def order_path(reference: str) -> str:
    """Return the path of an order; whatever its reference holds stays one segment of it."""
    return f"/order/{quote(reference, safe='')}"


class Api:
    """One client of the API. Without a `transport` it opens connections of its own.

    Each request runs in a task of its own that nobody cancels: a caller who goes away leaves it to its end,
    and what it does at the server is not cut off half-way.
    """

    def __init__(
        self,
        *,
        base_url: str,
        client_id: Callable[[], str],
        client_secret: Callable[[], str],
        timeout_s: float,
        clock: Clock,
        transport: Transport | None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._timeout_s = timeout_s
        self._clock = clock
        self._make_transport = self._prepare_transport() if transport is None else lambda: transport
        self._transport = self._make_transport()
        self._running: dict[asyncio.Task[Reply], Transport] = {}
        self._leftovers: set[asyncio.Task[Reply] | asyncio.Task[None]] = set()
        self._token: _Token | None = None
        self._generation = 0

    @property
    def token_generation(self) -> int:
        """Return the number of the last good login; name it to `drop_token` when its token is refused."""
        return self._generation

    def has_token(self) -> bool:
        """Return whether there is a token that need not be renewed yet."""
        return self._token is not None and self._clock.monotonic() < self._token.renew_at

    def drop_token(self, token_used: int) -> None:
        """Forget the token of this generation, refused with a 401; one that came since then stays."""
        if self._token is not None and self._token.generation == token_used:
            self._token = None

    async def send(self, request: Request, request_id: str) -> Reply:
        """Make one call with the token; without one nothing is sent. Never raise for what a network does.

        The request id goes along as `X-Request-ID`, so that a line of our log is found in theirs.
        """
        if self._token is None:
            return Reply(ReplyKind.NOT_SENT, error="not signed in")
        return await self._run(request, request_id, {"Authorization": f"Bearer {self._token.value}"})

    async def login(self, request_id: str) -> Reply:
        """Sign in and keep the token; return the reply without it. An unreadable secret is the operator's."""
        started = self._clock.monotonic()
        try:
            credentials = {"client_id": self._client_id(), "client_secret": self._client_secret()}
        except ConfigError as error:
            return Reply(ReplyKind.NOT_SENT, error=str(error), operator=True)
        reply = await self._run(Request("POST", "/auth/login", json.dumps(credentials).encode()), request_id, {})
        body = reply.body if isinstance(reply.body, dict) else {}
        match body:
            case {"success": True, "data": {"access_token": str(value), **data}} if _fits_header(value):
                self._generation += 1
                renew_at = started + _count_usable_s(data.get("expires_in"))
                self._token = _Token(value, self._generation, renew_at)
                return replace(reply, body={"success": True})
            case {"success": False}:
                return replace(reply, body={"success": False})
        return replace(reply, body=None)

    async def close(self) -> None:
        """Close all connections; calls still in flight end as unknown. Wait for none of them."""
        for transport in {self._transport, *self._running.values()}:
            await transport.aclose()

    async def _run(self, request: Request, request_id: str, headers: dict[str, str]) -> Reply:
        """Run the request in a task of its own and wait for it, a little longer than its time-out."""
        loop = asyncio.get_running_loop()
        transport = self._transport
        task = loop.create_task(self._exchange(transport, request, _HEADERS | headers | {"X-Request-ID": request_id}))
        self._running[task] = transport
        over: asyncio.Future[None] = loop.create_future()
        task.add_done_callback(partial(self._finish, over))
        timer = self._clock.call_later(self._timeout_s + GRACE_S, partial(_set_done, over))
        try:
            await over  # cancelling this cancels no request
        finally:
            timer.cancel()
        if task.done():
            return task.result()
        self._abandon(task)
        return Reply(ReplyKind.UNKNOWN, error="no answer in time")

    async def _exchange(self, transport: Transport, request: Request, headers: dict[str, str]) -> Reply:
        """Send the request and read its answer to the end."""
        deadline = self._clock.monotonic() + self._timeout_s
        body = bytearray()
        facts: dict[bytes, bytes] = {}
        try:
            built = self._build(request, headers)
        except (httpx.InvalidURL, UnicodeError):
            return _hold("base_url holds a host that cannot be; check it")
        try:
            response = await transport.handle_async_request(built)
            facts = {name.lower(): value for name, value in response.headers.raw}
            try:
                async for piece in _read_pieces(response, packed=b"content-encoding" in facts):
                    body += piece
                    if len(body) > MOST_BYTES:
                        return Reply(ReplyKind.UNKNOWN, error="the answer is too large")
                    if self._clock.monotonic() > deadline:
                        return Reply(ReplyKind.UNKNOWN, error="no whole answer in time")
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            return _describe_failure(error)
        server_time = parse_http_date(_read_fact(facts, b"date"))
        return Reply(
            ReplyKind.ANSWERED,
            status=response.status_code,
            body=_decode_json(bytes(body)),
            retry_after_s=parse_retry_after(_read_fact(facts, b"retry-after"), server_time or self._clock.now()),
            server_time=server_time,
        )

    def _build(self, request: Request, headers: dict[str, str]) -> httpx.Request:
        body = request.body or b""
        url = _parse_url(self._base_url + request.path)
        headers["Host"] = url.netloc.decode("ascii")
        if body:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        stream = httpx.ByteStream(body)  # handed in as a stream, httpx does not guess at headers: half of its time
        built = httpx.Request(request.method, url, params=request.query or None, headers=headers, stream=stream)
        built.read()
        return built

    def _prepare_transport(self) -> Callable[[], Transport]:
        """Return what opens a pool of connections.

        The certificate authorities are read once, and only for https: that takes a tenth of a second.
        """
        from syncd.edges.transport import AiohttpTransport  # noqa: PLC0415  a tenth of a second that tests save

        context = httpx.create_ssl_context(trust_env=False) if self._base_url.startswith("https:") else None
        return partial(AiohttpTransport, context, self._timeout_s)

    def _abandon(self, task: asyncio.Task[Reply]) -> None:
        """Leave a stuck request to itself and open new connections; the old ones close after their last call."""
        transport = self._running.pop(task)
        self._leftovers.add(task)
        if transport is self._transport:
            self._transport = self._make_transport()
        self._close_retired(transport)

    def _finish(self, over: asyncio.Future[None], task: asyncio.Task[Reply]) -> None:
        _set_done(over)
        self._leftovers.discard(task)
        transport = self._running.pop(task, None)
        if transport is not None:
            self._close_retired(transport)

    def _close_retired(self, transport: Transport) -> None:
        """Close connections that are neither the present ones nor in use; what is stuck in them then ends."""
        if transport is not self._transport and transport not in self._running.values():
            closing = asyncio.get_running_loop().create_task(transport.aclose())
            self._leftovers.add(closing)
            closing.add_done_callback(self._leftovers.discard)


def _read_pieces(response: httpx.Response, *, packed: bool) -> AsyncIterator[bytes]:
    """Return the body as it comes; httpx unpacks what came packed although we never ask for that."""
    if packed or not isinstance(response.stream, httpx.AsyncByteStream):
        return response.aiter_bytes()
    return aiter(response.stream)


def _read_fact(facts: Mapping[bytes, bytes], name: bytes) -> str | None:
    value = facts.get(name)
    return None if value is None else value.decode("latin-1")


def _set_done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _describe_failure(error: Exception) -> Reply:
    """Return what is certain after httpx gave up: not sent only if no connection ever stood."""
    match error:
        case httpx.ConnectError():
            return _describe_no_connection(error)
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Reply(ReplyKind.NOT_SENT, error="no connection in time")
        case httpx.TimeoutException():
            return Reply(ReplyKind.UNKNOWN, error="no answer in time")
        case _:
            return Reply(ReplyKind.UNKNOWN, error=f"the connection broke ({type(error).__name__})")


def _describe_no_connection(error: BaseException) -> Reply:
    """Tell TLS and an unknown host, which only the operator can mend, from the weather."""
    cause: BaseException | None = error
    code: int | None = None
    while cause is not None:
        match cause:
            case ssl.SSLEOFError() | ssl.SSLZeroReturnError() | ssl.SSLSyscallError():
                pass  # the connection ended in the middle of its handshake
            case ssl.SSLCertVerificationError():
                return _hold(f"TLS: the API's certificate is not trusted ({cause.verify_message})")
            case ssl.SSLError():
                reason = getattr(cause, "reason", None)  # absent where Python itself raised it
                return _hold(f"TLS: no secure connection ({reason or 'handshake failed'})")
            case socket.gaierror(errno=socket.EAI_NONAME):
                return _hold("the host in base_url is unknown")
            case OSError(errno=int(found)) if found in errno.errorcode:
                code = found
        cause = cause.__cause__ or cause.__context__
    return Reply(ReplyKind.NOT_SENT, error=f"no connection ({os.strerror(code)})" if code else "no connection")


def _hold(error: str) -> Reply:
    return Reply(ReplyKind.NOT_SENT, error=error, operator=True)


def _decode_json(body: bytes) -> object:
    """Return decoded JSON, its fractions as Decimal; None where it is none, or no sane one."""
    try:
        return _decode(body.decode("utf-8-sig"))
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant).decode


def _fits_header(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token and bool(token)


def _count_usable_s(expires_in: object) -> float:
    """Return for how long a token is used: until 5 minutes before its end, or half its life if that is more.

    One that names no sane life gets the documented 24 hours; no token is used for longer.
    """
    life_s = TOKEN_LIFE_S
    if isinstance(expires_in, int | Decimal) and 0 < expires_in < life_s:
        life_s = float(expires_in)
    return life_s - min(RENEWAL_MARGIN_S, life_s / 2)
