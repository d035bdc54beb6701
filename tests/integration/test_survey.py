"""How things stand, gathered from ledger and folders alone."""

from datetime import timedelta

from support.house import open_house
from support.web_house import build_csv

from syncd.config import load_config
from syncd.edges.clock import SystemClock
from syncd.edges.holds import write_holds
from syncd.edges.log import heard_by, say
from syncd.flows.survey import survey


def look(root, **options):
    return survey(load_config(root / "config.yaml", {}), SystemClock(), **options)


async def test_before_the_first_start_nothing_is_known(tmp_path):
    async with open_house(tmp_path) as house:
        house.make_daemon()
        (tmp_path / "state").mkdir()
        found = look(tmp_path)
        assert (found.last_files, found.open_files, found.troubles, found.queue.orders) == ([], [], [], 0)
        house.drop("a.csv", build_csv(["A-1"]))
        assert not look(tmp_path).sources[0].on_hold
        write_holds(tmp_path / "state", ["orders"])
        assert look(tmp_path).sources[0].on_hold
        assert look(tmp_path).troubles[0] == "Files wait, but no syncd runs: start it with `syncd run`."


async def test_after_a_run_every_file_has_its_place(tmp_path):
    async with open_house(tmp_path) as house:
        house.drop("good.csv", build_csv(["A-1"]))
        house.drop("bad.csv", build_csv(["B-1", "B-2"], qty="0"))
        house.drop("torn.csv", build_csv(["C-1"])[:-9])
        house.drop("notes.docx", b"x")
        await house.settle()
        found = look(tmp_path)
        assert {file.name for file in found.last_files} == {"good.csv", "bad.csv", "torn.csv"}
        to_mend = {file.name: file.to_mend for file in found.failed_files}
        assert to_mend == {
            "bad.csv": f"{tmp_path}/failed/bad.rejected.csv",
            "torn.csv": f"{tmp_path}/failed/torn.csv",
        }
        assert found.sources[0].orders == {"accepted": 1, "invalid": 2}
        assert found.sources[0].waiting.unmatched == 1
        assert "named like notes.docx" in found.troubles[-1]
        (tmp_path / "failed" / "torn.csv").unlink()
        assert [file.name for file in look(tmp_path).failed_files] == ["bad.csv"]
        later = look(tmp_path, since=SystemClock().now() + timedelta(minutes=1), last=0)
        assert (later.sources[0].files, later.last_files) == ({}, [])


async def test_orders_that_wait_are_estimated(tmp_path):
    async with open_house(tmp_path, client_secret="right") as house:
        house.drop("a.csv", build_csv([f"A-{number}" for number in range(250)]))
        daemon = house.make_daemon(requests=100, per_s=60)
        object.__setattr__(house.sandbox.settings, "client_secret", "another")
        await daemon.run(once=True)
        found = look(tmp_path)
        assert (found.queue.orders, found.queue.minutes) == (250, 3)
        (file,) = found.open_files
        assert (file.name, file.state, file.orders) == ("a.csv", "carrying", {"waiting": 250})
        assert found.sources[0].oldest_in_work_seconds >= 0
        assert any("check client_id" in trouble for trouble in found.troubles)


def test_a_hearer_is_told_each_fact_and_may_fail():
    heard = []

    def fail(*_):
        raise RuntimeError("a bug of who listens")

    with heard_by(fail), heard_by(lambda *fact: heard.append(fact)):
        say("file_done", source="orders", orders=3)
    say("file_done", source="orders", orders=4)
    assert heard == [("INFO", "file_done", {"source": "orders", "orders": 3})]
