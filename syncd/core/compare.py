"""Whether an order the API holds is the one we sent: "same content" as the API's page defines it.

Compares only what we sent and the record has; what the API itself adds or changes later is never compared.
Decides nothing: `decide` makes a verdict of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

SERVER_FIELDS = frozenset({"Status", "TrackingNumber", "Carrier", "PostalServiceName", "DispatchedDate"})
"""Set or changed by the API after an order was made (the names beside Status are assumed)."""

_REFERENCE = "ReferenceNumber"
_CORE_OF_OURS = re.compile(r"Currency|OrderItems\[[0-9]+\]\.(SKU|Qty)")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing an order with the API's record of it."""

    differing: tuple[str, ...]  #: dotted paths, indexes as in what we sent: OrderItems[0].Qty
    compared: int  #: how many values could be compared; the reference, by which we asked, is not counted


def find_differences(sent: Mapping[str, object], record: object, ours: bool) -> Comparison:
    """Given the payload we sent and the record the API holds, return the fields that contradict.

    `ours`: the ledger holds a `sending` of this very reference and payload; then only Currency or a line's
    SKU or Qty may contradict, for the rest may have been edited since.
    """
    pairs = list(_compare("", sent, record)) if isinstance(record, dict) else []
    return Comparison(
        differing=tuple(path for path, same in pairs if not same and (not ours or _CORE_OF_OURS.fullmatch(path))),
        compared=sum(path != _REFERENCE for path, _ in pairs),
    )


def _compare(path: str, sent: object, held: object) -> Iterator[tuple[str, bool]]:
    """Yield each value that both have: its path and whether it is the same."""
    if _is_empty(sent) or _is_empty(held):
        return
    match sent, held:
        case dict(), dict():
            for name, value in sent.items():
                if name not in SERVER_FIELDS:
                    yield from _compare(f"{path}.{name}" if path else name, value, held.get(name))
        case list(), list():
            partners = _match_lines(sent, held)
            for index, (value, partner) in enumerate(zip(sent, partners, strict=True)):
                if partner is None:
                    yield f"{path}[{index}]", False
                else:
                    yield from _compare(f"{path}[{index}]", value, partner)
            if len(held) > len(sent):
                yield path, False
        case _:
            yield path, _is_same(sent, held)


def _match_lines(sent: Sequence[object], held: Sequence[object]) -> list[object]:
    """Return the partner of each line sent: by OrderLineNumber where both sides have it, else by position."""
    wanted, offered = _number_lines(sent), _number_lines(held)
    if wanted is None or offered is None:
        return [held[index] if index < len(held) else None for index in range(len(sent))]
    return [offered.get(number) for number in wanted]


def _number_lines(lines: Sequence[object]) -> dict[str, object] | None:
    """Return the lines by their OrderLineNumber, or None where it does not tell them apart."""
    numbered: dict[str, object] = {
        str(line["OrderLineNumber"]).strip(): line
        for line in lines
        if isinstance(line, dict) and not _is_empty(line.get("OrderLineNumber"))
    }
    return numbered if len(numbered) == len(lines) else None


def _is_empty(value: object) -> bool:
    """Null, nothing but white space, an empty list and absent mean the same."""
    return value in (None, [], {}) or (isinstance(value, str) and not value.strip())


def _is_same(sent: object, held: object) -> bool:
    """Compare two values that are no containers of the same kind."""
    if isinstance(sent, bool) or isinstance(held, bool):
        return sent is held
    if isinstance(sent, int | Decimal) or isinstance(held, int | Decimal):
        number = _read_number(sent)
        return number is not None and number == _read_number(held)
    if not isinstance(sent, str) or not isinstance(held, str):
        return False
    if sent.strip() == held.strip():
        return True
    instant = _read_instant(sent)
    return instant is not None and instant == _read_instant(held)


def _read_number(value: object) -> Decimal | None:
    """Return a finite number, also one that stands as text; None for anything else."""
    match value:
        case int() | Decimal():
            number = Decimal(value)
        case str():
            try:
                number = Decimal(value.strip())
            except InvalidOperation:
                return None
        case _:
            return None
    return number if number.is_finite() else None


def _read_instant(text: str) -> datetime | None:
    """Return a time as an instant; one without a zone is UTC (the API documents UTC everywhere)."""
    if not _TIME.fullmatch(text.strip()):
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
