"""What the daemon looks after beside its files: round after round of small duties, the heartbeat last.

A duty that the machine refuses is tried again in the next round; a bug in one is told once and stops no other.
The heartbeat goes out from the loop that does the work, and only while all that has to live does.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from syncd.edges.clock import Clock
from syncd.edges.log import say, say_bug
from syncd.edges.notify import notify
from syncd.edges.watcher import Watcher
from syncd.errors import LedgerError, StorageError

Duty = Callable[[], Awaitable[None]]


class Upkeep:
    """Goes round its duties until cancelled."""

    def __init__(self, clock: Clock, pause_s: float, duties: Sequence[Duty]) -> None:
        self._clock = clock
        self._pause_s = pause_s
        self._duties = tuple(duties)
        self._told: set[tuple[int, type[Exception]]] = set()

    async def run(self) -> None:
        """Do every duty, rest, and begin again."""
        while True:
            for number, duty in enumerate(self._duties):
                await self._do(number, duty)
            await self._clock.sleep(self._pause_s)

    async def _do(self, number: int, duty: Duty) -> None:
        try:
            await duty()
        except (StorageError, LedgerError):
            pass  # what this holds up is said by whoever it holds up
        except Exception as error:  # noqa: BLE001  a bug in one duty keeps no other from being done
            if (number, type(error)) not in self._told:
                self._told.add((number, type(error)))
                say_bug("bug", error)


class BellCare:
    """Keeps every inbox watched; says once of each whether no events come from it."""

    def __init__(self, watcher: Watcher, inboxes: Iterable[Path]) -> None:
        self._watcher = watcher
        self._inboxes = tuple(inboxes)
        self._polled: set[Path] = set()

    async def __call__(self) -> None:
        """Look after each watch."""
        for inbox in self._inboxes:
            with suppress(StorageError):
                if not self._watcher.ensure(inbox) and inbox not in self._polled:
                    self._polled.add(inbox)
                    say(
                        "inbox_polled",
                        "no events come from this folder; it is looked into regularly",
                        level="WARNING",
                        inbox=str(inbox),
                    )


class SecretCare:
    """Notices a changed secret file: it may be the cure the operator was asked for."""

    def __init__(self, paths: Iterable[Path], on_change: Callable[[], None]) -> None:
        self._paths = tuple(paths)
        self._on_change = on_change
        self._before = [_look(path) for path in self._paths]

    async def __call__(self) -> None:
        """Compare each file with how it was."""
        now = [_look(path) for path in self._paths]
        if now != self._before:
            self._before = now
            say("secret_changed", "a secret file changed; the API is tried at once")
            self._on_change()


class Heartbeat:
    """Tells systemd that all is alive, or, by its silence, that a restart is due."""

    def __init__(self, find_dead: Callable[[], str | None], describe: Callable[[], str]) -> None:
        self._find_dead = find_dead
        self._describe = describe
        self._dead: str | None = None

    async def __call__(self) -> None:
        """Feed the watchdog, unless something has died that only a new start brings back."""
        dead = self._find_dead()
        if dead is None:
            notify(f"WATCHDOG=1\nSTATUS={self._describe()}")
        elif dead != self._dead:
            say("heartbeat_stopped", dead, level="ERROR")
            notify(f"STATUS={dead}")
        self._dead = dead


def _look(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns
