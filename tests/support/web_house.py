"""A house whose daemon runs with its listener open, and whoever asks it."""

import asyncio
import socket
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from support.house import House, open_house
from syncd.daemon import Daemon, Ending

HEADER = (
    "ReferenceNumber,ReceivedDate,DispatchBy,Currency,PaymentStatus,ChannelBuyerName,OrderItems.OrderLineNumber,"
    "OrderItems.SKU,OrderItems.ItemTitle,OrderItems.Qty,OrderItems.PricePerUnit,OrderItems.TaxRate,"
    "DeliveryAddress.FullName,DeliveryAddress.Address1,DeliveryAddress.Town,DeliveryAddress.PostCode,"
    "DeliveryAddress.Country,BillingAddress.FullName,BillingAddress.Address1,BillingAddress.Town,"
    "BillingAddress.PostCode,BillingAddress.Country\n"
)


def build_csv(references: list[str], qty: str = "2") -> bytes:
    """Return a file of one order a reference."""
    address = "Ada Quill,1 Hidden Lane,Leeds,LS1 1AA,United Kingdom"
    rows = [
        f"{reference},2026-01-15T10:00:00Z,2026-01-16T10:00:00Z,EUR,PAID,Ada Quill,1,PROD-1,A lamp,{qty},19.90,19,"
        f"{address},{address}\n"
        for reference in references
    ]
    return (HEADER + "".join(rows)).encode()


def find_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Look:
    """A daemon that runs, and a client of its listener."""

    def __init__(self, house: House, daemon: Daemon, client: httpx.AsyncClient, url: str) -> None:
        self.house = house
        self.daemon = daemon
        self.url = url
        self._client = client
        self._running: asyncio.Task[Ending] | None = None

    def start(self) -> None:
        """Run the daemon."""
        self._running = asyncio.create_task(self.daemon.run())

    async def wait_for_end(self) -> None:
        """Wait until the daemon has stopped. Raise what it ended with."""
        async with asyncio.timeout(15):
            await self._running

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Ask for a page, as soon as the listener is open."""
        return await self.send("GET", path, **options)

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask in whatever way."""
        async with asyncio.timeout(15):
            while True:
                try:
                    return await self._client.request(method, path, **options)
                except httpx.ConnectError:
                    if self._running.done():
                        self._running.result()
                    await asyncio.sleep(0.02)

    async def wait_for(self, path: str, words: str, seconds: float = 15) -> str:
        """Ask for a page until it has these words, and return it."""
        async with asyncio.timeout(seconds):
            while True:
                text = (await self.get(path)).text
                if words in text:
                    return text
                await asyncio.sleep(0.05)


@asynccontextmanager
async def open_look(
    root: Path,
    extra: str = "",
    *,
    in_source: bool = False,
    house_options: dict[str, Any] | None = None,
    **settings: Any,
):
    """Run a daemon in a house with its listener open."""
    async with open_house(root, **settings) as house:
        port = find_port()
        web = f"web: {{listen: '127.0.0.1:{port}'}}\n"
        daemon = house.make_daemon(extra + web if in_source else web + extra, **(house_options or {}))
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            look = Look(house, daemon, client, url)
            look.start()
            try:
                await look.get("/healthz")
                yield look
            finally:
                daemon.end(Ending.STOPPED)
                await look.wait_for_end()
