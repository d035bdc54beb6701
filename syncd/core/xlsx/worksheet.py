"""One sheet of a workbook as rows of text cells, each row with its number: what a mapping reads CSV by.

python-calamine (the extra `xlsx`) reads the values, out of an archive that holds nothing but the one sheet and
was surveyed before. Refuses to guess: what is stored as a number and may have lost digits is no text.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from itertools import repeat
from typing import Any, Literal
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from syncd.core.cells import DateCell, NumberCell, SpoiltCell
from syncd.core.limits import Limits
from syncd.core.say import cut_name
from syncd.core.xlsx.archive import damage, open_archive, read_part, say_broken
from syncd.core.xlsx.glance import Other, glance_at
from syncd.core.xlsx.masks import show_code
from syncd.core.xlsx.parts import PLAIN, Book, Style, Tab, read_book
from syncd.core.xlsx.survey import Remark, Survey, survey_sheet

NEEDS_EXTRA = "Excel files are read by the extra: pip install 'syncd[xlsx]'"
HiddenRows = Literal["refuse", "read", "skip"]

_READER = "python_calamine"
_NOISE = 1e-15  # what is left of 0.1 + 0.2 - 0.3 is smaller
_EXACT = 10**15  # from here on a spreadsheet has no more digits
_LOST = (
    "it is stored as a number of more than 15 digits, and a spreadsheet keeps only 15: digits may be lost; format the "
    "column as text and write it again"
)
_NO_DATE = "it is a number before the first day of a spreadsheet's calendar, shown as a date: write the date itself"
_NO_CODE = (
    "what it shows comes from its number format alone, and this one cannot be told for certain: format the column as "
    "text and write it as it is meant"
)
_NO_NUMBER = "it is no number a spreadsheet can hold: write it again"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FEW = 5


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """Which sheet of a workbook is read, and how."""

    sheet: str | int | None = None  #: its name, or its number among those that are shown; None: the first with data
    hidden_rows: HiddenRows = "refuse"


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that is still to be opened."""

    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A sheet, read once."""

    name: str
    number: int  #: among the sheets that are shown, from 1; 1 for one that is not
    merged: list[tuple[int, str]]  #: ranges of merged cells over several rows, each with its first row
    rows: Iterator[tuple[int, list[str]]]  #: each row up to the last filled one, all of the same width
    text_until: dict[int, int] = field(default_factory=dict)  #: column -> last row with an empty cell for text
    others: tuple[
        Other, ...
    ] = ()  #: shown sheets with something in them that were not read; none where the mapping names its sheet


def is_installed() -> bool:
    """Tell whether the extra is there."""
    return find_spec(_READER) is not None


def open_worksheet(chunks: Iterable[bytes], choice: SheetChoice, limits: Limits) -> Worksheet:
    """Given a workbook's bytes and which sheet of it is meant, return that sheet. Raise FileDamagedError."""
    archive = open_archive(chunks)
    book = read_book(archive)
    for tab in _choose_tabs(book, choice.sheet):
        survey = survey_sheet(read_part(archive, tab.path), book)
        if survey.rows:
            break
    else:
        raise damage("empty", "The workbook holds no header and no order: send it again")
    if survey.columns > limits.columns:
        message = f"The sheet has {survey.columns:,} columns, more than {limits.columns:,}: remove what is not needed"
        raise damage("too_many_columns", message)
    if survey.hidden and choice.hidden_rows == "refuse":
        raise damage("hidden_rows", _say_hidden(survey.hidden), min(survey.hidden))
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=1) as lone:
        _pack(archive, lone, book, tab)
    rows = _list_rows(packed, survey, choice, limits)
    shown = [each for each in book.tabs if each.visible]
    others = glance_at(archive, book, shown[shown.index(tab) + 1 :]) if choice.sheet is None else ()
    number = shown.index(tab) + 1 if tab.visible else 1
    return Worksheet(tab.name, number, survey.merged, rows, survey.text_until, others)


def _choose_tabs(book: Book, wanted: str | int | None) -> list[Tab]:
    """Return the sheets that may be meant, in order."""
    shown = [tab for tab in book.tabs if tab.visible]
    if wanted is None:
        return shown
    names = " ".join(f'"{cut_name(tab.name)}"' for tab in book.tabs)
    if isinstance(wanted, int):
        if wanted > len(shown):
            message = (
                f"The mapping reads sheet {wanted}, but the workbook shows only {len(shown)}: is it the right one?"
            )
            raise damage("missing_sheet", message)
        return [shown[wanted - 1]]
    found = [tab for tab in book.tabs if _fold(tab.name) == _fold(wanted)]
    if not found:
        raise damage("missing_sheet", f'The workbook has no sheet "{cut_name(wanted)}"; it has {names}')
    return found[:1]


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


