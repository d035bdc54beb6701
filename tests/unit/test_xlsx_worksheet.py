"""Sheets into rows of text: what each kind of cell becomes, and what is refused because it cannot be told."""

import sys
from decimal import Decimal
from types import ModuleType

import pytest
from support.sheets import read, read_cell, refuse, wrap
from support.workbooks import MAIN, Cell, Sheet, number, relate, write_rows, write_workbook

from syncd.core.cells import DateCell, NumberCell, SpoiltCell
from syncd.core.limits import Limits
from syncd.core.model import FileDamagedError
from syncd.core.xlsx.survey import MOST_CELLS, name_column
from syncd.core.xlsx.worksheet import SheetChoice, is_installed, open_worksheet

SHARED = (
    "<t>plain</t>",
    "<r><t>rich</t></r><r><t xml:space='preserve'> text</t></r><rPh sb='0' eb='1'><t>pho</t></rPh>",
    "<t>a_x000D_b &amp; c</t>",
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  as it is ", "  as it is "),
        ("=1+1", "=1+1"),
        (Cell("<v>0</v>", "s"), "plain"),
        (Cell("<v>1</v>", "s"), "rich text"),
        (Cell("<v>2</v>", "s"), "a\rb & c"),
        (Cell("<f>A1</f><v>hi</v>", "str"), "hi"),
        (Cell("<f>A1</f><v></v>", "str"), ""),
        (Cell("<v>1</v>", "b"), "TRUE"),
        (Cell("<v>0</v>", "b"), "FALSE"),
        (number(7, "00000"), "00007"),
        (number(1234567, "00000"), "1234567"),
        (number("0.4375", "hh:mm:ss"), "10:30:00"),
        (number("0.43750005787", "hh:mm:ss"), "10:30:00.005"),
        (number("1.5", "[h]:mm:ss"), "36:00:00"),
        (number("-0.5", "[h]:mm:ss"), "-12:00:00"),
        (Cell("", form="0%"), ""),
    ],
)
def test_texts_truths_times_and_padded_numbers_are_what_the_clerk_sees(cell, text):
    assert read_cell(cell, shared=SHARED) == text
    assert isinstance(read_cell(cell, shared=SHARED), NumberCell) == (text == "1234567")


@pytest.mark.parametrize(
    ("cell", "exact"),
    [
        (3.0, 3),
        (123, 123),
        (-4, -4),
        (0, 0),
        (4006381333931, 4006381333931),
        (999_999_999_999_999, 999_999_999_999_999),
        (19.9, Decimal("19.9")),
        (0.1 + 0.2, Decimal("0.3")),
        (59.970000000000006, Decimal("59.97")),
        (0.1 + 0.2 - 0.3, 0),
        (number("1E-7"), Decimal("0.0000001")),
        (number("1.2E+3"), 1200),
        (Cell("<f>A1+1</f><v>5</v>"), 5),
        (number(-7, "00000"), -7),
        (number("1.5", "00000"), Decimal("1.5")),
        (number("0.19", "0%"), 19),
        (number("0.195", "0%"), Decimal("19.5")),
        (number("-1", "0%"), -100),
        (number("46037", "#,##0.00"), 46037),
        (number("99999999", "yyyy-mm-dd"), 99999999),
    ],
)
def test_numbers_are_exact_to_the_15_digits_a_spreadsheet_has(cell, exact):
    found = read_cell(cell)
    assert isinstance(found, NumberCell)
    assert (found.exact, type(found.exact)) == (exact, type(exact))
    assert Decimal(str(found)) == exact
    assert set(found) <= set("-.0123456789")


@pytest.mark.parametrize(
    ("cell", "text", "date1904"),
    [
        (number(46037, "yyyy-mm-dd"), "2026-01-15", False),
        (number(46037 - 1462, "yyyy-mm-dd"), "2026-01-15", True),
        (number(46037.4375, "yyyy-mm-dd"), "2026-01-15T10:30:00", False),
        (number(46037, "yyyy-mm-dd hh:mm"), "2026-01-15T00:00:00", False),
        (number("46037.4375115741", "yyyy-mm-dd hh:mm"), "2026-01-15T10:30:01", False),
        (number("46037.43750005787", "yyyy-mm-dd hh:mm"), "2026-01-15T10:30:00.005", False),
        (Cell("<v>2026-01-15T10:30:00</v>", "d"), "2026-01-15T10:30:00", False),
    ],
)
def test_dates_are_iso_texts_that_know_they_are_dates(cell, text, date1904):
    found = read_cell(cell, date1904=date1904)
    assert isinstance(found, DateCell)
    assert found == text


