"""Judges a claimed file: reads it to its end once, before anything of it is sent.

Each order goes into the side file and the ledger; what the file as a whole did wrong goes beside them. It
lets the loop breathe every few orders, so that a big file holds up neither calls nor the heartbeat.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from syncd.core.evidence import check_checksum, fill_name, list_sidecars
from syncd.core.intake import Reading, judge
from syncd.core.model import Damaged, Invalid, Judged, Notice, Order, Outcome, Problem, Skipped
from syncd.core.names import folder_name
from syncd.edges.beside import read_beside
from syncd.edges.claims import remove_judged
from syncd.edges.clock import Clock
from syncd.edges.judged import Entry, JudgedWriter, dump_problems
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileRow, begin_judging, end_judging
from syncd.edges.ledger_orders import (
    WAITING,
    OrderRow,
    add_order,
    add_waiting,
    find_in_file,
    has_any,
    note_entry,
    refuse_waiting,
)
from syncd.edges.log import say
from syncd.edges.spool import read_chunks, stat_file
from syncd.edges.syncs import Syncs
from syncd.errors import LedgerError, StorageError
from syncd.flows.desk import CHANGED, Desk, write_fingerprint

DEATHS = 3
"""So many deaths of the process while one file alone was judged set it aside."""
BREATH = 20
"""Orders judged, or chunks hashed, before the loop has its turn: a few milliseconds ..."""
BREATH_S = 0.05
"""... or after this long, where they are large."""
TOGETHER = 20
"""Good orders written down at once ..."""
LARGE_BYTES = 64 * 1024
"""... of which none but the last is larger: so many are held in memory."""

KILLS = Problem(
    "internal",
    "syncd died or failed three times while it was reading this file, so it was set aside unread. "
    "Please report this as a bug of syncd; other files are not affected.",
)


class StoppedError(Exception):
    """Judging was called off because the daemon stops."""


async def judge_file(
    row: FileRow,
    reading: Reading,
    desk: Desk,
    ledger: Ledger,
    clock: Clock,
    syncs: Syncs,
    is_stopping: Callable[[], bool],
) -> FileRow:
    """Given a claimed file, judge it and note each order of it; return it as it is then: `carrying`.

    Raise StoppedError if the daemon stops meanwhile, StorageError or LedgerError
    if the machine refuses: in both cases the file can be judged anew.
    """
    claim_id = row.claim.id
    begin_judging(ledger, claim_id)
    await ledger.durable()
    undone = ledger.undone
    path, judged_path = desk.path(claim_id), desk.judged_path(claim_id)
    if folder_name(claim_id) == claim_id:  # others may stand in one that is shared
        remove_judged(judged_path)
    before = stat_file(path)
    if before is None:
        raise StorageError(f"{path} is gone from its work folder, or is no regular file any more.")
    digest = hashlib.sha256()
    with desk.write_judged(claim_id) as writer:
        scribe = _Scribe(claim_id, ledger, desk, writer)
        stream = read_chunks(path, digest.update)
        breath = _Breath(clock, is_stopping)
        if row.deaths >= DEATHS:
            scribe.note(Damaged(KILLS))
        elif before.size > reading.limits.file_bytes:
            scribe.note(Damaged(_build_too_big(before.size, reading.limits.file_bytes)))
        else:
            for judged in judge(stream, row.claim.name, reading):
                scribe.note(judged)
                await breath.take()
        for _ in stream:  # all of it is hashed, even where reading was given up early
            await breath.take()
        if (problem := _check_checksum(row, desk, digest.hexdigest())) is not None:
            scribe.note(Damaged(problem))
        after = stat_file(path)
        if after is None or write_fingerprint(after) != write_fingerprint(before):
            scribe.note(Damaged(CHANGED))
        problems = scribe.finish(whole=desk.source(claim_id).on_invalid == "reject_file")
        await writer.sync_beside(syncs)
    if ledger.undone != undone:  # somebody's commit failed meanwhile, and took orders of this file with it
        raise LedgerError(f"The ledger {ledger.path} lost what was being written; the file is judged again.")
    row = replace(
        row,
        state="carrying",
        sha256=digest.hexdigest(),
        bytes=before.size,
        fingerprint=write_fingerprint(after or before),
        problems=problems,
    )
    end_judging(ledger, row)
    await ledger.durable()
    say("file_judged", claim=claim_id, orders=scribe.orders, to_send=scribe.to_send)
    return row


def _check_checksum(row: FileRow, desk: Desk, sha256: str) -> Problem | None:
    """Return the problem of a file that did not come with the checksum of what was read."""
    source = desk.source(row.claim.id)
    checksum = source.complete.checksum and fill_name(source.complete.checksum, row.claim.name)
    if not checksum or checksum not in list_sidecars(row.claim.name, source.complete):
        return None
    return check_checksum(read_beside(source.work, row.claim.id, checksum), sha256)


def _build_too_big(size: int, limit: int) -> Problem:
    return Problem(
        "file_too_big",
        f"The file has {size} bytes; the limit is {limit}. Split it, or raise limits.file_bytes of the source.",
    )


class _Breath:
    """Gives the loop its turn now and then."""

    def __init__(self, clock: Clock, is_stopping: Callable[[], bool]) -> None:
        self._clock = clock
        self._is_stopping = is_stopping
        self._count = 0
        self._since = clock.monotonic()

    async def take(self) -> None:
        """Breathe if it is time to. Raise StoppedError if the daemon stops."""
        self._count += 1
        if self._count % BREATH == 0 or self._clock.monotonic() - self._since > BREATH_S:
            await self._clock.sleep(0)
            self._since = self._clock.monotonic()
            if self._is_stopping():
                raise StoppedError


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an order stands in its file."""

    record: int
    lines: tuple[int, ...]


