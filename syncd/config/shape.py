"""Compares a document with `schemas/config.schema.json` and says what differs, in an operator's words.

A quick check says yes to what fits. Where it does not, jsonschema finds every difference; the sentences are ours,
since its own quote values, which may be secrets.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from syncd.config.document import Document, KeyPath, show_key
from syncd.config.schema_files import read_schema
from syncd.core.acceptance import build_acceptance

_Difference = Any
"""A `jsonschema.ValidationError`, whose types allow for things unset that never are."""

_GLUED = re.compile(r"[\w.-]+:[^ /]")
_SECRETS = {"client_id", "client_secret"}


def check_shape(
    data: object, document: Document, name: str = "config.schema.json", words: frozenset[str] = frozenset()
) -> None:
    """Given data with the environment filled in, note in its document where it does not fit the named schema.

    The words are names of the operator's own that may have been meant where one is no option.
    """
    schema = read_schema(name)
    accepts = build_acceptance(schema, formats={})
    if accepts is not None and accepts(data):
        return
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - 40 ms, which only what does not fit is worth

    told = set(document.broken)  # one sentence for a value: the first one, which is about its type
    for error in _choose_branches(Draft202012Validator(schema).iter_errors(data)):
        key: KeyPath = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            for unknown in error.instance.keys() - error.schema["properties"].keys():
                document.find(
                    (*key, unknown),
                    f"{show_key((*key, unknown))} is no option{_suggest_option(unknown, error, schema, words)}",
                )
        elif error.validator == "required":
            for needed in error.validator_value:
                if needed not in error.instance:
                    document.find(key, f"{show_key((*key, needed))} is missing; add {_show_example(needed, error)}")
        elif key not in told:
            told.add(key)
            document.find(key, f"{show_key(key)} {_say(error, document.written(key), key)}")


def suggest(word: str, known: list[str]) -> str:
    """Given a word and the known ones, return "; did you mean X?", or nothing where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415  only for who misspelt something

    by_case = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_case, n=1)
    return f"; did you mean {by_case[near[0]]}?" if near else ""


def _choose_branches(errors: Iterator[_Difference]) -> Iterator[_Difference]:
    """Of alternatives, look into the one that the operator began; where he began none, tell of them all."""
    for error in errors:
        begun = [part for part in error.context or () if part.validator not in {"type", "enum"} or part.path]
        yield from begun or [error]


def _suggest_option(name: str, error: _Difference, schema: dict[str, Any], words: frozenset[str]) -> str:
    known = list(error.schema["properties"])
    if error.instance[name] is None and not name.isidentifier():
        return "; it has no colon: if it belongs to the text before it, put the whole text in quotes"
    if "fields" in known and name[:1].isupper():
        return " here; it is a field: put it one step further in, under fields:"
    elsewhere = [show_key(key) for key in _list_options(schema, ()) if key[-1] == name]
    if elsewhere:
        places = sorted({key.rpartition(".")[0] or "the first column" for key in elsewhere})
        return f" here; it belongs in {' or '.join(places)}"
    return suggest(name, [*known, *words]) or f"; known here: {', '.join(known)}"


def _list_options(schema: dict[str, Any], key: KeyPath) -> Iterator[KeyPath]:
    for name, option in schema.get("properties", {}).items():
        yield (*key, name)
        yield from _list_options(option, (*key, name))
        yield from _list_options(option.get("items", {}), (*key, f"{name}[]"))


def _show_example(name: str, error: _Difference) -> str:
    example = error.schema["properties"][name]["examples"][0]
    return f"{name}: {_show(example)}" if not isinstance(example, dict | list) else f"a block {name}:"


def _show(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=float)


def _say(error: _Difference, written: object, key: KeyPath) -> str:
    wanted = error.validator_value
    quoted = "" if _SECRETS.intersection(key) or isinstance(written, dict | list) else f", not {_shorten(written)}"
    if written is None:
        return "has no value; write one behind the colon, or take the line out"
    match error.validator:
        case "type":
            return _say_type(wanted, written, error.schema, quoted)
        case "const":
            return f"must be {_show(wanted)}{quoted}"
        case "enum":
            near = suggest(written, wanted) if isinstance(written, str) else ""
            return f"must be {_list_choices(wanted)}{quoted}{near}"
        case "exclusiveMinimum" | "minimum" | "maximum" | "maxLength":
            return f"must be {_say_limit(error.validator, _show(wanted))}{quoted}"
        case "minLength" | "minItems":
            return "is empty; write at least one entry" if isinstance(written, list) else "is empty; write a value"
        case "maxProperties":
            return "must have one key alone; write several as a list, each with one key"
        case "pattern":
            return f"{error.schema['patternErrorMessage']}{quoted}"
        case _:
            return f"must be {' or '.join(_show(example) for example in error.schema['examples'])}{quoted}"


def _say_limit(word: str, limit: str) -> str:
    match word:
        case "exclusiveMinimum":
            return f"more than {limit}"
        case "minimum":
            return f"{limit} or more"
        case "maximum":
            return f"at most {limit}"
        case _:
            return f"at most {limit} {'character' if limit == '1' else 'characters'} long"


def _say_type(wanted: str | list[str], written: object, schema: dict[str, Any], quoted: str) -> str:
    example = _show(schema.get("examples", [""])[0])
    if "typeErrorMessage" in schema:
        return str(schema["typeErrorMessage"])
    match wanted[0] if isinstance(wanted, list) else wanted:
        case "string" if "enum" in schema and isinstance(written, bool):
            return f"must be {_list_choices(schema['enum'])}{quoted}"
        case "string" if isinstance(written, bool):
            return "is read as true or false; put it in quotes to make it text"
        case "string" if isinstance(written, int | float):
            return "is read as a number; put it in quotes to make it text"
        case "string":
            return "must be one text" + (" or a list of texts" if isinstance(wanted, list) else "")
        case "object" if isinstance(written, str) and _GLUED.match(written):
            return "must be a block of options; write a space behind the colon of each"
        case "object":
            return f"must be a block of options, each on a line of its own below it{_show_block(schema)}"
        case "array":
            return "must be a list, each entry below it beginning with a dash"
        case "boolean":
            return f"must be true or false{quoted}"
        case kind:
            number = "a whole number" if kind == "integer" else "a number"
            hint = "; an environment variable gives text only" if isinstance(written, str) and "${" in written else ""
            return f"must be {number} such as {example}, without quotes or units{quoted}{hint}"


def _show_block(schema: dict[str, Any]) -> str:
    """Return an example of a short block, or nothing."""
    example = schema.get("examples", [None])[0]
    if not isinstance(example, dict):
        return ""
    inside = ", ".join(f"{name}: {_show(value)}" for name, value in example.items())
    return f", such as {{{inside}}}" if len(inside) <= 60 else ""


def _list_choices(choices: list[str]) -> str:
    *some, last = (choice if choice.isidentifier() else json.dumps(choice) for choice in choices)
    return f"{', '.join(some)} or {last}"


def _shorten(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
