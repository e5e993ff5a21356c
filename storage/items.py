"""Items: what a table's key leads to, and how rows become items and come back.

    format (1 byte) · stamp (8 bytes, big-endian) · body: one msgpack map

The stamp is the commit timestamp of the item's last change; with the top bit set, the rest is the
number of a spilled transaction, whose commit record has the timestamp. The store writes format and
stamp when it commits; this module makes and reads the body: declared columns by their integer id,
undeclared attributes by name, each value in its stored form (storage/packing.py). NULL is written
for every declared column that is NULL, so that rows of one table version have one shape; a column
that is absent was added later, and reads as the column's `missing` value.

A row in memory is a sequence of the declared columns' values in table order; in a table with the
dynamic policy one dict of the undeclared attributes follows as the last element.
"""

import struct
from collections.abc import Callable, Collection, Sequence
from operator import itemgetter
from typing import Any, Final

import msgspec

from storage.packing import (
    from_stored,
    is_read_as_it_is,
    pack,
    packer,
    to_stored,
    tree_to_stored,
    unpack,
)
from storage.schema import Column, ColumnPolicy, Table
from storage.types import Kind

Row = Sequence[Any]

ITEM_FORMAT: Final = 1
HEADER: Final = struct.Struct(">BQ")
HEADER_SIZE: Final = HEADER.size
#: Set in a stamp that is a spill number and not a commit timestamp.
SPILL_BIT: Final = 1 << 63


def with_header(stamp: int, body: bytes) -> bytes:
    """Returns the stored value of an item."""
    return HEADER.pack(ITEM_FORMAT, stamp) + body


def stamp_of(value: bytes) -> int:
    """Returns an item's stamp."""
    return int.from_bytes(value[1:HEADER_SIZE], "big")


def is_spilled(stamp: int) -> bool:
    """Returns whether a stamp is a spill number (then `stamp ^ SPILL_BIT` is it)."""
    return stamp >= SPILL_BIT


def body_of(value: bytes) -> bytes:
    """Returns an item's body: its msgpack map."""
    return value[HEADER_SIZE:]


def row_encoder(table: Table) -> Callable[[Row], bytes]:
    """Returns what turns a row into an item's body."""
    ids = tuple(column.id for column in table.columns)
    conversions = [
        (position, convert)
        for position, column in enumerate(table.columns)
        if (convert := to_stored(column.kind, column.element_kind)) is not None
    ]

    pack_row = packer(column.kind for column in table.columns)

    def encode_native(row: Row) -> bytes:
        return pack_row(dict(zip(ids, row, strict=False)))

    def encode_converted(row: Row) -> bytes:
        converted = list(row)
        for position, convert in conversions:
            value = converted[position]
            if value is not None:
                converted[position] = convert(value)
        return pack_row(dict(zip(ids, converted, strict=False)))

    def encode_dynamic(row: Row) -> bytes:
        converted = list(row)
        for position, convert in conversions:
            value = converted[position]
            if value is not None:
                converted[position] = convert(value)
        attributes = converted.pop()
        item: dict[int | str, Any] = dict(zip(ids, converted, strict=True))
        if attributes:
            item.update(tree_to_stored(attributes))
        return pack(item)

    if table.policy is ColumnPolicy.DYNAMIC:
        return encode_dynamic
    return encode_converted if conversions else encode_native


def row_decoder(table: Table, positions: Collection[int] | None = None) -> Callable[[bytes], Row]:
    """Returns what turns an item (header and body) into a row.

    With `positions` only those columns are sure to be filled (the number of declared columns stands
    for the attributes); the others are None or whatever was cheap.
    """
    return _offset_decoder(table, positions, HEADER_SIZE)


def body_decoder(table: Table, positions: Collection[int] | None = None) -> Callable[[bytes], Row]:
    """Returns what turns a bare body (a change's image, an index's projection) into a row."""
    return _offset_decoder(table, positions, 0)


#: Kinds whose values are worth skipping where a statement doesn't use them.
_BULKY_KINDS: Final = frozenset({Kind.JSONB, Kind.ARRAY})


