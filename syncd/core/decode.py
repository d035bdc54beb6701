"""Bytes into text, strictly: the declared encoding or the byte order mark decides, nothing is guessed.

Streams with memory bounded by one chunk. Refuses bytes that are no text in that encoding, with their
offset, their line and the cure. All text before the first bad byte is handed on before it is refused, so
that the chunks' sizes never change which problem of a file is found first.
"""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from syncd.core.model import FileDamagedError, Problem

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_UNICODE = _WIDE | {"utf-8", "utf-8-sig"}
_CURE = "save the file as UTF-8, or declare its encoding for the source, for example `encoding: cp1252`"


@dataclass(frozen=True, slots=True)
class Text:
    """A file as text, read once."""

    encoding: str  #: what is really used: a codec's name without a mark, such as utf-16-le
    bom: bytes  #: the byte order mark that stood before the text; empty where there was none
    chunks: Iterator[str]  #: the text without its mark; raises FileDamagedError at the first bad byte


def open_text(chunks: Iterable[bytes], encoding: str) -> Text:
    """Given a file's bytes and the declared encoding, return its text.

    A byte order mark wins over a declared UTF-8, UTF-16 or UTF-32; any other declared encoding is taken by
    its word. Raise FileDamagedError (`encoding`) if the beginning already shows that the encoding is wrong;
    the chunks raise it later. Raise LookupError for an encoding Python does not know.
    """
    declared = codecs.lookup(encoding).name
    source = iter(chunks)
    head = _read_head(source)
    bom, used = _choose_encoding(head, declared)
    return Text(used, bom, _decode(chain((head[len(bom) :],), source), used, len(bom)))


def _read_head(source: Iterator[bytes]) -> bytes:
    """Given a file's chunks, return its first 4 bytes or more, or all of it if it is shorter."""
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= 4:
            break
    return head


def _choose_encoding(head: bytes, declared: str) -> tuple[bytes, str]:
    """Given a file's beginning, return its byte order mark and the encoding to use."""
    if declared in _UNICODE:
        for bom, encoding in _BOMS:
            if head.startswith(bom):
                return bom, encoding
    if head and declared in {"utf-16", "utf-32"}:
        message = (
            f"The file should be {declared.upper()} but begins without a byte order mark: save it with its"
            f" mark, or declare `encoding: {declared}-le` (usual on Windows) or `encoding: {declared}-be`"
        )
        raise FileDamagedError(Problem("encoding", message, line=1))
    if b"\0" in head[:2] and declared not in _WIDE:
        # No text begins so; UTF-16 and UTF-32 do, and their bytes would pass as text full of NULs.
        message = (
            "The file looks like UTF-16 without its byte order mark (byte 0 or 1 is zero): save it as UTF-8,"
            " or declare `encoding: utf-16-le` for the source"
        )
        raise FileDamagedError(Problem("encoding", message, line=1))
    return b"", "utf-8" if declared == "utf-8-sig" else declared


def _decode(chunks: Iterable[bytes], encoding: str, offset: int) -> Iterator[str]:
    """Given bytes that begin at an offset of the file, yield their text. Raise at the first bad byte."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, after_cr = 1, False
    for chunk, final in chain(((chunk, False) for chunk in chunks), ((b"", True),)):
        state = decoder.getstate()
        bad_at = None
        try:
            text = decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            # What the decoder held back from earlier chunks stands before this chunk in error.object.
            good = len(chunk) - len(error.object) + error.start
            bad_at, bad_byte = offset + good, error.object[error.start]
            decoder.setstate(state)
            text = decoder.decode(chunk[: max(good, 0)])
        offset += len(chunk)
        if text:
            # A line ends at LF, CRLF or CR.
            line += text.count("\n") + text.count("\r") - text.count("\r\n")
            line -= after_cr and text[0] == "\n"
            after_cr = text[-1] == "\r"
            yield text
        if bad_at is not None:
            raise FileDamagedError(_describe(bad_at, bad_byte, line, encoding, cut=final))


def _describe(offset: int, byte: int, line: int, encoding: str, *, cut: bool) -> Problem:
    """Given the first bad byte and its place, return the problem in words."""
    if cut:
        message = (
            f"The file ends in line {line} in the middle of a character (byte offset {offset}, counting from"
            f" 0): it was probably cut off, send it again; if it is whole, {_CURE}"
        )
    else:
        message = (
            f"Byte 0x{byte:02X} in line {line} (byte offset {offset}, counting from 0) is no"
            f" {encoding.upper()} text: {_CURE}"
        )
    return Problem("encoding", message, line=line)
