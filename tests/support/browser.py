"""A real browser without a screen, driven through its own protocol: as little of it as the tests need."""

import asyncio
import base64
import json
import shutil
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
)


class Page:
    """One tab; remembers what the browser complained about."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.complaints: list[str] = []
        self._socket = socket
        self._numbers = count(1)
        self._loaded = False

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            message = await self._receive()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    async def open(
        self, url: str, *, width: int = 1100, height: int = 900, dark: bool = False, scripts: bool = True
    ) -> None:
        """Open an address as somebody with this screen would, and wait until it is drawn."""
        await self.send("Page.enable")
        await self.send("Log.enable")
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme])
        await self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        self._loaded = False
        await self.send("Page.navigate", url=url)
        while not self._loaded:
            await self._receive()

    async def ask(self, expression: str) -> Any:
        """Return what an expression is on this page."""
        found = await self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    async def photograph(self, path: Path) -> None:
        """Write a picture of the whole page."""
        size = (await self.send("Page.getLayoutMetrics"))["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        shot = await self.send("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    async def _receive(self) -> dict[str, Any]:
        message = await self._socket.receive(timeout=60)
        if message.type is not WSMsgType.TEXT:
            raise RuntimeError("the browser went away")
        told: dict[str, Any] = json.loads(message.data)
        if told.get("method") == "Page.loadEventFired":
            self._loaded = True
        elif told.get("method") == "Log.entryAdded":
            self.complaints.append(told["params"]["entry"]["text"])
        return told


@asynccontextmanager
async def open_browser(folder: Path):
    """Start a browser with a profile of its own, and give a page of it."""
    process = await asyncio.create_subprocess_exec(
        str(BROWSER),
        *FLAGS,
        f"--user-data-dir={folder}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(30):
            while b"DevTools listening on ws://" not in (line := await process.stderr.readline()):
                if not line:
                    raise RuntimeError("the browser did not start")
            address = line.decode().split("ws://")[1].split("/")[0]
        async with ClientSession() as session:
            async with session.get(f"http://{address}/json/list") as answer:
                tabs = [tab for tab in await answer.json() if tab["type"] == "page"]
            async with session.ws_connect(tabs[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Page(socket)
    finally:
        process.kill()
        await process.communicate()
