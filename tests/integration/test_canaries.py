"""A hundred mishaps with secrets and personal data planted everywhere: none of it reaches an output.

Outputs are the log with its tracebacks, the reports with hidden values, what status, explain and check print,
what the config loader says, the state folder to its last byte, the command line, and the metrics.
"""

import json
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.house import open_house
from support.orders import make_order, write_csv, write_json, write_ndjson

from syncd.cli import program
from syncd.config import load_config
from syncd.daemon import Daemon
from syncd.edges.log import say_bug, setup_log
from syncd.errors import SyncdError

SECRET = "canary-secret-9f3b'x"
TOKEN = "canarytoken.4711abcd"
PERSON = {
    "FullName": "Canaria Nameson",
    "Address1": "Canarystreet 77",
    "Town": "Canaryville",
    "PostCode": "C4N-4RY",
    "Country": "Germany",
    "EmailAddress": "canary.person@mail.example",
    "PhoneNumber": "+49 151 55500123",
}
CANARIES = [
    SECRET,
    SECRET[:14],
    TOKEN,
    "Canaria",
    "Nameson",
    "Canarystreet",
    "Canaryville",
    "C4N-4RY",
    "canary.person",
    "55500123",
]
VALUES = list(PERSON.values())
FIELDS = ["Currency", "PaymentStatus", "ReceivedDate", "DispatchBy", "Status", "ReferenceNumber\n"]


def make_person_order(reference, **changes):
    return make_order(
        reference, ChannelBuyerName=PERSON["FullName"], DeliveryAddress=PERSON, BillingAddress=PERSON, **changes
    )


def damage(content: bytes) -> list[bytes]:
    """Return a good file damaged in many ways, each right where the canaries are."""
    at = content.index(b"Canaria")
    return [
        content[:at],
        content[: at + 5] + b'"' + content[at + 5 :],
        content[:at] + b"\xff\xfe" + content[at:],
        content[:at] + b"\x00" + content[at:],
        content.replace(b"Canaria", b'Can"aria'),
        content.replace(b"Canaria Nameson", b"Canaria\x07Nameson"),
        content.replace(b"Berlin", b"Canaria"),
        content.decode().encode("utf-16"),
        content.replace(b"C4N-4RY", b"C4N-4RY,,,,"),
        content * 2,
    ]


def make_mishaps():
    """Yield names and contents of files that all go wrong."""
    for number, value in enumerate(VALUES):
        for field in FIELDS[:4]:
            yield f"{field}-{number}.json", write_json(make_person_order(f"F-{field}-{number}", **{field: value}))
        yield f"qty-{number}.csv", write_csv(make_person_order(f"Q-{number}", qty=value))
        yield f"price-{number}.csv", write_csv(make_person_order(f"P-{number}", price=value))
    good = make_person_order("D-1")
    for ending, content in (("csv", write_csv(good)), ("json", write_json(good)), ("ndjson", write_ndjson(good))):
        for number, damaged in enumerate(damage(content)):
            yield f"damaged-{number}.{ending}", damaged


class Outputs:
    """All that came out, by what it came out of."""

    def __init__(self):
        self.searched = 0

    def search(self, name, text):
        self.searched += 1
        for canary in CANARIES:
            at = text.find(canary)
            assert at < 0, f"{canary} in {name}: {text[max(0, at - 200) : at + 80]!r}"


@pytest.fixture(scope="module")
def outputs(request):
    outputs = Outputs()
    yield outputs
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\ncanaries: {outputs.searched} outputs searched for {len(CANARIES)} canaries each")


def call(root, *words):
    command, *rest = words
    with ThreadPoolExecutor(1) as thread:  # `check` runs a loop of its own
        done = thread.submit(CliRunner().invoke, program, [command, "-c", str(root / "config.yaml"), *rest]).result()
    return done.output + done.stderr


def search_all(outputs, root, logged):
    for number, line in enumerate(logged.splitlines()):
        outputs.search(f"log line {number}", line)
    for path in sorted((root / "state").iterdir()):
        outputs.search(path.name, path.read_bytes().decode("latin-1"))
    for words in (("status",), ("status", "--json"), ("check",)):
        outputs.search(" ".join(words), call(root, *words))


async def test_files_that_go_wrong_tell_nobody_what_stood_in_them(tmp_path, outputs, capsys):
    mishaps = dict(make_mishaps())
    assert len(mishaps) >= 70  # besides 14 of the API, 28 bugs and 36 of configs
    hidden = f"reports: {{show_values: false, html: always}}\nmetrics: {{textfile: {tmp_path}/syncd.prom}}\n"
    async with open_house(tmp_path, client_secret=SECRET) as house:
        for name, content in mishaps.items():
            house.drop(name, content)
        await house.settle(hidden)
        search_all(outputs, tmp_path, capsys.readouterr().err)
        for name in mishaps:
            outputs.search(f"explain {name}", call(tmp_path, "explain", name))
        reports = [path for path in tmp_path.glob("*/*.report.*") if path.suffix == ".json"]
        assert len(reports) == len(mishaps)
        for path in reports:
            outputs.search(path.name, path.read_text())
        for path in tmp_path.glob("*.prom"):
            outputs.search(path.name, path.read_text())


