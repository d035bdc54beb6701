"""Paging, the guard and the arithmetic of stock, for whatever comes."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.changes import Comparison, Kind, judge_loss
from syncd.core.inventory import Item, parse_item, write_item
from syncd.core.pages import read_page
from syncd.core.stock import Wanted, find_shortages
from syncd.core.tally import Tally

QUICK = settings(max_examples=150, deadline=None)
NUMBERS = st.integers(-1000, 1000) | st.decimals(-1000, 1000, places=3).map(lambda n: int(n) if n == int(n) else n)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
ITEMS = st.builds(
    Item, TEXTS, st.none() | TEXTS, NUMBERS, NUMBERS, NUMBERS, st.none() | st.just("2026-01-15T10:00:00Z")
)
SNAPSHOTS = st.lists(ITEMS, max_size=8, unique_by=lambda item: (item.sku, item.location or "")).map(
    lambda items: sorted(map(write_item, items), key=lambda line: (line.sku, line.location))
)


def build_page(stocks, number, size):
    """Return an answer of the API that has this stock now."""
    first = (number - 1) * size
    locations = [
        {
            "location_name": name,
            "total_count_of_skus": len(skus),
            "sku_count_in_page": len(skus[first : first + size]),
            "has_more": first + size < len(skus),
            "sku": [
                {"sku": sku, "StockLevel": 1, "InOrderBook": 0, "Available": 1} for sku in skus[first : first + size]
            ],
        }
        for name, skus in stocks.items()
    ]
    more = any(location["has_more"] for location in locations)
    total = sum(map(len, stocks.values()))
    return {
        "success": True,
        "data": {"total_count_of_skus": total, "location_count": len(locations), "locations": locations},
        "pagination": {"current_page": number, "page_size": size, "has_more": more},
    }


def poll(stocks, size, shift):
    """Read all pages as the flow does; return the rows, or None where the pages make no whole inventory."""
    tally, seen, number = Tally(), set(), 1
    while True:
        page = read_page(build_page(stocks, number, size))
        if tally.add(page) is not None:
            return None
        for item in page.items:
            if (item.sku, item.location) in seen:
                return None
            seen.add((item.sku, item.location))
        if not page.has_more:
            break
        shift(stocks)
        number += 1
    return None if tally.finish(len({sku for sku, _ in seen})) else seen


STOCKS = st.dictionaries(
    st.sampled_from(["One", "Two", "Three"]), st.sets(st.integers(0, 40).map(str), max_size=30).map(sorted), min_size=1
)


@QUICK
@given(STOCKS, st.integers(1, 12))
def test_pages_of_any_size_make_the_whole_inventory(stocks, size):
    assert poll(stocks, size, lambda _: None) == {(sku, name) for name, skus in stocks.items() for sku in skus}


@QUICK
@given(STOCKS, st.integers(1, 12), st.randoms(use_true_random=False))
def test_however_rows_move_between_pages_what_passes_is_whole(stocks, size, random):
    whole = {(sku, name) for name, skus in stocks.items() for sku in skus}

    def shuffle(stocks):
        for skus in stocks.values():
            by = random.choice((0, 0, 1, -1, 3))
            skus[:] = skus[by:] + skus[:by]
            if random.random() < 0.2:
                random.shuffle(skus)

    assert poll(stocks, size, shuffle) in (None, whole)


@QUICK
@given(STOCKS, st.integers(1, 12), st.randoms(use_true_random=False))
def test_a_row_that_comes_or_goes_while_pages_are_read_is_noticed(stocks, size, random):
    """So a snapshot is the inventory as it was at one moment at least, and not a mixture that never was."""
    moments = []

    def change(stocks):
        moments.append({(sku, name) for name, skus in stocks.items() for sku in skus})
        if len(moments) > 1 or random.random() < 0.3:
            return
        skus = random.choice(list(stocks.values()))
        if skus and random.random() < 0.5:
            skus.pop(random.randrange(len(skus)))
        else:
            skus.insert(random.randint(0, len(skus)), "new")

    rows = poll(stocks, size, change)
    moments.append({(sku, name) for name, skus in stocks.items() for sku in skus})
    assert rows is None or rows in moments


@QUICK
@given(ITEMS)
def test_an_item_comes_back_from_its_line(item):
    assert parse_item(write_item(item).text) == item


@QUICK
@given(SNAPSHOTS, SNAPSHOTS)
def test_the_changes_lead_from_one_snapshot_to_the_other(before, after):
    comparison = Comparison(before, after)
    stock = {(line.sku, line.location): parse_item(line.text) for line in before}
    for change in comparison.walk():
        if change is None:
            continue
        item = change.after or change.before
        key = (item.sku, item.location or "")
        assert stock.pop(key, None) == change.before
        if change.after is not None:
            stock[key] = change.after
    wanted = {(line.sku, line.location): parse_item(line.text) for line in after}
    quantities = [{k: (i.on_hand, i.reserved, i.available) for k, i in some.items()} for some in (stock, wanted)]
    assert quantities[0] == quantities[1]
    assert comparison.on_hand_after == sum(item.on_hand for item in wanted.values())
    assert comparison.counts[Kind.NEW] - comparison.counts[Kind.GONE] == len(after) - len(before)


@QUICK
@given(SNAPSHOTS, SNAPSHOTS, st.floats(0.01, 1))
def test_the_guard_lets_pass_only_what_lost_no_more_than_its_share(before, after, share):
    comparison = Comparison(before, after)
    for _ in comparison.walk():
        pass
    skus, left = {line.sku for line in before}, {line.sku for line in after}
    if judge_loss(comparison, share) is None:
        assert left
        assert len(skus - left) <= Decimal(str(share)) * len(skus)
    elif left and before and skus <= left:
        assert comparison.on_hand_after < comparison.on_hand_before


@QUICK
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 9)), max_size=12),
    st.dictionaries(st.sampled_from("ABC"), st.integers(0, 30)),
    st.dictionaries(st.sampled_from("ABC"), st.integers(0, 30)),
)
def test_what_passes_the_stock_check_never_adds_up_to_more_than_there_is(orders, stock, sent_before):
    sent = dict(sent_before)
    for sku, qty in orders:
        found = stock.get(sku)
        find = {sku: ((None, found),)} if found is not None else {}
        short = find_shortages([Wanted(0, sku, qty)], find.get, (), lambda sku: sent.get(sku, 0))
        left = max(0, (found or 0) - sent.get(sku, 0))
        assert bool(short) is (qty > left)
        if not short:
            sent[sku] = sent.get(sku, 0) + qty
            assert sent[sku] <= stock[sku]
