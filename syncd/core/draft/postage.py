"""What shipping costs, in a draft: a column or the rows of a class, with or without tax, and the tax rate beside it.

Refuses to pass a cost on without a question where its column does not say that tax is in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncd.core.draft.choose import Choice, Choices, choose_columns
from syncd.core.draft.items_part import GROSS
from syncd.core.draft.model import OPEN, Column, Line
from syncd.core.draft.values import Writer
from syncd.core.draft.yaml import quote

_NET = {"net", "netto", "excl", "without", "ht", "neto", "hors"}
_COST = "PostalServiceCost"
_RATE = "PostalServiceTaxRate"


@dataclass(frozen=True, slots=True)
class Postage:
    """Where the cost of shipping and its tax rate come from."""

    cost: Choice | None
    rate: Choice | None
    rows: str = ""  #: the sum over the rows of a class, as YAML
    rows_rate: str = ""  #: the rate of the first of these rows, as YAML
    rows_net: bool = False  #: whether that sum is without tax
    taxed: bool = False  #: whether the items have a rate

    @property
    def is_net(self) -> bool:
        """Whether the column's name says that tax is not in it."""
        return self.cost is not None and not _NET.isdisjoint(self.cost.column.words)


def find_own_rate(order: Choices, columns: Sequence[Column]) -> Choice | None:
    """Given the order's choices and columns, return the tax rate of shipping: that of its own or the one beside it."""
    cost = order.get(_COST)
    if _RATE in order or cost is None or "." not in cost.column.name:
        return order.get(_RATE)
    beside = f"{cost.column.name.rpartition('.')[0]}."
    near = [
        Column(column.name, column.values, label=column.name.removeprefix(beside))
        for column in columns
        if column.name.startswith(beside)
    ]
    return choose_columns(near, "item").get("TaxRate")


def write_net(writer: Writer, postage: Postage) -> Iterator[Line]:
    """Yield the named values that a cost without tax is calculated from."""
    cost, rate = postage.cost, postage.rate
    if cost is not None and rate is not None and postage.is_net and not postage.rows:
        yield "values:", ""
        yield f"  shipping_net: {writer.write_number(cost.column, named=True)}", ""
        yield f"  shipping_rate: {writer.write_rate(rate.column, named=True)}", ""


def write_cost(writer: Writer, postage: Postage) -> Iterator[Line]:
    """Yield what the order says of the cost of shipping."""
    choice = postage.cost
    if postage.rows:
        asked = "they are without tax: how is it added?" if postage.rows_net else "with tax?"
        yield f"  {_COST}: {postage.rows}", f"the rows of this class; {OPEN}: {asked}"
    elif choice is not None:
        said = choice.say() + _ask_tax(postage, choice)
        number = writer.write_number(choice.column)
        if choice.column.name in writer.seen.layout.varying:
            yield f"  {_COST}: {{sum: {number}}}", f"{said}; rows of one order differ in it, so it is added up"
        elif postage.is_net and postage.rate is not None:
            yield f"  {_COST}: {{expression: shipping_net * (1 + shipping_rate / 100)}}", said
        else:
            yield f"  {_COST}: {number}", said


def write_rate(writer: Writer, postage: Postage) -> Iterator[Line]:
    """Yield what the order says of the tax rate of shipping."""
    choice = postage.rate
    if choice is not None and postage.is_net and not postage.rows:
        yield f"  {_RATE}: {{value: shipping_rate}}", choice.say()
    elif choice is not None:
        yield f"  {_RATE}: {writer.write_rate(choice.column)}", choice.say()
    elif postage.rows_rate:
        yield f"  {_RATE}: {postage.rows_rate}", "that of the first row of this class"
    elif postage.taxed and (postage.rows or postage.cost is not None):
        yield f"  {_RATE}: {{first_item: TaxRate}}", f"a guess; {OPEN}: is shipping taxed as the first item is?"


def _ask_tax(postage: Postage, choice: Choice) -> str:
    name = quote(choice.column.name)
    if postage.is_net and postage.rate is not None:
        return f"; {OPEN}: {name} is without tax, so that of {quote(postage.rate.column.name)} is added; is that right?"
    if postage.is_net:
        return f"; {OPEN}: {name} is without tax, and no column has its rate; how is it added?"
    return "" if not GROSS.isdisjoint(choice.column.words) else f"; {OPEN}: is it with tax?"
