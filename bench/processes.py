"""What processes cost, read from /proc: CPU time and memory of a whole tree, and the peak while it runs."""

import os
import threading
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def list_tree(root: int) -> list[int]:
    """Return a process and all its descendants that live."""
    found = [root]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            found += [int(child) for child in _read(task).split()]
    return found


def read_cpu_s(root: int) -> float:
    """Return the seconds of CPU a tree has used, children that ended and were waited for included."""
    return sum(sum(map(int, _read_stat(process)[11:15])) for process in list_tree(root)) / _TICKS


def read_pss_mb(root: int) -> float:
    """Return a tree's proportional set size: what would be free if it ended, shared pages by their share."""
    return sum(_read_pss_kb(process) for process in list_tree(root)) / 1024


class Peak(threading.Thread):
    """Samples a tree's memory until stopped."""

    def __init__(self, root: int, every_s: float = 0.1) -> None:
        super().__init__(daemon=True)
        self.most_mb = 0.0
        self._root, self._every_s, self._stopped = root, every_s, threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(self._every_s):
            self.most_mb = max(self.most_mb, read_pss_mb(self._root))

    def stop(self) -> float:
        """Return the peak in MB."""
        self._stopped.set()
        self.join()
        return self.most_mb


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:  # it ended
        return ""


def _read_stat(process: int) -> list[str]:
    fields = _read(Path(f"/proc/{process}/stat")).rpartition(") ")[2].split()
    return fields or ["0"] * 15


def _read_pss_kb(process: int) -> int:
    for line in _read(Path(f"/proc/{process}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
