"""Fills in `${NAME}` from the environment; `$$` is a dollar.

Values are never shown here, neither those of the file nor those of the environment: any may be a secret.
"""

import re
import unicodedata
from collections.abc import Mapping

from syncd.config.document import Document, KeyPath, show_key

_DOLLAR = re.compile(r"\$(?:(\$)|\{([A-Za-z_][A-Za-z0-9_]*)\})?")


def fill_in(document: Document, environment: Mapping[str, str]) -> object:
    """Given a document, return its data with the environment filled in; what is wrong is noted."""
    return _fill_in(document.data, (), document, environment)


def _fill_in(value: object, key: KeyPath, document: Document, environment: Mapping[str, str]) -> object:
    match value:
        case dict():
            return {name: _fill_in(item, (*key, name), document, environment) for name, item in value.items()}
        case list():
            return [_fill_in(item, (*key, index), document, environment) for index, item in enumerate(value)]
        case str():
            return _fill_in_text(value, key, document, environment)
    return value


def _fill_in_text(text: str, key: KeyPath, document: Document, environment: Mapping[str, str]) -> str:
    def refuse(sentence: str) -> str:
        document.broken.add(key)
        document.find(key, f"{show_key(key)} {sentence}")
        return ""

    def replace(found: re.Match[str]) -> str:
        dollar, name = found.groups()
        if dollar:
            return "$"
        if name is None:
            return refuse("holds a $ without a {NAME} behind it; write $$ for a dollar")
        state = "empty" if name in environment else "not set"
        return environment.get(name) or refuse(f"needs the environment variable {name}, which is {state}; set it")

    filled = _DOLLAR.sub(replace, text)
    if key[-1:] != ("delimiter",) and any(unicodedata.category(character) in {"Cc", "Cs"} for character in filled):
        refuse("holds a line break or another control character; write it on one line")
    return "" if key in document.broken else filled
