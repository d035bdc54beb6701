"""What exports really do, each by a small file through a whole mapping, where no other test says it alone."""
# ruff: noqa: E501 - a mapping on a line

from decimal import Decimal

import pytest
from support.mappings import judge_by, list_payloads

from syncd.core.model import Invalid, Order

HEAD = "version: 1\nread: {delimiter: semicolon}\n"


def pay(mapping, content, **settings):
    judged = judge_by(mapping, content, **settings)
    assert all(isinstance(each, Order) for each in judged), judged
    return list_payloads(judged)


def read_one(fields, content):
    """Return the payload of a file with one order, whose mapping has these fields."""
    (payload,) = pay(f"{HEAD}zone: Europe/Berlin\norder: {{ReferenceNumber: No, {fields}}}\n", content)
    return payload


def test_rows_that_are_no_orders_are_left_out_whatever_their_width():
    mapping = """\
version: 1
read:
  delimiter: semicolon
  header: {contains: [No, Town]}
  comment: "//"
  skip:
    subtotals: {column: No, matches: "^Sub"}
    total: {all: [{column: No, filled: false}, {column: Town, equals: TOTAL}]}
    end: {column: No, equals: End of report}
order: {ReferenceNumber: No, Town: Town}
"""
    content = "Report;;;;\n\n// made by hand\nNo;Town\nA;Rome\nSubtotal;1;2;3\n;TOTAL\nB;Bonn\n;;;\nEnd of report\n"
    assert [each["ReferenceNumber"] for each in pay(mapping, content)] == ["A", "B"]


def test_an_object_a_line_is_an_order_a_line():
    mapping = "version: 1\nread: {format: ndjson}\norder: {ReferenceNumber: no}\n"
    assert [each["ReferenceNumber"] for each in pay(mapping, '{"no": "A"}\n\n{"no": "B"}\n', name="a.txt")] == [
        "A",
        "B",
    ]


def test_a_file_without_a_bom_is_read_in_the_encoding_that_is_declared():
    mapping = "version: 1\nread: {delimiter: semicolon, encoding: %s}\norder: {ReferenceNumber: No}\n"
    for encoding in ("cp1250", "iso-8859-15", "utf-16-le"):
        assert pay(mapping % encoding, "No\nŠ\n".encode(encoding)) == [{"ReferenceNumber": "Š"}]


def test_rows_belong_together_by_several_columns_over_the_whole_file():
    mapping = f"{HEAD}group: {{by: [Shop, No]}}\norder: {{ReferenceNumber: {{join: [Shop, No], separator: '-'}}}}\nitems: {{fields: {{SKU: Sku}}}}\n"
    found = pay(mapping, "Shop;No;Sku\nx;1;a\ny;1;b\nx;1;c\n")
    assert [(each["ReferenceNumber"], len(each["OrderItems"])) for each in found] == [("x-1", 2), ("y-1", 1)]


def test_rows_that_contradict_each_other_are_refused():
    mapping = f"{HEAD}group: {{by: No}}\norder: {{ReferenceNumber: No, Town: Town}}\nitems: {{fields: {{SKU: Sku}}}}\n"
    (refused,) = judge_by(mapping, "No;Town;Sku\nA;Rome;1\nA;Bonn;2\n")
    assert isinstance(refused, Invalid)
    assert [(each.code, each.column, each.line, each.value) for each in refused.problems] == [
        ("contradiction", "Town", 3, "Bonn")
    ]


def test_children_are_told_apart_by_their_role_and_stand_in_for_each_other():
    mapping = f"""\
{HEAD}records: {{kinds: {{H: {{is: order, columns: [no]}}, P: {{columns: [role, name]}}}}}}
order:
  ReferenceNumber: no
  Ship: {{column: name, of: ["P[role=WE]", "P[role=AG]"]}}
  Bill: {{column: name, of: "P[role=RE]"}}
"""
    first, second = pay(mapping, "H;A\nP;AG;Ann\nP;WE;Bob\nP;RE;Cleo\nH;B\nP;AG;Ann\n")
    assert (first["Ship"], first["Bill"]) == ("Bob", "Cleo")
    assert (second["Ship"], "Bill" in second) == ("Ann", False)


def test_lines_are_counted_over_the_items_that_are_sent():
    mapping = f"""\
{HEAD}group: {{by: No}}
order: {{ReferenceNumber: No, Rate: {{first_item: Rate}}}}
items:
  keep: {{goods: {{not: {{column: Sku, in: [GIFT, FEE]}}}}}}
  fields: {{OrderLineNumber: {{counted: true}}, SKU: Sku, Rate: Rate}}
"""
    (order,) = pay(mapping, "No;Sku;Rate\nA;FEE;1\nA;x;2\nA;GIFT;3\nA;y;4\n")
    assert [(each["OrderLineNumber"], each["SKU"]) for each in order["OrderItems"]] == [("1", "x"), ("2", "y")]
    assert order["Rate"] == "2"


def test_a_list_of_names_and_values_is_read_by_name():
    mapping = "version: 1\nread: {format: json}\norder: {ReferenceNumber: no, Note: 'meta[key=note].value', All: {path: 'meta[*].value', separator: '+'}}\n"
    content = '{"no": "A", "meta": [{"key": "x", "value": 1}, {"key": "note", "value": "ring"}]}'
    assert pay(mapping, content) == [{"ReferenceNumber": "A", "Note": "ring", "All": "1+ring"}]


