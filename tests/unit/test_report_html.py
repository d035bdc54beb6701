"""The report for people: one safe page with the summary first and the wrong cells marked."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.pages import Page

from syncd.core import report_html
from syncd.core.model import Outcome, Problem
from syncd.core.report import FileFacts, OrderFacts
from syncd.core.report_html import MENDING, build_html_report
from syncd.core.report_words import say_headline, say_lines, say_rest
from syncd.core.source_records import Cell, SourceRecord

AT = datetime(2026, 1, 15, 10, tzinfo=UTC)
FACTS = FileFacts("orders.csv", "orders.csv", "ab" * 32, 1234, "orders", AT, AT, "failed", "production")
QTY = Problem("minimum", "Qty is {value}; the least is 1", "/OrderItems/0/Qty", "qty", 4, "0")
INVALID = (OrderFacts("ORD-2", 3, (3, 4), Outcome.INVALID, 0, None, None, (QTY,)), (3, 4))
ACCEPTED = OrderFacts("ORD-1", 2, (2,), Outcome.ACCEPTED, 1, 200, AT, ())
ROWS = (
    SourceRecord(3, 3, (Cell("order", "ORD-2"), Cell("qty", "2"), Cell("note", ""))),
    SourceRecord(4, 4, (Cell("order", "ORD-2"), Cell("qty", "0"), Cell("note", "soon"))),
)


def build(
    failed=(INVALID,),
    others=(ACCEPTED,),
    rows=ROWS,
    problems=(),
    facts=FACTS,
    more=(),
    *,
    refused=False,
    rejected="orders.rejected.csv",
    show_values=True,
):
    orders = [*(order for order, _ in failed), *others]
    totals = {outcome: sum(order.outcome is outcome for order in orders) for outcome in Outcome} | dict(more)

    def read(wanted):
        return (row for row in rows if row is None or row.record in wanted)

    return b"".join(
        build_html_report(
            facts,
            totals,
            iter(problems),
            iter(failed),
            iter(others),
            read,
            refused=refused,
            rejected=rejected,
            show_values=show_values,
        )
    )


def test_the_page_needs_nothing_but_itself():
    html = build().decode()
    assert not re.search(r"<script|<link|<img|<iframe|<form|href|src=|url\(|@import|\son\w+=", html)
    assert "default-src 'none'" in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_the_page_can_be_read_by_everybody():
    page = Page(build())
    assert page.open == []
    assert page.count("html", lang="en") == page.count("h1") == page.count("main") == 1
    assert page.count("th", scope="col") == 3
    assert page.count("th", scope="row") == 1 + 8
    assert page.count("caption") == page.count("table") == 2


def test_the_summary_comes_first_then_what_to_do_then_the_wrong_rows_then_the_others():
    text = Page(build()).text
    parts = [
        "1 of 2 orders was accepted",
        "1 needs mending: it did not pass the checks.",
        "What to do next",
        "Open orders.rejected.csv",
        "Order ORD-2",
        "Qty is 0; the least is 1",
        "The other orders",
        "Accepted: 1",
        "ORD-1 line 2",
        "About the file",
    ]
    assert [text.count(part) for part in parts] == [2, 1, 1, 1, 2, 1, 1, 1, 1, 1]  # the headline is the title, too
    assert sorted(parts, key=text.rindex) == parts


def test_the_wrong_cell_is_marked_with_its_column_and_line():
    page = Page(build())
    assert "qty line 4 0 Qty is 0; the least is 1" in page.text
    assert "Line 3 of your file order ORD-2 qty 2 Line 4 of your file" in page.text  # empty cells are left out
    assert "✗ wrong: qty 0" in page.text  # not by colour alone
    assert page.count("div", class_="wrong") == 1
    assert page.count("mark") == 2


def test_a_cell_that_is_empty_or_missing_says_so():
    empty = Problem("required", "Note is missing", "/Note", "note", 3)
    missing = Problem("required", "Town is missing", "/Town", "town", 3)
    whole = Problem("contradiction", "The rows do not agree")
    order = (replace(INVALID[0], problems=(empty, missing, whole)), (3, 4))
    text = Page(build([order])).text
    assert "note line 3 (empty) Note is missing" in text
    assert "town line 3 (not there) Town is missing" in text
    assert "The order — The rows do not agree" in text
    assert "✗ wrong: note (empty)" in text


def test_what_the_api_refuses_is_found_by_its_field():
    qty = Problem("refused_by_api", "The API refused this order (400): too many", "/OrderItems/1/Qty")
    far = Problem("refused_by_api", "The API refused this order (400): odd", "/OrderItems/9/Other")
    order = (replace(INVALID[0], outcome=Outcome.REJECTED, problems=(qty, far)), (3, 4))
    rows = [
        SourceRecord(3, 3, (Cell("OrderItems.Qty", "2"),)),
        SourceRecord(4, 4, (Cell("OrderItems.Qty", "900"),)),
    ]
    text = Page(build([order], rows=rows)).text
    assert "OrderItems.Qty line 4 900 The API refused this order (400): too many" in text
    assert "OrderItems[9].Other — The API refused" in text
    json = [SourceRecord(3, 1, (Cell("OrderItems[1].Qty", "900"),))]
    text = Page(build([(replace(order[0], record=3, lines=(1,)), (3,))], rows=json)).text
    assert "OrderItems[1].Qty line 1 900" in text
    assert "Refused by Spreetail · line 1 (record 3)" in text


def test_an_object_that_is_wrong_as_a_whole_is_marked_as_a_whole():
    problem = Problem("additional_properties", "Extra is no known field", "/Extra", "Extra", 3)
    order = (replace(INVALID[0], lines=(3,), problems=(problem,)), (3,))
    rows = [SourceRecord(3, 3, (Cell("Extra.a", "1"), Cell("Extra.b[0]", "2"), Cell("Extras", "3")))]
    page = Page(build([order], rows=rows))
    assert "Extra line 3 — Extra is no known field" in page.text
    assert page.count("div", class_="wrong") == 2


def test_rows_that_cannot_be_read_leave_the_sentences():
    page = Page(build(rows=()))
    assert "qty line 4 0 Qty is 0; the least is 1" in page.text
    assert "of your file" not in page.text
    assert page.count("dl") == 0
    order = (replace(INVALID[0], lines=()), ())
    assert "Qty is 0; the least is 1" in Page(build([order], rows=())).text


def test_values_are_hidden_if_asked_and_nothing_is_read():
    def refuse(_):
        raise AssertionError("read")

    html = b"".join(
        build_html_report(FACTS, {}, (), iter([INVALID]), (), refuse, refused=False, rejected=None, show_values=False)
    )
    page = Page(html)
    assert "Qty is (hidden); the least is 1" in page.text
    assert "set up to hide them" in page.text
    assert page.count("mark") == page.count("dl") == 0
    assert page.count("th", scope="col") == 2


def test_what_a_sender_writes_never_becomes_markup_or_hides():
    evil = "\"><script>alert('1')</script>&lt;\u202e\x07\n{{ 7 * 7 }}"
    problem = replace(QTY, message=f"{evil} is {{value}}", column=evil, value=evil)
    order = replace(INVALID[0], reference=evil, problems=(problem,))
    facts = replace(FACTS, name=evil, filed_as=f"x{evil}", source=evil)
    rows = [SourceRecord(4, 4, (Cell(evil, evil), Cell(f"x{evil}", "\ud800" + "y" * 100)))]
    html = build(
        [(order, (3, 4))], [replace(ACCEPTED, reference=evil, note=evil)], rows, [problem], facts, rejected=evil
    ).decode()
    assert "<script" not in html
    assert not re.search("[\u202e\x07\ud800]", html)
    text = Page(html.encode()).text
    shown = "\"><script>alert('1')</script>&lt;\\u202e\\x07\\x0a{{ 7 * 7 }}"
    assert shown in text
    assert "\\ud800" + "y" * 73 + "…" in text


def test_the_same_facts_give_the_same_bytes():
    assert build() == build()


def test_a_page_stays_small_whatever_the_file():
    def count(total):
        nonlocal handed
        for number in range(total):
            handed += 1
            order = replace(INVALID[0], reference=f"ORD-{number}", record=number + 2, lines=(number + 2,))
            yield order, (number + 2,)

    handed = 0
    read = []

    def read_rows(wanted):
        for number in sorted(wanted):
            read.append(number)
            yield SourceRecord(number, number, tuple(Cell(f"c{index}", "x") for index in range(200)))

    totals = {Outcome.INVALID: 5000, Outcome.REJECTED: 7}
    pieces = build_html_report(
        FACTS, totals, (), count(5000), (), read_rows, refused=False, rejected="r.csv", show_values=True
    )
    page = Page(b"".join(pieces))
    assert handed == report_html.MOST_ORDERS
    assert len(read) == report_html.MOST_ON_PAGE / report_html.MOST_CELLS
    assert "4,007 more orders need mending; each of them stands in r.csv." in page.text
    assert "100 more of its values are not shown." in page.text
    assert "1 of its records is not shown here." in page.text


def test_of_an_order_without_end_the_wrong_rows_are_shown_first():
    lines = tuple(range(2, 202))
    problems = (replace(QTY, line=200), *(replace(QTY, line=201) for _ in range(99)))
    order = replace(INVALID[0], lines=lines, problems=problems)
    rows = [SourceRecord(line, line, (Cell("qty", "0"),)) for line in lines]
    text = Page(build([(order, lines)], rows=[None, *rows])).text
    assert text.count("of your file ") == report_html.MOST_RECORDS
    assert "Line 200 of your file ✗ wrong: qty 0 Line 201 of your file ✗ wrong: qty 0" in text
    assert "150 more of its records are not shown here." in text
    assert "50 more of its problems stand in orders.csv.report.json." in text


def test_others_are_listed_in_short_by_outcome():
    rule = Problem("cancelled", "Left out by the rule `cancelled`: status is {value}", value="void")
    others = [
        ACCEPTED,
        replace(ACCEPTED, reference="ORD-3", outcome=Outcome.ALREADY_ACCEPTED, note="unverified"),
        replace(ACCEPTED, reference=None, outcome=Outcome.SKIPPED, problems=(rule,)),
    ]
    text = Page(build((), others, more={Outcome.ACCEPTED: 2000}, facts=replace(FACTS, outcome="done"))).text
    assert "The orders — Left out by a rule: 1 without a reference line 2 Left out by the rule" in text
    assert "status is void ✓ Accepted before: 1 ORD-3 line 2 note: unverified ✓ Accepted: 2,000 ORD-1 line 2" in text
    assert "and 1,999 more; each of them stands in orders.csv.report.json." in text
    assert "What to do next" not in text


def test_a_refused_file_says_why_and_what_to_do():
    torn = Problem("torn", "The file ends within line {value}", value="<7>")
    not_sent = replace(ACCEPTED, outcome=Outcome.NOT_SENT)
    page = Page(build((), [not_sent], problems=[torn], refused=True, rejected=None))
    assert "This file was refused, and nothing of it was sent" in page.text
    assert "1 is good but was not sent, because the file was refused." in page.text
    assert "What is wrong with the file as a whole The file ends within line <7> What to do next" in page.text
    assert "Drop the whole file into the inbox again." in page.text
    assert "— Good, but not sent: 1 ORD-1" in page.text


def test_a_file_without_orders_and_a_test_environment_say_so():
    facts = replace(FACTS, outcome="done", environment="test", filed_as="orders.20260115T100000Z-abababab.csv")
    text = Page(build((), (), problems=[Problem("no_orders", "The file holds no order")], facts=facts)).text
    assert "2026-01-15 10:00:00 UTC in the test environment This file holds no order A word on the file" in text
    assert "Filed as orders.20260115T100000Z-abababab.csv" in text


def totals(**counts):
    return {Outcome(name): count for name, count in counts.items()}


@pytest.mark.parametrize(
    ("counts", "refused", "said"),
    [
        (totals(accepted=3, invalid=2), False, "3 of 5 orders were accepted"),
        (totals(accepted=1, already_accepted=1, rejected=1), False, "2 of 3 orders were accepted"),
        (totals(accepted=1, conflict=1), False, "1 of 2 orders was accepted"),
        (totals(accepted=5000), False, "All 5,000 orders were accepted"),
        (totals(invalid=2), False, "None of the 2 orders was accepted"),
        (totals(accepted=1), False, "The order was accepted"),
        (totals(invalid=1), False, "The order was not accepted"),
        (totals(skipped=2), False, "Nothing had to be sent"),
        (totals(invalid=1, not_sent=4), True, "This file was refused, and nothing of it was sent"),
        (totals(accepted=2, not_sent=2), True, "2 of 4 orders were accepted"),
        ({}, True, "This file was refused"),
        ({}, False, "This file holds no order"),
    ],
)
def test_the_headline_says_how_it_went(counts, refused, said):
    assert say_headline(counts, refused=refused) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (totals(accepted=3), []),
        (totals(invalid=2), ["2 need mending: they did not pass the checks."]),
        (totals(rejected=1), ["1 needs mending: it was refused by Spreetail."]),
        (
            totals(invalid=1, conflict=2),
            ["3 need mending: 1 did not pass the checks and 2 have references that exist already with other content."],
        ),
        (
            totals(already_accepted=2, skipped=1, not_sent=2),
            [
                "2 are good but were not sent, because the file was refused.",
                "2 had been accepted before and were not sent again.",
                "1 was left out by a rule of the mapping.",
            ],
        ),
        (totals(already_accepted=1), ["1 had been accepted before and was not sent again."]),
        (totals(skipped=3), ["3 were left out by a rule of the mapping."]),
    ],
)
def test_the_rest_is_said_in_plain_sentences(counts, said):
    assert say_rest(counts) == said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), ""),
        ((3,), "line 3"),
        ((3, 4), "lines 3 and 4"),
        ((3, 4, 5), "lines 3 to 5"),
        ((3, 7, 9), "lines 3, 7 and 9"),
        (tuple(range(2, 20, 2)), "lines 2, 4, 6, 8, 10, 12 and 3 more"),
    ],
)
def test_lines_are_named_as_people_name_them(lines, said):
    assert say_lines(lines) == said


def test_every_outcome_has_its_place_on_the_page():
    assert {*MENDING, *report_html.OTHERS} == set(Outcome)
