"""The side file of a claim, on a real disk."""

import errno
import os
import stat as modes
import sys
import time
from pathlib import Path

import pytest
from support.effects import watching_fsync
from support.spoil import small_disk

from syncd.core.model import Problem
from syncd.edges.judged import (
    Entry,
    JudgedLostError,
    JudgedReader,
    JudgedWriter,
    dump_problems,
    load_problems,
)
from syncd.errors import StorageError, SyncdError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "c1.judged"


def write(path, *items):
    with JudgedWriter(path) as writer:
        entries = [writer.append("c1", meta, body) for meta, body in items]
        writer.sync()
    return entries


def test_what_was_appended_is_read_by_its_place(path):
    first, second, third = write(
        path,
        ({"reference": "ÄÖ\udce9", "lines": [2, 3]}, '{"Town":"Köln"}'.encode()),
        ({}, b""),
        ({"a": None}, b"two\nlines"),
    )
    with JudgedReader(path, "c1") as reader:
        assert reader.read_body(third) == b"two\nlines"
        assert reader.read_meta(first) == {"reference": "ÄÖ\udce9", "lines": [2, 3]}
        assert reader.read_body(first) == '{"Town":"Köln"}'.encode()
        assert reader.read_meta(second) == {}
        assert reader.read_body(second) == b""


def test_the_file_has_two_lines_an_entry_and_is_ours_alone(path):
    write(path, ({"record": 1}, b"{}"), ({"record": 2}, b""))
    assert path.read_bytes() == b'{"record":1}\n{}\n{"record":2}\n\n'
    assert modes.S_IMODE(path.stat().st_mode) == 0o600


def test_a_synced_entry_can_be_read_while_the_writer_goes_on(path):
    with JudgedWriter(path) as writer:
        first = writer.append("c1", {"record": 1}, b"{}")
        writer.sync()
        with JudgedReader(path, "c1") as reader:
            assert reader.read_meta(first) == {"record": 1}
            second = writer.append("c1", {"record": 2}, b"[]")
            writer.sync()
            assert reader.read_body(second) == b"[]"


@pytest.mark.parametrize("torn", [b"", b'{"rec', b'{"record":1}\n', b'{"record":1}\n{}\n'])
def test_a_writer_goes_on_after_what_a_crash_left(path, torn):
    path.write_bytes(torn)
    [entry] = write(path, ({"record": 2}, b"{}"))
    assert entry.offset in {len(torn), len(torn) + 1}
    with JudgedReader(path, "c1") as reader:
        assert reader.read_meta(entry) == {"record": 2}
        assert reader.read_body(entry) == b"{}"
    assert path.read_bytes().startswith(torn)
    assert path.read_bytes().endswith(b'\n{"record":2}\n{}\n' if torn else b'{"record":2}\n{}\n')


def test_a_missing_side_file_is_lost(path):
    with pytest.raises(JudgedLostError, match=r"c1\.judged is missing: c1 has to be judged again"):
        JudgedReader(path, "c1")
    assert issubclass(JudgedLostError, SyncdError)


def test_a_short_side_file_is_lost(path):
    [entry] = write(path, ({"record": 1}, b"{}"))
    os.truncate(path, path.stat().st_size - 1)
    with JudgedReader(path, "c1") as reader:
        assert reader.read_meta(entry) == {"record": 1}
        with pytest.raises(JudgedLostError, match="is too short"):
            reader.read_body(entry)


@pytest.mark.parametrize("entry", [Entry(0, 5, 2), Entry(1, 11, 2), Entry(13, 2, 0), Entry(16, 2, 0)])
def test_a_place_where_nothing_begins_is_garbled(path, entry):
    path.write_bytes(b'{"record":1}\n{}\n[]\n\n'.replace(b"{}\n[", b"nonsense\n["))
    with JudgedReader(path, "c1") as reader, pytest.raises(JudgedLostError, match="is garbled"):
        reader.read_meta(entry)


def test_a_meta_that_is_no_object_is_garbled(path):
    path.write_bytes(b"[]\n\n")
    with JudgedReader(path, "c1") as reader, pytest.raises(JudgedLostError, match="is garbled"):
        reader.read_meta(Entry(0, 2, 0))


def test_of_a_shared_side_file_a_claim_reads_its_own_entries_alone(path):
    with JudgedWriter(path) as writer:
        first, second = (writer.append(claim_id, {"record": 1}, b"{}") for claim_id in ("c1.00", "c1.01"))
    with JudgedReader(path, "c1.01") as reader:
        assert reader.read_meta(second) == {"record": 1, "claim": "c1.01"}
        with pytest.raises(JudgedLostError, match=r"of another file: c1\.01 has to be judged again") as caught:
            reader.read_meta(first)
    assert caught.value.claim_id == "c1.01"


