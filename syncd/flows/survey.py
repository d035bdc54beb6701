"""Gathers how things stand: what waits in the inboxes, what the ledger knows, what the daemon said last.

From ledger and folders alone, so that the command works beside a daemon and without, and the status page shows
what the command shows. Changes nothing; safe to call in a thread.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.config.model import Config, InventoryConfig, SourceConfig
from syncd.core.estimate import estimate_minutes
from syncd.core.evidence import is_sidecar
from syncd.core.names import make_matcher, rejected_name, show_name
from syncd.edges.clock import Clock
from syncd.edges.glance import glance_into
from syncd.edges.holds import describe_hold, read_holds
from syncd.edges.ledger import LEDGER_NAME, Ledger
from syncd.edges.ledger_files import FileRow, list_finished_files, list_open_files
from syncd.edges.ledger_orders import count_outcomes, recall_outcomes
from syncd.edges.ledger_status import (
    count_held,
    count_since,
    count_used_quota,
    find_oldest_open,
)
from syncd.edges.lock import is_locked
from syncd.edges.spool import stat_file
from syncd.edges.status_file import read_status
from syncd.edges.storage import find_refusal
from syncd.errors import StorageError

RECENT_HOURS = 24
LAST_FILES = 5
OPEN_FILES = 20
_NAMED = 3
_LOOKS = 500
"""Files of an inbox whose age is looked at: of more, the oldest of so many stands for all."""
SILENT_S = 45.0
"""A daemon that left no word for so long cannot: it does so three times as often."""


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """Whether one runs on this state folder."""

    running: bool
    pid: int | None


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls that use up the quota now."""

    requests: int
    per_seconds: float
    used: int
    known: bool = True  #: False where a daemon runs whose clock cannot be read from here; `used` is 0 then


@dataclass(frozen=True, slots=True)
class Queue:
    """Orders that are yet to be settled, and a guess of how long they take at this quota."""

    orders: int
    minutes: int
    held_for_stock: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What stands in an inbox to be taken."""

    files: int
    oldest_seconds: float | None  #: since the oldest came, or longer where over 500 wait; None: nothing does
    unmatched: int  #: files that no pattern of the source fits: they stay


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source."""

    name: str
    inbox: str
    on_hold: bool  #: its files wait in the inbox because the operator said so
    waiting: Waiting
    oldest_in_work_seconds: float | None  #: since the oldest file in work came; None where none is
    files: dict[str, int]  #: by state; those filed count under their outcome
    orders: dict[str, int]  #: of the same files, by state


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that was taken and is not filed yet."""

    claim: str
    name: str
    source: str
    state: str
    received_at: str
    orders: dict[str, int]


@dataclass(frozen=True, slots=True)
class LastFile:
    """A file that was filed."""

    claim: str
    name: str
    source: str
    outcome: str
    filed_as: str
    finished_at: str
    orders: dict[str, int]
    to_mend: str | None  #: the rejected file, or the file itself, while it stands in failed


@dataclass(frozen=True, slots=True)
class LastInventory:
    """The newest snapshot."""

    taken_at: str
    age_seconds: float
    items: int | None  #: None where the manifest does not tell
    bytes: int


@dataclass(frozen=True, slots=True)
class Survey:
    """How things stand; what `syncd status --json` prints."""

    at: str
    environment: str
    daemon: DaemonStatus
    troubles: list[str]
    quota: Quota
    queue: Queue
    sources: list[SourceStatus]
    open_files: list[OpenFile]  #: the oldest ones
    last_files: list[LastFile]  #: the newest first
    failed_files: list[LastFile]  #: those that still stand in failed, the newest first
    last_inventory: LastInventory | None


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the ledger knows; all empty before the first start."""

    files: dict[tuple[str, str], int]
    orders: dict[tuple[str, str], int]
    oldest: dict[str, datetime]
    used: int | None
    held_for_stock: int
    open_files: list[OpenFile]
    last_files: list[LastFile]
    failed_files: list[LastFile]


