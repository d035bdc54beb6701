"""`syncd map test`: a mapping is held to its samples, and what they give is written down where it is new.

Sends nothing, and never writes over what a sample is held to unless it is told to.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import click

from syncd.build import build_reading, build_readings
from syncd.cli.dry_run import JudgedOrder, dry_run
from syncd.cli.options import config_option, read_config
from syncd.cli.text import place_sentence, print_indented
from syncd.config import find_config_path
from syncd.config.mapping_files import find_mapping
from syncd.config.model import Config, SourceConfig
from syncd.config.schema_files import read_schema
from syncd.core.canonical import write_canonical
from syncd.core.intake import Reading
from syncd.core.mapping.contract import Difference, compare_orders, write_expected
from syncd.core.model import Problem
from syncd.core.names import is_left_alone, show_name
from syncd.core.report import build_error, escape_value, say_problem
from syncd.core.say import show_value
from syncd.core.validate import compile_checker
from syncd.edges.clock import SystemClock
from syncd.edges.spool import WholeFile
from syncd.errors import UsageError

EXPECTED = ".expected.json"
_FARTHEST = 1000
"""Places before or behind the point of a number: it is compared and shown in full."""
_NO_SAMPLES = (".yaml", ".yml", ".md", ".html", EXPECTED)


@dataclass(frozen=True, slots=True)
class Contract:
    """A mapping, how it is read, and the samples it must keep to."""

    mapping: Path
    source: SourceConfig
    reading: Reading


@dataclass(frozen=True, slots=True)
class Tried:
    """What a sample gave, beside what it must give."""

    sample: Path
    orders: tuple[JudgedOrder, ...]
    problems: tuple[Problem, ...]  #: of the file as a whole
    refused: bool  #: nothing of the file would be sent, for its problems
    got: list[object]
    differences: list[Difference] | None  #: None: nothing is written down yet

    @property
    def sound(self) -> bool:
        """Tell whether the file and each of its orders could be read."""
        return not self.refused and all(order.outcome in {"valid", "skipped"} for order in self.orders)


@click.command("test")
@config_option
@click.argument("what", required=False, metavar="[SOURCE|MAPPING.yaml]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line: a sample each.")
@click.option("--write", is_flag=True, help="Write down what new samples give, as NAME.expected.json.")
@click.option("--force", is_flag=True, help="With --write: also where a sample gives something else now, or is faulty.")
@click.pass_context
def test_mappings(
    ctx: click.Context, config_path: Path | None, what: str | None, *, as_json: bool, write: bool, force: bool
) -> None:
    """Read a mapping's sample files and compare each with what it must give.

    A sample stands beside the mapping, or in a folder `samples` there: NAME, which begins with the mapping's own
    name, and NAME.expected.json, the list of orders it gives. Without an argument the mappings of all sources are
    tested; with one that of a source, a mapping's file, or one that ships with syncd. Exit code 1 if anything differs.
    """
    if force and not write:
        raise UsageError("--force says what --write may do; give both.")
    well = True
    for contract in _list_contracts(config_path, what):
        samples = list_samples(contract.mapping)
        if not as_json:
            click.echo(click.style(show_name(str(contract.mapping)), bold=True))
        held = False
        for sample in samples:
            tried = _try(sample, contract)
            written = write and _may_write(tried, force=force)
            if written:
                _write_down(tried)
            held |= written or tried.differences is not None
            well &= written or tried.differences == [] or (tried.differences is None and not write)
            (_print_json if as_json else _print_text)(contract.mapping, tried, written=written, write=write)
        if not held:
            _print_none(contract.mapping, samples, as_json=as_json)
            well = False
    if not well:
        ctx.exit(1)


def _list_contracts(config_path: Path | None, what: str | None) -> list[Contract]:
    config = _find_config(config_path, needed=what is None or config_path is not None)
    sources = [each for each in config.sources if what in {None, each.name}] if config else []
    if config is None or (what is not None and not sources):
        return [_build_lone(find_mapping(Path(what or "")))]
    readings = build_readings(config, drafts=True)
    mapped = [
        Contract(find_mapping(each.mapping), each, readings[each.name]) for each in sources if each.mapping is not None
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


def _build_lone(path: Path) -> Contract:
    """Return the contract of a mapping that no source names: its orders must fit the schema that ships with syncd."""
    if not path.is_file():
        raise UsageError(
            f"{show_name(str(path))} is no source, no mapping's file and no mapping that ships with syncd."
        )
    nowhere = path.resolve().parent
    source = SourceConfig("default", inbox=nowhere, done=nowhere, failed=nowhere, work=nowhere, mapping=path)
    return Contract(
        path, source, build_reading(source, compile_checker(read_schema("order.schema.json")), "production")
    )


def list_samples(mapping: Path) -> list[Path]:
    """Given a mapping's path, return its samples: what stands beside it, or in `samples` there, by its name.

    Where two mappings' names begin a sample's, it belongs to the longer one.
    """
    stems = sorted((path.stem for path in mapping.parent.glob("*.yaml")), key=len, reverse=True)
    names = (mapping.stem + ".", mapping.stem + "-")
    found: set[Path] = set()
    for folder in (mapping.parent, mapping.parent / "samples"):
        for path in folder.iterdir() if folder.is_dir() else ():
            owner = next((stem for stem in stems if path.name.startswith((stem + ".", stem + "-"))), mapping.stem)
            if not path.name.startswith(names) or owner != mapping.stem:
                continue
            if path.name.endswith(EXPECTED):
                found.add(path.with_name(path.name.removesuffix(EXPECTED)))
            elif path.is_file() and not path.name.endswith(_NO_SAMPLES) and not is_left_alone(path.name):
                found.add(path)
    return sorted(found)


def _try(sample: Path, contract: Contract) -> Tried:
    expected = _read_expected(sample)
    with dry_run(sample, contract.source, contract.reading, SystemClock()) as judged:
        orders = tuple(judged.list_orders())
        refused, problems = judged.refused, judged.problems
    got = [json.loads(order.body, parse_float=Decimal) for order in orders if order.body and not refused]
    differences = None if expected is None else list(compare_orders(expected, got))
    return Tried(sample, orders, problems, refused, got, differences)


def _read_expected(sample: Path) -> list[object] | None:
    """Return what a sample must give; None where nothing is written down yet."""
    path = sample.with_name(sample.name + EXPECTED)
    try:
        expected = json.loads(path.read_bytes(), parse_float=_read_number, parse_constant=_refuse_constant)
        write_canonical(expected)
    except FileNotFoundError:
        if path.is_symlink():
            raise UsageError(f"{show_name(str(path))} leads nowhere: remove that link.") from None
        return None
    except UnicodeError:
        raise UsageError(f"{show_name(str(path))} holds text that is no UTF-8: write it again.") from None
    except RecursionError:
        raise UsageError(f"{show_name(str(path))} is nested too deeply: write it again.") from None
    except (OSError, ValueError, ArithmeticError) as error:
        raise UsageError(f"{show_name(str(path))} cannot be read: {error}") from None
    if not isinstance(expected, list):
        raise UsageError(f"{show_name(str(path))} must be a list of orders.")
    if not sample.is_file():
        raise UsageError(f"{show_name(str(path))} has no sample beside it: {show_name(sample.name)} is missing.")
    return expected


def _read_number(text: str) -> Decimal:
    number = Decimal(text)
    if abs(number.adjusted()) > _FARTHEST:
        raise ValueError(f"{text[:20]} is no number an order has")
    return number


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number JSON has")


def _may_write(tried: Tried, *, force: bool) -> bool:
    """Tell whether what a sample gives may be written down: nothing stands there, or it may go."""
    if tried.refused:
        return False  # of what is refused as a whole nothing can be kept that would ever tell anything
    if tried.differences is None:
        return tried.sound or force
    return bool(tried.differences) and force


def _write_down(tried: Tried) -> None:
    with WholeFile(tried.sample.with_name(tried.sample.name + EXPECTED)) as file:
        file.write(write_expected(tried.got).encode())
        file.publish(replace=tried.differences is not None)


def _print_none(mapping: Path, samples: list[Path], *, as_json: bool) -> None:
    if as_json:
        if not samples:
            _echo_json({"mapping": show_name(str(mapping)), "sample": None, "outcome": "no_samples"})
        return
    name = mapping.stem
    sentence = f"no samples: put {name}.csv and {name}.csv{EXPECTED}, or the like, beside it"
    if samples:
        sentence = "nothing to hold it to: --write writes down what the samples give"
    print_indented(sentence, "  ")


def _print_text(_mapping: Path, tried: Tried, *, written: bool, write: bool) -> None:
    name, count = show_name(tried.sample.name), len(tried.got)
    orders = f"{count} {'order' if count == 1 else 'orders'}"
    if tried.differences == []:
        click.echo(f"  {name}: {click.style('ok', 'green')}, {orders} as expected")
        for problem in tried.problems:
            print_indented(_say(problem, "the file"), "    ")
        return
    if tried.differences is None:
        click.echo(f"  {name}: {click.style('new', 'yellow')}, gives {orders}")
        for order, problem in _list_problems(tried):
            print_indented(_say(problem, "the file" if order is None else f"{_name(order)}: {order.outcome}"), "    ")
    else:
        click.echo(f"  {name}: {click.style('differs', 'red')}")
        _print_differences(tried, tried.differences)
    if written:
        click.echo(f"    {name}{EXPECTED} is written: look whether it is right, it is what holds from now on")
    elif tried.differences is not None and write:
        cure = "the file is refused" if tried.refused else "--write --force takes what the sample gives now"
        click.echo(f"    {name}{EXPECTED} stays as it is; {cure}")
    elif write:
        cure = "mend it first" if tried.refused else "--write --force does it all the same"
        click.echo(f"    nothing is written down of a sample with faults; {cure}")


def _print_differences(tried: Tried, differences: list[Difference]) -> None:
    why = {order.reference: order for order in tried.orders}
    for difference in differences:
        print_indented(f"{escape_value(difference.reference)}: {_say_difference(difference)}", "    ")
        if difference.field is not None or difference.got is not None:
            continue
        order = why.get(difference.reference)
        for problem in tried.problems:
            print_indented(_say(problem, "the file"), "      ")
        for problem in order.problems if order else ():
            print_indented(_say(problem, order.outcome if order else ""), "      ")


def _list_problems(tried: Tried) -> Iterator[tuple[JudgedOrder | None, Problem]]:
    yield from ((None, problem) for problem in tried.problems)
    yield from ((order, problem) for order in tried.orders for problem in order.problems)


def _name(order: JudgedOrder) -> str:
    return "(no reference)" if order.reference is None else escape_value(order.reference)


def _say(problem: Problem, what: str) -> str:
    return f"{what}: {place_sentence(say_problem(problem, show_values=True), problem.line, problem.column)}"


def _say_difference(difference: Difference) -> str:
    if difference.field is None:
        return "is expected, but would not be sent" if difference.got is None else "would be sent, but is not expected"
    expected, got = (
        "nothing" if value is None else escape_value(show_value(value))
        for value in (difference.expected, difference.got)
    )
    return f"{difference.field}: expected {expected}, got {got}"


def _print_json(mapping: Path, tried: Tried, *, written: bool, write: bool) -> None:  # noqa: ARG001  as _print_text
    outcome = "new" if tried.differences is None else "differs" if tried.differences else "ok"
    differences = [
        {"reference": each.reference, "field": each.field, "expected": each.expected, "got": each.got}
        for each in tried.differences or ()
    ]
    errors = [
        {"reference": None if order is None else order.reference, **build_error(problem, show_values=True)}
        for order, problem in _list_problems(tried)
    ]
    _echo_json(
        {
            "mapping": show_name(str(mapping)),
            "sample": show_name(tried.sample.name),
            "outcome": outcome,
            "written": written,
            "orders": len(tried.got),
            "differences": differences,
            "errors": errors,
        }
    )


def _echo_json(line: dict[str, object]) -> None:
    click.echo(write_canonical(line).decode())
