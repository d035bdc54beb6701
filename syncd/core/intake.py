r"""From the bytes of a file to its orders, each judged: start reading here.

    bytes -> decode -> read_csv -> layout (rows to orders, cells to fields) -\
                    \> read_json (elements, each parsed) --------------------+-> convert -> validate -> Order
                                                                                                    \> Invalid
Streams: never holds more than one order. What is wrong with a file becomes a value; refuses to raise for a
sender's mistake, and knows neither folders nor other files.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from syncd.core.canonical import hash_payload, write_canonical
from syncd.core.decode import Text, open_text
from syncd.core.evidence import Evidence, Tail, check_end
from syncd.core.layout import (
    Group,
    Layout,
    build_payload,
    find_contradictions,
    group_rows,
    locate_cell,
    plan_layout,
)
from syncd.core.limits import Limits
from syncd.core.model import (
    VALUE_MARK,
    Damaged,
    Element,
    FileDamagedError,
    Invalid,
    Judged,
    Notice,
    Order,
    Place,
    Problem,
)
from syncd.core.places_json import write_path
from syncd.core.read_csv import CsvSettings, open_table
from syncd.core.read_json import find_places, parse_element, read_elements
from syncd.core.reference import ReferenceMaker, ReferenceRule
from syncd.core.rules import RECEIVED, REFERENCE
from syncd.core.say import parse_pointer, show_value
from syncd.core.times import explain_time
from syncd.core.validate import ERROR_MARK, OrderChecker

ChosenFormat = Literal["csv", "json", "ndjson"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the files of a source are read and judged."""

    checker: OrderChecker
    format: Literal["auto", "csv", "json", "ndjson"] = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None
    final_newline_required: bool = True
    zone: ZoneInfo | None = None  #: whose clock is meant where a time has no offset
    generate: ReferenceRule | None = None
    limits: Limits = field(default_factory=Limits)
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An order as its file has it, before it is judged."""

    reference: str | None
    records: tuple[int, ...]
    lines: tuple[int, ...]
    raw: dict[str, object]
    problems: tuple[Problem, ...]  #: what reading it has already found
    mended: bool  #: stands in a rejected file that was dropped again
    open_places: Callable[[], Callable[[str], Place]]  #: gives the way from a JSON pointer to its place in the file


def choose_format(name: str, declared: str) -> ChosenFormat:
    """Given a file's name and the source's `format`, return how to read it. Endings count in any case."""
    if declared != "auto":
        return cast("ChosenFormat", declared)
    match name.lower().rpartition(".")[2]:
        case "json":
            return "json"
        case "ndjson" | "jsonl":
            return "ndjson"
        case _:
            return "csv"


def judge(chunks: Iterable[bytes], name: str, reading: Reading) -> Iterator[Judged]:
    """Given a file's bytes and name and how to read it, yield its orders judged, in file order.

    `Damaged` comes last, where the structure of the file is damaged: then nothing of it may be sent. A file
    without orders yields the notice `no_orders`. Never raises for what a file holds.
    """
    rows = orders = 0
    mended = False
    tail = open_tail(name, reading)
    try:
        maker = ReferenceMaker(reading.generate) if reading.generate else None
        for draft in _read_drafts(chunks, name, reading, tail):
            orders += 1
            rows += len(draft.records)
            mended = mended or (isinstance(draft, _Draft) and draft.mended)
            yield draft if isinstance(draft, Invalid) else _judge_draft(draft, reading, maker)
    except FileDamagedError as damage:
        yield Damaged(damage.problem)
        return
    # A rejected file, mended, holds what is left of a whole one: no count fits it.
    if not mended and (problem := check_end(reading.evidence, tail, rows=rows, orders=orders)) is not None:
        yield Damaged(problem)
    elif not orders:
        yield Notice(Problem("no_orders", "The file holds no order"))


def open_tail(name: str, reading: Reading) -> Tail | None:
    """Given a file's name, return what takes its trailer off; None where it has none. JSON proves its own end."""
    pattern = reading.evidence.trailer
    return None if pattern is None or choose_format(name, reading.format) == "json" else Tail(pattern)


