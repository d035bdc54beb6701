"""The readers under any input: what is written is read again, chunks never matter, a cut never lies."""

import codecs
import csv
import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from syncd.core.decode import open_text
from syncd.core.limits import Limits
from syncd.core.model import Element, FileDamagedError, Problem, Row
from syncd.core.read_csv import CsvSettings, Dialect, dump_row, open_table
from syncd.core.read_json import find_places, parse_element, read_elements

LIMITS = Limits(record_bytes=200, columns=20)
quick = settings(deadline=None, max_examples=150)

sizes = st.integers(1, 9)
cells = st.text(st.sampled_from("ab;,|\t\"'= \n\r\0é€😀\u2028\x0b"), max_size=5)
headers = st.lists(cells, min_size=1, max_size=4, unique=True).filter(any)
newlines = st.sampled_from(["\n", "\r\n", "\r"])
delimiters = st.sampled_from([",", ";", "\t", "|"])
marks = st.sampled_from(
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab/~"\\{[é', max_size=3), inner, max_size=3),
    max_leaves=8,
)
bits_of_csv = st.lists(
    st.sampled_from(["a", "b", ",", ";", '"', '""', '",', ',"', "\n", "\r\n", "\r", "sep=;", "é", "x" * 70]),
    max_size=25,
).map("".join)
bits_of_json = st.lists(
    st.sampled_from([*'{}[],:"\\ \n1', '{"a":', '"orders":', '"x"', "\\u00e9", "\\ud83d", "NaN", "1e5", "é", "x" * 70]),
    max_size=20,
).map("".join)


def split(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def read_rows(
    data: bytes, size: int, encoding: str = "utf-8", *, delimiter: str | None = None, required: bool = True
) -> tuple[list[Row], Problem | None]:
    """Read as far as it goes: the header and the rows, and the damage that ended it."""
    rows: list[Row] = []
    try:
        table = open_table(
            open_text(split(data, size), encoding), CsvSettings(delimiter, required, LIMITS), frozenset()
        )
        rows.append(table.header)
        rows.extend(table.rows)
    except FileDamagedError as damage:
        return rows, damage.problem
    return rows, None


def read_values(data: bytes, size: int, *, lines: bool = False) -> tuple[list[tuple[int, object]], Problem | None]:
    """Read as far as it goes: the line and value of each order, and the damage that ended it."""
    orders: list[tuple[int, object]] = []
    try:
        for element in read_elements(open_text(split(data, size), "utf-8"), LIMITS, lines):
            orders.append((element.line, parse_element(element, LIMITS)))  # noqa: PERF401 (kept when it raises)
    except FileDamagedError as damage:
        return orders, damage.problem
    return orders, None


@quick
@given(headers, st.lists(st.lists(cells, min_size=1, max_size=4), max_size=5), delimiters, newlines, marks, sizes)
def test_what_is_written_as_csv_is_read_again(header, rows, delimiter, newline, mark, size):
    bom, encoding = mark
    dialect = Dialect(encoding, bom, delimiter, newline, sep_line=False)
    records = [dump_row(row, dialect) for row in [header, *rows]]
    text = "".join(records)
    assume("\0" not in text[:2])  # looks like UTF-16 without its mark
    lines = [1 + "".join(records[:at]).count(newline[-1]) for at in range(len(records))]
    found, problem = read_rows(bom + text.encode(encoding), size, delimiter=delimiter)
    assert problem is None
    assert found == [
        Row(record, line, tuple(row))
        for record, (line, row) in enumerate(zip(lines, [header, *rows], strict=True), 1)
        if any(row)
    ]


@quick
@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=5), newlines)
def test_what_the_standard_library_writes_is_read_the_same(rows, newline):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows([["h", "i"], *rows])
    found, problem = read_rows(buffer.getvalue().encode(), 7, delimiter=",")
    assert problem is None
    assert [row.cells for row in found[1:]] == [tuple(row) for row in rows if any(row)]


@quick
@given(bits_of_csv.map(str.encode) | st.binary(max_size=20), sizes)
@example(b"a,a\r\xff", 1)
@example(b'"a\rb\n' + b"x" * 300 + b'"\r', 3)
def test_any_bytes_as_csv_give_the_same_rows_and_damage_in_chunks_of_any_size(data, size):
    assert read_rows(data, size) == read_rows(data, 10_000)


