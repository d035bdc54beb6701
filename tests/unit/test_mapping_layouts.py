"""How a file is read and cut into orders and items: every kind of layout, by a small example."""
# ruff: noqa: E501 - a mapping on a line

import re
from decimal import Decimal

import pytest
from support.mappings import judge_by, list_payloads

from syncd.core.evidence import Evidence
from syncd.core.limits import Limits
from syncd.core.model import Damaged, Invalid, Notice, Order, Skipped

HEAD = """\
version: 1
read: {delimiter: comma}
"""
BARE = HEAD + "order: {ReferenceNumber: No}\n"


def pay(mapping, content, **settings):
    judged = judge_by(mapping, content, **settings)
    assert all(isinstance(each, Order) for each in judged), judged
    return list_payloads(judged)


def test_names_of_columns_are_compared_without_case_and_runs_of_space():
    assert pay(HEAD + "order: {ReferenceNumber: order no}\n", "ORDER   No \nA\n") == [{"ReferenceNumber": "A"}]


@pytest.mark.parametrize(
    ("read", "content"),
    [
        ("{delimiter: comma, header: {row: 3}}", "Export\nof today\nNo,Town\nA,Rome\n"),
        ("{delimiter: comma, header: {contains: [No, town]}}", "Export,x\nNo,Town\nA,Rome\n"),
        ("{delimiter: comma, header: none, columns: [No, Town]}", "A,Rome\n"),
        ("{delimiter: comma, comment: '#'}", "# x\nNo,Town\n# y\nA,Rome\n"),
        ("{delimiter: comma}", "No,Town,,\n\n,,,\nA,Rome,,\n"),
        ("{delimiter: comma, skip: {total: {column: No, matches: '^Sum'}}}", "No,Town\nA,Rome\nSum,5\n"),
        ("{delimiter: comma, null: ['-']}", "No,Town,Street\nA,Rome,-\n"),
        ("{delimiter: comma, repeated_columns: ignore}", "No,Town,x,X\nA,Rome,1,2\n"),
        ("{delimiter: '!'}", "No!Town\nA!Rome\n"),
        ("{quoting: none, delimiter: tab}", "No\tTown\nA\tRome\n"),
        ("{quoting: lenient, delimiter: comma}", 'No,Town,x\n"A","Ro\nme",a"b\n'),
        ("{}", "sep=;\nNo;Town\nA;Rome\n"),
        ("{}", "No;Town\nA;Rome\n"),
        ("{final_newline: optional}", "No;Town\nA;Rome"),
    ],
)
def test_files_are_read_as_declared(read, content):
    mapping = f"version: 1\nread: {read}\norder: {{ReferenceNumber: No, Town: {{column: Town, text: {{replace: {{' ': ''}}}}}}}}\n"
    assert pay(mapping, content) == [{"ReferenceNumber": "A", "Town": "Rome"}]


def test_columns_without_a_header_are_called_by_their_number():
    mapping = "version: 1\nread: {delimiter: comma, header: none}\norder: {ReferenceNumber: {column: 2}}\n"
    assert pay(mapping, "x,A\ny,B\n") == [{"ReferenceNumber": "A"}, {"ReferenceNumber": "B"}]


def test_values_from_the_preamble_are_read_from_the_file():
    mapping = """\
version: 1
read:
  delimiter: comma
  header: {row: 3}
  preamble: {batch: {row: 1, cell: 2}, day: {pattern: "Day: (.+)"}, none: {row: 2, cell: 9}, all: {pattern: "Batch"}}
order:
  ReferenceNumber: {template: "{No}[-{Nothing}]", when: {column: batch, of: file, equals: B7}}
  Batch: {column: batch, of: file}
  Day: {column: day, of: file}
  All: {column: all, of: file}
  None: {column: none, of: file}
"""
    content = "Batch,B7\nDay: Monday\nNo,Nothing\nA,\n"
    assert pay(mapping, content) == [{"ReferenceNumber": "A", "Batch": "B7", "Day": "Monday", "All": "Batch"}]


