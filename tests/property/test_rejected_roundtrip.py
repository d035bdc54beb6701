"""A rejected file, read again as intake reads it, holds the very cells and values its input held."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.decode import open_text
from syncd.core.guard import guard_cell, unguard_cell
from syncd.core.intake import Reading
from syncd.core.limits import Limits
from syncd.core.read_csv import CsvSettings, Dialect, dump_row, open_table
from syncd.core.read_json import parse_element, read_elements
from syncd.core.rejected import build_rejected
from syncd.core.validate import ERROR_MARK, compile_checker

NAMES = ["ReferenceNumber", "Note", "Currency", "Town"]
CHECKER = compile_checker(
    {"type": "object", "properties": {name: {"type": "string"} for name in [*NAMES, "OrderItems"]}}
)
CELLS = st.text(alphabet="ab0'=+-@.,;|\t\"\r\nü ", max_size=6)
ROWS = st.lists(CELLS, min_size=1, max_size=6).filter(any)
ENCODINGS = [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("cp1252", b"")]


@st.composite
def draw_table(draw):
    encoding, bom = draw(st.sampled_from(ENCODINGS))
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return Dialect(encoding, bom, draw(st.sampled_from(",;\t|")), newline, draw(st.booleans()))


def write_table(dialect, rows):
    head = f"sep={dialect.delimiter}{dialect.newline}" if dialect.sep_line else ""
    text = head + "".join(dump_row(row, dialect) for row in rows)
    return dialect.bom + text.encode(dialect.encoding)


def read_table(content, encoding):
    text = open_text([content], encoding)
    table = open_table(text, CsvSettings(None, True, Limits()), CHECKER.known_columns)
    return table.dialect, table.header.cells, [row.cells for row in table.rows]


def pad(row, width):
    missing = [""] * (width - len(row))
    return (*row, *missing)


@settings(deadline=None, max_examples=200)
@given(
    dialect=draw_table(),
    rows=st.lists(ROWS, min_size=1, max_size=5),
    error=st.text(alphabet="ab=;,'\"ü", max_size=8),
    data=st.data(),
)
def test_rows_come_back_as_they_were_however_often(dialect, rows, error, data):
    chosen = sorted(data.draw(st.sets(st.integers(2, len(rows) + 1), min_size=1)))
    reading = Reading(checker=CHECKER, encoding=dialect.encoding)
    first = write_table(dialect, [NAMES, *rows])
    failed = [((number,), error) for number in chosen]
    once = b"".join(build_rejected([first], "a.csv", reading, iter(failed)))

    seen, header, cells = read_table(once, dialect.encoding)
    assert seen == dialect
    assert header == (*NAMES, ERROR_MARK)
    assert [unguard_cell(row[4]) for row in cells] == [error] * len(chosen)
    for row, number in zip(cells, chosen, strict=True):
        true = tuple(unguard_cell(cell) for cell in (*row[:4], *row[5:]))
        given_row = rows[number - 2]
        assert true == pad(given_row, 4 if len(given_row) >= 4 else 5)

    again = [((number,), error) for number in range(2, len(chosen) + 2)]
    assert b"".join(build_rejected([once], "a.csv", reading, iter(again))) == once


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="'=+-@\t\r0.,a", max_size=5) | st.text(max_size=5))
def test_a_guard_is_taken_off_again_and_nothing_else(cell):
    guarded = guard_cell(cell)
    assert unguard_cell(guarded) == cell
    assert guarded.removeprefix("'") in {cell, cell.removeprefix("'")}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
ORDERS = st.dictionaries(st.sampled_from(["a", "_error", "ü", "}", "orders\\"]), VALUES, max_size=4)


@settings(deadline=None, max_examples=150)
@given(
    orders=st.lists(ORDERS, min_size=1, max_size=4),
    shape=st.sampled_from(["array", "wrapper", "single", "lines"]),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
    error=st.text(max_size=8),
)
def test_json_orders_come_back_as_they_were_with_their_error(orders, shape, indent, ascii_only, error):
    reading, name = Reading(checker=CHECKER), "a.ndjson" if shape == "lines" else "a.json"
    orders = orders[:1] if shape == "single" else orders
    value = {"array": orders, "wrapper": {"x": 1, "orders": orders}, "single": orders[0], "lines": orders}[shape]
    if shape == "lines":
        content = "".join(json.dumps(order, ensure_ascii=ascii_only) + "\n" for order in orders)
    else:
        content = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    failed = [((number,), error) for number in range(1, len(orders) + 1)]
    once = b"".join(build_rejected([content.encode()], name, reading, iter(failed)))

    elements = list(read_elements(open_text([once], "utf-8"), Limits(), lines=shape == "lines"))
    expected = [{key: value for key, value in order.items() if key != "_error"} for order in orders]
    for element, order in zip(elements, expected, strict=True):
        parsed = parse_element(element, Limits())
        assert list(parsed)[-1] == ERROR_MARK
        assert parsed == {**order, ERROR_MARK: error}
    assert b"".join(build_rejected([once], name, reading, iter(failed))) == once
