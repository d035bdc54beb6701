"""JSON as orders: which keys lead to the list of orders, which list holds their items, and every value by its path.

Lists of names and values become columns by those names. Refuses what holds no object.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from syncd.core.draft.cells import find_nulls, write_nulls
from syncd.core.draft.choose import choose_columns
from syncd.core.draft.model import OPEN, Column, Layout, Line
from syncd.core.draft.yaml import quote
from syncd.core.model import FileDamagedError, Problem

_MOST = 1_000
_MOST_DEEP = 16
_MOST_PLAIN = 3  # entries of a list of plain values
_NAME_KEYS = ("key", "name", "code", "label", "attribute")
_VALUE_KEYS = ("value", "val", "content", "text")
_Objects = list[dict[str, Any]]


def read_objects(text: str) -> tuple[str, Layout]:
    """Given text that looks like JSON, return whether it is json or ndjson, and its layout. Raise FileDamagedError."""
    try:
        root, form = json.loads(text), "json"
    except (ValueError, RecursionError):
        root, form = _parse_lines(text), "ndjson"
    root = _prune(root, _MOST_DEEP)
    keys, orders = _find_orders(root)
    if not orders:
        raise FileDamagedError(Problem("empty", "The file looks like JSON, but no object in it can be read"))
    path = _find_items(orders)
    entries = f"{path.partition('[*]')[0]}["
    order = tuple(column for column in _list_columns(orders) if not path or not column.name.startswith(entries))
    inner = [entry for each in orders for own, entries in _list_lists(each) if own == path for entry in entries]
    item = _list_columns(inner) if path else order
    rows = [[*column.values] for column in (*order, *item)]
    nulls = find_nulls(rows)
    clean = [
        Column(column.name, tuple(row), label=column.label) for column, row in zip((*order, *item), rows, strict=True)
    ]
    structure: list[Line] = [(f"orders: {keys}", "the list whose entries look most like orders")] if keys else []
    return form, Layout(
        reading=tuple(write_nulls(nulls)),
        structure=tuple(structure),
        source=tuple(_write_source(path, orders)),
        count=len(orders),
        counted="orders",
        order=tuple(clean[: len(order)]),
        item=tuple(clean[len(order) :]),
        items_path=path,
        beside=tuple(_list_beside(path, orders)),
        one_table=not path,
    )


def _list_beside(path: str, orders: _Objects) -> Iterator[Column]:
    """Yield the values of the objects that the lists of items stand in, such as parcels."""
    outer, _, inner = path.rpartition("[*].")
    boxes = [entry for each in orders for own, entries in _list_lists(each) if own == outer for entry in entries]
    for column in _list_columns(boxes):
        if not column.name.startswith(f"{inner}["):
            yield Column(f"{outer}[*].{column.name}", column.values)


def _parse_lines(text: str) -> list[Any]:
    found = []
    for line in text.splitlines():
        try:
            found.append(json.loads(line))
        except (ValueError, RecursionError):
            if line.strip():
                break
    return found


def _prune(value: Any, deep: int) -> Any:
    """Return a value without what stands too deep in it to be a field of an order."""
    if isinstance(value, dict):
        return {key: _prune(inner, deep - 1) for key, inner in value.items()} if deep else None
    return [_prune(inner, deep - 1) for inner in value] if isinstance(value, list) and deep else value


def _find_orders(root: Any) -> tuple[str, _Objects]:
    """Return the keys that lead to the orders, and the orders: the list that looks most like orders with items."""
    if isinstance(root, list):
        return "", [each for each in root if isinstance(each, dict)]
    ways = [("", [root]), *((path, each) for path, each in _list_lists(root) if path.replace(".", "").isidentifier())]
    ways += [(path, [each]) for path, each in _list_objects(root) if path.replace(".", "").isidentifier()]
    return max(ways, key=lambda way: _rate_orders(way[1]))


def _rate_orders(orders: _Objects) -> float:
    """Return how much objects look like orders: by fields of their own, and by a list of items in them."""
    direct = [{key: value for key, value in each.items() if not isinstance(value, list)} for each in orders[:20]]
    order = choose_columns(_list_columns(direct), "order")
    return sum(choice.sure for choice in order.values()) + 2 * _rate_items(_find_items(orders[:20]), orders[:20])


def _find_items(orders: _Objects) -> str:
    """Return the path to the list whose entries look most like items; "" if no order has a list of objects."""
    paths = dict.fromkeys(path for order in orders for path, _ in _list_lists(order))
    return max(paths, key=lambda path: _rate_items(path, orders), default="")


def _rate_items(path: str, orders: _Objects) -> float:
    if not path:
        return 0.0
    entries = [entry for order in orders for own, inner in _list_lists(order) if own == path for entry in inner]
    chosen = choose_columns(_list_columns(entries[:50]), "item")
    return sum(choice.sure for name, choice in chosen.items() if name != "OrderLineNumber")


def _list_lists(value: Any, path: str = "") -> Iterator[tuple[str, _Objects]]:
    """Yield each list of objects within objects, with its path; an object that may be the only one of a list, too."""
    for key, inner in _list_named(value):
        own = f"{path}{key}"
        if isinstance(inner, dict):
            if _looks_single(key, inner):
                yield own, [inner]
            yield from _list_lists(inner, f"{own}.")
        elif isinstance(inner, list) and inner and all(isinstance(entry, dict) for entry in inner):
            yield own, inner
            deeper = dict.fromkeys(name for entry in inner for name, _ in _list_lists(entry))
            for name in deeper:
                nested = [each for entry in inner for way, found in _list_lists(entry) if way == name for each in found]
                yield f"{own}[*].{name}", nested


def _looks_single(key: str, value: dict[str, Any]) -> bool:
    """Tell whether an object is a list of one item, as converters of XML write it."""
    chosen = choose_columns(_list_columns([value]), "item")
    return {"SKU", "Qty"} <= chosen.keys() and min(chosen[name].sure for name in ("SKU", "Qty")) > 0.9 and bool(key)


def _list_objects(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for key, inner in _list_named(value):
        if isinstance(inner, dict):
            yield f"{path}{key}", inner
            yield from _list_objects(inner, f"{path}{key}.")


def _list_columns(objects: Sequence[dict[str, Any]]) -> tuple[Column, ...]:
    rows = [list(_list_texts(each)) for each in objects[:_MOST]]
    labels = {name: label for row in rows for name, label, _ in row}
    values = [{name: text for name, _, text in row} for row in rows]
    return tuple(
        Column(name, tuple(row.get(name, "") for row in values), label=label) for name, label in labels.items()
    )


def _list_texts(value: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield each plain value of an object by its path, with what it is called where the path says more."""
    for key, inner in _list_named(value):
        own = f"{path}.{key}" if path else key
        if isinstance(inner, dict):
            yield from _list_texts(inner, own)
        elif isinstance(inner, list):
            plain = [each for each in inner if not isinstance(each, dict | list)]
            yield from ((f"{own}[{at}]", "", _write(each)) for at, each in enumerate(plain[:_MOST_PLAIN]))
            yield from _list_pairs(inner, own)
        else:
            yield own, "", _write(inner)


