"""How a sandbox behaves: frozen values with defaults that suit trying syncd by hand.

Nothing here runs. Every figure of the real API stands in its documentation; where a default follows an
assumption instead, the field says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from syncd.sandbox.faults import FaultKind

BASE_PATH = "/api/api/v1"
"""Where the API lives below its host; the doubled `/api` is right (API documentation)."""

DEFAULT_SECRET = "sandbox-secret"  # noqa: S105 - made up, opens nothing but a sandbox


@dataclass(frozen=True, slots=True)
class Faults:
    """The chance, 0 to 1, of each fault by kind of call; one that is not named never comes."""

    login: Mapping[FaultKind | str, float] = field(default_factory=dict)
    post: Mapping[FaultKind | str, float] = field(default_factory=dict)
    get: Mapping[FaultKind | str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InventorySettings:
    """What stock there is and how it is told."""

    skus: int = 50
    locations: int = 2
    shifting: bool = False  #: rows move between the pages while they are read
    page_seconds: tuple[float, float] | None = None  #: how long a page takes; the real API takes 2 to 5 seconds


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """Everything that can be chosen about a sandbox."""

    host: str = "127.0.0.1"
    port: int = 0  #: 0 takes any free one
    client_id: str = "sandbox"
    client_secret: str = field(default=DEFAULT_SECRET, repr=False)
    requests: int = 100  #: the quota: so many calls ...
    per_seconds: float = 60.0  #: ... in any window of so many seconds
    latency: tuple[float, float] = (0.0, 0.0)  #: least and most seconds a call takes
    seed: int = 0
    faults: Faults = Faults()
    token_seconds: float = 86_400.0
    inventory: InventorySettings = InventorySettings()
    refuse_duplicates: bool = True  #: False: a repeated reference is taken again, as the system behind does
    dialect: Literal["now", "old"] = "now"  #: old: an earlier edition of the documentation
    retry_after: Literal["none", "seconds", "date"] = "none"  #: what goes with a 429; undocumented
    created_status: Literal[200, 201] = 200  #: 200 is documented, 201 assumed
    max_body_bytes: int = 2 * 1024**2  #: a larger request is a 413
    hang_seconds: float = 120.0  #: how long a hanging call is kept before its connection is cut
    late_seconds: float = 5.0  #: how long after the connection's end a `store_late` order is stored
    drip_seconds: float = 5.0  #: how long a dripping body takes