ROWS = """\
order: {ReferenceNumber: No, Town: Town}
items: {fields: {SKU: Sku, OrderLineNumber: {counted: true}}}
"""


@pytest.mark.parametrize(
    ("group", "content"),
    [
        ("{by: No}", "No,Town,Sku\nA,Rome,1\nB,Bonn,3\nA,Rome,2\n"),
        ("{by: [Town, No], rows: adjacent}", "No,Town,Sku\nA,Rome,1\nA,Rome,2\nB,Bonn,3\n"),
        ("{by: No, cells: first}", "No,Town,Sku\nA,Rome,1\nA,,2\nB,Bonn,3\n"),
        ("{by: No, carry: true}", "No,Town,Sku\nA,Rome,1\n,Rome,2\nB,Bonn,3\n"),
        ("{by: No, cells: first, carry: true}", "No,Town,Sku\nA,Rome,1\n,,2\nB,Bonn,3\n"),
    ],
)
def test_rows_are_grouped_into_orders(group, content):
    first, second = pay(HEAD + f"group: {group}\n" + ROWS, content)
    assert first == {
        "ReferenceNumber": "A",
        "Town": "Rome",
        "OrderItems": [{"SKU": "1", "OrderLineNumber": "1"}, {"SKU": "2", "OrderLineNumber": "2"}],
    }
    assert second["OrderItems"] == [{"SKU": "3", "OrderLineNumber": "1"}]


def test_a_row_without_a_key_is_an_order_of_its_own():
    judged = judge_by(HEAD + "group: {by: No}\n" + ROWS, "No,Town,Sku\n,x,1\n,x,2\n")
    assert [(type(each), each.problems[0].code) for each in judged] == [(Invalid, "no_key")] * 2


def test_no_rule_leaves_a_row_without_a_key_out_in_silence():
    mapping = HEAD + "group: {by: No}\nkeep: {told: {column: Town, equals: nowhere}}\n" + ROWS
    judged = judge_by(mapping, "No,Town,Sku\n1,x,1\n,x,2\n")
    assert [type(each) for each in judged] == [Skipped, Invalid]
    assert "carry: true" in judged[1].problems[0].message


def test_classes_of_rows_feed_lists_of_their_own():
    mapping = (
        HEAD
        + """\
group: {by: No}
classes: {by: Type, lists: {rows: [ITEM], shipping: [SHIP]}, ignore: [NOTE]}
order: {ReferenceNumber: No, PostalServiceCost: {sum: Price, over: shipping}}
items: {fields: {SKU: Sku}}
"""
    )
    content = "No,Type,Sku,Price\nA,ITEM,S1,5\nA,SHIP,,4.90\nA,NOTE,,x\nA,SHIP,,1\n"
    assert pay(mapping, content) == [
        {"ReferenceNumber": "A", "PostalServiceCost": Decimal("5.9"), "OrderItems": [{"SKU": "S1"}]}
    ]
    (refused,) = judge_by(mapping, "No,Type,Sku,Price\nA,WHAT,S1,5\n")
    assert (refused.problems[0].code, refused.problems[0].column, refused.problems[0].value) == (
        "unknown_value",
        "Type",
        "WHAT",
    )
    other = mapping.replace("ignore: [NOTE]", "other: rows").replace(
        "by: Type,", "by: {column: Type, text: {extract: '[A-Z]+'}},"
    )
    assert pay(other, "No,Type,Sku,Price\nA,X,S1,5\n")[0]["OrderItems"] == [{"SKU": "S1"}]
    (refused,) = judge_by(other, "No,Type,Sku,Price\nA,1,S1,5\n")
    assert refused.problems[0].code == "pattern"
    constant = mapping.replace("by: Type,", "by: {constant: NO},")
    assert judge_by(constant, "No,Type,Sku,Price\nA,1,S1,5\n")[0].problems[0].column is None


