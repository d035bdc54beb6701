"""The files that are being worked on: where each one stands, whether it still is what was judged, its judged orders."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from syncd.config.model import SourceConfig
from syncd.core.canonical import hash_payload
from syncd.core.model import Claim, FileStat, Problem
from syncd.edges.claims import find_judged, find_original
from syncd.edges.judged import (
    Entry,
    JudgedLostError,
    JudgedReader,
    JudgedWriter,
    dump_problems,
    load_problems,
)
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileRow, note_fingerprint, note_problems
from syncd.edges.ledger_orders import OrderRow, refuse_waiting
from syncd.edges.log import say
from syncd.edges.spool import read_chunks, stat_file
from syncd.edges.storage import NotRegularError

CHANGED = Problem(
    "changed_while_processing",
    "The file was written to after syncd had taken it; what had not been sent by then was not sent. "
    "Drop the finished file again: orders that were accepted are not sent twice.",
)


def write_fingerprint(stat: FileStat) -> str:
    """Given how a file looks, return it as the ledger keeps it."""
    return f"{stat.inode} {stat.size} {stat.mtime_ns} {stat.ctime_ns}"


def hash_file(path: Path) -> str:
    """Return the sha256 of a file, hex."""
    digest = hashlib.sha256()
    for chunk in read_chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


@dataclass(slots=True)
class _OpenFile:
    claim: Claim
    path: Path
    judged_path: Path
    source: SourceConfig
    fingerprint: str | None
    sha256: str | None


class Desk:
    """Knows every open file by its claim id."""

    def __init__(self, ledger: Ledger, sources: Iterable[SourceConfig]) -> None:
        self._ledger = ledger
        self._sources = {source.name: source for source in sources}
        self._open: dict[str, _OpenFile] = {}

    def open(self, row: FileRow) -> None:
        """Put a file on the desk, or look at its row anew."""
        claim, source = row.claim, self._sources[row.claim.source]
        path, judged_path = find_original(source.work, claim), find_judged(source.work, claim.id)
        self._open[claim.id] = _OpenFile(claim, path, judged_path, source, row.fingerprint, row.sha256)

    def close(self, claim_id: str) -> None:
        """Take a file off the desk."""
        self._open.pop(claim_id, None)

    def source(self, claim_id: str) -> SourceConfig:
        """Return the source a file came through."""
        return self._open[claim_id].source

    def path(self, claim_id: str) -> Path:
        """Return where the original stands in its work folder."""
        return self._open[claim_id].path

    def judged_path(self, claim_id: str) -> Path:
        """Return where the side file stands."""
        return self._open[claim_id].judged_path

    def is_unchanged(self, claim_id: str) -> bool:
        """Return whether the file still holds the bytes that were judged.

        A change of its times alone (some clients set them after closing) is looked into and remembered.
        """
        file = self._open[claim_id]
        stat = stat_file(self.path(claim_id))
        if stat is None:
            return False
        fingerprint = write_fingerprint(stat)
        if fingerprint == file.fingerprint:
            return True
        try:
            if hash_file(self.path(claim_id)) != file.sha256:
                return False
        except NotRegularError:
            return False
        file.fingerprint = fingerprint
        note_fingerprint(self._ledger, claim_id, fingerprint)
        return True

    def refuse_changed(self, claim_id: str) -> None:
        """Send nothing more of a file that changed under us."""
        with JudgedWriter(self.judged_path(claim_id)) as writer:
            entry = writer.append({"problems": dump_problems((CHANGED,))}, b"")
            writer.sync()
        note_problems(self._ledger, claim_id, entry)
        refuse_waiting(self._ledger, claim_id)
        say("file_changed", CHANGED.message, level="WARNING", claim=claim_id)

    def read_body(self, order: OrderRow) -> bytes:
        """Return an order's canonical JSON. Raise JudgedLostError unless it is what was judged."""
        path = self.judged_path(order.file)
        with JudgedReader(path) as reader:
            body = reader.read_body(order.entry)
        if hash_payload(body) != order.payload_hash:
            raise JudgedLostError(path, "holds another order than the one that was judged")
        return body

    def read_lines(self, order: OrderRow) -> tuple[int, ...]:
        """Return the lines of its file where an order's records begin."""
        with JudgedReader(self.judged_path(order.file)) as reader:
            return tuple(reader.read_meta(order.entry)["lines"])

    def append_problems(self, order: OrderRow, problems: tuple[Problem, ...]) -> Entry:
        """Write down what the API said against an order; durable when this returns."""
        path = self.judged_path(order.file)
        with JudgedReader(path) as reader:
            meta = reader.read_meta(order.entry)
        before = load_problems(meta.get("problems", ()))
        with JudgedWriter(path) as writer:
            entry = writer.append({**meta, "problems": dump_problems((*before, *problems))}, b"")
            writer.sync()
        return entry
