"""What is said of what is wrong, and when: once, repeated sparingly, and "well again" when it is.

Given what is wrong now and what was said before, decides what to say. Sends nothing and asks no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

CALM_S = 60.0
"""How long a thing has to be well before that is said: what comes and goes is said once, not each time."""


class AlertKind(StrEnum):
    """What can be wrong; `docs/operations.md` has the cure of each."""

    FILE_FAILED = "file_failed"
    CREDENTIALS_REFUSED = "credentials_refused"
    API_DOWN = "api_down"
    NOTHING_ARRIVED = "nothing_arrived"
    TORN_UPLOAD = "torn_upload"
    DISK_NEARLY_FULL = "disk_nearly_full"
    SNAPSHOT_OLD = "snapshot_old"
    HELD_BY_MACHINE = "held_by_machine"
    TEST = "test"


class AlertState(StrEnum):
    """What a message says of it."""

    RAISED = "raised"
    REPEATED = "repeated"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now."""

    kind: AlertKind
    subject: str  #: the source, folder or sentence it is about: two of one kind are told apart by it
    text: str  #: a sentence, without any value of a sender's file

    @property
    def key(self) -> str:
        """Return what it is known by from round to round."""
        return f"{self.kind} {self.subject}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Something that was said to be wrong, and not yet to be well."""

    condition: Condition
    since: datetime
    said_at: datetime
    gone_at: datetime | None = None  #: since when it has been well


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """What is said to every channel."""

    state: AlertState
    kind: AlertKind
    subject: str
    text: str
    since: datetime


def weigh(
    standing: Mapping[str, Standing], conditions: Iterable[Condition], now: datetime, repeat_s: float
) -> tuple[dict[str, Standing], list[AlertMessage]]:
    """Given what was said before and what is wrong now, return what stands from now on and what to say."""
    present = {condition.key: condition for condition in conditions}
    after: dict[str, Standing] = {}
    messages = []
    for key, condition in present.items():
        known = standing.get(key)
        if known is None:
            after[key] = Standing(condition, now, now)
            messages.append(_build_message(AlertState.RAISED, after[key]))
            continue
        known = replace(known, condition=condition, gone_at=None)
        if now - known.said_at >= timedelta(seconds=repeat_s):
            known = replace(known, said_at=now)
            messages.append(_build_message(AlertState.REPEATED, known))
        after[key] = known
    for key, known in standing.items():
        if key in present:
            continue
        gone_at = known.gone_at or now
        if now - gone_at >= timedelta(seconds=CALM_S):
            messages.append(_build_message(AlertState.OVER, known))
        else:
            after[key] = replace(known, gone_at=gone_at)
    return after, messages


def _build_message(state: AlertState, standing: Standing) -> AlertMessage:
    condition = standing.condition
    text = f"Well again: {condition.text}" if state is AlertState.OVER else condition.text
    return AlertMessage(state, condition.kind, condition.subject, text, standing.since)


def build_event(kind: AlertKind, subject: str, text: str, now: datetime) -> AlertMessage:
    """Return a message about something that happened, and that will not be well again by itself."""
    return AlertMessage(AlertState.RAISED, kind, subject, text, now)


def write_message(message: AlertMessage, environment: str) -> dict[str, object]:
    """Return a message as channels get it: version 1 of this format."""
    return {
        "version": 1,
        "alert": message.kind.value,
        "state": message.state.value,
        "subject": message.subject,
        "text": message.text,
        "since": message.since.isoformat(),
        "environment": environment,
    }


def write_standing(standing: Mapping[str, Standing]) -> list[list[str]]:
    """Return what stands, as the ledger keeps it."""
    return [
        [
            one.condition.kind.value,
            one.condition.subject,
            one.condition.text,
            one.since.isoformat(),
            one.said_at.isoformat(),
        ]
        for one in standing.values()
    ]


def read_standing(rows: Iterable[Iterable[str]]) -> dict[str, Standing]:
    """Given what `write_standing` returned, return what stands. Raise ValueError if it cannot be understood."""
    found = {}
    for kind, subject, text, since, said_at in rows:
        condition = Condition(AlertKind(kind), subject, text)
        found[condition.key] = Standing(condition, datetime.fromisoformat(since), datetime.fromisoformat(said_at))
    return found


def is_unfinished(name: str) -> bool:
    """Given a name in an inbox, return whether an upload was begun under it that should have been renamed since."""
    folded = name.casefold()
    if folded.endswith((".tmp", ".part", ".partial", ".filepart", ".crdownload")):
        return True
    # rsync writes `.orders.csv.Xa81Zz`; other hidden files are none of our business.
    stem, _, ending = folded.rpartition(".")
    return folded.startswith(".") and len(ending) == 6 and ending.isalnum() and "." in stem[1:]


def tell_failures(source: str, names: list[str]) -> str:
    """Given the files of a source that went to failed, return a sentence about them."""
    if len(names) == 1:
        return f"{names[0]} of {source} went to failed: its report beside it says what is to be mended."
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{len(names)} files of {source} went to failed: {shown}. The report beside each says what is to be mended."
