"""Texts: white space folded, and the steps an operator declares, one after the other.

Refuses a text that does not fit an `extract`, so that no default takes the place of what was not understood.
"""

import html
import re
from collections.abc import Callable
from typing import Any

TextStep = Callable[[str], str]

# All that looks like space and is no control character by the rules of an order; VT and FF count as space.
_SPACE = re.compile("[ \t\n\v\f\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_LONGEST_MATCHED = 10_000  # characters: what a pattern may take grows much faster than the text it is held against
_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)


def fold_space(text: str) -> str:
    """Given a text, return it trimmed, each run of white space in it as one space."""
    if text.isprintable() and "  " not in text:  # of all white space only the plain space is printable
        return text.strip(" ")
    return _SPACE.sub(" ", text).strip(" ")


def unwrap(text: str) -> str:
    """Given a cell that a spreadsheet was kept from changing, as `="00123"` or `'00123`, return what is meant."""
    found = _WRAPPED.fullmatch(text)
    return found[1].replace('""', '"') if found else text.removeprefix("'")


def strip_zeros(text: str) -> str:
    """Given a text of digits alone, return it without leading zeros; any other as it is."""
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else text


def unescape_html(text: str) -> str:
    """Given a text with HTML's names for characters, return it with the characters. Raise ValueError."""
    try:
        return html.unescape(text)
    except ValueError:  # of more digits than Python takes for a number
        raise ValueError("a number in it that stands for a character is far too long") from None


_WORDS: dict[str, TextStep] = {
    "unwrap": unwrap,
    "html": unescape_html,
    "lower": str.lower,
    "upper": str.upper,
    "strip_zeros": strip_zeros,
    "digits": lambda text: re.sub("[^0-9]", "", text),
}


def compile_step(step: Any) -> TextStep:
    """Given a step as written, return what it does. Raise ValueError with half a sentence for a bad one."""
    if isinstance(step, str):
        return _WORDS[step]
    ((word, told),) = step.items()
    match word:
        case "extract":
            return _make_extract(compile_regex(told))
        case "replace":
            return _make_replace([(compile_regex(found), put) for found, put in told.items()])
        case "split":
            if told.get("part") == 0:
                raise ValueError("has the part 0, which there is not; count from 1, or from the end with -1")
            return _make_split(str(told["at"]), told.get("part", 1))
        case "pad":
            return _make_pad(told["width"], str(told.get("with", "0")), told.get("side", "left"))
        case "prefix":
            return lambda text: f"{told}{text}"
        case _:
            return lambda text: f"{text}{told}"


def compile_regex(pattern: object) -> re.Pattern[str]:
    """Given a regular expression, return it compiled. Raise ValueError with half a sentence."""
    try:
        return re.compile(str(pattern))
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None


def check_length(text: str) -> None:
    """Raise ValueError with half a sentence for a text that is too long for any regular expression."""
    if len(text) > _LONGEST_MATCHED:
        raise ValueError(f"it has more than {_LONGEST_MATCHED} characters, too many for a pattern")


def _make_extract(pattern: re.Pattern[str]) -> TextStep:
    def extract(text: str) -> str:
        check_length(text)
        found = pattern.search(text)
        if found is None:
            raise ValueError(f"it does not fit the pattern {pattern.pattern}")
        return found[1] or "" if pattern.groups else found[0]

    return extract


def _make_replace(pairs: list[tuple[re.Pattern[str], Any]]) -> TextStep:
    def replace(text: str) -> str:
        for pattern, put in pairs:
            check_length(text)
            text = pattern.sub(_Put(str(put)), text)
        return text

    return replace


class _Put:
    """What stands in place of a match: `$1` is its first group, everything else is itself."""

    def __init__(self, put: str) -> None:
        self._put = put

    def __call__(self, found: re.Match[str]) -> str:
        groups = found.re.groups

        def fill(mark: re.Match[str]) -> str:
            index = int(mark[1])
            return found[index] or "" if index <= groups else mark[0]

        return re.sub(r"\$([0-9])", fill, self._put)


def _make_split(at: str, part: int) -> TextStep:
    def split(text: str) -> str:
        parts = text.split(at)
        index = part - 1 if part > 0 else part
        return parts[index].strip() if -len(parts) <= index < len(parts) else ""

    return split


def _make_pad(width: int, fill: str, side: str) -> TextStep:
    if side == "left":
        return lambda text: text.rjust(width, fill)
    return lambda text: text.ljust(width, fill)
