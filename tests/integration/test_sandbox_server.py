"""The sandbox on a real socket: what a client sees of it, of its faults and of its surface for people."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
import pytest

from syncd.edges.clock import SystemClock
from syncd.sandbox import Faults, InventorySettings, Sandbox, SandboxSettings, run_sandbox

ADDRESS = {"FullName": "Ann", "Address1": "1 Low Road", "Town": "Bath", "PostCode": "BA1", "Country": "UK"}
CREDENTIALS = {"client_id": "sandbox", "client_secret": "sandbox-secret"}


def order(reference):
    return {
        "ReferenceNumber": reference,
        "ReceivedDate": "2026-01-15T10:00:00Z",
        "DispatchBy": "2026-01-16T10:00:00Z",
        "Currency": "EUR",
        "PaymentStatus": "PAID",
        "ChannelBuyerName": "Ann",
        "OrderItems": [{"OrderLineNumber": "1", "SKU": "PROD-00001", "Qty": 1, "PricePerUnit": 9.99}],
        "DeliveryAddress": ADDRESS,
        "BillingAddress": ADDRESS,
    }


async def sign_in(client):
    answer = await client.post("/auth/login", json=CREDENTIALS)
    client.headers["Authorization"] = f"Bearer {answer.json()['data']['access_token']}"


async def get(client, reference):
    return await client.get(f"/order/{quote(reference, safe='')}")


@asynccontextmanager
async def start(**settings):
    """Yield a sandbox and a client that is signed in to it."""
    async with (
        Sandbox(SandboxSettings(**settings)) as sandbox,
        httpx.AsyncClient(base_url=sandbox.base_url, timeout=5) as client,
    ):
        await sign_in(client)
        yield sandbox, client


async def test_an_order_is_created_and_read_back_by_any_reference():
    async with start() as (sandbox, client):
        for reference in ("ORD-1", "A/B c%2F", "ünï-✓", "a?b#c&d=e", "line\nend"):
            created = await client.post("/outbound", json=order(reference))
            assert created.status_code == 200
            assert created.headers["Content-Type"] == "application/json"
            found = await get(client, reference)
            assert found.json()["data"]["ReferenceNumber"] == reference
        assert (await get(client, "unknown")).status_code == 404
        assert len(sandbox.orders) == 5
        assert sandbox.base_url.endswith("/api/api/v1")
        sandbox.change_order("ORD-1", {"Status": "DISPATCHED"})
        assert (await get(client, "ORD-1")).json()["data"]["Status"] == "DISPATCHED"


async def test_a_body_that_is_too_large_is_a_413():
    async with start(max_body_bytes=1000) as (_, client):
        answer = await client.post("/outbound", content=b" " * 100_000)
        assert answer.status_code == 413
        assert answer.json() == {"success": False, "error": "Request body too large"}
        assert (await get(client, "ORD-1")).status_code == 404


async def test_revoked_tokens_are_dead():
    async with start() as (sandbox, client):
        sandbox.revoke_tokens()
        assert (await get(client, "ORD-1")).json()["error"] == "Invalid or expired token"
        await sign_in(client)
        assert (await get(client, "ORD-1")).status_code == 404
        assert sandbox.stats()["logins"] == 2


@pytest.mark.parametrize(("kind", "stored"), [("reset_before", False), ("reset_after", True)])
async def test_a_reset_is_an_error_on_the_wire(kind, stored):
    async with start() as (sandbox, client):
        sandbox.fail_next(kind, path="/outbound")
        with pytest.raises(httpx.ReadError):
            await client.post("/outbound", json=order("ORD-1"))
        assert ("ORD-1" in sandbox.orders) is stored
        assert sandbox.calls[-1].status is None


@pytest.mark.parametrize(("kind", "stored"), [("hang_before", False), ("hang_after", True)])
async def test_a_hang_lasts_until_the_client_gives_up(kind, stored):
    async with start() as (sandbox, client):
        sandbox.fail_next(kind, path="/outbound")
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/outbound", json=order("ORD-1"), timeout=0.2)
        assert (await get(client, "ORD-1")).status_code == (200 if stored else 404)


async def test_a_hang_ends_with_the_connection_when_nobody_gives_up():
    async with start(hang_seconds=0.1) as (sandbox, client):
        sandbox.fail_next("hang_before")
        with pytest.raises(httpx.ReadError):
            await get(client, "ORD-1")


async def test_a_late_order_appears_after_its_connection_is_gone():
    clock = SystemClock()
    async with start(late_seconds=0.2) as (sandbox, client):
        sandbox.fail_next("store_late", path="/outbound")
        with pytest.raises(httpx.ReadError):
            await client.post("/outbound", json=order("ORD-1"))
        assert (await get(client, "ORD-1")).status_code == 404
        async with asyncio.timeout(5):
            while "ORD-1" not in sandbox.orders:
                await clock.sleep(0.02)


async def test_a_cut_off_body_cannot_be_read_though_the_order_is_stored():
    async with start(created_status=201) as (sandbox, client):
        sandbox.fail_next("cut_off", path="/outbound")
        async with client.stream("POST", "/outbound", json=order("ORD-1")) as answer:
            assert answer.status_code == 201
            with pytest.raises(httpx.RemoteProtocolError):
                await answer.aread()
        assert "ORD-1" in sandbox.orders
        assert (await get(client, "ORD-1")).status_code == 200


async def test_a_dripping_body_comes_slowly_but_whole():
    clock = SystemClock()
    async with start(drip_seconds=0.3) as (sandbox, client):
        sandbox.fail_next("drip", path="/outbound")
        began_s = clock.monotonic()
        answer = await client.post("/outbound", json=order("ORD-1"))
        assert clock.monotonic() - began_s >= 0.25
        assert answer.json()["success"] is True


async def test_a_client_that_leaves_a_dripping_body_does_no_harm():
    async with start(drip_seconds=0.4) as (sandbox, client):
        sandbox.fail_next("drip", path="/outbound")
        async with client.stream("POST", "/outbound", json=order("ORD-1")) as answer:
            assert answer.status_code == 200
        sandbox.fail_next("error_before", status=502)
        assert (await get(client, "ORD-1")).status_code == 502
        assert (await get(client, "ORD-1")).status_code == 200


async def test_a_client_that_leaves_while_sending_does_no_harm():
    async with start() as (sandbox, client):
        _, writer = await asyncio.open_connection("127.0.0.1", int(sandbox.base_url.split(":")[2].split("/")[0]))
        writer.write(b"POST /api/api/v1/outbound HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await get(client, "ORD-1")).status_code == 404
        assert [call.path for call in sandbox.calls] == ["/auth/login", "/order/ORD-1"]


async def test_a_page_instead_of_json():
    async with start() as (sandbox, client):
        sandbox.fail_next("html_after")
        answer = await client.post("/outbound", json=order("ORD-1"))
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!doctype html>")
        assert "ORD-1" in sandbox.orders


async def test_many_clients_at_once_never_pass_the_quota():
    async with start(requests=20, per_seconds=60, latency=(0.0, 0.1), retry_after="seconds") as (sandbox, client):
        answers = await asyncio.gather(*(client.post("/outbound", json=order(f"ORD-{number}")) for number in range(40)))
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200] * 19 + [429] * 21
        assert all(int(answer.headers["Retry-After"]) > 50 for answer in answers if answer.status_code == 429)
        assert len(sandbox.orders) == 19
        assert sandbox.max_in_window == 41
        assert [call.at_s for call in sandbox.calls] == sorted(call.at_s for call in sandbox.calls)
        assert sandbox.stats()["too_many"] == 21
        assert sandbox.stats()["max_in_flight"] > 1


async def test_the_control_surface_tells_what_happened_and_counts_against_no_quota():
    seen = []
    settings = SandboxSettings(requests=4, refuse_duplicates=False)
    async with (
        Sandbox(settings, on_call=seen.append) as sandbox,
        httpx.AsyncClient(base_url=sandbox.base_url) as client,
        httpx.AsyncClient(base_url=sandbox.control_url) as control,
    ):
        await sign_in(client)
        for _ in range(2):
            await client.post("/outbound", json=order("ORD-1"))
        [stored] = (await control.get("/orders")).json()["orders"]
        assert (stored["reference"], stored["times_created"]) == ("ORD-1", 2)
        assert stored["record"]["OrderItems"][0]["PricePerUnit"] == 9.99
        calls = (await control.get("/calls")).json()["calls"]
        assert [(call["method"], call["path"], call["status"]) for call in calls] == [
            ("POST", "/auth/login", 200),
            ("POST", "/outbound", 200),
            ("POST", "/outbound", 200),
        ]
        assert len(seen) == 3
        assert (await control.get("/stats")).json() == sandbox.stats() == {
            "logins": 1, "calls": 3, "too_many": 0, "max_in_window": 3, "max_in_flight": 1, "orders": 1, "doubled": 1,
        }  # fmt: skip
        assert "/outbound" in (await control.get("/openapi.json")).json()["paths"]
        assert (await control.post("/reset")).status_code == 200
        assert (await control.get("/orders")).json() == {"orders": []}
        assert (await get(client, "ORD-1")).status_code == 401


async def test_faults_are_asked_for_over_the_control_surface():
    async with start() as (sandbox, client):
        wishes = {
            "chances": {"post": {"error_after": 1}},
            "next": [{"kind": "too_many", "path": "/outbound", "retry_after": 7}],
            "shifting": True,
        }
        assert (await client.post(f"{sandbox.control_url}/faults", json=wishes)).json() == {"done": True}
        answers = [await client.post("/outbound", json=order("ORD-1")) for _ in range(2)]
        assert answers[0].status_code == 429
        assert answers[0].headers["Retry-After"] == "7"
        assert answers[1].status_code >= 500
        assert sandbox.emulator.routes.inventory.shifting
        await client.post(f"{sandbox.control_url}/faults", json={"chances": {"post": {}}, "revoke_tokens": True})
        assert (await client.post("/outbound", json=order("ORD-2"))).status_code == 401
        sandbox.reset()
        assert sandbox.stats()["calls"] == 0


@pytest.mark.parametrize(
    "wishes",
    [
        "no json",
        "[]",
        '{"typo": 1}',
        '{"next": [{"kind": "typo"}]}',
        '{"next": [{}]}',
        '{"next": 5}',
        '{"next": [5]}',
        '{"chances": []}',
        '{"chances": {"post": []}}',
        '{"next": [{"kind": "drip", "status": "503"}]}',
        '{"chances": {"put": {}}}',
        '{"chances": {"post": {"drip": 2}}}',
        '{"chances": {"post": {"drip": "often"}}}',
    ],
)
async def test_a_wish_that_cannot_be_meant_is_a_400_with_a_sentence(wishes):
    async with start() as (sandbox, client):
        answer = await client.post(f"{sandbox.control_url}/faults", content=wishes)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("This cannot be done: ")


async def test_slow_inventory_pages_and_faults_by_settings():
    faults = Faults(get={"error_before": 1})
    async with start(faults=faults, inventory=InventorySettings(page_seconds=(0.1, 0.2))) as (_, client):
        assert (await client.get("/inventory")).status_code >= 500


async def test_the_sandbox_ends_at_once_though_calls_hang():
    clock = SystemClock()
    async with httpx.AsyncClient() as client:
        async with Sandbox() as sandbox:
            sandbox.fail_next("hang_before")
            hanging = asyncio.create_task(client.get(f"{sandbox.base_url}/inventory"))
            while not sandbox.calls:
                await clock.sleep(0.01)
            began_s = clock.monotonic()
        assert clock.monotonic() - began_s < 2
        with pytest.raises(httpx.TransportError):
            await hanging


@pytest.mark.parametrize("secret", ["sandbox-secret", "my own"])
async def test_run_sandbox_announces_where_it_is_and_serves_until_cancelled(secret):
    lines = []
    task = asyncio.create_task(run_sandbox(SandboxSettings(client_secret=secret), lines.append))
    clock = SystemClock()
    while len(lines) < 3:
        await clock.sleep(0.01)
    base_url = lines[0].split()[-1]
    async with httpx.AsyncClient(base_url=base_url) as client:
        answer = await client.post("/auth/login", json={"client_id": "sandbox", "client_secret": secret})
        assert answer.status_code == 200
    assert ("my own" in " ".join(lines)) is False
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(base_url)


async def test_an_address_of_the_newer_kind_is_written_in_brackets():
    async with Sandbox(SandboxSettings(host="::1")) as sandbox, httpx.AsyncClient() as client:
        assert sandbox.base_url.startswith("http://[::1]:")
        answer = await client.post(f"{sandbox.base_url}/auth/login", content=json.dumps(CREDENTIALS))
        assert answer.status_code == 200
