"""Writes XLSX files by hand, cell by cell, so that a test can say exactly what stands in the XML."""

import io
import zipfile
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE = f"{RELATIONS}/officeDocument"
FORMATS = (
    "General",
    "@",
    "00000",
    "yyyy-mm-dd",
    "yyyy-mm-dd hh:mm",
    "hh:mm:ss",
    "[h]:mm:ss",
    "#,##0.00",
    "0%",
    "[$£-809]#,##0.00",
    '#,##0.00 "€"',
    "[$-409]0.00",
    "[$zł-415] #,##0.00",
    "[$kr-41D]0.00",
    '0.00 "zł"',
    '"CHF" 0.00',
    '0.00 "₺"',
    '"EUR" 0',
    '0 "Stk"',
    r"00\-000",
    '"A-"0000',
    "[$-407]00000",
    "00000;@",
    r"000\ 00",
    "00000-0000",
    '00000;;"-"',
    r"0\.000",
    '"A"#',
    "00000.00",
    "_-* #,##0.00_-",
    '0" days"',
    "00.0E+00",
    "[<100]000;00000",
    '0"A',
)
"""What `Cell.form` may be."""


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the XML: `inner` between its tags, `kind` its attribute t, `form` a number format."""

    inner: str
    kind: str = "n"
    form: str = "General"


@dataclass
class Sheet:
    """A sheet: rows of texts (written inline), numbers, cells, or None for one that is not there."""

    rows: list
    name: str = "Orders"
    state: str = "visible"
    hidden_rows: tuple = ()
    before: str = ""  # XML before the rows
    after: str = ""  # XML behind the rows
    numbers: dict = field(default_factory=dict)  # index of a row -> another number than its own


def number(value, form="General"):
    return Cell(f"<v>{value}</v>", form=form)


def write_workbook(*sheets, shared=(), date1904=False, parts=None, method=zipfile.ZIP_DEFLATED):
    """Return the bytes of a workbook; `parts` replaces, adds or (None) leaves out entries of its archive."""
    entries = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relate(("rId1", OFFICE, "xl/workbook.xml")),
        "xl/workbook.xml": _write_book(sheets, date1904),
        "xl/_rels/workbook.xml.rels": relate(
            *(
                (f"rId{index}", f"{RELATIONS}/worksheet", f"worksheets/sheet{index}.xml")
                for index, _ in enumerate(sheets, 1)
            ),
            ("rId90", f"{RELATIONS}/styles", "styles.xml"),
            ("rId91", f"{RELATIONS}/sharedStrings", "sharedStrings.xml"),
        ),
        "xl/styles.xml": _write_styles(),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(f"<si>{each}</si>" for each in shared)}</sst>',
        **{f"xl/worksheets/sheet{index}.xml": _write_sheet(sheet) for index, sheet in enumerate(sheets, 1)},
        **(parts or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()


def write_rows(*rows, **options):
    """Return the bytes of a workbook of one sheet."""
    return write_workbook(Sheet(list(rows)), **options)


def relate(*relations, external=False):
    """Return the XML of a part's relations: id, kind and target each."""
    inner = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{to}"/>' for key, kind, to in relations)
    if external:
        inner += '<Relationship Id="out" Type="x/hyperlink" Target="http://127.0.0.1/" TargetMode="External"/>'
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def _write_book(sheets, date1904):
    inner = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{index}" state="{sheet.state}" r:id="rId{index}"/>'
        for index, sheet in enumerate(sheets, 1)
    )
    flag = '<workbookPr date1904="1"/>' if date1904 else ""
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{flag}<sheets>{inner}</sheets></workbook>'


def _write_styles():
    formats = "".join(f'<numFmt numFmtId="{164 + i}" formatCode={quoteattr(form)}/>' for i, form in enumerate(FORMATS))
    cells = "".join(f'<xf numFmtId="{164 + i if i else 0}"/>' for i, _ in enumerate(FORMATS))
    return f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>'


def _write_sheet(sheet):
    rows = []
    for index, cells in enumerate(sheet.rows):
        at = sheet.numbers.get(index, index + 1)
        inner = "".join(_write_cell(cell, f"{name_column(i)}{at}") for i, cell in enumerate(cells) if cell is not None)
        hidden = ' hidden="1"' if at in sheet.hidden_rows else ""
        rows.append(f'<row r="{at}"{hidden}>{inner}</row>')
    return f'<worksheet xmlns="{MAIN}">{sheet.before}<sheetData>{"".join(rows)}</sheetData>{sheet.after}</worksheet>'


def _write_cell(cell, place):
    if isinstance(cell, str):
        cell = Cell(f'<is><t xml:space="preserve">{escape(cell)}</t></is>', kind="inlineStr")
    elif isinstance(cell, int | float):
        cell = number(repr(cell))
    return f'<c r="{place}" t="{cell.kind}" s="{FORMATS.index(cell.form)}">{cell.inner}</c>'


def name_column(index):
    """Return the letters of a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
