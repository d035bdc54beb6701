"""A mapping's fields beside those that an order has: a name nobody knows is found before any file is read.

Goes by the plan of the order's schema. Refuses to judge values, and what a schema leaves open.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from syncd.core.kinds import UNKNOWN, Kind, Plan
from syncd.core.mapping.build import find_fields, suggest
from syncd.core.mapping.model import Fault, KeyPath
from syncd.core.validate import NEVER_SENT

_SINGLE = frozenset({Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.TIME})


def list_unknown_fields(data: dict[str, Any], plan: Plan, list_name: str) -> Iterator[Fault]:
    """Given a mapping's data, the plan of an order and its list of items, yield each field that cannot be."""
    items = plan.fields.get(list_name, UNKNOWN).items or UNKNOWN
    homes = dict.fromkeys(items.fields, "items: fields:")
    for name, inner in plan.fields.items():
        homes |= dict.fromkeys(inner.fields, f"{name}:")
    homes |= dict.fromkeys(plan.fields, "order:")
    as_csv = data.get("read", {}).get("format", "csv") not in {"json", "ndjson"}
    for name in NEVER_SENT & data["order"].keys():
        yield Fault(("order", name), "is never sent; take the line out")
    sent = {name: spec for name, spec in data["order"].items() if name not in NEVER_SENT}
    plan = replace(plan, fields={name: inner for name, inner in plan.fields.items() if name not in NEVER_SENT})
    yield from _compare(sent, plan, ("order",), homes, as_csv=as_csv)
    told = data.get("items")
    if told is not None:
        yield from _compare(told["fields"], items, ("items", "fields"), homes, as_csv=as_csv)


def _compare(
    fields: dict[str, Any], plan: Plan, key: KeyPath, homes: dict[str, str], *, as_csv: bool
) -> Iterator[Fault]:
    for name, spec in fields.items():
        at = (*key, name)
        inside = find_fields(spec)
        known = plan.fields.get(name)
        if known is None:
            if plan.closed:
                yield Fault(at, f"is no known field{_find_home(name, plan, homes)}")
        elif inside is None:
            if known.kind is Kind.OBJECT and as_csv:
                some = next((each for each in known.fields if each in known.required), "its own")
                yield Fault(at, f"has fields of its own: put each on a line below it, such as {some}")
        elif known.kind is Kind.LIST:
            yield Fault(at, "is a list: describe its entries under items:, which stands beside order:")
        elif known.kind in _SINGLE:
            yield Fault(at, "is one value and has no fields: write a column behind the colon")
        else:
            within = (*at, "fields") if inside is not spec else at
            yield from _compare(inside, known, within, homes, as_csv=as_csv)


def _find_home(name: str, plan: Plan, homes: dict[str, str]) -> str:
    near = suggest(name, plan.fields)
    if name in homes and not near.startswith("; did"):
        return f" here; it belongs under {homes[name]}"
    return near
