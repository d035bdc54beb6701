import copy
import json
from itertools import chain, repeat
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syncd.core.intake import Reading, choose_format, judge
from syncd.core.model import VALUE_MARK, Damaged, Invalid, Notice, Order
from syncd.core.reference import ReferenceRule
from syncd.core.validate import compile_checker

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas/order.schema.json").read_bytes())
CHECKER = compile_checker(SCHEMA)
QUICK = compile_checker(SCHEMA, accelerated=True)
ADDRESS = {"FullName": "A B", "Address1": "Weg 1", "Town": "Köln", "PostCode": "01067", "Country": "Germany"}
ORDER = {
    "ReferenceNumber": "ORD-1",
    "ReceivedDate": "2026-01-15T10:00:00Z",
    "DispatchBy": "2026-01-16T10:00:00Z",
    "Currency": "EUR",
    "PaymentStatus": "PAID",
    "ChannelBuyerName": "A B",
    "OrderItems": [{"OrderLineNumber": "1", "SKU": "007", "Qty": "2", "PricePerUnit": "19.90"}],
    "DeliveryAddress": ADDRESS,
    "BillingAddress": dict(ADDRESS),
}


def make(**changes):
    order = copy.deepcopy(ORDER)
    for path, value in changes.items():
        *parents, leaf = path.split("__")
        target = order
        for parent in parents:
            target = target[int(parent) if parent.isdecimal() else parent]
        target[leaf] = value
    return order


def flatten(value, path=()):
    if isinstance(value, dict):
        return [pair for key, entry in value.items() for pair in flatten(entry, (*path, key))]
    return [(".".join(path), value)]


def write_csv(*orders, delimiter=","):
    rows = [
        dict(flatten({key: value for key, value in order.items() if key != "OrderItems"}))
        | {f"OrderItems.{key}": value for key, value in item.items()}
        for order in orders
        for item in order["OrderItems"]
    ]
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines).encode()


def run(data, name="a.csv", **more):
    return list(judge([data], name, Reading(checker=CHECKER, **more)))


def say(problem):
    return problem.message.replace(VALUE_MARK, problem.value or "")


@pytest.mark.parametrize(
    ("name", "declared", "chosen"),
    [
        ("a.csv", "auto", "csv"),
        ("A.TSV", "auto", "csv"),
        ("a.txt", "auto", "csv"),
        ("a.JSON", "auto", "json"),
        ("a.ndjson", "auto", "ndjson"),
        ("a.b.JsonL", "auto", "ndjson"),
        ("orders", "auto", "csv"),
        ("a.csv", "json", "json"),
    ],
)
def test_the_format_goes_by_the_ending_unless_it_is_declared(name, declared, chosen):
    assert choose_format(name, declared) == chosen


def test_the_same_order_has_the_same_hash_in_every_format():
    files = {
        "a.csv": write_csv(ORDER),
        "b.csv": write_csv(ORDER, delimiter=";"),
        "c.csv": "\ufeff".encode() + write_csv(ORDER),
        "d.csv": write_csv(ORDER).decode().encode("utf-16"),
        "a.json": json.dumps(ORDER).encode(),
        "b.json": json.dumps([make(Status="NEW", DeliveryAddress__Company=None)]).encode(),
        "c.json": json.dumps({"orders": [make(OrderItems__0__Qty=2.0)]}).encode(),
        "a.ndjson": json.dumps(ORDER).encode() + b"\n",
    }
    found = {name: run(data, name) for name, data in files.items()}
    assert {type(judged) for [judged] in found.values()} == {Order}
    assert len({judged.payload_hash for [judged] in found.values()}) == 1
    [[order], *_] = found.values()
    body = json.loads(order.body)
    assert body["OrderItems"] == [{"OrderLineNumber": "1", "PricePerUnit": 19.9, "Qty": 2, "SKU": "007"}]
    assert (order.reference, order.record, order.records, order.lines) == ("ORD-1", 2, (2,), (2,))


def test_plainly_good_orders_are_judged_the_same_with_the_quick_check():
    quick = Reading(checker=QUICK)
    for name, data in {
        "a.csv": write_csv(ORDER, make(ReferenceNumber="ORD-2", DispatchBy="2026-01-16 10:00:00+01:00")),
        "a.json": json.dumps([ORDER, make(ReferenceNumber=7), make(BillingAddress__Town="")]).encode(),
    }.items():
        assert list(judge([data], name, quick)) == run(data, name)


