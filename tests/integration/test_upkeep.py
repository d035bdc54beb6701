import asyncio
import socket

import pytest
from support.clocks import HandClock

from syncd.errors import LedgerError
from syncd.flows.upkeep import Heartbeat, SecretCare, Upkeep


class Ended(BaseException):
    """Ends a round of duties."""


async def go_round(*duties, rounds=1):
    done = []

    async def end():
        done.append(1)
        if len(done) == rounds:
            raise Ended

    with pytest.raises(Ended):
        await Upkeep(HandClock(), 1.0, [*duties, end]).run()


async def test_what_one_duty_meets_stops_no_other():
    done = []

    async def refused():
        raise LedgerError("The ledger is locked.")

    async def buggy():
        raise ZeroDivisionError

    async def fine():
        done.append("fine")

    await go_round(refused, buggy, fine, rounds=2)
    assert done == ["fine", "fine"]


@pytest.fixture
def heard(tmp_path, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        def hear():
            try:
                return channel.recv(4096).decode()
            except BlockingIOError:
                return ""

        yield hear


async def test_the_watchdog_is_fed_while_all_is_alive(heard):
    await Heartbeat(lambda: None, lambda: "all well")()
    assert heard() == "WATCHDOG=1\nSTATUS=all well"


async def test_the_watchdog_is_not_fed_once_something_died(heard):
    beat = Heartbeat(lambda: "The schedule has ended.", lambda: "all well")
    await beat()
    assert heard() == "STATUS=The schedule has ended."
    await beat()
    assert heard() == ""


async def test_a_changed_secret_file_is_noticed_once(tmp_path):
    changes = []
    path = tmp_path / "secret"
    care = SecretCare([path, tmp_path / "missing"], lambda: changes.append(1))
    await care()
    assert changes == []
    path.write_text("new")
    await care()
    await care()
    assert changes == [1]


async def test_a_duty_that_hangs_stops_the_heartbeat():
    beats = []

    async def hang():
        await asyncio.get_running_loop().create_future()

    async def beat():
        beats.append(1)

    task = asyncio.create_task(Upkeep(HandClock(), 1.0, [hang, beat]).run())
    for _ in range(5):
        await HandClock().sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert beats == []
