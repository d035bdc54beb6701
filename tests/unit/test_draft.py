"""Drafts of mappings: what is seen of an unknown export, what is chosen, and what is asked."""

import pytest
from support.drafts import answer, list_drafted
from support.exports import Export
from support.mappings import compile_text

from syncd.config.strict_yaml import parse_yaml
from syncd.core.draft import draft_mapping
from syncd.core.draft.model import OPEN
from syncd.core.draft.survey import survey_file
from syncd.core.model import FileDamagedError


def draft(content, name="export.csv", encoding="utf-8"):
    text = draft_mapping(content.encode(encoding) if isinstance(content, str) else content, name)
    compile_text(text)
    compile_text(answer(text))
    return text


def read(content, name="export.csv"):
    return parse_yaml(draft(content, name).encode(), "draft.yaml").data


def drafted(content, name="export.csv"):
    return list_drafted(Export(name, content.encode(), []))


@pytest.mark.parametrize(
    ("header", "row", "fields"),
    [
        (
            "Order No,Order Date,Ship by,Currency,Customer,Street,City,Zip,Country,SKU,Description,Qty,Unit price,VAT",
            "A1,2026-01-15,2026-01-16,EUR,Ann,High St 1,Leeds,LS1,UK,x1,Chair,2,3.50,20",
            {"ReferenceNumber": "Order No", "Town": "City", "SKU": "SKU", "TaxRate": "VAT"},
        ),
        (
            "Auftragsnr.;Datum;Liefertermin;Währung;Kunde;Strasse;Ort;PLZ;Land;Artikelnr.;Bezeichnung;Anzahl;Preis;USt",
            "A1;15.01.2026;16.01.2026;EUR;Ann;Weg 1;Ulm;89073;Deutschland;x1;Stuhl;2;3,50;19",
            {"ReferenceNumber": "Auftragsnr.", "Qty": "Anzahl", "PricePerUnit": "Preis", "TaxRate": "USt"},
        ),
        (
            "N° commande;Date de commande;Devise;Client;Rue;Ville;Code postal;Pays;Référence article;Désignation;Qté",
            "A1;15/01/2026;EUR;Ann;rue 1;Lyon;69000;France;x1;Chaise;2",
            {"ReceivedDate": "Date de commande", "Town": "Ville", "Qty": "Qté", "ItemTitle": "Désignation"},
        ),
        (
            "Numer zamówienia;Data zamówienia;Waluta;Klient;Ulica;Miasto;Kod pocztowy;Kraj;Kod produktu;Nazwa;Ilość",
            "A1;15.01.2026;EUR;Anna;Długa 1;Łódź;90-001;Polska;x1;Krzesło;2",
            {"ReferenceNumber": "Numer zamówienia", "PostCode": "Kod pocztowy", "Qty": "Ilość"},
        ),
        (
            "Número de pedido;Fecha;Moneda;Cliente;Calle;Ciudad;Código postal;País;Referencia;Descripción;Cantidad",
            "A1;15/01/2026;EUR;Ana;Calle 1;Madrid;28001;España;x1;Silla;2",
            {"ReferenceNumber": "Número de pedido", "Country": "País", "Qty": "Cantidad", "SKU": "Referencia"},
        ),
    ],
)
def test_columns_are_known_in_five_languages(header, row, fields):
    data = read(f"{header}\n{row}\n{row.replace('A1', 'A2')}\n")
    found = {**data["order"], **data["order"]["DeliveryAddress"], **data["items"]["fields"]}
    for field, column in fields.items():
        assert found[field] == column or found[field]["column"] == column
    assert "group" not in data


def test_what_only_the_operator_knows_is_asked_in_lines_that_wait():
    text = draft("Order No,Created at,Ship by,Status\nA1,01/02/2026,2026-01-02T10:00:00,open\n")
    for question in (
        f"# zone: Europe/Berlin  # {OPEN}",
        "%m/%d/%Y fits as well",
        "which time of day",
        f"# keep: {{paid: {{column: Status, text: lower, equals: paid}}}}  # {OPEN}: which orders shall be sent?",
        "Seen: open.",
        f"# SKU: {OPEN}",
        f"# ChannelBuyerName: {OPEN}",
        "# DeliveryAddress:",
        "# group: {by: Order No}",
    ):
        assert question in text


