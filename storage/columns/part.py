"""Parts: immutable Arrow files of rows, which all processes map.

Segments and the chunks of a delta are parts. The columns of a part:

    key                binary    key of the item, without the table's prefix
    begin              int64     commit from which the row is visible; left out where it is the same
                                 for all rows
    c<column id>       the column's values; a<attribute name> likewise
    c<column id>_s     display scales of `numeric_scaled`; left out where all are the values' scale
    c<column id>_p     bool: whether the item has the column at all; left out where all or none have

A field's metadata has its kind. When a row ends is kept apart, for it changes: see ends.py.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.decode import Field, decode
from storage.columns.held import Held, common_scale, hold, hold_natural
from storage.columns.layout import DIGITS_MAX, HeldKind, Layout
from storage.columns.narrow import (
    constant_scales,
    is_uniform,
    narrowed,
    retyped,
    with_narrow_indices,
)
from storage.kv.synced_through import sync_directory

KEY: Final = "key"
BEGIN: Final = "begin"
_KIND: Final = b"kind"
_SCALE: Final = b"scale"
#: A dictionary pays where a string comes this often on average.
_REPEATED_MIN: Final = 8
#: Where a larger share of a sample's strings is distinct, no dictionary is tried.
_SAMPLED_DISTINCT_MAX: Final = 0.9
_SAMPLED_ROWS: Final = 4096
_OFFSETS_MAX: Final = 2**31 - 1
#: Kinds that are decimals.
NUMERICS: Final = frozenset({"numeric", "numeric_scaled"})


def column_name(name: int | str) -> str:
    """Returns the name, in parts, of a declared column (by its id) or an attribute."""
    return f"c{name}" if isinstance(name, int) else f"a{name}"


def column_of(name: str) -> int | str:
    """Returns the column id or the attribute that a part's column is for."""
    return int(name[1:]) if name[0] == "c" else name[1:]


def kind_of(field: "pa.Field") -> HeldKind | None:
    """Returns the kind of a part's column; None for those that only go with another."""
    metadata = field.metadata or {}
    if _KIND not in metadata:
        return None
    return HeldKind(metadata[_KIND].decode(), int(metadata[_SCALE]))


def make_batch(
    keys: Sequence[bytes],
    bodies: Sequence[bytes],
    layout: Layout,
    begins: npt.NDArray[np.int64] | None,
) -> "pa.RecordBatch":
    """Returns rows as a part's batch: decoded, each column in its kind."""
    columns: dict[str, pa.Array] = {KEY: pa.array(keys, pa.binary())}
    fields = [pa.field(KEY, pa.binary())]
    if begins is not None:
        columns[BEGIN] = pa.array(begins)
        fields.append(pa.field(BEGIN, pa.int64()))
    for name, decoded in decode(bodies).items():
        wanted = layout.get(name) if isinstance(name, int) else None
        held = hold_natural(decoded) if wanted is None else hold(wanted, decoded)
        _add(columns, fields, column_name(name), held, decoded)
    return pa.record_batch(list(columns.values()), schema=pa.schema(fields))


def _add(
    columns: dict[str, "pa.Array"],
    fields: list["pa.Field"],
    name: str,
    held: Held,
    decoded: Field,
) -> None:
    columns[name] = held.values
    metadata = {_KIND: held.kind.kind, _SCALE: str(held.kind.scale)}
    fields.append(pa.field(name, held.values.type, metadata=metadata))
    if held.scales is not None:
        columns[f"{name}_s"] = held.scales
        fields.append(pa.field(f"{name}_s", pa.int8()))
    if decoded.present is not None:
        columns[f"{name}_p"] = pa.array(decoded.present)
        fields.append(pa.field(f"{name}_p", pa.bool_()))


