"""Drafts of many systems' exports: what they make of a file before anybody edits a line, and after."""

import json
from decimal import Decimal

import pytest
from support.drafts import answer, count_right, list_drafted, tell_core
from support.export_cases import list_exports
from support.exports import ZONE, Export
from support.mappings import CHECKER, SAMPLES, compile_text, judge_by

from syncd.core.draft import draft_mapping
from syncd.core.model import Order

EXPORTS = list_exports()
FILES = sorted(path for path in SAMPLES.iterdir() if not path.name.endswith(".expected.json"))


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_a_draft_reads_orders_items_pieces_and_prices_without_an_edit(export):
    drafted = list_drafted(export)
    assert tell_core(drafted) == tell_core(export.expected)
    right, total = count_right(export.expected, drafted)
    assert right >= 0.95 * total


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_a_draft_with_its_questions_answered_gives_orders_that_may_be_sent(export):
    mapping = compile_text(answer(draft_mapping(export.content, export.name)))
    judged = judge_by(mapping, export.content, export.name, checker=CHECKER, zone=ZONE)
    assert [type(each) for each in judged] == [Order] * len(export.expected), judged


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_draft_of_a_sample_reads_most_fields_without_an_edit(path):
    expected = json.loads((SAMPLES / f"{path.name}.expected.json").read_text(encoding="utf-8"), parse_float=Decimal)
    drafted = list_drafted(Export(path.name, path.read_bytes(), expected))
    right, total = count_right(expected, drafted)
    assert right >= (0.6 if path.stem.startswith("sap") else 0.85) * total  # that one names no columns at all
