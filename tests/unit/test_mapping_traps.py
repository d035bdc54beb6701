"""What an operator would fall into without a word: conditions beside defaults, cents, marks in numbers, stand-ins."""
# ruff: noqa: E501 - a mapping on a line

from decimal import Decimal

import pytest
from support.mappings import judge_by, list_faults, list_payloads

from syncd.config.mapping_files import parse_mapping
from syncd.core.mapping.contract import compare_orders, write_expected
from syncd.core.mapping.number_hints import explain_number
from syncd.core.mapping.numbers import NumberRules
from syncd.core.model import Order
from syncd.core.validate import compile_checker
from syncd.errors import ConfigError

HEAD = "version: 1\nread: {delimiter: semicolon}\n"
GERMAN = NumberRules(decimal=",", thousands=".")
PLAIN = NumberRules()


def pay(mapping, content):
    judged = judge_by(HEAD + mapping, content)
    assert all(isinstance(each, Order) for each in judged), judged
    return list_payloads(judged)


def refuse(mapping, content):
    (refused,) = judge_by(HEAD + mapping, content)
    return [(problem.column, problem.value, problem.message) for problem in refused.problems]


@pytest.mark.parametrize(
    ("text", "rules", "needed"),
    [
        ("1.249,50", PLAIN, '`decimal: ","` and `thousands: "."`'),
        ("1,249.50", PLAIN, '`thousands: ","`'),
        ("1 249,50", PLAIN, '`decimal: ","` and `thousands: " "`'),
        ("1\u202f249,50", PLAIN, '`decimal: ","` and `thousands: " "`'),
        ("1'249.50", PLAIN, '`thousands: "\'"`'),
        ("12,50", PLAIN, '`decimal: ","`'),
        ("1,249", PLAIN, '`thousands: ","` where it means 1249 or `decimal: ","` where it means 1.249'),
        ("1.249.500", PLAIN, '`decimal: ","` and `thousands: "."`'),
        ("£5", PLAIN, "`currency: true`"),
        ("5 zł", PLAIN, "`currency: true`"),
        ("19 %", PLAIN, "`percent: true`"),
        ("12-", PLAIN, "`trailing_minus: true`"),
        ("(12)", PLAIN, "`parentheses: true`"),
        ("-1.249,50 EUR", PLAIN, '`decimal: ","`, `thousands: "."` and `currency: true`'),
        ("1,249.50", GERMAN, '`decimal: "."` and `thousands: ","`'),
        ("1249.50", GERMAN, '`decimal: "."` and `thousands: ""`'),
        ("12,50 €", GERMAN, "`currency: true`"),
        ("1.249.5", GERMAN, ""),
        ("12,50", GERMAN, ""),
        ("--5", PLAIN, ""),
        ("12 pcs", PLAIN, ""),
        ("abc", PLAIN, ""),
    ],
)
def test_a_number_that_does_not_fit_names_the_keys_it_needs(text, rules, needed):
    told = explain_number(text, rules)
    assert told == (
        f"; if all of your file is written like this, ask whoever keeps the mapping to say under `numbers:` {needed}"
        if needed
        else ""
    )


def test_the_clerk_reads_what_is_expected_and_the_operator_what_to_set():
    mapping = "order: {ReferenceNumber: No, PostalServiceCost: Cost}\n"
    ((column, value, message),) = refuse(mapping, "No;Cost\nA;1.249,50 €\n")
    assert (column, value) == ("Cost", "1.249,50 €")
    expected, _, cure = message.partition(
        "; if all of your file is written like this, ask whoever keeps the mapping to say under `numbers:` "
    )
    assert expected == "Cost is {value}; it must be a number such as 1234.50"
    assert cure == '`decimal: ","`, `thousands: "."` and `currency: true`'


@pytest.mark.parametrize(
    ("number", "cell", "cost"),
    [
        ("{scale: 0.01}", "2499", "24.99"),
        ("{scale: 0.01}", "2499.0", "24.99"),
        ("{scale: 0.01, whole: false}", "24.99", "0.25"),
        ("{scale: 100}", "0.19", "19"),
        ("{whole: true}", "5", "5"),
    ],
)
def test_cents_are_whole_unless_the_mapping_says_otherwise(number, cell, cost):
    mapping = f"order: {{ReferenceNumber: No, PostalServiceCost: {{column: Cost, number: {number}}}}}\n"
    assert str(pay(mapping, f"No;Cost\nA;{cell}\n")[0]["PostalServiceCost"]) == cost


