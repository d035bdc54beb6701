"""`syncd retry`: failed files go back to their inbox under their own name; orders accepted by then are not sent again.

The report and the rejected file of the failed try stay in failed, marked as retried: nothing is deleted.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from syncd.cli.filed import shorten_path
from syncd.cli.options import config_option, read_config
from syncd.config.model import SourceConfig
from syncd.core.evidence import list_sidecars, name_filed_sidecar
from syncd.core.names import report_name, retried_name, show_name
from syncd.edges.clock import SystemClock
from syncd.edges.spool import file_away, name_taken, put_back, stat_file, sync_folder
from syncd.errors import StorageError, UsageError
from syncd.flows.filing import list_names


@dataclass(frozen=True, slots=True)
class _Failed:
    source: SourceConfig
    name: str  #: in failed/


@click.command()
@config_option
@click.argument("files", metavar="FILE...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Put every failed file back.")
@click.option("--source", "source_name", metavar="NAME", help="Only of this source.")
@click.pass_context
def command(
    ctx: click.Context, config_path: Path | None, files: tuple[str, ...], every: bool, source_name: str | None
) -> None:
    """Put failed files back into their inbox, under the name they came with.

    FILE is a path, or a name in a source's failed folder. Orders that were accepted are not sent again. The
    report and the rejected file stay there, named `.retried-TIME`. Of several files that came under one name, the
    one that failed first goes back; run it again for the next one once that was taken. Exit code 1 if a file was
    not put back.
    """
    if every == bool(files):
        raise click.UsageError("Name files, or give --all.")
    sources = _choose_sources(read_config(config_path, credentials=False).sources, source_name)
    chosen = [failed for source in sources for failed in _list_failed(source)] if every else _find_all(files, sources)
    well = True
    for failed in sorted(chosen, key=_find_failed_at):
        try:
            inbox_name = _put_back(failed)
        except StorageError as error:
            well = False
            click.echo(f"{show_name(failed.name)}: {error}", err=True)
        else:
            click.echo(f"{show_name(failed.name)}: back in {shorten_path(failed.source.inbox / inbox_name)}")
    if not chosen:
        click.echo("No failed file stands there.")
    if not well:
        ctx.exit(1)


def _choose_sources(sources: Sequence[SourceConfig], name: str | None) -> list[SourceConfig]:
    chosen = [source for source in sources if name in {None, source.name}]
    if not chosen:
        raise UsageError(f"There is no source {name}; there are: {', '.join(source.name for source in sources)}.")
    return chosen


def _list_failed(source: SourceConfig) -> Iterator[_Failed]:
    """Yield what has a report beside it; companions themselves have none."""
    names = {path.name for path in source.failed.iterdir()} if source.failed.is_dir() else set()
    for name in sorted(names):
        if report_name(name) in names:
            yield _Failed(source, name)


def _find_failed_at(failed: _Failed) -> int:
    """Return when a file failed (nanoseconds of the disk's clock): its report was written then, and never since."""
    report = stat_file(failed.source.failed / report_name(failed.name))
    return 0 if report is None else report.mtime_ns


def _find_all(files: Sequence[str], sources: Sequence[SourceConfig]) -> list[_Failed]:
    """Return where each file stands. Raise UsageError, before anything is moved, where one cannot be found."""
    found, wrong = [], []
    for file in dict.fromkeys(files):
        folder = Path(file).absolute().parent.resolve() if "/" in file else None
        name = Path(file).name
        places = [
            _Failed(source, name)
            for source in sources
            if folder in {None, source.failed} and stat_file(source.failed / name) is not None
        ]
        if len(places) == 1:
            found += places
        elif places:
            names = ", ".join(place.source.name for place in places)
            wrong.append(f"{show_name(file)}: several sources have such a file: {names}; say which with --source.")
        else:
            wrong.append(f"{show_name(file)}: there is no such file in a failed folder.")
    if wrong:
        raise UsageError("\n".join(wrong))
    return found


def _put_back(failed: _Failed) -> str:
    """Put a file back and set its companions aside; return its name in the inbox. Raise StorageError."""
    folder, inbox = failed.source.failed, failed.source.inbox
    inbox_name = _read_own_name(folder, failed.name)
    # The file goes first: after a death in between, its companions still stand under their old names, unharmed.
    if not put_back(folder / failed.name, inbox, inbox_name):
        raise StorageError(
            f"It stays in failed, as a file of the name {show_name(inbox_name)} stands in the inbox. It goes back once "
            "that was taken; run syncd retry again then."
        )
    evidence = failed.source.complete
    for sidecar in list_sidecars(inbox_name, evidence):  # the marker vouches for it once more
        filed = folder / name_filed_sidecar(sidecar, evidence, failed.name)
        if stat_file(filed) is not None:
            put_back(filed, inbox, sidecar)
    sync_folder(inbox)
    at = SystemClock().now()
    while name_taken(folder, list_names(aside := retried_name(failed.name, at))[1:]):
        at += timedelta(seconds=1)  # tried twice within a second
    for companion, new_name in zip(list_names(failed.name)[1:], list_names(aside)[1:], strict=True):
        if stat_file(folder / companion) is not None:
            file_away(folder / companion, folder, new_name)
    sync_folder(folder)
    return inbox_name


def _read_own_name(folder: Path, name: str) -> str:
    """Return the name a failed file came with, as the report beside it says. Raise StorageError if it says none."""
    path = folder / report_name(name)
    try:
        file = json.loads(path.read_text(encoding="utf-8"))["file"]
        own_name, filed_as = str(file["name"]), str(file["filed_as"])
    except FileNotFoundError:
        raise StorageError("It has no report beside it: move it into the inbox by hand.") from None
    except (OSError, ValueError, LookupError, TypeError):
        raise StorageError(
            f"Its report, {show_name(path.name)}, cannot be read: move it into the inbox by hand."
        ) from None
    if own_name == filed_as:  # the report's names are escaped; what stands on the disk is exact
        return name
    if Path(own_name).name != own_name:
        raise StorageError(f"Its report, {show_name(path.name)}, names no file: move it into the inbox by hand.")
    return own_name
