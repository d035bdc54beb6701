"""A mapping with faults is refused with each of them, at its key."""

import pytest
from support.mappings import compile_text, list_faults

START = "version: 1\nread: {delimiter: comma}\n"
ORDER = "order: {ReferenceNumber: No}\n"


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        (ORDER + "zone: Europe/Berlni\n", "zone", "Europe/Berlin"),
        ("order: {ReferenceNumber: {text: lower}}\n", "order.ReferenceNumber", "must have one of column"),
        ("order: {ReferenceNumber: {column: A, constant: B}}\n", "order.ReferenceNumber", "not column and constant"),
        (
            "order: {ReferenceNumber: {value: rat}}\nvalues: {rate: {column: A}}\n",
            "order.ReferenceNumber.value",
            "did you mean rate?",
        ),
        (
            "order: {ReferenceNumber: {expression: rate + x}}\nvalues: {rate: {column: A}}\n",
            "order.ReferenceNumber.expression",
            "uses x",
        ),
        ("order: {ReferenceNumber: {expression: '1 +'}}\n", "order.ReferenceNumber.expression", "is no expression"),
        ("order: {ReferenceNumber: {path: 'a['}}\n", "order.ReferenceNumber", "is no path"),
        ("order: {ReferenceNumber: {path: 'a[0].'}}\n", "order.ReferenceNumber", "is no path"),
        (
            "order: {ReferenceNumber: {column: A, text: {extract: '('}}}\n",
            "order.ReferenceNumber.text",
            "no regular expression",
        ),
        (
            "order: {ReferenceNumber: {column: A, text: [{extract: '('}]}}\n",
            "order.ReferenceNumber.text.0",
            "no regular expression",
        ),
        (
            "order: {ReferenceNumber: {column: A, lookup: tabel}}\ntables: {table: {a: b}}\n",
            "order.ReferenceNumber.lookup",
            "did you mean table?",
        ),
        ("order: {ReferenceNumber: {column: A, date: '%d.%m'}}\n", "order.ReferenceNumber.date", "lacks"),
        (
            "order: {ReferenceNumber: {column: A, date: '%d.%m.%Y'}}\n",
            "order.ReferenceNumber.date",
            "without a time of day",
        ),
        (
            "order: {ReferenceNumber: {column: A, date: {zone: Nowhere}}}\n",
            "order.ReferenceNumber.date",
            "none of the IANA",
        ),
        (
            "order: {ReferenceNumber: No, Bill: {otherwise: Shp, fields: {A: B}}, Ship: {A: B}}\n",
            "order.Bill.otherwise",
            "did you mean Ship?",
        ),
        (ORDER + "keep: {paid: {column: A}}\n", "keep.paid", "tests nothing"),
        (
            "order: {PostalServiceCost: {sum: 'price_{n}'}}\nitems: {numbered: true, fields: {SKU: 'sku_{n}'}}\n",
            "order.PostalServiceCost.sum",
            "write the number itself",
        ),
        (ORDER + "items: {fields: {SKU: 'sku_{n}'}}\n", "items.fields.SKU", "only under items: with numbered: true"),
        (ORDER + "keep: {paid: {column: A, matches: '('}}\n", "keep.paid.matches", "no regular expression"),
        (ORDER + "keep: {paid: {all: [{column: A, equals: b}], column: B}}\n", "keep.paid", "keep it alone"),
        (
            ORDER + "items: {cell: {column: A, separator: ';', pattern: '('}, fields: {SKU: a}}\n",
            "items.cell.pattern",
            "no regular expression",
        ),
        (ORDER.replace("No", "no") + "records: {kinds: {H: {columns: [no]}}}\n", "records.kinds", "is: order"),
        (
            ORDER.replace("No", "nr") + "records: {kinds: {H: {is: order, columns: [no]}}}\n",
            "order.ReferenceNumber",
            "known here: no",
        ),
        (
            ORDER.replace("No", "no")
            + "records: {kinds: {H: {is: order, columns: [no]}, E: {is: trailer, counts: X}}}\n",
            "records.kinds.E.counts",
            "not declared",
        ),
    ],
)
def test_each_fault_is_told_at_its_key(text, key, words):
    faults = list_faults(START + text)
    assert any(fault.startswith(f"{key}: ") and words in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("read", "words"),
    [
        ("{header: none}", "needs `delimiter:`"),
        ("{delimiter: comma, columns: [a]}", "for files without a header"),
        ("{delimiter: comma, preamble: {a: {pattern: '('}}}", "no regular expression"),
    ],
)
def test_what_is_wrong_with_reading_is_told(read, words):
    assert any(words in fault for fault in list_faults(f"version: 1\nread: {read}\n{ORDER}"))


def test_all_faults_are_told_at_once():
    faults = list_faults(START + "zone: X/Y\norder: {ReferenceNumber: {value: a}, Town: {value: b}}\n")
    assert len(faults) == 3


def test_a_mapping_says_whether_it_holds_the_rows_of_a_file():
    assert compile_text(START + ORDER + "group: {by: No}\n").holds_file
    assert not compile_text(START + ORDER + "group: {by: No, rows: adjacent}\n").holds_file
    assert not compile_text(START + ORDER).holds_file
