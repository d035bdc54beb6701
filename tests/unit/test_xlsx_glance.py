"""Codes that only a number format shows, rows without height, sheets that are not read, and bombs of XML."""

import pytest
from support.sheets import read, read_cell, refuse, wrap
from support.workbooks import MAIN, Cell, Sheet, number, relate, write_rows, write_workbook

from syncd.core.cells import NumberCell, SpoiltCell
from syncd.core.limits import Limits
from syncd.core.xlsx.worksheet import SheetChoice, open_worksheet


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234, r"00\-000", "01-234"),
        (1234567, r"00\-000", "1234-567"),
        (12, '"A-"0000', "A-0012"),
        (1234, "[$-407]00000", "01234"),
        (1234, "00000;@", "01234"),
        (12345, r"000\ 00", "123 45"),
        (12345, "00000-0000", "00001-2345"),
    ],
)
def test_a_code_is_the_text_that_its_format_shows(value, form, text):
    found = read_cell(number(value, form))
    assert (found, type(found)) == (text, str)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (0, '00000;;"-"'),
        (1234, r"0\.000"),
        (12, '"A"#'),
        (12, "00000.00"),
        (-1234, r"00\-000"),
        ("1.5", r"00\-000"),
        (12, "[<100]000;00000"),
    ],
)
def test_a_code_that_cannot_be_shown_for_certain_is_refused(value, form):
    found = read_cell(number(value, form))
    assert isinstance(found, SpoiltCell)
    assert "format the column as text" in found.reason


@pytest.mark.parametrize("form", ["_-* #,##0.00_-", '0" days"', "00.0E+00", '0 "Stk"', '0"A', "#,##0.00"])
def test_a_number_with_a_unit_stays_a_number(form):
    found = read_cell(number(12, form))
    assert isinstance(found, NumberCell)
    assert found.exact == 12


@pytest.mark.parametrize(
    ("rows", "before"),
    [
        ('<row r="1" ht="0" customHeight="1"><c r="A1"><v>1</v></c></row>', ""),
        ('<row r="1" ht="0.0"><c r="A1"><v>1</v></c></row>', ""),
        ('<row r="1"><c r="A1"><v>1</v></c></row>', '<sheetFormatPr zeroHeight="1"/>'),
    ],
)
def test_a_row_without_height_is_hidden(rows, before):
    assert refuse(wrap(rows, before))[0] == "hidden_rows"


def test_a_row_that_says_it_is_shown_or_has_a_height_is_not_hidden():
    shown = '<row r="1" hidden="0" ht="10"><c r="A1"><v>1</v></c></row>'
    assert read(wrap(shown, '<sheetFormatPr zeroHeight="1"/>')) == [(1, ["1"])]


def test_columns_told_over_and_over_are_counted_once():
    before = (
        '<cols><col min="1" max="3" style="1"/><col min="2" max="4" style="1"/><col min="x" max="9" style="1"/></cols>'
    )
    sheet = open_worksheet([wrap('<row r="1"><c r="A1"><v>1</v></c></row>', before)], SheetChoice(), Limits())
    assert set(sheet.text_until) == {1, 2, 3, 4}


FILLED = '<row r="1"><c r="A1"><v>1</v></c></row>'


def restyle(inner):
    return write_rows([1], parts={"xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{inner}</styleSheet>'})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (restyle(f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * 256}"/></numFmts>'), "workbook_damaged"),
        (restyle(f"<cellXfs>{'<xf/>' * 65_491}</cellXfs>"), "workbook_damaged"),
        (wrap(FILLED, after='<mergeCell ref="A1:A2"/>' * 100_001), "workbook_too_large"),
        (write_workbook(*(Sheet([], name=str(at)) for at in range(260))), "workbook_too_large"),
        (
            write_workbook(
                Sheet([]),
                Sheet([]),
                parts={
                    "xl/_rels/workbook.xml.rels": relate(
                        ("rId1", "x/worksheet", "worksheets/sheet1.xml"),
                        ("rId2", "x/worksheet", "worksheets/sheet1.xml"),
                    )
                },
            ),
            "workbook_damaged",
        ),
        (wrap(f'<row r="{"1" * 5000}"/>'), "workbook_damaged"),
    ],
)
def test_what_would_fill_a_machine_is_refused(data, code):
    assert refuse(data)[0] == code


def glance(*sheets, **options):
    return open_worksheet([write_workbook(Sheet([["a"]]), *sheets, **options)], SheetChoice(), Limits()).others


def test_other_sheets_shown_with_something_in_them_are_told_with_their_first_rows():
    (other,) = glance(
        Sheet([["h"]], name="Gone", state="hidden"),
        Sheet([[None]], name="Empty", after="\n"),
        Sheet(
            [
                [None],
                ["x", Cell("<v>0</v>", "s"), Cell("<v>1</v>", "s")],
                [Cell("<v>9</v>", "s"), Cell("<v>q</v>", "s"), 5],
            ],
            name="Feb",
        ),
        shared=["<t>No</t><rPh><t>n</t></rPh>", f"<t>{'x' * 1001}</t>"],
    )
    assert (other.name, other.rows) == ("Feb", (("x", "No", ""), ("", "", "5")))


def test_a_glance_ends_soon_and_refuses_nothing():
    (long,) = glance(Sheet([["x"]] * 50, name="Long"))
    assert len(long.rows) == 30
    (wide,) = glance(Sheet([["x" * 30_000]], name="Wide"))
    assert wide.rows == (("",),)
    (torn,) = glance(Sheet([["x"]], name="Torn"), parts={"xl/worksheets/sheet2.xml": "<worksheet>"})
    assert torn.rows == (("",),)
    data = write_workbook(Sheet([["a"]], name="A"), Sheet([["b"]], name="B"))
    assert open_worksheet([data], SheetChoice(sheet=1), Limits()).others == ()
