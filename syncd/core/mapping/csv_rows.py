"""A mapped CSV file or sheet into rows: what stands before the header, the header wherever it is, then the records.

Columns are known by their names with case and white space folded, or by their number where there is no
header. Refuses a file that lacks a column the mapping reads, or has it twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import chain

from syncd.core.decode import Text
from syncd.core.guard import unguard_cell
from syncd.core.mapping.model import Grouping, Header, Mapping, Node, Preamble, Scope, Test, ValueRefusedError
from syncd.core.mapping.paths import fold_name
from syncd.core.mapping.texts import check_length, fold_space
from syncd.core.model import VALUE_MARK, FileDamagedError, Problem, Row
from syncd.core.read_csv import CsvSettings, Dialect, open_records
from syncd.core.say import cut_name, join_words, quote_name, say_cell_count
from syncd.core.validate import ERROR_MARK
from syncd.core.xlsx.worksheet import Workbook, Worksheet, open_worksheet

MARK = ERROR_MARK + ": "
"""Begins the last cell of each record of a rejected file that has no header."""


@dataclass(slots=True)
class Marks:
    """Whether the file is a rejected one that was mended and dropped again."""

    seen: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A mapped CSV file, or a sheet of a workbook, read once."""

    dialect: Dialect | Worksheet
    head: tuple[Row, ...]  #: the records before the rows: preamble and header, as they stand
    header: Row | None
    keys: tuple[str, ...]  #: the folded name of each column, "" for one without
    names: dict[str, str]  #: folded name -> as the file writes it
    width: int  #: columns up to the last one with a name
    guarded: bool  #: a rejected file: cells that a spreadsheet would run begin with a '
    file: dict[str, str]  #: values from the preamble
    rows: Iterator[Row]
    marks: Marks

    def read_values(self, row: Row) -> dict[str, str]:
        """Given a row, return its cells by folded name."""
        return dict(zip(self.keys, row.cells, strict=False))

    def explain_row(self, row: Row) -> Problem | None:
        """Given a row, return what is wrong with the number of its cells, or None."""
        cells = row.cells
        fits = len(cells) in {self.width, len(self.keys)}  # with the unnamed columns at the right end, or without
        if fits and not any(cell for key, cell in zip(self.keys, cells, strict=False) if not key):
            return None
        message = say_cell_count(row.line, len(cells), self.width)
        if fits:
            message = f"Line {row.line} has text in a column without a name"
        return Problem("wrong_cell_count", message, line=row.line)


def open_sheet(text: Text | Workbook, settings: CsvSettings, mapping: Mapping) -> Sheet:
    """Given CSV text or a workbook, what is declared and the mapping, return its rows. Raise FileDamagedError."""
    rules = mapping.rules
    dialect, records = _open_records(text, settings, mapping)
    unguard = unguard_cell if isinstance(dialect, Dialect) else _keep
    rows = _read_rows(records, rules.comment)
    marks = Marks()
    if mapping.records is not None or mapping.blocks:
        _check_merged(dialect, 0, None)
        return Sheet(dialect, (), None, (), {}, 0, False, {}, _drop_marks(rows, marks, unguard), marks)
    head, header, rows = _find_header(rows, rules.header)
    guarded = header is not None and ERROR_MARK in header.cells
    cells = header.cells if header else _name_columns(rules.header, rows_first := next(rows, None))
    if header is None:
        rows = chain((rows_first,) if rows_first else (), rows)
    _check_merged(dialect, header.line if header else 0, mapping.grouping)
    if header is not None:
        _check_others(dialect, header)
    width = max((index + 1 for index, name in enumerate(cells) if name.strip()), default=0)
    keys = tuple("" if cell == ERROR_MARK else fold_name(cell) for cell in cells)
    if header is not None:
        _check_header(header, keys, mapping)
    names = {key: cell for key, cell in zip(keys, cells, strict=True) if key}
    if guarded:
        at = cells.index(ERROR_MARK)
        keys = (*keys[:at], *keys[at + 1 :])
        width -= at < width
        rows = (_take_mark(row, at, unguard) for row in rows)
    elif header is None:
        rows = _drop_marks(rows, marks, unguard)
    file = _read_preamble(head, rules.preamble)
    marks.seen = guarded
    sheet = Sheet(dialect, head, header, keys, names, width, guarded, file, iter(()), marks)
    return replace(sheet, rows=_skip_rows(rows, sheet, mapping))


