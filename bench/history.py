"""Cost with history: the same work in a new installation and in one that has a year and 5 million orders behind it.

The old one's ledger is written by SQL, in bulk, into the tables that syncd itself makes; its done/ holds the newest
files and their reports.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.book import Figures
from bench.contenders import Place, run_contender, run_server, wait_for, write_config
from bench.processes import Peak, read_cpu_s
from bench.rounds import fresh_place, time_status
from bench.tables import median
from bench.workloads import write_orders
from syncd.build import name_account
from syncd.config.loading import load_config
from syncd.edges.clock import SystemClock
from syncd.edges.ledger import LEDGER_NAME, Ledger

ORDERS = 5_000_000
FILES = 100_000
"""Deliveries, of 50 orders each; with its report each stands in done/ as two files."""
FAILED_EVERY = 1000
BACKLOG = 10_000
FOLLOWING = 5_000
WARM_UP = 20
STARTS = 3


def open_installation(base: Path, who: str, stack: ExitStack) -> Place:
    """Return a new installation, or the old one, which is made where it is missing and kept."""
    if who == "new":
        return stack.enter_context(fresh_place(base))
    folder = base / "history"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_history(Place(folder), ORDERS, FILES)
        (folder / "made").touch()
    return Place(folder)


def remove_installation(base: Path) -> None:
    """Remove the old installation, which takes some gigabytes."""
    shutil.rmtree(base / "history", ignore_errors=True)


def make_history(place: Place, orders: int, files: int) -> None:
    """Give a new place a year of history, its last file just filed. Nothing of it is durable while it is made."""
    config = load_config(write_config(place, "http://127.0.0.1:9/api/api/v1"), os.environ)
    config.state_dir.mkdir(parents=True)
    with closing(Ledger(config.state_dir, SystemClock())):
        pass  # it makes the tables
    account = name_account(config.api.environment, config.api.client_id.read())
    with closing(sqlite3.connect(config.state_dir / LEDGER_NAME, isolation_level=None)) as ledger:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -500000", "temp_store = MEMORY"):
            ledger.execute(f"PRAGMA {pragma}")
        fill_ledger(ledger, account, orders, files)
        ledger.execute("PRAGMA journal_mode = WAL")
    done, order = place.of("done"), b"x" * 700
    for _, _, name, _, _, _, _, outcome, _, _ in list_files(files):
        if outcome == "done":
            (done / os.fsdecode(name)).write_bytes(order)
            (done / f"{os.fsdecode(name)}.report.json").write_bytes(b"{}")


def fill_ledger(ledger: sqlite3.Connection, account: str, orders: int, files: int) -> None:
    """Write closed files and accepted orders; a third of the references count up, the others are drawn at random."""
    indexes = ledger.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'orders' AND sql LIKE 'CREATE INDEX%'"
    )
    again = indexes.fetchall()
    for name, _ in again:
        ledger.execute(f"DROP INDEX {name}")
    ledger.execute("BEGIN")
    ledger.executemany(
        "INSERT INTO files (id, source, name, state, received_at, sha256, bytes, outcome, filed_as, finished_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        list_files(files),
    )
    ledger.execute(
        "WITH RECURSIVE place (record) AS (SELECT 2 UNION ALL SELECT record + 1 FROM place WHERE record <= ?)"
        " INSERT INTO orders (file, record, reference, payload_hash, state, attempts, http_status, accepted_at, entry)"
        " SELECT files.id, record, iif(record % 3, lower(hex(randomblob(8))), files.id || '-' || record),"
        " lower(hex(randomblob(32))), iif(outcome = 'done', 'accepted', 'invalid'), 1, 200, finished_at, '0 120 800'"
        " FROM files CROSS JOIN place",
        (orders // files,),
    )
    ledger.execute(
        "INSERT INTO deliveries (account, reference, payload_hash, state, order_id, answered, accepted_at)"
        " SELECT ?, reference, payload_hash, 'accepted', id, 1, accepted_at FROM orders WHERE state = 'accepted'"
        " ORDER BY reference",
        (account,),
    )
    ledger.execute(
        "UPDATE files SET counts = json_object(iif(outcome = 'done', 'accepted', 'invalid'), ?)", (orders // files,)
    )
    for _, statement in again:
        ledger.execute(statement)
    ledger.execute("COMMIT")


def list_files(count: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of so many files, filed evenly over the year that ends now, the oldest first."""
    end = datetime.now(UTC)
    for number in range(count):
        at = end - timedelta(days=365) * ((count - number) / count)
        failed = number % FAILED_EVERY == FAILED_EVERY - 1
        name = f"export-{number:06}.csv".encode()
        outcome = "failed" if failed else "done"
        stamp = at.isoformat()
        yield (
            f"{at:%Y%m%dT%H%M%S%f}-{number:08x}",
            "orders",
            name,
            "closed",
            stamp,
            f"{number:064x}",
            40_000,
            outcome,
            name,
            stamp,
        )


