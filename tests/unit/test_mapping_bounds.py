"""What a mapping must not do: send what contradicts itself, grow without bounds, fail at an order."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from support.mappings import judge_by, list_faults, list_payloads
from support.workbooks import Sheet, write_workbook

from syncd.core.mapping.build import Build
from syncd.core.mapping.expressions import compile_expression
from syncd.core.mapping.model import Node, Scope, ValueRefusedError
from syncd.core.mapping.paths import write_scalar
from syncd.core.mapping.sources import compile_sum
from syncd.core.model import Damaged, Invalid, Order

CSV = "Ref,Sku,Qty,A,B,Cur\nR1,s,1,5,x,EUR\n"


def read_by(note, content=CSV, values="a: {column: A, number: true}, b: B, h: {expression: a / 2}", rest=""):
    """Given the spec of a field, return what an order's file is judged to be."""
    return judge_by(
        f"version: 1\nread: {{delimiter: comma}}\ngroup: {{by: Ref}}\nvalues: {{{values}}}\n"
        f"order: {{ReferenceNumber: Ref, Note: {note}{rest}}}\nitems: {{fields: {{SKU: Sku}}}}\n",
        content,
    )


def say(judged):
    return [problem.message for each in judged for problem in each.problems]


# The order's own cells


@pytest.mark.parametrize(
    "items",
    [
        "{fields: {SKU: {column: Sku, when: {column: Cur, in: [EUR, GBP]}}}}",
        "{values: {cur: Cur}, fields: {SKU: Sku}}",
        "{keep: {known: {column: Cur, in: [EUR, GBP]}}, fields: {SKU: Sku}}",
        "{fields: {SKU: Sku, Other: Cur}}",
    ],
)
def test_rows_that_contradict_each_other_are_refused_whatever_the_items_read(items):
    mapping = f"version: 1\nread: {{delimiter: comma}}\ngroup: {{by: Ref}}\norder: {{ReferenceNumber: Ref, Currency: Cur}}\nitems: {items}\n"  # noqa: E501
    (judged,) = judge_by(mapping, "Ref,Sku,Cur\nR1,s,EUR\nR1,t,GBP\n")
    assert isinstance(judged, Invalid)
    assert [problem.code for problem in judged.problems] == ["contradiction"]


# Results of calculations


@pytest.mark.parametrize(
    ("spec", "note"),
    [
        ('{template: "{h} pcs"}', "2.5 pcs"),
        ('{value: h, lookup: {"2.5": half}}', "half"),
        ("{join: [{value: h}, B]}", "2.5 x"),
        ("{value: b, when: {value: h, equals: 2.5}}", "x"),
        ("{value: h, text: {suffix: kg}}", "2.5kg"),
        ('{expression: "h ~ b"}', "2.5x"),
        ('{expression: "a * 10 ~ b"}', "50x"),
        ("{constant: y, when: {expression: a * 10 == 50}}", "y"),
        ('{expression: "(a / 3) | round(2) | text"}', "1.67"),
    ],
)
def test_what_was_calculated_is_written_as_a_plain_number(spec, note):
    (payload,) = list_payloads(read_by(spec))
    assert payload["Note"] == note


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(5, 2), "2.5"), (Fraction(1, 3), "0.333333"), (Decimal("5E+1"), "50"), (Fraction(50), "50"), (7, "7")],
)
def test_a_number_is_written_without_slash_and_exponent(value, text):
    assert write_scalar(value) == text


@pytest.mark.parametrize(
    ("spec", "cost"),
    [
        ("{sum: A, number: {scale: 0.01}}", Decimal("0.05")),
        ("{sum: {column: A, number: true}, number: {scale: 0.01}}", Decimal("0.05")),
        ("{sum: {column: A, number: {scale: 0.01}}}", Decimal("0.05")),
        ("{sum: {column: A, number: {scale: 0.1}}, number: {scale: 0.1}}", Decimal("0.05")),
    ],
)
def test_a_sum_is_scaled_as_often_as_it_is_told(spec, cost):
    (payload,) = list_payloads(read_by("B", rest=f", PostalServiceCost: {spec}"))
    assert payload["PostalServiceCost"] == cost