def _list_pairs(entries: list[Any], path: str) -> Iterator[tuple[str, str, str]]:
    """Yield the values of a list of names and values: `meta[key=ship_by].value`; of another list those of its first."""
    objects = [entry for entry in entries if isinstance(entry, dict)]
    for entry in objects:
        name = next((key for key in _NAME_KEYS if isinstance(entry.get(key), str)), None)
        value = next((key for key in _VALUE_KEYS if key in entry and not isinstance(entry[key], dict | list)), None)
        if name is not None and value is not None and not set(entry[name]) & set('[]"='):
            yield f"{path}[{name}={entry[name]}].{value}", entry[name], _write(entry[value])
        elif entry is objects[0]:
            yield from _list_texts(entry, f"{path}[0]")


def _list_named(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the keys and values of an object, but for keys that no path can name."""
    return ((_quote(key), inner) for key, inner in value.items() if key and '"' not in key)


def _write(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _quote(key: str) -> str:
    return f'"{key}"' if any(mark in key for mark in ".[]") else key


def _write_source(path: str, orders: _Objects) -> Iterator[Line]:
    if path:
        yield f"  from: {quote(path)}", "the list whose entries look most like items"
    elif any(_is_table(inner) for order in orders for _, inner in _list_named(order)):
        yield f"  # from: {OPEN}", f"{OPEN}: the items stand under keys that change; no path can list them"


def _is_table(value: object) -> bool:
    """Tell whether an object's values are objects that look alike: a list that was written as an object."""
    if not isinstance(value, dict) or len(value) < 1 or not all(isinstance(each, dict) for each in value.values()):
        return False
    return "SKU" in choose_columns(_list_columns(list(value.values())), "item")