def survey(config: Config, clock: Clock, *, since: datetime | None = None, last: int = LAST_FILES) -> Survey:
    """Return how things stand, counting files filed since a time (24 hours ago) and naming so many of the last.

    Raise LedgerError or StorageError where the ledger cannot be read.
    """
    now = clock.now()
    memory = _read_ledger(config, clock, since or now - timedelta(hours=RECENT_HOURS), last)
    pid = is_locked(config.state_dir)
    troubles = _read_last_words(config, now, running=pid is not None)
    sources = []
    held = read_holds(config.state_dir)
    for source in config.sources:
        waiting, wrong = _look_into(source, now)
        troubles += wrong
        files = {state: count for (name, state), count in memory.files.items() if name == source.name}
        orders = {state: count for (name, state), count in memory.orders.items() if name == source.name}
        oldest = memory.oldest.get(source.name)
        oldest_s = None if oldest is None else max(0.0, round((now - oldest).total_seconds(), 1))
        sources.append(
            SourceStatus(
                name=source.name,
                inbox=show_name(str(source.inbox)),
                on_hold=source.name in held,
                waiting=waiting,
                oldest_in_work_seconds=oldest_s,
                files=files,
                orders=orders,
            )
        )
    troubles += [describe_hold(source.name) for source in config.sources if source.name in held]
    if pid is None and (any(source.waiting.files for source in sources) or memory.oldest):
        troubles.insert(0, "Files wait, but no syncd runs: start it with `syncd run`.")
    limit = config.api.rate_limit
    return Survey(
        at=write_milliseconds(now),
        environment=config.api.environment,
        daemon=DaemonStatus(pid is not None, pid),
        troubles=troubles,
        quota=Quota(limit.requests, limit.per_seconds, memory.used or 0, known=memory.used is not None or pid is None),
        queue=_estimate_queue(config, memory),
        sources=sources,
        open_files=memory.open_files,
        last_files=memory.last_files,
        failed_files=memory.failed_files,
        last_inventory=_find_inventory(config.inventory, clock),
    )


