"""The installed command, started as people start it, in a folder of its own."""

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import sys
import termios
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.sandbox import Sandbox, SandboxSettings

COMMAND = Path(sys.executable).with_name("syncd")
SECRET = "sesame-open-wide"
PATIENCE_S = 20

CONFIG = """\
version: 1
api:
  base_url: {base_url}
  client_id: shop
  client_secret: ${{TEST_SECRET}}
  timeout_seconds: 2
  retry: {{first_seconds: 0.05, cap_seconds: 0.2}}
sources:
  - name: orders
    inbox: inbox
    done: done
    failed: failed
    settle_seconds: 0.1
"""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


class Shop:
    """A folder with a config, and the sandbox it points to."""

    def __init__(self, root: Path, sandbox: Sandbox) -> None:
        self.root = root
        self.sandbox = sandbox
        self.config = root / "config.yaml"
        self.inbox, self.done, self.failed = (root / name for name in ("inbox", "done", "failed"))
        self.inbox.mkdir()
        self.write_config()

    def write_config(self, extra: str = "") -> None:
        self.config.write_text(CONFIG.format(base_url=self.sandbox.base_url) + extra, encoding="utf-8")

    def drop(self, name: str, content: bytes) -> None:
        (self.inbox / name).write_bytes(content)

    def filed(self, folder: Path) -> list[str]:
        """Return the names in a folder, without the companions."""
        names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        return [name for name in names if ".report." not in name and ".rejected" not in name]

    async def start(self, *words: str | Path, **environment: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            COMMAND,
            *words,
            cwd=self.root,
            env={**os.environ, "TEST_SECRET": SECRET, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def call(self, *words: str | Path, **environment: str) -> Result:
        """Run a command to its end."""
        return await finish(await self.start(*words, **environment))

    async def call_on_terminal(self, *words: str | Path) -> Result:
        """Run a command to its end on a terminal of 80 columns, which shows both its streams."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        process = await asyncio.create_subprocess_exec(
            COMMAND, *words, cwd=self.root, env={**os.environ, "TEST_SECRET": SECRET}, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        async with asyncio.timeout(PATIENCE_S):
            shown = await asyncio.to_thread(_read_to_end, ours)
            return Result(await process.wait(), re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown), "")

    @asynccontextmanager
    async def running(self, **environment: str):
        """Have a daemon run; yield its process. One that the test did not stop is stopped, and must end well."""
        process = await self.start("run", **environment)
        try:
            await until(lambda: (self.root / "state/status.json").exists() or process.returncode is not None)
            assert process.returncode is None, (await finish(process)).err
            yield process
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                assert (await finish(process)).code == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()


def _read_to_end(terminal: int) -> str:
    pieces = []
    with open(terminal, "rb", buffering=0) as file, contextlib.suppress(OSError):  # the last writer has gone
        while piece := file.read(4096):
            pieces.append(piece)
    return b"".join(pieces).decode()


async def finish(process: asyncio.subprocess.Process) -> Result:
    """Wait for a process to end."""
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate()
    code = process.returncode
    assert code is not None
    return Result(code, out.decode(), err.decode())


async def until(condition: Callable[[], Any]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def open_shop(root: Path, **settings: Any):
    settings = {"client_id": "shop", "client_secret": SECRET, **settings}
    async with Sandbox(SandboxSettings(**settings)) as sandbox:
        yield Shop(root, sandbox)


def read_log(err: str) -> list[dict[str, Any]]:
    """Return the lines of a daemon's log."""
    return [json.loads(line) for line in err.splitlines() if line.startswith("{")]
