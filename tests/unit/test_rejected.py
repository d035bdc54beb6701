"""The rejected file: only the failed orders, in the input's own layout, with what to mend beside them."""

import codecs
import json

import pytest

from syncd.core.guard import guard_cell, unguard_cell
from syncd.core.intake import Reading, judge
from syncd.core.model import Invalid, Problem
from syncd.core.rejected import build_rejected, spread_problems
from syncd.core.validate import compile_checker

SCHEMA = {
    "type": "object",
    "properties": {
        "ReferenceNumber": {"type": "string"},
        "Note": {"type": "string"},
        "OrderItems": {
            "type": "array",
            "items": {"type": "object", "properties": {"SKU": {"type": "string"}, "Qty": {"type": "integer"}}},
        },
    },
}
CHECKER = compile_checker(SCHEMA)


def reject(content, *failed, name="orders.csv", chunk=7, **settings):
    reading = Reading(checker=CHECKER, **settings)
    chunks = (content[at : at + chunk] for at in range(0, len(content), chunk))
    return b"".join(build_rejected(chunks, name, reading, iter(failed)))


def test_only_failed_orders_stand_in_it_with_their_errors_last():
    content = b"ReferenceNumber,OrderItems.SKU,OrderItems.Qty\nA,S,1\nB,S,x\nB,T,2\nC,S,3\n"
    assert reject(content, ((3, 4), "Qty is x; it must be a whole number")) == (
        b"ReferenceNumber,OrderItems.SKU,OrderItems.Qty,_error\nB,S,x,Qty is x; it must be a whole number\nB,T,2,\n"
    )


def test_each_row_has_the_problems_of_its_own_line():
    problems = [
        Problem("a", "of the order"),
        Problem("b", "of line 5 is {value}", line=5, value="v"),
        Problem("c", "in the middle of line 3", line=4),
        Problem("d", "again line 5", line=5),
        Problem("e", "before them all", line=1),
    ]
    texts = spread_problems((3, 5), problems, show_values=False)
    assert texts == (
        "of the order; in the middle of line 3; before them all",
        "of line 5 is (hidden); again line 5",
    )
    content = b'ReferenceNumber,Note\nA,x\nB,"y\ny"\nB,z\n'
    assert reject(content, ((3, 4), texts)) == (
        b"ReferenceNumber,Note,_error\n"
        b'B,"y\ny",of the order; in the middle of line 3; before them all\n'
        b"B,z,of line 5 is (hidden); again line 5\n"
    )


def test_orders_whose_rows_lie_between_each_other_keep_the_files_order():
    content = b"ReferenceNumber,Note\nA,1\nB,2\nA,3\nC,4\nB,5\n"
    assert reject(content, ((2, 4), ("a", "a2")), ((3, 6), "b")) == (
        b"ReferenceNumber,Note,_error\nA,1,a\nB,2,b\nA,3,a2\nB,5,\n"
    )


def test_without_failed_orders_only_the_header_is_left():
    assert reject(b"ReferenceNumber,Note\nA,1\nB,2\n") == b"ReferenceNumber,Note,_error\n"


