"""`syncd validate` in one process: its judgement is the daemon's, and the file is left as it is."""

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from support.configs import API, ENVIRONMENT, SECOND, SOURCE
from support.orders import make_order, write_csv, write_json

from syncd.cli import program
from syncd.config.schema_files import read_schema

ERROR = read_schema("report.schema.json")["properties"]["orders"]["items"]["properties"]["errors"]["items"]


@pytest.fixture
def validate(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner(env=ENVIRONMENT).invoke(program, ["validate", *words])


def read_lines(told):
    return [json.loads(line, parse_float=Decimal) for line in told.stdout.splitlines()]


def test_an_order_is_shown_as_it_would_be_sent_with_its_numbers_exact(validate, tmp_path):
    (tmp_path / "a.csv").write_bytes(write_csv(make_order("A-1", price="19.90")))
    told = validate("--json", "a.csv")
    assert told.exit_code == 0
    [line] = read_lines(told)
    assert list(line) == ["file", "reference", "lines", "outcome", "order", "errors"]
    assert (line["file"], line["outcome"], line["errors"]) == ("a.csv", "valid", [])
    assert line["order"]["OrderItems"][0]["PricePerUnit"] == Decimal("19.9")
    assert '"PricePerUnit":19.9,' in told.stdout


def test_an_invalid_order_is_null_with_errors_as_in_the_report(validate, tmp_path):
    (tmp_path / "a.json").write_bytes(write_json(make_order("A-1", qty=0, Currency="EURO"), make_order("A-2")))
    told = validate("--json", "a.json")
    assert told.exit_code == 1
    bad, good = read_lines(told)
    assert (bad["outcome"], bad["order"], good["outcome"]) == ("invalid", None, "valid")
    assert {error["column"] for error in bad["errors"]} == {"Currency", "OrderItems[0].Qty"}
    schema = {**ERROR, "$defs": read_schema("report.schema.json")["$defs"]}
    for error in bad["errors"]:
        Draft202012Validator(schema).validate(error)


def test_a_damaged_file_is_one_line_without_a_reference(validate, tmp_path):
    (tmp_path / "torn.json").write_bytes(write_json(make_order("A-1"), make_order("A-2"))[:-30])
    told = validate("--json", "torn.json")
    assert told.exit_code == 1
    [line] = read_lines(told)
    assert (line["reference"], line["lines"], line["outcome"], line["order"]) == (None, [], "invalid", None)
    assert line["errors"][0]["code"] == "torn"


def test_the_same_reference_with_other_content_is_invalid_twice(validate, tmp_path):
    (tmp_path / "a.json").write_bytes(write_json(make_order("A-1"), make_order("A-1", qty=9)))
    told = validate("a.json")
    assert told.exit_code == 1
    assert "2 orders: 2 invalid" in told.stdout


def test_a_source_that_sends_a_file_whole_refuses_it_whole(validate, tmp_path):
    (tmp_path / "config.yaml").write_text(API + SOURCE + "    on_invalid: reject_file\n")
    (tmp_path / "a.csv").write_bytes(write_csv(make_order("A-1"), make_order("A-2", qty=0)))
    told = validate("a.csv")
    assert told.exit_code == 1
    assert "A-1                       line 2          not_sent" in told.stdout
    assert "2 orders: refused as a whole, nothing of it would be sent" in told.stdout
    [line] = read_lines(validate("--json", "a.csv"))
    assert line["reference"] is None
    assert [error["code"] for error in line["errors"]] == ["invalid_orders", "minimum"]


def test_values_are_hidden_where_the_config_asks_for_it(validate, tmp_path):
    (tmp_path / "config.yaml").write_text(API + SOURCE + "reports: {show_values: false}\n")
    (tmp_path / "a.csv").write_bytes(write_csv(make_order("A-1", Currency="EURO")))
    assert "Currency is (hidden)" in validate("a.csv").stdout
    assert "EURO" not in validate("a.csv").stdout + validate("--json", "a.csv").stdout


def test_a_file_without_orders_is_well(validate, tmp_path):
    (tmp_path / "a.json").write_text("[]")
    told = validate("a.json")
    assert (told.exit_code, told.stdout.splitlines()[-2:]) == (0, ["  The file holds no order", "  0 orders: none"])
    assert validate("--json", "a.json").stdout == ""


def test_the_file_is_neither_changed_nor_moved_even_behind_a_link(validate, tmp_path):
    (tmp_path / "real.csv").write_bytes(write_csv(make_order("A-1")))
    (tmp_path / "link.csv").symlink_to("real.csv")
    before = (tmp_path / "real.csv").stat()
    assert validate("link.csv").exit_code == 0
    after = (tmp_path / "real.csv").stat()
    assert (before.st_ino, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_ino,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )
    assert {path.name for path in tmp_path.iterdir()} == {"real.csv", "link.csv"}


def test_what_is_no_file_is_wrong_use(validate, tmp_path):
    (tmp_path / "folder").mkdir()
    for word in ("nowhere.csv", "folder", "/dev/null"):
        assert validate(word).exit_code == 2


TWO = (
    API
    + SOURCE
    + "    match: '*.csv'\n    delimiter: ';'\n"
    + SECOND
    + "    match: ['*.txt', 'x.*']\n    delimiter: '|'\n"
)


@pytest.fixture
def two_sources(tmp_path):
    (tmp_path / "config.yaml").write_text(TWO)
    for folder in ("inbox", "p/inbox"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("name", ["any.txt", "p/inbox/any.csv"])
def test_the_source_is_the_one_whose_patterns_or_folders_fit(validate, two_sources, name):
    (two_sources / name).write_bytes(write_csv(make_order("A-1")).replace(b",", b"|"))
    assert validate(name).exit_code == 0
    assert validate("--source", "orders", name).exit_code == 1


def test_where_several_sources_fit_it_asks_which(validate, two_sources):
    (two_sources / "x.csv").write_bytes(write_csv(make_order("A-1")))
    told = validate("x.csv")
    assert told.exit_code == 2
    assert told.stderr == "x.csv: say with --source which source to judge it by; there are: orders, partner.\n"
    assert "There is no source nope; there are: orders, partner." in validate("--source", "nope", "x.csv").stderr


def test_a_source_needs_a_config(validate, tmp_path):
    (tmp_path / "a.csv").write_bytes(write_csv(make_order("A-1")))
    told = validate("--source", "orders", "a.csv")
    assert told.exit_code == 2
    assert "needs a configuration" in told.stderr


def test_a_broken_config_is_told_even_where_none_is_needed(validate, tmp_path):
    (tmp_path / "config.yaml").write_text("nonsense: 1\n")
    (tmp_path / "a.csv").write_bytes(write_csv(make_order("A-1")))
    assert validate("a.csv").exit_code == 2


def test_it_shows_on_request_what_was_read_from_where(validate, tmp_path):
    (tmp_path / "a.csv").write_text("No;Menge\nA;0\n", encoding="utf-8")
    (tmp_path / "m.yaml").write_text(
        "version: 1\nread: {delimiter: semicolon}\norder: {ReferenceNumber: No, Currency: {constant: EUR}}\n"
        "items: {fields: {Qty: Menge}}\n",
        encoding="utf-8",
    )
    words = ("a.csv", "--mapping", "m.yaml", "--explain")
    told = validate(*words)
    assert told.exit_code == 1
    table = [line.split() for line in told.stdout.splitlines() if line[:1] != " "][1:]
    assert table == [
        ["field", "value", "from", "line"],
        ["ReferenceNumber", "A", "No", "2"],
        ["Currency", "EUR", "(the", "mapping)"],
        ["OrderItems[0].Qty", "0", "Menge", "2"],
    ]
    [line] = read_lines(validate(*words, "--json"))
    assert line["from"] == [
        {"field": "/ReferenceNumber", "column": "No", "line": 2},
        {"field": "/Currency", "column": None, "line": None},
        {"field": "/OrderItems/0/Qty", "column": "Menge", "line": 2},
    ]
