"""Drafts of mappings: what is seen of an unknown export, what is chosen, and that the draft is a mapping."""

import re

import pytest
from support.mappings import PRESETS, SAMPLES, answer_draft, compile_text

from syncd.config.strict_yaml import parse_yaml
from syncd.core.draft import draft_mapping
from syncd.core.draft.looks import describe_numbers, find_forms, find_rival, fits, lacks_time, lacks_zone
from syncd.core.draft.survey import survey_file
from syncd.core.draft.write import OPEN
from syncd.core.model import FileDamagedError

FILES = sorted(path for path in SAMPLES.iterdir() if not path.name.endswith(".expected.json"))


def draft(content, name="export.csv", encoding="utf-8"):
    return draft_mapping(content.encode(encoding) if isinstance(content, str) else content, name)


def answer(text):
    """Given a draft, return its data with every open question answered, once that is known to be a mapping."""
    answered = answer_draft(text)
    compile_text(answered)
    return parse_yaml(answered.encode(), "draft.yaml").data


def list_sources(value, path=(), of=""):
    """Yield each field of a mapping and the columns or paths its value comes from."""
    if isinstance(value, str):
        yield path, of + value
    elif isinstance(value, dict) and {"column", "path"} & set(value):
        yield path, ("" if value.get("of") == "order" else of) + value.get("column", value.get("path"))
    elif isinstance(value, dict) and "template" in value:
        yield path, re.sub(r"\{", "{" + of, value["template"])
    elif isinstance(value, dict) and "first" in value:
        yield from list_sources(value["first"][-1], path, of)
    elif isinstance(value, dict):
        inner = f"{value['of']}." if isinstance(value.get("of"), str) and value["of"] != "order" else of
        for key, each in value.get("fields", value).items():
            if key not in {
                "when",
                "otherwise",
                "of",
                "constant",
                "value",
                "expression",
                "counted",
                "sum",
                "first_item",
            }:
                yield from list_sources(each, (*path, key), inner)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_draft_of_a_sample_names_most_columns_as_its_preset_does(path):
    data = answer(draft(path.read_bytes(), path.name))
    preset = parse_yaml((PRESETS / f"{path.stem}.yaml").read_bytes(), "preset.yaml").data
    assert data["read"]["format"] == preset["read"].get("format", "csv")
    assert data["read"].get("delimiter") == preset["read"].get("delimiter")
    assert data["read"].get("quoting") == preset["read"].get("quoting")
    assert data.get("group", {}).get("by") == preset.get("group", {}).get("by")
    assert data.get("group", {}).get("cells") == preset.get("group", {}).get("cells")
    assert data.get("orders") == preset.get("orders")
    drafted = {**dict(list_sources(data["order"])), **dict(list_sources(data["items"]["fields"]))}
    wanted = {**dict(list_sources(preset["order"])), **dict(list_sources(preset["items"]["fields"]))}
    if path.stem.startswith("sap"):  # it names no columns at all: only their look can tell
        assert data["items"]["from"] == "I"
        assert (drafted["ReferenceNumber",], drafted["Currency",]) == ("H1", "H5")
        return
    right = [field for field, source in wanted.items() if drafted.get(field) == source]
    assert len(right) >= 0.8 * len(wanted), {f: (s, drafted.get(f)) for f, s in wanted.items() if f not in right}


@pytest.mark.parametrize(
    ("header", "row", "fields"),
    [
        (
            "Order No,Order Date,Ship by,Currency,Customer,Street,City,Zip,Country,SKU,Description,Qty,Unit price,VAT",
            "A1,2026-01-15,2026-01-16,EUR,Ann,High St 1,Leeds,LS1,UK,x,Chair,2,3.50,20",
            {"ReferenceNumber": "Order No", "Town": "City", "SKU": "SKU", "TaxRate": "VAT"},
        ),
        (
            "Auftragsnr.;Datum;Liefertermin;Währung;Kunde;Strasse;Ort;PLZ;Land;Artikelnr.;Bezeichnung;Anzahl;Preis;USt",
            "A1;15.01.2026;16.01.2026;EUR;Ann;Weg 1;Ulm;89073;Deutschland;x;Stuhl;2;3,50;19",
            {"ReferenceNumber": "Auftragsnr.", "Qty": "Anzahl", "PricePerUnit": "Preis", "TaxRate": "USt"},
        ),
        (
            "N° commande;Date de commande;Devise;Client;Rue;Ville;Code postal;Pays;Référence article;Désignation;Qté",
            "A1;15/01/2026;EUR;Ann;rue 1;Lyon;69000;France;x;Chaise;2",
            {"ReceivedDate": "Date de commande", "Town": "Ville", "Qty": "Qté", "ItemTitle": "Désignation"},
        ),
        (
            "Numer zamówienia;Data zamówienia;Waluta;Klient;Ulica;Miasto;Kod pocztowy;Kraj;Kod produktu;Nazwa;Ilość",
            "A1;15.01.2026;EUR;Anna;Długa 1;Łódź;90-001;Polska;x;Krzesło;2",
            {"ReferenceNumber": "Numer zamówienia", "PostCode": "Kod pocztowy", "Qty": "Ilość"},
        ),
        (
            "Número de pedido;Fecha;Moneda;Cliente;Calle;Ciudad;Código postal;País;Referencia;Descripción;Cantidad",
            "A1;15/01/2026;EUR;Ana;Calle 1;Madrid;28001;España;x;Silla;2",
            {"ReferenceNumber": "Número de pedido", "Country": "País", "Qty": "Cantidad", "SKU": "Referencia"},
        ),
    ],
)
def test_columns_are_known_in_five_languages(header, row, fields):
    data = answer(draft(f"{header}\n{row}\n{row.replace('A1', 'A2')}\n"))
    found = {**data["order"], **data["order"]["DeliveryAddress"], **data["items"]["fields"]}
    for field, column in fields.items():
        assert found[field] == column or found[field]["column"] == column
    assert "group" not in data


