"""The small parts of the mapping wing: texts, numbers, dates, countries, paths, expressions."""
# ruff: noqa: RUF001 - look-alikes are what is tried

from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from syncd.core.mapping.countries import find_country
from syncd.core.mapping.country_names import COUNTRY_NAMES
from syncd.core.mapping.dates import DateRules, compile_form, read_date, shift_date
from syncd.core.mapping.expressions import compile_expression
from syncd.core.mapping.numbers import NumberRules, finish_number, read_number, round_half_up
from syncd.core.mapping.paths import find_all, parse_path, write_scalar, write_steps
from syncd.core.mapping.texts import compile_step, fold_space

BERLIN = ZoneInfo("Europe/Berlin")
GERMAN = NumberRules(decimal=",", thousands=".", currency=True, percent=True, trailing_minus=True, parentheses=True)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("a b", "a b"),
        ("  a  b ", "a b"),
        ("a\tb\r\nc\x0bd\x0ce", "a b c d e"),
        ("\u00a0a\u202f\u3000b\u2003", "a b"),
        ("a\x1fb", "a\x1fb"),  # a control character is no white space: the order is refused for it
        ("a\x85b", "a\x85b"),
        ("", ""),
        ("é ✨", "é ✨"),
    ],
)
def test_white_space_is_folded_and_nothing_else(text, folded):
    assert fold_space(text) == folded


@pytest.mark.parametrize(
    ("step", "text", "result"),
    [
        ("unwrap", '="00123"', "00123"),
        ("unwrap", '="a""b"', 'a"b'),
        ("unwrap", "'01067", "01067"),
        ("unwrap", "plain", "plain"),
        ("html", "a &amp; &quot;b&quot;", 'a & "b"'),
        ("lower", "JA", "ja"),
        ("upper", "ja", "JA"),
        ("digits", "a1b-2", "12"),
        ("strip_zeros", "000120", "120"),
        ("strip_zeros", "000", "0"),
        ("strip_zeros", "00A1", "00A1"),
        ({"extract": "([0-9]+) ?%"}, "VAT 19 %", "19"),
        ({"extract": "[0-9]+"}, "VAT 19 %", "19"),
        ({"extract": "VAT(x)?"}, "VAT", ""),
        ({"replace": {"^#": "EU-"}}, "#10", "EU-10"),
        ({"replace": {"(a)(b)?": "$1-$2$7"}}, "ac", "a-$7c"),
        ({"split": {"at": "/", "part": 2}}, "a / b", "b"),
        ({"split": {"at": "/", "part": -1}}, "a/b/c", "c"),
        ({"split": {"at": "/", "part": 9}}, "a", ""),
        ({"split": {"at": "/"}}, "a/b", "a"),
        ({"pad": {"width": 5}}, "1067", "01067"),
        ({"pad": {"width": 3, "with": "x", "side": "right"}}, "a", "axx"),
        ({"prefix": "A-"}, "1", "A-1"),
        ({"suffix": "-Z"}, "1", "1-Z"),
    ],
)
def test_each_text_step_does_what_its_name_says(step, text, result):
    assert compile_step(step)(text) == result


def test_a_text_that_does_not_fit_an_extract_is_refused():
    with pytest.raises(ValueError, match="does not fit the pattern"):
        compile_step({"extract": "[0-9]+"})("none")
    with pytest.raises(ValueError, match="no regular expression"):
        compile_step({"replace": {"(": ""}})


@pytest.mark.parametrize(
    ("text", "number", "sign"),
    [
        ("1.234,50", "1234.50", ""),
        ("1234,5", "1234.5", ""),
        ("59,95\u00a0€", "59.95", "€"),
        ("€ 5", "5", "€"),
        ("EUR 5,00", "5", "EUR"),
        ("-5", "-5", ""),
        ("€-5", "-5", "€"),
        ("12,50-", "-12.5", ""),
        ("(12,50)", "-12.5", ""),
        ("19 %", "19", ""),
        ("+3", "3", ""),
        ("000,10", "0.1", ""),
    ],
)
def test_numbers_are_read_as_declared(text, number, sign):
    assert read_number(text, GERMAN, GERMAN.compile_pattern()) == (Decimal(number), sign)


