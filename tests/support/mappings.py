"""Mappings and files read by them, in as few words as a test needs."""

import json
from decimal import Decimal
from pathlib import Path

from syncd.config.schema_files import read_schema
from syncd.config.strict_yaml import parse_yaml
from syncd.core.intake import Reading, judge
from syncd.core.mapping import Mapping, MappingRefusedError, compile_mapping
from syncd.core.model import Order
from syncd.core.validate import compile_checker

ROOT = Path(__file__).parents[2]
PRESETS = ROOT / "mappings"
SAMPLES = PRESETS / "samples"
CHECKER = compile_checker(read_schema("order.schema.json"))
OPEN = compile_checker(
    {
        "type": "object",
        "required": ["ReferenceNumber"],
        "properties": {
            "ReferenceNumber": {"type": "string"},
            "PostalServiceCost": {"type": "number"},
            "PostalServiceTaxRate": {"type": "number"},
            "OrderItems": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "OrderLineNumber": {"type": "string"},
                        "Qty": {"type": "integer", "minimum": 1},
                        "PricePerUnit": {"type": "number", "minimum": 0.01},
                        "TaxRate": {"type": "number"},
                    },
                },
            },
        },
    }
)
"""A schema that asks for little, for mappings of a few fields."""


def compile_text(text: str) -> Mapping:
    """Given a mapping's YAML, return it compiled."""
    document = parse_yaml(text.encode(), "mapping.yaml")
    assert document.findings == []
    return compile_mapping(document.data)


def compile_preset(name: str) -> Mapping:
    return compile_text((PRESETS / f"{name}.yaml").read_text(encoding="utf-8"))


def list_faults(text: str) -> list[str]:
    """Given a mapping's YAML with faults, return them as `key: sentence`."""
    try:
        compile_text(text)
    except MappingRefusedError as refused:
        return [f"{'.'.join(map(str, fault.key))}: {fault.sentence}" for fault in refused.faults]
    return []


def judge_by(
    mapping: Mapping | str, content: str | bytes, name: str = "file.csv", checker=OPEN, chunk=4096, **settings
):
    """Given a mapping and a file's content, return what it is judged to be."""
    compiled = compile_text(mapping) if isinstance(mapping, str) else mapping
    data = content.encode() if isinstance(content, str) else content
    chunks = [data[at : at + chunk] for at in range(0, len(data), chunk)]
    return list(judge(chunks, name, Reading(checker=checker, mapping=compiled, **settings)))


def list_payloads(judged) -> list[dict]:
    """Given judged values, return the payloads of those that may be sent."""
    return [json.loads(each.body, parse_float=Decimal) for each in judged if isinstance(each, Order)]


def strip_absent(value):
    """Given JSON, return it without what counts as absent."""
    if isinstance(value, dict):
        return {key: strip_absent(inner) for key, inner in value.items() if inner not in (None, "")}
    return [strip_absent(inner) for inner in value] if isinstance(value, list) else value
