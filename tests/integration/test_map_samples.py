"""`syncd map test --json` for machines, and `--write`, which makes a sample's expectation and never breaks one."""

import json

import pytest
from click.testing import CliRunner
from support.configs import ENVIRONMENT

from syncd.cli import program
from syncd.cli.samples import list_samples

MAPPING = """\
version: 1
read: {format: json}
order:
  ReferenceNumber: id
  ReceivedDate: {constant: "2026-01-15T10:00:00Z"}
  DispatchBy: {constant: "2026-01-16T10:00:00Z"}
  Currency: currency
  PaymentStatus: {constant: PAID}
  ChannelBuyerName: {constant: Ann}
  DeliveryAddress:
    FullName: {constant: Ann}
    Address1: {constant: Street 1}
    Town: {constant: Rome}
    PostCode: {constant: "00100"}
    Country: {constant: Italy}
  BillingAddress: {otherwise: DeliveryAddress}
items: {from: lines, fields: {OrderLineNumber: {counted: true}, SKU: sku, Qty: qty, PricePerUnit: price}}
"""


def make_order(reference, price="19.90", currency="EUR"):
    return {"id": reference, "currency": currency, "lines": [{"sku": "x", "qty": 1, "price": price}]}


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(MAPPING, encoding="utf-8")
    return lambda *words: CliRunner(env=ENVIRONMENT).invoke(program, ["map", "test", "own.yaml", *words])


@pytest.fixture
def put(tmp_path):
    def put(*orders, name="own.json"):
        (tmp_path / name).write_text(json.dumps(orders), encoding="utf-8")

    return put


def read_lines(told):
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_a_new_sample_is_written_down_and_holds_from_then_on(run, put, tmp_path):
    put(make_order("A"), make_order("B"))
    told = run()
    assert (told.exit_code, told.stdout.splitlines()[1:]) == (
        1,
        ["  own.json: new, gives 2 orders", "  nothing to hold it to: --write writes down what the samples give"],
    )
    told = run("--write")
    assert told.exit_code == 0
    assert "own.json.expected.json is written: look whether it is right" in told.stdout
    written = (tmp_path / "own.json.expected.json").read_text(encoding="utf-8")
    assert written.startswith('[\n  {\n    "BillingAddress": {\n      "Address1": "Street 1",')
    assert '"PricePerUnit": 19.9' in written
    told = run("--write")
    assert (told.exit_code, told.stdout.splitlines()[1:]) == (0, ["  own.json: ok, 2 orders as expected"])
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["own.json", "own.json.expected.json", "own.yaml"]


def test_what_stands_is_shown_beside_what_comes_and_replaced_by_force_alone(run, put, tmp_path):
    put(make_order("A"))
    run("--write")
    before = (tmp_path / "own.json.expected.json").read_bytes()
    put(make_order("A", price="20"))
    told = run("--write")
    assert (told.exit_code, told.stdout.splitlines()[1:]) == (
        1,
        [
            "  own.json: differs",
            "    A: OrderItems[0].PricePerUnit: expected 19.9, got 20",
            "    own.json.expected.json stays as it is; --write --force takes what the sample gives now",
        ],
    )
    assert (tmp_path / "own.json.expected.json").read_bytes() == before
    told = run("--write", "--force")
    assert told.exit_code == 0
    assert "A: OrderItems[0].PricePerUnit: expected 19.9, got 20" in told.stdout
    assert run().exit_code == 0


def test_a_faulty_sample_is_written_down_by_force_alone(run, put, tmp_path):
    put(make_order("A", currency="EURO"), {"currency": "EUR", "lines": []}, make_order("B"))
    told = run("--write")
    assert told.exit_code == 1
    assert "A: invalid: line 1: currency: Currency is EURO" in told.stdout
    assert "(no reference): invalid: line 1" in told.stdout
    assert "nothing is written down of a sample with faults" in told.stdout
    assert not (tmp_path / "own.json.expected.json").exists()
    assert run("--write", "--force").exit_code == 0
    assert len(json.loads((tmp_path / "own.json.expected.json").read_bytes())) == 1
    (tmp_path / "own-torn.json").write_text("[{", encoding="utf-8")
    told = run("--write")
    assert (told.exit_code, "    the file: " in told.stdout) == (1, True)


