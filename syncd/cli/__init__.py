"""The command line: words in, exit code out.

Each command is a module of this folder, imported when it is called, so that `syncd status` never waits for
what only `syncd run` needs. Results go to standard output; logs, and what is wrong, to standard error, as
sentences. Exit codes: 0 all well, 1 something was refused or failed, 2 wrong use or wrong config.
"""

import errno
import gc
from importlib import import_module
from typing import Any, cast

import click

from syncd import __version__
from syncd.cli.streams import standard_streams
from syncd.core.names import show_name
from syncd.errors import ConfigError, SyncdError, UsageError

COMMANDS = {
    "run": "Watch the inboxes and submit every order; --once ends by itself.",
    "check": "Check config, schemas, folders, credentials and ledger.",
    "validate": "Say what files would send, or what is wrong with them.",
    "map": "Test a mapping against samples, or draft one.",
    "status": "Show files, orders, quota use and what is wrong now.",
    "explain": "Tell the whole story of a file or an order.",
    "hold": "Let the files of a source, or of all, wait in the inbox.",
    "release": "Let a source that is on hold go on.",
    "retry": "Put failed files back into their inbox.",
    "inventory": "Take, show and compare snapshots of the inventory.",
    "decrypt": "Decrypt files of done and failed.",
    "alert": "Try the channels that alerts go through.",
    "sandbox": "Emulate the API on this machine, to try syncd.",
    "completion": "Print what lets a shell complete the words of syncd.",
    "demo": "See it all work, with sample files and a sandbox.",
}


class _Program(click.Group):
    """Knows its commands by name; loads the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  the same
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", import_module(f"syncd.cli.{cmd_name}").command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  the same
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Turn what is wrong into sentences: a user's mistake is 2, what the machine refuses is 1."""
        try:
            return super().invoke(ctx)
        except (ConfigError, UsageError) as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except SyncdError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)
        except OSError as error:  # only a name that a person wrote can be of such length
            if error.errno != errno.ENAMETOOLONG:
                raise
            click.echo(f"No file can have so long a name: {show_name(str(error.filename))}", err=True)
            ctx.exit(2)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="syncd")
def program() -> None:
    """Take order files from inbox folders and submit every order exactly once.

    Exit codes: 0 all well; 1 something was refused or failed; 2 wrong use or wrong config.
    """


def main() -> None:
    """Run the command that `sys.argv` names, and exit with its code."""
    try:
        with standard_streams():
            program(prog_name="syncd")
    finally:
        gc.freeze()  # all goes with the process: looking through it for garbage first would take 10 ms
