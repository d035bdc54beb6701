"""Whatever a file holds, a draft of it is a mapping, or there is a sentence why there is none."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from support.drafts import answer
from support.mappings import compile_text

from syncd.core.draft import draft_mapping
from syncd.core.draft.words import list_fields
from syncd.core.model import FileDamagedError

NAMES = st.sampled_from([" ".join(phrase) for field in list_fields() for phrase in field.ranks])
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
CELLS = TEXT | st.sampled_from(
    [
        "A1",
        "15.01.2026",
        "20260115",
        "2026-01-15 10:00:00 +0100",
        "1.234,50 €",
        "EUR",
        "DE",
        "a@b.c",
        "19%",
        '="01"',
        "'01",
        "NULL",
        "2x A-1; 1x B-2",
        "A|B",
        "1|2",
        "H",
        "I",
        "item",
        "shipping",
        "Total 3",
        "10:30",
    ]
)


def draft(content, name):
    try:
        return draft_mapping(content.encode(), name)
    except FileDamagedError:
        return None


def is_mapping(text):
    compile_text(text)
    compile_text(answer(text))
    return True


@settings(max_examples=60, deadline=None)
@given(
    st.lists(NAMES | TEXT, min_size=1, max_size=12),
    st.lists(st.lists(CELLS, min_size=1, max_size=12), max_size=6),
    st.sampled_from(",;\t|"),
)
def test_any_csv_gives_a_mapping_or_a_sentence(header, rows, delimiter):
    text = draft("\n".join(delimiter.join(row) for row in [header, *rows]) + "\n", "x.csv")
    assert text is None or is_mapping(text)


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | CELLS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner, max_size=4),
        max_leaves=20,
    ).filter(lambda value: isinstance(value, dict | list))
)
def test_any_json_gives_a_mapping_or_a_sentence(value):
    text = draft(json.dumps(value), "x.json")
    assert text is None or is_mapping(text)
