"""YAML, strictly: what an operator sees is what syncd gets.

Only true, false, null and plain decimal numbers are more than text: `NO`, `00123`, `0755`, `1_000`, `10:30`
and dates stay as they are written. Refused with a sentence and a place: duplicate keys, anchors, aliases,
merge keys, tags, several documents, deep nesting, large files, and text that is not UTF-8.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from syncd.config.document import Document, Finding, KeyPath, Position, show_key
from syncd.errors import ConfigError

MAX_BYTES = 1024**2
MAX_DEPTH = 20

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,3})?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

# What pyyaml says, and what we say instead: its words are for the authors of parsers, and may quote a secret.
_SYNTAX = (
    (r"found character '\\t'", "a tab stands where only spaces may; indent with spaces"),
    (r"an (alias|anchor)", "a text that begins with * or & must be in quotes, like '*.csv'"),
    (r"cannot start any token", "a text that begins with such a character must be in quotes"),
    (r"tag|directive", "a text that begins with ! or % must be in quotes"),
    (r"escape", "write a backslash in double quotes twice, or put the text in single quotes"),
    (r"a quoted scalar", "the quote that opens here is never closed"),
    (r"values are not", "a colon cannot stand here; check the indentation, and quote texts with colons"),
    (r"expected ':'", "a colon and a space are missing after the key"),
    (r"a flow node", "a value is missing here, or a { or [ above is not closed; what stands behind # is a comment"),
    (
        r"a flow",
        "what opens here is not closed, or lacks a comma; in { } and [ ] put ${NAME} in quotes, as any text with {",
    ),
    (r"<document start>", "plain options end above here; keep one document, without ... or %"),
    (r"found '<scalar>'", "text stands behind a closing quote; inside single quotes write ' twice"),
    (r"found '[]},]", "a text that begins with ] } or , must be in quotes"),
    (r"parsing a block", "the indentation does not fit; begin the options of one block in one column"),
)
_OPENING = ("the quote that opens", "what opens", "a colon and a space", "a text that begins with !")
"""Sentences about where something began; the others are about where pyyaml noticed that it is wrong."""


def parse_yaml(content: bytes, label: str) -> Document:
    """Given a file's bytes and its name, return the document with all findings that leave it readable.

    Raise ConfigError if it cannot be read on.
    """
    text = _decode(content, label)
    builder = _Builder(yaml.parse(text, Loader=yaml.SafeLoader))
    try:
        data = builder.build_document()
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
        stop = Finding(place, "a control character stands here; take it out")
    except yaml.MarkedYAMLError as error:
        stop = _explain(error)
    except _TooDeepError:
        stop = Finding(builder.position, "blocks stand too deep in blocks; options need a few levels only")
    except (ValueError, OverflowError):
        # Of chr(): pyyaml does not look whether an escape such as \UFFFFFFFF names a character.
        stop = Finding(builder.position, "an escape behind here is no character; write the character itself")
    else:
        return Document(data, builder.positions, builder.findings, builder.broken)
    raise ConfigError(tell([*builder.findings, stop], label))


def tell(findings: list[Finding], label: str) -> list[str]:
    """Given findings and the file's name, return a sentence for each, in the file's order, each once."""
    ordered = dict.fromkeys(sorted(findings))
    return [f"{label}:{place.line}:{place.column}: {sentence}" for place, sentence in ordered]


def _decode(content: bytes, label: str) -> str:
    if len(content) > MAX_BYTES:
        raise ConfigError([f"{label}: the file is larger than 1 MiB; a configuration is a page or two"])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Position(before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        raise ConfigError(tell([Finding(place, "the file is not UTF-8; save it as UTF-8")], label)) from None


class _TooDeepError(Exception):
    """Blocks stand in blocks in blocks, and so on."""


class _Builder:
    """Builds plain data from pyyaml's events: the events tell what was written, its loader no longer does."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self.events = events
        self.position = Position(1, 1)
        self.positions: dict[KeyPath, Position] = {}
        self.findings: list[Finding] = []
        self.broken: set[KeyPath] = set()

    def build_document(self) -> object:
        self._next()  # the stream's start
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        data = self._build(self._next(), ())
        self._next()  # the document's end
        if not isinstance(self._next(), yaml.StreamEndEvent):
            self._find("a second document begins here; keep one, and take out the line ---")
        return data

    def _next(self) -> yaml.Event:
        event = next(self.events)
        self.position = _place(event.start_mark)
        return event

    def _find(self, sentence: str) -> None:
        self.findings.append(Finding(self.position, sentence))

    def _build(self, event: yaml.Event, key: KeyPath) -> object:
        if len(key) > MAX_DEPTH:
            raise _TooDeepError
        self.positions.setdefault(key, self.position)
        if isinstance(event, yaml.AliasEvent):
            self.broken.add(key)
            self._find(f"{show_key(key)}: a text that begins with * must be in quotes; aliases are not used here")
            return None
        if getattr(event, "anchor", None) is not None:
            self._find(f"{show_key(key)}: a text that begins with & must be in quotes; anchors are not used here")
        if getattr(event, "tag", None) is not None:
            self._find(f"{show_key(key)}: a text that begins with ! must be in quotes; tags are not used here")
        match event:
            case yaml.SequenceStartEvent():
                return self._build_list(key)
            case yaml.MappingStartEvent():
                return self._build_block(key)
            case yaml.ScalarEvent(value=text, implicit=(plain, _)):
                return _read_scalar(text) if plain else text
        raise AssertionError(event)  # pragma: no cover - pyyaml's grammar has no other event here

    def _build_list(self, key: KeyPath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._build(event, (*key, len(items))))
        return items

    def _build_block(self, key: KeyPath) -> dict[str, object]:
        block: dict[str, object] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._find("a key must be a plain word, followed by a colon; put a text that begins with { in quotes")
                self._build(event, (*key, "?"))
                self._build(self._next(), (*key, "?"))
                continue
            name, place = event.value, self.position
            path = (*key, name)
            if name in block:
                first = self.positions[path].line
                self._find(f"{show_key(path)} stands here again, after line {first}; keep one of the two")
                self._build(self._next(), (*path, "again"))
                continue
            self.positions[path] = place
            value = self._build(self._next(), path)
            if name == "<<":
                self.findings.append(
                    Finding(place, f"{show_key(path)}: merge keys are not used here; write the options out")
                )
            else:
                block[name] = value
        return block


def _read_scalar(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    if not math.isfinite(number):
        return text
    if "." not in text and "e" not in text.lower():
        return int(text)
    return int(number) if number.is_integer() else number


def _explain(error: yaml.MarkedYAMLError) -> Finding:
    said = f"{error.context} {error.problem}"
    sentence = next(
        (sentence for pattern, sentence in _SYNTAX if re.search(pattern, said)),
        "this is not YAML; check quotes, colons and indentation here and in the line above",
    )
    noticed = error.problem_mark or error.context_mark
    began = (error.context_mark or noticed) if sentence.startswith(_OPENING) else noticed
    return Finding(_place(began), sentence)


def _place(mark: Any) -> Position:  # pyyaml has two kinds of marks, and its stubs cannot choose
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
