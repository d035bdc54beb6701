"""The folders, on a real disk."""

import errno
import hashlib
import os
import stat as modes
import tempfile
from pathlib import Path

import pytest
from support.folders import names_in, run_in_own_mounts, take

from syncd.edges import spool, storage
from syncd.edges.spool import CHUNK_BYTES
from syncd.errors import StorageError

NOBODY = 65534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts and other owners need root")
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")


# Reading


def test_a_file_is_read_in_chunks_that_are_shown_on_the_way(work):
    content = os.urandom(CHUNK_BYTES + 1)
    (work / "orders.csv").write_bytes(content)
    digest = hashlib.sha256()
    chunks = list(spool.read_chunks(work / "orders.csv", digest.update))
    assert [len(chunk) for chunk in chunks] == [CHUNK_BYTES, 1]
    assert b"".join(chunks) == content
    assert digest.digest() == hashlib.sha256(content).digest()


def test_a_missing_file_is_an_ordinary_result_of_reading(work):
    with pytest.raises(FileNotFoundError):
        list(spool.read_chunks(work / "orders.csv"))


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to("/etc/passwd")])
def test_only_regular_files_are_read(work, make):
    make(work / "orders.csv")
    with pytest.raises(StorageError, match=r"orders\.csv is no regular file"):
        list(spool.read_chunks(work / "orders.csv"))
    assert not spool.is_same_content(work / "orders.csv", [])


# Writing


def test_a_file_is_written_whole_and_is_not_for_everybody(done):
    spool.write_whole(done / "orders.csv.report.json", iter([b"{", b"}"]))
    assert (done / "orders.csv.report.json").read_bytes() == b"{}"
    assert names_in(done) == ["orders.csv.report.json"]
    umask = os.umask(0o022)
    os.umask(umask)
    assert modes.S_IMODE((done / "orders.csv.report.json").stat().st_mode) == 0o640 & ~umask


def test_a_taken_name_is_not_written_over(done):
    (done / "report").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        spool.write_whole(done / "report", [b"new"])
    assert (done / "report").read_bytes() == b"old"
    assert names_in(done) == ["report"]


def test_nothing_is_left_where_the_content_breaks_off(done):
    def broken():
        yield b"{"
        raise ValueError("broken off")

    with pytest.raises(ValueError, match="broken off"):
        spool.write_whole(done / "report", broken())
    assert names_in(done) == []


def test_a_file_written_piece_by_piece_has_its_name_once_it_is_published(done):
    with spool.WholeFile(done / "report") as file:
        file.write(b"{")
        assert not (done / "report").exists()
        file.write(b"}")
        file.publish()
    assert (done / "report").read_bytes() == b"{}"
    with spool.WholeFile(done / "other") as file:
        file.write(b"{")
    assert names_in(done) == ["report"]


def test_a_name_of_255_bytes_can_be_written(done):
    spool.write_whole(done / ("a" * 255), [b"x"])
    assert names_in(done) == ["a" * 255]


@pytest.mark.parametrize(
    ("chunks", "same"),
    [
        ([b"ab", b"c"], True),
        ([b"abc"], True),
        ([b"ab"], False),
        ([b"abd"], False),
        ([b"abcd"], False),
        ([], False),
    ],
)
def test_content_is_compared_to_the_end(done, chunks, same):
    (done / "report").write_bytes(b"abc")
    assert spool.is_same_content(done / "report", chunks) is same


def test_a_missing_file_has_not_the_same_content(done):
    assert not spool.is_same_content(done / "report", [])


@needs_root
def test_a_full_and_a_read_only_disk_are_told_with_their_cure(tmp_path):
    (tmp_path / "done").mkdir()
    said = run_in_own_mounts(
        'mount -t tmpfs -o size=64k tmpfs done; exec "$1" -c "\n'
        "import subprocess\n"
        "from pathlib import Path\n"
        "from syncd.edges import spool\n"
        "def attempt(function, *arguments):\n"
        "    try: function(*arguments)\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
        "attempt(spool.write_whole, Path('done/report'), [bytes(99_999)])\n"
        "print(*Path('done').iterdir())\n"
        "subprocess.run(['mount', '-o', 'remount,ro', 'done'], check=True)\n"
        "attempt(spool.check_folder_writable, Path('done'))\n"
        '"',
        tmp_path,
    )
    full, left, read_only = said.splitlines()
    assert full == "StorageError The disk is full at done: free some space there."
    assert left == ""
    assert read_only.startswith("StorageError Read-only file system at done")


