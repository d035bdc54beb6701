"""The inventory folder: snapshots written whole, `latest.json` replaced in one step, old ones removed.

A reader never sees half a file under a name that is promised. Long writing lets the loop breathe, and is made
durable bit by bit, so that no order waits for it. Refuses to decide what is published or kept.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from syncd.core.inventory import (
    COLUMNS,
    Line,
    build_item,
    compose,
    list_cells,
    parse_item,
    write_csv_row,
    write_head,
    write_item,
)
from syncd.core.times import parse_time
from syncd.edges.clock import Clock
from syncd.edges.spool import WholeFile, name_taken, prepare_folder, read_chunks, remove_leftovers, sync_folder
from syncd.edges.storage import show_path, storage_faults
from syncd.errors import StorageError

LATEST, MANIFEST = "latest.json", "manifest.jsonl"
BREATH = 200
"""So many lines are written between two breaths of the loop: about a millisecond."""
SYNC_BYTES = 512 * 1024
"""So much is written between two waits for the disk."""
_NAME = re.compile(r"(inventory|held)-([0-9]{8}T[0-9]{6}Z)(-[0-9]+)?\.json")
_ENDINGS = (".json", ".csv", ".changes.json")


class SnapshotDamagedError(StorageError):
    """A file is no snapshot, or not a whole one."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{show_path(path)} is no whole snapshot of the inventory: take it away.")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot on the disk, by what stands at its head."""

    path: Path
    taken_at: datetime
    took_s: float

    def lines(self) -> Iterator[Line]:
        """Yield its items in order. Raise SnapshotDamagedError where it is not what it should be."""
        with storage_faults(self.path.parent), self.path.open(encoding="utf-8", newline="\n") as file:
            try:
                if file.readline().endswith("[\n"):
                    yield from _read_lines(file)
                    return
                file.seek(0)  # somebody else laid it out anew: read it as a whole
                items = json.load(file, parse_float=Decimal)["items"]
                lines = [write_item(build_item(item)) for item in items]
            except (ValueError, LookupError, TypeError):
                raise SnapshotDamagedError(self.path) from None
            yield from sorted(lines, key=lambda line: (line.sku, line.location))


def open_snapshot(path: Path) -> Snapshot:
    """Given a path, return the snapshot there. Raise SnapshotDamagedError, or FileNotFoundError if there is none."""
    with storage_faults(path.parent), path.open(encoding="utf-8", newline="\n") as file:
        try:
            head = file.readline()
            value = json.loads(f"{head}]}}") if head.endswith("[\n") else json.loads(head + file.read())
            if value["version"] == 1 and value["complete"] is True:
                return Snapshot(path, parse_time(value["taken_at"], None), float(value["took_seconds"]))
        except (ValueError, LookupError, TypeError):
            pass
    raise SnapshotDamagedError(path)


class SnapshotFolder:
    """The folder of one inventory."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self.directory = directory
        self._clock = clock

    def prepare(self) -> None:
        """Make the folder if it is missing, and remove what a death left unfinished."""
        prepare_folder(self.directory)
        remove_leftovers(self.directory)

    def find_latest(self) -> Snapshot | None:
        """Return the newest published snapshot, or None if there is none. Raise SnapshotDamagedError."""
        with suppress(FileNotFoundError):
            return open_snapshot(self.directory / LATEST)
        return None

    def find_held(self, after: datetime | None) -> Snapshot | None:
        """Return the newest snapshot that was written aside after a time, or None."""
        held = self.list_taken("held")
        newest = max(held, key=lambda name: (held[name], name), default=None)
        if newest is None or (after is not None and held[newest] <= after):
            return None
        return open_snapshot(self.directory / newest)

    def list_taken(self, kind: str) -> dict[str, datetime]:
        """Return the files of a kind, `inventory` or `held`, with the times in their names."""
        with storage_faults(self.directory):
            names = [(path.name, _NAME.fullmatch(path.name)) for path in self.directory.iterdir()]
        return {
            name: datetime.strptime(found[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            for name, found in names
            if found and found[1] == kind
        }

    def choose_stem(self, kind: str, taken_at: datetime) -> str:
        """Return a name, without an ending, that no file of the folder has; a clock put back may ask for one twice."""
        base = stem = f"{kind}-{taken_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        number = 1
        while name_taken(self.directory, (stem + ending for ending in _ENDINGS)):
            number += 1
            stem = f"{base}-{number}"
        return stem

    def begin(self, name: str) -> WholeFile:
        """Begin a file of the folder; it has its name when it is published."""
        return WholeFile(self.directory / name)

    async def fill(self, file: WholeFile, pieces: Iterable[str]) -> tuple[str, int]:
        """Write pieces into a file, letting the loop breathe; return the sha256, hex, and the number of bytes."""
        digest, size, synced = hashlib.sha256(), 0, 0
        for count, piece in enumerate(pieces, start=1):
            chunk = piece.encode()
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
            if count % BREATH == 0:
                await self._clock.sleep(0)
                if size - synced >= SYNC_BYTES:
                    file.sync()
                    synced = size
        return digest.hexdigest(), size

    async def write_aside(self, stem: str, head: str, lines: Iterable[Line]) -> None:
        """Write a snapshot that is not published."""
        with self.begin(f"{stem}.json") as file:
            await self.fill(file, compose(head, (line.text for line in lines)))
            file.publish()

    async def write_series(
        self, stem: str, taken_at: datetime, took_s: float, lines: Iterable[Line]
    ) -> dict[str, object]:
        """Write a snapshot of the series as JSON and CSV; return what the manifest says of it."""
        with self.begin(f"{stem}.json") as as_json, self.begin(f"{stem}.csv") as as_csv:
            rows = 0

            def pieces() -> Iterator[str]:
                nonlocal rows
                as_csv.write(write_csv_row(COLUMNS).encode())
                for line in lines:
                    rows += 1
                    as_csv.write(write_csv_row(list_cells(parse_item(line.text))).encode())
                    if rows % (BREATH * 40) == 0:
                        as_csv.sync()
                    yield line.text

            sha256, size = await self.fill(as_json, compose(write_head(taken_at, took_s), pieces()))
            as_json.publish()
            as_csv.publish()
        return {"file": f"{stem}.json", "rows": rows, "bytes": size, "sha256": sha256}

    async def replace_latest(self, stem: str) -> None:
        """Put a snapshot of the series in the place of `latest.json`."""
        with self.begin(LATEST) as file:
            for chunk in read_chunks(self.directory / f"{stem}.json"):
                file.write(chunk)
                file.sync()
                await self._clock.sleep(0)
            file.publish(replace=True)

    def read_manifest(self) -> list[dict[str, Any]]:
        """Return what the manifest says of each snapshot that is kept, oldest first."""
        entries = []
        with storage_faults(self.directory), suppress(FileNotFoundError):
            for line in (self.directory / MANIFEST).read_text(encoding="utf-8").splitlines():
                with suppress(ValueError):
                    entries.append(json.loads(line))
        return [entry for entry in entries if isinstance(entry, dict)]

    def write_manifest(self, entries: Iterable[Mapping[str, object]]) -> None:
        """Put these entries in the place of the manifest."""
        with self.begin(MANIFEST) as file:
            for entry in entries:
                file.write(f"{json.dumps(entry)}\n".encode())
            file.publish(replace=True)

    def remove(self, name: str) -> None:
        """Remove a snapshot and what belongs to it."""
        with storage_faults(self.directory):
            for ending in _ENDINGS:
                (self.directory / f"{name.removesuffix('.json')}{ending}").unlink(missing_ok=True)

    def sync(self) -> None:
        """Make removals durable."""
        sync_folder(self.directory)


def _read_lines(file: Iterable[str]) -> Iterator[Line]:
    for row in file:
        text = row.removesuffix("\n").removesuffix(",")
        if text == "]}":
            return
        item = parse_item(text)
        yield Line(item.sku, item.location or "", text)
    raise ValueError("the end is missing")
