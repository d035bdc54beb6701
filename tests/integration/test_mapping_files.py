"""Mappings as files: found, read strictly, refused with every fault at its line; named by a source; tried by hand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.configs import API, ENVIRONMENT, SOURCE
from support.mappings import SAMPLES, strip_absent

from syncd.build import build_readings
from syncd.cli import program
from syncd.config import load_config, load_mapping
from syncd.config.mapping_files import list_open_questions
from syncd.errors import ConfigError

GOOD = "version: 1\norder: {ReferenceNumber: No}\n"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", ["1:1: the file holds no mapping; begin with a copy of one that ships with syncd"]),
        ("version: 1\n", ["1:1: order is missing; add a block order:"]),
        (
            "version: 2\nread: {delimitter: comma}\norder:\n  Currency: {colum: C}\n  A: {column: x, number: {decimal: x}}\n",  # noqa: E501
            [
                "1:1: version must be 1, not 2",
                "2:8: read.delimitter is no option; did you mean delimiter?",
                "4:14: order.Currency.colum is no option; did you mean column?",
                '5:27: order.A.number.decimal must be "." or ",", not "x"',
            ],
        ),
        (
            "version: 1\nzone: Berlin\norder:\n  A: {value: x}\n",
            [
                "2:1: zone names the time zone Berlin, which is none of the IANA list; did you mean Europe/Berlin?",
                "4:7: order.A.value names the value x, which is not defined above; known here: none",
            ],
        ),
        (
            'version: 1\norder:\n  A: {column: x, text: {pad: {width: 500, with: "00"}}}\n  B: {column: x, number: {scale: 0}}\n',  # noqa: E501
            [
                "3:31: order.A.text.pad.width must be at most 100, not 500",
                '3:43: order.A.text.pad.with must be at most 1 character long, not "00"',
                "4:27: order.B.number.scale must be more than 0, not 0",
            ],
        ),
    ],
)
def test_every_fault_is_told_with_its_line_and_column(tmp_path, text, sentences):
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_mapping(path)
    assert refused.value.problems == [f"{path}:{sentence}" for sentence in sentences]


def test_a_missing_mapping_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_mapping(Path("no_such_preset"))


def load(folder, option):
    (folder / "config.yaml").write_text(API + SOURCE + f"    mapping: {option}\n", encoding="utf-8")
    return load_config(folder / "config.yaml", ENVIRONMENT)


def test_a_source_names_its_mapping_by_path_or_by_the_name_of_a_preset(tmp_path):
    (tmp_path / "own.yaml").write_text(GOOD, encoding="utf-8")
    assert build_readings(load(tmp_path, "own.yaml"))["orders"].mapping.rules.format == "csv"
    assert build_readings(load(tmp_path, "webshop_orders"))["orders"].mapping.rules.format == "json"
    with pytest.raises(ConfigError, match="or the name of one: amazon_new_orders"):
        load(tmp_path, "webshop_order")


def test_a_bad_mapping_of_a_source_is_told_when_the_readings_are_built(tmp_path):
    (tmp_path / "own.yaml").write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="order is missing"):
        build_readings(load(tmp_path, "own.yaml"))


@pytest.mark.parametrize("mapping", ["sap_sd_auftraege", "{}/own.yaml"])
def test_validate_reads_a_file_by_a_mapping_without_any_config(tmp_path, mapping):
    preset = Path(__file__).parents[2] / "mappings" / "sap_sd_auftraege.yaml"
    (tmp_path / "own.yaml").write_bytes(preset.read_bytes())
    file = SAMPLES / "sap_sd_auftraege.csv"
    words = ["validate", str(file), "--mapping", mapping.format(tmp_path), "--json"]
    done = subprocess.run([sys.executable, "-m", "syncd", *words], cwd=tmp_path, capture_output=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    expected = strip_absent(json.loads(file.with_name(file.name + ".expected.json").read_text(encoding="utf-8")))
    assert [line["order"] for line in lines if line["outcome"] == "valid"] == expected
    assert [line["reference"] for line in lines if line["outcome"] == "skipped"] == ["0060000077", "0045001238"]


def test_validate_tells_what_is_wrong_with_a_mapping(tmp_path):
    (tmp_path / "own.yaml").write_text("version: 1\n", encoding="utf-8")
    result = CliRunner().invoke(
        program, ["validate", str(SAMPLES / "webshop_orders.json"), "--mapping", str(tmp_path / "own.yaml")]
    )
    assert result.exit_code == 2
    assert "order is missing" in result.output


UNKNOWN = "version: 1\norder:\n  ReferenceNumber: No\nitems:\n  fields:\n    Quantity: Qty\n    PricePerUnt: Price\n"
TOLD = [
    "own.yaml:6:5: items.fields.Quantity is no known field; known here: ",
    "own.yaml:7:5: items.fields.PricePerUnt is no known field; did you mean PricePerUnit?",
]


def test_a_field_that_no_order_has_is_told_wherever_a_mapping_is_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(UNKNOWN, encoding="utf-8")
    (tmp_path / "a.csv").write_text("No,Qty,Price\nA,1,2\n", encoding="utf-8")
    (tmp_path / "config.yaml").write_text(API + SOURCE + "    mapping: own.yaml\n", encoding="utf-8")
    for words in (
        ("check",),
        ("run", "--once"),
        ("validate", "a.csv"),
        ("validate", "a.csv", "--mapping", "own.yaml"),
        ("map", "test", "own.yaml"),
        ("map", "test"),
    ):
        result = CliRunner(env=ENVIRONMENT).invoke(program, words)
        assert result.exit_code == 2, words
        assert all(told in result.stderr for told in TOLD), words


def test_a_source_with_a_schema_of_its_own_has_the_fields_of_that(tmp_path):
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"ReferenceNumber": {"type": "string"}, "Note": {}},
    }
    (tmp_path / "own.json").write_text(json.dumps(schema), encoding="utf-8")
    (tmp_path / "own.yaml").write_text("version: 1\norder: {ReferenceNumber: No, Note: N}\n", encoding="utf-8")
    build_readings(load(tmp_path, "own.yaml\n    schema: own.json"))
    with pytest.raises(ConfigError, match=r"order\.Note is no known field"):
        build_readings(load(tmp_path, "own.yaml"))


def test_a_draft_that_still_asks_may_be_tried_but_sends_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "version: 1\norder:\n  ReferenceNumber: No  # sure (90%); TODO: is it unique?\n"
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "a.csv").write_text("No\nA\n", encoding="utf-8")
    (tmp_path / "config.yaml").write_text(API + SOURCE + "    mapping: own.yaml\n", encoding="utf-8")
    for words in (("check",), ("run", "--once")):
        result = CliRunner(env=ENVIRONMENT).invoke(program, words)
        assert result.exit_code == 2
        assert "own.yaml:3: it still asks: is it unique? - decide it" in result.stderr
    for words in (("validate", "a.csv"), ("validate", "a.csv", "--mapping", "own.yaml"), ("map", "test")):
        assert "it still asks" not in CliRunner(env=ENVIRONMENT).invoke(program, words).output


def test_only_a_comment_asks(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        "\ufefforder:\n  A: 'Order # TODO: none'\n  \"B # TODO: b\": |\n    # TODO: text\n    more\n"
        "  # TODO: which one?\n  C: Straße  # TODO: is it 'this'?\n",
        encoding="utf-8",
    )
    assert [told.partition("asks: ")[2].partition(" - ")[0] for told in list_open_questions(path)] == [
        "which one?",
        "is it 'this'?",
    ]
    assert list_open_questions(path)[0].startswith(f"{path}:6: ")
