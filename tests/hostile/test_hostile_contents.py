"""Bombs: small or large files that try to take the parser, the memory or the neighbours down."""

import time
import tracemalloc
from pathlib import Path

import pytest
from support.house import open_house
from support.orders import make_order, write_csv, write_json, write_ndjson
from support.watch import running, until

HEADER, ROW = write_csv(make_order("A-1")).splitlines(keepends=True)
ORDER = write_json(make_order("A-1"))
MANY = 1_000_000

BOMBS = {
    "depth.json": b"[" * MANY,
    "depth of objects.json": b'{"a":' * MANY,
    "depth in an order.json": ORDER.replace(b'"EUR"', b"[" * MANY + b"]" * MANY),
    "digits.json": ORDER.replace(b"19.9", b"9" * MANY),
    "exponent.json": ORDER.replace(b"19.9", b"1e999999999"),
    "tiny exponent.json": ORDER.replace(b"19.9", b"1e-999999999"),
    "digits.csv": HEADER + ROW.replace(b"19.9", b"9" * MANY),
    "exponent.csv": HEADER + ROW.replace(b"19.9", b"1e999999999"),
    "columns.csv": b"," * MANY + b"\n",
    "named columns.csv": b",".join(b"c%d" % number for number in range(MANY // 10)) + b"\n",
    "cells.csv": HEADER + b"," * MANY + b"\n",
    "one huge cell.csv": HEADER + b"x" * 5 * MANY + b"\n",
    "one huge quoted cell.csv": HEADER + b'"' + b"x" * 5 * MANY + b'"\n',
    "endless quote.csv": b'"' + ROW * 10_000,
    "endless quote in a row.csv": HEADER + b'"' + ROW * 10_000,
    "quotes.csv": HEADER + b'"' * (5 * MANY + 1),
    "one line.csv": b"x" * 5 * MANY,
    "no line end.ndjson": b"{" + b" " * 5 * MANY,
    "huge string.json": b'["' + b"a" * 5 * MANY,
    "escapes.json": b'["' + b"\\u0000" * MANY + b'"]',
    "keys.json": b"{" + b",".join(b'"k%d":0' % number for number in range(MANY // 10)) + b"}",
    "same key.json": b"{" + b'"a":0,' * (MANY // 10) + b'"a":0}',
    "orders in orders.json": b'{"orders":' * 1000,
    "zeros.csv": b"\x00" * 5 * MANY,
    "zeros.json": b"\x00" * 5 * MANY,
    "bad bytes.csv": b"\xff\xfe" + b"\x00\xd8" * MANY,
    "marks.csv": b"\xef\xbb\xbf" * MANY,
    "sep.csv": b"sep=" * MANY,
}

WIDE = b"".join(line.strip() + b"," * 900 + b"\r\n" for line in (HEADER, ROW.replace(b"A-1", b"W-1")))
LARGE_BUT_GOOD = {
    "blanks.csv": (HEADER + b"\r\n" * MANY, []),
    "commas.csv": (HEADER + b",,,\n" * MANY, []),
    "one order of many items.json": (write_json(make_order("A-1", lines=8000)), [("A-1", "accepted")]),
    "wide.csv": (
        HEADER.strip() + b"," * 900 + b"\r\n" + ROW.strip().replace(b"A-1", b"W-1") + b"," * 900 + b"\r\n",
        [("W-1", "accepted")],
    ),
}


@pytest.fixture
async def house(tmp_path):
    async with open_house(tmp_path) as house:
        yield house


def read_peak_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_refused_with_a_clear_code_and_its_neighbour_goes(house, name):
    house.drop(name, BOMBS[name])
    house.drop("good.json", write_json(make_order("G")))
    before, begun_at = read_peak_mb(), time.monotonic()
    async with running(house):
        await until(lambda: house.names("done") == ["good.json"])
        await until((house.root / "failed" / f"{name}.report.json").exists, seconds=60)
    assert time.monotonic() - begun_at < 20
    assert read_peak_mb() - before < 120
    report = house.report(name)
    errors = report["errors"] + [error for order in report["orders"] for error in order["errors"]]
    assert errors
    assert all(error["code"] != "internal" for error in errors)
    assert (house.root / "failed" / f"{name}.report.json").stat().st_size < 200_000
    assert list(house.sandbox.orders) == ["G"]


async def test_large_but_good_files_are_done(house):
    for name, (content, _) in LARGE_BUT_GOOD.items():
        house.drop(name, content)
    await house.settle()
    assert {name: house.outcomes(name) for name in house.names("done")} == {
        name: outcomes for name, (_, outcomes) in LARGE_BUT_GOOD.items()
    }


async def test_a_file_without_end_is_refused_by_its_size_before_it_is_read(house):
    house.drop("big.csv", HEADER)
    with (house.root / "inbox/big.csv").open("ab") as file:
        file.truncate(100 * MANY)  # a sparse file takes no room
    await house.settle("    limits: {file_bytes: 100}\n")
    assert [error["code"] for error in house.report("big.csv")["errors"]] == ["file_too_big"]


async def test_memory_stays_flat_however_many_orders_a_file_has(house):
    """Twice the orders, hardly more memory."""
    tracemalloc.start()
    try:
        peaks = []
        for count in (700, 1400):
            order = make_order("A", Currency="XXX")
            house.drop(f"{count}.ndjson", write_ndjson(*({**order, "ReferenceNumber": f"A-{n}"} for n in range(count))))
            tracemalloc.reset_peak()
            base = tracemalloc.get_traced_memory()[0]
            await house.settle()
            peaks.append((tracemalloc.get_traced_memory()[1] - base) / 1e6)
            assert house.report(f"{count}.ndjson")["totals"]["invalid"] == count
    finally:
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 3, peaks
