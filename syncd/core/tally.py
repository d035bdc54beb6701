"""Whether the pages of a poll make one whole inventory: nothing seen twice, nothing left out, counts that add up.

While a poll reads on, stock moves, and that is fine; rows that move between pages are not. They show as a row
that comes twice, as a total that changes, or as a total that the rows do not reach.
"""

from decimal import Decimal

from syncd.core.pages import Page


class Tally:
    """Counts along with one poll. Each function returns what is wrong, as half a sentence, or None."""

    def __init__(self) -> None:
        self.pages = 0
        self.rows = 0
        self.on_hand = Decimal(0)
        self._total: int | None = None
        self._locations: int | None = None
        self._place_totals: dict[str | None, int | None] = {}
        self._place_rows: dict[str | None, int] = {}

    def add(self, page: Page) -> str | None:
        """Given the next page, count it."""
        self.pages += 1
        if page.number is not None and page.number != self.pages:
            return f"page {page.number} came where page {self.pages} was asked for"
        if self.pages == 1:
            self._total, self._locations = page.total, page.locations
        elif (self._total, self._locations) != (page.total, page.locations):
            return "the total changed between two pages"
        for place in page.places:
            if place.in_page is not None and place.in_page != place.rows:
                return "a location has another number of rows in a page than it says"
            if self._place_totals.setdefault(place.name, place.total) != place.total:
                return "the total of a location changed between two pages"
            self._place_rows[place.name] = self._place_rows.get(place.name, 0) + place.rows
        self.rows += len(page.items)
        self.on_hand += sum((Decimal(item.on_hand) for item in page.items), Decimal(0))
        if page.has_more and not page.items:
            return "an empty page says that more pages follow"
        return None

    def finish(self, skus: int) -> str | None:
        """Given how many SKUs came, each counted once, look whether all that was announced is there."""
        for name, total in self._place_totals.items():
            if total is not None and total != self._place_rows[name]:
                return f"a location should have {total} SKUs and {self._place_rows[name]} came"
        if self._locations is not None and self._locations != len(self._place_totals):
            return f"there should be {self._locations} locations and {len(self._place_totals)} came"
        # Assumed: the total over all locations counts a SKU in each of them, or once; nobody says which.
        if self._total is not None and self._total not in {self.rows, skus}:
            return f"there should be {self._total} SKUs and {self.rows} rows came"
        return None
