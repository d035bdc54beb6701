"""Names of columns as words, and how well they name a field: `shipTo.street[0]` is ship, to, street, 1.

Words are folded (no case, no accents, no umlauts); what they may mean stands in `synonyms`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from syncd.core.draft.synonyms import (
    BILLING,
    CLASSES,
    DELIVERY,
    ITEM_HEADS,
    NEUTRAL,
    ORDER_HEADS,
    PARTNERS,
    PREFIXES,
    SAME,
    STOP,
    TABLE,
)

Words = tuple[str, ...]

_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe"})
_STOP = frozenset(STOP.split())
_NUMBERED = re.compile(r"([^\W\d_]{3,}?)-?(?:nummer|number|numer|nr)(?![^\W\d_])")
_TURNED = 0.03  # a name whose words stand in another order counts so much less
_STRIPPED = 0.02  # a name counts so much less for each kind of word that had to be left out


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field to be found; compared by identity, as there is one of each."""

    part: str  #: of the order: order, item, address, state, row; other: no field at all
    name: str
    look: str  #: what its values look like
    ranks: dict[Words, int]  #: phrase -> how many likelier ones there are
    joined: dict[str, int]  #: the same, without spaces
    turned: dict[Words, int]  #: the same, its words sorted


def fold(text: str) -> str:
    """Given a text, return it without case, accents and umlauts, these in either way of writing."""
    folded = text.casefold().translate(_LETTERS)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(letter))
    return re.sub("([aou])e", r"\1", plain)


@lru_cache(maxsize=65_536)
def split_name(name: str) -> Words:
    """Given a column's name or a path of keys, return its folded words, those that say nothing left out."""
    return tuple(part for word in _split(name) for part in _split_compound(word))


@lru_cache(maxsize=1)
def list_fields() -> tuple[Field, ...]:
    """Return the fields to be found, in the order they are written."""
    fields = []
    for line in TABLE.splitlines():
        head, _, phrases = line.partition(": ")
        part, name, look = head.split()
        ranks = {words: rank for rank, words in reversed([*enumerate(_split_all(phrases))])}
        joined = {"".join(words): rank for words, rank in ranks.items()}
        turned = {tuple(sorted(words)): rank for words, rank in ranks.items()}
        fields.append(Field(part, name, look, ranks, joined, turned))
    return tuple(fields)


def _split_all(phrases: str) -> list[Words]:
    return [tuple(_split(phrase)) for phrase in phrases.split(", ")]


@lru_cache(maxsize=16)
def list_part(part: str) -> tuple[Field, ...]:
    """Given a part of the order, return its fields."""
    return tuple(field for field in list_fields() if field.part == part)


def find_role(words: Words) -> str:
    """Given a name's words, return which address they speak of: delivery, billing or ""."""
    if _listed(BILLING).intersection(words):
        return "billing"
    return "delivery" if _listed(DELIVERY).intersection(words) else ""


def is_of_item(words: Words) -> bool:
    """Given a name's words, tell whether it begins as the names of an item's columns do: line item, order line."""
    return _drop_head(words, ITEM_HEADS) != words


@lru_cache(maxsize=65_536)
def score_name(words: Words, field: Field) -> float:
    """Given a name's words, return how well they name a field: 1 is exactly, 0 not at all."""
    best = 0.0
    for penalty, own in enumerate(_list_readings(words, field)):
        for score, rank in _list_matches(own, field):
            best = max(best, score - rank / 1000 - _STRIPPED * penalty)
    return best * 0.4 if field.part in {"order", "address"} and is_of_item(words) else best


def _list_matches(own: Words, field: Field) -> Iterator[tuple[float, int]]:
    """Yield how well a field's phrases fit a name: all of it, its words in another order, or a part of it."""
    for found, key, score in (
        (field.ranks, own, 1.0),
        (field.joined, "".join(own), 1.0),
        (field.turned, tuple(sorted(own)), 1.0 - _TURNED),
    ):
        if key in found:
            yield score, found[key]  # type: ignore[index]
    for length in range(1, len(own)):
        for at in range(len(own) - length + 1):
            rank = field.ranks.get(own[at : at + length])
            if rank is not None:
                yield 0.35 + 0.35 * length / len(own), rank


def tell_class(value: str) -> str:
    """Given a cell that may tell the type of a row, return item, shipping, discount, tax, order, note or ""."""
    return _look_up(value, "classes")


def tell_partner(value: str) -> str:
    """Given a cell that may tell the role of a partner, return delivery, buyer, billing or ""."""
    return _look_up(value, "partners")


@lru_cache(maxsize=4)
def _list_meanings(which: str) -> dict[str, str]:
    table = CLASSES if which == "classes" else PARTNERS
    return {_squeeze(word): meaning for meaning, words in table.items() for word in words.split()}


def _look_up(value: str, which: str) -> str:
    return _list_meanings(which).get(_squeeze(value), "")


def _squeeze(text: str) -> str:
    return re.sub(r"[\W_]", "", fold(text))


def _list_readings(words: Words, field: Field) -> Iterator[Words]:
    """Yield a name's words as they stand, then without those that only say what they belong to."""
    yield words
    if field.part == "item":
        once = _drop_head(words, ITEM_HEADS)
        yield once
        yield _drop_head(once, ITEM_HEADS)
    elif field.part in {"order", "state"}:
        yield _drop_head(words, ORDER_HEADS)
    elif field.part == "address":
        own = tuple(word for word in words if word not in _listed(DELIVERY) | _listed(BILLING))
        yield own or words
        yield tuple(word for word in own if word not in _listed(NEUTRAL)) or words


def _drop_head(words: Words, heads: str) -> Words:
    for head in sorted(_split_heads(heads), key=len, reverse=True):
        if words[: len(head)] == head and len(words) > len(head):
            return words[len(head) :]
    return words


@lru_cache(maxsize=8)
def _split_heads(heads: str) -> tuple[Words, ...]:
    return tuple(tuple(_split(head)) for head in heads.split("|"))


@lru_cache(maxsize=8)
def _listed(words: str) -> frozenset[str]:
    return frozenset(map(fold, words.split()))


@lru_cache(maxsize=1)
def _list_vocabulary() -> frozenset[str]:
    phrases = {word for field in list_fields() for phrase in field.ranks for word in phrase}
    return frozenset(phrases | _listed(DELIVERY) | _listed(BILLING) | _listed(NEUTRAL))


def _split(name: str) -> list[str]:
    name = re.sub(r"\[(\d+)\]", lambda index: f" {int(index[1]) + 1}", name.replace("#", " no "))
    name = re.sub(r"(?<=[a-zà-ž])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).casefold()
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.findall(r"[^\W\d_]+|\d+", _NUMBERED.sub(r"\1 no", plain))
    return [fold(SAME.get(word, word)) for word in words if word not in _STOP] or [fold(word) for word in words]


def _split_compound(word: str) -> Words:
    """Split what German and careless English write in one: Rechnungsort, shipcity."""
    if word in _list_vocabulary():
        return (word,)
    for prefix in sorted(map(fold, PREFIXES.split()), key=len, reverse=True):
        rest = word.removeprefix(prefix)
        rest = SAME.get(rest, rest)
        if rest != word and rest in _list_vocabulary():
            return prefix, rest
    return (word,)
