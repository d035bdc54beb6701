"""A sender drawn from a seed: whole files and torn ones, good orders and bad ones, and everything dropped twice.

Remembers of each drop what must become of it; knows nothing of how syncd works.
"""

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from support.orders import make_order, write_csv, write_json, write_ndjson
from support.scripted_api import REFUSED_BUYER

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
    """A file as it was put into the inbox."""

    name: str
    content: bytes
    orders: tuple[Sent, ...]
    is_whole: bool = True

    @property
    def key(self) -> tuple[str, str]:
        return self.name, hashlib.sha256(self.content).hexdigest()


class Sender:
    """Makes one drop after another."""

    def __init__(self, random: Random) -> None:
        self.drops: list[Drop] = []
        self._random = random
        self._orders: list[dict[str, Any]] = []
        self._mended: set[str] = set()

    def drop(self, inbox: Path, failed: Path) -> Drop:
        """Put the next file into the inbox, never over another one."""
        drop = self._choose(failed)
        if (inbox / drop.name).exists():
            drop = Drop(f"{len(self.drops)}-{drop.name}", drop.content, drop.orders, drop.is_whole)
        self.drops.append(drop)
        (inbox / drop.name).write_bytes(drop.content)
        return drop

    def _choose(self, failed: Path) -> Drop:
        draw = self._random.random()
        if self.drops and draw < 0.1:
            return self._random.choice(self.drops)
        if self.drops and draw < 0.2:
            old = self._random.choice(self.drops)
            return Drop(f"again-{len(self.drops)}-{old.name}"[-60:], old.content, old.orders, old.is_whole)
        if draw < 0.35 and (mended := self._mend(failed)) is not None:
            return mended
        drop = self._write()
        return self._tear(drop) if self._random.random() < 0.12 else drop

    def _write(self) -> Drop:
        ending = self._random.choice(tuple(WRITERS))
        many = self._random.choice((1, 1, 2, 3, 5, 8, 30))
        chosen: dict[str, dict[str, Any]] = {}
        for number in range(many):
            order = self._write_order(f"{len(self.drops)}-{number}")
            chosen.setdefault(order["ReferenceNumber"], order)
        orders = list(chosen.values())
        if ending != ".csv" and self._random.random() < 0.2:
            orders.append(orders[0])  # the same order twice in one file
        self._orders += orders
        name = f"orders{ending}" if self._random.random() < 0.2 else f"orders-{len(self.drops)}{ending}"
        return Drop(name, WRITERS[ending](*orders), tuple(map(Sent, orders)))

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

    def _tear(self, drop: Drop) -> Drop:
        """Cut a file where the cut can be seen."""
        cut = self._random.randint(1, len(drop.content) - 2)
        while drop.content[cut - 1 : cut] in (b"\n", b"\r") or drop.content[cut : cut + 1] in (b"\n", b"\r"):
            cut -= 1
        return Drop(drop.name, drop.content[:cut], (), is_whole=False)

    def _mend(self, failed: Path) -> Drop | None:
        """Take a rejected file, mend what can be mended, and return it under a new name."""
        for path in sorted(failed.glob("*.rejected.*")):
            if path.name not in self._mended and not path.name.endswith(".report.json"):
                self._mended.add(path.name)
                content = path.read_bytes().replace(b",A thing,0,", b",A thing,4,").replace(b'"Qty": 0', b'"Qty": 4')
                orders = read_orders(path.suffix, content.decode())
                return Drop(f"mended-{len(self.drops)}{path.suffix}", content, tuple(map(Sent, orders)))
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
