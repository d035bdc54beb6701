"""Alerts: looks now and then at what can be wrong, and says so to the log and every channel.

What was said is in the ledger, and which failed files are still to be told until every channel has taken the
message or was given up: a restart forgets none, and tells twice at most what was on its way. Sending runs beside
the work: a slow webhook holds up neither files nor the heartbeat.
"""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from syncd.config.model import Config, InventoryConfig, SourceConfig
from syncd.core.alerts import (
    AlertKind,
    AlertMessage,
    AlertState,
    Condition,
    Standing,
    build_event,
    is_unfinished,
    read_standing,
    tell_failures,
    weigh,
    write_message,
    write_standing,
)
from syncd.core.expect import find_missed
from syncd.core.gate import HoldKind
from syncd.core.model import Claim
from syncd.core.names import show_name
from syncd.edges.channels import Channel, deliver
from syncd.edges.clock import Clock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import find_last_arrival, forget_untold, list_untold_failures
from syncd.edges.log import say
from syncd.edges.lying import list_lying
from syncd.edges.spool import free_bytes, stat_file
from syncd.errors import LedgerError, StorageError
from syncd.flows.calls import Caller
from syncd.flows.disks import list_disks
from syncd.flows.inventory import Inventory
from syncd.flows.orders import Orders
from syncd.flows.taking import Taker

LOOK_S = 10.0
"""How often it is looked what is wrong."""
FOLDERS_LOOK_S = 60.0
"""How often folders, disks and the calendar are looked at: they change slowly, and looking costs."""
PATIENCE_S = 60.0
"""How long the machine may refuse something before that is said: most of it is over at the next try."""
GATHER_S = 300.0
"""How long failed files are gathered after one was told: a hundred of them are one message."""
TRIES_S = (0.0, 10.0, 60.0)
"""When a message is sent again to a channel that did not take it."""
_MEMORY = "alerts"


