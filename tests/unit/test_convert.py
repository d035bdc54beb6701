from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from syncd.core.convert import convert_value
from syncd.core.kinds import UNKNOWN, Kind, Plan


def convert(kind, value, zone=None):
    return convert_value(value, Plan(kind), zone)


@pytest.mark.parametrize(("value", "text"), [(1, "1"), (0, "0"), (-5, "-5"), ("001", "001"), ("", "")])
def test_a_text_field_takes_an_integers_digits(value, text):
    assert convert(Kind.TEXT, value) == text


@pytest.mark.parametrize("value", [True, Decimal("1.0"), {"a": 1}, [1]])
def test_a_text_field_takes_nothing_else(value):
    assert convert(Kind.TEXT, value) == value


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("2", 2),
        ("2.0", 2),
        ("-3", -3),
        ("007", 7),
        ("19.90", Decimal("19.90")),
        (Decimal("2.00"), 2),
        (Decimal("1E+2"), 100),
        (Decimal("0.5"), Decimal("0.5")),
        (4, 4),
        ("9" * 30, int("9" * 30)),
        ("-9." + "9" * 29, Decimal("-9." + "9" * 29)),
    ],
)
@pytest.mark.parametrize("kind", [Kind.INTEGER, Kind.NUMBER])
def test_a_number_field_takes_a_number_written_as_text(kind, value, number):
    converted = convert(kind, value)
    assert converted == number
    assert type(converted) is type(number)


@pytest.mark.parametrize(
    "text",
    [
        "1,5",
        "1.234,5",
        "1 000",
        "1'000",
        "1e3",
        "+1",
        " 1",
        "1 ",
        "1.",
        ".5",
        "",
        "٣",
        "1_0",
        "NaN",
        "0x1",
        "--1",
        "9" * 31,
        "0." + "1" * 30,
        "-0." + "1" * 30,
        "9" * 40,
    ],
)
def test_anything_else_in_a_number_field_stays_as_it_is(text):
    assert convert(Kind.NUMBER, text) == text


@pytest.mark.parametrize("value", [True, None, Decimal("1E+40")])
def test_what_is_no_usable_number_stays_as_it_is(value):
    assert convert(Kind.INTEGER, value) is value


def test_times_go_out_in_utc_or_stay_as_they_are():
    assert convert(Kind.TIME, "2026-01-15T10:00:00Z") == "2026-01-15T10:00:00Z"
    assert convert(Kind.TIME, "2026-01-15T10:00:00.5+01:00") == "2026-01-15T09:00:00Z"
    assert convert(Kind.TIME, "2026-01-15 10:00:00") == "2026-01-15 10:00:00"
    assert convert(Kind.TIME, "2026-01-15 10:00:00", ZoneInfo("Europe/Berlin")) == "2026-01-15T09:00:00Z"
    assert convert(Kind.TIME, 20260115) == 20260115


def test_null_and_empty_count_as_absent_in_objects_at_any_depth_and_as_themselves_in_lists():
    given = {"a": None, "b": "", "c": " ", "d": {"e": None, "f": 0}, "g": [None, "", {"h": None}]}
    assert convert_value(given, UNKNOWN, None) == {"c": " ", "d": {"f": 0}, "g": [None, "", {}]}


def test_fields_of_objects_and_lists_are_converted_by_their_own_plans():
    items = Plan(Kind.OBJECT, fields={"Qty": Plan(Kind.INTEGER), "SKU": Plan(Kind.TEXT)})
    plan = Plan(Kind.OBJECT, fields={"Items": Plan(Kind.LIST, items=items)})
    given = {"Items": [{"Qty": "2.0", "SKU": 7, "Note": "3"}], "Extra": "1"}
    assert convert_value(given, plan, None) == {"Items": [{"Qty": 2, "SKU": "7", "Note": "3"}], "Extra": "1"}


def test_given_values_are_not_changed():
    given = {"a": None, "b": ["1"]}
    convert_value(given, Plan(Kind.OBJECT, fields={"b": Plan(Kind.LIST, items=Plan(Kind.INTEGER))}), None)
    assert given == {"a": None, "b": ["1"]}
