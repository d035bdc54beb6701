"""Cells that a spreadsheet stores as something else than text. They are texts, so that rows stay rows of texts.

Whoever wants no more than the text takes it; the mapping asks what stands behind it. Refuses to read a file.
"""

from decimal import Decimal
from typing import Self


class NumberCell(str):
    """A number stored as a number: what a mapping says of how numbers are written is no matter for it."""

    __slots__ = ("exact", "sign")
    exact: int | Decimal
    sign: str  #: of the currency it is shown with; "" for none

    def __new__(cls, text: str, exact: int | Decimal, sign: str = "") -> Self:
        """Given its digits with a decimal point, the number itself and a sign of currency, return the cell."""
        cell = super().__new__(cls, text)
        cell.exact, cell.sign = exact, sign
        return cell


class DateCell(str):
    """A date, or a date and time, stored as such; its text is ISO 8601 without an offset."""

    __slots__ = ()


class SpoiltCell(str):
    """A cell whose value is not to be had; reading a field from it refuses the order."""

    __slots__ = ("reason",)
    reason: str  #: half a sentence: what is wrong and what to do

    def __new__(cls, text: str, reason: str) -> Self:
        """Given what the cell shows and why it is of no use, return the cell."""
        cell = super().__new__(cls, text)
        cell.reason = reason
        return cell
