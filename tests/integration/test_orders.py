"""Whole ways of files and orders: a real daemon, real folders, a sandbox on a socket."""

import asyncio
import json
import sys

import pytest
from support.house import open_house
from support.orders import make_order, write_csv, write_json, write_ndjson
from support.watch import FastClock, gather_log, running, until

from syncd.daemon import Ending


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


async def test_a_good_file_ends_in_done_with_its_report(house):
    house.drop("a.csv", write_csv(make_order("A-1", lines=2), make_order("A-2")))
    assert await house.settle() is Ending.SETTLED
    assert house.names("done") == ["a.csv"]
    assert house.outcomes("a.csv") == [("A-1", "accepted"), ("A-2", "accepted")]
    assert sorted(house.sandbox.orders) == ["A-1", "A-2"]
    assert list((house.root / "work").iterdir()) == []


async def test_numbers_reach_the_api_exactly(house):
    house.drop("a.csv", write_csv(make_order("A-1")).replace(b"19.9,", b"1234567890123.4567890,"))
    await house.settle()
    assert house.outcomes("a.csv") == [("A-1", "accepted")], house.report("a.csv")
    item = house.sandbox.orders["A-1"].record["OrderItems"][0]
    assert str(item["PricePerUnit"]) == "1234567890123.456789"


async def test_the_original_is_kept_byte_for_byte(house):
    content = "\ufeff".encode() + write_csv(make_order("A-1"))
    house.drop("a.csv", content)
    await house.settle()
    assert (house.root / "done/a.csv").read_bytes() == content


async def test_invalid_orders_come_back_and_the_good_ones_go(house):
    house.drop("a.csv", write_csv(make_order("A-1"), make_order("A-2", qty=0), make_order("A-3")))
    await house.settle()
    assert house.names("failed") == ["a.csv"]
    assert house.outcomes("a.csv") == [("A-1", "accepted"), ("A-2", "invalid"), ("A-3", "accepted")]
    assert sorted(house.sandbox.orders) == ["A-1", "A-3"]


async def test_a_mended_rejected_file_sends_just_what_is_missing(house):
    house.drop("a.csv", write_csv(make_order("A-1"), make_order("A-2", qty=0)))
    await house.settle()
    rejected = (house.root / "failed/a.rejected.csv").read_bytes()
    assert b"A-1" not in rejected
    assert b"Qty is 0; the least is 1" in rejected
    house.drop("mended.csv", rejected.replace(b",A thing,0,", b",A thing,1,"))
    await house.settle()
    assert house.outcomes("mended.csv") == [("A-2", "accepted")]
    assert house.names("done") == ["mended.csv"]


async def test_the_whole_file_dropped_again_doubles_nothing_and_needs_no_call(house):
    content = write_json(make_order("A-1"), make_order("A-2"))
    house.drop("a.json", content)
    await house.settle()
    calls = house.sandbox.stats()["calls"]
    house.drop("b.json", content)
    await house.settle()
    assert house.outcomes("b.json") == [("A-1", "already_accepted"), ("A-2", "already_accepted")]
    assert house.sandbox.stats()["calls"] == calls
    assert house.names("done") == ["a.json", "b.json"]


async def test_the_same_reference_with_other_content_is_a_conflict_that_names_the_fields(house):
    house.drop("a.json", write_json(make_order("A-1", qty=2)))
    await house.settle()
    house.drop("b.json", write_json(make_order("A-1", qty=3)))
    await house.settle()
    (order,) = house.report("b.json")["orders"]
    assert order["outcome"] == "conflict"
    assert "OrderItems[0].Qty" in order["errors"][0]["message"]
    assert house.sandbox.orders["A-1"].times_created == 1


async def test_whole_or_not_at_all_holds_the_good_orders_back(house):
    house.drop("a.csv", write_csv(make_order("A-1"), make_order("A-2", qty=0)))
    await house.settle("    on_invalid: reject_file\n")
    assert house.outcomes("a.csv") == [("A-1", "not_sent"), ("A-2", "invalid")]
    assert house.report("a.csv")["errors"][0]["code"] == "invalid_orders"
    assert house.sandbox.orders == {}
    assert b"A-1" in (house.root / "failed/a.rejected.csv").read_bytes()


async def test_a_torn_file_sends_nothing_and_keeps_its_bytes(house):
    whole = write_json(make_order("A-1"), make_order("A-2"))
    house.drop("a.json", whole[:-40])
    await house.settle()
    assert house.names("failed") == ["a.json"]
    assert house.outcomes("a.json") == [("A-1", "not_sent")]
    assert house.report("a.json")["errors"][0]["code"] == "torn"
    assert not (house.root / "failed/a.rejected.json").exists()
    assert house.sandbox.orders == {}


