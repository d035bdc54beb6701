"""An API that misbehaves in every way an API can: no order lost or doubled, and no sender blamed for it."""

import ssl
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from support.house import open_house
from support.orders import make_order, write_json, write_ndjson
from support.watch import FastClock, gather_log, running, troubles, until

from syncd.daemon import Ending
from syncd.sandbox.settings import Faults


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


def stored(house) -> dict[str, int]:
    return {reference: order.times_created for reference, order in house.sandbox.orders.items()}


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("fault", ["cut_off", "html_after", "error_after", "reset_after"])
async def test_an_answer_cut_off_after_the_order_was_stored_creates_it_once(tmp_path, fault, status):
    async with open_house(tmp_path, refuse_duplicates=False, created_status=status) as house:
        house.sandbox.fail_next(fault, path="/outbound", count=3)
        house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{number}") for number in range(5))))
        assert await house.settle() is Ending.SETTLED
        assert stored(house) == {f"A-{number}": 1 for number in range(5)}
        assert house.names("done") == ["a.ndjson"]


async def test_an_answer_that_drips_beyond_the_time_out_is_asked_about(tmp_path):
    async with open_house(tmp_path, refuse_duplicates=False, drip_seconds=2.0) as house:
        house.sandbox.fail_next("drip", path="/outbound", count=2)
        house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{number}") for number in range(3))))
        await house.settle()
        assert stored(house) == {f"A-{number}": 1 for number in range(3)}


async def test_an_answer_that_drips_in_time_is_an_answer(tmp_path):
    async with open_house(tmp_path, drip_seconds=0.3) as house:
        house.sandbox.fail_next("drip", path="/outbound")
        house.drop("a.json", write_json(make_order("A-1")))
        await house.settle(timeout_s=5)
        assert house.report("a.json")["orders"][0]["attempts"] == 1


def http_date(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")


FORMS = {
    "none": (None, 0),
    "zero": ("0", 0),
    "seconds": ("1", 1),
    "spaces": ("  1 ", 1),
    "a date": (lambda: http_date(2), 0.9),
    "a date gone by": (lambda: http_date(-3600), 0),
    "an old form of date": (lambda: (datetime.now(UTC) + timedelta(seconds=2)).strftime("%a %b %d %H:%M:%S %Y"), 0.9),
    "a fraction": ("0.5", 0),
    "negative": ("-5", 0),
    "words": ("soon", 0),
    "empty": ("", 0),
}


@pytest.mark.parametrize("form", FORMS)
async def test_a_429_is_obeyed_in_whatever_form_it_says_when_to_come_back(house, form):
    value, least_s = FORMS[form]
    house.sandbox.fail_next("too_many", path="/outbound", retry_after=value() if callable(value) else value)
    house.drop("a.json", write_json(make_order("A-1")))
    assert await house.settle() is Ending.SETTLED
    posts = [call for call in house.sandbox.calls if call.path.endswith("/outbound")]
    assert [call.status for call in posts] == [429, 200]
    assert (posts[1].at - posts[0].at).total_seconds() >= least_s
    assert house.outcomes("a.json") == [("A-1", "accepted")]


async def test_a_429_with_an_absurd_wait_is_capped_and_stops_every_call(house):
    house.sandbox.fail_next("too_many", path="/outbound", retry_after="99999999999999999999")
    house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{number}") for number in range(20))))
    with gather_log() as lines:
        async with running(house):
            (line,) = await until(lambda: lines.pick("quota_refused"))
            assert line["pause_s"] == 3600
    assert len([call for call in house.sandbox.calls if call.path.endswith("/outbound")]) <= 8


async def test_credentials_that_change_under_eight_calls_cost_one_login(tmp_path):
    async with open_house(tmp_path, latency=(0.05, 0.1)) as house:
        house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{number}") for number in range(60))))
        async with running(house, timeout_s=5):
            await until(lambda: len(house.sandbox.orders) >= 10)
            house.sandbox.revoke_tokens()
            await until(lambda: house.names("done") == ["a.ndjson"])
        stats = house.sandbox.stats()
        assert stats["max_in_flight"] == 8
        assert stats["logins"] == 2
        assert stored(house) == {f"A-{number}": 1 for number in range(60)}


@pytest.fixture
def certificate(tmp_path):
    paths = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *subject, "-keyout", paths[0], "-out", paths[1]], check=True, capture_output=True)
    return paths