class Alerts:
    """Knows what was said, and says what is new."""

    def __init__(
        self,
        config: Config,
        orders: Orders,
        caller: Caller,
        inventory: Inventory | None,
        ledger: Ledger,
        clock: Clock,
        channels: Sequence[Channel],
    ) -> None:
        self._config = config
        self._orders = orders
        self._caller = caller
        self._inventory = inventory
        self._ledger = ledger
        self._clock = clock
        self._channels = tuple(channels)
        self._since = clock.now()
        self._standing = self._remember()
        self._look_at = 0.0
        self._folders_at = 0.0
        self._folders: tuple[Condition, ...] = ()
        self._refused: dict[str, float] = {}
        self._tell_failures_at = 0.0
        self._sending: set[asyncio.Task[None]] = set()
        self._unwritten = False  #: what stands has changed since it was written down
        self._telling: set[str] = set()  #: failed files, by claim, whose message is on its way
        self._told: set[str] = set()  #: failed files that are told, and that the ledger may still hold as untold
        orders.on_failed = self.note_failure

    def note_failure(self) -> None:
        """A file went to failed, and the ledger knows which: look at once."""
        self._look_at = 0.0

    async def __call__(self) -> None:
        """Look, if it is time to, and say what is new."""
        now_s = self._clock.monotonic()
        if now_s < self._look_at:
            return
        self._look_at = now_s + LOOK_S
        if now_s >= self._folders_at:
            self._folders_at = now_s + FOLDERS_LOOK_S
            self._folders = tuple(self._look_into_folders())
        conditions = [*self._find_held(now_s), *self._folders]
        before = self._standing
        self._standing, messages = weigh(before, conditions, self._clock.now(), self._config.alerts.repeat_seconds)
        for message in messages:
            self._say(message)
        self._unwritten = self._unwritten or bool(messages) or self._standing.keys() != before.keys()
        # Last, as the ledger may refuse: what is wrong is said all the same, and the rest at the next look.
        if self._unwritten:
            self._ledger.write_meta(_MEMORY, json.dumps(write_standing(self._standing)))
            self._unwritten = False
        self._say_failures(now_s)

    async def close(self) -> None:
        """Give up what is still being sent."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    def _remember(self) -> dict[str, Standing]:
        with contextlib.suppress(ValueError, TypeError):
            return read_standing(json.loads(self._ledger.read_meta(_MEMORY) or "[]"))
        return {}

    def _find_held(self, now_s: float) -> Iterator[Condition]:
        """Yield what holds calls or files up."""
        hold = self._caller.gate.hold
        if hold is not None and hold.kind is HoldKind.OPERATOR:
            yield Condition(AlertKind.CREDENTIALS_REFUSED, "api", f"No order is sent until you act: {hold.reason}")
        elif hold is not None and now_s - hold.since >= self._config.alerts.api_down_seconds:
            yield Condition(AlertKind.API_DOWN, "api", f"The API is out of reach; orders wait: {hold.reason}")
        elif not self._caller.reached:  # since our start nothing has shown yet that what was said before is over
            yield from (one.condition for one in self._standing.values() if one.condition.subject == "api")
        sentences = self._orders.list_troubles()
        if self._inventory is not None and self._inventory.trouble is not None:
            sentences.append(self._inventory.trouble)
        self._refused = {sentence: self._refused.get(sentence, now_s) for sentence in sentences}
        for sentence, since_s in self._refused.items():
            if now_s - since_s >= PATIENCE_S:
                yield Condition(AlertKind.HELD_BY_MACHINE, sentence, sentence)

    def _look_into_folders(self) -> Iterator[Condition]:
        now = self._clock.now()
        for taker in self._orders.takers:
            if taker.source.expect is not None:
                yield from self._find_missing(taker.source, now)
            if taker.trouble is None and not taker.on_hold:
                yield from self._find_torn(taker, now)
        yield from self._find_full_disks()
        if self._config.inventory is not None:
            yield from self._find_old_snapshot(self._config.inventory, now)

    def _find_missing(self, source: SourceConfig, now: datetime) -> Iterator[Condition]:
        if source.expect is None:
            return
        try:
            last = find_last_arrival(self._ledger, source.name)
        except LedgerError:  # nobody knows whether anything arrived: what was said before stands
            said = self._standing.get(f"{AlertKind.NOTHING_ARRIVED} {source.name}")
            yield from () if said is None else (said.condition,)
            return
        missed = find_missed(source.expect, now, last, self._since)
        if missed is not None:
            local = missed.astimezone(source.expect.zone)
            text = f"Nothing arrived for {source.name} by {local:%H:%M} on {local:%Y-%m-%d}, and nothing since."
            yield Condition(AlertKind.NOTHING_ARRIVED, source.name, text)

    def _find_torn(self, taker: Taker, now: datetime) -> Iterator[Condition]:
        patience_s = self._config.alerts.torn_upload_seconds

        def is_suspect(name: str) -> bool:
            return is_unfinished(name) or name in taker.waiting or name in taker.held

        with contextlib.suppress(StorageError):
            names = sorted(list_lying(taker.source.inbox, now.timestamp() - patience_s, is_suspect))
            if names:
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                text = (
                    f"{show_name(names[0])}{more} lies unfinished in the inbox of {taker.source.name}: ask the sender "
                    "to send it again, then remove it."
                )
                yield Condition(AlertKind.TORN_UPLOAD, taker.source.name, text)

    def _find_full_disks(self) -> Iterator[Condition]:
        for folder in list_disks(self._config):
            with contextlib.suppress(StorageError):
                free = free_bytes(folder)
                if free < self._config.alerts.disk_free_bytes:
                    text = f"The disk of {show_name(str(folder))} is nearly full: free some space there."
                    yield Condition(AlertKind.DISK_NEARLY_FULL, str(folder), text)

    def _find_old_snapshot(self, inventory: InventoryConfig, now: datetime) -> Iterator[Condition]:
        usual_s = 86_400.0 if inventory.cron is not None else max(3600.0, 3 * inventory.interval_seconds)
        patience_s = self._config.alerts.snapshot_age_seconds or usual_s
        latest = None
        with contextlib.suppress(StorageError):
            latest = stat_file(inventory.directory / "latest.json")
        written_at = self._since.timestamp() if latest is None else latest.mtime_ns / 1e9
        if now.timestamp() - written_at >= patience_s:
            text = f"The newest snapshot of the inventory is older than {patience_s:.0f} seconds."
            yield Condition(AlertKind.SNAPSHOT_OLD, "inventory", text)

    def _say_failures(self, now_s: float) -> None:
        untold = list_untold_failures(self._ledger)
        self._told &= {claim.id for claim in untold}
        self._forget_told()
        known = self._told | self._telling
        claims = [claim for claim in untold if claim.id not in known]
        if not claims or now_s < self._tell_failures_at:
            return
        self._tell_failures_at = now_s + GATHER_S
        sources: dict[str, list[Claim]] = {}
        for claim in claims:
            sources.setdefault(claim.source, []).append(claim)
        for source, its_claims in sources.items():
            text = tell_failures(source, [show_name(claim.name) for claim in its_claims])
            message = build_event(AlertKind.FILE_FAILED, source, text, self._clock.now())
            self._say(message, frozenset(claim.id for claim in its_claims))

    def _forget_told(self) -> None:
        """Have the ledger forget which files are told; where that fails it is tried again at the next look."""
        if self._told:
            forget_untold(self._ledger, self._told)
            self._ledger.commit_soon()

    def _say(self, message: AlertMessage, failed: frozenset[str] = frozenset()) -> None:
        """Say a message, and of which failed files, by claim, it tells."""
        over = message.state is AlertState.OVER
        say(
            "alert_over" if over else "alert",
            message.text,
            level="INFO" if over else "ERROR",
            alert=message.kind.value,
            state=message.state.value,
            subject=show_name(message.subject),
        )
        written = write_message(message, self._config.api.environment)
        self._telling |= failed
        task = asyncio.get_running_loop().create_task(self._tell(written, failed))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _tell(self, written: dict[str, object], failed: frozenset[str]) -> None:
        """Send a message through every channel; only then are the failed files that it tells of forgotten."""
        await asyncio.gather(*(self._send(channel, written) for channel in self._channels))
        self._telling -= failed
        self._told |= failed
        with contextlib.suppress(LedgerError):
            self._forget_told()

    async def _send(self, channel: Channel, written: dict[str, object]) -> None:
        """Send a message, again if need be; what cannot be delivered is in the log all the same."""
        for pause_s in TRIES_S:
            await self._clock.sleep(pause_s)
            delivered = await deliver(channel, written)
            if delivered.problem is None:
                return
        say("alert_undelivered", delivered.problem or "", level="ERROR", channel=channel.name)
