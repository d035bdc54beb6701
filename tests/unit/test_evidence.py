import hashlib
import re

import pytest
from support.orders import make_order, write_csv, write_json, write_ndjson

from syncd.config.schema_files import read_schema
from syncd.core.evidence import (
    TRAILER_CHARACTERS,
    Evidence,
    Tail,
    check_checksum,
    check_end,
    find_lacking,
    is_sidecar,
    list_sidecars,
    name_filed_sidecar,
)
from syncd.core.intake import Reading, judge
from syncd.core.model import Damaged, Notice, Order
from syncd.core.rejected import build_rejected
from syncd.core.validate import compile_checker

CHECKER = compile_checker(read_schema("order.schema.json"))
BOTH = Evidence(marker="{stem}.done", checksum="{name}.sha256")


def read(content: bytes, name: str = "a.csv", **evidence) -> list:
    return list(judge([content], name, Reading(checker=CHECKER, evidence=Evidence(**evidence))))


def find_damage(content: bytes, name: str = "a.csv", **evidence) -> str | None:
    last = read(content, name, **evidence)[-1]
    return last.problem.code if isinstance(last, Damaged) else None


def test_the_sidecars_of_a_file_follow_its_name_or_stem():
    assert list_sidecars("a.b.csv", BOTH) == ("a.b.done", "a.b.csv.sha256")
    assert list_sidecars("a.csv", Evidence()) == ()


def test_one_file_that_is_both_marker_and_checksum_is_one():
    assert list_sidecars("a.csv", Evidence(marker="{name}.ok", checksum="{name}.ok")) == ("a.csv.ok",)


def test_a_rejected_file_that_was_mended_needs_no_sidecar():
    assert list_sidecars("a.rejected.csv", BOTH) == ()
    assert find_lacking("a.Rejected.csv", BOTH, (), ()) is None


@pytest.mark.parametrize(
    ("name", "expected"), [("a.done", True), ("a.csv.sha256", True), (".done", False), ("a.csv", False)]
)
def test_a_sidecar_is_known_by_its_ending(name, expected):
    assert is_sidecar(name, BOTH) is expected


def test_a_file_waits_for_each_sidecar_and_for_its_checksum_to_settle():
    waits = [
        find_lacking("a.csv", BOTH, present, settled)
        for present, settled in [
            ([], []),
            (["a.done"], []),
            (["a.done", "a.csv.sha256"], []),
            (["a.done", "a.csv.sha256"], ["a.csv.sha256"]),
        ]
    ]
    assert [wait and wait[0] for wait in waits] == ["a.done", "a.csv.sha256", "a.csv.sha256", None]
    assert find_lacking("a.csv", Evidence(marker="{name}.ok"), ["a.csv.ok"], []) is None


def test_a_sidecar_is_filed_after_the_name_of_its_file():
    assert name_filed_sidecar("a.done", BOTH, "a.2026.csv") == "a.2026.csv.done"
    assert name_filed_sidecar("a.csv.sha256", BOTH, "a.csv") == "a.csv.sha256"
    assert name_filed_sidecar("of an earlier config", BOTH, "a.csv") == "a.csv.sidecar"
    assert len(name_filed_sidecar("a.done", BOTH, "é" * 124 + ".csv").encode()) <= 255


def test_a_checksum_is_found_in_what_sha256sum_writes():
    sum_ = hashlib.sha256(b"x").hexdigest()
    assert check_checksum(f"{sum_.upper()} *a.csv\n".encode(), sum_) is None
    assert check_checksum(f"SHA256 (a.csv) = {sum_}".encode(), sum_) is None


def test_a_checksum_of_something_else_or_none_is_told_apart():
    sum_ = hashlib.sha256(b"x").hexdigest()
    assert check_checksum(hashlib.sha256(b"y").hexdigest().encode(), sum_).code == "checksum_mismatch"
    assert check_checksum(b"\xff", sum_).code == "checksum_unreadable"
    assert check_checksum((sum_ + "0").encode(), sum_).code == "checksum_unreadable"


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["", "newline", "blank"])
def test_a_trailer_is_taken_off_however_the_text_is_cut_up(size, newline, end):
    body = "".join(f"row {number}{newline}" for number in range(1000))
    text = f"{body}END;3{ {'': '', 'newline': newline, 'blank': newline * 2}[end] }"
    tail = Tail("END;([0-9]+)")
    assert "".join(tail.cut(text[at : at + size] for at in range(0, len(text), size))) == body
    assert tail.found[1] == "3"


@pytest.mark.parametrize("text", ["", "END;3 and more\n", "END;3\nrow\n", "END;3" + " " * TRAILER_CHARACTERS])
def test_a_text_without_its_trailer_stays_as_it_is(text):
    tail = Tail("END;[0-9]+")
    assert "".join(tail.cut(iter([text]))) == text
    assert tail.found is None


def test_a_trailer_with_the_right_count_lets_the_orders_go():
    content = write_csv(make_order("A-1", lines=2), make_order("A-2"))
    judged = read(content + b"END;3\r\n", trailer="END;([0-9]+)")
    assert [type(found) for found in judged] == [Order, Order]
    judged = read(content + b"END;2", trailer="END;([0-9]+)", trailer_counts="orders")
    assert [type(found) for found in judged] == [Order, Order]


def test_a_trailer_may_count_nothing():
    assert find_damage(write_csv(make_order("A-1")) + b"THE END\r\n", trailer="THE END") is None


@pytest.mark.parametrize("said", [b"END;2", b"END;4", b"END;x"])
def test_a_trailer_with_another_count_refuses_the_file(said):
    content = write_csv(make_order("A-1", lines=2), make_order("A-2")) + said
    assert find_damage(content, trailer="END;(.*)") == "trailer_count"


def test_every_cut_of_a_file_with_a_trailer_is_refused():
    whole = write_ndjson(make_order("A-1"), make_order("A-2")) + b"END;12\n"
    for size in range(len(whole) - 1):
        assert find_damage(whole[:size], "a.ndjson", trailer="END;([0-9]+)") is not None, size


def test_json_proves_its_own_end_and_needs_no_trailer():
    assert find_damage(write_json(make_order("A-1")), "a.json", trailer="END") is None


def test_too_few_rows_refuse_the_file():
    content = write_csv(make_order("A-1", lines=2))
    assert find_damage(content, min_rows=2) is None
    assert find_damage(content, min_rows=3) == "too_few_rows"
    assert find_damage(content.splitlines(keepends=True)[0], min_rows=1) == "too_few_rows"


def test_without_orders_and_without_a_least_number_there_is_a_notice():
    assert isinstance(read(b"[]", "a.json")[-1], Notice)


@pytest.mark.parametrize(("name", "write"), [("a.csv", write_csv), ("a.ndjson", write_ndjson)])
def test_a_mended_rejected_file_needs_neither_trailer_nor_rows(name, write):
    reading = Reading(checker=CHECKER, evidence=Evidence(trailer="END;([0-9]+)", min_rows=2))
    content = write(make_order("A-1"), make_order("A-2", qty=0)) + b"END;2\n"
    record = 3 if name == "a.csv" else 2
    rejected = b"".join(build_rejected([content], name, reading, iter([((record,), "Qty is 0")])))
    assert b"END" not in rejected
    mended = re.sub(rb'(A thing,|"Qty": )0', rb"\g<1>1", rejected)
    assert [type(found) for found in judge([mended], name, reading)] == [Order]


def test_what_no_evidence_asks_for_is_no_problem():
    assert check_end(Evidence(), None, rows=0, orders=0) is None
