"""What the page says of the inventory, from files as they lie there."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from support.clocks import HandClock

from syncd.errors import StorageError
from syncd.web.stock import MOST_FOUND, Movements, search


@pytest.fixture
def write(tmp_path):
    def write(name, value):
        (tmp_path / name).write_text(value if isinstance(value, str) else json.dumps(value))

    return write


def build_snapshot(skus):
    items = [
        {"sku": sku, "location": None, "on_hand": 3, "reserved": 1, "available": 2, "updated_at": None} for sku in skus
    ]
    head = {"version": 1, "taken_at": "2026-01-15T10:00:00Z", "took_seconds": 1, "complete": True}
    return {**head, "items": items}


def build_changes(*pairs, since="2026-01-15T09:50:00Z"):
    def quantities(available):
        return None if available is None else {"on_hand": 9, "reserved": 0, "available": available}

    changes = [{"sku": str(n), "from": quantities(a), "to": quantities(b)} for n, (a, b) in enumerate(pairs)]
    return {"version": 1, "from": since, "to": "2026-01-15T10:00:00Z", "changes": changes}


def test_a_search_finds_part_of_a_sku_in_any_case(tmp_path, write):
    write("latest.json", build_snapshot(["LAMP-1", "lamp-2", "CHAIR-1"]))
    found = search(tmp_path, "Amp-")
    assert [item.sku for item in found.items] == ["LAMP-1", "lamp-2"]
    assert found.taken_at == datetime(2026, 1, 15, 10, tzinfo=UTC)
    assert not found.more


def test_a_search_that_finds_too_much_says_so(tmp_path, write):
    write("latest.json", build_snapshot([f"P-{number:04}" for number in range(MOST_FOUND + 1)]))
    found = search(tmp_path, "p-")
    assert (len(found.items), found.more) == (MOST_FOUND, True)


def test_without_a_snapshot_nothing_is_found(tmp_path):
    assert search(tmp_path, "a") is None


def test_a_damaged_snapshot_is_told(tmp_path, write):
    write("latest.json", "{")
    with pytest.raises(StorageError, match="no whole snapshot"):
        search(tmp_path, "a")


def test_movements_add_up_what_came_and_what_went(tmp_path, write):
    write("manifest.jsonl", '{"file": "inventory-1.json"}\n')
    write("inventory-1.changes.json", build_changes((5, 8), (9, 2), (None, 4), (6, None)))
    movements = Movements(tmp_path, HandClock())
    (movement,) = movements.list_last()
    assert (movement.came, movement.went, movement.skus) == (Decimal(7), Decimal(13), 4)
    (tmp_path / "inventory-1.changes.json").unlink()
    assert movements.list_last() == [movement]


@pytest.mark.parametrize(
    "changes",
    [
        "{",
        "[]",
        build_changes((1, 2), since=None),
        {"from": "x", "to": "y", "changes": []},
        {"from": 1, "changes": [{}]},
    ],
)
def test_what_cannot_be_understood_or_is_the_first_is_left_out(tmp_path, write, changes):
    write("manifest.jsonl", '{"file": "inventory-1.json"}\n{"file": "../../inventory-2.json"}\n{}\n')
    write("inventory-1.changes.json", changes)
    assert Movements(tmp_path, HandClock()).list_last() == []


def test_a_very_large_file_of_changes_is_not_drawn(tmp_path, write):
    write("manifest.jsonl", '{"file": "inventory-1.json"}\n')
    write("inventory-1.changes.json", " " * (9 * 1024**2))
    assert Movements(tmp_path, HandClock()).list_last() == []
