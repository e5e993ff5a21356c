"""Shredded documents in parts: beside each column of documents, columns of what is at their paths.

They are called s0, s1… in the part's file, and its metadata says of what they are. Parts that are
made of others have them made anew.
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from storage.columns.held import Held, reheld
from storage.columns.layout import STORED, HeldKind
from storage.columns.part import kind_of
from storage.columns.shred import Path, Shredded, Shreds, shred
from storage.columns.zones import Zone, written, zone_of

_METADATA: Final = b"shredded"
#: Letters of columns that conditions bound.
_BOUND: Final = "simtn"
_DECIMALS: Final = "mn"


class _Path(msgspec.Struct, array_like=True):
    """A path's columns, by letter, as the part calls them, its rows by sort, and zones by letter."""

    path: Path
    columns: dict[str, str]
    sorts: dict[str, int]
    zones: dict[str, tuple[Any, Any]] = {}


class _Column(msgspec.Struct, array_like=True):
    """The paths of one column of documents."""

    name: str
    paths: list[_Path]
    open: list[Path]


_decode: Final = msgspec.msgpack.Decoder(list[_Column]).decode


def with_shreds(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Returns a part's batch with all that its documents are shredded into."""
    arrays, fields = list(batch.columns), list(batch.schema)
    described = []
    for name, texts in _documents(batch):
        shredded = shred(texts)
        paths = []
        for path, shreds in shredded.paths.items():
            names = {}
            for letter, array in shreds.columns.items():
                names[letter] = f"s{len(arrays)}"
                fields.append(pa.field(names[letter], array.type))
                arrays.append(array)
            paths.append(_Path(path, names, shreds.sorts, _zones(shreds)))
        described.append(_Column(name, paths, sorted(shredded.open)))
    if not described:
        return batch
    metadata = {**(batch.schema.metadata or {}), _METADATA: msgspec.msgpack.encode(described)}
    return pa.record_batch(arrays, schema=pa.schema(fields, metadata))


def _zones(shreds: Shreds) -> dict[str, Zone]:
    found = {letter: zone_of(array) for letter, array in shreds.columns.items() if letter in _BOUND}
    return {letter: written(zone) for letter, zone in found.items() if zone is not None}


def _read_zones(written_zones: dict[str, Zone]) -> dict[str, Zone]:
    return {
        letter: (Decimal(low), Decimal(high)) if letter in _DECIMALS else (low, high)
        for letter, (low, high) in written_zones.items()
    }


def _documents(batch: "pa.RecordBatch") -> list[tuple[str, "pa.Array"]]:
    """Returns the columns that are documents, as text."""
    found = []
    for field, array in zip(batch.schema, batch.columns, strict=True):
        kind = kind_of(field)
        if kind is not None and kind.kind == "jsonb":
            found.append((field.name, array))
        elif kind is not None and kind.kind == STORED:
            # An attribute of maps, or a column that was added: the layout doesn't know its type.
            held = reheld(HeldKind("jsonb"), Held(kind, array))
            if held.kind.kind == "jsonb" and pc.any(pc.starts_with(held.values, "{")).as_py():
                found.append((field.name, held.values))
    return found


def without_shreds(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Returns a part's batch as it was before."""
    metadata = batch.schema.metadata or {}
    if _METADATA not in metadata:
        return batch
    names = {
        name
        for column in _decode(metadata[_METADATA])
        for path in column.paths
        for name in path.columns.values()
    }
    rest = batch.select([name for name in batch.schema.names if name not in names])
    kept = {key: value for key, value in metadata.items() if key != _METADATA}
    return rest.replace_schema_metadata(kept)


def shreds_of(batch: "pa.RecordBatch") -> dict[str, Shredded]:
    """Returns a part's shredded documents, by the column of their text."""
    metadata = batch.schema.metadata or {}
    if _METADATA not in metadata:
        return {}
    return {
        column.name: Shredded(
            {
                each.path: Shreds(
                    {letter: batch.column(name) for letter, name in each.columns.items()},
                    each.sorts,
                    _read_zones(each.zones),
                )
                for each in column.paths
            },
            set(column.open),
        )
        for column in _decode(metadata[_METADATA])
    }


def is_true_to_text(batch: "pa.RecordBatch") -> bool:
    """Returns whether a part's documents, if they are shredded, would be shredded so again."""
    found = shreds_of(batch)
    return not found or found == shreds_of(with_shreds(without_shreds(batch)))


def counts_of(batches: Iterable["pa.RecordBatch"]) -> list[tuple[str, Path, str, int]]:
    """Returns the rows of parts by column, path and sort; sorted."""
    counts: Counter[tuple[str, Path, str]] = Counter()
    for batch in batches:
        metadata = batch.schema.metadata or {}
        for column in _decode(metadata[_METADATA]) if _METADATA in metadata else []:
            for path in column.paths:
                for sort, count in path.sorts.items():
                    counts[column.name, path.path, sort] += count
    return [(*place, count) for place, count in sorted(counts.items())]
