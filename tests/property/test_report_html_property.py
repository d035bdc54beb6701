"""Whatever a sender writes, wherever it is shown: it stays text, and none of it hides."""

import re
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from support.pages import Page

from syncd.core.model import Outcome, Problem
from syncd.core.report import FileFacts, OrderFacts
from syncd.core.report_html import build_html_report
from syncd.core.source_records import Cell, SourceRecord

AT = datetime(2026, 1, 15, 10, tzinfo=UTC)
MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</td></table>", "</style>", "<!--", "-->",
    "<![CDATA[", "<?php", "</title>", '" onload="x', "' autofocus '", "&lt;b&gt;", "&#60;b>", "{{ 7 * 7 }}",
    "{% raw %}", "\u202e", "\u2066", "\x00", "\x1b[31m", "\r\n", "\u200b", "\ud800", "\ufeff", "\x85",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(MARKUP) | st.text(max_size=8), max_size=4).map("".join)
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def build(hostile):
    text = iter(hostile)
    column, pointer = next(text), f"/{next(text)}"
    placed = Problem("a", f"{next(text)} is {{value}}", pointer, column, 3, next(text))
    found = Problem("b", next(text), pointer)
    name, filed_as = (next(text).replace("\ud800", "\udcff") for _ in range(2))  # of a disk: stray bytes at most
    facts = FileFacts(name, filed_as, "ab" * 32, 1, next(text), AT, AT, "failed", "test")
    failed = OrderFacts(next(text), 2, (2, 3), Outcome.REJECTED, 1, 400, None, (placed, found))
    other = OrderFacts(next(text), 4, (4,), Outcome.SKIPPED, 0, None, None, (found,), next(text))
    row = SourceRecord(3, 3, (Cell(column, next(text)), Cell(next(text), next(text))))
    pieces = build_html_report(
        facts,
        {Outcome.REJECTED: 1, Outcome.SKIPPED: 1},
        (placed,),
        [(failed, (2, 3))],
        [other],
        lambda _: iter([None, row]),
        refused=True,
        rejected=next(text),
        show_values=True,
    )
    return b"".join(pieces)


TAGS = frozenset(Page(build([f"x.{number}" for number in range(16)])).tags)
"""Every tag of a page of harmless texts, with its attributes."""


@given(st.lists(HOSTILE, min_size=16, max_size=16))
@settings(deadline=None, max_examples=150)
def test_what_a_sender_writes_never_becomes_a_tag(hostile):
    html = build(hostile)
    page = Page(html)
    assert set(page.tags) <= TAGS
    assert page.open == []
    assert UNSEEN.search(html.decode("utf-8")) is None
    assert html.count(b"<") == len(re.findall(rb"</?[a-z][a-z0-9]*(?: [a-z-]+=\"[^\"<>]*\")*>|<!DOCTYPE html>", html))