class _Scribe:
    """Writes down what judging yields, and settles what equal references in one file mean.

    Good orders are written down some at a time, as nearly all of them have a reference of their own.
    """

    def __init__(self, claim_id: str, ledger: Ledger, desk: Desk, writer: JudgedWriter) -> None:
        self._claim_id = claim_id
        self._ledger = ledger
        self._desk = desk
        self._writer = writer
        self._good: list[Order] = []  #: not yet written down
        self._equal: dict[str, OrderRow] = {}  #: of references that came again with the same content, the first order
        self._refused: dict[str, _Place] = {}  #: of references that came with other content, where the first order is
        self._damage: list[Problem] = []
        self._notices: list[Problem] = []
        self._invalid = 0
        self.orders = 0
        self.to_send = 0

    def note(self, judged: Judged) -> None:
        match judged:
            case Order():
                self._good.append(judged)
                if len(self._good) == TOGETHER or len(judged.body) > LARGE_BYTES:
                    self._note_good()
            case Invalid():
                self._note_good()
                self._invalid += 1
                self._add(judged, Outcome.INVALID, (*judged.problems, *self._refuse_twins(judged)))
            case Skipped():
                self._note_good()
                self._add(judged, Outcome.SKIPPED, (judged.problem,))
            case Damaged(problem):
                self._damage.append(problem)
            case Notice(problem):
                self._notices.append(problem)

    def _note_good(self) -> None:
        orders, self._good = self._good, []
        references = {order.reference for order in orders}
        if len(references) < len(orders) or (self.orders and has_any(self._ledger, self._claim_id, references)):
            for order in orders:
                self._note_order(order)
        elif orders:
            entries = [self._write(order, (), order.body) for order in orders]
            add_waiting(self._ledger, self._claim_id, list(zip(orders, entries, strict=True)))
            self.orders += len(orders)
            self.to_send += len(orders)

    def _note_order(self, order: Order) -> None:
        first = self._find_equal(order)
        if first is not None:
            self._add(order, WAITING, (), order.body, order.payload_hash, twin=first.id)
        elif problems := self._refuse_twins(order):
            self._invalid += 1
            self._add(order, Outcome.INVALID, problems)
        else:
            self._add(order, WAITING, (), order.body, order.payload_hash)

    def _find_equal(self, order: Order) -> OrderRow | None:
        """Return the first order of a reference if all that bear it have the content of this one."""
        if order.reference in self._refused:
            return None
        first = self._equal.get(order.reference)
        if first is None:
            first = next(iter(self._find(order.reference)), None)
        if first is None or first.state != WAITING or first.payload_hash != order.payload_hash:
            return None
        self._equal[order.reference] = first
        return first

    def _find(self, reference: str | None) -> list[OrderRow]:
        """Return the orders before with this reference; one that a rule leaves out is in nobody's way."""
        if reference is None:
            return []
        found = find_in_file(self._ledger, self._claim_id, reference)
        return [row for row in found if row.state != Outcome.SKIPPED]

    def _refuse_twins(self, newcomer: Order | Invalid) -> tuple[Problem, ...]:
        """The same reference with other content: none of them is sent. Return the newcomer's problem."""
        reference = newcomer.reference
        if reference is None:
            return ()
        place = _Place(newcomer.record, newcomer.lines)
        if reference not in self._refused:  # else all before are refused already, however many they are
            twins = self._find(reference)
            if not twins:
                return ()
            self._refuse_all(twins, place)
        return (_build_duplicate(self._refused[reference], place),)

    def _refuse_all(self, twins: list[OrderRow], newcomer: _Place) -> None:
        self._writer.flush()
        with self._desk.open_judged(self._claim_id) as reader:
            metas = [reader.read_meta(twin.entry) for twin in twins]
        places = [_Place(twin.record, tuple(meta["lines"])) for twin, meta in zip(twins, metas, strict=True)]
        for twin, meta, place in zip(twins, metas, places, strict=True):
            meta["problems"] = [*meta["problems"], *dump_problems((_build_duplicate(newcomer, place),))]
            self.to_send -= twin.state == WAITING
            note_entry(self._ledger, twin.id, Outcome.INVALID, self._writer.append(self._claim_id, meta, b""))
        self._refused[str(twins[0].reference)] = places[0]

    def _add(
        self,
        judged: Order | Invalid | Skipped,
        state: str,
        problems: tuple[Problem, ...],
        body: bytes = b"",
        payload_hash: str | None = None,
        twin: int | None = None,
    ) -> None:
        entry = self._write(judged, problems, body)
        self.orders += 1
        self.to_send += state == WAITING
        add_order(self._ledger, self._claim_id, judged.record, judged.reference, payload_hash, state, entry, twin)

    def _write(self, judged: Order | Invalid | Skipped, problems: tuple[Problem, ...], body: bytes) -> Entry:
        meta = {"records": judged.records, "lines": judged.lines, "problems": dump_problems(problems)}
        return self._writer.append(self._claim_id, meta, body)

    def finish(self, *, whole: bool) -> Entry | None:
        """Refuse the file if it is damaged, or goes whole or not at all; return where its own problems stand."""
        self._note_good()
        if whole and self._invalid and not self._damage:
            self._damage.append(
                Problem(
                    "invalid_orders",
                    f"{self._invalid} of its orders cannot be sent, and this source sends a file whole or not at all.",
                )
            )
        if self._damage:
            refuse_waiting(self._ledger, self._claim_id)
            self.to_send = 0
        problems = (*self._damage, *self._notices)
        if not problems:
            return None
        return self._writer.append(self._claim_id, {"problems": dump_problems(problems)}, b"")


def _build_duplicate(other: _Place, own: _Place) -> Problem:
    if not other.lines:
        where = "another place"
    elif other.lines[:1] == own.lines[:1]:  # all of a file on one line
        where = f"order {other.record} of this line"
    else:
        where = f"line {other.lines[0]}"
    return Problem(
        "duplicate_reference",
        f"The same reference stands at {where} with other content; neither is sent. "
        "Give each order a reference of its own, or remove the wrong one.",
        field="/ReferenceNumber",
        line=own.lines[0] if own.lines else None,
    )
