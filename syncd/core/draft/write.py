"""What was seen and chosen, written as a mapping in YAML: each line says why, and where the operator must decide.

Names columns and conventions, never a customer's value. Refuses to guess what no name and no value tells.
"""

import json
import re
from collections.abc import Iterator

from syncd.core.draft.choose import Choice, choose_columns
from syncd.core.draft.looks import describe_numbers, find_forms, find_rival, lacks_time, lacks_zone
from syncd.core.draft.survey import DELIMITERS, Column, Survey, survey_file
from syncd.core.draft.words import list_fields, split_name
from syncd.core.mapping.numbers import SIGNS
from syncd.core.report import escape_value

OPEN = "todo".upper()
"""Stands where the operator must decide."""

_REQUIRED = {
    "FullName",
    "Address1",
    "Town",
    "PostCode",
    "Country",
    "SKU",
    "ItemTitle",
    "Qty",
    "PricePerUnit",
    "TaxRate",
}
_PLAIN = re.compile(r"[^\W\d_][\w./-]*(?: [\w./-]+)*")
_WORDS = {"true", "false", "null", "yes", "no"}
_WRAPPED = re.compile(r"'\d.*|=\".*\"")
_Line = tuple[str, str]
"""A line of YAML and its comment."""


def draft_mapping(data: bytes, name: str) -> str:
    """Given a file's first bytes, whole lines of it, and its name, return a mapping for it. Raise FileDamagedError."""
    seen = survey_file(data, name)
    return "\n".join(f"{text}  # {comment}" if comment else text for text, comment in _write(seen)) + "\n"


def _write(seen: Survey) -> Iterator[_Line]:
    items = seen.item_columns if seen.items else seen.columns
    order, item = choose_columns(seen.columns, "order"), choose_columns(items, "item")
    number = item.get("OrderLineNumber")
    if number is not None and not all(number.column.values):
        del item["OrderLineNumber"]
    blocks = {role: choose_columns(seen.columns, "address", role) for role in ("delivery", "billing")}
    yield (
        "# A draft. Each comment says what was seen and how sure it is; the file was not judged and nothing was sent.",
        "",
    )
    yield (
        f"# {OPEN} marks what you must decide. Then see what it makes: syncd validate FILE --mapping THIS --explain",
        "",
    )
    yield "version: 1", ""
    yield from _write_zone(order)
    yield from _write_reading(seen)
    yield from _write_grouping(seen, order, blocks["delivery"])
    numeric = [choice.column for choice in (*order.values(), *item.values()) if _is_number(choice, order, item)]
    told = describe_numbers([value for column in numeric for value in column.filled])
    if told:
        yield f"numbers: {{{', '.join(f'{key}: {value}' for key, value in told.items())}}}", "as they look; check one"
    yield from _write_state(seen)
    yield "order:", ""
    yield from _write_order(order, blocks, seen)
    yield from _write_items(item, seen)


def _write_zone(order: dict[str, Choice]) -> Iterator[_Line]:
    dates = (order[name].column for name in ("ReceivedDate", "DispatchBy") if name in order)
    if any(lacks_zone(column.filled) and not _is_utc(column) for column in dates):
        yield f"zone: {OPEN}", f"{OPEN}: the dates name no zone; whose clock is it? Such as Europe/Berlin"


def _write_reading(seen: Survey) -> Iterator[_Line]:
    yield "read:", f"{seen.count} {'orders' if seen.items else 'rows'} looked at"
    yield f"  format: {seen.format}", ""
    match seen.encoding:
        case None:
            yield "  # encoding: a byte order mark says it", ""
        case "utf-8":
            yield "  encoding: utf-8", "sure: all of it is"
        case other:
            yield f"  encoding: {other}", "likely: it is no UTF-8; check letters such as é, ß or ł"
    if seen.format == "csv":
        yield f"  delimiter: {DELIMITERS[seen.delimiter]}", "fits the most rows"
        if seen.quoting != "strict":
            yield f"  quoting: {seen.quoting}", "quotes stand inside cells"
        yield from _write_header(seen)
    elif seen.orders:
        yield f"orders: {seen.orders}", "the list whose entries hold lists"


