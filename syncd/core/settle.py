"""When a file in an inbox is complete: it stayed as it is for so long since we first saw it so.

Pure arithmetic on listings and given monotonic times. The file's own times are compared, never believed:
copies keep their old mtime, and clocks jump. Refuses to know how a listing is made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncd.core.model import FileStat

EMPTY_SECONDS = 600.0
"""How long a file of 0 bytes is left for its sender to fill, at the least."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a file looked, and since when it looks so."""

    stat: FileStat
    since: float  #: monotonic seconds; when we first saw it so


@dataclass(frozen=True, slots=True)
class Settling:
    """What one listing says."""

    sightings: dict[str, Sighting]  #: of every listed file, by name; hand it to the next `observe`
    ready: tuple[FileStat, ...]  #: settled; the oldest sighting first
    next_due: float | None  #: monotonic seconds; when the next file settles if nothing changes


def observe(
    previous: Mapping[str, Sighting], listing: Iterable[FileStat], now: float, settle_seconds: float
) -> Settling:
    """Given the sightings so far, a listing and its monotonic time, return which files settled.

    A file that changed, or went away and came again, starts anew; one that is not listed is forgotten.
    """
    sightings: dict[str, Sighting] = {}
    ready: list[Sighting] = []
    next_due: float | None = None
    for stat in listing:
        sighting = previous.get(stat.name)
        if sighting is None or sighting.stat != stat:
            sighting = Sighting(stat, now)
        sightings[stat.name] = sighting
        due = sighting.since + (settle_seconds if stat.size else max(settle_seconds, EMPTY_SECONDS))
        if due <= now:
            ready.append(sighting)
        elif next_due is None or due < next_due:
            next_due = due
    ready.sort(key=_order)
    return Settling(sightings, tuple(sighting.stat for sighting in ready), next_due)


def _order(sighting: Sighting) -> tuple[float, int, str]:
    # After a start all were first seen at once: ctime, which senders cannot set, then tells which came first.
    return sighting.since, sighting.stat.ctime_ns, sighting.stat.name
