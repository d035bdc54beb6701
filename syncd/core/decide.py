"""What an answer of the API means: the one table from status to verdict.

Facts and their certainty stand in the API's page: 2xx with success, 400, 401, 403, 404, 409, 429 and 5xx are
documented; 405, 408, 413, 422, redirects and an answer 2xx that cannot be read are the cautious reading.
Sends nothing and plans no time: a verdict says what to do, the flow says when.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from syncd.core.compare import find_differences
from syncd.core.model import VALUE_MARK, Problem, Reply, ReplyKind

UNVERIFIED = "unverified"
"""The note of an order that the API has, in a record that holds nothing to compare."""

_TEXT_CHARACTERS = 300  # of one text of the API in a problem
_MOST_DETAILS = 50  # of one answer; the rest says the same


@dataclass(frozen=True, slots=True)
class Accepted:
    """The API has the order, and it is this very sending's."""

    status: int | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class AlreadyAccepted:
    """The API has this very order, from somewhere else or from before our memory."""

    status: int | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The API refuses the order for good: the sender has to mend it."""

    status: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """The API has another order under this reference."""

    status: int | None
    fields: tuple[str, ...]  #: the paths that differ


@dataclass(frozen=True, slots=True)
class Ask:
    """Whether the order was stored is unknown, or its reference exists: read the order before all else."""

    at_once: bool  #: an answer came, so the server is done; else ask no sooner than timeout_seconds after sending
    exists: bool  #: a 409 said that the reference exists
    retry_after_s: float | None = None  #: the answer asked for this much rest first


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The first "not there" after a sending without an answer: ask once more, timeout_seconds later."""


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Surely not stored, or the API contradicts itself: send it again."""

    contradicted: bool = False  #: it said that the reference exists, and that there is no such order


@dataclass(frozen=True, slots=True)
class RetryLater:
    """The weather, or the quota is used up: the same call again later. What the gate makes of it, `classify` says."""

    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Only the operator can mend this: everything holds, no sender is blamed."""


Verdict = Accepted | AlreadyAccepted | Rejected | Conflict | Ask | AskAgain | SendAgain | RetryLater | Blocked


@dataclass(frozen=True, slots=True)
class Asking:
    """What is known of an order while the API is asked for it."""

    ours: bool  #: the ledger holds a `sending` of this reference and payload
    answered: bool  #: that sending was answered, so one "not there" settles it
    misses: int  #: how often "not there" was answered before
    exists: bool  #: a 409 said that the reference exists


class Call(StrEnum):
    """What a call was for: a 404 to a read is an answer, a 404 to a new order is a wrong address."""

    SUBMIT = "submit"
    READ = "read"
    SIGN_IN = "sign_in"


class Health(StrEnum):
    """What an answer says of the way to the API, whatever it says of one order."""

    GOOD = "good"
    WEATHER = "weather"
    THROTTLED = "throttled"
    OPERATOR = "operator"


def judge_post(reply: Reply) -> Verdict:
    """Given the reply to a new order, return the verdict. A 401 is one to a token fresh from a login."""
    if reply.kind is ReplyKind.UNKNOWN:
        return Ask(at_once=False, exists=False)
    match classify(reply, Call.SUBMIT):
        case Health.OPERATOR:
            return Blocked()
        case Health.THROTTLED:
            return RetryLater(reply.retry_after_s)
        case Health.WEATHER if reply.kind is ReplyKind.NOT_SENT:
            return RetryLater()
        case Health.WEATHER:
            return Ask(at_once=True, exists=False, retry_after_s=reply.retry_after_s)
        case Health.GOOD:
            return _judge_good_post(reply)
        case unreachable:
            assert_never(unreachable)


def _judge_good_post(reply: Reply) -> Verdict:
    """Judge an answer that settles the order or says that its reference exists."""
    if reply.status in {400, 413, 422}:
        return Rejected(reply.status, tuple(_list_refusals(reply.status, reply.body)))
    if reply.status != 409:
        return Accepted(reply.status)
    if reply.retry_after_s is not None:  # assumed: who says when to come back is still at work on the first
        return RetryLater(reply.retry_after_s)
    return Ask(at_once=True, exists=True)


def judge_read(reply: Reply, payload: Mapping[str, object], asking: Asking) -> Verdict:
    """Given the reply to a reading of the order, its payload and what is known of it, return the verdict."""
    match classify(reply, Call.READ):
        case Health.OPERATOR:
            return Blocked()
        case Health.THROTTLED | Health.WEATHER:
            return RetryLater(reply.retry_after_s)
        case Health.GOOD if reply.status == 404:
            return _judge_missing(asking)
        case Health.GOOD if reply.status is not None and 200 <= reply.status < 300:
            return _judge_found(reply, payload, asking.ours)
        case Health.GOOD:  # the API is well and refuses this one reading: no reason to hold the others
            return RetryLater(reply.retry_after_s)
        case unreachable:
            assert_never(unreachable)


