"""What a workbook says of itself: its sheets, how its dates count, how its cells are shown.

Refuses a workbook whose parts do not lead to each other.
"""

import posixpath
import re
from array import array
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from zipfile import ZipFile

from syncd.core.xlsx.archive import Attributes, damage, parse_xml, read_part, say_broken
from syncd.core.xlsx.masks import Mask, read_mask

MOST_SHEETS = 255
MOST_STYLES = 65_490
LONGEST_FORMAT = 255
"""Excel's own limits: kinds of cells in a workbook, and characters of a number format."""

_PERCENT = frozenset({9, 10})
_CLOCK = frozenset({*range(18, 23), *range(45, 48)})
_LOCALE = re.compile(r"\[\$-[^\]]*\]")
_WORDS = r"EUR|GBP|USD|AUD|BGN|CAD|CHF|CZK|DKK|HUF|JPY|NOK|PLN|RON|SEK|TRY|zł|Kč|kr\.?|Ft|lei|лв\.?|s?fr\.?"
_SIGN = re.compile(rf'\[\$([^\]-]+)[^\]]*\]|([$¢-¥฿\u20a0-\u20cf])|"\s*({_WORDS})\s*"', re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True, slots=True)
class Style:
    """How a number is shown, as far as that says what it is."""

    mask: Mask | None = None  #: its digits are a code such as 00000 or 00-000: a text
    percent: bool = False
    clock: bool = False  #: with a time of day
    sign: str = ""  #: of a currency: €, EUR
    text: bool = False  #: whatever is typed there stays text
    negative: bool = False  #: of a cell: the number is below zero, which no date may be


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Tab:
    """A sheet of the workbook."""

    name: str
    path: str  #: of its part in the archive
    visible: bool


@dataclass(slots=True)
class Book:
    """A workbook's parts."""

    tabs: list[Tab] = field(default_factory=list)
    date1904: bool = False
    recalculates: bool = False  #: values of its formulas are worked out when it is opened, and stand nowhere yet
    styles_path: str | None = None
    strings_path: str | None = None
    styles: list[Style] = field(default_factory=list)
    lengths: "array[int]" = field(default_factory=lambda: array("L"))  #: of each shared string


def read_book(archive: ZipFile) -> Book:
    """Given a workbook's archive, return what it says of itself. Raise FileDamagedError."""
    if "_rels/.rels" not in archive.namelist():
        raise say_broken("it is another kind of file")
    root = _read_relations(archive, "")
    path = next((target for kind, target in root.values() if kind == "officeDocument"), None)
    if path is None or not path.endswith(".xml"):
        raise say_broken("it holds no sheets in XML, which .xlsx has")
    relations = _read_relations(archive, path)
    book = _read_workbook(archive, path, relations)
    for kind, target in relations.values():
        if kind == "styles":
            book.styles_path = target
            book.styles = _read_styles(archive, target)
        elif kind == "sharedStrings":
            book.strings_path = target
            book.lengths = _read_lengths(archive, target)
    return book


def _read_relations(archive: ZipFile, path: str) -> dict[str, tuple[str, str]]:
    """Return by id what a part refers to: the last word of its kind, and the name of its part."""
    folder, name = posixpath.split(path)
    relations: dict[str, tuple[str, str]] = {}

    def start(element: str, told: Attributes) -> None:
        if element == "Relationship" and told.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, told.get("Target", ""))).lstrip("/")
            relations[told.get("Id", "")] = told.get("Type", "").rpartition("/")[2], target

    parse_xml(read_part(archive, posixpath.join(folder, "_rels", f"{name}.rels")), start)
    return relations


def _read_workbook(archive: ZipFile, path: str, relations: dict[str, tuple[str, str]]) -> Book:
    book = Book()

    def start(element: str, told: Attributes) -> None:
        match element:
            case "workbookPr":
                book.date1904 = is_true(told.get("date1904"))
            case "calcPr":
                book.recalculates = is_true(told.get("fullCalcOnLoad"))
            case "sheet":
                key = next((value for name, value in told.items() if name.endswith(":id")), "")
                kind, target = relations.get(key, ("", ""))
                if kind == "worksheet":
                    _check_tab(book, target)
                    book.tabs.append(Tab(told.get("name", ""), target, told.get("state", "visible") == "visible"))
            case _:
                pass

    parse_xml(read_part(archive, path), start)
    return book