# Refused when the mapping is loaded


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("{sum: {column: B, number: false}}", "order.Note.sum.number: must not be false, as only numbers"),
        ("{sum: {column: C, optional: true, default: abc}}", "order.Note.sum.default: must be a number"),
        ("{sum: {column: A, date: epoch_s}}", "order.Note.sum.date: cannot be summed; take it out"),
        ("{sum: {column: A, country: code}}", "order.Note.sum.country: cannot be summed; take it out"),
        ('{expression: "a | round(-1)"}', "order.Note.expression: rounds to other than 0 to 6 decimals; write it"),
        ('{expression: "a | round(7)"}', "order.Note.expression: rounds to other than 0 to 6 decimals; write it"),
        ('{expression: "a | round(1, 2)"}', "gives the filter round what it cannot take; it takes the decimals in ( )"),
        ('{expression: "a | default"}', "gives the filter default what it cannot take; it takes one value in ( )"),
        ('{expression: "a | lower(b)"}', "gives the filter lower what it cannot take; it takes nothing in ( )"),
        ('{expression: "a | round(decimals=2)"}', "gives the filter round what it cannot take"),
        ('{expression: "a * 1e400"}', "order.Note.expression: has a number of more digits than any order needs"),
        ("{column: B, text: {split: {at: x, part: 0}}}", "order.Note.text: has the part 0, which there is not; count"),
    ],
)
def test_a_mapping_that_would_fail_at_an_order_is_refused(spec, fault):
    mapping = (
        f"version: 1\nvalues: {{a: {{column: A, number: true}}, b: B}}\norder: {{ReferenceNumber: R, Note: {spec}}}\n"
    )
    (told,) = list_faults(mapping)
    assert fault in told


@pytest.mark.parametrize(
    ("spec", "refused"),
    [
        ("{column: P, default: 1.0051}", True),
        ("{column: P, default: 1.5}", False),
        ("{column: P, default: 2}", False),
        ("{column: P, default: 1.0051, number: {decimals: 4}}", False),
    ],
)
def test_the_default_of_a_price_has_no_more_decimals_than_the_price(spec, refused):
    told = list_faults(f"version: 1\norder: {{ReferenceNumber: R, PostalServiceCost: {spec}}}\n")
    sentence = "order.PostalServiceCost.default: has more than the 2 decimals of its price; round it"
    assert told == ([sentence] if refused else [])


# Refused at an order, in words for a clerk


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ('{expression: "a | round(b)"}', "it rounds to other than 0 to 6 decimals"),
        ('{expression: "a | round(a * 10)"}', "it rounds to other than 0 to 6 decimals"),
        ('{expression: "a | round(a / 2)"}', "it rounds to other than 0 to 6 decimals"),
        ('{expression: "b | abs"}', "it counts with a text; give that value"),
        ('{expression: "-b"}', "it counts with a text; give that value"),
        ('{expression: "a < b"}', "it compares a number with a text; give that value"),
        ('{expression: "(1 if b == 0) + a"}', "an if in it has no else, and its value is needed"),
        ('{expression: "(1 if b == 0) < a"}', "an if in it has no else, and its value is needed"),
    ],
)
def test_an_expression_that_cannot_be_worked_out_says_why(spec, reason):
    (told,) = [message for message in say(read_by(spec)) if "expression" in message]
    assert f"cannot be had: the mapping's expression cannot be worked out: {reason}" in told


def test_what_is_summed_must_be_a_number():
    judged = read_by("{sum: {column: A, lookup: {5: many}, number: true}}")
    assert any("it must be a number" in message for message in say(judged))
    judged = read_by("{sum: {first: [{column: C, optional: true}], default: 0}}")
    assert isinstance(judged[0], Order)


def test_nor_does_a_text_among_what_is_summed_pass_where_no_number_was_asked_for():
    read = compile_sum({}, lambda: lambda _scope: ("many", ("rows", 0, "a")), Build(fold=True), ())
    order = Node({"rows": [{}]}, ())
    with pytest.raises(ValueRefusedError) as refused:
        read(Scope(order, order, {}, None, {}))
    assert (refused.value.reason, refused.value.value) == ("it must be a number, as it is summed", "many")


