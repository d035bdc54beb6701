"""The API's protocol as fast as Python can: a process of its own, no framework, one bare asyncio protocol.

Counts every order by its reference and remembers when its request was complete (CLOCK_MONOTONIC). On request it
answers late and keeps a strict sliding window over arrivals, refused ones included. It checks the token and that
a body is there; whether an order is right is the sandbox's business, not this one's.
"""

import argparse
import asyncio
import json
import random
import resource
import signal
import time
from collections import deque

TOKEN = b"bench." + b"x" * 120 + b".token"


class State:
    """What the server has seen."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.limit = options.limit
        self.window_ns = int(options.window * 1e9)
        self.latency = tuple(float(part) / 1000 for part in options.latency.split(":")) if options.latency else None
        self.draw = random.Random(1)
        self.arrivals: dict[bytes, int] = {}  # when each order was counted
        self.received: dict[bytes, int] = {}  # when its request was complete, before any time the answer takes
        self.requests = self.repeats = self.refused = self.unauthorised = self.logins = self.asked = 0
        self.connections = self.most_connections = 0
        self.counted: deque[int] = deque()
        self.times: list[int] = []  # of every call under a limit, and of those that were not refused
        self.passed_at: list[int] = []
        self.accepted_at: list[int] = []

    def describe(self) -> dict[str, object]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "orders": len(self.arrivals),
            "first_ns": next(iter(self.arrivals.values()), 0),
            "last_ns": next(reversed(self.arrivals.values()), 0),
            "requests": self.requests,
            "repeats": self.repeats,
            "refused": self.refused,
            "unauthorised": self.unauthorised,
            "logins": self.logins,
            "asked": self.asked,
            "connections": self.most_connections,
            "cpu_s": usage.ru_utime + usage.ru_stime,
        }


def answer(status: bytes, body: bytes) -> bytes:
    """Return a whole HTTP answer."""
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)


def name_times(times: dict[bytes, int]) -> dict[str, int]:
    """Return the times under references that JSON can hold."""
    return {reference.decode(): at for reference, at in times.items()}


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, state: State, loop: asyncio.AbstractEventLoop) -> None:
        self.state, self.loop, self.buffer = state, loop, b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.state.connections += 1
        self.state.most_connections = max(self.state.most_connections, self.state.connections)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.state.connections -= 1

    def data_received(self, data: bytes) -> None:
        data = self.buffer + data if self.buffer else data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[:end].lower()
            at = head.find(b"\r\ncontent-length:")
            length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            stop = end + 4 + length
            if len(data) < stop:
                break
            method, path, _ = data[:end].split(b" ", 2)
            self.take(method, path.partition(b"/api/api/v1")[2] or path, data[:end], data[end + 4 : stop])
            data = data[stop:]
        self.buffer = data

    def take(self, method: bytes, path: bytes, head: bytes, body: bytes) -> None:
        state = self.state
        if path.startswith(b"/_"):
            known = {
                b"/_stats": state.describe,
                b"/_arrivals": lambda: name_times(state.arrivals),
                b"/_received": lambda: name_times(state.received),
                b"/_limit": lambda: {"times": state.times, "passed": state.passed_at, "accepted": state.accepted_at},
            }
            self.write(answer(b"200 OK", json.dumps(known[path]()).encode()))
        elif state.latency is None:
            self.write(self.reply(method, path, head, body, time.monotonic_ns()))
        else:  # a random part of the time passes before the server counts the request
            total = state.draw.uniform(*state.latency)
            before = total * state.draw.random()
            request = (method, path, head, body, time.monotonic_ns())
            self.loop.call_later(before, self.reply_late, request, total - before)

    def reply_late(self, request: tuple[bytes, bytes, bytes, bytes, int], rest_s: float) -> None:
        self.loop.call_later(rest_s, self.write, self.reply(*request))

    def write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)

    def reply(self, method: bytes, path: bytes, head: bytes, body: bytes, received: int) -> bytes:
        state, now = self.state, received if self.state.latency is None else time.monotonic_ns()
        state.requests += 1
        if state.limit:
            while state.counted and state.counted[0] <= now - state.window_ns:
                state.counted.popleft()
            full = len(state.counted) >= state.limit
            state.counted.append(now)
            state.times.append(now)
            if full:
                state.refused += 1
                return answer(b"429 Too Many Requests", b'{"success":false,"error":"Too many requests"}')
            state.passed_at.append(now)
        if path == b"/auth/login":
            state.logins += 1
            token = b'{"success":true,"data":{"access_token":"%b","expires_in":86400,"client_id":"bench"}}' % TOKEN
            return answer(b"200 OK", token)
        if TOKEN not in head:
            state.unauthorised += 1
            return answer(b"401 Unauthorized", b'{"success":false,"error":"Invalid or expired token"}')
        if method == b"POST" and path == b"/outbound":
            return self.take_order(body, now, received)
        if path.startswith(b"/order/"):
            state.asked += 1
            if path[7:] in state.arrivals:
                return answer(b"200 OK", b'{"success":true,"data":{"ReferenceNumber":"%b"}}' % path[7:])
        return answer(b"404 Not Found", b'{"success":false,"error":"Not found"}')

    def take_order(self, body: bytes, now: int, received: int) -> bytes:
        state = self.state
        at = body.find(b'"', body.find(b":", body.find(b'"ReferenceNumber"'))) + 1
        reference = body[at : body.find(b'"', at)]
        if reference in state.arrivals:
            state.repeats += 1
        else:
            state.arrivals[reference] = now
            state.received[reference] = received
            state.accepted_at.append(now)
        return answer(b"200 OK", b'{"success":true,"data":{"ReferenceNumber":"%b"}}' % reference)


async def serve(options: argparse.Namespace) -> None:
    """Listen on a free port of loopback, say which, and serve until told to stop."""
    loop, state = asyncio.get_running_loop(), State(options)
    server = await loop.create_server(lambda: Connection(state, loop), "127.0.0.1", 0, backlog=1024)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stopped.wait()


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", default="", metavar="LOW:HIGH", help="milliseconds an answer takes")
    parser.add_argument("--limit", type=int, default=0, help="calls in any window; 0: no limit")
    parser.add_argument("--window", type=float, default=60.0, help="its length in seconds")
    options = parser.parse_args()
    try:
        from uvloop import run  # noqa: PLC0415  faster, where somebody installed it
    except ImportError:
        run = asyncio.run
    run(serve(options))


if __name__ == "__main__":
    main()
