"""The presets that ship with syncd: each sample file gives exactly its expected orders, however it was saved."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support.mappings import CHECKER, PRESETS, SAMPLES, compile_preset, judge_by, list_payloads, strip_absent

from syncd.config import load_mapping
from syncd.config.mapping_files import list_presets
from syncd.config.schema_files import read_schema
from syncd.config.strict_yaml import parse_yaml
from syncd.core.model import Order, Skipped

FILES = sorted(path for path in SAMPLES.iterdir() if not path.name.endswith(".expected.json"))
MAPPINGS = {path.name: compile_preset(path.stem) for path in FILES}
ENCODINGS = {"amazon_new_orders.txt": "cp1252", "excel_bestellungen.csv": "cp1252"}
VARIANTS = {
    "as it is": lambda text, encoding: text.encode(encoding),
    "LF": lambda text, encoding: text.replace("\r\n", "\n").encode(encoding),
    "CRLF": lambda text, encoding: text.replace("\r\n", "\n").replace("\n", "\r\n").encode(encoding),
    "UTF-8 with BOM": lambda text, _: text.encode("utf-8-sig"),
    "UTF-16 with BOM": lambda text, _: text.encode("utf-16"),
    "UTF-16 BE with BOM": lambda text, _: b"\xfe\xff" + text.encode("utf-16-be"),
}


def read_expected(path):
    expected = path.with_name(path.name + ".expected.json")
    return strip_absent(json.loads(expected.read_text(encoding="utf-8"), parse_float=Decimal))


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sample_gives_exactly_its_orders_however_it_was_saved(path, variant):
    text = path.read_bytes().decode(ENCODINGS.get(path.name, "utf-8"))
    data = VARIANTS[variant](text, ENCODINGS.get(path.name, "utf-8"))
    judged = judge_by(MAPPINGS[path.name], data, path.name, CHECKER, chunk=1000)
    assert list_payloads(judged) == read_expected(path)
    assert all(isinstance(each, Order | Skipped) for each in judged)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sample_that_is_cut_anywhere_yields_no_order_it_does_not_hold_whole(path):
    data = path.read_bytes()
    whole = {
        each.reference: each.body
        for each in judge_by(MAPPINGS[path.name], data, path.name, CHECKER)
        if isinstance(each, Order)
    }
    may_lose_rows = path.name.startswith(("shopify", "excel", "amazon"))  # at the end of a row nobody can tell
    for end in range(len(data) // 2, len(data), 97):
        judged = judge_by(MAPPINGS[path.name], data[:end], path.name, CHECKER)
        orders = [each for each in judged if isinstance(each, Order)]
        refused = not all(isinstance(each, Order | Skipped) for each in judged)
        at_a_row = data[:end].endswith(b"\n")
        assert refused or (may_lose_rows and at_a_row) or all(whole[each.reference] == each.body for each in orders)


def test_there_is_a_preset_for_each_sample_and_it_fits_the_schema():
    assert set(list_presets()) == {path.stem for path in FILES}
    validator = Draft202012Validator(read_schema("mapping.schema.json"))
    for path in PRESETS.glob("*.yaml"):
        data = parse_yaml(path.read_bytes(), path.name).data
        assert [error.message for error in validator.iter_errors(data)] == []
        assert path.read_text(encoding="utf-8").startswith(
            "# yaml-language-server: $schema=../schemas/mapping.schema.json"
        )


def test_a_preset_is_found_by_its_bare_name():
    assert load_mapping(next(iter(PRESETS.glob("sap*.yaml")))).records is not None
    assert load_mapping(Path("sap_sd_auftraege")).records is not None
