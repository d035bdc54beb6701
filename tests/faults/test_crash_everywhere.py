"""Every scenario dies at each of its effects, by a kill and by a power loss, and again while it recovers."""

import re

import pytest
from support.crashes import Camera, recover
from support.scenarios import SCENARIOS

REPORT_ALONE = re.compile("a report of (.*), which is not there")
AGAIN = 8  #: of so many recoveries one is crashed everywhere itself
LEAST = 1000
points: dict[tuple[str, bool], int] = {}


@pytest.mark.parametrize("power", [False, True], ids=["killed", "without power"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_or_doubled_wherever_it_dies(name, power, tmp_path):
    world, drops = SCENARIOS[name].open(tmp_path / "world")
    seen: set[str] = set()
    camera = Camera(world, tmp_path / "first", seen, power=power)

    def run():
        world.start()
        assert world.settle()

    camera.record(run)
    world.stop()
    points[name, power] = len(camera.images)
    for number, image in enumerate(camera.images):
        if number % AGAIN:
            assert list(recover(image, drops)) == []
            continue
        again = []

        def film(other, folder=tmp_path / f"again-{number}", again=again):
            again.append(Camera(other, folder, seen, power=power))
            return again[0]

        assert list(recover(image, drops, film)) == []
        points[name, power] += len(again[0].images)
        for second in again[0].images:
            assert [f"{image.point}; then {fault}" for fault in recover(second, drops)] == []


def test_lost_side_files_hold_nothing_up_and_double_nothing(tmp_path):
    world, drops = SCENARIOS["two files at once, one order in both"].open(tmp_path / "world")
    camera = Camera(world, tmp_path / "images", set(), power=False)

    def run():
        world.start()
        assert world.settle()

    camera.record(run)
    world.stop()
    for image in camera.images:
        for path in (image.folder / "0/work").glob("*.judged"):
            path.unlink()
        # What was reported by then stays reported, and the file is reported anew: told twice, sent once.
        faults = list(recover(image, drops))
        told_before = [found[1] for fault in faults if (found := REPORT_ALONE.search(fault))]
        assert [fault for fault in faults if not any(told in fault for told in ("report", *told_before))] == []


def test_there_are_a_thousand_points():
    if len(points) < 2 * len(SCENARIOS):
        pytest.skip("not every scenario was run")
    killed = sum(count for (_, power), count in points.items() if not power)
    print(f"{sum(points.values())} distinct points: {killed} kills, {sum(points.values()) - killed} power losses")
    assert sum(points.values()) >= LEAST