@pytest.mark.parametrize("content", [b"[]", b'{"orders": []}'])
async def test_a_file_without_orders_is_done_and_says_so(house, content):
    house.drop("a.json", content)
    await house.settle()
    assert house.names("done") == ["a.json"]
    assert [error["code"] for error in house.report("a.json")["errors"]] == ["no_orders"]


async def test_what_the_api_refuses_is_said_in_its_own_words(house):
    house.sandbox.fail_next("error_before", status=400, path="/outbound")
    house.drop("a.json", write_json(make_order("A-1")))
    await house.settle()
    (order,) = house.report("a.json")["orders"]
    assert (order["outcome"], order["http_status"], order["attempts"]) == ("rejected", 400, 1)
    assert order["errors"][0]["code"] == "refused_by_api"
    assert (house.root / "failed/a.rejected.json").exists()


@pytest.mark.parametrize(
    "fault", ["error_before", "error_after", "reset_before", "reset_after", "html_after", "cut_off", "hang_after"]
)
@pytest.mark.parametrize("refuse_duplicates", [True, False])
async def test_an_answer_that_never_came_creates_an_order_once(tmp_path, fault, refuse_duplicates):
    async with open_house(tmp_path, refuse_duplicates=refuse_duplicates, hang_seconds=1) as house:
        house.sandbox.fail_next(fault, path="/outbound")
        house.drop("a.json", write_json(make_order("A-1")))
        assert await house.settle() is Ending.SETTLED
        assert house.outcomes("a.json") == [("A-1", "accepted")]
        assert house.sandbox.orders["A-1"].times_created == 1


async def test_an_order_that_is_stored_late_is_not_sent_again(tmp_path):
    async with open_house(tmp_path, refuse_duplicates=False, late_seconds=0.2) as house:
        house.sandbox.fail_next("store_late", path="/outbound")
        house.drop("a.json", write_json(make_order("A-1")))
        await house.settle()
        assert house.outcomes("a.json") == [("A-1", "accepted")]
        assert house.sandbox.orders["A-1"].times_created == 1


async def test_an_order_that_is_there_from_elsewhere_is_already_accepted(house, tmp_path):
    house.drop("a.json", write_json(make_order("A-1")))
    await house.settle()
    for path in (tmp_path / "state").iterdir():
        path.unlink()
    house.drop("b.json", write_json(make_order("A-1"), make_order("A-2")))
    await house.settle()
    assert house.outcomes("b.json") == [("A-1", "already_accepted"), ("A-2", "accepted")]


async def test_another_order_under_our_reference_is_a_conflict(house, tmp_path):
    house.drop("a.json", write_json(make_order("A-1", qty=7)))
    await house.settle()
    for path in (tmp_path / "state").iterdir():
        path.unlink()
    house.drop("b.json", write_json(make_order("A-1", qty=8)))
    await house.settle()
    (order,) = house.report("b.json")["orders"]
    assert order["outcome"] == "conflict"
    assert "OrderItems[0].Qty" in order["errors"][0]["message"]


async def test_a_conflict_that_is_still_in_progress_waits(house):
    house.sandbox.fail_next("in_progress", path="/outbound", retry_after="0")
    house.drop("a.json", write_json(make_order("A-1")))
    await house.settle()
    assert house.outcomes("a.json") == [("A-1", "accepted")]


async def test_a_dead_token_means_one_login_and_no_order_lost(house):
    house.drop("a.json", write_json(*(make_order(f"A-{n}") for n in range(20))))
    house.sandbox.fail_next("dead_token", count=1, path="/outbound")
    await house.settle()
    assert house.sandbox.stats()["logins"] == 2
    assert len(house.sandbox.orders) == 20


async def test_refused_credentials_hold_everything_and_blame_nobody(tmp_path):
    async with open_house(tmp_path) as house:
        house.sandbox.fail_next("error_before", status=401, path="/auth/login", count=99)
        house.drop("a.json", write_json(make_order("A-1")))
        daemon = house.make_daemon()
        run = asyncio.create_task(daemon.run())
        async with asyncio.timeout(10):
            while daemon.app is None or daemon.app.caller.gate.hold is None:
                await asyncio.sleep(0.01)
        assert "401" in daemon.app.caller.gate.hold.reason
        daemon.end(Ending.STOPPED)
        assert await run is Ending.STOPPED
        assert house.names("failed") == []
        assert len(list((tmp_path / "work").glob("*/a.json"))) == 1
        house.sandbox.reset()
        await house.settle()
        assert house.outcomes("a.json") == [("A-1", "accepted")]


