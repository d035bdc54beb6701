"""The sandbox as a server on a socket: carries calls to the emulator and answers back, however broken.

Decides nothing about an answer; it only knows how to break one on the wire.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, assert_never

from aiohttp import web

from syncd.edges.clock import Clock, SystemClock
from syncd.sandbox.answers import Answer, Delivery
from syncd.sandbox.control import add_control_routes, build_stats
from syncd.sandbox.emulator import CallRecord, Emulator
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.routes import Call
from syncd.sandbox.settings import BASE_PATH, DEFAULT_SECRET, SandboxSettings
from syncd.sandbox.store import StoredOrder

_DRIPS = 20


class Sandbox:
    """An emulated API: `async with Sandbox(settings) as sandbox`; point a client at `sandbox.base_url`."""

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        *,
        clock: Clock | None = None,
        on_call: Callable[[CallRecord], None] | None = None,
    ) -> None:
        self.settings = settings or SandboxSettings()
        self._clock = clock or SystemClock()
        self.emulator = Emulator(self.settings, self._clock, on_call)
        self._runner: web.AppRunner | None = None
        self._origin = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=self.settings.max_body_bytes)
        add_control_routes(app, self.emulator)
        app.router.add_route("*", r"/{tail:[\s\S]*}", self._carry)  # `.` would leave out a %0A
        # A hanging call must not hold the end up; nothing else takes long.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.settings.host, self.settings.port).start()
        host, port = self._runner.addresses[0][:2]
        self._origin = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._runner:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What a client is configured with."""
        return self._origin + BASE_PATH

    @property
    def control_url(self) -> str:
        """Where the sandbox's own surface is, see `control`."""
        return self._origin + "/sandbox"

    @property
    def orders(self) -> Mapping[str, StoredOrder]:
        """Every stored order by reference."""
        return self.emulator.routes.store.orders

    @property
    def calls(self) -> tuple[CallRecord, ...]:
        """Every call, in the order they were counted."""
        return tuple(self.emulator.calls)

    @property
    def max_in_window(self) -> int:
        """The most calls that any window of the quota held, refused ones too."""
        return self.emulator.window.max_in_window

    def stats(self) -> dict[str, int]:
        """Return logins, calls, too_many, max_in_window, max_in_flight, orders and doubled."""
        return build_stats(self.emulator)

    def fail_next(
        self,
        kind: FaultKind | str,
        *,
        count: int = 1,
        path: str | None = None,
        status: int | None = None,
        retry_after: str | float | None = None,
    ) -> None:
        """Let the next calls meet a fault, see `faults.FaultBook.fail_next`."""
        self.emulator.faults.fail_next(kind, count=count, path=path, status=status, retry_after=retry_after)

    def change_order(self, reference: str, fields: Mapping[str, object]) -> None:
        """Put fields over those of a stored order, as a later dispatch would. Raise KeyError if unknown."""
        self.emulator.routes.store.change(reference, fields)

    def revoke_tokens(self) -> None:
        """Let every token that was handed out die."""
        self.emulator.routes.tokens.revoke_all()

    def reset(self) -> None:
        """Forget everything and start anew from the seed."""
        self.emulator.reset()

    async def _carry(self, request: web.Request) -> web.StreamResponse:
        try:
            answer = await self.emulator.handle(await _read_call(request))
            return await self._deliver(request, answer)
        except ConnectionError:  # the client gave up; aiohttp wants a response that nobody will get
            return web.Response()

    async def _deliver(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        match answer.delivery:
            case Delivery.WHOLE:
                return web.Response(
                    status=answer.status,
                    body=answer.body,
                    content_type=answer.content_type,
                    headers=answer.headers,
                )
            case Delivery.RESET:
                return _reset(request)
            case Delivery.HANG:
                await self._clock.sleep(self.settings.hang_seconds)
                return _reset(request)
            case Delivery.CUT_OFF:
                response = await _begin(request, answer)
                await response.write(answer.body[: len(answer.body) // 2])
                if request.transport:
                    request.transport.close()
                return response
            case Delivery.DRIP:
                response = await _begin(request, answer)
                size = -(-len(answer.body) // _DRIPS)
                for start in range(0, len(answer.body), size):
                    await response.write(answer.body[start : start + size])
                    await self._clock.sleep(self.settings.drip_seconds / _DRIPS)
                return response
            case unreachable:
                assert_never(unreachable)


async def run_sandbox(settings: SandboxSettings, announce: Callable[[str], None], clock: Clock | None = None) -> None:
    """Serve until cancelled, after announcing in a few lines where and how to sign in."""
    async with Sandbox(settings, clock=clock) as sandbox:
        known = settings.client_secret == DEFAULT_SECRET
        announce(f"The sandbox answers at {sandbox.base_url}")
        announce(
            f"Sign in with client_id {settings.client_id} and "
            + (f"client_secret {DEFAULT_SECRET}" if known else "the client_secret it was started with")
        )
        announce(f"See what it holds, or ask it to fail, at {sandbox.control_url}/orders, /calls, /stats and /faults")
        await asyncio.get_running_loop().create_future()


async def _read_call(request: web.Request) -> Call:
    body: bytes | None
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        body = None
    return Call(request.method, request.raw_path, request.headers.get("Authorization", ""), body)


async def _begin(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_type = answer.content_type
    response.content_length = len(answer.body)
    await response.prepare(request)
    return response


def _reset(request: web.Request) -> web.Response:
    if request.transport:
        connection = request.transport.get_extra_info("socket")
        # Lingering for 0 seconds makes the kernel send RST rather than an orderly end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()  # aiohttp wants one; there is nobody left to get it