def test_items_stand_in_numbered_columns():
    mapping = (
        HEAD
        + """\
order: {ReferenceNumber: No}
items:
  numbered: true
  fields: {SKU: "sku_{n}", Qty: "qty_{n}", Town: Town}
"""
    )
    content = "No,Town,SKU_1,qty_1,sku_2,qty_2,sku_3,qty_3\nA,Rome,S1,1,,,S3,3\n"
    items = pay(mapping, content)[0]["OrderItems"]
    assert items == [{"SKU": "S1", "Qty": 1, "Town": "Rome"}, {"SKU": "S3", "Qty": 3, "Town": "Rome"}]
    (refused,) = judge_by(mapping, content.replace("S3,3", "S3,x"))
    assert (refused.problems[0].column, refused.problems[0].line) == ("qty_3", 2)


@pytest.mark.parametrize(
    ("items", "cell"),
    [
        ("cell: {column: Items, separator: ';', parts: [sku, qty]}", "S1:1;S2:2;"),
        ("cell: {column: Items, separator: ';', parts: [sku, qty], part_separator: x}", "S1x1;S2x2"),
        ("cell: {column: Items, separator: ';', pattern: '(?P<qty>[0-9]+) of (?P<sku>.+)'}", "1 of S1; 2 of S2"),
    ],
)
def test_items_stand_in_one_cell(items, cell):
    mapping = (
        HEAD + f"order: {{ReferenceNumber: No}}\nitems:\n  {items}\n  fields: {{SKU: sku, Qty: qty, Town: Town}}\n"
    )
    found = pay(mapping, f"No,Town,Items\nA,Rome,{cell}\n")[0]["OrderItems"]
    assert found == [{"SKU": "S1", "Qty": 1, "Town": "Rome"}, {"SKU": "S2", "Qty": 2, "Town": "Rome"}]
    (refused,) = judge_by(mapping, "No,Town,Items\nA,Rome,S1\n")
    assert (refused.problems[0].code, refused.problems[0].column) == ("item_list", "Items")


def test_items_stand_in_lists_side_by_side():
    mapping = (
        HEAD
        + """\
order: {ReferenceNumber: No}
items:
  parallel: {columns: {sku: Skus, qty: Qtys}, separator: "|"}
  fields: {SKU: sku, Qty: qty, Town: Town}
"""
    )
    found = pay(mapping, "No,Town,Skus,Qtys\nA,Rome,S1|S2|,1|2|\n")[0]["OrderItems"]
    assert found == [{"SKU": "S1", "Qty": 1, "Town": "Rome"}, {"SKU": "S2", "Qty": 2, "Town": "Rome"}]
    (refused,) = judge_by(mapping, "No,Town,Skus,Qtys\nA,Rome,S1|S2,1\n")
    assert (refused.problems[0].code, refused.problems[0].column) == ("item_list", "Qtys")
    (refused,) = judge_by(mapping, "No,Town,Skus,Qtys\nA,Rome,S1|S1,1|1\n")
    assert "Item 2 is equal to item 1" in refused.problems[0].message


RECORDS = """\
version: 1
read: {delimiter: semicolon}
records:
  kinds:
    A: {is: file, columns: [job]}
    H: {is: order, columns: [no]}
    P: {columns: [sku, qty]}
    S: {in: P, columns: [serial]}
    T: {is: ignore}
    E: {is: trailer, counts: H}
order: {ReferenceNumber: no, Job: {column: job, of: file}}
items:
  from: P
  fields: {SKU: sku, Qty: qty, Serial: {path: "S[0].serial"}}
"""


