"""Where each field of an order was read, in every layout."""

from support.mappings import OPEN, compile_text

from syncd.core.intake import Reading
from syncd.core.origins import find_origins
from syncd.core.validate import compile_checker

NESTED = {
    "type": "object",
    "properties": {
        "ReferenceNumber": {"type": "string"},
        "OrderItems": {"type": "array", "items": {"type": "object", "properties": {"Qty": {"type": "integer"}}}},
    },
}


def trace(content, name="a.csv", mapping=None, checker=OPEN):
    compiled = compile_text(mapping) if mapping else None
    reading = Reading(checker=checker, mapping=compiled)
    return [
        [(origin.field, origin.value, origin.column, origin.line) for origin in order]
        for order in find_origins(iter([content.encode()]), name, reading)
    ]


def test_the_default_layout_is_traced_to_its_cells():
    content = "ReferenceNumber,OrderItems.Qty\nA,2\nA,3\n"
    assert trace(content, checker=compile_checker(NESTED)) == [
        [
            ("/ReferenceNumber", "A", "ReferenceNumber", 2),
            ("/OrderItems/0/Qty", 2, "OrderItems.Qty", 2),
            ("/OrderItems/1/Qty", 3, "OrderItems.Qty", 3),
        ]
    ]


def test_json_is_traced_to_its_keys():
    assert trace('{"ReferenceNumber": "A",\n"OrderItems": [{"Qty": 2}]}', "a.json") == [
        [("/ReferenceNumber", "A", "ReferenceNumber", 1), ("/OrderItems/0/Qty", 2, "OrderItems[0].Qty", 2)]
    ]


def test_a_mapped_order_is_traced_to_the_senders_columns_and_constants_to_the_mapping():
    mapping = """
version: 1
group: {by: No}
order: {ReferenceNumber: No, Currency: {constant: EUR}}
items: {fields: {OrderLineNumber: {counted: true}, Qty: Menge}}
"""
    assert trace("No,Menge\nA,2\nA,3\n", mapping=mapping) == [
        [
            ("/ReferenceNumber", "A", "No", 2),
            ("/Currency", "EUR", None, None),
            ("/OrderItems/0/OrderLineNumber", "1", None, None),
            ("/OrderItems/0/Qty", 2, "Menge", 2),
            ("/OrderItems/1/OrderLineNumber", "2", None, None),
            ("/OrderItems/1/Qty", 3, "Menge", 3),
        ]
    ]


def test_an_order_whose_cells_cannot_be_told_apart_has_no_origins():
    mapping = "version: 1\norder: {ReferenceNumber: No, Currency: Menge}\n"
    assert list(map(len, trace("No,Menge\nA,2\nB\nC,3\n", mapping=mapping))) == [2, 0, 2]


def test_damage_ends_the_origins():
    assert trace('{"ReferenceNumber": "A"}\n{"Refer', "a.ndjson") == [[("/ReferenceNumber", "A", "ReferenceNumber", 1)]]
