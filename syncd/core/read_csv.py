"""CSV text into rows: finds the delimiter, the header and every record with its line, exactly as written.

Cells stay text. Refuses only what is wrong with the file as a whole; ragged rows, unknown or empty headers
are handed on for the layout to judge. Streams with memory bounded by one record.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from syncd.core.decode import Text
from syncd.core.limits import Limits
from syncd.core.model import VALUE_MARK, FileDamagedError, Problem, Row
from syncd.core.split_csv import NumberedLine, Quoting, Splitting, describe_line_end, find_newline, split_records
from syncd.core.split_lines import split_lines

_CANDIDATES = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r'(?:"sep=([^"\w\r\n])"|sep=([^"\w\r\n]))(?:\r\n?|\n)?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CsvSettings:
    """What the operator declares about a source's CSV files."""

    delimiter: str | None  #: one character; None: by the file's own `sep=` line or its header
    final_newline_required: bool
    limits: Limits
    quoting: Quoting = "strict"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written, for writing another like it."""

    encoding: str
    bom: bytes
    delimiter: str
    newline: str
    sep_line: bool  #: the file begins with a line such as `sep=;`
    quoting: Quoting = "strict"


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file, read once."""

    dialect: Dialect
    header: Row
    rows: Iterator[Row]  #: every record but the header with a cell that is not empty; raises FileDamagedError


def open_table(text: Text, settings: CsvSettings, known: frozenset[str]) -> Table:
    """Given CSV text and the header names that are known, return its dialect, header and rows.

    A row's line is where its record begins; a line ends as the file's first line does (LF also for CRLF).
    Raise FileDamagedError (also while the rows are read): `empty`, `record_too_long` (the limit's bytes are
    counted as characters), `too_many_columns`, `duplicate_column`, `open_quote`, `quote_inside`, `line_end`,
    `no_final_newline`.
    """
    dialect, records = open_records(text, settings, known)
    line, cells = next(records)
    header = Row(1, line, tuple(cells))
    _check_header(header)
    return Table(dialect, header, _read_rows(records))


def open_records(
    text: Text, settings: CsvSettings, known: frozenset[str]
) -> tuple[Dialect, Iterator[tuple[int, list[str]]]]:
    """Given CSV text and the header names that are known, return its dialect, and each record's line and cells.

    At least one record follows, or FileDamagedError is raised: see `open_table`.
    """
    limits, quoting = settings.limits, settings.quoting
    # The limit is one for the whole process: it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), limits.record_bytes))
    newline, chunks = find_newline(text.chunks, limits.record_bytes, quotes=quoting != "none")
    end = newline[-1]
    lines = enumerate(split_lines(chunks, end, limits.record_bytes), 1)
    first = next(lines, None)
    sep = _SEP_LINE.fullmatch(first[1]) if first else None
    head = _take_header(lines if sep or first is None else chain((first,), lines), limits.record_bytes)
    if not head:
        raise FileDamagedError(Problem("empty", "The file holds no header and no order: send it again"))
    delimiter = settings.delimiter or (sep and (sep[1] or sep[2])) or _choose_delimiter(head, known)

    splitting = Splitting(delimiter, end, settings.final_newline_required, limits.record_bytes, quoting)
    records = _parse_records(split_records(chain(head, lines), splitting), delimiter, limits, quoting)
    dialect = Dialect(text.encoding, text.bom, delimiter, newline, sep is not None, quoting)
    return dialect, records


def dump_row(cells: Sequence[str], dialect: Dialect) -> str:
    """Given cells, return them as a record of the dialect, with its line end and quotes where needed."""
    if len(cells) == 1 and not cells[0]:
        return f'""{dialect.newline}'  # without quotes it would be a blank line, which is no record
    special = {'"', "\r", "\n", dialect.delimiter}
    if dialect.quoting == "none":  # what came from such a file holds no delimiter and no line end
        return dialect.delimiter.join(cells) + dialect.newline
    quoted = (cell if special.isdisjoint(cell) else '"' + cell.replace('"', '""') + '"' for cell in cells)
    return dialect.delimiter.join(quoted) + dialect.newline


def _take_header(lines: Iterator[NumberedLine], limit: int) -> list[NumberedLine]:
    """Given a file's lines, take those of its first record that is no blank line; none if there is none."""
    head: list[NumberedLine] = []
    size = quotes = 0
    for line, text in lines:
        if head or text.strip("\r\n"):
            head.append((line, text))
            size += len(text)
            quotes += text.count('"')
            if quotes % 2 == 0 or size > limit:
                break
    return head


def _choose_delimiter(head: list[NumberedLine], known: frozenset[str]) -> str:
    """Given the header's lines, return the delimiter that finds most known names in it, then most cells."""
    text = "".join(text for _, text in head)

    def score(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error:  # quotes do not fit this delimiter; if they fit none, reading the header says so
            return 0, 0
        return sum(cell in known for cell in cells), len(cells)

    return max(_CANDIDATES, key=score)


def _parse_records(
    records: Iterator[NumberedLine], delimiter: str, limits: Limits, quoting: Quoting
) -> Iterator[tuple[int, list[str]]]:
    """Given whole records, yield the line and cells of each that is no blank line."""
    record = ""
    rows = csv.reader(
        iter(lambda: record, None),  # takes one record a row
        delimiter=delimiter,
        strict=True,
        quoting=csv.QUOTE_NONE if quoting == "none" else csv.QUOTE_MINIMAL,
    )
    for line, record in records:
        # Most records hold no quote and no line end but their own: those are split without the csv module.
        plain = record.rstrip("\r\n")
        if '"' in plain or "\r" in plain or "\n" in plain or len(record) - len(plain) > 2:
            try:
                cells = next(rows)
            except csv.Error:
                # Quotes and lengths are checked before: what is left is a CR or LF outside quotes.
                raise FileDamagedError(describe_line_end(line)) from None
        else:
            cells = plain.split(delimiter) if plain else []
        if len(cells) > limits.columns:
            raise FileDamagedError(_describe_columns(line, len(cells), limits.columns))
        if cells:
            yield line, cells


def _read_rows(records: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    for record, (line, cells) in enumerate(records, 2):
        if any(cells):
            yield Row(record, line, tuple(cells))


def _check_header(header: Row) -> None:
    """Raise if a name stands twice; empty cells, which spreadsheets leave behind, may."""
    seen: set[str] = set()
    for name in filter(None, header.cells):
        if name in seen:
            message = f"The header has the column {VALUE_MARK} twice: remove or rename one of them"
            problem = Problem("duplicate_column", message, column=name, line=header.line, value=name)
            raise FileDamagedError(problem)
        seen.add(name)


def _describe_columns(line: int, count: int, limit: int) -> Problem:
    message = (
        f"The record in line {line} has {count:,} columns, more than {limit:,}: remove what is not needed,"
        " or check the delimiter"
    )
    return Problem("too_many_columns", message, line=line)
