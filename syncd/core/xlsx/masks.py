r"""Number formats that make a code of a number: 00000, 00\-000, "A-"0000. What they show is the text that is meant.

Refuses to show what it cannot for certain: digits that only a format puts there are never left out in silence.
"""

import re
from dataclasses import dataclass

_PIECE = re.compile(r'\[[^\]]*\]|"[^"]*"|\\.|_.|\*.|.', re.DOTALL)
_UNSHOWN = re.compile(r"\[\$-[^\]]*\]|\[[A-Za-z0-9 ]+\]|_.", re.DOTALL)
_PLAIN = frozenset("-+():! ")
"""Stand for themselves without quotes."""
_PLACES = frozenset("0#?")
_CODE = 2
"""Zeros: one is any number's."""
_ZERO = 2
"""The section that says how zero is shown."""
_GROUPING = re.compile(r"[\s.,'\u2019]*")  # between digits: 1 234 is a number still
_NUMERIC = re.compile(r"[-+(]?[0-9.,'\u2019]+[-+)]?")


@dataclass(frozen=True, slots=True)
class Mask:
    """How the digits of a code are shown."""

    parts: tuple[str, ...] | None  #: "" for a digit, else a literal; None: it cannot be shown for certain

    @property
    def plain(self) -> bool:
        """Tell whether it does no more than fill up with zeros."""
        return self.parts is not None and not any(self.parts)


def read_mask(code: str) -> Mask | None:
    """Given a number format, return how it shows the digits of a code; None where a number stays one.

    `0" days"` is a number with its unit, as are `#,##0.00` and `0.0`.
    """
    sections = _split(code)
    first = sections[0]
    whole = first[: first.index(".")] if "." in first else first
    places = [at for at, piece in enumerate(whole) if piece in _PLACES]
    if not places or not {"E", "e"}.isdisjoint(first):
        return None
    around = [piece for piece in whole[: places[0]] if piece not in _PLAIN]  # a bare sign before it is a number's own
    between = [piece for piece in whole[places[0] : places[-1]] if piece not in _PLACES]
    literals = filter(None, map(_read_part, [*around, *between]))
    if whole.count("0") < _CODE and all(map(_GROUPING.fullmatch, literals)):
        return None
    sure = len(sections) <= _ZERO or sections[_ZERO] in (first, ["@"])
    parts = [part for piece in first if (part := _read_part(piece)) is not None]
    return Mask(tuple(parts) if sure and len(parts) == len(first) else None)


def show_code(mask: Mask, whole: int) -> str | None:
    """Given a mask and a number that is not negative, return what is shown; None where that is not certain."""
    if mask.parts is None:
        return None
    digits = str(whole).zfill(mask.parts.count(""))
    surplus = len(digits) - mask.parts.count("")
    left = iter(digits[surplus:])
    shown = [part or next(left) for part in mask.parts]
    at = mask.parts.index("")
    text = "".join([*shown[:at], digits[:surplus], *shown[at:]])
    literals = "".join(mask.parts)
    # What reads as another number than it is would be taken for one.
    return None if literals.strip() and _NUMERIC.fullmatch(text) else text


def _split(code: str) -> list[list[str]]:
    """Return a format's sections, each as what stands in it, without colours, languages and gaps."""
    sections: list[list[str]] = [[]]
    for piece in _PIECE.findall(code):
        if piece == ";":
            sections.append([])
        elif not _UNSHOWN.fullmatch(piece):
            sections[-1].append(piece)
    return sections


def _read_part(piece: str) -> str | None:
    """Return what a piece of a format shows: "" for a digit, None for what only a spreadsheet can tell."""
    if piece == "0":
        return ""
    if piece[0] == '"' and len(piece) > 2:
        return piece[1:-1]
    if piece[0] == "\\" and len(piece) > 1:
        return piece[1:]
    return piece if piece in _PLAIN else None
