import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from syncd.core.inventory import (
    Item,
    build_item,
    compose,
    explain_misfit,
    list_cells,
    parse_item,
    write_csv_row,
    write_head,
    write_item,
)

ITEM = Item('P-"1"', "Lager Süd", 100, 20, Decimal("80.50"), "2026-01-15T10:00:00Z")


def test_an_item_is_a_line_of_json_and_comes_back_from_it():
    line = write_item(ITEM)
    assert (line.sku, line.location) == (ITEM.sku, "Lager Süd")
    assert list(json.loads(line.text)) == ["sku", "location", "on_hand", "reserved", "available", "updated_at"]
    assert '"available": 80.5,' in line.text
    assert parse_item(line.text) == ITEM


def test_what_the_api_does_not_name_is_null():
    line = write_item(Item("P-1", None, 1, 0, 1, None))
    assert json.loads(line.text)["location"] is None
    assert line.location == ""
    assert list_cells(parse_item(line.text)) == ("P-1", "", "1", "0", "1", "")


@pytest.mark.parametrize("value", [None, {}, {"sku": 5}, [1]])
def test_what_is_no_item_is_refused(value):
    with pytest.raises(ValueError, match="no item"):
        build_item(value)


def test_a_snapshot_is_composed_an_item_a_line():
    head = write_head(datetime(2026, 1, 15, 10, 0, 0, 999, tzinfo=UTC), 12.34)
    text = "".join(compose(head, ["1", None, "2"]))
    assert text == (
        '{"version": 1, "taken_at": "2026-01-15T10:00:00Z", "took_seconds": 12.3, "complete": true, "items": ['
        "\n1,\n2\n]}\n"
    )
    assert json.loads("".join(compose(head, [])))["items"] == []


def test_a_csv_row_quotes_where_it_must():
    assert write_csv_row(('P-"1"', "a,b", "1")) == '"P-""1""","a,b",1\n'


def test_a_poll_that_fits_its_interval_needs_no_word():
    plan = {"interval_s": 600.0, "requests": 100, "per_s": 60.0, "reserve_share": 0.1}
    assert explain_misfit(100, 300.0, **plan) is None
    assert "up to 606 s" in str(explain_misfit(101, 300.0, **plan))
    assert "up to 700 s" in str(explain_misfit(10, 700.0, **plan))
