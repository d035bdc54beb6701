"""The oracle: looks at the disk, the ledger and the API after a run and says what of the promise was broken.

Knows the promise and the formats of the outside, and no step of how it is kept.
"""

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.scripted_api import ScriptedApi
from support.sender import Drop, Sent
from support.setting import SIDECARS, find_home

DEATHS = 3
"""So many deaths of the process while a file was judged set it aside."""
GOOD = {"accepted", "already_accepted", "skipped"}
SOURCES = ("orders", "partner")
RETRIED = re.compile(r"\.retried-\d{8}T\d{6}Z")


@dataclass(slots=True)
class Filed:
    """A report, and what it is about."""

    source: str
    folder: str
    name: str  #: of the file in that folder
    report: Any
    sha256: str | None = None  #: of the file as it stands there; None: it is gone
    drop: Drop | None = None  #: what its sender dropped, as it was judged
    was_touched: bool = False  #: its sender wrote on in it after it was taken

    def __str__(self) -> str:
        return f"{self.source}/{self.folder}/{self.name}"

    @property
    def key(self) -> tuple[str, str, str]:
        return self.source, self.report["file"]["name"], self.report["file"]["sha256"]


def find_faults(root: Path, api: ScriptedApi, drops: Sequence[Drop]) -> Iterator[str]:
    """Given a world in which everything is settled, yield a sentence for each breach of the promise."""
    filed: list[Filed] = []
    retried: list[Filed] = []
    for source in SOURCES:
        home = find_home(root, source)
        if (home / "inbox").is_dir():
            own = [drop for drop in drops if drop.source == source]
            yield from _check_left(home, [drop for drop in own if drop.stays])
            yield from _read_reports(home, source, filed, retried)
            yield from _match(source, [one for one in filed if one.source == source], own)
    _match_retried(retried, drops)
    set_aside = _list_set_aside(root)
    for one in filed:
        if str(one) in set_aside and any(error["code"] == "internal" for error in one.report["errors"]):
            one.drop = None if one.drop is None else replace(one.drop, orders=(), is_whole=False)
    for one in filed:
        if one.drop is not None:
            yield from (f"{one}: {fault}" for fault in _check_report(one, one.drop, api))
            yield from (f"{one}: {fault}" for fault in _check_companions(root, one, one.drop))
    yield from _check_api(api, filed, retried)
    yield from _check_accepted([*filed, *retried], api)
    yield from _check_ledger(root, [*filed, *retried], api)


def _check_left(home: Path, staying: Sequence[Drop]) -> Iterator[str]:
    """What nothing proves to be whole stands in the inbox as it was brought; nothing else stands there, or in work."""
    expected = {drop.name: drop.sha256 for drop in staying}
    for path in sorted((home / "inbox").iterdir()):
        if path.name.startswith("."):
            continue  # its sender never gave it its name
        if path.name not in expected:
            yield f"{path.name} is still in inbox/"
        elif _hash(path) != expected.pop(path.name):
            yield f"{path.name} was changed in inbox/"
    yield from (f"{name} was taken, though nothing proves that it is whole" for name in sorted(expected))
    yield from (f"{path.name} is still in work/" for path in sorted((home / "work").iterdir()))


def _read_reports(home: Path, source: str, filed: list[Filed], retried: list[Filed]) -> Iterator[str]:
    """Read the reports of a source; each file has one, and each is about one file."""
    for folder in ("done", "failed"):
        paths = {path.name: path for path in (home / folder).iterdir()}
        companions = set()
        for name in sorted(name for name in paths if name.endswith(".report.json")):
            one = Filed(source, folder, "", json.loads(paths[name].read_bytes()))
            one.name = one.report["file"]["filed_as"]
            if RETRIED.sub("", name) != f"{one.name}.report.json":
                yield f"{folder}/{name} is about {one.name}"
            about = name.removesuffix(".report.json")
            companions |= {name, f"{about}.report.html", _name_rejected(about)}
            if RETRIED.search(name):
                retried.append(one)
                continue
            filed.append(one)
            companions |= {f"{one.name}{ending}" for ending in SIDECARS.values()}
            if one.name in paths:
                one.sha256 = _hash(paths[one.name])
            else:
                yield f"there is a report of {one}, which is not there"
        known = {one.name for one in filed if (one.source, one.folder) == (source, folder)}
        yield from (f"{folder}/{name} has no report" for name in sorted(paths.keys() - companions - known))


