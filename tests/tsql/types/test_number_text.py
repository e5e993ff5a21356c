"""Text input and output of bool, integers, floats and numeric."""

import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from tests.tsql.functions.calls import ENV, oid_of, read, shown
from tsql.env import Env
from tsql.types.floats import float4, float4_text, float8_text
from tsql.types.io import input_of, output_of
from tsql.types.numeric import numeric_of, numeric_text, numeric_typmod, precision_and_scale

#: type, text, what comes back. From PostgreSQL 15.
ACCEPTED = [
    ("bool", " TRUE ", "t"),
    ("bool", "of", "f"),
    ("bool", "y", "t"),
    ("bool", "0", "f"),
    ("int2", " -32768 ", "-32768"),
    ("int4", "+5", "5"),
    ("int4", "0" * 50 + "7", "7"),
    ("int8", "-9223372036854775808", "-9223372036854775808"),
    ("oid", "-1", "4294967295"),
    ("oid", "-2147483648", "2147483648"),
    ("float8", "1e15", "1e+15"),
    ("float8", "123456789012345", "123456789012345"),
    ("float8", "0.0001", "0.0001"),
    ("float8", "0.00001", "1e-05"),
    ("float8", " -inf ", "-Infinity"),
    ("float8", "+NaN", "NaN"),
    ("float8", "0x1.8p3", "12"),
    ("float8", "9007199254740993", "9.007199254740992e+15"),
    ("float8", "-0", "-0"),
    ("float8", "5e-324", "5e-324"),
    ("float4", "16777217", "1.6777216e+07"),
    ("float4", "1.0000000596046448", "1.0000001"),
    ("float4", "1e-45", "1e-45"),
    ("float4", "3.4028235e38", "3.4028235e+38"),
    ("float4", "154742504910672534362390528", "1.5474251e+26"),
    ("numeric", "1.50", "1.50"),
    ("numeric", "-0.00", "0.00"),
    ("numeric", "1e10", "10000000000"),
    ("numeric", "12345e-2", "123.45"),
    ("numeric", "1e-10", "0.0000000001"),
    ("numeric", ".5", "0.5"),
    ("numeric", "5.", "5"),
    ("numeric", " inf ", "Infinity"),
    ("numeric", "0e500000", "0"),
]
REFUSED = [
    ("bool", "o", "22P02", 'invalid input syntax for type boolean: "o"'),
    ("int2", "32768", "22003", 'value "32768" is out of range for type smallint'),
    ("int4", "", "22P02", 'invalid input syntax for type integer: ""'),
    ("int4", "1_0", "22P02", 'invalid input syntax for type integer: "1_0"'),
    ("int4", "٣", "22P02", 'invalid input syntax for type integer: "٣"'),
    ("int4", "2147483649x", "22003", 'value "2147483649x" is out of range for type integer'),
    ("int4", "2147483648x", "22P02", 'invalid input syntax for type integer: "2147483648x"'),
    ("int8", "0x10", "22P02", 'invalid input syntax for type bigint: "0x10"'),
    ("oid", "-2147483649", "22003", 'value "-2147483649" is out of range for type oid'),
    ("float8", "1e400", "22003", '"1e400" is out of range for type double precision'),
    ("float8", " 1e-400 ", "22003", '"1e-400" is out of range for type double precision'),
    ("float8", "1_0", "22P02", 'invalid input syntax for type double precision: "1_0"'),
    ("float8", "", "22P02", 'invalid input syntax for type double precision: ""'),
    ("float4", "3.4028236e38", "22003", '"3.4028236e38" is out of range for type real'),
    ("float4", "1e-46", "22003", '"1e-46" is out of range for type real'),
    ("numeric", "1e131072", "22003", "value overflows numeric format"),
    ("numeric", "1e-16384", "22003", "value overflows numeric format"),
    ("numeric", "1e99999999999", "22003", "value overflows numeric format"),
    ("numeric", "1e", "22P02", 'invalid input syntax for type numeric: "1e"'),
    ("numeric", ".", "22P02", 'invalid input syntax for type numeric: "."'),
]


@pytest.mark.parametrize(("type_name", "text", "expected"), ACCEPTED)
def test_input_and_output(type_name: str, text: str, expected: str) -> None:
    assert shown(type_name, read(type_name, text)) == expected


