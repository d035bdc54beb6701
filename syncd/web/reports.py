"""A file's report, read for the status page: what is wrong with it, order by order, without a single value.

A report may name the offending value in its sentences; this page never does, so each is taken out again. Finds
reports by the ledger alone, never by a path that somebody asks for.
"""

import json
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.config.model import Config
from syncd.core.model import Outcome
from syncd.core.names import report_name, show_name
from syncd.core.report import HIDDEN
from syncd.core.report_words import OUTCOME_WORDS, say_headline, say_lines, say_rest
from syncd.edges.clock import Clock
from syncd.edges.ledger import LEDGER_NAME, Ledger
from syncd.edges.ledger_files import FileRow, find_file
from syncd.edges.spool import read_chunks
from syncd.errors import StorageError
from syncd.flows.filing import HARMLESS
from syncd.flows.survey import find_filed

MOST_BYTES = 32 * 1024**2
"""A larger report is not opened here."""
MOST_ORDERS = 200
"""Orders that need mending and are shown; the rest is counted."""
_GOOD = (Outcome.ACCEPTED, Outcome.ALREADY_ACCEPTED, Outcome.SKIPPED)
_AGREE = re.compile(r" in line [0-9]+: the rows of one order must agree in it$")
_CLAIM_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong, and where."""

    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class BadOrder:
    """An order that was not accepted."""

    reference: str | None
    lines: str
    outcome: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report as the page shows it."""

    row: FileRow
    name: str
    folder: str
    headline: str
    rest: tuple[str, ...]
    totals: tuple[tuple[str, int], ...]
    faults: tuple[Fault, ...]  #: of the file as a whole
    orders: tuple[BadOrder, ...]
    more: int
    missing: str | None  #: why the report itself cannot be shown


def read_report(config: Config, clock: Clock, claim_id: str) -> ShownReport | None:
    """Given a claim, return its report; None where the ledger knows no such file, or it is not filed yet."""
    if not _CLAIM_ID.fullmatch(claim_id) or not (config.state_dir / LEDGER_NAME).exists():
        return None
    with closing(Ledger(config.state_dir, clock, read_only=True)) as ledger:
        row = find_file(ledger, claim_id)
    if row is None or row.state != "closed":
        return None
    path = find_filed(config, row)
    if path is None:
        return _show(row, path, {}, f"The source {row.claim.source} is no longer in the configuration.")
    try:
        chunks, size = [], 0
        for chunk in read_chunks(path.with_name(report_name(path.name))):
            chunks.append(chunk)
            size += len(chunk)
            if size > MOST_BYTES:
                return _show(row, path, {}, "The report is too large to be shown here; open the file itself.")
        report = json.loads(b"".join(chunks))
        return _show(row, path, report, None)
    except FileNotFoundError:
        return _show(row, path, {}, "The report is no longer where it was filed: it was moved, removed or encrypted.")
    except StorageError as error:
        return _show(row, path, {}, str(error))
    except (ValueError, LookupError, TypeError, AttributeError):
        return _show(row, path, {}, "The report cannot be understood: something else has written to it.")


def hide_value(error: Mapping[str, Any]) -> str:
    """Given an error of a report, return its sentence without the offending value and the one it is compared with."""
    message, value, other = str(error["message"]), error.get("value"), error.get("other")
    if error.get("code") == "refused_by_api":  # the API's own words may quote anything
        return f"{message.partition(':')[0]}; its words stand in the report"
    if value is None and other is None:
        return message
    if other is not None or error.get("code") == "contradiction":
        return _hide_between(message, value, other) or f"does not fit the rule {error.get('code')}"
    quoted, bare = f'"{value}"', re.compile(rf"(?<!\w){re.escape(str(value))}(?!\w)")
    hidden = message.replace(quoted, HIDDEN) if quoted in message else bare.sub(HIDDEN, message)
    left = hidden.replace(HIDDEN, "")
    if hidden == message or (str(value).strip() and bare.search(left)):
        return f"does not fit the rule {error.get('code')}"
    return hidden


def _hide_between(message: str, value: object, other: object) -> str | None:
    """Return a sentence without its two values and whatever stands between them; None where they are not found.

    Where one value is part of the other, or of both and the words between, no replacing would be safe. Reports of
    earlier versions hold the second value in the sentence alone: there the words behind it tell where it ends.
    """
    starts = [message.find(shown) for shown in _list_shown(value) if shown in message]
    ends = [message.rfind(shown) + len(shown) for shown in _list_shown(other) if shown in message]
    ends += [tail.start() for tail in [_AGREE.search(message)] if tail and other is None]
    if not starts or not ends or max(ends) <= min(starts):
        return None
    return f"{message[: min(starts)]}{HIDDEN} here, and {HIDDEN}{message[max(ends) :]}"


def _list_shown(value: object) -> list[str]:
    """Return how a value may stand in a sentence: in quotes or without."""
    text = "" if value is None else str(value)
    return [f'"{text}"', text] if text.strip() else [f'"{text}"']


def _show(row: FileRow, path: Path | None, report: Mapping[str, Any], missing: str | None) -> ShownReport:
    totals = {outcome: int(report.get("totals", {}).get(outcome.value, 0)) for outcome in Outcome}
    file_errors = report.get("errors", [])
    bad = [order for order in report.get("orders", []) if order["outcome"] not in _GOOD]
    refused = any(error.get("code") not in HARMLESS for error in file_errors)
    return ShownReport(
        row=row,
        name=show_name(row.claim.name),
        folder="" if path is None else show_name(str(path.parent)),
        headline=say_headline(totals, refused=refused) if missing is None else "",
        rest=tuple(say_rest(totals)),
        totals=tuple((OUTCOME_WORDS[outcome], count) for outcome, count in totals.items() if count),
        faults=tuple(map(_read_fault, file_errors)),
        orders=tuple(map(_read_order, bad[:MOST_ORDERS])),
        more=max(0, len(bad) - MOST_ORDERS),
        missing=missing,
    )


def _read_order(order: Mapping[str, Any]) -> BadOrder:
    return BadOrder(
        reference=order.get("reference"),
        lines=say_lines(order.get("lines", [])),
        outcome=OUTCOME_WORDS[Outcome(order["outcome"])],
        faults=tuple(map(_read_fault, order.get("errors", []))),
    )


def _read_fault(error: Mapping[str, Any]) -> Fault:
    line = f"line {error['line']}" if error.get("line") else ""
    place = ", ".join(filter(None, (line, error.get("column") or error.get("field") or "")))
    return Fault(place, hide_value(error))
