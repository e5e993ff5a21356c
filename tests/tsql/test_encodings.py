"""Client encodings, against what PostgreSQL 15 says of the same bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from tsql.encodings import decode_utf8, encoding


@pytest.mark.parametrize(
    ("name", "text", "raw"),
    [
        ("UTF8", "äöü€😀", "äöü€😀".encode()),
        ("SQL_ASCII", "ä", b"\xc3\xa4"),
        ("LATIN1", "ä", b"\xe4"),
        ("LATIN9", "€", b"\xa4"),
        ("WIN1252", "€", b"\x80"),
        ("SJIS", "日本", b"\x93\xfa\x96{"),
        ("EUC_JP", "日本", b"\xc6\xfc\xcb\xdc"),
        ("KOI8R", "да", b"\xc4\xc1"),
        ("BIG5", "中", b"\xa4\xa4"),
    ],
)
def test_there_and_back(name: str, text: str, raw: bytes) -> None:
    assert encoding(name).encode(text) == raw
    assert encoding(name).decode(raw) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"a\xff", "0xff"),
        (b"\xe2\x28\xa1'", "0xe2 0x28 0xa1"),
        (b"\xe2\x82", "0xe2 0x82"),
        (b"\xed\xa0\x80", "0xed 0xa0 0x80"),
        (b"\xc0\x80", "0xc0 0x80"),
        (b"\xf5\x80\x80\x80", "0xf5 0x80 0x80 0x80"),
        (b"a\0b", "0x00"),
    ],
)
def test_invalid_utf8_shows_the_character(raw: bytes, shown: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        decode_utf8(raw)
    assert caught.value.sqlstate == "22021"
    assert caught.value.message == f'invalid byte sequence for encoding "UTF8": {shown}'


def test_a_character_without_equivalent() -> None:
    with pytest.raises(DatabaseError) as caught:
        encoding("LATIN1").encode("a€")
    assert caught.value.sqlstate == "22P05"
    assert caught.value.message == (
        'character with byte sequence 0xe2 0x82 0xac in encoding "UTF8"'
        ' has no equivalent in encoding "LATIN1"'
    )
    assert encoding("LATIN1").encode_lossy("a€") == b"a?"


@given(st.binary())
@pytest.mark.parametrize("name", ["UTF8", "LATIN1", "SJIS", "WIN1252"])
def test_any_bytes_are_text_or_an_error(name: str, raw: bytes) -> None:
    try:
        encoding(name).decode(raw)
    except DatabaseError as error:
        if error.sqlstate not in {"22021", "22P05"}:
            raise
