"""What is answered to whom: the routes, and the guard before all of them. Only GET and HEAD, only on this machine.

What is gathered is gathered in a thread, one question at a time, so that however often somebody asks, no order
waits for it. Refuses a Host that is not this machine's: a page of somebody else's in a browser here could
otherwise read along under a name of its own (DNS rebinding).
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import datetime, time
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from syncd.config.model import Config
from syncd.edges.clock import Clock
from syncd.edges.log import say_bug
from syncd.errors import LedgerError, StorageError
from syncd.flows.survey import Survey, survey
from syncd.web.health import Health
from syncd.web.history import CallHistory
from syncd.web.metrics import Metrics
from syncd.web.page import (
    View,
    read_icon,
    read_style,
    render_inventory,
    render_refusal,
    render_report,
    render_status,
)
from syncd.web.reports import read_report
from syncd.web.stock import Movement, Movements, search

SHOWN_FILES = 12
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "syncd",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")


class Site:
    """Answers for one run of the daemon."""

    def __init__(self, config: Config, clock: Clock, health: Health, metrics: Metrics, history: CallHistory) -> None:
        self._config = config
        self._clock = clock
        self._health = health
        self._metrics = metrics
        self._history = history
        self._movements = None if config.inventory is None else Movements(config.inventory.directory, clock)
        self._style, self._icon = read_style(), read_icon()
        self._one_at_a_time = asyncio.Lock()

    def build(self) -> web.Application:
        """Return what aiohttp runs."""
        application = web.Application(middlewares=[self._guard], client_max_size=1)
        for path, handler in (
            ("/", self._show_status),
            ("/report/{claim}", self._show_report),
            ("/inventory", self._show_inventory),
            ("/metrics", self._show_metrics),
            ("/healthz", self._show_health),
            ("/readyz", self._show_ready),
            ("/style.css", self._send_style),
            ("/icon.svg", self._send_icon),
        ):
            application.router.add_get(path, handler)
        return application

    async def write_metrics(self) -> bytes:
        """Return all metrics. Raise LedgerError or StorageError where the ledger cannot be read."""
        found = await self._gather(partial(survey, self._config, self._clock, since=self._clock.now(), last=0))
        return self._metrics.write(found, self._health.find_hold(), self._health.list_unready())

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let through what may be asked; whatever comes of it leaves with the same headers."""
        if not is_own_host(request.headers.get("Host", "")):
            answer: web.StreamResponse = _say("Ask for this page as localhost or 127.0.0.1.\n", status=421)
        elif request.method not in {"GET", "HEAD"}:
            answer = _say("Nothing can be changed here.\n", status=405)
            answer.headers["Allow"] = "GET, HEAD"
        else:
            answer = await self._try(request, handler)
        answer.headers.update(HEADERS)
        return answer

    async def _try(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            return self._refuse(404, "There is no such page", "Nothing is shown at this address.")
        except (LedgerError, StorageError) as error:
            return self._refuse(503, "This cannot be shown now", str(error))
        except Exception as error:  # noqa: BLE001  a bug in a page is told, and holds up nothing else
            say_bug("bug", error, page=request.path.split("/")[1])
            return self._refuse(500, "This page has a bug", "Its log line says more; files and orders go on.")

    async def _show_status(self, request: web.Request) -> web.Response:
        found, movements = await self._gather(self._look)
        view = View(
            found=found,
            waits=self._health.list_waits(),
            minutes=self._history.list_minutes(),
            movements=movements,
            has_inventory=self._movements is not None,
            held=self._health.find_hold() is not None,
            refreshes=request.query.get("refresh") != "off",
        )
        return _page(render_status(view))

    def _look(self) -> tuple[Survey, list[Movement]]:
        found = survey(self._config, self._clock, since=begin_of_day(self._clock.now()), last=SHOWN_FILES)
        return found, [] if self._movements is None else self._movements.list_last()

    async def _show_report(self, request: web.Request) -> web.Response:
        claim_id = request.match_info["claim"]
        report = await self._gather(partial(read_report, self._config, self._clock, claim_id))
        if report is None:
            return self._refuse(404, "There is no such report", "No file was filed under this address.")
        return _page(render_report(report, self._clock.now()))

    async def _show_inventory(self, request: web.Request) -> web.Response:
        words = request.query.get("sku", "").strip()[:100]
        inventory, found, trouble = self._config.inventory, None, None
        if inventory is None:
            trouble = "The inventory is not polled: the configuration has no block inventory."
        elif words:
            found = await self._gather(partial(search, inventory.directory, words))
        return _page(render_inventory(words, found, trouble, self._clock.now()))

    async def _show_metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self.write_metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _show_health(self, _request: web.Request) -> web.Response:
        return _tell("alive", self._health.list_dead())

    async def _show_ready(self, _request: web.Request) -> web.Response:
        return _tell("ready", self._health.list_unready())

    async def _send_style(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._style, content_type="text/css")

    async def _send_icon(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._icon, content_type="image/svg+xml")

    async def _gather(self, question: Callable[[], T]) -> T:
        async with self._one_at_a_time:
            return await asyncio.to_thread(question)

    def _refuse(self, status: int, title: str, sentence: str) -> web.Response:
        return _page(render_refusal(title, sentence, self._clock.now()), status=status)


def is_own_host(host: str) -> bool:
    """Given a Host header, return whether it names this machine, with whatever port (a tunnel may have its own)."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def begin_of_day(now: datetime) -> datetime:
    """Given a time, return when its day began on the machine's own clock."""
    return datetime.combine(now.astimezone().date(), time.min).astimezone()


def _page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")


def _say(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status)


def _tell(well: str, lacking: list[str]) -> web.Response:
    return _say("\n".join(lacking or [well]) + "\n", status=503 if lacking else 200)
