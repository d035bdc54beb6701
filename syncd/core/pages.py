"""One answer of `GET /inventory` into items: today's answer and that of an earlier edition, told by their shape.

Facts and their certainty stand in the API's page. Refuses what cannot be read for certain with a sentence:
a snapshot is written whole and right, or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from zoneinfo import ZoneInfo

from syncd.core.inventory import Item, Number
from syncd.core.times import parse_time, write_time

UTC_ZONE = ZoneInfo("UTC")
_MOST_DIGITS = 30
"""Of one number, and of its exponent's reach: an answer must not make us write a million zeros."""


class PageFault(Exception):  # noqa: N818  a fault of a page; it never leaves core and its flow
    """A page that cannot be read; its text is a sentence for the operator, without the API's own words."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an answer says of one location, beside its items."""

    name: str | None
    total: int | None  #: SKUs it has over all pages
    in_page: int | None  #: SKUs it has in this page
    rows: int  #: SKUs that came in this page


@dataclass(frozen=True, slots=True)
class Page:
    """One answer."""

    parameter: Literal["page_size", "limit"]  #: what this edition calls the size of a page
    number: int | None
    size: int | None
    items: tuple[Item, ...]
    places: tuple[Place, ...]
    total: int | None  #: rows or distinct SKUs over all pages and locations
    locations: int | None  #: how many locations there are
    has_more: bool


def read_page(body: Any) -> Page:
    """Given the decoded body of a good answer, return its page. Raise PageFault for any other shape."""
    match body:
        case {"data": {"locations": list(locations)}}:
            return _read_page_now(locations, body["data"], body)
        case {"data": {"items": list(rows), "pagination": dict(pagination)}}:
            return _read_page_old(rows, pagination)
    raise PageFault("The API's answer has neither of the two known shapes of an inventory page.")


def _read_page_now(locations: list[Any], data: Mapping[str, Any], beside: Mapping[str, Any]) -> Page:
    # Assumed: the pagination object stands beside `data` or inside it; has_more of either counts.
    paginations = [found for found in (beside.get("pagination"), data.get("pagination")) if isinstance(found, dict)]
    items: list[Item] = []
    places = []
    has_more = any(pagination.get("has_more") is True for pagination in paginations)
    for location in locations:
        if not isinstance(location, dict):
            raise PageFault("A location of the API's inventory is no object.")
        rows = location.get("sku", [])
        if not isinstance(rows, list):
            raise PageFault("A location of the API's inventory has no list of SKUs.")
        name = _read_name(location)
        items += [_read_item(row, name) for row in rows]
        has_more = has_more or location.get("has_more") is True
        counts = (_read_count(location, "total_count_of_skus"), _read_count(location, "sku_count_in_page"))
        places.append(Place(name, *counts, len(rows)))
    pagination = paginations[0] if paginations else {}
    return Page(
        "page_size",
        _read_count(pagination, "current_page"),
        _read_count(pagination, "page_size"),
        tuple(items),
        tuple(places),
        _read_count(data, "total_count_of_skus"),
        _read_count(data, "location_count"),
        has_more,
    )


def _read_page_old(rows: list[Any], pagination: Mapping[str, Any]) -> Page:
    number, total_pages = _read_count(pagination, "page"), _read_count(pagination, "total_pages")
    if number is None or total_pages is None:
        raise PageFault("The API's inventory page does not say which of how many pages it is.")
    return Page(
        "limit",
        number,
        _read_count(pagination, "limit"),
        tuple(_read_old_item(row) for row in rows),
        (),
        _read_count(pagination, "total"),
        None,
        number < total_pages,
    )


def _read_item(row: Any, location: str | None) -> Item:
    match row:
        case {"sku": str(sku), "StockLevel": on_hand, "InOrderBook": reserved, "Available": available}:
            return Item(
                _read_text(sku),
                location,
                _read_number(on_hand),
                _read_number(reserved),
                _read_number(available),
                _read_time(row.get("LastUpdateDate")),
            )
    raise PageFault("A row of the API's inventory lacks its SKU, StockLevel, InOrderBook or Available.")


def _read_old_item(row: Any) -> Item:
    # The earlier edition: quantity = on_hand - reserved, and `available` is true or false.
    match row:
        case {"sku": str(sku), "quantity": quantity, "on_hand": on_hand, "reserved": reserved}:
            return Item(
                _read_text(sku),
                None,
                _read_number(on_hand),
                _read_number(reserved),
                _read_number(quantity),
                _read_time(row.get("last_updated")),
            )
    raise PageFault("A row of the API's inventory lacks its sku, quantity, on_hand or reserved.")


def _read_name(location: Mapping[str, Any]) -> str | None:
    for name in ("location_name", "location_filter"):
        if isinstance(found := location.get(name), str) and found:
            return _read_text(found)
    return None


def _read_text(text: str) -> str:
    """Return a text that can be written as UTF-8 and is not empty."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PageFault("A name in the API's inventory holds half of a character.") from None
    if not text:
        raise PageFault("A row of the API's inventory has an empty SKU.")
    return text


def _read_number(value: object) -> Number:
    """Return an exact number, as a whole one where it is; a number written as text is taken too."""
    try:
        number = Decimal(value) if isinstance(value, int | str | Decimal) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise PageFault("A quantity in the API's inventory is no number.")
    _, digits, exponent = number.as_tuple()
    if len(digits) > _MOST_DIGITS or abs(int(exponent)) > _MOST_DIGITS:
        raise PageFault("A quantity in the API's inventory has too many digits.")
    return int(number) if number == number.to_integral_value() else number


def _read_count(block: Mapping[str, Any], name: str) -> int | None:
    value = block.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_time(value: object) -> str | None:
    """Return a time in the form in which it is written; one that cannot be read is no reason to lose the stock."""
    try:
        # Assumed: a time without an offset is UTC, as all of the API's times are.
        return write_time(parse_time(value, UTC_ZONE)) if isinstance(value, str) else None
    except ValueError:
        return None