@pytest.mark.parametrize(
    "text",
    [
        "1,234.50",
        "1.23",
        "12.34,5",
        "1,5,0",
        "",
        "x",
        "٣",
        "1_000",
        "1e3",
        "NaN",
        "--5",
        "-5-",
        "(-5)",
        "1 2",
        "5,",
        ",5",
        "9" * 31,
        "5 €€",
    ],
)
def test_numbers_written_otherwise_are_refused(text):
    with pytest.raises(ValueError, match=r"it (must|has)"):
        read_number(text, GERMAN, GERMAN.compile_pattern())


@pytest.mark.parametrize(
    ("thousands", "text"), [(" ", "1\u00a0234.5"), (" ", "1 234.5"), ("'", "1’234.5"), (",", "1,234.5")]
)
def test_thousands_may_be_spaces_apostrophes_and_commas(thousands, text):
    rules = NumberRules(thousands=thousands)
    assert read_number(text, rules, rules.compile_pattern())[0] == Decimal("1234.5")


@pytest.mark.parametrize("text", ["5 €", "5%", "5-", "(5)", "1,000"])
def test_what_is_not_declared_is_refused_beside_a_number(text):
    with pytest.raises(ValueError, match=r"such as 1234\.50"):
        read_number(text, NumberRules(), NumberRules().compile_pattern())


def test_rounding_is_exact_and_half_up():
    assert round_half_up(Fraction(1, 8), 2) == Decimal("0.13")
    assert round_half_up(Fraction(-1, 8), 2) == Decimal("-0.13")
    assert round_half_up(Fraction(1, 3), None) == Decimal("0.333333")
    assert round_half_up(Fraction(5, 4), None) == Decimal("1.25")
    assert finish_number(3490, NumberRules(scale=Decimal("0.01"), decimals=2)) == Decimal("34.90")


@pytest.mark.parametrize(
    ("form", "text", "sent"),
    [
        ("%d.%m.%Y %H:%M", "1.3.2026 9:05", "2026-03-01T08:05:00"),
        ("%d.%m.%Y %H%M%S", "29.03.2026 033000", "2026-03-29T01:30:00"),
        ("%Y%m%d%H%M", "202601151030", "2026-01-15T09:30:00"),
        ("%m/%d/%y %I:%M %p", "1/15/26 12:30 AM", "2026-01-14T23:30:00"),
        ("%m/%d/%y %I:%M %p", "1/15/69 1:30 p.m.", "2069-01-15T12:30:00"),
        ("%d.%m.%y %H:%M", "15.01.71 10:00", "1971-01-15T09:00:00"),
        ("%A, %d. %B %Y %H:%M", "Donnerstag, 15. März 2026 10:00", "2026-03-15T09:00:00"),
        ("%d %b %Y %H:%M", "15 janv. 2026 10:00", "2026-01-15T09:00:00"),
        ("%Y-%m-%d %H:%M:%S %z", "2026-03-12 09:50:26 +0100", "2026-03-12T08:50:26"),
        ("%d.%m.%Y %H:%M:%S.%f", "15.01.2026 10:00:00.999", "2026-01-15T09:00:00"),
        ("100%% %d.%m.%Y %H:%M", "100% 15.01.2026 10:00", "2026-01-15T09:00:00"),
        ("iso", "2026-01-15T10:00:00Z", "2026-01-15T10:00:00"),
        ("iso", "2026-01-15T10:00:00-05:00", "2026-01-15T15:00:00"),
        ("iso", "2026-01-15 10:00", "2026-01-15T09:00:00"),
        ("epoch_s", "1768469400", "2026-01-15T09:30:00"),
        ("epoch_ms", "1768469400999", "2026-01-15T09:30:00"),
    ],
)
def test_dates_are_read_by_their_form_and_zone(form, text, sent):
    moment = read_date(text, DateRules(forms=(compile_form(form),)), BERLIN)
    assert moment.isoformat(timespec="seconds") == sent + "+00:00"


