"""The runs: each starts from nothing, measures one thing, and returns plain figures."""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.contenders import (
    ROOT,
    Place,
    build_command,
    copy_in,
    run_contender,
    run_server,
    wait_for,
    write_config,
)
from bench.processes import Peak, read_cpu_s, read_pss_mb
from bench.tables import count_most_in_window, find_percentile, measure_use
from bench.workloads import WORKLOADS, make_workload

Figures = dict[str, float]


@contextmanager
def fresh_place(base: Path, **options: object) -> Iterator[Place]:
    """Make the folders of one run on the disk of `base`, and remove them at its end."""
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=base))
    try:
        yield Place(folder, **options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_batch(base: Path, name: str, workload: str, *, before: bool = False) -> Figures:
    """Let a contender take a workload; the files are renamed in at once, or stand there `before` it starts."""
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
            wait_for(lambda: server.ask("/_stats")["orders"] >= count)
            wait_for(place.list_settled)
            filed_s = (time.monotonic_ns() - begun_ns) / 1e9
            cpu_s = read_cpu_s(process.pid) - cpu_s
            most_mb = peak.stop()
        stats = server.ask("/_stats")
        if stats["orders"] != count or stats["repeats"] or any(place.of("failed").iterdir()):
            raise RuntimeError(f"{name} on {workload}: {stats}")
    return {
        "orders_per_s": count / ((stats["last_ns"] - begun_ns) / 1e9),
        "first_s": (stats["first_ns"] - begun_ns) / 1e9,
        "filed_s": filed_s,
        "cpu_s": cpu_s * 1000 / count,
        "peak_mb": most_mb,
        "server_cpu_s": stats["cpu_s"] * 1000 / count,
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


def run_idle(base: Path, name: str, *, seconds: float = 60.0) -> Figures:
    """Let a contender wait for nothing; CPU and memory after it has settled down."""
    with fresh_place(base, sources=3 if name == "syncd" else 1) as place, run_server() as server:
        with run_contender(name, place, server.url) as process:
            time.sleep(3.0)
            cpu_s = read_cpu_s(process.pid)
            time.sleep(seconds)
            used_s = read_cpu_s(process.pid) - cpu_s
            return {"cpu_percent": 100 * used_s / seconds, "memory_mb": read_pss_mb(process.pid)}


def run_status(base: Path, *, times: int = 9) -> Figures:
    """Time `syncd status` to its end; the median of several."""
    with fresh_place(base) as place:
        write_config(place, "http://127.0.0.1:9/api/api/v1")
        command = build_command("syncd", place, "http://127.0.0.1:9/api/api/v1")
        command[command.index("run")] = "status"
        took = []
        for _ in range(times):
            begun = time.monotonic()
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            took.append((time.monotonic() - begun) * 1000)
    return {"status_ms": statistics.median(took), "least_ms": min(took)}


def run_limited(
    base: Path, *, limit: int = 100, window_s: float = 6.0, seconds: float = 120.0, kill_every_s: float | None = None
) -> Figures:
    """Let syncd work against a strict window, killed now and then or not; refusals and the share of it that is used."""
    files = make_workload(base / "workloads", "csv20k")
    options = ("--limit", str(limit), "--window", str(window_s), "--latency", "20:400")
    with fresh_place(base, limit=(limit, window_s)) as place, run_server(*options) as server:
        for file, path in copy_in(files, place):
            path.rename(place.of("inbox") / file)
        until = time.monotonic() + seconds
        while (left_s := until - time.monotonic()) > 0:
            with run_contender("syncd", place, server.url) as process:
                time.sleep(max(0.0, left_s if kill_every_s is None else min(left_s, kill_every_s)))
                if time.monotonic() < until:
                    os.killpg(process.pid, signal.SIGKILL)
        seen, stats = server.ask("/_limit"), server.ask("/_stats")
    window_ns = int(window_s * 1e9)
    return {
        "refused": stats["refused"],
        "repeats": stats["repeats"],
        "most": count_most_in_window(seen["times"], window_ns),
        "used_percent": 100 * (measure_use(seen["times"], limit, window_ns) or 0.0),
    }


def run_fair(base: Path) -> Figures:
    """Drop a one-order file while a file of 20,000 orders is in work; how many other orders go before it."""
    big, small = (make_workload(base / "workloads", name) for name in ("csv20k", "json200"))
    options = ("--latency", "150:250")
    with fresh_place(base) as place, run_server(*options) as server, run_contender("syncd", place, server.url):
        for file, path in copy_in(big, place):
            path.rename(place.of("inbox") / file)
        wait_for(lambda: server.ask("/_stats")["orders"] > 20)
        staged = place.folder / "small.part"
        shutil.copy(next(iter(sorted(small.iterdir()))), staged)
        begun_ns = time.monotonic_ns()
        staged.rename(place.of("inbox") / "small.json")
        reference = "JSON200-0000000"
        wait_for(lambda: reference in server.ask("/_arrivals"), 60)
        arrivals = server.ask("/_arrivals")
    own_ns = arrivals[reference]
    return {"before_it": sum(begun_ns < at < own_ns for at in arrivals.values()), "ms": (own_ns - begun_ns) / 1e6}


def measure_server() -> float:
    """Return how many orders a second the mock server takes from a bare client, as proof that it is not what limits."""
    with run_server() as server:
        command = [sys.executable, "-m", "bench.load", str(server.port)]
        return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
