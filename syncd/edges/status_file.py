"""The daemon's own word on how it is, `state_dir/status.json`, which `syncd status` reads beside it.

A hint and no record: written over whenever there is something new to say, never read by the daemon, and no
harm is done when it is missing or garbled. Holds no customer data.
"""

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from syncd.edges.storage import storage_faults

STATUS_NAME = "status.json"


@dataclass(frozen=True, slots=True)
class Status:
    """What held the daemon up, and since when it said so."""

    at: datetime
    troubles: tuple[str, ...]  #: a sentence each; none where all is well


def write_status(state_dir: Path, status: Status) -> None:
    """Put a status in the place of the one before. Raise StorageError if the disk refuses."""
    facts = {"version": 1, "at": status.at.isoformat(), "troubles": status.troubles}
    temporary = state_dir / f".{STATUS_NAME}"
    with storage_faults(state_dir):
        temporary.write_text(json.dumps(facts) + "\n", encoding="utf-8")
        temporary.replace(state_dir / STATUS_NAME)


def read_status(state_dir: Path) -> Status | None:
    """Return the daemon's last word; None where it left none that can be understood."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        facts = json.loads((state_dir / STATUS_NAME).read_text(encoding="utf-8"))
        return Status(datetime.fromisoformat(facts["at"]), tuple(map(str, facts["troubles"])))
    return None
