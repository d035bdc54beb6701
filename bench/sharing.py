"""The runs about what is shared out: the quota under a strict window, and turns between a large and a small file."""

import os
import shutil
import signal
import time
from pathlib import Path

from bench.book import Figures
from bench.contenders import copy_in, run_contender, run_server, wait_for
from bench.rounds import fresh_place
from bench.tables import count_most_in_window, find_percentile, measure_use
from bench.workloads import make_workload

DROPS = 10
_LOOK_S = 0.0002
_IN_FLIGHT = 16
"""Calls under way at once before a limited server: so that slow answers alone hold up no slot that is free."""


def run_limited(
    base: Path, *, limit: int = 100, window_s: float = 6.0, seconds: float = 120.0, kill_every_s: float | None = None
) -> Figures:
    """Let syncd work against a strict window, killed now and then or not; refusals, and the share of it that is used.

    The window is the server's own: over arrivals, refused ones included, and in the middle of answers of 20 to 400 ms.
    """
    files = make_workload(base / "workloads", "csv20k")
    options = ("--limit", str(limit), "--window", str(window_s), "--latency", "20:400")
    with fresh_place(base, limit=(limit, window_s), in_flight=_IN_FLIGHT) as place, run_server(*options) as server:
        for file, path in copy_in(files, place):
            path.rename(place.of("inbox") / file)
        begun = time.monotonic()
        end, kills = begun + seconds, 0
        while time.monotonic() < end:
            until = end if kill_every_s is None else min(end, begun + (kills + 1) * kill_every_s)
            with run_contender("syncd", place, server.url) as process:
                time.sleep(max(0.0, until - time.monotonic()))
                if until < end:
                    os.killpg(process.pid, signal.SIGKILL)
                    kills += 1
        seen, stats = server.ask("/_limit"), server.ask("/_stats")
    window_ns = int(window_s * 1e9)
    return {
        "refused": stats["refused"],
        "repeats": stats["repeats"],
        "most": count_most_in_window(seen["times"], window_ns),
        "used_percent": 100 * (measure_use(seen["passed"], limit, window_ns) or 0.0),
        "orders_percent": 100 * (measure_use(seen["accepted"], limit, window_ns) or 0.0),
        "kills": kills,
        "orders": stats["orders"],
        "asked": stats["asked"],
        "logins": stats["logins"],
    }


def run_fair(base: Path, *, drops: int = DROPS) -> Figures:
    """Drop one-order files, one after another, beside a file of 20,000 orders; how many of its calls go before each.

    Counted are calls that begin after the small file was taken out of its inbox, and after it was dropped there: a
    call that was on its way by then cannot make room. Answers take 150 to 250 ms, so that each call counts.
    """
    big, small = (make_workload(base / "workloads", name) for name in ("csv20k", "json200"))
    options = ("--latency", "150:250")
    since_taken, since_drop, waits = [], [], []
    with fresh_place(base) as place, run_server(*options) as server, run_contender("syncd", place, server.url):
        for file, path in copy_in(big, place):
            path.rename(place.of("inbox") / file)
        wait_for(lambda: server.ask("/_stats")["orders"] > 20)
        for number, file in enumerate(sorted(small.iterdir())[:drops]):
            staged, dropped = place.folder / "small.part", place.of("inbox") / file.name
            shutil.copy(file, staged)
            begun_ns = time.monotonic_ns()
            staged.rename(dropped)
            wait_for(lambda dropped=dropped: not dropped.exists(), every_s=_LOOK_S)
            taken_ns = time.monotonic_ns()
            wait_for(lambda number=number: f"JSON200-{number:07}" in server.ask("/_arrivals"), 60)
            received = server.ask("/_received")
            own_ns = received[f"JSON200-{number:07}"]
            since_taken.append(sum(taken_ns < at < own_ns for at in received.values()))
            since_drop.append(sum(begun_ns < at < own_ns for at in received.values()))
            waits.append((own_ns - begun_ns) / 1e6)
            time.sleep(0.37)  # out of step with the answers
    return {
        "since_taken": max(since_taken),
        "since_drop": max(since_drop),
        "wait_ms": find_percentile(waits, 50),
        "most_ms": max(waits),
    }