def _say_hidden(hidden: set[int]) -> str:
    rows = sorted(hidden)
    more = f" and {len(rows) - _FEW} more" if len(rows) > _FEW else ""
    named = ", ".join(map(str, rows[:_FEW]))
    return (
        f"The sheet has hidden rows ({named}{more}), by a filter or by hand, so it cannot be told whether they are "
        "meant: show them or delete them, or let the mapping say `hidden_rows: read` or `hidden_rows: skip`"
    )


def _pack(archive: ZipFile, lone: ZipFile, book: Book, tab: Tab) -> None:
    """Write a workbook of one sheet: nobody else decides which sheet that is."""
    relations = [("worksheet", "sheet.xml"), *([("styles", "styles.xml")] if book.styles_path else [])]
    relations += [("sharedStrings", "sharedStrings.xml")] if book.strings_path else []
    flag = ' date1904="1"' if book.date1904 else ""
    lone.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>')
    lone.writestr("_rels/.rels", _write_relations([("officeDocument", "xl/workbook.xml")]))
    lone.writestr("xl/_rels/workbook.xml.rels", _write_relations(relations))
    lone.writestr(
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr{flag}/><sheets><sheet name="Sheet" sheetId="1" '
        'r:id="r0"/></sheets></workbook>',
    )
    parts = ((book.styles_path, "styles.xml"), (book.strings_path, "sharedStrings.xml"), (tab.path, "sheet.xml"))
    for path, name in parts:
        if path is not None:
            with lone.open(f"xl/{name}", "w") as out:
                out.writelines(read_part(archive, path))


def _write_relations(relations: list[tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="r{index}" Type={quoteattr(f"{_OFFICE}/{kind}")} Target="{target}"/>'
        for index, (kind, target) in enumerate(relations)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def _list_rows(packed: BytesIO, survey: Survey, choice: SheetChoice, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    read = _read_values(packed)
    for number in range(1, survey.rows + 1):
        values = next(read, [])
        if number in survey.hidden and choice.hidden_rows == "skip":
            continue
        values = [*values[: survey.columns], *repeat("", survey.columns - len(values))]
        remarks = survey.remarks.get(number, {})
        cells = [
            value if not remarks and type(value) is str else _write_cell(value, remarks.get(at))
            for at, value in enumerate(values, 1)
        ]
        if sum(map(len, cells)) > limits.record_bytes:
            message = f"Row {number} has more than {limits.record_bytes:,} characters: shorten it, or split the order"
            raise damage("record_too_long", message, number)
        yield number, cells


def _read_values(packed: BytesIO) -> Iterator[list[Any]]:
    """Yield the values of each row from the first, from column A on."""
    try:
        reader = import_module(_READER)
    except ImportError:
        raise damage("needs_extra", NEEDS_EXTRA) from None
    try:
        packed.seek(0)
        sheet = reader.CalamineWorkbook.from_filelike(packed).get_sheet_by_index(0)
        left = [""] * (sheet.start[1] if sheet.start else 0)
        for row in sheet.iter_rows():
            yield [*left, *row]
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as refused:  # noqa: BLE001 - a panic of its compiled code is no Exception
        raise say_broken(f"a value in it is none ({str(refused)[:100]})") from None


def _write_cell(value: Any, remark: Remark | None) -> str:
    """Given a value and what was remarked on its cell, return it as text."""
    if isinstance(remark, SpoiltCell):
        return remark
    style = remark or PLAIN
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _write_number(value, style)
        case dt.date() | dt.time() if style.negative:
            return SpoiltCell("#NUM!", _NO_DATE)
        case dt.datetime():
            return DateCell(value.isoformat(timespec="milliseconds" if value.microsecond else "seconds"))
        case dt.date():
            return DateCell(f"{value.isoformat()}T00:00:00" if style.clock else value.isoformat())
        case dt.time():
            return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
        case _:
            return _write_duration(value)


def _write_number(value: float, style: Style) -> str:
    if not abs(value) < float("inf"):
        return SpoiltCell("#NUM!", _NO_NUMBER)
    if abs(value) >= _EXACT:
        return SpoiltCell(str(int(value)), _LOST)
    whole = int(value)
    if style.mask is not None and (not style.mask.plain or (whole == value and not style.negative)):
        shown = show_code(style.mask, whole) if whole == value and not style.negative else None
        if shown != str(whole):
            return SpoiltCell("#NUM!", _NO_CODE) if shown is None else shown
    if whole == value and not style.percent:
        return NumberCell(str(whole), whole, style.sign)
    # A spreadsheet keeps and shows 15 digits; what is behind them is noise of its binary numbers.
    exact = Decimal(f"{value:.15g}" if abs(value) >= _NOISE else 0) * (100 if style.percent else 1)
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return NumberCell(text, Decimal(text) if "." in text else int(text), style.sign)


def _write_duration(value: dt.timedelta) -> str:
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < dt.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
