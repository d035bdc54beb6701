"""Schemas of an operator's own: refused with a sentence where they would not check what they seem to."""

import json
from decimal import Decimal

import pytest

from syncd.core.model import VALUE_MARK
from syncd.core.validate import compile_checker

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
REFERENCE = {"ReferenceNumber": "A"}


def schema(**properties):
    return {"type": "object", "properties": properties}


def check(given, payload, *, convert=True):
    checker = compile_checker(given)
    payload = REFERENCE | payload
    return [
        (problem.code, problem.field, problem.message.replace(VALUE_MARK, str(problem.value)))
        for problem in checker.check(checker.convert(payload, None) if convert else payload)
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"propertes": {}}, "#: propertes is no keyword; properties is"),
        (schema(A={"$ref": "https://example.com/a.json"}), "nothing is ever fetched"),
        (
            schema(A={"$ref": "#/$defs/nothing"}),
            "#/properties/A: $ref #/$defs/nothing leads out of this schema",
        ),
        (schema(A={"$ref": "other.json"}), "nothing is ever fetched"),
        (
            schema(A={"format": "uri"}),
            "the format uri is not one syncd checks: country, currency, date, date-time",
        ),
        (schema(A={"anyOf": [{"minimun": 1}]}), "#/properties/A/anyOf/0: minimun is no keyword; minimum is"),
        (schema(A={"not": {"maxLenght": 1}}), "#/properties/A/not: maxLenght"),
        (schema(A={"pattern": "("}), "no valid JSON Schema at $.properties.A.pattern: '(' is not a 'regex'"),
        ({"patternProperties": {"[": {}}}, "no valid JSON Schema at $.patternProperties"),
        ({"$schema": DRAFT_4, "patternProperties": {"[": {}}}, "#: the pattern [ cannot be used"),
        ({"type": "objekt"}, "no valid JSON Schema at $.type"),
        ({"properties": 5}, "no valid JSON Schema at $.properties"),
        ({"$schema": "https://example.com/own"}, "$schema https://example.com/own is no draft"),
        ({"$schema": 5}, "$schema 5 is no draft"),
        ({"required": ["Status"]}, "requires Status, which is never sent"),
        ({"$ref": "#"}, "leads back to itself"),
    ],
)
def test_a_schema_that_would_not_check_what_it_seems_to_is_refused_with_a_sentence(given, words):
    with pytest.raises(ValueError, match="schema") as caught:
        compile_checker(given)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_schema_nested_without_end_is_refused():
    given = {}
    for _ in range(5000):
        given = {"not": given}
    with pytest.raises(ValueError, match="nested too deeply"):
        compile_checker(given)


def test_a_circle_that_shows_only_in_an_order_is_a_problem_of_that_order():
    given = schema(A={"$ref": "#/properties/A"})
    assert [code for code, _, _ in check(given, {"A": 1})] == ["too_deep"]


def test_an_operators_own_notes_are_no_faults():
    compile_checker({"title": "x", "x-owner": "me", "$comment": "y", "properties": {"A": True}})


def test_references_inside_the_schema_below_an_id_and_by_anchor_are_followed():
    given = {
        "$id": "https://example.com/order",
        "properties": {
            "A": {"$ref": "#text"},
            "B": {
                "$id": "part/",
                "properties": {"C": {"$ref": "#/$defs/number"}},
                "$defs": {"number": {"type": "number"}},
            },
        },
        "$defs": {"text": {"$anchor": "text", "type": "string"}},
    }
    assert check(given, {"A": 1, "B": {"C": 5}}) == []
    assert check(given, {"B": {"C": True}})[0][0] == "type"


def test_another_draft_is_taken_by_its_name():
    given = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"A": {"items": [{"type": "string"}], "additionalItems": {"type": "integer"}}},
        "dependencies": {"B": ["C"]},
    }
    assert check(given, {"A": ["x", 1]}) == []
    assert [code for code, _, _ in check(given, {"A": ["x", "y"]})] == ["type"]


def test_numbers_of_a_schema_are_exact_even_where_they_were_read_as_floats():
    given = json.loads('{"properties": {"A": {"type": "number", "multipleOf": 0.01, "maximum": 2.0}}}')
    assert check(given, {"A": "1.99"}) == []
    assert check(given, {"A": Decimal("0.001")}) == [("multiple_of", "/A", "A is 0.001; it must be a multiple of 0.01")]
    assert check(given, {"A": 3}) == [("maximum", "/A", "A is 3; the most is 2")]
    assert check({"properties": {"A": {"multipleOf": 0.01}}}, {"A": 10**30}) == []


@pytest.mark.parametrize(
    ("field", "value", "code", "words"),
    [
        ({"const": "X"}, "Y", "const", "A is Y; it must be X"),
        ({"exclusiveMinimum": 0}, 0, "exclusive_minimum", "A is 0; it must be more than 0"),
        ({"exclusiveMaximum": 9}, 9, "exclusive_maximum", "A is 9; it must be less than 9"),
        ({"minLength": 2}, "x", "min_length", "A has 1 characters; the least is 2"),
        ({"maxItems": 1}, [1, 2], "max_items", "A has 2 entries; the most is 1"),
        ({"uniqueItems": True}, [1, 1], "unique_items", "A has the same entry twice"),
        ({"minProperties": 1}, {}, "min_properties", "A has 0 fields; the least is 1"),
        ({"pattern": "^[A-Z]+$"}, "x", "pattern", "A is x; it must have the form ^[A-Z]+$"),
        ({"type": ["string", "boolean"]}, [], "type", "A is []; it must be text or true or false"),
        ({"not": {"const": "x"}}, "x", "not", "A does not fit the schema's rule not"),
        (
            {"enum": list(range(20))},
            99,
            "enum",
            "A is 99; allowed are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more",
        ),
        ({"enum": []}, 1, "enum", "A is 1; allowed are nothing"),
        (False, "x", "not", "A is not allowed here: leave it out"),
        ({"allOf": [False]}, "x", "false_schema", "A is not allowed here: leave it out"),
        ({"items": False}, ["x"], "items", "A does not fit the schema's rule items"),
        ({"format": "date"}, "x", "format", "A is x; write a date like 2026-01-15"),
        ({"format": "date-time"}, "x", "format", "A is x; write a time like 2026-01-15T10:00:00Z"),
        ({"oneOf": [{"type": "string", "maxLength": 1}, {"type": "object"}]}, "xy", "max_length", None),
        (
            {"oneOf": [{"type": "string"}, {"maxLength": 9}]},
            "x",
            "one_of",
            "A does not fit the schema's rule oneOf",
        ),
        ({"items": {"properties": {"B": {"minimum": 1}}}}, [{"B": 0}], "minimum", "B is 0; the least is 1"),
    ],
)
def test_every_keyword_has_its_code_and_its_words(field, value, code, words):
    [(found, _, message)] = check(schema(A=field), {"A": value})
    assert found == code
    assert words in {message, None}


def test_a_field_that_another_one_needs_is_missed():
    given = {"dependentRequired": {"A": ["B"], "X": ["Y"]}}
    assert check(given, {"A": 1}) == [("dependent_required", "/B", "B is missing; it is needed beside A")]


def test_only_names_that_fit_no_pattern_are_unknown():
    given = {
        "properties": {"ReferenceNumber": {}},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    assert check(given, {"x-a": 1, "b": 2}) == [
        ("additional_properties", "/b", "b is no known field: mend its name or leave it out")
    ]


def test_long_names_and_names_with_the_values_mark_do_no_harm():
    given = {"properties": {"ReferenceNumber": {}}, "additionalProperties": False}
    messages = [message for _, _, message in check(given, {"x" * 500: 1, "a{value}": 2})]
    assert messages[0].startswith("x" * 79 + "… is no known field")
    assert messages[1].startswith("a(value) is no known field")


def test_the_rules_of_every_layout_hold_whatever_the_schema_says():
    given = {"properties": {"ReceivedDate": {}, "DispatchBy": {"type": "string"}}}
    assert check(given, {"ReferenceNumber": ""}) == [("required", "/ReferenceNumber", "ReferenceNumber is missing")]
    assert check(given, {"ReferenceNumber": []})[0][:2] == ("type", "/ReferenceNumber")
    assert check(given, {"ReferenceNumber": 17}) == []
    assert check(given, {"Currency": "CHF"})[0][:2] == ("enum", "/Currency")
    assert check(given, {"ReceivedDate": "yesterday"})[0][:2] == ("format", "/ReceivedDate")
    times = {"ReceivedDate": "2026-01-15T10:00:00+00:00", "DispatchBy": "2026-01-15T10:00:00+01:00"}
    assert check(given, times)[0][:2] == ("dispatch_before_received", "/DispatchBy")
    assert check(given, {"ReceivedDate": 5}) == []


def test_the_list_of_items_may_have_another_name_or_be_missing():
    items = {"type": "array", "items": {"properties": {"Qty": {"type": "integer"}}, "required": ["Qty"]}}
    checker = compile_checker(
        {"properties": {"Lines": items, "Tags": {"items": {"type": "string"}}}, "required": ["Lines"]}
    )
    assert checker.list_name == "Lines"
    assert checker.required_columns == {"ReferenceNumber", "Lines.Qty"}
    assert compile_checker({}).list_name == "OrderItems"
    assert compile_checker(schema(Lines=items, OrderItems=items)).list_name == "OrderItems"
