"""CSV by RFC 4180: delimiters, line ends, quotes, lines of records, and each kind of damage in words."""

import csv

import pytest

from syncd.core.decode import Text, open_text
from syncd.core.limits import Limits
from syncd.core.model import FileDamagedError, Problem, Row
from syncd.core.read_csv import CsvSettings, Dialect, Table, dump_row, open_table

LIMITS = Limits(record_bytes=60, columns=5)


def read(
    content: str,
    known: str = "",
    *,
    delimiter: str | None = None,
    required: bool = True,
    size: int = 1,
    limits: Limits = LIMITS,
) -> tuple[Table, list[Row]]:
    chunks = (content[at : at + size] for at in range(0, len(content), size))
    settings = CsvSettings(delimiter, required, limits)
    table = open_table(Text("utf-8", b"", chunks), settings, frozenset(known.split()))
    return table, list(table.rows)


def refuse(content: str, *, required: bool = True, limits: Limits = LIMITS) -> Problem:
    problems = []
    for size in (1, 2, 7, 1000):
        with pytest.raises(FileDamagedError) as caught:
            read(content, required=required, size=size, limits=limits)
        problems.append(caught.value.problem)
    assert problems == problems[:1] * 4
    return problems[0]


def test_rows_know_their_record_and_the_line_they_begin_in():
    table, rows = read('a,b\n1,2\n\n"x\n""y""\n",z\n,\n3,4\n')
    assert table.header == Row(1, 1, ("a", "b"))
    assert rows == [Row(2, 2, ("1", "2")), Row(3, 4, ('x\n"y"\n', "z")), Row(5, 8, ("3", "4"))]


def test_ragged_rows_odd_headers_and_odd_characters_are_handed_on_for_the_layout_to_judge():
    table, rows = read(" a ,,\n1\n1,2,3,4\n\x00\x0b\u2028\x85,\x1c\n")
    assert table.header.cells == (" a ", "", "")
    assert [row.cells for row in rows] == [("1",), ("1", "2", "3", "4"), ("\x00\x0b\u2028\x85", "\x1c")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_header_shows_the_kind_of_line_end_and_quoted_cells_may_hold_any(newline, size):
    lines = ['"a\n\r\r\nb",c', "1,2", '"\r\n","\r\n\n"', "3,4", ""]
    table, rows = read(newline.join(lines), size=size)
    assert table.dialect.newline == newline
    assert table.header.cells == ("a\n\r\r\nb", "c")
    assert [row.cells for row in rows] == [("1", "2"), ("\r\n", "\r\n\n"), ("3", "4")]


def test_blank_lines_before_the_header_count_as_lines_only():
    table, rows = read("\r\n\r\na\r\n1\r\n")
    assert (table.header.line, rows) == (3, [Row(2, 4, ("1",))])


def test_lf_and_crlf_may_mix():
    assert [row.cells for row in read("a,b\r\n1,2\n3,4\r\n")[1]] == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    ("header", "known", "delimiter"),
    [
        ("a,b", "", ","),
        ("a;b", "", ";"),
        ("a\tb", "", "\t"),
        ("a|b", "", "|"),
        ("a", "", ","),
        ("a;b,x,y", "a", ";"),
        ('"a,1";"b,2,3"', "", ";"),
        ('"x;\ny|";b', "b", ";"),
    ],
)
def test_the_delimiter_is_what_finds_most_known_names_then_most_cells(header, known, delimiter):
    assert read(header + "\n", known)[0].dialect.delimiter == delimiter


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "Sep=;"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_sep_line_sets_the_delimiter_and_is_a_line_but_no_record(line, newline):
    table, rows = read(newline.join([line, "a;b,c", "1;2", ""]))
    assert table.dialect == Dialect("utf-8", b"", ";", newline, sep_line=True)
    assert (table.header, rows) == (Row(1, 2, ("a", "b,c")), [Row(2, 3, ("1", "2"))])


def test_a_declared_delimiter_wins_over_a_sep_line():
    table, rows = read("sep=;\na,b\n1,2\n", delimiter=",")
    assert table.dialect.sep_line
    assert rows == [Row(2, 3, ("1", "2"))]


def test_a_column_that_begins_like_a_sep_line_is_a_column():
    assert read("sep=x\n")[0].header.cells == ("sep=x",)


def test_a_header_alone_has_no_rows():
    assert read("a,b\n\n,\n")[1] == []
    assert read("a,b", required=False)[1] == []


def test_the_last_line_end_may_be_optional():
    assert read("a\n1\n2", required=False)[1][-1] == Row(3, 3, ("2",))
    assert read('a\n"1"', required=False)[1] == [Row(2, 2, ("1",))]


