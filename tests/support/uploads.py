"""Files that come bit by bit: uploads that stall for longer than any quiet time, go on, begin anew or are given up.

A file that is taken in the middle is a delivery of its own, as it stood then. Whoever holds it open writes on
into it wherever it was moved to; whoever comes back by its name begins anew.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

from support.machine import Machine
from support.sender import Drop, Sender, list_whole_orders
from support.setting import Place

SLACK_S = 0.001
WAYS = ("hold", "hold", "come back", "rename")


class Upload:
    """One sender's way to bring one file; the simulation says when each step is taken."""

    def __init__(self, sender: Sender, place: Place, machine: Machine, random: Random) -> None:
        self.faults: list[str] = []
        self.root = Path()
        self.is_over = False
        self._sender = sender
        self._place = place
        self._machine = machine
        self._way = random.choice(WAYS)
        self._shares = [*sorted(random.random() for _ in range(random.choice((1, 2, 3)))), 1.0]
        if random.random() < 0.3:
            self._shares.pop()  # it is given up
        self._at_border = random.random() < 0.6
        self._delays = [random.choice((0.3, 3.0, 60.0, 4000.0)) * random.random() for _ in self._shares]
        self._is_cut_short = self._shares[-1] < 1
        self._whole: Drop | None = None
        self._index = -1
        self._written = 0
        self._wrote_at = 0.0
        self._fd: int | None = None
        self._held: Path | None = None
        self._was_taken = False

    def list_steps(self) -> list[tuple[float, Callable[[], None]]]:
        """Return when each step is due, counted from the first, and what it does."""
        steps: list[tuple[float, Callable[[], None]]] = []
        at = 0.0
        for share, delay_s in zip(self._shares, self._delays, strict=True):
            steps.append((at, lambda share=share: self._bring(share)))
            at += delay_s
        steps.append((at, self._end))
        return steps

    def let_go(self) -> None:
        """Remember where the file stands that is held open."""
        if self._fd is not None:
            self._held = self._find()
            os.close(self._fd)

    def take_up(self) -> None:
        """Hold the file that stands there now."""
        if self._fd is not None and self._held is not None:
            self._fd = os.open(self._held, os.O_WRONLY | os.O_APPEND)

    def _find(self) -> Path:
        return Path(f"/proc/self/fd/{self._fd}").readlink()

    @property
    def _path(self) -> Path:
        name = self._whole.name
        return self._place.folder(self.root, "inbox") / (f".{name}" if self._way == "rename" else name)

    def _bring(self, share: float) -> None:
        if self._whole is None:
            self._whole = self._sender.prepare(self._place)
            self._begin()
        upto = self._choose_end(share)
        if self._way == "hold":
            self._write_on(upto)
        else:
            self._check_quiet(self._path)
            if not self._path.exists():  # taken: its sender, who knows nothing of it, begins anew
                self._begin()
            if self._path.stat().st_size != self._written:  # one of its own that was put back: it gives up
                self._is_cut_short = True
                return
            with self._path.open("ab") as file:
                file.write(self._whole.content[self._written : upto])
        self._written, self._wrote_at = max(upto, self._written), self._machine.seconds
        if self._way != "rename":
            self._note()

    def _begin(self) -> None:
        self._path.touch(exist_ok=False)
        if self._way == "hold":
            self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        self._written, self._was_taken = 0, False
        if self._way != "rename":
            self._index = len(self._sender.drops)
            self._sender.drops.append(self._build(b""))

    def _choose_end(self, share: float) -> int:
        content = self._whole.content
        end = max(1, int(share * len(content)))
        if self._at_border and share < 1:
            end = content.rfind(b"\n", 0, end) + 1 or end
        return max(end, self._written)

    def _write_on(self, upto: int) -> None:
        self._check_quiet(self._find())
        if self._find() != self._path:  # what is judged by now may be what was there, or what is there now
            before = self._sender.drops[self._index]
            self._sender.drops[self._index] = replace(before, others=(*before.others, replace(before, others=())))
        os.write(self._fd, self._whole.content[self._written : upto])

    def _check_quiet(self, found: Path) -> None:
        """Nothing may be taken before it was left alone for so long."""
        was_taken, self._was_taken = self._was_taken, found != self._path or not found.exists()
        quiet_s = self._machine.seconds - self._wrote_at
        if self._was_taken and not was_taken and self._written and quiet_s < self._place.settle_s - SLACK_S:
            self.faults.append(f"{self._whole.name} was taken after {quiet_s:.3f} s")

    def _note(self) -> None:
        """What stands there now is what will be taken, unless more comes before."""
        others = self._sender.drops[self._index].others
        self._sender.drops[self._index] = replace(self._build(self._whole.content[: self._written]), others=others)

    def _build(self, content: bytes) -> Drop:
        whole = self._whole
        orders = list_whole_orders(self._place, whole, content)
        return replace(
            whole,
            content=content,
            orders=orders or (),
            is_whole=orders is not None,
            sidecar=None,
            stays=self._place.ending is not None,
        )

    def _end(self) -> None:
        """Finish what was brought, or leave it as it is."""
        self.is_over = True
        if self._fd is not None:
            self._check_quiet(self._find())
            os.close(self._fd)
            self._fd = None
        if self._is_cut_short:
            return
        if self._way == "rename":
            self._path.rename(self._path.with_name(self._whole.name))
            self._index = len(self._sender.drops)
            self._sender.drops.append(self._whole)
        drop = self._whole if self._way == "rename" else self._sender.drops[self._index]
        if drop.content == self._whole.content and self._place.ending is not None:
            inbox = self._place.folder(self.root, "inbox")
            sidecar = self._place.vouch(drop.content)
            (inbox / f"{drop.name}{self._place.ending}").write_bytes(sidecar)
            self._sender.drops[self._index] = replace(drop, sidecar=sidecar, stays=False)

    def close(self) -> None:
        """Let go of the file for good."""
        if self._fd is not None:
            with suppress(OSError):
                os.close(self._fd)
            self._fd = None