# Moving


def test_a_file_is_filed_away_without_clobbering(work, done):
    (work / "orders.csv").write_bytes(b"new")
    (done / "orders.csv").write_bytes(b"old")
    assert not spool.file_away(work / "orders.csv", done, "orders.csv")
    assert (done / "orders.csv").read_bytes() == b"old"
    assert spool.file_away(work / "orders.csv", done, "orders.1.csv")
    assert (done / "orders.1.csv").read_bytes() == b"new"
    assert names_in(work) == []


def test_a_file_is_put_back_without_clobbering(work, inbox):
    (work / "orders.csv").write_bytes(b"x")
    assert spool.put_back(work / "orders.csv", inbox, "orders.csv")
    (work / "orders.csv").touch()
    assert not spool.put_back(work / "orders.csv", inbox, "orders.csv")
    assert (inbox / "orders.csv").read_bytes() == b"x"


def test_a_dangling_link_is_a_taken_name(work, done):
    (work / "orders.csv").touch()
    (done / "orders.csv").symlink_to("nowhere")
    assert not spool.file_away(work / "orders.csv", done, "orders.csv")
    assert (done / "orders.csv").is_symlink()


def test_a_vanished_file_and_a_missing_folder_are_two_things(work, done):
    with pytest.raises(FileNotFoundError):
        spool.file_away(work / "orders.csv", done, "orders.csv")
    (work / "orders.csv").touch()
    done.rmdir()
    with pytest.raises(StorageError, match=f"There is no folder {done}: make it again"):
        spool.file_away(work / "orders.csv", done, "orders.csv")
    done.touch()
    with pytest.raises(StorageError, match=f"There is no folder {done}: make it again"):
        spool.file_away(work / "orders.csv", done, "orders.csv")


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EINVAL])
def test_where_the_kernel_or_the_file_system_cannot_a_placeholder_is_renamed_over(work, done, code):
    def refuse(source, target):
        raise OSError(code, os.strerror(code))

    (work / "orders.csv").write_bytes(b"new")
    assert spool._move_no_clobber(work / "orders.csv", done / "orders.csv", refuse)
    assert (done / "orders.csv").read_bytes() == b"new"
    (work / "orders.csv").write_bytes(b"newer")
    assert not spool._move_no_clobber(work / "orders.csv", done / "orders.csv", refuse)
    assert (done / "orders.csv").read_bytes() == b"new"
    with pytest.raises(FileNotFoundError):
        spool._move_no_clobber(work / "vanished.csv", done / "vanished.csv", refuse)
    assert names_in(done) == ["orders.csv"]


@pytest.fixture
def as_nobody():
    """Give a folder of nobody's, and nobody's rights to the test."""
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)
        os.seteuid(0)


@needs_root
def test_files_of_another_owner_are_claimed_and_filed_away(as_nobody):
    inbox, work, done = as_nobody / "inbox", as_nobody / "work", as_nobody / "done"
    os.seteuid(NOBODY)
    for folder in (inbox, work, done):
        folder.mkdir()
    os.seteuid(0)
    (inbox / "orders.csv").write_bytes(b"x")
    (inbox / "orders.csv").chmod(0o600)
    os.seteuid(NOBODY)

    assert take(inbox, work, "orders.csv", "c1") is not None
    assert spool.file_away(work / "c1" / "orders.csv", done, "orders.csv")
    with pytest.raises(StorageError, match=rf"No permission at {done}/orders\.csv: give the user syncd runs as"):
        list(spool.read_chunks(done / "orders.csv"))


