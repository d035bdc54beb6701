"""No value of an order passes from a report to a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.core.model import OTHER_MARK, VALUE_MARK, Problem
from syncd.core.report import HIDDEN, build_error
from syncd.web.reports import hide_value

APART = f"Town is {VALUE_MARK} in line 4, and {OTHER_MARK} in line 3: the rows of one order must agree in it"
HIDDEN_APART = f"Town is {HIDDEN} here, and {HIDDEN} in line 3: the rows of one order must agree in it"


def build(message, value, code="minimum", other=None):
    return build_error(Problem(code, message, value=value, other=other), show_values=True)


def test_the_value_is_taken_out_of_its_sentence():
    assert hide_value(build(f"Qty is {VALUE_MARK}; the least is 1", "0")) == f"Qty is {HIDDEN}; the least is 1"


def test_a_value_in_quotes_is_taken_out_with_them():
    assert hide_value(build(f"Town is {VALUE_MARK}; take it away", " York ")) == f"Town is {HIDDEN}; take it away"
    assert hide_value(build(f"Town is {VALUE_MARK}; write one", "")) == f"Town is {HIDDEN}; write one"


def test_a_sentence_without_a_value_stays_as_it_is():
    assert hide_value(build("DeliveryAddress.Town is missing", None, "required")) == "DeliveryAddress.Town is missing"


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("Hamburg", "Max Mustermann, Hamburg"),
        ("Max Mustermann, Hamburg", "Hamburg"),
        ("4, and Max", "Max Mustermann"),
        (" York ", "York"),
        ("", "York"),
        ("York", ""),
        ("York in line 3: the", "in line 7, and Bob in line 3: the rows of one order must agree in it"),
        ("x" * 90 + "1", "x" * 90 + "2"),
    ],
)
def test_the_value_it_is_compared_with_is_taken_out_too(value, other):
    error = build(APART, value, "contradiction", other)
    assert hide_value(error) == HIDDEN_APART
    del error["other"]  # as an earlier version wrote it
    assert hide_value(error) == HIDDEN_APART


def test_rows_that_do_not_agree_are_told_without_values_whatever_the_layout():
    message = f"Town is {VALUE_MARK} in line 4 and something else in line 3: the rows of one order must agree in it"
    assert hide_value(build(message, "York", "contradiction")) == HIDDEN_APART


def test_two_values_that_cannot_be_found_leave_only_the_rule():
    error = {"code": "contradiction", "message": "Max and Bob", "value": "Eve"}
    assert hide_value(error) == "does not fit the rule contradiction"
    assert hide_value(error | {"other": "Bob"}) == "does not fit the rule contradiction"
    assert hide_value(error | {"value": "Max"}) == "does not fit the rule contradiction"
    assert hide_value({"code": "x", "message": "Max and Bob", "other": "Bob"}) == "does not fit the rule x"


def test_a_report_that_hides_its_values_stays_as_it_is():
    error = build_error(Problem("minimum", f"Qty is {VALUE_MARK}; the least is 1", value="0"), show_values=False)
    assert hide_value(error) == f"Qty is {HIDDEN}; the least is 1"


def test_a_report_that_hides_its_values_holds_neither_of_two():
    problem = Problem("contradiction", APART, value="York", other="Leeds")
    error = build_error(problem, show_values=False)
    assert not {"value", "other"} & error.keys()
    assert hide_value(error) == APART.replace(VALUE_MARK, HIDDEN).replace(OTHER_MARK, HIDDEN)


def test_where_the_value_cannot_be_found_only_the_rule_is_named():
    error = {"code": "format", "message": "ReceivedDate is yesterday", "value": "tomorrow"}
    assert hide_value(error) == "does not fit the rule format"


def test_the_words_of_the_api_are_left_in_the_report():
    error = {"code": "refused_by_api", "message": "The API refused this order (400): ada@example.com is no address"}
    assert hide_value(error) == "The API refused this order (400); its words stand in the report"


VALUES = st.text(min_size=4, max_size=60).filter(lambda text: text.isprintable() and text.strip() == text)


@given(VALUES, st.none() | VALUES)
def test_no_value_is_ever_left(value, other):
    sentence = "X is (hidden); mend it does not fit the rule pattern"
    error = build(f"X is {VALUE_MARK}; mend it", value, "pattern")
    if other is not None:
        sentence = HIDDEN_APART
        error = build(APART, value, "contradiction", other)
        assert hide_value({**error, "other": None}) == sentence
    hidden = hide_value(error)
    for shown in filter(None, (error["value"], error.get("other"))):
        assert shown not in hidden or shown in sentence
