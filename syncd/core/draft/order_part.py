"""The order's own fields of a draft, and its addresses: a line for each, with how sure it is.

Refuses to make up what is decided elsewhere: a line that begins with # waits for the operator.
"""

from collections.abc import Iterator

from syncd.core.draft.choose import Choice, Choices
from syncd.core.draft.model import OPEN, Column, Line
from syncd.core.draft.postage import Postage, write_cost, write_rate
from syncd.core.draft.street import say_least, write_street
from syncd.core.draft.synonyms import LOGINS
from syncd.core.draft.values import Writer
from syncd.core.draft.words import fold, list_part
from syncd.core.draft.yaml import quote

_LOGINS = frozenset(map(fold, LOGINS.split()))
_CURRENCIES = {"EUR", "GBP", "USD", "€", "£", "$", "EURO"}
_REQUIRED = {"FullName", "Address1", "Town", "PostCode", "Country"}
_PARTS = {"FirstName", "LastName", "HouseNumber", "Flat"}
Blocks = dict[str, Choices]


def write_order(
    writer: Writer,
    order: Choices,
    blocks: Blocks,
    postage: Postage,
    currency: Line | None,
    *,
    stated: bool,
) -> Iterator[Line]:
    """Given the columns of an order and of its addresses, yield what `order:` says."""
    for field in list_part("order"):
        name = field.name
        if name == "ChannelBuyerName":
            said = "see keep: for those that are not" if stated else f"{OPEN}: are all orders of such a file paid?"
            yield "  PaymentStatus: {constant: PAID}", said
        choice = order.get(name)
        if name in {"ReceivedDate", "DispatchBy"}:
            yield from _write_date(writer, name, order)
        elif name == "Currency":
            yield _write_currency(writer, choice, currency)
        elif name == "ChannelBuyerName":
            yield _write_buyer(writer, choice, blocks)
        elif name == "PostalServiceCost":
            yield from write_cost(writer, postage)
        elif name == "PostalServiceTaxRate":
            yield from write_rate(writer, postage)
        elif name == "ReferenceNumber":
            text = writer.write_cell(choice.column) if choice else OPEN
            yield _open(f"  {name}: {text}", choice.say() if choice else None)
    yield from _write_blocks(writer, blocks, order)


def write_person(writer: Writer, block: Choices) -> str:
    """Given the columns of an address, return its person; "" if none is known."""
    if "LastName" in block and "FirstName" in block:
        parts = [writer.write_plain(block[name].column) for name in ("FirstName", "LastName")]
        return f"{{join: [{', '.join(parts)}]}}"
    known = next((block[name] for name in ("FullName", "LastName") if name in block), None)
    return writer.write_cell(known.column) if known else ""


def _write_date(writer: Writer, name: str, order: Choices) -> Iterator[Line]:
    choice = order.get(name)
    received = order.get("ReceivedDate")
    if choice is not None and choice.column.filled:
        clock = order.get("OrderTime" if name == "ReceivedDate" else "DispatchTime")
        value, doubts = writer.write_date(name, choice.column, clock.column if clock else None)
        yield f"  {name}: {value}", "; ".join(filter(None, (choice.say(), doubts)))
    elif choice is not None:
        yield (
            f"  # {name}: {{{writer.write_source(choice.column)}, date: {OPEN}}}",
            f"{choice.say()}; {OPEN}: its form?",
        )
    elif name == "DispatchBy" and received is not None and received.column.filled:
        clock = order.get("OrderTime")
        value, _ = writer.write_date(name, received.column, clock.column if clock else None, ", plus_days: 2")
        said = f"{OPEN}: no column says it; this is two days after the order, take it in if that is right"
        yield f"  # {name}: {value}", said
    else:
        yield _open(f"  {name}: {OPEN}", None)


def say_foreign(code: str) -> str:
    """Given a currency that no order may have, return what there is to decide."""
    return (
        f"{OPEN}: prices are in {code}; orders are in EUR, GBP or USD: convert them with an expression, see Prices in "
        "another currency in docs/mapping.md, or ask for another export."
    )


def _write_currency(writer: Writer, choice: Choice | None, seen: Line | None) -> Line:
    if choice is not None:
        foreign = next((code for code in choice.column.filled if code.upper() not in _CURRENCIES), "")
        said = f"{choice.say()}; {say_foreign(quote(foreign))}" if foreign else choice.say()
        return f"  Currency: {writer.write_currency(choice.column)}", said
    return seen or _open("  Currency: {constant: EUR}", None)


