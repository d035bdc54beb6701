"""Where each value of a JSON text stands: walked only to word a problem, never for a good order.

Expects text that the parser has accepted, at least as far as it is walked; judges nothing.
"""

import json
import re
from collections.abc import Iterator

from syncd.core.model import Element, Place

JsonPath = tuple[str | int, ...]
"""The keys and indexes that lead to a value; empty for the outermost."""

_TOKEN = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],]|[^ \t\r\n"{}\[\],:]++', re.DOTALL
)  # fmt: skip


def find_places(element: Element) -> dict[str, Place]:
    """Given an order's text that `parse_element` accepted, return each value's place by JSON pointer.

    Pointers are escaped as RFC 6901 says; "" is the order itself. A place's column is the path of keys,
    such as `OrderItems[0].Qty`.
    """
    places: dict[str, Place] = {}
    line, counted = element.line, 0
    for at, path in walk_values(element.text):
        line += element.text.count("\n", counted, at)
        counted = at
        places[write_pointer(path)] = Place(line, write_path(path))
    return places


def walk_values(text: str) -> Iterator[tuple[int, JsonPath]]:
    """Given JSON text, yield where each value begins and its path, in the order of the text."""
    path: list[str | int] = []  # of an open object, "" until its next key is read
    keys_due: list[bool] = []  # for each open container: whether a string that comes next is a key
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "}" | "]":
                path.pop()
                keys_due.pop()
            case ",":
                last = path[-1]
                if isinstance(last, int):
                    path[-1] = last + 1
                else:
                    keys_due[-1] = True
            case key if keys_due and keys_due[-1] and key[0] == '"':
                path[-1] = json.loads(key)
                keys_due[-1] = False
            case value:
                yield token.start(), tuple(path)
                if value in {"{", "["}:
                    path.append("" if value == "{" else 0)
                    keys_due.append(value == "{")


def write_pointer(path: JsonPath) -> str:
    """Given a path, return it as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """Given a JSON pointer, return its parts as they are written."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def parse_path(pointer: str) -> JsonPath:
    """Given a JSON pointer, return its path; what looks like a place in a list is taken for one."""
    return tuple(int(part) if part.isdecimal() and len(part) < 10 else part for part in parse_pointer(pointer))


def write_path(path: JsonPath) -> str | None:
    """Given a path, return it as people write it, such as `OrderItems[0].Qty`; None for the order itself."""
    steps = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(steps).removeprefix(".") or None
