"""Items of a snapshot and how they are written: one a line, numbers exact, in one form only.

So snapshots compare line by line, and a file of any size is read and written in bounded memory. Refuses to
know where an item came from; the answers of the API are `core.pages`' business.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from json.encoder import encode_basestring as write_text

from syncd.core.canonical import write_number
from syncd.core.times import write_time

Number = int | Decimal

COLUMNS = ("sku", "location", "on_hand", "reserved", "available", "updated_at")


@dataclass(frozen=True, slots=True)
class Item:
    """The stock of one SKU in one location."""

    sku: str
    location: str | None  #: None where the API names none
    on_hand: Number
    reserved: Number
    available: Number
    updated_at: str | None  #: YYYY-MM-DDTHH:MM:SSZ


@dataclass(frozen=True, slots=True)
class Line:
    """An item as its line of a snapshot; lines sort by SKU, then location."""

    sku: str
    location: str  #: empty where the API names none
    text: str


def write_item(item: Item) -> Line:
    """Given an item, return its line, without a line end."""
    location = "null" if item.location is None else write_text(item.location)
    updated_at = "null" if item.updated_at is None else write_text(item.updated_at)
    text = (
        f'{{"sku": {write_text(item.sku)}, "location": {location}, "on_hand": {write_number(item.on_hand)}, '
        f'"reserved": {write_number(item.reserved)}, "available": {write_number(item.available)}, '
        f'"updated_at": {updated_at}}}'
    )
    return Line(item.sku, item.location or "", text)


def parse_item(text: str) -> Item:
    """Given an item's line, return the item. Raise ValueError for anything else."""
    return build_item(json.loads(text, parse_float=Decimal))


def build_item(value: object) -> Item:
    """Given the decoded JSON of an item, return it. Raise ValueError for anything else."""
    match value:
        case {
            "sku": str(sku),
            "location": str() | None as location,
            "on_hand": int() | Decimal() as on_hand,
            "reserved": int() | Decimal() as reserved,
            "available": int() | Decimal() as available,
            "updated_at": str() | None as updated_at,
        }:
            return Item(sku, location, on_hand, reserved, available, updated_at)
    raise ValueError("no item of a snapshot")


def write_head(taken_at: datetime, took_s: float) -> str:
    """Given the start of a poll and its length, return what stands before the items of its snapshot."""
    took = write_number(Decimal(str(round(took_s, 1))))
    return f'{{"version": 1, "taken_at": "{write_time(taken_at)}", "took_seconds": {took}, "complete": true, "items": ['


def compose(head: str, texts: Iterable[str | None]) -> Iterator[str]:
    """Given what stands before a list and its entries, yield the whole file, an entry a line.

    None stands for an entry that is left out; an empty piece is yielded for it, so that a writer may breathe.
    """
    yield head
    end = "\n"
    for text in texts:
        yield "" if text is None else f"{end}{text}"
        end = end if text is None else ",\n"
    yield "\n]}\n"


def write_csv_row(cells: tuple[str, ...]) -> str:
    """Given cells, return them as a row of RFC 4180 with its line end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def list_cells(item: Item) -> tuple[str, ...]:
    """Given an item, return its cells in the order of COLUMNS; what is null is empty."""
    numbers = map(write_number, (item.on_hand, item.reserved, item.available))
    return (item.sku, item.location or "", *numbers, item.updated_at or "")


def explain_misfit(
    pages: int, took_s: float, *, interval_s: float, requests: int, per_s: float, reserve_share: float
) -> str | None:
    """Given the last poll and the plan, return a sentence if such a poll need not fit its interval; else None.

    Beside busy orders a page comes at the pace of the reserved share; alone, at the pace the API answers.
    """
    reserved_s = pages * per_s / max(requests * reserve_share, 1e-9)
    needed_s = max(reserved_s, took_s)
    if needed_s <= interval_s:
        return None
    return (
        f"The last inventory poll had {pages} pages; beside busy orders such a poll takes up to {needed_s:.0f} s, "
        f"which is longer than inventory.interval_seconds ({interval_s:g}). Raise the interval, page_size or "
        "reserve_share."
    )
