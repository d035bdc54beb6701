"""What is wrong is told once, at its own cell, with its other value, and every column it is put together from."""

import json
from time import process_time

from jsonschema import validate
from support.mappings import compile_text, judge_by
from support.workbooks import Cell, Sheet, number, write_rows, write_workbook

from syncd.config.schema_files import read_schema
from syncd.core.intake import Reading
from syncd.core.limits import Limits
from syncd.core.mapping.model import join_paths, list_parts
from syncd.core.model import OTHER_MARK, Invalid
from syncd.core.names import names_column
from syncd.core.origins import find_origins
from syncd.core.rejected import build_rejected, spread_problems
from syncd.core.report import HIDDEN, build_error, say_problem, say_problem_in
from syncd.core.say import quote_name
from syncd.core.validate import compile_checker
from syncd.core.xlsx.worksheet import SheetChoice, open_worksheet

SCHEMA = read_schema("report.schema.json")
ADDRESS = {"type": "object", "properties": {"Town": {"type": "string"}}, "required": ["Town"]}
CHECKER = compile_checker(
    {
        "type": "object",
        "properties": {
            "ReferenceNumber": {"type": "string"},
            "DeliveryAddress": ADDRESS,
            "BillingAddress": {
                **ADDRESS,
                "properties": {"Town": {"type": "string"}, "Name": {"type": "string", "minLength": 4}},
            },
            "OrderItems": {"type": "array", "items": {"type": "object", "properties": {"Qty": {"type": "integer"}}}},
        },
    }
)
ADDRESSES = """\
version: 1
read: {delimiter: semicolon}
order:
  ReferenceNumber: No
  DeliveryAddress: {FullName: Name, Town: Town}
  BillingAddress: {otherwise: DeliveryAddress, fields: {}}
"""
ROWS = "version: 1\nread: {delimiter: semicolon}\ngroup: {by: No}\norder: {ReferenceNumber: No, Time: Time}\n"
TEXTS = """\
version: 1
read: {header: {contains: [No]}, delimiter: semicolon}
order: {ReferenceNumber: No, PostCode: Zip, Floor: Floor}
items: {fields: {SKU: Sku, Qty: Qty}}
"""


def say_all(judged, *, show_values=True):
    return [say_problem(problem, show_values) for problem in judged.problems]


def test_an_empty_cell_read_for_a_block_and_its_stand_in_is_told_once():
    (judged,) = judge_by(ADDRESSES, "No;Name;Town\n1;Ann;\n", checker=CHECKER)
    assert say_all(judged) == ["Town: DeliveryAddress.Town is missing"]


def test_what_is_wrong_with_the_stand_in_alone_is_told():
    mapping = ADDRESSES.replace("FullName: Name, ", "Name: Name, ")
    (judged,) = judge_by(mapping, "No;Name;Town\n1;Ann;Leeds\n", checker=CHECKER)
    assert say_all(judged) == ["Name: BillingAddress.Name has 3 characters; the least is 4"]


def test_rows_that_do_not_agree_are_told_with_both_values_or_none():
    (judged,) = judge_by(ROWS, "No;Time\n1;07:30\n1;07:31\n")
    assert say_all(judged) == ["Time is 07:31 in line 3, and 07:30 in line 2: the rows of one order must agree in it"]
    (hidden,) = say_all(judged, show_values=False)
    assert hidden == f"Time is {HIDDEN} in line 3, and {HIDDEN} in line 2: the rows of one order must agree in it"


def test_a_column_named_like_a_mark_shows_no_value():
    assert OTHER_MARK not in quote_name(f"a{OTHER_MARK}")


def test_beside_its_columns_name_a_sentence_does_not_repeat_it():
    (judged,) = judge_by(ADDRESSES, "No;Name;Town\n1;Ann;\n", checker=CHECKER)
    assert say_problem_in(judged.problems[0], show_values=True) == "DeliveryAddress.Town is missing"


