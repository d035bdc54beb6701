"""The zip archive around a workbook: whole, plain, and small once unpacked, before anything of it is believed.

Refuses old and locked Excel files, archives that were cut off, and those made to fill a machine's memory.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from xml.parsers import expat  # what makes XML dangerous, its DTD, is refused
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from syncd.core.model import FileDamagedError, Problem

MOST_BYTES = 32 * 1024**2
"""Of the file: its archive is read from its end, so all of it is held."""
MOST_UNPACKED = 256 * 1024**2
"""Of all its entries together."""
MOST_ENTRIES = 2000

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_ZIP = b"PK\x03\x04"
_CHUNK = 256 * 1024
_DAMAGE = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error, zlib.error)
"""What the standard library raises for archives that are none."""

Attributes = dict[str, str]
Starts = Callable[[str, Attributes], None]
Ends = Callable[[str], None]


def is_workbook(head: bytes) -> bool:
    """Given a file's first bytes, tell whether they are those of an Excel file, new or old."""
    return head.startswith((_OLE, _ZIP))


def open_archive(chunks: Iterable[bytes]) -> ZipFile:
    """Given a file's bytes, return its archive. Raise FileDamagedError."""
    data = _collect(chunks)
    if not data:
        raise damage("empty", "The file is empty: send it again")
    if data.startswith(_OLE):
        if _LOCKED in data:
            raise damage("workbook_locked", "The workbook is locked with a password: save it without one")
        raise damage("no_workbook", "The file is of an old Excel (.xls): open it and save it as .xlsx")
    if not data.startswith(_ZIP):
        raise damage("no_workbook", "The file is no Excel workbook: save it as .xlsx")
    try:
        archive = ZipFile(BytesIO(data))
        entries = archive.infolist()
    except _DAMAGE:
        raise damage("workbook_cut", "The workbook has no proper end: it was cut off, send it again") from None
    if any(entry.flag_bits & 1 for entry in entries):
        raise damage("workbook_locked", "The workbook is locked with a password: save it without one")
    names = {entry.filename for entry in entries}
    if len(names) != len(entries) or not {entry.compress_type for entry in entries} <= {ZIP_STORED, ZIP_DEFLATED}:
        raise say_broken("its archive is not as Excel writes it")
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        message = (
            f"The workbook is too large: unpacked it may have {MOST_UNPACKED:,} bytes in {MOST_ENTRIES:,} parts. Take "
            "out pictures and sheets that are not needed, or split it"
        )
        raise damage("workbook_too_large", message)
    return archive


def read_part(archive: ZipFile, name: str) -> Iterator[bytes]:
    """Given an archive and an entry's name, yield its bytes: never more than it declares. Raise FileDamagedError."""
    try:
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                yield chunk
    except KeyError:
        raise say_broken(f"its part {name} is missing") from None
    except _DAMAGE:
        raise damage("workbook_cut", f"The workbook is damaged in its part {name}: send it again") from None


def parse_xml(
    chunks: Iterable[bytes], start: Starts, end: Ends | None = None, text: Callable[[str], None] | None = None
) -> None:
    """Given XML and what to call for its elements, read it; names lose the prefix that the first one has.

    Raise FileDamagedError.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def begin(name: str, attributes: Attributes) -> None:
        prefix = name[: name.find(":") + 1]
        parser.StartElementHandler, parser.EndElementHandler = start, end
        if prefix:
            parser.StartElementHandler = lambda name, attributes: start(name.removeprefix(prefix), attributes)
            parser.EndElementHandler = end and (lambda name: end(name.removeprefix(prefix)))
        start(name.removeprefix(prefix), attributes)

    parser.StartElementHandler = begin
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise say_broken("its XML is damaged") from None


def say_broken(why: str) -> FileDamagedError:
    """Given half a sentence, return what to raise for a workbook that no spreadsheet program would write."""
    message = f"The workbook cannot be read for certain: {why}. Open it in Excel, save it again as .xlsx and send that"
    return damage("workbook_damaged", message)


def damage(code: str, message: str, line: int | None = None) -> FileDamagedError:
    """Given a code, a sentence and the row, return what to raise."""
    return FileDamagedError(Problem(code, message, line=line))


def _collect(chunks: Iterable[bytes]) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > MOST_BYTES:
            message = f"The workbook has more than {MOST_BYTES:,} bytes: split it, or save its sheet as CSV"
            raise damage("workbook_too_large", message)
    return bytes(data)


def _refuse_doctype(*_told: object) -> None:
    raise say_broken("its XML declares a document type")
