import pytest

from syncd.core.layout import build_payload, find_contradictions, group_rows, locate_cell, plan_layout
from syncd.core.limits import Limits
from syncd.core.model import VALUE_MARK, FileDamagedError, Place, Row
from syncd.core.validate import compile_checker

CHECKER = compile_checker(
    {
        "required": ["Currency", "OrderItems"],
        "properties": {
            "Currency": {},
            "Address": {"properties": {"Town": {"type": "string"}, "Geo": {"properties": {"Lat": {}}}}},
            "OrderItems": {
                "items": {"required": ["SKU"], "properties": {"SKU": {}, "Box": {"properties": {"Width": {}}}}}
            },
        },
    }
)
HEADER = ("ReferenceNumber", "Currency", "Address.Town", "OrderItems.SKU")


def plan(*names, generate=False):
    return plan_layout(Row(1, 1, names), CHECKER, generate=generate)


def group(*rows, names=HEADER, generate=False, limits=None):
    layout = plan(*names, generate=generate)
    numbered = [Row(number, 10 * number, cells) for number, cells in enumerate(rows, 2)]
    return layout, list(group_rows(numbered, layout, limits or Limits()))


def refuse(*rows, names=HEADER, **more):
    with pytest.raises(FileDamagedError) as caught:
        group(*rows, names=names, **more)
    return caught.value.problem


def test_cells_become_fields_nested_at_their_dots_and_rows_become_items():
    names = (*HEADER, "Address.Geo.Lat", "OrderItems.Box.Width")
    layout, [order] = group(("R", "EUR", "Bonn", "A", "50.7", ""), ("R", "EUR", "Bonn", "B", "50.7", "3"), names=names)
    assert build_payload(order, layout) == {
        "ReferenceNumber": "R",
        "Currency": "EUR",
        "Address": {"Town": "Bonn", "Geo": {"Lat": "50.7"}},
        "OrderItems": [{"SKU": "A"}, {"SKU": "B", "Box": {"Width": "3"}}],
    }


def test_empty_cells_are_absent_fields():
    layout, [order] = group(("R", "", "", ""))
    assert build_payload(order, layout) == {"ReferenceNumber": "R", "OrderItems": [{}]}


def test_an_order_without_columns_for_items_has_no_items():
    checker = compile_checker({"properties": {"Currency": {}}})
    layout = plan_layout(Row(1, 1, ("ReferenceNumber",)), checker, generate=False)
    [order] = group_rows([Row(2, 2, ("R",))], layout, Limits())
    assert build_payload(order, layout) == {"ReferenceNumber": "R"}


def test_adjacent_rows_of_one_reference_are_one_order_and_others_are_not():
    _, orders = group(*((reference, "EUR", "", "A") for reference in "RRSR"))
    assert [order.reference for order in orders] == ["R", "S", "R"]
    assert [[row.record for row in order.rows] for order in orders] == [[2, 3], [4], [5]]


@pytest.mark.parametrize("names", [HEADER, HEADER[1:]])
def test_each_row_without_a_reference_is_an_order_of_its_own(names):
    rows = [("", "EUR", "", "A")[4 - len(names) :]] * 2
    _, orders = group(*rows, names=names, generate=True)
    assert [order.reference for order in orders] == [None, None]


def test_an_unknown_column_is_refused_naming_the_nearest_known_one():
    problem = refuse(names=(*HEADER, "address.town"))
    assert (problem.code, problem.column, problem.line) == ("unknown_column", "address.town", 1)
    assert problem.message == (
        "The column address.town (is it Address.Town?) in line 1 is not known; mend its name or take it out"
    )
    assert "mend its name or take it out" in refuse(names=(*HEADER, "Zzz")).message
    assert refuse(names=(*HEADER, "x" * 100_000)).code == "unknown_column"


def test_all_unknown_and_missing_columns_are_named_at_once():
    assert refuse(names=("Order No", "curency", "Zzz")).message == (
        "The columns Order No, curency (is it Currency?) and Zzz in line 1 are not known; "
        "mend their names or take them out. Missing are Currency, OrderItems.SKU and ReferenceNumber"
    )
    assert refuse(names=("No", *HEADER[1:])).message.endswith(
        "mend its name or take it out. Missing is ReferenceNumber"
    )
    many = refuse(names=(*HEADER, *(f"Zzz{number}" for number in range(20)))).message
    assert "Zzz7 and 12 more in line 1" in many


def test_all_missing_columns_are_named_in_one_message():
    problem = refuse(names=("Address.Town",))
    assert problem.code == "missing_column"
    assert problem.message == "The header in line 1 lacks the columns Currency, OrderItems.SKU and ReferenceNumber"
    assert refuse(names=HEADER[1:]).message == "The header in line 1 lacks the column ReferenceNumber"
    plan(*HEADER[1:], generate=True)


