"""`make bench` and `make bench-quick`: runs every measurement, rounds interleaved, and writes the tables.

Read the ratios: all contenders ran in the same minutes on the same machine. Single figures say little. Figures are
kept in WORK/results.jsonl as they come; `--resume` goes on from there.
"""

import argparse
import compileall
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import history, rounds, sharing
from bench.book import Book, Figures
from bench.contenders import ROOT
from bench.page import BATCHES, build_page, write_page
from bench.peers import BLIND, describe_peers, find_peers

QUICK = {"csv2k": 1, "json200": 1}
FULL = {"csv20k": 3, "json2000": 3, "json20k": 3, "csv200k": 1, "array200k": 1}
"""Workloads, and how often each is run; once is enough for those that show memory."""
ALONE = {"csv200k", "array200k"}
"""For syncd alone: the script would need minutes and gigabytes."""
OTHERS = ("server", "latency", "status", "idle", "fairness", "strict", "history")


@dataclass(frozen=True)
class Step:
    """One contender's turn at a work."""

    work: str
    who: str
    number: int
    run: Callable[[], Figures]


def plan_batches(base: Path, works: dict[str, int], peers: list[str]) -> Iterator[Step]:
    """Yield the contenders' turns at each workload, round by round."""
    for work, times in works.items():
        contenders = ["syncd"] if work in ALONE else ["script", "syncd", *peers]
        for number in range(times):
            for who in contenders:
                if (who, work) not in BLIND:
                    yield Step(work, who, number, partial(rounds.run_batch, base, who, work, before=work == "json20k"))


def plan_others(base: Path, options: argparse.Namespace, times: int, peers: list[str]) -> Iterator[Step]:
    """Yield the turns at what is no throughput."""
    quick = options.quick
    for number in range(times):
        yield Step("server", "server", number, rounds.measure_server)
        for who in ["script", "syncd", *peers]:
            run = partial(rounds.run_latency, base, who, count=20 if quick else 40)
            yield Step("latency", who, number, run)
        yield Step("status", "syncd", number, partial(rounds.run_status, base))
        yield Step("idle", "syncd", number, partial(rounds.run_idle, base, seconds=10.0 if quick else 60.0))
        yield Step("fairness", "syncd", number, partial(sharing.run_fair, base))
    if not quick:
        yield Step("strict", "syncd", 0, partial(sharing.run_limited, base))
        yield Step("strict, killed", "syncd", 0, partial(sharing.run_limited, base, kill_every_s=15.0))
        if options.long:
            run = partial(sharing.run_limited, base, window_s=60.0, seconds=310.0)
            yield Step("strict, 60 s", "syncd", 0, run)
        for number in range(times):
            for who in ("new", "old"):
                yield Step("history", who, number, partial(history.run_history, base, who))


def measure(book: Book, steps: Iterator[Step]) -> list[str]:
    """Take every step that the book does not hold yet; return what went wrong, a sentence each."""
    failed = []
    for step in steps:
        if book.has(step.work, step.who, step.number):
            continue
        begun = time.monotonic()
        try:
            book.add(step.work, step.who, step.number, step.run())
        except (RuntimeError, OSError, LookupError, subprocess.SubprocessError) as error:
            failed.append(f"{step.work}, {step.who}, round {step.number + 1}: {error}")
            tell(failed[-1])
        tell(f"{step.work}, {step.who}, round {step.number + 1}: {time.monotonic() - begun:.0f} s")
    return failed


def tell(text: str) -> None:
    """Say something on standard error, with the time."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes, on the screen only")
    parser.add_argument("--rounds", type=int, default=0, help="interleaved rounds (3; quick: 1)")
    parser.add_argument(
        "--only", nargs="+", metavar="WORK", choices=[*BATCHES, *OTHERS], help="these alone, on the screen only"
    )
    parser.add_argument("--long", action="store_true", help="also 100 calls in 60 s, for five minutes")
    parser.add_argument("--resume", action="store_true", help="keep what WORK/results.jsonl holds, measure the rest")
    parser.add_argument("--work", type=Path, default=Path("/var/tmp/syncd-bench"), help="folder on the disk to measure")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    compileall.compile_dir(ROOT / "syncd", quiet=2)  # as pip does it when it installs; a checkout may be without
    peers = [] if options.quick else list(find_peers())
    times = options.rounds or (1 if options.quick else 3)
    works = {work: min(times, most) if work in ALONE else times for work, most in (QUICK | FULL).items()}
    usual = [*(QUICK if options.quick else FULL), *OTHERS]
    chosen = options.only or usual

    def plan() -> Iterator[Step]:
        yield from plan_batches(options.work, {work: works[work] for work in BATCHES if work in chosen}, peers)
        for step in plan_others(options.work, options, times, peers):
            if step.work.partition(",")[0] in chosen:
                yield step

    book = Book(options.work / "results.jsonl", resume=options.resume)
    failed = measure(book, plan())
    history.remove_installation(options.work)
    text = build_page(book, describe_peers())
    print(text)
    if not options.quick and not options.only and not failed:
        write_page(ROOT / "docs" / "performance.md", text)
    sys.exit("\n".join(["These went wrong:", *failed]) if failed else 0)


if __name__ == "__main__":
    main()