def test_behind_a_plain_order_in_a_later_piece_of_its_file_may_stand_white_space_alone():
    order = json.dumps(ORDER, ensure_ascii=False).encode()
    reading = Reading(checker=CHECKER)
    assert [type(judged) for judged in judge([order, b"\n", b" \n"], "a.json", reading)] == [Order]
    _, damaged = judge([order, b"\n", b" x"], "a.json", reading)
    assert (damaged.problem.code, damaged.problem.line) == ("trailing_text", 2)


def test_good_and_bad_orders_of_a_csv_file_come_in_its_order_with_line_and_column():
    two = make(ReferenceNumber="ORD-2", OrderItems__0__Qty="0", BillingAddress__Town="")
    two["OrderItems"].append({"OrderLineNumber": "2", "SKU": "8", "Qty": "1", "PricePerUnit": "1,50"})
    first, second, third = run(write_csv(ORDER, two, make(ReferenceNumber="ORD-3"), delimiter=";"))
    assert (first.reference, third.reference, third.lines) == ("ORD-1", "ORD-3", (5,))
    assert isinstance(second, Invalid)
    assert (second.reference, second.record, second.records, second.lines) == ("ORD-2", 3, (3, 4), (3, 4))
    assert [(problem.code, problem.field, problem.column, problem.line) for problem in second.problems] == [
        ("minimum", "/OrderItems/0/Qty", "OrderItems.Qty", 3),
        ("required", "/BillingAddress/Town", "BillingAddress.Town", 3),
        ("type", "/OrderItems/1/PricePerUnit", "OrderItems.PricePerUnit", 4),
    ]
    assert say(second.problems[0]) == "Qty is 0; the least is 1"
    assert second.problems[2].value == "1,50"


def test_problems_of_json_name_the_line_and_the_path_of_keys_and_the_value_as_written():
    order = make(OrderItems__0__Qty=0, OrderItems__0__SKU=None, ReceivedDate="2026-01-15", PostalServiceCost=True)
    [judged] = run(json.dumps([order], indent=1).encode(), "a.json")
    assert [(problem.code, problem.column, problem.line, problem.value) for problem in judged.problems] == [
        ("format", "ReceivedDate", 4, "2026-01-15"),
        ("required", "OrderItems[0].SKU", 12, None),
        ("minimum", "OrderItems[0].Qty", 13, "0"),
        ("type", "PostalServiceCost", 31, "true"),
    ]


def test_a_field_missing_in_a_json_order_is_placed_at_what_is_around_it():
    [judged] = run(b'[\n\n{"ReferenceNumber": 5,\n"DeliveryAddress": {}}]', "a.json")
    assert judged.reference == "5"
    places = {problem.column: problem.line for problem in judged.problems}
    assert places["Currency"] == 3
    assert places["DeliveryAddress.Town"] == 4


@pytest.mark.parametrize(
    ("text", "value"), [("5", "5"), ('"x"', "x"), ("null", "null"), ("[1]", "[1]"), ("1.50", "1.50")]
)
def test_an_order_that_is_no_object_is_invalid(text, value):
    [judged, good] = run(f"[{text},{json.dumps(ORDER)}]".encode(), "a.json")
    assert isinstance(good, Order)
    assert isinstance(judged, Invalid)
    assert (judged.reference, judged.record) == (None, 1)
    assert [(problem.code, say(problem)) for problem in judged.problems] == [
        ("type", f"The order is {value}; it must be an object with fields of its own")
    ]


@pytest.mark.parametrize("reference", [None, "", True, [], 1.5])
def test_an_invalid_order_may_have_no_reference(reference):
    [judged] = run(json.dumps(make(ReferenceNumber=reference)).encode(), "a.json")
    assert isinstance(judged, Invalid)
    assert judged.reference is None


def test_rows_that_contradict_each_other_and_equal_rows_make_an_order_invalid():
    other = make(DeliveryAddress__Town="Kiel")
    [judged] = run(write_csv(ORDER, other))
    assert [problem.code for problem in judged.problems] == ["contradiction", "duplicate_line"]
    assert "line 3 and something else in line 2" in judged.problems[0].message
    [judged] = run(json.dumps(make(OrderItems=ORDER["OrderItems"] * 2)).encode(), "a.json")
    assert [(problem.code, problem.column) for problem in judged.problems] == [("duplicate_line", "OrderItems[1]")]


