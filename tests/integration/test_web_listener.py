"""The listener of a running daemon: pages, metrics and health, as whoever asks sees them."""

import asyncio
import json
import re
from dataclasses import replace

import pytest
from aiohttp import web
from support.clocks import HandClock
from support.house import open_house
from support.web_house import build_csv, find_port, open_look
from support.world import build_api_config, build_config

from syncd.config.model import MetricsConfig, WebConfig
from syncd.daemon import Ending
from syncd.edges.clock import SystemClock
from syncd.edges.log import heard_by
from syncd.web.health import Health
from syncd.web.listener import _listen, keep_open
from syncd.web.page import render_report
from syncd.web.reports import read_report

INVENTORY = "inventory: {directory: inventory, interval_seconds: 600, page_size: 100}\n"
PRIVATE = ("Ada Quill", "Hidden Lane", "LS1 1AA")


@pytest.fixture
def facts():
    heard = []
    with heard_by(lambda level, action, fields: heard.append((level, action, dict(fields)))):
        yield heard


def find_claims(html):
    return re.findall(r'href="/report/([^"]+)"', html)


async def test_a_file_is_seen_from_its_report_to_its_metrics(tmp_path):
    async with open_look(tmp_path) as look:
        look.house.drop("good.csv", build_csv(["A-1", "A-2"]))
        look.house.drop("bad.csv", build_csv(["B-1"], qty="0") + build_csv(["B-2"]).split(b"\n", 1)[1])
        await look.wait_for("/metrics", 'syncd_files_total{outcome="failed",source="orders"} 1.0')
        await look.wait_for("/metrics", 'syncd_files_total{outcome="done",source="orders"} 1.0')
        html = (await look.get("/")).text
        assert "A file needs mending" in html
        failed, done = find_claims(html)
        report = (await look.get(f"/report/{failed}")).text
        assert "Qty is (hidden); the least is 1" in report
        assert "1 of 2 orders was accepted" in report
        assert "<bdi>B-1</bdi>" in report
        assert "<bdi>B-2</bdi>" not in report
        assert "All 2 orders were accepted" in (await look.get(f"/report/{done}")).text
        metrics = (await look.get("/metrics")).text
        assert 'syncd_files_total{outcome="failed",source="orders"} 1.0' in metrics
        assert 'syncd_orders_total{outcome="accepted",source="orders"} 3.0' in metrics
        assert 'syncd_orders_total{outcome="invalid",source="orders"} 1.0' in metrics
        assert 'syncd_api_call_duration_seconds_count{endpoint="POST /outbound",status="2xx"} 3.0' in metrics
        assert 'syncd_logins_total{outcome="ok"} 1.0' in metrics
        assert "B-1" not in metrics
        for page in (html, report, metrics):
            assert not [word for word in (*PRIVATE, look.house.sandbox.settings.client_secret) if word in page]


async def test_health_and_readiness_are_told_apart(tmp_path):
    async with open_look(tmp_path) as look:
        await look.wait_for("/readyz", "ready")
        assert (await look.get("/healthz")).text == "alive\n"
        (tmp_path / "inbox").rename(tmp_path / "gone")
        (tmp_path / "inbox").write_text("no folder")
        look.daemon.app.orders.ring("orders")
        unready = await look.wait_for("/readyz", "inbox")
        assert "inbox" in unready
        assert (await look.get("/readyz")).status_code == 503
        assert (await look.get("/healthz")).status_code == 200
        assert "syncd_ready 0.0" in (await look.get("/metrics")).text


async def test_what_has_died_is_told_by_its_health(tmp_path):
    async with open_look(tmp_path) as look:
        look.daemon.app.orders._swept_by["orders"] = 0.0
        dead = await look.get("/healthz")
        assert (dead.status_code, dead.text) == (503, "The inbox of orders is not looked into any more.\n")
        assert dead.text in (await look.get("/readyz")).text


async def test_an_inbox_that_was_never_proven_is_not_ready(tmp_path):
    async with open_look(tmp_path) as look:
        await look.wait_for("/readyz", "ready")
        look.daemon.app.orders.proven.clear()
        assert (await look.get("/readyz")).text == "Not every inbox was looked into yet.\n"