def test_signs_keep_every_digit():
    number = Decimal("1234567890123456789012345678.91")
    assert compile_expression("-a").evaluate({"a": number}) == -Fraction(number)
    assert compile_expression("+a").evaluate({"a": number}) == Fraction(number)


def repeat(operator, times):
    names = ["a", *(f"v{index}" for index in range(times))]
    return ", ".join(
        ["a: {column: A, number: true}"]
        + [f'{name}: {{expression: "{f" {operator} ".join([above] * 10)}"}}' for above, name in pairwise(names)]
    )


@pytest.mark.parametrize(
    ("operator", "reason"),
    [("~", "it makes a text of more than 65536 characters"), ("*", "it makes a number of more digits than any order")],
)
def test_expressions_do_not_grow_without_bounds(operator, reason):
    (told, *_) = say(read_by("{value: v6}", values=repeat(operator, 7)))
    assert reason in told


# Regular expressions


@pytest.mark.parametrize(
    "spec",
    [
        "{column: B, text: {extract: a}}",
        "{column: B, text: {replace: {a: b}}}",
        "{constant: y, when: {column: B, matches: a}}",
    ],
)
@pytest.mark.parametrize(("length", "fits"), [(10_000, True), (10_001, False)])
def test_no_pattern_is_held_against_a_very_long_text(spec, length, fits):
    (judged,) = read_by(spec, CSV.replace(",x,", f",{'a' * length},"))
    assert isinstance(judged, Order if fits else Invalid)
    if not fits:
        assert "it has more than 10000 characters, too many for a pattern" in judged.problems[0].message


def test_nor_against_a_long_entry_of_a_list_in_a_cell():
    mapping = (
        "version: 1\nread: {delimiter: comma}\norder: {ReferenceNumber: R}\n"
        "items: {cell: {column: L, separator: ;, pattern: '(?P<sku>.*)'}, fields: {SKU: sku}}\n"
    )
    (judged,) = judge_by(mapping, f"R,L\n1,{'a' * 10_001}\n")
    assert "too many for a pattern" in judged.problems[0].message


def test_nor_against_a_long_line_before_the_header():
    mapping = (
        "version: 1\nread: {delimiter: comma, header: {row: 2}, preamble: {day: {pattern: '[0-9]+'}}}\n"
        "order: {ReferenceNumber: R, Note: {column: day, of: file}}\n"
    )
    (judged,) = judge_by(mapping, f"{'a' * 10_001},b\nR,L\n1,2\n")
    assert isinstance(judged, Damaged)
    assert judged.problem.message.startswith("Line 1 stands before the header, and it has more than 10000 characters")


# Merged cells


BLOCKS = """\
version: 1
read: {format: xlsx}
blocks: [{name: heads, contains: [Buyer], key: No}, {name: lines, contains: [Sku], key: No}]
order: {ReferenceNumber: No}
items: {from: lines, fields: {SKU: Sku}}
"""
PLAIN = """\
version: 1
read: {format: xlsx, header: none, columns: [No, Buyer, Sku]}
group: {by: No%s}
order: {ReferenceNumber: No}
items: {fields: {SKU: Sku}}
"""


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [(BLOCKS, Damaged), (PLAIN % "", Damaged), (PLAIN % ", carry: true, cells: first", Order)],
)
def test_merged_cells_are_seen_without_a_header_too(mapping, expected):
    rows = [["1", "Ann", "S"], [None, None, "T"]]
    if mapping is BLOCKS:
        rows = [["No", "Buyer"], ["1", "Ann"], ["No", "Sku"], ["1", "S"], [None, "T"]]
    merged = f'<mergeCells><mergeCell ref="A{len(rows) - 1}:A{len(rows)}"/></mergeCells>'
    (judged,) = judge_by(mapping, write_workbook(Sheet(rows, after=merged)), "orders.xlsx")
    assert isinstance(judged, expected)
    if expected is Damaged:
        assert judged.problem.code == "merged_cells"
        assert ("carry: true" in judged.problem.message) == (mapping is not BLOCKS)
