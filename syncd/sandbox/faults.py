"""What can go wrong on purpose, and when: drawn by chance from a seed, or scripted for the next calls.

Decides which fault a call meets. What a fault then does stands in `emulator` and, on the wire, in `server`.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """How a call is spoilt. "before" and "after" say whether the API has done its work by then."""

    ERROR_BEFORE = "error_before"  #: a 500, 502, 503 or 504, or the status asked for; nothing is stored
    ERROR_AFTER = "error_after"  #: the same, but the order is stored
    RESET_BEFORE = "reset_before"  #: the connection is reset; nothing is stored
    RESET_AFTER = "reset_after"  #: the connection is reset; the order is stored
    HANG_BEFORE = "hang_before"  #: no answer ever; nothing is stored
    HANG_AFTER = "hang_after"  #: no answer ever; the order is stored
    STORE_LATE = "store_late"  #: the connection is reset at once; the order is stored some seconds later
    HTML_BEFORE = "html_before"  #: 200 with a page instead of JSON; nothing is stored
    HTML_AFTER = "html_after"  #: the same, but the order is stored
    CUT_OFF = "cut_off"  #: the true answer, its body broken off in the middle
    DRIP = "drip"  #: the true answer, its body a few bytes at a time
    TOO_MANY = "too_many"  #: a 429 though the quota has room, as when somebody shares the credentials
    #: the token dies and the call is a 401; on a login: invalid credentials
    DEAD_TOKEN = "dead_token"  # noqa: S105 - the name of a fault, no password
    IN_PROGRESS = "in_progress"  #: a 409 that says the order is being processed; nothing is stored


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, with what it answers where the caller of `fail_next` wants a certain answer."""

    kind: FaultKind
    status: int | None = None
    retry_after: str | None = None


@dataclass(slots=True)
class _Scripted:
    fault: Fault
    remaining: int
    path: str | None


class FaultBook:
    """Which fault the next call meets: scripted ones first, in the order they were asked for."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(f"{seed}-faults")
        self._chances: dict[str, dict[FaultKind, float]] = {}
        self._scripted: list[_Scripted] = []

    def set_chances(self, operation: str, chances: Mapping[FaultKind | str, float]) -> None:
        """Given chances from 0 to 1 by kind, use them from now on for `login`, `post` or `get`.

        Raise ValueError if a kind is unknown, a chance is out of range or they sum to more than 1.
        """
        if operation not in {"login", "post", "get"}:
            raise ValueError(f"{operation!r} is no kind of call: use login, post or get.")
        known = {FaultKind(kind): chance for kind, chance in chances.items()}
        if any(not 0 <= chance <= 1 for chance in known.values()) or sum(known.values()) > 1:
            raise ValueError(f"The chances for {operation} must each lie in 0 to 1 and sum to at most 1.")
        self._chances[operation] = known

    def fail_next(
        self,
        kind: FaultKind | str,
        *,
        count: int = 1,
        path: str | None = None,
        status: int | None = None,
        retry_after: str | float | None = None,
    ) -> None:
        """Given a fault, let the next `count` calls meet it, or the next below `path` if one is given.

        `path` is what follows the base URL, percent-decoded: "/outbound", "/order/ORD-1", "/inventory".
        `status` is what `error_before` and `error_after` answer, by default one of 500, 502, 503 and 504.
        Raise ValueError if the kind is unknown, `count` less than 1 or `status` no HTTP status.
        """
        if count < 1:
            raise ValueError("count must be at least 1.")
        if status is not None and status not in range(200, 600):
            raise ValueError("status must be a number from 200 to 599.")
        header = None if retry_after is None else str(retry_after)
        self._scripted.append(_Scripted(Fault(FaultKind(kind), status, header), count, path))

    def draw(self, operation: str, path: str) -> Fault | None:
        """Given a call's kind and its decoded path, return the fault it meets, if any."""
        for scripted in self._scripted:
            if scripted.path is None or path.startswith(scripted.path):
                scripted.remaining -= 1
                if scripted.remaining <= 0:
                    self._scripted.remove(scripted)
                return scripted.fault
        drawn = self._random.random()  # drawn for every call, so that a script does not move what follows it
        for kind, chance in self._chances.get(operation, {}).items():
            if drawn < chance:
                return Fault(kind)
            drawn -= chance
        return None
