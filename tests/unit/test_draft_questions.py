"""What a draft asks and what it owns up to: doubtful columns, states, shipping, currencies, columns left over."""

import json

import pytest
from support.drafts import answer, list_drafted
from support.exports import Export
from support.mappings import compile_text

from syncd.config.strict_yaml import parse_yaml
from syncd.core.draft import draft_mapping
from syncd.core.draft.model import OPEN


def draft(content, name="export.csv"):
    text = draft_mapping((content if isinstance(content, str) else json.dumps(content)).encode(), name)
    compile_text(text)
    compile_text(answer(text))
    return text


def read(content, name="export.csv"):
    return parse_yaml(draft(content, name).encode(), "draft.yaml").data


def find_line(text, start):
    return next(line.strip() for line in text.splitlines() if line.strip().startswith(start))


def drafted(content, name="export.csv"):
    content = content if isinstance(content, str) else json.dumps(content)
    return list_drafted(Export(name, content.encode(), []))


def test_columns_that_are_not_read_are_named_at_the_end_with_codes_but_no_persons_data():
    text = draft(
        "Order No;Kind of gift;Loyalty;Nickname;Note;Odd?\n"
        "1;BOX;;ann;Tom is ill;17\n2;BOX;;bob;;18\n3;BAG;;ann;Tom is ill;19\n"
    )
    assert text.endswith('# Not used: Kind of gift (BAG, BOX), Loyalty (empty), Nickname, Note, "Odd?"\n')
    assert "# Not used" not in draft("Order No;SKU;Qty\n1;a1;1\n")
    names = ";".join(f"Colour of side {at}" for at in range(9))
    lines = draft(f"Order No;{names}\n1;{';' * 8}\n").splitlines()[-3:]
    assert lines[0].startswith("# Not used: Colour of side 0 (empty),")
    assert all(line.startswith("#  ") and len(line) <= 100 for line in lines[1:])
    assert '# Not used: "5"' not in draft("A-1;2026-01-15T10:00:00Z;EUR;1\nA-2;2026-01-15T10:00:00Z;EUR;2\n")


def test_values_that_may_be_names_or_numbers_of_accounts_are_not_shown():
    text = draft("Order No;Packed with;Paid by;Payment terms\n1;Tom Fox;Ann;DE12345678\n2;Tom Fox;Ann;DE12345678\n")
    assert text.endswith("# Not used: Packed with, Payment terms\n")
    assert "Ann" not in text
    text = draft("Order No;Payment method\n1;Pay Pal\n2;Pay Pal\n")
    assert text.endswith("# Not used: Payment method (Pay Pal)\n")


def test_a_key_that_is_null_in_some_orders_is_not_named_when_what_it_holds_is_read():
    text = draft([{"id": "A1", "buyer": None}, {"id": "A2", "buyer": {"name": "Ann"}}], "x.json")
    assert "# Not used" not in text


def test_keys_that_are_not_read_are_named_by_their_paths():
    item = {"sku": "x1", "qty": 1, "glaze": "MATT"}
    order = {"id": "A1", "parcels": [{"weight": 2, "contents": [item]}], "items": None}
    text = draft([order, {**order, "id": "A2"}], "x.json")
    assert text.endswith("# Not used: items (empty), parcels[*].contents[*].glaze (MATT), parcels[*].weight\n")
    heads = "HH;Order No;Currency\nPP;Role;Name;Street;City;Zip;Country;Glow\nII;SKU;Qty\n"
    rows = "H;{};EUR\nP;SH;Ann;Weg 1;Ulm;89073;DE;DIM\nI;a1;2\nI;a2;1\n"
    assert draft(heads + rows.format(1) + rows.format(2), "x.txt").endswith("# Not used: Glow (DIM)\n")


