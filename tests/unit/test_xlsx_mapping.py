"""Workbooks under a mapping: the same orders as from CSV, with what is stored as a number or date taken as it is."""

from decimal import Decimal

import pytest
from support.mappings import OPEN, compile_text, judge_by, list_faults, list_payloads
from support.workbooks import Cell, Sheet, number, write_rows, write_workbook

from syncd.core.evidence import Evidence
from syncd.core.intake import Reading
from syncd.core.model import Damaged, Invalid, Notice, Order, Skipped
from syncd.core.origins import find_origins
from syncd.core.rejected import build_rejected, spread_problems
from syncd.core.source_records import read_records

MAPPING = """\
version: 1
zone: Europe/Berlin
read:
  header: {contains: [No, Sku]}
  delimiter: semicolon
  skip: {total: {column: No, equals: Total}}
  null: ["-", "0"]
group: {by: No}
numbers: {decimal: ",", thousands: "."}
dates: {formats: ["%d.%m.%Y"], time: "17:00"}
order: {ReferenceNumber: No, ReceivedDate: Date, Note: {column: Note, optional: true}}
items: {fields: {SKU: Sku, Qty: Qty, PricePerUnit: Price}}
"""
HEADER = ["No", "Date", "Sku", "Qty", "Price"]
DAY = number(46037, "yyyy-mm-dd")


def judge(*rows, mapping=MAPPING, name="orders.xlsx", **options):
    return judge_by(mapping, write_rows(*rows, **options), name)


def say(judged):
    """Return what is wrong with each that is not sent: its code, its line and its sentence."""
    problems = [
        problem
        for each in judged
        for problem in (
            each.problems if isinstance(each, Invalid) else [each.problem] if isinstance(each, Damaged) else []
        )
    ]
    return [(problem.code, problem.line, problem.message) for problem in problems]


def reject(mapping, data, name="orders.xlsx"):
    """Return the rejected file of what is invalid in a workbook."""
    compiled = compile_text(mapping)
    failed = [
        (each.records, spread_problems(each.lines, each.problems, show_values=True))
        for each in judge_by(compiled, data, name)
        if isinstance(each, Invalid)
    ]
    return b"".join(build_rejected([data], name, Reading(checker=OPEN, mapping=compiled), iter(failed)))


def test_what_is_stored_as_number_or_date_needs_no_words_of_the_mapping():
    judged = judge(
        ["Export of today"],
        HEADER,
        [1001, DAY, 123, 2, 1.125],
        [1001, DAY, "00123", "3", "1.249,50"],
        [None],
        ["1002", "15.01.2026", number(7, "00000"), 1.0, Cell("<f>1+1</f><v>0.1</v>")],
        ["Total", None, None, 6],
    )
    assert [each.lines for each in judged] == [(3, 4), (6,)]
    first, second = list_payloads(judged)
    assert first == {
        "ReferenceNumber": "1001",
        "ReceivedDate": "2026-01-15T16:00:00Z",
        "OrderItems": [
            {"SKU": 123, "Qty": 2, "PricePerUnit": Decimal("1.13")},
            {"SKU": "00123", "Qty": 3, "PricePerUnit": Decimal("1249.5")},
        ],
    }
    assert second["ReferenceNumber"] == "1002"
    assert second["OrderItems"] == [{"SKU": "00007", "Qty": 1, "PricePerUnit": Decimal("0.1")}]


def test_a_date_with_its_time_needs_no_other_and_days_are_added_to_it():
    mapping = MAPPING.replace("ReceivedDate: Date", "ReceivedDate: {column: Date, date: {plus_days: 1}}")
    (payload,) = list_payloads(judge(HEADER, [1, number(46037.4375, "yyyy-mm-dd hh:mm"), "a", 1, 1], mapping=mapping))
    assert payload["ReceivedDate"] == "2026-01-16T09:30:00Z"


def test_date_and_time_in_two_cells_are_joined_as_iso():
    mapping = """\
version: 1
zone: Europe/Berlin
read: {format: xlsx}
order: {ReferenceNumber: No, ReceivedDate: {join: [Day, Hour], date: {formats: [iso], time: "12:00"}}}
"""
    (payload,) = list_payloads(judge(["No", "Day", "Hour"], [1, DAY, number(0.4375, "hh:mm:ss")], mapping=mapping))
    assert payload["ReceivedDate"] == "2026-01-15T09:30:00Z"


