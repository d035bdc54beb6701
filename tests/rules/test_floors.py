"""The floors: imports only point down, and each thing of the outside world has one room that names it."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "syncd"
# web looks at flows and edges from above, and nothing of them knows that it is looked at.
FLOORS = ["core", "errors", "edges config sandbox", "flows", "web", "build", "daemon", "cli", "__main__"]
HEIGHT = {room: height for height, rooms in enumerate(FLOORS) for room in rooms.split()}
ONLY_IN = {  # what is used -> the files that may
    "import syncd.sandbox*": ("sandbox/*", "cli/*"),
    "import aiohttp*": ("edges/transport.py", "sandbox/*", "web/*"),
    "import prometheus_client*": ("web/*",),
    "import click*": ("cli/*",),
    "import rich*": ("cli/*",),
    "import httpx*": ("edges/api.py", "edges/channels.py", "edges/transport.py"),
    "import sqlite3*": ("edges/ledger*.py",),
    "import apscheduler*": ("edges/scheduler.py",),
    "import time*": ("edges/clock.py",),
    "call *datetime.now": ("edges/clock.py",),
    "call *datetime.utcnow": ("edges/clock.py",),
    "call *date*.today": ("edges/clock.py",),
    "* asyncio.sleep": ("edges/clock.py",),
}
IMPURE = re.compile(
    r"import (asyncio|logging|loguru|os|random|secrets|shutil|socket|subprocess|tempfile|threading)\b"
    r"|import (time|uuid)\b"
    r"|import pathlib(\.Path)?$"
    r"|call (open|print|input|.*\.(read|write)_(text|bytes))$"
)


def list_uses(tree: ast.Module) -> Iterator[str]:
    """Given a module, yield its imports (`import syncd.core.model.Order`) and its calls (`call open`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"import {alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"import {'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            yield f"call {ast.unparse(node.func)}"


USES = [
    (path.relative_to(PACKAGE).as_posix(), use)
    for path in sorted(PACKAGE.rglob("*.py"))
    for use in list_uses(ast.parse(path.read_bytes()))
]


def test_imports_only_point_down() -> None:
    upward = [
        f"{path}: {use}"
        for path, use in USES
        if use.startswith(("import syncd.", "import .")) and use != "import syncd.__version__"
        # a room without a floor may neither be imported nor import
        if HEIGHT.get(use.split(".")[1], 99) > HEIGHT.get(path.removesuffix(".py").split("/")[0], -1)
    ]
    assert upward == []


def test_each_outside_thing_is_named_in_one_room() -> None:
    strays = [
        f"{path}: {use}"
        for path, use in USES
        for pattern, rooms in ONLY_IN.items()
        if fnmatchcase(use, pattern) and not any(fnmatchcase(path, room) for room in rooms)
    ]
    assert strays == []


def test_core_is_pure() -> None:
    assert [f"{path}: {use}" for path, use in USES if path.startswith("core/") and IMPURE.match(use)] == []
