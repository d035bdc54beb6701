"""The bell: rings "look now" when something arrives in a watched inbox.

Only a hint. inotify loses events (overflow, network file systems, a folder swapped away), so the sweep stays
the truth and asks `ensure` each time, before it lists, whether the watch still holds.
Refuses to say what arrived: whoever is rung looks for itself.
"""

import asyncio
import contextlib
import logging
import os
import stat as modes
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from watchdog.events import (
    DirDeletedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.inotify import InotifyEmitter, InotifyObserver
from watchdog.observers.inotify_c import InotifyConstants

if TYPE_CHECKING:
    from watchdog.observers.inotify_c import Mask

# FileCreated: made here, linked here, or moved here from wherever (see _ArrivalEmitter). FileClosed: written,
# also in place. DirDeleted: the inbox itself went. Our own reads and our moves out of the inbox are neither.
_ARRIVALS: list[type[FileSystemEvent]] = [FileCreatedEvent, FileClosedEvent, DirDeletedEvent]

_OVERFLOW_LOGGER = "watchdog.observers.inotify_c"
"""Where watchdog says that the kernel dropped events: the handler is told nothing."""


class Watcher:
    """Watches folders and rings on the loop, in its thread; rings that come together are one."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._bell = _Bell(loop, ring)
        self._observer: BaseObserver | None = None
        self._armed: dict[Path, _Armed] = {}
        self._overflow = _OverflowHandler(self._bell)

    def watch(self, folder: Path) -> bool:
        """Given a folder, ring for what arrives in it from now on; return False where that is refused.

        Refused means: the kernel's limits for inotify are reached, or the folder is missing or unreadable.
        The caller then polls.
        """
        self._disarm(folder)
        # Taken before the watch: should the folder be swapped in between, `ensure` sees the difference.
        identity = _identify(folder)
        if identity is None or not os.access(folder, os.R_OK):  # watchdog takes EACCES for a success
            return False
        try:
            # Resolved, as watchdog follows no link: a linked inbox would be silent for ever.
            path = str(folder.resolve())
            watch = self._start_observer().schedule(self._bell, path, event_filter=_ARRIVALS)
        except (OSError, RuntimeError):  # RuntimeError: no further thread can be started
            return False
        self._armed[folder] = _Armed(identity, watch)
        return True

    def ensure(self, folder: Path) -> bool:
        """Given a folder, watch it anew if another one stands there or its watch died; return as `watch`.

        Rings once where it is watched anew: what came before the watch rang nobody.
        """
        armed = self._armed.get(folder)
        if armed is not None and armed.identity == _identify(folder) and self._is_watching(armed.watch):
            return True
        if not self.watch(folder):
            return False
        self._bell.strike()
        return True

    def stop(self) -> None:
        """Stop watching and ringing; harmless when done twice."""
        logging.getLogger(_OVERFLOW_LOGGER).removeHandler(self._overflow)
        self._armed.clear()
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _start_observer(self) -> BaseObserver:
        if self._observer is None or not self._observer.is_alive():
            self.stop()
            observer = _ArrivalObserver()
            observer.start()
            self._observer = observer
            logging.getLogger(_OVERFLOW_LOGGER).addHandler(self._overflow)
        return self._observer

    def _is_watching(self, watch: ObservedWatch) -> bool:
        if self._observer is None or not self._observer.is_alive():
            return False
        return any(emitter.watch == watch and emitter.is_alive() for emitter in self._observer.emitters)

    def _disarm(self, folder: Path) -> None:
        armed = self._armed.pop(folder, None)
        if armed is not None and self._observer is not None:
            # A dead emitter must be unscheduled too, else scheduling again silently does nothing.
            with contextlib.suppress(KeyError):  # another path to the same folder was first
                self._observer.unschedule(armed.watch)


class _Armed(NamedTuple):
    identity: tuple[int, int]  #: st_dev and st_ino: a folder made again under the same name is another one
    watch: ObservedWatch


def _identify(folder: Path) -> tuple[int, int] | None:
    try:
        stat = folder.stat()
    except OSError:
        return None
    return (stat.st_dev, stat.st_ino) if modes.S_ISDIR(stat.st_mode) else None


class _Bell(FileSystemEventHandler):
    """The only code that runs in watchdog's threads; an exception escaping it would kill them silently."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._struck = False

    def on_any_event(self, event: FileSystemEvent) -> None:  # noqa: ARG002 - whatever it was: look now
        self.strike()

    def strike(self) -> None:
        if self._struck:
            return  # the ring that is under way comes after this event, and so stands for it too
        self._struck = True
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be rung
            self._loop.call_soon_threadsafe(self._resound)

    def _resound(self) -> None:
        self._struck = False
        self._ring()


class _OverflowHandler(logging.Handler):
    """Rings when watchdog logs that events were lost."""

    def __init__(self, bell: _Bell) -> None:
        super().__init__(logging.WARNING)
        self._bell = bell

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - whatever was lost: look now
        self._bell.strike()


class _ArrivalEmitter(InotifyEmitter):
    """Leaves out what moves away.

    watchdog holds such an event back for 0.5 s, to pair it with an arrival, and all later ones wait:
    after each claim the bell would be that late. Without it a rename inside the folder comes as FileCreated.
    """

    def get_event_mask_from_filter(self) -> "Mask":
        mask = cast("int", super().get_event_mask_from_filter())  # `int | None` in watchdog 6, never None here
        return cast("Mask", mask & ~InotifyConstants.IN_MOVED_FROM)


class _ArrivalObserver(InotifyObserver):
    def __init__(self) -> None:
        super().__init__()
        self._emitter_class = _ArrivalEmitter
