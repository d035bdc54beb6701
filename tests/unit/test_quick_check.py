"""What the quick check says yes to, what it leaves to jsonschema, and which schemas it is not built for."""

from decimal import Decimal

import pytest

from syncd.core.acceptance import build_acceptance
from syncd.core.formats import build_format_checker

FORMATS = {name: check for name, (check, _) in build_format_checker().checkers.items()}


def accepts(schema, value):
    return build_acceptance(schema, FORMATS)(value)


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string"}, ["", "x"], [None, 1, True, [], {}]),
        ({"type": "string", "minLength": 1, "maxLength": 2}, ["x", "xy"], ["", "xyz"]),
        ({"type": "string", "pattern": "\\S"}, [" x "], ["", " \n"]),
        ({"type": "string", "format": "date-time"}, ["2026-01-15T10:00:00Z"], ["2026-02-30T10:00:00Z", "soon", 1]),
        ({"enum": ["EUR", "GBP"]}, ["EUR"], ["eur", None, ["EUR"], 1]),
        ({"type": "integer", "minimum": 1}, [1, 10**30], [0, True, Decimal(2), 1.0, "1", None]),
        ({"type": "number", "minimum": 0, "maximum": 100}, [0, 100, Decimal("99.99")], [-1, Decimal("100.01"), True]),
        ({"type": "number"}, [Decimal("1E+2"), 1.5], [Decimal("NaN"), Decimal("Infinity"), float("inf"), "1"]),
        ({"type": "number", "exclusiveMinimum": 0}, [1, 0.5, Decimal("0.1")], [0, 0.0, -1, float("nan")]),
        ({"type": "boolean"}, [True, False], [0, 1, "true", None]),
        ({"const": 1}, [1], [True, 1.0, "1", 2]),
        ({"enum": ["x"], "type": "string"}, ["x"], ["y", 1]),
        ({"anyOf": [{"type": "integer"}, {"enum": ["x"]}]}, [1, "x"], ["y", True, None]),
        (
            {"type": ["string", "array"], "minLength": 1, "minItems": 2, "items": {"type": "string"}},
            ["x", ["", ""]],
            ["", ["x"], ["x", 1], None],
        ),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, [["x"]], [[], ["x", 1], "x", ("x",)]),
        (
            {
                "type": "object",
                "properties": {"A": {"$ref": "#/$defs/a"}},
                "required": ["A"],
                "additionalProperties": False,
                "$defs": {"a": {"type": "string", "title": "A"}},
            },
            [{"A": "x"}],
            [{}, {"A": 1}, {"A": "x", "B": "y"}, [], None],
        ),
    ],
)
def test_it_says_yes_to_what_is_plainly_good_alone(schema, good, bad):
    assert [value for value in good if not accepts(schema, value)] == []
    assert [value for value in bad if accepts(schema, value)] == []


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": ["string", "null"]},
        {"type": "string", "const": "x"},
        {"type": "string", "format": "uri"},
        {"type": "number", "multipleOf": Decimal("0.01")},
        {"type": "array"},
        {"type": "array", "items": False},
        {"type": "object", "properties": {"A": {"type": "string"}}},
        {"type": "object", "additionalProperties": False, "properties": {"A": {"not": {}}}},
        {"type": "null"},
        {"enum": ["x", 1]},
        {"enum": ["x"], "type": "integer"},
        {"enum": ["x"], "minLength": 1},
        {"type": ["string", "array"], "items": {"type": "string"}, "enum": ["x"]},
        {"type": ["string", "array"]},
        {"type": "string", "minItems": 1},
        {"const": None},
        {"anyOf": [{"type": "string"}, {"not": {}}]},
        {"anyOf": [{"type": "string"}], "minLength": 1},
        {"$ref": "https://example.com/schema"},
        {"$ref": "#/$defs/a", "type": "string", "$defs": {"a": {"type": "string"}}},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
    ],
)
def test_it_is_not_built_for_a_schema_that_says_anything_else(schema):
    assert build_acceptance(schema, FORMATS) is None
