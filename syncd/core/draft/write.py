"""What was seen and chosen, written as a mapping in YAML: each line says why, and where the operator must decide.

Names columns and conventions, never a customer's value. A line that waits for the operator begins with #, so the
draft can be tried at once, and an order that lacks what it needs is refused, not sent with a guess.
"""

from collections.abc import Iterator

from syncd.core.draft.choose import Choice, Choices, choose_columns, take
from syncd.core.draft.dates import is_month_first
from syncd.core.draft.guess import guess_address, guess_item, guess_order
from syncd.core.draft.items_part import choose_price, write_items
from syncd.core.draft.looks import find_currency, find_decimal, find_doubt, find_foreign, find_rates
from syncd.core.draft.model import OPEN, Column, Layout, Line, Survey
from syncd.core.draft.order_part import Blocks, say_foreign, write_order
from syncd.core.draft.postage import Postage, find_own_rate, write_net
from syncd.core.draft.seen import write_unused
from syncd.core.draft.states import choose_states, write_states
from syncd.core.draft.survey import survey_file
from syncd.core.draft.synonyms import BUYERS, NO
from syncd.core.draft.values import Writer, write_number_rules
from syncd.core.draft.words import find_role, fold, list_part, score_name
from syncd.core.draft.yaml import quote_text
from syncd.core.mapping.numbers import SIGNS

_PRICES = ("PricePerUnit", "NetPrice", "LineTotal", "NetTotal")
_ROLES = ("delivery", "billing")
_FOREIGN = frozenset(["PLN", "CZK", "CHF", "SEK", "NOK", "DKK", "HUF", "RON", "BGN", "CAD", "AUD", "JPY"])
_BUYER = frozenset(map(fold, BUYERS.split()))


def draft_mapping(data: bytes, name: str) -> str:
    """Given a file's first bytes, whole lines of it, and its name, return a mapping for it. Raise FileDamagedError."""
    seen = survey_file(data, name)
    return "\n".join(f"{text}  # {_end(comment)}" if comment else text for text, comment in _write(seen)) + "\n"


def _end(comment: str) -> str:
    """Return a comment that asks with the end of a sentence."""
    comment = comment.replace("?; ", "? ")
    return f"{comment}." if OPEN in comment and not comment.endswith((".", "?")) else comment


def _write(seen: Survey) -> Iterator[Line]:
    layout = seen.layout
    order, item, blocks = _choose(layout)
    rate = item.pop("TaxRate") if _is_first_only(item, layout) else None
    rate = rate or (None if "TaxRate" in item else _find_rate(layout, order))
    numbers = _list_numbers(order, item, rate)
    values = [value for column in numbers for value in column.filled]
    dates = [order[name].column for name in ("ReceivedDate", "DispatchBy") if name in order]
    writer = Writer(seen, find_decimal(values) or ".", is_month_first(column.filled for column in dates))
    taken = {*layout.fixed, *take(order), *(take(item) if layout.one_table else ()), *take(blocks["delivery"])}
    state, others = ({}, []) if layout.by_look else choose_states(layout.order, taken)
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
    yield from write_states(writer, state, others)
    postage = _find_postage(writer, order, item, rate)
    yield from write_net(writer, postage)
    yield "order:", ""
    yield from write_order(
        writer,
        order,
        blocks,
        postage,
        _find_currency(writer, item, numbers),
        stated="Paid" in state,
    )
    yield from write_items(writer, item, rate)
    yield from write_unused(writer)


def _choose(layout: Layout) -> tuple[Choices, Choices, Blocks]:
    """Return the columns of the order, of its items and of its addresses."""
    whole = [column for column in layout.order if column.name not in layout.varying]
    if layout.by_look:
        order = guess_order(whole)
        used = layout.fixed | (set(take(order)) if layout.one_table else set())
        item = guess_item([column for column in layout.item if column.name not in used])
        blocks: Blocks = {"delivery": guess_address(whole), "billing": {}}
    else:
        first = choose_columns(whole, "order").get("ReferenceNumber")
        fixed = dict.fromkeys(layout.fixed | ({first.column.name} if first else set()), 2.0)
        order = choose_columns(
            whole, "order", taken={name: 2.0 for name in layout.fixed if name not in take(_only(first))}
        )
        if "ChannelBuyerName" in order and _is_half(order["ChannelBuyerName"]):
            del order["ChannelBuyerName"]
        if "PostalServiceCost" not in order:
            order |= _pick(choose_columns(layout.order, "order"), "PostalServiceCost")
        taken = (take(order) | fixed) if layout.one_table else dict.fromkeys(layout.fixed, 2.0)
        item = choose_columns(layout.item, "item", taken=taken)
        if _is_net(layout) and "PricePerUnit" in item:
            item["NetPrice"] = item.pop("PricePerUnit")
        taken = take(order, {"ChannelBuyerName"}) | (take(item) if layout.one_table else {}) | fixed
        blocks = {role: choose_columns(whole, "address", role, taken) for role in _ROLES}
        buyer = [each for each in whole if _BUYER.intersection(each.words) and not find_role(each.words)]
        blocks["buyer"] = choose_columns(buyer, "address", "delivery", taken)
    blocks |= _choose_partners(layout)
    number = item.get("OrderLineNumber")
    if number is not None and not _numbers_lines(number.column, layout):
        del item["OrderLineNumber"]
    return order, item, blocks


