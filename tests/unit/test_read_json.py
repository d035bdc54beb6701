"""JSON and NDJSON: which text is an order, exact numbers, exact lines, and each kind of damage in words."""

import json
import re
from decimal import Decimal

import pytest

from syncd.core.decode import Text
from syncd.core.limits import Limits
from syncd.core.model import Element, FileDamagedError, Place, Problem
from syncd.core.read_json import find_places, parse_element, read_elements, read_orders

LIMITS = Limits(record_bytes=60, depth=5, digits=8)
SIZES = (1, 2, 7, 1000)


def read(content: str, *, lines: bool = False, size: int = 1, limits: Limits = LIMITS) -> list[Element]:
    chunks = (content[at : at + size] for at in range(0, len(content), size))
    return list(read_elements(Text("utf-8", b"", chunks), limits, lines))


def refuse(content: str, *, lines: bool = False) -> Problem:
    problems = []
    for size in SIZES:
        with pytest.raises(FileDamagedError) as caught:
            [parse_element(element, LIMITS) for element in read(content, lines=lines, size=size)]
        problems.append(caught.value.problem)
    assert problems == problems[:1] * len(SIZES)
    return problems[0]


def refuse_whole(content: str) -> Problem:
    """Return what is wrong with a file that comes in one chunk, in two or by the character: always the same."""
    problems = []
    for size in (1, len(content) // 2, 1000):
        chunks = (content[at : at + size] for at in range(0, len(content), size))
        with pytest.raises(FileDamagedError) as caught:
            list(read_orders(Text("utf-8", b"", chunks), Limits(), lines=False))
        problems.append(caught.value.problem)
    assert problems == problems[:1] * 3
    return problems[0]


def refuse_element(text: str, limits: Limits = LIMITS) -> Problem:
    with pytest.raises(FileDamagedError) as caught:
        parse_element(Element(1, 10, text), limits)
    return caught.value.problem


@pytest.mark.parametrize("size", SIZES)
def test_an_array_yields_its_elements_with_their_lines(size):
    content = ' \n[{"a": [1, "}\\""]},\n\n{"b":\n{}} , "x\\\\",\nnull,12, []]\r\n '
    assert read(content, size=size) == [
        Element(1, 2, '{"a": [1, "}\\""]}', 2),
        Element(2, 4, '{"b":\n{}}', 1),
        Element(3, 5, '"x\\\\"', 7),
        Element(4, 6, "null", 1),
        Element(5, 6, "12", 6),
        Element(6, 6, "[]", 10),
    ]


@pytest.mark.parametrize("size", SIZES)
def test_an_object_without_orders_is_one_order(size):
    for order in ('{"a": {"orders": [1]},\n"b" : 2 }', "{}", "{ \n}"):
        assert read("\n" + order + "\n", size=size) == [Element(1, 2, order)]


@pytest.mark.parametrize("size", SIZES)
def test_the_orders_of_a_wrapper_are_read_and_its_other_keys_ignored(size):
    content = '{"v": 1, "m": {"orders": 1},\n"\\u006frders" :\n[{"a":1},\n{}], "n": "x"}'
    assert read(content, size=size) == [Element(1, 3, '{"a":1}', 2), Element(2, 4, "{}", 1)]


def test_other_keys_of_a_wrapper_are_bounded_one_by_one():
    big = json.dumps("x" * 50)
    assert read(f'{{"a": {big}, "b": {big}, "orders": [1], "c": {big}, "d": {big}}}') == [Element(1, 1, "1", 131)]


@pytest.mark.parametrize("content", ["[]", "[ ]", '{"orders": []}', '{"orders":[\n] , "a": 1}'])
def test_no_orders_yield_nothing(content):
    assert read(content) == []


@pytest.mark.parametrize("size", SIZES)
def test_ndjson_yields_each_line_that_is_not_blank(size):
    content = '{"a":1}\r\n\n \t\n  {"b":2}\n[1]\n{"c":3}'
    assert read(content, lines=True, size=size) == [
        Element(1, 1, '{"a":1}'),
        Element(2, 4, '  {"b":2}'),
        Element(3, 5, "[1]"),
        Element(4, 6, '{"c":3}'),
    ]


@pytest.mark.parametrize(("content", "lines"), [("", False), (" \n", False), ("", True), ("\n \r\n", True)])
def test_a_file_without_anything_is_empty(content, lines):
    assert refuse(content, lines=lines).code == "empty"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("[", 1),
        ('\n[{"a":1}', 2),
        ('[{"a":1},\n', 2),
        ('[{"a":1},\n{"b":\n', 2),
        ('["abc', 1),
        ('["abc\\', 1),
        ("[12", 1),
        ("{", 1),
        ('{"a"', 1),
        ('{"a":', 1),
        ('{"a":1', 1),
        ('{"a":1,', 1),
        ('{"orders"', 1),
        ('{"orders":', 1),
        ('{"orders":[', 1),
        ('{"orders":[]', 1),
        ('{"orders":[1],', 1),
        ('{"x":tru', 1),
    ],
)
def test_a_torn_end_is_refused(content, line):
    problem = refuse(content)
    assert (problem.code, problem.line) == ("torn", line)