def test_a_doubtful_column_is_asked_and_a_near_one_is_named():
    text = draft("Order No;External SKU;Offer ID;Extra qty\n1;a1;77;1\n2;a2;78;2\n")
    assert find_line(text, "SKU").endswith(
        f"likely (85%), by its name and values; also: Offer ID; {OPEN}: which column is it?"
    )
    assert f"; {OPEN}: is it this column?" in find_line(text, "Qty")
    assert "OrderLineNumber: {counted: true}" in text
    assert read("Order No;Item ID;EAN\n1;1;4001\n2;2;4002\n")["items"]["fields"]["SKU"] == "EAN"


def test_a_column_that_tells_orders_or_rows_apart_is_no_other_field():
    packed = "No;Street;Item1;Qty1;Item2;Qty2\n4501;Weg 5;a1;1;a2;2\n4502;Weg 6;a1;1;;\n"
    assert read(packed)["order"]["DeliveryAddress"]["Address1"] == "Street"
    rows = "Order No,Line,SKU,Qty\n1,item,a1,1\n1,shipping,,1\n2,item,a1,1\n"
    assert read(rows)["items"]["fields"]["OrderLineNumber"] == {"counted": True}


def test_every_column_that_tells_a_state_is_shown_with_its_values():
    text = draft(
        "Order No;Payment status;Status;Fulfilment state\n1;PAID;NEW;OPEN\n2;UNPAID;READY;OPEN\n3;Paid;DONE;NEW\n"
    )
    assert find_line(text, "paid").startswith("paid: {column: Payment status, text: lower, in: [paid]}")
    assert "Orders with another value are skipped. Seen: PAID, Paid, UNPAID." in text
    assert "# Status: {column: Status, text: lower, in: [done, ready]}" in text
    assert "Seen: DONE, NEW, READY." in text
    assert "# Fulfilment state: {column: Fulfilment state, text: lower, in: [new, open]}" in text


def test_many_values_of_a_state_are_shown_in_part_and_odd_ones_not_at_all():
    rows = "\n".join(f"{at};{word}" for at, word in enumerate(["ready", "on", "off", "up", "down", "left", "right"]))
    assert "Seen: down, left, off, on, ready, right, …." in draft(f"Order No;Status\n{rows}\n")
    assert "Seen" not in draft("Order No;Status\n1;paid!\n2;a: b\n")


@pytest.mark.parametrize(
    ("header", "values", "lines"),
    [
        (
            "Shipping net;Shipping VAT",
            "3.00;20",
            (
                "shipping_net: {column: Shipping net, number: true}",
                "shipping_rate: {column: Shipping VAT, number: true}",
                "PostalServiceCost: {expression: shipping_net * (1 + shipping_rate / 100)}",
                "PostalServiceTaxRate: {value: shipping_rate}",
            ),
        ),
        ("Shipping net", "3.00", ("PostalServiceCost: Shipping net", "no column has its rate; how is it added?")),
        ("Shipping gross", "3.00", ("PostalServiceCost: Shipping gross  # sure",)),
        (
            "Shipping",
            "3.00",
            (f"by its name and values; {OPEN}: is it with tax?",),
        ),
    ],
)
def test_shipping_is_taken_with_tax_or_asked(header, values, lines):
    text = draft(f"Order No;{header}\n1;{values}\n2;{values}\n")
    assert [line for line in lines if line not in text] == []


def test_the_tax_rate_beside_a_cost_in_json_is_that_of_shipping():
    order = {
        "id": "A1",
        "deliveryCost": {"net": 10, "tax": {"rate": 20}, "vat": 20},
        "items": [{"sku": "x1", "qty": 1}],
    }
    (got,) = drafted([order], "x.json")
    assert (got["PostalServiceCost"], got["PostalServiceTaxRate"]) == (12, 20)
    assert "PostalServiceTaxRate" not in draft([{"id": "A1", "deliveryCost": {"net": 10, "way": "van"}}], "x.json")


def test_the_rows_of_shipping_have_their_own_rate_and_may_be_without_tax():
    rows = "Order No,Type,SKU,Qty,Net price,VAT\n1,item,a1,1,5,20\n1,shipping,,1,2,10\n"
    text = draft(rows)
    assert "they are without tax: how is it added?" in text
    (order,) = drafted(rows)
    assert order["PostalServiceTaxRate"] == 10
    assert "PostalServiceTaxRate: {first_item: TaxRate}" in draft(rows.replace("VAT", "VAT pct."))  # no path names it


