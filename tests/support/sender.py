"""Senders drawn from a seed: whole files and torn ones, good orders and bad ones, and everything dropped twice.

Remembers of each drop what must become of it; knows nothing of how syncd works.
"""

import csv
import hashlib
import io
import json
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from support.orders import make_order, write_csv, write_json, write_ndjson
from support.scripted_api import REFUSED_BUYER
from support.setting import Place

WRITERS = {".csv": write_csv, ".json": write_json, ".ndjson": write_ndjson}


@dataclass(frozen=True, slots=True)
class Sent:
    """An order in a drop."""

    order: dict[str, Any]

    @property
    def reference(self) -> str:
        return str(self.order["ReferenceNumber"])

    @property
    def is_valid(self) -> bool:
        return all(item["Qty"] > 0 for item in self.order["OrderItems"])

    @property
    def is_refused(self) -> bool:
        return self.order["ChannelBuyerName"] == REFUSED_BUYER

    @property
    def content(self) -> Any:
        """Return it as the API reads it."""
        return json.loads(json.dumps(self.order), parse_float=Decimal)


@dataclass(frozen=True, slots=True)
class Drop:
    """A file as it was put into an inbox, and as it has to be filed."""

    name: str
    content: bytes
    orders: tuple[Sent, ...]
    is_whole: bool = True
    source: str = "orders"
    sidecar: bytes | None = None  #: what was sent beside it to prove that it is whole
    stays: bool = False  #: nothing proves that it is whole: it must not be taken
    others: tuple["Drop", ...] = ()  #: what it held before its sender wrote on in it, after it was taken

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Sender:
    """Makes one drop after another."""

    def __init__(self, random: Random) -> None:
        self.drops: list[Drop] = []
        self._random = random
        self._orders: list[dict[str, Any]] = []
        self._mended: set[tuple[str, str]] = set()
        self._prepared = 0

    def drop(self, root: Path, place: Place) -> Drop:
        """Put the next file into the inbox of a source, never over another one, and what proves that it is whole."""
        inbox = place.folder(root, "inbox")
        drop = self._choose(place, place.folder(root, "failed"))
        if any((inbox / name).exists() for name in _list_names(drop, place)):
            drop = replace(drop, name=f"{len(self.drops)}-{drop.name}")
        self.drops.append(drop)
        for name, content in zip(_list_names(drop, place), (drop.content, drop.sidecar), strict=False):
            (inbox / name).write_bytes(content or b"")
        return drop

    def prepare(self, place: Place) -> Drop:
        """Return a whole file for somebody else to bring, under a name of its own."""
        self._prepared += 1
        drop = self._write(place, f"U{self._prepared}")
        ending = Path(drop.name).suffix
        return replace(drop, name=f"upload-{self._prepared}{ending}")

    def _choose(self, place: Place, failed: Path) -> Drop:
        draw = self._random.random()
        known = [drop for drop in self.drops if drop.source == place.name and not drop.stays and not drop.others]
        if known and draw < 0.2:
            old = self._random.choice(known)
            again = old if draw < 0.1 else replace(old, name=f"again-{len(self.drops)}-{old.name}"[-60:])
            return _vouch_anew(again, place)
        if draw < 0.35 and (mended := self._mend(place, failed)) is not None:
            return mended
        drop = self._write(place, str(len(self.drops)))
        return self._tear(drop, place) if self._random.random() < 0.12 else drop

    def _write(self, place: Place, mark: str) -> Drop:
        ending = self._random.choice(tuple(WRITERS))
        many = self._random.choice((1, 1, 2, 3, 5, 8, 30))
        chosen: dict[str, dict[str, Any]] = {}
        for number in range(many):
            order = self._write_order(f"{mark}-{number}")
            chosen.setdefault(order["ReferenceNumber"], order)
        orders = list(chosen.values())
        if ending != ".csv" and self._random.random() < 0.2:
            orders.append(orders[0])  # the same order twice in one file
        self._orders += orders
        name = f"orders{ending}" if self._random.random() < 0.2 else f"orders-{mark}{ending}"
        content = place.finish(ending, WRITERS[ending](*orders), len(orders))
        drop = Drop(name, content, tuple(map(Sent, orders)), source=place.name)
        return replace(drop, sidecar=place.vouch(content))

    def _write_order(self, mark: str) -> dict[str, Any]:
        draw = self._random.random()
        lines, qty = self._random.randint(1, 3), self._random.randint(1, 9)
        if self._orders and draw < 0.1:
            return self._random.choice(self._orders)
        if self._orders and draw < 0.15:
            other = self._random.choice(self._orders)
            if not Sent(other).is_refused:
                return make_order(other["ReferenceNumber"], lines=lines, qty=10 + qty)
        if draw < 0.22:
            return make_order(f"R/{mark}", lines=lines, qty=0)
        if draw < 0.26:
            return make_order(f"R {mark}", ChannelBuyerName=REFUSED_BUYER)
        return make_order(f"R-{mark}", lines=lines, qty=qty)

    def _tear(self, drop: Drop, place: Place) -> Drop:
        """Cut a file where the cut can be seen: anywhere, if what proves that it is whole is made of all of it."""
        cut = self._random.randint(1, len(drop.content) - 2)
        is_proven = place.evidence == "checksum" or (place.evidence == "trailer" and not drop.name.endswith(".json"))
        if is_proven:
            cut = min(cut, len(drop.content.rstrip()) - 1)
            if self._random.random() < 0.6:
                cut = drop.content.rfind(b"\n", 0, cut) + 1 or cut
        else:
            while drop.content[cut - 1 : cut] in (b"\n", b"\r") or drop.content[cut : cut + 1] in (b"\n", b"\r"):
                cut -= 1
        return replace(drop, content=drop.content[:cut], orders=(), is_whole=False)

    def _mend(self, place: Place, failed: Path) -> Drop | None:
        """Take a rejected file, mend what can be mended, and return it under a new name, or under its own."""
        for path in sorted(failed.glob("*.rejected.*")):
            if path.suffix not in WRITERS or path.name.endswith(".report.json") or ".retried-" in path.name:
                continue
            if (place.name, path.name) not in self._mended:
                self._mended.add((place.name, path.name))
                content = path.read_bytes().replace(b",A thing,0,", b",A thing,4,").replace(b'"Qty": 0', b'"Qty": 4')
                orders = read_orders(path.suffix, content.decode())
                is_plain = self._random.random() < 0.3
                name = path.name if is_plain else f"mended-{len(self.drops)}{path.suffix}"
                drop = Drop(name, content, tuple(map(Sent, orders)), source=place.name)
                return _vouch_anew(drop, place)
        return None


