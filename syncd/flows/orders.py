"""The way of every file: swept, claimed, judged, carried, filed. Each step hands the file to the next.

A step that the machine refuses (disk full, no permission, ledger locked) is held and tried again; one that
meets a bug of ours is tried three times. Neither stops the other files.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from zlib import crc32

from syncd.config.model import SourceConfig
from syncd.core.intake import Reading
from syncd.core.model import Claim
from syncd.edges.clock import Clock
from syncd.edges.holds import describe_hold
from syncd.edges.judged import JudgedLostError
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import (
    FileRow,
    count_failure,
    find_file,
    list_open_files,
    put_back_judging,
)
from syncd.edges.ledger_orders import find_next_due
from syncd.edges.log import say, say_bug
from syncd.edges.syncs import Syncs
from syncd.errors import LedgerError, StorageError
from syncd.flows.carry import Carrier
from syncd.flows.desk import Desk
from syncd.flows.filing import Filing
from syncd.flows.judging import StoppedError, judge_file
from syncd.flows.taking import Taker

JUDGES = 16
"""Files judged side by side, so that a small one does not wait for a big one to be read."""
FILERS = 16
"""Files filed side by side, so that they share the disk's work."""
MACHINE_PAUSE_S = 5.0
"""How long to wait before trying again what the machine refused, or what met a bug of ours."""
LATE_S = 60.0
"""A sweep that is later than this was forgotten: by a bug, as nothing else can hold it up."""
LONGEST_SWEEP_S = 1800.0
"""How long taking a full inbox may last at the very most."""
TRIES = 3
"""So many exceptions of our own set a file aside."""