@pytest.mark.parametrize("content", ["", "\n", "\r\n\r\n", "\r", "sep=;\n"])
def test_a_file_without_a_header_is_empty(content):
    assert refuse(content).code == "empty"


@pytest.mark.parametrize(("content", "line"), [("a,b", 1), ("a\n1", 2), ("a\r\n1\r", 2), ('a\r"1"', 2)])
def test_a_record_without_line_end_is_refused(content, line):
    problem = refuse(content)
    assert (problem.code, problem.line) == ("no_final_newline", line)
    assert "`final_newline: optional`" in problem.message


@pytest.mark.parametrize(
    ("content", "line"),
    [('a\n"1\n\n', 2), ('"a\n1\n', 1), ('a,b\n"1\n",2\n"3\n",4,"5\n6\n', 5), ('a\n"1', 2), ('a\n1,"x""\n', 2)],
)
def test_a_quote_never_closed_is_named_where_it_opens(content, line):
    problem = refuse(content)
    assert (problem.code, problem.line) == ("open_quote", line)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a,b\n1,5" pipe\n2,3\n', 2),
        ('a,b\n1,5" or 6" pipe\n', 2),
        ('a,b\n"1"x,2\n', 2),
        ('a,b\n"1" ,2\n', 2),
        ('a,b\n "1",2\n', 2),
        ('a,b\n"1\n2"x,"3\n4\n', 3),
        ('a,b\n1,"2\n3" x"\n', 3),
        ('5" pipe,b\n1,2\n', 1),
        ('5" pipe,b\r1,2\r', 1),
        ('x"|\ny"|b\n', 1),
    ],
)
def test_a_quote_inside_a_cell_is_refused(content, line):
    problem = refuse(content)
    assert (problem.code, problem.line) == ("quote_inside", line)


@pytest.mark.parametrize(
    ("content", "line"),
    [("a,b\n1,2\r3,4\n", 2), ("a,b\r1,2\r3,4\n5,6\r", 3), ('a,b\n"1",2\n"3","4"\r5,6\n', 3), ("a,b\r\n1\r2\r\n", 2)],
)
def test_line_ends_of_another_kind_are_refused_outside_quotes(content, line):
    problem = refuse(content)
    assert (problem.code, problem.line) == ("line_end", line)


def test_a_record_may_be_as_long_as_the_limit():
    assert read("a\n" + "x" * 59 + "\n")[1][0].cells == ("x" * 59,)
    assert read('a\n"' + "x\n" * 28 + '"\n')[1][0].cells == ("x\n" * 28,)


@pytest.mark.parametrize(
    ("content", "line", "cure"),
    [
        ("a\n" + "x" * 60 + "\n", 2, "split it"),
        ("a\n1\n" + "x" * 100, 3, "split it"),
        ("a" * 61, 1, "split it"),
        ('"' + "a\n" * 40, 1, "a quote opened in line 1"),
        ('a\n"x\n","' + "y\n" * 40, 2, "a quote opened in line 3"),
    ],
)
def test_a_record_over_the_limit_is_refused(content, line, cure):
    problem = refuse(content)
    assert (problem.code, problem.line) == ("record_too_long", line)
    assert cure in problem.message


def test_too_many_columns_are_refused():
    assert refuse("a,b,c,d,e,f\n").line == 1
    problem = refuse("a,b\n1,2,3,4,5,6\n")
    assert (problem.code, problem.line) == ("too_many_columns", 2)


def test_a_name_twice_in_the_header_is_refused():
    problem = refuse("a,b,a\n")
    assert (problem.code, problem.column, problem.value, problem.line) == ("duplicate_column", "a", "a", 1)


def test_a_long_cell_is_read_and_the_process_wide_limit_never_lowered():
    cell = "x" * 200_000
    assert read(f'a\n"{cell}"\n', limits=Limits())[1][0].cells == (cell,)
    read("a\n", limits=Limits(record_bytes=10))
    assert csv.field_size_limit() >= Limits().record_bytes


def test_bad_bytes_are_found_after_the_records_before_them():
    table = open_table(open_text([b"a\n1\n2\xff\n"], "utf-8"), CsvSettings(None, True, LIMITS), frozenset())
    assert next(table.rows).cells == ("1",)
    with pytest.raises(FileDamagedError) as caught:
        next(table.rows)
    assert (caught.value.problem.code, caught.value.problem.line) == ("encoding", 3)


def test_cells_are_written_with_quotes_only_where_needed():
    dialect = Dialect("utf-8", b"", ";", "\r\n", sep_line=False)
    assert dump_row(["a,b", 'c"d', "e;f", "g\rh", "i\nj", " k ", ""], dialect) == (
        'a,b;"c""d";"e;f";"g\rh";"i\nj"; k ;\r\n'
    )
    assert dump_row([""], dialect) == '""\r\n'