@quick
@given(bits_of_json.map(str.encode) | st.binary(max_size=20), sizes, st.booleans())
def test_any_bytes_as_json_give_the_same_orders_and_damage_in_chunks_of_any_size(data, size, lines):
    assert read_values(data, size, lines=lines) == read_values(data, 10_000, lines=lines)


@quick
@given(
    st.binary(max_size=30) | st.text("aé€😀\n\r", max_size=12).map(str.encode),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1252", "shift_jis", "gb18030", "latin-1"]),
    sizes,
)
def test_bytes_decode_as_python_does_or_name_the_first_bad_byte(data, encoding, size):
    try:
        opened = open_text(split(data, size), encoding)
    except FileDamagedError as damage:
        event(damage.problem.message[:30])  # looks like UTF-16 without its mark
        return
    parts: list[str] = []
    problem = None
    try:
        for chunk in opened.chunks:
            parts.append(chunk)  # noqa: PERF402 (kept when it raises)
    except FileDamagedError as damage:
        problem = damage.problem
    body = data[len(opened.bom) :]
    if problem is None:
        assert "".join(parts) == body.decode(opened.encoding)
    else:
        with pytest.raises(UnicodeDecodeError) as caught:
            body.decode(opened.encoding)
        good = body[: caught.value.start].decode(opened.encoding)
        assert "".join(parts) == good
        assert f"byte offset {len(opened.bom) + caught.value.start}, " in problem.message


@quick
@given(headers, st.lists(st.lists(cells, min_size=2, max_size=3), min_size=1, max_size=3), newlines, st.booleans())
def test_csv_cut_at_any_byte_yields_nothing_the_whole_has_not_or_ends_in_damage(header, rows, newline, required):
    dialect = Dialect("utf-8", b"", ",", newline, sep_line=False)
    data = "".join(dump_row(row, dialect) for row in [header, *rows]).encode()
    assume(b"\0" not in data[:2])
    whole, problem = read_rows(data, 100, delimiter=",")
    assert problem is None
    for cut in range(len(data)):
        found, problem = read_rows(data[:cut], 100, delimiter=",", required=required)
        if required or problem:
            assert found == whole[: len(found)]
        else:
            assert found[:-1] == whole[: len(found) - 1]  # a last row without line end may be short


@quick
@given(st.lists(values, max_size=4), st.sampled_from([None, 1]), st.booleans(), sizes)
def test_json_arrays_and_wrappers_are_read_as_json_loads_reads_them(orders, indent, wrapped, size):
    text = json.dumps({"n": 1, "orders": orders} if wrapped else orders, indent=indent, ensure_ascii=False)
    chunks = split(text.encode(), size)
    elements = list(read_elements(open_text(chunks, "utf-8"), Limits(), lines=False))
    assert [parse_element(element, Limits()) for element in elements] == orders
    assert [element.record for element in elements] == list(range(1, len(orders) + 1))
    lines = text.split("\n")
    assert all(element.text.split("\n")[0] in lines[element.line - 1] for element in elements)


@quick
@given(st.lists(st.dictionaries(st.text("ab", max_size=2), scalars, max_size=3), max_size=3), st.integers(0, 2))
def test_json_cut_at_any_byte_yields_nothing_the_whole_has_not_or_ends_in_damage(orders, shape):
    if shape == 2:
        data = "".join(json.dumps(order) + "\n" for order in orders).encode()
    else:
        data = json.dumps({"orders": orders, "n": 12} if shape else orders).encode()
    whole, _ = read_values(data, 100, lines=shape == 2)
    for cut in range(len(data)):
        found, problem = read_values(data[:cut], 100, lines=shape == 2)
        assert found == whole[: len(found)]
        assert problem or shape == 2


@quick
@given(values)
def test_every_value_of_an_order_has_one_place(value):
    element = Element(1, 5, json.dumps(value, indent=1))
    places = find_places(element)

    def list_pointers(value: object, pointer: str) -> Iterator[str]:
        yield pointer
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from list_pointers(inner, pointer + "/" + key.replace("~", "~0").replace("/", "~1"))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from list_pointers(inner, f"{pointer}/{index}")

    assert list(places) == list(list_pointers(value, ""))
    assert all(5 <= (place.line or 0) <= 5 + element.text.count("\n") for place in places.values())
