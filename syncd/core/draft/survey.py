"""An unknown export, looked at: its encoding and format, then its layout.

Tries what fits best and holds what it is given. Refuses only what is no text, or holds no rows at all.
"""

import codecs

from syncd.core.decode import open_text
from syncd.core.draft.cells import read_cells
from syncd.core.draft.joined import find_blocks, lay_out_blocks
from syncd.core.draft.model import Layout, Survey
from syncd.core.draft.objects import read_objects
from syncd.core.draft.records import find_records, lay_out_records
from syncd.core.draft.rows import lay_out_rows

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def survey_file(data: bytes, name: str) -> Survey:
    """Given the first bytes of a file, whole lines of it, and its name, return what is seen. Raise FileDamagedError."""
    encoding = _find_encoding(data)
    text = "".join(open_text(iter([data]), encoding or "utf-8").chunks)
    if text.lstrip()[:1] in {"{", "["} and not name.lower().endswith((".csv", ".tsv", ".txt")):
        form, layout = read_objects(text)
        return Survey(format=form, encoding=encoding, layout=layout)
    return Survey(format="csv", encoding=encoding, layout=_lay_out_cells(text))


def _lay_out_cells(text: str) -> Layout:
    cells = read_cells(text)
    records = find_records(cells.rows)
    if records is not None:
        return lay_out_records(cells, records)
    blocks = find_blocks(cells.rows)
    return lay_out_blocks(cells, blocks) if blocks is not None else lay_out_rows(cells)


def _find_encoding(data: bytes) -> str | None:
    if data.startswith(_MARKS):
        return None
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "iso-8859-1"
