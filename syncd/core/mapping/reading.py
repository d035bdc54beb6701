"""A file by its mapping: text in, one `MappedOrder` or `LeftOut` or `Broken` for each order out.

What comes of them (checks, payload, hash) is for `intake`, as in every layout.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from syncd.core.decode import Text
from syncd.core.limits import Limits
from syncd.core.mapping.csv_rows import Sheet, open_sheet
from syncd.core.mapping.joined import grow_joined
from syncd.core.mapping.model import Mapping, Tree, TreePath, list_parts
from syncd.core.mapping.orders import Reader, read_order
from syncd.core.mapping.records import grow_records
from syncd.core.mapping.trees import find_contradictions, grow_rows
from syncd.core.model import VALUE_MARK, Element, Invalid, Notice, Place, Problem, Skipped
from syncd.core.places_json import JsonPath, parse_path, write_path, write_pointer
from syncd.core.read_csv import CsvSettings
from syncd.core.read_json import find_places, parse_element, read_elements
from syncd.core.rules import REFERENCE
from syncd.core.say import cut_name, show_value
from syncd.core.validate import ERROR_MARK
from syncd.core.xlsx.worksheet import Workbook, Worksheet

_FEW = 5
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class MappedOrder:
    """An order as the mapping makes it, before it is converted and checked."""

    reference: str | None
    records: tuple[int, ...]
    lines: tuple[int, ...]
    payload: dict[str, object]
    problems: tuple[Problem, ...]
    reader: Reader
    mended: bool  #: stands in a rejected file that was dropped again

    def locate(self, pointer: str) -> Place:
        """Given a JSON pointer into the payload, return where its value, or what is around it, is in the file."""
        return self.reader.locate(_parse(pointer))

    def list_columns(self, pointer: str) -> tuple[str, ...]:
        """Given a JSON pointer into the payload, return the columns its value is put together from."""
        parts = list_parts(self.reader.places.get(_parse(pointer), ()))
        return tuple(dict.fromkeys(filter(None, (self.reader.tree.locate(part).column for part in parts))))

    def stands(self, pointer: str) -> bool:
        """Given a JSON pointer into the payload, tell whether its value is read from the file: no constant."""
        return _parse(pointer) in self.reader.places

    def find_written(self, pointer: str) -> object:
        """Given a JSON pointer into the payload, return its value as the file has it; None where it has none."""
        at = _parse(pointer)
        path = None if at in self.reader.derived else self.reader.places.get(at)
        value: Any = self.reader.tree.root if path else None
        for step in path or ():
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def choose_mapped_encoding(declared: str, mapping: Mapping, head: bytes) -> str:
    """Given the source's encoding, the mapping and a file's first bytes, return the encoding to read it in.

    A byte order mark wins over any declared encoding: no text begins with those bytes by chance.
    """
    if head.startswith(_MARKS):
        return "utf-8"  # where the mark decides
    return mapping.rules.encoding or declared


def build_csv_settings(mapping: Mapping, declared: CsvSettings) -> CsvSettings:
    """Given a mapping and what the source declares, return how CSV is read: the mapping's word wins."""
    rules = mapping.rules
    required = rules.final_newline_required
    return CsvSettings(
        delimiter=rules.delimiter or declared.delimiter,
        final_newline_required=declared.final_newline_required if required is None else required,
        limits=declared.limits,
        quoting=rules.quoting,
    )


def read_mapped(
    text: Text | Workbook, settings: CsvSettings, mapping: Mapping, zone: ZoneInfo | None
) -> Iterator[MappedOrder | Invalid | Skipped | Notice]:
    """Given a file's text, what its source declares and its mapping, yield its orders. Raise FileDamagedError."""
    if isinstance(text, Workbook) or mapping.rules.format == "csv":
        return _read_rows(text, settings, mapping, zone)
    return _read_json(text, settings.limits, mapping, zone)


def _read_rows(
    text: Text | Workbook, settings: CsvSettings, mapping: Mapping, zone: ZoneInfo | None
) -> Iterator[MappedOrder | Invalid | Skipped | Notice]:
    sheet = open_sheet(text, build_csv_settings(mapping, settings), mapping)
    if isinstance(sheet.dialect, Worksheet) and sheet.dialect.others:
        yield Notice(_say_unread([other.name for other in sheet.dialect.others]))
    for tree in _grow(sheet, mapping, settings.limits):
        if tree.problems:  # which cell belongs to which column is anybody's guess: nothing more is said of them
            reference = _read_reference(tree, mapping, zone)
            yield Invalid(reference, tree.records[0], tree.records, tree.lines, tuple(tree.problems))
            continue
        in_rows = mapping.records is None and not mapping.blocks
        contradictions = find_contradictions(tree, mapping) if in_rows else []
        yield _make_order(tree, mapping, zone, contradictions, mended=sheet.marks.seen)


def _read_json(
    text: Text, limits: Limits, mapping: Mapping, zone: ZoneInfo | None
) -> Iterator[MappedOrder | Invalid | Skipped]:
    keys = mapping.rules.orders
    for element in read_elements(text, limits, lines=mapping.rules.format == "ndjson", keys=keys or None):
        root = parse_element(element, limits)
        records, lines = (element.record,), (element.line,)
        if not isinstance(root, dict):
            message = f"The order is {VALUE_MARK}; it must be an object with fields of its own"
            problem = Problem("type", message, line=element.line, value=show_value(root))
            yield Invalid(None, element.record, records, lines, (problem,))
            continue
        tree = Tree(root, [], records, lines, _index_json(element))
        yield _make_order(tree, mapping, zone, [], mended=ERROR_MARK in root)


def _say_unread(names: list[str]) -> Problem:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    named = ", ".join(f'"{cut_name(name)}"' for name in names[:_FEW])
    verbs = ("has", "was") if len(names) == 1 else ("have", "were")
    message = (
        f"{named}{more} also {verbs[0]} data and {verbs[1]} not read; the mapping may say which sheet is meant, "
        "by `sheet:` under `read:`"
    )
    return Problem("other_sheets", message)


def _grow(sheet: Sheet, mapping: Mapping, limits: Limits) -> Iterator[Tree]:
    if mapping.records is not None:
        return grow_records(sheet, mapping, mapping.records, limits)
    return grow_joined(sheet, mapping, limits) if mapping.blocks else grow_rows(sheet, mapping, limits)


def _make_order(
    tree: Tree, mapping: Mapping, zone: ZoneInfo | None, contradictions: list[Problem], *, mended: bool
) -> MappedOrder | Skipped:
    read = read_order(tree, mapping, zone, contradictions)
    given = read.payload.get(REFERENCE)
    reference = str(given) if given is not None else None
    if read.skipped is not None:
        return Skipped(reference, tree.records[0], tree.records, tree.lines, read.skipped)
    return MappedOrder(reference, tree.records, tree.lines, read.payload, read.problems, read.reader, mended)


def _read_reference(tree: Tree, mapping: Mapping, zone: ZoneInfo | None) -> str | None:
    given = read_order(tree, mapping, zone, []).payload.get(REFERENCE)
    return str(given) if given is not None else None


def _parse(pointer: str) -> JsonPath:
    return parse_path(pointer)


def _index_json(element: Element) -> Callable[[TreePath], Place]:
    """Given an order's text, return what finds the line of a path; the text is walked once, when first asked."""
    list_places = cache(lambda: find_places(element))

    def locate(path: TreePath) -> Place:
        places, around = list_places(), path
        while write_pointer(around) not in places:  # the order itself is always there
            around = around[:-1]
        return Place(places[write_pointer(around)].line, write_path(path))

    return locate
