"""Retention: removes from done and failed what the config says is kept no longer. Off unless it says so.

Only what the ledger knows as closed goes, with its companions, which go first: a death in between leaves the
file, and so the next round finds it again. Each removal is a line in the log. The ledger itself forgets nothing.
"""

from collections.abc import AsyncIterator
from pathlib import Path

from syncd.config.model import Config, FolderRetention, SourceConfig
from syncd.core.evidence import list_sidecars, name_filed_sidecar
from syncd.core.names import html_report_name, rejected_name, report_name, show_name
from syncd.core.retention import FiledFile, choose_expired, is_expired_leftover
from syncd.edges.archive import list_archived, remove_archived
from syncd.edges.clock import Clock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileOutcome, list_closed_page
from syncd.edges.log import say, say_bug
from syncd.edges.sealing import SEALED_ENDING, sealed_name
from syncd.edges.spool import sync_folder
from syncd.errors import LedgerError, StorageError
from syncd.flows.rounds import Rounds

ROUND_S = 3600.0
"""How often it is looked what may go."""
BREATH = 20
"""Files removed before the loop has its turn."""


class Retention:
    """Begins a round now and then, beside the work."""

    def __init__(self, config: Config, ledger: Ledger, clock: Clock) -> None:
        self._config = config
        self._ledger = ledger
        self._clock = clock
        self._rounds = Rounds(clock, ROUND_S, "retention")

    async def __call__(self) -> None:
        """Begin a round, if it is time to and the last one has ended."""
        self._rounds.begin(self.go_round)

    async def close(self) -> None:
        """Give up the round; what was not removed is found again."""
        await self._rounds.close()

    async def go_round(self) -> None:
        """Look into every folder once. What the machine refuses is tried again in the next round."""
        for source in self._config.sources:
            retention = source.retention
            folders: tuple[tuple[Path, FileOutcome, FolderRetention], ...] = (
                (source.done, "done", retention.done),
                (source.failed, "failed", retention.failed),
            )
            for folder, outcome, limits in folders:
                if limits != FolderRetention():
                    try:
                        await self._clear(source, folder, outcome, limits)
                    except (StorageError, LedgerError) as error:
                        say("retention_held", str(error), level="WARNING", source=source.name)
                    except Exception as error:  # noqa: BLE001  a bug here holds up no order
                        say_bug("bug", error, source=source.name)

    async def _clear(self, source: SourceConfig, folder: Path, outcome: FileOutcome, limits: FolderRetention) -> None:
        names = list_archived(folder)
        present = [filed async for filed in list_present(self._ledger, self._clock, source.name, outcome, names)]
        now = self._clock.now()
        removed = 0
        for filed in choose_expired(present, now, days=limits.days, files=limits.files):
            own = [one for name in list_own(source, filed) for one in (name, sealed_name(name))]
            remove_archived(folder, [name for name in own if name in names])  # a folder of such a name is not ours
            removed += 1
            say(
                "file_removed",
                "past its retention",
                source=source.name,
                folder=outcome,
                file=show_name(filed.name),
                claim=filed.claim_id,
                finished_at=filed.finished_at.isoformat(),
            )
            if removed % BREATH == 0:
                await self._clock.sleep(0)
        known = {name for filed in present for name in (filed.name, sealed_name(filed.name))}
        for name in sorted(names - known):
            if outcome == "failed" and is_expired_leftover(name.removesuffix(SEALED_ENDING), now, limits.days):
                remove_archived(folder, [name])
                removed += 1
                say("file_removed", "past its retention", source=source.name, folder=outcome, file=show_name(name))
        if removed:
            sync_folder(folder)


async def list_present(
    ledger: Ledger, clock: Clock, source: str, outcome: FileOutcome, names: set[str]
) -> AsyncIterator[FiledFile]:
    """Given the names in a folder, yield what the ledger has closed and still stands there, newest first.

    Of deliveries under one name only the newest counts: an earlier one went back to its inbox since.
    """
    seen: set[str] = set()
    before = None
    while page := list_closed_page(ledger, outcome, before):
        for row in page:
            if row.claim.source != source:
                continue
            name = row.filed_as or row.claim.name
            stands = name in names or sealed_name(name) in names
            if stands and name not in seen and row.finished_at is not None:
                seen.add(name)
                yield FiledFile(row.claim.id, name, row.claim.name, row.finished_at)
        before = page[-1]
        await clock.sleep(0)


def list_own(source: SourceConfig, filed: FiledFile) -> list[str]:
    """Given a filed file, return the names of its companions and, last, its own."""
    sidecars = list_sidecars(filed.own_name, source.complete)
    beside = [name_filed_sidecar(sidecar, source.complete, filed.name) for sidecar in sidecars]
    name = filed.name
    return [report_name(name), html_report_name(name), rejected_name(name), *beside, name]