def _judge_missing(asking: Asking) -> Verdict:
    """Judge a "not there"; how long a server may still be at work on a lost call is assumed.

    To send again what exists is as safe as the first time: the API refuses a reference it has (documented). Only to
    ask again would go on for ever, should its refusal have been a mistake.
    """
    if asking.exists:
        return SendAgain(contradicted=True)
    return SendAgain() if asking.answered or asking.misses > 0 else AskAgain()


def _judge_found(reply: Reply, payload: Mapping[str, object], ours: bool) -> Verdict:
    """Judge what the API holds under the reference."""
    record = _find_record(reply.body, payload)
    if record is None:
        return RetryLater(reply.retry_after_s)
    comparison = find_differences(payload, record, ours)
    if comparison.differing:
        return Conflict(reply.status, comparison.differing)
    note = None if comparison.compared else UNVERIFIED
    return Accepted(reply.status, note) if ours else AlreadyAccepted(reply.status, note)


def classify(reply: Reply, call: Call = Call.SUBMIT) -> Health:
    """Return what a reply to this kind of call says of the way to the API: what the gate wants to know."""
    if reply.kind is not ReplyKind.ANSWERED or reply.status is None:
        return Health.OPERATOR if reply.operator else Health.WEATHER
    match reply.status:
        case 429:
            return Health.THROTTLED
        case 401 | 403:
            return Health.OPERATOR
        case 404 if call is Call.READ:
            # Assumed: the API's own 404 is JSON; one in HTML comes from a proxy or a wrong base_url.
            return Health.GOOD if _says(reply.body, success=False) else Health.WEATHER
        case 400 | 409 | 413 | 422 if call is not Call.SIGN_IN:
            return Health.GOOD
        case status if 200 <= status < 300:
            return Health.GOOD if _says(reply.body, success=True) else Health.WEATHER
        case status if 300 <= status < 500 and status != 408:
            return Health.OPERATOR
        case _:
            return Health.WEATHER


def describe_reply(reply: Reply) -> str:
    """Return what came back, and what to do about it, in words for the operator; nothing of its body."""
    if reply.kind is not ReplyKind.ANSWERED:
        return reply.error or "the API gave no answer"
    match reply.status:
        case 401:
            return "the API refuses our sign-in (401); check client_id and client_secret"
        case 403:
            return "the API does not allow this (403); ask its operator what this client_id may do"
        case 429:
            return "the API says that the quota is used up (429)"
        case 400 | 409 | 413 | 422 as status:
            return f"the API refuses this call ({status})"
        case int(status) if 200 <= status < 300:
            return f"the API's answer cannot be understood ({status})"
        case int(status) if 300 <= status < 500 and status not in {404, 408}:
            return f"the API does not know this call ({status}); check base_url"
        case 404:
            return "nothing of the API is at this address (404); check base_url"
        case status:
            return f"the API is in trouble ({status})"


def _says(body: object, success: bool) -> bool:
    """Every answer of the API is a JSON object that carries `success` (documented)."""
    return isinstance(body, dict) and body.get("success") is success


def _find_record(body: object, payload: Mapping[str, object]) -> object:
    """Return the order's record, or None. Where it stands is not documented: data, data.order or the body."""
    match body:
        case {"data": {"order": dict() as record}} | {"data": dict() as record} if record:
            return record
        case dict() if payload.keys() & body.keys():
            return body
    return None


def _list_refusals(status: int, body: object) -> Iterator[Problem]:
    """Yield the API's own words on why it refuses an order, one problem a detail."""
    answer = body if isinstance(body, dict) else {}
    error = _read_text(answer.get("error"))
    details = answer.get("details")
    refusals = [
        _read_detail(detail) for detail in (details if isinstance(details, list) else [details])[:_MOST_DETAILS]
    ]
    for field, text in [refusal for refusal in refusals if any(refusal)] or [("", "")]:
        words = ": ".join(part for part in dict.fromkeys((error, text)) if part) or "it gave no reason"
        yield Problem("refused_by_api", f"The API refused this order ({status}): {_cut(words)}", field)


def _read_detail(detail: object) -> tuple[str, str]:
    """Return a detail's field as a JSON pointer and its text; documented as {"field", "message"}."""
    if isinstance(detail, dict):
        return _build_pointer(_read_text(detail.get("field"))), _read_text(detail.get("message"))
    return "", _read_text(detail)


def _build_pointer(field: str) -> str:
    """Turn OrderItems[0].Qty, OrderItems.0.Qty or a JSON pointer into a JSON pointer."""
    if field.startswith("/"):
        return field
    keys = field.replace("[", ".").replace("]", "").removeprefix("$").split(".")
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys if key)


def _read_text(value: object) -> str:
    """Return a foreign text as one printable line that our report cannot take for a mark of its own."""
    if not isinstance(value, str):
        return ""
    line = " ".join(value.split()).replace(VALUE_MARK, "(value)")
    return _cut("".join(character if character.isprintable() else "?" for character in line))


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_CHARACTERS else text[: _TEXT_CHARACTERS - 1] + "…"
