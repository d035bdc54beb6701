"""Names and texts as YAML: plain where that is safe, else in double quotes. Knows nothing of mappings."""

import json
import re
from collections.abc import Sequence

_PLAIN = re.compile(r"[^\W\d_][\w./-]*(?: [\w./-]+)*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def quote(name: str) -> str:
    """Given a name, return it as YAML."""
    return name if _PLAIN.fullmatch(name) and name.lower() not in _WORDS else quote_text(name)


def quote_text(text: str) -> str:
    """Given a text, return it as YAML in quotes."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def write_list(texts: Sequence[str]) -> str:
    """Given texts, return them as a list in YAML."""
    return f"[{', '.join(map(quote, texts))}]"