def test_a_missing_time_to_dispatch_is_proposed_but_waits():
    text = draft("Order No,Created at\nA1,15/01/2026 10:00\n")
    assert '# DispatchBy: {column: Created at, date: {formats: ["%d/%m/%Y %H:%M"], plus_days: 2}}' in text
    assert f"# DispatchBy: {{column: Ship by, date: {OPEN}}}" in draft("Order No,Ship by\nA1,\n")


def test_rows_that_are_no_rows_are_left_out_by_what_tells_them():
    rest = ";x;x;c;d;e;f;g"
    rows = f"Export 3;\nBestellnr;Menge{rest}\n1001;2{rest}\n1002;1{rest}\n1003;1{rest}\n"
    skip = read(f"{rows}Summe;3;;;;;;;\nAnzahl: 3;;;;;;;;\n")["read"]["skip"]
    assert skip == {
        "footer 1": {"column": "Bestellnr", "equals": "Summe"},
        "footer 2": {"column": "Bestellnr", "matches": "^Anzahl:"},
    }


def test_rows_without_an_article_are_left_out_but_never_those_with_one():
    rows = "Order No,Buyer,City,Street,SKU,Qty\n1,Ann,Ulm,Weg 1,A,1\n,,,,B,2\n2,Bob,Ulm,Weg 2,C,3\n"
    data = read(rows + ",note,,,,\nprinted by Tom,,,,,\n")
    assert set(data["read"]["skip"]) == {"neither order nor article", "no article"}
    assert data["group"] == {"by": "Order No", "carry": True, "cells": "first"}
    assert [len(order["OrderItems"]) for order in drafted(rows)] == [2, 1]
    one = read("Order No,SKU,City\n1,A,Ulm\nprinted,,\n")
    assert one["read"]["skip"]["no article"] == {"column": "SKU", "filled": False}
    assert "skip" not in read("Order No,SKU,City\n1,,Ulm\n2,,Ulm\n")["read"]
    assert "skip" not in read("Order No,SKU\n,\n")["read"]


def test_rows_of_the_order_alone_and_those_without_pieces_are_no_items():
    rows = "Order No,City,SKU,Qty\n1,Ulm,,\n1,,A,0\n1,,B,2\n2,Bonn,C,1\n"
    assert set(read(rows)["items"]["keep"]) == {"has an article", "some pieces"}
    assert [[item["SKU"] for item in order["OrderItems"]] for order in drafted(rows)] == [["B"], ["C"]]


def test_names_that_stand_twice_are_said_and_not_read():
    text = draft("Order No,SKU,Note,Note\n1,A,x,y\n")
    assert "repeated_columns: ignore  # twice in the header, so none of them is read: Note" in text


def test_json_is_understood_as_an_array_one_order_and_lines():
    order = (
        '{"id": "A1", "a.b": "x", "": 1, "q\\"": {}, "none": null, "yes": true, "email": "a@b.c", '
        '"tags": ["t", {}, {"key": "a]", "value": 1}], "lines": [{"sku": "x1"}]}'
    )
    for content, form in ((f"[{order}, 7]", "json"), (order, "json"), (f"\n{order}\n{order}\n{{", "ndjson")):
        data = read(content, "export.json")
        assert (data["read"]["format"], data["items"]["from"]) == (form, "lines")
        assert data["order"]["ReferenceNumber"] == "id"
        assert "orders" not in data
    nested = '{"data": {"q\\"": [], "list": [' + order + "]}}"
    assert read(nested, "x.json")["orders"] == "data.list"
    assert "from" not in read('{"id": "A1"}', "x.json")["items"]
    deep = '{"id": "A1", "a": ' + '{"a":' * 40 + "1" + "}" * 41
    assert read(deep, "x.json")["order"]["ReferenceNumber"] == "id"


