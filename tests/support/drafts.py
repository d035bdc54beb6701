"""How good a draft is: which of the fields that a file tells are right without any edit."""

import re
from collections import Counter
from decimal import Decimal

from support.exports import ZONE, Export
from support.mappings import compile_text, judge_by, list_payloads
from syncd.core.draft import draft_mapping
from syncd.core.draft.model import OPEN
from syncd.core.places_json import write_path
from syncd.core.source_records import list_leaves
from syncd.core.validate import compile_checker

_TEXTS = {"SKU": {"type": "string"}, "OrderLineNumber": {"type": "string"}, "Qty": {"type": "number"}}
ANYTHING = compile_checker(
    {
        "type": "object",
        "properties": {
            "ReferenceNumber": {"type": "string"},
            "OrderItems": {"type": "array", "items": {"type": "object", "properties": _TEXTS}},
        },
    }
)
"""A schema that asks for nothing: what a draft leaves open does not hide the rest."""


_ANSWERS = {
    "ReceivedDate": '"2026-01-01T00:00:00Z"',
    "DispatchBy": '"2026-12-01T00:00:00Z"',
    "PricePerUnit": "9.90",
    "Qty": "1",
    "Currency": "EUR",
}


_NOWHERE = "{FullName: A, Address1: B, Town: C, PostCode: D, Country: E}"
_SOMEWHERE = re.sub("([A-E])(?=[,}])", "{constant: \\1}", _NOWHERE)


def answer(text: str) -> str:
    """Given a draft, return it with every question answered: what waits behind # is taken in, the rest a constant."""
    answered = []
    for line in text.splitlines():
        found = re.match(r"( *)# (\w+): (.+?)  # ", line)
        if found and found[3] == OPEN:
            line = f"{found[1]}{found[2]}: {{constant: {_ANSWERS.get(found[2], 'Answer')}}}"  # noqa: PLW2901
        elif found and found[2] not in {"keep", "group", "comment", "from", "numbers"}:
            line = f"{found[1]}{found[2]}: {found[3]}"  # noqa: PLW2901
        answered.append(line.replace("# BillingAddress: {otherwise", "BillingAddress: {otherwise"))
    text = "\n".join(answered).replace(f"date: {OPEN}", "date: iso").replace(_NOWHERE, _SOMEWHERE)
    return text + "\n"


def list_drafted(export: Export) -> list[dict]:
    """Given an export, return the payloads that its draft makes of it without any edit."""
    text = draft_mapping(export.content, export.name)
    return list_payloads(judge_by(compile_text(text), export.content, export.name, checker=ANYTHING, zone=ZONE))


def count_right(expected: list[dict], got: list[dict]) -> tuple[int, int]:
    """Given expected and drafted orders, return how many fields are right, and how many there are."""
    by_reference = {_fold(order.get("ReferenceNumber")): order for order in got}
    right = total = 0
    for order in expected:
        wanted, found = flatten(order), flatten(by_reference.get(_fold(order["ReferenceNumber"]), {}))
        total += len(wanted)
        right += sum(found.get(name) == value for name, value in wanted.items())
    return right, total


def _fold(reference: object) -> str:
    """Return the number in a reference: a mapping may put something before it that no file tells."""
    return re.sub("[^0-9]", "", str(reference)).lstrip("0")


def flatten(order: dict) -> dict:
    """Given an order, return its filled fields by path, numbers alike however they are written."""
    leaves = {write_path(path): value for path, value in list_leaves(order)}
    return {
        name: Decimal(str(value)).normalize() if isinstance(value, int | float | Decimal) else value
        for name, value in leaves.items()
        if value not in (None, "", [], {})
    }


def tell_core(orders: list[dict]) -> Counter:
    """Given orders, return what must never be wrong in them: references, and each item's article, pieces and price."""
    names = ("SKU", "Qty", "PricePerUnit")
    return Counter(
        (
            order.get("ReferenceNumber"),
            *(tuple(str(flatten(item).get(name)) for name in names) for item in order.get("OrderItems", [])),
        )
        for order in orders
    )
