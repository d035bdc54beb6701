"""No price is taken for the order's currency because it looks like a number."""

import pytest
from support.mappings import judge_by, list_payloads
from support.workbooks import number, write_rows

from syncd.core.model import Invalid, Order

TEXTS = """\
version: 1
read: {delimiter: semicolon}
numbers: {decimal: ",", thousands: " ", currency: true}
order: {ReferenceNumber: No, Currency: Cur}
items: {fields: {SKU: Sku, Qty: Qty, PricePerUnit: Price}}
"""
SHEETS = """\
version: 1
order: {ReferenceNumber: No, Currency: {constant: EUR}, PostalServiceCost: Cost}
"""


def judge_price(price, currency="EUR", mapping=TEXTS):
    (judged,) = judge_by(mapping, f"No;Cur;Sku;Qty;Price\n1;{currency};A;2;{price}\n")
    return judged


@pytest.mark.parametrize(
    ("price", "sign"),
    [
        ("1 249,50 zł", "zł"),
        ("PLN 5", "PLN"),
        ("5 Kč", "Kč"),
        ("CHF 5", "CHF"),
        ("5 kr", "kr"),
        ("5 kr.", "kr."),
        ("5 Fr.", "Fr."),
        ("5 ₺", "₺"),
        ("¥5", "¥"),
        ("5 грн", "грн"),
        ("5 St", "St"),
        ("$5", "$"),
        ("£5", "£"),
        ("5 gbp", "gbp"),
        ("€5 zł", "€ zł"),
    ],
)
def test_whatever_stands_beside_a_number_and_is_not_the_orders_currency_refuses_the_order(price, sign):
    judged = judge_price(price)
    assert isinstance(judged, Invalid)
    (problem,) = judged.problems
    assert problem.message == "Price is in {value}; the order's currency is EUR"
    assert (problem.code, problem.column, problem.line, problem.value) == ("currency", "Price", 2, sign)


@pytest.mark.parametrize(
    ("price", "currency"),
    [
        ("1 249,50 €", "EUR"),
        ("EUR 5", "EUR"),
        ("5 eur", "EUR"),
        ("5 EUR.", "EUR"),
        ("EUR 5 €", "EUR"),
        ("£5", "GBP"),
        ("5 USD", "USD"),
        ("$5", "USD"),
        ("US$ 5", "USD"),
        ("5", "USD"),
    ],
)
def test_the_orders_own_currency_may_stand_beside_its_numbers(price, currency):
    assert isinstance(judge_price(price, currency), Order)


def test_a_sign_is_seen_wherever_the_number_is_read_from():
    mapping = TEXTS.replace("PricePerUnit: Price", "PricePerUnit: {column: Price, of: order}")
    assert isinstance(judge_price("5 zł", mapping=mapping), Invalid)


def test_a_sign_taken_off_by_name_leaves_a_number_to_convert():
    mapping = TEXTS.replace(
        "items: {",
        "items: {values: {zloty: {column: Price, text: {replace: {' ?(zł|PLN)$': ''}}, number: true}}, ",
    ).replace("PricePerUnit: Price", "PricePerUnit: {expression: zloty / 4.25}")
    judged = judge_price("1 249,50 zł", mapping=mapping)
    assert str(list_payloads([judged])[0]["OrderItems"][0]["PricePerUnit"]) == "294"
    assert isinstance(judge_price("5 Kč", mapping=mapping), Invalid)


@pytest.mark.parametrize(
    ("form", "sign"),
    [
        ("[$zł-415] #,##0.00", "zł"),
        ("[$kr-41D]0.00", "kr"),
        ('0.00 "zł"', "zł"),
        ('"CHF" 0.00', "CHF"),
        ('0.00 "₺"', "₺"),
        ("[$£-809]#,##0.00", "£"),
    ],
)
def test_a_sign_that_only_the_format_of_a_cell_shows_counts_as_well(form, sign):
    (judged,) = judge_by(SHEETS, write_rows(["No", "Cost"], ["1", number(5, form)]), "a.xlsx")
    assert isinstance(judged, Invalid)
    assert [(each.code, each.column, each.value) for each in judged.problems] == [("currency", "Cost", sign)]


@pytest.mark.parametrize("form", ['0 "Stk"', '#,##0.00 "€"', '"EUR" 0', "[$-409]0.00", "#,##0.00"])
def test_a_format_that_names_no_other_currency_is_fine(form):
    (judged,) = judge_by(SHEETS, write_rows(["No", "Cost"], ["1", number(5, form)]), "a.xlsx")
    assert isinstance(judged, Order)
