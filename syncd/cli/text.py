"""How results look: tables, orders and their problems, in colour on a terminal and plain everywhere else.

Tables are drawn here: rich, which draws the progress of a run, takes half as long to load as all of `syncd status`.
"""

import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from unicodedata import combining, east_asian_width

import click

from syncd.core.names import names_column

STYLES = {
    **dict.fromkeys(("accepted", "done", "valid", "ok"), "green"),
    **dict.fromkeys(("already_accepted", "skipped", "not_sent", "in work"), "yellow"),
    **dict.fromkeys(("invalid", "rejected", "conflict", "failed", "problem"), "red"),
}
"""The colour of a word, wherever it stands alone."""

_SHOWN_RANGES = 6
_GAP = "  "


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on standard output: fitted to the width of a terminal, or plain lines."""
    table = [header, *rows]
    for line in draw_table(table, _find_width()) if sys.stdout.isatty() else align_columns(table):
        click.echo(line)


def draw_table(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Given a header and rows, and a terminal's width, yield the lines of a table: cells are folded where need be."""
    widths = _fit(_measure_columns(rows), width)
    for number, row in enumerate(rows):
        folded = [_fold(cell, room) for cell, room in zip(row, widths, strict=True)]
        for parts in zip_longest(*folded, fillvalue=""):
            padded = map(_pad, parts, widths)
            if number == 0:
                yield _GAP.join(click.style(cell, bold=True) for cell in padded)
            else:
                yield _GAP.join(map(_paint, padded, row))
        if number == 0:
            yield _GAP.join("─" * room for room in widths)


def align_columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Given rows of as many cells each, yield them as lines with their columns below each other."""
    widths = _measure_columns(rows)
    for row in rows:
        yield _GAP.join(_pad(cell, room) for cell, room in zip(row, widths, strict=True)).rstrip()


def _measure_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(_measure, column)) for column in zip(*rows, strict=True)]


def _measure(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese character takes two, an accent of its own none."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def _paint(text: str, word: str) -> str:
    """Return a text in the colour of a word, if that has one."""
    return click.style(text, STYLES[word]) if word in STYLES else text


def _pad(text: str, room: int) -> str:
    return text + " " * (room - _measure(text))


def _fit(widths: list[int], width: int) -> list[int]:
    """Given how wide columns would like to be, take from the widest until they fit beside each other."""
    room = max(width - len(_GAP) * (len(widths) - 1), 2 * len(widths))
    while sum(widths) > room:
        widths[widths.index(max(widths))] -= 1
    return widths


def _fold(cell: str, room: int) -> list[str]:
    if _measure(cell) <= room:
        return [cell]
    return textwrap.wrap(cell, room if cell.isascii() else max(1, room // 2), break_on_hyphens=False)


def _find_width() -> int:
    import shutil  # noqa: PLC0415  2 ms, which only a terminal needs

    return shutil.get_terminal_size().columns


def print_order(reference: str | None, lines: Sequence[int], outcome: str, sentences: Iterable[str]) -> None:
    """Print what became of an order, with what is wrong with it below."""
    name = (reference or "(no reference)").ljust(24)
    click.echo(f"  {name}  {show_lines(lines).ljust(14)}  {click.style(outcome, STYLES.get(outcome))}")
    for sentence in sentences:
        print_indented(sentence, "      ")


def print_indented(sentence: str, indent: str) -> None:
    """Print a sentence behind an indent; on a terminal, wrapped to its width."""
    if sys.stdout.isatty():
        sentence = textwrap.fill(sentence, _find_width(), initial_indent=indent, subsequent_indent=indent)
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
    """Given a problem's sentence and its place, return both: `line 4, OrderItems.Qty: Qty is 0; ...`.

    A column that the sentence begins with is not named twice.
    """
    if column and names_column(message, column):
        column = None
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
