"""JSON text into orders: one object, an array, an object with the key `orders`, or an object a line.

Yields the text of each order with its line, holding one at a time; `parse_element` makes it a value and
`find_places` says where its fields stand. Refuses whatever else the file holds or lacks around its orders.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from syncd.core.decode import Text
from syncd.core.limits import Limits
from syncd.core.model import Element, FileDamagedError, Problem
from syncd.core.parse_json import parse_element
from syncd.core.places_json import find_places
from syncd.core.scan_json import Scanner, describe_long, describe_torn
from syncd.core.split_lines import split_lines

__all__ = ["find_places", "parse_element", "read_elements", "read_orders"]

_USUAL = ("orders",)
_SPACE = " \t\r\n"


def read_elements(text: Text, limits: Limits, lines: bool, keys: tuple[str, ...] | None = None) -> Iterator[Element]:
    """Given JSON text (with `lines`: NDJSON), yield each order's text.

    `keys` lead to the list of orders, or to the only one, and must then be there. Without them an object with
    `orders` is such a wrapper, and one without is an order itself. What else a wrapper holds is ignored. Sizes
    are counted in characters. The elements of NDJSON are whole lines; the others are balanced. Raise FileDamagedError:
    `empty`, `torn`, `trailing_text`, `orders_not_a_list`, `json_syntax`, `duplicate_key`, `record_too_long`.
    """
    if lines:
        yield from _read_lines(text.chunks, limits.record_bytes)
    else:
        scanner = Scanner(text.chunks, limits.record_bytes)
        yield from _read_any(scanner, limits, keys)
        _refuse_more(scanner)


def read_orders(text: Text, limits: Limits, lines: bool) -> Iterator[tuple[Element, object]]:
    """Given JSON text (with `lines`: NDJSON), yield each order's text and value. Raise FileDamagedError."""
    if not lines:
        first = next(text.chunks, "")
        order = _parse_plain_order(first, limits)
        if order is not None:
            yield order
            if more := next(text.chunks, ""):
                line, column = 1 + first.count("\n"), len(first) - first.rfind("\n")
                _refuse_more(Scanner(chain((more,), text.chunks), limits.record_bytes, line, column))
            return
        text = replace(text, chunks=chain((first,), text.chunks))
    for element in read_elements(text, limits, lines):
        yield element, parse_element(element, limits)


def _parse_plain_order(text: str, limits: Limits) -> tuple[Element, object] | None:
    """Given the first chunk of a JSON text, return its order if it is one good order, plainly no wrapper.

    The usual small file is done with here, ten times as fast; whatever is the matter, the scanner says.
    """
    order = text.strip(_SPACE)
    if not order.startswith("{") or '"orders"' in order or "\\" in order or len(text) > limits.record_bytes:
        return None
    begin = text.index("{")
    element = Element(1, 1 + text.count("\n", 0, begin), order, begin - text.rfind("\n", 0, begin))
    try:
        return element, parse_element(element, limits)
    except FileDamagedError:
        return None


def _refuse_more(scanner: Scanner) -> None:
    """Given a scanner behind the orders, raise if anything but white space follows."""
    scanner.take_space()
    if scanner.peek():
        message = (
            f"In {scanner.name_place()}, more text stands after the end of the orders: remove it; several orders"
            " belong in one array, or each on a line of its own in a file that ends in .ndjson"
        )
        raise FileDamagedError(Problem("trailing_text", message, line=scanner.line))


def _read_any(scanner: Scanner, limits: Limits, keys: tuple[str, ...] | None) -> Iterator[Element]:
    scanner.take_space()
    match scanner.peek():
        case "":
            raise FileDamagedError(_describe_empty())
        case "[":
            yield from _read_array(scanner)
        case "{":
            yield from _read_object(scanner, limits, keys or _USUAL, needed=keys is not None)
        case _:
            message = f"Neither {{ nor [ stands in {scanner.name_place()}: the file holds no JSON order"
            raise FileDamagedError(Problem("json_syntax", message, line=scanner.line))


def _read_lines(chunks: Iterator[str], limit: int) -> Iterator[Element]:
    record = 0
    for line, text in enumerate(split_lines(chunks, "\n", limit), 1):
        if len(text) > limit:
            message = f"Line {line} is longer than {limit:,} characters: write each order on a line of its own"
            raise FileDamagedError(Problem("record_too_long", message, line=line))
        if text.strip(" \t\r\n"):
            record += 1
            yield Element(record, line, text.rstrip("\r\n"))
    if not record:
        raise FileDamagedError(_describe_empty())


