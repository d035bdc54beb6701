"""Which field of an order the API would refuse first, and why: its documented rules and nothing more.

Independent of syncd's own schema on purpose, so that each can find the other wrong. What is required of an
address, and that an item may lack its title and tax rate, is *assumed*: the documentation does not say.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeGuard

MOST_QTY = 1_000_000_000
"""The sandbox's own bound: beyond it the stock it keeps would no longer be a number anybody means."""

_UTC_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)", re.ASCII)
_COUNTRY_CODE = re.compile(r"[A-Z]{2}")

_Rule = Callable[[object], str | None]
_Mistake = tuple[str, str]


def find_mistakes(order: Mapping[str, object], dialect: Literal["now", "old"]) -> Iterator[_Mistake]:
    """Given an order, yield each bad field and what is wrong with it; the API answers the first."""
    yield from _check_fields("", order, _ORDER, _ORDER_OPTIONAL)
    items = order.get("OrderItems")
    if not isinstance(items, list) or not items:
        yield "OrderItems", "At least one item is required"
        return
    for index, item in enumerate(items):
        yield from _check_object(f"OrderItems[{index}]", item, _ITEMS[dialect], _ITEM_OPTIONAL)
    for name in ("DeliveryAddress", "BillingAddress"):
        yield from _check_object(name, order.get(name), _ADDRESS, _ADDRESS_OPTIONAL)


def _check_object(
    name: str, value: object, required: Mapping[str, _Rule], optional: Mapping[str, _Rule]
) -> Iterator[_Mistake]:
    if isinstance(value, dict):
        yield from _check_fields(f"{name}.", value, required, optional)
    else:
        yield name, "An object is required"


def _check_fields(
    prefix: str, value: Mapping[str, object], required: Mapping[str, _Rule], optional: Mapping[str, _Rule]
) -> Iterator[_Mistake]:
    for name, rule in required.items():
        mistake = rule(value[name]) if value.get(name) is not None else "This field is required"
        if mistake:
            yield prefix + name, mistake
    for name, rule in optional.items():
        mistake = rule(value[name]) if value.get(name) is not None else None
        if mistake:
            yield prefix + name, mistake


def _check_text(value: object) -> str | None:
    return None if isinstance(value, str) and value else "Must be a text that is not empty"


def _check_any_text(value: object) -> str | None:
    return None if isinstance(value, str) else "Must be a text"


def _check_time(value: object) -> str | None:
    if isinstance(value, str) and _UTC_TIME.fullmatch(value):
        try:
            datetime.fromisoformat(value[:19])
        except ValueError:
            pass
        else:
            return None
    return "Must be an ISO 8601 date and time in UTC, such as 2026-01-15T10:00:00Z"


def _check_currency(value: object) -> str | None:
    return None if value in ("EUR", "GBP", "USD") else "Must be EUR, GBP or USD"


def _check_country_code(value: object) -> str | None:
    good = isinstance(value, str) and _COUNTRY_CODE.fullmatch(value)
    return None if good else "Must be an ISO 3166-1 alpha-2 code"


def _check_qty(value: object) -> str | None:
    good = _is_number(value) and 1 <= value <= MOST_QTY and value == int(value)
    return None if good else "Must be an integer of at least 1"


def _check_price(value: object) -> str | None:
    return None if _is_number(value) and value >= Decimal("0.01") else "Must be at least 0.01"


def _check_cost(value: object) -> str | None:
    return None if _is_number(value) and value >= 0 else "Must be a number of at least 0"


def _check_percent(value: object) -> str | None:
    return None if _is_number(value) and 0 <= value <= 100 else "Must be a percentage from 0 to 100"


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


_ORDER: dict[str, _Rule] = {
    "ReferenceNumber": _check_text,
    "ReceivedDate": _check_time,
    "DispatchBy": _check_time,
    "Currency": _check_currency,
    "PaymentStatus": _check_text,
    "ChannelBuyerName": _check_text,
}
_ORDER_OPTIONAL: dict[str, _Rule] = {
    "PostalServiceCost": _check_cost,
    "PostalServiceTaxRate": _check_percent,
}
_ITEM_OLD: dict[str, _Rule] = {"SKU": _check_text, "Qty": _check_qty, "PricePerUnit": _check_price}
_ITEMS: dict[str, dict[str, _Rule]] = {
    "now": {"OrderLineNumber": _check_text, **_ITEM_OLD},
    "old": _ITEM_OLD,  # an earlier edition did not know OrderLineNumber
}
_ITEM_OPTIONAL: dict[str, _Rule] = {"ItemTitle": _check_any_text, "TaxRate": _check_percent}
_ADDRESS: dict[str, _Rule] = dict.fromkeys(("FullName", "Address1", "Town", "PostCode", "Country"), _check_text)
_ADDRESS_OPTIONAL: dict[str, _Rule] = {
    **dict.fromkeys(("Company", "Address2", "Address3", "Region", "PhoneNumber", "EmailAddress"), _check_any_text),
    "CountryCode": _check_country_code,
}
