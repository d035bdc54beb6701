"""What flows between the rooms: frozen values, each named as in the glossary.

Money is `Decimal`, times are aware UTC datetimes, names are `str` as `os.fsdecode` gives them (bytes that
are no UTF-8 stand as lone surrogates). Nothing here touches the world or decides anything.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

VALUE_MARK = "{value}"
"""Stands in a problem's message where the offending value is shown, or hidden if the config asks for it."""

OTHER_MARK = "{other value}"
"""Stands there likewise for the value it was compared with."""


@dataclass(frozen=True, slots=True)
class FileStat:
    """How a file in an inbox looks from outside, for telling whether it still changes."""

    name: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A file taken from its inbox: from here on only syncd touches it."""

    id: str  #: names this delivery; `names.folder_name` gives its folder below the source's work folder
    source: str
    name: str  #: as its sender named it
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in the sender's file."""

    line: int | None  #: counts from 1
    column: str | None  #: CSV: the header's name; JSON: the path of keys


@dataclass(frozen=True, slots=True)
class Problem:
    """A sender's mistake with its place, in words a clerk can act on."""

    code: str  #: stable, snake_case
    message: str  #: a sentence; may hold VALUE_MARK once, and OTHER_MARK behind it
    field: str = ""  #: JSON pointer into the order; empty for the order or file as a whole
    column: str | None = None
    line: int | None = None
    value: str | None = None  #: the offending value as it stood in the file
    other: str | None = None  #: the value it does not agree with


class FileDamagedError(Exception):
    """Raised by the readers inside `core` when the structure of a file is damaged; `intake` makes it a value."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a CSV file."""

    record: int  #: counts from 1; the header is record 1
    line: int  #: where it begins, counts from 1
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """One order of a JSON or NDJSON file, as raw text that is known to be balanced."""

    record: int  #: counts from 1
    line: int  #: where it begins, counts from 1
    text: str
    column: int = 1  #: where in that line it begins, in characters, counts from 1


@dataclass(frozen=True, slots=True)
class Order:
    """An order that passed every check and may be sent."""

    reference: str
    record: int
    records: tuple[int, ...]  #: every record of the file that belongs to it
    lines: tuple[int, ...]  #: where those records begin
    body: bytes  #: canonical JSON: what is hashed and what is sent
    payload_hash: str  #: sha256 of the body, hex


@dataclass(frozen=True, slots=True)
class Invalid:
    """An order that our own checks refuse: it is never sent."""

    reference: str | None
    record: int
    records: tuple[int, ...]
    lines: tuple[int, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """An order that a rule of the mapping leaves out; the problem names the rule."""

    reference: str | None
    record: int
    records: tuple[int, ...]
    lines: tuple[int, ...]
    problem: Problem


@dataclass(frozen=True, slots=True)
class Damaged:
    """The structure of the file is damaged here: nothing of it is sent."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the whole file that a reader of the report should know; it refuses nothing."""

    problem: Problem


Judged = Order | Invalid | Skipped | Damaged | Notice
"""What intake yields, in file order; `Damaged` is always the last."""


class Outcome(StrEnum):
    """What became of an order: the words of the report."""

    ACCEPTED = "accepted"
    ALREADY_ACCEPTED = "already_accepted"
    SKIPPED = "skipped"
    INVALID = "invalid"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    NOT_SENT = "not_sent"


class ReplyKind(StrEnum):
    """What the API edge saw of a call."""

    ANSWERED = "answered"  #: a whole answer came
    NOT_SENT = "not_sent"  #: certainly no byte of the request reached a server
    UNKNOWN = "unknown"  #: sent, or partly sent, and no whole answer came


@dataclass(frozen=True, slots=True)
class Reply:
    """What the API edge saw of one call. An HTTP answer is data, whatever its status."""

    kind: ReplyKind
    status: int | None = None
    body: object = None  #: decoded JSON (numbers as int or Decimal), or None where the body is no JSON
    retry_after_s: float | None = None
    error: str | None = None  #: why there is no answer: a word or two without personal data or secrets
    server_time: datetime | None = None  #: the answer's Date header
    operator: bool = False  #: no answer for a reason only the operator can mend: TLS, unknown host
    sent_at: float = 0.0  #: boot-time seconds, just before its request left