def _offset_decoder(
    table: Table, positions: Collection[int] | None, offset: int
) -> Callable[[bytes], Row]:
    width = len(table.columns)
    is_dynamic = table.policy is ColumnPolicy.DYNAMIC
    wanted = range(width + is_dynamic) if positions is None else sorted(set(positions))
    if not wanted:
        nothing: tuple[Any, ...] = (None,) * width + (({},) if is_dynamic else ())
        return lambda _value: nothing
    skips_bulk = any(
        column.kind in _BULKY_KINDS
        for position, column in enumerate(table.columns)
        if position not in wanted
    ) or (is_dynamic and width not in wanted)
    if skips_bulk:
        return _selective_decoder(table, wanted, offset)
    return _whole_decoder(table, wanted, offset)


def _conversions(
    columns: Sequence[Column], wanted: Collection[int]
) -> list[tuple[int, Callable[[Any], Any]]]:
    return [
        (position, from_stored(column.kind, column.element_kind))
        for position, column in enumerate(columns)
        if position in wanted and not is_read_as_it_is(column.kind)
    ]


def _whole_decoder(table: Table, wanted: Collection[int], offset: int) -> Callable[[bytes], Row]:
    columns = table.columns
    if not columns:
        return lambda value: (_attributes(unpack(value[offset:])),)
    ids = tuple(column.id for column in columns)
    defaults = tuple((column.id, _missing_of(column)) for column in columns)
    # itemgetter yields a tuple from two ids up.
    pick: Callable[[dict[int, Any]], tuple[Any, ...]] = (
        itemgetter(*ids) if len(ids) > 1 else lambda item: (item[ids[0]],)
    )
    conversions = _conversions(columns, wanted)

    def decode_native(value: bytes) -> Row:
        item = unpack(value[offset:])
        try:
            return pick(item)
        except KeyError:
            return tuple([item.get(*default) for default in defaults])

    def decode_converted(value: bytes) -> Row:
        item = unpack(value[offset:])
        try:
            row = list(pick(item))
        except KeyError:
            row = [item.get(*default) for default in defaults]
        for position, convert in conversions:
            stored = row[position]
            if stored is not None:
                row[position] = convert(stored)
        return row

    def decode_dynamic(value: bytes) -> Row:
        item = unpack(value[offset:])
        row = [item.get(*default) for default in defaults]
        for position, convert in conversions:
            stored = row[position]
            if stored is not None:
                row[position] = convert(stored)
        row.append(_attributes(item))
        return row

    if table.policy is ColumnPolicy.DYNAMIC:
        return decode_dynamic
    return decode_converted if conversions else decode_native


def _attributes(item: dict[int | str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if type(name) is str}


_unpack_raw: Final = msgspec.msgpack.Decoder(dict[int | str, msgspec.Raw]).decode


def _selective_decoder(
    table: Table, wanted: Collection[int], offset: int
) -> Callable[[bytes], Row]:
    """Reads the values that are wanted and steps over the others without building them."""
    columns = table.columns
    width = len(columns)
    fields = [
        (
            position,
            columns[position].id,
            _missing_of(columns[position]),
            _stored_reader(columns[position]),
        )
        for position in wanted
        if position < width
    ]
    nothing = [None] * width
    with_attributes = width in wanted
    is_dynamic = table.policy is ColumnPolicy.DYNAMIC

    def decode(value: bytes) -> Row:
        item = _unpack_raw(value[offset:])
        row: list[Any] = nothing.copy()
        for position, column_id, missing, convert in fields:
            raw = item.get(column_id)
            stored = missing if raw is None else unpack(raw)
            row[position] = stored if stored is None or convert is None else convert(stored)
        if with_attributes:
            row.append({n: unpack(raw) for n, raw in item.items() if isinstance(n, str)})
        elif is_dynamic:
            row.append({})
        return row

    return decode


def _stored_reader(column: Column) -> Callable[[Any], Any] | None:
    if is_read_as_it_is(column.kind):
        return None
    return from_stored(column.kind, column.element_kind)


def missing_for(column: Column, value: Any) -> bytes | None:
    """Returns `value` in the form of `Column.missing`."""
    if value is None:
        return None
    convert = to_stored(column.kind, column.element_kind)
    return pack(value if convert is None else convert(value))


def _missing_of(column: Column) -> Any:
    return None if column.missing is None else unpack(column.missing)
