"""What was seen and chosen, written as a mapping in YAML: each line says why, and where the operator must decide.

Names columns and conventions, never a customer's value. A line that waits for the operator begins with #, so the
draft can be tried at once, and an order that lacks what it needs is refused, not sent with a guess.
"""

from collections.abc import Iterator

from syncd.core.draft.choose import Choice, Choices, choose_columns, take
from syncd.core.draft.dates import is_month_first
from syncd.core.draft.guess import guess_address, guess_item, guess_order
from syncd.core.draft.items_part import choose_price, write_items
from syncd.core.draft.looks import find_currency, find_decimal, find_doubt, find_rates
from syncd.core.draft.model import OPEN, Column, Layout, Line, Survey
from syncd.core.draft.order_part import Blocks, write_order, write_states
from syncd.core.draft.survey import survey_file
from syncd.core.draft.synonyms import NO
from syncd.core.draft.values import Writer, write_number_rules
from syncd.core.draft.yaml import quote_text
from syncd.core.mapping.numbers import SIGNS

_PRICES = ("PricePerUnit", "NetPrice", "LineTotal", "NetTotal")
_ROLES = ("delivery", "billing")


def draft_mapping(data: bytes, name: str) -> str:
    """Given a file's first bytes, whole lines of it, and its name, return a mapping for it. Raise FileDamagedError."""
    seen = survey_file(data, name)
    return "\n".join(f"{text}  # {comment}" if comment else text for text, comment in _write(seen)) + "\n"


def _write(seen: Survey) -> Iterator[Line]:
    layout = seen.layout
    order, item, blocks = _choose(layout)
    numbers = _list_numbers(order, item)
    values = [value for column in numbers for value in column.filled]
    dates = [order[name].column for name in ("ReceivedDate", "DispatchBy") if name in order]
    writer = Writer(seen, find_decimal(values) or ".", is_month_first(column.filled for column in dates))
    state = {} if layout.by_look else choose_columns(layout.order, "state", taken=take(order))
    rate = item.pop("TaxRate") if _is_first_only(item, layout) else None
    rate = rate or (None if "TaxRate" in item else _find_rate(layout, order))
    yield (
        "# A draft. Each comment says what was seen and how sure it is; the file was not judged, nothing was sent.",
        "",
    )
    yield (
        f"# {OPEN} marks what you must decide; what begins with # there is waiting for you, the rest is read already.",
        "",
    )
    yield "# See what it makes: syncd validate FILE --mapping THIS --explain", ""
    yield "version: 1", ""
    if any(writer.needs_zone(column) for column in dates):
        yield "# zone: Europe/Berlin", f"{OPEN}: the dates name no zone; whose clock is it? Else it is the source's"
    yield from _write_reading(seen)
    yield from layout.structure
    yield from write_number_rules(numbers, find_doubt(values))
    yield from write_states(writer, state)
    yield "order:", ""
    shipping = _write_shipping(writer, item, rate)
    stated = "Paid" in state
    yield from write_order(
        writer,
        order,
        blocks,
        shipping,
        _find_currency(seen, item, numbers),
        stated=stated,
        taxed=rate is not None or "TaxRate" in item,
    )
    yield from write_items(writer, item, rate)


def _choose(layout: Layout) -> tuple[Choices, Choices, Blocks]:
    """Return the columns of the order, of its items and of its addresses."""
    whole = [column for column in layout.order if column.name not in layout.varying]
    if layout.by_look:
        order = guess_order(whole)
        used = take(order) if layout.one_table else {}
        item = guess_item([column for column in layout.item if column.name not in used])
        blocks: Blocks = {"delivery": guess_address(whole), "billing": {}}
    else:
        order = choose_columns(whole, "order")
        if "PostalServiceCost" not in order:
            order |= _pick(choose_columns(layout.order, "order"), "PostalServiceCost")
        taken = take(order) if layout.one_table else {}
        item = choose_columns(layout.item, "item", taken=taken)
        if _is_net(layout) and "PricePerUnit" in item:
            item["NetPrice"] = item.pop("PricePerUnit")
        taken = take(order, {"ChannelBuyerName"}) | (take(item) if layout.one_table else {})
        blocks = {role: choose_columns(whole, "address", role, taken) for role in _ROLES}
    blocks |= _choose_partners(layout)
    number = item.get("OrderLineNumber")
    if number is not None and not _numbers_lines(number.column, layout):
        del item["OrderLineNumber"]
    return order, item, blocks


