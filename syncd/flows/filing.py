"""Files a settled file: report, rejected file, then the one move into done or failed, which is the commit.

Outcome, name and time are fixed in the ledger first; everything after that can be done again after a crash
and comes out the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path

from syncd.config.model import ReportsConfig
from syncd.core.evidence import name_filed_sidecar
from syncd.core.intake import Reading
from syncd.core.model import Outcome, Problem
from syncd.core.names import html_report_name, rejected_name, report_name, show_name, suffixed_name
from syncd.core.rejected import FailedOrder, build_rejected, spread_problems
from syncd.core.report import FileFacts, OrderFacts, build_report
from syncd.core.report_html import MENDING, OTHERS, build_html_report
from syncd.core.source_records import SourceRecord, read_records
from syncd.edges.beside import file_beside, remove_beside
from syncd.edges.claims import remove_claim
from syncd.edges.clock import Clock
from syncd.edges.judged import JudgedLostError, load_problems
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileOutcome, FileRow, close_file, find_file, settle_file
from syncd.edges.ledger_orders import count_outcomes, list_orders
from syncd.edges.log import say
from syncd.edges.sealing import sealed_name
from syncd.edges.spool import (
    WholeFile,
    file_away,
    is_same_content,
    name_taken,
    prepare_folder,
    read_chunks,
    stat_file,
)
from syncd.edges.syncs import Syncs
from syncd.flows.desk import Desk

GOOD = frozenset({Outcome.ACCEPTED, Outcome.ALREADY_ACCEPTED, Outcome.SKIPPED})
FAILED = (Outcome.INVALID, Outcome.REJECTED, Outcome.CONFLICT, Outcome.NOT_SENT)
HARMLESS = frozenset({"no_orders", "other_sheets"})
"""Codes of notices: what is said of a file that is done all the same."""

BREATH = 100
"""Pieces of a companion written before the loop has its turn."""
NOT_SENT_TEXT = "This order is good, but it was not sent because the file was refused."


class Filing:
    """Brings files whose every order has its outcome to done or failed."""

    def __init__(
        self,
        ledger: Ledger,
        desk: Desk,
        clock: Clock,
        syncs: Syncs,
        *,
        readings: Mapping[str, Reading],
        environment: str,
        reports: ReportsConfig,
    ) -> None:
        self._ledger = ledger
        self._desk = desk
        self._clock = clock
        self._syncs = syncs
        self._readings = readings
        self._environment = environment
        self._reports = reports

    async def file(self, claim_id: str) -> FileOutcome:
        """Given a claim whose orders are all settled, file it and return how it ended.

        Raise StorageError or LedgerError if the machine refuses; then it can be done again.
        """
        row, counts = self._find(claim_id), count_outcomes(self._ledger, claim_id)
        if row.state == "carrying":
            row = await self._settle(row, counts)
        outcome = row.outcome or "failed"
        source = self._desk.source(claim_id)
        folder = source.done if outcome == "done" else source.failed
        work_path = self._desk.path(claim_id)
        filed_as = row.filed_as or row.claim.name
        gone = stat_file(work_path) is None  # somebody took it out of work/, or we did so before a death
        if not gone or stat_file(folder / filed_as) is None:
            while not await self._place(row, counts, folder, work_path, gone=gone):
                row = await self._settle(row, counts, taken=True)
                filed_as = row.filed_as or row.claim.name
        problems = self._name_problems(row)
        close_file(self._ledger, claim_id, outcome)
        await self._ledger.durable()
        remove_beside(source.work, claim_id)
        if self._desk.is_last(claim_id):
            remove_claim(source.work, claim_id)
        self._desk.close(claim_id)
        say(
            f"file_{outcome}",
            problems,
            level="INFO" if outcome == "done" else "WARNING",
            source=source.name,
            file=show_name(row.claim.name),
            filed_as=show_name(filed_as),
            claim=claim_id,
            orders=sum(counts.values()),
            not_accepted=sum(count for state, count in counts.items() if state not in GOOD),
            **counts,
        )
        return outcome

    def _name_problems(self, row: FileRow) -> str:
        """Return what a file as a whole did wrong as codes: the log shows nothing of a file's content."""
        with suppress(JudgedLostError):  # then only the report knows
            return ", ".join(dict.fromkeys(problem.code for problem in self._read_problems(row)))
        return ""

    def _find(self, claim_id: str) -> FileRow:
        row = find_file(self._ledger, claim_id)
        if row is None:
            raise LookupError(f"The ledger does not know the claim {claim_id}.")
        return row

    async def _settle(self, row: FileRow, counts: Mapping[str, int], *, taken: bool = False) -> FileRow:
        """Fix outcome, name and time. A name is free only if its companions' names are free, too."""
        source = self._desk.source(row.claim.id)
        outcome = self._choose_outcome(row, counts)
        folder = source.done if outcome == "done" else source.failed
        now = named_at = self._clock.now()
        name = row.claim.name
        while taken or name_taken(folder, list_names(name)):
            name, taken = suffixed_name(row.claim.name, named_at, row.sha256 or ""), False
            named_at += timedelta(seconds=1)  # the same bytes filed twice within a second
        settle_file(self._ledger, row.claim.id, outcome, name, now, counts)
        await self._ledger.durable()
        return replace(row, state="settled", outcome=outcome, filed_as=name, finished_at=now)

    def _choose_outcome(self, row: FileRow, counts: Mapping[str, int]) -> FileOutcome:
        problems = self._read_problems(row)
        refused = any(problem.code not in HARMLESS for problem in problems)
        return "failed" if refused or any(state not in GOOD for state in counts) else "done"

    async def _place(
        self, row: FileRow, counts: Mapping[str, int], folder: Path, work_path: Path, *, gone: bool
    ) -> bool:
        """Put companions and file into their folder; False if a name was taken meanwhile by somebody else.

        Of a file that is gone, its report is all that is left to file.
        """
        filed_as = row.filed_as or row.claim.name
        if not folder.is_dir():  # somebody removed it
            prepare_folder(folder)
        has_rejected = not gone and self._has_rejected(row, counts)
        if has_rejected and not await self._put(folder / rejected_name(filed_as), lambda: self._build_rejected(row)):
            return False
        if not await self._put(folder / report_name(filed_as), lambda: self._build_report(row, counts)):
            return False
        if self._has_html(row) and not await self._put(
            folder / html_report_name(filed_as), lambda: self._build_html(row, counts, gone), breath=1
        ):
            return False
        self._file_beside(row, folder, filed_as)
        if gone:
            say("original_gone", "its file is no longer in the work folder", level="ERROR", claim=row.claim.id)
            return True
        if not file_away(work_path, folder, filed_as):
            return False
        await self._syncs.move(folder, work_path.parent)
        return True

    def _file_beside(self, row: FileRow, folder: Path, filed_as: str) -> None:
        """Put marker and checksum, where a file came with them, beside it: before it, as its move is the commit."""
        source = self._desk.source(row.claim.id)

        def choose_names(sidecar: str) -> Iterator[str]:
            name = name_filed_sidecar(sidecar, source.complete, filed_as)
            yield name
            yield suffixed_name(name, row.finished_at or row.claim.received_at, row.sha256 or "")

        file_beside(source.work, row.claim.id, folder, choose_names)

    async def _put(self, path: Path, build: Callable[[], Iterator[bytes]], *, breath: int = BREATH) -> bool:
        """Write a companion; one that stands there already is ours if it is the same, to the byte."""
        try:
            with WholeFile(path) as file:
                pieces = build()
                for number, piece in enumerate(pieces):
                    if number:
                        await self._clock.sleep(0)
                    file.write_all(chain((piece,), islice(pieces, breath - 1)))
                await self._syncs.file(file.flush(), path.parent)
                file.move()
            await self._syncs.folder(path.parent)
        except FileExistsError:
            return is_same_content(path, build())
        return True

    def _has_rejected(self, row: FileRow, counts: Mapping[str, int]) -> bool:
        return any(counts.get(outcome) for outcome in FAILED) and self._is_readable(row)

    def _has_html(self, row: FileRow) -> bool:
        return self._reports.html == "always" or (self._reports.html == "failed" and row.outcome == "failed")

    def _is_readable(self, row: FileRow) -> bool:
        """Its rows can be read again only where its structure could be read to the end: a damaged file has none."""
        return all(problem.code in HARMLESS | {"invalid_orders"} for problem in self._read_problems(row))

    def _read_problems(self, row: FileRow) -> Sequence[Problem]:
        if row.problems is None:
            return ()
        with self._desk.open_judged(row.claim.id) as reader:
            return load_problems(reader.read_meta(row.problems)["problems"])

    def _build_report(self, row: FileRow, counts: Mapping[str, int]) -> Iterator[bytes]:
        return build_report(
            self._describe_file(row),
            _count_totals(counts),
            self._read_problems(row),
            (facts for facts, _ in self._list_facts(row)),
            self._reports.show_values,
        )

    def _build_html(self, row: FileRow, counts: Mapping[str, int], gone: bool) -> Iterator[bytes]:
        readable = not gone and self._is_readable(row)
        problems = self._read_problems(row)
        rejected = (
            None if gone or not self._has_rejected(row, counts) else rejected_name(row.filed_as or row.claim.name)
        )
        path, reading = self._desk.path(row.claim.id), self._readings[row.claim.source]

        def read(wanted: frozenset[int]) -> Iterator[SourceRecord | None]:
            return read_records(read_chunks(path), row.claim.name, reading, wanted) if readable else iter(())

        return build_html_report(
            self._describe_file(row),
            _count_totals(counts),
            problems,
            self._list_facts(row, MENDING),
            (facts for facts, _ in self._list_facts(row, OTHERS)),
            read,
            refused=any(problem.code not in HARMLESS for problem in problems),
            rejected=rejected,
            show_values=self._reports.show_values,
        )

    def _describe_file(self, row: FileRow) -> FileFacts:
        return FileFacts(
            name=row.claim.name,
            filed_as=row.filed_as or row.claim.name,
            sha256=row.sha256 or "",
            bytes=row.bytes or 0,
            source=row.claim.source,
            received_at=row.claim.received_at,
            finished_at=row.finished_at or row.claim.received_at,
            outcome=row.outcome or "failed",
            environment=self._environment,
        )

    def _list_facts(self, row: FileRow, states: Sequence[Outcome] = ()) -> Iterator[tuple[OrderFacts, tuple[int, ...]]]:
        """Yield a file's orders, each with its records."""
        with self._desk.open_judged(row.claim.id) as reader:
            for order in list_orders(self._ledger, row.claim.id, states):
                meta = reader.read_meta(order.entry)
                facts = OrderFacts(
                    reference=order.reference,
                    record=order.record,
                    lines=tuple(meta["lines"]),
                    outcome=Outcome(order.state),
                    attempts=order.attempts,
                    http_status=order.http_status,
                    accepted_at=order.accepted_at,
                    problems=load_problems(meta["problems"]),
                    note=order.note,
                )
                yield facts, tuple(meta["records"])

    def _build_rejected(self, row: FileRow) -> Iterator[bytes]:
        reading = self._readings[row.claim.source]
        return build_rejected(
            read_chunks(self._desk.path(row.claim.id)), row.claim.name, reading, self._list_failed(row)
        )

    def _list_failed(self, row: FileRow) -> Iterator[FailedOrder]:
        with self._desk.open_judged(row.claim.id) as reader:
            for order in list_orders(self._ledger, row.claim.id, FAILED):
                meta = reader.read_meta(order.entry)
                problems = load_problems(meta["problems"])
                lines = tuple(meta["lines"])
                texts = spread_problems(lines, problems, self._reports.show_values) if problems else NOT_SENT_TEXT
                yield tuple(meta["records"]), texts


def _count_totals(counts: Mapping[str, int]) -> dict[Outcome, int]:
    return {outcome: counts.get(outcome, 0) for outcome in Outcome}


def list_names(name: str) -> tuple[str, ...]:
    """Given a file's name, return it with its companions' names, each as it is and as it is once encrypted."""
    names = (name, report_name(name), html_report_name(name), rejected_name(name))
    return *names, *map(sealed_name, names)
