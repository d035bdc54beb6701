"""The tables of docs/performance.md, from a book of figures."""

import os
import platform
import subprocess
from pathlib import Path

from bench.book import Book
from bench.contenders import ROOT
from bench.goals import HEADER, judge_goals
from bench.tables import build_table

BEGIN, END = "<!-- bench: begin -->\n", "<!-- bench: end -->\n"
BATCHES = {
    "csv2k": "one CSV of 2,000 orders",
    "json200": "200 one-order JSON files at once",
    "csv20k": "one CSV of 20,000 orders, 40,000 rows",
    "json2000": "2,000 one-order JSON files at once",
    "json20k": "20,000 one-order files waiting at the start",
    "csv200k": "one CSV of 200,000 orders",
    "array200k": "one JSON array of 200,000 orders, one line",
}
_COLUMNS = (
    ("orders/s", "orders_per_s", "{:.0f}", True),
    ("CPU s per 1,000", "cpu_s", "{:.2f}", True),
    ("peak PSS MB", "peak_mb", "{:.0f}", False),
    ("first request s", "first_s", "{:.2f}", False),
    ("all filed s", "filed_s", "{:.1f}", False),
)
_WINDOW = "{refused:.0f} × 429, at most {most:.0f} in any, {used_percent:.1f} % used ({orders_percent:.1f} % by orders)"
_OLD = (
    "start {start_s:.2f} s, with files waiting {start_waiting_s:.2f} s, first request {first_s:.2f} s; `status` "
    "{status_waiting_ms:.0f} ms before, {status_ms:.0f} ms after; {cpu_ms:.2f} ms CPU, {wall_ms:.2f} ms an order; "
    "{peak_mb:.0f} MB"
)
_REST = (
    (
        "latency",
        "rename-in to the complete request, {who}, a file each 0.25 s",
        "p50 {p50_ms:.1f} ms, p95 {p95_ms:.1f} ms",
    ),
    ("status", "`syncd status`", "{status_ms:.0f} ms (least {least_ms:.0f})"),
    ("idle", "idle, 3 sources, inventory off", "{cpu_percent:.2f} % of a core, {memory_mb:.0f} MB"),
    (
        "fairness",
        "a one-order file beside 20,000, 8 calls in flight: calls of the large file that began before its own",
        "{since_taken:.0f} since it was taken, {since_drop:.0f} since its drop ({wait_ms:.0f} ms, most {most_ms:.0f})",
    ),
    ("strict", "100 calls in any 6 s, answers 20 to 400 ms, 120 s", _WINDOW),
    ("strict, killed", "the same, killed and started again each 15 s", _WINDOW),
    ("strict, 60 s", "100 calls in any 60 s, 310 s", _WINDOW),
    ("history", "{who} installation (old: 5 million orders, 200,000 files in done/, 10,000 waiting)", _OLD),
)


def build_page(book: Book, peers: list[str]) -> str:
    """Return what stands between the marks: where it was measured and beside whom, the goals, and all figures."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    server = book.find("server", "server", "orders_per_s") or 0
    about = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, commit {commit.strip() or 'none'}; medians of "
        f"{book.count_rounds()} rounds, of one where it is about memory at 200,000 orders or a window. The mock server "
        f"alone takes {server:.0f} orders/s from a bare client."
    )
    tables = [build_table(HEADER, judge_goals(book)), build_batches(book), build_rest(book)]
    return "\n\n".join([about, *peers, *(table for table in tables if table.count("\n") > 1)]) + "\n"


def build_batches(book: Book) -> str:
    """Return a row for each workload and contender: medians, and ratios to the script's rounds."""
    header = ["work", "who"]
    for title, _, _, has_ratio in _COLUMNS:
        header += [title, "×"] if has_ratio else [title]
    rows = []
    for work, text in BATCHES.items():
        for who in book.list_contenders(work):
            cells = []
            for _, name, pattern, has_ratio in _COLUMNS:
                cells.append(pattern.format(book.find(work, who, name)))
                if has_ratio:
                    ratio = book.find_ratio(work, who, name)
                    cells.append("" if ratio is None else f"{ratio:.2f}")
            lost = book.find_most(work, who, "lost") or 0
            rows.append([text, f"{who}, {lost:.0f} orders lost" if lost else who, *cells])
    return build_table(header, rows)


def build_rest(book: Book) -> str:
    """Return a row for each figure that is no throughput."""
    rows = []
    for work, what, pattern in _REST:
        for who in book.list_contenders(work):
            rows.append([what.format(who=who), pattern.format_map(book.find_all(work, who))])
    return build_table(["what", "how much"], rows)


def write_page(page: Path, text: str) -> None:
    """Put the tables between their marks in a page."""
    whole = page.read_text("utf-8")
    head, _, rest = whole.partition(BEGIN)
    tail = rest.partition(END)[2]
    page.write_text(f"{head}{BEGIN}{text}{END}{tail}", "utf-8")
