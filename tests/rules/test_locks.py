"""What `pyproject.toml` asks for, the locks pin: a fresh checkout installs from them alone. `make lock` writes them."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def list_pinned(name: str) -> set[str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {pin.replace("_", "-").lower() for pin in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def list_asked(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", line)[0].replace("_", "-").lower() for line in requirements}


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock"])
def test_every_dependency_is_pinned(name):
    assert list_asked(PROJECT["project"]["dependencies"]) - list_pinned(name) == set()


def test_all_that_builds_is_pinned():
    assert list_asked(PROJECT["build-system"]["requires"]) - list_pinned("build.lock") == set()
