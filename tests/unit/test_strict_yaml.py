import pytest

from syncd.config.document import Finding, Position, show_key
from syncd.config.strict_yaml import MAX_BYTES, parse_yaml, tell
from syncd.errors import ConfigError


def read(text: str) -> object:
    document = parse_yaml(text.encode(), "config.yaml")
    assert document.findings == []
    return document.data


def find(text: str | bytes) -> list[str]:
    content = text if isinstance(text, bytes) else text.encode()
    try:
        return tell(parse_yaml(content, "config.yaml").findings, "config.yaml")
    except ConfigError as error:
        return error.problems


@pytest.mark.parametrize(
    "text",
    [
        "NO",
        "no",
        "yes",
        "on",
        "off",
        "y",
        "00123",
        "0755",
        "0x1F",
        "0o17",
        "1_000",
        "10:30",
        "2026-01-15",
        "+5",
        "1e999",
        ".5",
        "5.",
        ".inf",
        ".nan",
        "2026-01-15T10:00:00Z",
        "1" * 19,
        "=",
        "True story",
        "nul",
    ],
)
def test_what_is_no_plain_number_or_word_stays_text(text):
    assert read(f"key: {text}") == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("2.0", 2),
        ("1e3", 1000),
        ("1.5E-1", 0.15),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_plain_numbers_and_words_have_their_type(text, value):
    (read_value,) = read(f"key: {text}").values()
    assert (read_value, type(read_value)) == (value, type(value))


@pytest.mark.parametrize("text", ["'123'", '"123"', "'true'", "''", '"null"'])
def test_what_stands_in_quotes_is_text(text):
    assert read(f"key: {text}") == {"key": text[1:-1]}


def test_keys_are_text_whatever_they_look_like():
    assert read("on: 1\n123: 2\nnull: 3") == {"on": 1, "123": 2, "null": 3}


def test_lists_and_blocks_nest_and_every_key_has_its_place():
    document = parse_yaml(b"a:\n  - b: 1\n    c: [x, {d: 2}]\n", "config.yaml")
    assert document.data == {"a": [{"b": 1, "c": ["x", {"d": 2}]}]}
    assert document.positions == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", 0): (2, 5),
        ("a", 0, "b"): (2, 5),
        ("a", 0, "c"): (3, 5),
        ("a", 0, "c", 0): (3, 9),
        ("a", 0, "c", 1): (3, 12),
        ("a", 0, "c", 1, "d"): (3, 13),
    }


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    assert read("\ufeffa: 1\r\nb: x\r\n") == {"a": 1, "b": "x"}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_is_no_data(text):
    assert read(text) is None


def test_a_key_that_stands_twice_names_both_lines():
    assert find("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n") == [
        "config.yaml:5:3: b.c stands here again, after line 3; keep one of the two"
    ]


def test_findings_that_leave_the_file_readable_are_told_together():
    assert find("a: &x 1\nb: *x\nc: !!str 5\n<<: {d: 1}\n? [e]\n: f\na: 2\n---\ng: 1\n") == [
        "config.yaml:1:4: a: a text that begins with & must be in quotes; anchors are not used here",
        "config.yaml:2:4: b: a text that begins with * must be in quotes; aliases are not used here",
        "config.yaml:3:4: c: a text that begins with ! must be in quotes; tags are not used here",
        "config.yaml:4:1: <<: merge keys are not used here; write the options out",
        "config.yaml:5:3: a key must be a plain word, followed by a colon; put a text that begins with { in quotes",
        "config.yaml:7:1: a stands here again, after line 1; keep one of the two",
        "config.yaml:8:1: a second document begins here; keep one, and take out the line ---",
    ]


def test_an_alias_bomb_is_refused_alias_by_alias():
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert sum("aliases are not used" in problem for problem in find(bomb)) == 4


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a:\n\tb: 1", "2:1", "a tab stands where only spaces may"),
        ("a: *.csv", "1:5", "must be in quotes, like '*.csv'"),
        ("a: @home", "1:4", "must be in quotes"),
        ("a: !foo!bar x", "1:4", "begins with ! or % must be in quotes"),
        ("a: 1\nb: ]x", "2:4", "begins with ] } or , must be in quotes"),
        ('a: "C:\\data"', "1:8", "write a backslash in double quotes twice"),
        ('a: "C:\\UFFFFFFFF"', "1:1", "an escape behind here is no character"),
        ('a: 1\nb: "x\n', "2:4", "the quote that opens here is never closed"),
        ("a: 'it's'", "1:8", "inside single quotes write ' twice"),
        ("a: 1\n  b: 2", "2:4", "a colon cannot stand here; check the indentation"),
        ("a: 1\nb 2\nc: 3", "2:1", "a colon and a space are missing after the key"),
        ("a: {b: ${X}}", "1:4", "put ${NAME} in quotes"),
        ("a: [1, 2\nb: 3", "1:4", "is not closed, or lacks a comma"),
        ("a:\n  b: 1\n c: 2", "3:2", "the indentation does not fit"),
        ("a: 1\n...\nb: 2", "3:1", "keep one document"),
        ("a: |x\n b", "1:5", "this is not YAML"),
        ("a: 1\nb: \x07", "2:4", "a control character stands here"),
        (b"a: 1\nb: M\xfcller\n", "2:5", "the file is not UTF-8"),
        ("a: " + "[" * 60, "1:24", "blocks stand too deep in blocks"),
        ("a: " + "{b: " * 60, "1:84", "blocks stand too deep in blocks"),
    ],
)
def test_what_is_no_yaml_is_told_in_one_plain_sentence(text, place, words):
    (problem,) = find(text)
    assert problem.startswith(f"config.yaml:{place}: ")
    assert words in problem


def test_a_syntax_error_is_told_with_what_was_found_before_it():
    assert len(find("a: 1\na: 2\nb: @")) == 2


def test_no_sentence_quotes_what_may_be_a_secret():
    for text in (
        "a: *hunter2",
        "a: &hunter2 x",
        "a: !hunter2 x",
        "a: !hunter2!x y",
        'a: "hunter2\\q"',
        "a: hunter2: x",
    ):
        assert "hunter2" not in " ".join(find(text))


def test_a_file_over_one_mebibyte_is_refused():
    assert find(b"#" * (MAX_BYTES + 1)) == [
        "config.yaml: the file is larger than 1 MiB; a configuration is a page or two"
    ]


def test_findings_are_told_in_the_order_of_the_file_each_once():
    findings = [Finding(Position(10, 1), "b"), Finding(Position(2, 1), "a"), Finding(Position(10, 1), "b")]
    assert tell(findings, "f") == ["f:2:1: a", "f:10:1: b"]


def test_a_key_is_shown_on_one_line_however_odd_it_is():
    assert show_key(("sources", 0, "inbox")) == "sources[0].inbox"
    assert show_key(("a", "x\ny")) == "a.'x\\ny'..."
    assert len(show_key(("a" * 1000,))) < 80
