"""Tells a file's or an order's story: from what ledger and report know, to sentences in the order of time.

Refuses to look anything up, and to show a value: what the sender wrote stands in the report alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.core.names import names_column


@dataclass(frozen=True, slots=True)
class Event:
    """One sentence of a story."""

    at: datetime | None  #: None: the time is not known, or it is so now
    text: str


@dataclass(frozen=True, slots=True)
class FileStory:
    """What is known of one delivery of one file."""

    claim_id: str
    source: str
    name: str  #: as shown
    state: str
    received_at: datetime
    bytes: int | None
    sha256: str | None
    deaths: int
    failures: int
    outcome: str | None
    filed_as: str | None  #: as shown
    finished_at: datetime | None
    counts: Mapping[str, int]  #: orders by state
    folder: str | None  #: where it was filed
    still_there: bool
    report: Mapping[str, Any] | None
    same_bytes: Sequence[str]  #: claim ids of other deliveries of the same bytes


@dataclass(frozen=True, slots=True)
class OrderStory:
    """What is known of an order in one file."""

    reference: str | None
    record: int
    state: str
    attempts: int
    failures: int
    http_status: int | None
    accepted_at: datetime | None
    note: str | None
    due_in_s: float | None  #: of an order that waits: how long still, where that is known
    delivery: str | None  #: what the API was told of this reference: sending, asking, resend, accepted


_STATES = {
    "claimed": "It stands in work and waits to be judged.",
    "judging": "It stands in work and is being judged.",
    "carrying": "It stands in work and its orders are being carried to the API.",
    "settled": "Each of its orders has an outcome; it is about to be filed.",
}
_DELIVERIES = {
    "sending": "It was sent, and the answer has not come yet: syncd asks for it before it sends again.",
    "asking": "Its sending had no clear answer; the API is asked whether it has the order.",
    "resend": "The API does not have it, so it is sent again.",
}
_OUTCOMES = {
    "waiting": "It waits to be sent.",
    "accepted": "The API accepted it.",
    "already_accepted": "An earlier file, or the API itself, already had this very order; it was not sent again.",
    "skipped": "A rule of the mapping left it out.",
    "invalid": "syncd's own checks stopped it; it was never sent.",
    "rejected": "The API refused it.",
    "conflict": "The API has this reference with other content.",
    "not_sent": "It is good, but its file was refused, so it was not sent.",
}


def tell_file(story: FileStory) -> Iterator[Event]:
    """Given what is known of a delivery, yield its story."""
    yield Event(story.received_at, f"taken from the inbox of {story.source}, as claim {story.claim_id}")
    if story.bytes is not None:
        yield Event(None, f"read to its end: {story.bytes} bytes, sha256 {story.sha256}")
    for claim_id in story.same_bytes:
        yield Event(None, f"the same bytes came as claim {claim_id}, too")
    if story.deaths:
        yield Event(None, f"syncd died {_count(story.deaths, 'time')} while it was reading it")
    if story.failures:
        yield Event(None, f"a bug of syncd stopped it {_count(story.failures, 'time')}; the log has the details")
    total = sum(story.counts.values())
    if total:
        words = ", ".join(f"{count} {state}" for state, count in sorted(story.counts.items()))
        yield Event(None, f"{_count(total, 'order')}: {words}")
    yield from _tell_end(story)
    yield Event(None, f"its log lines under systemd: journalctl SYNCD_CLAIM={story.claim_id}")
    if story.report is not None:
        for error in story.report.get("errors", ()):
            yield Event(None, f"the file as a whole: {_tell_error(error)}")


def _tell_end(story: FileStory) -> Iterator[Event]:
    if story.state != "closed":
        yield Event(None, _STATES.get(story.state, f"Its state is {story.state}."))
        return
    yield Event(story.finished_at, f"filed in {story.outcome} as {story.filed_as}")
    if not story.still_there:
        yield Event(None, f"it no longer stands in {story.folder}: put back, moved away, or past its retention")
    if story.report is None:
        yield Event(None, "its report cannot be read there")


def tell_order(story: OrderStory, entry: Mapping[str, Any] | None) -> Iterator[Event]:
    """Given what is known of an order, and its entry in the report where there is one, yield its story."""
    lines = ", ".join(map(str, (entry or {}).get("lines", ())))
    place = f"record {story.record}" + (f", lines {lines}" if lines else "")
    yield Event(None, f"order {story.reference or '(no reference)'}, {place}")
    if story.attempts:
        yield Event(None, f"  sent {_count(story.attempts, 'time')}")
    if story.state == "waiting":
        if story.failures:
            yield Event(None, f"  the API was in trouble {_count(story.failures, 'time')} in a row")
        if story.delivery in _DELIVERIES:
            yield Event(None, f"  {_DELIVERIES[story.delivery]}")
        elif story.due_in_s:
            yield Event(None, f"  It waits to be sent, for about {story.due_in_s:.0f} s more.")
        else:
            yield Event(None, f"  {_OUTCOMES['waiting']}")
        return
    status = "" if story.http_status is None else f" (HTTP {story.http_status})"
    yield Event(story.accepted_at, f"  {story.state}: {_OUTCOMES.get(story.state, '')}{status}")
    if story.note:
        yield Event(None, f"  note: {story.note}")
    for error in (entry or {}).get("errors", ()):
        yield Event(None, f"  {_tell_error(error)}")


def choose_told(orders: Sequence[OrderStory], most: int) -> list[OrderStory]:
    """Given the orders of a file, return those worth telling one by one: what is not good, at most so many."""
    good = {"accepted", "already_accepted", "skipped"}
    return [order for order in orders if order.state not in good][:most]


def find_entry(report: Mapping[str, Any] | None, order: OrderStory) -> Mapping[str, Any] | None:
    """Return the entry of an order in a report, or None."""
    for entry in (report or {}).get("orders", ()):
        if entry.get("record") == order.record and entry.get("reference") == order.reference:
            found: Mapping[str, Any] = entry
            return found
    return None


def _tell_error(error: Mapping[str, Any]) -> str:
    column = error.get("column") or ""
    if column and names_column(str(error.get("message")), column):
        column = ""
    place = ", ".join(part for part in (f"line {error['line']}" if error.get("line") else "", column) if part)
    return f"{error.get('code')}: {place + ': ' if place else ''}{error.get('message')}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")