@pytest.mark.parametrize(
    ("spec", "cell", "value"),
    [
        ("{column: C, lookup: {a: b}, unknown: keep}", "z", "z"),
        ("{column: C, lookup: {a: b}, unknown: empty, default: none}", "z", "none"),
        ("{column: C, lookup: {a: b}, default: none}", "", "none"),
        ("{first: [C, No]}", "", "A"),
        ("{template: '{C}[/{C}] {No}'}", "", "A"),
        ("{template: '{No}[ bei {C}]'}", "", "A"),
        ("{template: '{No}[ bei {C}]'}", "x", "A bei x"),
        ("{column: C, when: {column: No, equals: A}, text: unwrap}", '"=""007"""', "007"),
        ("{column: C, text: unwrap}", "'007", "007"),
        ("{column: C, text: [html, {extract: '[0-9]+'}, {pad: {width: 4}}]}", '"&quot;12&quot;"', "0012"),
        ("{column: C, text: {split: {at: ',', part: -1}}}", "a, b", "b"),
        ("{column: C, country: alpha3}", "Österreich", "AUT"),
        ("{column: C, country: code}", "pol", "PL"),
        ("{constant: x}", "", "x"),
    ],
)
def test_a_text_is_made_as_the_mapping_says(spec, cell, value):
    assert read_one(f"Out: {spec}", f"No;C\nA;{cell}\n")["Out"] == value


@pytest.mark.parametrize(
    ("number", "cell", "value"),
    [
        ("{decimal: ',', thousands: ' '}", "1\u00a0249,50", "1249.5"),
        ("{currency: true}", "£12.50", "12.5"),
        ("{currency: true}", "12.50 EUR", "12.5"),
        ("{percent: true}", "19 %", "19"),
        ("{trailing_minus: true}", "5-", "-5"),
        ("{parentheses: true}", "(5)", "-5"),
        ("{scale: 0.01}", "1999", "19.99"),
        ("{decimals: 1}", "0.25", "0.3"),
    ],
)
def test_a_number_is_read_as_the_mapping_says(number, cell, value):
    fields = (
        f"Currency: {{constant: {'GBP' if '£' in cell else 'EUR'}}}, PostalServiceCost: {{column: C, number: {number}}}"
    )
    assert str(read_one(fields, f"No;C\nA;{cell}\n")["PostalServiceCost"]) == value


def test_digits_of_another_script_are_no_number():
    (refused,) = judge_by(f"{HEAD}order: {{ReferenceNumber: No, PostalServiceCost: C}}\n", "No;C\nA;\u0663\n")
    assert refused.problems[0].code == "number"


def test_prices_are_worked_out_exactly_and_rounded_once():
    mapping = f"""\
{HEAD}order: {{ReferenceNumber: No}}
items:
  values:
    net: {{column: Net, number: true}}
    per: {{column: Per, number: true}}
    count: {{column: Qty, number: true}}
    rate: {{column: Rate, number: true}}
  fields: {{Qty: {{value: count}}, PricePerUnit: {{expression: net / per / count * (1 + rate / 100)}}}}
"""
    content = "No;Net;Per;Qty;Rate\nA;100;1;3;19\nB;0.05;10;1;0\nC;1249.5;100;1;5.5\n"
    prices = [each["OrderItems"][0]["PricePerUnit"] for each in pay(mapping, content.replace("0.05;10", "0.15;10"))]
    assert prices == [Decimal("39.67"), Decimal("0.02"), Decimal("13.18")]


@pytest.mark.parametrize(
    ("date", "cell", "sent"),
    [
        ("{formats: ['%d.%m.%y'], time: '12:00', pivot: 30}", "15.01.31", "1931-01-15T11:00:00Z"),
        ("{formats: ['%d.%m.%y'], time: '12:00', pivot: 30}", "15.01.29", "2029-01-15T11:00:00Z"),
        ("{formats: ['%d.%m.%Y %H:%M', '%Y-%m-%d %H:%M']}", "2026-01-15 10:00", "2026-01-15T09:00:00Z"),
        ("{formats: ['%d %b %Y %I:%M %p'], zone: Europe/London}", "15 Jan 2026 1:30 PM", "2026-01-15T13:30:00Z"),
        ("iso", "2026-01-15T10:00-05:00", "2026-01-15T15:00:00Z"),
        ("epoch_ms", "1768469400000", "2026-01-15T09:30:00Z"),
        ("{formats: ['%d.%m.%Y %H:%M'], overlap: later}", "25.10.2026 02:30", "2026-10-25T01:30:00Z"),
        ("{formats: ['%d.%m.%Y'], time: '18:00', plus_days: 2}", "27.03.2026", "2026-03-29T16:00:00Z"),
        ("{formats: [iso], plus_hours: 48}", "2026-03-27T18:00", "2026-03-29T17:00:00Z"),
    ],
)
def test_a_date_is_read_as_the_mapping_says(date, cell, sent):
    assert read_one(f"ReceivedDate: {{column: C, date: {date}}}", f"No;C\nA;{cell}\n")["ReceivedDate"] == sent


def test_date_and_time_may_stand_in_two_cells():
    fields = "ReceivedDate: {template: '{Day} {Time}', date: '%d.%m.%Y %H:%M'}"
    assert read_one(fields, "No;Day;Time\nA;15.01.2026;10:00\n")["ReceivedDate"] == "2026-01-15T09:00:00Z"


@pytest.mark.parametrize(("cell", "words"), [("29.03.2026 02:30", "skip this time"), ("25.10.2026 02:30", "twice")])
def test_an_hour_that_clocks_skip_or_show_twice_is_refused(cell, words):
    mapping = f"{HEAD}zone: Europe/Berlin\norder: {{ReferenceNumber: No, ReceivedDate: {{column: C, date: '%d.%m.%Y %H:%M'}}}}\n"
    (refused,) = judge_by(mapping, f"No;C\nA;{cell}\n")
    assert words in refused.problems[0].message
