"""The rejected file of every mapped layout: what failed, with all it needs to be read again once it is mended."""
# ruff: noqa: E501 - a mapping on a line

import pytest
from support.mappings import CHECKER, OPEN, SAMPLES, compile_preset, compile_text, judge_by

from syncd.core.intake import Reading
from syncd.core.mapping import Mapping
from syncd.core.model import Invalid, Order
from syncd.core.rejected import build_rejected, spread_problems


def reject(mapping: Mapping, content: bytes, checker=OPEN) -> bytes:
    """Return the rejected file of what is invalid in a file."""
    failed = [
        (each.records, spread_problems(each.lines, each.problems, show_values=True))
        for each in judge_by(mapping, content, checker=checker)
        if isinstance(each, Invalid)
    ]
    chunks = [content[at : at + 50] for at in range(0, len(content), 50)]
    return b"".join(build_rejected(chunks, "file", Reading(checker=checker, mapping=mapping), iter(failed)))


@pytest.mark.parametrize(
    ("file", "encoding", "good", "bad", "around"),
    [
        ("shopify_orders_export.csv", "utf-8", ',4,"Crochet', ',four,"Crochet', "Name,"),
        ("amazon_new_orders.txt", "cp1252", "\t6\tEUR", "\tsix\tEUR", "order-id\t"),
        ("excel_bestellungen.csv", "cp1252", ";10;7,50 €", ";zehn;7,50 €", "sep=;"),
        ("sap_sd_auftraege.csv", "utf-8", ";12,000;ST;29,33", ";zwölf;ST;29,33", "A;PRD100"),
        ("marktplatz_orders.ndjson", "utf-8", '"qty":6', '"qty":"six"', "{"),
        ("webshop_orders.json", "utf-8", '"quantity": 3', '"quantity": "three"', '{"orders": ['),
    ],
)
def test_mended_and_dropped_again_it_sends_just_what_was_missing(file, encoding, good, bad, around):
    mapping = compile_preset(file.partition(".")[0])
    text = (SAMPLES / file).read_bytes().decode(encoding)
    whole = {
        each.reference: each.body
        for each in judge_by(mapping, text.encode(encoding), file, CHECKER)
        if isinstance(each, Order)
    }
    spoilt = text.replace(good, bad, 1).encode(encoding)
    (failed,) = (each for each in judge_by(mapping, spoilt, file, CHECKER) if isinstance(each, Invalid))

    rejected = reject(mapping, spoilt, CHECKER)
    assert rejected.decode(encoding).startswith(around)
    again = judge_by(mapping, rejected, file, CHECKER)
    assert [(type(each), each.reference, [p.code for p in each.problems]) for each in again] == [
        (Invalid, failed.reference, [p.code for p in failed.problems])
    ]
    assert reject(mapping, rejected, CHECKER) == rejected  # the same again, not longer and longer

    (mended,) = judge_by(mapping, rejected.decode(encoding).replace(bad, good, 1).encode(encoding), file, CHECKER)
    assert (mended.reference, mended.body) == (failed.reference, whole[failed.reference])


RECORDS = compile_text(
    """\
version: 1
read: {delimiter: semicolon}
records:
  type: 2
  kinds: {A: {is: file, columns: [x, job]}, H: {is: order, header: HH}, P: {columns: [x, sku, qty]}, N: {is: ignore}, E: {is: trailer, counts: H}}
order: {ReferenceNumber: no}
items: {from: P, fields: {SKU: sku, Qty: qty}}
"""
)


def test_records_keep_what_stands_before_them_and_are_counted_anew():
    content = b"x;A;J1\nx;N;z\nx;HH;no\nx;H;R1\nx;P;S;1\nx;N;y\nx;H;R2\nx;P;=S;bad\nx;N;z\nx;H;R3\n3;E\n".replace(
        b"3;E", b"3;E"
    )
    assert [type(each) for each in judge_by(RECORDS, content)] == [Order, Invalid, Order]
    assert reject(RECORDS, content).decode() == (
        "x;A;J1\nx;N;z\nx;HH;no\nx;H;R2;_error: \n"
        "x;P;'=S;bad;\"_error: P.sku is =S; a spreadsheet's formula or error came instead of a value: "
        'write the value itself; P.qty is bad; it must be a whole number such as 2"\n1;E\n'
    )


def test_joined_tables_keep_their_headers():
    mapping = compile_text(
        """\
version: 1
read: {delimiter: comma}
blocks: [{name: heads, contains: [Buyer], key: No}, {name: lines, contains: [Sku], key: No}]
order: {ReferenceNumber: No}
items: {from: lines, fields: {SKU: Sku, Qty: Qty}}
"""
    )
    content = b"No,Buyer\nA,Ann\nB,Bob\nNo,Sku,Qty\nA,S1,x\nB,S2,2\nZ,S3,3\n"
    rejected = reject(mapping, content)
    assert rejected.decode() == (
        "No,Buyer\nA,Ann,_error: \nNo,Sku,Qty\nA,S1,x,_error: Qty is x; it must be a whole number such as 2\n"
        "Z,S3,3,_error: No is Z; no order before has this key\n"
    )
    assert [type(each) for each in judge_by(mapping, rejected.replace(b",x,", b",1,").replace(b"Z,S3", b"A,S3"))] == [
        Order
    ]


def test_a_file_without_header_has_its_error_in_a_last_cell():
    mapping = compile_text(
        "version: 1\nread: {delimiter: comma, header: none, quoting: none}\norder: {ReferenceNumber: '1', Qty: '2'}\n"
    )
    rejected = reject(mapping, b"A,1\n+B,x\n")
    assert rejected == b"'+B,x,_error: 2 is x; it must be a whole number such as 2\n"
    (order,) = judge_by(mapping, rejected.replace(b",x,", b",5,"))
    assert order.reference == "+B"


def test_a_row_with_another_number_of_cells_stays_refused_until_it_is_mended():
    mapping = compile_text("version: 1\nread: {delimiter: comma, header: {row: 2}}\norder: {ReferenceNumber: No}\n")
    rejected = reject(mapping, "\ufeffExport\nNo,Town,,\nA\nB,x,y\nC,x,,\n".encode())
    cure = ": mend the row, and in a rejected file take out what stands behind _error"
    assert rejected.decode() == (
        "\ufeffExport\nNo,Town,_error\n"
        f'A,,"Line 3 has 1 cell, the header has 2{cure}",\n'
        f'B,x,"Line 4 has 3 cells, the header has 2{cure}",y\n'
    )
    assert [type(each) for each in judge_by(mapping, rejected)] == [Invalid, Invalid]
    assert [type(each) for each in judge_by(mapping, rejected.replace(b",\n", b"\n").replace(b",y", b""))] == [
        Order,
        Order,
    ]


def test_what_is_wrapped_in_keys_stays_so():
    mapping = compile_text(
        "version: 1\nread: {format: json}\norders: data.list\norder: {ReferenceNumber: no, Qty: {path: q, number: true}}\n"
    )
    rejected = reject(mapping, b'{"data": {"list": [{"no": "A", "q": "x"}, {"no": "B"}]}}')
    assert rejected.startswith(b'{"data": {"list": [\n{"no": "A", "q": "x", "_error": "')
    assert [type(each) for each in judge_by(mapping, rejected.replace(b'"x"', b"1"))] == [Order]