@pytest.mark.parametrize(
    ("cell", "text", "words"),
    [
        (1234567890123456, "1234567890123456", "more than 15 digits"),
        (number("1.2E+20"), "120000000000000000000", "format the column as text"),
        (number("1E+400"), "#NUM!", "no number"),
        (number("-1", "yyyy-mm-dd"), "#NUM!", "calendar"),
        (Cell("<v>#N/A</v>", "e"), "#N/A", "shows an error"),
        (Cell("<f>1/0</f><v>#DIV/0!</v>", "e"), "#DIV/0!", "shows an error"),
        (Cell("<f>B1*2</f>"), "=B1*2", "open it in Excel and save it again"),
        (Cell("<f>B1*2</f><v></v>"), "=B1*2", "open it in Excel and save it again"),
        (Cell('<f t="shared" si="0"/>'), "=", "open it in Excel and save it again"),
        (Cell(f"<f>{'A' * 500}</f>"), "=" + "A" * 80, "open it in Excel and save it again"),
    ],
)
def test_what_a_spreadsheet_has_spoilt_says_why(cell, text, words):
    found = read_cell(cell)
    assert isinstance(found, SpoiltCell)
    assert (found, words in found.reason) == (text, True), found.reason


def test_formulas_that_are_worked_out_when_the_file_is_opened_have_no_value_yet():
    cell = Cell("<f>B1*2</f><v>0</v>")
    book = f'<workbook xmlns="{MAIN}" xmlns:r="x"><sheets><sheet name="A" r:id="rId1"/></sheets><calcPr %s/></workbook>'
    assert isinstance(read_cell(cell, parts={"xl/workbook.xml": book % 'fullCalcOnLoad="1"'}), SpoiltCell)
    assert read_cell(cell, parts={"xl/workbook.xml": book % 'calcId="1"'}) == "0"


def test_rows_keep_their_numbers_and_are_all_as_wide_as_the_sheet():
    data = wrap(
        '<row r="2"><c r="B2"><v>1</v></c><c r="F2" s="1"/></row><row r="3"/><row r="5"><c r="C5"><v>2</v></c></row>'
        '<row r="900"><c r="A900" s="1"/></row>'
    )
    assert read(data) == [(1, ["", "", ""]), (2, ["", "1", ""]), (3, [""] * 3), (4, [""] * 3), (5, ["", "", "2"])]


def test_cells_without_places_follow_each_other():
    data = wrap("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    assert read(data) == [(1, ["1", "2"]), (2, ["3", ""])]


def test_remarks_meet_their_cells_in_wide_and_sparse_sheets():
    places = [(1, 3), (2, 27), (4, 2), (4, 28)]
    cells = {row: "" for row, _ in places}
    for row, column in places:
        cells[row] += f'<c r="{name_column(column)}{row}" t="e"><v>#REF!</v></c>'
    data = wrap("".join(f'<row r="{row}">{inner}</row>' for row, inner in cells.items()))
    found = [(row, at) for row, texts in read(data) for at, text in enumerate(texts, 1) if text == "#REF!"]
    assert found == places


def test_a_last_row_without_any_value_is_still_a_row():
    data = write_rows(["a", "b"], [None, Cell("<f>A1</f>")])
    assert read(data) == [(1, ["a", "b"]), (2, ["", "=A1"])]


def test_white_space_between_shared_texts_is_no_text():
    strings = f'<sst xmlns="{MAIN}">\n<t>no</t> <si>\n <t>one</t>\n</si>\n<si><t>two</t></si></sst>'
    assert read_cell(Cell("<v>1</v>", "s"), parts={"xl/sharedStrings.xml": strings}) == "two"


def test_workbooks_without_styles_and_shared_texts_are_read():
    book = relate(("rId1", "x/worksheet", "worksheets/sheet1.xml"))
    data = write_rows(["a", 5], parts={"xl/_rels/workbook.xml.rels": book})
    assert read(data) == [(1, ["a", "5"])]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('<row r="2"/><row r="2"/>', "rows do not follow"),
        ('<row r="x"/>', "rows do not follow"),
        ('<row r="1048577"/>', "rows do not follow"),
        ('<row r="1"><c r="A1"/><c r="A1"/></row>', "cells do not follow"),
        ('<row r="1"><c r="A2"/></row>', "cells do not follow"),
        ('<row r="1"><c r="1A"/></row>', "has no place"),
        ('<row r="1"><c r="XFE1"/></row>', "more cells than a row can have"),
        ('<row r="1"><c r="A1"><v>abc</v></c></row>', "its cell A1 should hold a number"),
        ('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', "text of its cell A1 is missing"),
        ('<row r="1"><c r="A1" t="s"><v>x</v></c></row>', "text of its cell A1 is missing"),
        ('<row r="1"><c r="A1" t="q"><v>1</v></c></row>', "a value in it is none"),
        (f'<x:row xmlns:x="{MAIN}" r="1"/>', "unknown kind"),
        (f'<row r="1"><c r="A1"><x:v xmlns:x="{MAIN}">1</x:v></c></row>', "unknown kind"),
    ],
)
def test_sheets_that_no_spreadsheet_writes_are_refused_with_the_place(rows, words):
    code, message, _ = refuse(wrap(rows))
    assert (code, words in message) == ("workbook_damaged", True), message


def test_a_second_set_of_rows_is_refused():
    assert refuse(wrap('<row r="1"/>', after='<sheetData><row r="2"/></sheetData>'))[0] == "workbook_damaged"
    foreign = f'<x:sheetData xmlns:x="{MAIN}"/>'
    assert refuse(wrap('<row r="1"/>', after=foreign))[0] == "workbook_damaged"


