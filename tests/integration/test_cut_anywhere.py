"""Files cut at every byte give no order that the whole file has not; one list of orders is one, however written.

A table that is cut just behind the end of a row is a good file of fewer rows: nothing in it can tell. Then an
order may lack its last lines, and only there, if the layout does not close orders itself. What a sender can do
about that is evidence (docs/complete-files.md): with a trailer that counts rows, a cut gives nothing at all.
"""

import csv
import io
import json
import os
import re
from itertools import product

import pytest
from support.mappings import CHECKER, SAMPLES, compile_preset, judge_by
from support.orders import make_order, write_csv, write_json, write_ndjson

from syncd.core.evidence import Evidence
from syncd.core.intake import Reading, judge
from syncd.core.model import Damaged, Order

STEP = int(os.environ.get("SYNCD_CUT_STEP", "7"))
"""Bytes between two cuts of a sample, besides both sides of each line end; 1 cuts at every byte."""
FILES = sorted(path for path in SAMPLES.iterdir() if not path.name.endswith(".expected.json"))
ROWS_ALONE = {"amazon_new_orders.txt", "excel_bestellungen.csv", "shopify_orders_export.csv"}
"""The samples whose layout has nothing behind an order's last row."""
LIST = [make_order(f"C-{number}", lines=1 + number % 3, ChannelBuyerName="Jörg Größe, €-Käufer") for number in range(6)]
SHORT_LIST = LIST[:3]
cuts_made: dict[str, int] = {}


def list_sent(judged):
    """Return what would be sent: nothing of a damaged file."""
    judged = list(judged)
    if any(isinstance(each, Damaged) for each in judged):
        return []
    return [(each.reference, each.body) for each in judged if isinstance(each, Order)]


def read_plainly(data, name="a.csv", **settings):
    return list(judge([data], name, Reading(checker=CHECKER, **settings)))


def list_ends(data, step):
    """Return where to cut: every so many bytes, and before and behind each line end."""
    beside = {at for end in re.finditer(rb"\r\n|\n|\r", data) for at in range(end.start(), end.end() + 1)}
    return sorted(beside.union(range(0, len(data), step)) - {len(data)})


def find_strangers(data, read, step=1):
    """Cut data everywhere; return how many cuts there were, and of each that gives strange orders its end and them."""
    whole = list_sent(read(data))
    assert whole
    ends = list_ends(data, step)
    strange = {end: [order for order in list_sent(read(data[:end])) if order not in whole] for end in ends}
    return len(ends), {end: orders for end, orders in strange.items() if orders}


def check_shortened(data, read, strange):
    """Each cut stands behind a row and gives one strange order, which lacks nothing but its last lines."""
    whole = {reference: json.loads(body) for reference, body in list_sent(read(data))}
    for end, orders in strange.items():
        ((reference, body),) = orders
        assert data[:end].endswith((b"\n", b"\r"))
        items, all_items = json.loads(body)["OrderItems"], whole[reference]["OrderItems"]
        assert items == all_items[: len(items)] != all_items


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_cut_sample_gives_no_order_that_the_whole_one_has_not(path):
    mapping, data = compile_preset(path.stem), path.read_bytes()

    def read(part):
        return judge_by(mapping, part, path.name, CHECKER)

    cuts, strange = find_strangers(data, read, STEP)
    cuts_made[path.name] = cuts
    print(f"{path.name}: {cuts} cuts of {len(data)} bytes; {len(strange)} shortened at the end of a row")
    if path.name in ROWS_ALONE:
        check_shortened(data, read, strange)
    else:
        assert strange == {}


def test_every_sample_was_cut():
    if len(cuts_made) < len(FILES):
        pytest.skip("not every sample was cut")
    print(f"{sum(cuts_made.values())} cuts of {len(FILES)} samples")
    assert min(cuts_made.values()) > 1


def test_a_cut_table_of_the_usual_layout_lacks_at_most_the_last_lines_of_its_last_order():
    data = write_csv(*SHORT_LIST)
    cuts, strange = find_strangers(data, read_plainly)
    print(f"{cuts} cuts; {len(strange)} shortened at the end of a row")
    check_shortened(data, read_plainly, strange)


def test_with_a_trailer_no_cut_gives_anything():
    rows = write_csv(*SHORT_LIST)
    data = rows + b"TRAILER;%d\r\n" % (rows.count(b"\n") - 1)

    def read(part):
        return read_plainly(part, evidence=Evidence(trailer=re.compile(r"TRAILER;(?P<rows>\d+)")))

    assert len(list_sent(read(data))) == len(SHORT_LIST)
    assert [end for end in range(len(data) - len("\r\n")) if list_sent(read(data[:end]))] == []


@pytest.mark.parametrize(("name", "write"), [("a.json", write_json), ("a.ndjson", write_ndjson)])
def test_cut_json_gives_no_order_that_the_whole_one_has_not(name, write):
    _, strange = find_strangers(write(*SHORT_LIST), lambda part: read_plainly(part, name))
    assert strange == {}


ENCODINGS = {
    "UTF-8": ("utf-8", b"", "utf-8"),
    "UTF-8 with BOM": ("utf-8", b"\xef\xbb\xbf", "utf-8"),
    "UTF-16 LE with BOM": ("utf-16-le", b"\xff\xfe", "utf-8"),
    "UTF-16 BE with BOM": ("utf-16-be", b"\xfe\xff", "utf-8"),
    "cp1252, declared": ("cp1252", b"", "cp1252"),
}
NEWLINES = {"LF": "\n", "CRLF": "\r\n"}
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def write_golden(encoding, bom, newline, delimiter):
    """Return the list as a table in this guise."""
    text = io.StringIO()
    rows = csv.reader(io.StringIO(write_csv(*LIST).decode(), newline=""))
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return bom + text.getvalue().encode(encoding)


@pytest.mark.parametrize(("encoding", "newline", "delimiter"), list(product(ENCODINGS, NEWLINES, DELIMITERS)), ids=str)
def test_one_list_of_orders_has_the_same_hashes_in_every_guise(encoding, newline, delimiter):
    golden = [each.payload_hash for each in read_plainly(write_json(*LIST), "a.json")]
    assert len(golden) == len(LIST)
    codec, bom, declared = ENCODINGS[encoding]
    data = write_golden(codec, bom, NEWLINES[newline], DELIMITERS[delimiter])
    assert [each.payload_hash for each in read_plainly(data, encoding=declared)] == golden
