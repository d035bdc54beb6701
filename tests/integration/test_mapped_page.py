"""From a daemon to a browser: a mapped file with bad rows, and the page that its sender opens from a mail."""

import pytest
from support.browser import BROWSER, open_browser
from support.house import open_house
from support.mappings import SAMPLES

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium here: apt-get install chromium")

GERMAN = """\
version: 1
zone: Europe/Berlin
read: {delimiter: semicolon, header: {contains: [Bestellnr., Menge]}}
group: {by: Bestellnr.}
numbers: {decimal: ",", thousands: "."}
dates: {formats: ["%d.%m.%Y"], time: "12:00"}
order:
  ReferenceNumber: Bestellnr.
  ReceivedDate: Datum
  DispatchBy: Datum
  Currency: {constant: EUR}
  PaymentStatus: {constant: PAID}
  ChannelBuyerName: Kunde
  DeliveryAddress: {FullName: Kunde, Address1: Straße, Town: Ort, PostCode: PLZ, Country: {column: Land, country: name}}
  BillingAddress: {otherwise: DeliveryAddress}
items: {fields: {OrderLineNumber: {counted: true}, SKU: Artikel, Qty: Menge, PricePerUnit: Preis}}
"""
HEAD = """\
Export vom 15.01.2026;;;;;;;;;

Bestellnr.;Datum;Kunde;Straße;PLZ;Ort;Land;Artikel;Menge;Preis
"""
ROWS = """\
1001;15.01.2026;Ann Schäfer;Weg 1;01067;Dresden;Deutschland;A-1;2;1.249,50
1002;31.02.2026;<b>Bob</b><script>run()</script>;Weg 2;10115;Berlin;Atlantis;A-1;zwei;19,90
1002;31.02.2026;<b>Bob</b><script>run()</script>;Weg 2;10115;Berlin;Atlantis;<img src=x onerror=run()>;1;5.00
1003;16.01.2026;Cleo;Weg 3;20095;Hamburg;Deutschland;A-2;1;5,00
"""
CELLS = """
[...document.querySelectorAll("dl.cells > div.wrong")].map(cell => cell.innerText.replace(/\\s+/g, " ").trim())
"""
MARKED = "getComputedStyle(document.querySelector('dl.cells > div.wrong')).backgroundColor"
USUAL = "getComputedStyle(document.querySelector('dl.cells > div:not(.wrong)')).backgroundColor"


@pytest.fixture
async def house(tmp_path):
    root = tmp_path / "house"
    root.mkdir()
    async with open_house(root) as house:
        yield house


async def test_the_page_of_a_mapped_file_speaks_the_senders_language_in_a_real_browser(house, tmp_path):
    (house.root / "german.yaml").write_text(GERMAN, encoding="utf-8")
    house.drop("bestellungen.csv", (HEAD + ROWS).encode())
    await house.settle("    mapping: german.yaml\n", timeout_s=5)
    assert house.outcomes("bestellungen.csv") == [("1001", "accepted"), ("1002", "invalid"), ("1003", "accepted")]
    async with open_browser(tmp_path / "profile") as page:
        await page.open((house.root / "failed" / "bestellungen.csv.report.html").as_uri())
        text = " ".join((await page.ask("document.body.innerText")).split())
        assert "2 of 3 orders were accepted" in text
        assert "Land line 5 Atlantis Land is Atlantis; it must be a country by its name" in text
        assert "Datum line 5 31.02.2026 Datum is 31.02.2026; there is no such day" in text
        assert "Menge line 5 zwei Menge is zwei; it must be a whole number such as 2" in text
        assert "Preis line 6 5.00 Preis is 5.00; it must be a number such as 1.234,50" in text
        assert "Open bestellungen.rejected.csv" in text
        wrong = await page.ask(CELLS)
        assert [each.removeprefix("✗ ").removeprefix("wrong: ") for each in wrong] == [
            "Datum 31.02.2026",
            "Land Atlantis",
            "Menge zwei",
            "Preis 5.00",
        ]
        assert await page.ask(MARKED) != await page.ask(USUAL)
        assert "Kunde <b>Bob</b><script>run()</script>" in text
        assert "<img src=x onerror=run()>" in text
        assert await page.ask("document.querySelectorAll('main b, script, img').length") == 0
        assert page.complaints == []
        await page.open((house.root / "failed" / "bestellungen.csv.report.html").as_uri(), width=360, scripts=False)
        assert await page.ask("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


async def test_the_rejected_file_beside_that_page_is_mended_and_dropped_again(house):
    (house.root / "german.yaml").write_text(GERMAN, encoding="utf-8")
    house.drop("bestellungen.csv", (HEAD + ROWS).encode())
    await house.settle("    mapping: german.yaml\n", timeout_s=5)
    rejected = (house.root / "failed" / "bestellungen.rejected.csv").read_text(encoding="utf-8")
    assert rejected.count("\n1002;") == 2
    assert "1001;" not in rejected
    mended = rejected.replace("31.02.2026", "28.02.2026").replace("Atlantis", "AT").replace("zwei", "2")
    house.drop("mended.csv", mended.replace(";5.00", ";5,00").encode())
    await house.settle("    mapping: german.yaml\n", timeout_s=5)
    assert house.outcomes("mended.csv") == [("1002", "accepted")]


async def test_the_page_of_record_types_names_their_columns_and_lines(house, tmp_path):
    sample = (SAMPLES / "sap_sd_auftraege.csv").read_bytes().decode()
    lines = sample.splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("I;"))
    cells = lines[at].split(";")
    cells[6] = "12.50"
    spoilt = sample.replace(lines[at], ";".join(cells), 1)
    house.drop("sap.csv", spoilt.encode())
    await house.settle("    mapping: sap_sd_auftraege\n", timeout_s=5)
    async with open_browser(tmp_path / "profile") as page:
        await page.open((house.root / "failed" / "sap.csv.report.html").as_uri())
        text = " ".join((await page.ask("document.body.innerText")).split())
        assert f"I.net line {at + 1} 12.50 I.net is 12.50; it must be a number such as 1.234,50" in text
        assert len(await page.ask(CELLS)) == 1
        assert page.complaints == []
