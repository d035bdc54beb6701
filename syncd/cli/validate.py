"""`syncd validate`: what files would send, or each error with its line and column. No network; nothing is changed."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

import click

from syncd.build import build_reading, build_readings
from syncd.cli.dry_run import DryRun, JudgedOrder, dry_run
from syncd.cli.options import config_option, read_config
from syncd.cli.text import count_words, place_sentence, print_indented, print_order, print_table
from syncd.config import find_config_path
from syncd.config.model import Config, SourceConfig
from syncd.config.schema_files import read_schema
from syncd.core.intake import Reading
from syncd.core.model import Problem
from syncd.core.names import matches, show_name
from syncd.core.origins import Origin, find_origins
from syncd.core.places_json import parse_path, write_path
from syncd.core.report import build_error, build_file_error, escape_value, say_problem
from syncd.core.say import show_value
from syncd.core.validate import compile_checker
from syncd.edges.clock import SystemClock
from syncd.edges.spool import read_chunks
from syncd.errors import UsageError

Explained = Iterator[tuple[JudgedOrder, tuple[Origin, ...]]]
"""Each order, with where its fields were read if that is asked for."""


@click.command()
@config_option
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--source", "source_name", metavar="NAME", help="Judge as this source of the configuration would.")
@click.option(
    "--mapping",
    metavar="MAPPING.yaml",
    type=click.Path(path_type=Path),
    help="Read the files by this mapping; no configuration is needed. Or the name of a mapping that ships with syncd.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line: an order each, in file order.")
@click.option("--explain", is_flag=True, help="Show what was read from where: each field with its column and line.")
@click.pass_context
def command(
    ctx: click.Context,
    config_path: Path | None,
    files: tuple[Path, ...],
    source_name: str | None,
    mapping: Path | None,
    as_json: bool,
    explain: bool,
) -> None:
    """Say what each FILE would send, or what is wrong with it, with line and column.

    Needs no network, and no configuration for files in the default layout. With one, its source is --source,
    the only one, the one whose folder holds the file, or the one whose patterns fit its name. Exit code 1 if an
    order is invalid or a file refused.
    """
    if special := [show_name(str(path)) for path in files if not path.is_file()]:
        raise UsageError(f"{', '.join(special)}: only regular files can be validated.")
    alone = mapping is not None and source_name is None and config_path is None
    config = None if alone else _read_config(config_path)
    if config is None and source_name is not None:
        raise UsageError(f"--source {source_name} needs a configuration; name one with --config FILE.")
    chosen = [(path, _choose_source(config, path, source_name)) for path in files]
    readings: dict[str, Reading] = {}
    show = _print_json if as_json else _print_text
    show_values = config is None or config.reports.show_values
    well = True
    for path, source in chosen:
        if source.name not in readings:
            told = source if mapping is None else replace(source, mapping=mapping)
            readings[source.name] = _build_reading(config, told)
        reading = readings[source.name]
        with dry_run(path, source, reading, SystemClock()) as judged:
            origins = find_origins(read_chunks(path.resolve()), path.name, reading) if explain else None
            well &= show(path, judged, origins, show_values)
    if not well:
        ctx.exit(1)


def _read_config(path: Path | None) -> Config | None:
    """Return the config that is named, or stands at a default place; None where none does."""
    try:
        find_config_path(path)
    except UsageError:
        return None
    return read_config(path, credentials=False)


def _choose_source(config: Config | None, path: Path, name: str | None) -> SourceConfig:
    if config is None:
        nowhere = path.resolve().parent
        return SourceConfig("default", inbox=nowhere, done=nowhere, failed=nowhere, work=nowhere)
    known = ", ".join(source.name for source in config.sources)
    if name is not None:
        for source in config.sources:
            if source.name == name:
                return source
        raise UsageError(f"There is no source {name}; there are: {known}.")
    folder = path.resolve().parent
    holders = [each for each in config.sources if folder in {each.inbox, each.done, each.failed, each.work}]
    fitting = [each for each in config.sources if matches(path.name, each.match)]
    for candidates in (config.sources, holders, fitting):
        if len(candidates) == 1:
            return candidates[0]
    raise UsageError(f"{show_name(str(path))}: say with --source which source to judge it by; there are: {known}.")


def _build_reading(config: Config | None, source: SourceConfig) -> Reading:
    if config is None:
        return build_reading(source, compile_checker(read_schema("order.schema.json")), "production")
    return build_readings(replace(config, sources=(source,)), drafts=True)[source.name]


def _pair(judged: DryRun, origins: Iterator[tuple[Origin, ...]] | None) -> Explained:
    return zip(judged.list_orders(), chain(origins or (), repeat(())), strict=False)


def _print_text(path: Path, judged: DryRun, origins: Iterator[tuple[Origin, ...]] | None, show_values: bool) -> bool:
    """Print a file's orders, then what is to be said of it as a whole; return whether all of it would be sent."""
    click.echo(click.style(show_name(str(path)), bold=True))
    counts: dict[str, int] = {}
    for order, found in _pair(judged, origins):
        counts[order.outcome] = counts.get(order.outcome, 0) + 1
        print_order(order.reference, order.lines, order.outcome, _say_all(order.problems, show_values))
        if found:
            print_table(("field", "value", "from", "line"), [_list_cells(origin, show_values) for origin in found])
    for sentence in _say_all(judged.problems, show_values):
        print_indented(sentence, "  ")
    total = sum(counts.values())
    verdict = "refused as a whole, nothing of it would be sent" if judged.refused else count_words(counts)
    click.echo(f"  {total} {'order' if total == 1 else 'orders'}: {verdict}")
    return _is_well(judged, counts)