def test_null_tokens_lookups_texts_and_conditions_see_digits():
    mapping = """\
version: 1
read: {format: xlsx, null: ["0"]}
keep: {paid: {column: Paid, equals: "TRUE"}}
order:
  ReferenceNumber: {template: "EU-{No}"}
  Rate: {column: Class, lookup: {"1": 19, "2": 7}}
  Note: {column: Note, text: {prefix: "n. "}}
"""
    rows = [
        ["No", "Paid", "Class", "Note"],
        *[[no, Cell(f"<v>{int(no < 3)}</v>", "b"), no, no - 1] for no in (1, 2, 3)],
    ]
    judged = judge(*rows, mapping=mapping)
    assert list_payloads(judged) == [
        {"ReferenceNumber": "EU-1", "Rate": 19},
        {"ReferenceNumber": "EU-2", "Rate": 7, "Note": "n. 1"},
    ]
    assert isinstance(judged[2], Skipped)


def test_a_currency_that_only_the_format_shows_must_be_the_orders():
    mapping = MAPPING.replace("order: {", "order: {Currency: {constant: EUR}, ")
    forms = ['#,##0.00 "€"', "[$£-809]#,##0.00", "[$-409]0.00"]
    judged = judge(
        HEADER, *([no, DAY, "a", 1, number(1.5 + no, form)] for no, form in enumerate(forms, 1)), mapping=mapping
    )
    assert [type(each) for each in judged] == [Order, Invalid, Order]
    assert [(code, line) for code, line, _ in say(judged)] == [("currency", 3)]


SPOILT = Cell("<v>#N/A</v>", "e")


def test_a_spoilt_cell_refuses_the_order_that_reads_it_and_no_other():
    judged = judge(
        [*HEADER, "Note", "Other"],
        [1, DAY, "a", SPOILT, Cell("<f>D2*2</f>"), None, SPOILT],
        [2, DAY, "b", 1, 1, None, SPOILT],
        [3, DAY, 4006381333931123, 1, 1],
    )
    assert [type(each) for each in judged] == [Invalid, Order, Invalid]
    assert [(code, line, message.split("; ")[0]) for code, line, message in say(judged)] == [
        ("spoilt_cell", 2, "Qty is {value}"),
        ("spoilt_cell", 2, "Price is {value}"),
        ("spoilt_cell", 4, "Sku is {value}"),
    ]
    assert [problem.value for problem in judged[0].problems] == ["#N/A", "=D2*2"]
    assert "open it in Excel and save it again" in say(judged)[1][2]
    assert "format the column as text" in say(judged)[2][2]


def test_a_spoilt_key_refuses_all_rows_that_have_it():
    mapping = MAPPING.replace("ReferenceNumber: No", "ReferenceNumber: Sku")
    judged = judge(HEADER, [SPOILT, DAY, "a", 1, 1], [SPOILT, DAY, "b", 1, 1], [2, DAY, "c", 1, 1], mapping=mapping)
    assert [type(each) for each in judged] == [Invalid, Order]
    assert [(code, line) for code, line, _ in say(judged)] == [("spoilt_cell", 2), ("spoilt_cell", 3)]


def test_spoilt_cells_are_found_in_templates_paths_and_the_preamble():
    mapping = """\
version: 1
read: {format: xlsx, header: {row: 2}, preamble: {batch: {row: 1, cell: 2}, day: {row: 1, cell: 3}}}
group: {by: No}
order:
  ReferenceNumber: No
  A: {template: "{Name} x"}
  B: {path: "rows[1].name", separator: ","}
  C: {column: batch, of: file}
  D: {column: day, of: file, date: {time: "12:00", zone: UTC}}
"""
    judged = judge(["Batch", SPOILT, DAY], ["No", "Name"], [1, SPOILT], [1, SPOILT], mapping=mapping)
    assert {problem.field for problem in judged[0].problems} == {"/A", "/B", "/C"}


def test_a_rule_that_leaves_rows_out_is_not_met_by_a_spoilt_cell():
    judged = judge(HEADER, [SPOILT, DAY, "a", 1, 1], [2, DAY, "b", 1, 1])
    assert [type(each) for each in judged] == [Invalid, Order]


MERGED = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'


@pytest.mark.parametrize(
    ("group", "expected"),
    [("{by: No}", Damaged), ("{by: No, carry: true, cells: first}", Order), ("{by: No, carry: true}", Invalid)],
)
def test_merged_cells_need_a_mapping_that_has_words_for_them(group, expected):
    data = write_workbook(Sheet([HEADER, [1, DAY, "a", 1, 1], [None, None, "b", 1, 1]], after=MERGED))
    (judged,) = judge_by(MAPPING.replace("{by: No}", group), data, "orders.xlsx")
    assert isinstance(judged, expected)


def test_cells_merged_above_the_rows_are_no_matter():
    data = write_workbook(
        Sheet([["Title"], [None], HEADER, [1, DAY, "a", 1, 1]], after=MERGED.replace("A2:A3", "A1:A2"))
    )
    (judged,) = judge_by(MAPPING, data, "orders.xlsx")
    assert isinstance(judged, Order)


