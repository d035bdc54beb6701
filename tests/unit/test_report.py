"""The report: exactly the contract's shape, streamed, the same bytes for the same facts."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from syncd.core.model import Outcome, Problem
from syncd.core.report import FileFacts, OrderFacts, build_report, escape_value, say_problem

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "report.schema.json").read_text(encoding="utf-8"))
RECEIVED = datetime(2026, 1, 15, 10, tzinfo=UTC)
FACTS = FileFacts(
    name="orders.csv",
    filed_as="orders.csv",
    sha256="ab" * 32,
    bytes=1234,
    source="orders",
    received_at=RECEIVED,
    finished_at=RECEIVED + timedelta(seconds=1.2345),
    outcome="failed",
    environment="test",
)
ACCEPTED = OrderFacts("ORD-1", 1, (2, 3), Outcome.ACCEPTED, 1, 200, RECEIVED, ())
QTY = Problem("minimum", "Qty is {value}; the least is 1", "/OrderItems/0/Qty", "qty", 4, "0")
INVALID = OrderFacts(None, 4, (4,), Outcome.INVALID, 0, None, None, (QTY,))
TOTALS = {Outcome.ACCEPTED: 1, Outcome.INVALID: 1}


def render(facts=FACTS, totals=TOTALS, problems=(), orders=(ACCEPTED, INVALID), *, show_values=True):
    return b"".join(build_report(facts, totals, iter(problems), iter(orders), show_values))


def build(*args, **kwargs):
    report = json.loads(render(*args, **kwargs))
    Draft202012Validator(SCHEMA).validate(report)
    return report


def test_a_report_has_the_shape_of_the_contract():
    assert build() == {
        "version": 1,
        "outcome": "failed",
        "environment": "test",
        "file": {
            "name": "orders.csv",
            "filed_as": "orders.csv",
            "sha256": "ab" * 32,
            "bytes": 1234,
            "source": "orders",
        },
        "received_at": "2026-01-15T10:00:00.000Z",
        "finished_at": "2026-01-15T10:00:01.234Z",
        "totals": {
            "orders": 2,
            "accepted": 1,
            "already_accepted": 0,
            "skipped": 0,
            "invalid": 1,
            "rejected": 0,
            "conflict": 0,
            "not_sent": 0,
        },
        "errors": [],
        "orders": [
            {
                "reference": "ORD-1",
                "record": 1,
                "lines": [2, 3],
                "outcome": "accepted",
                "attempts": 1,
                "http_status": 200,
                "accepted_at": "2026-01-15T10:00:00.000Z",
                "errors": [],
            },
            {
                "reference": None,
                "record": 4,
                "lines": [4],
                "outcome": "invalid",
                "attempts": 0,
                "http_status": None,
                "accepted_at": None,
                "errors": [
                    {
                        "code": "minimum",
                        "field": "/OrderItems/0/Qty",
                        "column": "qty",
                        "line": 4,
                        "message": "Qty is 0; the least is 1",
                        "value": "0",
                    }
                ],
            },
        ],
    }


def test_a_report_reads_well_an_order_a_line():
    lines = render(problems=[Problem("invalid_orders", "Some orders are invalid.")]).decode().splitlines()
    assert lines[:4] == ["{", ' "version": 1,', ' "outcome": "failed",', ' "environment": "test",']
    assert lines[-8:-4] == [
        ' "errors": [',
        '  {"code": "invalid_orders", "message": "Some orders are invalid."}',
        " ],",
        ' "orders": [',
    ]
    assert lines[-4].startswith('  {"reference": "ORD-1", "record": 1, "lines": [2, 3], "outcome": "accepted", ')
    assert lines[-3].startswith('  {"reference": null, ')
    assert lines[-2:] == [" ]", "}"]


def test_the_same_facts_give_the_same_bytes():
    again = dict(reversed(TOTALS.items()))
    assert render() == render(totals=again)


def test_a_file_without_orders_has_empty_lists_and_zero_totals():
    report = build(totals={}, orders=())
    assert report["orders"] == report["errors"] == []
    assert set(report["totals"].values()) == {0}


def test_errors_of_the_file_say_only_what_is_known():
    problems = [
        Problem("empty", "The file is empty."),
        Problem("encoding", "Byte {value}.", line=3, value="\xff"),
    ]
    assert build(problems=problems, orders=(), totals={})["errors"] == [
        {"code": "empty", "message": "The file is empty."},
        {"code": "encoding", "line": 3, "message": "Byte ÿ.", "value": "ÿ"},
    ]


def test_times_of_other_zones_are_told_in_utc():
    order = OrderFacts("A", 1, (1,), Outcome.ACCEPTED, 2, 201, RECEIVED.astimezone(timezone(timedelta(hours=2))), ())
    assert build(orders=[order])["orders"][0]["accepted_at"] == "2026-01-15T10:00:00.000Z"


def test_a_note_stands_where_there_is_one():
    order = OrderFacts("A", 1, (1,), Outcome.ALREADY_ACCEPTED, 1, 409, None, (), note="unverified")
    assert build(orders=[order])["orders"][0]["note"] == "unverified"


def test_hidden_values_appear_nowhere():
    secret = Problem("enum", "Country is {value}; name one", "/Country", "country", 2, "Atlantis")
    order = OrderFacts("A", 2, (2,), Outcome.INVALID, 0, None, None, (secret,))
    report = render(problems=[secret], orders=[order], show_values=False)
    assert b"Atlantis" not in report
    (error,) = json.loads(report)["orders"][0]["errors"]
    assert error["message"] == "Country is (hidden); name one"
    assert "value" not in error


def test_odd_names_are_shown_readably():
    report = build(
        facts=FileFacts("a\udce9\n.csv", "b\u202e.csv", "ab" * 32, 0, "s", RECEIVED, RECEIVED, "done", "test")
    )
    assert report["file"]["name"] == "a\\xe9\\x0a.csv"
    assert report["file"]["filed_as"] == "b\\u202e.csv"


def test_half_a_character_in_a_reference_breaks_nothing():
    order = OrderFacts("A\ud800", 1, (1,), Outcome.INVALID, 0, None, None, ())
    assert build(orders=[order])["orders"][0]["reference"] == "A\ud800"


def test_a_sentence_is_one_line_with_the_value_in_its_place():
    assert say_problem(QTY, show_values=True) == "Qty is 0; the least is 1"
    assert say_problem(QTY, show_values=False) == "Qty is (hidden); the least is 1"
    assert say_problem(Problem("x", "The header\nis odd", value="v"), show_values=True) == "The header\\x0ais odd"


def test_only_the_first_mark_is_the_value_and_a_value_may_look_like_one():
    problem = Problem("x", "a {value} b {value} {0}", value="{value}")
    assert say_problem(problem, show_values=True) == "a {value} b {value} {0}"
    assert say_problem(problem, show_values=False) == "a (hidden) b {value} {0}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", 'is ""'),
        (" ", 'is " "'),
        ("GB ", 'is "GB "'),
        ("a b", "is a b"),
        (None, "is (not shown)"),
        ("\n", 'is "\\x0a"'),
    ],
)
def test_a_value_whose_bounds_cannot_be_seen_is_quoted(value, shown):
    assert say_problem(Problem("x", "is {value}", value=value), show_values=True) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("x" * 5000, "x" * 79 + "…"),
        ("x" * 78 + "\n", "x" * 78 + "…"),
        ("\n" * 30, "\\x0a" * 19 + "…"),
        ("x" * 76 + "\n", "x" * 76 + "\\x0a"),
    ],
)
def test_a_long_value_is_cut_between_characters(value, shown):
    assert escape_value(value) == shown
    assert len(shown) <= 80


def test_the_schema_is_sound_and_describes_every_key():
    Draft202012Validator.check_schema(SCHEMA)

    def find_undescribed(schema, path):
        for name, inner in schema.get("properties", {}).items():
            if "description" not in inner and "$ref" not in inner:
                yield f"{path}/{name}"
            yield from find_undescribed(inner, f"{path}/{name}")
        if "items" in schema:
            yield from find_undescribed(schema["items"], f"{path}[]")

    assert list(find_undescribed(SCHEMA, "")) == []


def test_the_schema_refuses_what_a_report_never_holds():
    report = build()
    report["orders"][0]["surprise"] = 1
    assert not Draft202012Validator(SCHEMA).is_valid(report)


def test_a_report_is_streamed():
    def many():
        for record in range(3):
            yield OrderFacts(f"ORD-{record}", record + 1, (record + 1,), Outcome.ACCEPTED, 1, 200, RECEIVED, ())
        pytest.fail("the first orders were not handed on before the last was asked for")

    pieces = build_report(FACTS, TOTALS, (), many(), show_values=True)
    assert next(piece for piece in pieces if b"ORD-2" in piece)
