"""Numbers as people and programs write them, read exactly as the mapping declares: nothing is guessed.

Only the digits 0 to 9 count, thousands must stand in groups of three, and what is not declared (a sign of
currency, a percent sign, a minus behind) is refused.
"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction

_SPACES = "[ \u00a0\u2007\u2009\u202f]"
_APOSTROPHES = "['\u2019]"
_CURRENCY = r"(?:[$¢-¥฿\u20a0-\u20cf]|US\$|[^\W\d_]{1,3}\.?)"  # any sign or word: whose, is asked later
_MOST_DIGITS = 30  # as for numbers of a JSON file
_MOST_DECIMALS = 6  # of a result that has no end, such as a third
_WIDE = Context(prec=400)
SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "US$": "USD", "EUR": "EUR", "GBP": "GBP", "USD": "USD"}
"""The currency that a sign beside a number means; any other sign is another currency's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRules:
    """How numbers are written, and what is made of them."""

    decimal: str = "."
    thousands: str = ""
    currency: bool = False
    percent: bool = False
    trailing_minus: bool = False
    parentheses: bool = False
    scale: Decimal = Decimal(1)
    decimals: int | None = None
    whole: bool | None = None  #: the file's number has no decimals; None: where the scale makes it smaller
    counts: bool = False  #: the field takes whole numbers only: said where a text is no number

    @property
    def must_be_whole(self) -> bool:
        """Tell whether a number with decimals is refused: cents and the like are counted, not measured."""
        return self.scale < 1 if self.whole is None else self.whole

    def compile_pattern(self) -> re.Pattern[str]:
        """Return what a number written by these rules looks like."""
        point = re.escape(self.decimal)
        between = {"": "", " ": _SPACES, "'": _APOSTROPHES}.get(self.thousands, re.escape(self.thousands))
        digits = f"[0-9]+|[0-9]{{1,3}}(?:{between}[0-9]{{3}})+" if between else "[0-9]+"
        before, behind = (
            f"(?:(?P<{name}>{_CURRENCY}){_SPACES}?)?" if self.currency else f"(?P<{name}>(?!))?"
            for name in ("before", "behind")
        )
        minus = "(?P<last>-)?" if self.trailing_minus else "(?P<last>(?!))?"
        percent = f"(?:{_SPACES}?%)?" if self.percent else ""
        space = f"{_SPACES}?" if self.currency else ""
        body = f"(?P<first>[-+])?{before}(?P<second>[-+])?(?P<whole>{digits})(?:{point}(?P<rest>[0-9]+))?"
        return re.compile(f"{body}{minus}{percent}{space}{behind}")

    def say_expected(self) -> str:
        """Return half a sentence that says what a number should look like."""
        if self.counts and self.scale == 1:
            return "it must be a whole number such as 2"
        return f"it must be a number such as 1{self.thousands}234{self.decimal}50"


def read_number(text: str, rules: NumberRules, pattern: re.Pattern[str]) -> tuple[Decimal, str]:
    """Given a number as written, its rules and their pattern, return it and the sign of currency beside it.

    Raise ValueError with half a sentence that says what is expected.
    """
    inner, negative = text, False
    if rules.parentheses and text.startswith("(") and text.endswith(")"):
        inner, negative = text[1:-1], True
    found = pattern.fullmatch(inner)
    if found is None or len(text) > 2 * _MOST_DIGITS:
        raise ValueError(rules.say_expected())
    minuses = [found["first"], found["second"], found["last"]]
    if len([each for each in minuses if each]) + negative > 1:
        raise ValueError("it has more than one sign")
    whole = re.sub("[^0-9]", "", found["whole"])
    if len(whole) + len(found["rest"] or "") > _MOST_DIGITS:
        raise ValueError(f"it has more than {_MOST_DIGITS} digits")
    number = Decimal(f"{whole}.{found['rest'] or '0'}")
    sign = " ".join(filter(None, (found["before"], found["behind"])))
    return (-number if negative or "-" in minuses else number), sign


def finish_number(number: int | Decimal | Fraction, rules: NumberRules) -> Decimal:
    """Given a number of any exact kind, return it scaled and rounded half up, once."""
    return round_half_up(Fraction(number) * Fraction(rules.scale), rules.decimals)


def round_half_up(exact: Fraction, decimals: int | None) -> Decimal:
    """Given an exact number and how many decimals it may have, return it rounded half up, away from zero.

    With None it keeps all its decimals; one without end, such as a third, gets six.
    """
    if decimals is None and _has_end(exact.denominator):
        with localcontext(_WIDE):
            return (Decimal(exact.numerator) / Decimal(exact.denominator)).normalize()
    power = 10 ** (_MOST_DECIMALS if decimals is None else decimals)
    shifted = abs(exact) * power
    whole = (2 * shifted.numerator + shifted.denominator) // (2 * shifted.denominator)
    with localcontext(_WIDE):
        return Decimal(-whole if exact < 0 else whole) / Decimal(power)


def _has_end(denominator: int) -> bool:
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1
