"""An inbox full of what is no file of orders, and of names that nobody would choose."""

import os
import socket
import stat
from pathlib import Path

import pytest
from support.house import open_house
from support.orders import make_order, write_json
from support.watch import gather_log, running, until

NAMES = {
    "long": "x" * 250 + ".json",
    "long in bytes": "é" * 125 + ".json",
    "newline": "a\nb.json",
    "carriage return": "a\rb\x1b[31m.json",
    "dash": "-rf.json",
    "two dashes": "--.json",
    "no UTF-8": os.fsdecode(b"caf\xe9.json"),
    "right to left": "invoice\u202enosj.json",
    "invisible": "a\u200bb\ufeff.json",
    "spaces": "  a  b .json",
    "quotes": "a'b\"c`$(touch x)`;&|.json",
    "wildcards": "*?[a].json",
    "percent and braces": "{0}%s%n{.json",
    "backslash": "a\\..\\..\\b.json",
    "an ending alone": ".json.json"[1:],
    "another's report": "a.csv.report.json",
    "capitals": "A.JSON",
}


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


def list_names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def count_ending(names: set[str], ending: str) -> int:
    return sum(name.endswith(ending) for name in names)


async def test_whatever_its_name_a_file_is_taken_and_filed_with_its_report(house):
    with gather_log() as lines:
        for number, name in enumerate(NAMES.values()):
            (house.root / "inbox" / name).write_bytes(write_json(make_order(f"N-{number}")))
        await house.settle()
    assert sorted(house.sandbox.orders) == sorted(f"N-{number}" for number in range(len(NAMES)))
    filed = list_names(house.root / "done")
    assert set(NAMES.values()) <= filed
    assert count_ending(filed, ".report.json") == len(NAMES) + 1  # one file is called like a report
    assert all(len(os.fsencode(name)) <= 255 for name in filed)
    assert all(str(line["file"]).isprintable() for line in lines.pick("file_done"))


async def test_whatever_its_name_a_file_that_fails_has_report_and_rejected_file(house):
    for number, name in enumerate(NAMES.values()):
        (house.root / "inbox" / name).write_bytes(write_json(make_order(f"N-{number}", qty=0)))
    await house.settle()
    filed = list_names(house.root / "failed")
    assert set(NAMES.values()) <= filed
    assert count_ending(filed, ".report.json") == len(NAMES) + 1
    assert sum(".rejected" in name for name in filed) == len(NAMES)
    assert all(len(os.fsencode(name)) <= 255 for name in filed)
    assert list_names(house.root / "inbox") == set()


def make_oddities(inbox: Path, outside: Path) -> set[str]:
    """Put everything that is no file of orders into an inbox; return the names."""
    outside.write_bytes(write_json(make_order("OUT")))
    (inbox / "link.json").symlink_to(outside)
    (inbox / "dangling.json").symlink_to("nowhere")
    (inbox / "loop.json").symlink_to("loop.json")
    (inbox / "passwd.csv").symlink_to("/etc/passwd")
    (inbox / "hard.json").hardlink_to(outside)
    os.mkfifo(inbox / "pipe.json")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(inbox / "socket.json"))
    (inbox / "folder.json").mkdir()
    (inbox / "folder.json/inside.json").write_bytes(write_json(make_order("IN")))
    names = {"link", "dangling", "loop", "hard", "pipe", "socket", "folder"}
    names = {f"{name}.json" for name in names} | {"passwd.csv"}
    if os.geteuid() == 0:
        try:
            os.mknod(inbox / "device.json", stat.S_IFCHR | 0o600, os.makedev(1, 3))
        except PermissionError:
            pass  # a container without CAP_MKNOD
        else:
            names.add("device.json")
    return names


async def test_what_is_no_file_is_left_alone_with_one_line_and_stops_nobody(house):
    # A socket's path may have 108 characters: reached by a short one.
    short = house.root.parent / "i"
    short.symlink_to(house.root / "inbox")
    odd = make_oddities(short, house.root / "outside.json")
    with gather_log() as lines:
        async with running(house) as daemon:
            await until(lambda: len(lines.pick("file_left_alone")) == len(odd))
            for number in range(3):  # each drop means another look at them all
                house.drop(f"good-{number}.json", write_json(make_order(f"G-{number}")))
                await until(lambda number=number: f"good-{number}.json" in house.names("done"))
            assert daemon.app is not None
            assert daemon.app.orders.list_troubles() == []
    assert len(lines.pick("file_left_alone")) == len(odd)
    assert list_names(house.root / "inbox") == odd
    assert sorted(house.sandbox.orders) == ["G-0", "G-1", "G-2"]
    assert list_names(house.root / "work") == set()


async def test_links_planted_where_files_go_are_neither_followed_nor_overwritten(house):
    outside = house.root / "outside"
    outside.write_text("somebody else's")
    for folder in ("done", "failed"):
        for name in ("a.json", "b.json.report.json", "c.rejected.json"):
            (house.root / folder / name).symlink_to(outside)
        (house.root / folder / "d.json").mkdir()
        (house.root / folder / "e.json.report.json").symlink_to("nowhere")
    for name in "abcde":
        house.drop(f"{name}.json", write_json(make_order(f"{name}-1"), make_order(f"{name}-2", qty=0)))
        house.drop(f"{name}{name}.json", write_json(make_order(f"{name}-3")))
    house.drop("done.json", write_json(make_order("D")))
    await house.settle()
    assert outside.read_text() == "somebody else's"
    assert not (house.root / "done/nowhere").exists()
    assert len(house.sandbox.orders) == 11
    assert len([path for path in (house.root / "failed").glob("*.json") if path.is_symlink()]) == 4
    reports = [path for path in (house.root / "failed").glob("*.report.json") if not path.is_symlink()]
    assert len(reports) == 5
    assert list_names(house.root / "work") == list_names(house.root / "inbox") == set()


async def test_a_sender_who_writes_in_done_may_spoil_it_but_stops_nobody(house):
    """What he puts there is his; what is filed takes other names, and nothing of it is read."""
    done = house.root / "done"
    for name in ("a.json", "a.json.report.json", ".syncd-0123456789abcdef", "orders.json"):
        (done / name).write_text("his")
    os.mkfifo(done / "b.json.report.json")
    for name in ("a.json", "b.json", "c.json"):
        house.drop(name, write_json(make_order(name)))
    await house.settle()
    assert len(house.sandbox.orders) == 3
    assert (done / "a.json").read_text() == (done / "orders.json").read_text() == "his"
    assert stat.S_ISFIFO((done / "b.json.report.json").stat().st_mode)
    assert len(list(done.glob("a.2*.json"))) == len(list(done.glob("b.2*.json"))) == 2