def _write_header(seen: Survey) -> Iterator[_Line]:
    if seen.repeated:
        yield "  repeated_columns: ignore", f"twice in the header: {', '.join(map(_quote, seen.repeated))}"
    if not seen.header_row and not seen.kinds:
        yield "  header: none", "no row looks like names; columns are called 1, 2, 3"
    elif seen.header_row > 1:
        names = [_quote(column.name) for column in seen.columns[:2]]
        yield f"  header: {{contains: [{', '.join(names)}]}}", f"row {seen.header_row} looks like the names"
    if seen.footers:
        yield "  skip:", "rows with nearly nothing in them"
    for number, first in enumerate(seen.footers, 1):
        test = f"equals: {_quote(first)}" if first else "filled: false"
        yield f"    footer {number}: {{column: {_quote(seen.columns[0].name)}, {test}}}", ""
    if seen.kinds:
        yield "records:", "the first cell looks like a type of record"
        yield "  kinds:", ""
    for place, (kind, width) in enumerate(seen.kinds.items()):
        columns = ", ".join(f"{kind}{index}" for index in range(1, width + 1))
        role, why = "", f"{OPEN}: ignore, or a part of the order?"
        if place < 2:
            role, why = ("is: order, ", "likely begins an order") if place == 0 else ("", "likely the items")
        yield f"    {kind}: {{{role}columns: [{columns}]}}", why


def _write_grouping(seen: Survey, order: dict[str, Choice], address: dict[str, Choice]) -> Iterator[_Line]:
    key = order.get("ReferenceNumber")
    if seen.items or key is None or len(set(key.column.filled)) == len(key.column.filled):
        return
    repeats = len(key.column.filled) - len(set(key.column.filled))
    found: set[str] = set()
    later = [index for index, value in enumerate(key.column.values) if value in found or found.add(value)]  # type: ignore[func-returns-value]
    cells = [choice.column for choice in (*address.values(), *order.values()) if choice is not key]
    blank = [column for column in cells if column.filled and not any(column.values[index] for index in later)]
    first = ", cells: first" if len(blank) > len(cells) / 2 else ""
    yield f"group: {{by: {_quote(key.column.name)}{first}}}", f"likely: {repeats} of {seen.count} rows repeat it"


def _write_state(seen: Survey) -> Iterator[_Line]:
    for choice in choose_columns(seen.columns, "state").values():
        known = ", ".join(map(escape_value, sorted(set(choice.column.filled))[:6]))
        yield (
            f"# keep: {{paid: {{{_source(seen)}: {_quote(choice.column.name)}, equals: paid}}}}",
            (f"{OPEN}: which orders shall be sent? Seen here: {known}"),
        )


def _write_order(order: dict[str, Choice], blocks: dict[str, dict[str, Choice]], seen: Survey) -> Iterator[_Line]:
    delivery, billing = blocks["delivery"], blocks["billing"]
    for field in list_fields():
        if field.part != "order":
            continue
        if field.name == "ChannelBuyerName":
            yield "  PaymentStatus: {constant: PAID}", "see keep: above for those that are not"
        choice = order.get(field.name)
        if choice is not None:
            yield f"  {field.name}: {_write_value(field.name, choice.column, seen)}", _say(field.name, choice)
        elif field.name == "ChannelBuyerName":
            filled = all(all(billing[name].column.values) for name in ("FullName", "LastName") if name in billing)
            ways = [_write_person(block) for block in ((billing, delivery) if filled else (delivery, billing))]
            person = next(filter(None, ways), OPEN)
            yield f"  {field.name}: {person}", "the person below" if person != OPEN else f"{OPEN}: who buys?"
        elif not field.name.startswith("Postal"):
            yield f"  {field.name}: {OPEN}", f"{OPEN}: no column looks like it"
    yield "  DeliveryAddress:", ""
    yield from _write_address(delivery, seen, "    ")
    yield "  BillingAddress:", ""
    yield "    otherwise: DeliveryAddress", "where there is none of its own"
    if "Address1" in billing:
        yield f"    when: {{{_source(seen)}: {_quote(billing['Address1'].column.name)}, filled: true}}", ""
        yield "    fields:", ""
        yield from _write_address(billing, seen, "      ")


