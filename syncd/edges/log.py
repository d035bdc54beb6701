"""The log: one line per fact on standard error, for people or for machines; no secret, no personal data.

`say` is the one way to log. Data goes into fields, never into the message: nothing here formats a message, so
braces in data are harmless. Every text is redacted before it becomes part of a line, and no line ever breaks.
Refuses to fail: a log that cannot be written is no reason to stop the work it tells of.
"""

import json
import logging
import math
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from loguru import logger

from syncd.core.names import show_name
from syncd.core.redact import MASK, hide_quoted, is_secret_key, redact
from syncd.edges.journal import build_entry, leads_to_journal, send_entry

if TYPE_CHECKING:
    from loguru import Message, Record

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Field = str | int | float | None
Hearer = Callable[[str, str, Mapping[str, Field]], None]
"""Is told each fact beside the log, whatever the log's level: its level, its action and its fields, unredacted."""

_hearers: list[Hearer] = []

# loguru's own sink shows the values of local variables in a traceback. Until `setup_log`, nothing is said.
logger.remove()

_LONGEST_TEXT = 16_000
"""Characters of one value; journald cuts a line at 48 KiB."""

_PRIORITIES = {"DEBUG": 7, "INFO": 6, "WARNING": 4, "ERROR": 3}
"""Of syslog(3): journald reads them from `<n>` at the beginning of a line."""

_LIBRARIES = ("httpx", "httpcore", "apscheduler", "watchdog", "asyncio")
"""Heard from WARNING on: httpx names whole URLs at INFO, httpcore and watchdog all there is at DEBUG."""


def say(action: str, message: str = "", *, level: Level = "INFO", **fields: Field) -> None:
    """Given a stable name of what happened, a sentence for people and facts, write one line. Never raises."""
    _emit(level, action, message, fields)


def say_bug(action: str, exception: BaseException, **fields: Field) -> None:
    """Given an exception that nobody expected, write a line with its traceback, without variables' values."""
    _emit("ERROR", action, "a bug of syncd: please report this line", fields, exception)


def setup_log(
    format: Literal["auto", "text", "json"],  # noqa: A002 - the word of the configuration
    level: Level,
    secrets: Callable[[], Iterable[str]],
) -> None:
    """Given how to log and what returns the secrets known at the time, send every line to standard error.

    Again is fine: the new way takes the place of the old. "auto" is text on a terminal, fields in the journal,
    else JSON.
    `secrets` is called for every line, so it must be quick.
    """
    logger.remove()
    as_text = format == "text" or (format == "auto" and _is_terminal())
    logger.add(
        _make_sink(_build_text if as_text else _build_json, secrets, as_fields=format == "auto" and leads_to_journal()),
        level=level,
        format=lambda _: "",  # the sink builds the line itself
        catch=False,  # loguru would print the record, unredacted
        diagnose=False,
        backtrace=False,
    )
    _bring_in_standard_loggers()


@contextmanager
def heard_by(hearer: Hearer) -> Iterator[None]:
    """Given who wants to know, tell it each fact that is said from now on until the context is left.

    It is called where the fact is said, so it must be quick; what it raises is lost.
    """
    _hearers.append(hearer)
    try:
        yield
    finally:
        _hearers.remove(hearer)


class _Intercept(logging.Handler):
    """Hands what libraries log to our own sink."""

    def emit(self, record: logging.LogRecord) -> None:
        """Given a record of the standard library's logging, say it."""
        with suppress(Exception):  # a library's log call with arguments that do not fit its text
            exception = record.exc_info[1] if record.exc_info else None
            level = "ERROR" if record.levelno >= logging.ERROR else "WARNING"
            _emit(level, "library", record.getMessage(), {"library": record.name}, exception)


def _bring_in_standard_loggers() -> None:
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Intercept)]
    root.addHandler(_Intercept())
    root.setLevel(logging.WARNING)
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(False)  # so that it takes hold again where somebody else restored `showwarning`
    logging.captureWarnings(True)


