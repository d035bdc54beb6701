"""References for orders that came without one, where the source allows it.

Made from the order's own content, so that the same order gets the same reference again when its file is
mended and dropped once more. Refuses randomness, the clock and the place in the file.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from syncd.core.canonical import hash_payload, write_canonical

_HASH_LETTERS = 12


@dataclass(frozen=True, slots=True)
class ReferenceRule:
    """What a generated reference tells beside the order's day and content."""

    prefix: str  #: names the client
    environment: Literal["production", "test"]


class ReferenceMaker:
    """Makes the references of one file; equal orders in it are told apart by counting them."""

    def __init__(self, rule: ReferenceRule) -> None:
        self._rule = rule
        self._seen: Counter[int] = Counter()  # numbers, not texts: a file may hold very many orders

    def make(self, payload: dict[str, object], received: str) -> str:
        """Given a converted payload without a reference and its ReceivedDate as sent, return its reference.

        PREFIX-P-20260115-0a1b2c3d4e5f (T for the test environment); the second equal order gets -2 after it.
        """
        digest = hash_payload(write_canonical(payload))[:_HASH_LETTERS]
        self._seen[int(digest, 16)] += 1
        count = self._seen[int(digest, 16)]
        environment = "P" if self._rule.environment == "production" else "T"
        day = received[:10].replace("-", "")
        reference = f"{self._rule.prefix}-{environment}-{day}-{digest}"
        return reference if count == 1 else f"{reference}-{count}"
