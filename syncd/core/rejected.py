"""The rejected file: an input's failed orders alone, in its own layout, each with what to mend in `_error`.

Mended and dropped again, it sends just what is missing. Everything but `_error` stands as the sender wrote
it; of CSV only the quoting may differ, and cells that a spreadsheet would run are guarded; of a workbook one
sheet is left, without its looks. Streams the input
once more and holds one order. Refuses to judge: which orders failed, and why, is given.
"""

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TypeVar

from syncd.core.decode import Text
from syncd.core.guard import guard_cell, unguard_cell
from syncd.core.intake import Reading, choose_reading, open_encoded, open_tail
from syncd.core.mapping.model import Mapping
from syncd.core.mapping.rejected_rows import build_mapped_rows
from syncd.core.model import Element, Problem, Row
from syncd.core.read_csv import CsvSettings, dump_row, open_table
from syncd.core.read_json import read_elements
from syncd.core.report import say_problem
from syncd.core.validate import ERROR_MARK
from syncd.core.xlsx.worksheet import Workbook

FailedOrder = tuple[tuple[int, ...], str | tuple[str, ...]]
"""The records of an order, and its problems in words: one text for the first record, or one for each."""

_Record = TypeVar("_Record", Row, Element)

_SPACES = " \t\r\n"
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, strict=False)
"""Finds where values end; what they are is no matter here."""


def build_rejected(
    chunks: Iterable[bytes], name: str, reading: Reading, failed: Iterator[FailedOrder]
) -> Iterator[bytes]:
    """Given a file's bytes and name, how it is read and the orders that failed, yield its rejected file.

    The failed orders are in file order. The file was judged before and is not damaged: raise FileDamagedError
    otherwise. A character of an `_error` that the input's encoding lacks becomes "?".
    """
    chosen, mapping = choose_reading(name, reading), reading.mapping
    if mapping is not None and chosen == "xlsx":
        yield from _build_mapped(Workbook(chunks), reading, mapping, failed)
        return
    build = {"json": _build_json, "ndjson": _build_lines}.get(chosen, _build_csv)
    text = open_encoded(chunks, name, reading)
    if (tail := open_tail(name, reading)) is not None:  # a rejected file has no trailer: it counts nothing
        text = replace(text, chunks=tail.cut(text.chunks))
    yield from build(text, reading, failed)


def spread_problems(lines: Sequence[int], problems: Iterable[Problem], show_values: bool) -> tuple[str, ...]:
    """Given where an order's records begin and its problems, return what to say in each record's `_error`.

    A problem stands in the record that holds its line; one without a line stands in the first.
    """
    texts: list[list[str]] = [[] for _ in lines]
    for problem in problems:
        index = bisect_right(lines, problem.line or 0) - 1
        texts[max(index, 0)].append(say_problem(problem, show_values))
    return tuple("; ".join(sentences) for sentences in texts)


def _pick_around(
    records: Iterator[Row], failed: Iterator[FailedOrder], keeps: Callable[[Row], bool]
) -> Iterator[tuple[Row, str | None]]:
    """Yield each record of a failed order with its text, and without one each record that is kept besides."""
    kept: list[Row] = []

    def watch() -> Iterator[Row]:
        for record in records:
            if keeps(record):
                kept.append(record)
            yield record

    watched = watch()
    for record, error in _pick_failed(watched, failed):
        yield from ((each, None) for each in kept if each is not record)
        kept.clear()
        yield record, error
    for _ in watched:  # what stands behind the last failed order may be needed, too
        pass
    yield from ((each, None) for each in kept)


def _pick_failed(records: Iterator[_Record], failed: Iterator[FailedOrder]) -> Iterator[tuple[_Record, str]]:
    """Yield each record of a failed order with its text, and stop reading behind the last one."""
    waiting: dict[int, str] = {}
    upcoming = next(failed, None)
    for record in records:
        while upcoming is not None and upcoming[0][0] <= record.record:
            numbers, texts = upcoming
            spread = (texts,) if isinstance(texts, str) else texts
            waiting |= dict.fromkeys(numbers, "") | dict(zip(numbers, spread, strict=False))
            upcoming = next(failed, None)
        if record.record in waiting:
            yield record, waiting.pop(record.record)
        if upcoming is None and not waiting:
            return


def _build_mapped(
    text: Text | Workbook, reading: Reading, mapping: Mapping, failed: Iterator[FailedOrder]
) -> Iterator[bytes]:
    settings = CsvSettings(reading.delimiter, reading.final_newline_required, reading.limits)
    pick = partial(_pick_around, failed=failed)
    return build_mapped_rows(text, settings, mapping, lambda rows, keeps: pick(rows, keeps=keeps))


