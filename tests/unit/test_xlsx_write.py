"""Workbooks written: as a spreadsheet program wants them, with nothing in them that it would change or run."""

import io
import zipfile
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from syncd.core.cells import DateCell, NumberCell, SpoiltCell
from syncd.core.xlsx.write import write_workbook


def write_cell(cell):
    """Return the XML of a cell without its place."""
    with zipfile.ZipFile(io.BytesIO(b"".join(write_workbook([[cell]], "Orders", 1)))) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    return xml.partition('<row r="1">')[2].partition("</row>")[0].replace(' r="A1"', "")


@pytest.mark.parametrize(
    ("cell", "style", "inner"),
    [
        ("=1+1 <&>", ' s="1" t="inlineStr"', '<is><t xml:space="preserve">=1+1 &lt;&amp;&gt;</t></is>'),
        ("a\x07b_x0041_", ' s="1" t="inlineStr"', '<is><t xml:space="preserve">a_x0007_b_x005F_x0041_</t></is>'),
        (NumberCell("-1.50", Decimal("-1.50")), "", "<v>-1.50</v>"),
        (DateCell("2026-01-15"), ' s="2"', "<v>46037.0</v>"),
        (DateCell("2026-01-15T10:30:00"), ' s="3"', "<v>46037.4375</v>"),
        (DateCell("1900-02-28"), ' s="1" t="inlineStr"', '<is><t xml:space="preserve">1900-02-28</t></is>'),
        (SpoiltCell("10000000000000000", "too long"), "", "<v>10000000000000000</v>"),
        (SpoiltCell("#N/A", "an error"), ' s="1" t="inlineStr"', '<is><t xml:space="preserve">#N/A</t></is>'),
    ],
)
def test_each_kind_of_cell_is_written_as_what_it_is(cell, style, inner):
    assert write_cell(cell) == f"<c{style}>{inner}</c>"


def test_an_empty_cell_is_not_written():
    assert write_cell("") == ""


def test_every_part_is_sound_xml_and_leads_to_its_sheet():
    data = b"".join(write_workbook([["a"]] * 3, 'A & "B"', 3))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        trees = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}
    sheets = [sheet.get("name") for sheet in trees["xl/workbook.xml"].iter() if sheet.tag.endswith("}sheet")]
    assert sheets == ["(1)", "(2)", 'A & "B"']
    assert [len(list(trees[f"xl/worksheets/sheet{number}.xml"][0])) for number in (1, 2, 3)] == [0, 0, 3]


def test_a_large_workbook_comes_in_pieces():
    pieces = list(write_workbook([[str(hash((row, column))) for column in range(20)] for row in range(3000)], "A", 1))
    assert len(pieces) > 1
