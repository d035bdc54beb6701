"""Carries httpx's requests by aiohttp, which takes a third of the CPU that httpx's own transport takes.

A failure is told by what is certain of it: `ConnectError` and `ConnectTimeout` only where no connection ever
stood, so that nothing was sent. Refuses to send anything twice: left to itself, aiohttp repeats a GET whose kept
connection broke, a call that no quota would know of.
"""

import ssl
from collections.abc import AsyncIterator

import aiohttp
import httpx
from yarl import URL

KEEP_S = 5.0
"""How long a connection is kept for the next call, as httpx does; servers give up idle ones after longer."""
CHUNK_BYTES = 64 * 1024
_OWN_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport(httpx.AsyncBaseTransport):
    """A pool of connections that never makes a call wait: its callers bound their calls.

    It follows no redirect, keeps no cookie and takes neither a proxy nor credentials from the environment.
    """

    def __init__(self, context: ssl.SSLContext | None, timeout_s: float) -> None:
        self._context = context
        self._timeout = aiohttp.ClientTimeout(total=None, connect=timeout_s, sock_read=timeout_s)
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Given a request that was read, return its answer, whose body is still to be read. Raise as httpx does."""
        if self._session is None:
            self._session = self._open_session()
        try:
            response = await self._session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw],
                data=request.content or None,
                allow_redirects=False,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _translate(error) from (error.__cause__ or error)
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response), request=request)

    async def aclose(self) -> None:
        """Close every connection; what is in flight ends as broken."""
        if self._session is not None:
            await self._session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=0,
            keepalive_timeout=KEEP_S,
            resolver=aiohttp.ThreadedResolver(),  # the machine's own, whatever else is installed
            ssl=True if self._context is None else self._context,
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_OWN_HEADERS,
            auto_decompress=False,
            middlewares=(_send_once,),
        )


class _Body(httpx.AsyncByteStream):
    """The body of an answer, read as it comes."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._response.content.iter_chunked(CHUNK_BYTES):
                yield piece
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _translate(error) from error

    async def aclose(self) -> None:
        self._response.close()  # one that was read to its end has handed its connection back by now


async def _send_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Tell of a broken connection in httpx's words at once: those of aiohttp would make it try again."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _translate(error) from (error.__cause__ or error)


def _translate(error: Exception) -> httpx.TransportError:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("no connection in time")
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError("no connection")
        case TimeoutError():
            return httpx.ReadTimeout("no answer in time")
        case aiohttp.ClientResponseError():
            return httpx.RemoteProtocolError("no HTTP")
        case _:
            return httpx.ReadError("the connection broke")
