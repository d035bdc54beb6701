"""The contenders, and one run of one of them: a fresh folder, a fresh server, the daemon, the files."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.peers import SETTLE_S, build_peer_command, find_peers

ROOT = Path(__file__).parent.parent
WAIT_S = 0.02
PATIENCE_S = 600.0
READY_LOOK_S = 0.002
STOP_S = 30.0


@dataclass
class Server:
    """A mock server in a process of its own."""

    port: int
    process: subprocess.Popen

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/api/v1"

    def ask(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return json.load(answer)


@contextmanager
def run_server(*options: str) -> Iterator[Server]:
    """Start a mock server, and end it at the end."""
    command = [sys.executable, "-m", "bench.mock_server", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(int(process.stdout.readline()), process)
        finally:
            process.terminate()


@dataclass
class Place:
    """The folders of one run."""

    folder: Path
    sources: int = 1
    limit: tuple[int, float] = (1_000_000, 1.0)
    in_flight: int = 8
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = ["orders", *(f"more{number}" for number in range(1, self.sources))]
        for name in self.names:
            for part in ("inbox", "done", "failed"):
                self.of(part, name).mkdir(parents=True, exist_ok=True)

    def of(self, part: str, source: str = "orders") -> Path:
        return self.folder / source / part

    def list_settled(self) -> bool:
        """Return whether nothing is left in inbox and work."""
        return not any(self.of("inbox").iterdir()) and not any((self.folder / "orders" / "work").glob("*"))


def write_config(place: Place, url: str) -> Path:
    """Write a config of syncd for the place; return its path."""
    sources = [
        {
            "name": name,
            "inbox": str(place.of("inbox", name)),
            "done": str(place.of("done", name)),
            "failed": str(place.of("failed", name)),
            "settle_seconds": 0,
        }
        for name in place.names
    ]
    requests, per_seconds = place.limit
    api = {
        "base_url": url,
        "client_id": "bench",
        "client_secret": "bench-secret",
        "rate_limit": {"requests": requests, "per_seconds": per_seconds},
        "max_in_flight": place.in_flight,
    }
    config = {"version": 1, "api": api, "state_dir": str(place.folder / "state"), "sources": sources}
    path = place.folder / "config.yaml"
    path.write_text(json.dumps(config), "utf-8")  # JSON is YAML
    return path


def build_command(name: str, place: Place, url: str) -> list[str]:
    """Return what starts a contender: syncd, script, or a peer."""
    if name == "syncd":
        syncd = os.environ.get("SYNCD_BENCH_COMMAND", str(Path(sys.executable).parent / "syncd"))
        return [*syncd.split(), "run", "--config", str(write_config(place, url))]
    if name in find_peers():
        (place.folder / name).mkdir(exist_ok=True)
        return build_peer_command(name, place.folder / name, place.of("inbox"), place.of("done"), url)
    folders = [str(place.of(part)) for part in ("inbox", "done", "failed")]
    return [sys.executable, "-m", "bench.handscript", url, str(ROOT / "schemas" / "order.schema.json"), *folders]


@contextmanager
def run_contender(name: str, place: Place, url: str) -> Iterator[subprocess.Popen]:
    """Start a contender and wait until it says that it is ready; end it at the end."""
    log_path = place.folder / f"{name}.log"
    offset = log_path.stat().st_size if log_path.exists() else 0
    environment = {key: value for key, value in os.environ.items() if key != "JOURNAL_STREAM"}
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            build_command(name, place, url), cwd=ROOT, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    try:
        wait_for(lambda: says_ready(log_path, offset) or process.poll() is not None, every_s=READY_LOOK_S)
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended: {log_path.read_text()[-2000:]}")
        time.sleep(SETTLE_S.get(name, 0.0))
        yield process
    finally:
        end_process(process)


def end_process(process: subprocess.Popen) -> None:
    """End a process, and kill it with all its own if it does not."""
    process.terminate()
    try:
        process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:  # Node-RED with some thousand calls under way
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def says_ready(log_path: Path, offset: int) -> bool:
    """Return whether a contender has said since the offset that it is ready."""
    with log_path.open("rb") as log:
        log.seek(offset)
        return b"ready" in log.read()


def wait_for(condition: Callable[[], object], patience_s: float = PATIENCE_S, every_s: float = WAIT_S) -> None:
    """Wait until a condition holds. Raise TimeoutError."""
    until = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"{condition} does not hold after {patience_s} s")
        time.sleep(every_s)


def copy_in(workload: Path, place: Place) -> list[tuple[str, Path]]:
    """Copy a workload beside the inbox; return (name in the inbox, path) of each file, to be renamed in."""
    staged = place.folder / "staged"
    shutil.copytree(workload, staged)
    return [(path.name, path) for path in sorted(staged.iterdir())]
