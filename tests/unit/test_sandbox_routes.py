"""What the emulated API answers to one call: the documented answers, and nothing that goes wrong on the way."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from syncd.sandbox.routes import Call, Routes
from syncd.sandbox.settings import BASE_PATH, SandboxSettings

ADDRESS = '{"FullName": "Ann", "Address1": "1 Low Rd", "Town": "Bath", "PostCode": "BA1", "Country": "UK"}'
CREDENTIALS = b'{"client_id": "sandbox", "client_secret": "sandbox-secret"}'


class StillClock:
    """Stands still unless it is set."""

    at_s = 0.0

    def now(self):
        return datetime(2026, 1, 15, 10, tzinfo=UTC) + timedelta(seconds=self.at_s)

    def monotonic(self):
        return self.at_s


class Api:
    """A client of the emulated API."""

    def __init__(self, clock, **settings):
        self.routes = Routes(SandboxSettings(**settings), clock)
        self.token = ""

    def call(self, method, path, body=b"", token=None):
        authorization = f"Bearer {self.token if token is None else token}"
        self.answer = self.routes.answer(Call(method, BASE_PATH + path, authorization, body))
        self.data = json.loads(self.answer.body)
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
        return self.routes.store.orders


def order(reference, **fields):
    text = f"""{{"ReferenceNumber": {json.dumps(reference)}, "ReceivedDate": "2026-01-15T10:00:00Z",
        "DispatchBy": "2026-01-16T10:00:00Z", "Currency": "EUR", "PaymentStatus": "PAID", "Status": "MINE",
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


def test_signing_in_gives_a_token_with_its_lifetime(clock):
    api = Api(clock, token_seconds=86_400)
    assert api.sign_in() == 200
    assert api.data == {
        "success": True,
        "data": {"access_token": api.token, "expires_in": 86400, "client_id": "sandbox"},
    }
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", api.token)
    assert api.routes.logins == 1


def test_wrong_credentials_are_refused_in_the_documented_words(clock):
    api = Api(clock)
    assert api.sign_in(b'{"client_id": "sandbox", "client_secret": "wrong"}') == 401
    assert api.data == {"success": False, "error": "Invalid credentials"}
    assert api.routes.logins == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [(b"{", None), (b"[]", ""), (b"{}", "client_id"), (b'{"client_id": "a"}', "client_secret")],
)
def test_a_login_without_credentials_is_invalid(clock, body, field):
    api = Api(clock)
    assert api.sign_in(body) == 400
    assert api.data.get("details", {}).get("field") == field


@pytest.mark.parametrize(("method", "path"), [("POST", "/outbound"), ("GET", "/order/ORD-1"), ("GET", "/inventory")])
def test_every_other_call_needs_a_living_token(api, method, path):
    for token in ("", "made-up"):
        assert api.call(method, path, token=token) == 401
        assert api.data == {"success": False, "error": "Invalid or expired token"}
    api.routes.tokens.revoke_all()
    assert api.call(method, path) == 401


def test_a_token_ends_with_its_lifetime_and_another_scheme_is_none(clock):
    api = Api(clock, token_seconds=100)
    api.sign_in()
    clock.at_s = 99.9
    assert api.get() == 404
    clock.at_s = 100
    assert api.get() == 401
    call = Call("GET", BASE_PATH + "/inventory", f"Basic {api.token}")
    assert api.routes.answer(call).status == 401


def test_an_order_is_kept_to_the_digit_and_its_status_is_the_servers(api):
    assert api.post("ORD 1/ü%") == 200
    assert api.data["data"]["ReferenceNumber"] == "ORD 1/ü%"
    assert api.get("ORD 1/ü%") == 200
    assert b'"PricePerUnit": 19.90' in api.answer.body
    assert b'"PostalServiceCost": 4.90' in api.answer.body
    record = api.data["data"]
    assert record["Status"] == "PENDING"
    sent = json.loads(order("ORD 1/ü%"))
    assert {name: record[name] for name in sent} == {**sent, "Status": "PENDING"}


def test_a_created_order_may_be_a_201(clock):
    api = Api(clock, created_status=201)
    api.sign_in()
    assert api.post() == 201


def test_a_duplicate_reference_is_a_409_in_the_documented_words(api):
    assert (api.post(), api.post(Currency="GBP")) == (200, 409)
    assert api.data == {"success": False, "error": "Order with ReferenceNumber 'ORD-1' already exists"}
    assert api.orders["ORD-1"].times_created == 1
    assert api.orders["ORD-1"].record["Currency"] == "EUR"


def test_without_refusal_a_duplicate_is_taken_and_counted(clock):
    api = Api(clock, refuse_duplicates=False)
    api.sign_in()
    assert (api.post(), api.post(Currency="GBP")) == (200, 200)
    assert api.orders["ORD-1"].times_created == 2
    assert api.orders["ORD-1"].record["Currency"] == "GBP"


def test_an_invalid_order_is_a_400_that_names_its_first_bad_field(api):
    assert api.post("", Currency="XXX") == 400
    assert api.data["details"]["field"] == "ReferenceNumber"
    assert api.data["success"] is False
    assert api.call("POST", "/outbound", b"not json") == 400
    assert api.call("POST", "/outbound", b"[]") == 400
    assert api.call("POST", "/outbound", None) == 413
    assert api.orders == {}


def test_a_later_change_is_seen_by_a_reader(api):
    api.post()
    api.routes.store.change("ORD-1", {"Status": "DISPATCHED", "TrackingNumber": "T1"})
    api.get()
    assert (api.data["data"]["Status"], api.data["data"]["TrackingNumber"]) == ("DISPATCHED", "T1")
    with pytest.raises(KeyError):
        api.routes.store.change("ORD-2", {})


@pytest.mark.parametrize("path", ["/", "/order", "/order/", "/order/a/b", "/orders/1", "/outbound/", "/auth"])
def test_an_unknown_address_is_a_404(api, path):
    assert api.call("GET", path) == 404
    assert api.data["success"] is False


def test_a_wrong_base_url_is_a_404(api):
    call = Call("POST", "/api/v1/outbound", f"Bearer {api.token}", order("ORD-1"))
    assert api.routes.answer(call).status == 404
    assert call.path == "/api/v1/outbound"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/auth/login", "POST"),
        ("PUT", "/outbound", "POST"),
        ("POST", "/order/1", "GET"),
        ("HEAD", "/inventory", "GET"),
    ],
)
def test_a_wrong_method_is_a_405(api, method, path, allowed):
    assert api.call(method, path) == 405
    assert api.answer.headers == {"Allow": allowed}


