"""Takes settled files out of an inbox. The listing is the truth; the bell only says when to look.

A file that cannot be taken is left where it is and named once; nothing here reads a file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from syncd.config.model import SourceConfig
from syncd.core.evidence import Evidence, find_lacking, is_sidecar, list_sidecars
from syncd.core.model import Claim, FileStat
from syncd.core.names import make_matcher, numbered_claim, show_name
from syncd.core.settle import Sighting, observe
from syncd.edges.beside import put_back_beside, take_beside
from syncd.edges.claims import claim, find_original, made_folder
from syncd.edges.clock import Clock
from syncd.edges.lease import find_writer
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import add_file
from syncd.edges.log import say
from syncd.edges.spool import Oddity, list_inbox, prepare_folder, put_back, sync_folder
from syncd.errors import LedgerError, StorageError

LOOK_AGAIN_S = 0.3
"""How often a file that still settles is looked at: taken at the latest 0.5 s after it was quiet for long enough."""
RESCAN_S = 5.0
"""How often an inbox is listed even when no bell rang; large inboxes are listed less often."""
HOLD_LOOK_S = 1.0
"""How often it is looked whether a hold is over."""
RENAME_S = 5.0
"""So long a file with two names may be one that is being renamed by its sender."""
BREATH = 16
"""Files claimed before the loop has its turn."""
SMALL_BYTES = 64 * 1024
"""A larger file has a folder and a side file of its own, so that no small one waits for it."""


@dataclass(frozen=True, slots=True)
class _Odd:
    """Something in the inbox that is never taken."""

    since: float  #: boot seconds; when we first saw it
    is_named: bool  #: in the log
    is_renamed: bool  #: by somebody who links a file to its new name and then removes the old one


def make_claim_id(clock: Clock, random: Random) -> str:
    """Return a name for a delivery that sorts by time and is never used twice."""
    return f"{clock.now():%Y%m%dT%H%M%S%f}-{random.getrandbits(32):08x}"


def _gather(ready: Sequence[FileStat]) -> Iterator[Sequence[FileStat]]:
    """Yield what is taken together: some small files, or a large one."""
    batch: list[FileStat] = []
    for stat in ready:
        is_large = stat.size > SMALL_BYTES
        if batch and (is_large or len(batch) == BREATH):
            yield batch
            batch = []
        if is_large:
            yield [stat]
        else:
            batch.append(stat)
    if batch:
        yield batch


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
        self.on_proven: Callable[[], None] = lambda: None  #: the inbox was listed, and what was settled can be taken
        self.trouble: str | None = None  #: why nothing can be taken at present
        self.is_on_hold: Callable[[], bool] = lambda: False
        self.on_hold = False  #: the operator wants nothing to be taken
        self.waiting: dict[str, Sighting] = {}  #: what still settles, by name
        self.unmatched: set[str] = set()
        self.held: dict[str, str] = {}  #: settled files that lack other evidence, and what they wait for
        self._sidecars: dict[str, Sighting] = {}
        self._sidecars_due: float | None = None
        self._leases_told = False
        self._ledger = ledger
        self._clock = clock
        self._random = random
        self._rescan_s = rescan_s
        self._odd: dict[str, _Odd] = {}

    async def sweep(self) -> float:
        """Look through the inbox once, take what is settled, and return when to look again (boot-time seconds)."""
        begun_at = self._clock.monotonic()
        try:
            self._note_hold(self.is_on_hold())
            next_due = begun_at + HOLD_LOOK_S if self.on_hold else await self._take_settled()
        except (StorageError, LedgerError) as error:
            self.hold(str(error))
            return self._clock.monotonic() + self._rescan_s
        if self.trouble is not None:
            say("inbox_well_again", source=self.source.name)
            self.trouble = None
        now = self._clock.monotonic()
        rescan_at = now + max(self._rescan_s, 50 * (now - begun_at))
        return rescan_at if next_due is None else min(rescan_at, next_due)

    def hold(self, sentence: str) -> None:
        """Nothing can be taken, for a reason that is said once."""
        if self.trouble != sentence:
            say("inbox_held", sentence, level="ERROR", source=self.source.name)
        self.trouble = sentence

    def _note_hold(self, on_hold: bool) -> None:
        if on_hold != self.on_hold:
            say("source_held" if on_hold else "source_released", source=self.source.name)
        if on_hold:
            self.waiting, self._odd = {}, {}  # what waits settles anew after the release, and keeps no run from its end
        self.on_hold = on_hold

    def is_idle(self) -> bool:
        """Return whether nothing is on its way to being taken.

        An empty file that may yet grow does not count, nor one that lacks what its sender has to send.
        """
        growing = any(sighting.stat.size for name, sighting in self.waiting.items() if name not in self.held)
        return not growing and self._sidecars_due is None and not any(odd.is_renamed for odd in self._odd.values())

    async def _take_settled(self) -> float | None:
        prepare_folder(self.source.inbox)
        prepare_folder(self.source.work, mode=0o700)
        now = self._clock.monotonic()
        candidates, sidecars = self._list_candidates(now)
        settling = observe(self.waiting, candidates, now, self.source.settle_seconds)
        self.waiting = settling.sightings
        ready: Sequence[FileStat] = settling.ready
        if self.source.complete != Evidence():
            ready = self._keep_whole(ready, sidecars, now)
        for batch in _gather(ready):
            begun_at = self._clock.monotonic()
            self._claim_batch(batch)
            self.on_proven()
            # As long again for all the others: of a backlog, the first orders are sent while the last file is taken.
            await self._clock.sleep(self._clock.monotonic() - begun_at)
        due = [at for at in (settling.next_due, self._sidecars_due) if at is not None]
        if not self.is_idle():
            due.append(self._clock.monotonic() + LOOK_AGAIN_S)
        return min(due, default=None)

    def _keep_whole(self, settled: Sequence[FileStat], sidecars: Sequence[FileStat], now: float) -> list[FileStat]:
        """Given settled files and what stands beside them, return those with all the evidence that is asked for."""
        evidence = self.source.complete
        beside = observe(self._sidecars, sidecars, now, self.source.settle_seconds)
        self._sidecars = beside.sightings
        growing = {name for name, sighting in beside.sightings.items() if sighting.stat.size} - {
            stat.name for stat in beside.ready
        }
        self._sidecars_due = beside.next_due if growing else None
        finished = {stat.name for stat in beside.ready}
        whole, held = [], {}
        for stat in settled:
            lacking = find_lacking(stat.name, evidence, beside.sightings, finished) or self._find_writer(stat)
            if lacking is None:
                whole.append(stat)
                continue
            what, why = lacking
            held[stat.name] = what
            if self.held.get(stat.name) != what:
                say("file_waits", why, source=self.source.name, file=show_name(stat.name), waits_for=show_name(what))
        self.held = held
        return whole

    def _find_writer(self, stat: FileStat) -> tuple[str, str] | None:
        """Return what a file waits for that somebody has open for writing, where the kernel tells."""
        if not self.source.complete.lease:
            return None
        written = find_writer(self.source.inbox / stat.name)
        if written is None and not self._leases_told:
            self._leases_told = True
            say(
                "lease_refused",
                "the kernel does not tell whether files here are open; quiet time alone decides. It tells the owner of "
                "the files, and who has CAP_LEASE, on a local disk",
                level="WARNING",
                source=self.source.name,
            )
        return ("its writer", "somebody still has it open for writing") if written else None

    def _list_candidates(self, now: float) -> tuple[list[FileStat], list[FileStat]]:
        """Return the files of orders in the inbox, and the markers and checksums."""
        candidates: list[FileStat] = []
        sidecars: list[FileStat] = []
        odd: dict[str, _Odd] = {}
        unmatched: set[str] = set()
        own = {self.source.work.name, self.source.done.name, self.source.failed.name}
        fits, has_sidecars = make_matcher(self.source.match), self.source.complete.has_sidecars
        for found in list_inbox(self.source.inbox):
            if isinstance(found, Oddity):
                if not (found.kind == "folder" and found.name in own):
                    odd[found.name] = self._note_oddity(found, now, fits(found.name))
            elif has_sidecars and is_sidecar(found.name, self.source.complete):
                sidecars.append(found)
            elif not fits(found.name):
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
        return candidates, sidecars

    def _note_oddity(self, oddity: Oddity, now: float, fits: bool) -> _Odd:
        """Name it once, at the second look; of a file with two links later, as it may be a rename in flight."""
        before = self._odd.get(oddity.name)
        is_hard_link = oddity.kind == "hard link"
        if before is None or (is_hard_link and now - before.since < RENAME_S):
            return _Odd(now if before is None else before.since, is_named=False, is_renamed=fits and is_hard_link)
        if not before.is_named:
            say(
                "file_left_alone",
                f"a {oddity.kind} is never taken; only regular files with one name are",
                level="WARNING",
                source=self.source.name,
                file=show_name(oddity.name),
            )
        return _Odd(before.since, is_named=True, is_renamed=False)

    def _claim_batch(self, stats: Sequence[FileStat]) -> None:
        """Take some files into one folder, make that durable, and only then hand them on."""
        folder = make_claim_id(self._clock, self._random)
        ids = [folder] if len(stats) == 1 else [numbered_claim(folder, number) for number in range(len(stats))]
        with made_folder(self.source.work, folder):
            taken = zip(stats, ids, strict=True)
            claims = [made for stat, claim_id in taken if (made := self._claim(stat, claim_id)) is not None]
        if claims:
            sync_folder(self.source.work / folder)
            sync_folder(self.source.work)
            sync_folder(self.source.inbox)
            self._ledger.commit()
            for made in claims:
                self.on_claimed(made)

    def _claim(self, stat: FileStat, claim_id: str) -> Claim | None:
        """Take one file and what belongs to it; None where it is not what was seen to settle."""
        inbox, work = self.source.inbox, self.source.work
        del self.waiting[stat.name]
        sidecars = list_sidecars(stat.name, self.source.complete)
        if sidecars:  # first, so that none is left behind to vouch for a later file of this name
            take_beside(inbox, work, claim_id, sidecars)
        taken = claim(inbox, work, stat.name, claim_id)
        made = Claim(claim_id, self.source.name, stat.name, self._clock.now())
        path = find_original(work, made)
        # One that cannot be put back, as its name is taken by now, is a delivery of its own.
        if taken is None or (self._is_other(taken, stat, path) and put_back(path, inbox, stat.name)):
            if sidecars:
                put_back_beside(work, claim_id, inbox)
            return None
        add_file(self._ledger, made)
        say(
            "file_claimed",
            source=self.source.name,
            file=show_name(stat.name),
            bytes=taken.size,
            claim=claim_id,
        )
        return made

    def _is_other(self, taken: FileStat, seen: FileStat, path: Path) -> bool:
        """Return whether a file was replaced, or written to, between look and claim; its ctime the claim has set."""
        if (taken.inode, taken.size, taken.mtime_ns) != (seen.inode, seen.size, seen.mtime_ns):
            return True
        return self.source.complete.lease and bool(find_writer(path))
