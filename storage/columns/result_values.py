"""Batches as values: what the server's own nodes work on, or its encoders show.

A batch becomes one msgpack array with an array of each column's values, in forms that msgpack has:

    dates and times   integers, counted as PostgreSQL counts them
    numerics          text, which keeps the display scale
    interval          [months, days, microseconds]
    uuid, bytea       bytes
    jsonb             text
    arrays            arrays
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns import exact_numeric
from storage.columns.data_rows import days_of, microseconds_of
from storage.columns.result_text import numeric_text, scaled_text

_encode: Final = msgspec.msgpack.Encoder().encode

_Values = list[Any]


def values_of(columns: Sequence[pa.Array], kinds: Sequence[str]) -> bytes:
    """Returns a batch as msgpack."""
    return _encode([column_values(array, kind) for array, kind in zip(columns, kinds, strict=True)])


def column_values(array: pa.Array, kind: str) -> _Values:
    """Returns a column's values."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if kind.endswith("[]"):
        return _lists(array, kind[:-2])
    return _VALUES_OF.get(kind, _plain)(array)


def finished(array: pa.Array, kind: str) -> tuple[pa.Array, str]:
    """Returns a column that DuckDB has left unfinished as one of numerics with their scales."""
    if kind == "quotient":
        results = [_quotient(*row) for row in _rows(array)]
    elif kind in _VARIANCES:
        is_sample, is_root = _VARIANCES[kind]
        results = [
            None
            if row[0] is None or row[1] is None
            else exact_numeric.variance(*row, is_sample=is_sample, is_root=is_root)
            for row in _rows(array)
        ]
    else:
        return array, kind
    return pa.array([None if value is None else f"{value:f}" for value in results]), "decimal_text"


_VARIANCES: Final = {
    "var_pop": (False, False),
    "var_samp": (True, False),
    "stddev_pop": (False, True),
    "stddev_samp": (True, True),
}


def _rows(array: pa.Array) -> list[tuple[Any, ...]]:
    return list(zip(*[field.to_pylist() for field in array.flatten()], strict=True))


def _quotient(
    dividend: Any, dividend_scale: int | None, divisor: Any, divisor_scale: int | None
) -> Decimal | None:
    if dividend is None or divisor is None:
        return None
    return exact_numeric.quotient(
        Decimal(dividend), dividend_scale or 0, Decimal(divisor), divisor_scale or 0
    )


def _plain(array: pa.Array) -> _Values:
    if array.null_count or not pa.types.is_primitive(array.type):
        values: _Values = array.to_pylist()
        return values
    plain: _Values = array.to_numpy(zero_copy_only=False).tolist()
    return plain


def _with_nulls(array: pa.Array, convert: Callable[[pa.Array], Any]) -> _Values:
    """Converts the values that aren't NULL, and puts the NULLs back."""
    if not array.null_count:
        plain: _Values = convert(array).tolist()
        return plain
    converted = iter(convert(array.drop_null()).tolist())
    return [next(converted) if valid else None for valid in array.is_valid().to_pylist()]


def _dates(array: pa.Array) -> _Values:
    return _with_nulls(array, days_of)


def _moments(array: pa.Array) -> _Values:
    return _with_nulls(array, microseconds_of)


def _times(array: pa.Array) -> _Values:
    return _plain(array.view(pa.int64()))


def _intervals(array: pa.Array) -> _Values:
    return [
        None if value is None else (value.months, value.days, value.nanoseconds // 1000)
        for value in array.to_pylist()
    ]


def _uuids(array: pa.Array) -> _Values:
    if not pa.types.is_string(array.type):
        return _plain(array)
    return [
        None if text is None else bytes.fromhex(text.replace("-", "")) for text in array.to_pylist()
    ]


def _decimals(array: pa.Array) -> _Values:
    if pa.types.is_integer(array.type):
        array = array.cast(pa.decimal128(38, 0))
    values: _Values = numeric_text(array).to_pylist()
    return values


def _scaled(array: pa.Array) -> _Values:
    values: _Values = scaled_text(array).to_pylist()
    return values


def _lists(array: pa.Array, kind: str) -> _Values:
    values = column_values(array.flatten(), kind)
    result: _Values = []
    start = 0
    for length in pc.list_value_length(array).to_pylist():
        if length is None:
            result.append(None)
        else:
            result.append(values[start : start + length])
            start += length
    return result


_VALUES_OF: Final[dict[str, Callable[[pa.Array], _Values]]] = {
    "date": _dates,
    "time": _times,
    "timestamp": _moments,
    "timestamptz": _moments,
    "interval": _intervals,
    "uuid": _uuids,
    "numeric": _decimals,
    "numeric_scaled": _scaled,
}
