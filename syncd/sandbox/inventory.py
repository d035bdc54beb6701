"""The stock of the sandbox: made from a seed, told in both dialects of the API, less with every order.

Pages are cut here; what a page costs in time and whether its parameters are good stands in `emulator`.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from syncd.sandbox.settings import InventorySettings

_CLIENT_NAME = "BBG"


@dataclass(slots=True)
class _Stock:
    sku: str
    sizes: dict[str, Decimal]
    on_hand: int
    reserved: int
    updated_at: datetime
    operation: str = "Stock adjustment"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(slots=True)
class _Location:
    name: str
    uuid: UUID
    stocks: list[_Stock]


class Inventory:
    """Stock by location. A SKU can stand in several locations (API documentation)."""

    def __init__(self, settings: InventorySettings, seed: int, now: datetime) -> None:
        self._random = random.Random(f"{seed}-inventory")
        self.shifting = settings.shifting  #: rows move between the pages while they are read
        self.page_seconds = settings.page_seconds
        self._locations = [
            _Location(f"{_CLIENT_NAME} Integration {number}", UUID(int=self._random.getrandbits(128), version=4), [])
            for number in range(1, settings.locations + 1)
        ]
        for number in range(1, settings.skus + 1):
            held_by = self._random.randint(1, max(len(self._locations), 1))
            for location in self._random.sample(self._locations, min(held_by, len(self._locations))):
                location.stocks.append(self._make_stock(f"PROD-{number:05d}", now))

    def build_page(self, page: int, page_size: int) -> dict[str, object]:
        """Given a page and its size, return the `data` of today's answer: each location has its own pages."""
        first = (page - 1) * page_size
        locations = [_build_location(location, first, page_size) for location in self._locations]
        has_more = any(location["has_more"] for location in locations)
        data: dict[str, object] = {
            "client_name": _CLIENT_NAME,
            "total_inventory": sum(stock.on_hand for stock in self._stocks()),
            "total_count_of_skus": len(self._stocks()),
            "location_count": len(locations),
            "locations": locations,
            "pagination": {
                "current_page": page,
                "page_size": page_size,
                "has_more": has_more,
                "next_page": page + 1 if has_more else None,
            },
        }
        self._shift()
        return data

    def build_old_page(self, page: int, limit: int, sku: str) -> dict[str, object]:
        """Given a page, its size and perhaps a SKU, return the `data` of the earlier answer: no locations."""
        by_sku: dict[str, list[_Stock]] = {}
        for stock in self._stocks():
            if sku in {"", stock.sku}:
                by_sku.setdefault(stock.sku, []).append(stock)
        items = [_build_old_item(name, stocks) for name, stocks in by_sku.items()]
        self._shift()
        return {
            "items": items[(page - 1) * limit : page * limit],
            "pagination": {
                "page": page,
                "limit": limit,
                "total": len(items),
                "total_pages": -(-len(items) // limit),
            },
        }

    def reserve(self, items: Sequence[Mapping[str, object]], now: datetime) -> None:
        """Given the items of an accepted order, take each from a location that has enough, else from any."""
        for item in items:
            qty = int(Decimal(str(item["Qty"])))
            stocks = [stock for stock in self._stocks() if stock.sku == item["SKU"]]
            for stock in sorted(stocks, key=lambda stock: stock.available < qty)[:1]:
                stock.reserved += qty
                stock.updated_at = now
                stock.operation = "Order"

    def _stocks(self) -> list[_Stock]:
        return [stock for location in self._locations for stock in location.stocks]

    def _make_stock(self, sku: str, now: datetime) -> _Stock:
        on_hand = self._random.randint(0, 500)
        return _Stock(
            sku,
            {name: Decimal(self._random.randint(1, 400)) / 10 for name in ("Height", "Width", "Depth", "Weight")},
            on_hand,
            self._random.randint(0, on_hand // 5),
            now - timedelta(seconds=self._random.randint(0, 30 * 86_400)),
        )

    def _shift(self) -> None:
        if not self.shifting:
            return
        for location in self._locations:
            by = self._random.choice((1, -1))  # forwards: the next page skips a row; backwards: it repeats one
            location.stocks[:] = location.stocks[by:] + location.stocks[:by]


def _build_location(location: _Location, first: int, page_size: int) -> dict[str, object]:
    rows = location.stocks[first : first + page_size]
    return {
        "location_name": location.name,
        "location_filter": str(location.uuid),
        "keyword": _CLIENT_NAME,
        "total_inventory": sum(stock.on_hand for stock in location.stocks),
        "total_count_of_skus": len(location.stocks),
        "sku_count_in_page": len(rows),
        "has_more": first + page_size < len(location.stocks),
        "sku": [_build_row(stock) for stock in rows],
    }


def _build_row(stock: _Stock) -> dict[str, object]:
    return {
        "sku": stock.sku,
        **stock.sizes,
        "StockLevel": stock.on_hand,
        "InOrderBook": stock.reserved,
        "Available": stock.available,
        "LastUpdateDate": _show_time(stock.updated_at),
        "LastUpdateOperation": stock.operation,
    }


def _build_old_item(sku: str, stocks: Sequence[_Stock]) -> dict[str, object]:
    quantity = sum(stock.available for stock in stocks)
    return {
        "sku": sku,
        "title": f"Product {sku.removeprefix('PROD-')}",
        "quantity": quantity,
        "available": quantity > 0,
        "reserved": sum(stock.reserved for stock in stocks),
        "on_hand": sum(stock.on_hand for stock in stocks),
        "last_updated": _show_time(max(stock.updated_at for stock in stocks)),
    }


def _show_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
