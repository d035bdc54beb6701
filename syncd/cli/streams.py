"""Standard output and standard error, made fit to be written to: closed, full, or of a narrow encoding.

A stream that is closed leads nowhere. What standard output refuses ends the command with one sentence. A reader
that went away needs none; standard error has nobody left to tell.
"""

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

_OUT, _ERR = 1, 2


class _Output(io.FileIO):
    """Standard output, which remembers what it refused: so that no other error is taken for its own."""

    def __init__(self) -> None:
        super().__init__(_OUT, "wb", closefd=False)
        self.refusal: OSError | None = None

    def write(self, chunk: Any) -> int:
        try:
            return super().write(chunk)
        except OSError as error:
            self.refusal = error
            raise


@contextmanager
def standard_streams() -> Iterator[None]:
    """Have standard streams until the context is left; what standard output refuses is told, and ends it with 1."""
    _fill_gaps()
    output = _Output()
    sys.stdout = shown = _open_text(output)
    # As it was made, if it was: a log to a full disk goes on through the same stream.
    sys.stderr = told = sys.stderr or _open_text(io.FileIO(_ERR, "wb", closefd=False))
    if isinstance(told, io.TextIOWrapper):
        told.reconfigure(errors="backslashreplace")
    try:
        yield
    except OSError as error:
        if error is not output.refusal:
            raise
        if error.errno != errno.EPIPE:
            click.echo(
                f"Standard output cannot be written ({os.strerror(error.errno or 0)}): syncd ended there. What was "
                "done by then stays done.",
                err=True,
            )
        sys.exit(1)
    finally:
        _drop_rest(shown, _OUT)
        _drop_rest(told, _ERR)


def _drop_rest(stream: TextIO, descriptor: int) -> None:
    """Lead a stream nowhere that refuses what was left: the interpreter would try it too, and exit with 120."""
    try:
        stream.flush()
    except OSError:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), descriptor)


def _fill_gaps() -> None:
    """Open what is closed of the streams: else the next file, the ledger even, would be taken for one of them."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _ERR:
        pass
    os.close(descriptor)


def _open_text(raw: io.FileIO) -> io.TextIOWrapper:
    """Return a stream for text. A terminal's encoding may lack what a file's name holds: that is escaped."""
    encoding = None if sys.stdout is None else sys.stdout.encoding
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding, "backslashreplace", line_buffering=raw.isatty(), write_through=raw.isatty()
    )