def write_milliseconds(at: datetime) -> str:
    """Given a time, return it in UTC as reports write it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def find_filed(config: Config, row: FileRow) -> Path | None:
    """Given a file that was filed, return where; None where its source is no longer in the config."""
    for source in config.sources:
        if source.name == row.claim.source:
            return (source.done if row.outcome == "done" else source.failed) / (row.filed_as or row.claim.name)
    return None


def _read_ledger(config: Config, clock: Clock, since: datetime, last: int) -> _Memory:
    if stat_file(config.state_dir / LEDGER_NAME) is None:
        return _Memory({}, {}, {}, 0, 0, [], [], [])
    with closing(Ledger(config.state_dir, clock, read_only=True)) as ledger:
        per_s = config.api.rate_limit.per_seconds
        failed = [_describe_filed(config, ledger, row) for row in list_finished_files(ledger, 4 * last, "failed")]
        files, orders = count_since(ledger, since)
        return _Memory(
            files=files,
            orders=orders,
            oldest=find_oldest_open(ledger),
            used=count_used_quota(ledger, clock.monotonic(), per_s, clock.boot_id()),
            held_for_stock=count_held(ledger),
            open_files=[
                OpenFile(
                    claim=row.claim.id,
                    name=show_name(row.claim.name),
                    source=row.claim.source,
                    state=row.state,
                    received_at=write_milliseconds(row.claim.received_at),
                    orders=count_outcomes(ledger, row.claim.id),
                )
                for row in list_open_files(ledger, OPEN_FILES)
            ],
            last_files=[_describe_filed(config, ledger, row) for row in list_finished_files(ledger, last)],
            failed_files=[file for file in failed if file.to_mend is not None][:last],
        )


def _describe_filed(config: Config, ledger: Ledger, row: FileRow) -> LastFile:
    return LastFile(
        claim=row.claim.id,
        name=show_name(row.claim.name),
        source=row.claim.source,
        outcome=row.outcome or "",
        filed_as=show_name(row.filed_as or row.claim.name),
        finished_at=write_milliseconds(row.finished_at or row.claim.received_at),
        orders=recall_outcomes(ledger, row),
        to_mend=_find_to_mend(config, row),
    )


def _find_to_mend(config: Config, row: FileRow) -> str | None:
    path = find_filed(config, row) if row.outcome == "failed" else None
    if path is None:
        return None
    rejected = path.with_name(rejected_name(path.name))
    try:
        for each in (rejected, path):
            if stat_file(each) is not None:
                return show_name(str(each))
    except StorageError:
        pass  # a folder that refuses is told by whoever needs it
    return None


def _estimate_queue(config: Config, memory: _Memory) -> Queue:
    waiting = sum(count for (_, state), count in memory.orders.items() if state == "waiting")
    limit = config.api.rate_limit
    share = 1.0 if config.inventory is None else max(0.01, 1 - config.inventory.reserve_share)
    minutes = estimate_minutes(waiting, limit.requests, limit.per_seconds, share)
    return Queue(waiting, minutes, memory.held_for_stock)


def _read_last_words(config: Config, now: datetime, *, running: bool) -> list[str]:
    """Return what the daemon said last; and why it can say no more, as that stands nowhere else."""
    said = read_status(config.state_dir)
    refusal = find_refusal(config.state_dir) if said is not None or stat_file(config.state_dir) is not None else None
    found = [] if refusal is None else [refusal]
    if said is None:
        return found
    if running and refusal is None and (now - said.at).total_seconds() > SILENT_S:
        found.append(
            f"The daemon has left no word in {show_name(str(config.state_dir))} since {write_milliseconds(said.at)}: "
            "free some space there, mount it writable, or check the disk and its cables; the log says which."
        )
    when = "" if running else f"When syncd last ran ({write_milliseconds(said.at)}): "
    return found + [when + trouble for trouble in said.troubles]


def _look_into(source: SourceConfig, now: datetime) -> tuple[Waiting, list[str]]:
    """Return what waits in an inbox, and what is wrong there. One that is not made yet holds nothing."""
    count, oldest_ns = 0, None
    unmatched = []
    fits, has_sidecars = make_matcher(source.match), source.complete.has_sidecars
    try:
        for name, came_ns in glance_into(source.inbox, _LOOKS) if stat_file(source.inbox) is not None else ():
            if has_sidecars and is_sidecar(name, source.complete):
                continue
            if fits(name):
                count += 1
                if came_ns is not None:
                    oldest_ns = came_ns if oldest_ns is None else min(oldest_ns, came_ns)
            else:
                unmatched.append(name)
    except StorageError as error:
        return Waiting(0, None, 0), [str(error)]
    oldest_s = None if oldest_ns is None else max(0.0, round(now.timestamp() - oldest_ns / 1e9, 1))
    wrong = []
    if unmatched:
        names = ", ".join(map(show_name, sorted(unmatched)[:_NAMED]))
        more = f" and {len(unmatched) - _NAMED} more" if len(unmatched) > _NAMED else ""
        wrong.append(
            f"{show_name(str(source.inbox))}: no source takes files named like {names}{more}; they stay there. "
            "Rename them, or name their ending in the source's match."
        )
    return Waiting(count, oldest_s, len(unmatched)), wrong


def _find_inventory(inventory: InventoryConfig | None, clock: Clock) -> LastInventory | None:
    """Return the newest snapshot; None where there is none that can be read."""
    if inventory is None:
        return None
    from syncd.edges.snapshots import LATEST, SnapshotFolder, open_snapshot  # noqa: PLC0415  5 ms, for who has one

    path = inventory.directory / LATEST
    try:
        snapshot, stat = open_snapshot(path), stat_file(path)
        manifest = SnapshotFolder(inventory.directory, clock).read_manifest()
    except (StorageError, FileNotFoundError):
        return None
    rows = manifest[-1].get("rows") if manifest else None
    return LastInventory(
        taken_at=write_milliseconds(snapshot.taken_at),
        age_seconds=max(0.0, round((clock.now() - snapshot.taken_at).total_seconds(), 1)),
        items=rows if isinstance(rows, int) else None,
        bytes=0 if stat is None else stat.size,
    )