def _read_array(scanner: Scanner) -> Iterator[Element]:
    """Given a scanner before an array, yield its elements, each when what follows shows that it is whole."""
    begin = scanner.line
    scanner.take_mark()
    scanner.take_space()
    if scanner.peek() == "]":
        scanner.take_mark()
        return
    record = 0
    while True:
        record += 1
        element = _take_element(scanner, record)
        mark = _take_separator(scanner, "]", begin)
        yield element
        if mark == "]":
            return
        scanner.take_space()


def _read_object(scanner: Scanner, limits: Limits, keys: tuple[str, ...], *, needed: bool) -> Iterator[Element]:
    """Given a scanner before an object and the keys to its list, yield its elements; without the key, itself."""
    begin, column, found = scanner.line, scanner.column, False
    scanner.start_tape()
    scanner.take_mark()
    scanner.take_space()
    mark = scanner.take_mark() if scanner.peek() == "}" else ","
    while mark == ",":
        scanner.take_space()
        if _take_key(scanner, begin, limits) == keys[0]:
            _check_orders(scanner, keys, found=found, single=needed)
            found = True
            scanner.stop_tape()
            if len(keys) > 1:
                yield from _read_object(scanner, limits, keys[1:], needed=True)
            elif scanner.peek() == "{":
                yield _take_element(scanner)
            else:
                yield from _read_array(scanner)
            mark = _take_separator(scanner, "}", begin)
        else:
            ignored = _take_element(scanner)
            mark = _take_separator(scanner, "}", begin)
            parse_element(ignored, limits)  # no damage is ignored with it
    if needed and not found:
        message = f"The object that begins in line {begin} has no key {keys[0]}: is it the right export?"
        raise FileDamagedError(Problem("missing_key", message, column=keys[0], line=begin))
    if not found:
        order = scanner.stop_tape()
        if order is None:
            raise FileDamagedError(describe_long(begin, limits.record_bytes))
        yield Element(1, begin, order, column)


def _take_element(scanner: Scanner, record: int = 1) -> Element:
    """Given a scanner before a value, take and return it with its place."""
    line, column = scanner.line, scanner.column
    return Element(record, line, scanner.take_value(), column)


def _take_key(scanner: Scanner, begin: int, limits: Limits) -> object:
    """Given a scanner before a key of an object, return the key and move before its value."""
    _check_next(scanner, '"', "a key in double quotes", begin)
    key = parse_element(_take_element(scanner), limits)
    scanner.take_space()
    _check_next(scanner, ":", "a colon", begin)
    scanner.take_mark()
    scanner.take_space()
    return key


def _take_separator(scanner: Scanner, closing: str, begin: int) -> str:
    """Given a scanner behind a value, take and return the comma or closing bracket that must follow."""
    scanner.take_space()
    _check_next(scanner, "," + closing, f"a comma or {closing}", begin)
    return scanner.take_mark()


def _check_next(scanner: Scanner, wanted: str, words: str, begin: int) -> None:
    """Given a scanner inside a value that begins in line `begin`, raise unless a wanted mark comes next."""
    mark = scanner.peek()
    if not mark:
        raise FileDamagedError(describe_torn(begin, scanner.line))
    if mark not in wanted:
        message = f"In {scanner.name_place()}, something else stands where {words} should: mend the JSON there"
        raise FileDamagedError(Problem("json_syntax", message, line=scanner.line))


def _check_orders(scanner: Scanner, keys: tuple[str, ...], *, found: bool, single: bool) -> None:
    """Given a scanner before the value of the first key, raise unless it is the first such and of use."""
    line = scanner.line
    if found:
        message = f"Line {line} has the key {keys[0]} a second time: put all orders into one list"
        raise FileDamagedError(Problem("duplicate_key", message, column=keys[0], line=line))
    fits = {"{", ""} if len(keys) > 1 else {"[", "{", ""} if single else {"[", ""}
    if scanner.peek() not in fits:
        kind = "object" if len(keys) > 1 else "list"
        message = f"The value of {keys[0]} in line {line} is no {kind}: put the orders into [ and ]"
        raise FileDamagedError(Problem("orders_not_a_list", message, column=keys[0], line=line))


def _describe_empty() -> Problem:
    return Problem("empty", "The file holds no order and no list of orders: send it again")
