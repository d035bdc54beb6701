import pytest
from jsonschema.exceptions import FormatError

from syncd.core.formats import build_format_checker

CHECKER = build_format_checker()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date-time", "2026-01-15T10:00:00Z"),
        ("date", "2024-02-29"),
        ("currency", "EUR"),
        ("country", "DE"),
        ("country", "GB"),
        ("email", "a@example.com"),
        ("email", "ä+b@localhost"),
        ("date-time", 5),
        ("date", None),
        ("currency", 1),
        ("country", []),
        ("email", {}),
        ("unknown", "anything"),
    ],
)
def test_what_fits_its_format_or_is_no_text_passes(name, value):
    CHECKER.check(value, name)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("date-time", "2026-01-15", "write a time like"),
        ("date-time", "2026-01-15T10:00:00", "offset from UTC is missing"),
        ("date", "20260115", "write a date like"),
        ("date", "2026-02-30", "no such day"),
        ("currency", "eur", "EUR, GBP and USD"),
        ("currency", "CHF", "EUR, GBP and USD"),
        ("country", "UK", "two capital letters"),
        ("country", "de", "two capital letters"),
        ("country", "", "two capital letters"),
        ("country", "DEU", "two capital letters"),
        ("email", "@", "name@example.com"),
        ("email", "a b@example.com", "name@example.com"),
        ("email", "a@b@c", "name@example.com"),
        ("email", "a@b\n", "name@example.com"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(name, value, reason):
    with pytest.raises(FormatError) as caught:
        CHECKER.check(value, name)
    assert reason in str(caught.value.cause)


def test_only_our_own_formats_are_checked_whatever_else_is_installed():
    assert set(CHECKER.checkers) == {"date-time", "date", "currency", "country", "email"}