@needs_root
def test_a_folder_that_may_not_be_written_is_named(as_nobody):
    os.seteuid(0)
    (as_nobody / "done").mkdir(mode=0o755)
    os.seteuid(NOBODY)
    with pytest.raises(StorageError, match=f"No permission at {as_nobody}/done"):
        spool.check_folder_writable(as_nobody / "done")
    with pytest.raises(StorageError, match=f"No permission at {as_nobody}/done"):
        spool.prepare_folder(as_nobody / "done" / "more")


@not_as_root
def test_a_folder_without_rights_is_named(done):
    done.chmod(0o500)
    with pytest.raises(StorageError, match=f"No permission at {done}"):
        spool.check_folder_writable(done)


# Folders


def test_a_folder_is_made_with_its_parents_and_its_mode(tmp_path):
    spool.prepare_folder(tmp_path / "a" / "b", 0o700)
    spool.prepare_folder(tmp_path / "a" / "b", 0o755)
    assert modes.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    spool.prepare_folder(tmp_path / "c")
    assert (tmp_path / "c").is_dir()


@pytest.mark.parametrize("path", ["file", "file/folder", "dangling"])
def test_a_file_in_the_way_of_a_folder_is_told(tmp_path, path):
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(StorageError, match="cannot be a folder: a file is in its way"):
        spool.prepare_folder(tmp_path / path)


def test_a_probe_leaves_nothing(inbox, work, done):
    spool.check_folder_writable(done)
    assert spool.same_mount([inbox, work, done])
    assert spool.same_mount([inbox, inbox])
    assert names_in(inbox) + names_in(work) + names_in(done) == []


@needs_root
def test_two_mounts_of_one_disk_are_two(tmp_path):
    for name in ("inbox", "done"):
        (tmp_path / name).mkdir()
    said = run_in_own_mounts(
        'mount --bind done done; exec "$1" -c "\n'
        "from pathlib import Path\n"
        "from syncd.edges import spool\n"
        "print(spool.same_mount([Path('inbox'), Path('done')]), *Path('inbox').iterdir())"
        '"',
        tmp_path,
    )
    assert said.strip() == "False"


def test_a_missing_folder_is_on_no_mount(inbox, tmp_path):
    with pytest.raises(StorageError, match="There is no folder"):
        spool.same_mount([inbox, tmp_path / "done"])


def test_the_disk_has_free_bytes(tmp_path):
    assert spool.free_bytes(tmp_path) > 0


def test_a_folder_is_synced(tmp_path):
    spool.sync_folder(tmp_path)
    with pytest.raises(StorageError, match="There is no folder"):
        spool.sync_folder(tmp_path / "missing")


def test_what_a_death_left_is_removed_and_nothing_else(done):
    (done / ".syncd-0123456789abcdef").touch()
    (done / ".syncd-folder").mkdir()
    (done / ".other").touch()
    (done / "orders.csv").touch()
    spool.remove_leftovers(done)
    assert names_in(done) == [".other", ".syncd-folder", "orders.csv"]


# The machine's faults


@pytest.mark.parametrize("code", sorted(storage._CURES))
def test_each_fault_of_the_machine_is_a_sentence_that_names_the_folder(tmp_path, code):
    with pytest.raises(StorageError, match=f"{tmp_path}.*: .*\\.$") as caught, storage.storage_faults(tmp_path):
        raise OSError(code, os.strerror(code))
    assert isinstance(caught.value.__cause__, OSError)


def test_a_fault_names_the_very_file_and_both_folders_of_a_move(tmp_path):
    file = str(tmp_path / "a\nb")
    with pytest.raises(StorageError, match=r"/a\\x0ab: "), storage.storage_faults(tmp_path):
        raise OSError(errno.EACCES, "", file)
    with (
        pytest.raises(StorageError, match=f"at {tmp_path} and /: "),
        storage.storage_faults(tmp_path, Path("/")),
    ):
        raise OSError(errno.EACCES, "", file, None, "/x")


def test_a_bug_of_ours_is_no_fault_of_the_machine(tmp_path):
    with pytest.raises(OSError, match="Bad file"), storage.storage_faults(tmp_path):
        raise OSError(errno.EBADF, "Bad file descriptor")
