"""Whose turn it is: files take turns, so that a file of one order never waits behind one of twenty thousand.

Only file ids and due times live here; what is due is asked of the ledger, a few orders at a time.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from syncd.edges.ledger_orders import OrderRow

BATCH = 64
"""Orders of one file read ahead: enough to save queries, few enough to notice what changed."""


@dataclass(slots=True)
class _Turn:
    file: str
    ahead: deque[OrderRow] = field(default_factory=deque)
    flying: set[int] = field(default_factory=set)
    queued: bool = False  #: stands in the circle


class Rotation:
    """The circle of files that may have an order due, and the heap of those that will have one later."""

    def __init__(
        self,
        list_due: Callable[[str, float, int], list[OrderRow]],
        find_next_due: Callable[[str], float | None],
    ) -> None:
        self._list_due = list_due
        self._find_next_due = find_next_due
        self._turns: dict[str, _Turn] = {}
        self._circle: deque[_Turn] = deque()
        self._later: list[tuple[float, str]] = []

    def add(self, file: str) -> None:
        """Let a file take part; a new one comes next."""
        turn = self._turns.setdefault(file, _Turn(file))
        if not turn.queued:
            turn.queued = True
            self._circle.appendleft(turn)

    def remove(self, file: str) -> None:
        """Let a file take part no more."""
        self._turns.pop(file, None)

    def forget_ahead(self, file: str) -> None:
        """Ask anew what of a file is due: what was read ahead may be settled by now."""
        if file in self._turns:
            self._turns[file].ahead.clear()

    def refresh(self) -> None:
        """Look at every file anew: due times have changed."""
        self._later.clear()
        for turn in self._turns.values():
            turn.ahead.clear()
            if not turn.queued:
                turn.queued = True
                self._circle.append(turn)

    def peek(self, now: float) -> OrderRow | None:
        """Return the next order that is due, of the file whose turn it is; None if there is none."""
        while self._later and self._later[0][0] <= now:
            turn = self._turns.get(heapq.heappop(self._later)[1])
            if turn is not None and not turn.queued:
                turn.queued = True
                self._circle.append(turn)
        while self._circle:
            turn = self._circle[0]
            if self._turns.get(turn.file) is turn:
                if not turn.ahead:
                    rows = self._list_due(turn.file, now, BATCH + len(turn.flying))
                    turn.ahead.extend(row for row in rows if row.id not in turn.flying)
                if turn.ahead:
                    return turn.ahead[0]
                turn.queued = False
                self._park(turn, now)
            self._circle.popleft()
        return None

    def take(self, now: float) -> OrderRow | None:
        """Return what `peek` returns and hold it to be in the air until it lands; the next file has its turn."""
        order = self.peek(now)
        if order is not None:
            turn = self._circle.popleft()
            turn.ahead.popleft()
            turn.flying.add(order.id)
            self._circle.append(turn)
        return order

    def land(self, order: OrderRow) -> bool:
        """Take an order out of the air again; return whether anything of its file still waits."""
        turn = self._turns.get(order.file)
        if turn is None:
            return True
        turn.flying.discard(order.id)
        if not turn.ahead and self._find_next_due(order.file) is None:
            return bool(turn.flying)
        if not turn.queued:
            turn.queued = True
            self._circle.append(turn)
        return True

    def is_alone(self, order: OrderRow) -> bool:
        """Return whether an order in the air may be the last of its file: nothing else flies or is read ahead."""
        turn = self._turns.get(order.file)
        return turn is None or (not turn.ahead and turn.flying <= {order.id})

    def next_due_at(self) -> float | None:
        """Return when the next file has an order due (boot-time seconds); None if that is not known."""
        return self._later[0][0] if self._later else None

    def _park(self, turn: _Turn, now: float) -> None:
        """Note when a file has its next order due; one whose orders are all in the air comes back as they land."""
        due = self._find_next_due(turn.file)
        if due is None or (due <= now and turn.flying):
            return
        heapq.heappush(self._later, (due, turn.file))
