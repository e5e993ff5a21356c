"""Binary forms of values, compared with those recorded from PostgreSQL, and their errors."""

import struct
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tsql.functions.load
import tsql.types.binary.load  # noqa: F401 - registers
from storage.errors import DatabaseError
from tsql.types import oids
from tsql.types.binary.registry import (
    PLAIN,
    TrailingDataError,
    receive_column,
    receive_of,
    send_of,
)
from tsql.types.io import input_of, output_of
from tsql.types.record import Record

GOLDEN = Path(__file__).parents[2] / "golden" / "binary" / "values.tsv"
CASES = [tuple(line.split("\t")) for line in GOLDEN.read_text().splitlines()]


@pytest.mark.parametrize(("oid", "text", "raw"), CASES)
def test_binary_form_is_postgresqls(oid: str, text: str, raw: str) -> None:
    value = input_of(int(oid))(text, -1, PLAIN.env)
    assert send_of(int(oid))(value, PLAIN).hex() == raw
    received = receive_of(int(oid))(bytes.fromhex(raw), PLAIN)
    assert output_of(int(oid))(received, PLAIN.env) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=None))
def test_numeric_round_trip(number: Decimal) -> None:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if not -16383 <= exponent <= 0 or number == 0:
        return
    raw = send_of(oids.NUMERIC)(number, PLAIN)
    assert receive_of(oids.NUMERIC)(raw, PLAIN).as_tuple() == number.as_tuple()


def _numeric(count: int, weight: int, sign: int, scale: int, *digits: int) -> bytes:
    return struct.pack(f"!hhHH{len(digits)}h", count, weight, sign, scale, *digits)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (_numeric(2, 0, 0x4000, 2, 5, 1234), "-5.12"),
        (_numeric(2, 0, 0x4000, 5, 5, 1234), "-5.12340"),
        (_numeric(1, 3, 0, 0, 7), "7000000000000"),
        (_numeric(1, -3, 0, 2, 7), "0.00"),
        (_numeric(2, 1, 0, 3, 0, 5), "5.000"),
        (_numeric(2, 0, 0, 0, 0, 0), "0"),
        (_numeric(0, 0, 0x4000, 0), "0"),
    ],
)
def test_numeric_in_other_than_canonical_form(raw: bytes, text: str) -> None:
    assert output_of(oids.NUMERIC)(receive_of(oids.NUMERIC)(raw, PLAIN), PLAIN.env) == text


def _array(dimensions: int, flags: int, element: int, *rest: int) -> bytes:
    return struct.pack(f"!iiI{len(rest)}i", dimensions, flags, element, *rest)


