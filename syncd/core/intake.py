r"""From the bytes of a file to its orders, each judged: start reading here.

    bytes -> decode -> read_csv -> layout (rows to orders, cells to fields) -\
                    \> read_json (elements, each parsed) --------------------+-> convert -> validate -> Order
                                                                                                    \> Invalid
A mapping (`core.mapping`) stands in the place of the layout; a workbook (`core.xlsx`) is read as rows. Streams: one
order is held at a time, but for what has to be read whole, such as joined tables. What is wrong with a file becomes
a value; refuses to raise for a sender's mistake, and knows neither folders nor other files.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
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
from syncd.core.mapping.model import Mapping
from syncd.core.mapping.reading import choose_mapped_encoding, read_mapped
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
    Skipped,
)
from syncd.core.places_json import parse_path, parse_pointer, write_path
from syncd.core.read_csv import CsvSettings, open_table
from syncd.core.read_json import find_places, read_orders
from syncd.core.reference import ReferenceMaker, ReferenceRule
from syncd.core.rules import RECEIVED, REFERENCE
from syncd.core.say import quote_name, show_value
from syncd.core.times import explain_time
from syncd.core.validate import ERROR_MARK, OrderChecker
from syncd.core.xlsx.archive import is_workbook
from syncd.core.xlsx.worksheet import Workbook

MOST_BETWEEN = 64 * 1024**2
"""Bytes between two orders. Empty rows and lines are left out, but not without end: they take time to read."""

WORKBOOK_ENDING = ".xlsx"

ChosenFormat = Literal["csv", "xlsx", "json", "ndjson"]


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
    mapping: Mapping | None = None  #: the sender's own layout; None: the API's own field names


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as its file has it, before it is judged."""

    reference: str | None
    records: tuple[int, ...]
    lines: tuple[int, ...]
    raw: dict[str, object]
    problems: tuple[Problem, ...]  #: what reading it has already found
    mended: bool  #: stands in a rejected file that was dropped again
    open_places: Callable[[], Callable[[str], Place]]  #: gives the way from a JSON pointer to its place in the file
    find_written: Callable[[str], object]  #: the value behind a JSON pointer as the file has it
    told: frozenset[str] = frozenset()  #: JSON pointers of fields that the mapping could not read
    stand_ins: ReadOnly[str, str] = field(
        default_factory=dict
    )  #: JSON pointer of a block -> of the one it is copied from
    list_columns: Callable[[str], tuple[str, ...]] = lambda _pointer: ()  #: the columns a field is put together from
    stands: Callable[[str], bool] = lambda _pointer: True  #: whether a field was read from the file


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
    meter = _Meter()
    try:
        maker = ReferenceMaker(reading.generate) if reading.generate else None
        # What groups rows over the whole file gives no order before its end.
        watched = chunks if reading.mapping and reading.mapping.holds_file else meter.watch(chunks)
        for draft in read_drafts(watched, name, reading, tail):
            if isinstance(draft, Notice):
                yield draft
                continue
            meter.seen = 0
            orders += 1
            rows += len(draft.records)
            mended = mended or (isinstance(draft, Draft) and draft.mended)
            yield _judge_draft(draft, reading, maker) if isinstance(draft, Draft) else draft
    except FileDamagedError as damage:
        yield Damaged(damage.problem)
        return
    # A rejected file, mended, holds what is left of a whole one: no count fits it.
    if not mended and (problem := check_end(reading.evidence, tail, rows=rows, orders=orders)) is not None:
        yield Damaged(problem)
    elif not orders:
        yield Notice(Problem("no_orders", "The file holds no order"))


