"""No value of an order passes from a report to a page."""

from hypothesis import given
from hypothesis import strategies as st

from syncd.core.model import VALUE_MARK, Problem
from syncd.core.report import HIDDEN, build_error
from syncd.web.reports import hide_value


def build(message, value, code="minimum"):
    return build_error(Problem(code, message, value=value), show_values=True)


def test_the_value_is_taken_out_of_its_sentence():
    assert hide_value(build(f"Qty is {VALUE_MARK}; the least is 1", "0")) == f"Qty is {HIDDEN}; the least is 1"


def test_a_value_in_quotes_is_taken_out_with_them():
    assert hide_value(build(f"Town is {VALUE_MARK}; take it away", " York ")) == f"Town is {HIDDEN}; take it away"
    assert hide_value(build(f"Town is {VALUE_MARK}; write one", "")) == f"Town is {HIDDEN}; write one"


def test_a_sentence_without_a_value_stays_as_it_is():
    assert hide_value(build("DeliveryAddress.Town is missing", None, "required")) == "DeliveryAddress.Town is missing"


def test_a_report_that_hides_its_values_stays_as_it_is():
    error = build_error(Problem("minimum", f"Qty is {VALUE_MARK}; the least is 1", value="0"), show_values=False)
    assert hide_value(error) == f"Qty is {HIDDEN}; the least is 1"


def test_where_the_value_cannot_be_found_only_the_rule_is_named():
    error = {"code": "format", "message": "ReceivedDate is yesterday", "value": "tomorrow"}
    assert hide_value(error) == "does not fit the rule format"


def test_the_words_of_the_api_are_left_in_the_report():
    error = {"code": "refused_by_api", "message": "The API refused this order (400): ada@example.com is no address"}
    assert hide_value(error) == "The API refused this order (400); its words stand in the report"


@given(st.text(min_size=4, max_size=60).filter(lambda text: text.isprintable() and text.strip() == text))
def test_no_value_is_ever_left(value):
    error = build(f"X is {VALUE_MARK}; mend it", value, "pattern")
    hidden = hide_value(error)
    assert error["value"] not in hidden or error["value"] in "X is (hidden); mend it does not fit the rule pattern"