def test_a_row_with_too_many_cells_makes_its_order_invalid_and_no_other():
    data = write_csv(ORDER) + b"ORD-2,x\n" + write_csv(make(ReferenceNumber="ORD-3")).split(b"\n", 1)[1]
    good, bad, last = run(data)
    assert (type(good), type(bad), type(last)) == (Order, Invalid, Order)
    assert bad.reference == "ORD-2"
    assert [problem.code for problem in bad.problems] == ["wrong_cell_count"]


def test_damage_comes_last_after_the_orders_before_it():
    good, damaged = run(write_csv(ORDER, make(ReferenceNumber="ORD-2")) + b'ORD-2,"')  # may belong to ORD-2
    assert isinstance(good, Order)
    assert isinstance(damaged, Damaged)
    good, damaged = run(json.dumps([ORDER]).encode()[:-1] + b', {"a": 1, "a": 2}]', "a.json")
    assert isinstance(good, Order)
    assert damaged.problem.code == "duplicate_key"


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (b"Foo\n", "a.csv", "unknown_column"),
        (b"Currency\n", "a.csv", "missing_column"),
        (b"\xff\n", "a.csv", "encoding"),
        (b"[", "a.json", None),
    ],
)
def test_a_damaged_file_is_one_value(data, name, code):
    [judged] = run(data, name)
    assert isinstance(judged, Damaged)
    assert code in {judged.problem.code, None}


@pytest.mark.parametrize(
    ("data", "name"),
    [(write_csv(ORDER).split(b"\n")[0] + b"\n", "a.csv"), (b"[]", "a.json"), (b'{"orders": []}', "a.json")],
)
def test_a_file_without_orders_has_a_notice(data, name):
    [judged] = run(data, name)
    assert isinstance(judged, Notice)
    assert judged.problem.code == "no_orders"


def test_times_without_an_offset_are_read_in_the_zone_of_the_source():
    [judged] = run(write_csv(make(ReceivedDate="2026-01-15 10:00:00")), zone=ZoneInfo("Europe/Berlin"))
    assert b'"ReceivedDate":"2026-01-15T09:00:00Z"' in judged.body


def test_missing_references_are_generated_from_the_content_where_allowed():
    rule = ReferenceRule("ACME", "test")
    other = make(ReferenceNumber="", ChannelBuyerName="C D")
    data = write_csv(make(ReferenceNumber=""), make(ReferenceNumber=""), other, ORDER)
    one, two, three, named = run(data, generate=rule)
    assert one.reference.startswith("ACME-T-20260115-")
    assert two.reference == f"{one.reference}-2"
    assert three.reference.rsplit("-", 1)[0] == one.reference.rsplit("-", 1)[0]
    assert named.reference == "ORD-1"
    assert json.loads(one.body)["ReferenceNumber"] == one.reference
    [alone] = run(write_csv(make(ReferenceNumber="")), generate=rule)
    assert alone == one


def test_without_leave_to_generate_a_missing_reference_is_a_problem():
    [judged] = run(write_csv(make(ReferenceNumber="")))
    assert [(problem.code, problem.column, problem.line) for problem in judged.problems] == [
        ("required", "ReferenceNumber", 2)
    ]


@pytest.mark.parametrize("received", ["", "soon"])
def test_no_reference_is_generated_for_an_order_without_a_usable_date(received):
    rule = ReferenceRule("ACME", "production")
    [judged] = run(write_csv(make(ReferenceNumber="", ReceivedDate=received)), generate=rule)
    assert isinstance(judged, Invalid)
    assert {problem.field for problem in judged.problems} == {"/ReferenceNumber", "/ReceivedDate"}


def test_an_invalid_order_without_a_reference_stays_without_one():
    rule = ReferenceRule("ACME", "production")
    [judged] = run(write_csv(make(ReferenceNumber="", Currency="X")), generate=rule)
    assert judged.reference is None
    assert [problem.field for problem in judged.problems] == ["/Currency"]


def test_an_order_of_json_with_the_error_key_is_read_without_it():
    [judged] = run(json.dumps(make(_error="Qty is 0")).encode(), "a.json")
    assert isinstance(judged, Order)


def test_a_file_that_holds_no_order_for_long_is_refused():
    """Empty lines cost time to read, and while none of them is an order nothing else has its turn."""
    reading = Reading(checker=CHECKER, format="ndjson")
    content = chain([json.dumps(ORDER).encode() + b"\n"], repeat(b" " * (2**20 - 1) + b"\n", 65))
    first, last = judge(content, "a.ndjson", reading)
    assert isinstance(first, Order)
    assert last.problem.code == "no_order_for_long"