class _Meter:
    """Counts what is read without finding an order."""

    def __init__(self) -> None:
        self.seen = 0

    def watch(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.seen += len(chunk)
            if self.seen > MOST_BETWEEN:
                message = (
                    f"More than {MOST_BETWEEN:,} bytes of the file hold no order: remove empty rows, and what stands "
                    "around the orders"
                )
                raise FileDamagedError(Problem("no_order_for_long", message))
            yield chunk


def open_tail(name: str, reading: Reading) -> Tail | None:
    """Given a file's name, return what takes its trailer off; None where it has none.

    JSON and workbooks prove their own end.
    """
    pattern = reading.evidence.trailer
    return None if pattern is None or choose_reading(name, reading) in {"json", "xlsx"} else Tail(pattern)


def open_encoded(chunks: Iterable[bytes], name: str, reading: Reading) -> Text:
    """Given a file's bytes and name and how it is read, return its text. Raise FileDamagedError."""
    source = iter(chunks)
    head = next(source, b"")
    if is_workbook(head):
        advice = "it is read under a mapping alone; make one, or save the sheet as CSV"
        if reading.mapping is not None and reading.mapping.rules.by_ending:
            advice = "let its name end in .xlsx"
        elif reading.mapping is not None:
            advice = f"the mapping says `format: {reading.mapping.rules.format}`; take that line out"
            advice += "" if name.lower().endswith(WORKBOOK_ENDING) else ", and let the file's name end in .xlsx"
        raise FileDamagedError(Problem("workbook", f"The file is an Excel workbook: {advice}"))
    encoding = reading.encoding
    if reading.mapping is not None:
        encoding = choose_mapped_encoding(encoding, reading.mapping, head)
    return open_text(chain((head,), source), encoding)


def open_file(chunks: Iterable[bytes], name: str, reading: Reading) -> Text | Workbook:
    """Given a file's bytes and name and how it is read, return its text or its workbook. Raise FileDamagedError."""
    return Workbook(chunks) if choose_reading(name, reading) == "xlsx" else open_encoded(chunks, name, reading)


def choose_reading(name: str, reading: Reading) -> ChosenFormat:
    """Given a file's name and how it is read, return its format: a mapping says it, else the source or the ending."""
    if reading.mapping is None:
        return choose_format(name, reading.format)
    rules = reading.mapping.rules
    return "xlsx" if rules.by_ending and name.lower().endswith(WORKBOOK_ENDING) else rules.format


def read_drafts(
    chunks: Iterable[bytes], name: str, reading: Reading, tail: Tail | None
) -> Iterator[Draft | Invalid | Skipped | Notice]:
    """Given a file's bytes and name, how it is read and what takes its trailer off, yield its orders as they stand.

    Raise FileDamagedError where the structure of the file is damaged.
    """
    chosen = choose_reading(name, reading)
    if reading.mapping is not None and chosen == "xlsx":
        return _read_mapped(Workbook(chunks), reading, reading.mapping)
    text = open_encoded(chunks, name, reading)
    if tail is not None:
        text = replace(text, chunks=tail.cut(text.chunks))
    if reading.mapping is not None:
        return _read_mapped(text, reading, reading.mapping)
    if chosen == "csv":
        return _read_csv(text, reading)
    return _read_json(text, reading, lines=chosen == "ndjson")


def _read_mapped(
    text: Text | Workbook, reading: Reading, mapping: Mapping
) -> Iterator[Draft | Invalid | Skipped | Notice]:
    settings = CsvSettings(reading.delimiter, reading.final_newline_required, reading.limits)
    for mapped in read_mapped(text, settings, mapping, reading.zone):
        if isinstance(mapped, Invalid | Skipped | Notice):
            yield mapped
            continue
        yield Draft(
            reference=mapped.reference,
            records=mapped.records,
            lines=mapped.lines,
            raw=mapped.payload,
            problems=mapped.problems,
            mended=mapped.mended,
            open_places=lambda mapped=mapped: mapped.locate,  # type: ignore[misc]
            find_written=mapped.find_written,
            told=frozenset(mapped.reader.told),
            stand_ins=mapped.reader.stand_ins,
            list_columns=mapped.list_columns,
            stands=mapped.stands,
        )


def _read_csv(text: Text, reading: Reading) -> Iterator[Draft | Invalid]:
    settings = CsvSettings(reading.delimiter, reading.final_newline_required, reading.limits)
    table = open_table(text, settings, reading.checker.known_columns)
    layout = plan_layout(table.header, reading.checker, generate=reading.generate is not None)
    for group in group_rows(table.rows, layout, reading.limits):
        yield _draft_group(group, layout)


def _draft_group(group: Group, layout: Layout) -> Draft | Invalid:
    records = tuple([row.record for row in group.rows])
    lines = tuple([row.line for row in group.rows])
    if group.ragged:  # which cell belongs to which column is anybody's guess: nothing more is said of them
        return Invalid(group.reference, records[0], records, lines, group.ragged)
    return Draft(
        reference=group.reference,
        records=records,
        lines=lines,
        raw=(raw := build_payload(group, layout)),
        problems=tuple(find_contradictions(group, layout)),
        mended=layout.guarded,
        open_places=lambda: partial(locate_cell, group=group, layout=layout),
        find_written=partial(_find_raw, raw),
    )


def _read_json(text: Text, reading: Reading, *, lines: bool) -> Iterator[Draft | Invalid]:
    for element, raw in read_orders(text, reading.limits, lines=lines):
        yield _draft_element(element, raw)


def _draft_element(element: Element, raw: object) -> Draft | Invalid:
    records, lines = (element.record,), (element.line,)
    if not isinstance(raw, dict):
        message = f"The order is {VALUE_MARK}; it must be an object with fields of its own"
        problem = Problem("type", message, line=element.line, value=show_value(raw))
        return Invalid(None, element.record, records, lines, (problem,))
    reference = raw.get(REFERENCE)
    if isinstance(reference, int) and not isinstance(reference, bool):
        reference = str(reference)
    return Draft(
        reference=reference if isinstance(reference, str) and reference else None,
        records=records,
        lines=lines,
        raw=raw,
        problems=(),
        mended=ERROR_MARK in raw,
        open_places=lambda: partial(_locate_key, element=element, places=find_places(element)),
        find_written=partial(_find_raw, raw),
    )


def _judge_draft(draft: Draft, reading: Reading, maker: ReferenceMaker | None) -> Order | Invalid:
    body = None if draft.problems else reading.checker.accept(draft.raw, reading.zone)
    if body is not None:
        reference = str(draft.raw[REFERENCE])
        return Order(reference, draft.records[0], draft.records, draft.lines, body, hash_payload(body))
    payload = reading.checker.convert(draft.raw, reading.zone)
    received = payload.get(RECEIVED)
    if maker and REFERENCE not in payload and isinstance(received, str) and explain_time(received, None) is None:
        payload = {REFERENCE: maker.make(payload, received), **payload}
    found = _drop_copies(reading.checker.check(payload, reading.zone), draft.stand_ins)
    if found or draft.problems:
        locate = draft.open_places()
        placed = [
            _place_problem(problem, draft.find_written, locate(problem.field), named=reading.mapping is not None)
            for problem in found
            if draft.told.isdisjoint(list_around(problem.field))  # what was not understood is not missing as well
        ]
        problems = sorted((*draft.problems, *placed), key=lambda problem: problem.line or 0)
        return Invalid(draft.reference, draft.records[0], draft.records, draft.lines, tuple(problems))
    body = write_canonical(payload)
    reference = cast("str", payload[REFERENCE])  # the checker has seen to it
    return Order(reference, draft.records[0], draft.records, draft.lines, body, hash_payload(body))


def _drop_copies(found: Iterable[Problem], stand_ins: ReadOnly[str, str]) -> list[Problem]:
    """Return the problems without those of a block that is another one's copy, where the other has them as well."""
    problems = list(found)
    known = {(problem.code, problem.field) for problem in problems}

    def is_copy(problem: Problem) -> bool:
        return any(
            problem.field.startswith(f"{block}/")
            and (problem.code, source + problem.field.removeprefix(block)) in known
            for block, source in stand_ins.items()
        )

    return [problem for problem in problems if not is_copy(problem)]


def list_around(pointer: str) -> Iterator[str]:
    """Given a JSON pointer, yield it and that of each object or list around it, innermost first."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _place_problem(problem: Problem, find_written: Callable[[str], object], place: Place, *, named: bool) -> Problem:
    """Return the problem with its place and the value as the file has it, named as its sender names it."""
    value, message = problem.value, problem.message
    if value is not None:
        written = find_written(problem.field)
        value = value if written is None else show_value(written)
    if named and place.column:
        message = f"{quote_name(place.column)}: {message}"
    return replace(problem, message=message, line=place.line, column=place.column, value=value)


def _find_raw(raw: Any, pointer: str) -> object:
    for part in parse_pointer(pointer):
        raw = raw[int(part)] if isinstance(raw, list) else raw.get(part)
    return raw  # None for a reference that was generated


def _locate_key(pointer: str, element: Element, places: ReadOnly[str, Place]) -> Place:
    """Return a value's path of keys and its line, or the line of what is around it where it is missing."""
    around = pointer
    while around and around not in places:
        around = around.rpartition("/")[0]
    line = places[around].line if around in places else element.line
    return Place(line, write_path(parse_path(pointer)))