def test_force_alone_is_wrong_use(run):
    assert run("--force").exit_code == 2


def test_each_sample_is_a_line_for_machines(run, put):
    assert [(line["outcome"], line["sample"]) for line in read_lines(run("--json"))] == [("no_samples", None)]
    put(make_order("A"))
    (line,) = read_lines(run("--json"))
    assert (line["outcome"], line["orders"], line["written"]) == ("new", 1, False)
    told = run("--json", "--write")
    assert (told.exit_code, [(each["outcome"], each["written"]) for each in read_lines(told)]) == (0, [("new", True)])
    put(make_order("A", price="20.10"), make_order("B", currency="x"))
    told = run("--json")
    (line,) = read_lines(told)
    assert told.exit_code == 1
    assert (line["mapping"], line["sample"], line["outcome"]) == ("own.yaml", "own.json", "differs")
    assert line["differences"] == [
        {"reference": "A", "field": "OrderItems[0].PricePerUnit", "expected": 19.9, "got": 20.1}
    ]
    assert [(error["reference"], error["code"], error["column"]) for error in line["errors"]] == [
        ("B", "enum", "currency")
    ]


def test_a_sample_belongs_to_the_mapping_with_the_longer_name(tmp_path):
    for name in (
        "my.yaml",
        "my-returns.yaml",
        "my.csv",
        "my-b.csv",
        "my-returns.csv",
        "my-returns-2.csv.expected.json",
    ):
        (tmp_path / name).touch()
    (tmp_path / "samples").mkdir()
    (tmp_path / "my.d").mkdir()
    for name in ("my.txt", "my.txt.part", "my.md", ".my.csv", "other.csv"):
        (tmp_path / "samples" / name).touch()
    assert [path.name for path in list_samples(tmp_path / "my.yaml")] == ["my-b.csv", "my.csv", "my.txt"]
    assert [path.name for path in list_samples(tmp_path / "my-returns.yaml")] == ["my-returns-2.csv", "my-returns.csv"]


@pytest.mark.parametrize(
    "expected", ['[{"x":NaN}]', '[{"x":1e999999999}]', r'[{"x":"\ud800"}]', "[" * 100_000, '["\udcff"]']
)
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_what_is_no_json_to_hold_a_sample_to_is_told_in_a_sentence(run, put, tmp_path, expected, words):
    put(make_order("A"))
    (tmp_path / "own.json.expected.json").write_bytes(expected.encode(errors="surrogateescape"))
    told = run(*words)
    assert (told.exit_code, "own.json.expected.json" in told.stderr) == (2, True), told.output


def test_a_link_that_leads_nowhere_is_told(run, put, tmp_path):
    put(make_order("A"))
    (tmp_path / "own.json.expected.json").symlink_to(tmp_path / "nowhere")
    told = run("--write")
    assert (told.exit_code, "leads nowhere" in told.stderr) == (2, True)


def test_a_refused_file_is_never_written_down_and_its_problems_stand_beside_ok(run, put, tmp_path):
    (tmp_path / "own.json").write_text("[{", encoding="utf-8")
    expected = tmp_path / "own.json.expected.json"
    told = run("--write", "--force")
    assert (told.exit_code, expected.exists(), "mend it first" in told.stdout) == (1, False, True)
    expected.write_text("[]", encoding="utf-8")
    told = run()
    assert "ok, 0 orders as expected" in told.stdout
    assert "    the file: " in told.stdout
    expected.write_text('[{"ReferenceNumber": "A"}]', encoding="utf-8")
    told = run("--write", "--force")
    assert (told.exit_code, "the file is refused" in told.stdout) == (1, True)
    put()
    told = run("--write", "--force")
    assert (told.exit_code, json.loads(expected.read_bytes())) == (0, [])