def test_cents_with_decimals_are_refused():
    mapping = "order: {ReferenceNumber: No, PostalServiceCost: {column: Cost, number: {%s}}}\n"
    (told,) = refuse(mapping % "scale: 0.01", "No;Cost\nA;24.99\n")
    assert told[:2] == ("Cost", "24.99")
    assert "; it must be a whole number such as 1234; if all of your file has decimals here, ask whoever" in told[2]
    assert "to take `scale: 0.01` out, or to write `whole: false`" in told[2]
    assert "it must be a whole number such as 1234" in refuse(mapping % "whole: true", "No;Cost\nA;24.99\n")[0][2]


def test_a_price_worked_out_of_cents_may_have_decimals_and_a_sum_is_scaled_once():
    mapping = """\
group: {by: No}
values: {total: {column: Total, number: true}, count: {column: Count, number: true}}
order:
  ReferenceNumber: No
  PostalServiceCost: {expression: total / count, number: {scale: 0.01}}
  Sum: {sum: Row, number: {scale: 0.01, decimals: 1}}
"""
    (payload,) = pay(mapping, "No;Total;Count;Row\nA;1000;3;1004\nA;1000;3;501\n")
    assert (str(payload["PostalServiceCost"]), str(payload["Sum"])) == ("3.33", "15.1")
    (told,) = refuse(mapping, "No;Total;Count;Row\nA;1000;3;10.04\n")
    assert told[0] == "Row"


def test_a_default_stands_where_a_condition_does_not_hold():
    mapping = "order: {ReferenceNumber: No, Town: {column: Town, when: {column: Is, equals: y}, default: none}}\n"
    content = "No;Town;Is\nA;Rome;y\nB;Rome;n\nC;;y\n"
    assert [payload["Town"] for payload in pay(mapping, content)] == ["Rome", "none", "none"]


BLOCKS = """\
order:
  ReferenceNumber: No
  Delivery: {Town: Ship, Country: {constant: DE}}
  Billing: {otherwise: Delivery, fields: {Town: Bill, Country: {column: Land, default: DE}, Kind: {constant: b}, More: {Zip: Zip}}}
"""


@pytest.mark.parametrize(
    ("row", "billing"),
    [
        ("Rome;;;", {"Town": "Rome", "Country": "DE"}),
        ("Rome;Bonn;;", {"Town": "Bonn", "Country": "DE", "Kind": "b"}),
        ("Rome;;FR;", {"Country": "FR", "Kind": "b"}),
        ("Rome;;;5", {"Country": "DE", "Kind": "b", "More": {"Zip": "5"}}),
    ],
)
def test_constants_and_defaults_do_not_keep_a_stand_in_away(row, billing):
    assert pay(BLOCKS, f"No;Ship;Bill;Land;Zip\nA;{row}\n")[0]["Billing"] == billing


def test_a_value_that_cannot_be_read_is_told_and_not_replaced_by_a_stand_in():
    mapping = BLOCKS.replace("Town: Bill,", "Town: {column: Bill, lookup: {a: b}},")
    assert refuse(mapping, "No;Ship;Bill;Land;Zip\nA;Rome;x;;\n")[0][:2] == ("Bill", "x")


def test_a_block_of_constants_may_stand_under_a_condition():
    mapping = BLOCKS.replace(
        "otherwise: Delivery, fields: {Town: Bill,",
        "otherwise: Delivery, when: {column: Bill, filled: true}, fields: {Town: Bill,",
    )
    only = mapping.replace(
        "{Town: Bill, Country: {column: Land, default: DE}, Kind: {constant: b}, More: {Zip: Zip}}",
        "{Kind: {constant: b}}",
    )
    assert [each["Billing"] for each in pay(only, "No;Ship;Bill\nA;Rome;x\nB;Rome;\n")] == [
        {"Kind": "b"},
        {"Town": "Rome", "Country": "DE"},
    ]