def test_records_of_several_types_are_orders_with_children_of_children():
    content = "A;J1\nH;A\nP;S1;1\nS;77\nT;x;y;z\nP;S2;2\nH;B\nE;2\n"
    first, second = pay(RECORDS, content)
    assert first == {
        "ReferenceNumber": "A",
        "Job": "J1",
        "OrderItems": [{"SKU": "S1", "Qty": 1, "Serial": "77"}, {"SKU": "S2", "Qty": 2}],
    }
    assert second == {"ReferenceNumber": "B", "Job": "J1", "OrderItems": []}
    assert [type(each) for each in judge_by(RECORDS, "A;J1\nE;0\n")] == [Notice]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("A;J1\nH;A\nP;S1;1\n", "no_trailer"),
        ("H;A\nE;2\n", "trailer_count"),
        ("H;A\nE\n", "trailer_count"),
        ("P;S1;1\nE;0\n", "stray_record"),
        ("H;A\nS;1\nE;1\n", "stray_record"),
        ("H;A\nX;1\nE;1\n", "unknown_record"),
    ],
)
def test_a_file_of_records_that_does_not_fit_is_refused(content, code):
    assert isinstance(damage := judge_by(RECORDS, content)[-1], Damaged)
    assert damage.problem.code == code


def test_a_record_with_another_number_of_cells_refuses_its_order_alone():
    judged = judge_by(RECORDS, "H;A\nP;S1\nH;B\nP;S1;1;x\nH;C\nP;S1;1;\nE;3\n")
    assert [type(each) for each in judged] == [Invalid, Invalid, Order]
    assert judged[0].reference == "A"


def test_a_record_type_may_have_a_header_of_its_own():
    mapping = """\
version: 1
read: {delimiter: semicolon}
records:
  type: 2
  kinds:
    H: {is: order, header: HH}
    P: {header: PP}
order: {ReferenceNumber: no, First: {column: sku, of: "P[0]"}, Best: {column: sku, of: ["P[qty=9]", "P[qty=2]"]}}
items: {from: P, fields: {SKU: sku, Qty: {column: qty, optional: true}}}
"""
    content = "x;HH;No\nx;PP;Qty;Sku\nx;H;A\nx;P;1;S1\nx;P;2;S2\n"
    (order,) = pay(mapping, content)
    assert (order["First"], order["Best"], order["OrderItems"][1]) == ("S1", "S2", {"SKU": "S2", "Qty": 2})
    (damage,) = judge_by(mapping, "x;HH;No\nx;PP;Qty;Sk\nx;H;A\n")
    assert (damage.problem.code, damage.problem.column) == ("missing_column", "sku")


JOINED = """\
version: 1
read: {delimiter: comma}
blocks:
  - {name: heads, contains: [Buyer], key: No}
  - {name: lines, contains: [Sku], key: Order}
order: {ReferenceNumber: No, Buyer: Buyer}
items: {from: lines, fields: {SKU: Sku, Qty: Qty}}
"""


def test_two_tables_in_a_file_are_joined_by_their_key():
    content = "Export\nNo,Buyer\nA,Ann\nB,Bob\n\nOrder,Sku,Qty\nB,S3,3\nA,S1,1\nA,S2,2\n"
    first, second = pay(JOINED, content)
    assert [item["SKU"] for item in first["OrderItems"]] == ["S1", "S2"]
    assert second == {"ReferenceNumber": "B", "Buyer": "Bob", "OrderItems": [{"SKU": "S3", "Qty": 3}]}


def test_rows_of_joined_tables_that_fit_nowhere_are_refused():
    content = "No,Buyer\nA,Ann\nA,Ann\n,Bob\nB,Bob,x\nOrder,Sku,Qty\nZ,S1,1\nA,S1\n"
    judged = judge_by(JOINED, content)
    assert [(type(each), each.problems[0].code, each.lines) for each in judged] == [
        (Invalid, "wrong_cell_count", (2, 8)),
        (Invalid, "unmatched_key", (3,)),
        (Invalid, "unmatched_key", (4,)),
        (Invalid, "wrong_cell_count", (5,)),
        (Invalid, "unmatched_key", (7,)),
    ]
    (damage,) = judge_by(JOINED, "No,Buyer\nA,Ann\n")
    assert damage.problem.code == "missing_header"
    (damage,) = judge_by(JOINED, "No,Buyer\nA,Ann\nOrder,Sku,Qt\n")
    assert damage.problem.code == "missing_column"


