"""What the ledger knows of files: each delivery from its claim until it is filed."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from syncd.core.model import Claim
from syncd.core.names import folder_name
from syncd.edges.judged import Entry
from syncd.edges.ledger import Ledger

FileState = Literal["claimed", "judging", "carrying", "settled", "closed"]
FileOutcome = Literal["done", "failed"]
PAGE = 500
"""Rows read at once, so that any number is gone through in bounded memory."""
_UNTOLD = "untold "  # begins the key of a word in `meta`; behind it stands the claim


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as the ledger knows it; without more than its claim, one that was just added."""

    claim: Claim
    state: FileState = "claimed"
    deaths: int = 0
    failures: int = 0
    sha256: str | None = None
    bytes: int | None = None
    fingerprint: str | None = None
    problems: Entry | None = None
    outcome: FileOutcome | None = None
    filed_as: str | None = None
    finished_at: datetime | None = None
    counts: dict[str, int] | None = None  #: its orders by state, kept since it was settled


def write_entry(entry: Entry) -> str:
    """Given where something stands in a side file, return it as the ledger keeps it."""
    return f"{entry.offset} {entry.meta_length} {entry.body_length}"


def read_entry(text: str) -> Entry:
    """Given what `write_entry` returned, return the entry."""
    offset, meta_length, body_length = map(int, text.split())
    return Entry(offset, meta_length, body_length)


def _read_row(row: Any) -> FileRow:
    claim = Claim(row["id"], row["source"], os.fsdecode(row["name"]), datetime.fromisoformat(row["received_at"]))
    return FileRow(
        claim=claim,
        state=row["state"],
        deaths=row["deaths"],
        failures=row["failures"],
        sha256=row["sha256"],
        bytes=row["bytes"],
        fingerprint=row["fingerprint"],
        problems=None if row["problems"] is None else read_entry(row["problems"]),
        outcome=row["outcome"],
        filed_as=None if row["filed_as"] is None else os.fsdecode(row["filed_as"]),
        finished_at=None if row["finished_at"] is None else datetime.fromisoformat(row["finished_at"]),
        counts=None if row["counts"] is None else json.loads(row["counts"]),
    )


def add_file(ledger: Ledger, claim: Claim) -> None:
    """Remember a claimed file."""
    ledger.write(
        "INSERT INTO files (id, source, name, state, received_at) VALUES (?, ?, ?, 'claimed', ?)",
        (claim.id, claim.source, os.fsencode(claim.name), claim.received_at.isoformat()),
    )


def find_file(ledger: Ledger, claim_id: str) -> FileRow | None:
    """Return what is known of a claim, or None."""
    row = ledger.read_one("SELECT * FROM files WHERE id = ?", (claim_id,))
    return None if row is None else _read_row(row)


def list_in_folder(ledger: Ledger, folder: str) -> list[FileRow]:
    """Return every claim, also of files that are filed, whose folder in work has this name."""
    query = "SELECT * FROM files WHERE id = ? OR id BETWEEN ? AND ?"
    rows = ledger.read(query, (folder, f"{folder}.", f"{folder}/"))  # / comes after the dot
    return [row for row in map(_read_row, rows) if folder_name(row.claim.id) == folder]


def list_open_files(ledger: Ledger, limit: int = -1) -> list[FileRow]:
    """Return every file that is not filed yet, or at most so many, oldest first."""
    query = "SELECT * FROM files WHERE state <> 'closed' ORDER BY received_at, id LIMIT ?"
    return [_read_row(row) for row in ledger.read(query, (limit,))]


def list_finished_files(ledger: Ledger, limit: int, outcome: FileOutcome | None = None) -> list[FileRow]:
    """Return the files filed last, newest first; of one outcome, or of both."""
    among = "" if outcome is None else _among(outcome)
    rows = ledger.read(
        f"SELECT * FROM files WHERE state = 'closed'{among} ORDER BY finished_at DESC LIMIT ?",  # noqa: S608  see _among
        (limit,),
    )
    return [_read_row(row) for row in rows]


def find_last_arrival(ledger: Ledger, source: str) -> datetime | None:
    """Return when a source's newest file was taken, or None if there never was one. Claim ids sort by time."""
    query = "SELECT received_at FROM files WHERE source = ? ORDER BY id DESC LIMIT 1"
    row = ledger.read_one(query, (source,))
    return None if row is None else datetime.fromisoformat(row["received_at"])


def list_closed_page(ledger: Ledger, outcome: FileOutcome, before: FileRow | None, limit: int = PAGE) -> list[FileRow]:
    """Return the files of all sources that were filed with an outcome, newest first: the page behind `before`."""
    at, claim_id = ("9", "") if before is None else _place(before)
    rows = ledger.read(
        f"SELECT * FROM files WHERE state = 'closed'{_among(outcome)} AND (finished_at, id) < (?, ?)"  # noqa: S608
        " ORDER BY finished_at DESC, id DESC LIMIT ?",
        (at, claim_id, limit),
    )
    return [_read_row(row) for row in rows]


def _among(outcome: FileOutcome) -> str:
    """Return a condition in words of our own: only with the outcome itself in it is the index of failed files used."""
    return " AND outcome = 'failed'" if outcome == "failed" else " AND outcome = 'done'"


def _place(row: FileRow) -> tuple[str, str]:
    return ("9" if row.finished_at is None else row.finished_at.isoformat()), row.claim.id


def begin_judging(ledger: Ledger, claim_id: str) -> None:
    """Note that a file is about to be judged, and forget what an earlier try left."""
    ledger.write("DELETE FROM orders WHERE file = ?", (claim_id,))
    ledger.write("UPDATE files SET state = 'judging', problems = NULL WHERE id = ?", (claim_id,))


