"""Which orders are sent: every column that tells an order's state, with its values, as rules and as questions.

Refuses to leave an order out in silence: each rule says what it skips.
"""

from collections.abc import Collection, Iterator, Sequence

from syncd.core.draft.choose import Choice, Choices, choose_columns
from syncd.core.draft.model import OPEN, Column, Line
from syncd.core.draft.seen import list_codes
from syncd.core.draft.synonyms import NO, PAID, STATES, UNSENT
from syncd.core.draft.values import Writer
from syncd.core.draft.words import fold
from syncd.core.draft.yaml import quote, write_list

_NO = frozenset(NO.split())
_PAID = frozenset(map(fold, PAID.split()))
_STATES = frozenset(map(fold, STATES.split()))
_UNSENT = frozenset(map(fold, UNSENT.split())) | _NO
_MOST_SEEN = 6
_SKIPS = "orders with another value are skipped."


def choose_states(columns: Sequence[Column], taken: Collection[str]) -> tuple[Choices, list[Column]]:
    """Given the columns of orders and those that are other fields, return the state's fields and what else tells it."""
    free = [column for column in columns if column.name not in taken]
    state = choose_columns(free, "state")
    chosen = {choice.column.name for choice in state.values()}
    others = [column for column in free if column.name not in chosen and _STATES.intersection(column.words)]
    return state, [column for column in others if len(list_codes(column)) > 1]


def write_states(writer: Writer, state: Choices, others: Sequence[Column]) -> Iterator[Line]:
    """Given the columns that tell an order's state, yield which orders are sent."""
    rules = [*_write_paid(writer, state.get("Paid")), *_write_cancelled(writer, state.get("Cancelled"))]
    rules += [_write_other(writer, column) for column in others]
    if any(not text.startswith("  #") for text, _ in rules):
        yield "keep:", ""
        yield from rules
    else:
        yield from ((f"# keep: {{{text.removeprefix('  # ')}}}", comment) for text, comment in rules)


def _write_paid(writer: Writer, choice: Choice | None) -> Iterator[Line]:
    if choice is None:
        return
    paid = [value for value in choice.column.filled if fold(value) in _PAID]
    source = writer.write_source(choice.column)
    seen = _say_seen(choice.column)
    if paid:
        yield (
            f"  paid: {{{source}, {_write_in(paid)}}}",
            f"{OPEN}: are these the orders to send? {_SKIPS.capitalize()}{seen}",
        )
    else:
        yield f"  # paid: {{{source}, text: lower, equals: paid}}", f"{OPEN}: which orders shall be sent?{seen}"


def _write_cancelled(writer: Writer, choice: Choice | None) -> Iterator[Line]:
    if choice is None:
        return
    source = writer.write_source(choice.column)
    no = [value for value in choice.column.filled if fold(value) in _NO]
    if no:
        yield f"  not cancelled: {{{source}, {_write_in(no)}}}", f"{choice.say()}; {_SKIPS}"
    else:
        yield f"  not cancelled: {{{source}, filled: false}}", f"{choice.say()}; orders with a value are skipped."


def _write_other(writer: Writer, column: Column) -> Line:
    values = column.filled
    sent = [value for value in values if fold(value) not in _UNSENT] or values
    rule = f"  # {quote(column.name)}: {{{writer.write_source(column)}, {_write_in(sent)}}}"
    return rule, f"{OPEN}: shall only these be sent? Then take it in; {_SKIPS}{_say_seen(column)}"


def _write_in(values: Sequence[str]) -> str:
    """Return a test for these values that folds case."""
    return f"text: lower, in: {write_list(sorted({value.lower() for value in values}))}"


def _say_seen(column: Column) -> str:
    codes = list_codes(column)
    more = ", …" if len(codes) > _MOST_SEEN else ""
    return f" Seen: {', '.join(codes[:_MOST_SEEN])}{more}." if codes else ""