JSON = """\
version: 1
read: {format: json}
order: {ReferenceNumber: no, Town: to.town}
items: {from: "boxes[*].lines", fields: {SKU: sku}}
"""


@pytest.mark.parametrize(
    ("orders", "content"),
    [
        ("", '[{"no": "A", "to": {"town": "Rome"}, "boxes": [{"lines": [{"sku": 1}]}, {"lines": [{"sku": 2}]}]}]'),
        (
            "orders: data.list",
            '{"x": 1, "data": {"list": [{"no": "A", "to": {"town": "Rome"}, "boxes": [{"lines": [{"sku": 1}, {"sku": 2}]}]}]}}',
        ),
        (
            "orders: data",
            '{"data": {"no": "A", "to": {"town": "Rome"}, "boxes": [{"lines": [{"sku": 1}, {"sku": 2}]}]}}',
        ),
    ],
)
def test_json_is_read_by_paths_wherever_its_orders_stand(orders, content):
    checked = pay(JSON.replace("sku}", "{path: sku, text: {prefix: S}}}") + orders + "\n", content, name="a.json")
    assert checked == [{"ReferenceNumber": "A", "Town": "Rome", "OrderItems": [{"SKU": "S1"}, {"SKU": "S2"}]}]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"x": []}', "missing_key"),
        ('{"data": 5}', "orders_not_a_list"),
        ('{"data": {"list": {}}, "data": 1}', "duplicate_key"),
        ('{"data": {"list": 1}}', "orders_not_a_list"),
    ],
)
def test_a_wrapper_that_does_not_fit_refuses_the_file(content, code):
    damage = judge_by(JSON + "orders: data.list\n", content)[-1]
    assert isinstance(damage, Damaged)
    assert damage.problem.code == code


def test_json_values_that_are_no_orders_are_refused_alone():
    judged = judge_by(JSON, '[5, {"no": "A"}]')
    assert [type(each) for each in judged] == [Invalid, Order]


@pytest.mark.parametrize(
    ("header", "words"),
    [("{row: 9}", "no header in row 9"), ("{contains: [Nr, Town]}", "no header with the columns nr and town")],
)
def test_a_file_without_its_header_is_refused(header, words):
    mapping = f"version: 1\nread: {{delimiter: comma, header: {header}}}\norder: {{ReferenceNumber: No}}\n"
    (damage,) = judge_by(mapping, "No,Town\nA,x\n")
    assert damage.problem.code == "missing_header"
    assert words in damage.problem.message


@pytest.mark.parametrize("row", ["A,x,x", "A,x,y"])
def test_a_header_that_is_another_row_than_was_meant_is_told(row):
    mapping = "version: 1\nread: {delimiter: comma, header: {row: 2}}\norder: {ReferenceNumber: No}\n"
    (damage,) = judge_by(mapping, f"\nNo,Town,Zip\n{row}\n")
    assert damage.problem.line == 3
    assert damage.problem.message.endswith("; the mapping takes row 2 for the header, and empty rows are not counted")


def test_an_order_that_is_too_large_refuses_the_file():
    rows = "".join(f"A,x,{'s' * 50}{number}\n" for number in range(20))
    judged = judge_by(HEAD + "group: {by: No}\n" + ROWS, "No,Town,Sku\n" + rows, limits=Limits(record_bytes=60))
    assert judged[-1].problem.code == "order_too_large"


def test_a_quoted_cell_without_an_end_is_cut_off_at_the_limit():
    mapping = BARE.replace("{delimiter: comma}", "{delimiter: comma, quoting: lenient}")
    judged = judge_by(mapping, 'No\n"' + "x\n" * 50 + '"\n', limits=Limits(record_bytes=60))
    assert (judged[-1].problem.code, judged[-1].problem.line) == ("record_too_long", 2)


def test_a_trailer_of_the_source_is_taken_off_mapped_files_too():
    judged = judge_by(BARE, "No\nA\nEND 1\n", evidence=Evidence(trailer=re.compile("END (?P<orders>[0-9]+)")))
    assert [type(each) for each in judged] == [Order]
