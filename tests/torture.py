"""Runs simulated installations, seed after seed, until it is told to stop; prints seeds and totals.

tests/torture.py             from a random seed on, until Ctrl-C
tests/torture.py 4711        this one seed, with every call that was made; its folder is kept if it fails
tests/torture.py 1 500       the seeds 1 to 500
"""

import itertools
import secrets
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from support.simulation import Summary, simulate  # noqa: E402 - found only now


def run(seed: int) -> Summary:
    """Run one seed; a crash of the simulation is a fault like any other."""
    folder = Path(tempfile.mkdtemp(prefix=f"syncd-torture-{seed}-"))
    try:
        return simulate(seed, folder / "world")
    except Exception:  # noqa: BLE001 - whatever it is, the seed is what matters
        return Summary(seed, faults=[f"it broke off in {folder}\n{traceback.format_exc()}"])


def main(words: list[str]) -> int:
    """Run what the command asks for; return 1 if anything was lost, doubled or wrong."""
    numbers = [int(word) for word in words]
    first = numbers[0] if numbers else secrets.randbelow(10**9)
    seeds = range(first, numbers[1] + 1) if len(numbers) > 1 else itertools.count(first)
    if len(numbers) == 1:
        summary = run(first)
        for at, method, path, how in summary.trace:
            print(f"{at:12.3f} {method:4} {path:30} {how}")
        print(*summary.faults or ["all is well"], sep="\n")
        return bool(summary.faults)
    failed, began = [], time.monotonic()
    runs, hours, files, orders, calls, deaths, snapshots = 0, 0.0, 0, 0, 0, 0, 0
    try:
        for seed in seeds:
            summary = run(seed)
            runs, hours, files, orders = runs + 1, hours + summary.hours, files + summary.files, orders + summary.orders
            calls, deaths, snapshots = calls + summary.calls, deaths + summary.deaths, snapshots + summary.snapshots
            if summary.faults:
                failed.append(seed)
                print(f"seed {seed}:", *summary.faults, sep="\n    ")
            if summary.faults or runs % 20 == 0:
                print(
                    f"seeds {first} to {seed}: {hours:.0f} simulated hours, {files} files, {orders} orders, "
                    f"{calls} calls, {snapshots} snapshots, {deaths} ends of the process, {len(failed)} seeds failed, "
                    f"{time.monotonic() - began:.0f} s",
                    flush=True,
                )
    except KeyboardInterrupt:
        pass
    print(f"{runs} seeds, {hours:.0f} simulated hours; failed: {failed or 'none'}")
    for seed in failed:
        print(f"again: make torture SEED={seed}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
