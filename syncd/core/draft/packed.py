"""Items within one row: in numbered columns, in one cell, or in lists side by side.

Refuses what does not fit each row: an address in three numbered columns is no list of items.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.draft.choose import LIKELY, Choices, choose_columns
from syncd.core.draft.looks import is_number
from syncd.core.draft.model import Column, Line
from syncd.core.draft.words import list_part, score_name
from syncd.core.draft.yaml import quote, quote_text

_SEPARATORS = (";", "|", "\n", ",", " / ", "/", " + ", "&")
_NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
_PATTERNS = (
    (rf"(?P<sku>[^ ].*?) ?[x\u00d7*] ?(?P<qty>[0-9]+)(?: ?(?:@|à|=) ?(?P<price>{_NUMBER}))?", ("sku", "qty", "price")),
    (
        rf"(?P<qty>[0-9]+) ?[x\u00d7*] ?(?P<sku>[^ @]+(?: [^@]+?)??)(?: ?(?:@|à|=) ?(?P<price>{_NUMBER}))?",
        ("qty", "sku", "price"),
    ),
    (r"(?P<sku>[^ ].*?) ?[(\[](?P<qty>[0-9]+)[)\]]", ("sku", "qty")),
)
_PART_SEPARATORS = (":", "|", "=", "~", "*", "@", ",")
_COUNTED = frozenset(["ean", "gtin"])
"""Names of numbers that name one article each, even where a spreadsheet has written them as 4,01E+12."""
_ENOUGH = {"SKU", "Qty"}
_PARTS = {"SKU": "sku", "Qty": "qty", "PricePerUnit": "price", "ItemTitle": "title", "TaxRate": "rate"}


@dataclass(frozen=True, slots=True)
class Packed:
    """Items of a row, as columns of their own."""

    source: tuple[Line, ...]
    columns: tuple[Column, ...]
    used: frozenset[str]  #: names of the columns they are made of


def find_packed(columns: Sequence[Column]) -> Packed | None:
    """Given the columns of a table whose rows are orders, return the items its cells hold, if they do."""
    return _find_numbered(columns) or _find_parallel(columns) or _find_cell(columns)


def _find_numbered(columns: Sequence[Column]) -> Packed | None:
    """Find `sku_1, qty_1, sku_2, ...`: the same names but for a number that counts from 1."""
    families: dict[str, dict[int, Column]] = {}
    for column in columns:
        for found in re.finditer(r"(?<!\d)[1-9]\d?(?!\d)", column.name):
            name = f"{column.name[: found.start()]}{{n}}{column.name[found.end() :]}"
            families.setdefault(name, {})[int(found[0])] = column
    whole = {name: own for name, own in families.items() if "{" not in name.replace("{n}", "") and 1 in own}
    longest = max(map(len, whole.values()), default=0)
    own = [
        Column(
            name,
            tuple(value for each in _list_counted(family) for value in each.values),
            label=name.replace("{n}", " "),
        )
        for name, family in whole.items()
        if len(family) > 1 or longest == 1
    ]
    chosen = choose_columns(own, "item")
    if not chosen.keys() >= _ENOUGH or min(chosen[name].sure for name in _ENOUGH) < LIKELY:
        return None
    used = frozenset(each.name for column in own for each in families[column.name].values())
    line = "  numbered: true", f"likely: {quote(chosen['SKU'].column.name)}, with up to {longest} items"
    return Packed((line,), tuple(own), used)


def _list_counted(family: dict[int, Column]) -> Iterator[Column]:
    number = 1
    while number in family:
        yield family[number]
        number += 1


def _find_parallel(columns: Sequence[Column]) -> Packed | None:
    """Find lists of equal length side by side: `A|B` and `2|1`."""
    for separator in _SEPARATORS:
        chosen: Choices = choose_columns([_split_all(column, separator) for column in columns], "item")
        lists = {name: choice.column for name, choice in chosen.items() if name in _PARTS and choice.sure >= LIKELY}
        by_name = {column.name: column for column in columns}
        sku = lists.get("SKU")
        if sku is None or "Qty" not in lists:
            continue
        wanted = [cell.count(separator) for cell in by_name[sku.name].values]
        fitting = {
            name: column
            for name, column in lists.items()
            if [cell.count(separator) for cell in by_name[column.name].values] == wanted
        }
        if max(wanted, default=0) == 0 or "Qty" not in fitting:
            continue
        names = ", ".join(f"{_PARTS[name]}: {quote(column.name)}" for name, column in fitting.items())
        line = f"  parallel: {{columns: {{{names}}}, separator: {quote_text(separator)}}}"
        parts = tuple(Column(_PARTS[name], column.values) for name, column in fitting.items())
        said = "likely: the lists have the same length in each row"
        return Packed(((line, said),), parts, frozenset(column.name for column in fitting.values()))
    return None


def _split_all(column: Column, separator: str) -> Column:
    return Column(column.name, tuple(part.strip() for cell in column.values for part in cell.split(separator)))


def _find_cell(columns: Sequence[Column]) -> Packed | None:
    """Find several items in one cell: `SKU1 x2; SKU2 x1` or `A-1:2:3.50;B-7:1:9.90`."""
    named = sorted(columns, key=_rate_package, reverse=True)
    for column in named:
        if not column.filled or (_rate_package(column) < LIKELY and not _is_article(column)):
            continue
        for separator in _SEPARATORS:
            entries = [part.strip() for cell in column.filled for part in cell.split(separator) if part.strip()]
            if len(entries) == len(column.filled) and separator != _SEPARATORS[0]:
                continue
            packed = _match_pattern(column, separator, entries) or _match_parts(column, separator, entries)
            if packed is not None:
                return packed
    return None


def _match_pattern(column: Column, separator: str, entries: list[str]) -> Packed | None:
    for pattern, names in _PATTERNS:
        found = [re.fullmatch(pattern, entry) for entry in entries]
        if all(found):
            values = {name: tuple(match[name] or "" for match in found if match) for name in names}
            named = {name: own for name, own in values.items() if any(own)}
            written = pattern if "price" in named else pattern.partition("(?: ?(?:@")[0]
            told = (
                f"{{column: {quote(column.name)}, separator: {quote_text(separator)}, pattern: {quote_text(written)}}}"
            )
            return _pack(column, told, named)
    return None


def _match_parts(column: Column, separator: str, entries: list[str]) -> Packed | None:
    for between in _PART_SEPARATORS:
        parts = [tuple(part.strip() for part in entry.split(between)) for entry in entries]
        width = len(parts[0])
        if between == separator or width < 2 or any(len(each) != width for each in parts):
            continue
        names = _name_parts([[each[at] for each in parts] for at in range(width)])
        if {"sku", "qty"} <= set(names):
            written = "" if between == ":" else f", part_separator: {quote_text(between)}"
            told = f"{{column: {quote(column.name)}, separator: {quote_text(separator)}, parts: "
            told += f"[{', '.join(names)}]{written}}}"
            return _pack(column, told, {name: tuple(each[at] for each in parts) for at, name in enumerate(names)})
    return None


def _name_parts(parts: list[list[str]]) -> list[str]:
    """Return what the parts of an item are: whole numbers are pieces, others prices, the first text the article."""
    names: list[str] = []
    for at, values in enumerate(parts):
        name = f"part{at + 1}"
        if is_number(values) and all(value.isdigit() and len(value) < 5 for value in values) and "qty" not in names:
            name = "qty"
        elif is_number(values) and any("." in value or "," in value for value in values) and "price" not in names:
            name = "price"
        elif "sku" not in names and not is_number(values):
            name = "sku"
        elif "sku" in names and "title" not in names and not is_number(values):
            name = "title"
        names.append(name)
    return names


def _pack(column: Column, told: str, values: dict[str, tuple[str, ...]]) -> Packed:
    own = tuple(Column(name, cells) for name, cells in values.items())
    said = f"likely: each entry of {quote(column.name)} holds {', '.join(values)}"
    return Packed(((f"  cell: {told}", said),), own, frozenset({column.name}))


def _rate_package(column: Column) -> float:
    return max(score_name(column.words, field) for field in list_part("row") if field.name == "Package")


def _is_article(column: Column) -> bool:
    fields = (field for field in list_part("item") if field.name in {"SKU", "ItemTitle"})
    return _COUNTED.isdisjoint(column.words) and any(score_name(column.words, field) >= LIKELY for field in fields)
