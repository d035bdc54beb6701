import json
from datetime import UTC, datetime
from decimal import Decimal

from syncd.core.changes import Comparison, Kind, judge_agreement, judge_loss, write_change, write_changes_head
from syncd.core.inventory import Item, compose, write_item

AT = datetime(2026, 1, 15, 10, tzinfo=UTC)


def lines(**stock):
    return [write_item(Item(sku, None, on_hand, 0, on_hand, None)) for sku, on_hand in sorted(stock.items())]


def compare(before, after):
    comparison = Comparison(before, after)
    return comparison, [change for change in comparison.walk() if change is not None]


def test_new_gone_and_changed_are_told_apart():
    comparison, changes = compare(lines(A=1, B=2, C=3), lines(B=2, C=5, D=Decimal("1.5")))
    assert [change.kind for change in changes] == [Kind.GONE, Kind.CHANGED, Kind.NEW]
    assert comparison.counts == {"new": 1, "gone": 1, "changed": 1}
    text = "".join(compose(write_changes_head(AT, AT), map(write_change, changes)))
    gone, changed, new = json.loads(text)["changes"]
    assert gone == {
        "sku": "A",
        "location": None,
        "change": "gone",
        "from": {"on_hand": 1, "reserved": 0, "available": 1},
        "to": None,
    }
    assert (changed["from"]["on_hand"], changed["to"]["on_hand"]) == (3, 5)
    assert (new["from"], new["to"]["on_hand"]) == (None, 1.5)
    assert json.loads("".join(compose(write_changes_head(None, AT), [])))["from"] is None


def test_a_time_alone_is_no_change():
    old = [write_item(Item("A", "PS", 1, 0, 1, "2026-01-15T10:00:00Z"))]
    new = [write_item(Item("A", "PS", 1, 0, 1, "2026-01-15T11:00:00Z"))]
    assert compare(old, new)[1] == []


def test_a_sku_that_moves_to_another_location_is_not_lost():
    old = [write_item(Item("A", "One", 1, 0, 1, None))]
    new = [write_item(Item("A", "Two", 1, 0, 1, None))]
    comparison, changes = compare(old, new)
    assert [change.kind for change in changes] == [Kind.GONE, Kind.NEW]
    assert '"location": "One"' in write_change(changes[0])
    assert (comparison.skus_lost, comparison.skus_before, comparison.skus_after) == (0, 1, 1)


def test_the_guard_stops_what_is_empty_or_lost_too_much():
    full = lines(A=10, B=10, C=10, D=10)
    cases = [
        (full, [], "it is empty"),
        ([], [], "it is empty"),
        ([], full, None),
        (full, lines(A=10, B=10, C=10), None),
        (full, lines(A=100, B=10), "2 of 4 SKUs are gone"),
        (full, lines(A=10, B=10, C=4, D=4), None),
        (full, lines(A=10, B=5, C=5, D=5), "15 of 40 pieces of stock are gone"),
        (lines(A=-5), lines(A=-50), None),
    ]
    for before, after, why in cases:
        assert judge_loss(compare(before, after)[0], 0.3) == why


def test_two_suspicious_snapshots_agree_where_they_tell_the_same():
    cases = [([], [], True), ([], lines(A=1), False), (lines(A=1), [], False), (lines(A=10), lines(A=9), True)]
    cases += [(lines(A=10), lines(A=1), False), (lines(A=1), lines(A=10), False), (lines(A=1), lines(A=1, B=0), False)]
    for before, after, same in cases:
        assert judge_agreement(compare(before, after)[0], 0.3) is same
