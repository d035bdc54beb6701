"""What README shows for trying one's own files, done as it stands there."""

import asyncio
import os
import re
import subprocess
from functools import partial
from pathlib import Path

from e2e.installed import COMMAND
from support.orders import make_order, write_csv

from syncd.sandbox import Sandbox, SandboxSettings

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(r"```\n(cat > config\.yaml.*?)```", re.DOTALL)


async def test_own_files_are_tried_without_an_account(tmp_path):
    (tmp_path / "orders.csv").write_bytes(write_csv(make_order("A-1")))
    (folder := tmp_path / "empty").mkdir()
    async with Sandbox(SandboxSettings()) as sandbox:
        (script,) = BLOCK.findall(README.read_text(encoding="utf-8"))
        script = script.replace("http://127.0.0.1:8265/api/api/v1", sandbox.base_url).replace("/path/to", str(tmp_path))
        process = await run(script, folder)
        assert process.returncode == 0, process.stderr
        assert process.stdout.split("\n")[1].split() == ["orders.csv", "done", "1", "0", "0", "done/orders.csv"]
        assert sandbox.stats()["orders"] == 1


async def run(script, folder):
    environment = {**os.environ, "PATH": f"{COMMAND.parent}:{os.environ['PATH']}"}
    process = partial(subprocess.run, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return await asyncio.to_thread(process, ["bash", "-euc", script])
