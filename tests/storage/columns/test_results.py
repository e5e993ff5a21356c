"""Results of queries over columns: as DataRow messages, and as values.

The server's own row encoder shows the values that a batch was made of; what is made column by column
must be the same bytes.
"""

import struct
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tsql.functions.load  # noqa: F401 - registers the types' texts
from storage.columns.data_rows import data_rows
from storage.columns.result_text import NotColumnwise
from storage.columns.result_values import finished, values_of
from tsql.encodings import encoding
from tsql.env import Env
from tsql.types import oids
from tsql.types.binary.registry import Context
from wire.pg.rows import row_encoder

CONTEXT = Context(encoding("UTF8"), Env())
DAY = 86_400_000_000


def decimals(digits: int, scale: int) -> st.SearchStrategy[Decimal]:
    end = 10**digits - 1
    return st.integers(-end, end).map(lambda number: Decimal(f"{number}E-{scale}"))


def float32(value: float) -> float:
    unpacked: float = struct.unpack("f", struct.pack("f", value))[0]
    return unpacked


#: kind, OID, Arrow type, values as Arrow takes them, and from those the server's.
COLUMNS: list[tuple[str, int, Any, st.SearchStrategy[Any], Any]] = [
    ("bool", oids.BOOL, pa.bool_(), st.booleans(), None),
    ("int16", oids.INT2, pa.int16(), st.integers(-(2**15), 2**15 - 1), None),
    ("int32", oids.INT4, pa.int32(), st.integers(-(2**31), 2**31 - 1), None),
    ("int64", oids.INT8, pa.int64(), st.integers(-(2**63), 2**63 - 1), None),
    ("float64", oids.FLOAT8, pa.float64(), st.floats(allow_nan=False) | st.floats(-1e6, 1e6), None),
    ("float32", oids.FLOAT4, pa.float32(), st.floats(width=32, allow_nan=False), float32),
    (
        "text",
        oids.TEXT,
        pa.string(),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
        None,
    ),
    (
        "text",
        oids.TEXT,
        pa.dictionary(pa.int32(), pa.string()),
        st.sampled_from(["a", "bb", "ä"]),
        None,
    ),
    ("bytea", oids.BYTEA, pa.binary(), st.binary(), None),
    ("numeric", oids.NUMERIC, pa.decimal128(38, 2), decimals(15, 2), None),
    ("numeric", oids.NUMERIC, pa.decimal128(38, 9), decimals(38, 9), None),
    ("numeric", oids.NUMERIC, pa.decimal128(38, 0), decimals(20, 0), None),
    ("date", oids.DATE, pa.date32(), st.integers(-719_162, 2_932_896), lambda days: days - 10_957),
    ("time", oids.TIME, pa.time64("us"), st.integers(0, DAY - 1), None),
    (
        "timestamp",
        oids.TIMESTAMP,
        pa.timestamp("us"),
        st.integers(-719_162 * DAY, 2_932_896 * DAY),
        lambda us: us - 10_957 * DAY,
    ),
    (
        "timestamptz",
        oids.TIMESTAMPTZ,
        pa.timestamp("us", "UTC"),
        st.integers(-719_162 * DAY, 2_932_896 * DAY),
        lambda us: us - 10_957 * DAY,
    ),
]


def expected(rows: list[tuple[Any, ...]], types: tuple[int, ...], code: int) -> bytes:
    return row_encoder(types, (code,) * len(types), "UTF8").encode(rows, CONTEXT)


def arrow(values: list[Any], arrow_type: Any) -> Any:
    if pa.types.is_temporal(arrow_type):
        width = pa.int32() if arrow_type.bit_width == 32 else pa.int64()
        return pa.array(values, width).view(arrow_type)
    return pa.array(values, arrow_type)


@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column[0]}-{column[2]}")
@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_a_column_is_shown_as_the_server_shows_it(column: Any, code: int, data: Any) -> None:
    kind, oid, arrow_type, values, convert = column
    given_values = data.draw(st.lists(st.none() | values, min_size=1, max_size=20))
    array = arrow(given_values, arrow_type)
    shown = [
        None if value is None else convert(value) if convert else value for value in given_values
    ]
    rows = [(value,) for value in shown]
    assert data_rows([array], [kind], [code]) == expected(rows, (oid,), code)
    # A slice looks at its own part of the buffers only.
    assert (
        data_rows([array[1:]], [kind], [code]) == expected(rows[1:], (oid,), code) or not rows[1:]
    )


@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_columns_stand_side_by_side(data: Any) -> None:
    count = data.draw(st.integers(1, 5))
    chosen = data.draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=6))
    code = data.draw(st.sampled_from([0, 1]))
    arrays, shown = [], []
    for _, _, arrow_type, values, convert in chosen:
        drawn = data.draw(st.lists(values, min_size=count, max_size=count))
        arrays.append(arrow(drawn, arrow_type))
        shown.append([convert(value) if convert else value for value in drawn])
    rows = list(zip(*shown, strict=True))
    types = tuple(column[1] for column in chosen)
    kinds = [column[0] for column in chosen]
    assert data_rows(arrays, kinds, [code] * len(kinds)) == expected(rows, types, code)


