"""One daemon per state folder, with a real lock and real processes."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest

from syncd.edges.lock import acquire_lock, is_locked
from syncd.errors import AlreadyRunningError, StorageError

HOLD = """
import sys
from pathlib import Path
from syncd.edges.lock import acquire_lock
lock = acquire_lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_daemon_is_told_who_runs_and_what_to_do(tmp_path, holder):
    with pytest.raises(
        AlreadyRunningError,
        match=rf"^Another syncd \(process {holder.pid}\) already uses this state folder, {tmp_path}: stop",
    ):
        acquire_lock(tmp_path)
    assert is_locked(tmp_path) == holder.pid


def test_the_kernel_releases_the_lock_of_a_dead_process(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert is_locked(tmp_path) is None
    with acquire_lock(tmp_path):
        assert is_locked(tmp_path) == os.getpid()


def test_a_released_lock_can_be_acquired_again(tmp_path):
    lock = acquire_lock(tmp_path)
    lock.release()
    lock.release()
    assert is_locked(tmp_path) is None
    (tmp_path / "lock").write_text("1234567890 is a longer text than any process id\n")
    with acquire_lock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_a_folder_that_was_never_used_is_not_locked(tmp_path):
    assert is_locked(tmp_path) is None
    assert is_locked(tmp_path / "missing") is None
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_process_id_is_0(tmp_path):
    with acquire_lock(tmp_path):
        (tmp_path / "lock").write_text("")
        assert is_locked(tmp_path) == 0
        with pytest.raises(AlreadyRunningError, match=r"\(process unknown\)"):
            acquire_lock(tmp_path)


def test_looking_at_the_lock_is_never_taken_for_holding_it(tmp_path):
    (tmp_path / "lock").touch()
    looker = os.open(tmp_path / "lock", os.O_RDONLY)
    fcntl.flock(looker, fcntl.LOCK_SH)
    try:
        assert is_locked(tmp_path) is None
    finally:
        os.close(looker)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    look = "import sys; from pathlib import Path; from syncd.edges.lock import is_locked\n"
    look += "while True: is_locked(Path(sys.argv[1]))"
    with subprocess.Popen([sys.executable, "-c", look, tmp_path], env=environment) as process:
        try:
            for _ in range(300):
                acquire_lock(tmp_path).release()
        finally:
            process.kill()


def test_a_missing_state_folder_is_named(tmp_path):
    with pytest.raises(StorageError, match=f"There is no folder {tmp_path}/state: make it again"):
        acquire_lock(tmp_path / "state")
