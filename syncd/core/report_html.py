"""The report for people: one page that says what was accepted, what has to be mended, and where exactly.

Says what the report for machines says, with the sender's own rows around it. The same facts give the same bytes.
However large the file, the page stays one that a browser opens: what goes beyond it is counted. Refuses to let a
value of a file be markup, or pass for anything but text: all of it is escaped.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice

from syncd.core.model import Outcome, Problem
from syncd.core.names import report_name, show_name
from syncd.core.places_json import parse_path, write_path
from syncd.core.report import FileFacts, OrderFacts, escape_value, say_problem, say_problem_in
from syncd.core.report_page import find_template
from syncd.core.report_words import OUTCOME_WORDS, say_headline, say_lines, say_rest
from syncd.core.source_records import SourceRecord

MOST_ORDERS = 1_000
"""Orders that are shown, those that need mending and the others each; the rest is counted."""

MOST_PROBLEMS = 50
"""Problems shown of one order."""

MOST_RECORDS = 50
"""Records shown of one order; those with wrong cells come first."""

MOST_CELLS = 100
"""Cells shown of one record; the wrong ones come first."""

MOST_ON_PAGE = 40_000
"""Cells shown on the whole page: what still opens from a mail."""

MENDING = (Outcome.INVALID, Outcome.REJECTED, Outcome.CONFLICT)
"""Outcomes that are shown with their rows: it is in them that something is wrong."""

OTHERS = (Outcome.NOT_SENT, Outcome.SKIPPED, Outcome.ALREADY_ACCEPTED, Outcome.ACCEPTED)
"""Outcomes that are listed in short, in this order."""

_SIGNS = {Outcome.NOT_SENT: ("warn", "\N{EM DASH}"), Outcome.SKIPPED: ("soft", "\N{EM DASH}")}
_GOOD = ("good", "\N{CHECK MARK}")

OrderToMend = tuple[OrderFacts, tuple[int, ...]]
"""An order that needs mending, and the records of the file that belong to it."""

ReadRecords = Callable[[frozenset[int]], Iterator[SourceRecord | None]]
"""Reads records of the file by their numbers, as `source_records.read_records` does."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A problem, and the cells it may be about: whichever of the names the record has."""

    problem: Problem
    record: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is kept of a failed order until its rows are read."""

    order: OrderFacts  #: without its problems
    records: tuple[int, ...]  #: those that are looked up ...
    records_count: int  #: ... of so many
    marks: tuple[_Mark, ...]  #: for the problems that are shown ...
    problems_count: int  #: ... of so many


@dataclass(frozen=True, slots=True)
class _ShownCell:
    """What is shown of a cell, escaped."""

    name: str
    value: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """What is shown of a record, escaped."""

    line: int
    cells: tuple[_ShownCell, ...]
    more_cells: int
    wrong: dict[str, str]  #: the values that problems are about, by their names as the file has them
    whole: frozenset[str]  #: the names of objects and lists that problems are about


def build_html_report(
    facts: FileFacts,
    totals: Mapping[Outcome, int],
    problems: Iterable[Problem],
    failed: Iterable[OrderToMend],
    others: Iterable[OrderFacts],
    read: ReadRecords,
    *,
    refused: bool,
    rejected: str | None,
    show_values: bool,
) -> Iterator[bytes]:
    """Given a settled file, its number of orders by outcome and its orders in file order, yield its page.

    `failed` are the orders of `MENDING`, `others` all others. `refused` says that something is wrong with the
    file as a whole, `rejected` is the name of its rejected file if it has one. Without `show_values` nothing is
    read. The pieces are UTF-8; an empty one now and then gives the caller the chance to let others go first.
    """
    shown = [_choose_shown(order, records) for order, records in islice(failed, MOST_ORDERS)]
    common = {
        "mending": bool(shown),
        "rejected": rejected and show_name(rejected),
        "report": show_name(report_name(facts.filed_as)),
        "show_values": show_values,
    }
    yield _render(
        "head",
        common,
        headline=say_headline(totals, refused=refused),
        rest=say_rest(totals),
        name=show_name(facts.name),
        received=_say_time(facts.received_at),
        test=facts.environment == "test",
        errors=[say_problem(problem, show_values) for problem in problems],
        refused=refused,
        failed=facts.outcome == "failed",
    )
    rows: dict[int, _Row] = {}
    if show_values and shown:
        wrong: defaultdict[int, set[str]] = defaultdict(set)
        for mark in (mark for order in shown for mark in order.marks):
            wrong[mark.record].update(mark.names)
        room = MOST_ON_PAGE
        for record in read(frozenset(number for order in shown for number in order.records)):
            yield b""
            if record is not None:
                rows[record.record] = row = _choose_cells(record, wrong[record.record])
                room -= len(row.cells)
                if room <= 0:
                    break
    for order in shown:
        yield _render("order", common, order=_describe_order(order, rows, show_values))
    more_failed = sum(totals.get(outcome, 0) for outcome in MENDING) - len(shown)
    groups = _group_others(totals, islice(others, MOST_ORDERS), show_values)
    yield _render("foot", common, more_failed=more_failed, groups=groups, facts=_list_facts(facts))


def _render(part: str, common: Mapping[str, object], **values: object) -> bytes:
    # What comes from the file is escaped before; a surrogate that slipped through must not stop the filing.
    return find_template(part).render(common, **values).encode("utf-8", "backslashreplace")


def _choose_shown(order: OrderFacts, records: tuple[int, ...]) -> _Shown:
    """Choose what is shown of a failed order, and find out which cells its problems are about."""
    records = records or (order.record,)
    marks = tuple(_mark(problem, order, records) for problem in order.problems[:MOST_PROBLEMS])
    marked = {mark.record for mark in marks if mark.names}
    chosen = sorted(sorted(records, key=lambda record: record not in marked)[:MOST_RECORDS])
    return _Shown(replace(order, problems=()), tuple(chosen), len(records), marks, len(order.problems))


def _mark(problem: Problem, order: OrderFacts, records: Sequence[int]) -> _Mark:
    """Find the record a problem stands in: that of its line, or that of the entry its field is in."""
    path = parse_path(problem.field)
    names: tuple[str | None, ...] = (problem.column,)
    index = bisect_right(order.lines, problem.line or 0) - 1
    if problem.column is None and problem.line is None:  # of the API, which knows the order and not the file
        names = (write_path(path), ".".join(part for part in path if isinstance(part, str)))
        index = next((part for part in path if isinstance(part, int)), 0)
    return _Mark(problem, records[min(max(index, 0), len(records) - 1)], tuple(filter(None, names)))


def _choose_cells(record: SourceRecord, wrong: set[str]) -> _Row:
    """Choose the cells to show, filled or wrong ones; make each fit to be shown."""
    inside = tuple(name + mark for name in wrong for mark in ".[")  # of an object or list that is wrong as a whole
    judged = [(cell, cell.name in wrong or cell.name.startswith(inside)) for cell in record.cells]
    telling = [(cell, is_wrong) for cell, is_wrong in judged if cell.value or is_wrong]
    chosen = sorted(range(len(telling)), key=lambda index: not telling[index][1])[:MOST_CELLS]
    cells = tuple(
        _ShownCell(_escape_name(cell.name), escape_value(cell.value), is_wrong)
        for cell, is_wrong in (telling[index] for index in sorted(chosen))
    )
    values = {cell.name: escape_value(cell.value) for cell in record.cells if cell.name in wrong}
    filled = {cell.name for cell, is_wrong in judged if is_wrong} - wrong
    whole = frozenset(name for name in wrong if any(cell.startswith((f"{name}.", f"{name}[")) for cell in filled))
    return _Row(record.line, cells, len(telling) - len(cells), values, whole)


@lru_cache(maxsize=1024)
def _escape_name(name: str) -> str:
    """Escape a name, which mostly stands in every row: once, and held once."""
    return escape_value(name)


def _describe_order(shown: _Shown, rows: Mapping[int, _Row], show_values: bool) -> dict[str, object]:
    """Return a failed order as the page shows it."""
    found = [rows[record] for record in shown.records if record in rows]
    return {
        **_describe_briefly(shown.order),
        "outcome": OUTCOME_WORDS[shown.order.outcome],
        "problems": [_describe_problem(mark, rows.get(mark.record), show_values) for mark in shown.marks],
        "more_problems": shown.problems_count - len(shown.marks),
        "records": found,
        "more_records": shown.records_count - len(found) if rows else 0,
    }


def _describe_problem(mark: _Mark, row: _Row | None, show_values: bool) -> dict[str, object]:
    """Return a problem with its place and, as far as it is known, what stands there."""
    problem = mark.problem
    name = next((name for name in mark.names if row and name in row.wrong), None)
    value = row.wrong[name] if row and name else problem.value and escape_value(problem.value)
    return {
        "where": escape_value(name or problem.column or write_path(parse_path(problem.field)) or "The order"),
        "line": problem.line or (row.line if row and name else None),
        "sentence": say_problem_in(problem, show_values),
        # Where a column is named and the row that was read has no such cell, it is missing.
        "placed": value is not None or (row is not None and problem.column not in {None, *row.whole}),
        "value": value,
    }


def _describe_briefly(order: OrderFacts) -> dict[str, object]:
    lines = say_lines(order.lines)
    counted = order.lines[:1] != (order.record,)
    return {
        "reference": order.reference and escape_value(order.reference),
        "place": f"{lines} (record {order.record})" if counted else lines,
    }


def _group_others(
    totals: Mapping[Outcome, int], others: Iterable[OrderFacts], show_values: bool
) -> list[dict[str, object]]:
    """Return the orders in which nothing is wrong, by outcome; what is left out says by which rule."""
    listed: dict[Outcome, list[dict[str, object]]] = {outcome: [] for outcome in OTHERS}
    for order in others:
        sentences = [say_problem(problem, show_values) for problem in order.problems[:MOST_PROBLEMS]]
        sentences += [f"note: {show_name(order.note)}"] if order.note else []
        listed[order.outcome].append({**_describe_briefly(order), "sentences": sentences})
    groups: list[dict[str, object]] = []
    for outcome, orders in listed.items():
        if count := totals.get(outcome, 0):
            tone, sign = _SIGNS.get(outcome, _GOOD)
            words = OUTCOME_WORDS[outcome]
            more = count - len(orders)
            groups.append({"words": words, "tone": tone, "sign": sign, "count": count, "orders": orders, "more": more})
    return groups


def _list_facts(facts: FileFacts) -> dict[str, str]:
    filed_as = {"Filed as": show_name(facts.filed_as)} if facts.filed_as != facts.name else {}
    return {
        "Name": show_name(facts.name),
        **filed_as,
        "Source": show_name(facts.source),
        "Environment": facts.environment,
        "Size": f"{facts.bytes:,} bytes",
        "SHA-256": facts.sha256,
        "Received": _say_time(facts.received_at),
        "Finished": _say_time(facts.finished_at),
        "For programs": show_name(report_name(facts.filed_as)),
    }


def _say_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
