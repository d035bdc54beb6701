"""Characters that do not belong in an order: control characters anywhere, unseen ones in a reference.

Says where they stand; refuses to remove or replace any: what a sender wrote goes out unchanged or not at all.
"""

import re
import unicodedata

from syncd.core.places_json import JsonPath

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_WRITTEN = re.compile(r"\\[bu]|[\x7f-\x9f\ud800-\udfff]")
# Tab, LF, CR, VT and FF are white space and may stand in a text. A lone surrogate is no character: no UTF-8.

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_UNSEEN_BESIDES = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
# Unicode's other "default ignorable" characters, and the blank Braille pattern: letters and marks by their
# category, yet nothing of them is seen.


def find_control(text: str) -> str | None:
    """Given any text, return its first control character that is no white space, or None."""
    found = _CONTROL.search(text)
    return found[0] if found else None


def may_hold_control(text: str) -> bool:
    """Given JSON text that escapes only what it must, say no where `find_control` finds nothing in its strings."""
    if "\\" not in text and (text.isprintable() if not text.isascii() else "\x7f" not in text):
        return False
    return _CONTROL_WRITTEN.search(text) is not None


def find_invisible(reference: str) -> str | None:
    """Given a reference, return its first character that a reader cannot see or that turns the text around.

    A plain space is seen. None where there is no such character.
    """
    if reference.isascii() and reference.isprintable():
        return None
    for character in reference:
        unseen = unicodedata.category(character) in _UNSEEN_CATEGORIES or _UNSEEN_BESIDES.match(character)
        if unseen and character != " ":
            return character
    return None


def name_character(character: str) -> str:
    """Given a character, return how to speak of it without showing it: "U+200B (zero width space)"."""
    name = unicodedata.name(character, "").lower()
    point = f"U+{ord(character):04X}"
    return f"{point} ({name})" if name else point


def collect_controls(value: object, path: JsonPath, found: list[tuple[JsonPath, str]]) -> None:
    """Given a payload, or a part of it and the path to it, add to `found` what `find_control` finds.

    For each text or key with a control character: its path (for a key, the object's) and the character.
    """
    if isinstance(value, str):
        _add_control(value, path, found)
    elif isinstance(value, dict):
        # Most are objects of plain texts: one search through all of them costs no more than through two.
        texts = [entry for entry in value.values() if isinstance(entry, str)]
        plain = _CONTROL.search("".join((*value, *texts))) is None
        for key, entry in value.items():
            if not plain:
                _add_control(key, path, found)
            if not (plain and isinstance(entry, str)):
                collect_controls(entry, (*path, key), found)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            collect_controls(entry, (*path, index), found)


def _add_control(text: str, path: JsonPath, found: list[tuple[JsonPath, str]]) -> None:
    control = find_control(text)
    if control is not None:
        found.append((path, control))
