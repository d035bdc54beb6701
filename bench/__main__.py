"""`make bench` and `make bench-quick`: runs every measurement, rounds interleaved, and writes the table.

Read the ratios: both contenders ran in the same minutes on the same machine. Single figures say little.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from bench import rounds
from bench.contenders import ROOT
from bench.tables import build_table, median, median_ratio

CONTENDERS = ("script", "syncd")
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
ALONE = {"csv200k", "array200k"}
"""Measured once and for syncd alone: they show memory, and the script would need minutes and gigabytes."""


def measure_batches(base: Path, names: list[str], times: int) -> list[list[str]]:
    """Run the contenders in turn, round by round; return a row for each workload and contender."""
    rows = []
    for name in names:
        contenders = ("syncd",) if name in ALONE else CONTENDERS
        found: dict[str, list[rounds.Figures]] = {contender: [] for contender in contenders}
        for number in range(1 if name in ALONE else times):
            for contender in contenders:
                tell(f"{name}, round {number + 1}, {contender}")
                found[contender].append(rounds.run_batch(base, contender, name, before=name == "json20k"))
        for contender in contenders:
            rows.append([BATCHES[name], contender, *describe_batch(found[contender], found.get("script"))])
    return rows


def describe_batch(ours: list[rounds.Figures], base: list[rounds.Figures] | None) -> list[str]:
    """Return the cells of one contender: medians, and its ratios to the script's rounds."""

    def cell(name: str, pattern: str) -> str:
        return pattern.format(median([figures[name] for figures in ours]))

    def ratio(name: str) -> str:
        if base is None:
            return ""
        return f"{median_ratio([one[name] for one in ours], [one[name] for one in base]):.2f}"

    return [
        cell("orders_per_s", "{:.0f}"),
        ratio("orders_per_s"),
        cell("cpu_s", "{:.2f}"),
        ratio("cpu_s"),
        cell("peak_mb", "{:.0f}"),
        cell("first_s", "{:.2f}"),
        cell("filed_s", "{:.1f}"),
    ]


def measure_rest(base: Path, *, quick: bool) -> list[list[str]]:
    """Measure what is no throughput; return rows of what and how much."""
    rows = []
    for contender in CONTENDERS:
        tell(f"latency, {contender}")
        latency = rounds.run_latency(base, contender, count=20 if quick else 40)
        what = f"rename-in to the complete request at the server, {contender}, a file each 0.25 s"
        rows.append([what, "p50 {p50_ms:.1f} ms, p95 {p95_ms:.1f} ms, most {most_ms:.1f} ms".format(**latency)])
    tell("status, idle, fairness")
    rows.append(["`syncd status`", "{status_ms:.0f} ms (least {least_ms:.0f})".format(**rounds.run_status(base))])
    idle = rounds.run_idle(base, "syncd", seconds=10.0 if quick else 60.0)
    rows.append(["idle, 3 sources", "{cpu_percent:.2f} % of a core, {memory_mb:.0f} MB".format(**idle)])
    fair = rounds.run_fair(base)
    what = "orders sent before that of a one-order file dropped beside 20,000 (answers 150 to 250 ms, 8 in flight)"
    rows.append([what, "{before_it:.0f} ({ms:.0f} ms)".format(**fair)])
    if not quick:
        for kill_every_s in (None, 15.0):
            tell("strict window")
            limited = rounds.run_limited(base, kill_every_s=kill_every_s)
            what = "100 calls in any 6 s, answers 20 to 400 ms, 120 s" + (", killed every 15 s" if kill_every_s else "")
            cell = "{refused:.0f} × 429, at most {most:.0f}, {used_percent:.1f} % used, {repeats:.0f} repeated"
            rows.append([what, cell.format(**limited)])
    return rows


def write_page(page: Path, text: str) -> None:
    """Put the tables between their marks in a page."""
    whole = page.read_text("utf-8")
    head, _, rest = whole.partition(BEGIN)
    tail = rest.partition(END)[2]
    page.write_text(f"{head}{BEGIN}{text}{END}{tail}", "utf-8")


def tell(text: str) -> None:
    """Say on standard error what is measured now."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes; writes no page")
    parser.add_argument("--rounds", type=int, default=0, help="interleaved rounds (3; quick: 1)")
    parser.add_argument("--only", nargs="*", metavar="WORK", choices=list(BATCHES), help="these workloads alone")
    parser.add_argument("--work", type=Path, default=Path("/var/tmp/syncd-bench"), help="folder on the disk to measure")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    usual = ["csv2k", "json200"] if options.quick else [name for name in BATCHES if name not in {"csv2k", "json200"}]
    batches = measure_batches(options.work, options.only or usual, options.rounds or (1 if options.quick else 3))
    rest = [] if options.only else measure_rest(options.work, quick=options.quick)
    header = ["work", "who", "orders/s", "×", "CPU s per 1,000", "×", "peak PSS MB", "first request s", "all filed s"]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    about = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, commit {commit.strip() or 'none'}. "
        f"The mock server alone takes {rounds.measure_server():.0f} orders/s from a bare client on this machine.\n\n"
    )
    tables = [build_table(header, batches), *([build_table(["what", "how much"], rest)] if rest else [])]
    text = about + "\n\n".join(tables) + "\n"
    print(text)
    if not options.quick and not options.only:
        write_page(ROOT / "docs" / "performance.md", text)


if __name__ == "__main__":
    main()