def _open_records(
    text: Text | Workbook, settings: CsvSettings, mapping: Mapping
) -> tuple[Dialect | Worksheet, Iterator[tuple[int, list[str]]]]:
    if isinstance(text, Workbook):
        worksheet = open_worksheet(text.chunks, mapping.rules.sheet, settings.limits)
        return worksheet, worksheet.rows
    return open_records(text, settings, frozenset(used.name for used in mapping.used.values()))


def drop_mark(cells: tuple[str, ...], unguard: Callable[[str], str]) -> tuple[str, ...]:
    """Given a record without header, return its cells as its sender meant it: a rejected file has one cell more."""
    return tuple(map(unguard, cells[:-1])) if cells[-1].startswith(MARK.rstrip()) else cells


def _keep(cell: str) -> str:
    """Return a cell of a workbook as it is: its texts are never run, so they are never guarded."""
    return cell


def _drop_marks(rows: Iterator[Row], marks: Marks, unguard: Callable[[str], str]) -> Iterator[Row]:
    for row in rows:
        cells = drop_mark(row.cells, unguard)
        marks.seen |= cells is not row.cells
        yield replace(row, cells=cells)


def _take_mark(row: Row, at: int, unguard: Callable[[str], str]) -> Row:
    return replace(row, cells=tuple(map(unguard, (*row.cells[:at], *row.cells[at + 1 :]))))


def _read_rows(records: Iterator[tuple[int, list[str]]], comment: str | None) -> Iterator[Row]:
    for record, (line, cells) in enumerate(records, 1):
        if any(cells) and not (comment and cells[0].lstrip().startswith(comment)):
            yield Row(record, line, tuple(cells))


def _find_header(rows: Iterator[Row], header: Header) -> tuple[tuple[Row, ...], Row | None, Iterator[Row]]:
    if header.absent:
        return (), None, rows
    head: list[Row] = []
    for row in rows:
        head.append(row)
        if len(head) == header.row or (header.contains and header.contains <= set(map(fold_name, row.cells))):
            return tuple(head), row, rows
    wanted = f"in row {header.row}"
    if header.contains:
        wanted = f"with the columns {join_words(sorted(header.contains), 'and')}"
    message = f"The file has no header {wanted}: is it the right export?"
    raise FileDamagedError(Problem("missing_header", message, line=head[-1].line if head else None))


def _name_columns(header: Header, first: Row | None) -> tuple[str, ...]:
    if header.columns:
        return header.columns
    return tuple(str(index) for index, _ in enumerate(drop_mark(first.cells, _keep) if first else (), 1))


def _check_header(header: Row, keys: tuple[str, ...], mapping: Mapping) -> None:
    """Raise if a column that is read is missing, or one stands twice that may not."""
    for index, key in enumerate(keys):
        if key and key in keys[:index] and (key in mapping.used or not mapping.rules.repeated_columns):
            name = header.cells[index]
            where = f"The header in line {header.line}"
            hint = _doubt_header(mapping)
            message = f"{where} has the column {VALUE_MARK} twice: remove or rename one of them{hint}"
            raise FileDamagedError(Problem("duplicate_column", message, column=name, line=header.line, value=name))
    missing = [used.name for key, used in mapping.used.items() if key not in keys and not used.optional]
    if missing:
        problem = say_missing(missing, header)
        raise FileDamagedError(replace(problem, message=problem.message + _doubt_header(mapping)))


