"""A glance into an inbox, for an onlooker who counts: cheap however many files wait there. Changes nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

from syncd.core.names import is_left_alone
from syncd.edges.storage import storage_faults


def glance_into(inbox: Path, looks: int) -> Iterator[tuple[str, int | None]]:
    """Given an inbox, yield the name of each regular file in it, and when it came (its ctime in nanoseconds).

    Only so many are looked at; of the others, None: a look at each takes longer than all the rest. Which come first
    is the file system's choice. Raise StorageError.
    """
    with storage_faults(inbox), os.scandir(inbox) as entries:
        for entry in entries:
            if is_left_alone(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            came_ns = None
            if looks > 0:
                looks -= 1
                try:
                    stat = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                if stat.st_nlink > 1:  # never taken
                    continue
                came_ns = stat.st_ctime_ns
            yield entry.name, came_ns
