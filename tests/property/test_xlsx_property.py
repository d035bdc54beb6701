"""Workbooks: what is written is read again; whatever is done to the bytes, they are refused or read, never a crash."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from support.workbooks import Cell, number, write_rows

from syncd.core.cells import DateCell, NumberCell, SpoiltCell
from syncd.core.limits import Limits
from syncd.core.model import FileDamagedError
from syncd.core.xlsx.masks import read_mask, show_code
from syncd.core.xlsx.worksheet import SheetChoice, open_worksheet
from syncd.core.xlsx.write import write_workbook

SWIFT = settings(deadline=None, max_examples=100)


def read(data, **choice):
    return list(open_worksheet([data], SheetChoice(**choice), Limits()).rows)


def make_number(value):
    return NumberCell(str(value) if isinstance(value, int) else f"{value:f}", value)


def try_read(data):
    """Return the code of what is wrong with a workbook, or None where it is read."""
    try:
        read(data)
    except FileDamagedError as refused:
        return refused.problem.code
    return None


NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.decimals(
    min_value=-(10**8), max_value=10**8, places=4, allow_nan=False
).map(lambda value: value.normalize()).filter(lambda value: value != int(value))
DATES = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0).isoformat()
)
CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=20),
    NUMBERS.map(make_number),
    DATES.map(DateCell),
    DATES.map(lambda text: DateCell(text[:10])),
    st.just(SpoiltCell("#N/A", "an error")),
    st.just(SpoiltCell(str(10**16), "too long")),
)


@SWIFT
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=5), st.integers(1, 3))
def test_what_is_written_is_read_again(rows, place):
    width = max(map(len, rows))
    rows = [["x", *row, *[""] * (width - len(row)), "y"] for row in rows]
    data = b"".join(write_workbook(rows, "Orders <1>", place))
    assert data == b"".join(write_workbook(rows, "Orders <1>", place))
    for found in (read(data), read(data, sheet=place), read(data, sheet="orders <1>")):
        assert found == list(enumerate(rows, 1))
    for cell, again in zip(sum(rows, []), sum((cells for _, cells in found), []), strict=True):  # noqa: RUF017
        if isinstance(cell, NumberCell):
            assert again.exact == cell.exact
        elif isinstance(cell, DateCell):
            assert isinstance(again, DateCell) == (cell >= "1900-03-01")


@SWIFT
@given(st.floats(-(10**15) + 1, 10**15 - 1))
def test_a_number_is_read_as_it_would_be_shown(value):
    ((_, (_, cell)),) = read(write_rows(["x", value]))
    assert isinstance(cell, NumberCell)
    assert abs(cell.exact - Decimal(value)) <= max(abs(Decimal(value)) * Decimal("1e-14"), Decimal("1e-15"))
    assert Decimal(str(cell)) == cell.exact


WORKBOOK = write_rows(
    ["No", "Sku", "Date", "Price"],
    ["1", Cell("<v>0</v>", "s"), number(46037, "yyyy-mm-dd"), 1.5],
    ["2", Cell("<f>A1</f>"), number(0.5, "hh:mm:ss"), Cell("<v>#N/A</v>", "e")],
    shared=["<t>shared</t>"],
)


@SWIFT
@given(st.integers(0, len(WORKBOOK) - 1))
def test_a_workbook_cut_off_anywhere_is_refused(size):
    assert try_read(WORKBOOK[:size]) in {"empty", "no_workbook", "workbook_cut"}


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(WORKBOOK) - 1), st.binary(min_size=1, max_size=8))
def test_changed_bytes_are_refused_or_read(at, changed):
    try_read(WORKBOOK[:at] + changed + WORKBOOK[at + len(changed) :])


PARTS = st.sampled_from(["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])


@settings(deadline=None, max_examples=200)
@given(PARTS, st.data())
def test_changed_xml_is_refused_or_read(part, data):
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        xml = archive.read(part).decode()
    at = data.draw(st.integers(0, len(xml)))
    size = data.draw(st.integers(0, 6))
    put = data.draw(st.text("<>/\"'=c:rvt10 9-E", max_size=4))
    try_read(write_rows(["No"], ["1"], shared=["<t>shared</t>"], parts={part: xml[:at] + put + xml[at + size :]}))


@SWIFT
@given(st.text('0#?.,;@\\"[]$-E A', max_size=12), st.integers(0, 10**15 - 1))
def test_whatever_a_format_shows_no_digit_of_a_code_is_lost(code, whole):
    mask = read_mask(code)
    shown = None if mask is None else show_code(mask, whole)
    assert shown is None or "".join(filter(str.isdigit, shown)).lstrip("0") == str(whole).lstrip("0")
