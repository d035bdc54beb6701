"""What a source may ask for beside quiet time, on real folders with a real daemon."""

import contextlib
import hashlib
import os
from random import Random

import pytest
from click.testing import CliRunner
from support.clocks import HandClock
from support.configs import API, SOURCE
from support.house import open_house
from support.orders import make_order, write_csv, write_ndjson

from syncd.cli import program
from syncd.config.model import SourceConfig
from syncd.core.evidence import Evidence
from syncd.edges.beside import take_beside
from syncd.edges.lease import find_writer
from syncd.edges.ledger import Ledger
from syncd.flows.taking import BREATH, Taker

ORDERS = write_csv(make_order("A-1"), make_order("A-2"))
MARKER = '    complete: {marker: "{name}.ready"}\n'
CHECKSUM = '    complete: {checksum: "{name}.sha256"}\n'


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


def list_all(house, folder: str) -> list[str]:
    return sorted(path.name for path in (house.root / folder).iterdir())


async def test_a_file_is_taken_once_its_marker_stands_and_filed_with_it(house):
    house.drop("a.csv", ORDERS)
    await house.settle(MARKER)
    assert list_all(house, "inbox") == ["a.csv"]
    house.drop("a.csv.ready", b"")
    await house.settle(MARKER)
    assert list_all(house, "done") == ["a.csv", "a.csv.ready", "a.csv.report.json"]
    assert list_all(house, "inbox") == list_all(house, "work") == []


async def test_a_marker_vouches_for_one_file_only(house):
    for reference in ("A-1", "A-2"):
        house.drop("a.csv", write_csv(make_order(reference)))
        house.drop("a.csv.ready", b"")
        await house.settle(MARKER)
    house.drop("a.csv", ORDERS)
    await house.settle(MARKER)
    assert list_all(house, "inbox") == ["a.csv"]
    assert len([name for name in list_all(house, "done") if name.endswith(".ready")]) == 2


async def test_a_marker_whose_name_is_taken_where_it_goes_gets_one_of_its_own(house):
    (house.root / "done/a.csv.ready").write_text("somebody else's")
    house.drop("a.csv", ORDERS)
    house.drop("a.csv.ready", b"")
    await house.settle(MARKER)
    assert (house.root / "done/a.csv.ready").read_text() == "somebody else's"
    assert len([name for name in list_all(house, "done") if name.endswith(".ready")]) == 2


async def test_a_file_that_fits_its_checksum_is_sent(house):
    house.drop("a.csv", ORDERS)
    house.drop("a.csv.sha256", f"{hashlib.sha256(ORDERS).hexdigest()}  a.csv\n".encode())
    await house.settle(CHECKSUM)
    assert house.outcomes("a.csv") == [("A-1", "accepted"), ("A-2", "accepted")]
    assert "a.csv.sha256" in list_all(house, "done")


async def test_a_file_that_does_not_fit_its_checksum_is_refused_as_a_whole(house):
    house.drop("a.csv", ORDERS)
    house.drop("a.csv.sha256", hashlib.sha256(ORDERS + b"more").hexdigest().encode())
    await house.settle(CHECKSUM)
    assert house.outcomes("a.csv") == [("A-1", "not_sent"), ("A-2", "not_sent")]
    assert [error["code"] for error in house.report("a.csv")["errors"]] == ["checksum_mismatch"]
    assert {"a.csv", "a.csv.report.json", "a.csv.sha256"} <= set(list_all(house, "failed"))
    assert not house.sandbox.orders


@pytest.mark.parametrize("way", ["gone", "a link", "a pipe"])
async def test_a_checksum_that_is_no_file_by_the_time_it_is_read_vouches_for_nothing(house, way):
    claim = house.root / "work/20260101T000000000000-00000000"
    beside = house.root / f"work/.beside-{claim.name}/a.csv.sha256"
    claim.mkdir(parents=True)
    (claim / "a.csv").write_bytes(ORDERS)
    beside.parent.mkdir()
    if way == "a link":
        beside.symlink_to("/etc/hostname")
    elif way == "a pipe":
        os.mkfifo(beside)
    await house.settle(CHECKSUM)
    assert [error["code"] for error in house.report("a.csv")["errors"]] == ["checksum_unreadable"]
    assert not house.sandbox.orders


async def test_a_mended_rejected_file_needs_no_checksum(house):
    content = write_csv(make_order("A-1", qty=0))
    house.drop("a.csv", content)
    house.drop("a.csv.sha256", hashlib.sha256(content).hexdigest().encode())
    await house.settle(CHECKSUM)
    rejected = (house.root / "failed/a.rejected.csv").read_bytes()
    house.drop("a.rejected.csv", rejected.replace(b",A thing,0,", b",A thing,1,"))
    await house.settle(CHECKSUM)
    assert house.names("done") == []  # its name says what it is
    assert "a.rejected.csv" in list_all(house, "done")


@pytest.mark.parametrize("said", [b"END;2\n", b"END;3\n", b""])
async def test_a_trailer_must_say_how_many_rows_there_are(house, said):
    house.drop("a.ndjson", write_ndjson(make_order("A-1"), make_order("A-2")) + said)
    await house.settle('    complete: {trailer: "END;([0-9]+)"}\n')
    assert house.names("done") == (["a.ndjson"] if said == b"END;2\n" else [])
    assert len(house.sandbox.orders) == (2 if said == b"END;2\n" else 0)


