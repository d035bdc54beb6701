"""A configuration file as it was read: plain data, where each key stands, and what is wrong so far.

Every step of loading adds its findings with a place in the file; none of them stops at the first one.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

KeyPath = tuple[str | int, ...]
"""The way to a value: ("sources", 0, "inbox")."""


class Position(NamedTuple):
    """A place in the file; both count from 1."""

    line: int
    column: int


class Finding(NamedTuple):
    """Something that is wrong, at its place: a sentence that says what to do."""

    position: Position
    sentence: str


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) with the place of each key."""

    data: object = None
    positions: dict[KeyPath, Position] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[KeyPath] = field(default_factory=set)  #: values that could not be read: judged no further

    def find(self, key: KeyPath, sentence: str) -> None:
        """Note what is wrong with the value at `key`; one that is missing is told where its block begins."""
        known = key
        while known and known not in self.positions:
            known = known[:-1]
        self.findings.append(Finding(self.positions.get(known, Position(1, 1)), sentence))

    def written(self, key: KeyPath) -> object:
        """Given the key of a value, return it as the operator wrote it, before `${NAME}` is filled in."""
        value: object = self.data
        for part in key:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
        return value


def show_key(key: KeyPath) -> str:
    """Given the way to a value, return it as an operator says it: `sources[0].inbox`."""
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{_show_name(part)}" for part in key)
    return shown.removeprefix(".") or "the file"


def _show_name(name: str) -> str:
    return name if name.isprintable() and len(name) <= 64 else f"{ascii(name)[:64]}..."