@pytest.mark.parametrize(("type_name", "text", "sqlstate", "message"), REFUSED)
def test_refused_input(type_name: str, text: str, sqlstate: str, message: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        read(type_name, text)
    assert (caught.value.sqlstate, caught.value.message) == (sqlstate, message)


def test_numeric_at_its_limits() -> None:
    for text in ("9" * 131_072, "0." + "9" * 16_383, "9" * 131_072 + "." + "9" * 16_383):
        assert shown("numeric", read("numeric", text)) == text


@pytest.mark.parametrize(
    ("precision", "scale", "text", "expected"),
    [
        (5, 2, "123.455", "123.46"),
        (5, 2, "-0.001", "0.00"),
        (3, 5, "0.001234", "0.00123"),
        (3, -2, "149", "100"),
        (3, -2, "-150", "-200"),
        (5, 2, "NaN", "NaN"),
        (2, 2, "0.99", "0.99"),
    ],
)
def test_numeric_type_modifier(precision: int, scale: int, text: str, expected: str) -> None:
    typmod = numeric_typmod(precision, scale)
    assert precision_and_scale(typmod) == (precision, scale)
    assert numeric_text(input_of(oid_of("numeric"))(text, typmod, ENV)) == expected


@pytest.mark.parametrize(
    ("precision", "scale", "text", "detail"),
    [
        (5, 2, "999.995", "precision 5, scale 2 must round to an absolute value less than 10^3."),
        (2, 2, "0.995", "precision 2, scale 2 must round to an absolute value less than 1."),
        (5, 2, "Infinity", "precision 5, scale 2 cannot hold an infinite value."),
    ],
)
def test_numeric_field_overflow(precision: int, scale: int, text: str, detail: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        input_of(oid_of("numeric"))(text, numeric_typmod(precision, scale), ENV)
    assert caught.value.sqlstate == "22003"
    assert caught.value.detail == f"A field with {detail}"


def test_extra_float_digits() -> None:
    env = Env(extra_float_digits=0)
    assert output_of(oid_of("float8"))(0.1 + 0.2, env) == "0.3"
    assert output_of(oid_of("float4"))(float4(0.1), env) == "0.1"
    assert output_of(oid_of("float8"))(1e15, Env(extra_float_digits=-15)) == "1e+15"


@given(st.floats(allow_nan=False))
def test_float8_text_reads_back_the_same(value: float) -> None:
    text = float8_text(value)
    again = read("float8", text)
    assert struct.pack("<d", again) == struct.pack("<d", value)
    assert len(text.lstrip("-").replace(".", "").split("e")[0].strip("0")) <= 17


@given(st.floats(width=32, allow_nan=False))
def test_float4_text_reads_back_the_same_and_is_short(value: float) -> None:
    text = float4_text(value)
    assert struct.pack("<f", read("float4", text)) == struct.pack("<f", value)
    assert len(text.lstrip("-").replace(".", "").split("e")[0].strip("0")) <= 9


@given(st.integers(-(2**63), 2**63 - 1))
def test_int8_text_reads_back_the_same(value: int) -> None:
    assert read("int8", shown("int8", value)) == value


@given(st.from_regex(r"-?[0-9]{1,60}(\.[0-9]{1,60})?([eE][-+]?[0-9]{1,3})?", fullmatch=True))
def test_numeric_reads_exactly_and_keeps_its_scale(text: str) -> None:
    value = numeric_of(text)
    assert value == Decimal(text)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    assert exponent <= 0
    assert not (value.is_zero() and value.is_signed())
    assert numeric_of(numeric_text(value)).as_tuple() == value.as_tuple()


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_an_error(text: str) -> None:
    for type_name in ("bool", "int2", "int4", "int8", "oid", "float4", "float8", "numeric"):
        rendered = text_or_sqlstate(type_name, text)
        if rendered not in {"22P02", "22003"}:
            assert text_or_sqlstate(type_name, rendered) == rendered


def text_or_sqlstate(type_name: str, text: str) -> str:
    try:
        return str(shown(type_name, read(type_name, text)))
    except DatabaseError as error:
        return error.sqlstate
