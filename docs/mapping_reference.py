# ruff: noqa: INP001 - a script, no part of the package
"""Writes docs/mapping-reference.md from the schemas of mappings and orders; with --check only says whether it is fresh.

Run it as `python docs/mapping_reference.py` after a change of either. A test runs the check.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "schemas" / "mapping.schema.json"
ORDER = ROOT / "schemas" / "order.schema.json"
PAGE = ROOT / "docs" / "mapping-reference.md"
HEAD = """\
# Mapping reference

Every key of a mapping, from `schemas/mapping.schema.json` (this page is written by `docs/mapping_reference.py`).
To learn the language begin with [mapping.md](mapping.md). Name the schema in a mapping's first line and your editor
completes and explains each key: `# yaml-language-server: $schema=PATH/TO/schemas/mapping.schema.json`.
"""
FIELDS = """\
## The fields of an order

What stands left of the colon under `order:` and `items: fields:`, spelled exactly so. An order that lacks a required
one is invalid, and so is one with a field of any other name. Dates and numbers are converted as the mapping says. A
source with a schema of its own has that schema's fields instead.
"""
PARTS = {
    "spec": "A value",
    "condition": "A condition",
    "block": "A block of fields",
    "number": "A number",
    "date": "A date",
    "text_step": "A text step",
}
"""Definitions that get a section of their own, and what it is called."""


def write_reference() -> str:
    """Return the page."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    lines = [HEAD, "## The mapping\n", schema["description"] + "\n", *_list_keys(schema, "")]
    lines += ["\n" + FIELDS, *_list_fields(json.loads(ORDER.read_text(encoding="utf-8")))]
    for name, title in PARTS.items():
        part = schema["$defs"][name]
        own = dict(part)
        if name == "condition":  # everything of a value is known to its readers by now
            own["properties"] = {
                key: told
                for key, told in part["properties"].items()
                if key not in schema["$defs"]["spec"]["properties"]
            }
        if name == "text_step":
            own = {**part["else"], "description": part["description"]}
        lines += [f"\n## {title}\n", own["description"] + "\n", *_list_keys(own, "")]
    return "\n".join(lines) + "\n"


def _list_keys(schema: dict[str, Any], above: str) -> Iterator[str]:
    """Yield a line for each key of a block, and for those inside it."""
    for name, told in schema.get("properties", {}).items():
        key = f"{above}{name}"
        needed = " **Required.**" if name in schema.get("required", []) else ""
        example = json.dumps(told["examples"][0], ensure_ascii=False) if "examples" in told else "1"
        kind = f" One of {', '.join(f'`{choice}`' for choice in told['enum'])}." if "enum" in told else ""
        yield f"- `{key}`:{needed} {told['description']}{kind} Example: `{_show(example)}`"
        inner = told.get("items", {}) if told.get("type") == "array" else told
        yield from _list_keys(inner, f"{key}[]." if inner is not told else f"{key}.")
        others = told.get("additionalProperties")
        if isinstance(others, dict):
            yield from _list_keys(others, f"{key}.NAME.")
        yield from _list_keys(told.get("else", {}) if isinstance(told.get("else"), dict) else {}, f"{key}.")


def _list_fields(schema: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each field of an order, of its items and of its addresses."""
    items, address = schema["$defs"]["item"], schema["$defs"]["address"]
    own = {name: told for name, told in schema["properties"].items() if "$ref" not in told and name != "OrderItems"}
    yield from _list_fields_of({**schema, "properties": own})
    yield "\nOf `items: fields:`:\n"
    yield from _list_fields_of(items)
    yield "\nOf `DeliveryAddress` and of `BillingAddress`, both **required**:\n"
    yield from _list_fields_of(address)


def _list_fields_of(schema: dict[str, Any]) -> Iterator[str]:
    for name, told in schema["properties"].items():
        needed = " **Required.**" if name in schema["required"] else ""
        kind = f" One of {', '.join(f'`{choice}`' for choice in told['enum'])}." if "enum" in told else ""
        example = f" Example: `{told['examples'][0]}`" if "examples" in told else ""
        yield f"- `{name}`:{needed} {told['description']}{kind}{example}"


def _show(example: str) -> str:
    return example.replace("`", "'")


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == write_reference() else "run it again")
    PAGE.write_text(write_reference(), encoding="utf-8")
