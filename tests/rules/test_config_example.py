"""The example names every option of the schema, loads as it is, and the schema explains every option."""

import json
import re
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from syncd.config import load_config
from syncd.config.schema_files import find_schema
from syncd.config.strict_yaml import parse_yaml

ENVIRONMENT = {"SYNCD_CLIENT_ID": "some-id", "SYNCD_CLIENT_SECRET": "some-secret"}
SCHEMA = json.loads(find_schema("config.schema.json").read_text(encoding="utf-8"))
EXAMPLE = find_schema("config.schema.json").parent.parent / "config.example.yaml"


def list_options(schema: dict, key: str = "") -> Iterator[tuple[str, dict]]:
    """Yield each option at every depth with its schema; entries of a list are written `sources[]`."""
    for branch in (schema, *schema.get("anyOf", ())):
        for name, option in branch.get("properties", {}).items():
            path = f"{key}.{name}".removeprefix(".")
            yield path, option
            yield from list_options(option, path)
        if "items" in branch:
            yield f"{key}[]", branch["items"]
            yield from list_options(branch["items"], f"{key}[]")


def list_keys(data: object, key: str = "") -> Iterator[str]:
    match data:
        case dict():
            for name, value in data.items():
                path = f"{key}.{name}".removeprefix(".")
                yield path
                yield from list_keys(value, path)
        case list():
            yield f"{key}[]"
            for value in data:
                yield from list_keys(value, f"{key}[]")


def uncomment(text: str) -> str:
    """Take the # away wherever an option follows it at once."""
    return re.sub(r"^( *)#((?:- )?[a-z_]+:)", r"\1\2", text, flags=re.MULTILINE)


OPTIONS = dict(list_options(SCHEMA))


def test_the_example_names_every_option_and_no_other():
    full = parse_yaml(uncomment(EXAMPLE.read_text(encoding="utf-8")).encode(), "config.example.yaml")
    assert full.findings == []
    assert set(list_keys(full.data)) == set(OPTIONS)


def test_the_example_with_every_option_fits_the_schema():
    full = parse_yaml(uncomment(EXAMPLE.read_text(encoding="utf-8")).encode(), "config.example.yaml")
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(full.data)] == []


def test_the_example_loads_as_it_is():
    config = load_config(EXAMPLE, ENVIRONMENT)
    assert [source.name for source in config.sources] == ["orders"]
    assert config.sources[0].inbox == EXAMPLE.parent / "inbox"


def test_the_example_names_its_schema_for_editors_in_its_first_line():
    first = EXAMPLE.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schemas/config.schema.json"
    assert (EXAMPLE.parent / "schemas/config.schema.json").is_file()


def test_the_example_shows_the_defaults():
    """An option that is commented out at its default changes nothing when it is taken in."""
    full = parse_yaml(uncomment(EXAMPLE.read_text(encoding="utf-8")).encode(), "config.example.yaml").data
    shown = {path: value for path, value in walk(full) if "default" in OPTIONS.get(path, {})}
    own = {
        "sources[].match",
        "sources[].reference",
        "sources[].stock_check",
    }  # their defaults are words or a list: shown by an example
    assert shown == {path: OPTIONS[path]["default"] for path in OPTIONS if "default" in OPTIONS[path]} | {
        path: shown[path] for path in own
    }


def walk(data: object, key: str = "") -> Iterator[tuple[str, object]]:
    match data:
        case dict():
            for name, value in data.items():
                path = f"{key}.{name}".removeprefix(".")
                yield path, value
                yield from walk(value, path)
        case list():
            for value in data:
                yield from walk(value, f"{key}[]")


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", OPTIONS)
def test_every_option_is_described_and_has_good_examples(path):
    option = OPTIONS[path]
    assert option["description"].endswith(".")
    assert option["examples"]
    for example in option["examples"]:
        assert list(Draft202012Validator(option).iter_errors(example)) == []


@pytest.mark.parametrize("path", [path for path, option in OPTIONS.items() if option.get("type") == "object"])
def test_no_block_takes_an_unknown_option(path):
    assert OPTIONS[path]["additionalProperties"] is False
    assert SCHEMA["additionalProperties"] is False


def test_the_defaults_of_the_schema_are_the_defaults_of_syncd(tmp_path):
    """A config that writes every default out means the same as one that writes none."""

    def fill(schema: dict, given: dict) -> dict:
        filled = dict(given)
        for name, option in schema["properties"].items():
            if option.get("required") and name not in given:
                continue  # a block that cannot stand by its defaults alone
            if "properties" in option:
                filled[name] = fill(option, given.get(name, {}))
            elif "default" in option:
                filled[name] = option["default"]
        return filled

    source = {"name": "a", "inbox": "i", "done": "d", "failed": "f"}
    short = {
        "version": 1,
        "api": {"base_url": "https://example.com"},
        "sources": [source],
        "inventory": {"directory": "inventory"},
    }
    full = fill(SCHEMA, short) | {"sources": [fill(OPTIONS["sources[]"], source)]}
    loaded = []
    for options in (short, full):
        (tmp_path / "config.yaml").write_text(json.dumps(options), encoding="utf-8")  # JSON is YAML
        loaded.append(load_config(tmp_path / "config.yaml", {}, credentials=False))
    one, other = loaded
    assert (one.sources, one.inventory, one.log) == (other.sources, other.inventory, other.log)
    assert (one.state_dir, one.reports) == (other.state_dir, other.reports)
    assert (one.api.retry, one.api.rate_limit) == (other.api.retry, other.api.rate_limit)
    for name in ("timeout_seconds", "max_in_flight", "environment"):
        assert getattr(one.api, name) == getattr(other.api, name)