def _is_net(layout: Layout) -> bool:
    """Tell whether a column says of all orders that their prices are without tax."""
    flag = choose_columns(layout.order, "row").get("TaxIncluded")
    return flag is not None and all(value.lower() in NO.split() for value in flag.column.filled)


def _choose_partners(layout: Layout) -> Blocks:
    """Return the addresses that stand in records of their own, each in the first record there is of its roles."""
    found: Blocks = {}
    ways = {"delivery": ("delivery", "buyer"), "billing": ("billing", "buyer"), "buyer": ("buyer",)}
    for role, others in ways.items():
        partners = [each for other in others for each in layout.partners if each[0] == other]
        if partners:
            columns = partners[0][2]
            block = guess_address(columns) if layout.by_look else _choose_both(columns)
            paths = [path for _, path, _ in partners]
            found[role] = {name: _place(choice, paths) for name, choice in block.items()}
    return found


def _choose_both(columns: tuple[Column, ...]) -> Choices:
    return choose_columns(columns, "address", "delivery")


def _place(choice: Choice, paths: list[str]) -> Choice:
    column = Column(choice.column.name, choice.column.values, tuple(paths), choice.column.label)
    return Choice(column, choice.sure, choice.by_look)


def _pick(choices: Choices, name: str) -> Choices:
    return {name: choices[name]} if name in choices else {}


def _numbers_lines(column: Column, layout: Layout) -> bool:
    """Tell whether a column numbers the items: it is filled in each, and differs within an order."""
    return all(map(str.strip, column.values)) and (not layout.varying or column.name in layout.varying)


def _list_numbers(order: Choices, item: Choices) -> list[Column]:
    named = ("PostalServiceCost", "PostalServiceTaxRate", "Qty", "TaxRate", *_PRICES)
    chosen = [choices[name].column for choices in (order, item) for name in named if name in choices]
    return [column for column in chosen if find_rates(column.filled) != "inside"]


def _is_first_only(item: Choices, layout: Layout) -> bool:
    """Tell whether the tax rate of the items stands on the first row of an order only."""
    return "TaxRate" in item and item["TaxRate"].column.name in layout.first_only


def _find_rate(layout: Layout, order: Choices) -> Choice | None:
    """Return the column of the order that tells the tax rate of its items."""
    if layout.by_look:
        return None
    found = choose_columns(layout.order, "item", taken=take(order)).get("TaxRate")
    return found if found is not None and found.column.filled and not found.column.of else None


def _write_shipping(writer: Writer, item: Choices, rate: Choice | None) -> str:
    layout = writer.seen.layout
    price = next((item[name] for name in ("LineTotal", choose_price(item, rate)) if name in item), None)
    if not layout.shipping or price is None:
        return ""
    return f"{{sum: {writer.write_number(price.column)}, over: {layout.shipping}}}"


def _find_currency(seen: Survey, item: Choices, numbers: list[Column]) -> tuple[str, str] | None:
    """Return a currency that no column of the order tells: one of the items', or the sign beside the prices."""
    layout = seen.layout
    if layout.items_path and not layout.by_look:
        inner = choose_columns(_shorten(layout.item), "order", taken=take(item)).get("Currency")
        if inner is not None and inner.column.filled:
            path = f"{layout.items_path.replace('[*]', '[0]')}[0].{inner.column.name}"
            return f"{{path: {quote_text(path)}}}", "that of the first item"
    code = find_currency([value for column in numbers for value in column.filled])
    named = {word.upper() for column in numbers for word in column.words} & set(SIGNS)
    if not code and len(named) == 1:
        return f"{{constant: {named.pop()}}}", "likely: the name of a price says it"
    return (f"{{constant: {code}}}", "likely: its sign stands beside the numbers") if code else None


def _shorten(columns: tuple[Column, ...]) -> list[Column]:
    """Return columns as they are called by the last key of their paths alone."""
    return [Column(each.name, each.values, label=each.name.rpartition(".")[2]) for each in columns]


def _write_reading(seen: Survey) -> Iterator[Line]:
    yield "read:", f"{seen.layout.count} {seen.layout.counted} looked at"
    yield f"  format: {seen.format}", ""
    match seen.encoding:
        case None:
            yield "  # encoding: a byte order mark says it", ""
        case "utf-8":
            yield "  encoding: utf-8", "sure: all of it is"
        case other:
            yield f"  encoding: {other}", "likely: it is no UTF-8; check letters such as é, ß or ł"
    yield from seen.layout.reading
