"""The stock behind the scripted API: every page is another one, so that a snapshot shows which pages it is made of."""

from typing import Any

LOCATIONS = ("Berlin", "Leeds")


class Stock:
    """Two locations of a few SKUs; grows now and then, between polls or in the middle of one."""

    def __init__(self, skus: int) -> None:
        self.wholes: list[frozenset[tuple[str, str, int]]] = []  #: each run of pages served from the first to the last
        self._skus = [f"SKU-{number:03}" for number in range(10, 10 + skus)]
        self._level = 0
        self._run: dict[int, list[tuple[str, str, int]]] = {}

    def grow(self) -> None:
        """Put a new SKU before all others: rows move from page to page, and totals change."""
        self._skus.insert(0, f"NEW-{len(self._skus):03}")
        self._run.clear()

    def serve(self, page: int, size: int) -> dict[str, Any]:
        """Return one page."""
        self._level += 1
        held = {"Berlin": self._skus, "Leeds": self._skus[::2]}
        first = (page - 1) * size
        rows = [(sku, place, self._level) for place in LOCATIONS for sku in held[place][first : first + size]]
        has_more = any(first + size < len(held[place]) for place in LOCATIONS)
        if page == 1:
            self._run.clear()
        self._run[page] = rows
        if not has_more and list(self._run) == list(range(1, page + 1)):
            self.wholes.append(frozenset(row for rows in self._run.values() for row in rows))
        return {
            "success": True,
            "data": {
                "client_name": "BBG",
                "total_count_of_skus": sum(map(len, held.values())),
                "location_count": len(LOCATIONS),
                "locations": [
                    {
                        "location_name": place,
                        "total_count_of_skus": len(held[place]),
                        "sku_count_in_page": len(held[place][first : first + size]),
                        "has_more": first + size < len(held[place]),
                        "sku": [
                            {"sku": sku, "StockLevel": level, "InOrderBook": 0, "Available": level}
                            for sku, where, level in rows
                            if where == place
                        ],
                    }
                    for place in LOCATIONS
                ],
                "pagination": {"current_page": page, "page_size": size, "has_more": has_more},
            },
        }
