"""Encrypts what has stood in done and failed for long enough, beside the work. Off unless the config asks for it.

Only what the ledger knows as closed is touched. Companions go first, so that a death in between is made up for
in the next round; the encrypting itself runs in a thread, as a big file takes seconds.
"""

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

from syncd.config.model import Config, EncryptConfig, SourceConfig
from syncd.core.names import show_name
from syncd.core.retention import choose_expired
from syncd.edges.archive import list_archived, remove_archived
from syncd.edges.clock import Clock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileOutcome
from syncd.edges.log import say, say_bug
from syncd.edges.sealing import UNSEALED_PREFIX, seal_file
from syncd.errors import SyncdError
from syncd.flows.retention import list_own, list_present
from syncd.flows.rounds import Rounds

ROUND_S = 600.0
"""How often it is looked what is to be encrypted."""


class Sealing:
    """Begins a round now and then, beside the work."""

    def __init__(self, config: Config, ledger: Ledger, clock: Clock) -> None:
        self._config = config
        self._ledger = ledger
        self._clock = clock
        self._rounds = Rounds(clock, ROUND_S, "sealing")

    async def __call__(self) -> None:
        """Begin a round, if it is time to and the last one has ended."""
        if self._config.encrypt is not None:
            self._rounds.begin(partial(self.go_round, self._config.encrypt))

    async def close(self) -> None:
        """Give up the round; what was not encrypted is found again."""
        await self._rounds.close()

    async def go_round(self, encrypt: EncryptConfig) -> None:
        """Look into every folder once. What the machine refuses is tried again in the next round."""
        for source in self._config.sources:
            try:
                await self._seal(source, source.done, "done", encrypt.done_after_days, encrypt)
                await self._seal(source, source.failed, "failed", encrypt.failed_after_days, encrypt)
            except SyncdError as error:
                say("sealing_held", str(error), level="WARNING", source=source.name)
            except Exception as error:  # noqa: BLE001  a bug here holds up no order
                say_bug("bug", error, source=source.name)

    async def _seal(
        self, source: SourceConfig, folder: Path, outcome: FileOutcome, days: float, encrypt: EncryptConfig
    ) -> None:
        names = list_archived(folder)
        remove_archived(folder, [name for name in names if name.startswith(UNSEALED_PREFIX)])
        present = [one async for one in list_present(self._ledger, self._clock, source.name, outcome, names)]
        for filed in choose_expired(present, self._clock.now(), days=days, files=None):
            plain = [name for name in list_own(source, filed) if name in names]
            sealed = 0
            for name in plain:
                with suppress(FileNotFoundError):  # a retry, or somebody by hand, took it away during the round
                    await asyncio.to_thread(seal_file, folder / name, encrypt.recipients)
                    sealed += 1
            if sealed:
                say("file_sealed", source=source.name, folder=outcome, file=show_name(filed.name), claim=filed.claim_id)
