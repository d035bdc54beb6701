"""The oracle: looks at the disk, the ledger and the API after a run and says what of the promise was broken.

Knows the promise and the formats of the outside, and no step of how it is kept.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.scripted_api import ScriptedApi
from support.sender import Drop, Sent

Reports = dict[tuple[str, str], Any]
"""By folder and the name of the filed file."""
DEATHS = 3
"""So many deaths of the process while a file was judged set it aside."""
GOOD = {"accepted", "already_accepted", "skipped"}


def find_faults(root: Path, api: ScriptedApi, drops: Sequence[Drop]) -> Iterator[str]:
    """Given a world in which everything is settled, yield a sentence for each breach of the promise."""
    filed = {folder: _list_files(root / folder) for folder in ("done", "failed")}
    for folder in ("inbox", "work"):
        yield from (f"{path.name} is still in {folder}/" for path in sorted((root / folder).iterdir()))
    reports: Reports = {}
    companions = set()
    for folder, paths in filed.items():
        for name in sorted(paths):
            if name.endswith(".report.json"):
                report = json.loads(paths[name].read_bytes())
                reports[folder, report["file"]["filed_as"]] = report
                filed_as = report["file"]["filed_as"]
                companions |= {(folder, name), (folder, f"{filed_as}.report.html"), (folder, _name_rejected(filed_as))}
                if name != f"{filed_as}.report.json":
                    yield f"{folder}/{name} is about {filed_as}"
    originals = {(folder, name) for folder, paths in filed.items() for name in paths} - companions
    yield from (f"{key} has no report" for key in sorted(originals - reports.keys()))
    yield from (f"there is a report of {key}, which is not there" for key in sorted(reports.keys() - originals))
    expected = Counter(drop.key for drop in drops)
    found = Counter(
        (report["file"]["name"], _hash(filed[key[0]][key[1]])) for key, report in reports.items() if key in originals
    )
    yield from (
        f"{key[0]}: dropped {expected[key]} times, filed {found[key]} times"
        for key in expected | found
        if expected[key] != found[key]
    )
    set_aside = _list_set_aside(root)
    read = {
        (report["file"]["name"], report["file"]["sha256"]) for key, report in reports.items() if key not in set_aside
    }
    yield from _check_api(api, [drop for drop in drops if drop.key in read])
    yield from _check_reports(reports, filed, drops, api, set_aside)
    yield from _check_accepted(reports, api)
    yield from _check_ledger(root, reports, api)


def _check_reports(
    reports: Reports,
    filed: dict[str, dict[str, Path]],
    drops: Sequence[Drop],
    api: ScriptedApi,
    set_aside: set[tuple[str, str]],
) -> Iterator[str]:
    by_key = {drop.key: drop for drop in drops}
    for (folder, name), report in sorted(reports.items()):
        drop = by_key.get((report["file"]["name"], report["file"]["sha256"]))
        if drop is None:
            yield f"{folder}/{name}: nothing with this content was dropped"
        else:
            if (folder, name) in set_aside:
                drop = replace(drop, orders=(), is_whole=False)
            yield from (f"{folder}/{name}: {fault}" for fault in _check_report(report, drop, folder, api))
            has_rejected = _name_rejected(name) in filed[folder]
            if has_rejected != (drop.is_whole and any(order["outcome"] not in GOOD for order in report["orders"])):
                yield f"{folder}/{name}: rejected file {'without need' if has_rejected else 'is missing'}"


def _check_accepted(reports: Reports, api: ScriptedApi) -> Iterator[str]:
    """An order that we created is accepted in just one report."""
    accepted = Counter(
        order["reference"]
        for report in reports.values()
        for order in report["orders"]
        if order["outcome"] == "accepted"
    )
    for reference in sorted(accepted.keys() | api.created.keys()):
        ours = reference in api.created and reference not in api.foreign
        if accepted[reference] != ours:
            yield f"{reference}: accepted in {accepted[reference]} reports, created by us: {ours}"


def _list_set_aside(root: Path) -> set[tuple[str, str]]:
    """Return the filed files that were set aside unread: three deaths of the process fell into their judging."""
    with closing(sqlite3.connect(root / "state/ledger.sqlite3")) as ledger:
        rows = ledger.execute("SELECT outcome, filed_as FROM files WHERE deaths >= ?", (DEATHS,)).fetchall()
    return {(outcome, bytes(filed_as or b"").decode()) for outcome, filed_as in rows}


def _check_api(api: ScriptedApi, drops: Sequence[Drop]) -> Iterator[str]:
    """Every valid order of every whole file is there once."""
    wanted: dict[str, list[Any]] = {}
    for drop in drops:
        for sent in drop.orders:
            if drop.is_whole and sent.is_valid and not sent.is_refused:
                wanted.setdefault(sent.reference, []).append(sent.content)
    for reference in sorted(wanted.keys() | api.created.keys()):
        created = api.created.get(reference, [])
        if len(created) != 1:
            yield f"{reference} is stored {len(created)} times"
        elif reference not in api.foreign and created[0] not in wanted.get(reference, []):
            yield f"{reference} is stored with a content that nobody sent"


def _check_report(report: Any, drop: Drop, folder: str, api: ScriptedApi) -> Iterator[str]:
    outcomes = [order["outcome"] for order in report["orders"]]
    if report["outcome"] != folder:
        yield f"its report says {report['outcome']}"
    if report["totals"] != {**dict.fromkeys(report["totals"], 0), **Counter(outcomes), "orders": len(outcomes)}:
        yield "its totals do not add up"
    if not drop.is_whole:
        if folder == "done" or not set(outcomes) <= {"invalid", "not_sent"}:
            yield f"a torn file ended as {outcomes}"
        return
    if (folder == "done") != (set(outcomes) <= GOOD):
        yield f"it does not belong there with {outcomes}"
    if [order["reference"] for order in report["orders"]] != [sent.reference for sent in drop.orders]:
        yield "its report names other orders"
        return
    for sent, outcome in zip(drop.orders, outcomes, strict=True):
        right = _list_right_outcomes(sent, api)
        if outcome not in right:
            yield f"{sent.reference} is {outcome}, not {' or '.join(sorted(right))}"


def _list_right_outcomes(sent: Sent, api: ScriptedApi) -> set[str]:
    if not sent.is_valid:
        return {"invalid"}
    if sent.is_refused:
        return {"rejected"}
    is_there = api.created.get(sent.reference, [None])[0] == sent.content
    return {"accepted", "already_accepted"} if is_there else {"conflict"}


def _check_ledger(root: Path, reports: Reports, api: ScriptedApi) -> Iterator[str]:
    with closing(sqlite3.connect(root / "state/ledger.sqlite3")) as ledger:
        files = ledger.execute("SELECT id, state, outcome, filed_as, sha256 FROM files").fetchall()
        for claim_id, state, outcome, filed_as, sha256 in files:
            report = reports.get((outcome, bytes(filed_as or b"").decode()))
            orders = ledger.execute(
                "SELECT reference, state FROM orders WHERE file = ? ORDER BY record, id", (claim_id,)
            ).fetchall()
            if state != "closed" or report is None:
                yield f"the ledger has {claim_id} as {state} {outcome}"
            elif report["file"]["sha256"] != sha256:
                yield f"the ledger has another sha256 for {report['file']['name']}"
            elif orders != [(order["reference"], order["outcome"]) for order in report["orders"]]:
                yield f"ledger and report of {report['file']['name']} differ"
        if len(files) != len(reports):
            yield f"the ledger knows {len(files)} files, and there are {len(reports)} reports"
        deliveries = dict(ledger.execute("SELECT reference, state FROM deliveries").fetchall())
        if set(deliveries) != set(api.created) - (api.foreign - set(deliveries)) or set(deliveries.values()) - {
            "accepted"
        }:
            yield f"the ledger's deliveries are {deliveries}, the API has {sorted(api.created)}"


def list_archive(root: Path) -> dict[str, str]:
    """Return what stands in done and failed, with its hash: none of it may ever change or vanish."""
    return {
        f"{folder}/{name}": _hash(path)
        for folder in ("done", "failed")
        for name, path in _list_files(root / folder).items()
        if not name.startswith(".")
    }


def _list_files(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.iterdir()}


def _name_rejected(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.rejected.{ending}"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
