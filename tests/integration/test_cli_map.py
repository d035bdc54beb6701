"""`syncd map test`: a mapping is held to its samples, the presets that ship to theirs."""

import json

import pytest
from click.testing import CliRunner
from support.configs import API, ENVIRONMENT, SOURCE
from support.mappings import SAMPLES

from syncd.cli import program
from syncd.config.mapping_files import list_presets

MAPPING = """
version: 1
read: {format: json}
order: {ReferenceNumber: id, ReceivedDate: at, DispatchBy: by, Currency: currency, PaymentStatus: {constant: PAID},
  ChannelBuyerName: name, DeliveryAddress: &a {FullName: name, Address1: name, Town: name, PostCode: name,
  Country: {constant: France}}, BillingAddress: {otherwise: DeliveryAddress}}
items: {from: lines, fields: {OrderLineNumber: {counted: true}, SKU: sku, ItemTitle: sku, Qty: qty, PricePerUnit: price,
  TaxRate: {constant: 20}}}
"""


def make_sample(**changes):
    line = {"sku": "x", "qty": 2, "price": 3}
    return {
        "id": "A",
        "at": "2026-01-15T10:00:00Z",
        "by": "2026-01-16T10:00:00Z",
        "currency": "EUR",
        "name": "Ann",
        "lines": [line],
        **changes,
    }


@pytest.fixture
def hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(MAPPING.replace("&a ", ""), encoding="utf-8")
    return lambda *words: CliRunner(env=ENVIRONMENT).invoke(program, ["map", "test", *words])


@pytest.fixture
def sample(tmp_path, hold):
    """A sample that gives what it must."""
    (tmp_path / "own.json").write_text(json.dumps([make_sample()]), encoding="utf-8")
    told = CliRunner().invoke(program, ["validate", "own.json", "--mapping", "own.yaml", "--json"])
    order = json.loads(told.stdout)["order"]
    (tmp_path / "own.json.expected.json").write_text(json.dumps([order]), encoding="utf-8")
    return order


@pytest.mark.parametrize("name", sorted(list_presets()))
def test_each_preset_keeps_to_its_sample(hold, name):
    told = hold(name)
    assert told.exit_code == 0
    assert "ok, " in told.stdout
    assert len(list(SAMPLES.glob(f"{name}.*"))) == 2


def test_a_sample_that_gives_what_it_must_is_well(hold, sample):
    told = hold("own.yaml")
    assert (told.exit_code, told.stdout.splitlines()) == (0, ["own.yaml", "  own.json: ok, 1 order as expected"])


def test_each_difference_is_told_by_its_field(hold, sample, tmp_path):
    changed = {**sample, "OrderItems": [{**sample["OrderItems"][0], "Qty": 3}], "Note": "x"}
    (tmp_path / "own.json.expected.json").write_text(json.dumps([changed]), encoding="utf-8")
    told = hold("own.yaml")
    assert told.exit_code == 1
    assert told.stdout.splitlines()[1:] == [
        "  own.json: differs",
        "    A: OrderItems[0].Qty: expected 3, got 2",
        "    A: Note: expected x, got nothing",
    ]


def test_an_order_that_is_not_sent_says_why_and_one_too_many_is_told(hold, sample, tmp_path):
    orders = [make_sample(currency="EURO"), make_sample(id="B")]
    (tmp_path / "own.json").write_text(json.dumps(orders), encoding="utf-8")
    told = hold("own.yaml")
    assert told.exit_code == 1
    assert told.stdout.splitlines()[2:] == [
        "    A: is expected, but would not be sent",
        "      invalid: line 1: currency: Currency is EURO; allowed are EUR, GBP and USD",
        "    B: would be sent, but is not expected",
    ]


def test_a_refused_file_says_why(hold, sample, tmp_path):
    (tmp_path / "own.json").write_text("[", encoding="utf-8")
    told = hold("own.yaml")
    assert told.exit_code == 1
    assert "      the file: " in told.stdout


def test_a_mapping_without_samples_is_not_well(hold):
    told = hold("own.yaml")
    assert (told.exit_code, "no samples: put own.csv" in told.stdout) == (1, True)


def test_the_mappings_of_sources_are_tested(hold, sample, tmp_path):
    (tmp_path / "config.yaml").write_text(API + SOURCE + "    mapping: own.yaml\n", encoding="utf-8")
    for words in ((), ("orders",), ("own.yaml",)):
        assert "own.json: ok, 1 order" in hold(*words).stdout
    (tmp_path / "config.yaml").write_text(API + SOURCE, encoding="utf-8")
    assert "No source has a mapping" in hold().stderr
    assert "The source orders has no mapping" in hold("orders").stderr


@pytest.mark.parametrize("words", [(), ("nix",), ("--config", "nix.yaml", "own.yaml")])
def test_what_is_not_there_is_wrong_use(hold, words):
    assert hold(*words).exit_code == 2


@pytest.mark.parametrize("content", ["{", "{}"])
def test_an_expected_file_that_is_no_list_is_wrong_use(hold, sample, tmp_path, content):
    (tmp_path / "own.json.expected.json").write_text(content, encoding="utf-8")
    assert hold("own.yaml").exit_code == 2


def test_an_expected_file_without_its_sample_is_wrong_use(hold, sample, tmp_path):
    (tmp_path / "own.json").unlink()
    told = hold("own.yaml")
    assert (told.exit_code, "own.json is missing" in told.stderr) == (2, True)


def test_a_draft_is_a_mapping_on_standard_output(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    told = run(program, ["map", "draft", str(SAMPLES / "amazon_new_orders.txt")])
    assert told.exit_code == 0
    (tmp_path / "drafted.yaml").write_text(told.stdout, encoding="utf-8")
    words = ["validate", str(SAMPLES / "amazon_new_orders.txt"), "--mapping", "drafted.yaml"]
    assert "7 orders: 6 valid, 1 skipped" in run(program, words).stdout


def test_what_no_draft_can_be_made_of_is_told(tmp_path):
    run = CliRunner().invoke
    (tmp_path / "empty.csv").write_bytes(b"")
    told = run(program, ["map", "draft", str(tmp_path / "empty.csv")])
    assert (told.exit_code, "holds no" in told.stderr) == (1, True)
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(17 * 1024**2)
    for name in (str(tmp_path / "large.csv"), "/dev/null"):
        assert run(program, ["map", "draft", name]).exit_code == 2
