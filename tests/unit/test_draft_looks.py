"""What values and names look like to a draft: dates, numbers, currencies, rates, words."""

import pytest

from syncd.core.draft.dates import find_clock, find_forms, find_rival, is_month_first, lacks_time, lacks_zone
from syncd.core.draft.looks import describe_numbers, find_currency, find_doubt, find_rates, fits
from syncd.core.draft.words import split_name


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("15.01.2026 10:00", "%d.%m.%Y %H:%M"),
        ("Jan 15, 2026 3:05 PM", "%b %d, %Y %I:%M %p"),
        ("Thu, 15 Jan 2026 10:00:00 +0100", "%a, %d %b %Y %H:%M:%S %z"),
        ("15-Jan-26", "%d-%b-%y"),
        ("20260115093000", "%Y%m%d%H%M%S"),
        ("15/01/2026 um 10:30 Uhr", "%d/%m/%Y um %H:%M Uhr"),
        ("15 janv. 2026", "%d %b %Y"),
        ("2026-01-15T10:00:00Z", "iso"),
        ("1768469400000", "epoch_ms"),
    ],
)
def test_a_date_is_known_by_its_form(value, form):
    assert find_forms([value]) == (form,)


def test_dates_are_known_by_their_forms():
    assert find_forms(["15.01.2026 10:00", "15.1.2026"]) == ("%d.%m.%Y %H:%M", "%d.%m.%Y")
    assert find_forms(["1768469400", "1768469400000"]) == ("epoch_s", "epoch_ms")
    assert find_forms(["x"]) == find_forms(["1" * 50]) == find_forms([]) == ()
    assert find_forms(["01/02/2026"], month_first=True) == ("%m/%d/%Y",)
    assert find_rival("%d/%m/%Y", ["01/02/2026"]) == "%m/%d/%Y"
    assert find_rival("%d/%m/%Y", ["15/02/2026"]) is None
    assert find_rival("%Y/%b", []) == find_rival("iso", []) is None
    assert is_month_first([["01/02/2026"], ["2026-01-01"]]) is None
    assert is_month_first([["15/02/2026"]]) is False
    assert is_month_first([["01/02/2026 3:00 PM"]]) is True
    assert find_clock(["09:30"]) == "%H:%M"
    assert find_clock(["0930"]) == "%H%M"
    assert find_clock([]) is find_clock(["x"]) is None
    assert lacks_zone(["2026-01-15"])
    assert not lacks_zone(["2026-01-15T10:00:00+01:00", "1768469400"])
    assert lacks_time(("iso",), ["2026-01-15"])
    assert lacks_time(("%Y%m%d",), ["20260115"])
    assert lacks_time(("iso", "%d.%m.%Y %H:%M"), ["2026-01-15", "15.01.2026 10:00"])
    assert not lacks_time(("iso",), ["2026-01-15T10:00"])
    assert not lacks_time(("epoch_s",), ["1768469400"])


def test_numbers_are_known_by_how_they_are_written():
    assert describe_numbers(["1.234,50 €", "19 %", "5-", "(3,00)"]) == {
        "decimal": '","',
        "thousands": '"."',
        "currency": "true",
        "percent": "true",
        "trailing_minus": "true",
        "parentheses": "true",
    }
    assert describe_numbers(["1,234.50"]) == {"thousands": '","'}
    assert describe_numbers(["1\u00a0234,50"]) == {"decimal": '","', "thousands": '" "'}
    assert describe_numbers(["1'234.50"]) == {"thousands": '"\'"'}
    assert describe_numbers(["1,234,567"]) == {"thousands": '","'}
    assert describe_numbers(["12.50", "3"]) == {}
    assert find_doubt(["1,250", "3"]) == "1,250"
    assert find_doubt(["1,250", "3.50"]) is None
    assert find_currency(["5 EUR", "3"]) == find_currency(["€5"]) == "EUR"
    assert find_currency(["€5", "$5"]) is find_currency(["5"]) is None
    assert fits("currency", ["EUR", "€"])
    assert not fits("person", ["A1"])
    assert not fits("number", ["A-100"])
    assert find_rates(["0.19"]) == "fraction"
    assert find_rates(["1900", "700"]) == "basis"
    assert find_rates(["DE MwSt 19%"]) == "inside"
    assert find_rates(["19 %", "7"]) == "plain"
    assert find_rates(["6.37", "99"]) is find_rates(["x"]) is None


def test_words_of_names_are_folded_and_split():
    assert split_name("shipTo.street[0]") == ("ship", "street", "1")
    assert split_name("Rechnungsort") == ("rechnungs", "ort")
    assert split_name("Straßen-Nr.") == ("strassen", "no")
    assert split_name("de") == ("de",)
