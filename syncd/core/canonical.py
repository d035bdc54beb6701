"""Canonical JSON: one way to write a payload, so that equal orders have equal bytes and equal hashes.

Sorted keys, no white space, UTF-8, numbers in plain notation without an exponent or trailing zeros.
Refuses floats: money that went through one is no longer what the sender wrote.
"""

import hashlib
from decimal import Decimal
from json.encoder import encode_basestring as write_text
from operator import itemgetter

_take_key = itemgetter(0)


def write_canonical(value: object) -> bytes:
    """Given a payload of dict, list, str, int, Decimal, bool and None, return its canonical JSON.

    Raise TypeError for any other type, ValueError for NaN and infinities.
    """
    return write_canonical_text(value).encode()


def write_canonical_text(value: object) -> str:
    """Given such a payload, return its canonical JSON as text, also of characters that UTF-8 cannot hold."""
    return _write(value)


def hash_payload(body: bytes) -> str:
    """Given canonical JSON, return its sha256 in hex."""
    return hashlib.sha256(body).hexdigest()


def write_number(number: int | Decimal) -> str:
    """Given an exact number, return it in plain notation: 19.90 is "19.9", 2.0 is "2", 1E+2 is "100".

    Raise ValueError for NaN and infinities.
    """
    if isinstance(number, int):
        return str(int(number))
    if not number.is_finite():
        raise ValueError("not a finite number")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _write(value: object) -> str:
    # Nine of ten values are plain texts in an object: they are written without a call for each.
    if isinstance(value, str):
        return write_text(value)
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(
                [
                    f"{write_text(key)}:{write_text(entry) if type(entry) is str else _write(entry)}"
                    for key, entry in sorted(value.items(), key=_take_key)
                ]
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join([_write(entry) for entry in value]) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return write_number(value)
    raise TypeError(f"a payload cannot hold {type(value).__name__}")