def test_what_only_the_operator_knows_is_asked():
    text = draft("Order No,Created at,Ship by,Status\nA1,01/02/2026,2026-01-02T10:00:00,open\n")
    assert f"zone: {OPEN}" in text
    assert "%m/%d/%Y fits as well" in text
    assert "which time of day" in text
    assert "Seen here: open" in text
    assert f"SKU: {OPEN}" in text
    assert f"ChannelBuyerName: {OPEN}" in text
    answer(text)


def test_a_preamble_footers_and_repeated_names_are_described():
    rest = ";x;x;c;d;e;f;g"
    text = draft(f"Export 3;\nBestellnr;Menge{rest}\n1001;2{rest}\n1002;1{rest}\nSumme;3;;;;;;;\n;9;;;;;;;\n")
    data = answer(text)
    assert data["read"]["header"] == {"contains": ["Bestellnr", "Menge"]}
    assert data["read"]["repeated_columns"] == "ignore"
    assert data["read"]["skip"] == {
        "footer 1": {"column": "Bestellnr", "equals": "Summe"},
        "footer 2": {"column": "Bestellnr", "filled": False},
    }
    assert "skip" not in answer(draft(";Bestellnr;Menge;a;b;c\n;1001;2;a;b;c\nSumme;;;;;\n"))["read"]


def test_a_file_without_header_is_told_by_the_look_of_its_values():
    data = answer(draft("A-1;2026-01-15T10:00:00Z;EUR;1\nA-2;2026-01-15T10:00:00Z;EUR;2\n"))
    assert data["read"]["header"] == "none"
    assert data["order"]["ReferenceNumber"] == "1"
    assert data["order"]["Currency"] == "3"


def test_json_is_understood_as_an_array_one_order_and_lines():
    order = (
        '{"id": "A1", "a.b": "x", "": 1, "q\\"": {}, "none": null, "email": "a@b.c", "tags": ["t", {}], '
        '"lines": [{"sku": "x"}]}'
    )
    for content, form in ((f"[{order}, 7]", "json"), (order, "json"), (f"{order}\n{order}\n{{", "ndjson")):
        data = answer(draft(content, "export.json"))
        assert (data["read"]["format"], data["items"]["from"]) == (form, "lines")
        assert data["order"]["ReferenceNumber"] == "id"
        assert "orders" not in data
    nested = '{"data": {"q\\"": [], "list": [' + order + "]}}"
    assert answer(draft(nested, "x.json"))["orders"] == "data.list"
    assert "from" not in answer(draft('{"id": "A1"}', "x.json"))["items"]


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


def test_dates_are_known_by_their_forms():
    assert find_forms(["15.01.2026 10:00", "15.1.2026"]) == ("%d.%m.%Y %H:%M", "%d.%m.%Y")
    assert find_forms(["1768469400", "1768469400000"]) == ("epoch_ms", "epoch_s")
    assert find_forms(["x"]) == find_forms([]) == ()
    assert find_rival("%d/%m/%Y", ["01/02/2026"]) == "%m/%d/%Y"
    assert find_rival("%d/%m/%Y", ["15/02/2026"]) is None
    assert find_rival("%Y/%b", []) == find_rival("iso", []) is None
    assert lacks_zone(["2026-01-15"])
    assert not lacks_zone(["2026-01-15T10:00:00+01:00", "1768469400"])
    assert lacks_time(["2026-01-15"])
    assert lacks_time(["20260115"])
    assert lacks_zone(["20260115"])
    assert not lacks_time(["2026-01-15T10:00", "1768469400"])


def test_numbers_are_known_by_how_they_are_written():
    assert describe_numbers(["1.234,50 €", "19 %", "5-"]) == {
        "decimal": '","',
        "thousands": '"."',
        "currency": "true",
        "percent": "true",
        "trailing_minus": "true",
    }
    assert describe_numbers(["1,234.50"]) == {"thousands": '","'}
    assert describe_numbers(["1 234,50"]) == {"decimal": '","', "thousands": '" "'}
    assert describe_numbers(["12.50", "3"]) == {}
    assert fits("currency", ["EUR", "€"])
    assert not fits("person", ["A1"])