@pytest.mark.parametrize(
    ("oid", "raw", "sqlstate", "message"),
    [
        (oids.BOOL, b"", "08P01", "no data left in message"),
        (oids.INT2, b"\0", "08P01", "insufficient data left in message"),
        (oids.NAME, b"a" * 64, "42622", "identifier too long"),
        (oids.TEXT, b"\xff", "22021", 'invalid byte sequence for encoding "UTF8": 0xff'),
        (oids.TEXT, b"a\0", "22021", 'invalid byte sequence for encoding "UTF8": 0x00'),
        (oids.UUID, b"a" * 15, "08P01", "insufficient data left in message"),
        (oids.DATE, struct.pack("!i", 2**31 - 2), "22008", "date out of range"),
        (oids.TIME, struct.pack("!q", -1), "22008", "time out of range"),
        (oids.TIMETZ, struct.pack("!qi", 0, 57600), "22009", "time zone displacement out of range"),
        (oids.TIMESTAMP, struct.pack("!q", 2**63 - 2), "22008", "timestamp out of range"),
        (oids.JSONB, b"\2{}", "XX000", "unsupported jsonb version number 2"),
        (
            oids.NUMERIC,
            _numeric(1, 0, 1, 0, 5),
            "22P03",
            'invalid sign in external "numeric" value',
        ),
        (
            oids.NUMERIC,
            _numeric(1, 0, 0, 0, 10000),
            "22P03",
            'invalid digit in external "numeric" value',
        ),
        (
            oids.NUMERIC,
            _numeric(1, 0, 0, 20000, 1),
            "22P03",
            'invalid scale in external "numeric" value',
        ),
        (oids.INT4_ARRAY, _array(-1, 0, 23), "22P03", "invalid number of dimensions: -1"),
        (
            oids.INT4_ARRAY,
            _array(7, 0, 23),
            "54000",
            "number of array dimensions (7) exceeds the maximum allowed (6)",
        ),
        (oids.INT4_ARRAY, _array(1, 2, 23), "22P03", "invalid array flags"),
        (
            oids.INT4_ARRAY,
            _array(1, 0, 25, 1, 1, 4, 5),
            "42804",
            "binary data has array element type 25 (text) instead of expected 23 (integer)",
        ),
        (
            oids.INT4_ARRAY,
            _array(1, 0, 0, 1, 1, 4, 5),
            "42804",
            "binary data has array element type 0 (-) instead of expected 23 (integer)",
        ),
        (
            oids.INT4_ARRAY,
            _array(1, 0, 23, -1, 1),
            "54000",
            "array size exceeds the maximum allowed (134217727)",
        ),
        (
            oids.INT4_ARRAY,
            _array(1, 0, 23, 1, 2**31 - 1, 4, 5),
            "54000",
            "array lower bound is too large: 2147483647",
        ),
        (
            oids.INT4_ARRAY,
            _array(1, 0, 23, 1, 1, 5, 5) + b"1",
            "22P03",
            "improper binary format in array element 1",
        ),
        (oids.INT4_ARRAY, _array(1, 0, 23, 1, 1), "08P01", "insufficient data left in message"),
        (oids.INT4_ARRAY, _array(1, 0, 23, 1, 1, 99), "22P03", "insufficient data left in message"),
        (oids.INT4_ARRAY, _array(1, 0, 23, 1, 1, -2), "22P03", "insufficient data left in message"),
    ],
)
def test_errors_are_postgresqls(oid: int, raw: bytes, sqlstate: str, message: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        receive_of(oid)(raw, PLAIN)
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)


@pytest.mark.parametrize(
    ("oid", "raw"),
    [
        (oids.BOOL, b"\0\1"),
        (oids.INT4, b"\0\0\0\0\1"),
        (oids.UUID, b"a" * 17),
        (oids.INT4_ARRAY, _array(0, 0, 23) + b"x"),
    ],
)
def test_bytes_behind_a_value_are_refused(oid: int, raw: bytes) -> None:
    with pytest.raises(TrailingDataError):
        receive_of(oid)(raw, PLAIN)


def test_an_element_type_that_is_not_builtin_is_taken_as_expected() -> None:
    raw = _array(1, 0, 999_999, 1, 1, 4, 5)
    assert receive_of(oids.INT4_ARRAY)(raw, PLAIN).items == (5,)


def test_records_carry_their_types() -> None:
    inner = Record.of((1, 2), (oids.INT4, oids.INT4))
    record = Record.of((1, "a", None, inner), (oids.INT4, oids.UNKNOWN, oids.UNKNOWN, oids.RECORD))
    inner_raw = struct.pack("!iIiiIii", 2, 23, 4, 1, 23, 4, 2)
    assert send_of(oids.RECORD)(record, PLAIN) == (
        struct.pack("!iIiiIi", 4, 23, 4, 1, 705, 1)
        + b"a"
        + struct.pack("!IiIi", 705, -1, 2249, len(inner_raw))
        + inner_raw
    )
    with pytest.raises(DatabaseError, match="input of anonymous composite types"):
        receive_of(oids.RECORD)(b"", PLAIN)


def test_a_type_without_binary_form_is_undefined() -> None:
    with pytest.raises(DatabaseError) as caught:
        receive_of(oids.ACLITEM)
    assert caught.value.sqlstate == "42883"
    assert caught.value.message == "no binary input function available for type aclitem"


def test_a_column_applies_its_type_modifier() -> None:
    receive = receive_column(oids.VARCHAR, 4 + 3)
    assert receive(b"abc", PLAIN) == "abc"
    with pytest.raises(DatabaseError) as caught:
        receive(b"abcd", PLAIN)
    assert caught.value.sqlstate == "22001"
