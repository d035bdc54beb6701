"""What differs between two snapshots, found by walking both in their order: SKUs new, gone, quantities changed.

Bounded memory: one line of each is looked at. On the way it is counted what a snapshot lost, which is what
the guard asks about.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from json.encoder import encode_basestring as write_text

from syncd.core.canonical import write_number
from syncd.core.inventory import Item, Line, parse_item
from syncd.core.times import write_time


class Kind(StrEnum):
    """What happened to an item."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One item that differs; `before` and `after` are None where it was not there."""

    before: Item | None
    after: Item | None

    @property
    def kind(self) -> Kind:
        """Return what happened."""
        if self.before is None:
            return Kind.NEW
        return Kind.GONE if self.after is None else Kind.CHANGED


class Comparison:
    """Two snapshots, each sorted by SKU and location; `walk` goes through them once and counts."""

    def __init__(self, before: Iterable[Line], after: Iterable[Line]) -> None:
        self.skus_before = 0
        self.skus_after = 0
        self.skus_lost = 0  #: SKUs that stand in no location any more
        self.skus_gained = 0
        self.on_hand_before = Decimal(0)
        self.on_hand_after = Decimal(0)
        self.counts = dict.fromkeys(Kind, 0)
        self._before = iter(before)
        self._after = iter(after)

    def walk(self) -> Iterator[Change | None]:
        """Yield each change in order, and None for each item that did not change. Raise ValueError for no item."""
        sku: str | None = None
        was = is_there = False
        for old, new in self._pair():
            here = (old or new).sku  # type: ignore[union-attr]  # one of the two is there
            if here != sku:
                self._count_sku(was, is_there)
                sku, was, is_there = here, False, False
            was, is_there = was or old is not None, is_there or new is not None
            before = None if old is None else parse_item(old.text)
            same = old is not None and new is not None and old.text == new.text
            after = before if same else None if new is None else parse_item(new.text)
            self.on_hand_before += 0 if before is None else before.on_hand
            self.on_hand_after += 0 if after is None else after.on_hand
            if before is not None and after is not None and _quantities(before) == _quantities(after):
                yield None
                continue
            change = Change(before, after)
            self.counts[change.kind] += 1
            yield change
        self._count_sku(was, is_there)

    def _pair(self) -> Iterator[tuple[Line | None, Line | None]]:
        old, new = next(self._before, None), next(self._after, None)
        while old is not None or new is not None:
            if new is None or (old is not None and _key(old) < _key(new)):
                yield old, None
                old = next(self._before, None)
            elif old is None or _key(new) < _key(old):
                yield None, new
                new = next(self._after, None)
            else:
                yield old, new
                old, new = next(self._before, None), next(self._after, None)

    def _count_sku(self, was: bool, is_there: bool) -> None:
        self.skus_before += was
        self.skus_after += is_there
        self.skus_lost += was and not is_there
        self.skus_gained += is_there and not was


def judge_loss(comparison: Comparison, max_lost_share: float) -> str | None:
    """Given a comparison that was walked, return why the newer snapshot is suspicious, or None."""
    if comparison.skus_after == 0:
        return "it is empty"
    share = Decimal(str(max_lost_share))
    if comparison.skus_lost > share * comparison.skus_before:
        return f"{comparison.skus_lost} of {comparison.skus_before} SKUs are gone"
    lost = comparison.on_hand_before - comparison.on_hand_after
    if comparison.on_hand_before > 0 and lost > share * comparison.on_hand_before:
        return f"{write_number(lost)} of {write_number(comparison.on_hand_before)} pieces of stock are gone"
    return None


def judge_agreement(comparison: Comparison, max_lost_share: float) -> bool:
    """Given a comparison of two suspicious snapshots that was walked, return whether they tell the same."""
    share = Decimal(str(max_lost_share))
    difference = abs(comparison.on_hand_before - comparison.on_hand_after)
    return (
        comparison.skus_lost <= share * comparison.skus_before
        and comparison.skus_gained <= share * comparison.skus_after
        and difference <= share * max(abs(comparison.on_hand_before), abs(comparison.on_hand_after))
    )


def write_changes_head(from_at: datetime | None, to_at: datetime) -> str:
    """Given when both snapshots were taken, return what stands before the changes."""
    since = "null" if from_at is None else f'"{write_time(from_at)}"'
    return f'{{"version": 1, "from": {since}, "to": "{write_time(to_at)}", "changes": ['


def write_change(change: Change) -> str:
    """Given a change, return its line, without a line end."""
    item = change.after or change.before
    assert item is not None  # noqa: S101  one of the two is there
    location = "null" if item.location is None else write_text(item.location)
    return (
        f'{{"sku": {write_text(item.sku)}, "location": {location}, "change": "{change.kind}", '
        f'"from": {_write_quantities(change.before)}, "to": {_write_quantities(change.after)}}}'
    )


def _key(line: Line) -> tuple[str, str]:
    return line.sku, line.location


def _quantities(item: Item) -> tuple[object, ...]:
    return item.on_hand, item.reserved, item.available


def _write_quantities(item: Item | None) -> str:
    if item is None:
        return "null"
    on_hand, reserved, available = map(write_number, (item.on_hand, item.reserved, item.available))
    return f'{{"on_hand": {on_hand}, "reserved": {reserved}, "available": {available}}}'
