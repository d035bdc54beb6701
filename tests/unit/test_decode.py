"""Bytes into text: byte order marks, declared encodings, and bad bytes named with their place."""

import codecs

import pytest

from syncd.core.decode import Text, open_text
from syncd.core.model import FileDamagedError, Problem


def decode(data: bytes, encoding: str = "utf-8", size: int = 1) -> tuple[str, Text]:
    text = open_text((data[at : at + size] for at in range(0, len(data), size)), encoding)
    return "".join(text.chunks), text


def refuse(data: bytes, encoding: str = "utf-8", size: int = 1) -> Problem:
    with pytest.raises(FileDamagedError) as caught:
        decode(data, encoding, size)
    assert caught.value.problem.code == "encoding"
    return caught.value.problem


@pytest.mark.parametrize("declared", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "UTF8"])
@pytest.mark.parametrize(
    ("bom", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_wins_over_any_declared_unicode_encoding(declared, bom, encoding):
    content, text = decode(bom + "Größe €😀".encode(encoding), declared)
    assert content == "Größe €😀"
    assert (text.bom, text.encoding) == (bom, encoding)


def test_without_a_mark_the_declared_encoding_is_taken():
    assert decode("Größe".encode(), "utf-8-sig")[1].encoding == "utf-8"
    assert decode("Größe".encode("utf-16-le"), "utf-16-le")[0] == "Größe"
    content, text = decode("Größe €".encode("cp1252"), "windows-1252")
    assert (content, text.encoding, text.bom) == ("Größe €", "cp1252", b"")


def test_a_mark_does_not_win_over_another_declared_encoding():
    assert decode(codecs.BOM_UTF8 + b"a", "latin-1")[0] == "ï»¿a"


def test_an_empty_file_is_empty_text_in_any_encoding():
    for encoding in ("utf-8", "utf-16", "cp1252"):
        assert decode(b"", encoding)[0] == ""
    assert decode(codecs.BOM_UTF8)[0] == ""
    assert "".join(open_text([b"", b"a", b""], "utf-8").chunks) == "a"


def test_an_unknown_encoding_is_the_callers_mistake():
    with pytest.raises(LookupError):
        open_text([b"a"], "utf-9")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(
    ("data", "offset", "line"),
    [
        (b"a\nb\xe4c", 3, 2),
        (b"a\r\nb\r\n\xff", 6, 3),
        (b"a\rb\r\xe2\x82A", 4, 3),
        (codecs.BOM_UTF8 + b"\n\xe4x", 4, 2),
        (b"\xed\xa0\x80", 0, 1),
        (codecs.BOM_UTF16_LE + "a\n".encode("utf-16-le") + b"\x00\xdc", 6, 2),
    ],
)
def test_a_bad_byte_is_named_with_its_offset_line_and_cure(data, offset, line, size):
    problem = refuse(data, size=size)
    assert problem.line == line
    assert f"in line {line} (byte offset {offset}, counting from 0)" in problem.message
    assert "`encoding: cp1252`" in problem.message


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_file_cut_inside_a_character_says_so(size):
    problem = refuse("a\n€".encode()[:-1], size=size)
    assert "ends in line 2 in the middle of a character (byte offset 2" in problem.message


def test_a_byte_the_declared_encoding_does_not_have_is_refused():
    assert "Byte 0x81 in line 1" in refuse(b"a\x81", "cp1252").message
    assert "no SHIFT_JIS text" in refuse("注文".encode("shift_jis") + b"\x85\xff", "shift_jis").message


def test_text_before_the_bad_byte_is_handed_on_first():
    text = open_text([b"one\ntwo\xff"], "utf-8")
    assert next(text.chunks) == "one\ntwo"
    with pytest.raises(FileDamagedError):
        next(text.chunks)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-be"])
def test_utf_16_without_its_mark_is_recognised_by_its_zero_bytes(encoding):
    for declared in ("utf-8", "cp1252"):
        assert "looks like UTF-16 without its byte order mark" in refuse("ab".encode(encoding), declared).message


def test_declared_utf_16_needs_its_mark():
    problem = refuse("ab".encode("utf-16-le"), "utf-16")
    assert "declare `encoding: utf-16-le`" in problem.message
