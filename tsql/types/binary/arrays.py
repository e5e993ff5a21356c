"""Binary form of arrays: one implementation for all, by their elements' functions.

int32 dimensions · int32 1 if there are NULLs · uint32 element type
per dimension: int32 length · int32 lower bound
per element: int32 length (-1: NULL) · its bytes
"""

import struct
from functools import partial
from typing import Any, Final

from storage.errors import DatabaseError
from storage.types import Array
from tsql.catalog import pg
from tsql.types import oids
from tsql.types.array import check_bounds, too_many_dimensions
from tsql.types.binary.registry import (
    Context,
    TrailingDataError,
    binary_io,
    insufficient,
    receive_of,
    send_of,
)
from tsql.types.type_names import type_name

_HEADER: Final = struct.Struct("!iiI")
_DIMENSION: Final = struct.Struct("!ii")
_LENGTH: Final = struct.Struct("!i")
_NULL: Final = b"\xff\xff\xff\xff"
_DIMENSIONS_MAX: Final = 6
#: Types with a lower OID are PostgreSQL's own; any other is taken for what is expected.
_FIRST_FOREIGN_OID: Final = 10_000


def _send_array(element: int, value: Array, context: Context) -> bytes:
    send = send_of(element)
    has_null = None in value.items
    parts = [_HEADER.pack(len(value.dimensions), has_null, element)]
    parts += map(_DIMENSION.pack, value.dimensions, value.lower_bounds)
    for item in value.items:
        if item is None:
            parts.append(_NULL)
            continue
        raw = send(item, context)
        parts.append(_LENGTH.pack(len(raw)) + raw)
    return b"".join(parts)


def _receive_array(element: int, raw: bytes, context: Context) -> Array:
    if len(raw) < _HEADER.size:
        raise insufficient()
    dimension_count, flags, sent_element = _HEADER.unpack_from(raw)
    if dimension_count < 0:
        raise DatabaseError("22P03", f"invalid number of dimensions: {dimension_count}")
    if dimension_count > _DIMENSIONS_MAX:
        raise too_many_dimensions(dimension_count)
    if flags not in (0, 1):
        raise DatabaseError("22P03", "invalid array flags")
    if sent_element != element and max(sent_element, element) < _FIRST_FOREIGN_OID:
        raise _wrong_element(sent_element, element)
    offset = _HEADER.size
    if len(raw) < offset + _DIMENSION.size * dimension_count:
        raise insufficient()
    pairs = [
        _DIMENSION.unpack_from(raw, offset + _DIMENSION.size * i) for i in range(dimension_count)
    ]
    dimensions = tuple(length for length, _ in pairs)
    lower_bounds = tuple(bound for _, bound in pairs)
    # A negative length counts as a huge one.
    check_bounds([length & 0xFFFFFFFF for length in dimensions], lower_bounds)
    count = 1 if dimensions else 0
    for length in dimensions:
        count *= length
    items, end = _items(raw, offset + _DIMENSION.size * dimension_count, count, element, context)
    if end != len(raw):
        raise TrailingDataError
    return Array(items, dimensions, lower_bounds) if items else Array.of(())


def _items(
    raw: bytes, offset: int, count: int, element: int, context: Context
) -> tuple[tuple[Any, ...], int]:
    """Returns the elements and the offset behind them."""
    receive = receive_of(element)
    items: list[Any] = []
    for position in range(count):
        if len(raw) < offset + 4:
            raise insufficient()
        (length,) = _LENGTH.unpack_from(raw, offset)
        offset += 4
        if length == -1:
            items.append(None)
            continue
        end = offset + length
        if length < 0 or end > len(raw):
            raise DatabaseError("22P03", "insufficient data left in message")
        try:
            items.append(receive(raw[offset:end], context))
        except TrailingDataError:
            raise DatabaseError(
                "22P03", f"improper binary format in array element {position + 1}"
            ) from None
        offset = end
    return tuple(items), offset


def _wrong_element(sent: int, expected: int) -> DatabaseError:
    sent_name = type_name(sent) if sent else "-"
    return DatabaseError(
        "42804",
        f"binary data has array element type {sent} ({sent_name})"
        f" instead of expected {expected} ({type_name(expected)})",
    )


def register_array(array: int, element: int) -> None:
    """Registers an array type."""
    binary_io(array, partial(_send_array, element), partial(_receive_array, element))


def _register() -> None:
    for row in pg.types().values():
        if row.array:
            register_array(row.array, row.oid)
    for oid, element in ((oids.INT2VECTOR, oids.INT2), (oids.OIDVECTOR, oids.OID)):
        register_array(oid, element)


_register()
