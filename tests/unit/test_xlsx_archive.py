"""A workbook's container: what is refused before anything of it is read, and with which words."""

import io
import zipfile

import pytest
from support.workbooks import MAIN, Sheet, relate, write_rows, write_workbook

from syncd.core.limits import Limits
from syncd.core.model import FileDamagedError
from syncd.core.xlsx.archive import MOST_BYTES, MOST_ENTRIES, MOST_UNPACKED
from syncd.core.xlsx.worksheet import SheetChoice, open_worksheet

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
GOOD = write_rows(["a"], ["b"])


def refuse(*chunks):
    with pytest.raises(FileDamagedError) as refused:
        list(open_worksheet(iter(chunks), SheetChoice(), Limits()).rows)
    return refused.value.problem.code, refused.value.problem.message


def find_entry(name, data=GOOD):
    """Return where the directory describes an entry."""
    directory = data.index(b"PK\x01\x02")
    return data.rindex(b"PK\x01\x02", 0, data.index(name, directory))


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty", "send it again"),
        (b"a;b\n1;2\n", "no_workbook", "save it as .xlsx"),
        (OLE + b"\0" * 512, "no_workbook", "old Excel"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "workbook_locked", "without one"),
        (GOOD[:-1], "workbook_cut", "cut off"),
        (GOOD[:60], "workbook_cut", "cut off"),
        (b"PK\x03\x04", "workbook_cut", "cut off"),
    ],
)
def test_what_is_no_whole_workbook_is_refused_with_the_cure(data, code, words):
    found, message = refuse(data)
    assert (found, words in message) == (code, True), message


def test_a_workbook_may_come_in_any_pieces():
    chunks = [GOOD[at : at + 7] for at in range(0, len(GOOD), 7)]
    assert list(open_worksheet(iter(chunks), SheetChoice(), Limits()).rows) == [(1, ["a"]), (2, ["b"])]


def test_a_file_too_large_is_refused_before_all_of_it_is_held():
    taken = 0

    def chunks():
        nonlocal taken
        while True:
            taken += 1024**2
            yield bytes(1024**2)

    with pytest.raises(FileDamagedError, match="workbook_too_large"):
        open_worksheet(chunks(), SheetChoice(), Limits())
    assert taken == MOST_BYTES + 1024**2


def test_an_archive_that_unpacks_to_more_than_is_held_is_refused_by_what_it_declares():
    at = find_entry(b"xl/styles.xml")
    bomb = GOOD[: at + 24] + MOST_UNPACKED.to_bytes(4, "little") + GOOD[at + 28 :]
    assert refuse(bomb)[0] == "workbook_too_large"


def test_an_archive_of_very_many_entries_is_refused():
    many = write_rows(["a"], parts={f"xl/media/{number}": b"" for number in range(MOST_ENTRIES)})
    assert refuse(many)[0] == "workbook_too_large"


def test_an_entry_that_declares_less_than_it_has_is_refused():
    lying = bytearray(GOOD)
    lying[find_entry(b"xl/worksheets/sheet1.xml") + 24] = 9  # its size once unpacked
    assert refuse(bytes(lying))[0] == "workbook_cut"


def test_a_spoilt_entry_is_refused():
    at = GOOD.index(b"xl/worksheets/sheet1.xml")
    spoilt = GOOD[: at + 40] + b"\xff\xff\xff\xff" + GOOD[at + 44 :]
    assert refuse(spoilt)[0] == "workbook_cut"


def test_a_locked_entry_is_refused():
    at = GOOD.index(b"PK\x01\x02")
    locked = bytearray(GOOD)
    locked[at + 8] |= 1
    assert refuse(bytes(locked))[0] == "workbook_locked"


def test_an_entry_that_stands_twice_is_refused():
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert refuse(out.getvalue())[0] == "workbook_damaged"


def test_another_compression_than_excels_is_refused():
    assert refuse(write_rows(["a"], method=zipfile.ZIP_LZMA))[0] == "workbook_damaged"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"_rels/.rels": None}, "another kind of file"),
        ({"_rels/.rels": relate()}, "no sheets in XML"),
        ({"_rels/.rels": relate(("r1", "x/officeDocument", "xl/workbook.bin"))}, "no sheets in XML"),
        ({"xl/workbook.xml": None}, "its part xl/workbook.xml is missing"),
        ({"xl/worksheets/sheet1.xml": None}, "its part xl/worksheets/sheet1.xml is missing"),
        ({"xl/worksheets/sheet1.xml": "<worksheet>"}, "its XML is damaged"),
        ({"xl/worksheets/sheet1.xml": ""}, "its XML is damaged"),
        (
            {"xl/worksheets/sheet1.xml": f'<!DOCTYPE x [<!ENTITY a "b">]><worksheet xmlns="{MAIN}">&a;</worksheet>'},
            "declares a document type",
        ),
    ],
)
def test_parts_that_do_not_lead_to_each_other_are_refused(parts, words):
    code, message = refuse(write_rows(["a"], parts=parts))
    assert (code, words in message) == ("workbook_damaged", True), message


def test_other_names_of_parts_and_prefixes_are_followed():
    book = (
        f'<x:workbook xmlns:x="{MAIN}" xmlns:rel="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<x:sheets><x:sheet name="S" sheetId="7" rel:id="q"/><x:sheet name="Chart" sheetId="8" rel:id="c"/>'
        '<x:sheet name="Lost" sheetId="9"/></x:sheets></x:workbook>'
    )
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>a</x:t></x:is>'
        "</x:c></x:row></x:sheetData></x:worksheet>"
    )
    data = write_workbook(
        parts={
            "_rels/.rels": relate(("r1", "x/officeDocument", "/deep/book.xml"), ("r2", "x/core-properties", "p.xml")),
            "deep/book.xml": book,
            "deep/_rels/book.xml.rels": relate(
                ("q", "x/worksheet", "../s.xml"), ("c", "x/chartsheet", "c.xml"), external=True
            ),
            "s.xml": sheet,
        }
    )
    worksheet = open_worksheet([data], SheetChoice(), Limits())
    assert (worksheet.name, worksheet.number, list(worksheet.rows)) == ("S", 1, [(1, ["a"])])


def test_a_workbook_of_empty_sheets_is_empty():
    assert refuse(write_workbook(Sheet([]), Sheet([[None]], name="B")))[0] == "empty"
