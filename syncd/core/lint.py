"""A schema of the operator's own, looked over before it judges anything.

JSON Schema lets misspelt keywords and unknown formats pass in silence; here they are errors, and so is a
reference that leads out of the schema: nothing is ever fetched.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from referencing import Resource
from referencing.exceptions import Unresolvable

Resolver = Any  # referencing keeps the type of its resolvers private

# Where schemas stand inside a schema: as a keyword's value, in a list, or under names.
_ONE = {"additionalItems", "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames"}
_ONE |= {"then", "unevaluatedItems", "unevaluatedProperties"}
_MANY = {"allOf", "anyOf", "items", "oneOf", "prefixItems"}
_NAMED = {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}


def list_faults(
    schema: object, resolver: Resolver, keywords: frozenset[str], formats: frozenset[str]
) -> Iterator[str]:
    """Given a schema, a resolver of its references and the known keywords and formats, yield its faults.

    Each is a sentence without a full stop that begins with its place, as a JSON pointer.
    """
    yield from _walk(schema, "#", resolver, keywords, formats)


def _walk(
    schema: object, place: str, resolver: Resolver, keywords: frozenset[str], formats: frozenset[str]
) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        return
    if "$id" in schema:
        resolver = resolver.in_subresource(Resource.from_contents(schema))
    yield from _find_own_faults(schema, place, resolver, keywords, formats)
    for step, inner in _list_inner(schema):
        yield from _walk(inner, f"{place}/{step}", resolver, keywords, formats)


def _find_own_faults(
    schema: Mapping[str, Any],
    place: str,
    resolver: Resolver,
    keywords: frozenset[str],
    formats: frozenset[str],
) -> Iterator[str]:
    for keyword in schema.keys() - keywords:
        # An unknown word may be a note of the operator's; one close to a keyword is a check that never runs.
        near = get_close_matches(keyword, keywords, n=1, cutoff=0.8)
        if near:
            yield f"{place}: {keyword} is no keyword; {near[0]} is"
    if "format" in schema and schema["format"] not in formats:
        yield f"{place}: the format {schema['format']} is not one syncd checks: {', '.join(sorted(formats))}"
    patterns = [*schema.get("patternProperties", ()), *([schema["pattern"]] if "pattern" in schema else [])]
    for pattern in patterns:
        yield from _find_pattern_fault(pattern, place)
    for word in ("$ref", "$dynamicRef"):
        if word in schema:
            try:
                resolver.lookup(schema[word])
            except Unresolvable:
                yield f"{place}: {word} {schema[word]} leads out of this schema, and nothing is ever fetched"


def _find_pattern_fault(pattern: str, place: str) -> Iterator[str]:
    try:
        re.compile(pattern)
    except re.error as error:
        yield f"{place}: the pattern {pattern} cannot be used: {error}"


def _list_inner(schema: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    for keyword, value in schema.items():
        if keyword in _ONE and isinstance(value, Mapping):
            yield keyword, value
        elif keyword in _MANY and isinstance(value, list):
            yield from ((f"{keyword}/{index}", inner) for index, inner in enumerate(value))
        elif keyword in _NAMED and isinstance(value, Mapping):
            yield from ((f"{keyword}/{name}", inner) for name, inner in value.items())