async def test_an_outage_is_waited_out(house):
    house.sandbox.fail_next("error_before", status=503, count=12)
    house.drop("a.json", write_json(*(make_order(f"A-{n}") for n in range(30))))
    assert await house.settle() is Ending.SETTLED
    assert house.names("done") == ["a.json"]
    assert len(house.sandbox.orders) == 30


async def test_a_name_that_is_taken_gets_one_suffix_for_all(house):
    house.drop("a.csv", write_csv(make_order("A-1", qty=0)))
    await house.settle()
    (house.root / "failed/b.csv.report.json").write_text("somebody else's")
    for name in ("a.csv", "b.csv"):
        house.drop(name, write_csv(make_order(f"{name}-2", qty=0)))
    await house.settle()
    names = sorted(path.name for path in (house.root / "failed").iterdir())
    assert len(names) == 4 + 4 + 4 + 1
    (suffixed,) = [name for name in names if name.startswith("b.2") and name.count(".") == 2]
    assert f"{suffixed}.report.json" in names
    assert f"{suffixed}.report.html" in names
    assert suffixed.replace(".csv", ".rejected.csv") in names
    assert (house.root / "failed/b.csv.report.json").read_text() == "somebody else's"


async def test_a_file_of_one_order_does_not_wait_behind_a_big_one(tmp_path):
    async with open_house(tmp_path) as house:
        house.drop("big.ndjson", write_ndjson(*(make_order(f"B-{n}") for n in range(300))))
        daemon = house.make_daemon(requests=100, per_s=2)
        run = asyncio.create_task(daemon.run(once=True))
        async with asyncio.timeout(20):
            while len(house.sandbox.orders) < 90:
                await asyncio.sleep(0.01)
            house.drop("small.json", write_json(make_order("S-1")))
            while house.names("done") != ["small.json"]:
                await asyncio.sleep(0.01)
        # All the quota of the first window was in use when it came: it is among the first calls of the next.
        assert list(house.sandbox.orders).index("S-1") <= 103 + 8
        daemon.end(Ending.STOPPED)
        await run


async def test_a_file_written_to_after_it_was_taken_is_not_sent_on(tmp_path):
    async with open_house(tmp_path, latency=(0.05, 0.06)) as house:
        house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{n}") for n in range(40))))
        daemon = house.make_daemon(requests=5, per_s=0.5)
        run = asyncio.create_task(daemon.run(once=True, max_wait_s=20))
        async with asyncio.timeout(20):
            while not house.sandbox.orders:
                await asyncio.sleep(0.01)
            (path,) = (tmp_path / "work").glob("*/a.ndjson")
            with path.open("ab") as file:
                file.write(b"{}\n")
            assert await run is Ending.SETTLED
        report = house.report("a.ndjson")
        assert [error["code"] for error in report["errors"]] == ["changed_while_processing"]
        assert report["totals"]["accepted"] == len(house.sandbox.orders)
        assert report["totals"]["not_sent"] == 40 - len(house.sandbox.orders)


async def test_times_alone_that_a_client_sets_late_change_nothing(tmp_path):
    async with open_house(tmp_path, latency=(0.02, 0.03)) as house:
        house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{n}") for n in range(20))))
        daemon = house.make_daemon(requests=5, per_s=0.2)
        run = asyncio.create_task(daemon.run(once=True, max_wait_s=20))
        async with asyncio.timeout(20):
            while not house.sandbox.orders:
                await asyncio.sleep(0.01)
            (path,) = (tmp_path / "work").glob("*/a.ndjson")
            path.touch()
            await run
        assert house.report("a.ndjson")["totals"]["accepted"] == 20


async def test_a_missing_reference_is_made_from_the_content_and_stays_the_same(house):
    extra = "    reference: {generate: {prefix: ACME}}\n"
    orders = [make_order("x", qty=qty, ReferenceNumber=None) for qty in (1, 1, 0)]
    house.drop("a.json", write_json(*orders))
    await house.settle(extra)
    made = [order["reference"] for order in house.report("a.json")["orders"]]
    assert made[0].startswith("ACME-P-20260115-")
    assert made[1] == f"{made[0]}-2"
    assert made[2] is None
    orders[2]["OrderItems"][0]["Qty"] = 5
    house.drop("b.json", write_json(*orders))
    await house.settle(extra)
    assert [outcome for _, outcome in house.outcomes("b.json")] == ["already_accepted", "already_accepted", "accepted"]
    assert len(house.sandbox.orders) == 3


