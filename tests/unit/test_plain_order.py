"""What the quick check writes, what it leaves to others, and which schemas it is not built for."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from syncd.core.canonical import write_canonical
from syncd.core.convert import convert_object
from syncd.core.formats import build_format_checker
from syncd.core.kinds import plan_payload
from syncd.core.plain_order import build_plain_writer

FORMATS = build_format_checker()
BERLIN = ZoneInfo("Europe/Berlin")
TEXT = {"type": "string"}
TIME = {"type": "string", "format": "date-time"}


def build(field, definitions=None, **fields):
    """Given the schema of the field X and others, return the quick check of an order and its plan."""
    definitions = definitions or {}
    schema = {
        "type": "object",
        "properties": {"ReferenceNumber": TEXT, "X": field, **fields},
        "required": ["X"],
        "additionalProperties": False,
        "$defs": definitions,
    }
    plan = plan_payload(schema, lambda reference: definitions.get(reference.rpartition("/")[2], True))
    return build_plain_writer(schema, plan, FORMATS, frozenset({"Status"})), plan


def write(field, value, definitions=None):
    """Return the order as the quick check writes it, having seen that it is written as it would be sent."""
    accept, plan = build(field, definitions)
    order = {"X": value, "ReferenceNumber": "R"}
    body = accept(order, BERLIN)
    assert body in {None, body and write_canonical(convert_object(order, plan, BERLIN))}
    return body


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (TEXT, ["x", " ", "ä\u2028\n", 5, -1], [None, "", True, [], {}, Decimal(1), "\x07", "\x7f", "\ud800", "\\u"]),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ["xy", "xyz", 10], ["x", "wxyz", 1]),
        ({"type": "string", "pattern": "\\S"}, [" x "], ["", " \n", "\u2003\x1c"]),
        ({"type": "string", "pattern": "^x"}, ["xy"], ["yx"]),
        ({"type": "string", "format": "country"}, ["DE"], ["de", "Germany", 5]),
        (
            TIME,
            ["2026-01-15T10:00:00Z", "2026-01-15T10:00:00.5+01:00", "2026-01-15 10:00:00"],
            ["2026-02-30T10:00:00Z", "2026-01-15T24:00:00Z", "2026-03-29 02:30:00", "soon", 1, None],
        ),
        ({"enum": ["EUR", "GBP", ""]}, ["EUR"], ["eur", "", None, ["EUR"], 1]),
        (
            {"type": "integer", "minimum": 1},
            [1, 10, 10**29, "2", "2.0", Decimal("3.00")],
            [0, 10**30, True, 1.0, None, "1.5", "", "x", "2.", "1e1", Decimal("1E+1")],
        ),
        (
            {"type": "number", "minimum": 0, "maximum": 100},
            [0, 100, "19.90", "0.0", Decimal("99.99"), Decimal("4.90")],
            [-1, Decimal("100.01"), "100.001", True, "1,5", ".5", "01", "-1", Decimal("1E+1"), Decimal("NaN"), 1.5],
        ),
        (
            {"type": "array", "items": TEXT, "minItems": 1},
            [["x"], ["x", "y"]],
            [[], ["x", "x"], ["x", None], "x", ("x",)],
        ),
        (
            {"$ref": "#/$defs/a"},
            [{"A": "x", "B": ""}, {"A": "x", "B": None}],
            [{}, {"A": ""}, {"A": "x", "C": "y"}, [], None],
        ),
    ],
)
def test_it_writes_what_is_plainly_good_alone_and_as_it_would_be_sent(schema, good, bad):
    inner = {"properties": {"A": TEXT, "B": TEXT}, "required": ["A"], "additionalProperties": False}
    definitions = {"a": {"type": "object", "title": "A", **inner}}
    assert [value for value in good if write(schema, value, definitions) is None] == []
    assert [value for value in bad if write(schema, value, definitions) is not None] == []


@pytest.mark.parametrize(
    "more",
    [
        {"ReferenceNumber": "."},
        {"ReferenceNumber": "R\u200b"},
        {"ReferenceNumber": None},
        {"Currency": "XXX"},
        {"ReceivedDate": "2026-01-15T10:00:00Z", "DispatchBy": "2026-01-15T10:59:59+01:00"},
        {"Other": 1},
    ],
)
def test_it_leaves_orders_that_break_a_rule(more):
    accept, _ = build(TEXT, Currency=TEXT, ReceivedDate=TIME, DispatchBy=TIME)
    order = {"ReferenceNumber": 7, "X": "x", "Status": "NEW", "ReceivedDate": "2026-01-15T10:00:00Z", "DispatchBy": ""}
    assert accept(order, None) == b'{"ReceivedDate":"2026-01-15T10:00:00Z","ReferenceNumber":"7","X":"x"}'
    assert accept({**order, **more}, None) is None


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
        {"enum": ["x"], "type": "string"},
        {"$ref": "https://example.com/schema"},
        {"$ref": "#/$defs/a", "type": "string"},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#/$defs/circle"},
        {"type": "string", "$id": "https://example.com/other"},
        {"type": "object", "additionalProperties": False, "required": ["A"]},
    ],
)
def test_it_is_not_built_for_a_schema_that_says_anything_else(schema):
    accept, _ = build(schema, {"a": TEXT, "circle": {"$ref": "#/$defs/circle"}})
    assert accept is None


def test_it_is_not_built_where_the_schema_and_what_is_converted_do_not_agree():
    schema = {"type": "object", "properties": {"X": TIME}, "additionalProperties": False}
    for other in ({"type": "integer"}, {"type": "array", "items": {}}):
        assert build_plain_writer(schema, plan_payload({"properties": {"X": other}}, str), FORMATS) is None
    for field in ({"type": "integer"}, {"enum": ["2026-01-15T10:00:00Z"]}):
        assert build_plain_writer({**schema, "properties": {"X": field}}, plan_payload(schema, str), FORMATS) is None
    assert build_plain_writer(TEXT, plan_payload(TEXT, str), FORMATS) is None


@pytest.mark.parametrize("reference", ["", None])
def test_an_order_without_a_reference_is_for_others_to_judge(reference):
    accept, _ = build(TEXT)
    assert accept({"X": "x", "ReferenceNumber": "R"}, None) is not None
    assert accept({"X": "x", "ReferenceNumber": reference}, None) is None
