"""What a workbook says of itself: its sheets, how its dates count, how its cells are shown.

Refuses a workbook whose parts do not lead to each other.
"""

import posixpath
import re
from array import array
from dataclasses import dataclass, field
from zipfile import ZipFile

from syncd.core.xlsx.archive import Attributes, parse_xml, read_part, say_broken

_PERCENT = frozenset({9, 10})
_CLOCK = frozenset({*range(18, 23), *range(45, 48)})
_LOCALE = re.compile(r"\[\$-[^\]]*\]")
_SIGN = re.compile(r"\[\$([^\]-]+)[^\]]*\]|([€£$])")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True, slots=True)
class Style:
    """How a number is shown, as far as that says what it is."""

    zeros: int = 0  #: digits it is filled up to with zeros, as in 00000
    percent: bool = False
    clock: bool = False  #: with a time of day
    sign: str = ""  #: of a currency: €, EUR
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
                    book.tabs.append(Tab(told.get("name", ""), target, told.get("state", "visible") == "visible"))
            case _:
                pass

    parse_xml(read_part(archive, path), start)
    return book


def _read_styles(archive: ZipFile, path: str) -> list[Style]:
    codes: dict[str, str] = {}
    styles: list[Style] = []
    inside = False

    def start(element: str, told: Attributes) -> None:
        nonlocal inside
        if element == "numFmt":
            codes[told.get("numFmtId", "")] = told.get("formatCode", "")
        elif element == "cellXfs":
            inside = True
        elif element == "xf" and inside:
            number = told.get("numFmtId", "0")
            style = _judge_format(number, codes.get(number, ""))
            styles.append(PLAIN if style == PLAIN else style)

    def end(element: str) -> None:
        nonlocal inside
        if element == "cellXfs":
            inside = False

    parse_xml(read_part(archive, path), start, end)
    return styles


def _judge_format(number: str, code: str) -> Style:
    shown = _LITERAL.sub("", code.partition(";")[0]).lower()
    sign = _SIGN.search(_LOCALE.sub("", code.partition(";")[0]))
    known = int(number) if number.isascii() and number.isdigit() else 0
    return Style(
        zeros=len(code) if re.fullmatch("0{2,}", code) else 0,
        percent=known in _PERCENT or "%" in shown,
        clock=known in _CLOCK or ("general" not in shown and bool(re.search("[hs]", shown))),
        sign=(sign[1] or sign[2]).strip().upper() if sign else "",
    )


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
