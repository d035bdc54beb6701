"""An order against its schema: compiled once, asked for every order, every error said at once.

Numbers of a schema are exact, formats are really checked and no reference is ever fetched from anywhere.
Refuses a schema with a misspelt keyword or a format nobody checks, rather than not checking in silence.
"""

import decimal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jsonschema.exceptions import SchemaError
from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator, validator_for
from referencing import Registry, Specification
from referencing.exceptions import Unresolvable
from referencing.jsonschema import UnknownDialect, specification_with

from syncd.core.convert import convert_object
from syncd.core.formats import build_format_checker
from syncd.core.kinds import Kind, Plan, list_leaves, plan_payload
from syncd.core.lint import Draft, Resolver, list_faults
from syncd.core.model import Problem
from syncd.core.plain_order import PlainWriter, build_plain_writer
from syncd.core.rules import DISPATCH, RECEIVED, REFERENCE, check_rules
from syncd.core.say import say_error

ERROR_MARK = "_error"  # the column or key that a rejected file adds
NEVER_SENT = frozenset({"Status", ERROR_MARK})  # the server sets Status (the API's documentation)

_USUAL_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_USUAL_LIST = "OrderItems"
_KEYWORDS_THAT_CHECK_NOTHING = (
    "$anchor $comment $defs $dynamicAnchor $id $schema $vocabulary contentEncoding contentMediaType "
    "contentSchema default definitions deprecated description else examples maxContains minContains readOnly "
    "then title writeOnly"
)
_EXACT = decimal.Context(prec=10_000)  # so that multipleOf is exact for any number a file may hold


@dataclass(frozen=True, slots=True)
class OrderChecker:
    """A compiled schema: what it knows of a payload, and how to convert and check one."""

    plan: Plan
    list_name: str  #: the order's list of items
    columns: Mapping[str, tuple[str, ...]]  #: dotted name -> path; an item's field begins with `list_name`
    known_columns: frozenset[str]
    required_columns: frozenset[str]
    validator: Validator
    accepts: PlainWriter | None = None  #: writes at once what is plainly good

    def accept(self, payload: dict[str, object], zone: ZoneInfo | None) -> bytes | None:
        """Given a payload as read, return its canonical JSON as it would be sent if it is plainly good, else None."""
        return None if self.accepts is None else self.accepts(payload, zone)

    def convert(self, payload: dict[str, object], zone: ZoneInfo | None) -> dict[str, object]:
        """Given a payload as read and the zone of times without an offset, return it as it would be sent."""
        sent = {name: value for name, value in payload.items() if name not in NEVER_SENT}
        return convert_object(sent, self.plan, zone)

    def check(self, payload: dict[str, Any], zone: ZoneInfo | None = None) -> tuple[Problem, ...]:
        """Given a converted payload, return all that is wrong with it; lines and columns are left open."""
        if self.accept(payload, zone) is not None:
            return ()
        try:
            with decimal.localcontext(_EXACT):
                found = [problem for error in self.validator.iter_errors(payload) for problem in say_error(error, zone)]
        except RecursionError:
            return (Problem("too_deep", "the order, or the schema for it, is nested too deeply to be checked"),)
        found += check_rules(payload, self.list_name, zone)
        return tuple({(problem.code, problem.field, problem.message): problem for problem in found}.values())


def compile_checker(schema: Mapping[str, object], *, accelerated: bool = False) -> OrderChecker:
    """Given a JSON Schema of an order (2020-12, or the draft it names), return its checker.

    An accelerated one asks jsonschema, which takes twenty times as long, only about orders that are not plainly
    valid; it is for the schema that syncd ships. Raise ValueError with a sentence for each thing that is wrong
    with the schema.
    """
    try:
        return _compile(schema, accelerated=accelerated)
    except RecursionError:
        raise ValueError("The schema is nested too deeply, or a $ref in it leads back to itself.") from None


def _compile(given: Mapping[str, object], *, accelerated: bool) -> OrderChecker:
    schema = {name: _make_exact(value, name) for name, value in given.items()}
    specification = _choose_specification(schema.get("$schema", _USUAL_DRAFT))
    make_validator = validator_for(schema, default=Draft202012Validator)
    try:
        make_validator.check_schema(schema)
    except SchemaError as error:
        where = error.json_path
        raise ValueError(f"The schema is no valid JSON Schema at {where}: {error.message}.") from None
    formats = build_format_checker()
    keywords = frozenset(make_validator.VALIDATORS) | frozenset(_KEYWORDS_THAT_CHECK_NOTHING.split())
    resource = specification.create_resource(schema)
    uri = resource.id() or "urn:syncd:schema"
    resolver = Registry().with_resource(uri, resource).resolver(uri)
    faults = list(list_faults(schema, resolver, Draft(specification, keywords, frozenset(formats.checkers))))
    if faults:
        raise ValueError("The schema cannot be used. " + ". ".join(faults) + ".")
    validator = make_validator(schema, registry=Registry(), format_checker=formats)
    list(validator.iter_errors({}))  # a reference in a circle shows now, not at the first order
    plan = _plan_order(schema, resolver)
    accepts = build_plain_writer(schema, plan, formats, NEVER_SENT) if accelerated else None
    return replace(_build_checker(plan, validator), accepts=accepts)


def _choose_specification(name: object) -> Specification[Any]:
    try:
        return specification_with(str(name))
    except UnknownDialect:
        raise ValueError(f"The schema's $schema {name} is no draft of JSON Schema that syncd knows.") from None


def _plan_order(schema: Mapping[str, object], resolver: Resolver) -> Plan:
    def follow(reference: str) -> object:
        try:
            return resolver.lookup(reference).contents
        except Unresolvable:
            return True  # it leads somewhere below another $id: checked there, not converted

    plan = plan_payload(schema, follow)
    if plan.required & NEVER_SENT:
        raise ValueError("The schema requires Status, which is never sent: take it out of required.")
    # Whatever a schema says of them: a reference is text, and times go out in UTC.
    fields = {**plan.fields, REFERENCE: Plan(Kind.TEXT)}
    for name in (RECEIVED, DISPATCH):
        if name in fields:
            fields[name] = Plan(Kind.TIME)
    return replace(plan, fields=fields, required=plan.required | {REFERENCE})


def _build_checker(plan: Plan, validator: Validator) -> OrderChecker:
    lists = [name for name, inner in plan.fields.items() if inner.items is not None and inner.items.fields]
    list_name = _USUAL_LIST if _USUAL_LIST in lists or not lists else lists[0]
    leaves = [leaf for leaf in list_leaves(plan) if leaf[0][0] not in NEVER_SENT]
    items = plan.fields[list_name].items if list_name in lists else None
    if items is not None:
        needed = list_name in plan.required
        leaves += [((list_name, *path), needed and inner_needed) for path, inner_needed in list_leaves(items)]
    columns = {".".join(path): path for path, _ in leaves}
    return OrderChecker(
        plan=plan,
        list_name=list_name,
        columns=columns,
        known_columns=frozenset(columns) | NEVER_SENT,
        required_columns=frozenset(".".join(path) for path, needed in leaves if needed),
        validator=validator,
    )


def _make_exact(value: object, name: str = "") -> object:
    """Return a schema's value with exact numbers: with floats, 19.99 would be no multiple of 0.01."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if isinstance(value, dict):
        # jsonschema does not say which property a plain `false` forbids; of {"not": {}} it does
        forbidden: object = {"not": {}} if name == "properties" else False
        return {key: forbidden if inner is False else _make_exact(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_make_exact(inner) for inner in value]
    return value
