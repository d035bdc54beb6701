"""Each fault of a disk, on each folder, at the start and with orders in flight: held, told, and then it goes on.

The kernel itself refuses, on a disk whose folders fall sick one by one (`support.sick_disk`).
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from support.house import House, open_house
from support.orders import make_order, write_json
from support.sick_disk import mount_sick_disk
from support.spoil import forgo, heeding_modes, read_only, small_disk
from support.watch import FastClock, Lines, gather_log, running, until

from syncd.daemon import Daemon
from syncd.errors import SyncdError
from syncd.flows.survey import survey
from syncd.web.health import Health

CURES = {
    "full": "free some space there",
    "read-only": "mount it writable",
    "EIO": "check the disk and its cables",
    "permission lost": "the right to read and write there",
}
FOLDERS = ("inbox", "work", "done", "failed", "state")
PLACES = (*FOLDERS, "all of them")
GOOD = {
    "long.json": [make_order(f"L-{number}") for number in range(30)],
    "early.json": [make_order("E-1")],
    "late-1.json": [make_order("T-1")],
    "late-2.json": [make_order("T-2")],
}
BAD = {
    "mixed.json": [*(make_order(f"M-{number}") for number in range(10)), make_order("X-1", qty=0)],
    "early-bad.json": [make_order("X-2", qty=0)],
    "late-bad.json": [make_order("X-3", qty=0)],
}
FILES = {name: write_json(*orders) for name, orders in (GOOD | BAD).items()}
FLYING, EARLY, LATE = (
    [name for name in FILES if name.startswith(beginnings)] for beginnings in (("long", "mixed"), "early", "late")
)
REFERENCES = {name: [order["ReferenceNumber"] for order in orders] for name, orders in (GOOD | BAD).items()}
SENT = {reference for references in REFERENCES.values() for reference in references if not reference.startswith("X")}

Strike = Callable[[str, str], contextlib.AbstractContextManager[None]]


@contextlib.contextmanager
def open_disk(tmp_path: Path) -> Iterator[tuple[Path, Strike]]:
    """Yield a folder for a house, and what lets a place in it refuse for a while."""
    root = tmp_path / "disk"
    with contextlib.ExitStack() as stack:
        try:
            disk = stack.enter_context(mount_sick_disk(tmp_path / "backing", root))
        except OSError as error:
            forgo(f"a disk of our own cannot be mounted here: {error}")
        stack.enter_context(heeding_modes())

        @contextlib.contextmanager
        def strike(place: str, fault: str) -> Iterator[None]:
            folders = {root / name: (root / name).stat().st_mode for name in FOLDERS if place in {name, "all of them"}}
            for folder in folders:
                folder.chmod(0) if fault == "permission lost" else disk.strike(folder.name, fault)
            try:
                yield
            finally:
                for folder, mode in folders.items():
                    folder.chmod(mode) if fault == "permission lost" else disk.strike(folder.name, "well")

        yield root, strike


class Scene:
    """A house with a daemon, and what both say."""

    def __init__(self, house: House, daemon: Daemon, clock: FastClock, lines: Lines) -> None:
        self.house = house
        self._daemon = daemon
        self._clock = clock
        self._lines = lines

    def drop(self, names: list[str]) -> None:
        for name in names:
            self.house.drop(name, FILES[name])

    def list_shown(self) -> list[str]:
        """Return what is wrong by `syncd status`; where it cannot look, it ends with a sentence that says why."""
        try:
            return survey(self._daemon.config, self._clock).troubles
        except SyncdError as error:
            return [str(error)]

    def list_unready(self) -> list[str]:
        """Return what /readyz says; nobody answers there before the start is through."""
        app = self._daemon.app
        return [] if app is None else Health(app.caller, app.orders, lambda: None).list_unready()

    def is_told(self, place: str, fault: str) -> bool:
        """Return whether log, `syncd status` and /readyz each name the place and the cure."""
        where = str(self.house.root / place) if place in FOLDERS else str(self.house.root)
        told = [[line["text"] for line in self._lines if line["level"] == "ERROR"], self.list_shown()]
        if self._daemon.app is not None:
            told.append(self.list_unready())
        return all(any(where in sentence and CURES[fault] in sentence for sentence in said) for said in told)

    async def see_it_told(self, place: str, fault: str, seconds: float = 8) -> None:
        """Wait until it is told, and see that it stays told while the daemon tries in vain a few times."""
        await until(lambda: self.is_told(place, fault))
        enough_at = self._clock.monotonic() + seconds
        await until(lambda: self._clock.monotonic() > enough_at or not self.is_told(place, fault))
        assert self.is_told(place, fault), (self.list_shown(), self.list_unready())

    def is_settled(self) -> bool:
        moved = {folder: {name for name in self.house.names(folder) if name in FILES} for folder in ("done", "failed")}
        return moved == {"done": set(GOOD), "failed": set(BAD)} and not list((self.house.root / "work").iterdir())

    async def see_it_settled(self, what: str) -> None:
        """Wait until all is settled and nobody complains any more; print how long that took."""
        cured_at = self._clock.monotonic()
        await until(self.is_settled)
        settled_s = self._clock.monotonic() - cured_at
        await until(lambda: not self.list_shown() and not self.list_unready())
        well_s = self._clock.monotonic() - cured_at
        print(f"{what}: all settled {settled_s:.0f} s after the cure, and told so after {well_s:.0f} s")

    def check(self) -> None:
        """Nothing lost, nothing doubled, no bug met, and each refusal said about once."""
        house = self.house
        assert not self._lines.pick("bug"), self._lines.pick("bug")
        assert {name: order.times_created for name, order in house.sandbox.orders.items()} == dict.fromkeys(SENT, 1)
        for folder, files in (("done", GOOD), ("failed", BAD)):
            for name in files:
                assert (house.root / folder / name).read_bytes() == FILES[name]
                assert [reference for reference, _ in house.outcomes(name)] == REFERENCES[name]
            reports = {path.name for path in (house.root / folder).glob("*.report.json")}
            assert reports == {f"{name}.report.json" for name in files}
        errors = [(line["text"], line.get("claim")) for line in self._lines if line["level"] == "ERROR"]
        assert max(map(errors.count, errors)) <= 3, errors


@contextlib.asynccontextmanager
async def run_scene(house: House, *, begun: bool) -> AsyncIterator[Scene]:
    """Run a daemon; with `begun` wait for the end of its start."""
    clock = FastClock(30)
    with gather_log() as lines:
        async with running(house, begun=begun, clock=clock, timeout_s=45, settle_s=1) as daemon:
            yield Scene(house, daemon, clock, lines)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", CURES)
async def test_what_refuses_while_orders_are_in_flight_holds_them_until_it_is_cured(tmp_path, fault, place):
    with open_disk(tmp_path) as (root, strike):
        async with (
            open_house(root, refuse_duplicates=False, latency=(0.02, 0.06)) as house,
            run_scene(house, begun=True) as scene,
        ):
            await until((root / "work").is_dir)
            scene.drop(FLYING)
            await until(lambda: len(scene.house.sandbox.orders) >= 5)
            scene.drop(EARLY)  # they settle yet when it strikes
            with strike(place, fault):
                if place not in {"inbox", "all of them"}:
                    scene.drop(LATE)
                if (fault, place) == ("full", "inbox"):  # nothing is ever made there but by senders
                    await until(lambda: "early.json" in scene.house.names("done"))
                else:
                    await scene.see_it_told(place, fault)
            if place in {"inbox", "all of them"}:
                scene.drop(LATE)
            await scene.see_it_settled(f"{place}, {fault}, with orders in flight")
        scene.check()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("fault", CURES)
async def test_what_refuses_at_the_start_holds_the_start_until_it_is_cured(tmp_path, fault, place):
    with contextlib.ExitStack() as disks:
        root, strike = disks.enter_context(open_disk(tmp_path))
        is_real = fault == "read-only" and place in {"state", "all of them"}
        if is_real:  # with nothing open there the kernel's own way works
            disks.enter_context(small_disk(root / "state", "2m"))
        async with open_house(root, refuse_duplicates=False) as house:
            await house.settle()  # its folders and its ledger are there from an earlier run
            for name, content in FILES.items():
                house.drop(name, content)
            with contextlib.ExitStack() as struck:
                struck.enter_context(strike(place, fault))
                if is_real:
                    struck.enter_context(read_only(root / "state"))
                async with run_scene(house, begun=False) as scene:
                    await scene.see_it_told(place, fault)
                    assert not house.sandbox.orders
                    struck.close()
                    await scene.see_it_settled(f"{place}, {fault}, at the start")
            scene.check()