@pytest.mark.parametrize(
    ("declared", "name", "read"),
    [
        ("", "Orders.XLSX", True),
        ("", "orders.csv", False),
        ("format: csv, ", "orders.xlsx", False),
        ("format: csv, ", "orders.dat", False),
        ("format: xlsx, ", "orders.dat", True),
    ],
)
def test_a_workbook_is_known_by_the_mapping_or_by_its_ending(declared, name, read):
    mapping = f"version: 1\nread: {{{declared}header: {{row: 1}}}}\norder: {{ReferenceNumber: No}}\n"
    (judged,) = judge(["No"], [1], mapping=mapping, name=name)
    assert isinstance(judged, Order if read else Damaged)
    if not read:
        cure = "the mapping says `format: csv`; take that line out" if declared else "let its name end in .xlsx"
        cure += ", and let the file's name end in .xlsx" if name == "orders.dat" else ""
        assert judged.problem.message == f"The file is an Excel workbook: {cure}"


def test_without_a_mapping_a_workbook_is_refused_with_the_cure():
    (judged,) = judge_by(None, write_rows(["ReferenceNumber"], ["1"]), "orders.xlsx")
    assert (judged.problem.code, "under a mapping alone" in judged.problem.message) == ("workbook", True)


def test_a_text_file_under_a_mapping_for_workbooks_is_refused():
    (judged,) = judge_by("version: 1\nread: {format: xlsx}\norder: {ReferenceNumber: No}\n", "No\n1\n", "orders.xlsx")
    assert judged.problem.code == "no_workbook"


def test_a_trailer_is_asked_of_text_alone():
    evidence = Evidence(trailer="END", min_rows=1)
    (judged,) = judge_by(MAPPING, write_rows(HEADER, [1, DAY, "a", 1, 1]), "a.xlsx", evidence=evidence)
    assert isinstance(judged, Order)


@pytest.mark.parametrize(
    ("read", "word"),
    [
        ("{format: xlsx, delimiter: tab}", "delimiter"),
        ("{format: xlsx, encoding: cp1252}", "encoding"),
        ("{format: csv, sheet: A}", "sheet"),
        ("{format: json, hidden_rows: read}", "hidden_rows"),
        ("{sheet: A, delimiter: tab}", None),
        ("{format: xlsx, sheet: 2, header: {row: 4}}", None),
    ],
)
def test_options_of_another_kind_of_file_are_faults(read, word):
    faults = list_faults(f"version: 1\nread: {read}\norder: {{ReferenceNumber: No}}\n")
    assert [fault.partition(":")[0] for fault in faults] == ([f"read.{word}"] if word else [])


def test_the_rejected_workbook_is_mended_and_sends_just_what_was_missing():
    rows = [
        ["Export", None, DAY],
        HEADER,
        [1, DAY, "good", 1, 1],
        [2, number(46037.4375, "yyyy-mm-dd hh:mm"), "=00123", "zero", 1.5],
        [2, number(46037.4375, "yyyy-mm-dd hh:mm"), "_x000D_", number("0.19", "0%"), 1_000_000_000_000_000],
        [3, DAY, "good too", 1, 1],
    ]
    data = write_workbook(Sheet([]), Sheet(rows, name="A & B"))
    rejected = reject(MAPPING, data)
    (again,) = judge_by(MAPPING, rejected, "orders.rejected.xlsx")
    (failed,) = (each for each in judge_by(MAPPING, data, "orders.xlsx") if isinstance(each, Invalid))
    assert isinstance(again, Invalid)
    assert [(p.code, p.column, p.value) for p in again.problems] == [
        (p.code, p.column, p.value) for p in failed.problems
    ]
    assert reject(MAPPING, rejected) == rejected  # the same again, not longer and longer

    named = MAPPING.replace("  null:", "  sheet: a & b\n  null:")
    numbered = MAPPING.replace("  null:", "  sheet: 2\n  null:")
    for mapping in (named, numbered):
        assert isinstance(judge_by(mapping, reject(mapping, data), "orders.rejected.xlsx")[0], Invalid)

    shown = list(read_records([rejected], "a.xlsx", Reading(checker=OPEN, mapping=compile_text(MAPPING)), {3}))
    assert [(cell.name, cell.value) for cell in shown[0].cells] == [
        ("No", "2"),
        ("Date", "2026-01-15T10:30:00"),
        ("Sku", "=00123"),
        ("Qty", "zero"),
        ("Price", "1.5"),
    ]


