"""Whose turn it is, over a ledger of lists."""

from dataclasses import dataclass, field

import pytest

from syncd.edges.judged import Entry
from syncd.edges.ledger_orders import OrderRow
from syncd.flows.rotation import Rotation


def make_row(order_id, file, due=0.0):
    return OrderRow(
        order_id, file, order_id, f"R{order_id}", "h", "waiting", due, 0, 0, None, None, None, Entry(0, 0, 0)
    )


@dataclass
class Book:
    """What the ledger would say: waiting orders by file."""

    files: dict[str, dict[int, OrderRow]] = field(default_factory=dict)

    def put(self, file, *ids, due=0.0):
        for order_id in ids:
            self.files.setdefault(file, {})[order_id] = make_row(order_id, file, due)

    def finish(self, order):
        del self.files[order.file][order.id]

    def list_due(self, file, now, limit):
        return [row for row in self.files.get(file, {}).values() if row.due <= now][:limit]

    def find_next_due(self, file):
        return min((row.due for row in self.files.get(file, {}).values()), default=None)


@pytest.fixture
def book():
    return Book()


@pytest.fixture
def rotation(book):
    return Rotation(book.list_due, book.find_next_due)


def take_all(rotation, now=0.0):
    taken = []
    while (order := rotation.take(now)) is not None:
        taken.append(order.id)
    return taken


def test_files_take_turns(book, rotation):
    book.put("a", 1, 2, 3)
    book.put("b", 11, 12)
    rotation.add("b")
    rotation.add("a")
    assert take_all(rotation) == [1, 11, 2, 12, 3]


def test_a_new_file_comes_next(book, rotation):
    book.put("a", *range(1, 40))
    rotation.add("a")
    assert rotation.take(0).id == 1
    book.put("b", 100)
    rotation.add("b")
    assert rotation.take(0).id == 100


def test_peeking_takes_nothing(book, rotation):
    book.put("a", 1)
    rotation.add("a")
    assert [rotation.peek(0).id, rotation.peek(0).id, rotation.take(0).id] == [1, 1, 1]
    assert rotation.peek(0) is None


def test_what_is_in_the_air_is_not_taken_twice(book, rotation):
    book.put("a", 1, 2)
    rotation.add("a")
    assert take_all(rotation) == [1, 2]
    rotation.refresh()
    assert take_all(rotation) == []


def test_what_lands_unfinished_comes_again_when_it_is_due(book, rotation):
    book.put("a", 1)
    rotation.add("a")
    order = rotation.take(0)
    book.put("a", 1, due=5.0)
    assert rotation.land(order)
    assert rotation.take(1) is None
    assert rotation.next_due_at() == 5.0
    assert rotation.take(5).id == 1


def test_an_order_due_again_at_once_does_not_wait_for_its_neighbours(book, rotation):
    book.put("a", 1, 2)
    rotation.add("a")
    first = rotation.take(0)
    rotation.take(0)
    assert rotation.take(0) is None
    assert rotation.land(first)
    assert rotation.take(0).id == 1


def test_a_file_is_over_when_its_last_order_lands(book, rotation):
    book.put("a", 1, 2)
    rotation.add("a")
    first, second = rotation.take(0), rotation.take(0)
    book.finish(first)
    assert rotation.land(first)
    book.finish(second)
    assert not rotation.land(second)


def test_a_removed_file_has_no_turn(book, rotation):
    book.put("a", 1, 2)
    book.put("b", 9, due=3.0)
    rotation.add("a")
    rotation.add("b")
    order = rotation.take(0)
    assert rotation.take(0).id == 2
    rotation.remove("a")
    rotation.remove("b")
    assert rotation.take(9) is None
    assert rotation.land(order)


def test_many_files_cost_no_more_than_a_look_each(book, rotation):
    for number in range(2000):
        book.put(f"f{number}", number)
        rotation.add(f"f{number}")
    assert sorted(take_all(rotation)) == list(range(2000))


def test_the_last_one_of_a_file_is_alone_in_the_air(book, rotation):
    book.put("a", 1, 2)
    rotation.add("a")
    first, second = rotation.take(0), rotation.take(0)
    assert not rotation.is_alone(first)
    book.finish(first)
    assert rotation.land(first)
    assert rotation.is_alone(second)
    rotation.remove("a")
    assert rotation.is_alone(second)


def test_while_more_is_read_ahead_none_is_alone_and_the_ledger_is_not_asked(book, rotation):
    book.put("a", 1, 2)
    rotation.add("a")
    first = rotation.take(0)
    assert not rotation.is_alone(first)
    book.files.clear()
    assert rotation.land(first)


def test_what_was_read_ahead_is_forgotten_when_it_may_be_settled(book, rotation):
    book.put("a", 1, 2)
    rotation.add("a")
    first = rotation.take(0)
    book.files.clear()
    rotation.forget_ahead("a")
    rotation.forget_ahead("unknown")
    assert not rotation.land(first)
