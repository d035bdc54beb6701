"""The side file, `work/<folder>.judged`: what was judged of the files of that folder, kept until all are filed.

Each entry is two lines, its meta as JSON and its body (the canonical JSON of an order, or nothing), found
by its place. It holds customer data: mode 0600, removed with the folder. Refuses to know what a meta
means; whether a body is still the one that was judged, the ledger's payload hash says.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from syncd.core.model import Problem
from syncd.core.names import folder_name, show_name
from syncd.edges.storage import storage_faults
from syncd.errors import StorageError, SyncdError

if TYPE_CHECKING:
    from syncd.edges.syncs import Syncs  # loads asyncio, which who only reads the ledger does without

_BUFFER_BYTES = 1024**2

# ASCII with escapes, so that a lone surrogate of a sender's text survives; built once, as that costs most.
_encode_meta = json.JSONEncoder(separators=(",", ":")).encode

_OWNER = "claim"
"""The key of a meta whose side file is shared: whose entry it is."""

_PROBLEM_FIELDS = tuple((field.name, field.default) for field in fields(Problem))


class JudgedLostError(SyncdError):
    """The side file of a claim is missing, short or garbled: the claim has to be judged again."""

    def __init__(self, path: Path, claim_id: str, what: str) -> None:
        super().__init__(f"The side file {show_name(str(path))} {what}: {claim_id} has to be judged again.")
        self.claim_id = claim_id


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one entry stands: the body begins one line end after the meta."""

    offset: int
    meta_length: int
    body_length: int


class JudgedWriter:
    """Appends entries to a side file, also to one that a crash left behind; several claims may share it."""

    def __init__(self, path: Path) -> None:
        self._faults = storage_faults(path.parent)
        self._path = path
        self._refusal: StorageError | None = None  # why what was written may be lost, whatever a later sync says
        self._buffer = bytearray()
        with self._faults:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
            self._descriptor = os.open(path, flags, 0o600)
            try:
                self._offset = os.fstat(self._descriptor).st_size
                self._kept = self._offset  # what stays after a refusal: others' entries, and what was made durable
                if self._offset and os.pread(self._descriptor, 1, self._offset - 1) != b"\n":  # torn by a crash
                    self._add(b"\n")
            except OSError:
                os.close(self._descriptor)
                raise

    def append(self, claim_id: str, meta: Mapping[str, object], body: bytes) -> Entry:
        """Given what JSON can hold and a body, return where they stand. They are durable only after `sync`.

        Raise StorageError if the disk refuses.
        """
        is_shared = folder_name(claim_id) != claim_id
        head = _encode_meta({**meta, _OWNER: claim_id} if is_shared else meta).encode("ascii")
        entry = Entry(self._offset, len(head), len(body))
        self._add(b"%b\n%b\n" % (head, body))
        return entry

    def _add(self, text: bytes) -> None:
        self._buffer += text
        self._offset += len(text)
        if len(self._buffer) > _BUFFER_BYTES:
            self.flush()

    def sync(self) -> None:
        """Make every entry durable. Raise StorageError if the disk refuses."""
        descriptor = self.flush()
        try:
            with self._faults:
                os.fsync(descriptor)
        except StorageError as error:
            self.spoil(error)
            raise
        self._kept = self._offset

    async def sync_beside(self, syncs: "Syncs") -> None:
        """Make every entry written so far, and the file's name, durable while the loop goes on. Raise StorageError."""
        descriptor, kept = self.flush(), self._offset
        try:
            await syncs.new_file(descriptor, self._path.parent)
        except StorageError as error:
            self.spoil(error)
            raise
        self.flush()  # refused where somebody else's turn just before it failed: the kernel tells that only once
        self._kept = max(self._kept, kept)

    def spoil(self, refusal: StorageError) -> None:
        """Refuse to go on: what could not be synced is lost to the kernel, and a later sync would not tell.

        All who share the side file are told of the refusal that was its end, and judge again. What they had written
        is cut off, or each try of theirs would take more of a disk that may be full.
        """
        if self._refusal is None:
            self._refusal = refusal
            self._buffer.clear()
            with contextlib.suppress(OSError):  # nobody reads it; only its room is lost
                os.ftruncate(self._descriptor, self._kept)

    def is_good(self) -> bool:
        """Return whether others may join: nothing of it was lost, and its file still has its name.

        Raise StorageError if the disk refuses.
        """
        with self._faults:
            return self._refusal is None and os.fstat(self._descriptor).st_nlink > 0

    def flush(self) -> int:
        """Hand every entry to the kernel, and return the descriptor that has to be synced. Raise StorageError."""
        if self._refusal is not None:
            raise StorageError(str(self._refusal))
        try:
            with self._faults:
                while self._buffer:
                    del self._buffer[: os.write(self._descriptor, self._buffer)]
        except StorageError as error:
            self.spoil(error)
            raise
        return self._descriptor

    def close(self) -> None:
        """Write what is buffered and close; harmless when done twice. Raise StorageError."""
        if self._descriptor >= 0:
            try:
                if self._refusal is None:
                    self.flush()
            finally:
                os.close(self._descriptor)
                self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class JudgedReader:
    """Reads a claim's entries of a side file; keeps it open until `close`."""

    def __init__(self, path: Path, claim_id: str) -> None:
        self._path = path
        self._claim_id = claim_id
        self._descriptor: int | None = None
        with storage_faults(path.parent):
            try:
                self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                raise self._lost("is missing") from None

    def read_meta(self, entry: Entry) -> dict[str, Any]:
        """Given where an entry stands, return its meta. Raise JudgedLostError if it is not there."""
        line = self._read_line(entry.offset, entry.meta_length)
        try:
            meta = json.loads(line)
        except ValueError:
            raise self._lost("is garbled") from None
        if not isinstance(meta, dict):
            raise self._lost("is garbled")
        if meta.get(_OWNER, self._claim_id) != self._claim_id:  # all was lost, and another file judged again
            raise self._lost("holds what was judged of another file")
        return cast("dict[str, Any]", meta)

    def read_body(self, entry: Entry) -> bytes:
        """Given where an entry stands, return its body. Raise JudgedLostError if it is not there."""
        return self._read_line(entry.offset + entry.meta_length + 1, entry.body_length)

    def close(self) -> None:
        """Close; harmless when done twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_line(self, offset: int, length: int) -> bytes:
        if self._descriptor is None:
            raise ValueError("read from a closed side file")
        with storage_faults(self._path.parent):
            line = os.pread(self._descriptor, length + 1, offset)
        if len(line) != length + 1:
            raise self._lost("is too short")
        if not line.endswith(b"\n"):
            raise self._lost("is garbled")
        return line[:-1]

    def _lost(self, what: str) -> JudgedLostError:
        return JudgedLostError(self._path, self._claim_id, what)


def dump_problems(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Given problems, return them as JSON can hold them, without what is at its default."""
    return [
        {name: value for name, default in _PROBLEM_FIELDS if (value := getattr(problem, name)) != default}
        for problem in problems
    ]


def load_problems(dumped: Iterable[Mapping[str, Any]]) -> tuple[Problem, ...]:
    """Given what `dump_problems` made, return the problems."""
    return tuple(Problem(**problem) for problem in dumped)
