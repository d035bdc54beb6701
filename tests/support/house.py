"""A daemon in a temporary house: folders, config and a sandbox, run in the test's own loop."""

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from syncd.config import load_config
from syncd.daemon import Daemon, Ending
from syncd.edges.clock import Clock, SystemClock
from syncd.sandbox import Sandbox, SandboxSettings

CONFIG = """\
version: 1
api:
  base_url: {base_url}
  client_id: sandbox
  client_secret: {secret}
  timeout_seconds: {timeout_s}
  retry: {{first_seconds: 0.02, cap_seconds: 0.1}}
  rate_limit: {{requests: {requests}, per_seconds: {per_s}}}
state_dir: {state_dir}
sources:
  - name: orders
    inbox: inbox
    done: done
    failed: failed
    settle_seconds: {settle_s}
"""


class House:
    """Folders of one source below a root, and the sandbox its daemon talks to."""

    def __init__(self, root: Path, sandbox: Sandbox, **options: Any) -> None:
        self.root = root
        self.sandbox = sandbox
        self.options = options
        for name in ("inbox", "done", "failed"):
            (root / name).mkdir(exist_ok=True)

    def drop(self, name: str, content: bytes) -> None:
        """Put a file into the inbox, as a client that renames it in."""
        hidden = self.root / "inbox" / f".{name}.part"
        hidden.write_bytes(content)
        hidden.rename(self.root / "inbox" / name)

    def make_daemon(
        self,
        extra: str = "",
        *,
        timeout_s: float = 0.3,
        requests: int = 1000,
        per_s: float = 1,
        settle_s: float = 0,
        base_url: str | None = None,
        state_dir: str = "state",
        clock: Clock | None = None,
    ) -> Daemon:
        """Return a daemon; `extra` goes to the end of its config, into its only source."""
        settings = self.sandbox.settings
        text = CONFIG.format(
            base_url=base_url or self.sandbox.base_url,
            secret=settings.client_secret,
            timeout_s=timeout_s,
            requests=requests,
            per_s=per_s,
            settle_s=settle_s,
            state_dir=state_dir,
        )
        path = self.root / "config.yaml"
        path.write_text(text + extra, encoding="utf-8")
        return Daemon(load_config(path, {}), clock or SystemClock(), Random(1))

    async def settle(self, extra: str = "", *, max_wait_s: float = 20, **options: Any) -> Ending:
        """Run a daemon until every file is filed."""
        async with asyncio.timeout(max_wait_s + 10):
            return await self.make_daemon(extra, **options).run(once=True, max_wait_s=max_wait_s)

    def names(self, folder: str) -> list[str]:
        """Return the names in done or failed, without the companions."""
        names = sorted(path.name for path in (self.root / folder).iterdir())
        return [name for name in names if ".report." not in name and ".rejected" not in name]

    def report(self, name: str) -> dict[str, Any]:
        """Return the report of a filed file."""
        for folder in ("done", "failed"):
            path = self.root / folder / f"{name}.report.json"
            if path.exists():
                report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
                return report
        raise FileNotFoundError(name)

    def outcomes(self, name: str) -> list[tuple[str | None, str]]:
        """Return reference and outcome of each order in a report."""
        return [(order["reference"], order["outcome"]) for order in self.report(name)["orders"]]


@asynccontextmanager
async def open_house(root: Path, **settings: Any):
    """Open a house with a sandbox of these settings."""
    async with Sandbox(SandboxSettings(**{"requests": 100_000, "per_seconds": 1, **settings})) as sandbox:
        yield House(root, sandbox)