def _build_csv(text: Text, reading: Reading, failed: Iterator[FailedOrder]) -> Iterator[bytes]:
    """Yield header and rows, with `_error` behind the last column that has a name.

    A row with too few or too many cells has its `_error` in that column, too: the missing ones are filled up
    with empty ones, surplus ones stand behind `_error`. Where none is surplus an empty one is put there, so
    that such a row is refused again until somebody has seen to it.
    """
    if reading.mapping is not None:
        yield from _build_mapped(text, reading, reading.mapping, failed)
        return
    settings = CsvSettings(reading.delimiter, reading.final_newline_required, reading.limits)
    table = open_table(text, settings, reading.checker.known_columns)
    dialect, header = table.dialect, list(table.header.cells)
    old = header.index(ERROR_MARK) if ERROR_MARK in header else None
    if old is not None:
        del header[old]
    widest = len(header)
    while header and not header[-1]:  # columns without a name, which spreadsheets leave behind
        header.pop()
    width = len(header)

    def write_row(cells: list[str], error: str, surplus: list[str]) -> bytes:
        if old is not None:  # guarded when that file was written
            cells, surplus = list(map(unguard_cell, cells)), list(map(unguard_cell, surplus))
        error = error.encode(dialect.encoding, "replace").decode(dialect.encoding)
        return dump_row(list(map(guard_cell, [*cells, error, *surplus])), dialect).encode(dialect.encoding)

    yield dialect.bom
    if dialect.sep_line:
        yield f"sep={dialect.delimiter}{dialect.newline}".encode(dialect.encoding)
    yield write_row(header, ERROR_MARK, [])
    for row, error in _pick_failed(table.rows, failed):
        cells = list(row.cells)
        if old is not None:
            del cells[old : old + 1]
        missing, surplus = [""] * (width - len(cells)), cells[width:]
        whole = not missing and len(cells) <= widest and not any(surplus)
        yield write_row(cells[:width] + missing, error, [] if whole else surplus or [""])


def _build_json(text: Text, reading: Reading, failed: Iterator[FailedOrder]) -> Iterator[bytes]:
    """Yield an array, an object with `orders` or a single order, as the input was, an order on each line."""
    opening, seen = "", 0
    first: Element | None = None

    def watch(chunks: Iterator[str]) -> Iterator[str]:
        nonlocal opening, seen
        for chunk in chunks:
            if first is None:
                opening = opening or chunk.lstrip()[:1]
                seen += _count_marks(chunk)
            yield chunk

    keys = reading.mapping.rules.orders if reading.mapping is not None else ()
    elements = read_elements(replace(text, chunks=watch(text.chunks)), reading.limits, lines=False, keys=keys or None)
    first = next(elements, None)
    if opening == "[":
        before, after = "[\n", "\n]\n"
    elif first is not None and _count_marks(first.text) == seen:  # nothing was around it: it is the whole file
        before, after = "", "\n"
    else:
        wrapped = [json.dumps(key, ensure_ascii=False) for key in keys or ("orders",)]
        before, after = "".join(f"{{{key}: " for key in wrapped) + "[\n", "\n]" + "}" * len(wrapped) + "\n"
    yield text.bom + before.encode(text.encoding)
    between = b""
    for element, error in _pick_failed(chain(() if first is None else (first,), elements), failed):
        yield between + _mark_element(element, error, text.encoding)
        between = ",\n".encode(text.encoding)
    yield after.encode(text.encoding)


def _build_lines(text: Text, reading: Reading, failed: Iterator[FailedOrder]) -> Iterator[bytes]:
    """Yield an order a line."""
    yield text.bom
    for element, error in _pick_failed(read_elements(text, reading.limits, lines=True), failed):
        yield _mark_element(element, error, text.encoding) + "\n".encode(text.encoding)


def _count_marks(text: str) -> int:
    """Return how many characters are no white space."""
    return sum(map(len, text.split()))


def _mark_element(element: Element, error: str, encoding: str) -> bytes:
    """Return an order's own text with the last key `_error`; what is no object stays as it is."""
    text = _remove_error(element.text.strip())
    if not text.startswith("{"):
        return text.encode(encoding)
    members = text[:-1].rstrip()
    comma = "" if members == "{" else ", "
    addition = f'{comma}"{ERROR_MARK}": {json.dumps(error, ensure_ascii=False)}}}'
    return members.encode(encoding) + addition.encode(encoding, "replace")


def _remove_error(text: str) -> str:
    """Return an order's text without the key `_error` it may have from the last time."""
    behind = 1  # where the member before ends, or the object begins
    for key, end in _list_members(text):
        if key == ERROR_MARK:
            rest = text[end:].lstrip(_SPACES)
            return text[:behind] + (rest.removeprefix(",") if behind == 1 else rest)
        behind = end
    return text


def _list_members(text: str) -> Iterator[tuple[str, int]]:
    """Yield each key of an object's text and where its value ends; nothing where the text is no object."""
    if not text.startswith("{"):
        return
    at = _skip_space(text, 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        _, at = _DECODER.raw_decode(text, _skip_space(text, _skip_space(text, at) + 1))
        yield key, at
        at = _skip_space(text, at)
        if text[at] == ",":
            at = _skip_space(text, at + 1)


def _skip_space(text: str, at: int) -> int:
    while text[at] in _SPACES:
        at += 1
    return at
