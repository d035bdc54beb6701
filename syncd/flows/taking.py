"""Takes settled files out of an inbox. The listing is the truth; the bell only says when to look.

A file that cannot be taken is left where it is and named once; nothing here opens a file.
"""

from collections.abc import Callable, Sequence
from random import Random

from syncd.config.model import SourceConfig
from syncd.core.model import Claim, FileStat
from syncd.core.names import matches, show_name
from syncd.core.settle import Sighting, observe
from syncd.edges.clock import Clock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import add_file
from syncd.edges.log import say
from syncd.edges.spool import Oddity, claim, list_inbox, prepare_folder, sync_folder
from syncd.errors import LedgerError, StorageError

LOOK_AGAIN_S = 0.3
"""How often a file that still settles is looked at: taken at the latest 0.5 s after it was quiet for long enough."""
RESCAN_S = 5.0
"""How often an inbox is listed even when no bell rang; large inboxes are listed less often."""
BREATH = 64
"""Files claimed before the loop has its turn."""


def make_claim_id(clock: Clock, random: Random) -> str:
    """Return a name for a delivery that sorts by time and is never used twice."""
    return f"{clock.now():%Y%m%dT%H%M%S%f}-{random.getrandbits(32):08x}"


class Taker:
    """Watches over one source's inbox."""

    def __init__(
        self,
        source: SourceConfig,
        ledger: Ledger,
        clock: Clock,
        random: Random,
        rescan_s: float = RESCAN_S,
    ) -> None:
        self.source = source
        self.on_claimed: Callable[[Claim], None] = lambda _: None
        self.trouble: str | None = None  #: why nothing can be taken at present
        self.waiting: dict[str, Sighting] = {}  #: what still settles, by name
        self.unmatched: set[str] = set()
        self._ledger = ledger
        self._clock = clock
        self._random = random
        self._rescan_s = rescan_s
        self._odd: dict[str, bool] = {}  #: odd things seen; whether they were named in the log

    async def sweep(self) -> float:
        """Look through the inbox once, take what is settled, and return when to look again (boot-time seconds)."""
        begun_at = self._clock.monotonic()
        try:
            next_due = await self._take_settled()
        except (StorageError, LedgerError) as error:
            if self.trouble != str(error):
                say("inbox_held", str(error), level="ERROR", source=self.source.name)
            self.trouble = str(error)
            return self._clock.monotonic() + self._rescan_s
        if self.trouble is not None:
            say("inbox_well_again", source=self.source.name)
            self.trouble = None
        now = self._clock.monotonic()
        rescan_at = now + max(self._rescan_s, 50 * (now - begun_at))
        return rescan_at if next_due is None else min(rescan_at, next_due)

    def is_idle(self) -> bool:
        """Return whether nothing is on its way to being taken; an empty file that may yet grow does not count."""
        return not any(sighting.stat.size for sighting in self.waiting.values())

    async def _take_settled(self) -> float | None:
        prepare_folder(self.source.inbox)
        prepare_folder(self.source.work, mode=0o700)
        now = self._clock.monotonic()
        settling = observe(self.waiting, self._list_candidates(), now, self.source.settle_seconds)
        self.waiting = settling.sightings
        for start in range(0, len(settling.ready), BREATH):
            self._claim_batch(settling.ready[start : start + BREATH])
            await self._clock.sleep(0)
        if settling.next_due is None or self.is_idle():
            return settling.next_due
        return min(settling.next_due, self._clock.monotonic() + LOOK_AGAIN_S)

    def _list_candidates(self) -> list[FileStat]:
        candidates: list[FileStat] = []
        odd: dict[str, bool] = {}
        unmatched: set[str] = set()
        own = {self.source.work.name, self.source.done.name, self.source.failed.name}
        for found in list_inbox(self.source.inbox):
            if isinstance(found, Oddity):
                if not (found.kind == "folder" and found.name in own):
                    odd[found.name] = self._note_oddity(found)
            elif not matches(found.name, self.source.match):
                unmatched.add(found.name)
                if found.name not in self.unmatched:
                    say(
                        "file_unmatched",
                        "no source takes files of this name; it stays in the inbox",
                        level="WARNING",
                        source=self.source.name,
                        file=show_name(found.name),
                    )
            else:
                candidates.append(found)
        self._odd, self.unmatched = odd, unmatched
        return candidates

    def _note_oddity(self, oddity: Oddity) -> bool:
        """Name it once, at the second look: a file with two links may be a rename in flight."""
        named = self._odd.get(oddity.name)
        if named is False:
            say(
                "file_left_alone",
                f"a {oddity.kind} is never taken; only regular files with one name are",
                level="WARNING",
                source=self.source.name,
                file=show_name(oddity.name),
            )
        return named is not None

    def _claim_batch(self, stats: Sequence[FileStat]) -> None:
        """Take some files, make that durable, and only then hand them on."""
        claims = [made for stat in stats if (made := self._claim(stat)) is not None]
        if claims:
            sync_folder(self.source.work)
            sync_folder(self.source.inbox)
            self._ledger.commit()
            for made in claims:
                self.on_claimed(made)

    def _claim(self, stat: FileStat) -> Claim | None:
        claim_id = make_claim_id(self._clock, self._random)
        del self.waiting[stat.name]
        taken = claim(self.source.inbox, self.source.work, stat.name, claim_id)
        if taken is None:
            return None
        made = Claim(claim_id, self.source.name, stat.name, self._clock.now())
        add_file(self._ledger, made)
        sync_folder(self.source.work / claim_id)
        say(
            "file_claimed",
            source=self.source.name,
            file=show_name(stat.name),
            bytes=taken.size,
            claim=claim_id,
        )
        return made
