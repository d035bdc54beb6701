"""A bare client that does nothing but post the same order: what the mock server can take."""

import asyncio
import sys
import time

from bench.mock_server import TOKEN

CONNECTIONS = 8
REQUESTS = 30_000


class Sender(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, request: bytes, left: list[int], done: asyncio.Event) -> None:
        self.request, self.left, self.done = request, left, done
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.left[0] -= 1
        if self.left[0] > 0:
            self.transport.write(self.request)
        else:
            self.done.set()


async def post(port: int) -> float:
    """Return the orders a second over several connections."""
    body = b'{"ReferenceNumber":"LOAD-1","Filler":"%b"}' % (b"x" * 900)
    head = b"POST /api/api/v1/outbound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\nContent-Length: %d\r\n\r\n"
    request = head % (TOKEN, len(body)) + body
    left, done = [REQUESTS], asyncio.Event()
    begun = time.monotonic()
    for _ in range(CONNECTIONS):
        await asyncio.get_running_loop().create_connection(lambda: Sender(request, left, done), "127.0.0.1", port)
    await done.wait()
    return REQUESTS / (time.monotonic() - begun)


if __name__ == "__main__":
    print(round(asyncio.run(post(int(sys.argv[1])))))