def put_back_judging(ledger: Ledger, claim_id: str) -> None:
    """Note that judging was called off before its end; this never counts against the file."""
    ledger.write("UPDATE files SET state = 'claimed' WHERE id = ?", (claim_id,))


def end_judging(ledger: Ledger, row: FileRow) -> None:
    """Note that a file was read to its end and each order of it is known."""
    problems = None if row.problems is None else write_entry(row.problems)
    ledger.write(
        "UPDATE files SET state = ?, sha256 = ?, bytes = ?, fingerprint = ?, problems = ? WHERE id = ?",
        (row.state, row.sha256, row.bytes, row.fingerprint, problems, row.claim.id),
    )


def note_fingerprint(ledger: Ledger, claim_id: str, fingerprint: str) -> None:
    """Note how a file looks now that was proven to hold the same bytes."""
    ledger.write("UPDATE files SET fingerprint = ? WHERE id = ?", (fingerprint, claim_id))


def note_problems(ledger: Ledger, claim_id: str, problems: Entry) -> None:
    """Note where the problems of a file as a whole stand."""
    ledger.write("UPDATE files SET problems = ? WHERE id = ?", (write_entry(problems), claim_id))


def count_deaths(ledger: Ledger) -> None:
    """After a start: count the process's death against each file that was being judged.

    From then on such a file is judged alone, so that only the first of its deaths can be another's fault.
    """
    ledger.write(
        "UPDATE files SET deaths = deaths + 1, state = 'claimed' WHERE state <> 'closed' AND state = 'judging'"
    )


def count_failure(ledger: Ledger, claim_id: str) -> int:
    """Count an exception of our own against a file; return how many there were."""
    ledger.write("UPDATE files SET failures = failures + 1 WHERE id = ?", (claim_id,))
    return int(ledger.read("SELECT failures FROM files WHERE id = ?", (claim_id,))[0][0])


def settle_file(
    ledger: Ledger,
    claim_id: str,
    outcome: FileOutcome,
    filed_as: str,
    finished_at: datetime,
    counts: Mapping[str, int],
) -> None:
    """Fix a file's outcome, its name in done or failed, and when; its report can be made again from these.

    Its orders by state, which change no more, are kept beside: whoever asks later need not count them.
    """
    ledger.write(
        "UPDATE files SET state = 'settled', outcome = ?, filed_as = ?, finished_at = ?, counts = ? WHERE id = ?",
        (outcome, os.fsencode(filed_as), finished_at.isoformat(), json.dumps(counts), claim_id),
    )


def close_file(ledger: Ledger, claim_id: str, outcome: FileOutcome) -> None:
    """Note that a file is filed; one that failed is to be told, until `forget_untold`."""
    if outcome == "failed":
        ledger.write(
            "INSERT OR IGNORE INTO meta SELECT ? || id, '' FROM files WHERE id = ? AND state <> 'closed'",
            (_UNTOLD, claim_id),
        )
    ledger.write("UPDATE files SET state = 'closed' WHERE id = ?", (claim_id,))


def list_unfinished_folders(ledger: Ledger) -> set[tuple[str, FileOutcome]]:
    """Return where files stand to be filed, as source and outcome: companions are begun there, and nowhere else."""
    rows = ledger.read(
        "SELECT DISTINCT source, outcome FROM files INDEXED BY files_open WHERE state <> 'closed' AND state = 'settled'"
    )
    return {(row["source"], row["outcome"]) for row in rows}


def list_untold_failures(ledger: Ledger) -> list[Claim]:
    """Return the failed files that nobody was told of yet, in the order in which they came."""
    rows = ledger.read(
        "SELECT files.* FROM meta JOIN files ON files.id = substr(meta.key, ?) WHERE meta.key BETWEEN ? AND ?"
        " ORDER BY files.id",
        (len(_UNTOLD) + 1, _UNTOLD, f"{_UNTOLD}~"),
    )
    return [_read_row(row).claim for row in rows]


def forget_untold(ledger: Ledger, claim_ids: Iterable[str]) -> None:
    """Note that people were told of these failed files."""
    for claim_id in claim_ids:
        ledger.write("DELETE FROM meta WHERE key = ?", (f"{_UNTOLD}{claim_id}",))


def forget_file(ledger: Ledger, claim_id: str) -> None:
    """Forget a claim whose file is back in its inbox, or gone."""
    ledger.write("DELETE FROM orders WHERE file = ?", (claim_id,))
    ledger.write("DELETE FROM files WHERE id = ?", (claim_id,))


def count_files(ledger: Ledger) -> dict[tuple[str, str], int]:
    """Return how many open files each source has in each state: (source, state) -> count."""
    rows = ledger.read(
        "SELECT source, state, count(*) AS n FROM files INDEXED BY files_open WHERE state <> 'closed' GROUP BY 1, 2"
    )
    return {(row["source"], row["state"]): row["n"] for row in rows}


def list_closed_since(ledger: Ledger, since: datetime) -> Iterator[FileRow]:
    """Yield the files filed since a time, oldest first; a page is read at a time."""
    at, claim_id = since.isoformat(), ""
    while True:
        rows = ledger.read(
            "SELECT * FROM files WHERE state = 'closed' AND (finished_at, id) > (?, ?)"
            " ORDER BY finished_at, id LIMIT ?",
            (at, claim_id, PAGE),
        )
        yield from map(_read_row, rows)
        if len(rows) < PAGE:
            return
        at, claim_id = rows[-1]["finished_at"], rows[-1]["id"]
