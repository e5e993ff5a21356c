"""Held columns back to what is stored, to be compared with the items: the way back of held.py."""

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any, Final

import pyarrow as pa

from storage.columns.layout import NATURAL, STORED
from storage.columns.part import column_of, kind_of, with_wide_numbers
from storage.packing import unpack
from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
)

_EPOCH_DAYS: Final = 10_957
_EPOCH_MICROSECONDS: Final = _EPOCH_DAYS * 86_400_000_000
_DAY_MAX: Final = 2**31 - 1
_MICROSECOND_MAX: Final = 2**63 - 1
_EXACT: Final = Context(prec=100)
_AS_INTS: Final = {
    "date": pa.int32(),
    "time": pa.int64(),
    "timestamp": pa.int64(),
    "timestamptz": pa.int64(),
}


def _day(value: int) -> int:
    infinite = {_DAY_MAX: DATE_INFINITY, -_DAY_MAX: DATE_MINUS_INFINITY}
    return infinite.get(value, value - _EPOCH_DAYS)


def _moment(value: int) -> int:
    infinite = {_MICROSECOND_MAX: TIMESTAMP_INFINITY, -_MICROSECOND_MAX: TIMESTAMP_MINUS_INFINITY}
    return infinite.get(value, value - _EPOCH_MICROSECONDS)


def _interval(value: Any) -> list[int]:
    months, days, nanoseconds = value
    return [months, days, nanoseconds // 1000]


_BACK: Final[dict[str, Callable[[Any], Any]]] = {
    "date": _day,
    "timestamp": _moment,
    "timestamptz": _moment,
    "interval": _interval,
    STORED: unpack,
}


def stored_rows(batch: "pa.RecordBatch") -> list[dict[int | str, Any]]:
    """Returns a part's rows as their items' maps; numerics as Decimal, jsonb as its text."""
    batch = with_wide_numbers(batch)
    items: list[dict[int | str, Any]] = [{} for _ in range(batch.num_rows)]
    names = set(batch.schema.names)
    for field in batch.schema:
        if kind_of(field) is None:
            continue
        values = _values(batch, field)
        present = (
            batch.column(f"{field.name}_p").to_pylist() if f"{field.name}_p" in names else None
        )
        column = column_of(field.name)
        for position, value in enumerate(values):
            if present is None or present[position]:
                items[position][column] = value
    return items


def _values(batch: "pa.RecordBatch", field: "pa.Field") -> list[Any]:
    held = kind_of(field)
    assert held is not None
    array = batch.column(field.name)
    if held.kind in _AS_INTS:
        array = array.view(_AS_INTS[held.kind])
    values: list[Any] = array.to_pylist()
    if held.kind == "numeric_scaled":
        scales = batch.column(f"{field.name}_s").to_pylist()
        return [
            None if value is None else value.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
            for value, scale in zip(values, scales, strict=True)
        ]
    back = _BACK.get(held.kind)
    if held.kind == NATURAL or back is None:
        return values
    return [None if value is None else back(value) for value in values]