OWN = {
    "type": "object",
    "additionalProperties": False,
    "required": ["ReferenceNumber"],
    "properties": {
        "ReferenceNumber": {"type": "string"},
        "Lines": {"type": "array", "items": {"type": "object", "properties": {"Code": {"type": "string"}}}},
        "Free": {"type": "object", "properties": {"A": {"type": "string"}}},
        "Some": {"type": "object", "additionalProperties": False, "patternProperties": {"^X": {}}},
        "Either": {"type": "object", "anyOf": [{"additionalProperties": False, "properties": {"A": {}}}, {}]},
        "Both": {
            "allOf": [{"additionalProperties": False, "type": "object", "properties": {"A": {}}}, {"required": ["A"]}]
        },
        "Status": {"type": "string"},
        "Place": {"type": "object", "additionalProperties": False, "properties": {"City": {"type": "string"}}},
    },
}


def told_by_own_schema(text):
    try:
        parse_mapping(f"version: 1\n{text}".encode(), "m.yaml", compile_checker(OWN))
    except ConfigError as refused:
        return [problem.partition(": ")[2] for problem in refused.problems]
    return []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "order: {ReferenceNumber: A, Free: {B: C}, Some: {Xy: C}, Either: {B: C}}\nitems: {fields: {Code: A, Other: B}}\n",
            [],
        ),
        ("read: {format: json}\norder: {ReferenceNumber: a, Place: place, Lines: lines}\n", []),
        ("order: {ReferenceNumber: A, Both: {B: C}}\n", ["order.Both.B is no known field; known here: A"]),
        (
            "order: {ReferenceNumber: A, Status: B, _error: C}\n",
            ["order.Status is never sent; take the line out", "order._error is never sent; take the line out"],
        ),
        (
            "order: {ReferenceNumber: A, Place: B}\n",
            ["order.Place has fields of its own: put each on a line below it, such as its own"],
        ),
        (
            "order: {ReferenceNumber: A, Place: {otherwise: Free, fields: {Citi: B}}, Free: {A: B}}\n",
            ["order.Place.fields.Citi is no known field; did you mean City?"],
        ),
        (
            "order: {ReferenceNumber: A, Quite: B}\n",
            ["order.Quite is no known field; known here: Both, Either, Free, Lines, Place, ReferenceNumber, Some"],
        ),
    ],
)
def test_the_fields_of_a_schema_of_ones_own_are_known(text, told):
    assert told_by_own_schema(text) == told


def test_items_go_where_the_schema_has_its_list():
    mapping = parse_mapping(
        b"version: 1\nread: {delimiter: semicolon}\norder: {ReferenceNumber: No}\nitems: {fields: {Code: Sku}}\n",
        "m.yaml",
        compile_checker(OWN),
    )
    judged = judge_by(mapping, "No;Sku\nA;x\n", checker=compile_checker(OWN))
    assert list_payloads(judged) == [{"ReferenceNumber": "A", "Lines": [{"Code": "x"}]}]


def test_what_of_may_name_is_known_where_the_layout_says_it():
    records = "records: {kinds: {F: {is: file, columns: [batch]}, H: {is: order, columns: [no]}, I: {columns: [sku]}, N: {is: file, header: F}}}\n"
    order = "order: {ReferenceNumber: no, Batch: {column: anything, of: file}}\nitems: {from: I, fields: {SKU: sku}}\n"
    assert list_faults(HEAD + records + order) == []
    faults = list_faults(HEAD + records.replace(", N: {is: file, header: F}", "") + order)
    assert faults == ["order.Batch: names the value anything, which read.preamble does not give; known here: batch"]
    classes = "classes: {by: T, lists: {rows: [I]}, other: rest}\n"
    assert list_faults(HEAD + classes + "order: {ReferenceNumber: No, Cost: {sum: P, over: rest}}\n") == []


def test_expected_files_are_for_people_and_exact():
    orders = [{"a": Decimal("1.10"), "b": {"c": [1, "ü"], "d": {}}, "e": [], "f": None}]
    text = write_expected(orders)
    assert (
        text
        == '[\n  {\n    "a": 1.1,\n    "b": {\n      "c": [\n        1,\n        "ü"\n      ],\n      "d": {}\n    },\n    "e": [],\n    "f": null\n  }\n]\n'
    )
    assert list(compare_orders(orders, orders)) == []
    assert write_expected([]) == "[]\n"