def scaled(values: list[tuple[str, int] | None], scale: int) -> Any:
    """A struct column (value, display scale)."""
    return pa.StructArray.from_arrays(
        [
            pa.array([v and Decimal(v[0]) for v in values], pa.decimal128(38, scale)),
            pa.array([v and v[1] for v in values], pa.int8()),
        ],
        ["v", "s"],
    )


def test_numerics_keep_their_display_scales() -> None:
    array = scaled([("1.500", 1), ("-2.000", 0), None, ("3.250", 3), ("4.000", 5)], 3)
    numbers = [Decimal("1.5"), Decimal(-2), None, Decimal("3.250"), Decimal("4.00000")]
    types = (oids.NUMERIC,)
    assert data_rows([array], ["numeric_scaled"], [0]) == expected(
        [(n,) for n in numbers], types, 0
    )
    decoded = msgspec.msgpack.decode(
        values_of([array], ["numeric_scaled"]), type=list[list[Decimal | None]]
    )
    assert [str(n) for n in decoded[0] if n] == [str(n) for n in numbers if n]


def values(array: Any, kind: str) -> Any:
    return msgspec.msgpack.decode(values_of([array], [kind]))[0]


def test_values_are_counted_as_postgresql_counts_them() -> None:
    assert values(arrow([0, None, 2**31 - 1, -(2**31 - 1)], pa.date32()), "date") == [
        -10_957,
        None,
        2**31 - 1,
        -(2**31),
    ]
    moments = arrow([0, 2**63 - 1, None, -(2**63 - 1)], pa.timestamp("us"))
    assert values(moments, "timestamp") == [-10_957 * DAY, 2**63 - 1, None, -(2**63)]
    assert values(arrow([DAY, None], pa.time64("us")), "time") == [DAY, None]
    intervals = pa.array([(1, 2, 3_000), None], pa.month_day_nano_interval())
    assert values(intervals, "interval") == [[1, 2, 3], None]
    uuids = pa.array(["00112233-4455-6677-8899-aabbccddeeff", None])
    assert values(uuids, "uuid") == [bytes.fromhex("00112233445566778899aabbccddeeff"), None]
    raw = pa.array([bytes(range(16)), None], pa.binary())
    assert values(raw, "uuid") == [bytes(range(16)), None]
    lists = pa.array([[1, None], None, [], [2]], pa.list_(pa.int32()))
    assert values(lists, "int32[]") == [[1, None], None, [], [2]]
    assert values(lists[1:], "int32[]") == [None, [], [2]]


def test_what_has_no_ready_form_is_left_to_the_server() -> None:
    before_christ = arrow([-735_160], pa.date32())
    with pytest.raises(NotColumnwise):
        data_rows([before_christ], ["date"], [0])
    with pytest.raises(NotColumnwise):
        data_rows([arrow([DAY], pa.time64("us"))], ["time"], [0])
    with pytest.raises(NotColumnwise):
        data_rows([pa.array([[1]], pa.list_(pa.int32()))], ["int32[]"], [0])


def struct_of(*columns: tuple[list[Any], Any]) -> Any:
    arrays = [pa.array(values, arrow_type) for values, arrow_type in columns]
    return pa.StructArray.from_arrays(arrays, [f"f{n}" for n in range(len(arrays))])


def test_averages_are_finished_exactly() -> None:
    array = struct_of(
        ([Decimal(10), Decimal("1.00"), None], pa.decimal128(38, 2)),
        ([0, 2, None], pa.int8()),
        ([3, 3, 0], pa.int64()),
        ([0, 0, 0], pa.int8()),
    )
    column, kind = finished(array, "quotient")
    # SELECT 10/3.0…: avg() of (3, 3, 4) and of 1.00 over three rows, in PostgreSQL.
    assert values(column, kind) == ["3.3333333333333333", "0.33333333333333333333", None]
    assert kind == "decimal_text"


def test_variances_are_finished_exactly() -> None:
    array = struct_of(
        ([3, 1, 0], pa.int64()),
        ([Decimal(6), Decimal(5), None], pa.decimal128(38, 0)),
        ([Decimal(14), Decimal(25), None], pa.decimal128(38, 0)),
        ([0, 0, None], pa.int8()),
    )
    shown = {
        kind: values(*finished(array, kind)) for kind in ("var_pop", "var_samp", "stddev_samp")
    }
    assert shown == {
        "var_pop": ["0.66666666666666666667", "0", None],
        "var_samp": ["1.00000000000000000000", None, None],
        "stddev_samp": ["1.00000000000000000000", None, None],
    }
