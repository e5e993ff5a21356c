"""Data rows and parameters: the compiled encoder against a plain one, formats, errors."""

import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tsql.functions.load  # noqa: F401 - registers the types
from storage.errors import DatabaseError
from storage.types import Array
from tests.pgclient import data_row
from tsql.encodings import UTF8, encoding
from tsql.env import Env
from tsql.types import oids
from tsql.types.binary.registry import Context, send_of
from tsql.types.io import output_of
from wire.pg.frontend import Bind
from wire.pg.parameters import check_format_count, decode_parameters, decoders_of
from wire.pg.rows import row_encoder, spread_formats

CONTEXT = Context(UTF8, Env())
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
VALUES: dict[int, st.SearchStrategy[Any]] = {
    oids.BOOL: st.booleans(),
    oids.INT2: st.integers(-(2**15), 2**15 - 1),
    oids.INT4: st.integers(-(2**31), 2**31 - 1),
    oids.INT8: st.integers(-(2**63), 2**63 - 1),
    oids.OID: st.integers(0, 2**32 - 1),
    oids.FLOAT8: st.floats(),
    oids.NUMERIC: st.decimals(allow_nan=False, allow_infinity=False, places=3),
    oids.TEXT: TEXT,
    oids.VARCHAR: TEXT,
    oids.BYTEA: st.binary(),
    oids.UUID: st.binary(min_size=16, max_size=16),
    oids.DATE: st.integers(-100_000, 100_000),
    oids.TIMESTAMP: st.integers(-(10**15), 10**15),
    oids.JSONB: st.just({"a": [1, None, "x"]}),
    oids.INT4_ARRAY: st.just(Array.of([1, None, 3])),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], list[tuple[Any, ...]]]:
    types = tuple(draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=6)))
    formats = tuple(draw(st.sampled_from([0, 1])) for _ in types)
    row = st.tuples(*(st.none() | VALUES[oid] for oid in types))
    return types, formats, draw(st.lists(row, max_size=4))


def plainly(types: tuple[int, ...], formats: tuple[int, ...], row: tuple[Any, ...]) -> bytes:
    parts = [struct.pack("!H", len(types))]
    for oid, code, value in zip(types, formats, row, strict=True):
        if value is None:
            parts.append(b"\xff\xff\xff\xff")
            continue
        raw = send_of(oid)(value, CONTEXT) if code else output_of(oid)(value, CONTEXT.env).encode()
        parts.append(struct.pack("!i", len(raw)) + raw)
    body = b"".join(parts)
    return b"D" + struct.pack("!i", len(body) + 4) + body


@given(tables())
def test_the_compiled_encoder_does_what_a_plain_one_does(
    table: tuple[tuple[int, ...], tuple[int, ...], list[tuple[Any, ...]]],
) -> None:
    types, formats, rows = table
    encoded = row_encoder(types, formats, "UTF8").encode(rows, CONTEXT)
    assert encoded == b"".join(plainly(types, formats, row) for row in rows)


@pytest.mark.parametrize("length", [4095, 4096, 70_000])
def test_long_values(length: int) -> None:
    encoder = row_encoder((oids.TEXT, oids.BYTEA), (0, 1), "UTF8")
    encoded = encoder.encode([("x" * length, b"y" * length)], CONTEXT)
    assert data_row(encoded[5:], (0, 1)) == ("x" * length, b"y" * length)
    assert struct.unpack_from("!i", encoded, 1)[0] == len(encoded) - 1


def test_the_most_columns_that_a_row_may_have() -> None:
    encoder = row_encoder((oids.INT4,) * 1664, (0,) * 1664, "UTF8")
    assert len(data_row(encoder.encode([(1,) * 1664], CONTEXT)[5:])) == 1664


def test_rows_in_the_clients_encoding() -> None:
    encoder = row_encoder((oids.TEXT, oids.JSONB), (0, 0), "LATIN1")
    assert encoder.encode([("ä", "ö")], Context(encoding("LATIN1"), Env()))[11:12] == b"\xe4"
    with pytest.raises(DatabaseError) as caught:
        encoder.encode([("€", None)], CONTEXT)
    assert caught.value.sqlstate == "22P05"
    assert caught.value.message == (
        'character with byte sequence 0xe2 0x82 0xac in encoding "UTF8"'
        ' has no equivalent in encoding "LATIN1"'
    )


