"""The inventory: poll every page, see whether it is whole and plausible, publish it or write it aside.

A poll that breaks, or whose pages shift under it, is repeated once and then given up: `latest.json` stays as it
was. Pace, backoff and outages are the caller's and the governor's; a poll only waits its turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from syncd.config.model import InventoryConfig
from syncd.core.changes import Comparison, Kind, judge_agreement, judge_loss, write_change, write_changes_head
from syncd.core.decide import describe_reply
from syncd.core.inventory import Line, compose, write_head, write_item
from syncd.core.model import Reply, ReplyKind
from syncd.core.pages import Page, PageFault, read_page
from syncd.core.schedule import choose_expired
from syncd.core.tally import Tally
from syncd.edges.api import Request
from syncd.edges.clock import Clock
from syncd.edges.governor import Lane
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_pages import PollPages
from syncd.edges.ledger_stock import PollMark, begin_poll, note_published, prune_sent_lines
from syncd.edges.log import say, say_bug
from syncd.edges.snapshots import BREATH, Snapshot, SnapshotDamagedError, SnapshotFolder
from syncd.errors import LedgerError, StorageError
from syncd.flows.calls import Caller

ATTEMPTS = 2
"""A poll that broke is repeated once."""
PAGE_TRIES = 5
"""So often a page is asked for; after three failures in a row the gate closes, and the poll begins anew later."""
FINAL = (400, 404, 413, 422)
"""Statuses that the same call would meet again."""


class PollOutcome(StrEnum):
    """What came of a poll."""

    PUBLISHED = "published"
    HELD = "held"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class PollResult:
    """What came of a poll, with a sentence for the operator."""

    outcome: PollOutcome
    sentence: str


class _BrokenPollError(Exception):
    """A poll cannot go on; its text is half a sentence."""


class Inventory:
    """Polls the inventory, one poll at a time."""

    def __init__(
        self,
        config: InventoryConfig,
        caller: Caller,
        ledger: Ledger,
        clock: Clock,
        folder: SnapshotFolder,
        *,
        patience_s: float,
    ) -> None:
        self.folder = folder
        self.trouble: str | None = None  #: what is wrong with the inventory at present
        self.on_published: Callable[[Snapshot, PollMark], Awaitable[None]] | None = None
        self._config = config
        self._caller = caller
        self._ledger = ledger
        self._clock = clock
        self._patience_s = patience_s
        self._stopping = False
        self._busy = asyncio.Lock()
        self._parameter: str = "page_size"  # what the API's edition calls the size of a page

    def stop(self) -> None:
        """Ask for no further page."""
        self._stopping = True

    async def poll(self) -> PollResult:
        """Make one snapshot, after one that may be under way. What the machine refuses is told and given up."""
        async with self._busy:
            try:
                return await self._poll()
            except (StorageError, LedgerError) as error:
                return self._give_up(str(error))
            except Exception as error:  # noqa: BLE001  the one place where a bug of ours in a poll is caught
                say_bug("bug", error)
                return self._give_up("The inventory poll met a bug of syncd; see the log.")

    async def confirm(self) -> PollResult:
        """Publish the snapshot that was written aside last, on the operator's word."""
        async with self._busy:
            latest = self._find_latest()
            held = self.folder.find_held(latest.taken_at if latest else None)
            if held is None:
                return PollResult(PollOutcome.GIVEN_UP, "No snapshot is held back; nothing was published.")
            # Not known is which orders it has taken in: with number 0 all that is remembered counts against it.
            mark = PollMark(0, held.taken_at, 0.0, "")
            await self._publish(mark, held.took_s, latest, held.lines, {})
            self.folder.remove(held.path.name)
            self.folder.sync()
            return PollResult(PollOutcome.PUBLISHED, "The snapshot that was held back is published.")

    async def _poll(self) -> PollResult:
        why = ""
        for attempt in range(1, ATTEMPTS + 1):
            with PollPages(self.folder.directory) as pages:
                try:
                    mark, tally = await self._collect(pages)
                except _BrokenPollError as broken:
                    why = str(broken)
                else:
                    return await self._judge(mark, tally, pages)
            if self._stopping:
                return PollResult(PollOutcome.GIVEN_UP, "syncd stopped.")
            say("inventory_broken", why, level="WARNING", attempt=attempt)
        return self._give_up(f"The inventory could not be read as a whole: {why}.")

    def _give_up(self, sentence: str) -> PollResult:
        self.note_trouble(f"{sentence} The last snapshot stays as it was.")
        return PollResult(PollOutcome.GIVEN_UP, sentence)

    def note_trouble(self, sentence: str | None) -> None:
        """Tell what is wrong with the inventory, once; None: nothing."""
        if sentence is not None and sentence != self.trouble:
            say("inventory_trouble", sentence, level="ERROR")
        self.trouble = sentence

    async def _collect(self, pages: PollPages) -> tuple[PollMark, Tally]:
        """Fetch every page. Raise _BrokenPollError where they make no whole inventory."""
        tally, parameter, switched = Tally(), self._parameter, False
        mark: PollMark | None = None
        last_s: float | None = None
        number = 1
        while True:
            sent, reply = await self._fetch(number, parameter, last_s)
            if mark is None:
                mark = sent
            last_s = self._clock.monotonic()
            page = self._read(reply)
            if page.parameter != parameter:
                if switched or number > 1:
                    raise _BrokenPollError("the API changed its edition between two pages")
                self._parameter = parameter = page.parameter
                switched, mark = True, None
                continue
            if (fault := tally.add(page)) is not None:
                raise _BrokenPollError(fault)
            lines = [write_item(item) for item in page.items]
            for start in range(0, len(lines), BREATH):
                if not pages.add(lines[start : start + BREATH]):
                    raise _BrokenPollError("the same SKU came twice for one location")
                await self._clock.sleep(0)
            if not page.has_more:
                break
            number += 1
        if (fault := tally.finish(pages.count_skus())) is not None:
            raise _BrokenPollError(fault)
        return mark, tally

    @staticmethod
    def _read(reply: Reply) -> Page:
        try:
            return read_page(reply.body)
        except PageFault as fault:
            raise _BrokenPollError(str(fault).removesuffix(".")) from None

    async def _fetch(self, number: int, parameter: str, last_s: float | None) -> tuple[PollMark, Reply]:
        """Return a page's good reply, and when it was asked for."""
        query = (("page", str(number)), (parameter, str(self._config.page_size)))
        mark: PollMark | None = None

        def prepare() -> Request | None:
            nonlocal mark
            now_s = self._clock.monotonic()
            if self._stopping or (last_s is not None and now_s - last_s > self._patience_s):
                return None
            poll = begin_poll(self._ledger) if number == 1 else 0
            mark = PollMark(poll, self._clock.now(), now_s, self._clock.boot_id())
            return Request("GET", "/inventory", query=query)

        attempt = 0
        while True:
            attempt += 1
            reply = await self._caller.call(Lane.INVENTORY, prepare, attempt=attempt)
            if reply is None or mark is None:
                raise _BrokenPollError("it stood still for too long between two pages")
            if _is_good(reply):
                return mark, reply
            held = self._caller.gate.hold is not None
            # While the gate is closed it says when to try again, and before the first page nothing grows old.
            if reply.status in FINAL or (number > 1 if held else attempt >= PAGE_TRIES):
                raise _BrokenPollError(describe_reply(reply))

    async def _judge(self, mark: PollMark, tally: Tally, pages: PollPages) -> PollResult:
        """Given a whole inventory, publish it unless it lost too much and nothing confirms that."""
        took_s = self._clock.monotonic() - mark.taken_s
        latest = self._find_latest()
        share = self._config.guard.max_lost_share
        comparison = await self._compare(latest, pages.lines())
        why = judge_loss(comparison, share)
        held = self.folder.find_held(latest.taken_at if latest else None) if why else None
        if why is not None and (held is None or not judge_agreement(await self._compare(held, pages.lines()), share)):
            stem = self.folder.choose_stem("held", mark.taken_at)
            await self.folder.write_aside(stem, write_head(mark.taken_at, took_s), pages.lines())
            sentence = (
                f"The newest inventory is held back as {stem}.json: {why}. It is published when the next poll says "
                "the same, or by `syncd inventory confirm`."
            )
            self.note_trouble(sentence)
            return PollResult(PollOutcome.HELD, sentence)
        facts = {"pages": tally.pages, "skus": pages.count_skus()}
        await self._publish(mark, took_s, latest, pages.lines, facts)
        return PollResult(PollOutcome.PUBLISHED, f"{tally.rows} rows of {facts['skus']} SKUs in {took_s:.1f} s.")

    def _find_latest(self) -> Snapshot | None:
        try:
            return self.folder.find_latest()
        except SnapshotDamagedError as error:
            say("inventory_latest_damaged", str(error), level="ERROR")
            return None

    async def _compare(self, before: Snapshot | None, lines: Iterator[Line]) -> Comparison:
        comparison = Comparison(before.lines() if before else (), lines)
        for count, _ in enumerate(comparison.walk()):
            if count % BREATH == 0:
                await self._clock.sleep(0)
        return comparison

    async def _publish(
        self,
        mark: PollMark,
        took_s: float,
        latest: Snapshot | None,
        lines: Callable[[], Iterator[Line]],
        facts: Mapping[str, object],
    ) -> None:
        """Write the series, the changes, the manifest, then `latest.json`: each whole before the next one."""
        folder = self.folder
        stem = folder.choose_stem("inventory", mark.taken_at)
        comparison = Comparison(latest.lines() if latest else (), lines())
        with folder.begin(f"{stem}.changes.json") as changes:
            head = write_changes_head(latest.taken_at if latest else None, mark.taken_at)
            await folder.fill(
                changes, compose(head, (None if one is None else write_change(one) for one in comparison.walk()))
            )
            changes.publish()
        entry = await folder.write_series(stem, mark.taken_at, took_s, lines())
        entry |= {"taken_at": mark.taken_at.isoformat(), "took_seconds": round(took_s, 1), **facts}
        expired = self._list_expired()
        kept = [known for known in folder.read_manifest() if known.get("file") not in expired]
        folder.write_manifest([*kept, entry])
        await folder.replace_latest(stem)
        note_published(self._ledger, mark, entry)
        prune_sent_lines(self._ledger, mark.number)
        with suppress(LedgerError):  # whoever sends says so; of a poll that is not known, all that was sent counts
            self._ledger.commit()
        self.note_trouble(None)
        for name in expired:
            folder.remove(name)
        folder.sync()
        counts = comparison.counts
        say(
            "inventory_published",
            file=f"{stem}.json",
            rows=str(entry["rows"]),
            took_s=round(took_s, 1),
            new=counts[Kind.NEW],
            gone=counts[Kind.GONE],
            changed=counts[Kind.CHANGED],
        )
        snapshot = folder.find_latest()
        if self.on_published is not None and snapshot is not None:
            await self.on_published(snapshot, mark)

    def _list_expired(self) -> tuple[str, ...]:
        keep, now = self._config.keep, self._clock.now()
        expire = partial(choose_expired, now=now, count=keep.count, days=keep.days)
        return expire(self.folder.list_taken("inventory")) + expire(self.folder.list_taken("held"))


def _is_good(reply: Reply) -> bool:
    if reply.kind is not ReplyKind.ANSWERED or reply.status is None or not 200 <= reply.status < 300:
        return False
    return isinstance(reply.body, dict) and reply.body.get("success") is True
