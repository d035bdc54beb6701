"""The records of a file as its sender wrote them, found again by their numbers."""

import pytest
from support.mappings import CHECKER, SAMPLES, compile_preset, compile_text, judge_by

from syncd.core.intake import Reading
from syncd.core.model import Invalid
from syncd.core.source_records import PAUSE, Cell, SourceRecord, read_records
from syncd.core.validate import compile_checker

SCHEMA = {"type": "object", "properties": {"ReferenceNumber": {"type": "string"}, "Note": {"type": "string"}}}
READING = Reading(checker=compile_checker(SCHEMA))


def read(content, name="a.csv", wanted=(2,)):
    return list(read_records(iter([content]), name, READING, frozenset(wanted)))


def read_cells(content, name="a.csv", wanted=(2,)):
    (record,) = filter(None, read(content, name, wanted))
    return [(cell.name, cell.value) for cell in record.cells]


def test_a_row_has_its_columns_names_and_its_values_as_written():
    content = b"ReferenceNumber,Note\nA,x\n\nB, =1+1 \n"
    assert read(content, wanted=(3,)) == [
        None,
        SourceRecord(3, 4, (Cell("ReferenceNumber", "B"), Cell("Note", " =1+1 "))),
    ]


def test_a_cell_without_a_name_is_named_by_its_place():
    assert read_cells(b"ReferenceNumber,,Note\nA,b,c,d\n") == [
        ("ReferenceNumber", "A"),
        ("column 2", "b"),
        ("Note", "c"),
        ("column 4", "d"),
    ]


def test_a_row_of_a_rejected_file_is_shown_as_it_was_meant():
    content = b"ReferenceNumber,Note,_error\nA,'=1+1,Note is odd\n"
    assert read_cells(content) == [("ReferenceNumber", "A"), ("Note", "=1+1")]


def test_an_order_of_json_has_paths_of_keys():
    content = b'[{}, {"a": {"b": [1.50, "x"]}, "c": [], "d": {}, "e": null, "_error": "was odd"}]'
    assert read_cells(content, "a.json") == [
        ("a.b[0]", "1.50"),
        ("a.b[1]", "x"),
        ("c", "[]"),
        ("d", "{}"),
        ("e", "null"),
    ]


def test_an_order_that_is_no_object_is_shown_whole():
    assert read_cells(b'{"a": 1}\n7\n', "a.ndjson") == [("the order", "7")]


def test_reading_ends_behind_the_last_wanted_record():
    def chunks():
        yield b'[{"a": 1}, {"a": 2}, '
        yield b'{"a": 3}, '
        raise AssertionError("read on")

    records = read_records(chunks(), "a.json", READING, frozenset({1}))
    assert [record.record for record in records if record] == [1]


def test_nothing_is_wanted_and_nothing_is_shown():
    assert read(b'{"a": 1}\n', "a.ndjson", wanted=()) == []


def test_damage_ends_the_reading_without_a_word():
    assert [record.record for record in read(b'{"a": 1}\n{"a":\n', "a.ndjson", wanted=(1, 2))] == [1]
    assert read(b"\xff\xff", wanted=(2,)) == []


def test_long_ways_are_broken_by_pauses():
    content = b"ReferenceNumber\n" + b"A\n" * (3 * PAUSE)
    records = read(content, wanted=(3 * PAUSE,))
    assert [record is None for record in records] == [True, True, True, False]


def test_a_deep_order_is_no_danger():
    reading = Reading(checker=READING.checker)
    content = b'{"a": ' + b"[" * 20 + b"1" + b"]" * 20 + b"}"
    (record,) = read_records(iter([content]), "a.json", reading, frozenset({1}))
    assert [cell.value for cell in record.cells] == ["1"]


def read_mapped(mapping, content, name="a.csv", wanted=(1, 2, 3, 4)):
    reading = Reading(checker=READING.checker, mapping=compile_text(mapping))
    records = read_records(iter([content.encode()]), name, reading, frozenset(wanted))
    return [
        (record.record, record.line, [(cell.name, cell.value) for cell in record.cells]) for record in records if record
    ]


def test_rows_of_a_mapped_file_have_the_senders_names_wherever_its_header_is():
    mapping = """
version: 1
read: {delimiter: semicolon, header: {contains: [No]}}
order: {ReferenceNumber: No}
"""
    content = "Export of today;\nNo;Qty ;;\n\nA;2;x;y\n"
    assert read_mapped(mapping, content) == [
        (3, 4, [("No", "A"), ("Qty ", "2"), ("column 3", "x"), ("column 4", "y")]),
    ]


def test_a_mended_mapped_file_is_shown_as_it_was_meant():
    mapping = "version: 1\norder: {ReferenceNumber: No}\n"
    assert read_mapped(mapping, "No,Note,_error\nA,'=1,odd\n") == [(2, 2, [("No", "A"), ("Note", "=1")])]


def test_records_of_several_types_are_named_as_problems_name_them():
    mapping = """
version: 1
read: {delimiter: comma}
records: {kinds: {H: {is: order, columns: [number]}, I: {columns: [sku, quantity]}}}
order: {ReferenceNumber: number}
items: {from: I, fields: {Qty: quantity}}
"""
    assert read_mapped(mapping, "H,A\nI,x,1\nI,y,2\nH,B\n", wanted=(2, 4)) == [
        (2, 2, [("I.sku", "x"), ("I.quantity", "1")]),
        (4, 4, [("H.number", "B")]),
    ]


def test_rows_of_joined_tables_have_the_names_of_their_own_table():
    mapping = """
version: 1
read: {delimiter: comma}
blocks: [{name: heads, contains: [Buyer], key: No}, {name: lines, contains: [Sku], key: No}]
order: {ReferenceNumber: No}
items: {from: lines, fields: {SKU: Sku}}
"""
    content = "No,Buyer\nA,Ann\nNo,Sku\nA,x\n"
    assert read_mapped(mapping, content) == [
        (2, 2, [("No", "A"), ("Buyer", "Ann")]),
        (4, 4, [("No", "A"), ("Sku", "x")]),
    ]


def test_mapped_json_is_found_behind_the_keys_that_lead_to_it():
    mapping = "version: 1\nread: {format: json}\norders: data.list\norder: {ReferenceNumber: id}\n"
    content = '{"data": {"list": [{"id": "A"}, {"id": "B", "at": {"x": 1}}]}}'
    assert read_mapped(mapping, content, "a.csv", wanted=(2,)) == [(2, 1, [("id", "B"), ("at.x", "1")])]


@pytest.mark.parametrize("name", ["excel_bestellungen.csv", "sap_sd_auftraege.csv", "webshop_orders.json"])
def test_the_wrong_cell_of_a_mapped_file_is_among_those_shown(name):
    mapping = compile_preset(name.partition(".")[0])
    content = (SAMPLES / name).read_bytes().replace(b";EUR;", b";EURO;").replace("€".encode("cp1252"), b"$")
    content = content.replace(b'"currency": "EUR"', b'"currency": "EURO"')
    problems = [
        (record, problem)
        for order in judge_by(mapping, content, name, CHECKER)
        if isinstance(order, Invalid)
        for problem in order.problems
        for record, line in zip(order.records, order.lines, strict=True)
        if problem.line == line or name.endswith("json")
    ]
    assert problems
    reading = Reading(checker=CHECKER, mapping=mapping)
    wanted = frozenset(record for record, _ in problems)
    shown = {each.record: each for each in read_records(iter([content]), name, reading, wanted) if each}
    for record, problem in problems:
        assert problem.column in {cell.name for cell in shown[record].cells}
