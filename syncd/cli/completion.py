"""`syncd completion`: what a shell has to read so that it completes the words of syncd."""

from pathlib import Path

import click
from click.shell_completion import get_completion_class

from syncd.cli.options import config_option

SHELLS = ("bash", "zsh", "fish")


@click.command()
@config_option
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, config_path: Path | None, shell: str) -> None:  # noqa: ARG001  every command takes -c
    """Print a script that lets a shell complete commands and options.

    \b
    bash: syncd completion bash > /etc/bash_completion.d/syncd
    zsh:  syncd completion zsh > /usr/local/share/zsh/site-functions/_syncd
    fish: syncd completion fish > /etc/fish/completions/syncd.fish
    """  # noqa: D301  click reads \\b as: leave these lines as they are
    completion = get_completion_class(shell)
    if completion is not None:
        click.echo(completion(ctx.find_root().command, {}, "syncd", "_SYNCD_COMPLETE").source())