def test_a_torn_end_names_the_last_line_too():
    assert "ends in line 4, in the middle of what begins in line 2" in refuse('[1,\n{"a":\n1,\n').message


@pytest.mark.parametrize("content", ["[]\n]", "[]\n{", '{"a":1}\n{"b":2}', '{"orders":[]}\nx', "[1]\n\0"])
def test_text_after_the_end_is_refused(content):
    problem = refuse(content)
    assert (problem.code, problem.line) == ("trailing_text", 2)


@pytest.mark.parametrize("value", ["{}", "null", '"x"', "1"])
def test_orders_that_are_no_list_are_refused(value):
    problem = refuse(f'{{"v":1,\n"orders": {value}}}')
    assert (problem.code, problem.line) == ("orders_not_a_list", 2)


def test_a_second_orders_is_refused():
    problem = refuse('{"orders":[],\n"orders":[]}')
    assert (problem.code, problem.line) == ("duplicate_key", 2)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("12", 1),
        ('\n"x"', 2),
        ("hello", 1),
        ("}", 1),
        ("[,]", 1),
        ("[1,\n]", 2),
        ("[1\n2]", 2),
        ("[1}", 1),
        ("[{}\n:{}]", 2),
        ("[nul]", 1),
        ("{1:2}", 1),
        ('{"a" 1}', 1),
        ('{"a":1 "b":2}', 1),
        ('{"a":1,\n}', 2),
        ('{"a":1]', 1),
        ('{"a\nb":1}', 1),
        ('{"v":tru, "orders":[]}', 1),
        ('{"orders":[],\n"v":\n{1]}', 3),
        ('[{"a":1]]', 1),
    ],
)
def test_broken_json_is_refused_with_its_line(content, line):
    problem = refuse(content)
    assert (problem.code, problem.line) == ("json_syntax", line)


@pytest.mark.parametrize("size", SIZES)
def test_a_value_over_the_limit_is_refused_wherever_it_stands(size):
    long = "x" * 61
    contents = (
        f'[1,\n"{long}"]',
        f'[1,\n{{"a": "{long}"}}]',
        f"[1,\n{long}]",
        f"[1\n,{' ' * 61}]",
        f'[1,\n"{long}',
    )
    for content in contents:
        with pytest.raises(FileDamagedError) as caught:
            read(content, size=size)
        assert (caught.value.problem.code, caught.value.problem.line) == ("record_too_long", 2)
    assert read(f'["{"x" * 58}"]', size=size)[0].text == f'"{"x" * 58}"'


def test_one_order_over_the_limit_is_refused_though_each_value_is_within():
    assert refuse(json.dumps({"a": "x" * 40, "b": "x" * 40})).code == "record_too_long"
    assert refuse("1\n" + "x" * 61, lines=True).line == 2


def test_integers_stay_integers_and_all_else_is_exact():
    value = parse_element(
        Element(1, 1, '{"a": 12, "b": -0, "c": 19.90, "d": 1E+2, "e": 1e-08, "f": -12345678}'), LIMITS
    )
    assert value == {"a": 12, "b": 0, "c": Decimal("19.90"), "d": 100, "e": Decimal("1E-8"), "f": -12345678}
    assert isinstance(value, dict)
    assert [type(number) for number in value.values()] == [int, int, Decimal, Decimal, Decimal, int]
    assert str(value["c"]) == "19.90"


@pytest.mark.parametrize("text", ["[1]", "null", '"x"', "3"])
def test_what_is_no_object_is_returned_as_it_is(text):
    assert parse_element(Element(1, 1, text), LIMITS) == json.loads(text)


@pytest.mark.parametrize(
    "number",
    ["123456789", "-123456789", "1.23456789", "1e9", "1e-9", "1E+999999999999999999999", "1e" + "0" * 9 + "9"],
)
def test_numbers_beyond_the_limit_are_refused(number):
    problem = refuse_element(f'{{"a": 1,\n"b": [2, {number}]}}')
    assert (problem.code, problem.line, problem.column) == ("number_too_long", 11, "b[1]")
    assert problem.value == number


def test_pythons_own_limit_for_integers_is_never_met():
    assert refuse_element("9" * 5000, Limits(digits=10_000)).code == "number_too_long"


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_refused(constant):
    problem = refuse_element(f'{{"NaN": "{constant}",\n"b": {constant}}}')
    assert (problem.code, problem.line, problem.column, problem.value) == ("json_syntax", 11, "b", constant)


def test_a_key_that_stands_twice_is_refused_by_its_name():
    problem = refuse_element('{"a": {"x": 1},\n"b": [{"x": 1, "y": {}, \n"\\u0078": 2}], ')
    assert (problem.code, problem.line, problem.column, problem.value) == ("duplicate_key", 12, "b[0].x", "x")


