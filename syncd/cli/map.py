"""`syncd map`: test a mapping against its samples, or draft one for an unknown export. Sends nothing, moves nothing."""

from pathlib import Path

import click

from syncd.cli.options import config_option
from syncd.cli.samples import test_mappings
from syncd.core.draft import draft_mapping
from syncd.core.model import FileDamagedError
from syncd.core.names import show_name
from syncd.core.report import say_problem
from syncd.core.xlsx.archive import is_workbook
from syncd.errors import UsageError

MOST_BYTES = 16 * 1024**2
"""The largest file a draft is made from."""


@click.group()
def command() -> None:
    """Test a mapping, or draft one."""


command.add_command(test_mappings)


@command.command()
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.pass_context
def draft(ctx: click.Context, config_path: Path | None, file: Path) -> None:  # noqa: ARG001  every command takes it
    """Look at an export and propose a mapping for it, on standard output.

    Each line says what was seen and how sure it is; what only you can know is marked. Nothing is sent.
    """
    name = show_name(str(file))
    if not file.is_file():
        raise UsageError(f"{name}: only a regular file can be looked at.")
    if file.stat().st_size > MOST_BYTES:
        raise UsageError(f"{name} is larger than {MOST_BYTES:,} bytes: give a shorter export of the same kind.")
    content = file.read_bytes()
    if is_workbook(content):
        raise UsageError(
            f"{name} is an Excel workbook, and a draft is made from text: save its sheet as CSV UTF-8 and draft "
            "from that. Without its line `format:` the mapping reads the workbook, too."
        )
    try:
        click.echo(draft_mapping(content, file.name), nl=False)
    except FileDamagedError as damage:
        click.echo(f"{name}: {say_problem(damage.problem, show_values=False)}", err=True)
        ctx.exit(1)
