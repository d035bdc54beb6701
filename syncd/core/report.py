"""The report beside a filed file: what became of each of its orders, and what its sender has to mend.

The one room that puts an offending value into a sentence, or hides it. A report is built piece by piece,
an order a line, so that it may be larger than memory and two of them compare well. The same facts give the
same bytes. Refuses to know what anything means: outcomes and totals are given.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from syncd.core.model import OTHER_MARK, VALUE_MARK, Outcome, Problem
from syncd.core.names import show_name
from syncd.core.say import quote_name

LONGEST_VALUE = 80
"""Characters of an offending value that a report shows."""

HIDDEN = "(hidden)"

_encode_json = json.JSONEncoder(ensure_ascii=False).encode  # built once, as that costs most


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a report says of the file as a whole."""

    name: str  #: as its sender named it
    filed_as: str  #: its name in done/ or failed/
    sha256: str  #: hex
    bytes: int
    source: str
    received_at: datetime
    finished_at: datetime
    outcome: Literal["done", "failed"]
    environment: str  #: production or test


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What a report says of one order."""

    reference: str | None
    record: int
    lines: tuple[int, ...]
    outcome: Outcome
    attempts: int  #: 0 where it was never sent
    http_status: int | None
    accepted_at: datetime | None  #: None unless accepted
    problems: tuple[Problem, ...]
    note: str | None = None  #: something beside the contract worth knowing: "unverified"


def build_report(
    facts: FileFacts,
    totals: Mapping[Outcome, int],
    problems: Iterable[Problem],
    orders: Iterable[OrderFacts],
    show_values: bool,
) -> Iterator[bytes]:
    """Given a settled file, its number of orders by outcome and its orders in file order, yield its report.

    The pieces are UTF-8; joined they are the JSON of `report.schema.json`. Keys of the contract always stand,
    with null where there is nothing to say; keys beyond it (`value`, `other`, `note`, and where an error of the file
    as a whole stands) only where there is something.
    """
    head = {
        "version": 1,
        "outcome": facts.outcome,
        "environment": facts.environment,
        "file": {
            "name": show_name(facts.name),
            "filed_as": show_name(facts.filed_as),
            "sha256": facts.sha256,
            "bytes": facts.bytes,
            "source": facts.source,
        },
        "received_at": _write_time(facts.received_at),
        "finished_at": _write_time(facts.finished_at),
        "totals": {
            "orders": sum(totals.values()),
            **{outcome.value: totals.get(outcome, 0) for outcome in Outcome},
        },
    }
    yield b"{\n"
    for key, value in head.items():
        yield b' "%b": %b,\n' % (key.encode(), _write_json(value))
    yield from _build_list("errors", (build_file_error(problem, show_values) for problem in problems))
    yield b",\n"
    yield from _build_list("orders", (_build_order(order, show_values) for order in orders))
    yield b"\n}\n"


def build_error(problem: Problem, show_values: bool) -> dict[str, object]:
    """Given an order's problem, return it as one of the `errors` of a report."""
    error: dict[str, object] = {
        "code": problem.code,
        "field": problem.field,
        "column": problem.column,
        "line": problem.line,
        "message": say_problem(problem, show_values),
    }
    if show_values and problem.value is not None:
        error["value"] = escape_value(problem.value)
    if show_values and problem.other is not None:
        error["other"] = escape_value(problem.other)
    return error


def build_file_error(problem: Problem, show_values: bool) -> dict[str, object]:
    """Given a problem of the file as a whole, return it as one of the `errors` at the head of a report."""
    error = build_error(problem, show_values)
    return {key: value for key, value in error.items() if key in {"code", "message"} or value not in {None, ""}}


def say_problem(problem: Problem, show_values: bool) -> str:
    """Given a problem, return its sentence as one line, with the offending value or "(hidden)" in it."""
    before, mark, behind = problem.message.partition(VALUE_MARK)
    between, other_mark, after = behind.partition(OTHER_MARK)
    value, other = (_quote_value(each) if show_values else HIDDEN for each in (problem.value, problem.other))
    told = f"{show_name(before)}{value if mark else ''}{show_name(between)}"
    return f"{told}{other if other_mark else ''}{show_name(after)}"


def say_problem_in(problem: Problem, show_values: bool) -> str:
    """Given a problem that is shown beside its column's name, return its sentence without that name before it."""
    begin = f"{quote_name(problem.column)}: " if problem.column else ""
    return say_problem(replace(problem, message=problem.message.removeprefix(begin)), show_values)


def escape_value(value: str) -> str:
    """Given a value from a file, return it escaped, on one line of at most 80 characters; "…" marks a cut."""
    pieces = [show_name(character) for character in value[: LONGEST_VALUE + 1]]
    if sum(map(len, pieces)) <= LONGEST_VALUE:
        return "".join(pieces)
    while sum(map(len, pieces)) >= LONGEST_VALUE:  # whole pieces: no escape is cut in two
        pieces.pop()
    return "".join(pieces) + "…"


def _quote_value(value: str | None) -> str:
    """Return a value for a sentence, in quotes where its bounds could not be seen otherwise."""
    if value is None:
        return "(not shown)"
    shown = escape_value(value)
    return shown if value and value == value.strip() else f'"{shown}"'


def _build_order(order: OrderFacts, show_values: bool) -> dict[str, object]:
    built: dict[str, object] = {
        "reference": order.reference,
        "record": order.record,
        "lines": order.lines,
        "outcome": order.outcome.value,
        "attempts": order.attempts,
        "http_status": order.http_status,
        "accepted_at": order.accepted_at and _write_time(order.accepted_at),
        "errors": [build_error(problem, show_values) for problem in order.problems],
    }
    if order.note is not None:
        built["note"] = show_name(order.note)
    return built


def _build_list(key: str, entries: Iterable[object]) -> Iterator[bytes]:
    """Yield ` "key": [...]` with an entry on each line, and `[]` where there is none."""
    yield b' "%b": [' % key.encode()
    between, end = b"\n", b"]"
    for entry in entries:
        yield between + b"  " + _write_json(entry)
        between, end = b",\n", b"\n ]"
    yield end


def _write_json(value: object) -> bytes:
    # A lone surrogate, which has no UTF-8, becomes the escape JSON has for it.
    return _encode_json(value).encode("utf-8", "backslashreplace")


def _write_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
