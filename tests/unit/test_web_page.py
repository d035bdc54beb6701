"""The words of the status page, and that nothing of a stranger's becomes markup."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from support.surveys import build_file, build_survey

from syncd.core.inventory import Item
from syncd.web.history import Minute
from syncd.web.page import View, Wait, render_inventory, render_refusal, render_status, say_age, say_time
from syncd.web.server import begin_of_day, is_own_host
from syncd.web.stock import Found, Movement

NOW = datetime(2026, 1, 15, 10, tzinfo=UTC)
EVIL = '<img src=x onerror="alert(1)">.csv'


def build_view(**differs):
    found = differs.pop("found", build_survey())
    view = View(
        found=found,
        waits=(),
        minutes=[Minute(5, 1)] * 60,
        movements=[Movement(NOW, Decimal(40), Decimal(12), 3)],
        has_inventory=True,
        held=False,
        refreshes=True,
    )
    return replace(view, **differs)


def read_words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&nbsp;", " ").replace("&#39;", "'").split())


def test_what_is_wrong_comes_first_with_its_cure():
    words = read_words(render_status(build_view()))
    assert "1 thing is wrong The disk of /srv is full: make room." in words
    assert words.index("make room") < words.index("Today")


@pytest.mark.parametrize(
    ("troubles", "failed", "headline"),
    [
        ([], [], "All is well"),
        (["One.", "Two."], [], "2 things are wrong"),
        ([], [build_file("a.csv", "failed", invalid=1)], "A file needs mending"),
        ([], [build_file("a.csv", "failed"), build_file("b.csv", "failed")], "Some files need mending"),
    ],
)
def test_the_headline_says_how_it_is(troubles, failed, headline):
    words = read_words(render_status(build_view(found=build_survey(troubles=troubles, failed_files=failed))))
    assert words.split(" · ")[0] == headline


def test_the_queue_is_estimated():
    assert "30 orders wait, about a minute at today's quota." in read_words(render_status(build_view()))
    held = read_words(render_status(build_view(held=True)))
    assert "about a minute at today's quota, once nothing holds them up." in held
    assert "9 of 39 settled, held" in held


def test_failed_files_come_before_the_others_with_what_to_mend():
    failed = build_file("bad.csv", "failed", accepted=1, invalid=2)
    whole = build_file("torn.csv", "failed")
    found = build_survey(failed_files=[failed, whole], last_files=[build_file("good.csv", accepted=4), failed])
    html = render_status(build_view(found=found))
    words = read_words(html)
    assert "1 of 3 orders accepted, 2 to mend" in words
    assert "Mend /srv/failed/bad.csv" in words
    assert "refused as a whole" in words
    assert words.index("bad.csv") < words.index("good.csv")
    assert html.count("/report/claim-bad.csv") == 1


def test_what_waits_says_why():
    words = read_words(render_status(build_view(waits=[Wait("orders", "late.csv", "late.csv.ready")])))
    assert "late.csv orders waits for late.csv.ready" in words
    assert "2 files in the inbox of orders, the oldest for less than a minute." in words


def test_a_source_on_hold_is_told_beside_its_files():
    source = replace(build_survey().sources[0], on_hold=True)
    words = read_words(render_status(build_view(found=build_survey(sources=[source]))))
    assert "2 files in the inbox of orders (on hold), the oldest" in words


def test_an_empty_house_says_that_nothing_waits():
    source = build_survey().sources[0]
    source = replace(source, waiting=replace(source.waiting, files=0), files={}, orders={})
    found = build_survey(troubles=[], open_files=[], sources=[source], last_inventory=None)
    words = read_words(render_status(build_view(found=found, movements=[])))
    assert "Nothing waits." in words
    assert "No snapshot was taken yet." in words


def test_names_of_files_are_never_markup():
    file = replace(build_file("x", "failed"), name=EVIL, to_mend=EVIL)
    found = build_survey(
        troubles=[EVIL],
        failed_files=[file],
        last_files=[replace(build_file("y"), name=EVIL)],
        open_files=[replace(build_survey().open_files[0], name=EVIL)],
    )
    for html in (
        render_status(build_view(found=found, waits=[Wait(EVIL, EVIL, EVIL)])),
        render_inventory(EVIL, Found(NOW, (), more=False), None, NOW),
        render_inventory("a", Found(NOW, (Item(EVIL, EVIL, 1, 0, 1, None),), more=True), None, NOW),
        render_refusal(EVIL, EVIL, NOW),
    ):
        assert "<img" not in html
        assert 'onerror="' not in html


def test_no_page_has_a_script_a_style_attribute_or_anything_from_elsewhere():
    html = render_status(build_view(found=build_survey(failed_files=[build_file("bad.csv", "failed")])))
    assert "<script" not in html
    assert " style=" not in html
    assert not re.search(r'(src|href)="(?!/|#)', html)


def test_the_page_looks_again_unless_it_is_told_not_to():
    assert '<meta http-equiv="refresh" content="30">' in render_status(build_view())
    assert "http-equiv" not in render_status(build_view(refreshes=False))


def test_the_inventory_says_what_was_found():
    item = Item("PROD-1", None, Decimal(1200), 20, Decimal("1180.5"), None)
    words = read_words(render_inventory("prod", Found(NOW, (item,), more=False), None, NOW))
    assert "1 item. As of" in words
    assert "PROD-1 1,180.5 1,200 20" in words
    assert "No SKU has" in read_words(render_inventory("q", Found(NOW, (), more=False), None, NOW))
    assert "No snapshot was taken yet." in read_words(render_inventory("q", None, None, NOW))
    assert "not polled" in read_words(render_inventory("", None, "It is not polled.", NOW))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "less than a minute"),
        (30, "less than a minute"),
        (60, "1 minute"),
        (7200, "2 hours"),
        (86_400 * 3, "3 days"),
    ],
)
def test_ages_are_told_roughly(seconds, words):
    assert say_age(seconds) == words


def test_a_time_says_its_day_where_it_is_another():
    here = NOW.astimezone()
    assert say_time(NOW, NOW) == f"{here:%H:%M}"
    assert say_time("2026-01-10T10:00:00Z", NOW) == f"10 Jan {here:%H:%M}"
    assert say_time("2024-01-10T10:00:00Z", NOW) == "10 Jan 2024"


def test_the_day_begins_at_midnight_of_the_machine():
    begin = begin_of_day(NOW)
    assert (begin.hour, begin.minute, begin.date()) == (0, 0, NOW.astimezone().date())


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:9000", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "LOCALHOST"]
)
def test_this_machine_is_known_by_its_own_names(host):
    assert is_own_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:8080", "192.168.1.5:8080", "localhost.evil.example", "[::1", "127.0.0.1.nip.io"],
)
def test_every_other_name_is_refused(host):
    assert not is_own_host(host)