def test_status_and_error_columns_are_ignored():
    layout, [order] = group(("R", "EUR", "", "A", "NEW", "Qty is 0"), names=(*HEADER, "Status", "_error"))
    assert build_payload(order, layout) == {"ReferenceNumber": "R", "Currency": "EUR", "OrderItems": [{"SKU": "A"}]}


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-5", "@x", "\tx", "\rx"])
def test_a_rejected_file_has_its_leading_quotes_taken_off_once(cell):
    layout, [order] = group(("R", "EUR", f"'{cell}", f"''{cell}", ""), names=(*HEADER, "_error"))
    payload = build_payload(order, layout)
    assert payload["Address"] == {"Town": cell}
    assert payload["OrderItems"] == [{"SKU": f"'{cell}"}]


def test_other_files_and_other_cells_keep_their_leading_quotes():
    layout, [order] = group(("R", "EUR", "'=1", "A"))
    assert build_payload(order, layout)["Address"] == {"Town": "'=1"}
    layout, [order] = group(("R", "EUR", "'s-Hertogenbosch", "A", ""), names=(*HEADER, "_error"))
    assert build_payload(order, layout)["Address"] == {"Town": "'s-Hertogenbosch"}


@pytest.mark.parametrize("row", [("R", "EUR", "Bonn"), ("R", "EUR", "Bonn", "A", ""), ("R",)])
def test_a_row_with_too_few_or_too_many_cells_spoils_its_order(row):
    _, [order] = group(("R", "EUR", "Bonn", "A"), row)
    assert [problem.code for problem in order.ragged] == ["wrong_cell_count"]
    cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
    assert order.ragged[0].message == (
        f"Line 30 has {cells}, the header has 4: "
        "mend the row, and in a rejected file take out what stands behind _error"
    )
    assert order.ragged[0].line == 30


def test_a_short_row_without_a_reference_cell_is_an_order_of_its_own():
    names = ("Currency", "OrderItems.SKU", "ReferenceNumber")
    _, orders = group(("EUR", "A", "R"), ("EUR",), names=names)
    assert [order.reference for order in orders] == ["R", None]


def test_unnamed_columns_at_the_right_end_may_stand_there_empty():
    names = (*HEADER, "", "")
    _, [order] = group(("R", "EUR", "", "A", "", ""), ("R", "EUR", "", "B"), ("R", "EUR", "", "C", ""), names=names)
    assert order.ragged == ()
    _, [order] = group(("R", "EUR", "", "A", "", "x"), names=names)
    assert order.ragged[0].message == "Line 20 has text to the right of the last column that has a name"


def test_an_unnamed_column_between_others_may_only_be_empty():
    names = (HEADER[0], "", *HEADER[1:])
    _, [order] = group(("R", "", "EUR", "", "A"), names=names)
    assert order.ragged == ()
    problem = refuse(("R", "", "EUR", "", "A"), ("R", "x", "EUR", "", "B"), names=names)
    assert (problem.code, problem.line) == ("empty_column_name", 30)
    assert problem.message.startswith("Column 2 is filled in line 30")


def test_rows_of_one_order_that_do_not_agree_are_named_with_line_and_column():
    layout, [order] = group(("R", "EUR", "Bonn", "A"), ("R", "EUR", "Kiel", "B"), ("R", "GBP", "Ulm", "C"))
    first, second = find_contradictions(order, layout)
    assert (first.code, first.field, first.column, first.line, first.value) == (
        "contradiction",
        "/Currency",
        "Currency",
        40,
        "GBP",
    )
    assert second.message.replace(VALUE_MARK, "Kiel") == (
        "Address.Town is Kiel in line 30 and something else in line 20: the rows of one order must agree in it"
    )
    assert second.field == "/Address/Town"


def test_rows_that_agree_and_orders_of_one_row_contradict_nothing():
    layout, orders = group(("R", "EUR", "Bonn", "A"), ("R", "EUR", "Bonn", "B"), ("S", "GBP", "", "A"))
    assert [find_contradictions(order, layout) for order in orders] == [[], []]


def test_a_field_is_found_at_its_column_and_its_row():
    layout, [order] = group(("R", "EUR", "Bonn", "A"), ("R", "EUR", "Bonn", "B"))
    assert locate_cell("/Currency", order, layout) == Place(20, "Currency")
    assert locate_cell("/Address/Town", order, layout) == Place(20, "Address.Town")
    assert locate_cell("/OrderItems/1/SKU", order, layout) == Place(30, "OrderItems.SKU")
    assert locate_cell("/OrderItems/1", order, layout) == Place(30, None)
    assert locate_cell("/OrderItems", order, layout) == Place(20, None)
    assert locate_cell("/Address/Region", order, layout) == Place(20, None)
    assert locate_cell("", order, layout) == Place(20, None)


def test_an_order_larger_than_memory_should_hold_is_refused():
    limits = Limits(record_bytes=10)
    problem = refuse(*[("R", "EUR", "Bonn", "A" * 40)] * 5, limits=limits)
    assert (problem.code, problem.line) == ("order_too_large", 50)
    group(*[(str(number), "EUR", "Bonn", "A" * 40) for number in range(9)], limits=limits)
