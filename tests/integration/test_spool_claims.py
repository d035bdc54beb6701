"""Listing and claiming, on a real disk."""

import os
import socket
import stat as modes
from datetime import UTC, datetime

import pytest
from support.folders import names_in, run_in_own_mounts, take

from syncd.core.model import Claim, FileStat
from syncd.edges import claims, spool
from syncd.edges.spool import Oddity
from syncd.errors import StorageError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts and devices need root")


# Listing


def test_an_inbox_is_listed_with_what_is_never_taken_and_without_what_is_left_alone(inbox, monkeypatch):
    (inbox / "orders.csv").write_bytes(b"1,2\n")
    for left_alone in (".orders.csv", "orders.part", "~$orders.csv"):
        (inbox / left_alone).touch()
    (inbox / "folder.csv").mkdir()
    (inbox / "link.csv").symlink_to("/etc/passwd")
    (inbox / "dangling.csv").symlink_to("nowhere")
    os.mkfifo(inbox / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(inbox)  # a socket's path may not be long
        server.bind("socket.csv")
    (inbox / "twin.csv").touch()
    os.link(inbox / "twin.csv", inbox.parent / "twin")

    listed = list(spool.list_inbox(inbox))

    [orders] = [item for item in listed if isinstance(item, FileStat)]
    seen = (inbox / "orders.csv").stat()
    assert orders == FileStat("orders.csv", 4, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
    assert {item for item in listed if isinstance(item, Oddity)} == {
        Oddity("folder.csv", "folder"),
        Oddity("link.csv", "link"),
        Oddity("dangling.csv", "link"),
        Oddity("pipe.csv", "pipe"),
        Oddity("socket.csv", "socket"),
        Oddity("twin.csv", "hard link"),
    }


@needs_root
def test_a_device_is_an_oddity(inbox):
    try:
        os.mknod(inbox / "null.csv", modes.S_IFCHR | 0o600, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("no devices here")
    assert list(spool.list_inbox(inbox)) == [Oddity("null.csv", "device")]


def test_a_file_that_vanishes_while_listed_is_skipped(inbox):
    for number in range(3):
        (inbox / f"{number}.csv").touch()
    listing = spool.list_inbox(inbox)
    first = next(listing)
    for path in inbox.iterdir():
        path.unlink()
    assert list(listing) == []
    assert isinstance(first, FileStat)


def test_a_missing_inbox_is_named(inbox):
    inbox.rmdir()
    with pytest.raises(StorageError, match=rf"There is no folder {inbox}: make it again\."):
        list(spool.list_inbox(inbox))


def test_a_link_is_looked_at_and_not_its_target(inbox):
    (inbox / "link").symlink_to("nowhere")
    found = spool.stat_file(inbox / "link")
    assert found is not None
    assert found.size == len("nowhere")
    assert spool.stat_file(inbox / "orders.csv") is None


def test_names_that_are_taken_are_found_also_where_a_link_dangles(done):
    (done / "link").symlink_to("nowhere")
    assert spool.name_taken(done, ["orders.csv", "link"])
    assert not spool.name_taken(done, ["orders.csv"])
    assert not spool.name_taken(done, [])


# Claiming


@pytest.mark.parametrize("name", ["orders.csv", "-rf", "a\nb.csv", os.fsdecode(b"caf\xe9.csv"), "a" * 255, "é" * 127])
def test_a_claim_takes_a_file_of_any_name(inbox, work, name):
    (inbox / name).write_bytes(b"bytes")
    taken = take(inbox, work, name, "c1")
    assert taken == spool.stat_file(work / "c1" / name)
    assert taken is not None
    assert taken.name == name
    assert names_in(inbox) == []
    assert modes.S_IMODE((work / "c1").stat().st_mode) == 0o700
    assert list(claims.list_claimed(work)) == [("c1", [name])]


def test_a_claim_of_a_vanished_name_leaves_nothing(inbox, work):
    assert take(inbox, work, "orders.csv", "c1") is None
    assert names_in(work) == []


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to("/etc/passwd")])
def test_what_turns_out_to_be_no_file_is_put_back(inbox, work, make):
    make(inbox / "orders.csv")
    assert take(inbox, work, "orders.csv", "c1") is None
    assert names_in(inbox) == ["orders.csv"]
    assert names_in(work) == []


def test_a_file_with_two_names_is_put_back(inbox, work):
    (inbox / ".in.orders.csv").touch()
    os.link(inbox / ".in.orders.csv", inbox / "orders.csv")
    assert take(inbox, work, "orders.csv", "c1") is None
    assert names_in(inbox) == [".in.orders.csv", "orders.csv"]


def test_the_name_of_a_folder_is_used_once(inbox, work):
    (inbox / "orders.csv").touch()
    (work / "c1").mkdir()
    with pytest.raises(FileExistsError):
        take(inbox, work, "orders.csv", "c1")
    assert names_in(inbox) == ["orders.csv"]


@pytest.mark.parametrize("missing", ["inbox", "work"])
def test_a_claim_names_the_folder_that_is_missing(inbox, work, missing):
    (inbox.parent / missing).rmdir()
    with pytest.raises(StorageError, match=f"There is no folder .*/{missing}: make it again"):
        take(inbox, work, "orders.csv", "c1")


@needs_root
def test_a_claim_across_mounts_names_both_folders(inbox, work):
    said = run_in_own_mounts(
        'mount -t tmpfs tmpfs work; echo x > inbox/orders.csv; exec "$1" -c "\n'
        "from pathlib import Path\n"
        "from syncd.edges import claims, spool\n"
        "print(spool.same_mount([Path('inbox'), Path('work')]))\n"
        "try:\n"
        " with claims.made_folder(Path('work'), 'c1'):\n"
        "  claims.claim(Path('inbox'), Path('work'), 'orders.csv', 'c1')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
        "print(*Path('inbox').iterdir(), *Path('work').iterdir())"
        '"',
        inbox.parent,
    )
    same_mount, refusal, left = said.splitlines()
    assert same_mount == "False"
    assert refusal.startswith("StorageError inbox and work lie on different mounts")
    assert left == "inbox/orders.csv"


def test_claims_and_strays_are_told_apart(inbox, work):
    (work / "c1").mkdir()
    (work / "c1" / "orders.csv").touch()
    (work / "c1.judged").touch()
    (work / "c2").mkdir()
    (work / "stray.csv").touch()
    (work / ".syncd-1").touch()
    (work / ".hidden").mkdir()
    (work / "link").symlink_to(inbox)
    assert sorted(claims.list_claimed(work)) == [("c1", ["orders.csv"]), ("c2", [])]
    assert list(claims.list_strays(work)) == ["stray.csv"]


def test_a_claim_that_ends_while_claims_are_listed_is_skipped(work):
    for claim_id in ("c1", "c2"):
        (work / claim_id).mkdir()
    listing = claims.list_claimed(work)
    next(listing)
    for path in work.iterdir():
        path.rmdir()
    assert list(listing) == []


def test_a_missing_work_folder_holds_no_claims(tmp_path):
    assert list(claims.list_claimed(tmp_path / "work")) == []
    assert list(claims.list_strays(tmp_path / "work")) == []


def test_a_removed_claim_takes_its_side_file_along_and_again_is_harmless(work):
    (work / "c1").mkdir()
    (work / "c1.judged").touch()
    claims.remove_claim(work, "c1")
    claims.remove_claim(work, "c1")
    assert names_in(work) == []


def test_a_claim_that_still_holds_a_file_is_not_removed(work):
    (work / "c1").mkdir()
    (work / "c1" / "orders.csv").touch()
    (work / "c1.judged").touch()
    with pytest.raises(StorageError, match=r"Files are left at .*/c1, which should be empty"):
        claims.remove_claim(work, "c1")
    assert names_in(work / "c1") == ["orders.csv"]


def test_a_batch_shares_a_folder_that_goes_with_its_last_file(inbox, work):
    for name in ("a.csv", "b.csv"):
        (inbox / name).touch()
    with claims.made_folder(work, "c1"):
        for number, name in enumerate(("a.csv", "vanished.csv", "b.csv")):
            assert (claims.claim(inbox, work, name, f"c1.{number:02}") is None) == (name == "vanished.csv")
    assert list(claims.list_claimed(work)) == [("c1", ["a.csv", "b.csv"])]
    for claim_id, name in (("c1.00", "a.csv"), ("c1.02", "b.csv")):
        claims.find_judged(work, claim_id).touch()
        claims.find_original(work, Claim(claim_id, "orders", name, datetime.now(UTC))).unlink()
        assert names_in(work) == ["c1", "c1.judged"]
    claims.remove_claim(work, "c1.02")
    assert names_in(work) == []


def test_the_side_file_goes_with_the_last_claim_also_where_something_is_left_in_its_folder(work):
    (work / "c1").mkdir()
    (work / "c1/by hand.csv").touch()
    claims.find_judged(work, "c1.00").touch()
    claims.remove_claim(work, "c1.01")
    assert names_in(work) == ["c1"]


def test_side_files_are_listed_by_their_folders_and_removed_again_is_harmless(work):
    for name in ("c1.judged", "c2.07.judged", "stray.csv"):
        (work / name).touch()
    assert sorted(claims.list_judged(work)) == ["c1", "c2.07"]
    for _ in range(2):
        claims.remove_judged(claims.name_judged(work, "c2.07"))
    assert names_in(work) == ["c1.judged", "stray.csv"]


def test_a_batch_of_which_nothing_is_left_leaves_no_folder(inbox, work):
    with claims.made_folder(work, "c1"):
        assert claims.claim(inbox, work, "vanished.csv", "c1.00") is None
    assert names_in(work) == []


def test_a_claim_overwrites_nothing_in_the_folder_of_its_batch(inbox, work):
    with claims.made_folder(work, "c1"):
        for content in ("first", "second"):
            (inbox / "a.csv").write_text(content)
            assert (claims.claim(inbox, work, "a.csv", f"c1.{content}") is None) == (content == "second")
    assert ((work / "c1/a.csv").read_text(), (inbox / "a.csv").read_text()) == ("first", "second")


def test_a_folder_that_goes_missing_meanwhile_leaves_its_files_in_the_inbox(inbox, work):
    (inbox / "a.csv").touch()
    with claims.made_folder(work, "c1"):
        (work / "c1").rmdir()
        assert claims.claim(inbox, work, "a.csv", "c1.00") is None
    assert names_in(inbox) == ["a.csv"]


def test_a_file_in_the_place_of_a_claim_is_no_claim_to_remove(work):
    (work / "c1").touch()
    with pytest.raises(NotADirectoryError):
        claims.remove_claim(work, "c1")