async def test_too_few_rows_are_no_whole_file(house):
    house.drop("a.csv", ORDERS)
    await house.settle("    complete: {min_rows: 3}\n")
    assert [error["code"] for error in house.report("a.csv")["errors"]] == ["too_few_rows"]


async def test_a_file_that_somebody_still_has_open_for_writing_waits(house):
    lease = "    complete: {lease: true}\n"
    path = house.root / "inbox/a.csv"
    with path.open("wb") as stalled:
        stalled.write(ORDERS[:300])
        stalled.flush()
        if find_writer(path) is None:
            pytest.skip("the kernel grants no lease on this file system, or to this user")
        await house.settle(lease)
        assert list_all(house, "inbox") == ["a.csv"]
        stalled.write(ORDERS[300:])
    await house.settle(lease)
    assert house.outcomes("a.csv") == [("A-1", "accepted"), ("A-2", "accepted")]


def test_who_has_a_file_open_for_writing_is_found(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb"):
        if find_writer(path) is None:
            pytest.skip("the kernel grants no lease on this file system, or to this user")
        assert find_writer(path) is True
        with path.open("rb"):
            assert find_writer(path) is True
    assert find_writer(path) is False
    with path.open("rb"):
        assert find_writer(path) is False


def test_the_kernel_does_not_tell_of_what_is_no_regular_file(tmp_path):
    (tmp_path / "link").symlink_to("a.csv")
    os.mkfifo(tmp_path / "pipe")
    assert find_writer(tmp_path / "gone") is False
    assert find_writer(tmp_path / "link") is None
    assert find_writer(tmp_path / "pipe") is None


async def test_a_marker_taken_before_a_death_goes_back_if_its_file_was_not_taken(house):
    house.drop("a.csv.ready", b"")
    take_beside(house.root / "inbox", house.root / "work", "20260101T000000000000-00000000", ["a.csv.ready", "gone"])
    assert list_all(house, "inbox") == []
    house.drop("a.csv", ORDERS)
    await house.settle(MARKER)
    assert list_all(house, "done") == ["a.csv", "a.csv.ready", "a.csv.report.json"]
    assert list_all(house, "work") == []


async def test_a_marker_whose_file_vanished_goes_back_or_stays(house):
    house.drop("a.csv.ready", b"")
    house.drop("b.csv", ORDERS)
    await house.settle(MARKER)
    assert list_all(house, "inbox") == ["a.csv.ready", "b.csv"]


async def test_a_retried_file_takes_its_marker_along(house):
    house.drop("a.csv", write_csv(make_order("A-1", qty=0)))
    house.drop("a.csv.ready", b"")
    await house.settle(MARKER)
    config = str(house.root / "config.yaml")
    told = CliRunner().invoke(program, ["retry", "-c", config, "a.csv"])
    assert told.exit_code == 0, told.output
    assert list_all(house, "inbox") == ["a.csv", "a.csv.ready"]
    told = CliRunner().invoke(program, ["status", "-c", config])
    assert "no source takes" not in told.output
    await house.settle(MARKER)
    assert [error["code"] for error in house.report("a.csv")["orders"][0]["errors"]] == ["minimum"]


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        (
            'marker: "ready"',
            'marker must be {name} or {stem} with an ending behind it, such as {name}.ready, not "ready"',
        ),
        ('marker: "{name}.tmp"', "marker names files that are left alone as unfinished uploads; choose another ending"),
        ('checksum: "{name}.part"', "checksum names files that are left alone as unfinished uploads; choose another"),
        ('trailer: "END;("', "trailer is no pattern: missing ), unterminated subpattern; write a regular expression"),
        ("min_rows: 0", "min_rows must be more than 0"),
        ("trailer_counts: lines", "trailer_counts must be rows or orders"),
    ],
)
def test_evidence_that_cannot_be_is_refused(refuse, option, problem):
    (found,) = refuse(f"{API}{SOURCE}    complete: {{{option}}}\n")
    assert f"sources[0].complete.{problem}" in found


def test_evidence_is_read_from_the_config(load):
    config = load(f'{API}{SOURCE}    complete: {{marker: "{{name}}.ok", trailer: "E;([0-9]+)", lease: true}}\n')
    assert config.sources[0].complete == Evidence(marker="{name}.ok", trailer="E;([0-9]+)", lease=True)


async def test_a_file_that_is_opened_again_while_it_is_taken_is_put_back(tmp_path):
    """The lease is asked for once more after the claim: who opened the file in between follows it wherever it goes."""
    source = SourceConfig(
        "orders", *(tmp_path / name for name in ("inbox", "done", "failed", "work")), complete=Evidence(lease=True)
    )
    source.inbox.mkdir()
    for number in range(BREATH + 1):
        (source.inbox / f"{number:03}.csv").write_bytes(b"abc")
    last = source.inbox / f"{BREATH:03}.csv"
    if find_writer(last) is None:
        pytest.skip("the kernel grants no lease on this file system, or to this user")
    taken, writers = [], []

    class OpeningClock(HandClock):
        async def sleep(self, seconds: float) -> None:
            if len(taken) == BREATH and not writers:
                writers.append(last.open("ab"))
            await super().sleep(seconds)

    clock = OpeningClock()
    with contextlib.closing(Ledger(tmp_path, clock)) as ledger:
        taker = Taker(source, ledger, clock, Random(1))
        taker.on_claimed = taken.append
        await taker.sweep()
        clock.move(2)
        await taker.sweep()
        assert last.exists()
        writers[0].close()
        clock.move(2)
        await taker.sweep()
        clock.move(2)
        await taker.sweep()
    assert len(taken) == BREATH + 1
