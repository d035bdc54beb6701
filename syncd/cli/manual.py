"""Writes the manual page out of the commands themselves, so that it never says anything else than they do.

`python -m syncd.cli.manual > docs/man/syncd.1`; a test holds the file against this.
"""

import inspect
import re
import sys
from collections.abc import Iterator

import click

from syncd.cli import COMMANDS, program

_HEAD = """\
.TH SYNCD 1 "" "syncd" "User Commands"
.SH NAME
syncd \\- submit order files to the Channel Integration API, each order exactly once
.SH SYNOPSIS
.B syncd
.I COMMAND
[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]
.SH DESCRIPTION"""
_TAIL = """\
.SH EXIT STATUS
.TP
.B 0
All is well.
.TP
.B 1
Something was refused or failed: an invalid order, a failed file, a failed check.
.TP
.B 2
Wrong use or wrong configuration.
.SH FILES
.TP
.I ./config.yaml, /etc/syncd/config.yaml
The configuration, unless \\-\\-config names another one.
.SH SEE ALSO
.BR systemctl (1),
.BR journalctl (1)"""


def build_manual() -> str:
    """Return the manual page, as man(7) reads it."""
    return "\n".join(_list_lines()) + "\n"


def _list_lines() -> Iterator[str]:
    yield _HEAD
    yield from _write_text((program.help or "").partition("\n\nExit codes")[0])
    yield ".SH COMMANDS"
    for name in COMMANDS:
        command = program.get_command(click.Context(program), name)
        if isinstance(command, click.Group):
            for inner in command.list_commands(click.Context(command)):
                found = command.get_command(click.Context(command), inner)
                if found is not None:
                    yield from _write_command(f"{name} {inner}", found)
        elif command is not None:
            yield from _write_command(name, command)
    yield _TAIL


def _write_command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=f"syncd {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS syncd {_escape(name)} {_escape(usage)}"
    yield from _write_text(command.help or "")
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and "--help" not in record[0]:
            yield ".TP"
            yield f".B {_escape(record[0])}"
            yield from _write_text(record[1])


def _write_text(text: str) -> Iterator[str]:
    """Yield paragraphs; those that click leaves unwrapped (after a backspace) keep their lines."""
    for number, paragraph in enumerate(inspect.cleandoc(text).split("\n\n")):
        if number:
            yield ".PP"
        kept = paragraph.startswith("\b")
        words = paragraph.lstrip("\b\n")
        if kept:
            yield ".nf"
        yield _escape(words if kept else re.sub(r"\s+", " ", words))
        if kept:
            yield ".fi"


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", escaped)


if __name__ == "__main__":
    sys.stdout.write(build_manual())
