"""The README names every command, option, exit code, outcome and state, and its commands are real."""

import re
from importlib import import_module
from pathlib import Path

import click
import pytest

from syncd.cli import COMMANDS
from syncd.core.model import Outcome
from syncd.flows import recovery

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def list_commands():
    """Yield the words and the click command of every command, those inside groups too."""
    for name in COMMANDS:
        command = import_module(f"syncd.cli.{name}").command
        yield name, command
        if isinstance(command, click.Group):
            for inner, found in command.commands.items():
                yield f"{name} {inner}", found


@pytest.mark.parametrize(("words", "command"), list(list_commands()), ids=str)
def test_every_command_and_option_is_named(words, command):
    assert f"`syncd {words}" in README
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            (*_, longest) = sorted(parameter.opts, key=len)
            assert f"{longest}" in README, longest


def test_every_exit_code_outcome_and_state_is_named():
    for code in "012":
        assert f"`{code}`" in README
    for outcome in Outcome:
        assert f"| `{outcome}` |" in README
    for state in ("S1 dropped", "S2 claimed", "S3 judged", "S4 carrying", "S5 settled", "S6 filed"):
        assert f"| {state} |" in README


def test_the_table_of_recovery_is_the_codes_own():
    rows = re.findall(r"^    (\w+) {2,}(yes|no) ", recovery.__doc__, re.MULTILINE)
    assert len(rows) >= 9
    for state, stands in rows:
        told = "nothing" if state == "no" else state
        assert re.search(rf"^\| {told}[^|]*\| {stands} \|", README, re.MULTILINE), (state, stands)


def test_demo_and_test_stand_each_on_a_line_of_its_own():
    assert "\nmake demo\n" in README
    assert "\nmake test\n" in README


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_leads_somewhere(target):
    assert (ROOT / target).exists()


@pytest.mark.parametrize("word", sorted(set(re.findall(r"`?make ([a-z-]+)`?$|`make ([a-z-]+)`", README, re.MULTILINE))))
def test_every_word_for_make_is_one(word):
    assert re.search(rf"^{''.join(word)}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
