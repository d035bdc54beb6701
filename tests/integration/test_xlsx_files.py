"""Excel files end to end: dropped, refused in part, mended in the rejected workbook, dropped again; tried by hand."""

import json
import sys

import pytest
from click.testing import CliRunner
from support.configs import API, ENVIRONMENT, SOURCE
from support.house import open_house
from support.pages import Page
from support.workbooks import Cell, number, write_rows

from syncd.build import build_readings
from syncd.cli import program
from syncd.config import load_config
from syncd.core.limits import Limits
from syncd.core.xlsx.worksheet import SheetChoice, open_worksheet
from syncd.core.xlsx.write import write_workbook
from syncd.errors import ConfigError

MAPPING = """\
version: 1
zone: Europe/Berlin
group: {by: Order No}
numbers: {decimal: ",", thousands: "."}
dates: {formats: ["%d.%m.%Y"], time: "17:00"}
order:
  ReferenceNumber: Order No
  ReceivedDate: Date
  DispatchBy: {column: Date, date: {plus_days: 2}}
  Currency: {constant: EUR}
  PaymentStatus: {constant: PAID}
  ChannelBuyerName: Name
  DeliveryAddress:
    FullName: Name
    Address1: Street
    Town: Town
    PostCode: Zip
    Country: {column: Country, country: name}
    CountryCode: {column: Country, country: code}
  BillingAddress: {otherwise: DeliveryAddress}
items:
  fields:
    OrderLineNumber: {counted: true}
    SKU: Sku
    ItemTitle: Sku
    Qty: Qty
    PricePerUnit: Price
    TaxRate: Tax
"""
HEADER = ["Order No", "Date", "Name", "Street", "Town", "Zip", "Country", "Sku", "Qty", "Price", "Tax"]


def make_row(reference, **changes):
    row = dict(
        zip(
            HEADER,
            [
                reference,
                number(46037.4375, "yyyy-mm-dd hh:mm"),
                "Ann Example",
                "Street 5",
                "Dresden",
                number(1067, "00000"),
                "DE",
                4006381333931,
                2,
                1.125,
                number("0.19", "0%"),
            ],
            strict=True,
        )
    )
    return list({**row, **changes}.values())


BOOK = write_rows(HEADER, make_row(1001), make_row(1002, Price=Cell("<f>A1*2</f>")), make_row(1003, Sku="00123"))


@pytest.fixture
async def house(tmp_path):
    (tmp_path / "own.yaml").write_text(MAPPING, encoding="utf-8")
    async with open_house(tmp_path) as house:
        yield house


OPTIONS = "    match: '*.xlsx'\n    mapping: own.yaml\n"


async def test_what_is_refused_comes_back_as_a_workbook_and_is_sent_once_it_is_mended(house):
    house.drop("orders.xlsx", BOOK)
    await house.settle(OPTIONS)
    report = json.loads((house.root / "failed/orders.xlsx.report.json").read_bytes())
    assert [(order["reference"], order["lines"], order["outcome"]) for order in report["orders"]] == [
        ("1001", [2], "accepted"),
        ("1002", [3], "invalid"),
        ("1003", [4], "accepted"),
    ]
    (error,) = report["orders"][1]["errors"]
    assert (error["code"], error["column"], error["line"]) == ("spoilt_cell", "Price", 3)
    page = Page((house.root / "failed/orders.xlsx.report.html").read_bytes())
    assert "✗ wrong: Price =A1*2" in page.text
    assert "Open orders.rejected.xlsx" in page.text

    rejected = (house.root / "failed/orders.rejected.xlsx").read_bytes()
    rows = [cells for _, cells in open_worksheet([rejected], SheetChoice(), Limits()).rows]
    assert rows[0] == [*HEADER, "_error"]
    assert "open it in Excel and save it again" in rows[1][-1]
    rows[1][HEADER.index("Price")] = "2,50"
    house.drop("orders.rejected.xlsx", b"".join(write_workbook(rows, "Orders", 1)))
    await house.settle(OPTIONS)
    report = json.loads((house.root / "done/orders.rejected.xlsx.report.json").read_bytes())
    assert [(order["reference"], order["outcome"]) for order in report["orders"]] == [("1002", "accepted")]


async def test_an_upload_cut_off_sends_nothing(house):
    house.drop("orders.xlsx", BOOK[:-20])
    await house.settle(OPTIONS)
    report = json.loads((house.root / "failed/orders.xlsx.report.json").read_bytes())
    assert [error["code"] for error in report["errors"]] == ["workbook_cut"]
    assert report["orders"] == []
    assert not (house.root / "failed/orders.rejected.xlsx").exists()


@pytest.fixture
def call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "own.xlsx").write_bytes(BOOK)
    return lambda *words: CliRunner(env=ENVIRONMENT).invoke(program, words)


def test_a_workbook_is_validated_by_a_mapping_alone(call):
    told = call("validate", "own.xlsx", "--mapping", "own.yaml", "--json")
    first, second, third = map(json.loads, told.stdout.splitlines())
    assert told.exit_code == 1
    assert first["order"]["ReceivedDate"] == "2026-01-15T09:30:00Z"
    assert first["order"]["DeliveryAddress"]["PostCode"] == "01067"
    assert first["order"]["OrderItems"] == [
        {
            "OrderLineNumber": "1",
            "SKU": "4006381333931",
            "ItemTitle": "4006381333931",
            "Qty": 2,
            "PricePerUnit": 1.13,
            "TaxRate": 19,
        }
    ]
    assert (second["outcome"], third["order"]["OrderItems"][0]["SKU"]) == ("invalid", "00123")

    told = call("validate", "own.xlsx", "--mapping", "own.yaml", "--explain")
    assert "DeliveryAddress.PostCode" in told.stdout
    assert "open it in Excel and save it again" in " ".join(told.stdout.split())


def test_a_mapping_is_held_to_workbooks_as_samples(call, tmp_path):
    told = call("validate", "own.xlsx", "--mapping", "own.yaml", "--json")
    orders = [json.loads(line)["order"] for line in told.stdout.splitlines()]
    (tmp_path / "own.xlsx.expected.json").write_text(json.dumps(list(filter(None, orders))), encoding="utf-8")
    told = call("map", "test", "own.yaml")
    assert (told.exit_code, "own.xlsx: ok, 2 orders as expected" in told.stdout) == (0, True)


def test_a_draft_asks_for_text(call):
    told = call("map", "draft", "own.xlsx")
    assert told.exit_code == 2
    assert "save its sheet as CSV UTF-8" in " ".join(told.output.split())


@pytest.mark.parametrize(
    ("read", "match", "told"),
    [
        ("", "['*.csv', '*.XLSX']", True),
        ("", "'*.csv'", False),
        ("read: {format: xlsx}\n", "'*'", True),
        ("read: {format: csv}\n", "'*.xlsx'", False),
    ],
)
def test_a_missing_extra_is_told_when_the_config_is_checked(tmp_path, monkeypatch, read, match, told):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    (tmp_path / "own.yaml").write_text(MAPPING + read, encoding="utf-8")
    config = API + SOURCE + f"    mapping: own.yaml\n    match: {match}\n"
    (tmp_path / "config.yaml").write_text(config, encoding="utf-8")
    loaded = load_config(tmp_path / "config.yaml", ENVIRONMENT)
    if not told:
        build_readings(loaded)
        return
    with pytest.raises(ConfigError) as refused:
        build_readings(loaded)
    advice = "Excel files are read by the extra: pip install 'syncd[xlsx]'."
    assert refused.value.problems == [f"{tmp_path / 'own.yaml'}: {advice}"]
