"""Names: what is left alone, what companions are called, and how 255 bytes are kept."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncd.core.names import (
    LONGEST_NAME,
    folder_name,
    html_report_name,
    is_left_alone,
    matches,
    numbered_claim,
    rejected_name,
    report_name,
    show_name,
    split_stem,
    suffixed_name,
)

AT = datetime(2026, 1, 15, 10, 0, 0, 999_999, tzinfo=UTC)
SHA256 = "1a2b3c4d" + 56 * "0"


def count_bytes(name: str) -> int:
    return len(name.encode("utf-8", "surrogateescape"))


def mark_of(full: str) -> str:
    return "~" + hashlib.sha256(full.encode("utf-8", "surrogateescape")).hexdigest()[:8]


@pytest.mark.parametrize(
    "name",
    [
        ".orders.csv",
        ".",
        "~$orders.csv",
        "orders.csv.tmp",
        "orders.part",
        "orders.csv.Partial",
        "orders.csv.filepart",
        "orders.crdownload",
        "orders.SWP",
        "orders.TMP",
        "orders.csv~",
        ".in.orders.csv",
        "orders\n.tmp",
    ],
)
def test_names_under_way_are_left_alone(name):
    assert is_left_alone(name)


@pytest.mark.parametrize("name", ["orders.csv", "~orders.csv", "tmp", "part.csv", "a.tmp.csv", "~.csv", "\udce9.csv"])
def test_other_names_are_not_left_alone(name):
    assert not is_left_alone(name)


def test_patterns_match_in_any_case():
    assert matches("Orders.CSV", ("*.json", "*.csv"))
    assert matches("orders.csv", ("ORDERS.*",))
    assert matches("caf\udce9\n.csv", ("*.csv",))
    assert not matches("orders.csv.gz", ("*.csv",))
    assert not matches("orders.csv", ())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("orders.csv", "orders.csv"),
        ("Bestellung Köln 🛒.csv", "Bestellung Köln 🛒.csv"),
        ("caf\udce9.csv", r"caf\xe9.csv"),
        ("a\nb\x1b[31m\x7f", r"a\x0ab\x1b[31m\x7f"),
        ("a\x85b", r"a\u0085b"),
        ("a\u202egpj.csv", r"a\u202egpj.csv"),
        ("a\u200bb\ufeffc", r"a\u200bb\ufeffc"),
        ("a\u2028b\u00a0c", r"a\u2028b\u00a0c"),
        ("a\U000e0041b\ufe0fc\u3164", r"a\U000e0041b\ufe0fc\u3164"),
    ],
)
def test_a_shown_name_is_one_line_that_hides_nothing(name, shown):
    assert show_name(name) == shown


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("orders.csv", ("orders", ".csv")),
        ("orders.2026.CSV", ("orders.2026", ".CSV")),
        ("orders", ("orders", "")),
        (".csv", (".csv", "")),
        ("orders.", ("orders", ".")),
    ],
)
def test_the_ending_is_what_follows_the_last_dot(name, parts):
    assert split_stem(name) == parts


def test_companions_are_named_after_the_file():
    assert report_name("orders.csv") == "orders.csv.report.json"
    assert html_report_name("orders.csv") == "orders.csv.report.html"
    assert rejected_name("orders.csv") == "orders.rejected.csv"
    assert rejected_name("orders") == "orders.rejected"


def test_a_taken_name_gets_the_time_in_utc_and_the_head_of_the_sha256():
    berlin = timezone(timedelta(hours=1))
    assert suffixed_name("orders.csv", AT, SHA256) == "orders.20260115T100000Z-1a2b3c4d.csv"
    assert suffixed_name("orders.csv", AT.astimezone(berlin), SHA256) == "orders.20260115T100000Z-1a2b3c4d.csv"
    assert suffixed_name("orders", AT, SHA256) == "orders.20260115T100000Z-1a2b3c4d"


def test_a_name_of_just_255_bytes_is_not_cut():
    name = "a" * (255 - len(".csv.report.json")) + ".csv"
    assert report_name(name) == name + ".report.json"
    assert count_bytes(report_name(name)) == LONGEST_NAME


def test_a_stem_is_cut_and_marked_where_the_name_grows_over_255_bytes():
    name = "a" * 251 + ".csv"
    report, rejected, suffixed = report_name(name), rejected_name(name), suffixed_name(name, AT, SHA256)
    assert report == "a" * 230 + mark_of(name + ".report.json") + ".csv.report.json"
    assert rejected == "a" * 233 + mark_of("a" * 251 + ".rejected.csv") + ".rejected.csv"
    assert suffixed.endswith(".20260115T100000Z-1a2b3c4d.csv")
    assert {count_bytes(report), count_bytes(rejected), count_bytes(suffixed)} == {255}


def test_a_stem_is_cut_between_characters():
    name = "é" * 125 + ".csv"
    report = report_name(name)
    assert report == "é" * 115 + mark_of(name + ".report.json") + ".csv.report.json"
    assert count_bytes(report) == 255
    assert report_name("x" + name).startswith("x" + "é" * 114 + "~")
    assert count_bytes(report_name("x" + name)) == 254


def test_an_ending_that_fills_the_whole_name_is_cut_like_a_stem():
    name = "a." + "b" * 253
    assert report_name(name) == "a." + "b" * 232 + mark_of(name + ".report.json") + ".report.json"
    assert rejected_name(name).endswith(".rejected")
    assert count_bytes(rejected_name(name)) == LONGEST_NAME


names = (
    st.binary(min_size=1, max_size=255)
    .map(lambda raw: raw.replace(b"/", b"-").replace(b"\0", b"0"))
    .map(lambda raw: raw.decode("utf-8", "surrogateescape"))
    .filter(lambda name: not is_left_alone(name))
)


@settings(deadline=None, max_examples=200)
@given(names | st.text("aé🛒.\udce9", min_size=60, max_size=63).filter(lambda name: not is_left_alone(name)))
@example("🛒" * 62 + ".csv")
def test_every_companion_of_every_name_fits_and_is_still_the_same_kind_of_bytes(name):
    filed = suffixed_name(name, AT, SHA256)
    for companion in (
        filed,
        report_name(name),
        report_name(filed),
        rejected_name(name),
        rejected_name(filed),
    ):
        raw = companion.encode("utf-8", "surrogateescape")
        assert len(raw) <= LONGEST_NAME
        assert raw.decode("utf-8", "surrogateescape") == companion
    assert report_name(name).endswith(".report.json")
    assert show_name(name).isprintable()


# Claims


@pytest.mark.parametrize(
    ("claim_id", "folder"),
    [
        ("20260115T100000123456-0a1b2c3d", "20260115T100000123456-0a1b2c3d"),
        ("20260115T100000123456-0a1b2c3d.07", "20260115T100000123456-0a1b2c3d"),
        ("made by.hand.20260115T100000123456-0a1b2c3d", "made by.hand"),
        (".hidden", ".hidden"),
    ],
)
def test_a_claim_stands_in_the_folder_before_its_last_dot(claim_id, folder):
    assert folder_name(claim_id) == folder


def test_the_claims_of_a_batch_share_a_folder_and_sort_as_they_came():
    claim_ids = [numbered_claim("20260115T100000123456-0a1b2c3d", number) for number in range(16)]
    assert {folder_name(claim_id) for claim_id in claim_ids} == {"20260115T100000123456-0a1b2c3d"}
    assert sorted(claim_ids) == claim_ids
    assert claim_ids[7] == "20260115T100000123456-0a1b2c3d.07"