async def test_a_hold_for_the_operator_is_not_ready(tmp_path):
    async with open_look(tmp_path, client_secret="right") as look:
        look.daemon.app.api.drop_token(look.daemon.app.api.token_generation)
        object.__setattr__(look.house.sandbox.settings, "client_secret", "another")
        look.house.drop("a.csv", build_csv(["A-1"]))
        unready = await look.wait_for("/readyz", "401")
        assert "check client_id and client_secret" in unready
        html = await look.wait_for("/", "thing is wrong")
        assert "held" in html
        metrics = await look.wait_for("/metrics", 'syncd_held{by="operator"} 1.0')
        assert 'syncd_logins_total{outcome="refused"}' in metrics


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_nothing_can_be_changed(tmp_path, method):
    async with open_look(tmp_path) as look:
        for path in ("/", "/metrics", "/report/x", "/nowhere"):
            answer = await look.send(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_whatever_is_answered_carries_the_same_guards(tmp_path):
    async with open_look(tmp_path) as look:
        rebound = await look.get("/", headers={"Host": "evil.example"})
        assert rebound.status_code == 421
        assert "syncd_" not in (await look.get("/metrics", headers={"Host": "evil.example:80"})).text
        answers = [rebound, await look.send("POST", "/")]
        for path in (
            "/",
            "/inventory",
            "/report/nothing",
            "/nowhere",
            "/style.css",
            "/icon.svg",
            "/metrics",
            "/healthz",
        ):
            answers.append(await look.get(path))
            assert (await look.send("HEAD", path)).status_code == answers[-1].status_code
        for answer in answers:
            assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["server"] == "syncd"
        assert [answer.status_code for answer in answers[2:]] == [200, 200, 404, 404, 200, 200, 200, 200]


@pytest.mark.parametrize(
    "path",
    ["/report/..%2f..%2fconfig.yaml", "/report/../config.yaml", "/report/%00", "/report/" + "a" * 5000],
)
async def test_a_report_is_found_by_its_claim_and_by_no_path(tmp_path, path):
    async with open_look(tmp_path) as look:
        answer = await look.get(path)
        assert answer.status_code == 404
        assert "client_secret" not in answer.text


async def test_a_report_that_is_gone_or_garbled_is_told_so(tmp_path):
    async with open_look(tmp_path) as look:
        look.house.drop("a.csv", build_csv(["A-1"]))
        (claim,) = find_claims(await look.wait_for("/", "/report/"))
        path = tmp_path / "done" / "a.csv.report.json"
        path.write_text("[]")
        assert "cannot be understood" in (await look.get(f"/report/{claim}")).text
        path.write_text(json.dumps({"orders": [{"outcome": "eaten"}]}))
        assert "cannot be understood" in (await look.get(f"/report/{claim}")).text
        path.write_bytes(b" " * (33 * 1024**2))
        assert "too large" in (await look.get(f"/report/{claim}")).text
        path.unlink()
        assert "no longer where it was filed" in (await look.get(f"/report/{claim}")).text
        path.symlink_to("/etc/passwd")
        answer = (await look.get(f"/report/{claim}")).text
        assert "root:" not in answer
        assert "is no regular file" in answer


async def test_the_report_of_a_source_that_is_no_longer_there_is_told_so(tmp_path):
    async with open_look(tmp_path) as look:
        look.house.drop("a.csv", build_csv(["A-1"]))
        (claim,) = find_claims(await look.wait_for("/", "/report/"))
        config = look.daemon.config
        renamed = replace(config, sources=(replace(config.sources[0], name="other"),))
        report = read_report(renamed, SystemClock(), claim)
        assert report.missing == "The source orders is no longer in the configuration."
        assert "no longer in the configuration" in render_report(report, SystemClock().now())


async def test_the_inventory_is_searched_by_a_part_of_the_sku(tmp_path):
    async with open_look(tmp_path, INVENTORY, house_options={"timeout_s": 3}) as look:
        await look.wait_for("/", "The last snapshot is from")
        assert "PROD-00002" in (await look.get("/inventory", params={"sku": "rod-00002"})).text
        assert "<table" not in (await look.get("/inventory")).text
        assert "No SKU has" in (await look.get("/inventory", params={"sku": "nothing-like-it"})).text
        (tmp_path / "inventory" / "latest.json").write_text("{")
        broken = await look.get("/inventory", params={"sku": "a"})
        assert broken.status_code == 503
        assert "no whole snapshot" in broken.text
        assert (await look.get("/")).status_code == 200


async def test_without_an_inventory_the_search_says_so(tmp_path):
    async with open_look(tmp_path) as look:
        assert "not polled" in (await look.get("/inventory", params={"sku": "a"})).text


async def test_a_file_that_waits_for_its_marker_is_shown(tmp_path):
    async with open_look(tmp_path, "    complete: {marker: '{name}.ready'}\n", in_source=True) as look:
        look.house.drop("a.csv", build_csv(["A-1"]))
        assert "waits for <bdi>a.csv.ready</bdi>" in await look.wait_for("/", "a.csv.ready")


async def test_a_bug_in_a_page_stops_nothing(tmp_path, facts):
    async with open_look(tmp_path) as look:
        look.daemon.app.orders.takers[0].held = None
        assert (await look.get("/")).status_code == 500
        assert (await look.get("/healthz")).status_code == 200
    assert ("ERROR", "bug", {"page": ""}) in facts


async def test_a_port_that_is_taken_is_said_and_holds_up_nothing(tmp_path, facts):
    port = find_port()
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    async with server, open_house(tmp_path) as house:
        house.drop("a.csv", build_csv(["A-1"]))
        assert await house.settle(f"web: {{listen: '127.0.0.1:{port}'}}\n") is Ending.SETTLED
        assert house.names("done") == ["a.csv"]
    assert [action for level, action, _ in facts if level == "ERROR"] == ["web_refused"]


async def test_the_file_of_metrics_is_whole_readable_and_goes_with_the_daemon(tmp_path):
    path = tmp_path / "syncd.prom"
    async with open_look(tmp_path, f"metrics: {{textfile: {path}}}\n"):
        async with asyncio.timeout(10):
            while not path.exists():
                await asyncio.sleep(0.02)
        assert "syncd_build_info" in path.read_text()
        assert path.stat().st_mode & 0o777 == 0o644
    assert not path.exists()


async def test_a_file_of_metrics_that_cannot_be_written_is_said_once(tmp_path, facts):
    async with open_house(tmp_path) as house:
        house.drop("a.csv", build_csv(["A-1"]))
        await house.settle(f"metrics: {{textfile: {tmp_path}/none/syncd.prom}}\n")
        assert house.names("done") == ["a.csv"]
    assert [action for level, action, _ in facts if level == "ERROR"] == ["metrics_refused"]


async def test_an_address_that_was_taken_is_used_once_it_is_free(facts):
    port = find_port()
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    runner = web.AppRunner(web.Application())
    await runner.setup()
    listening = asyncio.create_task(_listen(runner, WebConfig("127.0.0.1", port), HandClock()))
    async with asyncio.timeout(10):
        while not facts:
            await asyncio.sleep(0.01)
        server.close()
        await server.wait_closed()
        await listening
        await runner.cleanup()
    assert [action for _, action, _ in facts] == ["web_refused", "web_listens"]


async def test_a_bug_in_the_listener_is_told_and_ends_only_the_listener(facts, tmp_path):
    health = Health(None, None, lambda: None)
    config = build_config(tmp_path, build_api_config())
    await keep_open(replace(config, metrics=MetricsConfig(tmp_path / "syncd.prom")), HandClock(), health)
    assert [action for _, action, _ in facts] == ["bug"]


async def test_a_reload_opens_the_listener_anew(tmp_path):
    async with open_look(tmp_path) as look:
        await look.wait_for("/readyz", "ready")
        look.house.drop("a.csv", build_csv(["A-1"]))
        await look.wait_for("/metrics", 'syncd_files_total{outcome="done",source="orders"} 1.0')
        look.daemon.end(Ending.RELOAD)
        await look.wait_for_end()
        look.start()
        await look.wait_for("/readyz", "ready")
        assert 'syncd_files_total{outcome="done",source="orders"} 0.0' in (await look.get("/metrics")).text
        assert "a.csv" in (await look.get("/")).text
