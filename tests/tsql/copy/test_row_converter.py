"""The written-out converter of a row against the input functions of its columns."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.errors import DatabaseError
from storage.schema import Column
from storage.types import Kind
from tsql.copy.converters import converter_of
from tsql.copy.row_converter import row_converter
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import input_of
from tsql.types.kinds import kinds_of_type
from tsql.types.numeric import numeric_typmod

TYPES = [
    (oids.INT2, -1),
    (oids.INT4, -1),
    (oids.INT8, -1),
    (oids.TEXT, -1),
    (oids.VARCHAR, -1),
    (oids.VARCHAR, 4 + 5),
    (oids.BPCHAR, 4 + 5),
    (oids.BOOL, -1),
    (oids.FLOAT4, -1),
    (oids.FLOAT8, -1),
    (oids.NUMERIC, -1),
    (oids.NUMERIC, numeric_typmod(10, 2)),
    (oids.NUMERIC, numeric_typmod(5, 0)),
    (oids.NUMERIC, numeric_typmod(2, 2)),
    (oids.NUMERIC, numeric_typmod(2, 5)),
    (oids.NUMERIC, numeric_typmod(2, -2)),
    (oids.DATE, -1),
    (oids.TIMESTAMP, -1),
    (oids.TIMESTAMP, 3),
    (oids.TIMESTAMPTZ, -1),
    (oids.TIMESTAMPTZ, 6),
    (oids.UUID, -1),
]

WHOLE_TEXTS = [
    *["", "0", "-0", "00", "+1", "-1", " 1", "1 ", "1_0", "٣", "²", "32767", "32768", "-32769"],
    *["2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 40],
    *["0.25", "-0.00", "007.25", "1.", ".5", "1.005", "12345678.00", "123456789.00", "1e3", "NaN"],
    *["Infinity", "inf", "-0.0", "1e400", "1e-400", "0x10", "1_000.5", "1.٣", "99999", "100000"],
    *["t", "true", "TRUE", "y", "f", "off", "tr", "abcde", "abcdef", "abcde  ", "é" * 5, "é" * 6],
    *["2024-02-29", "2023-02-29", "2024-13-01", "0000-01-01", "9999-12-31", "2024-1-1", "epoch"],
    *["2024-01-01 10:20:30+00", "2024-01-01T10:20:30Z", "2024-01-01 10:20:30.5+05:30"],
    *["2024-01-01 10:20:30", "2024-01-01 10:20:30.1234567+00", "2024-01-01 24:00:00+00"],
    *["2024-01-01 10:20:60+00", "2024-01-01 10:20+00", "2024-01-01 10:20:30.+00", "infinity"],
    *["2024-01-01 10:20:30.123456-15:59", "2024-01-01 10:20:30+16", "2024-01-01 10:20:30 UTC"],
    *["2024-01-01 23:59:59.999999", "0001-01-01 00:00:00 BC", "2024-01-01  10:20:30+00"],
    *["2024-01-01T", "2024-01-01 ", "2024-01-0110:20:30+00", "2024-01-01 10:20:30+0530"],
]

texts = (
    st.sampled_from(WHOLE_TEXTS)
    | st.from_regex(r"-?[0-9]{1,22}(\.[0-9]{0,8})?", fullmatch=True)
    | st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{0,7})?"
        r"([+-][0-9]{2}(:?[0-9]{2})?|Z)?",
        fullmatch=True,
    )
    | st.text(max_size=8)
)


def column_of(sql_type: int, typmod: int) -> Column:
    kinds = kinds_of_type(sql_type)
    assert kinds is not None
    return Column(id=1, name="a", kind=Kind(kinds[0]), sql_type=sql_type, typmod=typmod)


def outcome(convert: Any, *arguments: Any) -> tuple[Any, ...]:
    try:
        value = convert(*arguments)
    except DatabaseError as error:
        return error.sqlstate, error.message, error.detail, error.hint
    return type(value), str(value), repr(value)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize(("sql_type", "typmod"), TYPES)
def test_known_texts_become_what_the_input_function_makes_of_them(
    sql_type: int, typmod: int, zone: str
) -> None:
    check(sql_type, typmod, zone, WHOLE_TEXTS)


@given(st.sampled_from(TYPES), st.lists(texts, min_size=1))
@example((oids.NUMERIC, -1), ["0.00"])
def test_any_text_becomes_what_the_input_function_makes_of_it(
    column_type: tuple[int, int], fields: list[str]
) -> None:
    check(*column_type, "Asia/Kolkata", fields)


def check(sql_type: int, typmod: int, zone: str, fields: list[str]) -> None:
    env = Env(time_zone=zone)
    column = column_of(sql_type, typmod)
    convert_row = row_converter([column], [converter_of(sql_type, typmod, env)])
    parse = input_of(sql_type)
    for field in fields:
        expected = outcome(parse, field, typmod, env)
        assert outcome(lambda text: convert_row([text])[0], field) == expected, field


def test_null_is_null_in_every_type() -> None:
    env = Env()
    columns = [column_of(*each) for each in TYPES]
    convert = row_converter(columns, [converter_of(*each, env) for each in TYPES])
    assert convert([None] * len(TYPES)) == [None] * len(TYPES)


def test_a_row_without_columns_has_no_values() -> None:
    assert row_converter([], [])([]) == []
