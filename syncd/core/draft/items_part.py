"""The items of a draft: a line for each field, and the arithmetic where a price is for all pieces or without tax.

Refuses to guess a price: which one it took, and what speaks for it, stands beside it.
"""

from collections.abc import Iterator

from syncd.core.draft.choose import LIKELY, Choice, Choices
from syncd.core.draft.model import OPEN, Column, Line
from syncd.core.draft.values import Writer
from syncd.core.draft.words import list_part
from syncd.core.draft.yaml import quote

GROSS = {"gross", "incl", "ttc", "brutto", "bruttopreis", "iva", "vat", "mwst"}
"""Words that say of a price that tax is in it."""
_REQUIRED = ("SKU", "Qty", "PricePerUnit")
_SOURCES = ("NetPrice", "LineTotal", "NetTotal")


def write_items(writer: Writer, item: Choices, rate: Choice | None) -> Iterator[Line]:
    """Given the columns of items and that of a tax rate that only the order has, yield what `items:` says."""
    layout = writer.seen.layout
    yield "items:", ""
    yield from layout.source
    price = choose_price(item, rate)
    needed = _list_values(price)
    if needed:
        yield "  values:", ""
    for name, source in needed:
        choice = item.get(source)
        column = choice.column if choice else None
        yield f"    {name}: {_write_value(writer, source, column, rate)}", ""
    yield "  fields:", ""
    if "OrderLineNumber" not in item:
        yield "    OrderLineNumber: {counted: true}", "no column looks like it"
    for field in list_part("item"):
        yield from _write_field(writer, field.name, item, rate, price)


def choose_price(item: Choices, rate: Choice | None) -> str:
    """Given the columns of items, return which of them the price of one piece comes from; "" for none."""
    plain = item.get("PricePerUnit")
    if plain is not None and (plain.sure >= LIKELY or not any(name in item for name in _SOURCES)):
        return "PricePerUnit"
    taxed = "TaxRate" in item or rate is not None
    ways = {"NetPrice": taxed, "LineTotal": "Qty" in item, "NetTotal": taxed and "Qty" in item}
    return next((name for name, possible in ways.items() if name in item and possible), "PricePerUnit" if plain else "")


def _list_values(price: str) -> list[tuple[str, str]]:
    values = {
        "NetPrice": [("net", "NetPrice"), ("rate", "TaxRate")],
        "LineTotal": [("total", "LineTotal"), ("quantity", "Qty")],
        "NetTotal": [("net", "NetTotal"), ("quantity", "Qty"), ("rate", "TaxRate")],
    }
    return values.get(price, [])


def _write_value(writer: Writer, field: str, column: Column | None, rate: Choice | None) -> str:
    if column is None:
        assert rate is not None  # noqa: S101 - the price was chosen because there is one
        return _write_order_rate(writer, rate, named=True)
    if field == "TaxRate":
        return writer.write_rate(column, named=True)
    return writer.write_number(column, named=True)


def _write_field(writer: Writer, name: str, item: Choices, rate: Choice | None, price: str) -> Iterator[Line]:
    choice = item.get(name)
    known = choice or rate
    named = {field: value for value, field in _list_values(price)}
    if name == "PricePerUnit":
        yield from _write_price(writer, item, price)
    elif name in named and name in {"Qty", "TaxRate"}:
        yield f"    {name}: {{value: {named[name]}}}", known.say() if known else ""
    elif name == "TaxRate" and choice is not None:
        yield f"    TaxRate: {writer.write_rate(choice.column)}", choice.say()
    elif name == "TaxRate" and rate is not None:
        yield f"    TaxRate: {_write_order_rate(writer, rate)}", rate.say()
    elif name == "TaxRate":
        yield "    # TaxRate: 19", "no column looks like it; it may be left out, or be a constant"
    elif name == "Qty" and choice is not None:
        yield f"    Qty: {_write_quantity(writer, choice.column)}", choice.say()
    elif choice is not None and name not in _SOURCES:
        yield f"    {name}: {writer.write_cell(choice.column)}", choice.say()
    elif name in _REQUIRED:
        yield f"    # {name}: {OPEN}", f"{OPEN}: no column looks like it"


def _write_price(writer: Writer, item: Choices, price: str) -> Iterator[Line]:
    ways = {
        "NetPrice": "{expression: net * (1 + rate / 100)}",
        "LineTotal": "{expression: total / quantity}",
        "NetTotal": "{expression: net / quantity * (1 + rate / 100)}",
    }
    if not price:
        net = next((item[name].column.name for name in ("NetPrice", "NetTotal") if name in item), None)
        said = f"{quote(net)} is without tax; name a rate" if net else "no column looks like it"
        yield f"    # PricePerUnit: {OPEN}", f"{OPEN}: {said}"
        return
    choice = item[price]
    said = choice.say()
    if price == "PricePerUnit":
        said += _compare_totals(item) + _ask_tax(choice.column)
        yield f"    PricePerUnit: {writer.write_number(choice.column)}", said
    else:
        of = "the price of all pieces" if price == "LineTotal" else "a price without tax"
        said += f"; {quote(choice.column.name)} is {of}"
        yield f"    PricePerUnit: {ways[price]}", said + (_ask_tax(choice.column) if price == "LineTotal" else "")


def _ask_tax(column: Column) -> str:
    return "" if GROSS.intersection(column.words) else f"; {OPEN}: is it for one piece, and with tax?"


def _compare_totals(item: Choices) -> str:
    other = next((item[name].column.name for name in ("NetPrice", "LineTotal") if name in item), None)
    return f"; there is {quote(other)} as well" if other else ""


def _write_order_rate(writer: Writer, rate: Choice, *, named: bool = False) -> str:
    column = Column(rate.column.name, rate.column.values, ("order",), rate.column.label)
    return writer.write_rate(column, named=named)


def _write_quantity(writer: Writer, column: Column) -> str:
    if any(value[-1:].isalpha() or value.endswith(".") for value in column.filled):
        return writer.write_plain(column, ", text: {extract: '[0-9]+'}")  # a unit stands behind the number
    return writer.write_number(column)