@pytest.mark.parametrize(
    ("form", "text", "reason"),
    [
        ("%d.%m.%Y %H:%M", "2026-01-15 10:00", "such as 15.01.2026 10:30"),
        ("%d.%m.%Y %H:%M", "31.02.2026 10:00", "no such day"),
        ("%d.%m.%Y %H:%M", "29.03.2026 2:30", "skip this time"),
        ("%d.%m.%Y %H:%M", "25.10.2026 2:30", "show this time twice"),
        ("%d %b %Y %H:%M", "15 Foo 2026 10:00", "no month"),
        ("%m/%d/%y %I:%M %p", "1/15/26 13:30 AM", "no such time"),
        ("%d.%m.%Y", "15.01.2026", "no time of day"),
        ("iso", "2026-01-15T10:00:00+99:00", "no such offset"),
        ("iso", "0001-01-01T00:00:00+01:00", "out of range"),
        ("iso", "0001-01-01T00:00:00", "out of range"),
        ("epoch_s", "999999999999999", "out of range"),
        ("epoch_s", "x", "such as 1768469400"),
        ("%d.%m.%Y %H:%M", "١٥.01.2026 10:00", "it must be a date"),
    ],
)
def test_dates_that_do_not_fit_are_refused(form, text, reason):
    with pytest.raises(ValueError, match=reason):
        read_date(text, DateRules(forms=(compile_form(form),)), BERLIN)


def test_a_date_without_any_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        read_date("2026-01-15 10:00", DateRules(), None)


def test_a_fixed_hour_days_and_hours_are_added_by_the_clock_of_the_zone():
    rules = DateRules(forms=(compile_form("%d.%m.%Y"),), time=(18, 0, 0), plus_days=2, plus_hours=1)
    assert read_date("27.03.2026", rules, BERLIN).isoformat() == "2026-03-29T17:00:00+00:00"
    later = DateRules(overlap="later", forms=(compile_form("%d.%m.%Y %H:%M"),))
    assert read_date("25.10.2026 2:30", later, BERLIN).isoformat() == "2026-10-25T01:30:00+00:00"
    earlier = DateRules(overlap="earlier", forms=(compile_form("%d.%m.%Y %H:%M"),))
    assert read_date("25.10.2026 2:30", earlier, BERLIN).isoformat() == "2026-10-25T00:30:00+00:00"
    offset = read_date("2026-01-15T10:00:00Z", DateRules(plus_hours=48), None)
    assert offset.isoformat() == "2026-01-17T10:00:00+00:00"
    epoch = read_date("1768469400", DateRules(forms=(compile_form("epoch_s"),), plus_days=1), None)
    assert epoch.isoformat() == "2026-01-16T09:30:00+00:00"
    with pytest.raises(ValueError, match="out of range"):
        shift_date(read_date("9999-12-31T23:00:00Z", DateRules(), None), DateRules(plus_hours=48), None)


@pytest.mark.parametrize("form", ["%d.%m", "%Q.%d.%m.%Y", "%d.%d.%m.%Y", "%d.%m.%Y %I:%M", "d.m.Y"])
def test_a_form_of_no_use_is_refused(form):
    with pytest.raises(ValueError, match=r"lacks|cannot have|has %I"):
        compile_form(form)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Deutschland", "DE"),
        ("deu", "DE"),
        ("DE", "DE"),
        ("Großbritannien", "GB"),
        ("États-Unis", "US"),
        ("UK", "GB"),
        ("Niederlande", "NL"),
        ("  Polska ", "PL"),
    ],
)
def test_a_country_is_known_by_its_names_and_codes(text, code):
    assert find_country(text).code == code


