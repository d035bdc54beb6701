"""Every other command, installed: what it prints, how it exits, and what it does not load."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.installed import COMMAND, SECRET, finish, until
from support.orders import make_order, write_csv

HEAVY = ("httpx", "aiohttp", "asyncio", "watchdog", "rich", "apscheduler", "loguru", "jsonschema", "jinja2", "hashlib")


def call(*words, cwd, **environment):
    """Run a command that needs no sandbox."""
    return subprocess.run(
        [COMMAND, *words], cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


async def test_status_tells_of_a_running_daemon_and_of_one_that_stopped(shop):
    before = await shop.call("status")
    assert (before.code, before.out.splitlines()[0]) == (0, "syncd does not run; environment: production")
    shop.drop("a.csv", write_csv(make_order("A-1"), make_order("A-2", qty=0)))
    async with shop.running() as daemon:
        await until(lambda: shop.filed(shop.failed) == ["a.csv"])
        beside = json.loads((await shop.call("status", "--json")).out)
    assert beside["daemon"] == {"running": True, "pid": daemon.pid}
    assert beside["troubles"] == []
    assert beside["quota"] == {"requests": 100, "per_seconds": 60, "used": 2, "known": True}
    assert beside["sources"][0]["orders"] == {"accepted": 1, "invalid": 1}
    after = json.loads((await shop.call("status", "--json")).out)
    assert after["daemon"] == {"running": False, "pid": None}
    assert after["last_files"][0]["orders"] == {"accepted": 1, "invalid": 1}


async def test_status_says_what_holds_a_running_daemon_up(shop):
    shop.drop("a.csv", write_csv(make_order("A-1")))
    async with shop.running(TEST_SECRET="wrong-" + SECRET):
        await until(lambda: "401" in (shop.root / "state/status.json").read_text())
        assert "the API refuses our sign-in (401); check client_id" in (await shop.call("status")).out
    stopped = await shop.call("status")
    assert "Files wait, but no syncd runs: start it with `syncd run`." in stopped.out
    assert "When syncd last ran" in stopped.out


async def test_check_signs_in_and_counts_the_call(shop):
    good = await shop.call("check", "--online")
    assert good.code == 0
    assert f"ok       sign-in: {shop.sandbox.base_url}: signed in" in good.out.splitlines()
    assert shop.sandbox.stats()["calls"] == 1
    assert json.loads((await shop.call("status", "--json")).out)["quota"]["used"] == 1
    async with shop.running() as daemon:
        beside = await shop.call("check", "--online")
    assert f"a daemon runs (process {daemon.pid})" in beside.out
    assert "this call is not in the running daemon's count of the quota" in beside.out
    bad = await shop.call("check", "--online", TEST_SECRET="wrong-" + SECRET)
    assert bad.code == 1
    assert "the API refuses our sign-in (401)" in bad.out
    assert SECRET not in bad.out + bad.err


async def test_retry_sends_only_what_is_missing(shop):
    shop.drop("a.csv", write_csv(make_order("A-1"), make_order("A-2")))
    shop.sandbox.fail_next("error_before", path="/outbound", status=422)
    assert (await shop.call("run", "--once")).code == 1
    back = await shop.call("retry", "a.csv")
    assert (back.code, back.out) == (0, "a.csv: back in inbox/a.csv\n")
    assert (await shop.call("run", "--once")).code == 0
    assert [stored.times_created for stored in shop.sandbox.orders.values()] == [1, 1]
    assert shop.filed(shop.done) == ["a.csv"]


def test_validate_needs_no_config_and_no_network(tmp_path):
    (tmp_path / "a.csv").write_bytes(write_csv(make_order("A-1", lines=2), make_order("A-2", qty=0)))
    shown = call("validate", "a.csv", cwd=tmp_path)
    assert shown.returncode == 1
    assert shown.stdout.splitlines() == [
        "a.csv",
        "  A-1                       lines 2-3       valid",
        "  A-2                       line 4          invalid",
        "      line 4, OrderItems.Qty: Qty is 0; the least is 1",
        "  2 orders: 1 valid, 1 invalid",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
    lines = [json.loads(line) for line in call("validate", "--json", "a.csv", cwd=tmp_path).stdout.splitlines()]
    assert [(line["reference"], line["lines"], line["outcome"]) for line in lines] == [
        ("A-1", [2, 3], "valid"),
        ("A-2", [4], "invalid"),
    ]


async def test_the_sandbox_says_where_it_is_and_stops_at_a_signal(shop):
    process = await shop.start("sandbox", "--port", "0", "--seed", "7", "--fault", "post:error_after=0.5")
    first = (await process.stdout.readline()).decode()
    assert re.fullmatch(r"The sandbox answers at http://127\.0\.0\.1:\d+/api/api/v1\n", first)
    port = re.search(r":(\d+)/", first)[1]
    taken = await shop.call("sandbox", "--port", port)
    assert (taken.code, "Traceback" in taken.err) == (2, False)
    assert taken.err == f"Port {port} cannot be used; name another with --port, or 0 for any.\n"
    process.send_signal(signal.SIGTERM)
    ended = await finish(process)
    assert ended.code == 0
    assert "client_id sandbox and client_secret sandbox-secret" in ended.out
    assert "/sandbox/orders, /calls, /stats and /faults" in ended.out
    assert ended.err == "Stop it with Ctrl-C.\n"


async def test_the_sandbox_takes_the_credentials_of_a_config_and_never_prints_the_secret(shop):
    process = await shop.start("sandbox", "--port", "0", "-c", "config.yaml")
    await process.stdout.readline()
    assert b"client_id shop and the client_secret it was started with" in await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert (await finish(process)).code == 0


def test_the_demo_shows_every_order_and_ends_well(tmp_path):
    shown = call("demo", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert len(re.findall(r"\baccepted$", shown.stdout, re.MULTILINE)) == 11
    assert len(re.findall(r"\balready_accepted$", shown.stdout, re.MULTILINE)) == 3
    for words in (
        "webshop.csv -> done/webshop.csv",
        "marketplace.json -> done/marketplace.json",
        "telephone.csv -> failed/telephone.csv",
        "line 3, OrderItems.Qty: Qty is 0; the least is 1",
        ",_error\n",
        "torn.json -> failed/torn.json",
        "telephone.rejected.csv -> done/telephone.rejected.csv",
        "11 orders, 0 of them twice",
    ):
        assert words in shown.stdout
    assert list(tmp_path.iterdir()) == []


async def test_the_demo_fits_a_terminal_of_80_columns(shop):
    shown = await shop.call_on_terminal("demo", "--keep")
    assert shown.code == 0
    folder = re.search(r"All of it stands in (\S+)", shown.out)[1]
    assert Path(folder, "done").is_dir()
    shutil.rmtree(folder)
    told = [line.rstrip("\r") for line in shown.out.split("\n") if line.startswith("  ")]
    assert max(map(len, told)) <= 80


@pytest.mark.parametrize("words", [["--help"], ["status"], ["explain", "orders.csv"], ["hold", "orders"], ["release"]])
def test_what_is_called_often_loads_little(tmp_path, words):
    (tmp_path / "config.yaml").write_text(
        "version: 1\napi: {base_url: 'https://api.example.com'}\n"
        "sources: [{name: orders, inbox: inbox, done: done, failed: failed}]\n"
    )
    for folder in ("inbox", "state"):
        (tmp_path / folder).mkdir()
    (tmp_path / "inbox/orders.csv").touch()
    program = (
        "import sys; before = set(sys.modules)  # what measures coverage loads some of its own\n"
        "from syncd.cli import program\n"
        f"try: program({words!r})\n"
        f"finally: print(sorted((set(sys.modules) - before) & set({HEAVY!r})), file=sys.stderr)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "[]\n")


def test_it_runs_as_a_module_too(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "syncd", "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ended.stdout.startswith("syncd, version ")
