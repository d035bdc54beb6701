r"""Takes secrets and personal data out of text that goes to a log.

It knows what such things look like (bearer tokens, JWTs, `password=...`, e-mail addresses, query strings)
and is handed the secrets that are known. It masks rather too much than too little, and leaves ordinary lines
alone. Redacting twice changes nothing more. Every pattern is linear in the text: none can run away.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote

MASK = "***"
"""Stands where something was taken out."""

_SHORTEST_SECRET = 4
"""A known secret shorter than this is no secret, and masking it would tear ordinary words apart."""

_KEY = r"[\w-]*(?:secret|password|passwd|passphrase|token|authorization|api[_-]?key|credentials?|cookie)"
_END_OF_KEY = r"(?:\\?[\"'])?[ \t]*"
_VALUE = (
    r"(?=[^\s,;&])(?:(?:Bearer|Basic|Digest)[ \t]+)?"
    r"(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\\\"[^\"\\]*\\\")?[^\s,;&]*"
)

_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (rf"(?<![\w-])({_KEY}{_END_OF_KEY}(?:=+>?[ \t]*|:)){_VALUE}", rf"\1{MASK}"),
        # "/etc/syncd/secret: cannot be read" names a file, so a slash before the key needs the forms above.
        (rf"(?<![\w/-])({_KEY}{_END_OF_KEY}:[ \t]*){_VALUE}", rf"\1{MASK}"),
        (r"\b(Bearer[ \t]+)[\w.~+/=-]+", rf"\1{MASK}"),
        (r"(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*)*", MASK),
        (r"(://)[^\s/@\"']+@", rf"\1{MASK}@"),
        (r"(https?://[^\s?\"'<>]*)\?[^\s\"'<>]+", rf"\1?{MASK}"),
        (r"\?[^\s\"'<>?=]*=[^\s\"'<>]*", f"?{MASK}"),
        (r"(?<![\w.%+-])[\w.%+-]+@[\w-]+(?:\.[\w-]+)+", MASK),
    )
)
_SUSPECT = re.compile(r"[:=@?]|bearer|eyj", re.IGNORECASE)
"""Without one of these no rule finds anything: most texts are done with one look."""
_QUOTED = re.compile(r"['\"].*['\"]|['\"].*")  # from the first mark to the last: an apostrophe tells nothing apart
_GROUP_MARGIN = re.compile(r"^ +(?:\||\+-)[-+ ]?")
_SECRET_KEY = re.compile(_KEY, re.IGNORECASE)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Given text for a log and the secrets that are known, return it with MASK in their place.

    A known secret is found as it is and as JSON, Python or a URL would write it.
    """
    for form in _sort_forms(frozenset(secrets)):
        text = text.replace(form, MASK)
    if _SUSPECT.search(text) is None:
        return text
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def hide_quoted(traceback: str) -> str:
    """Given a traceback as Python writes it, return it with what exceptions quote in their texts masked.

    Libraries quote the value they stumbled over, and that may be a person's. Frames and their code stay.
    """
    return "\n".join(_hide_quoted_line(line) for line in traceback.split("\n"))


def _hide_quoted_line(line: str) -> str:
    text = _GROUP_MARGIN.sub("", line)
    if not text or text.startswith((" ", "Traceback ", "The above ", "During handling ")):
        return line
    return _QUOTED.sub(MASK, line)


@lru_cache(maxsize=256)
def is_secret_key(name: str) -> bool:
    """Given the name of a value ("client_secret", "Authorization"), return whether it is never shown."""
    return _SECRET_KEY.fullmatch(name) is not None


@lru_cache(maxsize=8)
def _sort_forms(secrets: frozenset[str]) -> tuple[str, ...]:
    forms = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _list_forms(secret)}
    return tuple(sorted(forms, key=len, reverse=True))


def _list_forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield repr(secret)[1:-1]
    yield quote(secret, safe="", errors="backslashreplace")
