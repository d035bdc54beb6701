"""One call through the emulated API, in a time that stands still unless it is told to pass."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import pytest

from syncd.sandbox.answers import Delivery
from syncd.sandbox.emulator import Emulator
from syncd.sandbox.routes import Call
from syncd.sandbox.settings import BASE_PATH, Faults, InventorySettings, SandboxSettings

START = datetime(2026, 1, 15, 10, tzinfo=UTC)
ADDRESS = '{"FullName": "Ann", "Address1": "1 Low Rd", "Town": "Bath", "PostCode": "BA1", "Country": "UK"}'
CREDENTIALS = b'{"client_id": "sandbox", "client_secret": "sandbox-secret"}'


class StillClock:
    """Waiting takes no real time; `due` holds what was put off."""

    def __init__(self):
        self.at_s, self.due = 0.0, []

    def now(self):
        return START + timedelta(seconds=self.at_s)

    def monotonic(self):
        return self.at_s

    def boot_id(self):
        return "still"

    async def sleep(self, seconds):
        self.at_s += seconds

    def call_later(self, seconds, function):
        self.due.append((seconds, function))


class Api:
    """A signed-in client of an emulator."""

    def __init__(self, clock, **settings):
        self.clock, self.seen = clock, []
        self.emulator = Emulator(SandboxSettings(**settings), clock, self.seen.append)
        self.token = ""

    def call(self, method, path, body=b"", token=None):
        authorization = f"Bearer {self.token if token is None else token}"
        self.answer = asyncio.run(self.emulator.handle(Call(method, BASE_PATH + path, authorization, body)))
        is_json = self.answer.body and self.answer.content_type == "application/json"
        self.data = json.loads(self.answer.body) if is_json else None
        return self.answer.status

    def sign_in(self, body=CREDENTIALS):
        status = self.call("POST", "/auth/login", body)
        self.token = self.data["data"]["access_token"] if status == 200 else ""
        return status

    def post(self, reference="ORD-1", **fields):
        return self.call("POST", "/outbound", order(reference, **fields))

    def get(self, reference="ORD-1"):
        return self.call("GET", f"/order/{quote(reference, safe='')}")

    @property
    def orders(self):
        return self.emulator.routes.store.orders


def order(reference, **fields):
    text = f"""{{"ReferenceNumber": {json.dumps(reference)}, "ReceivedDate": "2026-01-15T10:00:00Z",
        "DispatchBy": "2026-01-16T10:00:00Z", "Currency": "EUR", "PaymentStatus": "PAID",
        "ChannelBuyerName": "Ann", "DeliveryAddress": {ADDRESS}, "BillingAddress": {ADDRESS},
        "PostalServiceCost": 4.90,
        "OrderItems": [{{"OrderLineNumber": "1", "SKU": "PROD-00001", "Qty": 2, "PricePerUnit": 19.90}}]"""
    return (text + "".join(f", {json.dumps(k)}: {json.dumps(v)}" for k, v in fields.items()) + "}").encode()


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def api(clock):
    api = Api(clock)
    api.sign_in()
    return api


def test_over_the_quota_every_call_is_refused_and_counted(clock):
    api = Api(clock, requests=3, per_seconds=60)
    assert [api.sign_in(), api.post(), api.post("ORD-2"), api.post("ORD-3")] == [200, 200, 200, 429]
    assert api.answer.headers == {}
    assert "ORD-3" not in api.orders
    clock.at_s = 60
    assert api.post("ORD-3") == 200
    assert (api.emulator.window.max_in_window, api.emulator.too_many, api.emulator.total_calls) == (4, 1, 5)


def test_retry_after_tells_seconds_or_a_date_when_asked_to(clock):
    api = Api(clock, requests=1, retry_after="seconds")
    api.sign_in()
    clock.at_s = 10
    assert api.get() == 429
    assert api.answer.headers == {"Retry-After": "61"}
    api = Api(clock, requests=1, retry_after="date")
    api.sign_in()
    assert api.get() == 429
    assert parsedate_to_datetime(api.answer.headers["Retry-After"]) == clock.now() + timedelta(seconds=62)


def test_a_call_is_counted_at_a_random_moment_within_its_latency(clock):
    api = Api(clock, latency=(0.2, 1.0))
    fractions = []
    for _ in range(50):
        began_s = clock.at_s
        api.sign_in()
        took_s = clock.at_s - began_s
        assert 0.2 <= took_s <= 1.0
        fractions.append((api.seen[-1].at_s - began_s) / took_s)
    assert min(fractions) < 0.2
    assert max(fractions) > 0.8


def test_a_page_of_inventory_may_be_slow(clock):
    api = Api(clock, inventory=InventorySettings(page_seconds=(2, 5)))
    api.sign_in()
    assert clock.at_s == 0
    api.call("GET", "/inventory?page=1")
    assert 2 <= clock.at_s <= 5


@pytest.mark.parametrize(
    ("kind", "status", "delivery", "stored"),
    [
        ("error_before", 503, Delivery.WHOLE, False),
        ("error_after", 503, Delivery.WHOLE, True),
        ("reset_before", None, Delivery.RESET, False),
        ("reset_after", None, Delivery.RESET, True),
        ("hang_before", None, Delivery.HANG, False),
        ("hang_after", None, Delivery.HANG, True),
        ("store_late", None, Delivery.RESET, False),
        ("html_before", 200, Delivery.WHOLE, False),
        ("html_after", 200, Delivery.WHOLE, True),
        ("cut_off", 200, Delivery.CUT_OFF, True),
        ("drip", 200, Delivery.DRIP, True),
        ("too_many", 429, Delivery.WHOLE, False),
        ("dead_token", 401, Delivery.WHOLE, False),
        ("in_progress", 409, Delivery.WHOLE, False),
    ],
)
def test_each_fault_does_what_it_says(api, kind, status, delivery, stored):
    api.emulator.faults.fail_next(kind, path="/outbound", status=503)
    api.post()
    record = api.seen[-1]
    assert (record.status, record.fault, record.path) == (status, kind, "/outbound")
    assert api.answer.delivery is delivery
    assert ("ORD-1" in api.orders) is stored
    assert api.answer.content_type == ("text/html" if kind.startswith("html") else "application/json")
    assert api.sign_in() == 200
    assert api.get() == (200 if stored else 404)


def test_a_late_order_is_stored_after_a_while(api, clock):
    api.emulator.faults.fail_next("store_late")
    api.post()
    assert api.get() == 404
    [(seconds, store)] = clock.due
    store()
    assert seconds == 5
    assert api.get() == 200


def test_a_late_order_does_not_survive_a_reset(api, clock):
    api.emulator.faults.fail_next("store_late")
    api.post()
    api.emulator.reset()
    clock.due[0][1]()
    assert api.orders == {}


def test_a_dead_token_stays_dead_and_a_login_may_be_refused(api):
    api.emulator.faults.fail_next("dead_token", path="/order")
    assert [api.get(), api.get(), api.sign_in(), api.get()] == [401, 401, 200, 404]
    api.emulator.faults.fail_next("dead_token")
    assert api.sign_in() == 401
    assert api.data["error"] == "Invalid credentials"


@pytest.mark.parametrize("status", [400, 403, 404, 408, 413, 422, 500, 502, 504, 507])
def test_any_documented_status_can_be_asked_for(api, status):
    api.emulator.faults.fail_next("error_before", status=status, retry_after="9")
    assert api.post() == status
    assert api.answer.headers == {"Retry-After": "9"}
    assert api.data["success"] is False


def test_errors_by_chance_are_the_four_that_mean_trouble(clock):
    api = Api(clock, faults=Faults(post={"error_after": 1}), refuse_duplicates=False)
    api.sign_in()
    assert {api.post() for _ in range(50)} == {500, 502, 503, 504}
    assert api.orders["ORD-1"].times_created == 50


def test_an_order_in_progress_says_when_to_come_again(api):
    api.emulator.faults.fail_next("in_progress")
    assert api.post() == 409
    assert api.answer.headers == {"Retry-After": "1"}


def test_the_same_seed_tells_the_same_story(clock):
    def tell(seed):
        chances = {"error_before": 0.2, "error_after": 0.2, "too_many": 0.1}
        api = Api(StillClock(), seed=seed, latency=(0, 1), faults=Faults(login=chances, post=chances, get=chances))
        while api.sign_in() != 200:
            pass
        for number in range(30):
            api.post(f"ORD-{number}")
            api.get(f"ORD-{number}")
        return api.seen

    assert tell(5) == tell(5) != tell(6)


def test_a_reset_forgets_everything(api):
    api.post()
    api.emulator.faults.fail_next("drip")
    api.emulator.reset()
    assert (api.get(), len(api.emulator.calls), api.emulator.routes.logins) == (401, 1, 0)
    assert api.orders == {}
    assert api.seen[-1].fault is None


def test_calls_at_the_same_time_are_counted_in_flight():
    released = asyncio.Event()

    class Waiting(StillClock):
        async def sleep(self, seconds):
            await released.wait()

    async def scenario():
        api = Api(Waiting())
        calls = [asyncio.create_task(api.emulator.handle(Call("GET", "/"))) for _ in range(3)]
        while api.emulator.max_in_flight < 3:
            await asyncio.wait(calls, timeout=0)
        released.set()
        await asyncio.gather(*calls)
        return api.emulator.max_in_flight

    assert asyncio.run(scenario()) == 3


def test_neither_settings_nor_log_show_a_secret(api):
    api.post()
    shown = repr(api.emulator.settings) + repr(api.seen)
    assert "sandbox-secret" not in shown
    assert api.token not in shown
