"""Rows of text cells into a workbook of one sheet, such as the rejected file of a workbook.

The same rows give the same bytes. What was a number or a date is one again; all else is text, in cells that a
spreadsheet leaves as they are. Refuses nothing.
"""

import re
from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from syncd.core.cells import DateCell, NumberCell, SpoiltCell
from syncd.core.xlsx.survey import name_column

_CHUNK = 256 * 1024
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TEXT, _DATE, _MOMENT = 1, 2, 3  # styles: @, a day, a day and a time
_SHOWN_AS = ("0", "49", "14", "22")
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="{len(_SHOWN_AS)}">'
    + "".join(
        f'<xf numFmtId="{face}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for face in _SHOWN_AS
    )
    + "</cellXfs></styleSheet>"
)
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
_SURE_FROM = datetime(1900, 3, 1)  # noqa: DTZ001 - before it, Excel counts a 29 February that was none
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\r\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def write_workbook(
    rows: Iterable[Iterable[str]], name: str, number: int, texts: Container[int] = ()
) -> Iterator[bytes]:
    """Given rows, and the name of their sheet and its number, yield a workbook; sheets before it are empty.

    What is typed later into an empty cell of the columns `texts`, counted from 1, stays text.
    """
    names = [*(f"({index})" for index in range(1, number)), name]
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for path, text in _list_parts(names):
            archive.writestr(_describe(path), text)
        with archive.open(_describe(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as part:
            part.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for index, cells in enumerate(rows, 1):
                written = "".join(
                    _write_cell(cell, f"{name_column(at)}{index}", as_text=at in texts)
                    for at, cell in enumerate(cells, 1)
                )
                part.write(f'<row r="{index}">{written}</row>'.encode())
            part.write(b"</sheetData></worksheet>")
    data = out.getvalue()
    yield from (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK))


def _list_parts(names: list[str]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(_clean(name))} sheetId="{index}" r:id="r{index}"/>'
        for index, name in enumerate(names, 1)
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{index}.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        for index in numbers
    )
    types = (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/>{kinds}</Types>'
    )
    yield "[Content_Types].xml", types
    yield "_rels/.rels", _write_relations([("r1", "officeDocument", "xl/workbook.xml")])
    yield (
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    relations = [(f"r{index}", "worksheet", f"worksheets/sheet{index}.xml") for index in numbers]
    yield "xl/_rels/workbook.xml.rels", _write_relations([*relations, ("r0", "styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES
    for index in numbers[:-1]:
        yield f"xl/worksheets/sheet{index}.xml", f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>'


def _write_relations(relations: list[tuple[str, str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, kind, target in relations
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _describe(path: str) -> ZipInfo:
    """Return how an entry stands in the archive: always of the same time, so that the same rows are the same bytes."""
    info = ZipInfo(path)
    info.compress_type = ZIP_DEFLATED
    return info


def _write_cell(cell: str, place: str, *, as_text: bool) -> str:
    if isinstance(cell, NumberCell) or (isinstance(cell, SpoiltCell) and re.fullmatch("-?[0-9]+", cell)):
        return f'<c r="{place}"><v>{cell}</v></c>'  # a spoilt number stays one, and is refused until it is mended
    if isinstance(cell, DateCell):
        moment = datetime.fromisoformat(cell)
        if moment >= _SURE_FROM:
            days = (moment - _FIRST_DAY).total_seconds() / 86400
            return f'<c r="{place}" s="{_DATE if len(cell) == 10 else _MOMENT}"><v>{days!r}</v></c>'
    if not cell:
        return f'<c r="{place}" s="{_TEXT}"/>' if as_text else ""
    text = escape(_clean(_ESCAPED.sub("_x005F_", cell)))
    return f'<c r="{place}" s="{_TEXT}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _clean(text: str) -> str:
    """Return a text with what XML cannot hold written as a spreadsheet does."""
    return _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
