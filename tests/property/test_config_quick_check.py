"""The quick check never says yes to what jsonschema refuses: the config's, and that of any schema it is built for."""

import copy
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from syncd.config.schema_files import read_schema
from syncd.core.acceptance import build_acceptance

SOME = settings(max_examples=200, deadline=None)
SCHEMA = read_schema("config.schema.json")
QUICK = build_acceptance(SCHEMA, {})
SLOW = Draft202012Validator(SCHEMA)


def fill(schema):
    """Given a schema, return a value with every option there is."""
    schema = schema.get("anyOf", [schema])[-1]
    if "properties" in schema:
        return {name: fill(option) for name, option in schema["properties"].items()}
    if "items" in schema:
        return [fill(schema["items"]), fill(schema["items"])]
    return schema["examples"][0]


def list_places(value, path=()):
    """Yield the way to each value inside."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield (*path, key)
        yield from list_places(entry, (*path, key))


FULL = fill(SCHEMA)
PLACES = list(list_places(FULL))
NUMBERS = (
    st.integers(-2, 3) | st.integers() | st.floats() | st.decimals() | st.sampled_from([Decimal("sNaN"), 0.0, -0.0])
)
TEXTS = st.text(max_size=3) | st.sampled_from(["off", "generate", "a\n", "{name}.ready\n", "comma", "/", ";", "x" * 65])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["generate", "mode", "a"]), inner),
    max_leaves=4,
)
CHANGES = st.tuples(st.sampled_from(["out", "beside", "other", "other"]), VALUES)


def spoil(config, path, change):
    """Change what stands at a place: take it out, put something beside it, or something else there."""
    *above, last = path
    for part in above:
        config = config[part]
    match change:
        case "out", _:
            del config[last]
        case "beside", value if isinstance(config, dict):
            config["unknown"] = value
        case _, value:
            config[last] = value


@SOME
@given(st.sampled_from(PLACES), CHANGES)
def test_a_config_that_the_quick_check_says_yes_to_jsonschema_does_not_refuse(path, change):
    config = copy.deepcopy(FULL)
    spoil(config, path, change)
    if QUICK(config):
        assert list(SLOW.iter_errors(config)) == []


def test_what_is_odd_at_any_place_of_a_config_is_left_to_jsonschema():
    for path in PLACES:
        for value in (True, 0, 1, 0.0, 0.5, "", "/", "x\n", None, [], [""], ["/"], {}, {"mode": "on"}, {"generate": 1}):
            config = copy.deepcopy(FULL)
            spoil(config, path, ("other", value))
            assert not QUICK(config) or SLOW.is_valid(config), (path, value)


def test_a_good_config_needs_no_jsonschema_whatever_its_options():
    assert QUICK(FULL)
    for path in PLACES:
        config = copy.deepcopy(FULL)
        spoil(config, path, ("out", None))
        assert QUICK(config) == SLOW.is_valid(config), path


SMALL = st.integers(0, 3)
TEXT_RULES = {"minLength": SMALL, "maxLength": SMALL, "pattern": st.sampled_from(["^a*$", "\\S", "^[^/]*$"])}
NUMBER_RULES = dict.fromkeys(("minimum", "maximum", "exclusiveMinimum"), SMALL | st.decimals(0, 3, places=1))
NAMES = st.sampled_from(["generate", "mode", "a"])
SCHEMAS = st.recursive(
    st.fixed_dictionaries({"type": st.just("string")}, optional=TEXT_RULES)
    | st.fixed_dictionaries({"type": st.sampled_from(["number", "integer"])}, optional=NUMBER_RULES)
    | st.fixed_dictionaries({"type": st.just("boolean")})
    | st.fixed_dictionaries({"const": SMALL | st.booleans() | TEXTS})
    | st.fixed_dictionaries({"enum": st.lists(TEXTS, min_size=1)}, optional={"type": st.just("string")}),
    lambda inner: (
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries(
            {
                "type": st.lists(st.sampled_from(["array", "string", "number", "boolean"]), min_size=1, unique=True),
                "items": inner,
            },
            optional={"minItems": SMALL, "enum": st.lists(TEXTS), **TEXT_RULES, **NUMBER_RULES},
        )
        | st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(NAMES, inner)},
            optional={"required": st.lists(NAMES, unique=True), "additionalProperties": st.just(False)},
        )
    ),
    max_leaves=5,
)


ODD = st.sampled_from([True, False, 0, 1, 2, 3, 0.0, 1.0, 2.5, Decimal("1.0"), "", "a", "aa", "b/", None])


def near(schema):
    """Given a schema, return what may well fit it, or nearly so."""
    match schema:
        case {"const": word}:
            return st.just(word) | ODD
        case {"enum": [_, *_] as words, "type": "string"}:
            return st.sampled_from(words) | ODD
        case {"anyOf": branches}:
            return st.one_of(*map(near, branches))
        case {"type": "object", "properties": options}:
            return st.fixed_dictionaries({}, optional={name: near(option) for name, option in options.items()})
        case {"type": [*kinds]}:
            return st.one_of(*(near({**schema, "type": kind}) for kind in kinds))
        case {"type": "array", "items": inner}:
            return st.lists(near(inner), max_size=3)
    return ODD


@SOME
@given(SCHEMAS, st.data())
def test_of_no_schema_does_the_quick_check_say_yes_to_what_jsonschema_refuses(schema, data):
    accepts = build_acceptance(schema, {})
    assume(accepts is not None)
    value = data.draw(near(schema))
    if accepts(value):
        assert list(Draft202012Validator(schema).iter_errors(value)) == []