def test_what_stands_around_the_rows_is_no_matter():
    before = '<sheetViews><sheetView><y:pane xmlns:y="y"/></sheetView></sheetViews>'
    after = '<controls><z:row xmlns:z="z">5</z:row></controls><mergeCells><mergeCell ref="A1:C1"/></mergeCells>'
    data = wrap('<row r="1"><c r="A1"><v>1</v></c></row>', before, after)
    assert read(data) == [(1, ["1"])]


@pytest.mark.parametrize("place", ["B1000000", "ALL1001"])
def test_a_stray_cell_far_away_does_not_take_the_machine_down(place):
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    data = wrap(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{place}"><v>1</v></c></row>')
    code, message, line = refuse(data)
    assert (code, f"{MOST_CELLS:,} cells" in message, line) == ("workbook_too_large", True, int(row))


def test_a_short_file_of_one_long_text_repeated_is_refused():
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 70))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    data = write_workbook(Sheet([]), shared=[f"<t>{'x' * 1024**2}</t>"], parts={"xl/worksheets/sheet1.xml": sheet})
    assert refuse(data)[0] == "workbook_too_large"


def test_too_many_columns_and_too_long_rows_are_refused():
    with pytest.raises(FileDamagedError, match="too_many_columns"):
        read(write_rows(["a", "b"]), Limits(columns=1))
    with pytest.raises(FileDamagedError, match="record_too_long"):
        read(write_rows(["a"], ["bcd", "ef"]), Limits(record_bytes=4))


def test_the_first_sheet_shown_that_has_something_in_it_is_read():
    data = write_workbook(
        Sheet([["h"]], name="Hidden", state="veryHidden"), Sheet([], name="Empty"), Sheet([["x"]], name="Or & ders")
    )
    worksheet = open_worksheet([data], SheetChoice(), Limits())
    assert (worksheet.name, worksheet.number, list(worksheet.rows)) == ("Or & ders", 2, [(1, ["x"])])


BOTH = write_workbook(Sheet([["a"]], name="First"), Sheet([["h"]], name="Gone", state="hidden"), Sheet([["b"]], "2"))


@pytest.mark.parametrize(("sheet", "text"), [("first", "a"), (" GONE ", "h"), ("2", "b"), (1, "a"), (2, "b")])
def test_a_sheet_is_chosen_by_name_or_by_its_number_among_those_shown(sheet, text):
    assert read(BOTH, sheet=sheet) == [(1, [text])]


def test_a_sheet_that_is_not_there_is_told_with_those_that_are():
    code, message, _ = refuse(BOTH, sheet="Orders")
    assert (code, message) == ("missing_sheet", 'The workbook has no sheet "Orders"; it has "First" "Gone" "2"')
    assert refuse(BOTH, sheet=3)[0] == "missing_sheet"


HIDDEN = write_workbook(
    Sheet([["a"], ["b"], [None], ["c"], ["d"], ["e"], ["f"], ["g"], ["h"]], hidden_rows=(2, 3, 4, 5, 6, 7, 8))
)


def test_hidden_rows_refuse_the_file_unless_the_mapping_says_what_they_are():
    code, message, line = refuse(HIDDEN)
    assert (code, "(2, 4, 5, 6, 7 and 1 more)" in message, line) == ("hidden_rows", True, 2), message
    assert [row for row, _ in read(HIDDEN, hidden_rows="read")] == list(range(1, 10))
    assert [row for row, (text,) in read(HIDDEN, hidden_rows="skip") if text] == [1, 9]
    assert "(2)" in refuse(write_workbook(Sheet([["a"], ["b"]], hidden_rows=(2,))))[1]


def test_a_hidden_row_without_anything_in_it_is_no_matter():
    assert read(write_workbook(Sheet([["a"], [None]], hidden_rows=(2,)))) == [(1, ["a"])]


def test_merged_cells_over_several_rows_are_noted():
    merged = '<mergeCells><mergeCell ref="A2:A4"/><mergeCell ref="A1:B1"/><mergeCell ref="C9"/></mergeCells>'
    data = write_workbook(Sheet([["a"]], after=merged))
    assert open_worksheet([data], SheetChoice(), Limits()).merged == [(2, "A2:A4")]


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    assert is_installed()
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    code, message, _ = refuse(write_rows(["a"]))
    assert (code, "pip install 'syncd[xlsx]'" in message) == ("needs_extra", True)


class PanicError(BaseException):
    """What compiled code raises where it breaks down."""


@pytest.mark.parametrize(
    ("raised", "expected"), [(PanicError("broke down"), FileDamagedError), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_a_reader_that_breaks_down_refuses_the_file_alone(monkeypatch, raised, expected):
    class Workbook:
        @staticmethod
        def from_filelike(_file):
            raise raised

    reader = ModuleType("python_calamine")
    reader.CalamineWorkbook = Workbook
    monkeypatch.setitem(sys.modules, "python_calamine", reader)
    with pytest.raises(expected):
        read(write_rows(["a"]))


def test_columns_are_named_as_a_spreadsheet_names_them():
    assert [name_column(number) for number in (1, 26, 27, 702, 703, 16_384)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
