"""Which column is which field: by its name, then by the look of its values. Each choice says how sure it is.

Refuses to choose what has neither the name nor the look: that stays open.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.core.draft.looks import fits
from syncd.core.draft.survey import Column
from syncd.core.draft.words import Field, find_role, list_fields, score_name, split_name

_ENOUGH = 0.45
_LIKELY = 0.65
_BY_LOOK = {"ReferenceNumber", "ReceivedDate", "Currency", "EmailAddress"}
"""Fields that the look of values alone may tell, where no name does."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A column for a field."""

    column: Column
    sure: float  #: 0 to 1

    def say(self) -> str:
        """Return how sure it is, in words."""
        word = "sure" if self.sure >= 0.9 else "likely" if self.sure >= _LIKELY else "a guess"
        how = "by its values alone" if self.sure < _ENOUGH else "by its name"
        if not self.column.filled:
            how += ", it is empty here"
        return f"{word} ({self.sure:.0%}), {how}"


def choose_columns(columns: Sequence[Column], part: str, role: str = "") -> dict[str, Choice]:
    """Given columns, a part of the order and for an address its role, return the best column for each field."""
    chosen: dict[str, Choice] = {}
    for field in list_fields():
        if field.part == part:
            choices = [Choice(column, _score(column, field, role)) for column in columns]
            best = max(choices, key=lambda choice: choice.sure, default=None)
            if best is not None and best.sure > 0:
                chosen[field.name] = best
    taken = {id(choice.column) for choice in chosen.values() if choice.sure >= _LIKELY}
    return {name: choice for name, choice in chosen.items() if choice.sure >= _LIKELY or id(choice.column) not in taken}


def _score(column: Column, field: Field, role: str) -> float:
    words, values = split_name(column.name), column.filled
    own = find_role(words) if field.part == "address" else ""
    named = 0.0 if own not in {"", role} or (role == "billing" and not own) else score_name(words, field)
    if named < _ENOUGH:
        nameless = len(words) <= 2 and words[-1:] != () and words[-1].isdigit()
        return 0.3 if nameless and values and field.name in _BY_LOOK and fits(field.look, values) else 0.0
    if not fits(field.look, values):
        return 0.0
    return named * (1 if values else 0.7) * (0.93 if role and not own else 1)
