"""The manual page says what the commands say; completion is offered for each shell."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd.cli import COMMANDS, program
from syncd.cli.completion import SHELLS
from syncd.cli.manual import build_manual

PAGE = Path(__file__).parents[2] / "docs" / "man" / "syncd.1"


def test_the_manual_page_is_fresh():
    """If not: python -m syncd.cli.manual > docs/man/syncd.1."""
    assert PAGE.read_text(encoding="utf-8") == build_manual()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_manual_page_has_every_command(name):
    assert f".SS syncd {name}".replace("-", "\\-") in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_script(shell):
    said = CliRunner().invoke(program, ["completion", shell])
    assert said.exit_code == 0
    assert "_SYNCD_COMPLETE" in said.output