def test_items_under_keys_that_change_are_said_to_be_out_of_reach():
    content = '{"id": "A1", "extra": {}, "goods": {"7": {"sku": "x1", "colour": "red"}, "8": {"sku": "x2"}}}'
    assert f"# from: {OPEN}" in draft(content, "x.json")


def test_prices_that_are_said_to_be_without_tax_get_it():
    content = (
        '[{"number": "1", "taxes_included": false, "tax_lines": [{"rate_percent": 20}], '
        '"line_items": [{"sku": "a1", "quantity": 1, "price": 10}]}]'
    )
    (order,) = drafted(content, "x.json")
    assert order["OrderItems"][0] == {"OrderLineNumber": "1", "SKU": "a1", "Qty": 1, "PricePerUnit": 12, "TaxRate": 20}
    content = content.replace('"tax_lines": [{"rate_percent": 20}], ', "")
    assert f"# PricePerUnit: {OPEN}  # {OPEN}: price is without tax; name a rate" in draft(content, "x.json")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"[]", b"{\n", b"\xff\xfe\0"])
def test_what_holds_nothing_is_refused(content):
    with pytest.raises(FileDamagedError):
        draft(content, "export.dat")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Menge\nß\n".encode("cp1252"), "cp1252"),
        ("Menge\nß\n".encode(), "utf-8"),
        (b"Menge\n\x81\n", "iso-8859-1"),
        ("Menge\nß\n".encode("utf-16"), None),
    ],
)
def test_the_encoding_is_found(data, encoding):
    assert survey_file(data, "x.csv").encoding == encoding
    assert ("byte order mark" in draft(data)) is (encoding is None)


def test_other_dates_of_the_file_tell_whether_the_month_stands_first():
    text = draft("Order No,Order date,Ship by\nA1,01/02/2026 10:00,01/15/2026 10:00\n")
    assert '"%m/%d/%Y %H:%M"' in text
    assert "fits as well, but other dates of the file do not" in text


def test_a_number_that_may_be_read_in_two_ways_is_asked():
    rows = "Order No;SKU;Qty;Unit price\n1;a1;{};3\n"
    asked = f"# {OPEN}: is {{}} more than a thousand, or about 2?"
    assert f'numbers: {{thousands: ","}}  {asked.format("2,000")}' in draft(rows.format("2,000"))
    assert f'# numbers: {{decimal: ","}}  {asked.format("2.000")}' in draft(rows.format("2.000"))


def test_columns_that_write_numbers_otherwise_say_so_themselves():
    text = draft("Order No;SKU;Qty;Unit price;VAT\n1;a1;2.0;1.003,50;19,0\n2;a1;1.0;3,50;7,0\n")
    assert '    Qty: {column: Qty, number: {decimal: ".", thousands: ""}}' in text


@pytest.mark.parametrize(
    ("column", "value", "line"),
    [
        ("SKU", "'00123", "SKU: {column: SKU, text: unwrap}"),
        ("Item title", "Mug &amp; spoon", "ItemTitle: {column: Item title, text: html}"),
        ("Qty", "2 pcs", "Qty: {column: Qty, text: {extract: '[0-9]+'}}"),
        ("Unit price cents", "250", "PricePerUnit: {column: Unit price cents, number: {scale: 0.01}}"),
        ("VAT", "0.2", "TaxRate: {column: VAT, number: {scale: 100}}"),
        ("VAT", "2000", "TaxRate: {column: VAT, number: {scale: 0.01}}"),
        ("VAT", "20% std", "TaxRate: {column: VAT, text: {extract: '([0-9.,]+) ?%'}}"),
        ("Currency", "€", 'Currency: {column: Currency, lookup: {"€": EUR}}'),
        ("Shipping VAT rate", "20", "PostalServiceTaxRate: Shipping VAT rate"),
        ("Unit price (EUR)", "2.50", 'PricePerUnit: "Unit price (EUR)"'),
        ("Unit price (GBP)", "2.50", "Currency: {constant: GBP}"),
        ("Deliver To", "Ann Fox", "FullName: Deliver To"),
        ("Cancelled", "no", 'not cancelled: {column: Cancelled, text: lower, in: ["no"]}'),
        ("Order created (UTC)", "2026-01-15 10:00", "date: {formats: [iso], zone: UTC}"),
        ("Order created", "15.01.26", "two digits of a year"),
        ("Company", "Fox Ltd", "FullName: Company  # a guess"),
        ("Postcode", "1067", "# Town"),
    ],
)
def test_what_has_to_be_made_of_a_value_is_proposed(column, value, line):
    assert line in draft(f"Order No\t{column}\n1\t{value}\n2\t{value}\n")


