"""Paths into a tree: `billing.city`, `lines[0].sku`, `lines[*]`, `meta[key=ship_by].value`, `"a.b".c`.

Refuses nothing while it walks: what is not there is simply not found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from syncd.core.mapping.model import Found, TreePath
from syncd.core.mapping.numbers import round_half_up

_STEP = re.compile(r'(?:^|\.)(?:"([^"]+)"|([^.\[\]"]+))|\[(-?[0-9]+|\*)\]|\[([^=\[\]]+)=([^\[\]]*)\]')


@dataclass(frozen=True, slots=True)
class Every:
    """Each entry of a list, or each whose key has the value."""

    key: str | None = None
    value: str = ""

    def fits(self, entry: object) -> bool:
        """Tell whether an entry is meant."""
        if self.key is None:
            return True
        return isinstance(entry, dict) and write_scalar(entry.get(self.key)) == self.value


Step = str | int | Every


def fold_name(name: str) -> str:
    """Given a column's name, return it with case and white space folded, as names are compared."""
    return " ".join(name.casefold().split())


def parse_path(text: str, *, fold: bool) -> tuple[Step, ...]:
    """Given a path and whether names are folded, return its steps. Raise ValueError with half a sentence."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise ValueError(f"is no path: it cannot be read from {text[at:]!r} on; write it like lines[0].sku")
        quoted, plain, index, key, value = found.groups()
        if index is not None:
            steps.append(Every() if index == "*" else int(index))
        elif key is not None:
            steps.append(Every(fold_name(key) if fold else key, value.strip().strip('"')))
        else:
            name = quoted or plain
            steps.append(fold_name(name) if fold else name)
        at = found.end()
    return tuple(steps)


def find_all(value: Any, path: TreePath, steps: tuple[Step, ...]) -> Iterator[Found]:
    """Given a part of a tree, where it stands and the steps, yield each value they lead to and its place."""
    if not steps:
        yield value, path
        return
    step, rest = steps[0], steps[1:]
    match step:
        case str() if isinstance(value, dict) and step in value:
            yield from find_all(value[step], (*path, step), rest)
        case int() if isinstance(value, list) and -len(value) <= step < len(value):
            index = step % len(value)
            yield from find_all(value[index], (*path, index), rest)
        case Every() if isinstance(value, list):
            for index, entry in enumerate(value):
                if step.fits(entry):
                    yield from find_all(entry, (*path, index), rest)
        case _:
            return


def write_steps(path: TreePath, steps: tuple[Step, ...]) -> TreePath:
    """Given where a walk began and its steps, return the place that was meant, for what was not found."""
    return (*path, *(0 if isinstance(step, Every) else step for step in steps))


def write_scalar(value: object) -> str:
    """Given a value of a tree, return it as text: what conditions compare."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        value = round_half_up(value, None)
    return format(value, "f") if isinstance(value, Decimal) else str(value)
