"""The runs of any contender: each starts from nothing, measures one thing, and returns plain figures."""

import atexit
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.book import Figures
from bench.contenders import (
    ROOT,
    Place,
    Server,
    build_command,
    copy_in,
    run_contender,
    run_server,
    wait_for,
    write_config,
)
from bench.processes import Peak, read_cpu_s, read_pss_mb
from bench.tables import find_percentile
from bench.workloads import WORKLOADS, make_workload

FIRST_S = 300.0
STALL_S = 30.0
"""So long without a first order, or a further one, and a contender is taken to have sent all it will."""
LONGEST_S = 3600.0


@contextmanager
def fresh_place(base: Path, **options: object) -> Iterator[Place]:
    """Make the folders of one run on the disk of `base`.

    They stand until all runs are over: ext4 without a journal looks, for each new file, at every file that was removed
    in the minutes before, so a run would pay for the tidying after another.
    """
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=base))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yield Place(folder, **options)


def wait_for_orders(server: Server, count: int) -> int:
    """Wait until the server has so many orders, or no new one comes any more; return how many it has."""
    seen, since = 0, time.monotonic()

    def has_ended() -> bool:
        nonlocal seen, since
        orders = server.ask("/_stats")["orders"]
        if orders != seen:
            seen, since = orders, time.monotonic()
        return orders >= count or time.monotonic() - since > (STALL_S if orders else FIRST_S)

    wait_for(has_ended, LONGEST_S)
    return seen


def run_batch(base: Path, name: str, workload: str, *, before: bool = False) -> Figures:
    """Let a contender take a workload; the files are renamed in at once, or stand there `before` it starts.

    Raise RuntimeError where syncd or the script did anything but send each order once and file everything, and where
    a peer sent nothing; what else a peer loses is a figure.
    """
    files, count = make_workload(base / "workloads", workload), WORKLOADS[workload][1]
    with fresh_place(base) as place, run_server() as server:
        staged = copy_in(files, place)
        inbox = place.of("inbox")
        if before:
            for file, path in staged:
                path.rename(inbox / file)
        begun_ns = time.monotonic_ns()
        with run_contender(name, place, server.url) as process:
            peak = Peak(process.pid)
            peak.start()
            cpu_s = 0.0 if before else read_cpu_s(process.pid)
            if not before:
                begun_ns = time.monotonic_ns()
                for file, path in staged:
                    path.rename(inbox / file)
            sent = wait_for_orders(server, count)
            if sent == count:
                wait_for(place.list_settled, STALL_S)
            filed_s = (time.monotonic_ns() - begun_ns) / 1e9
            cpu_s = read_cpu_s(process.pid) - cpu_s
            most_mb = peak.stop()
        stats = server.ask("/_stats")
        if not sent or (
            name in {"syncd", "script"} and (sent != count or stats["repeats"] or any(place.of("failed").iterdir()))
        ):
            raise RuntimeError(f"{name} on {workload}: {stats}")
    return {
        "orders_per_s": sent / ((stats["last_ns"] - begun_ns) / 1e9),
        "first_s": (stats["first_ns"] - begun_ns) / 1e9,
        "filed_s": filed_s,
        "cpu_s": cpu_s * 1000 / count,
        "peak_mb": most_mb,
        "server_cpu_s": stats["cpu_s"] * 1000 / count,
        "lost": count - sent,
        "repeats": stats["repeats"],
    }


def run_latency(base: Path, name: str, *, gap_s: float = 0.25, count: int = 40) -> Figures:
    """Rename one-order files in, one after another; from rename to the complete request at the server."""
    files = make_workload(base / "workloads", "json200")
    with fresh_place(base) as place, run_server() as server:
        staged = copy_in(files, place)[:count]
        renamed: dict[str, int] = {}
        with run_contender(name, place, server.url):
            time.sleep(1.0)
            for file, path in staged:
                renamed[file.removesuffix(".json")] = time.monotonic_ns()
                path.rename(place.of("inbox") / file)
                time.sleep(gap_s)
            wait_for(lambda: server.ask("/_stats")["orders"] >= len(staged), 30)
            arrivals = server.ask("/_arrivals")
    waits = [(arrivals[reference] - at) / 1e6 for reference, at in renamed.items()][1:]  # the first one signs in
    return {"p50_ms": find_percentile(waits, 50), "p95_ms": find_percentile(waits, 95), "most_ms": max(waits)}


def run_idle(base: Path, *, seconds: float = 60.0) -> Figures:
    """Let syncd wait for nothing at three inboxes; CPU and memory after it has settled down."""
    with fresh_place(base, sources=3) as place, run_server() as server:
        with run_contender("syncd", place, server.url) as process:
            time.sleep(3.0)
            cpu_s = read_cpu_s(process.pid)
            time.sleep(seconds)
            used_s = read_cpu_s(process.pid) - cpu_s
            return {"cpu_percent": 100 * used_s / seconds, "memory_mb": read_pss_mb(process.pid)}


def time_status(place: Place, url: str, *, times: int = 9) -> Figures:
    """Time `syncd status` of a place to its end; the median of several, and the least."""
    command = build_command("syncd", place, url)
    command[command.index("run")] = "status"
    took = []
    for _ in range(times):
        begun = time.monotonic()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took.append((time.monotonic() - begun) * 1000)
    return {"status_ms": statistics.median(took), "least_ms": min(took)}


def run_status(base: Path) -> Figures:
    """Time `syncd status` where there is nothing to tell."""
    with fresh_place(base) as place:
        write_config(place, "http://127.0.0.1:9/api/api/v1")
        return time_status(place, "http://127.0.0.1:9/api/api/v1")


def measure_server() -> Figures:
    """Return how many orders a second the mock server takes from a bare client: whether it is what limits."""
    with run_server() as server:
        command = [sys.executable, "-m", "bench.load", str(server.port)]
        rate = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {"orders_per_s": float(rate)}