def _match(source: str, filed: Sequence[Filed], drops: Sequence[Drop]) -> Iterator[str]:
    """Find for each report the drop it is about; each was filed once, as it was dropped."""
    pending = [drop for drop in drops if not drop.stays]
    for one in sorted(filed, key=lambda one: one.report["file"]["sha256"] != one.sha256):
        for drop in sorted(pending, key=lambda drop: bool(drop.others)):
            versions = {version.sha256: version for version in (*drop.others, drop)}
            if drop.name == one.report["file"]["name"] and one.sha256 == drop.sha256 and one.key[2] in versions:
                pending.remove(drop)
                one.drop, one.was_touched = replace(versions[one.key[2]], sidecar=drop.sidecar), bool(drop.others)
                break
        else:
            yield f"{one}: nothing with this content was dropped, or it was filed twice"
    yield from (f"{source}: {drop.name} was dropped and never filed" for drop in pending)


def _match_retried(retried: Sequence[Filed], drops: Sequence[Drop]) -> None:
    """Find what each report from before a retry was about."""
    versions = {
        (version.source, version.name, version.sha256): version for drop in drops for version in (*drop.others, drop)
    }
    for one in retried:
        one.drop = versions.get(one.key)


def _list_set_aside(root: Path) -> set[str]:
    """Return the filed files that were set aside unread: three deaths of the process fell into their judging."""
    with closing(sqlite3.connect(root / "state/ledger.sqlite3")) as ledger:
        rows = ledger.execute("SELECT source, outcome, filed_as FROM files WHERE deaths >= ?", (DEATHS,)).fetchall()
    return {f"{source}/{outcome}/{bytes(filed_as or b'').decode()}" for source, outcome, filed_as in rows}


def _check_report(one: Filed, drop: Drop, api: ScriptedApi) -> Iterator[str]:
    report, outcomes = one.report, [order["outcome"] for order in one.report["orders"]]
    if report["outcome"] != one.folder:
        yield f"its report says {report['outcome']}"
    if report["totals"] != {**dict.fromkeys(report["totals"], 0), **Counter(outcomes), "orders": len(outcomes)}:
        yield "its totals do not add up"
    was_stopped = one.was_touched and any(error["code"] == "changed_while_processing" for error in report["errors"])
    if not drop.is_whole:
        if one.folder == "done" or not set(outcomes) <= {"invalid", "not_sent"}:
            yield f"a torn file ended as {outcomes}"
        return
    if (one.folder == "done") != (set(outcomes) <= GOOD and not was_stopped):
        yield f"it does not belong there with {outcomes}"
    if [order["reference"] for order in report["orders"]] != [sent.reference for sent in drop.orders]:
        yield "its report names other orders"
        return
    for sent, outcome in zip(drop.orders, outcomes, strict=True):
        right = _list_right_outcomes(sent, api) | ({"not_sent"} if was_stopped else set())
        if outcome not in right:
            yield f"{sent.reference} is {outcome}, not {' or '.join(sorted(right))}"


def _list_right_outcomes(sent: Sent, api: ScriptedApi) -> set[str]:
    if not sent.is_valid:
        return {"invalid"}
    if sent.is_refused:
        return {"rejected"}
    is_there = api.created.get(sent.reference, [None])[0] == sent.content
    return {"accepted", "already_accepted"} if is_there else {"conflict"}


