"""Wrong mappings as operators write them: each is told with file, line and column, what is wrong, and what to do."""

import re
from pathlib import Path

import pytest
from support.mappings import CHECKER

from syncd.config.mapping_files import parse_mapping
from syncd.errors import ConfigError

PAGE = (Path(__file__).parents[1] / "support" / "wrong_mappings.txt").read_text(encoding="utf-8")
WRONG = {
    title: (mapping, told.strip().splitlines())
    for title, mapping, told in re.findall(r"^### (.+)\n((?s:.*?))=== told\n((?s:.*?))(?=^### |\Z)", PAGE, re.MULTILINE)
}
"""What the operator did: the mapping, and what is told of it."""


def test_there_are_many_of_them():
    assert len(WRONG) == PAGE.count("=== told") > 100


@pytest.mark.parametrize(("mapping", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_mapping_is_told_with_line_column_and_cure(mapping, told):
    with pytest.raises(ConfigError) as refused:
        parse_mapping(mapping.encode(), "m.yaml", CHECKER)
    assert refused.value.problems == [f"m.yaml:{sentence}" for sentence in told]


def test_a_mapping_is_well_where_nothing_is_wrong():
    assert parse_mapping(b"version: 1\norder: {ReferenceNumber: No}\n", "m.yaml", CHECKER).list_name == "OrderItems"
