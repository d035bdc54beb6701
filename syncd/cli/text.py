"""How results look: tables, orders and their problems, in colour on a terminal and plain everywhere else.

rich is loaded only where a person looks at a table.
"""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence

import click

STYLES = {
    **dict.fromkeys(("accepted", "done", "valid", "ok"), "green"),
    **dict.fromkeys(("already_accepted", "skipped", "not_sent", "in work"), "yellow"),
    **dict.fromkeys(("invalid", "rejected", "conflict", "failed", "problem"), "red"),
}
"""The colour of a word, wherever it stands alone."""

_SHOWN_RANGES = 6


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on standard output: fitted to the width of a terminal, or plain lines."""
    if sys.stdout.isatty():
        _print_rich_table(header, rows)
    else:
        for line in align_columns([header, *rows]):
            click.echo(line)


def _print_rich_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box  # noqa: PLC0415  60 ms, which only a terminal needs
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, STYLES.get(cell, "")) for cell in row))  # Text: data is no markup
    Console().print(table)


def align_columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Given rows of as many cells each, yield them as lines with their columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def print_order(reference: str | None, lines: Sequence[int], outcome: str, sentences: Iterable[str]) -> None:
    """Print what became of an order, with what is wrong with it below."""
    name = (reference or "(no reference)").ljust(24)
    click.echo(f"  {name}  {show_lines(lines).ljust(14)}  {click.style(outcome, STYLES.get(outcome))}")
    for sentence in sentences:
        print_indented(sentence, "      ")


def print_indented(sentence: str, indent: str) -> None:
    """Print a sentence behind an indent; on a terminal, wrapped to its width."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        sentence = textwrap.fill(sentence, width, initial_indent=indent, subsequent_indent=indent)
        click.echo(sentence)
    else:
        click.echo(indent + sentence)


def show_lines(lines: Sequence[int]) -> str:
    """Given ascending line numbers, return them in words: `line 4`, `lines 2-3, 7`."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in ranges[:_SHOWN_RANGES]]
    more = ["..."] if len(ranges) > _SHOWN_RANGES else []
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(shown + more)}" if lines else ""


def place_sentence(message: str, line: int | None, column: str | None) -> str:
    """Given a problem's sentence and its place, return both: `line 4, OrderItems.Qty: Qty is 0; ...`."""
    place = ", ".join(filter(None, (f"line {line}" if line else "", column or "")))
    return f"{place}: {message}" if place else message


def show_age(seconds: float) -> str:
    """Given a time span, return it roughly, in its largest fitting unit: `12 s`, `5 min`, `3 h`, `2 d`."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def count_words(counts: dict[str, int]) -> str:
    """Given counts by word, return those that are not 0: `42 accepted, 3 invalid`."""
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "none"
