"""Names of files: which are taken, how they are shown, and what their companions are called.

A name is a `str` as `os.fsdecode` gives it: a byte that is no UTF-8 stands as a lone surrogate. So one
character is one whole UTF-8 sequence or one stray byte, and cutting between characters splits no sequence.
Refuses to look at a disk: whether a name is taken, the spool says.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import translate
from functools import lru_cache

LONGEST_NAME = 255
"""Bytes; the limit of every file system syncd meets."""

_LONGEST_COLUMN = 80  # what is longer is cut in messages, as `say.quote_name` does it
_LEFT_ALONE_STARTS = (".", "~$")
_LEFT_ALONE_ENDINGS = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")

# Printable for `str.isprintable`, although nothing is seen of them: fillers and variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0").union(
    map(chr, range(0x180B, 0x1810)), map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0))
)


def is_left_alone(name: str) -> bool:
    """Given a name in an inbox, return whether it is hidden or still under way, and so is never taken."""
    folded = name.casefold()
    return folded.startswith(_LEFT_ALONE_STARTS) or folded.endswith(_LEFT_ALONE_ENDINGS)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Given a name and patterns with `*`, `?` and `[...]`, return whether one fits, in any case."""
    return make_matcher(patterns)(name)


@lru_cache
def make_matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Return `matches` for these patterns: names are matched by the ten thousand, whenever an inbox is listed."""
    fits = re.compile("|".join(translate(pattern.casefold()) for pattern in patterns) or "(?!)").match
    return lambda name: fits(name.casefold()) is not None


def show_name(name: str) -> str:
    r"""Given a name or path, return it as one line of plain text for logs and reports.

    `\xNN` is a byte (one that is no UTF-8, or a control character), `\uNNNN` a character that is not seen.
    """
    if name.isprintable() and (name.isascii() or _INVISIBLE.isdisjoint(name)):
        return name
    return "".join(map(_show_character, name))


def _show_character(character: str) -> str:
    if character.isprintable() and character not in _INVISIBLE:
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # where os.fsdecode puts a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def names_column(sentence: str, column: str) -> bool:
    """Given a problem's sentence as it is shown, tell whether it begins with the name of the column."""
    begin = show_name(column if len(column) <= _LONGEST_COLUMN else f"{column[: _LONGEST_COLUMN - 1]}…")
    return sentence.startswith((f"{begin}:", f"{begin} ", f'"{begin}":', f'"{begin}" '))


def split_stem(name: str) -> tuple[str, str]:
    """Given a name, return its stem and its own ending with the dot: `("orders", ".csv")`."""
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if stem else (name, "")


def folder_name(claim_id: str) -> str:
    """Given a claim id, return the name of its folder in work: what stands before its last dot, or the whole id.

    So `numbered_claim` gives the files of one batch ids of their own and one folder.
    """
    return claim_id.rpartition(".")[0] or claim_id


def numbered_claim(folder: str, number: int) -> str:
    """Given the folder of a batch and a file's number in it, return its claim id: `20260115T100000-1a2b3c4d.07`."""
    return f"{folder}.{number:02}"


def report_name(name: str) -> str:
    """Given the name of a filed file, return its report's: `orders.csv.report.json`, within 255 bytes."""
    return _fit_name(name, after_name=".report.json")


def html_report_name(name: str) -> str:
    """Given the name of a filed file, return its report's for people: `orders.csv.report.html`, within 255 bytes."""
    return _fit_name(name, after_name=".report.html")


def rejected_name(name: str) -> str:
    """Given the name of a filed file, return its rejected file's: `orders.rejected.csv`, within 255 bytes."""
    return _fit_name(name, after_stem=".rejected")


def companion_name(name: str, ending: str) -> str:
    """Given the name of a filed file and an ending, return what stands beside it: `orders.csv.sha256`."""
    return _fit_name(name, after_name=ending)


def suffixed_name(name: str, at: datetime, sha256: str) -> str:
    """Given a taken name, an aware time and the file's sha256 in hex, return the name to file it as instead.

    `orders.20260115T100000Z-1a2b3c4d.csv`, within 255 bytes; its companions take their names from it.
    """
    return _fit_name(name, after_stem=f".{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{sha256[:8]}")


def retried_name(name: str, at: datetime) -> str:
    """Given the name of a failed file that goes back to its inbox and an aware time, return a name for what stays.

    `orders.retried-20260115T100000Z.csv`, within 255 bytes; its companions take their names from it.
    """
    return _fit_name(name, after_stem=f".retried-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")


def _fit_name(name: str, *, after_stem: str = "", after_name: str = "") -> str:
    """Return the name with its additions; over 255 bytes its stem is cut and marked by the sha256."""
    stem, ending = split_stem(name)
    full = f"{stem}{after_stem}{ending}{after_name}"
    if len(_encode(full)) <= LONGEST_NAME:
        return full
    from hashlib import sha256  # noqa: PLC0415  3 ms, which only a name too long is worth

    mark = f"~{sha256(_encode(full)).hexdigest()[:8]}{after_stem}"
    room = LONGEST_NAME - len(_encode(f"{mark}{ending}{after_name}"))
    if room < 1:  # what looks like an ending fills the whole name
        stem, ending, room = name, "", LONGEST_NAME - len(_encode(f"{mark}{after_name}"))
    while len(_encode(stem)) > room:
        stem = stem[:-1]
    return f"{stem}{mark}{ending}{after_name}"


def _encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