class Echo(BaseHTTPRequestHandler):
    """An API at its worst: says back whatever it was sent, with the status of the day."""

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        login = self.path.endswith("/auth/login")
        status = 200 if login and not self.server.no_login else self.server.status
        said = {"success": False, "error": f"{body} {self.headers['Authorization']} {SECRET}", "details": body}
        if status == 200 and login:
            said = {"success": True, "data": {"access_token": TOKEN, "expires_in": 86400}}
        self.send_response(status)
        self.send_header("Location", f"http://canary.person@127.0.0.1/{TOKEN}?secret={SECRET}")
        self.send_header("Retry-After", "Canaria Nameson")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    do_POST = do_GET = answer  # noqa: N815  the names that http.server calls

    def log_message(self, *_):
        pass


@pytest.fixture
def echo():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.no_login = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "no_login"),
    [(status, False) for status in (200, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503)]
    + [(401, True), (500, True)],
)
async def test_an_api_that_says_everything_back_is_not_repeated(tmp_path, outputs, capsys, echo, status, no_login):
    echo.status, echo.no_login = status, no_login
    async with open_house(tmp_path, client_secret=SECRET) as house:
        daemon = house.make_daemon()
        path = tmp_path / "config.yaml"
        path.write_text(path.read_text().replace(house.sandbox.base_url, f"http://127.0.0.1:{echo.server_port}/v1"))
        house.drop("a.json", write_json(make_person_order("A-1")))
        daemon = Daemon(load_config(path, {}), daemon._clock, daemon._random)
        setup_log("json", "DEBUG", lambda: [SECRET])
        await daemon.run(once=True, max_wait_s=0.4)
        search_all(outputs, tmp_path, capsys.readouterr().err)


@pytest.mark.parametrize("kind", [ValueError, KeyError, TypeError, SyncdError, UnicodeError, OSError, LookupError])
def test_a_bug_tells_where_it_is_and_nothing_of_the_data(outputs, capsys, kind):
    setup_log("json", "DEBUG", lambda: [SECRET])
    for value in (
        repr(PERSON),
        f"it can't be {PERSON['FullName']!r}",
        json.dumps(make_person_order("A")),
        f"Bearer {TOKEN}",
    ):
        try:
            try:
                raise kind(f"cannot use {value}")  # noqa: TRY301  this is the bug
            except kind as error:
                raise RuntimeError(f"with {SECRET} after {value!r}") from error
        except RuntimeError as error:
            say_bug("bug", error)
    logged = capsys.readouterr().err
    assert "test_canaries.py" in logged
    for line in logged.splitlines():
        outputs.search("traceback", line)


@pytest.mark.parametrize(
    "broken",
    [
        "client_secret: [{secret}]",
        "client_secret: {{a: {secret}}}",
        "client_secret: {secret}\n  client_secret: {secret}",
        "client_secrets: {secret}",
        "client_secret: {secret}\n  timeout_seconds: -1",
        'client_secret: "{secret}\n',
        "client_secret: {secret}\n  client_secret_file: /nowhere",
        "client_secret: ${{{secret}}}",
        "client_secret: {secret}\n  base_url: https://user:{secret}@example.com/",
        "client_secret: {secret}\n\tretry: 1",
        "client_secret: &a {secret}\n  retry: *b",
        "client_secret: !!python/object:{secret} x",
    ],
)
def test_a_config_that_cannot_be_used_does_not_tell_its_secret(tmp_path, outputs, broken):
    secret = SECRET.replace("'", "-")
    text = f"version: 1\napi:\n  base_url: https://example.com\n  client_id: a\n  {broken.format(secret=secret)}\n"
    (tmp_path / "config.yaml").write_text(f"{text}sources:\n  - {{name: a, inbox: i, done: d, failed: f}}\n")
    for command in ("check", "run", "status"):
        outputs.search(f"{command} with a bad config", call(tmp_path, command))


async def test_the_command_line_and_the_environment_of_a_running_syncd_tell_nothing(tmp_path, outputs):
    async with open_house(tmp_path, client_secret=SECRET) as house:
        house.make_daemon()
        (tmp_path / "secret").write_text(SECRET)
        (tmp_path / "secret").chmod(0o600)
        path = tmp_path / "config.yaml"
        path.write_text(re.sub("client_secret: .*", "client_secret_file: secret", path.read_text()))
        command = [sys.executable, "-m", "syncd", "run", "-c", str(path)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)  # noqa: ASYNC220  nothing else runs meanwhile
        try:
            for line in process.stderr:
                outputs.search("log", line.decode())
                if b"ready" in line:
                    break
            for name in ("cmdline", "environ"):
                outputs.search(name, Path(f"/proc/{process.pid}/{name}").read_bytes().decode("latin-1"))
            listed = subprocess.check_output(["ps", "axww", "-o", "args"], text=True)  # noqa: ASYNC221  the same
            outputs.search("ps", "\n".join(line for line in listed.splitlines() if str(path) in line))
        finally:
            process.terminate()
            outputs.search("log", process.communicate()[1].decode())