def test_every_country_has_its_codes_and_unknown_ones_are_none():
    assert len(COUNTRY_NAMES.splitlines()) == 249
    assert find_country("Atlantis") is None
    assert find_country("CZE").name == "Czechia"


def test_paths_lead_to_values_and_their_places():
    tree = {"a": {"b": [{"k": "x", "v": 1}, {"k": "y", "v": 2}]}, "c.d": 5}
    assert list(find_all(tree, (), parse_path("a.b[0].v", fold=False))) == [(1, ("a", "b", 0, "v"))]
    assert list(find_all(tree, (), parse_path("a.b[-1].v", fold=False))) == [(2, ("a", "b", 1, "v"))]
    assert list(find_all(tree, (), parse_path("a.b[k=y].v", fold=False))) == [(2, ("a", "b", 1, "v"))]
    assert [value for value, _ in find_all(tree, (), parse_path("a.b[*].v", fold=False))] == [1, 2]
    assert list(find_all(tree, (), parse_path('"c.d"', fold=False))) == [(5, ("c.d",))]
    for nowhere in ("a.x", "a.b[7]", "a[0]", "a.b.c", "a[*]"):
        assert list(find_all(tree, (), parse_path(nowhere, fold=False))) == []
    assert parse_path("P[Role=WE].Name 1", fold=True)[0] == "p"
    assert write_steps((), parse_path("a[k=v].b", fold=False)) == ("a", 0, "b")
    assert list(find_all([3], (), parse_path("[k=v]", fold=False))) == []
    with pytest.raises(ValueError, match="is no path"):
        parse_path("a[", fold=False)
    assert [write_scalar(value) for value in (None, True, False, 5)] == ["", "true", "false", "5"]


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("a / 3 * 3", {"a": Decimal("0.1")}, Fraction(1, 10)),
        ("a + 0.1 - 1 // 2 + 7 % 4", {"a": 1}, Fraction(41, 10)),
        ("'x' ~ a / 4 ~ true", {"a": 1}, "x0.25true"),
        ("1 if a == 0.1 else 2", {"a": Decimal("0.1")}, 1),
        ("5 if a > 3", {"a": 1}, None),
        ("a | default(7)", {"a": None}, 7),
        ("a | default(7)", {"a": 1}, 1),
        ("a is none or not a", {"a": None}, True),
        ("(a | round(1)) + (b | abs)", {"a": Decimal("0.25"), "b": -1}, Fraction(13, 10)),
        ("a | upper ~ (a | lower) ~ (a | length) ~ (a | text)", {"a": "Ab"}, "ABab2Ab"),
        ("a in ('x', 'y') and -1 < 0", {"a": "x"}, True),
    ],
)
def test_expressions_are_exact(text, values, result):
    assert compile_expression(text).evaluate(values) == result


@pytest.mark.parametrize(
    "text",
    [
        "a.b",
        "a['b']",
        "range(3)",
        "a ** 99",
        "a | center(99)",
        "a | map('x')",
        "x }} {{ y",
        "x }} y",
        "1.",
        "a '",
        "{% if %}",
        "1 +",
        "''.__class__",
        "(" * 400 + "1" + ")" * 400,
        "x" * 1001,
        "",
        "a is odd",
    ],
)
def test_expressions_that_could_do_harm_or_are_none_are_refused(text):
    with pytest.raises(ValueError, match=r"is no expression|not allow|longer|there is not"):
        compile_expression(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a / 0", "divides by zero"),
        ("'ab' * 9", "counts with a text"),
        ("true + 1", "counts with a text"),
        ("a < 'x'", "cannot be worked out"),
    ],
)
def test_expressions_that_cannot_be_worked_out_say_so(text, reason):
    with pytest.raises(ValueError, match=reason):
        compile_expression(text).evaluate({"a": 1})
