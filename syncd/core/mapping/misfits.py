"""Keys of a mapping that mean nothing together: they would be passed over in silence, so they are refused.

Looks at the data alone, whose shape was checked before. Refuses to judge what a single key says.
"""

from collections.abc import Iterator
from typing import Any

from syncd.core.mapping.model import Fault
from syncd.core.mapping.paths import fold_name

_OF_TABLES = ("delimiter", "quoting", "header", "columns", "comment", "skip", "preamble", "repeated_columns")
_OF_TEXT = ("encoding", "delimiter", "quoting", "final_newline")
_OF_SHEETS = ("sheet", "hidden_rows")
_OF_ROWS = ("records", "blocks", "group", "classes")
_OF_ONE_HEADER = ("header", "columns", "skip", "preamble", "repeated_columns")
_SOURCES = ("from", "numbered", "cell", "parallel")


def list_misfits(data: dict[str, Any]) -> Iterator[Fault]:
    """Given a mapping's data, yield a fault for each key that has no effect beside the others."""
    read, items = data.get("read", {}), data.get("items", {})
    form = read.get("format", "csv")
    alien = {"csv": _OF_SHEETS, "xlsx": _OF_TEXT}.get(form, (*_OF_SHEETS, *_OF_TABLES))
    for word in alien if "format" in read else ():
        if word in read:
            yield Fault(("read", word), f"means nothing for `format: {form}`; take it out")
    if form in {"json", "ndjson"}:
        for word in _OF_ROWS:
            if word in data:
                yield Fault((word,), f"means nothing for `format: {form}`; take it out")
    elif "orders" in data:
        yield Fault(("orders",), "is for JSON; take it out, or say `format: json` under read:")
    yield from _list_layouts(data, read)
    given = [word for word in _SOURCES if word in items]
    if len(given) > 1:
        yield Fault(("items", given[1]), f"cannot stand beside {given[0]}: items come from one place")
    cell = items.get("cell", {})
    if cell and ("parts" in cell) is ("pattern" in cell):
        yield Fault(("items", "cell"), "needs parts: or pattern:, one of the two: what an entry holds")


def _list_layouts(data: dict[str, Any], read: dict[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each key of another layout than the one that `records:` or `blocks:` begins."""
    layout = next((word for word in ("records", "blocks") if word in data), None)
    if layout is None:
        return
    for word in _OF_ROWS[1:]:
        if word in data and word != layout:
            yield Fault((word,), f"means nothing beside `{layout}:`; take it out")
    for word in _OF_ONE_HEADER:
        if word in read:
            yield Fault(("read", word), f"means nothing beside `{layout}:`; take it out")
    names = [fold_name(block["name"]) for block in data.get("blocks", ())]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Fault(("blocks", index, "name"), f"is the name of another table, too: {name}; give each its own")
