"""`syncd status`: how things stand, from ledger and folders alone, so that it works beside a daemon and without.

What holds a running daemon up, only the daemon knows: it leaves word in the state folder. Imports as little
as it can: this is the command that people and monitoring call over and over.
"""

import json
from dataclasses import asdict
from pathlib import Path

import click

from syncd.cli.options import config_option, read_config
from syncd.cli.text import count_words, print_indented, print_table, show_age
from syncd.core.estimate import say_queue
from syncd.edges.clock import SystemClock
from syncd.flows.survey import RECENT_HOURS, SourceStatus, Survey, survey

OPEN_STATES = ("claimed", "judging", "carrying", "settled")


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(config_path: Path | None, as_json: bool) -> None:
    """Show files and orders by state, quota use, and what is wrong now.

    Works whether or not the daemon runs. Counts are of all files in work, and of those filed in the last 24
    hours. The exit code is 0 whatever it shows.
    """
    found = survey(read_config(config_path, credentials=False), SystemClock())
    if as_json:
        click.echo(json.dumps({"version": 1, **asdict(found)}, ensure_ascii=False, indent=1))
    else:
        _print_survey(found)


def _print_survey(found: Survey) -> None:
    daemon = f"runs (process {found.daemon.pid})" if found.daemon.running else "does not run"
    click.echo(f"syncd {daemon}; environment: {found.environment}")
    quota = found.quota
    per = f"{quota.requests} calls in {quota.per_seconds:g} s"
    click.echo(
        f"Quota: {quota.used} of {per} are used now"
        if quota.known
        else f"Quota: {per}; how many are used cannot be told from here: ask on the machine where syncd runs"
    )
    click.echo(f"Queue: {say_queue(found.queue.orders, found.queue.minutes)}")
    if found.last_inventory is not None:
        click.echo(f"Inventory: the last snapshot is {show_age(found.last_inventory.age_seconds)} old")
    if found.troubles:
        click.echo(click.style("Wrong now:", "red"))
        for trouble in found.troubles:
            print_indented(trouble, "  ")
    else:
        click.echo("Wrong now: nothing")
    click.echo()
    print_table(
        ("source", "waiting in the inbox", "in work", f"filed in the last {RECENT_HOURS} h", "their orders"),
        [_show_source(source) for source in found.sources],
    )
    if found.last_files:
        click.echo()
        print_table(
            ("last files", "source", "outcome", "finished (UTC)", "orders"),
            [
                (
                    file.name,
                    file.source,
                    file.outcome,
                    file.finished_at[:19].replace("T", " "),
                    count_words(file.orders),
                )
                for file in found.last_files
            ],
        )
    if found.failed_files:
        click.echo()
        click.echo("To mend and drop again (each with its report beside it):")
        for failed in found.failed_files:
            print_indented(failed.to_mend or "", "  ")


def _show_source(source: SourceStatus) -> tuple[str, ...]:
    waiting = str(source.waiting.files)
    if source.waiting.oldest_seconds is not None:
        waiting += f", oldest {show_age(source.waiting.oldest_seconds)}"
    open_files = {state: count for state, count in source.files.items() if state in OPEN_STATES}
    filed = {state: count for state, count in source.files.items() if state not in OPEN_STATES}
    name = f"{source.name} (on hold)" if source.on_hold else source.name
    return name, waiting, count_words(open_files), count_words(filed), count_words(source.orders)
