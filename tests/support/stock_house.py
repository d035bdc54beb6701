"""A daemon with an inventory in simulated time: real folders, real wiring, the sandbox's emulator behind the client.

Nothing listens on a socket, so a day of polling beside thousands of orders takes seconds.
"""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx

from support.machine import Machine, SimulatedLoop
from support.world import FOLDERS, build_api_config, build_config, compile_usual_reading
from syncd.build import App, build_app, check_mounts
from syncd.config.model import Config, InventoryConfig, RateLimit, StockCheckConfig
from syncd.edges.ledger import Ledger
from syncd.edges.spool import prepare_folder
from syncd.sandbox.answers import Delivery
from syncd.sandbox.emulator import Emulator
from syncd.sandbox.routes import Call
from syncd.sandbox.settings import BASE_PATH, InventorySettings, SandboxSettings


class EmulatorTransport(httpx.AsyncBaseTransport):
    """Carries requests to an emulator in the same process."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode().replace("/v1", BASE_PATH, 1)
        call = Call(request.method, target, request.headers.get("Authorization", ""), await request.aread())
        answer = await self._emulator.handle(call)
        if answer.delivery is not Delivery.WHOLE:
            raise httpx.ReadError("reset", request=request)
        return httpx.Response(answer.status, content=answer.body, headers=dict(answer.headers))


class StockHouse:
    """One process, its folders and its API. Use `run_until`, then look."""

    def __init__(
        self,
        root: Path,
        *,
        quota: RateLimit | None = None,
        stock_check: StockCheckConfig | None = None,
        machine: Machine | None = None,
        in_flight: int = 8,
        inventory: dict[str, Any] | None = None,
        stock: InventorySettings | None = None,
        **settings: Any,
    ) -> None:
        self.root = root
        self.machine = machine or Machine()
        self.quota = quota or RateLimit()
        limit = {"requests": self.quota.requests, "per_seconds": self.quota.per_seconds}
        self.emulator = Emulator(
            SandboxSettings(
                client_id="some-id",
                client_secret="some-secret",
                inventory=stock or InventorySettings(),
                **{**limit, **settings},
            ),
            self.machine,
        )
        self.config = self._build_config(stock_check or StockCheckConfig(), in_flight, inventory or {})
        for name in FOLDERS:
            (root / name).mkdir(parents=True, exist_ok=True)
        self.start()

    def _build_config(self, check: StockCheckConfig, in_flight: int, inventory: dict[str, Any]) -> Config:
        config = build_config(self.root, build_api_config(quota=self.quota, in_flight=in_flight), 0.0)
        source = replace(config.sources[0], stock_check=check)
        return replace(config, sources=(source,), inventory=InventoryConfig(self.folder, **inventory))

    @property
    def folder(self) -> Path:
        """Return the inventory folder."""
        return self.root / "inventory"

    def start(self) -> None:
        """Begin a process."""
        self.loop = SimulatedLoop(self.machine)
        asyncio.set_event_loop(self.loop)
        self.app: App = self.loop.run_until_complete(self._open())
        self._tasks = [
            self.loop.create_task(self.app.orders.run(self.app.rows)),
            self.loop.create_task(self.app.polling.run()),
        ]

    async def _open(self) -> App:
        prepare_folder(self.config.state_dir, mode=0o700)
        check_mounts(self.config)
        self.ledger = Ledger(self.config.state_dir, self.machine)
        transport = EmulatorTransport(self.emulator)
        readings = {"orders": compile_usual_reading()}
        app = build_app(self.config, readings, self.ledger, self.machine, Random(1), transport)
        self.ledger.commit()
        return app

    def drop(self, name: str, content: bytes) -> None:
        """Put a file into the inbox."""
        (self.root / "inbox" / name).write_bytes(content)
        self.app.orders.ring("orders")

    def run_for(self, seconds: float) -> None:
        """Let so much time pass."""
        self.loop.run_until_time(self.machine.seconds + seconds)
        assert not [task for task in self._tasks if task.done()]

    def close(self) -> None:
        """End the process; it may be begun anew."""
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(Exception):
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.ledger.close()
        self.loop.close()
        asyncio.set_event_loop(None)
