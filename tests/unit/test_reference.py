from syncd.core.canonical import hash_payload, write_canonical
from syncd.core.reference import ReferenceMaker, ReferenceRule

DAY = "2026-01-15T10:00:00Z"


def test_a_reference_tells_prefix_environment_day_and_content():
    payload = {"Qty": 1}
    digest = hash_payload(write_canonical(payload))[:12]
    assert ReferenceMaker(ReferenceRule("ACME", "production")).make(payload, DAY) == f"ACME-P-20260115-{digest}"
    assert ReferenceMaker(ReferenceRule("ACME", "test")).make(payload, DAY) == f"ACME-T-20260115-{digest}"


def test_equal_orders_of_a_file_are_counted_from_the_second_on():
    maker = ReferenceMaker(ReferenceRule("A", "test"))
    first = maker.make({"Qty": 1}, DAY)
    other = maker.make({"Qty": 2}, DAY)
    assert [maker.make({"Qty": 1}, DAY) for _ in range(2)] == [f"{first}-2", f"{first}-3"]
    assert maker.make({"Qty": 2}, DAY) == f"{other}-2"


def test_mending_one_order_does_not_change_the_references_of_the_others():
    rule = ReferenceRule("A", "test")
    before, after = ReferenceMaker(rule), ReferenceMaker(rule)
    first = [before.make({"Qty": quantity}, DAY) for quantity in (1, 0, 3)]
    second = [after.make({"Qty": quantity}, DAY) for quantity in (1, 2, 3)]
    assert (first[0], first[2]) == (second[0], second[2])
    assert first[1] != second[1]
