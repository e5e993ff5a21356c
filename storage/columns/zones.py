"""Zones: the least and the greatest value of each column of a segment, and of each path's columns.

A query says between which values a column has to be for a row to count (`Bound`); a segment whose
zone is beyond isn't read. Zones are in the metadata of the segment's file, values as they are held:
days and microseconds as integers, numerics as text.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from storage.columns.decode import Field
from storage.columns.held import hold
from storage.columns.layout import NATURAL, HeldKind
from storage.columns.messages import Bound, TableSpec
from storage.columns.part import NUMERICS, kind_of

_ZONE: Final = b"zone"
_TEXT_CHARACTERS_MAX: Final = 100
_AS_INTEGERS: Final = {
    pa.date32(): pa.int32(),
    pa.timestamp("us"): pa.int64(),
    pa.timestamp("us", "UTC"): pa.int64(),
}
#: Kinds whose values are held as they are stored.
_AS_STORED: Final = frozenset({"int16", "int32", "int64", "text"})
#: Kinds that values are in at the columns of paths.
_OF_LETTERS: Final = {"s": "text", "t": "date", "i": "int64", "in": "numeric", "imn": "numeric"}
#: Kinds of columns that have zones.
_KINDS: Final = NUMERICS | {
    NATURAL, "int16", "int32", "int64", "text", "date", "timestamp", "timestamptz",
}  # fmt: skip

Zone = tuple[Any, Any]


def with_zones(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Returns the batch with the zones of its columns, numerics wide."""
    fields = []
    for field, array in zip(batch.schema, batch.columns, strict=True):
        kind = kind_of(field)
        metadata = {key: value for key, value in (field.metadata or {}).items() if key != _ZONE}
        zone = None if kind is None or kind.kind not in _KINDS else zone_of(array)
        if zone is not None:
            metadata[_ZONE] = msgspec.msgpack.encode(written(zone))
        fields.append(field.with_metadata(metadata))
    return pa.record_batch(batch.columns, schema=pa.schema(fields, batch.schema.metadata))


def written(zone: Zone) -> Zone:
    """Returns a zone as it is written."""
    low, high = zone
    return (str(low), str(high)) if isinstance(low, Decimal) else zone


def zone_of(array: "pa.Array") -> Zone | None:
    """Returns the least and the greatest value of a column, where they are worth to be known."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary
    if pa.types.is_decimal64(array.type):
        array = array.cast(pa.decimal128(array.type.precision, array.type.scale))
    array = _comparable(array)
    if not (
        pa.types.is_integer(array.type)
        or pa.types.is_string(array.type)
        or pa.types.is_decimal(array.type)
    ):
        return None
    ends = pc.min_max(array).as_py()
    low, high = ends["min"], ends["max"]
    if low is None or (isinstance(low, str) and len(low) + len(high) > _TEXT_CHARACTERS_MAX):
        return None
    return low, high


def _comparable(array: "pa.Array") -> "pa.Array":
    integers = _AS_INTEGERS.get(array.type)
    return array if integers is None else array.view(integers)


def zones_of(batch: "pa.RecordBatch") -> dict[str, Zone]:
    """Returns a part's zones, by column."""
    found = {}
    for field in batch.schema:
        encoded = (field.metadata or {}).get(_ZONE)
        if encoded is not None:
            low, high = msgspec.msgpack.decode(encoded)
            kind = kind_of(field)
            if kind is not None and kind.kind in NUMERICS:
                low, high = Decimal(low), Decimal(high)
            found[field.name] = (low, high)
    return found


def held_bounds(spec: TableSpec) -> Iterator[Bound]:
    """Yields a query's bounds, as values are held: those of paths as in whole numbers or decimals."""
    kinds = {column.name: column.kind for column in spec.columns}
    for bound in spec.bounds:
        kind = _OF_LETTERS[bound.letters] if bound.letters else kinds.get(bound.name)
        if kind in _KINDS:
            low, high, *values = _held(kind, [bound.low, bound.high, *bound.values])
            yield replace(bound, low=low, high=high, values=() if None in values else tuple(values))


def _held(kind: str, values: list[Any]) -> list[Any]:
    """Returns values as they are held; None for what has no place in such columns."""
    if kind in _AS_STORED:
        return values
    wanted = HeldKind("numeric_scaled" if kind in NUMERICS else kind)
    held = hold(wanted, Field(values))
    if held.kind.kind == wanted.kind:
        found: list[Any] = _comparable(held.values).to_pylist()
        return found
    return [None] * len(values)


def is_beyond(zone: Zone, bound: Bound) -> bool:
    """Returns whether no value of a zone is within bounds."""
    low, high = zone
    return (_are_alike(bound.high, low) and bound.high < low) or (
        _are_alike(bound.low, high) and bound.low > high
    )


def _are_alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) or {type(one), type(other)} == {int, Decimal}