def _write_address(block: dict[str, Choice], seen: Survey, indent: str) -> Iterator[_Line]:
    for field in list_fields():
        if field.part != "address" or field.name in {"FirstName", "LastName", "HouseNumber"}:
            continue
        choice = block.get(field.name)
        say = choice.say() if choice else f"{OPEN}: no column looks like it"
        if field.name == "FullName" and _has_parts(block):
            yield f"{indent}FullName: {_write_person(block)}", block["LastName"].say()
        elif field.name == "Address1" and choice and "HouseNumber" in block:
            number = block["HouseNumber"].column.name
            yield f"{indent}Address1: {_quote_text(f'{{{choice.column.name}}} {{{number}}}', template=True)}", say
        elif field.name == "Country" and choice:
            for name, wanted in (("Country", "name"), ("CountryCode", "code")):
                yield f"{indent}{name}: {{{_source(seen)}: {_quote(choice.column.name)}, country: {wanted}}}", say
        elif choice:
            yield f"{indent}{field.name}: {_write_value(field.name, choice.column, seen)}", say
        elif field.name in _REQUIRED:
            yield f"{indent}{field.name}: {OPEN}", say


def _write_items(item: dict[str, Choice], seen: Survey) -> Iterator[_Line]:
    yield "items:", ""
    if seen.items:
        yield f"  from: {_quote(seen.items)}", "the list whose entries look most like items"
    yield "  fields:", ""
    for field in list_fields():
        choice = item.get(field.name)
        if field.part == "item" and choice:
            yield f"    {field.name}: {_write_value(field.name, choice.column, seen)}", _say(field.name, choice)
        elif field.name == "OrderLineNumber":
            yield "    OrderLineNumber: {counted: true}", "no column looks like it"
        elif field.name in _REQUIRED and field.part == "item":
            yield f"    {field.name}: {OPEN}", f"{OPEN}: no column looks like it"


def _say(name: str, choice: Choice) -> str:
    said = choice.say()
    if name == "PricePerUnit":
        said += f"; {OPEN}: is it for one piece, and with tax?"
    forms = find_forms(choice.column.filled) if name in {"ReceivedDate", "DispatchBy"} else ()
    rivals = [rival for form in forms if (rival := find_rival(form, choice.column.filled))]
    if rivals:
        said += f"; {OPEN}: {rivals[0]} fits as well, which is it?"
    if forms and lacks_time(choice.column.filled) and forms != ("iso",):
        said += f"; {OPEN}: which time of day is meant where there is none?"
    return said


def _write_value(name: str, column: Column, seen: Survey) -> str:
    """Return where a field's value comes from and what is made of it."""
    extra = ""
    words = split_name(column.name)
    if name in {"ReceivedDate", "DispatchBy"} and column.filled:
        forms = ", ".join(form if form.isidentifier() else _quote_text(form) for form in find_forms(column.filled))
        time = ', time: "12:00"' if lacks_time(column.filled) else ""
        zone = ", zone: UTC" if _is_utc(column) else ""
        extra = f", date: {{formats: [{forms}]{time}{zone}}}"
    elif name == "Currency" and set(column.filled) & {sign for sign in SIGNS if not sign.isalpha()}:
        extra = ', lookup: {"€": EUR, "£": GBP, "$": USD}'
    elif {"minor", "cents", "bp"}.intersection(words):
        extra = ", number: {scale: 0.01}"
    elif any(map(_WRAPPED.fullmatch, column.filled)):
        extra = ", text: unwrap"
    return f"{{{_source(seen)}: {_quote(column.name)}{extra}}}" if extra else _quote(column.name)


def _write_person(block: dict[str, Choice]) -> str:
    if _has_parts(block):
        first, last = block["FirstName"].column.name, block["LastName"].column.name
        return _quote_text(f"{{{first}}} {{{last}}}", template=True)
    return _quote(block["FullName"].column.name) if "FullName" in block else ""


def _has_parts(block: dict[str, Choice]) -> bool:
    return "FirstName" in block and "LastName" in block


def _is_number(choice: Choice, *parts: dict[str, Choice]) -> bool:
    numeric = {field.name for field in list_fields() if field.look == "number"}
    return any(part.get(name) is choice for part in parts for name in numeric)


def _is_utc(column: Column) -> bool:
    return bool({"gmt", "utc"}.intersection(split_name(column.name)))


def _source(seen: Survey) -> str:
    return "column" if seen.format == "csv" else "path"


def _quote(name: str) -> str:
    return name if _PLAIN.fullmatch(name) and name.lower() not in _WORDS else _quote_text(name)


def _quote_text(text: str, *, template: bool = False) -> str:
    quoted = json.dumps(text, ensure_ascii=not text.isprintable())
    return f"{{template: {quoted}}}" if template else quoted
