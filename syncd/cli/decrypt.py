"""`syncd decrypt`: reads again what `encrypt:` has encrypted, with a private key that is kept elsewhere."""

from pathlib import Path

import click

from syncd.cli.options import config_option
from syncd.core.names import show_name
from syncd.edges.sealing import SEALED_ENDING, open_sealed
from syncd.errors import SyncdError, UsageError


@click.command()
@config_option
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-i",
    "--identity",
    "identity_path",
    metavar="KEYFILE",
    required=True,
    type=click.Path(path_type=Path),
    help="The file of a private key, as age-keygen writes it.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where the plain files go. [default: beside each file]",
)
@click.pass_context
def command(
    ctx: click.Context,
    config_path: Path | None,  # noqa: ARG001  every command takes it
    files: tuple[Path, ...],
    identity_path: Path,
    folder: Path | None,
) -> None:
    """Decrypt files of done and failed.

    FILE is the path of a file that ends in .age. It stays as it is; nothing is overwritten. No configuration is
    needed. Exit code 1 if a file cannot be decrypted.
    """
    wrong = [show_name(str(path)) for path in files if path.suffix != SEALED_ENDING or not path.is_file()]
    if wrong:
        raise UsageError("\n".join(f"{path} is no file that ends in {SEALED_ENDING}." for path in wrong))
    well = True
    for path in files:
        target = (folder or path.parent) / path.name.removesuffix(SEALED_ENDING)
        try:
            open_sealed(path, target, identity_path)
        except SyncdError as error:
            well = False
            click.echo(str(error), err=True)
        else:
            click.echo(show_name(str(target)))
    if not well:
        ctx.exit(1)