def test_result_formats() -> None:
    assert spread_formats((), 2) == (0, 0)
    assert spread_formats((1,), 2) == (1, 1)
    assert spread_formats((0, 1), 2) == (0, 1)
    with pytest.raises(DatabaseError, match="bind message has 2 result formats but query has 3"):
        spread_formats((0, 1), 3)
    with pytest.raises(DatabaseError, match="unsupported format code: 2"):
        spread_formats((2,), 1)


def decode(
    types: tuple[int, ...],
    values: tuple[bytes | None, ...],
    formats: tuple[int, ...] = (),
    portal: str = "",
) -> tuple[Any, ...]:
    message = Bind(portal, "", formats, values, ())
    return decode_parameters(message, decoders_of(types, formats), CONTEXT)


class TestParameters:
    def test_text_and_binary(self) -> None:
        assert decode(
            (oids.INT4, oids.TEXT, oids.NUMERIC, oids.INT8, oids.BOOL),
            (b"12", "ä".encode(), b"1.50", b"\0\0\0\0\0\0\0\7", None),
            (0, 0, 0, 1, 0),
        ) == (12, "ä", Decimal("1.50"), 7, None)

    @pytest.mark.parametrize(
        ("oid", "raw", "value"),
        [
            (oids.INT4, b" 12 ", 12),
            (oids.INT4, b"+12", 12),
            (oids.INT4, b"2147483647", 2147483647),
            (oids.INT8, b"-9223372036854775808", -(2**63)),
            (oids.INT2, b"0032767", 32767),
        ],
    )
    def test_integers_in_unusual_dress(self, oid: int, raw: bytes, value: int) -> None:
        assert decode((oid,), (raw,)) == (value,)

    @pytest.mark.parametrize(
        ("oid", "raw", "code", "sqlstate", "text", "context"),
        [
            (
                oids.INT4,
                b"x",
                0,
                "22P02",
                'invalid input syntax for type integer: "x"',
                "unnamed portal parameter $1 = '...'",
            ),
            (
                oids.INT4,
                "²".encode(),
                0,
                "22P02",
                'invalid input syntax for type integer: "²"',
                "unnamed portal parameter $1 = '...'",
            ),
            (
                oids.INT2,
                b"99999",
                0,
                "22003",
                'value "99999" is out of range for type smallint',
                "unnamed portal parameter $1 = '...'",
            ),
            (
                oids.INT4,
                b"\0\0\0",
                1,
                "08P01",
                "insufficient data left in message",
                "unnamed portal parameter $1",
            ),
            (
                oids.INT4,
                b"\0\0\0\0\0",
                1,
                "22P03",
                "incorrect binary data format in bind parameter 1",
                "unnamed portal parameter $1",
            ),
            (
                oids.TEXT,
                b"\xff",
                0,
                "22021",
                'invalid byte sequence for encoding "UTF8": 0xff',
                "unnamed portal parameter $1",
            ),
            (
                oids.INT4,
                b"1",
                5,
                "22023",
                "unsupported format code: 5",
                "unnamed portal parameter $1",
            ),
        ],
    )
    def test_errors_say_which_parameter(
        self, oid: int, raw: bytes, code: int, sqlstate: str, text: str, context: str
    ) -> None:
        for _ in range(2):
            with pytest.raises(DatabaseError) as caught:
                decode((oid,), (raw,), (code,))
            error = caught.value
            assert (error.sqlstate, error.message, error.context) == (sqlstate, text, context)

    def test_errors_say_which_portal(self) -> None:
        with pytest.raises(DatabaseError) as caught:
            decode((oids.INT4, oids.INT4), (b"1", b"x"), portal="p")
        assert caught.value.context == "portal \"p\" parameter $2 = '...'"

    def test_the_number_of_formats(self) -> None:
        with pytest.raises(DatabaseError) as caught:
            check_format_count(Bind("", "", (0, 0, 0), (b"", b""), ()))
        assert caught.value.message == "bind message has 3 parameter formats but 2 parameters"
