"""The lines of an address that street, house and flat go into.

Refuses to write a flat behind the street where it is more than a number: that is a line of its own.
"""

import re
from collections.abc import Iterator

from syncd.core.draft.choose import Choices
from syncd.core.draft.model import OPEN, Line
from syncd.core.draft.values import Writer
from syncd.core.draft.yaml import quote_text

_SHORT = re.compile(r"\d+\w?")
_MARKS = frozenset('{}[]"\\|')  # mean something in a template


def write_street(writer: Writer, block: Choices, name: str, indent: str) -> Iterator[Line]:
    """Given the columns of an address and which of its lines is wanted, Address1 or Address2, yield it."""
    joined = _list_joined(block)
    if name == "Address1" and name in block:
        yield f"{indent}Address1: {_join(writer, block, joined)}", say_least(block, name, *joined)
    elif name == "Address1":
        yield f"{indent}# Address1: {OPEN}", f"{OPEN}: no column looks like it"
    elif name in block:
        yield f"{indent}{name}: {writer.write_cell(block[name].column)}", block[name].say()
    elif "Flat" in block and "Flat" not in joined:
        yield f"{indent}{name}: {writer.write_cell(block['Flat'].column)}", block["Flat"].say()


def say_least(block: Choices, *names: str) -> str:
    """Given the columns of an address and names of fields in it, return how sure the least sure of them is."""
    return min((block[name] for name in names), key=lambda choice: (choice.sure, not choice.rival)).say()


def _join(writer: Writer, block: Choices, joined: list[str]) -> str:
    """Return the street with its numbers, that of the flat behind a stroke."""
    columns = [block[name].column for name in ("Address1", *joined)]
    if not joined:
        return writer.write_cell(columns[0])
    if "Flat" not in joined or any(column.of or _MARKS & set(column.name) for column in columns):
        return f"{{join: [{', '.join(map(writer.write_plain, columns))}]}}"
    street, *between, flat = map(writer.name, columns)
    house = "".join(f"[ {{{name}}}]" for name in between)
    return f"{{template: {quote_text(f'{{{street}}}{house}[/{{{flat}}}]')}}}"


def _list_joined(block: Choices) -> list[str]:
    """Return which parts of an address stand behind the street: the house's number, and the flat's if it is short."""
    names = ["HouseNumber"] if "HouseNumber" in block else []
    flats = block["Flat"].column.filled if "Flat" in block and "Address1" in block else []
    return [*names, "Flat"] if flats and all(map(_SHORT.fullmatch, flats)) else names
