"""The files that are being worked on: where each one stands, whether it still is what was judged, its judged orders."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from syncd.config.model import SourceConfig
from syncd.core.canonical import hash_payload
from syncd.core.model import FileStat, Problem
from syncd.core.names import folder_name
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
class _Writing:
    """A side file that is being written to, by as many files as `users` says."""

    writer: JudgedWriter
    users: int = 0


@dataclass(slots=True)
class _Folder:
    """A folder in work: where the side file of its files stands, and how many of them are open."""

    judged_path: Path
    files: int = 0


@dataclass(slots=True)
class _OpenFile:
    path: Path
    folder: _Folder
    source: SourceConfig
    fingerprint: str | None = None
    sha256: str | None = None


class Desk:
    """Knows every open file by its claim id."""

    def __init__(self, ledger: Ledger, sources: Iterable[SourceConfig]) -> None:
        self._ledger = ledger
        self._sources = {source.name: source for source in sources}
        self._open: dict[str, _OpenFile] = {}
        self._writing: dict[Path, _Writing] = {}
        self._folders: dict[tuple[str, str], _Folder] = {}  # by source and name

    def open(self, row: FileRow) -> None:
        """Put a file on the desk, or look at its row anew."""
        claim = row.claim
        if (file := self._open.get(claim.id)) is None:
            source, place = self._sources[claim.source], (claim.source, folder_name(claim.id))
            if (folder := self._folders.get(place)) is None:
                folder = self._folders[place] = _Folder(find_judged(source.work, claim.id))
            folder.files += 1
            file = self._open[claim.id] = _OpenFile(find_original(source.work, claim), folder, source)
        file.fingerprint, file.sha256 = row.fingerprint, row.sha256

    def is_last(self, claim_id: str) -> bool:
        """Return whether a file is the only open one of its folder in work."""
        return self._open[claim_id].folder.files == 1

    def close(self, claim_id: str) -> None:
        """Take a file off the desk."""
        file = self._open.pop(claim_id)
        file.folder.files -= 1
        if not file.folder.files:
            del self._folders[file.source.name, folder_name(claim_id)]

    def source(self, claim_id: str) -> SourceConfig:
        """Return the source a file came through."""
        return self._open[claim_id].source

    def path(self, claim_id: str) -> Path:
        """Return where the original stands in its work folder."""
        return self._open[claim_id].path

    def judged_path(self, claim_id: str) -> Path:
        """Return where the side file stands."""
        return self._open[claim_id].folder.judged_path

    def open_judged(self, claim_id: str) -> JudgedReader:
        """Return what was judged of a file. Raise JudgedLostError if it is gone."""
        return JudgedReader(self.judged_path(claim_id), claim_id)

    @contextmanager
    def write_judged(self, claim_id: str) -> Iterator[JudgedWriter]:
        """Let a file's side file be written to; files of one folder that do so at the same time share the writer."""
        path = self.judged_path(claim_id)
        writing = self._writing.get(path)
        if writing is None or not writing.writer.is_good():
            writing = self._writing[path] = _Writing(JudgedWriter(path))
        writing.users += 1
        try:
            yield writing.writer
        finally:
            writing.users -= 1
            if not writing.users:
                if self._writing.get(path) is writing:
                    del self._writing[path]
                writing.writer.close()

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
        with self.write_judged(claim_id) as writer:
            entry = writer.append(claim_id, {"problems": dump_problems((CHANGED,))}, b"")
            writer.sync()
        note_problems(self._ledger, claim_id, entry)
        refuse_waiting(self._ledger, claim_id)
        say("file_changed", CHANGED.message, level="WARNING", claim=claim_id)

    def read_body(self, order: OrderRow) -> bytes:
        """Return an order's canonical JSON. Raise JudgedLostError unless it is what was judged."""
        with self.open_judged(order.file) as reader:
            body = reader.read_body(order.entry)
        if hash_payload(body) != order.payload_hash:
            path = self.judged_path(order.file)
            raise JudgedLostError(path, order.file, "holds another order than the one that was judged")
        return body

    def read_lines(self, order: OrderRow) -> tuple[int, ...]:
        """Return the lines of its file where an order's records begin."""
        with self.open_judged(order.file) as reader:
            return tuple(reader.read_meta(order.entry)["lines"])

    def append_problems(self, order: OrderRow, problems: tuple[Problem, ...]) -> Entry:
        """Write down what the API said against an order; durable when this returns."""
        with self.open_judged(order.file) as reader:
            meta = reader.read_meta(order.entry)
        before = load_problems(meta.get("problems", ()))
        with self.write_judged(order.file) as writer:
            entry = writer.append(order.file, {**meta, "problems": dump_problems((*before, *problems))}, b"")
            writer.sync()
        return entry
