import pytest

from syncd.core.kinds import UNKNOWN, Kind, list_leaves, plan_payload


def follow_nothing(reference):
    raise AssertionError(reference)


def plan(schema):
    return plan_payload(schema, follow_nothing)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, Kind.TEXT),
        ({"type": ["string", "null"]}, Kind.TEXT),
        ({"type": "string", "format": "date-time"}, Kind.TIME),
        ({"type": "string", "format": "date"}, Kind.TEXT),
        ({"type": "integer"}, Kind.INTEGER),
        ({"type": "number"}, Kind.NUMBER),
        ({"type": ["integer", "number"]}, Kind.NUMBER),
        ({"type": ["string", "number"]}, Kind.OTHER),
        ({"type": "object"}, Kind.OBJECT),
        ({"properties": {}}, Kind.OBJECT),
        ({"type": "array"}, Kind.LIST),
        ({"items": {}}, Kind.LIST),
        ({"type": "boolean"}, Kind.OTHER),
        ({"enum": ["EUR"]}, Kind.OTHER),
        (True, Kind.OTHER),
    ],
)
def test_the_kind_of_a_field_is_read_from_its_type(schema, kind):
    assert plan(schema).kind is kind


def test_references_are_followed_and_their_plan_added():
    def follow(reference):
        assert reference == "#/$defs/name"
        return {"type": "object", "properties": {"A": {"type": "string"}}, "required": ["A"]}

    found = plan_payload({"$ref": "#/$defs/name", "properties": {"B": {"type": "integer"}}}, follow)
    assert {name: inner.kind for name, inner in found.fields.items()} == {"A": Kind.TEXT, "B": Kind.INTEGER}
    assert found.required == {"A"}


def test_a_reference_in_a_circle_ends_the_plan_there():
    schema = {"type": "object", "properties": {"Inner": {"$ref": "#"}}}
    found = plan_payload(schema, lambda _: schema)
    assert found.fields["Inner"].fields["Inner"] == UNKNOWN


def test_parts_that_must_hold_add_their_required_fields_and_parts_that_may_do_not():
    schema = {
        "allOf": [{"properties": {"A": {"type": "string"}}, "required": ["A"]}],
        "anyOf": [{"properties": {"B": {"type": "integer"}}, "required": ["B"]}, True],
        "if": {"properties": {"C": {"type": "number"}}, "required": ["C"]},
        "then": {"properties": {"A": {"minLength": 1}}},
    }
    found = plan(schema)
    assert {name: inner.kind for name, inner in found.fields.items()} == {
        "A": Kind.TEXT,
        "B": Kind.INTEGER,
        "C": Kind.NUMBER,
    }
    assert found.required == {"A"}


def test_a_field_seen_as_two_kinds_is_not_converted():
    schema = {"properties": {"A": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}}
    assert plan(schema).fields["A"].kind is Kind.OTHER


def test_leaves_are_listed_with_whether_they_must_be_there():
    schema = {
        "required": ["A", "Address"],
        "properties": {
            "A": {"type": "string"},
            "Address": {"required": ["Town"], "properties": {"Town": {}, "Region": {}}},
            "Other": {"required": ["Town"], "properties": {"Town": {}}},
            "Items": {"type": "array", "items": {"type": "string"}},
        },
    }
    assert list(list_leaves(plan(schema))) == [
        (("A",), True),
        (("Address", "Town"), True),
        (("Address", "Region"), False),
        (("Other", "Town"), False),
    ]