def test_two_ways_of_writing_a_currency_are_both_kept():
    assert 'lookup: {"€": EUR}, unknown: keep' in draft("Order No;Currency\n1;€\n2;GBP\n")


def test_lost_leading_zeros_are_asked():
    assert "did a spreadsheet take leading zeros off?" in draft("Order No;Zip\n1;1067\n2;10115\n")


def test_totals_and_net_totals_become_prices_of_one_piece():
    (order,) = drafted("Order No,SKU,Qty,Net amount,VAT\n1,a1,2,20.00,20\n")
    assert order["OrderItems"][0]["PricePerUnit"] == 12
    text = draft("Order No,SKU,Qty,Unit price,Line total\n1,a1,2,10.00,20\n")
    assert "there is Line total as well" in text


def test_shipping_that_differs_within_an_order_is_added_up():
    rows = "Order No,SKU,Qty,Shipping cost,City\n1,a1,2,3.00,Ulm\n1,a2,2,4.00,Ulm\n"
    (order,) = drafted(rows)
    assert order["PostalServiceCost"] == 7


def test_a_tax_rate_on_the_first_row_is_that_of_all_items():
    rows = "Order No,City,VAT,SKU,Qty\n1,Ulm,19,a1,2\n1,,,a2,1\n"
    (order,) = drafted(rows)
    assert [item["TaxRate"] for item in order["OrderItems"]] == [19, 19]


def test_an_address_that_is_the_only_one_stands_for_the_other():
    order = drafted("Order No;Billing name;Billing street;Billing city;SKU\n1;Ann;Weg 1;Ulm;a1\n")[0]
    assert (
        order["DeliveryAddress"] == order["BillingAddress"] == {"FullName": "Ann", "Address1": "Weg 1", "Town": "Ulm"}
    )
    both = drafted(
        "Order No;Ship name;Ship street;Ship city;Bill name;Bill street;Bill city;SKU\n1;;;;Ann;Weg 1;Ulm;a1\n"
    )[0]
    assert both["DeliveryAddress"] == both["BillingAddress"]
    assert both["ChannelBuyerName"] == "Ann"


def test_a_file_without_header_is_told_by_the_look_of_its_values():
    data = read("A-1;2026-01-15T10:00:00Z;EUR;1\nA-2;2026-01-15T10:00:00Z;EUR;2\n")
    assert data["read"]["header"] == "none"
    assert data["order"]["ReferenceNumber"] == "1"
    assert data["order"]["Currency"] == "3"
    assert "ReferenceNumber" not in read("12 3;x y\n13 4;x y\n")["order"]
    assert list(read("A-1;a@b.c;2\nA-2;a@b.c;3\n")["order"]["DeliveryAddress"]) == ["EmailAddress"]


def test_records_that_nothing_is_read_of_are_asked_for():
    rows = "VER;1\nORD;900;20260203;0915;EUR\nITM;1;ZX-9;10;1,25\nITM;2;ZX-8;1;9,00\nTXT;please ring twice;x\nEND;1\n"
    text = draft(rows, "x.txt")
    assert f"TXT: {{columns: [TXT1, TXT2]}}  # {OPEN}" in text
    assert "VER: {is: ignore}" in text
    assert "END: {is: trailer, counts: ORD}" in text
    assert drafted(rows, "x.txt")[0]["OrderItems"][1]["PricePerUnit"] == 9
    shifted = "".join(f"7;{row}\n" for row in rows.splitlines())
    assert read(shifted, "x.txt")["records"]["type"] == 2