def test_first_and_last_name_are_joined_for_the_buyer_too():
    order = {
        "id": "A1",
        "buyer": {"login": "ann77", "firstName": "Ann", "lastName": "Fox", "companyName": "Fox Ltd"},
        "delivery": {"firstName": "Bob", "lastName": "Ray", "street": "Weg", "houseNumber": "5", "city": "Ulm"},
    }
    (got,) = drafted([order], "x.json")
    assert got["ChannelBuyerName"] == "Ann Fox"
    assert got["DeliveryAddress"] == {"FullName": "Bob Ray", "Company": "Fox Ltd", "Address1": "Weg 5", "Town": "Ulm"}
    assert "is it this column?" in find_line(draft([order], "x.json"), "Company")
    (got,) = drafted("Order No;Kunde Vorname;Kunde Nachname;Ort\n1;Ann;Fox;Ulm\n")
    assert got["ChannelBuyerName"] == got["DeliveryAddress"]["FullName"] == "Ann Fox"


@pytest.mark.parametrize(
    ("header", "values", "lines"),
    [
        ("Street;House number;Flat number", "Weg;5;3", {"Address1": "Weg 5/3"}),
        ("Street;House number;Flat number", "Weg;5;", {"Address1": "Weg 5"}),
        ("Street;Flat [no]", "Weg 5;3", {"Address1": "Weg 5 3"}),
        ("Street;Apartment", "Weg 5;Top 3", {"Address1": "Weg 5", "Address2": "Top 3"}),
    ],
)
def test_the_number_of_a_flat_joins_the_address(header, values, lines):
    other = values.split(";")[0] + ";7" * header.count(";")
    if "Top" in values:
        other = values
    order, _ = drafted(f"Order No;City;{header}\n1;Ulm;{values}\n2;Ulm;{other}\n")
    assert order["DeliveryAddress"] == {**lines, "Town": "Ulm"}


@pytest.mark.parametrize("name", ["dispatchDeadline", "shipBy", "dispatchBy", "deadline"])
def test_deadlines_are_found(name):
    assert read([{"id": "A1", name: "2026-01-15T10:00:00Z"}], "x.json")["order"]["DispatchBy"]["path"] == name


@pytest.mark.parametrize(
    ("header", "value", "sign"),
    [
        ("Unit price", "5,00 zł", "zł"),
        ("Unit price", "Kč 5", "Kč"),
        ("Unit price (CHF)", "5", "CHF"),
        ("Currency", "PLN", "PLN"),
    ],
)
def test_a_currency_that_no_order_may_have_is_said(header, value, sign):
    line = find_line(draft(f"Order No;SKU;{header}\n1;a1;{value}\n"), ("# Currency", "Currency"))
    assert f"{OPEN}: prices are in {sign}; orders are in EUR, GBP or USD: convert them with an expression" in line
    assert "constant: EUR" not in line


def test_a_draft_of_csv_names_no_format_and_knows_percent_beside_numbered_columns():
    packed = "No;VAT;Item1;Qty1;Price1;Item2;Qty2;Price2\n1;22%;a1;1;5.00;a2;2;1.00\n2;19%;a1;1;5.00;;;\n"
    data = read(packed)
    assert "format" not in data["read"]
    assert data["numbers"] == {"percent": True}
    assert [order["OrderItems"][0]["TaxRate"] for order in drafted(packed)] == [22, 19]


def test_each_question_is_a_whole_sentence():
    rows = "Order No;Created at;A column with a long name that says little of what may stand in it;SKU;City\n"
    text = draft(f"{rows}1;01/02/2026;x;a1;Ulm\n1;;;a2;\n")
    assert "…" not in text
    asked = [line for line in text.splitlines() if f"{OPEN}: " in line and not line.startswith(f"# {OPEN} marks")]
    assert asked
    assert all(line.endswith(("?", ".")) for line in asked)
