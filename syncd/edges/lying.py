"""What lies in an inbox for too long: names and times only, never contents."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from syncd.edges.storage import storage_faults

MOST = 20_000
"""Names looked at in one inbox: one that holds more has other troubles."""


def list_lying(inbox: Path, before: float, is_suspect: Callable[[str], bool]) -> Iterator[str]:
    """Given an inbox, yield suspect regular files that were last touched before a time (Unix seconds)."""
    with storage_faults(inbox), os.scandir(inbox) as entries:
        for number, entry in enumerate(entries):
            if number == MOST:
                return
            if is_suspect(entry.name) and entry.is_file(follow_symlinks=False):
                try:
                    touched = entry.stat(follow_symlinks=False).st_ctime
                except FileNotFoundError:  # it was just taken
                    continue
                if touched < before:
                    yield entry.name
