"""Whatever bytes come: a file is judged without an exception, and no part of one is taken for the whole."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.core.intake import Reading, judge
from syncd.core.model import Damaged, Invalid, Notice, Order
from syncd.core.validate import compile_checker

CHECKER = compile_checker(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["ReferenceNumber", "Town", "OrderItems"],
        "properties": {
            "ReferenceNumber": {"type": "string"},
            "Town": {"type": "string"},
            "OrderItems": {
                "type": "array",
                "items": {
                    "additionalProperties": False,
                    "required": ["SKU", "Qty"],
                    "properties": {"SKU": {"type": "string"}, "Qty": {"type": "integer", "minimum": 1}},
                },
            },
        },
    }
)
READING = Reading(checker=CHECKER)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
ITEMS = st.lists(
    st.fixed_dictionaries({"SKU": TEXTS, "Qty": st.integers(1, 10**9)}), min_size=1, max_size=3, unique_by=str
)
ORDERS = st.lists(st.tuples(TEXTS, ITEMS), min_size=1, max_size=4).map(
    lambda pairs: [
        {"ReferenceNumber": f"R{number}", "Town": town, "OrderItems": items}
        for number, (town, items) in enumerate(pairs)
    ]
)
FEW = settings(max_examples=100, deadline=None)


def write_csv(orders, delimiter, newline):
    rows = [["ReferenceNumber", "Town", "OrderItems.SKU", "OrderItems.Qty"]]
    for order in orders:
        rows += [
            [order["ReferenceNumber"], order["Town"], item["SKU"], str(item["Qty"])] for item in order["OrderItems"]
        ]
    return "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + newline for row in rows)


def cut(data, size):
    return [data[at : at + size] for at in range(0, len(data), size)]


@FEW
@given(ORDERS, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 40), st.booleans())
def test_the_same_orders_have_the_same_hashes_in_every_layout_and_however_they_are_cut(
    orders, delimiter, newline, size, wide
):
    csv = write_csv(orders, delimiter, newline).encode("utf-16" if wide else "utf-8")
    texts = {
        "a.csv": csv,
        "a.json": json.dumps(orders).encode(),
        "b.json": json.dumps({"count": 5, "orders": orders}, ensure_ascii=False).encode(),
        "a.ndjson": "".join(json.dumps(order) + "\n" for order in orders).encode(),
    }
    found = [list(judge(cut(data, size), name, READING)) for name, data in texts.items()]
    assert all(isinstance(judged, Order) for judged in found[0])
    assert len({tuple(judged.payload_hash for judged in file) for file in found}) == 1


@FEW
@given(ORDERS, st.sampled_from(["a.csv", "a.json", "a.ndjson"]), st.data())
def test_a_file_cut_anywhere_never_yields_an_order_that_the_whole_file_does_not_hold(orders, name, data):
    whole = {
        "a.csv": write_csv(orders, ",", "\n"),
        "a.json": json.dumps(orders),
        "a.ndjson": "".join(json.dumps(order) + "\n" for order in orders),
    }[name].encode()
    known = {judged.body for judged in judge([whole], name, READING)}
    part = whole[: data.draw(st.integers(0, len(whole) - 1))]
    found = list(judge([part], name, READING))
    if isinstance(found[-1], Damaged):
        return
    # What is not damaged was cut between records: an order may lack its last rows, as no reader can know.
    assert {judged.body for judged in found[:-1] if isinstance(judged, Order)} <= known
    assert all(isinstance(judged, Order | Notice) for judged in found)


@FEW
@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.json", "a.ndjson"]))
def test_no_bytes_make_it_raise(data, name):
    found = list(judge(cut(data, 7), name, READING))
    assert found
    assert all(not isinstance(judged, Damaged | Notice) for judged in found[:-1])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**40) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ReferenceNumber", "Town", "OrderItems", "SKU", "Qty", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@FEW
@given(st.lists(JSON, max_size=3))
def test_no_json_makes_it_raise_and_each_problem_with_a_value_has_one(orders):
    for judged in judge([json.dumps(orders).encode()], "a.json", READING):
        if isinstance(judged, Invalid):
            assert judged.problems
            assert all(("{value}" in problem.message) <= (problem.value is not None) for problem in judged.problems)
