"""An unknown export, looked at: its encoding and format, its columns or keys, and the values under them.

Tries what fits best and holds what it is given. Refuses only what is no text, or holds no rows at all.
"""

import codecs
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from syncd.core.decode import Text, open_text
from syncd.core.draft.words import list_fields, score_name, split_name
from syncd.core.limits import Limits
from syncd.core.model import FileDamagedError, Problem
from syncd.core.read_csv import CsvSettings, open_records
from syncd.core.split_csv import Quoting

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
MOST_ROWS = 1_000
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTINGS: tuple[Quoting, ...] = ("strict", "lenient", "none")
_WORTH_A_LIST = 0.9


@dataclass(frozen=True, slots=True)
class Column:
    """A column or key, with the values of it that were seen."""

    name: str
    values: tuple[str, ...]  #: a text for each row or object, "" where it is empty

    @property
    def filled(self) -> list[str]:
        """The values that are there, without white space around them."""
        return [value.strip() for value in self.values if value.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was seen of a file."""

    format: str  #: csv, json or ndjson
    encoding: str | None  #: None: a byte order mark says it
    delimiter: str = ""
    quoting: str = "strict"
    header_row: int = 1  #: counts from 1, blank lines aside; 0: none
    kinds: dict[str, int] = field(default_factory=dict)  #: record types, with the number of their columns
    orders: str = ""  #: JSON: the keys that lead to the list of orders
    items: str = ""  #: the list of an order's items
    count: int = 0  #: of rows or objects
    columns: tuple[Column, ...] = ()
    item_columns: tuple[Column, ...] = ()  #: of items that are not rows
    footers: tuple[str, ...] = ()  #: first cells of rows that are no rows, such as totals
    repeated: tuple[str, ...] = ()  #: names that stand twice in the header


def survey_file(data: bytes, name: str) -> Survey:
    """Given the first bytes of a file, whole lines of it, and its name, return what is seen. Raise FileDamagedError."""
    encoding = _find_encoding(data)
    text = "".join(open_text(iter([data]), encoding or "utf-8").chunks)
    if text.lstrip()[:1] in {"{", "["} and not name.lower().endswith((".csv", ".tsv", ".txt")):
        return _survey_json(text, encoding)
    return _survey_csv(text, encoding)


def _find_encoding(data: bytes) -> str | None:
    if data.startswith(_MARKS):
        return None
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "iso-8859-1"


def _survey_csv(text: str, encoding: str | None) -> Survey:
    tried = [(delimiter, quoting, _read(text, delimiter, quoting)) for delimiter in DELIMITERS for quoting in _QUOTINGS]
    delimiter, quoting, rows = max(tried, key=lambda each: _rate(each[2]))
    rows = rows or _read_all(text, ",", "none")  # which says what is wrong
    kinds = _find_kinds(rows)
    if kinds:
        return _survey_records(
            rows, kinds, Survey(format="csv", encoding=encoding, delimiter=delimiter, quoting=quoting)
        )
    header = _find_header(rows)
    body = rows[header:]
    names = rows[header - 1] if header else [str(index) for index in range(1, len(rows[0]) + 1)]
    full = {row[0] for row in body if sum(map(bool, row)) > 0.25 * sum(map(bool, names))}
    whole = [row for row in body if row[0] in full]  # further rows of an order may be nearly empty
    counts = Counter(names)
    own = bool(names[0].strip()) and counts[names[0]] == 1
    columns = (
        Column(name, tuple(row[index] if index < len(row) else "" for row in whole))
        for index, name in enumerate(names)
        if name.strip() and counts[name] == 1
    )
    return Survey(
        format="csv",
        encoding=encoding,
        delimiter=delimiter,
        quoting=quoting,
        header_row=header,
        count=len(whole),
        columns=tuple(columns),
        footers=tuple(dict.fromkeys(row[0].strip() for row in body if row[0] not in full)) if own else (),
        repeated=tuple(name for name, times in counts.items() if name.strip() and times > 1),
    )


def _read(text: str, delimiter: str, quoting: Quoting) -> list[list[str]]:
    try:
        return _read_all(text, delimiter, quoting)
    except FileDamagedError:
        return []


def _read_all(text: str, delimiter: str, quoting: Quoting) -> list[list[str]]:
    settings = CsvSettings(delimiter, False, Limits(), quoting)
    _, records = open_records(Text("utf-8", b"", iter([text])), settings, frozenset())
    return [cells for (_, cells), _ in zip(records, range(MOST_ROWS), strict=False) if any(cells)]


def _rate(rows: list[list[str]]) -> tuple[bool, float]:
    """Return how well a way of reading fits: many rows of one width, more than one cell wide."""
    if not rows:
        return False, 0.0
    width, times = Counter(map(len, rows)).most_common(1)[0]
    return width > 1, times / len(rows)


def _find_kinds(rows: list[list[str]]) -> dict[str, int]:
    """Return the types of record, in the order they appear, if the first cells look like such."""
    widths: dict[str, set[int]] = {}
    for row in rows:
        widths.setdefault(row[0], set()).add(len(row))
    typed = all(len(name) <= 4 and name.isalnum() and name.isupper() for name in widths)
    steady = all(len(each) == 1 for each in widths.values())
    if typed and steady and 1 < len(widths) <= len(rows) / 2 and len(set(map(len, rows))) > 1:
        return {name: min(each) - 1 for name, each in widths.items()}
    return {}


def _survey_records(rows: list[list[str]], kinds: dict[str, int], seen: Survey) -> Survey:
    """The order's type is the first that comes again, the items' the one that comes most often."""
    times = Counter(row[0] for row in rows)
    order = next(name for name in kinds if times[name] > 1)
    item = max((name for name in kinds if name != order), key=lambda name: times[name])

    def list_columns(kind: str) -> tuple[Column, ...]:
        own = [row for row in rows if row[0] == kind]
        return tuple(Column(f"{kind}{at}", tuple(row[at] for row in own)) for at in range(1, kinds[kind] + 1))

    return Survey(
        format="csv",
        encoding=seen.encoding,
        delimiter=seen.delimiter,
        quoting=seen.quoting,
        kinds={order: kinds[order], item: kinds[item], **kinds},
        items=item,
        count=times[order],
        columns=list_columns(order),
        item_columns=list_columns(item),
    )


def _find_header(rows: list[list[str]]) -> int:
    """Return the number of the row that names the columns: the first wide one of texts without digits alone."""
    widest = max(sum(map(bool, row)) for row in rows[:20])
    for number, row in enumerate(rows[:20], 1):
        filled = [cell for cell in row if cell.strip()]
        named = all(any(letter.isalpha() for letter in cell) and "@" not in cell for cell in filled)
        if len(filled) >= 0.6 * widest and named:
            return number
    return 0


def _survey_json(text: str, encoding: str | None) -> Survey:
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        root = json.loads(text)
        form = "json"
    except ValueError:
        root, form = _parse_lines(lines), "ndjson"
    keys, orders = _find_orders(root)
    if not orders:
        raise FileDamagedError(Problem("empty", "The file looks like JSON, but no object in it can be read"))
    items = max((path for order in orders for path, _ in _list_lists(order)), key=_rate_items(orders), default="")
    inner = [entry for order in orders for path, entries in _list_lists(order) if path == items for entry in entries]
    return Survey(
        format=form,
        encoding=encoding,
        orders=keys,
        items=items,
        count=len(orders),
        columns=_list_columns(orders),
        item_columns=_list_columns(inner),
    )


def _parse_lines(lines: list[str]) -> list[Any]:
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found


def _find_orders(root: Any) -> tuple[str, list[dict[str, Any]]]:
    """Return the keys that lead to the orders, and the orders: the list whose entries hold lists themselves."""
    if isinstance(root, list):
        return "", [each for each in root if isinstance(each, dict)]
    lists = [(path, entries) for path, entries in _list_lists(root) if any(map(any, map(_list_lists, entries)))]
    return lists[0] if lists else ("", [root])


def _list_lists(value: Any, path: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each list of objects within objects, with its path."""
    for key, inner in value.items():
        if not key or '"' in key:  # no path can name it
            continue
        if isinstance(inner, dict):
            yield from _list_lists(inner, f"{path}{_quote(key)}.")
        elif isinstance(inner, list) and inner and all(isinstance(entry, dict) for entry in inner):
            yield f"{path}{_quote(key)}", inner


def _rate_items(orders: list[dict[str, Any]]) -> Any:
    """Return what rates a path: how many of the fields of an item its objects have."""
    fields = [each for each in list_fields() if each.part == "item"]

    def rate(path: str) -> int:
        entries = [entry for order in orders for own, inner in _list_lists(order) if own == path for entry in inner]
        names = {split_name(column.name) for column in _list_columns(entries)}
        return sum(any(score_name(name, each) > _WORTH_A_LIST for name in names) for each in fields)

    return rate


def _list_columns(objects: list[dict[str, Any]]) -> tuple[Column, ...]:
    rows = [dict(_list_texts(each)) for each in objects[:MOST_ROWS]]
    names = dict.fromkeys(name for row in rows for name in row)
    return tuple(Column(name, tuple(row.get(name, "") for row in rows)) for name in names)


def _list_texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value of an object that is no object, by its path; of lists only plain values, the first three."""
    for key, inner in value.items():
        if not key or '"' in key:  # no path can name it
            continue
        own = f"{path}.{_quote(key)}" if path else _quote(key)
        if isinstance(inner, dict):
            yield from _list_texts(inner, own)
        elif isinstance(inner, list):
            plain = (each for each in inner if not isinstance(each, dict | list))
            yield from ((f"{own}[{index}]", str(each)) for index, each in zip(range(3), plain, strict=False))
        else:
            yield own, "" if inner is None else str(inner)


def _quote(key: str) -> str:
    return f'"{key}"' if any(mark in key for mark in ".[]") else key