def with_dictionaries(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Returns the batch with strings that repeat themselves as dictionaries."""
    arrays, fields = [], []
    for field, array in zip(batch.schema, batch.columns, strict=True):
        encoded = array
        if field.type == pa.string() and kind_of(field) is not None and _repeats(array):
            encoded = array.dictionary_encode()
            pays = len(encoded.dictionary) * _REPEATED_MIN <= len(array)
            encoded = with_narrow_indices(encoded) if pays else array
        arrays.append(encoded)
        fields.append(field.with_type(encoded.type))
    return pa.record_batch(arrays, schema=pa.schema(fields))


def with_narrow_numbers(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Returns the batch with numerics in as few bytes as they need."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    fields = {field.name: field for field in batch.schema}
    for field in batch.schema:
        kind, shown = kind_of(field), f"{field.name}_s"
        if kind is None or kind.kind not in NUMERICS:
            continue
        values = columns[field.name] = narrowed(columns[field.name], columns.get(shown))
        metadata = {**field.metadata, _SCALE: str(values.type.scale)}
        fields[field.name] = pa.field(field.name, values.type, metadata=metadata)
        if shown in columns and is_uniform(values, columns[shown]):
            del columns[shown], fields[shown]
    return pa.record_batch(list(columns.values()), schema=pa.schema(list(fields.values())))


def with_wide_numbers(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Returns the batch with numerics as `make_batch` holds them."""
    columns: dict[str, pa.Array] = {}
    fields = []
    for field, array in zip(batch.schema, batch.columns, strict=True):
        kind = kind_of(field)
        if kind is None or kind.kind not in NUMERICS:
            columns[field.name] = array
            fields.append(field)
            continue
        scale = field.type.scale
        if kind.kind == "numeric_scaled":
            scale = common_scale(scale, field.type.precision - scale)
        columns[field.name] = retyped(array, pa.decimal128(DIGITS_MAX, scale))
        metadata = {**field.metadata, _SCALE: str(scale)}
        fields.append(field.with_type(columns[field.name].type).with_metadata(metadata))
        shown = f"{field.name}_s"
        if kind.kind == "numeric_scaled" and shown not in batch.schema.names:
            columns[shown] = constant_scales(array)
            fields.append(pa.field(shown, pa.int8()))
    return pa.record_batch(list(columns.values()), schema=pa.schema(fields, batch.schema.metadata))


def _repeats(array: "pa.Array") -> bool:
    sample = array.slice(0, _SAMPLED_ROWS)
    return bool(pc.count_distinct(sample).as_py() <= len(sample) * _SAMPLED_DISTINCT_MAX)


def write_part(path: Path, batch: "pa.RecordBatch", *, durable: bool) -> None:
    """Writes a part's file, which isn't there yet."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch)
    if durable:
        sync_file(path)


def sync_file(path: Path) -> None:
    """Returns when the file, and its name, survive a crash."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_directory(path.parent)


def as_stream(batch: "pa.RecordBatch") -> bytes:
    """Returns rows as bytes that go along with a message."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def of_stream(stream: bytes) -> "pa.RecordBatch":
    """Returns the rows of `as_stream`."""
    return pa.ipc.open_stream(stream).read_next_batch()


def open_part(path: str | Path) -> "pa.RecordBatch":
    """Returns a part's rows, mapped."""
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).get_batch(0)


def is_alike(one: "pa.RecordBatch", other: "pa.RecordBatch") -> bool:
    """Returns whether the columns that both have are held in the same kinds and types."""
    mine = {field.name: field for field in one.schema}
    return all(
        kind_of(mine[field.name]) == kind_of(field)
        and (_plain_type(mine[field.name]) == _plain_type(field) or _has_nulls(mine, field))
        for field in other.schema
        if field.name in mine and kind_of(field) is not None
    )


def _has_nulls(mine: dict[str, "pa.Field"], field: "pa.Field") -> bool:
    """Returns whether one of two fields of a name has nothing but nulls, and so no type."""
    return pa.null() in {mine[field.name].type, field.type}


def _plain_type(field: "pa.Field") -> "pa.DataType":
    return field.type.value_type if pa.types.is_dictionary(field.type) else field.type


def concat(batches: Sequence["pa.RecordBatch"]) -> "pa.RecordBatch":
    """Returns the rows of alike batches as one, without dictionaries.

    All have a column of begins, or none has.
    """
    names: dict[str, None] = {}
    for batch in batches:
        names.update((f.name, None) for f in batch.schema if kind_of(f) is not None)
    columns: dict[str, pa.ChunkedArray] = {}
    fields: list[pa.Field] = []
    for name in (KEY, BEGIN):
        if name in batches[0].schema.names:
            columns[name] = pa.chunked_array([batch.column(name) for batch in batches])
            fields.append(pa.field(name, columns[name].type))
    for name in names:
        _concat_column(name, batches, columns, fields)
    table = pa.table(list(columns.values()), schema=pa.schema(fields)).combine_chunks()
    whole: pa.RecordBatch = table.to_batches()[0]
    return whole


def _concat_column(
    name: str,
    batches: Sequence["pa.RecordBatch"],
    columns: dict[str, "pa.ChunkedArray"],
    fields: list["pa.Field"],
) -> None:
    having = [batch for batch in batches if name in batch.schema.names]
    same = [batch.schema.field(name) for batch in having]
    first = next((each for each in same if each.type != pa.null()), same[0])
    held_type = _plain_type(first)
    columns[name] = _pieces(name, batches, held_type)
    fields.append(pa.field(name, held_type, metadata=first.metadata))
    if f"{name}_s" in having[0].schema.names:
        columns[f"{name}_s"] = _pieces(f"{name}_s", batches, pa.int8())
        fields.append(pa.field(f"{name}_s", pa.int8()))
    present = f"{name}_p"
    if len(having) < len(batches) or any(present in batch.schema.names for batch in having):
        columns[present] = pa.chunked_array(
            [
                batch.column(present)
                if present in batch.schema.names
                else pa.array(np.full(batch.num_rows, name in batch.schema.names))
                for batch in batches
            ]
        )
        fields.append(pa.field(present, pa.bool_()))


def _pieces(
    name: str, batches: Sequence["pa.RecordBatch"], held_type: "pa.DataType"
) -> "pa.ChunkedArray":
    pieces = [
        _plain(batch.column(name))
        if name in batch.schema.names and batch.schema.field(name).type != pa.null()
        else pa.nulls(batch.num_rows, held_type)
        for batch in batches
    ]
    return pa.chunked_array(pieces, held_type)


def _plain(array: "pa.Array") -> "pa.Array":
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
