"""Whether syncd lives and whether it is ready, as the process itself knows it, a sentence for each thing that lacks."""

from collections.abc import Callable

from syncd.core.gate import HoldKind
from syncd.core.names import show_name
from syncd.flows.calls import Caller
from syncd.flows.orders import Orders
from syncd.web.page import Wait


class Health:
    """What only the process itself knows. Asked on the loop: an answer shows that the loop turns."""

    def __init__(self, caller: Caller, orders: Orders, find_dead: Callable[[], str | None]) -> None:
        self._caller = caller
        self._orders = orders
        self._find_dead = find_dead

    def list_dead(self) -> list[str]:
        """Return what has died that only a new start brings back."""
        dead = self._find_dead()
        return [] if dead is None else [dead]

    def list_unready(self) -> list[str]:
        """Return why files are not taken, sent or filed; an outage of the API is no such reason."""
        unready = self.list_dead()
        if not self._orders.proven.is_set():
            unready.append("Not every inbox was looked into yet.")
        unready += self._orders.list_troubles()
        hold = self._caller.gate.hold
        if hold is not None and hold.kind is HoldKind.OPERATOR:
            unready.append(hold.reason)
        return unready

    def find_hold(self) -> HoldKind | None:
        """Return who has to act before calls may leave again, or None."""
        hold = self._caller.gate.hold
        return None if hold is None else hold.kind

    def list_waits(self) -> list[Wait]:
        """Return the settled files that lack what their sender has to send, and what that is."""
        return [
            Wait(taker.source.name, show_name(name), show_name(what))
            for taker in self._orders.takers
            for name, what in sorted(taker.held.items())
        ]