def test_after_a_failed_fsync_a_writer_takes_nothing_more_to_the_disk(path):
    def fail(_descriptor):
        raise OSError(errno.EIO, "")

    writer = JudgedWriter(path)
    writer.append("c1.00", {}, b"durable")
    writer.sync()
    kept = path.read_bytes()
    writer.append("c1.00", {}, b"before")
    with watching_fsync(fail), pytest.raises(StorageError, match="The disk fails"):
        writer.sync()
    assert not writer.is_good()
    writer.append("c1.00", {}, b"after")
    for refused in (writer.sync, writer.flush):
        with pytest.raises(StorageError, match="The disk fails"):
            refused()
    writer.spoil(StorageError("The disk is full."))
    with pytest.raises(StorageError, match="The disk fails"):  # the first refusal was its end
        writer.flush()
    writer.close()
    writer.close()
    assert path.read_bytes() == kept


def test_a_writer_that_met_a_full_disk_gives_its_room_back(tmp_path):
    with small_disk(tmp_path / "disk"):
        path = tmp_path / "disk" / "c1.judged"
        with JudgedWriter(path) as writer:
            for _ in range(9):
                writer.append("c1.00", {}, b"x" * 100_000)
            writer.sync()
            kept = path.stat().st_size
            with pytest.raises(StorageError, match="The disk is full"):
                writer.append("c1.01", {}, bytes(2 * 1024**2))
            assert not writer.is_good()
        assert path.stat().st_size == kept


def test_a_side_file_whose_end_cannot_be_read_is_closed_again(path):
    def fail(_frame, event, function):
        if event == "c_call" and function is os.pread:
            raise OSError(errno.EIO, "")

    write(path, ({}, b""))
    before = list(Path("/proc/self/fd").iterdir())
    sys.setprofile(fail)
    try:
        with pytest.raises(StorageError, match="The disk fails"):
            JudgedWriter(path)
    finally:
        sys.setprofile(None)
    assert len(list(Path("/proc/self/fd").iterdir())) == len(before)


def test_a_message_about_a_lost_side_file_shows_nothing_of_it(path):
    path.write_bytes(b'{"name":"Erika Mustermann"\n\n')
    with JudgedReader(path, "c1") as reader, pytest.raises(JudgedLostError) as caught:
        reader.read_meta(Entry(0, 26, 0))
    assert "Erika" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_closing_twice_is_harmless_and_a_closed_reader_reads_nothing(path):
    [entry] = write(path, ({}, b""))
    reader = JudgedReader(path, "c1")
    reader.close()
    reader.close()
    with pytest.raises(ValueError, match="closed"):
        reader.read_meta(entry)
    writer = JudgedWriter(path)
    writer.close()
    writer.close()


def test_a_missing_work_folder_is_named(tmp_path):
    with pytest.raises(StorageError, match="There is no folder"):
        JudgedWriter(tmp_path / "work" / "c1.judged")
    with pytest.raises(JudgedLostError):
        JudgedReader(tmp_path / "work" / "c1.judged", "c1")


def test_a_full_disk_is_told(path):
    path.symlink_to("/dev/full")  # the one file of every machine that is always full
    with pytest.raises(OSError, match="symbolic links"):
        JudgedWriter(path)
    writer = JudgedWriter(path.parent / "c2.judged")
    os.dup2(full := os.open("/dev/full", os.O_WRONLY), writer.flush())
    os.close(full)
    entry = writer.append("c1", {"record": 1}, b"{}")
    assert entry == Entry(0, 12, 2)
    with pytest.raises(StorageError, match="The disk is full"):
        writer.sync()
    with pytest.raises(StorageError, match="The disk is full"):
        writer.append("c1", {}, bytes(2 * 1024**2))
    writer.close()
    writer.close()


def test_200_000_orders_are_appended_fast(path):
    body = b'{"ReferenceNumber":"ORD-1"}' * 10
    begun = time.perf_counter()
    with JudgedWriter(path) as writer:
        for number in range(200_000):
            writer.append("c1", {"record": number, "lines": [number], "reference": "ORD-1"}, body)
        writer.sync()
    assert time.perf_counter() - begun < 5  # 1 s on an idle machine


def test_problems_survive_as_json(path):
    problems = (
        Problem("minimum", "Qty is {value}; the least is 1", "/OrderItems/0/Qty", "qty", 3, "0"),
        Problem("empty", "The file is empty."),
        Problem("encoding", "\udce9", line=0, value=""),
    )
    [entry] = write(path, ({"problems": dump_problems(problems)}, b""))
    with JudgedReader(path, "c1") as reader:
        assert load_problems(reader.read_meta(entry)["problems"]) == problems
    assert dump_problems(problems[1:2]) == [{"code": "empty", "message": "The file is empty."}]