def _write_buyer(writer: Writer, choice: Choice | None, blocks: Blocks) -> Line:
    own = blocks.get("buyer", {})
    login = choice is not None and not _LOGINS.isdisjoint(choice.column.words)
    if "FirstName" in own and "LastName" in own and (choice is None or login):
        return f"  ChannelBuyerName: {write_person(writer, own)}", say_least(own, "FirstName", "LastName")
    if choice is not None:
        return f"  ChannelBuyerName: {writer.write_cell(choice.column)}", choice.say()
    buyer, billing, delivery = (blocks.get(role, {}) for role in ("buyer", "billing", "delivery"))
    for block in (buyer, billing, delivery):
        person = write_person(writer, block)
        whole = block and all(all(block[name].column.values) for name in ("FullName", "LastName") if name in block)
        if person and (whole or block is delivery or not write_person(writer, delivery)):
            return f"  ChannelBuyerName: {person}", "the person below"
    return _open(f"  ChannelBuyerName: {OPEN}", None)


def _write_blocks(writer: Writer, blocks: Blocks, order: Choices) -> Iterator[Line]:
    delivery, billing = blocks["delivery"], blocks["billing"]
    own = {role: "Address1" in block or "Town" in block for role, block in blocks.items()}
    lone = own["billing"] and not own["delivery"]
    if not any(block for block in blocks.values()) and "ChannelBuyerName" not in order:
        yield (
            "  # DeliveryAddress: {FullName: A, Address1: B, Town: C, PostCode: D, Country: E}",
            f"{OPEN}: no column looks like it",
        )
        yield "  # BillingAddress: {otherwise: DeliveryAddress}", ""
        return
    yield "  DeliveryAddress:", ""
    if lone:
        yield "    otherwise: BillingAddress", "the only address there is"
    elif own["billing"] and _has_gaps(delivery):
        yield from _write_block(writer, delivery, "BillingAddress", order)
    else:
        yield from _write_address(writer, delivery, "    ", order)
    yield "  BillingAddress:", ""
    if lone:
        yield from _write_address(writer, billing, "    ", order)
    elif own["billing"]:
        yield from _write_block(writer, billing, "DeliveryAddress", order)
    else:
        yield "    otherwise: DeliveryAddress", "where there is none of its own"


def _write_block(writer: Writer, block: Choices, other: str, order: Choices) -> Iterator[Line]:
    """Yield an address that has a stand-in where its street, or its town, is empty."""
    known = block.get("Address1") or block["Town"]
    yield f"    otherwise: {other}", "where there is none of its own"
    yield f"    when: {{{writer.write_source(known.column)}, filled: true}}", ""
    yield "    fields:", ""
    yield from _write_address(writer, block, "      ", order)


def _has_gaps(block: Choices) -> bool:
    known = block.get("Address1") or block.get("Town")
    return known is not None and not all(map(str.strip, known.column.values))


def _write_address(writer: Writer, block: Choices, indent: str, order: Choices) -> Iterator[Line]:
    for field in list_part("address"):
        choice = block.get(field.name)
        say = choice.say() if choice else ""
        if field.name in _PARTS:
            continue
        if field.name == "FullName":
            yield _write_name(writer, block, indent, order)
        elif field.name in {"Address1", "Address2"}:
            yield from write_street(writer, block, field.name, indent)
        elif field.name == "Country" and choice:
            for name, wanted in (("Country", "name"), ("CountryCode", "code")):
                yield f"{indent}{name}: {writer.write_plain(choice.column, f', country: {wanted}')}", say
        elif choice:
            doubt = _doubt_zeros(choice.column) if field.name == "PostCode" else ""
            yield f"{indent}{field.name}: {writer.write_cell(choice.column)}", say + doubt
        elif field.name == "Country":
            yield f"{indent}# Country: {{constant: Germany}}", f"{OPEN}: no column looks like it"
        elif field.name in _REQUIRED:
            yield _open(f"{indent}{field.name}: {OPEN}", None)


def _write_name(writer: Writer, block: Choices, indent: str, order: Choices) -> Line:
    person = write_person(writer, block)
    known = next((block[name] for name in ("LastName", "FullName") if name in block), None)
    buyer = order.get("ChannelBuyerName") or block.get("Company")
    if person and known:
        whole = "FirstName" in block and "LastName" in block
        return f"{indent}FullName: {person}", say_least(block, "FirstName", "LastName") if whole else known.say()
    if buyer is not None:
        return (
            f"{indent}FullName: {writer.write_cell(buyer.column)}",
            f"a guess: nobody else is named here; {OPEN}: is it who gets the parcel?",
        )
    return _open(f"{indent}FullName: {OPEN}", None)


def _doubt_zeros(column: Column) -> str:
    lengths = {len(value) for value in column.filled if value.isdigit()}
    return f"; {OPEN}: did a spreadsheet take leading zeros off?" if lengths == {4, 5} else ""


def _open(text: str, said: str | None) -> Line:
    """Return a line as it stands, or, where nothing is known of it, as one that waits for the operator."""
    if said is not None:
        return text, said
    bare = text.lstrip(" ")
    return f"{text[: len(text) - len(bare)]}# {bare}", f"{OPEN}: no column looks like it"
