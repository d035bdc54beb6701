"""The sandbox's own surface under /sandbox, for people and for tests in another process.

Not part of the API, so it asks for no token, has no latency and counts against no quota:

    GET  /sandbox/orders        every stored order, and how often it was created
    GET  /sandbox/calls         every call: time, method, path, status, fault
    GET  /sandbox/stats         logins, calls, 429s, the most calls in any window, ...
    GET  /sandbox/openapi.json  what the API part promises
    POST /sandbox/faults        every key is optional: {"chances": {"post": {"error_after": 0.1}}, "next":
                                [{"kind": "reset_after", "count": 2, "path": "/outbound", "status": 503,
                                "retry_after": "7"}], "shifting": true, "revoke_tokens": true}
    POST /sandbox/reset         start anew
"""

from collections.abc import Mapping
from importlib import resources
from typing import Any

from aiohttp import web

from syncd.sandbox.emulator import Emulator
from syncd.sandbox.exact_json import read_json, write_json


def build_stats(emulator: Emulator) -> dict[str, int]:
    """Return the figures that tests and people ask about most."""
    return {
        "logins": emulator.routes.logins,
        "calls": emulator.total_calls,
        "too_many": emulator.too_many,
        "max_in_window": emulator.window.max_in_window,
        "max_in_flight": emulator.max_in_flight,
        "orders": len(emulator.routes.store.orders),
        "doubled": sum(stored.times_created > 1 for stored in emulator.routes.store.orders.values()),
    }


def read_openapi() -> str:
    """Return the text of the OpenAPI file that describes the sandbox's API part."""
    return resources.files("syncd.sandbox").joinpath("openapi.json").read_text(encoding="utf-8")


def add_control_routes(app: web.Application, emulator: Emulator) -> None:
    """Given an application, add the routes described above."""

    async def list_orders(_: web.Request) -> web.Response:
        return _build_response(
            {
                "orders": [
                    {
                        "reference": reference,
                        "times_created": stored.times_created,
                        "created_at": stored.created_at.isoformat(),
                        "record": dict(stored.record),
                    }
                    for reference, stored in emulator.routes.store.orders.items()
                ]
            }
        )

    async def list_calls(_: web.Request) -> web.Response:
        return _build_response(
            {
                "calls": [
                    {
                        "at": record.at.isoformat(),
                        "method": record.method,
                        "path": record.path,
                        "query": record.query,
                        "status": record.status,
                        "fault": record.fault,
                    }
                    for record in emulator.calls
                ]
            }
        )

    async def show_stats(_: web.Request) -> web.Response:
        return _build_response(build_stats(emulator))

    async def show_openapi(_: web.Request) -> web.Response:
        return web.Response(text=read_openapi(), content_type="application/json")

    async def set_faults(request: web.Request) -> web.Response:
        try:
            apply_wishes(emulator, read_json(await request.read()))
        except (ValueError, TypeError) as error:
            return _build_response({"error": f"This cannot be done: {error}"}, 400)
        return _build_response({"done": True})

    async def reset(_: web.Request) -> web.Response:
        emulator.reset()
        return _build_response({"done": True})

    app.router.add_get("/sandbox/orders", list_orders)
    app.router.add_get("/sandbox/calls", list_calls)
    app.router.add_get("/sandbox/stats", show_stats)
    app.router.add_get("/sandbox/openapi.json", show_openapi)
    app.router.add_post("/sandbox/faults", set_faults)
    app.router.add_post("/sandbox/reset", reset)


def apply_wishes(emulator: Emulator, wishes: object) -> None:
    """Given the body of POST /sandbox/faults, do what it asks. Raise ValueError or TypeError."""
    wishes = _require_object("the body", wishes)
    unknown = wishes.keys() - {"chances", "next", "shifting", "revoke_tokens"}
    if unknown:
        raise ValueError(f"unknown key {min(unknown)!r}")
    for operation, value in _require_object("chances", wishes.get("chances", {})).items():
        chances = _require_object(operation, value)
        emulator.faults.set_chances(operation, {kind: float(chance) for kind, chance in chances.items()})
    for fault in wishes.get("next", []):
        emulator.faults.fail_next(**fault)
    emulator.routes.inventory.shifting = bool(wishes.get("shifting", emulator.routes.inventory.shifting))
    if wishes.get("revoke_tokens"):
        emulator.routes.tokens.revoke_all()


def _require_object(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be an object")
    return value


def _build_response(value: object, status: int = 200) -> web.Response:
    return web.Response(text=write_json(value), status=status, content_type="application/json")