@pytest.mark.parametrize(
    ("bom", "encoding", "declared"),
    [
        (b"", "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-8"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (b"", "cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_mark_delimiter_and_line_ends_are_the_inputs_own(bom, encoding, declared, newline, delimiter):
    def write(*rows):
        return bom + "".join(delimiter.join(row) + newline for row in rows).encode(encoding)

    content = write(("ReferenceNumber", "Note"), ("A", "Grüße"), ("B", f'"a{delimiter}b"'))
    expected = write(
        ("ReferenceNumber", "Note", "_error"), ("A", "Grüße", "für"), ("B", f'"a{delimiter}b"', '"""no"""')
    )
    assert reject(content, ((2,), "für"), ((3,), '"no"'), encoding=declared) == expected


def test_the_line_that_names_the_delimiter_stays():
    content = b"sep=;\r\nReferenceNumber;Note\r\nA;1\r\n"
    assert reject(content, ((2,), "no")) == b"sep=;\r\nReferenceNumber;Note;_error\r\nA;1;no\r\n"


def test_what_the_encoding_lacks_is_a_question_mark_in_the_error_alone():
    content = "ReferenceNumber;Note\nÄ;ß\n".encode("latin-1")
    expected = "ReferenceNumber;Note;_error\nÄ;ß;is ä ? ?\n".encode("latin-1")
    assert reject(content, ((2,), "is ä € …"), encoding="latin-1") == expected


def test_an_error_column_of_the_last_time_is_replaced():
    content = b"ReferenceNumber,Note,_error\nA,1,old\nB,2,older\n"
    assert reject(content, ((3,), "new")) == b"ReferenceNumber,Note,_error\nB,2,new\n"


def test_an_error_column_that_was_moved_is_last_again():
    content = b"_error,ReferenceNumber,Note\nold,A,1\n"
    assert reject(content, ((2,), "new")) == b"ReferenceNumber,Note,_error\nA,1,new\n"


@pytest.mark.parametrize(
    ("cell", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 123", "'+49 30 123"),
        ("-", "'-"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-1+cmd", "'-1+cmd"),
        ("'=1", "''=1"),
        ("'-5", "''-5"),
        ("-12.50", "-12.50"),
        ("-1.234,50", "-1.234,50"),
        ("+3", "+3"),
        ("-.5", "-.5"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("''", "''"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_is_guarded_and_numbers_are_not(cell, guarded):
    assert guard_cell(cell) == guarded
    assert unguard_cell(guarded) == cell


def test_cells_and_errors_are_guarded_once_however_often_a_file_comes_back():
    first = reject(b"ReferenceNumber,Note\nA,=x\nB,-5\nC,'=y\n", ((2,), "=e"), ((3,), "e"), ((4,), "e"))
    assert first == b"ReferenceNumber,Note,_error\nA,'=x,'=e\nB,-5,e\nC,''=y,e\n"
    assert reject(first, ((2,), "=e"), ((3,), "e"), ((4,), "e")) == first


def test_short_and_long_rows_have_their_error_in_its_column_and_stay_refused():
    content = b"ReferenceNumber,Note,OrderItems.SKU\nA,1\nB,2,S,x,=y\nC,3,S\n"
    failed = ((2,), "short"), ((3,), "long"), ((4,), "other")
    once = reject(content, *failed)
    assert once == (b"ReferenceNumber,Note,OrderItems.SKU,_error\nA,1,,short,\nB,2,S,long,x,'=y\nC,3,S,other\n")
    assert reject(once, *failed) == once
    first, second, _ = judge([once], "orders.csv", Reading(checker=CHECKER))
    for judged in (first, second):
        assert isinstance(judged, Invalid)
        assert judged.problems[0].code == "wrong_cell_count"


def test_columns_without_a_name_at_the_right_end_are_left_out_but_no_text_is():
    content = b"ReferenceNumber,Note,,\nA,1,,\nB,2,x,\nC,3\n"
    assert reject(content, ((2,), "a"), ((3,), "b"), ((4,), "c")) == (
        b"ReferenceNumber,Note,_error\nA,1,a\nB,2,b,x,\nC,3,c\n"
    )


def test_an_array_stays_an_array_and_its_orders_text_stays_as_it_was():
    content = b'[ {"ReferenceNumber": "A"},\n {"Note" : "\\u00fc", "n": 1.50e2 } , {} ]'
    rejected = reject(content, ((2,), "für"), ((3,), 'no "x"'), name="orders.json")
    expected = '[\n{"Note" : "\\u00fc", "n": 1.50e2, "_error": "für"},\n{"_error": "no \\"x\\""}\n]\n'
    assert rejected == expected.encode()
    assert len(json.loads(rejected)) == 2


def test_an_object_with_orders_stays_one():
    content = b'{"from": {"orders": 1}, "orders": [{"ReferenceNumber": "A"}, {"ReferenceNumber": "B"}], "n": 2}'
    rejected = reject(content, ((2,), ("no",)), name="orders.json")
    assert rejected == b'{"orders": [\n{"ReferenceNumber": "B", "_error": "no"}\n]}\n'


def test_a_single_order_stays_single():
    content = b' {\n "ReferenceNumber": "A b",\n "Note": "x"\n}\n'
    rejected = reject(content, ((1,), "no"), name="orders.json")
    assert rejected == b'{\n "ReferenceNumber": "A b",\n "Note": "x", "_error": "no"}\n'


def test_an_empty_list_stays_empty():
    assert json.loads(reject(b"[]", name="orders.json")) == []


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ('{"_error": "old", "a": 1}', '{ "a": 1, "_error": "new"}'),
        (
            '{"a": [1, {"_error": 2}], "_error": {"b": "}"}, "c": NaN}',
            '{"a": [1, {"_error": 2}], "c": NaN, "_error": "new"}',
        ),
        ('{"a":1,"_error":"old"}', '{"a":1, "_error": "new"}'),
        ('{"_error" : "old" }', '{"_error": "new"}'),
        ('{"\\u005ferror": "old" , "a": 1}', '{ "a": 1, "_error": "new"}'),
        ('"no object"', '"no object"'),
        ("[1]", "[1]"),
        ("5", "5"),
    ],
)
def test_a_key_of_the_last_time_is_replaced_and_what_is_no_object_stays(order, expected):
    assert reject(f"[{order}]".encode(), ((1,), "new"), name="orders.json").decode() == f"[\n{expected}\n]\n"


def test_an_order_a_line_stays_an_order_a_line():
    content = codecs.BOM_UTF8 + b'{"a": 1}\r\n\r\n {"b": 2} \r\n"c"'
    rejected = reject(content, ((2,), "no"), ((3,), "no"), name="orders.ndjson")
    assert rejected == codecs.BOM_UTF8 + b'{"b": 2, "_error": "no"}\n"c"\n'


def test_json_in_another_encoding_keeps_it_and_its_mark():
    content = codecs.BOM_UTF16_LE + '[{"a": "ü"}]'.encode("utf-16-le")
    rejected = reject(content, ((1,), "ä"), name="orders.json")
    assert rejected == codecs.BOM_UTF16_LE + '[\n{"a": "ü", "_error": "ä"}\n]\n'.encode("utf-16-le")
    legacy = reject('[{"a": "ü"}]'.encode("cp1252"), ((1,), "ä → b"), name="o.json", encoding="cp1252")
    assert legacy == '[\n{"a": "ü", "_error": "ä ? b"}\n]\n'.encode("cp1252")


def test_the_input_is_read_no_further_than_its_last_failed_order():
    def chunks():
        yield b"ReferenceNumber,Note\nA,1\nB,2\nC,3\n"
        pytest.fail("the rest of the file was read for nothing")

    pieces = build_rejected(chunks(), "orders.csv", Reading(checker=CHECKER), iter([((2,), "no")]))
    assert b"".join(pieces) == b"ReferenceNumber,Note,_error\nA,1,no\n"
