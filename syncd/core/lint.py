"""A schema of the operator's own, looked over before it judges anything.

JSON Schema lets misspelt keywords and unknown formats pass in silence; here they are errors, and so is a
reference that leads out of the schema: nothing is ever fetched.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from referencing import Specification
from referencing.exceptions import Unresolvable

Resolver = Any  # referencing keeps the type of its resolvers private

# Where schemas stand inside a schema: as a keyword's value, in a list, or under names.
_ONE = {"additionalItems", "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames"}
_ONE |= {"then", "unevaluatedItems", "unevaluatedProperties"}
_MANY = {"allOf", "anyOf", "items", "oneOf", "prefixItems"}
_NAMED = {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft of JSON Schema knows."""

    specification: Specification[Any]
    keywords: frozenset[str]
    formats: frozenset[str]  #: those that are really checked


def list_faults(schema: object, resolver: Resolver, draft: Draft, place: str = "#") -> Iterator[str]:
    """Given a schema, a resolver of its references, its draft and its place, yield its faults.

    Each is a sentence without a full stop that begins with its place, as a JSON pointer.
    """
    if not isinstance(schema, Mapping):
        return
    if "$id" in schema:
        resolver = resolver.in_subresource(draft.specification.create_resource(schema))
    yield from (f"{place}: {fault}" for fault in _list_own_faults(schema, resolver, draft))
    for step, inner in _list_inner(schema):
        yield from list_faults(inner, resolver, draft, f"{place}/{step}")


def _list_own_faults(schema: Mapping[str, Any], resolver: Resolver, draft: Draft) -> Iterator[str]:
    for keyword in sorted(schema.keys() - draft.keywords):
        # An unknown word may be a note of the operator's; one close to a keyword is a check that never runs.
        near = get_close_matches(keyword, draft.keywords, n=1, cutoff=0.8)
        if near:
            yield f"{keyword} is no keyword; {near[0]} is"
    if "format" in schema and schema["format"] not in draft.formats:
        yield f"the format {schema['format']} is not one syncd checks: {', '.join(sorted(draft.formats))}"
    for pattern in schema.get("patternProperties", ()):  # not every draft's own schema looks at these
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"the pattern {pattern} cannot be used: {error}"
    for word in ("$ref", "$dynamicRef"):
        if word in schema:
            try:
                resolver.lookup(schema[word])
            except Unresolvable:
                yield f"{word} {schema[word]} leads out of this schema, and nothing is ever fetched"


def _list_inner(schema: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for keyword, value in schema.items():
        if keyword in _ONE and isinstance(value, Mapping):
            yield keyword, value
        elif keyword in _MANY and isinstance(value, list):
            yield from ((f"{keyword}/{index}", inner) for index, inner in enumerate(value))
        elif keyword in _NAMED and isinstance(value, Mapping):
            yield from ((f"{keyword}/{name}", inner) for name, inner in value.items())
