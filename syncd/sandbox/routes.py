"""What the API answers to one call when nothing goes wrong: sign in, create, read, inventory, or a refusal.

Knows no quota, no fault and no latency: that is `emulator`'s.
"""

import random
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote
from uuid import UUID

from syncd.edges.clock import Clock
from syncd.sandbox.answers import Answer, build_failure, build_success
from syncd.sandbox.check import find_mistakes
from syncd.sandbox.exact_json import read_json
from syncd.sandbox.inventory import Inventory
from syncd.sandbox.settings import BASE_PATH, SandboxSettings
from syncd.sandbox.store import OrderStore
from syncd.sandbox.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came."""

    method: str
    target: str  #: path and query, still percent-encoded
    authorization: str = ""
    body: bytes | None = b""  #: None: larger than the sandbox reads

    @property
    def raw_path(self) -> str:
        """What follows the base URL, still percent-encoded; the whole path where the base URL is another."""
        path = self.target.partition("?")[0]
        return path.removeprefix(BASE_PATH) if path.startswith(f"{BASE_PATH}/") else path

    @property
    def path(self) -> str:
        """The same, percent-decoded."""
        return unquote(self.raw_path)

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return self.target.partition("?")[2]

    @property
    def token(self) -> str:
        """The bearer token, or nothing."""
        scheme, _, token = self.authorization.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class Routes:
    """The API of one client and all it remembers: orders, stock, tokens."""

    def __init__(self, settings: SandboxSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._random = random.Random(f"{settings.seed}-orders")
        self.tokens = Tokens(settings.seed, settings.token_seconds)
        self.store = OrderStore()
        self.inventory = Inventory(settings.inventory, settings.seed, clock.now())
        self.logins = 0

    def answer(self, call: Call) -> Answer:
        """Given a call, do what it asks and return the answer."""
        if not call.target.startswith(f"{BASE_PATH}/"):
            return build_failure(404)
        match call.method, call.raw_path.split("/")[1:]:  # a slash inside a reference comes as %2F
            case "POST", ["auth", "login"]:
                return self._login(call)
            case "POST", ["outbound"]:
                return self._create_order(call) if self._is_signed_in(call) else build_failure(401)
            case "GET", ["order", reference] if reference:
                return self._read_order(unquote(reference)) if self._is_signed_in(call) else build_failure(401)
            case "GET", ["inventory"]:
                return self._list_inventory(call) if self._is_signed_in(call) else build_failure(401)
            case _, ["auth", "login"] | ["outbound"]:
                return build_failure(405, headers={"Allow": "POST"})
            case _, ["order", ""]:
                return build_failure(404)
            case _, ["order", _] | ["inventory"]:
                return build_failure(405, headers={"Allow": "GET"})
            case _:
                return build_failure(404)

    def _is_signed_in(self, call: Call) -> bool:
        return self.tokens.is_good(call.token, self._clock.monotonic())

    def _login(self, call: Call) -> Answer:
        body = _read_object(call)
        if isinstance(body, Answer):
            return body
        for name in ("client_id", "client_secret"):
            if not isinstance(body.get(name), str):
                return build_failure(400, field_name=name, message="This field is required")
        settings = self._settings
        if (body["client_id"], body["client_secret"]) != (settings.client_id, settings.client_secret):
            return build_failure(401, "Invalid credentials")
        self.logins += 1
        return build_success(
            {
                "access_token": self.tokens.issue(self._clock.monotonic()),
                "expires_in": int(settings.token_seconds),
                "client_id": settings.client_id,
            }
        )

    def _create_order(self, call: Call) -> Answer:
        order = _read_object(call)
        if isinstance(order, Answer):
            return order
        for field_name, message in find_mistakes(order, self._settings.dialect):
            return build_failure(400, "Invalid order", field_name=field_name, message=message)
        reference = order["ReferenceNumber"]
        if self._settings.refuse_duplicates and reference in self.store.orders:
            return build_failure(409, f"Order with ReferenceNumber '{reference}' already exists")
        order_id = str(UUID(int=self._random.getrandbits(128), version=4))
        stored = self.store.create(order, order_id, self._clock.now())
        self.inventory.reserve(order["OrderItems"], self._clock.now())
        data = {name: stored.record[name] for name in ("OrderId", "ReferenceNumber", "Status")}
        return build_success(data, self._settings.created_status)

    def _read_order(self, reference: str) -> Answer:
        stored = self.store.orders.get(reference)
        return build_success(dict(stored.record)) if stored else build_failure(404, "Order not found")

    def _list_inventory(self, call: Call) -> Answer:
        query = {name: values[-1] for name, values in parse_qs(call.query, keep_blank_values=True).items()}
        now = self._settings.dialect == "now"
        name, default, most = ("page_size", "25", 200) if now else ("limit", "100", 1000)
        page, size = _read_count(query.get("page", "1")), _read_count(query.get(name, default))
        if page is None:
            return build_failure(400, field_name="page", message="Must be an integer of at least 1")
        if size is None or size > most:
            return build_failure(400, field_name=name, message=f"Must be an integer from 1 to {most}")
        if now:
            return build_success(self.inventory.build_page(page, size))
        return build_success(self.inventory.build_old_page(page, size, query.get("sku", "")))


def _read_object(call: Call) -> dict[str, Any] | Answer:
    """Return the body's value, or the answer that refuses it."""
    if call.body is None:
        return build_failure(413)
    try:
        value = read_json(call.body)
    except ValueError:
        return build_failure(400, "Invalid JSON")
    if not isinstance(value, dict):
        return build_failure(400, field_name="", message="The body must be an object")
    return value


def _read_count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,1000}", text) and int(text) >= 1 else None
