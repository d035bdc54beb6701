"""How values are made, and which orders and items are sent: each word of the language, by a small example."""
# ruff: noqa: E501 - a mapping on a line

import pytest
from support.mappings import judge_by, list_payloads

from syncd.core.model import Order, Skipped

HEAD = """\
version: 1
read: {delimiter: comma}
"""
BARE = HEAD + "order: {ReferenceNumber: No}\n"


def pay(mapping, content, **settings):
    judged = judge_by(mapping, content, **settings)
    assert all(isinstance(each, Order) for each in judged), judged
    return list_payloads(judged)


VALUES = """\
version: 1
read: {format: json}
zone: Europe/Berlin
values:
  rate: {path: rate, number: true}
  net: {path: net, number: true, default: 1.5}
  text: {path: t, lookup: {a: 1.25, b: two}, unknown: keep}
order:
  ReferenceNumber: no
"""


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{constant: 1.5}", 1.5),
        ("7", 7),
        ("{path: missing, default: 2.5}", 2.5),
        ("{path: 'list[*]', separator: ', '}", "x, y"),
        ("{path: 'nothing[*].a', separator: ', '}", None),
        ("{path: 'list[*]'}", "x"),
        ("{path: town, of: to}", "Rome"),
        ("{path: 'a.b', of: [nowhere, to]}", None),
        ("{first: [missing, {constant: x}]}", "x"),
        ("{first: [missing]}", None),
        ("{join: [t, missing, {value: rate}], separator: '-'}", "a-19"),
        ("{join: [missing]}", None),
        ("{template: '{t}/{missing}[ {missing}][ {t}]'}", "a/ a"),
        ("{template: '{missing}'}", None),
        ("{template: 'x{rate}'}", "x19"),
        ("{expression: net * (1 + rate / 100)}", 1.785),
        ("{expression: 'missing_one | default(3)'}", 3),
        ("{expression: missing_one + 3}", None),
        ("{expression: 1 / 3}", 0.333333),
        ("{value: text}", 1.25),
        ("{path: t, lookup: {b: 1}, unknown: empty, default: z}", "z"),
        ("{path: t, when: {path: t, equals: b}}", None),
        ("{path: spaced, space: keep}", "a  b"),
        ("{path: spaced, text: [upper, {suffix: '!'}]}", "A B!"),
        ("{path: flag, text: upper}", "TRUE"),
        ("{path: to.country, country: alpha3}", "ITA"),
        ("{path: day, date: ['%d.%m.%Y %H:%M', iso]}", "2026-01-15T09:00:00Z"),
        ("{path: day, date: {plus_days: 1}}", "2026-01-16T09:00:00Z"),
        ("{value: moment, date: {plus_hours: 1}}", "2026-01-15T10:00:00Z"),
        ("{sum: {path: n}, over: parts}", 3.5),
        ("{sum: {path: none}, over: parts}", None),
        ("{path: t, number: false}", "a"),
    ],
)
def test_values_come_from_where_they_are_told_to(spec, expected):
    mapping = VALUES.replace("order:", "  moment: {path: day, date: true}\norder:") + f"  Out: {spec}\n"
    mapping = mapping.replace("order:", "  missing_one: {path: none}\norder:")
    content = (
        '{"no": "A", "rate": "19", "t": "a", "list": ["x", "", "y"], "to": {"town": "Rome", "country": "Italien"}, '
        '"spaced": "a  b", "flag": true, "day": "2026-01-15T10:00", "parts": [{"n": "1.5"}, {"n": 2}, {}]}'
    )
    (payload,) = pay(mapping, content)
    found = payload.get("Out")
    assert (float(found) if isinstance(expected, float) else found) == expected


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("{path: t, equals: a}", True),
        ("{path: n, equals: 5}", True),
        ("{path: flag, equals: true}", True),
        ("{path: t, in: [b, c]}", False),
        ("{path: t, filled: true}", True),
        ("{path: none, filled: true}", False),
        ("{path: t, matches: '^A'}", False),
        ("{all: [{path: t, equals: a}, {path: n, equals: '6'}]}", False),
        ("{any: [{path: t, equals: x}, {path: n, equals: '5'}]}", True),
        ("{not: {path: t, equals: a}}", False),
        ("{expression: 'n > 4 and n in (5, 6)'}", True),
        ("{expression: n > 5}", False),
    ],
)
def test_conditions_decide_which_orders_are_sent(condition, kept):
    mapping = f"version: 1\nread: {{format: json}}\nvalues: {{n: {{path: n, number: true}}}}\nkeep: {{my rule: {condition}}}\norder: {{ReferenceNumber: no}}\n"
    (judged,) = judge_by(mapping, '{"no": "A", "t": "a", "n": 5, "flag": true}')
    assert isinstance(judged, Order if kept else Skipped)
    if not kept:
        assert (judged.reference, judged.problem.code) == ("A", "left_out")
        assert "my rule" in judged.problem.message


def test_an_order_is_skipped_when_its_rules_keep_no_item_and_invalid_when_it_has_none():
    mapping = (
        HEAD
        + "group: {by: No}\norder: {ReferenceNumber: No}\nitems: {keep: {in stock: {column: Sku, filled: true}}, fields: {SKU: Sku}}\n"
    )
    (judged,) = judge_by(mapping, "No,Sku\nA,\n")
    assert isinstance(judged, Skipped)
    assert "in stock" in judged.problem.message
    json = "version: 1\nread: {format: json}\norder: {ReferenceNumber: no}\nitems: {from: lines, fields: {SKU: sku}}\n"
    assert pay(json, '{"no": "A", "lines": []}') == [{"ReferenceNumber": "A", "OrderItems": []}]
    assert pay(json, '{"no": "A", "lines": ["x"]}') == [{"ReferenceNumber": "A", "OrderItems": [{}]}]