def _read_drafts(
    chunks: Iterable[bytes], name: str, reading: Reading, tail: Tail | None
) -> Iterator[_Draft | Invalid]:
    text = open_text(chunks, reading.encoding)
    if tail is not None:
        text = replace(text, chunks=tail.cut(text.chunks))
    chosen = choose_format(name, reading.format)
    if chosen == "csv":
        return _read_csv(text, reading)
    return _read_json(text, reading, lines=chosen == "ndjson")


def _read_csv(text: Text, reading: Reading) -> Iterator[_Draft | Invalid]:
    settings = CsvSettings(reading.delimiter, reading.final_newline_required, reading.limits)
    table = open_table(text, settings, reading.checker.known_columns)
    layout = plan_layout(table.header, reading.checker, generate=reading.generate is not None)
    for group in group_rows(table.rows, layout, reading.limits):
        yield _draft_group(group, layout)


def _draft_group(group: Group, layout: Layout) -> _Draft | Invalid:
    records = tuple(row.record for row in group.rows)
    lines = tuple(row.line for row in group.rows)
    if group.ragged:  # which cell belongs to which column is anybody's guess: nothing more is said of them
        return Invalid(group.reference, records[0], records, lines, group.ragged)
    return _Draft(
        reference=group.reference,
        records=records,
        lines=lines,
        raw=build_payload(group, layout),
        problems=tuple(find_contradictions(group, layout)),
        mended=layout.guarded,
        open_places=lambda: partial(locate_cell, group=group, layout=layout),
    )


def _read_json(text: Text, reading: Reading, *, lines: bool) -> Iterator[_Draft | Invalid]:
    for element in read_elements(text, reading.limits, lines=lines):
        yield _draft_element(element, parse_element(element, reading.limits))


def _draft_element(element: Element, raw: object) -> _Draft | Invalid:
    records, lines = (element.record,), (element.line,)
    if not isinstance(raw, dict):
        message = f"The order is {VALUE_MARK}; it must be an object with fields of its own"
        problem = Problem("type", message, line=element.line, value=show_value(raw))
        return Invalid(None, element.record, records, lines, (problem,))
    reference = raw.get(REFERENCE)
    if isinstance(reference, int) and not isinstance(reference, bool):
        reference = str(reference)
    return _Draft(
        reference=reference if isinstance(reference, str) and reference else None,
        records=records,
        lines=lines,
        raw=raw,
        problems=(),
        mended=ERROR_MARK in raw,
        open_places=lambda: partial(_locate_key, element=element, places=find_places(element)),
    )


def _judge_draft(draft: _Draft, reading: Reading, maker: ReferenceMaker | None) -> Order | Invalid:
    payload = reading.checker.convert(draft.raw, reading.zone)
    received = payload.get(RECEIVED)
    if maker and REFERENCE not in payload and isinstance(received, str) and explain_time(received, None) is None:
        payload = {REFERENCE: maker.make(payload, received), **payload}
    found = reading.checker.check(payload, reading.zone)
    if found or draft.problems:
        locate = draft.open_places()
        placed = [_place_problem(problem, draft.raw, locate(problem.field)) for problem in found]
        problems = sorted((*draft.problems, *placed), key=lambda problem: problem.line or 0)
        return Invalid(draft.reference, draft.records[0], draft.records, draft.lines, tuple(problems))
    body = write_canonical(payload)
    reference = cast("str", payload[REFERENCE])  # the checker has seen to it
    return Order(reference, draft.records[0], draft.records, draft.lines, body, hash_payload(body))


def _place_problem(problem: Problem, raw: dict[str, object], place: Place) -> Problem:
    """Return the problem with its place and the value as the file has it."""
    value = problem.value
    if value is not None:
        written = _find_raw(raw, problem.field)
        value = value if written is None else show_value(written)
    return replace(problem, line=place.line, column=place.column, value=value)


def _find_raw(raw: Any, pointer: str) -> object:
    for part in parse_pointer(pointer):
        raw = raw[int(part)] if isinstance(raw, list) else raw.get(part)
    return raw  # None for a reference that was generated


def _locate_key(pointer: str, element: Element, places: Mapping[str, Place]) -> Place:
    """Return a value's path of keys and its line, or the line of what is around it where it is missing."""
    around = pointer
    while around and around not in places:
        around = around.rpartition("/")[0]
    line = places[around].line if around in places else element.line
    parts = parse_pointer(pointer)
    return Place(line, write_path(tuple(int(part) if part.isdecimal() else part for part in parts)))