def list_origins(mapping, content, name="orders.csv"):
    reading = Reading(checker=CHECKER, mapping=compile_text(mapping))
    (origins,) = find_origins([content.encode()], name, reading)
    return {each.field: (each.column, each.line) for each in origins}


def test_a_joined_value_names_every_column_it_comes_from():
    values = "values: {net: {column: Net, number: true}, rate: {column: Rate, number: true}}\n"
    mapping = ROWS.replace("group: {by: No}\n", values)
    mapping = mapping.replace(
        "Time: Time",
        "Name: {join: [First, {first: [Middle, Last]}]}, Street: {template: '{Street} {House}[, {Floor}]'}, "
        "Cost: {expression: net * rate}, Own: {join: [Middle, Last]}, All: {join: [{join: [First, Last]}, Street]}, "
        "Fixed: {join: [{constant: x}, {constant: y}]}",
    )
    content = "No;First;Middle;Last;Street;House;Floor;Net;Rate\n1;Ann;;Ray;High;5;;2;3\n"
    assert list_origins(mapping, content) == {
        "/ReferenceNumber": ("No", 2),
        "/Name": ("First + Last", 2),
        "/Street": ("Street + House", 2),
        "/Cost": ("Net + Rate", 2),
        "/Own": ("Last", 2),
        "/All": ("First + Last + Street", 2),
        "/Fixed": (None, None),
    }


def test_a_field_of_the_first_item_names_that_items_source():
    mapping = ROWS.replace("Time: Time", "Rate: {first_item: TaxRate}, None: {first_item: Gone}")
    mapping += "items: {fields: {TaxRate: Vat, Gone: Empty}}\n"
    origins = list_origins(mapping, "No;Vat;Empty\n1;19;\n")
    assert origins["/Rate"] == ("Vat", 2)
    assert "/None" not in origins


def test_a_place_of_one_part_is_that_parts_own():
    assert join_paths([None, ("a",), None]) == ("a",)
    assert join_paths([]) is None
    assert list_parts(join_paths([("a",), ("b",)])) == (("a",), ("b",))


def test_messages_say_what_a_count_looks_like():
    mapping = ROWS + "items: {fields: {Qty: Qty, Cents: {column: Qty, number: {whole: true}}}}\n"
    (judged,) = judge_by(mapping, "No;Time;Qty\n1;1;two\n")
    assert say_all(judged)[0] == "Qty is two; it must be a whole number such as 2"
    scaled = ROWS + "items: {fields: {Qty: {column: Qty, number: {scale: 0.1}}}}\n"
    (judged,) = judge_by(scaled, "No;Time;Qty\n1;1;two\n")
    assert say_all(judged) == ["Qty is two; it must be a number such as 1234.50"]
    plain = ROWS + "items: {fields: {Qty: {column: Qty, number: false}}}\n"
    (judged,) = judge_by(plain, "No;Time;Qty\n1;1;two\n", checker=CHECKER)
    assert say_all(judged) == ["Qty: Qty is two; it must be a whole number"]


def list_text_cells(mapping, data):
    """Return the columns whose empty cells in the rejected workbook wait for text."""
    compiled = compile_text(mapping)
    failed = [
        (each.records, spread_problems(each.lines, each.problems, show_values=True))
        for each in judge_by(compiled, data, "orders.xlsx")
        if isinstance(each, Invalid)
    ]
    reading = Reading(checker=CHECKER, mapping=compiled)
    rejected = b"".join(build_rejected([data], "orders.xlsx", reading, iter(failed)))
    return rejected, set(open_worksheet([rejected], SheetChoice(), Limits()).text_until)


HEADER = ["No", "Zip", "Floor", "Sku", "Qty"]


def test_empty_cells_that_are_formatted_as_text_stay_so_in_the_rejected_workbook():
    blank = Cell("", form="@")
    data = write_rows(HEADER, ["1", blank, None, "A", "x"], ["2", number(5), 3, "B", 1])
    rejected, found = list_text_cells(TEXTS, data)
    assert found == {2}
    again, found = list_text_cells(TEXTS, rejected)
    assert (again, found) == (rejected, {2})


