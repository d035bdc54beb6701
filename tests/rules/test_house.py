"""The house's habits that a machine can hold: small files, plain names, honest tests, clean texts."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "syncd").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
FOLDERS = (".ci", "docs", "requirements", "schemas", "syncd", "systemd", "tests")
LOCAL = re.compile(r"config\.yaml$|\.coverage|.*\.pyc$")  #: what a person's own work leaves here
TEXTS = sorted(
    path
    for path in (*ROOT.glob("*"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*")))
    if path.is_file() and not LOCAL.match(path.name)
)
JUNK_DRAWERS = re.compile(r"(utils?|helpers?|managers?|commons?|misc|stuff)$")
MACHINE = re.compile(
    rb"/work/(main\b|shared\b)|/root/[.\w]|/opt/(pypi\b|wheels\b)|[.]pyenv/|(pypi|npmjs|debian|pythonhosted)\.org"
)
SLEEPS = re.compile(r"((asyncio|time|anyio)\.)?sleep$")
PATCHES = re.compile(r"(monkeypatch\.(setattr|delattr)|(mock|mocker)\..+|patch(\..+)?)$")


def name(path: Path) -> str:
    """Given a file of the project, return how a failing test should call it."""
    return path.relative_to(ROOT).as_posix()


def find_calls(paths: Iterable[Path], pattern: re.Pattern[str]) -> list[str]:
    """Given Python files, return where they call something whose full name matches."""
    return [
        f"{name(path)}:{node.lineno}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and pattern.match(ast.unparse(node.func))
    ]


def test_no_file_is_longer_than_400_lines() -> None:
    assert [name(path) for path in MODULES + TESTS if len(path.read_bytes().splitlines()) > 400] == []


def test_no_module_is_a_junk_drawer() -> None:
    rooms = [path.parent if path.stem == "__init__" else path.with_suffix("") for path in MODULES + TESTS]
    assert [name(room) for room in rooms if JUNK_DRAWERS.search(room.name)] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_opens_with_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_bytes()))


def test_no_unit_property_or_fault_test_sleeps() -> None:
    swift = [path for path in TESTS if path.relative_to(ROOT).parts[1] in {"unit", "property", "faults"}]
    assert find_calls(swift, SLEEPS) == []


def test_no_test_patches_code() -> None:
    assert find_calls(TESTS, PATCHES) == []


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in TESTS if path.name.startswith("test_")]
    assert sorted(set(names)) == sorted(names)


def test_no_text_names_the_machine_it_was_written_on() -> None:
    assert [name(path) for path in TEXTS if MACHINE.search(path.read_bytes())] == []


def test_lock_files_hold_pins_and_hashes_and_no_addresses() -> None:
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        lines = [line for line in lock.read_text(encoding="ascii").splitlines() if not line.startswith("#")]
        assert all(re.match(r"[a-z0-9._-]+==\S+|    --hash=sha256:[0-9a-f]{64}", line) for line in lines), name(lock)
