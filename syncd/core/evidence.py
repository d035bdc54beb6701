"""Whether a file is whole: what a source may ask for beside quiet time, and what is said where it lacks.

A marker or a checksum beside a file are looked for before it is taken; a trailer, a least number of rows
and the checksum itself are judged once it is read. Refuses to look at a disk or to ask who still writes.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Literal

from syncd.core.model import Problem
from syncd.core.names import companion_name, split_stem

TRAILER_CHARACTERS = 4096
"""A trailer is looked for in so much of a file's end; it is one line, and a short one."""
SIDECAR_BYTES = 4096
"""So much of a checksum's file is read: one line, as `sha256sum` writes it."""

_SHA256 = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What must be there, beside quiet time, before a file counts as whole."""

    marker: str | None = None  #: `{name}.ready`: the name of an (empty) file sent after it
    checksum: str | None = None  #: `{name}.sha256`: the name of a file with its sha256 in hex
    trailer: str | None = None  #: a pattern that the whole last line fits; its group, if it has one, is a count
    trailer_counts: Literal["rows", "orders"] = "rows"
    min_rows: int | None = None
    lease: bool = False  #: ask the kernel whether somebody still has the file open for writing

    @property
    def has_sidecars(self) -> bool:
        """Whether something has to stand beside a file."""
        return bool(self.marker or self.checksum)


def list_sidecars(name: str, evidence: Evidence) -> tuple[str, ...]:
    """Given a file's name, return the names that must stand beside it; none beside a rejected file.

    A clerk who mends `orders.rejected.csv` and drops it again has no means to make a checksum.
    """
    if split_stem(name)[0].casefold().endswith(".rejected"):
        return ()
    templates = dict.fromkeys(filter(None, (evidence.marker, evidence.checksum)))
    return tuple(fill_name(template, name) for template in templates)


def fill_name(template: str, name: str) -> str:
    """Given a template such as `{name}.ready` and a file's name, return the name of what stands beside it."""
    return template.replace("{name}", name).replace("{stem}", split_stem(name)[0])


def is_sidecar(name: str, evidence: Evidence) -> bool:
    """Given a name in the inbox, return whether it is one of a marker or checksum, and so no file of orders."""
    for template in (evidence.marker, evidence.checksum):
        if template and name.endswith(_ending(template)) and len(name) > len(_ending(template)):
            return True
    return False


def find_lacking(
    name: str, evidence: Evidence, present: Container[str], settled: Container[str]
) -> tuple[str, str] | None:
    """Given a settled file and the sidecars that stand, and are settled, return what it waits for and a sentence."""
    sidecars = list_sidecars(name, evidence)
    for sidecar in sidecars:
        if sidecar not in present:
            return sidecar, "it waits for the file that says it is whole"
    if evidence.checksum and sidecars and (sidecar := fill_name(evidence.checksum, name)) not in settled:
        return sidecar, "its checksum is still being written"
    return None


def name_filed_sidecar(sidecar: str, evidence: Evidence, filed_as: str) -> str:
    """Given a sidecar and the name its file is filed as, return the sidecar's own: that name and its ending."""
    endings = [_ending(template) for template in (evidence.marker, evidence.checksum) if template]
    ending = next((ending for ending in endings if sidecar.endswith(ending)), ".sidecar")
    return companion_name(filed_as, ending)


def check_checksum(content: bytes, sha256: str) -> Problem | None:
    """Given a checksum's file and the sha256 of what was read, return the problem if they differ."""
    found = _SHA256.search(content.decode("ascii", "replace"))
    if found is None:
        return Problem(
            "checksum_unreadable",
            "The checksum sent with this file is gone, or holds no sha256 (64 characters 0-9 a-f), so nothing of it "
            "was sent. Send both again, the checksum last.",
        )
    if found[0].lower() != sha256:
        return Problem(
            "checksum_mismatch",
            "The file is not the one its checksum was made of: it was cut off or changed on its way, so nothing "
            "of it was sent. Send both again, the checksum last.",
        )
    return None


class Tail:
    """Holds back the end of a text, so that its last line can be taken off where it is a trailer."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self.found: re.Match[str] | None = None  #: known once the text was read to its end

    def cut(self, chunks: Iterator[str]) -> Iterator[str]:
        """Given a text, yield it without its trailer and the blank lines behind that; all of it where it has none."""
        held = ""
        for chunk in chunks:
            held += chunk
            if len(held) > TRAILER_CHARACTERS:
                yield held[:-TRAILER_CHARACTERS]
                held = held[-TRAILER_CHARACTERS:]
        body = held.rstrip("\r\n")
        start = max(body.rfind("\n"), body.rfind("\r")) + 1
        self.found = self._pattern.fullmatch(body, start)
        yield held if self.found is None else held[:start]


def check_end(evidence: Evidence, tail: Tail | None, *, rows: int, orders: int) -> Problem | None:
    """Given what was counted in a file that was read to its end, return the problem if evidence says there is more."""
    if tail is not None:
        if tail.found is None:
            return Problem(
                "trailer_missing",
                "The last line is not the one that must end each file of this source: the file was cut off, or has "
                "something behind it, so nothing of it was sent. Send it again.",
            )
        counted = rows if evidence.trailer_counts == "rows" else orders
        said = next((group for group in tail.found.groups() if group), None)
        if said is not None and said.strip().lstrip("0") != (str(counted) if counted else ""):
            return Problem(
                "trailer_count",
                f"The last line says that the file has {{value}} {evidence.trailer_counts}, but it has {counted}: "
                "something was lost on its way, so nothing of it was sent. Send it again.",
                value=said,
            )
    if evidence.min_rows is not None and rows < evidence.min_rows:
        return Problem(
            "too_few_rows",
            f"The file has {rows} rows; a whole one of this source has {evidence.min_rows} or more, so nothing of it "
            "was sent. Send it again, or lower complete.min_rows of the source.",
        )
    return None


def _ending(template: str) -> str:
    return template.partition("}")[2]