def test_empty_cells_of_a_column_of_texts_stay_text():
    data = write_rows(HEADER, ["1", None, None, "A", "x"], ["2", "01067", 3, "B", 1])
    assert list_text_cells(TEXTS, data)[1] == {2}


def test_a_column_that_is_formatted_as_text_as_a_whole_stays_so():
    columns = '<cols><col min="2" max="3" style="1"/><col min="x" max="9" style="1"/><col min="5" max="5"/></cols>'
    data = write_workbook(Sheet([HEADER, ["1", None, None, "A", "x"]], before=columns))
    assert list_text_cells(TEXTS, data)[1] == {2, 3}


def test_what_stands_before_the_header_or_without_one_says_nothing_of_a_column():
    blank = Cell("", form="@")
    data = write_rows(["Export", blank, blank], HEADER, ["1", None, None, "A", "x"])
    assert not list_text_cells(TEXTS, data)[1] & {2, 3}
    bare = TEXTS.replace("{contains: [No]}", "none, columns: [No, Zip, Floor, Sku, Qty]")
    data = write_rows(["1", blank, None, "A", "x"])
    assert list_text_cells(bare, data)[1] == set()


def test_a_column_whose_spaces_would_not_be_seen_is_named_in_quotes():
    assert [quote_name(name) for name in (" Currency", "Town ", "Post  Code", "Post Code", "\xa0x", "")] == [
        '" Currency"',
        '"Town "',
        '"Post  Code"',
        "Post Code",
        '"\xa0x"',
        "",
    ]
    (judged,) = judge_by(ROWS, "No; Time\n1;07:30\n1;07:31\n")
    (sentence,) = say_all(judged)
    assert sentence.startswith('" Time" is 07:31 in line 3, and 07:30 in line 2')
    assert names_column(sentence, " Time")


def test_a_report_carries_both_values_or_none():
    (judged,) = judge_by(ROWS, "No;Time\n1;07:30\n1;07:31\n")
    shown, hidden = (build_error(judged.problems[0], show_values=show) for show in (True, False))
    assert (shown["value"], shown["other"]) == ("07:31", "07:30")
    for entry in (shown, hidden):
        entries = SCHEMA["properties"]["orders"]["items"]["properties"]["errors"]["items"]
        validate(entry, {**entries, "$defs": SCHEMA["$defs"]})
    assert "07:3" not in str(hidden)


def test_the_rejected_file_hides_both_values():
    content = "No;Time\n1;07:30\n1;07:31\n"
    (judged,) = judge_by(ROWS, content)
    assert spread_problems(judged.lines, judged.problems, show_values=False) == (
        "",
        f"Time is {HIDDEN} in line 3, and {HIDDEN} in line 2: the rows of one order must agree in it",
    )


def count_seconds(judge):
    begin = process_time()
    judge()
    return process_time() - begin


def test_an_order_of_very_many_bad_items_is_told_in_time_that_grows_with_them():
    mapping = f"{ROWS}items: {{fields: {{SKU: Sku, Qty: {{column: Qty, number: true}}}}}}\n"
    nested = (
        "version: 1\nread: {format: json}\norder: {ReferenceNumber: no}\n"
        "items: {from: lines, fields: {SKU: sku, Qty: {path: qty, number: true}}}\n"
    )
    count = 4000
    rows = "No;Time;Sku;Qty\n" + "".join(f"1;07:30;S{each};x\n" for each in range(count))
    tree = json.dumps({"no": "1", "lines": [{"sku": f"S{each}", "qty": "x"} for each in range(count)]})
    for told, content, name in ((mapping, rows, "f.csv"), (nested, tree, "f.json")):
        (judged,) = judge_by(told, content, name=name)
        assert len(judged.problems) == count
        assert count_seconds(lambda told=told, content=content, name=name: judge_by(told, content, name=name)) < 2.5
