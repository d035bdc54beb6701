"""The desk: files of one folder share a side file, and each reads what was judged of it alone."""

import contextlib
from datetime import UTC, datetime

import pytest
from support.clocks import HandClock

from syncd.config.model import SourceConfig
from syncd.core.model import Claim
from syncd.edges.judged import JudgedLostError
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileRow
from syncd.errors import StorageError
from syncd.flows.desk import Desk

BATCH = ("c1.00", "c1.01")


@pytest.fixture
def desk(tmp_path, work):
    source = SourceConfig("orders", *(tmp_path / name for name in ("inbox", "done", "failed")), work)
    with contextlib.closing(Ledger(tmp_path, HandClock())) as ledger:
        desk = Desk(ledger, [source])
        for claim_id in (*BATCH, "c2"):
            desk.open(FileRow(Claim(claim_id, "orders", f"{claim_id}.csv", datetime.now(UTC))))
        yield desk


def read(desk, claim_id, entry):
    with desk.open_judged(claim_id) as reader:
        return reader.read_meta(entry)["record"], reader.read_body(entry)


def test_files_that_write_at_the_same_time_share_a_writer_and_read_their_own(desk):
    with desk.write_judged(BATCH[0]) as writer, desk.write_judged(BATCH[1]) as other, desk.write_judged("c2") as alone:
        assert other is writer
        assert alone is not writer
        entries = [writer.append(claim_id, {"record": number}, b"{}") for number, claim_id in enumerate(BATCH)]
    for number, claim_id in enumerate(BATCH):
        assert read(desk, claim_id, entries[number]) == (number, b"{}")
        with pytest.raises(JudgedLostError, match=f"of another file: {claim_id} has to be judged again"):
            read(desk, claim_id, entries[1 - number])


def test_a_shared_writer_is_good_until_the_last_leaves(desk):
    with desk.write_judged(BATCH[0]) as writer:
        with desk.write_judged(BATCH[1]):
            pass
        entry = writer.append(BATCH[0], {"record": 1}, b"{}")
        writer.sync()
    assert read(desk, BATCH[0], entry) == (1, b"{}")
    with desk.write_judged(BATCH[1]) as later:
        assert later is not writer
        behind = later.append(BATCH[1], {"record": 2}, b"[]")
    assert read(desk, BATCH[1], behind) == (2, b"[]")


def test_who_comes_after_a_failed_fsync_has_a_new_writer_while_the_old_one_is_still_used(desk):
    with desk.write_judged(BATCH[0]) as spoiled:
        spoiled.append(BATCH[0], {}, b"lost")
        spoiled.spoil(StorageError("The disk is full."))
        with desk.write_judged(BATCH[1]) as writer:
            assert writer is not spoiled
            entry = writer.append(BATCH[1], {"record": 1}, b"{}")
            with pytest.raises(StorageError, match=r"The disk is full\."):
                spoiled.flush()
            with desk.write_judged(BATCH[0]) as again:
                assert again is writer
    assert read(desk, BATCH[1], entry) == (1, b"{}")
    with desk.write_judged(BATCH[1]) as last:
        assert last is not writer


def test_leaving_a_spoiled_writer_hides_nothing_of_why_it_was_left(desk):
    def leave():
        with desk.write_judged(BATCH[0]) as writer:
            writer.spoil(StorageError("The disk is full."))
            writer.append(BATCH[0], {}, b"too late")
            raise KeyError

    with pytest.raises(KeyError):
        leave()


def test_who_comes_after_the_side_file_was_removed_does_not_write_into_the_removed_one(desk):
    with desk.write_judged(BATCH[0]):
        desk.judged_path(BATCH[0]).unlink()
        with desk.write_judged(BATCH[1]) as writer:
            entry = writer.append(BATCH[1], {"record": 1}, b"{}")
            writer.sync()
            assert read(desk, BATCH[1], entry) == (1, b"{}")


def test_the_last_file_of_a_folder_is_told(desk):
    desk.open(FileRow(Claim(BATCH[0], "orders", "c1.00.csv", datetime.now(UTC)), state="carrying"))
    assert not desk.is_last(BATCH[0])
    assert desk.is_last("c2")
    desk.close(BATCH[0])
    assert desk.is_last(BATCH[1])
