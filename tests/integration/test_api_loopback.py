"""The API edge against a real server that resets, hangs, drips, cuts short and speaks no TLS."""

import asyncio
import json
import random
import shutil
import socket
import ssl
import subprocess
from contextlib import asynccontextmanager

import pytest

from syncd.core.model import Reply, ReplyKind
from syncd.edges.api import GRACE_S, Api, Request
from syncd.edges.clock import SystemClock

READ = Request("GET", "/order/ORD-1")
GOOD = {"success": True}


def build_api(base_url, timeout_s):
    return Api(
        base_url=base_url,
        client_id=lambda: "client",
        client_secret=lambda: "secret",
        timeout_s=timeout_s,
        clock=SystemClock(),
        transport=None,
    )


def write_answer(writer, body, status="200 OK", length=None):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    writer.write(head.encode() + body)


@asynccontextmanager
async def serve(handle, timeout_s=5.0):
    """Yield an API that is signed in to a server; each other call goes to the handler with its writer."""
    connections = []

    async def connect(reader, writer):
        connections.append(asyncio.current_task())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if b"/auth/login" in head:
                    await reader.readuntil(b"}")
                    write_answer(writer, {"success": True, "data": {"access_token": "t", "expires_in": 86400}})
                else:
                    await handle(writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    api = build_api(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout_s)
    try:
        await api.login("login")
        api.connections = connections
        yield api
    finally:
        await api.close()
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def send(api):
    return await api.send(READ, "id-1")


def measure():
    clock = SystemClock()
    started = clock.monotonic()
    return lambda: clock.monotonic() - started


async def answer_well(writer):
    write_answer(writer, GOOD)


async def hang(writer):
    await asyncio.Event().wait()


async def test_calls_share_a_kept_connection():
    async with serve(answer_well) as api:
        for _ in range(5):
            assert (await send(api)).body == GOOD
        assert len(api.connections) == 1


async def test_calls_at_the_same_time_never_wait_for_a_connection():
    together = asyncio.Barrier(20)

    async def handle(writer):
        await together.wait()
        write_answer(writer, GOOD)

    async with serve(handle) as api:
        assert [reply.body for reply in await asyncio.gather(*(send(api) for _ in range(20)))] == [GOOD] * 20


async def test_an_html_page_is_an_answer_without_a_body():
    async def handle(writer):
        write_answer(writer, b"<html>Bad Gateway</html>", "502 Bad Gateway")

    async with serve(handle) as api:
        assert await send(api) == Reply(ReplyKind.ANSWERED, status=502)


async def test_no_redirect_is_followed_and_no_proxy_of_the_environment_taken(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    async def handle(writer):
        writer.write(b"HTTP/1.1 307 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")

    async with serve(handle) as api:
        assert (await send(api)).status == 307


async def reset(writer):
    writer.transport.abort()


async def close(writer):
    writer.close()


async def cut_short(writer):
    write_answer(writer, GOOD, length=1000)
    writer.close()


async def talk_nonsense(writer):
    writer.write(b"\x00\x01SSH-2.0\r\n\r\n")


@pytest.mark.parametrize("handle", [reset, close, cut_short, talk_nonsense])
async def test_after_a_connection_that_breaks_the_outcome_is_unknown(handle):
    async with serve(handle) as api:
        reply = await send(api)
        assert (reply.kind, reply.operator) == (ReplyKind.UNKNOWN, False)
        assert "the connection broke" in reply.error


async def test_a_kept_connection_that_breaks_sends_no_get_twice():
    """Left to itself, aiohttp would repeat it: a call more than the quota knows of."""
    calls = []

    async def break_off(writer):
        calls.append(writer)
        writer.close()

    async with serve(break_off) as api:  # signing in has left a connection behind
        assert (await send(api)).kind is ReplyKind.UNKNOWN
        assert len(calls) == 1


async def test_a_post_whose_connection_breaks_is_never_taken_for_one_that_was_not_sent():
    async with serve(reset) as api:
        assert (await api.send(Request("POST", "/outbound", b"{}"), "id-1")).kind is ReplyKind.UNKNOWN


async def test_a_server_that_hangs_is_waited_for_until_the_time_out():
    async with serve(hang, timeout_s=0.3) as api:
        passed = measure()
        assert await send(api) == Reply(ReplyKind.UNKNOWN, error="no answer in time")
        assert 0.25 < passed() < 1


async def test_a_body_that_drips_ends_at_the_time_out():
    async def drip(writer):
        write_answer(writer, b"", length=1000)
        while True:
            await asyncio.sleep(0.05)
            writer.write(b" ")

    async with serve(drip, timeout_s=0.3) as api:
        passed = measure()
        assert await send(api) == Reply(ReplyKind.UNKNOWN, error="no whole answer in time")
        assert passed() < 1


async def test_a_head_that_drips_is_abandoned_with_its_client_and_the_next_call_works():
    calls = []

    async def handle(writer):
        calls.append(writer)
        if len(calls) > 1:
            write_answer(writer, GOOD)
            return
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not writer.is_closing():
            await asyncio.sleep(0.05)
            writer.write(b"x")

    async with serve(handle, timeout_s=0.2) as api:
        passed = measure()
        assert await send(api) == Reply(ReplyKind.UNKNOWN, error="no answer in time")
        assert passed() < 0.2 + GRACE_S + 0.7
        assert (await send(api)).body == GOOD
        await asyncio.sleep(0.1)
        assert (api._running, api._leftovers) == ({}, set())  # closing the old client ended what was stuck in it


async def test_callers_who_go_away_at_any_moment_leave_the_api_usable():
    draw = random.Random(1)

    async def handle(writer):
        await asyncio.sleep(draw.uniform(0, 0.01))
        write_answer(writer, GOOD)

    async with serve(handle) as api:
        for _ in range(60):
            callers = [asyncio.create_task(send(api)) for _ in range(6)]
            await asyncio.sleep(draw.uniform(0, 0.01))
            for caller in callers:
                if draw.random() < 0.7:
                    caller.cancel()
            await asyncio.gather(*callers, return_exceptions=True)
        replies = await asyncio.gather(*(send(api) for _ in range(20)))
        assert {reply.kind for reply in replies} == {ReplyKind.ANSWERED}
        await asyncio.sleep(0.05)
        assert api._running == {}


async def test_closing_waits_for_nothing_and_ends_what_is_in_flight_as_unknown():
    async with serve(hang) as api:
        caller = asyncio.create_task(send(api))
        await asyncio.sleep(0.1)
        passed = measure()
        await api.close()
        assert (await caller).kind is ReplyKind.UNKNOWN
        assert passed() < 1


async def test_a_closed_port_is_certain_and_the_weather():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = build_api(f"http://127.0.0.1:{port}", 2.0)
    assert await api.login("login") == Reply(ReplyKind.NOT_SENT, error="no connection (Connection refused)")
    await api.close()


@asynccontextmanager
async def serve_tls(connect, **settings):
    """Yield an API that takes whatever listens for a TLS server."""
    server = await asyncio.start_server(connect, "127.0.0.1", 0, **settings)
    api = build_api(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", 2.0)
    try:
        yield api
    finally:
        await api.close()
        server.close()


async def test_a_server_that_speaks_no_tls_is_the_operators():
    async def talk_plain(reader, writer):
        write_answer(writer, GOOD)
        await writer.drain()
        writer.close()

    async with serve_tls(talk_plain) as api:
        reply = await api.login("login")
        assert (reply.kind, reply.operator) == (ReplyKind.NOT_SENT, True)
        assert reply.error.startswith("TLS: no secure connection")


async def test_a_handshake_that_hangs_was_certainly_not_sent():
    async def hold(reader, writer):
        await reader.read()
        writer.close()

    async with serve_tls(hold) as api:
        reply = await api.login("login")
        assert reply == Reply(ReplyKind.NOT_SENT, error="no connection in time")


async def test_a_handshake_that_breaks_off_is_the_weather():
    async def hang_up(reader, writer):
        await reader.read(1)
        writer.close()

    async with serve_tls(hang_up) as api:
        reply = await api.login("login")
        assert (reply.kind, reply.operator) == (ReplyKind.NOT_SENT, False)


@pytest.fixture
def self_signed(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    command += f" -addext subjectAltName=IP:127.0.0.1 -keyout {tmp_path}/key.pem -out {tmp_path}/cert.pem"
    subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


async def test_a_certificate_nobody_vouches_for_is_the_operators(self_signed):
    async def connect(reader, writer):
        writer.close()

    async with serve_tls(connect, ssl=self_signed) as api:
        reply = await api.login("login")
        assert (reply.kind, reply.operator) == (ReplyKind.NOT_SENT, True)
        assert reply.error.startswith("TLS: the API's certificate is not trusted (")
