"""Judges a file just as the daemon would, where it stands: nothing is sent, moved or changed.

The daemon's own judging runs on a ledger and a work folder that live as long as the look at one file. What
a file would send is personal: both are closed to other users, and gone at the end.
"""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from syncd.config.model import SourceConfig
from syncd.core.intake import Reading
from syncd.core.model import Claim, Outcome, Problem
from syncd.edges.clock import Clock
from syncd.edges.judged import JudgedReader, load_problems
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileRow, add_file, find_file
from syncd.edges.ledger_orders import WAITING, list_orders
from syncd.edges.syncs import Syncs
from syncd.flows.desk import Desk
from syncd.flows.filing import HARMLESS
from syncd.flows.judging import judge_file


@dataclass(frozen=True, slots=True)
class JudgedOrder:
    """One order of a file."""

    reference: str | None
    lines: tuple[int, ...]
    outcome: str  #: valid, invalid, skipped, or not_sent: good, but its file is refused
    problems: tuple[Problem, ...]
    body: bytes  #: canonical JSON of what would be sent; empty where nothing would be


class DryRun:
    """A file that was judged; good until the look at it ends."""

    def __init__(self, ledger: Ledger, reader: JudgedReader, row: FileRow) -> None:
        self._ledger = ledger
        self._reader = reader
        self._row = row
        self.problems: tuple[Problem, ...] = ()  #: of the file as a whole
        if row.problems is not None:
            self.problems = load_problems(reader.read_meta(row.problems)["problems"])
        self.refused = any(problem.code not in HARMLESS for problem in self.problems)

    def list_orders(self) -> Iterator[JudgedOrder]:
        """Yield its orders in file order."""
        for order in list_orders(self._ledger, self._row.claim.id):
            meta = self._reader.read_meta(order.entry)
            sends = order.state == WAITING
            yield JudgedOrder(
                reference=order.reference,
                lines=tuple(meta["lines"]),
                outcome="valid" if sends else Outcome(order.state).value,
                problems=load_problems(meta["problems"]),
                body=self._reader.read_body(order.entry) if sends else b"",
            )


class _Bench(Desk):
    """A desk for one file that stays where it is."""

    def __init__(self, ledger: Ledger, source: SourceConfig, path: Path) -> None:
        super().__init__(ledger, [source])
        self._path = path

    def path(self, claim_id: str) -> Path:  # noqa: ARG002  there is but one
        return self._path


@contextmanager
def dry_run(path: Path, source: SourceConfig, reading: Reading, clock: Clock) -> Iterator[DryRun]:
    """Given a regular file and how it is read, judge it. Raise StorageError if it cannot be read."""
    with TemporaryDirectory(prefix="syncd-validate-") as scratch, closing(Ledger(Path(scratch), clock)) as ledger:
        claim = Claim("validate", source.name, path.name, clock.now())
        add_file(ledger, claim)
        desk = _Bench(ledger, replace(source, work=Path(scratch)), path.resolve())
        row = _find(ledger, claim)
        desk.open(row)
        asyncio.run(judge_file(row, reading, desk, ledger, clock, Syncs(clock), lambda: False))
        with desk.open_judged(claim.id) as reader:
            yield DryRun(ledger, reader, _find(ledger, claim))


def _find(ledger: Ledger, claim: Claim) -> FileRow:
    row = find_file(ledger, claim.id)
    assert row is not None  # noqa: S101  it was just added
    return row