def _emit(
    level: str,
    action: str,
    message: str,
    fields: dict[str, Field],
    exception: BaseException | None = None,
) -> None:
    for hearer in _hearers:
        with suppress(Exception):
            hearer(level, action, fields)
    # Whatever fails here, a full disk or a closed pipe, there is no place left to tell it.
    with suppress(Exception):
        logger.bind(action=action, fields=fields, exception=exception).log(level, message)


def _make_sink(
    build_line: Callable[["Record", dict[str, Field]], str],
    secrets: Callable[[], Iterable[str]],
    *,
    as_fields: bool,
) -> Callable[["Message"], None]:
    known: frozenset[str] = frozenset()

    def write_line(message: "Message") -> None:
        nonlocal known
        # Where a secret's file is just being replaced, those of the last line still hold.
        with suppress(Exception):
            known = frozenset(secrets())
        record = message.record
        facts = _clean_facts(record, known)
        number = _PRIORITIES[record["level"].name]
        if as_fields and send_entry(build_entry(_build_message(facts), number, facts)):
            return
        line = build_line(record, facts)
        priority = f"<{number}>" if os.environ.get("JOURNAL_STREAM") else ""
        sys.stderr.write(f"{priority}{line}\n")
        sys.stderr.flush()

    return write_line


def _clean_facts(record: "Record", secrets: frozenset[str]) -> dict[str, Field]:
    """Return action, message, fields and traceback in this order, as they may be shown."""
    extra = record["extra"]
    facts: dict[str, Field] = {
        "action": _clean(extra["action"], secrets),
        "message": _clean(record["message"], secrets),
    }
    for name, value in extra["fields"].items():
        facts[name if name not in {"time", "traceback"} else f"{name}_"] = _clean_field(name, value, secrets)
    if extra["exception"] is not None:
        facts["traceback"] = _clean_traceback(extra["exception"], secrets)
    return facts


def _clean_field(name: str, value: object, secrets: frozenset[str]) -> Field:
    if value is not None and is_secret_key(name):
        return MASK
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return _clean(str(value), secrets)


@lru_cache(maxsize=256)  # actions, endpoints and claims come again and again
def _clean(text: str, secrets: frozenset[str]) -> str:
    return show_name(_shorten(redact(text, secrets)))


def _clean_traceback(exception: BaseException, secrets: frozenset[str]) -> str:
    # Secrets first: one that holds a quotation mark would be torn apart.
    told = hide_quoted(redact("".join(traceback.format_exception(exception)), secrets))
    lines = _shorten(told).splitlines()
    return "\n".join(show_name(line) for line in lines)


def _shorten(text: str) -> str:
    """Return a text with its middle cut out where it is too long: a traceback says most at its two ends."""
    if len(text) <= _LONGEST_TEXT:
        return text
    return f"{text[: _LONGEST_TEXT // 2]} ... {text[-_LONGEST_TEXT // 2 :]}"


def _build_message(facts: dict[str, Field]) -> str:
    """Return what people read in the journal, which adds time and level itself."""
    shown = [f"{name}={_show_field(value)}" for name, value in facts.items() if name not in {"action", "message"}]
    return "  ".join(str(word) for word in (facts["action"], facts["message"], " ".join(shown)) if word)


def _build_text(record: "Record", facts: dict[str, Field]) -> str:
    level = record["level"].name.replace("WARNING", "WARN")
    action, message = facts.pop("action"), facts.pop("message")
    shown = [f"{name}={_show_field(value)}" for name, value in facts.items()]
    words = [f"{_tell_time(record)} {level:<5} {action}", message, " ".join(shown)]
    return "  ".join(str(word) for word in words if word)


def _show_field(value: Field) -> str:
    if not isinstance(value, str):
        return "-" if value is None else json.dumps(value)
    if re.fullmatch(r"[A-Za-z0-9_-]+", value):
        return value
    return '"' + value.replace('"', '\\"').replace("\n", "\\n") + '"'


def _build_json(record: "Record", facts: dict[str, Field]) -> str:
    # ASCII only: a terminal or a log shipper with another encoding still gets whole JSON
    return json.dumps({"time": _tell_time(record), "level": record["level"].name, **facts})


def _tell_time(record: "Record") -> str:
    return record["time"].astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
