"""The orders that the sandbox holds, in memory, and how often each was created.

Sets the order's status itself, whatever the client sent: the API documentation says clients never send it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

_SERVER_FIELDS: Mapping[str, object] = {
    "Status": "PENDING",
    "TrackingNumber": None,
    "Carrier": None,
    "DispatchedDate": None,
}
"""What the server adds to an order; all but Status are *assumed* names."""


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order as the API would give it back."""

    record: Mapping[str, object]
    times_created: int
    created_at: datetime


class OrderStore:
    """All orders by reference."""

    def __init__(self) -> None:
        self.orders: dict[str, StoredOrder] = {}

    def create(self, order: Mapping[str, object], order_id: str, now: datetime) -> StoredOrder:
        """Given an order that passed the checks, store it; the same reference again replaces and is counted.

        Replacing is what the system behind the API does to unpaid orders (API documentation).
        """
        reference = str(order["ReferenceNumber"])
        known = self.orders.get(reference)
        record = {**order, **_SERVER_FIELDS, "OrderId": order_id}
        stored = StoredOrder(record, known.times_created + 1 if known else 1, now)
        self.orders[reference] = stored
        return stored

    def change(self, reference: str, fields: Mapping[str, object]) -> None:
        """Given fields, put them over those of a stored order, as a later dispatch would. Raise KeyError."""
        known = self.orders[reference]
        self.orders[reference] = replace(known, record={**known.record, **fields})