async def test_a_certificate_nobody_vouches_for_holds_everything_and_sends_no_secret(house, certificate):
    seen = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(await request.read())
        return web.json_response({"success": True, "data": {"access_token": "x"}})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        port = runner.addresses[0][1]
        house.drop("a.json", write_json(make_order("A-1")))
        with gather_log() as lines:
            async with running(house, clock=FastClock(), base_url=f"https://localhost:{port}/api") as daemon:
                await until(lambda: len(lines.pick("api_call")) >= 3)
                assert any("certificate" in sentence for sentence in troubles(daemon))
        assert len(lines.pick("calls_held")) == 1
        assert seen == []
        assert house.names("failed") == []
    finally:
        await runner.cleanup()
    await house.settle()  # the operator has put the right address in
    assert house.outcomes("a.json") == [("A-1", "accepted")]


@pytest.mark.parametrize("refuse_duplicates", [True, False])
async def test_a_409_in_each_of_its_meanings(tmp_path, refuse_duplicates):
    async with open_house(tmp_path, refuse_duplicates=refuse_duplicates) as house:
        other = write_json(make_order("OTHER", qty=9), make_order("SAME"))
        house.drop("elsewhere.json", other)
        await house.settle(state_dir="elsewhere")  # another system of the same client
        house.sandbox.fail_next("error_after", path="/outbound")  # ours, stored before a 500
        house.drop("a.json", write_json(make_order("OURS")))
        await house.settle()
        house.sandbox.fail_next("in_progress", path="/outbound", retry_after="0")
        house.drop("b.json", write_json(make_order("BUSY")))
        await house.settle()
        assert house.outcomes("a.json") == [("OURS", "accepted")]
        assert house.outcomes("b.json") == [("BUSY", "accepted")]
        if refuse_duplicates:
            house.drop("c.json", write_json(make_order("SAME"), make_order("OTHER")))
            await house.settle()
            assert house.outcomes("c.json") == [("SAME", "already_accepted"), ("OTHER", "conflict")]
        assert set(stored(house).values()) == {1}


async def test_a_long_outage_with_a_full_house_ends_well(tmp_path):
    async with open_house(tmp_path) as house:
        for number in range(10):
            orders = (make_order(f"{number}-{index}") for index in range(20))
            house.drop(f"{number}.ndjson", write_ndjson(*orders))
        house.sandbox.fail_next("error_before", status=503, count=60)
        clock = FastClock(50)
        with gather_log() as lines:
            async with running(house, clock=clock, timeout_s=60):
                await until(lambda: len(house.names("done")) == 10)
        assert len(lines.pick("calls_held")) == 1  # said once, however long it lasts
        assert lines.pick("calls_resumed")
        assert len(stored(house)) == 200
        assert set(stored(house).values()) == {1}


async def test_every_kind_of_trouble_at_once_ends_with_each_order_stored_once(tmp_path):
    kinds = "error_before error_after reset_before reset_after html_before html_after cut_off too_many dead_token"
    chances = dict.fromkeys([*kinds.split(), "in_progress"], 0.03)
    async with open_house(tmp_path, refuse_duplicates=False, faults=Faults(post=chances, get=chances)) as house:
        for number in range(6):
            house.drop(f"{number}.ndjson", write_ndjson(*(make_order(f"{number}-{index}") for index in range(20))))
        async with running(house):
            await until(lambda: len(house.names("done")) == 6, seconds=60)
        assert len(stored(house)) == 120
        assert set(stored(house).values()) == {1}
        assert house.names("failed") == []