async def test_the_quota_is_shared_by_every_call_and_never_exceeded(tmp_path):
    async with open_house(tmp_path, requests=20, per_seconds=1, latency=(0.005, 0.05)) as house:
        house.drop("a.ndjson", write_ndjson(*(make_order(f"A-{n}") for n in range(60))))
        for _ in range(3):
            daemon = house.make_daemon(requests=20, per_s=1)
            run = asyncio.create_task(daemon.run(once=True, max_wait_s=30))
            await asyncio.sleep(0.7)
            daemon.end(Ending.STOPPED)
            await run
        await house.settle(requests=20, per_s=1)
        stats = house.sandbox.stats()
        assert (stats["too_many"], stats["orders"], stats["doubled"]) == (0, 60, 0)
        assert stats["max_in_window"] <= 20


async def test_an_empty_file_is_left_alone_for_a_while(house):
    house.drop("empty.csv", b"")
    house.drop("blank.csv", b"\r\n\r\n")
    await house.settle()
    assert (house.root / "inbox/empty.csv").exists()
    assert house.report("blank.csv")["errors"][0]["code"] == "empty"


async def test_what_stands_in_work_without_a_word_in_the_ledger_goes_on(house):
    claim = house.root / "work/20260101T000000000000-00000000"
    claim.mkdir(parents=True)
    (claim / "a.json").write_bytes(write_json(make_order("A-1")))
    (house.root / "work/stray.json").write_bytes(write_json(make_order("A-2")))
    await house.settle()
    assert house.names("done") == ["a.json", "stray.json"]


async def test_the_log_tells_why_a_file_was_refused_as_a_whole(house):
    house.drop("a.csv", b"Nonsense\r\n1\r\n")
    with gather_log() as lines:
        await house.settle()
    assert [line["text"] for line in lines.pick("file_failed")] == ["unknown_column"]


class StumblingClock(FastClock):
    """Fails once, just when a file was taken out of the inbox: as a bug of ours would."""

    stumbles = True

    def now(self):
        if self.stumbles and sys._getframe(1).f_code.co_name == "_claim":
            self.stumbles = False
            raise ZeroDivisionError
        return super().now()


async def test_what_was_taken_before_a_bug_of_ours_goes_on_without_a_restart(house):
    with gather_log() as lines:
        async with running(house, clock=StumblingClock()):
            house.drop("a.json", write_json(make_order("A-1")))
            await until(lambda: house.names("done") == ["a.json"])
    assert len(lines.pick("bug")) == 1


async def test_odd_things_are_left_where_they_are(house):
    inbox = house.root / "inbox"
    (inbox / "link.csv").symlink_to("/etc/hostname")
    (inbox / "folder.csv").mkdir()
    (inbox / ".hidden.csv").write_bytes(b"x")
    (inbox / "upload.csv.filepart").write_bytes(b"x")
    (inbox / "picture.png").write_bytes(b"x")
    house.drop("a.json", write_json(make_order("A-1")))
    await house.settle()
    assert sorted(path.name for path in inbox.iterdir()) == [
        ".hidden.csv", "folder.csv", "link.csv", "picture.png", "upload.csv.filepart",
    ]  # fmt: skip


async def test_the_report_of_a_refused_file_hides_values_if_asked(house):
    house.drop("a.csv", write_csv(make_order("A-1", Currency="SECRET")))
    await house.settle("reports: {show_values: false}\n")
    text = json.dumps(house.report("a.csv"))
    assert "(hidden)" in text
    assert "SECRET" not in text


async def test_a_side_file_lost_under_many_calls_is_judged_again_once(house):
    house.sandbox.fail_next("error_before", count=8, path="/outbound", status=400)
    house.drop("a.json", write_json(*(make_order(f"A-{number}") for number in range(30))))
    daemon = house.make_daemon(timeout_s=3)
    run = asyncio.create_task(daemon.run(once=True, max_wait_s=60))
    while daemon.app is None or daemon.app.caller.in_flight < 8:
        await asyncio.sleep(0.001)
    for path in (house.root / "work").glob("*.judged"):
        path.unlink()
    await run
    assert sorted(reference for reference, _ in house.outcomes("a.json")) == sorted(f"A-{n}" for n in range(30))
