"""`syncd hold` and `syncd release`: files of a source wait in its inbox, or are taken again, without a restart."""

from pathlib import Path

import click

from syncd.cli.options import config_option, read_config
from syncd.config.model import Config
from syncd.edges.holds import read_holds, write_holds
from syncd.edges.spool import prepare_folder
from syncd.errors import UsageError

source_argument = click.argument("source", metavar="[SOURCE]", required=False)


@click.command()
@config_option
@source_argument
def command(config_path: Path | None, source: str | None) -> None:
    """Put a source on hold, or all of them: their files wait in the inbox.

    It counts at once, with or without a running daemon, and until `syncd release`. Files that were taken before
    go on to their end.
    """
    config = read_config(config_path, credentials=False)
    names = _choose(config, source)
    prepare_folder(config.state_dir, mode=0o700)
    write_holds(config.state_dir, read_holds(config.state_dir) | names)
    click.echo(f"On hold: {', '.join(sorted(names))}. Files wait in the inbox until `syncd release`.")


@click.command("release")
@config_option
@source_argument
def release(config_path: Path | None, source: str | None) -> None:
    """Let a source go on that is on hold, or all of them.

    A running daemon takes what waits within a second or so.
    """
    config = read_config(config_path, credentials=False)
    held = read_holds(config.state_dir)
    # Without a name, whatever is held: also a source that the config no longer knows.
    names = held if source is None else _choose(config, source, held)
    if not held & names:
        click.echo("Nothing was on hold.")
        return
    write_holds(config.state_dir, held - names)
    click.echo(f"Released: {', '.join(sorted(held & names))}.")


def _choose(config: Config, source: str | None, also: frozenset[str] = frozenset()) -> frozenset[str]:
    known = frozenset(one.name for one in config.sources)
    if source is None:
        return known
    if source not in known | also:
        raise UsageError(f"There is no source {source}; there are: {', '.join(sorted(known))}.")
    return frozenset({source})