def _only(choice: Choice | None) -> Choices:
    return {"ReferenceNumber": choice} if choice else {}


def _is_half(choice: Choice) -> bool:
    """Tell whether a column's name is rather that of one half of a person's name."""
    halves = [field for field in list_part("address") if field.name in {"FirstName", "LastName"}]
    return any(score_name(choice.column.words, field) > choice.sure for field in halves)


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


def _list_numbers(order: Choices, item: Choices, rate: Choice | None) -> list[Column]:
    named = ("PostalServiceCost", "PostalServiceTaxRate", "Qty", "TaxRate", *_PRICES)
    chosen = [choices[name].column for choices in (order, item) for name in named if name in choices]
    chosen += [rate.column] if rate else []
    return [column for column in chosen if find_rates(column.filled) != "inside"]


def _is_first_only(item: Choices, layout: Layout) -> bool:
    """Tell whether the tax rate of the items stands on the first row of an order only."""
    rate = item.get("TaxRate")
    return rate is not None and rate.column.name in layout.first_only and not all(map(str.strip, rate.column.values))


def _find_rate(layout: Layout, order: Choices) -> Choice | None:
    """Return the column of the order that tells the tax rate of its items."""
    if layout.by_look:
        return None
    found = choose_columns(layout.order, "item", taken=take(order)).get("TaxRate")
    return found if found is not None and found.column.filled and not found.column.of else None


def _find_postage(writer: Writer, order: Choices, item: Choices, rate: Choice | None) -> Postage:
    layout = writer.seen.layout
    taxed = rate is not None or "TaxRate" in item
    price = next((item[name] for name in ("LineTotal", choose_price(item, rate)) if name in item), None)
    own = None if layout.by_look else find_own_rate(order, layout.order)
    if not layout.shipping or price is None:
        return Postage(order.get("PostalServiceCost"), own, taxed=taxed)
    rows_rate = ""
    if "TaxRate" in item and own is None and not set(item["TaxRate"].column.name) & set('.[]"'):
        rows_rate = writer.write_first_rate(item["TaxRate"].column, layout.shipping)
    return Postage(
        order.get("PostalServiceCost"),
        own,
        f"{{sum: {writer.write_number(price.column)}, over: {layout.shipping}}}",
        rows_rate,
        rows_net=any(price is item.get(name) for name in ("NetPrice", "NetTotal")),
        taxed=taxed,
    )


def _find_currency(writer: Writer, item: Choices, numbers: list[Column]) -> Line | None:
    """Return a currency that no column of the order tells: one of the items', or the sign beside the prices."""
    layout = writer.seen.layout
    if layout.items_path and not layout.by_look:
        inner = choose_columns(_shorten(layout.item), "order", taken=take(item)).get("Currency")
        if inner is not None and inner.column.filled:
            path = f"{layout.items_path.replace('[*]', '[0]')}[0].{inner.column.name}"
            writer.name(inner.column)
            return f"  Currency: {{path: {quote_text(path)}}}", "that of the first item"
    values = [value for column in numbers for value in column.filled]
    words = {word.upper() for column in numbers for word in column.words}
    named, foreign = words & set(SIGNS), words & _FOREIGN
    sign = find_foreign(values) or (min(foreign) if foreign and not named else "")
    if sign:
        return f"  # Currency: {OPEN}", say_foreign(sign)
    code = find_currency(values)
    if not code and len(named) == 1:
        return f"  Currency: {{constant: {named.pop()}}}", "likely: the name of a price says it"
    return (f"  Currency: {{constant: {code}}}", "likely: its sign stands beside the numbers") if code else None


def _shorten(columns: tuple[Column, ...]) -> list[Column]:
    """Return columns as they are called by the last key of their paths alone."""
    return [Column(each.name, each.values, label=each.name.rpartition(".")[2]) for each in columns]


def _write_reading(seen: Survey) -> Iterator[Line]:
    yield "read:", f"{seen.layout.count} {seen.layout.counted} looked at"
    if seen.format != "csv":
        yield f"  format: {seen.format}", ""
    match seen.encoding:
        case None:
            yield "  # encoding: a byte order mark says it", ""
        case "utf-8":
            yield "  encoding: utf-8", "sure: all of it is"
        case other:
            yield f"  encoding: {other}", "likely: it is no UTF-8; check letters such as é, ß or ł"
    yield from seen.layout.reading
