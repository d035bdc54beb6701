"""The quote that keeps a spreadsheet from running a cell: put on in a rejected file, taken off on reading it.

`unguard_cell(guard_cell(cell)) == cell` for every cell, also for one that already began with quotes.
Refuses to touch numbers: `-12.50` stays a number in a spreadsheet.
"""

import re

_RUNS = re.compile(r"'*[=+\-@\t\r]")
"""What a spreadsheet would run; with quotes before it, what would be taken for a guarded cell."""

_NUMBER = re.compile(r"[+-](?:[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)")


def guard_cell(cell: str) -> str:
    """Given a cell, return it with one `'` before it if a spreadsheet would run it."""
    return f"'{cell}" if _RUNS.match(cell) and not _NUMBER.fullmatch(cell) else cell


def unguard_cell(cell: str) -> str:
    """Given a cell of a file that has an `_error` column, return it as its sender meant it."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell, 1) else cell