def age_files(place: Place) -> None:
    """Let all that was filed just now be of last week, so that the next round finds what this one found."""
    now = datetime.now(UTC)
    with closing(sqlite3.connect(place.folder / "state" / LEDGER_NAME)) as ledger, ledger:
        ledger.execute(
            "UPDATE files SET finished_at = ? WHERE state = 'closed' AND finished_at > ?",
            ((now - timedelta(days=7)).isoformat(), (now - timedelta(hours=1)).isoformat()),
        )


def run_history(base: Path, who: str) -> Figures:
    """Start, look at the status, work off what waited at the start, then a CSV; in the `old` installation or a `new`.

    The old one has 10,000 files waiting when it starts, the new one 20. Start-up is measured without any, too.
    """
    with ExitStack() as stack:
        place = open_installation(base, who, stack)
        server = stack.enter_context(run_server())
        figures: Figures = {"start_s": median([time_start(place, server.url) for _ in range(STARTS)])}
        prefix, waiting = f"{who}{time.time_ns():x}".upper(), BACKLOG if who == "old" else WARM_UP
        with fresh_place(base) as made:
            write_orders(made.folder / "before", "files", f"{prefix}B", waiting)
            write_orders(made.folder / "after", "csv", f"{prefix}C", FOLLOWING)
            for path in (made.folder / "before").iterdir():
                path.rename(place.of("inbox") / path.name)
            figures["status_waiting_ms"] = time_status(place, server.url, times=STARTS)["status_ms"]
            begun_ns = time.monotonic_ns()
            with run_contender("syncd", place, server.url) as process:
                figures["start_waiting_s"] = (time.monotonic_ns() - begun_ns) / 1e9
                wait_for(lambda: server.ask("/_stats")["orders"] >= waiting)
                wait_for(place.list_settled)
                figures["first_s"] = (server.ask("/_stats")["first_ns"] - begun_ns) / 1e9
                figures["status_ms"] = time_status(place, server.url, times=STARTS)["status_ms"]
                time.sleep(2.0)
                figures |= time_following(place, process.pid, made.folder / "after" / f"{prefix}C.csv")
        if who == "old":
            age_files(place)
        stats = server.ask("/_stats")
        if stats["orders"] != waiting + FOLLOWING or stats["repeats"]:
            raise RuntimeError(f"history, {who}: {stats}")
    return figures


def time_start(place: Place, url: str) -> float:
    """Return the seconds from the start of the process until it says that it is ready, with nothing to do."""
    begun = time.monotonic()
    with run_contender("syncd", place, url):
        return time.monotonic() - begun


def time_following(place: Place, pid: int, path: Path) -> Figures:
    """Drop a CSV; milliseconds of CPU, and of time until it is filed, for each of its orders, and the peak memory."""
    peak = Peak(pid)
    peak.start()
    cpu_s, begun = read_cpu_s(pid), time.monotonic()
    path.rename(place.of("inbox") / path.name)
    wait_for((place.of("done") / path.name).exists)
    took_s, cpu_s = time.monotonic() - begun, read_cpu_s(pid) - cpu_s
    return {
        "cpu_ms": cpu_s * 1000 / FOLLOWING,
        "wall_ms": took_s * 1000 / FOLLOWING,
        "peak_mb": peak.stop(),
    }
