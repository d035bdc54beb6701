"""The page beside a filed file: there where it is wanted, right about the file, and never in the way."""

import pytest
from support.house import open_house
from support.orders import make_order, write_csv, write_json
from support.pages import Page


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


def read_page(house, name, folder="failed"):
    return Page((house.root / folder / f"{name}.report.html").read_bytes())


async def test_a_failed_file_has_a_page_that_marks_the_wrong_cells(house):
    house.drop("a.csv", write_csv(make_order("A-1"), make_order("A-2", lines=2, qty=0), make_order("A-3")))
    await house.settle()
    page = read_page(house, "a.csv")
    assert "2 of 3 orders were accepted" in page.text
    assert "OrderItems.Qty line 4 0 Qty is 0; the least is 1" in page.text
    assert "✗ wrong: OrderItems.Qty 0" in page.text
    assert page.count("div", class_="wrong") == 2
    assert "Open a.rejected.csv" in page.text
    assert (house.root / "failed/a.rejected.csv").exists()


async def test_a_page_for_json_has_paths_and_values(house):
    order = make_order("A-2", qty="two")
    del order["DeliveryAddress"]["Town"]
    house.drop("a.json", write_json(make_order("A-1"), order))
    await house.settle()
    text = read_page(house, "a.json").text
    assert "OrderItems[0].Qty line 1 two Qty is two; it must be a whole number" in text
    assert "DeliveryAddress.Town line 1 (not there) DeliveryAddress.Town is missing" in text
    assert "BillingAddress.Town Berlin" in text


async def test_what_the_api_refuses_is_shown_with_its_rows(house):
    house.drop("a.csv", write_csv(make_order("A-1", qty=2)))
    await house.settle()
    house.drop("b.csv", write_csv(make_order("A-1", qty=3)))
    await house.settle()
    page = read_page(house, "b.csv")
    assert "Reference taken by another order" in page.text
    assert "✗ wrong: ReferenceNumber A-1" in page.text


async def test_a_torn_file_has_a_page_without_rows(house):
    house.drop("a.json", write_json(make_order("A-1"), make_order("A-2"))[:-40])
    await house.settle()
    page = read_page(house, "a.json")
    assert "This file was refused, and nothing of it was sent" in page.text
    assert page.count("dl") == 0
    assert "rejected" not in page.text


@pytest.mark.parametrize(("html", "pages"), [("failed", ["bad"]), ("always", ["bad", "good"]), ("never", [])])
async def test_the_config_says_which_files_get_a_page(house, html, pages):
    house.drop("good.csv", write_csv(make_order("A-1")))
    house.drop("bad.csv", write_csv(make_order("A-2", qty=0)))
    await house.settle(f"reports: {{html: {html}}}\n")
    found = sorted(path.name for path in house.root.glob("*/*.report.html"))
    assert found == [f"{name}.csv.report.html" for name in pages]


async def test_the_page_hides_what_stands_in_the_file_if_asked(house):
    house.drop("a.csv", write_csv(make_order("A-1", Currency="SECRET", ChannelBuyerName="Ann Hidden")))
    await house.settle("reports: {show_values: false}\n")
    text = read_page(house, "a.csv").text
    assert "Currency is (hidden)" in text
    assert "SECRET" not in text
    assert "Ann Hidden" not in text


async def test_a_page_of_somebody_else_is_never_overwritten(house):
    (house.root / "failed/a.csv.report.html").write_text("somebody else's")
    house.drop("a.csv", write_csv(make_order("A-1", qty=0)))
    await house.settle()
    assert (house.root / "failed/a.csv.report.html").read_text() == "somebody else's"
    (name,) = house.names("failed")
    assert name.startswith("a.2")
    assert f"Filed as {name}" in read_page(house, name).text
