"""Malformed files, each with its right verdict: the file is refused, only these rows are, or all is accepted."""

import pytest
from support.mappings import CHECKER, SAMPLES, compile_preset, judge_by

from syncd.core.model import Damaged, Invalid, Order, Skipped

NAMES = {
    "shopify": ("shopify_orders_export.csv", "utf-8"),
    "amazon": ("amazon_new_orders.txt", "cp1252"),
    "sap": ("sap_sd_auftraege.csv", "utf-8"),
    "excel": ("excel_bestellungen.csv", "cp1252"),
    "markt": ("marktplatz_orders.ndjson", "utf-8"),
    "shop": ("webshop_orders.json", "utf-8"),
}
TEXTS = {key: (SAMPLES / name).read_bytes().decode(encoding) for key, (name, encoding) in NAMES.items()}
PRESETS = {key: compile_preset(name.partition(".")[0]) for key, (name, _) in NAMES.items()}
WHOLE = {"shopify": 6, "amazon": 6, "sap": 5, "excel": 6, "markt": 5, "shop": 5}

FILE, ROW, GOOD = "file refused", "only this order refused", "accepted"
TABLE = [
    # truncation
    ("shopify", "cut in a row", lambda t: t[:2500], FILE, "no_final_newline"),
    ("shopify", "cut in a quote", lambda t: t[: t.index("Sonner") + 5], FILE, "open_quote"),
    ("amazon", "cut in a row", lambda t: t[:-40], FILE, "no_final_newline"),
    ("excel", "cut in a quoted cell", lambda t: t[: t.index("Top 24")], FILE, "open_quote"),
    ("excel", "cut in a row", lambda t: t[: t.index("Käsemesser")], FILE, "no_final_newline"),
    (
        "sap",
        "cut behind a record",
        lambda t: t[: t.index("I;000020;NH") if "I;000020;NH" in t else t.index("I;000030")],
        FILE,
        "no_trailer",
    ),
    ("sap", "cut in a quote", lambda t: t[: t.index("und 2. Hof")], FILE, "open_quote"),
    ("sap", "cut in a record", lambda t: t[: t.index("Kaffeebohnen")], FILE, "no_final_newline"),
    ("markt", "cut in a line", lambda t: t[:-30], FILE, "json_syntax"),
    ("shop", "cut in an order", lambda t: t[: len(t) // 2], FILE, "torn"),
    ("shop", "cut before the last bracket", lambda t: t.rstrip()[:-1], FILE, "torn"),
    # delimiters, quotes and line ends
    ("shopify", "semicolons instead of commas", lambda t: t.replace(",", ";"), FILE, "missing_column"),
    (
        "shopify",
        "another delimiter in one row",
        lambda t: t.replace("#1049,oisin.obrannagh@example.com,paid", "#1049;oisin.obrannagh@example.com;paid"),
        ROW,
        "wrong_cell_count",
    ),
    (
        "excel",
        "tabs in one row",
        lambda t: t.replace("B-2026-00023;25.10.2026 1:30;", "B-2026-00023\t25.10.2026 1:30\t"),
        ROW,
        "wrong_cell_count",
    ),
    ("shopify", "a quote inside a cell", lambda t: t.replace("Reinigungsset", 'Reinigungs"set'), FILE, "quote_inside"),
    (
        "excel",
        "text behind a closing quote",
        lambda t: t.replace('"Tischleuchte; dimmbar"', '"Tischleuchte; dimmbar"x'),
        FILE,
        "quote_inside",
    ),
    ("excel", "a quote inside a cell", lambda t: t.replace("Käsemesser", 'Käse"messer'), GOOD, None),
    ("amazon", "an open quote", lambda t: t.replace("Gardening gloves", '"Gardening gloves'), GOOD, None),
    (
        "amazon",
        "a line break in a row",
        lambda t: t.replace("Gardening gloves", "Gardening\r\ngloves"),
        ROW,
        "wrong_cell_count",
    ),
    ("shopify", "a lone CR in a row", lambda t: t.replace("Reinigungsset", "Reinigung\rset"), FILE, "line_end"),
    ("excel", "another sep= than its delimiter", lambda t: t.replace("sep=;", "sep=,"), GOOD, None),
    # columns
    (
        "shopify",
        "a column twice",
        lambda t: t.replace("Lineitem name,", "Lineitem name,Lineitem name,", 1),
        FILE,
        "duplicate_column",
    ),
    ("shopify", "a column twice in other case", lambda t: t.replace("Notes,", "email,", 1), FILE, "duplicate_column"),
    ("amazon", "a column missing", lambda t: t.replace("item-price", "item-prize", 1), FILE, "missing_column"),
    ("excel", "the header missing", lambda t: t.replace(t.split("\r\n")[1] + "\r\n", ""), FILE, "missing_column"),
    (
        "shopify",
        "a column more than is read",
        lambda t: t.replace("Name,", "Extra,Name,", 1).replace("\n#", "\nx,#"),
        GOOD,
        None,
    ),
    ("shopify", "columns in another case", lambda t: t.replace("Lineitem name", " LINEITEM  NAME", 1), GOOD, None),
    (
        "shopify",
        "a cell too few",
        lambda t: t.replace("#1049,oisin.obrannagh@example.com,", "#1049,"),
        ROW,
        "wrong_cell_count",
    ),
    ("shopify", "a cell too many", lambda t: t.replace("#1049,", "#1049,x,"), ROW, "wrong_cell_count"),
    (
        "excel",
        "text right of the last column",
        lambda t: t.replace("34,90 €;19%;4,90 €;€;ja;;;;", "34,90 €;19%;4,90 €;€;ja;;x;;"),
        ROW,
        "wrong_cell_count",
    ),
    (
        "sap",
        "a record too short",
        lambda t: t.replace("I;000010;NH-REG-801;", "I;NH-REG-801;"),
        ROW,
        "wrong_cell_count",
    ),
    ("sap", "an unknown record", lambda t: t.replace("T;0002", "X;0002"), FILE, "unknown_record"),
    ("sap", "a trailer that counts otherwise", lambda t: t.replace("E;7", "E;8"), FILE, "trailer_count"),
    (
        "sap",
        "a record before its order",
        lambda t: t.replace("H;0045001234", "I;1;1;x;1,000;ST;1,00;1;A1;\nH;0045001234", 1),
        FILE,
        "stray_record",
    ),
    # quantities
    ("shopify", "quantity 0", lambda t: t.replace(",2,Klappstuhl", ",0,Klappstuhl", 1), ROW, "minimum"),
    ("shopify", "quantity -1", lambda t: t.replace(",2,Klappstuhl", ",-1,Klappstuhl", 1), ROW, "minimum"),
    ("shopify", "quantity 1.5", lambda t: t.replace(",2,Klappstuhl", ",1.5,Klappstuhl", 1), ROW, "type"),
    ("shopify", "quantity in words", lambda t: t.replace(",2,Klappstuhl", ",two,Klappstuhl", 1), ROW, "number"),
    ("shopify", "quantity missing", lambda t: t.replace(",2,Klappstuhl", ",,Klappstuhl", 1), ROW, "required"),
    ("shopify", "quantity 2.0", lambda t: t.replace(",2,Klappstuhl", ",2.0,Klappstuhl", 1), GOOD, None),
    ("shopify", "Arabic digits", lambda t: t.replace(",2,Klappstuhl", ",٢,Klappstuhl", 1), ROW, "number"),
    ("shopify", "an exponent", lambda t: t.replace(",2,Klappstuhl", ",2e0,Klappstuhl", 1), ROW, "number"),
    ("sap", "quantity with a minus behind", lambda t: t.replace("4,000;ST;16,30", "4,000-;ST;16,30"), ROW, "minimum"),
    ("sap", "quantity by three decimals", lambda t: t.replace("4,000;ST;16,30", "4,500;ST;16,30"), ROW, "type"),
    # prices
    ("shopify", "a decimal comma", lambda t: t.replace(",19.99,,NH-LED", ',"19,99",,NH-LED'), ROW, "number"),
    ("shopify", "price 0", lambda t: t.replace(",19.99,,NH-LED", ",0.00,,NH-LED"), ROW, "minimum"),
    ("excel", "a decimal point", lambda t: t.replace(";16,99;", ";16.99;"), ROW, "number"),
    ("excel", "thousands in wrong groups", lambda t: t.replace("1.079,00 €", "10.79,00 €"), ROW, "number"),
    ("excel", "another currency's sign", lambda t: t.replace("1.079,00 €", "1.079,00 £"), ROW, "currency"),
    ("excel", "price NaN", lambda t: t.replace(";16,99;", ";NaN;"), ROW, "number"),
    ("sap", "price unit 0", lambda t: t.replace("8,40;100;A1", "8,40;0;A1"), ROW, "expression"),
    ("sap", "an unknown tax code", lambda t: t.replace("8,40;100;A1", "8,40;100;A9"), ROW, "unknown_value"),
    (
        "amazon",
        "an unknown country for the tax",
        lambda t: t.replace("\tNantes\t\t44000\tFR\t+33 1 99", "\tNantes\t\t44000\tXX\t+33 1 99"),
        ROW,
        "unknown_value",
    ),
    # dates
    (
        "shopify",
        "another form of date",
        lambda t: t.replace("2026-10-26 00:00:00 +0100,1", "26.10.2026 00:00,1"),
        ROW,
        "date",
    ),
    ("excel", "a day that is none", lambda t: t.replace("29.03.2026 3:15", "31.02.2026 3:15"), ROW, "date"),
    ("excel", "an hour that clocks skip", lambda t: t.replace("29.03.2026 3:15", "29.03.2026 2:15"), ROW, "date"),
    ("excel", "an hour that comes twice", lambda t: t.replace("25.10.2026 1:30", "25.10.2026 2:30"), ROW, "date"),
    (
        "excel",
        "sent before it was ordered",
        lambda t: t.replace("25.10.2026 1:30;27.10.2026", "25.10.2026 1:30;27.09.2026"),
        ROW,
        "dispatch_before_received",
    ),
    (
        "markt",
        "a date as text for milliseconds",
        lambda t: t.replace('"createdAt":1777931999001', '"createdAt":"2026-05-05"'),
        ROW,
        "date",
    ),
    (
        "amazon",
        "a date without offset",
        lambda t: t.replace("2026-04-01T23:59:59+01:00", "2026-04-01T23:59:59"),
        ROW,
        "date",
    ),
    # currencies and countries
    ("shopify", "another currency", lambda t: t.replace(",GBP,70.49", ",CHF,70.49"), ROW, "enum"),
    ("shopify", "a currency in small letters", lambda t: t.replace(",GBP,70.49", ",gbp,70.49"), ROW, "enum"),
    ("excel", "an unknown sign of currency", lambda t: t.replace(";12,50;£;", ";12,50;$;"), ROW, "unknown_value"),
    (
        "shopify",
        "an unknown country",
        lambda t: t.replace(",IE,+353 20 910 0137,,", ",Eire-Land,+353 20 910 0137,,"),
        ROW,
        "country",
    ),
    # rows of one order that differ
    ("amazon", "another town in one row", lambda t: t.replace("\tSheffield\t", "\tLeeds\t", 1), ROW, "contradiction"),
    (
        "excel",
        "another shipping cost in one row",
        lambda t: t.replace("21%;49,00 €", "21%;48,00 €", 1),
        ROW,
        "contradiction",
    ),
    (
        "excel",
        "paid in one row and not in another",
        lambda t: t.replace("7%;6,90 €;€;ja", "7%;6,90 €;€;nein", 1),
        ROW,
        "contradiction",
    ),
    (
        "shopify",
        "a filled order cell behind the first row",
        lambda t: t.replace("#1044,harriet.finch@example.com,,", "#1044,harriet.finch@example.com,refunded,"),
        ROW,
        "contradiction",
    ),
    ("amazon", "a row twice", lambda t: t + t.split("\r\n")[5] + "\r\n", ROW, "duplicate_line"),
    ("shopify", "an order's rows stand apart", lambda t: t + t.splitlines()[4] + "\n", FILE, "rows_apart"),
    # formula cells, control and invisible characters
    ("shopify", "a formula for a SKU", lambda t: t.replace("NH-LED-010", "=A2"), ROW, "formula"),
    ("shopify", "a spreadsheet's error", lambda t: t.replace("NH-LED-010", "#REF!"), ROW, "formula"),
    ("excel", "a formula for a quantity", lambda t: t.replace(";2;16,99;", ";=1+1;16,99;"), ROW, "number"),
    ("shopify", "a control character", lambda t: t.replace("NH-LED-010", "NH-LED\x07-010"), ROW, "control_character"),
    (
        "shopify",
        "a vertical tab, which is white space",
        lambda t: t.replace("Reinigungsset", "Reinigungs\x0bset"),
        GOOD,
        None,
    ),
    (
        "shopify",
        "an invisible character in a reference",
        lambda t: t.replace("#1049", "#10\u200b49"),
        ROW,
        "invisible_character",
    ),
    (
        "shopify",
        "an invisible character elsewhere",
        lambda t: t.replace("Reinigungsset", "Reinigungs\u00adset"),
        GOOD,
        None,
    ),
    ("shopify", "no-break spaces around a reference", lambda t: t.replace("#1049", "\u00a0#1049"), GOOD, None),
    # JSON traps
    (
        "markt",
        "a key twice",
        lambda t: t.replace('"orderId":"MP-7F3A-0004"', '"orderId":"X","orderId":"MP-7F3A-0004"'),
        FILE,
        "duplicate_key",
    ),
    ("markt", "NaN", lambda t: t.replace('"priceMinor":550', '"priceMinor":NaN'), FILE, "json_syntax"),
    (
        "markt",
        "half of a character",
        lambda t: t.replace('"sian\\u', '"sian\\ud800\\u').replace('"si\\u00e2n-hp"', '"\\ud800"'),
        FILE,
        "lone_surrogate",
    ),
    (
        "markt",
        "a number for an object",
        lambda t: t.replace('"billingAddress":null', '"billingAddress":5', 1),
        GOOD,
        None,
    ),
    ("markt", "a list for a text", lambda t: t.replace('"sku":"SPR-MUG-ZH"', '"sku":["SPR-MUG-ZH"]'), ROW, "type"),
    ("markt", "true for a number", lambda t: t.replace('"qty":6', '"qty":true'), ROW, "number"),
    (
        "markt",
        "cents with a fraction",
        lambda t: t.replace('"unitPriceMinor":1190', '"unitPriceMinor":1190.0'),
        GOOD,
        None,
    ),
    ("shop", "no list of orders", lambda t: t.replace('"orders": [', '"order": ['), FILE, "missing_key"),
    ("shop", "an order that is none", lambda t: t.replace('"orders": [', '"orders": [7,'), ROW, "type"),
    (
        "shop",
        "an amount that is no number",
        lambda t: t.replace('"total_tax": "11.14"', '"total_tax": "11,14"', 1),
        ROW,
        "number",
    ),
    ("shop", "more behind the end", lambda t: t + "{}", FILE, "trailing_text"),
]


@pytest.mark.parametrize(
    ("name", "what", "spoil", "verdict", "code"), TABLE, ids=[f"{row[0]}: {row[1]}" for row in TABLE]
)
def test_a_malformed_file_gets_its_right_verdict(name, what, spoil, verdict, code):
    file, encoding = NAMES[name]
    text = spoil(TEXTS[name])
    assert text != TEXTS[name], "the table does not spoil this file any more"
    if encoding == "cp1252" and text.encode(encoding, "replace").decode(encoding) != text:
        encoding = "utf-8-sig"
    judged = judge_by(PRESETS[name], text.encode(encoding), file, CHECKER)
    damage = [each.problem for each in judged if isinstance(each, Damaged)]
    invalid = [each for each in judged if isinstance(each, Invalid)]
    orders = [each for each in judged if isinstance(each, Order)]
    if verdict == FILE:
        assert [problem.code for problem in damage] == [code], (judged[-1], invalid)
        return
    assert damage == []
    assert all(isinstance(each, Order | Invalid | Skipped) for each in judged)
    assert (code in {problem.code for each in invalid for problem in each.problems}) == (verdict == ROW), invalid
    assert len(orders) >= WHOLE[name] - (verdict == ROW)
    assert bool(invalid) == (verdict == ROW)


def test_the_table_is_long_and_holds_every_verdict():
    assert len(TABLE) >= 60
    assert {row[3] for row in TABLE} == {FILE, ROW, GOOD}


def test_problems_name_the_senders_column_line_and_value():
    text = TEXTS["shopify"].replace(",2,Klappstuhl", ",zwei,Klappstuhl", 1).replace(",GBP,70.49", ",CHF,70.49")
    first, second = (each for each in judge_by(PRESETS["shopify"], text, checker=CHECKER) if isinstance(each, Invalid))
    (problem,) = first.problems
    assert (problem.column, problem.line, problem.value, problem.field) == (
        "Lineitem quantity",
        2,
        "zwei",
        "/OrderItems/0/Qty",
    )
    assert problem.message == "Lineitem quantity is {value}; it must be a whole number such as 2"
    (problem,) = second.problems
    assert (problem.column, problem.line, problem.value) == ("Currency", 8, "CHF")


def test_a_bad_json_value_is_told_by_its_path():
    text = TEXTS["markt"].replace('"qty":6', '"qty":0').replace('"GRC"', '"XXX"')
    (order,) = (each for each in judge_by(PRESETS["markt"], text, "a.ndjson", CHECKER) if isinstance(each, Invalid))
    assert {problem.column for problem in order.problems} == {"lines[0].qty", "shipping.address.country"}
    assert all(problem.line == 6 for problem in order.problems)


def test_every_problem_of_an_order_is_told_at_once():
    text = (
        TEXTS["excel"]
        .replace("B-2026-00021;29.03.2026 3:15;01.04.2026", "B-2026-00021;gestern;morgen")
        .replace(";2;16,99;20%", ";x;y;z")
    )
    judged = judge_by(PRESETS["excel"], text.encode("cp1252"), checker=CHECKER)
    (order,) = (each for each in judged if isinstance(each, Invalid))
    assert [problem.column for problem in order.problems] == [
        "Menge",
        "Stückpreis",
        "MwSt",
        "Bestelldatum",
        "Versand bis",
    ]
