import os
import socket

from syncd.edges.journal import build_entry, leads_to_journal, send_entry


def test_a_line_and_its_facts_become_fields():
    assert build_entry("file_done", 6, {"source": "orders", "orders": 3, "gone": None, "http-status": 200}) == (
        b"MESSAGE=file_done\nPRIORITY=6\nSYSLOG_IDENTIFIER=syncd\n"
        b"SYNCD_SOURCE=orders\nSYNCD_ORDERS=3\nSYNCD_GONE=\nSYNCD_HTTP_STATUS=200\n"
    )


def test_a_value_of_several_lines_keeps_them():
    entry = build_entry("bug", 3, {"traceback": "one\ntwo"})
    assert entry.endswith(b"SYNCD_TRACEBACK\n" + (7).to_bytes(8, "little") + b"one\ntwo\n")


def test_an_entry_arrives_as_one_datagram(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
        journald.bind(str(tmp_path / "journal"))
        assert send_entry(b"MESSAGE=x\n", str(tmp_path / "journal"))
        assert journald.recv(100) == b"MESSAGE=x\n"


def test_without_journald_nothing_is_sent(tmp_path):
    assert not send_entry(b"MESSAGE=x\n", str(tmp_path / "nobody"))


def test_only_the_stream_that_systemd_named_leads_to_the_journal(tmp_path, monkeypatch):
    with (tmp_path / "stream").open("wb") as stream:
        facts = os.fstat(stream.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{facts.st_dev}:{facts.st_ino}")
        assert leads_to_journal(stream.fileno())
        with (tmp_path / "other").open("wb") as other:
            assert not leads_to_journal(other.fileno())
        descriptor = stream.fileno()
    assert not leads_to_journal(descriptor)
