"""The schema of mappings explains every key, and its page in docs is fresh; the lessons in docs work."""

import re
import runpy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support.mappings import CHECKER, judge_by

from syncd.config.schema_files import read_schema
from syncd.config.strict_yaml import parse_yaml
from syncd.core.model import Order

ROOT = Path(__file__).parents[2]
SCHEMA = read_schema("mapping.schema.json")
PAGE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


def list_keys(schema, path=""):
    """Yield each key that the schema knows, with what it says of it."""
    for name, told in schema.get("properties", {}).items():
        yield f"{path}.{name}", told
        yield from list_keys(told, f"{path}.{name}")
    for word in ("items", "additionalProperties", "then", "else"):
        if isinstance(schema.get(word), dict):
            yield from list_keys(schema[word], path)
    for name, told in schema.get("$defs", {}).items():
        yield from list_keys(told, f"{path}#{name}")


KEYS = dict(list_keys(SCHEMA))


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", KEYS)
def test_every_key_is_described_and_has_good_examples(path):
    told = KEYS[path]
    assert told["description"].endswith((".", "?"))
    assert told["examples"]
    for example in told["examples"]:
        checked = Draft202012Validator({**told, "$defs": SCHEMA["$defs"]})
        assert [error.message for error in checked.iter_errors(example)] == []


def test_the_reference_is_fresh():
    script = runpy.run_path(str(ROOT / "docs" / "mapping_reference.py"))
    assert (ROOT / "docs" / "mapping-reference.md").read_text(encoding="utf-8") == script["write_reference"]()


def test_the_mappings_in_the_lesson_fit_the_schema_and_read_its_file():
    mappings = re.findall(r"```yaml\n(version: 1\n.*?)```", PAGE, re.DOTALL)
    (content,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    assert mappings
    for text in mappings:
        data = parse_yaml(text.encode(), "lesson").data
        assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(data)] == []
    judged = judge_by(mappings[0], content, checker=CHECKER)
    assert [type(each) for each in judged] == [Order, Order]