@pytest.mark.parametrize(
    ("row", "delivery", "billing"),
    [("A,Rome,Bonn", "Rome", "Bonn"), ("A,Rome,", "Rome", "Rome"), ("A,,Bonn", "Bonn", "Bonn"), ("A,,", None, None)],
)
def test_one_address_stands_in_for_the_other_both_ways(row, delivery, billing):
    mapping = (
        HEAD
        + """\
order:
  ReferenceNumber: No
  DeliveryAddress: {otherwise: BillingAddress, fields: {Town: Ship}}
  BillingAddress: {when: {column: Bill, filled: true}, otherwise: DeliveryAddress, fields: {Town: Bill}}
"""
    )
    (payload,) = pay(mapping, f"No,Ship,Bill\n{row}\n")
    assert [payload.get(name, {}).get("Town") for name in ("DeliveryAddress", "BillingAddress")] == [delivery, billing]


def test_plain_blocks_nest_and_empty_ones_are_left_out():
    mapping = HEAD + "order: {ReferenceNumber: No, DeliveryAddress: {Town: Ship, More: {Deep: None}}}\n"
    assert pay(mapping, "No,Ship,None\nA,,\n") == [{"ReferenceNumber": "A"}]


def test_a_column_may_be_optional():
    mapping = HEAD + "order: {ReferenceNumber: No, Town: {column: Town, optional: true}}\n"
    assert pay(mapping, "No\nA\n") == [{"ReferenceNumber": "A"}]


def test_numbers_and_dates_are_declared_once_for_all_fields():
    mapping = (
        HEAD.replace("comma", "semicolon")
        + """\
numbers: {decimal: ",", currency: true}
dates: {formats: ["%d.%m.%Y"], time: "12:30", zone: Europe/Berlin}
order:
  ReferenceNumber: No
  Currency: Currency
  ReceivedDate: Day
  DispatchBy: {constant: "2026-02-01T00:00:00Z"}
  PostalServiceCost: Shipping
  PostalServiceTaxRate: {first_item: TaxRate}
items: {fields: {Qty: Qty, PricePerUnit: Price, TaxRate: Rate, Own: {column: Own, number: {decimal: "."}}}}
"""
    )
    content = "No;Currency;Day;Shipping;Qty;Price;Rate;Own\nA;EUR;15.1.2026;4,905 €;2,0;1,005;5,5;1.5\n"
    (payload,) = pay(mapping, content)
    assert payload["ReceivedDate"] == "2026-01-15T11:30:00Z"
    assert (str(payload["PostalServiceCost"]), str(payload["PostalServiceTaxRate"])) == ("4.91", "5.5")
    assert {name: str(value) for name, value in payload["OrderItems"][0].items()} == {
        "Qty": "2",
        "PricePerUnit": "1.01",
        "TaxRate": "5.5",
        "Own": "1.5",
    }
    (refused,) = judge_by(mapping, content.replace("4,905 €", "4,90 £"))
    assert [problem.code for problem in refused.problems] == ["currency"]


def test_values_of_an_item_may_use_those_of_its_order():
    mapping = (
        HEAD
        + """\
group: {by: No}
values: {rate: {column: Rate, number: true}}
order: {ReferenceNumber: No}
items:
  values: {net: {column: Net, number: true}}
  fields: {PricePerUnit: {expression: net * (1 + rate / 100)}, Of: {column: No, of: order}, All: {sum: Net}}
"""
    )
    items = pay(mapping, "No,Rate,Net\nA,19,10\nA,19,20\n")[0]["OrderItems"]
    assert [(str(item["PricePerUnit"]), item["Of"], item["All"]) for item in items] == [
        ("11.9", "A", 30),
        ("23.8", "A", 30),
    ]


def test_an_order_without_items_in_its_mapping_has_none():
    assert pay(BARE, "No\nA\n") == [{"ReferenceNumber": "A"}]


def test_null_tokens_are_empty_cells():
    mapping = "version: 1\nread: {delimiter: comma, null: ['-', N/A]}\norder: {ReferenceNumber: No, Town: {column: Town, default: none}}\n"
    assert [each["Town"] for each in pay(mapping, "No,Town\nA,-\nB, N/A \nC,x\n")] == ["none", "none", "x"]


def test_what_stands_nowhere_in_the_file_is_told_where_its_order_begins():
    json = "version: 1\nread: {format: json}\norder: {ReferenceNumber: {constant: '..'}, Currency: {path: money.code, default: XXX}}\n"
    (refused,) = judge_by(json, '[\n{"a": 1}]')
    assert [(each.code, each.column, each.line, each.value) for each in refused.problems] == [
        ("reference", None, 2, ".."),
        ("enum", "money.code", 2, "XXX"),
    ]


def test_a_rule_that_cannot_be_asked_refuses_the_order():
    mapping = "version: 1\nread: {format: json}\nkeep: {known: {path: t, lookup: {a: b}, equals: b}}\norder: {ReferenceNumber: no}\n"
    (refused,) = judge_by(mapping, '{"no": "A", "t": "x"}')
    assert (refused.reference, refused.problems[0].code) == ("A", "unknown_value")


def test_a_list_is_no_text():
    mapping = "version: 1\nread: {format: json}\norder: {ReferenceNumber: no, Town: {path: t, text: lower}}\n"
    (refused,) = judge_by(mapping, '{"no": "A", "t": ["x"]}')
    assert (refused.problems[0].code, refused.problems[0].value) == ("type", '["x"]')