NO_HEADER = """\
version: 1
read: {format: xlsx, header: none, columns: [no, qty, note]}
order: {ReferenceNumber: no, PostalServiceCost: qty}
"""
RECORDS = """\
version: 1
read: {format: xlsx}
records: {kinds: {A: {}, H: {is: order, columns: [no]}, I: {columns: [sku, qty]}, Z: {is: trailer, counts: H}}}
order: {ReferenceNumber: no}
items: {from: I, fields: {SKU: sku, Qty: qty}}
"""
BLOCKS = """\
version: 1
read: {format: xlsx}
blocks: [{name: heads, contains: [Buyer], key: No}, {name: lines, contains: [Sku], key: No}]
order: {ReferenceNumber: No, Buyer: Buyer}
items: {from: lines, fields: {SKU: Sku, Qty: Qty}}
"""
LAYOUTS = {
    "no header": (NO_HEADER, [["1", "x", None], ["2", 2, "n"], ["3", "y", "z"]], ["1", "3"]),
    "records": (RECORDS, [["A"], ["H", "1"], ["I", "a", 0], ["H", "2"], ["I", "b", 2], ["Z", 2]], ["1"]),
    "blocks": (
        BLOCKS,
        [["No", "Buyer"], [1, "Ann"], [2, "Bob"], ["No", "Sku", "Qty"], [1, "a", 0], [2, "b", 1]],
        ["1"],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_rows_has_its_rejected_workbook(layout):
    mapping, rows, bad = LAYOUTS[layout]
    data = write_rows(*rows)
    judged = judge_by(mapping, data, "orders.xlsx")
    assert [each.reference for each in judged if isinstance(each, Invalid)] == bad
    rejected = reject(mapping, data)
    again = judge_by(mapping, rejected, "orders.rejected.xlsx")
    assert [each.reference for each in again] == bad
    assert all(isinstance(each, Invalid) for each in again)
    assert reject(mapping, rejected) == rejected


def test_text_beside_the_table_refuses_its_row_also_when_it_is_dropped_again():
    data = write_rows(HEADER, [1, DAY, "a", 1, 1, "call me"], [2, DAY, "b", 1, 1])
    judged = judge_by(MAPPING, data, "orders.xlsx")
    assert [type(each) for each in judged] == [Invalid, Order]
    assert say(judged)[0][2] == "Line 2 has text in a column without a name"
    (again,) = judge_by(MAPPING, reject(MAPPING, data), "orders.xlsx")
    assert isinstance(again, Invalid)


def test_every_field_is_traced_to_its_row_and_column():
    reading = Reading(checker=OPEN, mapping=compile_text(MAPPING))
    (origins,) = find_origins([write_rows([None], HEADER, [1, DAY, "a", 2, 1.5])], "a.xlsx", reading)
    assert [(origin.field, origin.value, origin.column, origin.line) for origin in origins][-2:] == [
        ("/OrderItems/0/Qty", 2, "Qty", 3),
        ("/OrderItems/0/PricePerUnit", Decimal("1.5"), "Price", 3),
    ]


def test_a_damaged_workbook_shows_no_records():
    reading = Reading(checker=OPEN, mapping=compile_text(MAPPING))
    assert list(read_records([b"PK\x03\x04"], "a.xlsx", reading, frozenset({1}))) == []
    assert list(find_origins([b"PK\x03\x04"], "a.xlsx", reading)) == []


def test_a_sheet_with_data_that_is_not_read_is_told_and_refuses_nothing():
    orders = Sheet([HEADER, ["1", DAY, "a", 1, 2]], name="Jan")
    data = write_workbook(orders, Sheet([["Feb"], ["x"]], name="Feb"))
    notice, order = judge_by(MAPPING, data, "orders.xlsx")
    assert isinstance(notice, Notice)
    assert (notice.problem.code, '"Feb" also has data and was not read' in notice.problem.message) == (
        "other_sheets",
        True,
    )
    assert isinstance(order, Order)
    many = write_workbook(orders, *(Sheet([["x"]], name=f"S{at}") for at in range(7)))
    assert (
        '"S4" and 2 more also have data and were not read' in judge_by(MAPPING, many, "orders.xlsx")[0].problem.message
    )
    assert len(list(find_origins([data], "orders.xlsx", Reading(checker=OPEN, mapping=compile_text(MAPPING))))) == 1


def test_a_sheet_with_the_same_header_refuses_the_file_until_the_mapping_names_one():
    rows = [HEADER, ["1", DAY, "a", 1, 2]]
    data = write_workbook(Sheet(rows, name="Jan"), Sheet([["Report"], [" no", *HEADER[1:]]], name="Feb"))
    (damaged,) = judge_by(MAPPING, data, "orders.xlsx")
    assert isinstance(damaged, Damaged)
    assert (damaged.problem.code, "`sheet:`" in damaged.problem.message) == ("which_sheet", True)
    named = MAPPING.replace("read:\n", "read:\n  sheet: Jan\n")
    assert [type(each) for each in judge_by(named, data, "orders.xlsx")] == [Order]
