"""The benchmark's server: what it counts is what every figure rests on."""

import json
import time
import urllib.error
import urllib.request

import pytest

from bench.contenders import run_server
from bench.tables import count_most_in_window
from bench.workloads import build_order


def post(url, path, body, token=""):
    request = urllib.request.Request(f"{url}{path}", json.dumps(body).encode(), {"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def sign_in(url):
    return post(url, "/auth/login", {"client_id": "x", "client_secret": "y"})[1]["data"]["access_token"]


def test_each_order_is_counted_once_and_a_repeat_is_noticed():
    with run_server() as server:
        token = sign_in(server.url)
        assert post(server.url, "/outbound", build_order("A", 1, 1))[0] == 401
        for number in (1, 2, 2):
            assert post(server.url, "/outbound", build_order("A", number, 1), token)[0] == 200
        stats = server.ask("/_stats")
        assert (stats["orders"], stats["repeats"], stats["unauthorised"], stats["logins"]) == (2, 1, 1, 1)
        assert list(server.ask("/_arrivals")) == ["A-0000001", "A-0000002"]


def test_the_window_is_strict_and_a_refused_call_uses_it_up_too():
    with run_server("--limit", "3", "--window", "0.5") as server:
        token = sign_in(server.url)
        statuses = [post(server.url, "/outbound", build_order("A", number, 1), token)[0] for number in range(4)]
        assert statuses == [200, 200, 429, 429]
        time.sleep(0.6)
        assert post(server.url, "/outbound", build_order("A", 9, 1), token)[0] == 200
        seen = server.ask("/_limit")
        assert [len(seen[name]) for name in ("times", "passed", "accepted")] == [6, 4, 3]
        assert count_most_in_window(seen["passed"], 500_000_000) == 3
        assert server.ask("/_stats")["refused"] == 2


@pytest.mark.parametrize("latency", ["", "40:60"])
def test_a_request_is_received_before_it_is_counted(latency):
    with run_server("--latency", latency) as server:
        token = sign_in(server.url)
        begun = time.monotonic_ns()
        post(server.url, "/outbound", build_order("A", 1, 1), token)
        took_s = (time.monotonic_ns() - begun) / 1e9
        received, counted = (server.ask(path)["A-0000001"] for path in ("/_received", "/_arrivals"))
        assert begun < received <= counted
        assert (took_s > 0.04) == bool(latency)