def test_classes_of_rows_may_be_articles_and_shipping_alone():
    rows = "Order No,Type,SKU,Qty,Unit price\n1,item,a1,1,5\n1,shipping,,1,2\n"
    assert "ignore" not in read(rows)["classes"]
    text = draft(rows + "1,wrapping,w1,1,1\n")
    assert f"ignore: [wrapping]  # {OPEN}: what is wrapping?" in text
    bare = "Order No,Type,SKU,Qty\n1,item,a1,1\n1,shipping,,1\n"
    assert "PostalServiceCost" not in read(bare)["order"]


def test_the_rate_of_an_order_is_that_of_items_that_are_in_one_cell():
    rows = "Order No;Items;VAT\n1;A-1 x2;19\n2;A-2 x1;19\n"
    (order, _) = drafted(rows)
    assert order["OrderItems"][0]["TaxRate"] == 19
    content = '[{"number": "1", "vat_rate": 20, "lines": [{"sku": "a1", "qty": 2, "net_amount": 10.0}]}]'
    assert drafted(content, "x.json")[0]["OrderItems"][0]["PricePerUnit"] == 6


def test_partners_of_named_records_and_types_of_parts_are_told():
    rows = (
        "HH;Order No;Currency\nPP;Role;Name;Street;City;Zip;Country\nII;SKU;Qty\n"
        "H;1;EUR\nP;SH;Ann;Weg 1;Ulm;89073;DE\nI;a1;2\nX;9\nI;a2;1\nX;8\n"
        "H;2;EUR\nP;SH;Bob;Weg 2;Ulm;89073;DE\nI;a1;1\n"
    )
    kinds = read(rows, "x.txt")["records"]["kinds"]
    assert kinds["X"] == {"in": "I", "columns": ["X1"]}
    (order, _) = drafted(rows, "x.txt")
    assert (order["DeliveryAddress"]["FullName"], order["ChannelBuyerName"]) == ("Ann", "Ann")
    strange = rows.replace(";SH;", ";??;")
    assert drafted(strange, "x.txt")[0]["DeliveryAddress"]["Town"] == "Ulm"  # there is one for each order
    odd = "H;1;EUR\nX;1\nI;a1x;2\nI;a2x;1\nX;1\nQQ;SKU;Qty\nH;2;EUR\nI;a1x;1\nX;1\n"
    assert "in" not in read(odd, "x.txt")["records"]["kinds"]["X"]


def test_titles_between_two_tables_that_nothing_marks_are_asked_for():
    rows = "Order No,Buyer\n1,Ann\n\nLines\nOrder No,SKU,Qty\n1,a1,2\n"
    assert f"# comment: {OPEN}" in draft(rows)
    for other in (
        "Order No,Buyer\n1,Ann\nOrder No,SKU,Qty\n8,a1,2\n",  # no key in common
        "Order No,Buyer\n1,Ann\nOrder No,SKU,Qty\n",  # nothing below
        "Order No,Buyer\n1,Ann\n1,Bob\nOrder No,SKU,Qty\n1,a1,2\n",  # orders that are not told apart
        "Order No,Buyer\n1,Ann\nOrder No,SKU,Qty\n1,a1,2\nCity,Zip,SKU\nUlm,1,a1\n",  # three tables
    ):
        assert "blocks" not in read(other)


def test_what_only_looks_like_a_list_of_items_is_none():
    for header, row in (
        ("Order No;SKU;Quantity;Tags", "1;a,b;2;x"),
        ("Order No;Items", "1;nothing to see"),
        ("Order No;Items", "1;a:b:c"),
        ("Order No;Address 1;Address 2", "1;Weg;5"),
    ):
        assert not {"numbered", "cell", "parallel"} & set(read(f"{header}\n{row}\n")["items"])
    assert read("Order No;Items\n1;Mug|red|2\n2;Cup|blue|1\n")["items"]["cell"]["parts"] == ["sku", "title", "qty"]
