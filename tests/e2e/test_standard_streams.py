"""Commands whose standard streams are closed, full or cut off: one sentence at most, and never a traceback."""

import asyncio
import subprocess

import pytest
from e2e.installed import COMMAND, SECRET, until
from support.orders import make_order, write_csv

FULL = (
    "Standard output cannot be written (No space left on device): syncd ended there. What was done by then stays done."
)
CALLS = [
    "--help",
    "--version",
    "run --help",
    "run --once",
    "status",
    "check",
    "validate --json a.csv",
    "validate a.csv b.csv",
    "explain A-1",
    "retry --all",
    "hold",
    "completion bash",
    "demo",
]


async def call(shop, words, redirection):
    """Run a command as a shell would, with its streams led elsewhere; return its exit code and standard error."""
    script = f'exec "$0" {words} {redirection}'
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", script, COMMAND),
        cwd=shop.root,
        env={"TEST_SECRET": SECRET, "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), 20)
    return process.returncode, err.decode()


@pytest.fixture
def ready(shop):
    """Fill a shop with something to tell for each command."""
    shop.drop("x.csv", write_csv(make_order("A-1")))
    (shop.root / "a.csv").write_bytes(write_csv(*(make_order(f"A-{number}") for number in range(200))))
    (shop.root / "b.csv").write_bytes(b"")
    return shop


async def test_a_full_standard_output_ends_every_command_with_one_sentence(ready):
    for words in CALLS:
        code, err = await call(ready, words, ">/dev/full")
        assert (words, code, err.splitlines()[-1]) == (words, 1, FULL)
        assert "Traceback" not in err, words
    assert ready.filed(ready.done) == ["x.csv"]


async def test_a_closed_standard_output_changes_nothing_but_that_nothing_is_shown(ready):
    for words in CALLS:
        code, err = await call(ready, words, ">&-")
        assert (words, code) == (words, int("b.csv" in words))
        assert "Traceback" not in err, words
    assert ready.filed(ready.done) == ["x.csv"]


async def test_all_streams_may_be_closed(ready):
    assert await call(ready, "run --once", "<&- >&- 2>&-") == (0, "")
    assert ready.filed(ready.done) == ["x.csv"]
    assert (await call(ready, "run --max-wait 3", "<&- >&- 2>&-"))[0] == 2


async def test_a_reader_that_went_away_is_not_told_of(ready):
    assert (await call(ready, "validate --json a.csv a.csv", "| true"))[1] == ""
    assert (await call(ready, "completion bash", "| head -c 1"))[1] == ""


async def test_a_daemon_works_on_while_its_log_goes_to_a_full_disk(shop):
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", 'exec "$0" run 2>/dev/full', COMMAND),
        cwd=shop.root,
        env={"TEST_SECRET": SECRET, "PATH": "/usr/bin:/bin"},
    )
    for number in range(2):
        shop.drop(f"{number}.csv", write_csv(make_order(f"A-{number}")))
        await until(lambda: f"{number}.csv" in shop.filed(shop.done))  # noqa: B023  looked at once
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 20) == 0
