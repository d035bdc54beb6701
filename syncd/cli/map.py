"""`syncd map`: test a mapping against its samples, or draft one for an unknown export. Sends nothing, moves nothing."""

import json
from dataclasses import dataclass
from decimal import Decimal
from glob import escape
from pathlib import Path

import click

from syncd.build import build_reading, build_readings
from syncd.cli.dry_run import DryRun, dry_run
from syncd.cli.options import config_option, read_config
from syncd.cli.text import place_sentence, print_indented
from syncd.config import find_config_path
from syncd.config.mapping_files import find_mapping
from syncd.config.model import Config, SourceConfig
from syncd.config.schema_files import read_schema
from syncd.core.draft import draft_mapping
from syncd.core.intake import Reading
from syncd.core.mapping.contract import Difference, compare_orders
from syncd.core.model import FileDamagedError
from syncd.core.names import show_name
from syncd.core.report import escape_value, say_problem
from syncd.core.say import show_value
from syncd.core.validate import compile_checker
from syncd.edges.clock import SystemClock
from syncd.errors import UsageError

EXPECTED = ".expected.json"

MOST_BYTES = 16 * 1024**2
"""The largest file a draft is made from."""


@click.group()
def command() -> None:
    """Test a mapping, or draft one."""


@dataclass(frozen=True, slots=True)
class _Contract:
    """A mapping, how it is read, and the samples it must keep to."""

    mapping: Path
    source: SourceConfig
    reading: Reading


@command.command("test")
@config_option
@click.argument("what", required=False, metavar="[SOURCE|MAPPING.yaml]")
@click.pass_context
def test_mappings(ctx: click.Context, config_path: Path | None, what: str | None) -> None:
    """Read a mapping's sample files and compare each with what it must give.

    A sample stands beside the mapping, or in a folder `samples` there: NAME, which begins with the mapping's own
    name, and NAME.expected.json, the list of orders it gives. Without an argument the mappings of all sources are
    tested; with one that of a source, a mapping's file, or one that ships with syncd. Exit code 1 if anything differs.
    """
    well = True
    for contract in _list_contracts(config_path, what):
        click.echo(click.style(show_name(str(contract.mapping)), bold=True))
        samples = _list_samples(contract.mapping)
        if not samples:
            stem = contract.mapping.stem
            print_indented(f"no samples: put {stem}.csv and {stem}.csv{EXPECTED}, or the like, beside it", "  ")
            well = False
        for sample in samples:
            expected = _read_expected(sample)
            with dry_run(sample, contract.source, contract.reading, SystemClock()) as judged:
                well &= _test_sample(sample, expected, judged)
    if not well:
        ctx.exit(1)


def _list_contracts(config_path: Path | None, what: str | None) -> list[_Contract]:
    config = _find_config(config_path, needed=what is None or config_path is not None)
    sources = [each for each in config.sources if what in {None, each.name}] if config else []
    if config is None or (what is not None and not sources):
        return [_build_lone(find_mapping(Path(what or "")))]
    readings = build_readings(config)
    mapped = [
        _Contract(find_mapping(each.mapping), each, readings[each.name]) for each in sources if each.mapping is not None
    ]
    if not mapped:
        raise UsageError(
            "No source has a mapping to test; name a mapping's file."
            if what is None
            else f"The source {what} has no mapping to test."
        )
    return mapped


def _find_config(path: Path | None, *, needed: bool) -> Config | None:
    try:
        find_config_path(path)
    except UsageError:
        if needed:
            raise
        return None
    return read_config(path, credentials=False)


def _build_lone(path: Path) -> _Contract:
    """Return the contract of a mapping that no source names: its orders must fit the schema that ships with syncd."""
    if not path.is_file():
        raise UsageError(
            f"{show_name(str(path))} is no source, no mapping's file and no mapping that ships with syncd."
        )
    nowhere = path.resolve().parent
    source = SourceConfig("default", inbox=nowhere, done=nowhere, failed=nowhere, work=nowhere, mapping=path)
    return _Contract(
        path, source, build_reading(source, compile_checker(read_schema("order.schema.json")), "production")
    )


def _list_samples(mapping: Path) -> list[Path]:
    folders = (mapping.parent, mapping.parent / "samples")
    expected = (path for folder in folders for path in folder.glob(f"{escape(mapping.stem)}[.-]*{EXPECTED}"))
    return sorted(path.with_name(path.name.removesuffix(EXPECTED)) for path in expected)


def _test_sample(sample: Path, expected: list[object], judged: DryRun) -> bool:
    """Compare a sample with what it must give, and print each difference; return whether there is none."""
    orders = list(judged.list_orders())
    got = [json.loads(order.body, parse_float=Decimal) for order in orders if order.body and not judged.refused]
    differences = list(compare_orders(expected, got))
    name = show_name(sample.name)
    if not differences:
        verdict = click.style("ok", "green")
        click.echo(f"  {name}: {verdict}, {len(got)} {'order' if len(got) == 1 else 'orders'} as expected")
        return True
    click.echo(f"  {name}: {click.style('differs', 'red')}")
    why = {order.reference: (order.outcome, [*judged.problems, *order.problems]) for order in orders}
    for difference in differences:
        print_indented(f"{escape_value(difference.reference)}: {_say_difference(difference)}", "    ")
        outcome, problems = why.get(difference.reference, ("", judged.problems))
        if difference.field is None and difference.got is None:
            for problem in problems:
                sentence = place_sentence(say_problem(problem, show_values=True), problem.line, problem.column)
                print_indented(f"{outcome or 'the file'}: {sentence}", "      ")
    return False


def _say_difference(difference: Difference) -> str:
    if difference.field is None:
        return "is expected, but would not be sent" if difference.got is None else "would be sent, but is not expected"
    expected, got = (
        "nothing" if value is None else escape_value(show_value(value))
        for value in (difference.expected, difference.got)
    )
    return f"{difference.field}: expected {expected}, got {got}"


def _read_expected(sample: Path) -> list[object]:
    path = sample.with_name(sample.name + EXPECTED)
    try:
        expected = json.loads(path.read_bytes(), parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise UsageError(f"{show_name(str(path))} cannot be read: {error}") from None
    if not isinstance(expected, list):
        raise UsageError(f"{show_name(str(path))} must be a list of orders.")
    if not sample.is_file():
        raise UsageError(f"{show_name(str(path))} has no sample beside it: {show_name(sample.name)} is missing.")
    return expected


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
    try:
        click.echo(draft_mapping(file.read_bytes(), file.name), nl=False)
    except FileDamagedError as damage:
        click.echo(f"{name}: {say_problem(damage.problem, show_values=False)}", err=True)
        ctx.exit(1)
