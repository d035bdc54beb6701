from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syncd.core.story import FileStory, OrderStory, _tell_error, choose_told, find_entry, tell_file, tell_order

AT = datetime(2026, 1, 15, 10, tzinfo=UTC)
FILE = FileStory(
    claim_id="c1",
    source="orders",
    name="a.csv",
    state="closed",
    received_at=AT,
    bytes=100,
    sha256="ab",
    deaths=0,
    failures=0,
    outcome="failed",
    filed_as="a.csv",
    finished_at=AT,
    counts={"accepted": 2, "invalid": 1},
    folder="failed",
    still_there=True,
    report={"errors": [], "orders": []},
    same_bytes=(),
)
ORDER = OrderStory("A-1", 2, "accepted", 1, 0, 200, AT, None, None, None)


def tell(story):
    return [event.text for event in tell_file(story)]


def tell_of(order, entry=None):
    return [event.text.strip() for event in tell_order(order, entry)]


def test_a_filed_file_is_told_from_inbox_to_folder():
    assert tell(FILE) == [
        "taken from the inbox of orders, as claim c1",
        "read to its end: 100 bytes, sha256 ab",
        "3 orders: 2 accepted, 1 invalid",
        "filed in failed as a.csv",
        "its log lines under systemd: journalctl SYNCD_CLAIM=c1",
    ]


def test_a_file_that_was_just_taken_has_no_more_than_that():
    story = replace(FILE, state="claimed", bytes=None, sha256=None, outcome=None, counts={}, report=None)
    assert tell(story)[1:] == [
        "It stands in work and waits to be judged.",
        "its log lines under systemd: journalctl SYNCD_CLAIM=c1",
    ]


def test_a_state_of_a_newer_syncd_is_told_as_it_is():
    assert "Its state is odd." in tell(replace(FILE, state="odd"))


def test_what_went_wrong_around_a_file_is_told():
    story = replace(
        FILE, deaths=1, failures=2, still_there=False, report=None, same_bytes=("c0",), counts={"invalid": 1}
    )
    told = tell(story)
    assert "the same bytes came as claim c0, too" in told
    assert "syncd died 1 time while it was reading it" in told
    assert "a bug of syncd stopped it 2 times; the log has the details" in told
    assert "1 order: 1 invalid" in told
    assert "it no longer stands in failed: put back, moved away, or past its retention" in told
    assert "its report cannot be read there" in told


def test_errors_of_the_file_as_a_whole_are_told_with_their_place():
    error = {"code": "not_csv", "line": 3, "column": "Qty", "message": "A quote is open."}
    assert tell(replace(FILE, report={"errors": [error]}))[-1] == (
        "the file as a whole: not_csv: line 3, Qty: A quote is open."
    )


def test_an_accepted_order_is_told_with_its_place_and_status():
    assert tell_of(replace(ORDER, note="unverified"), {"lines": [2, 3]}) == [
        "order A-1, record 2, lines 2, 3",
        "sent 1 time",
        "accepted: The API accepted it. (HTTP 200)",
        "note: unverified",
    ]


def test_an_invalid_order_is_told_with_its_errors():
    order = replace(ORDER, reference=None, state="invalid", attempts=0, http_status=None)
    assert tell_of(order, {"errors": [{"code": "minimum", "message": "Qty is 0."}]}) == [
        "order (no reference), record 2",
        "invalid: syncd's own checks stopped it; it was never sent.",
        "minimum: Qty is 0.",
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "It waits to be sent."),
        ({"due_in_s": 12.4}, "It waits to be sent, for about 12 s more."),
        ({"delivery": "asking"}, "Its sending had no clear answer; the API is asked whether it has the order."),
    ],
)
def test_a_waiting_order_says_what_it_waits_for(changes, text):
    order = replace(ORDER, state="waiting", attempts=0, failures=2, **changes)
    assert tell_of(order)[1:] == ["the API was in trouble 2 times in a row", text]


def test_a_waiting_order_without_trouble_just_waits():
    assert tell_of(replace(ORDER, state="waiting", attempts=0)) == ["order A-1, record 2", "It waits to be sent."]


def test_only_what_is_not_good_is_told_one_by_one():
    bad = replace(ORDER, state="rejected")
    assert choose_told([ORDER, bad, bad], 1) == [bad]


def test_an_order_is_found_in_its_report_by_record_and_reference():
    entry = {"record": 2, "reference": "A-1"}
    assert find_entry({"orders": [{"record": 1, "reference": "A-1"}, entry]}, ORDER) is entry
    assert find_entry({"orders": []}, ORDER) is None
    assert find_entry(None, ORDER) is None


def test_a_column_is_named_once():
    error = {"code": "type", "line": 3, "column": "Menge", "message": "Menge: Qty is 1,5; it must be a whole number"}
    assert _tell_error(error) == "type: line 3: Menge: Qty is 1,5; it must be a whole number"
