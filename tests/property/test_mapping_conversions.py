"""Whatever a sender writes in a cell, a conversion gives a value or a sentence of its own: never another exception."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mappings import compile_text, judge_by

from syncd.core.mapping.texts import compile_step
from syncd.core.model import Damaged, Invalid, Order

MANY = settings(max_examples=150, deadline=None)
CONVERSIONS = (
    "date: {formats: [iso], zone: Europe/Berlin, time: '23:59', plus_days: 1}",
    "date: {formats: [iso], zone: America/New_York, time: '00:00', plus_days: -1}",
    "date: {formats: [iso], zone: Pacific/Auckland, time: '00:00', plus_hours: -20}",
    "date: {formats: [iso, '%d.%m.%Y'], zone: UTC, time: '12:00', plus_hours: 20}",
    "date: {formats: [epoch_s], zone: Asia/Tokyo, plus_days: 1}",
    "date: {formats: [epoch_ms], zone: America/New_York, plus_days: -1, plus_hours: -1}",
    "number: true",
    "number: {decimal: ',', thousands: '.', percent: true, scale: 0.01, decimals: 2}",
    "number: {whole: true}",
    "text: [html, digits, strip_zeros]",
    "text: html, number: true",
    "country: code",
)
ROWS = [
    compile_text(
        f"version: 1\nread: {{delimiter: tab}}\norder: {{ReferenceNumber: No, Sent: {{column: Cell, {conversion}}}}}\n"
    )
    for conversion in CONVERSIONS
]
TREES = [
    compile_text(
        f"version: 1\nread: {{format: json}}\norder: {{ReferenceNumber: no, Sent: {{path: cell, {conversion}}}}}\n"
    )
    for conversion in CONVERSIONS
]
COUNTED = compile_text(
    "version: 1\nread: {format: json}\nvalues: {n: {path: cell, number: true}}\n"
    "order: {ReferenceNumber: no, Sent: {expression: 'n * n * n / 3 + n // 7 - n % 11', number: {decimals: 6}}}\n"
)
DAYS = st.sampled_from(["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31", "0000-00-00", "2026-03-29"])
HOURS = st.sampled_from(["", "T00:00", "T02:30", "T23:59:59", "T24:00", "T00:00+23:59", "T23:59:59-23:59", " 00:00Z"])
DIGITS = st.sampled_from(["0", "9", "-9", "99.", "0.0", "&#", "&#x", "1e", "-1E-"]).flatmap(
    lambda begin: st.sampled_from([1, 10, 15, 29, 30, 31, 400, 5000]).map(lambda count: begin + "9" * count)
)
CELLS = st.one_of(
    st.builds(str.__add__, DAYS, HOURS),
    DIGITS,
    DIGITS.map(lambda text: f"{text};"),
    st.sampled_from(["31.12.9999", "01.01.0001", "Infinity", "NaN", "-0", "१२", "²", "1_000"]),
    st.text("0123456789.,-+eE:T Z%()'", max_size=40),
)
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30),
    st.integers(-29, 29).map(lambda power: Decimal(f"9E{power}")),
    st.booleans(),
    st.lists(st.integers(), max_size=1),
)


@MANY
@given(st.sampled_from(ROWS), CELLS)
def test_any_cell_is_converted_or_refused_by_itself(mapping, cell):
    for judged in judge_by(mapping, f"No\tCell\nA\t{cell}\n"):
        assert isinstance(judged, Order | Invalid)


@MANY
@given(st.sampled_from([*TREES, COUNTED]), CELLS.map(json.dumps) | NUMBERS.map(str).map(str.lower))
def test_any_value_of_json_is_converted_or_refused_by_itself(mapping, value):
    for judged in judge_by(mapping, f'{{"no": "A", "cell": {value}}}', name="file.json"):
        assert isinstance(judged, Order | Invalid | Damaged)


@pytest.mark.parametrize("conversion", [0, 3])
def test_a_date_moved_out_of_the_calendar_is_an_ordinary_problem_of_its_cell(conversion):
    (judged,) = judge_by(ROWS[conversion], "No\tCell\nA\t9999-12-31\n")
    (problem,) = judged.problems
    assert (problem.code, problem.column, problem.line, problem.value) == ("date", "Cell", 2, "9999-12-31")
    assert "the year is out of range" in problem.message


@pytest.mark.parametrize(("conversion", "seconds"), [(4, 253402300799), (5, -62135596800000)])
def test_seconds_since_1970_moved_out_of_the_calendar_are_one_too(conversion, seconds):
    (judged,) = judge_by(ROWS[conversion], f"No\tCell\nA\t{seconds}\n")
    assert [problem.code for problem in judged.problems] == ["date"]
    assert "the year is out of range" in judged.problems[0].message


def test_a_character_by_a_number_without_end_is_told_in_our_own_words():
    assert compile_step("html")("&#65;&amp;") == "A&"
    with pytest.raises(ValueError, match=r"^a number in it that stands for a character is far too long$"):
        compile_step("html")(f"&#{'9' * 5000};")
