"""What became of a file in plain words: the sentences with which the report for people begins.

Refuses to know how they are laid out, and says nothing of single orders.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from syncd.core.model import Outcome
from syncd.core.say import join_words

_LONGEST_LIST = 6
"""Lines of one order that are named one by one."""

OUTCOME_WORDS = {
    Outcome.ACCEPTED: "Accepted",
    Outcome.ALREADY_ACCEPTED: "Accepted before",
    Outcome.SKIPPED: "Left out by a rule",
    Outcome.INVALID: "Did not pass the checks",
    Outcome.REJECTED: "Refused by Spreetail",
    Outcome.CONFLICT: "Reference taken by another order",
    Outcome.NOT_SENT: "Good, but not sent",
}

_MENDING = {  # what is said of one order, and of several
    Outcome.INVALID: ("did not pass the checks", "did not pass the checks"),
    Outcome.REJECTED: ("was refused by Spreetail", "were refused by Spreetail"),
    Outcome.CONFLICT: (
        "has a reference that exists already with other content",
        "have references that exist already with other content",
    ),
}


def say_headline(totals: Mapping[Outcome, int], *, refused: bool) -> str:
    """Given a file's number of orders by outcome and whether it was refused as a whole, return how it went."""
    orders = sum(totals.values())
    accepted = totals.get(Outcome.ACCEPTED, 0) + totals.get(Outcome.ALREADY_ACCEPTED, 0)
    if not orders:
        return "This file was refused" if refused else "This file holds no order"
    if totals.get(Outcome.SKIPPED, 0) == orders:
        return "Nothing had to be sent"
    if refused and not accepted:
        return "This file was refused, and nothing of it was sent"
    if orders == 1:
        return "The order was accepted" if accepted else "The order was not accepted"
    if not accepted:
        return f"None of the {orders:,} orders was accepted"
    return f"All {orders:,} orders were accepted" if accepted == orders else _say_some(accepted, orders)


def say_rest(totals: Mapping[Outcome, int]) -> list[str]:
    """Given a file's number of orders by outcome, return a sentence for each thing the headline does not say."""
    sentences = []
    broken = [(totals[outcome], words) for outcome, words in _MENDING.items() if totals.get(outcome)]
    if broken:
        count = sum(number for number, _ in broken)
        each = [f"{number:,} {words[number != 1]}" for number, words in broken]
        one_kind = f"{'it' if count == 1 else 'they'} {broken[0][1][count != 1]}"
        why = join_words(each, "and") if len(broken) > 1 else one_kind
        sentences.append(f"{count:,} {'needs' if count == 1 else 'need'} mending: {why}.")
    if count := totals.get(Outcome.NOT_SENT, 0):
        good = "is good but was" if count == 1 else "are good but were"
        sentences.append(f"{count:,} {good} not sent, because the file was refused.")
    if count := totals.get(Outcome.ALREADY_ACCEPTED, 0):
        sentences.append(f"{count:,} had been accepted before and {'was' if count == 1 else 'were'} not sent again.")
    if count := totals.get(Outcome.SKIPPED, 0):
        sentences.append(f"{count:,} {'was' if count == 1 else 'were'} left out by a rule of the mapping.")
    return sentences


def say_lines(lines: Sequence[int]) -> str:
    """Given where an order's records begin, return "line 3", "lines 3 to 5" or "lines 3, 7 and 9"."""
    if len(lines) < 2:
        return f"line {lines[0]}" if lines else ""
    if all(later == line + 1 for line, later in pairwise(lines)):
        return f"lines {lines[0]} {'to' if len(lines) > 2 else 'and'} {lines[-1]}"
    if len(lines) > _LONGEST_LIST:
        named = ", ".join(map(str, lines[:_LONGEST_LIST]))
        return f"lines {named} and {len(lines) - _LONGEST_LIST:,} more"
    return f"lines {join_words(list(map(str, lines)), 'and')}"


def _say_some(accepted: int, orders: int) -> str:
    return f"{accepted:,} of {orders:,} orders {'was' if accepted == 1 else 'were'} accepted"
