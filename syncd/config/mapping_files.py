"""From a mapping's path to the compiled `Mapping`, or to all that is wrong with it at once.

Strict YAML, then its shape by `schemas/mapping.schema.json`, then what only compiling finds; each finding
with file, line, column and cure. Presets that ship with syncd are found by their bare name.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from syncd.config.document import Document, show_key
from syncd.config.shape import check_shape
from syncd.config.strict_yaml import MAX_BYTES, parse_yaml, tell
from syncd.config.values import explain_encoding
from syncd.errors import ConfigError

if TYPE_CHECKING:
    from syncd.core.mapping import Mapping
    from syncd.core.validate import OrderChecker

_PACKAGE = Path(__file__).resolve().parents[1]
_QUESTION = re.compile(r"#.*\bTODO:\s*(.*?)[\s.]*$")


def list_presets() -> dict[str, Path]:
    """Return the mappings that ship with syncd, by name: in a wheel beside this package's rooms, else beside it."""
    for folder in (_PACKAGE / "mappings", _PACKAGE.parent / "mappings"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    raise FileNotFoundError("syncd was installed without mappings/; install it again")


def find_mapping(path: Path) -> Path:
    """Given a path, or the bare name of a preset, return the mapping's path."""
    if path.parent == Path() and not path.suffix and not path.exists():
        return list_presets().get(path.name, path)
    return path


def load_mapping(path: Path, checker: "OrderChecker | None" = None) -> "Mapping":
    """Given a mapping's path, or the bare name of a preset, and how orders are checked, return it compiled.

    Raise ConfigError with all problems: among them fields that no order has, where its checker is given.
    """
    path = find_mapping(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{path}: the mapping cannot be read: {error.strerror}"]) from None
    return parse_mapping(content, str(path), checker)


def list_open_questions(path: Path) -> list[str]:
    """Given a mapping that was loaded, return a sentence for each line where a draft still asks its user."""
    path = find_mapping(path)
    lines = _blank_values(path.read_text(encoding="utf-8-sig")).splitlines()
    return [
        f"{path}:{number}: it still asks: {found[1]} - decide it, then take the TODO out of the line."
        for number, line in enumerate(lines, start=1)
        if (found := _QUESTION.search(line))
    ]


def _blank_values(text: str) -> str:
    """Given YAML, return it with spaces for its values and keys: what then begins with # is a comment."""
    left = list(text)
    for token in yaml.scan(text):
        if isinstance(token, yaml.ScalarToken):
            begin, end = token.start_mark.index, token.end_mark.index
            left[begin:end] = re.sub(r"\S", " ", text[begin:end])
    return "".join(left)


def parse_mapping(content: bytes, label: str, checker: "OrderChecker | None" = None) -> "Mapping":
    """Given a mapping's bytes, what to call it and how orders are checked, return it as `load_mapping` does."""
    from syncd.core.kinds import UNKNOWN, list_names  # noqa: PLC0415 - as the next
    from syncd.core.mapping import MappingRefusedError, compile_mapping  # noqa: PLC0415 - 40 ms, for who has one

    document = parse_yaml(content, label)
    data = document.data
    if not isinstance(data, dict):
        document.find((), "the file holds no mapping; begin with a copy of one that ships with syncd")
        raise ConfigError(tell(document.findings, label))
    plan = UNKNOWN if checker is None else checker.plan
    check_shape(data, document, "mapping.schema.json", frozenset(list_names(plan)))
    _check_encoding(data, document)
    if not document.findings:
        try:
            return compile_mapping(data) if checker is None else compile_mapping(data, plan, checker.list_name)
        except MappingRefusedError as refused:
            for fault in refused.faults:
                document.find(fault.key, f"{show_key(fault.key)} {fault.sentence}")
    raise ConfigError(tell(document.findings, label))


def _check_encoding(data: dict[str, Any], document: Document) -> None:
    """Note an encoding that nobody knows, once the shape is right."""
    told = None if document.findings else data.get("read", {}).get("encoding")
    if told is not None and (advice := explain_encoding(told)):
        document.find(("read", "encoding"), f"read.encoding {advice}")