def _check_merged(dialect: Dialect | Worksheet, header_line: int, grouping: Grouping | None) -> None:
    """Raise where cells below the header are merged over several rows and the mapping has no words for that."""
    if isinstance(dialect, Dialect) or (grouping is not None and (grouping.carry or grouping.first_only)):
        return
    for row, cells in dialect.merged:
        if row > header_line:
            message = f"The cells {cells} are merged, so only the first of them has a value: unmerge and fill them"
            if grouping is not None:
                message += ", or let the mapping say `cells: first` and `carry: true` under `group:`"
            raise FileDamagedError(Problem("merged_cells", message, line=row))


def _check_others(dialect: Dialect | Worksheet, header: Row) -> None:
    """Raise where a sheet that is not read has the same header: nobody can tell which of them was meant."""
    wanted = set(map(fold_name, filter(None, header.cells))) - {ERROR_MARK}
    if isinstance(dialect, Dialect):
        return
    for other in dialect.others:
        if any(wanted == set(map(fold_name, filter(None, cells))) - {ERROR_MARK} for cells in other.rows):
            message = (
                f'The sheets "{cut_name(dialect.name)}" and "{cut_name(other.name)}" have the same header, '
                "and only one of them is read: let the mapping say which, with `sheet:` under `read:`"
            )
            raise FileDamagedError(Problem("which_sheet", message))


def _doubt_header(mapping: Mapping) -> str:
    """Return what to look at where a header found by its number may be another row than was meant."""
    row = mapping.rules.header.row
    if row in {None, 1}:
        return ""
    return f"; the mapping takes row {row} for the header, and empty rows are not counted"


def say_missing(missing: list[str], header: Row) -> Problem:
    """Given the columns a header lacks, return the problem, with the nearest names it has."""
    hints = []
    present = {fold_name(cell): cell for cell in header.cells if cell}
    for name in missing:
        near = get_close_matches(fold_name(name), present, n=1, cutoff=0.75)
        if near:
            hints.append(f"{quote_name(present[near[0]])} is near to {quote_name(name)}")
    noun = "column" if len(missing) == 1 else "columns"
    hint = f" ({join_words(hints, 'and')})" if hints else ""
    message = f"The header in line {header.line} lacks the {noun} {join_words(missing, 'and')}{hint}"
    return Problem("missing_column", message, column=missing[0], line=header.line)


def _read_preamble(head: tuple[Row, ...], preamble: tuple[Preamble, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for wanted in preamble:
        for number, row in enumerate(head, 1):
            if wanted.row not in {None, number}:
                continue
            cell = row.cells[wanted.cell - 1] if wanted.cell <= len(row.cells) else ""
            text = fold_space(cell) if type(cell) is str else cell
            if wanted.pattern is not None:
                match = wanted.pattern.search(_join_cells(row))
                text = (match[1] if wanted.pattern.groups else match[0]) if match else ""
            if text:
                found.setdefault(wanted.name, text)
    return found


def _join_cells(row: Row) -> str:
    text = " ".join(row.cells)
    try:
        check_length(text)
    except ValueError as reason:
        message = f"Line {row.line} stands before the header, and {reason}: is it the right export?"
        raise FileDamagedError(Problem("missing_header", message, line=row.line)) from None
    return text


def _skip_rows(rows: Iterator[Row], sheet: Sheet, mapping: Mapping) -> Iterator[Row]:
    """Leave out the rows that a rule of the mapping calls no rows: totals, notes, blank keys."""
    skip = mapping.rules.skip
    for row in rows:
        if skip:
            node = Node(sheet.read_values(row), ())
            scope = Scope(node, node, sheet.file, mapping.rules.zone, {})
            if any(_fits(test, scope) for _, test in skip):
                continue
        yield row


def _fits(test: Test, scope: Scope) -> bool:
    """Tell whether a row is left out; one whose cell cannot be read is not, and is told of where it is read."""
    try:
        return test(scope)
    except ValueRefusedError:
        return False
