"""Where one JSON value ends and the next begins, in text of any size that comes in chunks of any size.

Looks at quotes and brackets only, each character once, and holds one value at a time; whether the value is
good JSON is for the parser to say. Refuses values over the limit and texts that end inside a value.
"""

import re
from collections.abc import Iterator

from syncd.core.model import FileDamagedError, Problem

_SPACE = re.compile(r"[ \t\r\n]*+")
_SCALAR = re.compile(r'[^ \t\r\n"{}\[\],:]*+')
# Whole strings and whatever else is no bracket: stops at a bracket, a string that is not whole, or the end.
BETWEEN_BRACKETS = re.compile(
    r'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+', re.DOTALL
)  # fmt: skip
_REST_OF_STRING = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)


class Scanner:
    """A place in a JSON text that only moves on. Lines count from 1 and end at LF, columns in characters from 1."""

    def __init__(self, chunks: Iterator[str], limit: int, line: int = 1, column: int = 1) -> None:
        self.line = line  #: where the next character stands
        self.column = column  #: where in that line
        self._chunks = chunks
        self._limit = limit  #: characters of one value, or of white space between two
        self._buffer = ""
        self._at = 0
        self._from = 0  #: where in the buffer what is being taken begins
        self._kept: list[str] = []  #: what was taken of earlier buffers
        self._size = 0
        self._tape: list[str] | None = None
        self._tape_size = 0

    def name_place(self) -> str:
        """Return where the next character stands, in words."""
        return f"line {self.line}, column {self.column}"

    def start_tape(self) -> None:
        """Begin to keep a copy of everything taken, as long as it is within the limit."""
        self._tape, self._tape_size = [], 0

    def stop_tape(self) -> str | None:
        """Return what was taken since the tape was started; None if that was over the limit."""
        tape, self._tape = self._tape, None
        return "".join(tape) if tape and self._tape_size <= self._limit else None

    def peek(self) -> str:
        """Return the next character without taking it; at the end of the text, an empty string."""
        if self._at == len(self._buffer):
            self._begin()
            self._refill()
        return self._buffer[self._at : self._at + 1]

    def take_space(self) -> str:
        """Take the white space that comes next, if any."""
        return self._take_run(_SPACE)

    def take_mark(self) -> str:
        """Take the next character, which is no line end."""
        mark = self.peek()
        self._at += len(mark)
        self.column += len(mark)
        self._copy(mark)
        return mark

    def take_value(self) -> str:
        """Take the value here. Raise FileDamagedError: `torn`, `json_syntax`, `record_too_long`.

        A bare word or number ends before the next mark, so what follows tells whether it is whole.
        """
        match self.peek():
            case "{" | "[":
                return self._take_container()
            case '"':
                return self._take_string()
            case "":
                raise FileDamagedError(describe_torn(self.line, self.line))
            case "," | ":" | "}" | "]" as mark:
                message = f"A value is missing before {mark} in {self.name_place()}: remove the mark or add the value"
                raise FileDamagedError(Problem("json_syntax", message, line=self.line))
            case _:
                return self._take_run(_SCALAR)

    def _take_container(self) -> str:
        self._begin()
        depth = 0
        while True:
            self._skip(BETWEEN_BRACKETS)
            match self._buffer[self._at : self._at + 1]:
                case "":
                    self._refill_or_raise()
                    continue
                case '"':
                    self._skip_string()
                    continue
                case "{" | "[":
                    depth += 1
                case _:
                    depth -= 1
            self._at += 1
            if not depth:
                return self._end()

    def _take_string(self) -> str:
        self._begin()
        self._skip_string()
        return self._end()

    def _skip_string(self) -> None:
        """Move from a string's opening quote behind its closing one, however many chunks lie between."""
        self._at += 1
        while True:
            self._skip(_REST_OF_STRING)
            match self._buffer[self._at : self._at + 1]:
                case '"':
                    self._at += 1
                    return
                case "\\":  # the last character of this chunk: the next one's first is escaped
                    self._at += 1
                    self._refill_or_raise()
                    self._at += 1
                case _:
                    self._refill_or_raise()

    def _take_run(self, pattern: re.Pattern[str]) -> str:
        self._begin()
        while True:
            self._skip(pattern)
            if self._at < len(self._buffer) or not self._refill():
                return self._end()

    def _skip(self, pattern: re.Pattern[str]) -> None:
        """Move behind what a pattern, which may match nothing, matches here."""
        found = pattern.match(self._buffer, self._at)
        self._at = found.end() if found else self._at

    def _begin(self) -> None:
        self._kept, self._size, self._from = [], 0, self._at

    def _end(self) -> str:
        self._keep()
        taken = "".join(self._kept)
        self._from = self._at
        self.line += taken.count("\n")
        self.column = len(taken) - taken.rfind("\n") + (0 if "\n" in taken else self.column - 1)
        self._copy(taken)
        return taken

    def _copy(self, taken: str) -> None:
        if self._tape is not None:
            self._tape_size += len(taken)
            if self._tape_size <= self._limit:
                self._tape.append(taken)

    def _keep(self) -> None:
        """Keep what was taken of this buffer. Raise if it is too much."""
        piece = self._buffer[self._from : self._at]
        self._kept.append(piece)
        self._size += len(piece)
        if self._size > self._limit:
            raise FileDamagedError(describe_long(self.line, self._limit))

    def _refill(self) -> bool:
        """Replace the buffer, all of which is taken, by the next chunk. Return whether there was one."""
        self._keep()
        self._buffer = next((chunk for chunk in self._chunks if chunk), "")
        self._at = self._from = 0
        return bool(self._buffer)

    def _refill_or_raise(self) -> None:
        if not self._refill():
            end = self.line + sum(piece.count("\n") for piece in self._kept)
            raise FileDamagedError(describe_torn(self.line, end))


def describe_torn(begin: int, end: int) -> Problem:
    """Given where an unfinished value begins and the text's last line, return the problem."""
    message = (
        f"The file ends in line {end}, in the middle of what begins in line {begin}: it was probably cut off,"
        " send it again; if it is whole, a quote or bracket is not closed"
    )
    return Problem("torn", message, line=begin)


def describe_long(begin: int, limit: int) -> Problem:
    """Given where a value over the limit begins, return the problem."""
    message = (
        f"The order or value that begins in line {begin} is longer than {limit:,} characters: split it, or"
        " look for a quote or bracket that is not closed"
    )
    return Problem("record_too_long", message, line=begin)
