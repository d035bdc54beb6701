"""Which column is which field: by its name, and by the look of its values. Each choice says how sure it is.

The best pair of field and column goes first, and a column is one field of its part only. Refuses to choose what a
name of no field fits better: that stays open.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from syncd.core.draft.looks import fits
from syncd.core.draft.model import OPEN, Column
from syncd.core.draft.words import Field, Words, find_role, list_part, score_name, split_name
from syncd.core.draft.yaml import quote

ENOUGH = 0.5
LIKELY = 0.68
_SURE = 0.9
_ASKED = 0.8  # a guess that is less sure is asked
_NEAR = 0.1
_RIVALLED = 0.85
_MARKET = 0.85  # an id of the marketplace is no code of the seller's
_MARKETS = frozenset(["offer", "listing", "auction"])
_ANYBODY = {"EmailAddress", "PhoneNumber"}
"""Fields of an address that may be the buyer's as well; a company is asked then."""
_UNRIVALLED = _ANYBODY | {"OrderLineNumber"}
"""Fields that many columns fit, any of which will do."""
_UNNAMED = 0.93  # of the score of a name that says which address it is of
_OTHERS = 0.8
_OWN = 2  # of these an address of its own has, at least
_BY_LAST_KEY = 0.7
_BY_BARE = 0.97
_VAGUE = frozenset(
    ["id", "no", "name", "code", "type", "valu", "date", "time", "amount", "reference", "text", "total", "status"]
)
_TELLING = {"Address1", "Town", "PostCode"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A column for a field."""

    column: Column
    sure: float  #: 0 to 1
    by_look: bool = False
    rival: str = ""  #: another column that its name fits nearly as well

    def say(self) -> str:
        """Return how sure it is, in words."""
        sure = min(self.sure, _RIVALLED) if self.rival else self.sure
        word = "sure" if sure >= _SURE else "likely" if sure >= LIKELY else "a guess"
        how = "by its values alone" if self.by_look else "by its name"
        if self.column.filled and not self.by_look:
            how += " and values"
        elif not self.column.filled:
            how += ", it is empty here"
        if self.rival:
            how += f"; also: {quote(self.rival)}; {OPEN}: which column is it?"
        elif self.by_look or sure < _ASKED:
            how += f"; {OPEN}: is it this column?"
        return f"{word} ({sure:.0%}), {how}"


Choices = dict[str, Choice]


def choose_columns(
    columns: Sequence[Column], part: str, role: str = "", taken: Mapping[str, float] | None = None
) -> Choices:
    """Given columns, a part of the order and for an address its role, return the best column for each field.

    `taken` are the names of columns that are other fields already, with how sure that is.
    """
    neutral = _tell_neutral(columns) if part == "address" else ""
    pairs = []
    for at, column in enumerate(columns):
        words = column.words
        most = max(_rate_decoy(words, part), (taken or {}).get(column.name, 0.0))
        for field in list_part(part):
            score = max(score_name(words, field), _rate_last_key(column, field), _rate_bare(column, field))
            if score < ENOUGH or score <= most:
                continue
            score *= 1.0 if part != "address" else _rate_role(words, field, role, neutral)
            score *= _rate_market(column, field) * (1 if column.filled else 0.75)
            if score >= ENOUGH and fits(field.look, column.filled):
                pairs.append((score, -at, field, column))
    chosen: Choices = {}
    used: set[str] = set()
    for score, _, field, column in sorted(pairs, key=lambda pair: pair[:2], reverse=True):
        if field.name not in chosen and column.name not in used:
            chosen[field.name] = Choice(column, score)
            used.add(column.name)
    for score, _, field, column in pairs:
        best = chosen.get(field.name)
        if (
            best is None
            or best.rival
            or field.name in _UNRIVALLED
            or column.name in used
            or column.values == best.column.values
        ):
            continue
        if column.filled and score >= best.sure - (2 if field.name == "SKU" else 1) * _NEAR:
            chosen[field.name] = replace(best, rival=column.name)
    return chosen


def take(choices: Choices, besides: Collection[str] = ()) -> dict[str, float]:
    """Given choices, return the columns that are taken by them, with how sure that is, some fields aside."""
    return {choice.column.name: choice.sure for name, choice in choices.items() if name not in besides}


def _rate_last_key(column: Column, field: Field) -> float:
    """Return how well the last key of a path names a field: `money.ccy`; a name such as id says too little."""
    last = split_name(column.name.rpartition(".")[2]) if "." in column.name and not column.label else ()
    return _BY_LAST_KEY * score_name(last, field) if last and _VAGUE.isdisjoint(last) else 0.0


def _rate_bare(column: Column, field: Field) -> float:
    """Return how well a name without what stands in parentheses names a field: `Price (EUR)`."""
    bare = re.sub(r"[(\[].*?[)\]]", " ", column.label or column.name)
    return _BY_BARE * score_name(split_name(bare), field) if "(" in column.name else 0.0


def _rate_market(column: Column, field: Field) -> float:
    """Return how well an article's code may be the seller's own: one that a marketplace counts is not."""
    offer = bool(_MARKETS.intersection(column.words))
    if field.name == "OrderLineNumber":
        return 0.0 if offer else 1.0
    counted = field.name == "SKU" and (offer or column.words == ("item", "id"))
    return _MARKET if counted and all(map(str.isdigit, column.filled)) else 1.0


def _rate_decoy(words: Words, part: str) -> float:
    """Return how well a name fits what no field is made of; the state of an order is no field of it, either."""
    parts = ("other",) if part in {"state", "row"} else ("other", "state")
    return max(score_name(words, field) for other in parts for field in list_part(other))


def _tell_neutral(columns: Sequence[Column]) -> str:
    """Return which address columns are of that do not say it: the delivery's, unless that has columns of its own."""
    told = {
        (find_role(column.words), field.name)
        for column in columns
        for field in list_part("address")
        if field.name in _TELLING and score_name(column.words, field) > LIKELY
    }
    roles = Counter(role for role, _ in told)
    if roles["delivery"] < _OWN:
        return "delivery"
    return "billing" if roles["billing"] < _OWN else "none"


def _rate_role(words: Words, field: Field, role: str, neutral: str) -> float:
    own = find_role(words)
    if own == role:
        return 1.0
    anybody = field.name in _ANYBODY
    if own:
        return _OTHERS if anybody else 0.0
    if neutral != role and field.name == "Company":
        return _OTHERS if role == "delivery" else 0.0
    return _UNNAMED if neutral == role or anybody else 0.0