def test_todays_inventory_comes_in_pages_of_25(api):
    assert api.call("GET", "/inventory") == 200
    assert api.data["data"]["pagination"]["page_size"] == 25
    assert api.call("GET", "/inventory?page=2&page_size=200&limit=5&sku=X") == 200
    assert api.data["data"]["pagination"] == {
        "current_page": 2, "page_size": 200, "has_more": False, "next_page": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=", "page"),
        ("page_size=201", "page_size"),
        ("page_size=-1", "page_size"),
    ],
)
def test_a_bad_page_is_a_400(api, query, field):
    assert api.call("GET", f"/inventory?{query}") == 400
    assert api.data["details"]["field"] == field


def test_the_old_inventory_has_limits_and_a_filter(clock):
    api = Api(clock, dialect="old")
    api.sign_in()
    assert api.call("GET", "/inventory?limit=1000&sku=PROD-00003") == 200
    assert [item["sku"] for item in api.data["data"]["items"]] == ["PROD-00003"]
    assert api.call("GET", "/inventory") == 200
    assert api.data["data"]["pagination"]["limit"] == 100
    assert api.call("GET", "/inventory?limit=1001") == 400


def test_stock_falls_as_orders_come(api):
    def available():
        api.call("GET", "/inventory")
        rows = [row for place in api.data["data"]["locations"] for row in place["sku"]]
        return sum(row["Available"] for row in rows if row["sku"] == "PROD-00001")

    before = available()
    api.post()
    assert available() == before - 2
