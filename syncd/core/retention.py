"""Which filed files may go: by age and by count, the newest ones stay.

Refuses to say anything of a file that is not known to be closed: who calls hands in only such files.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_RETRIED = re.compile(r"\.retried-(\d{8}T\d{6}Z)")
_COMPANION = re.compile(r"\.report\.(json|html)$|\.rejected(\.|$)")


@dataclass(frozen=True, slots=True)
class FiledFile:
    """A file in done or failed that the ledger has closed."""

    claim_id: str
    name: str  #: in its folder
    own_name: str  #: as its sender named it
    finished_at: datetime


def choose_expired(
    newest_first: Iterable[FiledFile], now: datetime, *, days: float | None, files: int | None
) -> Iterator[FiledFile]:
    """Given the closed files of a folder, yield those that are too old or too many; None sets no limit."""
    for count, filed in enumerate(newest_first):
        too_many = files is not None and count >= files
        too_old = days is not None and filed.finished_at < now - timedelta(days=days)
        if too_many or too_old:
            yield filed


def is_expired_leftover(name: str, now: datetime, days: float | None) -> bool:
    """Given a name in failed, return whether it is what `syncd retry` left of a try, too long ago."""
    marked = _RETRIED.search(name)
    if days is None or marked is None or _COMPANION.search(name) is None:
        return False
    retried_at = datetime.strptime(marked[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return retried_at < now - timedelta(days=days)
