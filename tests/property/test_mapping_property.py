"""Whatever a file holds: a mapping never raises, numbers and texts come out exactly, and order does not matter."""
# ruff: noqa: E501 - a mapping on a line

import csv
import io
import json
import re
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from support.mappings import PRESETS, SAMPLES, compile_preset, compile_text, judge_by, list_payloads

from syncd.core.mapping.expressions import compile_expression
from syncd.core.mapping.number_hints import explain_number
from syncd.core.mapping.numbers import NumberRules, read_number, round_half_up
from syncd.core.mapping.paths import write_scalar
from syncd.core.model import Damaged, Invalid, Notice, Order, Skipped

FEW = settings(max_examples=80, deadline=None)
NAMES = {path.stem: compile_preset(path.stem) for path in PRESETS.glob("*.yaml")}
FILES = {path.stem: path.read_bytes() for path in SAMPLES.iterdir() if not path.name.endswith(".expected.json")}
JUDGED = (Order, Invalid, Skipped, Damaged, Notice)


@FEW
@given(st.sampled_from(sorted(NAMES)), st.integers(0, 10**6), st.binary(min_size=1, max_size=6), st.booleans())
def test_a_file_spoilt_anywhere_is_judged_without_an_exception(name, at, junk, replace):
    data = FILES[name]
    at %= len(data)
    judged = judge_by(NAMES[name], data[:at] + junk + data[at + len(junk) * replace :])
    assert all(isinstance(each, JUDGED) for each in judged)
    assert sum(isinstance(each, Damaged) for each in judged[:-1]) == 0


@FEW
@given(st.sampled_from(sorted(NAMES)), st.binary(max_size=60))
def test_any_bytes_are_judged_without_an_exception(name, data):
    assert all(isinstance(each, JUDGED) for each in judge_by(NAMES[name], data))


@FEW
@given(
    st.decimals(-(10**9), 10**9, places=3, allow_nan=False),
    st.sampled_from([(",", "."), (".", ","), (".", " "), (",", "'"), (".", "")]),
)
def test_a_number_is_read_back_whatever_way_it_is_declared(number, marks):
    point, thousands = marks
    rules = NumberRules(decimal=point, thousands=thousands)
    text = f"{number:,}".replace(",", "T").replace(".", point).replace("T", thousands)
    assert read_number(text, rules, rules.compile_pattern())[0] == number


MARKS = st.sampled_from([(",", "."), (".", ","), (".", " "), (",", "'"), (".", ""), (",", "")])


@FEW
@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), MARKS, MARKS, st.booleans(), st.booleans())
def test_the_keys_that_a_refused_number_names_let_it_be_read(number, written, declared, currency, behind):
    point, thousands = written
    text = f"{abs(number):,}".replace(",", "T").replace(".", point).replace("T", thousands)
    sign = "-" if number.is_signed() else ""
    text = (text + sign if behind else sign + text) + (" €" if currency else "")
    rules = NumberRules(decimal=declared[0], thousands=declared[1])
    if rules.compile_pattern().fullmatch(text):
        return
    told = explain_number(text, rules)
    read = []
    for choice in told.partition("`numbers:` ")[2].split(" or "):
        keys = dict(re.findall(r"`(\w+): (.+?)`", choice))
        asked = replace(rules, **{name: value == "true" or value[1:-1] for name, value in keys.items()})
        read.append(read_number(text, asked, asked.compile_pattern())[0])
    assert number in read


@FEW
@given(st.fractions(), st.integers(0, 6))
def test_rounding_is_never_more_than_half_a_step_off(exact, decimals):
    rounded = Fraction(round_half_up(exact, decimals))
    assert abs(rounded - exact) * 2 <= Fraction(1, 10**decimals)


@FEW
@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_expressions_count_as_fractions_do(one, other):
    values = {"a": one, "b": Decimal(other)}
    assert compile_expression("a / b * b - a").evaluate(values) == 0
    assert compile_expression("(a + 0.1) / b").evaluate(values) == Fraction(one * 10 + 1, 10 * other)


TEXTS = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=6).filter(
    lambda text: not text.startswith(("=", "#", "'"))
)
MAPPING = "version: 1\nread: {delimiter: comma}\ngroup: {by: No, rows: %s}\norder: {ReferenceNumber: No}\nitems: {fields: {SKU: Sku, OrderLineNumber: {counted: true}}}\n"
ANYWHERE, ADJACENT = (compile_text(MAPPING % rows) for rows in ("anywhere", "adjacent"))


def write_rows(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("No", "Sku"), *rows])
    return text.getvalue()


@FEW
@given(st.lists(st.tuples(st.sampled_from("ABC"), TEXTS), min_size=1, max_size=9, unique=True))
def test_grouping_over_the_whole_file_gives_what_sorted_rows_give_when_adjacent(rows):
    order = list(dict.fromkeys(key for key, _ in rows))
    apart = judge_by(ANYWHERE, write_rows(rows))
    together = judge_by(ADJACENT, write_rows(sorted(rows, key=lambda row: order.index(row[0]))))
    assert list_payloads(apart) == list_payloads(together)
    assert [payload["ReferenceNumber"] for payload in list_payloads(apart)] == order


@FEW
@given(st.lists(TEXTS, min_size=1, max_size=4, unique=True), st.sampled_from([1, 3, 4096]))
def test_texts_come_out_as_they_went_in(texts, chunk):
    mapping = compile_text(
        "version: 1\nread: {format: json}\norder: {ReferenceNumber: no, Out: {join: ['t[0]', 't[1]', 't[2]', 't[3]'], separator: '|'}}\n"
    )
    (payload,) = list_payloads(judge_by(mapping, json.dumps({"no": "A", "t": texts}), chunk=chunk))
    assert payload["Out"] == "|".join(texts)


@FEW
@given(st.integers(-(10**18), 10**18), st.integers(0, 12))
def test_an_exact_number_is_written_in_full_and_plainly(digits, decimals):
    value = Fraction(digits, 10**decimals)
    text = write_scalar(value)
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
    assert Fraction(text) == value
    assert write_scalar(round_half_up(value, None)) == text


@FEW
@given(st.lists(st.sampled_from(["a + a", "a * a", "a / 3", "a ~ a", "-a", "a | text", "a | round(2)"]), max_size=40))
def test_whatever_is_calculated_again_and_again_ends_in_a_bounded_value_or_a_sentence(steps):
    value: object = Decimal("12.5")
    with suppress(ValueError):
        for step in steps:
            value = compile_expression(step).evaluate({"a": value})
    assert len(write_scalar(value)) <= 64 * 1024
