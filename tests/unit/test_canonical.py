import hashlib
from decimal import Decimal

import pytest

from syncd.core.canonical import hash_payload, write_canonical, write_number


def test_keys_are_sorted_and_there_is_no_white_space():
    payload = {"b": [1, {"d": None, "c": True}], "a": False}
    assert write_canonical(payload) == b'{"a":false,"b":[1,{"c":true,"d":null}]}'


def test_text_is_utf_8_and_not_escaped_beyond_what_json_needs():
    assert write_canonical('Grüße "🎁"\n\\\x07') == '"Grüße \\"🎁\\"\\n\\\\\\u0007"'.encode()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-7, "-7"),
        (Decimal("19.90"), "19.9"),
        (Decimal("2.0"), "2"),
        (Decimal(100), "100"),
        (Decimal("1E+2"), "100"),
        (Decimal("1E-7"), "0.0000001"),
        (Decimal("-0.50"), "-0.5"),
        (Decimal("-0.0"), "0"),
        (Decimal("-0"), "0"),
        (Decimal("123456789012345678901234567890.10"), "123456789012345678901234567890.1"),
    ],
)
def test_numbers_are_plain_and_exact(number, text):
    assert write_number(number) == text
    assert write_canonical(number) == text.encode()


def test_numbers_that_are_none_are_refused():
    with pytest.raises(ValueError, match="finite"):
        write_number(Decimal("NaN"))


def test_floats_are_refused():
    with pytest.raises(TypeError, match="float"):
        write_canonical({"Price": 19.9})


def test_the_hash_is_the_sha256_of_the_body():
    assert hash_payload(b"{}") == hashlib.sha256(b"{}").hexdigest()
