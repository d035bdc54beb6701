"""What became of files, as the ledger remembers it: for the end of a run, and for the demo."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from syncd.cli.text import print_table
from syncd.config.model import Config
from syncd.core.model import Outcome
from syncd.core.names import show_name
from syncd.edges.claims import find_original
from syncd.edges.clock import Clock
from syncd.edges.ledger import Ledger
from syncd.edges.ledger_files import FileRow, list_closed_since, list_open_files
from syncd.edges.ledger_orders import recall_outcomes
from syncd.flows.filing import GOOD

LONGEST = 50
"""Files shown at the end of a run; those that are not done go first."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A file, how many of its orders are in each state, and where it stands now."""

    row: FileRow
    counts: dict[str, int]
    path: Path


def list_filed(config: Config, since: datetime, clock: Clock) -> list[Filed]:
    """Return the files filed since a time, and behind them those that are still in work. Raise LedgerError."""
    folders = {source.name: source for source in config.sources}
    with closing(Ledger(config.state_dir, clock, read_only=True)) as ledger:
        rows = [*list_closed_since(ledger, since), *list_open_files(ledger)]
        counts = [recall_outcomes(ledger, row) for row in rows]
    filed = []
    for row, counted in zip(rows, counts, strict=True):
        source = folders.get(row.claim.source)
        if source is None:
            continue
        if row.state == "closed":
            path = (source.done if row.outcome == "done" else source.failed) / (row.filed_as or row.claim.name)
        else:
            path = find_original(source.work, row.claim)
        filed.append(Filed(row, counted, path))
    return filed


def print_filed(filed: Sequence[Filed]) -> None:
    """Print a table of files; where there are many, of those that are not done, and of some others."""
    if not filed:
        return
    shown = sorted(filed, key=lambda file: file.row.outcome == "done")[:LONGEST]
    print_table(
        ("file", "outcome", "accepted", "skipped", "not", "where it is"),
        [
            (
                show_name(file.row.claim.name),
                (file.row.outcome or "in work") if file.row.state == "closed" else "in work",
                str(sum(count for state, count in file.counts.items() if state in GOOD - {Outcome.SKIPPED})),
                str(file.counts.get(Outcome.SKIPPED, 0)),
                str(sum(count for state, count in file.counts.items() if state not in GOOD)),
                shorten_path(file.path),
            )
            for file in shown
        ],
    )
    if len(filed) > len(shown):
        click.echo(f"and {len(filed) - len(shown)} more files")


def shorten_path(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    here = Path.cwd()
    return show_name(str(path.relative_to(here) if path.is_relative_to(here) else path))
