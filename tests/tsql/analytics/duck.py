"""Columnar queries over rows in memory, in a DuckDB locked down as in a query process."""

import datetime
import json
import pathlib
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa

from storage.columns.conditions import on_rows
from storage.columns.documents import json_text
from storage.columns.duck_session import DuckSession
from storage.columns.messages import ColumnarQuery, ColumnSpec, Extent, TableSpec
from storage.columns.narrow import decimal_type, extent_of, is_uniform, narrowed, retyped
from storage.columns.part import NUMERICS
from storage.columns.paths import Documents, open_path
from storage.columns.query_frames import Extents
from storage.columns.reader import MADE
from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    Array,
    Interval,
)
from tests.tsql.analytics.finishing import finish
from tsql.env import Env
from tsql.types import oids
from tsql.types.io import input_of

EPOCH_DAYS = 10_957
EPOCH_MICROSECONDS = EPOCH_DAYS * 86_400_000_000
DIGITS = 38

_ARROW = {
    "bool": pa.bool_(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float32": pa.float32(),
    "float64": pa.float64(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", "UTC"),
    "interval": pa.month_day_nano_interval(),
    "uuid": pa.binary(16),
    "text": pa.string(),
    "bytea": pa.binary(),
    "jsonb": pa.string(),
}
_INFINITIES = {
    "date": ({DATE_INFINITY: 2**31 - 1, DATE_MINUS_INFINITY: -(2**31 - 1)}, EPOCH_DAYS),
    "timestamp": (
        {TIMESTAMP_INFINITY: 2**63 - 1, TIMESTAMP_MINUS_INFINITY: -(2**63 - 1)},
        EPOCH_MICROSECONDS,
    ),
}
_INFINITIES["timestamptz"] = _INFINITIES["timestamp"]


class NotHeldError(Exception):
    """A value has no place in a column: such a table is read on the key path."""


def session() -> DuckSession:
    """Returns an empty DuckDB."""
    directory = pathlib.Path(tempfile.mkdtemp())
    return DuckSession(directory, memory_bytes=1 << 30, temporary_bytes=1 << 30, threads=1)


def columns_of(spec: TableSpec) -> list[ColumnSpec]:
    """Returns the columns whose values `arrow_table` needs."""
    documents = (path.document for path in spec.paths)
    return list({column.name: column for column in (*spec.columns, *documents)}.values())


def arrow_table(spec: TableSpec, columns: Sequence[Sequence[Any]]) -> pa.Table:
    """Returns a table as the reader would make it."""
    arrays: dict[str, pa.Array] = {}
    for column, values in zip(columns_of(spec), columns, strict=True):
        if column.kind == "numeric_scaled":
            arrays[f"{column.name}_s"] = pa.array(
                [None if v is None else _scale(v) for v in values], pa.int8()
            )
        arrays[column.name] = _array(column, values)
    made: dict[str, str] = {}
    for path in spec.paths:
        texts = arrays[path.document.name]
        documents = _documents(texts, path.path)
        piece = (partial(_same, documents), _same, len(texts))
        found, readings, _ = open_path(path, [piece])
        arrays |= found
        made |= readings
    made |= {one.name: on_rows(one, made) for one in spec.conditions}
    return pa.table(arrays).replace_schema_metadata({MADE: json.dumps(made)} if made else None)


def extents_of(spec: TableSpec, table: pa.Table) -> Extents:
    """Returns how large the numbers are in a table that was made knowing nothing of them."""
    found: list[tuple[str, str, Extent | None]] = []
    for column in spec.columns:
        if column.kind in NUMERICS:
            values = (
                table.column(column.name).combine_chunks().cast(pa.decimal128(38, column.scale))
            )
            shown = None
            if column.kind == "numeric_scaled":
                shown = table.column(f"{column.name}_s").combine_chunks()
            narrow = narrowed(values, shown)
            shown = None if is_uniform(narrow, shown) else shown
            found.append((spec.name, column.name, extent_of(narrow, shown)))
    for path in spec.paths:
        texts = table.column(path.document.name).combine_chunks()
        documents = _documents(texts, path.path)
        found.append((spec.name, path.name, documents.at(path.path).extent()))
    return tuple((table, name, extent) for table, name, extent in found if extent is not None)


def _documents(texts: pa.Array, path: tuple[str, ...]) -> Documents:
    documents = Documents(None, partial(_same, texts), len(texts), is_text_only=False)
    documents.want([path])
    return documents


def _same(value: Any, *_: Any) -> Any:
    return value


def _array(spec: ColumnSpec, values: Sequence[Any]) -> pa.Array:
    held = [None if value is None else _held(spec, value) for value in values]
    if spec.kind.startswith("numeric"):
        return retyped(
            pa.array(held, pa.decimal128(DIGITS, spec.scale)),
            decimal_type(spec.digits, spec.scale),
        )
    if spec.kind in _INFINITIES:
        integers = pa.array(held, pa.int32() if spec.kind == "date" else pa.int64())
        return integers.view(_ARROW[spec.kind])
    try:
        return pa.array(held, _ARROW[spec.kind])
    except OverflowError:
        raise NotHeldError from None


def _scale(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise NotHeldError
    return -exponent


def _held(spec: ColumnSpec, value: Any) -> Any:
    if spec.kind in _INFINITIES:
        infinities, epoch = _INFINITIES[spec.kind]
        shifted = infinities.get(value, value + epoch)
        if abs(shifted) >= 2 ** (31 if spec.kind == "date" else 63):
            raise NotHeldError
        return shifted
    if spec.kind.startswith("numeric"):
        scale = _scale(value)
        if scale > spec.scale or max(value.adjusted() + 1, 0) + spec.scale > DIGITS:
            raise NotHeldError
        return value
    match spec.kind:
        case "jsonb":
            return json_text(value)
        case "time":
            if value == 86_400_000_000:
                raise NotHeldError
            midnight = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - a time has no zone
            return (midnight + datetime.timedelta(microseconds=value)).time()
        case "interval":
            return (value.months, value.days, value.microseconds * 1000)
        case _:
            return value


def run(duck: DuckSession, query: ColumnarQuery, tables: dict[str, pa.Table]) -> list[list[Any]]:
    """Returns a query's rows as values of TerraScale's."""
    try:
        table = duck.run(query.sql, tables, list(query.parameters), 1000).read_all()
    finally:
        duck.release()
    columns = [
        _values(column.combine_chunks(), result.kind)
        for column, result in zip(table.columns, query.results, strict=True)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


#: pyarrow raises an OSError for what fails while a result is read.
ERRORS = (duckdb.Error, pa.ArrowException, OSError)


def _values(array: pa.Array, kind: str) -> list[Any]:
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if kind.endswith("[]"):
        lists = []
        for one in array:
            items = None if not one.is_valid else _values(one.values, kind[:-2])
            lists.append(None if items is None else Array.of(items))
        return lists
    if kind in _INFINITIES:
        infinities, epoch = _INFINITIES[kind]
        back = {value: key for key, value in infinities.items()}
        integers = array.view(pa.int32() if kind == "date" else pa.int64()).to_pylist()
        return [None if v is None else back.get(v, v - epoch) for v in integers]
    if kind == "time":
        times: list[Any] = array.view(pa.int64()).to_pylist()
        return times
    values = array.to_pylist()
    return [None if value is None else _value(value, kind) for value in values]


def _value(value: Any, kind: str) -> Any:
    match kind:
        case "numeric":
            return Decimal(value).copy_abs() if not value else Decimal(value)
        case "interval":
            return Interval(value.months, value.days, value.nanoseconds // 1000)
        case "jsonb":
            return input_of(oids.JSONB)(value, -1, Env())
        case "bool" | "text" | "bytea" | "uuid":
            return value
        case _ if isinstance(value, dict):
            return finish(kind, list(value.values()))
        case _:
            return value
