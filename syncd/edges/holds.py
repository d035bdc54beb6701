"""Which sources are on hold: `state_dir/holds`, a name a line, written by `syncd hold` and read at every sweep.

A file and no call, so that it works whether or not the daemon runs, and outlives both.
"""

from collections.abc import Iterable
from pathlib import Path

from syncd.edges.storage import storage_faults

HOLDS_NAME = "holds"


def read_holds(state_dir: Path) -> frozenset[str]:
    """Return the names of the sources on hold. Raise StorageError if the file cannot be read."""
    with storage_faults():
        try:
            text = (state_dir / HOLDS_NAME).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return frozenset()
    return frozenset(text.split())


def write_holds(state_dir: Path, names: Iterable[str]) -> None:
    """Put these sources on hold, and no others. Raise StorageError if the disk refuses."""
    temporary = state_dir / f".{HOLDS_NAME}"
    with storage_faults(state_dir):
        temporary.write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")
        temporary.chmod(0o644)  # root may write it, and the daemon's account has to read it
        temporary.replace(state_dir / HOLDS_NAME)


def is_on_hold(state_dir: Path, source: str) -> bool:
    """Return whether a source is on hold. Raise StorageError if that cannot be read."""
    return source in read_holds(state_dir)


def describe_hold(source: str) -> str:
    """Return a sentence for whoever wonders why nothing is taken."""
    return f"{source} is on hold: its files wait in the inbox until `syncd release {source}`."