class Orders:
    """Moves every open file on, until it is told to stop."""

    def __init__(
        self,
        *,
        takers: Sequence[Taker],
        carrier: Carrier,
        filing: Filing,
        desk: Desk,
        ledger: Ledger,
        clock: Clock,
        syncs: Syncs,
        readings: Mapping[str, Reading],
        adopt: Callable[[SourceConfig], None],
        workers: int,
    ) -> None:
        self.takers = tuple(takers)
        self.carrier = carrier
        self.troubles: dict[str, str] = {}  #: what the machine refuses at present, by what it holds up
        self.failed = 0  #: files that went to failed since the start
        self.on_failed: Callable[[], None] = lambda: None
        self.proven = asyncio.Event()  #: every inbox was listed, and its first files could be taken
        self._filing = filing
        self._desk = desk
        self._ledger = ledger
        self._clock = clock
        self._syncs = syncs
        self._readings = readings
        self._adopt = adopt
        self._workers = workers
        self._stopping = False
        self._in_hand: set[str] = set()
        self._lost: set[str] = set()  # what waits to be judged again
        self._to_judge: asyncio.Queue[str] = asyncio.Queue()
        self._to_file: tuple[asyncio.Queue[str], ...] = tuple(asyncio.Queue() for _ in range(FILERS))
        self._bells = {taker.source.name: asyncio.Event() for taker in takers}
        self._swept: set[str] = set()
        self._unproven = set(self._bells)
        self._broken_off: set[str] = set()  # sources whose sweep met a bug of ours: what it took is to be picked up
        self._swept_by: dict[str, float] = {}  #: when each inbox's sweep has to be over
        self._pauses: set[asyncio.Task[None]] = set()
        for taker in self.takers:
            taker.on_claimed = self.note_claim
            taker.on_proven = partial(self._note_proven, taker.source.name)
        carrier.on_settled = self._hand_on
        carrier.on_lost = self.judge_again

    async def run(self, rows: Sequence[FileRow]) -> None:
        """Given the open files that recovery found, go on with them and with all that comes, until `stop`."""
        await self._judge_suspects([row for row in rows if row.deaths and row.state == "claimed"])
        for row in rows:
            self._take_in_hand(row)
        async with asyncio.TaskGroup() as group:
            for taker in self.takers:
                group.create_task(self._watch(taker), name=f"sweep {taker.source.name}")
            for number in range(JUDGES):
                group.create_task(self._work_off(self._to_judge, self._judge), name=f"judge {number}")
            for number, queue in enumerate(self._to_file):
                group.create_task(self._work_off(queue, self._file), name=f"file {number}")
            for number in range(self._workers):
                group.create_task(self.carrier.work(), name=f"carry {number}")

    def stop(self) -> None:
        """Begin nothing new; what is on its way is left in a state from which a start goes on."""
        self._stopping = True
        self.carrier.stop()
        for bell in self._bells.values():
            bell.set()
        for queue in (self._to_judge, *self._to_file):
            for _ in range(JUDGES):
                queue.put_nowait("")
        for pause in self._pauses:
            pause.cancel()

    def ring(self, source: str) -> None:
        """Look into a source's inbox now."""
        self._bells[source].set()

    def is_settled(self) -> bool:
        """Return whether every inbox was swept and every file that was there is filed."""
        swept = len(self._swept) == len(self.takers)
        return swept and not self._in_hand and all(taker.is_idle() for taker in self.takers)

    def find_late(self) -> str | None:
        """Return the source whose sweep should have come long ago, or None."""
        now = self._clock.monotonic()
        return next((name for name, by in self._swept_by.items() if by < now), None)

    def note_claim(self, claim: Claim) -> None:
        """A file was claimed and written down."""
        self._take_in_hand(FileRow(claim))

    def judge_again(self, claim_id: str) -> None:
        """A file's judged orders are lost: judge it anew. What was sent of it is known, and asked about."""
        if claim_id in self._lost:  # every order of it in flight may find that out
            return
        put_back_judging(self._ledger, claim_id)
        self._lost.add(claim_id)  # once the ledger took it: what it refuses is tried again
        say(
            "judged_lost",
            "its judged orders cannot be read; it is judged again",
            level="WARNING",
            claim=claim_id,
        )
        self._to_judge.put_nowait(claim_id)

    def _take_in_hand(self, row: FileRow) -> None:
        claim_id = row.claim.id
        if claim_id in self._in_hand:
            return
        self._in_hand.add(claim_id)
        self._desk.open(row)
        if row.state == "claimed":
            self._to_judge.put_nowait(claim_id)
        elif row.state == "carrying" and find_next_due(self._ledger, claim_id) is not None:
            self.carrier.add_file(claim_id)
        else:
            self._hand_on(claim_id)

    def _hand_on(self, claim_id: str) -> None:
        """Let a file be filed. Names that could meet in done or failed go the same way, one after another."""
        first = self._desk.path(claim_id).name.partition(".")[0]
        self._to_file[crc32(os.fsencode(first)) % FILERS].put_nowait(claim_id)

    async def _judge_suspects(self, rows: Sequence[FileRow]) -> None:
        """After a death: whoever was being judged is judged alone, so that no innocent file is blamed."""
        for row in rows:
            self._in_hand.add(row.claim.id)
            self._desk.open(row)
            await self._try(self._judge, row.claim.id, self._to_judge)

    async def _watch(self, taker: Taker) -> None:
        bell = self._bells[taker.source.name]
        while not self._stopping:
            bell.clear()
            name = taker.source.name
            self._swept_by[name] = self._clock.monotonic() + LONGEST_SWEEP_S
            look_at = await self._sweep(taker)
            self._swept_by[name] = look_at + LATE_S
            self._swept.add(name)
            if taker.trouble is None:
                self._note_proven(name)
            timer = self._clock.call_later(max(0.0, look_at - self._clock.monotonic()), bell.set)
            try:
                await bell.wait()
            finally:
                timer.cancel()

    def _note_proven(self, source: str) -> None:
        """An inbox works; how much waits in it does not matter."""
        self._unproven.discard(source)
        if not self._unproven:
            self.proven.set()

    async def _sweep(self, taker: Taker) -> float:
        """Sweep once; return when to look again, whatever happens."""
        try:
            if taker.trouble is not None or taker.source.name in self._broken_off:
                self._pick_up(taker.source)
                self._broken_off.discard(taker.source.name)
            return await taker.sweep()
        except (StorageError, LedgerError) as error:
            taker.hold(str(error))
        except Exception as error:  # noqa: BLE001  a bug of ours in one inbox holds up no other
            say_bug("bug", error, source=taker.source.name)
            self._broken_off.add(taker.source.name)
        return self._clock.monotonic() + MACHINE_PAUSE_S

    def _pick_up(self, source: SourceConfig) -> None:
        """After trouble: go on with what was claimed but could not be written down or handed on then.

        Before anything else is taken: while this is refused, no more is.
        """
        self._adopt(source)
        self._ledger.commit()
        for row in list_open_files(self._ledger):
            if row.claim.source in self._bells:
                self._take_in_hand(row)

    async def _work_off(self, queue: asyncio.Queue[str], step: Callable[[str], Coroutine[Any, Any, None]]) -> None:
        while True:
            claim_id = await queue.get()
            if self._stopping:
                return
            await self._try(step, claim_id, queue)

    async def _try(
        self, step: Callable[[str], Coroutine[Any, Any, None]], claim_id: str, queue: asyncio.Queue[str]
    ) -> None:
        """Take a step with a file; what fails by the machine, or by us, is put off."""
        try:
            try:
                await step(claim_id)
            except JudgedLostError:
                self.judge_again(claim_id)
        except (StoppedError, asyncio.CancelledError) as stopped:
            self._call_off(claim_id)
            if isinstance(stopped, asyncio.CancelledError):
                raise
        except (StorageError, LedgerError) as error:
            if self.troubles.get(claim_id) != str(error):
                say("file_held", str(error), level="ERROR", claim=claim_id)
            self.troubles[claim_id] = str(error)
            self._put_off(claim_id, queue)
        except Exception as error:  # noqa: BLE001  the one place where a bug of ours is caught: the file stays in work/
            say_bug("bug", error, claim=claim_id, tries=self._count_failure(claim_id))
            self._put_off(claim_id, queue)
        else:
            self.troubles.pop(claim_id, None)

    def _call_off(self, claim_id: str) -> None:
        """A stop while a file was judged is no death: take the `judging` back."""
        with contextlib.suppress(LedgerError):  # a ledger that refuses holds up no stop
            row = find_file(self._ledger, claim_id)
            if row is not None and row.state == "judging":
                put_back_judging(self._ledger, claim_id)
                self._ledger.commit()

    def _count_failure(self, claim_id: str) -> int | None:
        """Return how many tries met a bug of ours; None where the ledger refuses to count."""
        with contextlib.suppress(LedgerError):
            count = count_failure(self._ledger, claim_id)
            self._ledger.commit()
            return count
        return None

    def _put_off(self, claim_id: str, queue: asyncio.Queue[str]) -> None:
        async def pause() -> None:
            await self._clock.sleep(MACHINE_PAUSE_S)
            queue.put_nowait(claim_id)

        task = asyncio.get_running_loop().create_task(pause())
        self._pauses.add(task)
        task.add_done_callback(self._pauses.discard)

    async def _judge(self, claim_id: str) -> None:
        row = find_file(self._ledger, claim_id)
        if row is None:
            return
        if row.failures >= TRIES:
            row = replace(row, deaths=TRIES)
        reading = self._readings[row.claim.source]
        try:
            judged = await judge_file(
                row, reading, self._desk, self._ledger, self._clock, self._syncs, lambda: self._stopping
            )
        except JudgedLostError:
            self._lost.discard(claim_id)
            raise
        self._lost.discard(claim_id)
        self._desk.open(judged)
        if find_next_due(self._ledger, claim_id) is None:
            self._hand_on(claim_id)
        else:
            self.carrier.add_file(claim_id)

    async def _file(self, claim_id: str) -> None:
        outcome = await self._filing.file(claim_id)
        if outcome == "failed":
            self.failed += 1
            self.on_failed()
        self._in_hand.discard(claim_id)

    def list_holds(self) -> list[str]:
        """Return what the operator put on hold, a sentence each."""
        return [describe_hold(taker.source.name) for taker in self.takers if taker.on_hold]

    def list_troubles(self) -> list[str]:
        """Return what holds files up at present and only the operator or the machine can mend, each once."""
        found = [taker.trouble for taker in self.takers]
        found += [self.carrier.trouble, self._syncs.trouble, *self.troubles.values()]
        return list(dict.fromkeys(sentence for sentence in found if sentence))
