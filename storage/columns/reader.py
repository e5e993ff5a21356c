"""The reader: versions of tables as Arrow tables, exactly as of N, in a query process.

Parts are mapped and stay open for later queries; only the columns that a query names are looked at,
and nothing is copied but what dead rows have to be left out of.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.decode import Field
from storage.columns.ends import read_ends
from storage.columns.held import Held, hold
from storage.columns.layout import DIGITS_MAX, HeldKind
from storage.columns.messages import ColumnSpec, PartVersion, TableSpec, TableVersion
from storage.columns.part import BEGIN, column_name, kind_of, open_part

#: Parts that stay mapped.
OPEN_PARTS_MAX: Final = 4096

_INDICES: Final = pa.int32()
_TYPES: Final = {
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
#: Kinds whose values are also values of another.
_WIDENED: Final = {
    ("int16", "int32"),
    ("int16", "int64"),
    ("int32", "int64"),
    ("float32", "float64"),
}


class NotHeldError(Exception):
    """A column isn't held in the kind that the query reads: the key path has it."""


class Reader:
    """Opens tables; one for each query process."""

    def __init__(self) -> None:
        self._parts: OrderedDict[str, pa.RecordBatch] = OrderedDict()

    def open_tables(
        self, specs: Sequence[TableSpec], versions: Sequence[TableVersion]
    ) -> dict[str, "pa.Table"]:
        """Returns the tables by their names in DuckDB. Raises NotHeldError."""
        by_storage = {version.storage_id: version for version in versions}
        return {spec.name: self._open(spec, by_storage[spec.storage_id]) for spec in specs}

    def _open(self, spec: TableSpec, version: TableVersion) -> "pa.Table":
        columns: dict[str, list[pa.Array]] = {}
        for column in spec.columns:
            columns[column.name] = []
            if column.kind == "numeric_scaled":
                columns[f"{column.name}_s"] = []
        row_count = 0
        for part in version.parts:
            batch = self._part(part.path)
            mask = _visible(batch, part, version.timestamp)
            row_count += batch.num_rows if mask is None else int(mask.sum())
            selected = None if mask is None else pa.array(mask)
            for column in spec.columns:
                for suffix, array in _column(batch, column):
                    visible = array if selected is None else array.filter(selected)
                    columns[column.name + suffix].append(visible)
        if not columns:
            # A table without columns has no rows, in Arrow.
            return pa.table({"rows": pa.nulls(row_count, pa.bool_())})
        chunked = {name: _chunked(arrays) for name, arrays in columns.items()}
        for column in spec.columns:
            for suffix, kind in _types_of(column):
                if not version.parts:
                    chunked[column.name + suffix] = pa.chunked_array([], kind)
        return pa.table(chunked)

    def _part(self, path: str) -> "pa.RecordBatch":
        batch = self._parts.get(path)
        if batch is None:
            batch = self._parts[path] = open_part(path)
            if len(self._parts) > OPEN_PARTS_MAX:
                self._parts.popitem(last=False)
        else:
            self._parts.move_to_end(path)
        return batch


def _visible(
    batch: "pa.RecordBatch", part: PartVersion, timestamp: int
) -> npt.NDArray[np.bool_] | None:
    """Returns which rows are visible; None: all are."""
    mask: npt.NDArray[np.bool_] | None = None
    if part.begin > timestamp:
        mask = batch.column(BEGIN).to_numpy() <= timestamp
    if part.ends_path:
        ends = read_ends(part.ends_path, part.ends_offset, part.row_count)
        lives = (ends == 0) | (ends > timestamp)
        mask = lives if mask is None else mask & lives
    return None if mask is None or mask.all() else mask


def _types_of(column: ColumnSpec) -> list[tuple[str, "pa.DataType"]]:
    """Returns the Arrow types of what a column becomes, by suffix of its name."""
    if column.kind == "numeric":
        return [("", pa.decimal128(DIGITS_MAX, column.scale))]
    if column.kind == "numeric_scaled":
        return [("", pa.decimal128(DIGITS_MAX, column.scale)), ("_s", pa.int8())]
    return [("", _TYPES[column.kind])]


def _column(batch: "pa.RecordBatch", column: ColumnSpec) -> list[tuple[str, "pa.Array"]]:
    """Returns a part's values of a column, by suffix of its name."""
    if column.path or column.column is None:
        msg = "paths into documents"
        raise NotHeldError(msg)
    name = column_name(column.column)
    names = batch.schema.names
    missing: list[tuple[str, pa.Array]] | None = None
    if name not in names or f"{name}_p" in names:
        value = Field([column.missing])
        missing = _in_kind(hold(HeldKind(column.kind, column.scale), value), column)
    if name not in names:
        assert missing is not None
        return [(suffix, pa.repeat(array[0], batch.num_rows)) for suffix, array in missing]
    kind = kind_of(batch.schema.field(name))
    assert kind is not None
    scales = batch.column(f"{name}_s") if kind.kind == "numeric_scaled" else None
    found = _in_kind(Held(kind, batch.column(name), scales), column)
    if missing is None:
        return found
    present = batch.column(f"{name}_p")
    return [
        (suffix, pc.if_else(present, _plain(array), default[0]))
        for (suffix, array), (_, default) in zip(found, missing, strict=True)
    ]


def _in_kind(held: Held, column: ColumnSpec) -> list[tuple[str, "pa.Array"]]:
    """Returns held values as the query wants them, by suffix."""
    kind, values = held.kind.kind, held.values
    wanted = column.kind
    if wanted == "numeric" and kind == "numeric" and held.kind.scale == column.scale:
        return [("", values)]
    if wanted == "numeric_scaled" and kind in {"numeric", "numeric_scaled"}:
        try:
            values = values.cast(pa.decimal128(DIGITS_MAX, column.scale))
        except pa.ArrowInvalid as error:
            raise NotHeldError(str(error)) from error
        scales = held.scales
        if scales is None:
            constant = pa.repeat(pa.scalar(held.kind.scale, pa.int8()), len(values))
            scales = pc.if_else(values.is_null(), None, constant)
        return [("", values), ("_s", scales)]
    if kind == wanted:
        return [("", values)]
    if (kind, wanted) in _WIDENED:
        return [("", values.cast(_TYPES[wanted]))]
    msg = f"column {column.column} is held as {kind} and read as {wanted}"
    raise NotHeldError(msg)


def _chunked(arrays: list["pa.Array"]) -> "pa.ChunkedArray":
    """Returns arrays of one column as one; if one has a dictionary, all get one."""
    if any(pa.types.is_dictionary(array.type) for array in arrays):
        arrays = [_with_dictionary(array) for array in arrays]
    return pa.chunked_array(arrays) if arrays else None


def _with_dictionary(array: "pa.Array") -> "pa.Array":
    if pa.types.is_dictionary(array.type):
        return array
    indices = pa.array(np.arange(len(array), dtype=np.int32), _INDICES)
    return pa.DictionaryArray.from_arrays(indices, array)


def _plain(array: "pa.Array") -> "pa.Array":
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def rows_of(table: "pa.Table") -> list[tuple[Any, ...]]:
    """Returns a table's rows as tuples of Python values."""
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))