def _check_companions(root: Path, one: Filed, drop: Drop) -> Iterator[str]:
    """A rejected file stands where orders failed and could be read; what proved a file whole stands beside it."""
    folder = find_home(root, one.source) / one.folder
    rejected = _name_rejected(one.name)  # one that was dropped again, and came to stand here, has its own report
    has_rejected = (folder / rejected).exists() and not (folder / f"{rejected}.report.json").exists()
    is_needed = drop.is_whole and any(order["outcome"] not in GOOD for order in one.report["orders"])
    if has_rejected != is_needed and not one.was_touched:
        yield f"rejected file {'without need' if has_rejected else 'is missing'}"
    sidecars = [folder / f"{one.name}{ending}" for ending in SIDECARS.values()]
    found = [path.read_bytes() for path in sidecars if path.exists()]
    if found != ([] if drop.sidecar is None else [drop.sidecar]):
        yield "what proves it whole does not stand beside it"


def _check_api(api: ScriptedApi, filed: Sequence[Filed], retried: Sequence[Filed]) -> Iterator[str]:
    """Every valid order of every whole file is there once, and nothing that no such file has."""
    wanted: dict[str, list[Any]] = {}
    owed = set()
    for one in (*filed, *retried):
        if one.drop is not None and one.drop.is_whole:
            for sent, order in zip(one.drop.orders, one.report["orders"], strict=False):
                if sent.is_valid and not sent.is_refused:
                    wanted.setdefault(sent.reference, []).append(sent.content)
                    if order["outcome"] != "not_sent":
                        owed.add(sent.reference)
    for reference in sorted(owed | api.created.keys()):
        created = api.created.get(reference, [])
        if len(created) != 1:
            yield f"{reference} is stored {len(created)} times"
        elif reference not in api.foreign and created[0] not in wanted.get(reference, []):
            yield f"{reference} is stored with a content that nobody sent"


def _check_accepted(reports: Sequence[Filed], api: ScriptedApi) -> Iterator[str]:
    """An order that we created is accepted in just one report."""
    accepted = Counter(
        order["reference"] for one in reports for order in one.report["orders"] if order["outcome"] == "accepted"
    )
    for reference in sorted(accepted.keys() | api.created.keys()):
        ours = reference in api.created and reference not in api.foreign
        if accepted[reference] != ours:
            yield f"{reference}: accepted in {accepted[reference]} reports, created by us: {ours}"


def _check_ledger(root: Path, reports: Sequence[Filed], api: ScriptedApi) -> Iterator[str]:
    """The ledger says of each file and order what one report says, and of each reference what the API has."""
    told = Counter((one.source, one.folder, one.name, one.key[2], *_list_outcomes(one.report)) for one in reports)
    with closing(sqlite3.connect(root / "state/ledger.sqlite3")) as ledger:
        files = ledger.execute("SELECT id, state, source, outcome, filed_as, sha256 FROM files").fetchall()
        for claim_id, state, source, outcome, filed_as, sha256 in files:
            orders = ledger.execute(
                "SELECT reference, state FROM orders WHERE file = ? ORDER BY record, id", (claim_id,)
            ).fetchall()
            row = (source, outcome, bytes(filed_as or b"").decode(), sha256, *orders)
            if state != "closed" or not told[row]:
                yield f"the ledger has {claim_id} as {state} {row}, and no report says so"
            told[row] -= 1
        yield from (f"the ledger does not know what a report says of {row}" for row in sorted(+told, key=str))
        deliveries = dict(ledger.execute("SELECT reference, state FROM deliveries").fetchall())
        if set(deliveries) != set(api.created) - (api.foreign - set(deliveries)) or set(deliveries.values()) - {
            "accepted"
        }:
            yield f"the ledger's deliveries are {deliveries}, the API has {sorted(api.created)}"


def _list_outcomes(report: Any) -> list[tuple[str, str]]:
    return [(order["reference"], order["outcome"]) for order in report["orders"]]


def list_archive(root: Path) -> dict[str, str]:
    """Return what stands in done, failed and the inventory's series, with its hash: none of it may change or vanish."""
    homes = [find_home(root, source) for source in SOURCES]
    folders = [home / name for home in homes for name in ("done", "failed")]
    paths = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    paths += (root / "inventory").glob("inventory-*")
    return {str(path.relative_to(root)): _hash(path) for path in paths if not path.name.startswith(".")}


def _name_rejected(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.rejected.{ending}"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
