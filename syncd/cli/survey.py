"""Gathers how things stand: what waits in the inboxes, what the ledger knows, what the daemon said last."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syncd.config.model import Config, SourceConfig
from syncd.core.model import FileStat
from syncd.core.names import matches, show_name
from syncd.edges.clock import Clock
from syncd.edges.ledger import LEDGER_NAME, Ledger
from syncd.edges.ledger_files import list_finished_files
from syncd.edges.ledger_orders import count_outcomes
from syncd.edges.ledger_status import count_files_since, count_orders_since, count_used_quota
from syncd.edges.lock import is_locked
from syncd.edges.spool import list_inbox
from syncd.edges.status_file import read_status
from syncd.errors import StorageError

RECENT_HOURS = 24
LAST_FILES = 5
_NAMED = 3


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """What stands in an inbox to be taken."""

    files: int
    oldest_seconds: float | None  #: since the oldest came; None where nothing waits
    unmatched: int  #: files that no pattern of the source fits: they stay


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source."""

    name: str
    inbox: str
    waiting: Waiting
    files: dict[str, int]  #: by state; those filed count under their outcome
    orders: dict[str, int]  #: of the same files, by state


@dataclass(frozen=True, slots=True)
class LastFile:
    """A file that was filed."""

    name: str
    source: str
    outcome: str
    filed_as: str
    finished_at: str
    orders: dict[str, int]


@dataclass(frozen=True, slots=True)
class Survey:
    """How things stand; what `syncd status --json` prints."""

    at: str
    environment: str
    daemon: DaemonStatus
    troubles: list[str]
    quota: Quota
    sources: list[SourceStatus]
    last_files: list[LastFile]
    last_inventory: None = None  #: nothing is polled


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the ledger knows; all empty before the first start."""

    files: dict[tuple[str, str], int]
    orders: dict[tuple[str, str], int]
    used: int
    last_files: list[LastFile]


def survey(config: Config, clock: Clock) -> Survey:
    """Return how things stand. Raise LedgerError or StorageError where the ledger cannot be read."""
    now = clock.now()
    memory = _read_ledger(config, clock)
    pid = is_locked(config.state_dir)
    troubles = _read_last_words(config, running=pid is not None)
    sources = []
    for source in config.sources:
        waiting, wrong = _look_into(source, now)
        troubles += wrong
        files = {state: count for (name, state), count in memory.files.items() if name == source.name}
        orders = {state: count for (name, state), count in memory.orders.items() if name == source.name}
        sources.append(SourceStatus(source.name, show_name(str(source.inbox)), waiting, files, orders))
    if pid is None and (any(source.waiting.files for source in sources) or _count_open(memory)):
        troubles.insert(0, "Files wait, but no syncd runs: start it with `syncd run`.")
    limit = config.api.rate_limit
    return Survey(
        at=_write_time(now),
        environment=config.api.environment,
        daemon=DaemonStatus(pid is not None, pid),
        troubles=troubles,
        quota=Quota(limit.requests, limit.per_seconds, memory.used),
        sources=sources,
        last_files=memory.last_files,
    )


def _read_ledger(config: Config, clock: Clock) -> _Memory:
    if not (config.state_dir / LEDGER_NAME).exists():
        return _Memory({}, {}, 0, [])
    since = clock.now() - timedelta(hours=RECENT_HOURS)
    with closing(Ledger(config.state_dir, clock, read_only=True)) as ledger:
        per_s = config.api.rate_limit.per_seconds
        return _Memory(
            files=count_files_since(ledger, since),
            orders=count_orders_since(ledger, since),
            used=count_used_quota(ledger, clock.monotonic(), per_s, clock.boot_id()),
            last_files=[
                LastFile(
                    name=show_name(row.claim.name),
                    source=row.claim.source,
                    outcome=row.outcome or "",
                    filed_as=show_name(row.filed_as or row.claim.name),
                    finished_at=_write_time(row.finished_at or row.claim.received_at),
                    orders=count_outcomes(ledger, row.claim.id),
                )
                for row in list_finished_files(ledger, LAST_FILES)
            ],
        )


def _count_open(memory: _Memory) -> int:
    return sum(count for (_, state), count in memory.files.items() if state not in {"done", "failed"})


def _read_last_words(config: Config, *, running: bool) -> list[str]:
    said = read_status(config.state_dir)
    if said is None:
        return []
    when = "" if running else f"When syncd last ran ({_write_time(said.at)}): "
    return [when + trouble for trouble in said.troubles]


def _look_into(source: SourceConfig, now: datetime) -> tuple[Waiting, list[str]]:
    """Return what waits in an inbox, and what is wrong there. One that is not made yet holds nothing."""
    count, oldest_ns = 0, None
    unmatched = []
    try:
        for found in list_inbox(source.inbox) if source.inbox.exists() else ():
            if not isinstance(found, FileStat):
                continue
            if matches(found.name, source.match):
                count += 1
                oldest_ns = found.ctime_ns if oldest_ns is None else min(oldest_ns, found.ctime_ns)
            else:
                unmatched.append(found.name)
    except StorageError as error:
        return Waiting(0, None, 0), [str(error)]
    oldest_s = None if oldest_ns is None else max(0.0, round(now.timestamp() - oldest_ns / 1e9, 1))
    wrong = []
    if unmatched:
        names = ", ".join(map(show_name, sorted(unmatched)[:_NAMED]))
        more = f" and {len(unmatched) - _NAMED} more" if len(unmatched) > _NAMED else ""
        wrong.append(
            f"{show_name(str(source.inbox))}: no source takes files named like {names}{more}; they stay there."
        )
    return Waiting(count, oldest_s, len(unmatched)), wrong


def _write_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