@pytest.mark.parametrize("text", ["\\ud83d", "\\ude00", "\\uDE00\\uD83D", "\\ud83dx", "\\ud83d\\n", "\\\\\\uD800"])
def test_half_a_surrogate_pair_is_refused(text):
    problem = refuse_element(f'{{"a":\n"{text}"}}')
    assert (problem.code, problem.line) == ("lone_surrogate", 11)
    assert str(problem.value).lower().startswith(("\\ud8", "\\ude"))


def test_whole_pairs_and_escaped_backslashes_are_text():
    assert parse_element(Element(1, 1, '"\\ud83d\\uDE00 \\u00e4 \\\\ud83d \\n"'), LIMITS) == "😀 ä \\ud83d \n"


@pytest.mark.parametrize("text", ["[[[[[]]]]]", "[" + "[]," * 9 + "{}]", '["[[[[[[[[["]'])
def test_brackets_may_be_nested_to_the_limit(text):
    assert parse_element(Element(1, 1, text), LIMITS) == json.loads(text)


def test_deeper_brackets_are_refused_and_never_end_in_a_recursion_error():
    assert refuse_element("[[[[[[]]]]]]").code == "too_deep"
    deep = "[" * 200_000
    assert refuse_element(deep, Limits(depth=1_000_000)).code == "too_deep"
    assert refuse_element(deep + '"').code == "too_deep"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('{"a":1 "b":2}', "line 10, column 8:", "a comma or a closing bracket"),
        ('{"a":1,\n "b" 2}', "line 11, column 6:", "a colon"),
        ('{"a":\n}', "line 11, column 1:", "a value is missing"),
        ("{1:2}", "line 10, column 2", "a key in double quotes"),
        ('{"a":"x', "line 10, column 6", "no closing quote"),
        ('{"a":"x\ny"}', "line 10, column 8", "a line break or control character"),
        ('{"a":"\\x"}', "line 10, column 7", "a backslash there"),
        ("{}{}", "line 10, column 3", "there is more text after the end"),
    ],
)
def test_broken_json_is_told_in_plain_words(text, place, words):
    problem = refuse_element(text)
    assert problem.code == "json_syntax"
    assert f"The JSON is broken in {place}" in problem.message
    assert words in problem.message


@pytest.mark.parametrize("around", ["%s", "[%s]", "[1, %s]", '{"a": 1,\n "orders": [ %s ]}', "[{},\n\n  %s]"])
@pytest.mark.parametrize(
    ("wrong", "at"), [("NaN", 0), ("1e400", 0), ('"\\ud800"', 1), ('{"b": 1, "b": 2}', 14), ('"x"?', 3)]
)
def test_damage_names_its_column_in_the_file_wherever_its_order_begins(around, wrong, at):
    content = around % f'{{"x": "y", "z": {wrong}}}'
    before = content[: content.index(wrong) + at]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert re.search(rf"line {line}, column {column}\b", refuse_whole(content).message)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('{"ReferenceNumber": "A", "PostalServiceCost": NaN}', "line 1, column 47 "),
        ('{"ReferenceNumber": "A", "PostalServiceCost": 1e400}', "line 1, column 47 "),
        ('{"a": 1 "b": 2}', "line 1, column 9,"),
        ('{"a": 1,\n "b": 2,}', "line 2, column 9,"),
        ('{"a" 1}', "line 1, column 6,"),
        ('[{"a": 1} {"a": 2}]', "line 1, column 11,"),
        ("[1, ]", "line 1, column 5:"),
        ('{"a": 1}\n  {"a": 2}', "line 2, column 3,"),
        ("\n  nothing", "line 2, column 3:"),
    ],
)
def test_damage_around_and_in_a_single_order_names_its_column(content, place):
    assert place in refuse_whole(content).message


def test_every_value_has_its_place():
    text = '{"OrderItems":\n[{"Qty": 1},\n {"a~/b":\n[true, "x,{"]}, []],\n"\\u00e4": {}}'
    assert find_places(Element(3, 7, text)) == {
        "": Place(7, None),
        "/OrderItems": Place(8, "OrderItems"),
        "/OrderItems/0": Place(8, "OrderItems[0]"),
        "/OrderItems/0/Qty": Place(8, "OrderItems[0].Qty"),
        "/OrderItems/1": Place(9, "OrderItems[1]"),
        "/OrderItems/1/a~0~1b": Place(10, "OrderItems[1].a~/b"),
        "/OrderItems/1/a~0~1b/0": Place(10, "OrderItems[1].a~/b[0]"),
        "/OrderItems/1/a~0~1b/1": Place(10, "OrderItems[1].a~/b[1]"),
        "/OrderItems/2": Place(10, "OrderItems[2]"),
        "/ä": Place(11, "ä"),
    }
