"""The operations page has the cure of every alert, every exit code, and commands that exist."""

import re
from pathlib import Path

import pytest

from syncd.cli import COMMANDS
from syncd.core.alerts import AlertKind

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("operations.md", "gdpr.md")}


@pytest.mark.parametrize("kind", AlertKind)
def test_every_alert_has_its_cure(kind):
    assert f"| `{kind.value}` |" in PAGES["operations.md"]


@pytest.mark.parametrize("code", [0, 1, 2])
def test_every_exit_code_is_told(code):
    assert f"| {code} |" in PAGES["operations.md"]


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_is_named_exists(name):
    assert {word for word in re.findall(r"syncd ([a-z]+)", PAGES[name]) if f"`syncd {word}" in PAGES[name]} <= set(
        COMMANDS
    )


@pytest.mark.parametrize("name", PAGES)
def test_every_file_of_the_project_that_is_named_exists(name):
    named = re.findall(r"[ `]((?:systemd|docs)/[\w@./-]+\w)", PAGES[name])
    assert named or name == "gdpr.md"
    assert [path for path in named if not (ROOT / path).exists()] == []