def _check_tab(book: Book, path: str) -> None:
    if any(tab.path == path for tab in book.tabs):
        raise say_broken("two of its sheets are one")
    if len(book.tabs) == MOST_SHEETS:
        message = f"The workbook has more than {MOST_SHEETS} sheets: take out those that are not needed"
        raise damage("workbook_too_large", message)


def _read_styles(archive: ZipFile, path: str) -> list[Style]:
    codes: dict[str, str] = {}
    judged: dict[str, Style] = {}
    styles: list[Style] = []
    inside = False

    def start(element: str, told: Attributes) -> None:
        nonlocal inside
        if element == "numFmt":
            codes[told.get("numFmtId", "")] = code = told.get("formatCode", "")
            if len(code) > LONGEST_FORMAT or len(codes) > MOST_STYLES:
                raise say_broken("it has more number formats than Excel can, or one that is too long")
        elif element == "cellXfs":
            inside = True
        elif element == "xf" and inside:
            number = told.get("numFmtId", "0")
            if number not in judged:
                style = _judge_format(number, codes.get(number, ""))
                judged[number] = PLAIN if style == PLAIN else style
            styles.append(judged[number])
            if len(styles) > MOST_STYLES:
                raise say_broken("it has more kinds of cells than Excel can")

    def end(element: str) -> None:
        nonlocal inside
        if element == "cellXfs":
            inside = False

    parse_xml(read_part(archive, path), start, end)
    return styles


def _judge_format(number: str, code: str) -> Style:
    shown = _LITERAL.sub("", code.partition(";")[0]).lower()
    sign = _SIGN.search(_LOCALE.sub("", code.partition(";")[0]))
    known = int(number) if re.fullmatch("[0-9]{1,9}", number) else 0
    return Style(
        mask=None if sign or "%" in shown else read_mask(code),
        percent=known in _PERCENT or "%" in shown,
        text=number == "49" or code == "@",
        clock=known in _CLOCK or ("general" not in shown and bool(re.search("[hs]", shown))),
        sign=(sign[1] or sign[2] or sign[3]).strip() if sign else "",
    )


def read_texts(archive: ZipFile, book: Book, wanted: AbstractSet[int]) -> dict[int, str]:
    """Given a workbook and the numbers of some shared texts, return those, without how they are spoken."""
    found: dict[int, str] = {}
    number, taking, silent = -1, False, False

    def start(element: str, _told: Attributes) -> None:
        nonlocal number, taking, silent
        if element == "si":
            number += 1
            silent = False
        silent = silent or element == "rPh"  # how it is spoken stands behind the text
        taking = not silent and element == "t" and number in wanted

    def end(element: str) -> None:
        nonlocal taking
        taking = taking and element != "t"

    def text(content: str) -> None:
        if taking:
            found[number] = found.get(number, "") + content

    if wanted and book.strings_path is not None:
        parse_xml(read_part(archive, book.strings_path), start, end, text)
    return found


def _read_lengths(archive: ZipFile, path: str) -> "array[int]":
    lengths = array("L")
    depth = 0

    def start(element: str, _told: Attributes) -> None:
        nonlocal depth
        if element == "si":
            lengths.append(0)
        depth += element == "t" and bool(lengths)

    def end(element: str) -> None:
        nonlocal depth
        depth -= element == "t" and depth > 0

    def text(content: str) -> None:
        if depth:
            lengths[-1] += len(content)

    parse_xml(read_part(archive, path), start, end, text)
    return lengths


def is_true(text: str | None) -> bool:
    """Given an attribute of yes or no, tell whether it says yes."""
    return text in {"1", "true", "on"}
