import asyncio
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner
from support.configs import API, SOURCE

from syncd.cli import program
from syncd.edges import channels
from syncd.edges.channels import AppriseChannel, CommandChannel, WebhookChannel, deliver

MESSAGE = {"version": 1, "alert": "test", "state": "raised", "text": "Ä test.", "environment": "test"}


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted; answers as its server says."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}/hook/secret-part"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_program_gets_the_message_on_its_standard_input(tmp_path):
    script = f"import sys; open({str(tmp_path / 'got')!r}, 'w').write(sys.stdin.read())"
    assert (await deliver(CommandChannel([sys.executable, "-c", script]), MESSAGE)).problem is None
    assert json.loads((tmp_path / "got").read_text()) == MESSAGE


async def test_a_program_that_fails_or_is_missing_is_a_problem():
    failed = await deliver(CommandChannel([sys.executable, "-c", "raise SystemExit(3)"]), MESSAGE)
    assert failed.problem == "the program ended with exit code 3"
    assert (await deliver(CommandChannel(["/nowhere/at-all"]), MESSAGE)).problem == (
        "it could not be reached (FileNotFoundError)"
    )


async def test_a_program_that_hangs_is_killed_when_we_stop(tmp_path):
    script = f"import time, pathlib; pathlib.Path({str(tmp_path / 'up')!r}).touch(); time.sleep(60)"
    task = asyncio.create_task(deliver(CommandChannel([sys.executable, "-c", script]), MESSAGE))
    while not (tmp_path / "up").exists():
        await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


async def test_a_webhook_gets_the_message_as_json(hook):
    assert (await deliver(WebhookChannel(lambda: hook.url), MESSAGE)).problem is None
    assert hook.got == [MESSAGE]


async def test_a_webhook_that_refuses_or_is_gone_is_a_problem_that_does_not_name_the_address(hook):
    hook.status = 500
    assert (await deliver(WebhookChannel(lambda: hook.url), MESSAGE)).problem == "it answered 500"
    gone = await deliver(WebhookChannel(lambda: "http://127.0.0.1:9/secret-part"), MESSAGE)
    assert gone.problem == "no answer (ConnectError)"


async def test_without_apprise_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert (await deliver(AppriseChannel([lambda: "x://"]), MESSAGE)).problem == (
        "apprise is not installed: pip install 'syncd[notify]'"
    )


MINIMAL = API + SOURCE

STAND_IN = """
class Apprise:
    def __init__(self): self.urls = []
    def add(self, url): self.urls.append(url); return not url.startswith("bad")
    async def async_notify(self, title, body): return "refuse" not in self.urls[0]
"""


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("good://", None),
        ("bad://", "apprise does not understand one of the addresses"),
        ("refuse://", "apprise could not deliver it"),
    ],
)
async def test_apprise_says_whether_it_could(tmp_path, monkeypatch, url, problem):
    monkeypatch.delitem(sys.modules, "apprise", raising=False)
    (tmp_path / "apprise.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert (await deliver(AppriseChannel([lambda: url]), MESSAGE)).problem == problem
    monkeypatch.delitem(sys.modules, "apprise", raising=False)


def test_alert_test_says_how_each_channel_fared(tmp_path, hook):
    path = tmp_path / "config.yaml"
    alerts = f"alerts:\n  webhook: {hook.url}\n  command: [/nowhere/at-all]\n"
    path.write_text(MINIMAL + alerts)
    told = CliRunner().invoke(program, ["alert", "test", "-c", str(path)])
    assert told.exit_code == 1
    assert "webhook: delivered" in told.output
    assert "command: it could not be reached" in told.output
    assert hook.got[0]["alert"] == "test"
    path.write_text(MINIMAL + f"alerts:\n  webhook: {hook.url}\n")
    assert CliRunner().invoke(program, ["alert", "test", "-c", str(path)]).exit_code == 0


def test_alert_test_without_channels_says_so(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(MINIMAL)
    assert "No channel is configured" in CliRunner().invoke(program, ["alert", "test", "-c", str(path)]).output


def test_the_patience_is_bounded():
    assert channels.PATIENCE_S <= 60
