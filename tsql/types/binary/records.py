"""Binary form of records.

int32 fields
per field: uint32 type · int32 length (-1: NULL) · its bytes
"""

import struct
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.types import oids
from tsql.types.binary.registry import Context, binary_io, send_of
from tsql.types.record import Record

_COUNT: Final = struct.Struct("!i")
_FIELD: Final = struct.Struct("!Ii")


def record_send(value: Record, context: Context) -> bytes:
    """Returns the binary form of a row."""
    parts = [_COUNT.pack(len(value))]
    for field, oid in zip(value, value.types, strict=True):
        if field is None:
            parts.append(_FIELD.pack(oid, -1))
            continue
        raw = send_of(oid)(field, context)
        parts.append(_FIELD.pack(oid, len(raw)) + raw)
    return b"".join(parts)


def _record_receive(_raw: bytes, _context: Context) -> Any:
    raise DatabaseError("0A000", "input of anonymous composite types is not implemented")


binary_io(oids.RECORD, record_send, _record_receive)
