"""SIGTERM, SIGINT, SIGHUP, and a second daemon."""

import signal

import pytest
from e2e.installed import finish, read_log, until
from support.orders import make_order, write_csv

SECOND = """\
  - name: partner
    inbox: partner/inbox
    done: partner/done
    failed: partner/failed
    settle_seconds: 0
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_well(shop, number):
    async with shop.running() as daemon:
        daemon.send_signal(number)
        ended = await finish(daemon)
    assert ended.code == 0
    assert read_log(ended.err)[-1]["action"] == "stopped"


async def test_a_stop_does_not_wait_for_an_answer_that_never_comes(shop):
    """The order is asked about at the next start, and created once."""
    shop.sandbox.fail_next("hang_after", path="/outbound")
    shop.drop("a.csv", write_csv(make_order("HANG-1")))
    async with shop.running() as daemon:
        await until(lambda: any(call.path == "/outbound" for call in shop.sandbox.calls))
        daemon.send_signal(signal.SIGTERM)
        assert (await finish(daemon)).code == 0
    assert (await shop.call("run", "--once", "--max-wait", "15")).code == 0
    assert shop.sandbox.orders["HANG-1"].times_created == 1
    assert shop.filed(shop.done) == ["a.csv"]


async def test_sighup_takes_a_new_source_in_and_refuses_a_broken_config(shop):
    async with shop.running() as daemon:
        shop.write_config(SECOND)
        daemon.send_signal(signal.SIGHUP)
        await until((shop.root / "partner/inbox").is_dir)
        (shop.root / "partner/inbox/p.csv").write_bytes(write_csv(make_order("P-1")))
        await until(lambda: shop.filed(shop.root / "partner/done") == ["p.csv"])

        shop.write_config("  - nome: wrong\n")
        daemon.send_signal(signal.SIGHUP)
        shop.drop("a.csv", write_csv(make_order("A-1")))
        await until(lambda: shop.filed(shop.done) == ["a.csv"])
        daemon.send_signal(signal.SIGTERM)
        ended = await finish(daemon)
    refused = [line for line in read_log(ended.err) if line["action"] == "config_refused"]
    assert any("did you mean name?" in line["message"] for line in refused)
    assert ended.code == 0


async def test_sighup_refuses_another_state_folder(shop):
    async with shop.running() as daemon:
        shop.config.write_text(f"state_dir: elsewhere\n{shop.config.read_text(encoding='utf-8')}", encoding="utf-8")
        daemon.send_signal(signal.SIGHUP)
        shop.drop("a.csv", write_csv(make_order("A-1")))
        await until(lambda: shop.filed(shop.done) == ["a.csv"])
        daemon.send_signal(signal.SIGTERM)
        ended = await finish(daemon)
    (refused,) = [line for line in read_log(ended.err) if line["action"] == "config_refused"]
    assert "state_dir cannot change while syncd runs" in refused["message"]
    assert not (shop.root / "elsewhere").exists()


async def test_a_second_daemon_is_told_who_runs_already(shop):
    async with shop.running() as daemon:
        second = await shop.call("run")
    assert second.code == 1
    assert f"Another syncd (process {daemon.pid}) already uses this state folder" in second.err
    assert "Traceback" not in second.err
