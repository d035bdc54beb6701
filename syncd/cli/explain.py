"""`syncd explain`: the whole story of a file or an order, from ledger and reports. Works beside a daemon."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click

from syncd.cli.left import describe_oddity
from syncd.cli.options import config_option, read_config
from syncd.cli.text import show_age
from syncd.config.model import Config, SourceConfig
from syncd.core.names import LONGEST_NAME, is_left_alone, matches, report_name, show_name
from syncd.core.story import Event, FileStory, OrderStory, choose_told, find_entry, tell_file, tell_order
from syncd.edges.clock import Clock, SystemClock
from syncd.edges.holds import is_on_hold
from syncd.edges.ledger import LEDGER_NAME, Ledger
from syncd.edges.ledger_files import FileRow
from syncd.edges.ledger_orders import NEVER, OrderRow, count_outcomes, find_in_file, list_orders
from syncd.edges.ledger_story import find_files_named, find_files_with, list_same_bytes, read_delivery_state
from syncd.edges.spool import Oddity, look_at, stat_file

MOST_ORDERS = 20
"""Orders of a file told one by one: those that were not accepted."""


@click.command()
@config_option
@click.argument("what", metavar="FILE|REFERENCE")
@click.pass_context
def command(ctx: click.Context, config_path: Path | None, what: str) -> None:
    """Tell the whole story of a file or of an order.

    FILE is a path, or the name a file came or was filed under, or a claim id of the log; REFERENCE the
    ReferenceNumber of an order. Every delivery is told, the oldest first. Times are UTC. Exit code 1 if nothing
    is known of it.
    """
    config = read_config(config_path, credentials=False)
    clock = SystemClock()
    found = list(explain(config, what, clock))
    for number, story in enumerate(found):
        if number:
            click.echo()
        for event in story:
            click.echo(_show_event(event))
    if not found:
        click.echo(
            f"Nothing is known of {show_name(what)}: no inbox holds such a file, and the ledger knows no file and no "
            "order of this name.",
            err=True,
        )
        ctx.exit(1)


def explain(config: Config, what: str, clock: Clock) -> Iterator[list[Event]]:
    """Given a file's name or path, a claim id or a reference, yield a story for each delivery."""
    name = Path(what).name or what
    if (config.state_dir / LEDGER_NAME).exists():
        with closing(Ledger(config.state_dir, clock, read_only=True)) as ledger:
            named = find_files_named(ledger, name)
            for row in named:
                yield list(_tell_file(config, ledger, row, clock))
            known = {row.claim.id for row in named}
            for row in find_files_with(ledger, what):
                if row.claim.id not in known:
                    yield list(_tell_reference(config, ledger, row, what, clock))
    if name in {"", ".", "..", "/"} or len(os.fsencode(name)) > LONGEST_NAME:  # no file has such a name
        return
    for source in config.sources:
        stat = stat_file(source.inbox / name) if source.inbox.is_dir() else None
        if stat is not None:
            age_s = clock.now().timestamp() - stat.ctime_ns / 1e9
            yield [Event(None, f"{show_name(name)}: {_explain_waiting(config, source, name)}, for {show_age(age_s)}")]


def _explain_waiting(config: Config, source: SourceConfig, name: str) -> str:
    where = f"stands in the inbox of {source.name}"
    if is_left_alone(name):
        return f"{where}, under a name that is left alone (a temporary name): whoever writes it has to rename it"
    if not matches(name, source.match):
        return f"{where}, but no pattern of the source fits its name: it stays there"
    with suppress(FileNotFoundError):  # taken in this very moment
        if isinstance(found := look_at(source.inbox / name), Oddity):
            return f"{where}, but is {describe_oddity(found)}"
    if is_on_hold(config.state_dir, source.name):
        return f"{where}, and the source is on hold: it waits for `syncd release {show_name(source.name)}`"
    return f"{where} and waits to be taken"


def _tell_file(config: Config, ledger: Ledger, row: FileRow, clock: Clock) -> Iterator[Event]:
    story = _read_story(config, ledger, row)
    yield Event(None, story.name)
    yield from tell_file(story)
    orders = (_read_order(ledger, order, clock) for order in list_orders(ledger, row.claim.id))
    told = choose_told(list(orders), MOST_ORDERS)
    for order in told:
        yield from tell_order(order, find_entry(story.report, order))
    not_good = sum(n for state, n in story.counts.items() if state not in {"accepted", "already_accepted", "skipped"})
    if not_good > len(told):
        yield Event(None, f"and {not_good - len(told)} more like these; the report has them all")


def _tell_reference(config: Config, ledger: Ledger, row: FileRow, reference: str, clock: Clock) -> Iterator[Event]:
    story = _read_story(config, ledger, row)
    yield Event(None, story.name)
    yield from tell_file(story)
    for order in find_in_file(ledger, row.claim.id, reference):
        told = _read_order(ledger, order, clock)
        yield from tell_order(told, find_entry(story.report, told))


def _read_story(config: Config, ledger: Ledger, row: FileRow) -> FileStory:
    source = next((source for source in config.sources if source.name == row.claim.source), None)
    filed_as = row.filed_as or row.claim.name
    folder = None if source is None or row.outcome is None else source.done if row.outcome == "done" else source.failed
    return FileStory(
        claim_id=row.claim.id,
        source=row.claim.source,
        name=show_name(row.claim.name),
        state=row.state,
        received_at=row.claim.received_at,
        bytes=row.bytes,
        sha256=row.sha256,
        deaths=row.deaths,
        failures=row.failures,
        outcome=row.outcome,
        filed_as=show_name(filed_as),
        finished_at=row.finished_at,
        counts=count_outcomes(ledger, row.claim.id),
        folder=None if folder is None else show_name(str(folder)),
        still_there=folder is not None and stat_file(folder / filed_as) is not None,
        report=None if folder is None else _read_report(folder / report_name(filed_as)),
        same_bytes=list_same_bytes(ledger, row),
    )


def _read_report(path: Path) -> Mapping[str, Any] | None:
    with suppress(OSError, ValueError):
        report = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(report, dict):
            return report
    return None


def _read_order(ledger: Ledger, order: OrderRow, clock: Clock) -> OrderStory:
    waits = order.state == "waiting"
    return OrderStory(
        reference=order.reference,
        record=order.record,
        state=order.state,
        attempts=order.attempts,
        failures=order.failures,
        http_status=order.http_status,
        accepted_at=order.accepted_at,
        note=order.note,
        due_in_s=max(0.0, order.due - clock.monotonic()) if waits and order.due < NEVER else None,
        delivery=read_delivery_state(ledger, order.reference) if waits and order.reference else None,
    )


def _show_event(event: Event) -> str:
    time = "" if event.at is None else f"{event.at:%Y-%m-%d %H:%M:%S}"
    return f"{time:<19}  {event.text}"