def _list_cells(origin: Origin, show_values: bool) -> tuple[str, ...]:
    column = escape_value(origin.column) if origin.column else "(the mapping)" if origin.line is None else ""
    value = escape_value(show_value(origin.value)) if show_values else "(hidden)"
    return write_path(parse_path(origin.field)) or "", value, column, str(origin.line or "")


def _say_all(problems: tuple[Problem, ...], show_values: bool) -> Iterator[str]:
    for problem in problems:
        yield place_sentence(say_problem(problem, show_values), problem.line, problem.column)


def _print_json(path: Path, judged: DryRun, origins: Iterator[tuple[Origin, ...]] | None, show_values: bool) -> bool:
    """Print a line for each order, or one for a file that is refused; return whether all of it would be sent."""
    out = sys.stdout.buffer
    name = show_name(str(path))
    if judged.refused:
        errors = _list_all_errors(judged, show_values)
        out.writelines(_build_line(name, None, (), "invalid", b"", errors))
        out.flush()
        return False
    counts: dict[str, int] = {}
    for order, found in _pair(judged, origins):
        counts[order.outcome] = counts.get(order.outcome, 0) + 1
        errors = (build_error(problem, show_values) for problem in order.problems)
        places = None if origins is None else [_build_origin(origin) for origin in found]
        out.writelines(_build_line(name, order.reference, order.lines, order.outcome, order.body, errors, places))
    out.flush()
    return _is_well(judged, counts)


def _list_all_errors(judged: DryRun, show_values: bool) -> Iterator[dict[str, object]]:
    """Yield what is wrong with a refused file, and with each order of it."""
    yield from (build_file_error(problem, show_values) for problem in judged.problems)
    for order in judged.list_orders():
        yield from (build_error(problem, show_values) for problem in order.problems)


def _build_line(
    file: str,
    reference: str | None,
    lines: tuple[int, ...],
    outcome: str,
    body: bytes,
    errors: Iterator[dict[str, object]],
    places: list[dict[str, object]] | None = None,
) -> Iterator[bytes]:
    """Yield a line in pieces. What would be sent is put in as it is: its numbers stay exact."""
    head = {"file": file, "reference": reference, "lines": lines, "outcome": outcome}
    yield _write_json(head)[:-1] + b', "order": ' + (body or b"null") + b', "errors": ['
    between = b""
    for error in errors:
        yield between + _write_json(error)
        between = b", "
    yield b"]" if places is None else b'], "from": ' + _write_json(places)
    yield b"}\n"


def _build_origin(origin: Origin) -> dict[str, object]:
    return {"field": origin.field, "column": origin.column, "line": origin.line}


def _write_json(value: object) -> bytes:
    # A lone surrogate, which has no UTF-8, becomes the escape JSON has for it.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _is_well(judged: DryRun, counts: dict[str, int]) -> bool:
    return not judged.refused and not counts.get("invalid")
