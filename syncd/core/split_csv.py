"""CSV text into records by RFC 4180, strictly: which lines belong together and where each record begins.

A quote may stand only around a whole cell, a quote inside is doubled, and only inside quotes may a cell
hold a line end or the delimiter. Refuses everything else, with the line and the cure, because a reader
that forgives a stray quote swallows or splits orders.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from syncd.core.model import FileDamagedError, Problem

Quoting = Literal["strict", "lenient", "none"]
"""Lenient: inside a cell that does not begin with one, a quote is a character. None: everywhere."""

NumberedLine = tuple[int, str]
"""A physical line's number, from 1, and its text with its end."""

_QUOTE_OR_END = re.compile(r'["\r\n]')
_CLOSING = re.compile(r'[^"]*+(?:""[^"]*+)*+"(?!")')


@dataclass(frozen=True, slots=True)
class Splitting:
    """How one file's lines become records."""

    delimiter: str
    end: str  #: the character every record ends with: LF (also for CRLF) or CR
    final_newline_required: bool
    limit: int  #: characters of a record
    quoting: Quoting = "strict"

    def compile_cells(self) -> re.Pattern[str]:
        """Return a pattern that matches as many whole cells as stand at the beginning of a text."""
        delimiter = re.escape(self.delimiter)
        cell = rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{delimiter}]*+)'
        return re.compile(rf"{cell}(?:{delimiter}{cell})*+")


def find_newline(chunks: Iterator[str], limit: int, *, quotes: bool = True) -> tuple[str, Iterator[str]]:
    """Given a CSV text, return the kind of its first line end (outside quotes, if it has any), and all of it again.

    Where the first `limit` characters have none, it is LF.
    """
    taken: list[str] = []
    quoted, seen = False, 0
    for chunk in chunks:
        taken.append(chunk)
        for match in _QUOTE_OR_END.finditer(chunk, 0, limit - seen):
            if match[0] == '"':
                quoted = quotes and not quoted
            elif not quoted:
                newline = match[0]
                if newline == "\r":
                    if match.end() == len(chunk):
                        taken.append(next(chunks, ""))
                    following = chunk[match.end() :] or taken[-1]
                    newline = "\r\n" if following.startswith("\n") else "\r"
                return newline, chain(taken, chunks)
        seen += len(chunk)
        if seen >= limit:
            break
    return "\n", chain(taken, chunks)


def split_records(lines: Iterator[NumberedLine], splitting: Splitting) -> Iterator[NumberedLine]:
    """Given numbered lines, yield each record's first line number and text; blank lines are records too.

    Raise FileDamagedError: `record_too_long`, `open_quote`, `quote_inside`, `line_end`, `no_final_newline`.
    """
    cells = splitting.compile_cells()
    opening = re.compile(rf'(?:^|{re.escape(splitting.delimiter)})"')
    for line, text in lines:
        record = text
        if len(text) > splitting.limit:
            raise FileDamagedError(_describe_long(line, splitting.limit, None))
        if splitting.quoting == "lenient":
            record = _close_cells(line, text, lines, splitting, opening)
        elif '"' in text and splitting.quoting == "strict":
            record = _close_quotes(line, text, lines, splitting, cells)
            _check_quotes(line, record, splitting, cells, closed=True)
        if splitting.final_newline_required and not record.endswith(splitting.end):
            raise FileDamagedError(_describe_cut(line))
        yield line, record


def _close_quotes(
    line: int, text: str, lines: Iterator[NumberedLine], splitting: Splitting, cells: re.Pattern[str]
) -> str:
    """Given a record's first line, return the record with every line up to the end of its last quote."""
    if text.count('"') % 2 == 0:
        return text
    # A quote in the wrong place is told at once, not after it has swallowed the lines behind it.
    _check_quotes(line, text, splitting, cells, closed=False)
    parts, size, opened = [text], len(text), line
    for number, following in lines:
        parts.append(following)
        size += len(following)
        if size > splitting.limit:
            raise FileDamagedError(_describe_long(line, splitting.limit, opened))
        if (count := following.count('"')) % 2:
            return "".join(parts)
        if count:
            opened = number
    _check_quotes(line, "".join(parts), splitting, cells, closed=False)
    raise FileDamagedError(_describe_open(opened))


def _close_cells(
    line: int, text: str, lines: Iterator[NumberedLine], splitting: Splitting, opening: re.Pattern[str]
) -> str:
    """Given a record's first line, return the record with every line up to the end of its last quoted cell."""
    parts, size, number, at = [text], len(text), line, 0
    while (opened := opening.search(text, at)) is not None:
        at, begin = opened.end(), number
        while (closed := _CLOSING.match(text, at)) is None:
            number, text = next(lines, (number, ""))
            if not text:
                raise FileDamagedError(_describe_open(begin))
            parts.append(text)
            size += len(text)
            if size > splitting.limit:
                raise FileDamagedError(_describe_long(line, splitting.limit, begin))
            at = 0
        at = closed.end()
        if text[at : at + 1] not in {splitting.delimiter, "\r", "\n", ""}:
            raise FileDamagedError(_describe_quote(number))
    return "".join(parts)


def _check_quotes(line: int, record: str, splitting: Splitting, cells: re.Pattern[str], *, closed: bool) -> None:
    """Given a record, or its beginning up to inside a quoted cell, raise if a quote stands where none may."""
    whole = cells.match(record)
    stop = whole.end() if whole else 0
    rest = record[stop : stop + 3]
    if closed and rest in {"", "\n", "\r\n", "\r"}:
        return
    if not closed and rest[:1] == '"' and (stop == 0 or record[stop - 1] == splitting.delimiter):
        return
    line += record.count(splitting.end, 0, stop)
    if rest[:1] in {"\r", "\n"}:
        raise FileDamagedError(describe_line_end(line))
    raise FileDamagedError(_describe_quote(line))


def describe_line_end(line: int) -> Problem:
    """Given a line that holds a line end of another kind outside quotes, return the problem."""
    message = (
        f"Line {line} holds a line end of another kind than the file's first line: save the file with one"
        " kind of line end, and put quotes around a cell that holds a line break"
    )
    return Problem("line_end", message, line=line)


def _describe_open(line: int) -> Problem:
    message = (
        f"The quote that opens a cell in line {line} is never closed: close it, or double it if it belongs"
        " to the text; if the file was cut off, send it again"
    )
    return Problem("open_quote", message, line=line)


def _describe_quote(line: int) -> Problem:
    message = (
        f'Line {line} has a quote (") inside a cell or text behind a closing quote: quotes may stand only'
        ' around a whole cell, and a quote inside it is written twice ("")'
    )
    return Problem("quote_inside", message, line=line)


def _describe_long(line: int, limit: int, opened: int | None) -> Problem:
    cure = "split it, or look for a quote that is not closed"
    if opened is not None:
        cure = f"a quote opened in line {opened} is still open there, close it"
    message = f"The record that begins in line {line} is longer than {limit:,} characters: {cure}"
    return Problem("record_too_long", message, line=line)


def _describe_cut(line: int) -> Problem:
    message = (
        f"The last record (line {line}) has no line end, so the file may have been cut off: send it again"
        " with a line end after the last record, or set `final_newline: optional` for the source"
    )
    return Problem("no_final_newline", message, line=line)
