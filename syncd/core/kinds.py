"""The plan of a payload, read from its JSON Schema: which fields there are and what kind of value each takes.

Conversion and the CSV layout go by this plan. It judges nothing: the schema alone says what is valid.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Schema = Mapping[str, object]
Follow = Callable[[str], object]
"""Given a `$ref`, return the schema it points to."""


class Kind(StrEnum):
    """What kind of value a field takes."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TIME = "time"
    OBJECT = "object"
    LIST = "list"
    OTHER = "other"  #: nothing is converted


@dataclass(frozen=True, slots=True)
class Plan:
    """One field of a payload and, for objects and lists, what stands inside."""

    kind: Kind = Kind.OTHER
    fields: Mapping[str, "Plan"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    items: "Plan | None" = None
    closed: bool = False  #: a field that is not among these is refused


UNKNOWN = Plan()

_BY_TYPE = {
    "string": Kind.TEXT,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "object": Kind.OBJECT,
    "array": Kind.LIST,
}


def plan_payload(schema: object, follow: Follow, above: tuple[str, ...] = ()) -> Plan:
    """Given a schema, a way to follow its references and those already being followed, return its plan.

    A reference that leads back into itself ends the plan there.
    """
    if not isinstance(schema, Mapping):
        return UNKNOWN
    plan = _plan_own(schema, follow, above)
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in above:
        plan = _merge(plan, plan_payload(follow(reference), follow, (*above, reference)), must=True)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in _list(schema.get(keyword)):
            plan = _merge(plan, plan_payload(part, follow, above), must=keyword == "allOf")
    for keyword in ("if", "then", "else"):
        plan = _merge(plan, plan_payload(schema.get(keyword), follow, above), must=False)
    return plan


def list_leaves(plan: Plan) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Given a plan, yield the path of each field that is no object or list, and whether it must be there."""
    for name, inner in plan.fields.items():
        needed = name in plan.required
        if inner.kind is Kind.OBJECT:
            for path, inner_needed in list_leaves(inner):
                yield (name, *path), needed and inner_needed
        elif inner.kind is not Kind.LIST:
            yield (name,), needed


def list_names(plan: Plan) -> Iterator[str]:
    """Given a plan, yield the name of every field, at whatever depth."""
    for name, inner in plan.fields.items():
        yield name
        yield from list_names(inner)
    if plan.items is not None:
        yield from list_names(plan.items)


def _plan_own(schema: Schema, follow: Follow, above: tuple[str, ...]) -> Plan:
    properties = schema.get("properties")
    fields = properties if isinstance(properties, Mapping) else {}
    return Plan(
        kind=_read_kind(schema),
        fields={name: plan_payload(inner, follow, above) for name, inner in fields.items()},
        required=frozenset(str(name) for name in _list(schema.get("required"))),
        items=plan_payload(schema["items"], follow, above) if "items" in schema else None,
        closed=schema.get("additionalProperties") is False and "patternProperties" not in schema,
    )


def _read_kind(schema: Schema) -> Kind:
    declared = schema.get("type")
    names = {declared} if isinstance(declared, str) else set(_list(declared))
    kinds = {_BY_TYPE.get(str(name), Kind.OTHER) for name in names - {"null"}}
    if kinds == {Kind.INTEGER, Kind.NUMBER}:
        return Kind.NUMBER
    if len(kinds) == 1:
        kind = kinds.pop()
        return Kind.TIME if kind is Kind.TEXT and schema.get("format") == "date-time" else kind
    if not kinds and "properties" in schema:
        return Kind.OBJECT
    return Kind.LIST if not kinds and "items" in schema else Kind.OTHER


def _merge(one: Plan, other: Plan, *, must: bool) -> Plan:
    """Return both plans as one; a field the two see as different kinds is not converted."""
    if other == UNKNOWN:
        return one
    kinds = {one.kind, other.kind} - {Kind.OTHER}
    fields = dict(one.fields)
    for name, inner in other.fields.items():
        fields[name] = _merge(fields[name], inner, must=must) if name in fields else inner
    return Plan(
        kind=kinds.pop() if len(kinds) == 1 else Kind.OTHER,
        fields=fields,
        required=one.required | other.required if must else one.required,
        items=one.items or other.items,
        closed=one.closed or (must and other.closed),
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