def _vouch_anew(drop: Drop, place: Place) -> Drop:
    """Return a drop with the proof it needs under its name; a torn one keeps the one that gives it away."""
    if Path(drop.name).stem.endswith(".rejected"):
        return replace(drop, sidecar=None)
    return drop if drop.sidecar is not None else replace(drop, sidecar=place.vouch(drop.content))


def _list_names(drop: Drop, place: Place) -> list[str]:
    return [drop.name] if drop.sidecar is None else [drop.name, f"{drop.name}{place.ending}"]


def list_whole_orders(place: Place, whole: Drop, content: bytes) -> tuple[Sent, ...] | None:
    """Return the orders of the beginning of a file that nothing tells from a whole one; None where something does.

    Nothing but evidence tells a table that ends behind a row, or orders a line that end behind one.
    """
    ending = Path(whole.name).suffix
    is_all = content.rstrip() == whole.content.rstrip()
    if place.evidence == "trailer" and ending != ".json":
        return whole.orders if is_all else None
    if not content.strip() or (ending == ".csv" and not content.endswith((b"\n", b"\r"))):
        return None
    if is_all:
        return whole.orders
    try:
        return tuple(map(Sent, read_orders(ending, content.decode())))
    except ValueError:
        return None


def read_orders(ending: str, text: str) -> list[dict[str, Any]]:
    """Read what `WRITERS` wrote, and `_error` beside it."""
    if ending == ".json":
        orders = json.loads(text)
    elif ending == ".ndjson":
        orders = [json.loads(line) for line in text.splitlines()]
    else:
        orders = []
        for row in csv.DictReader(io.StringIO(text, newline="")):
            if not orders or orders[-1]["ReferenceNumber"] != row["ReferenceNumber"]:
                orders.append(make_order(row["ReferenceNumber"], lines=0, ChannelBuyerName=row["ChannelBuyerName"]))
            line = make_order("", lines=1, qty=int(row["OrderItems.Qty"]))["OrderItems"][0]
            number = row["OrderItems.OrderLineNumber"]
            orders[-1]["OrderItems"].append(line | {"OrderLineNumber": number, "SKU": f"SKU-{number}"})
    return [{key: value for key, value in order.items() if key != "_error"} for order in orders]
