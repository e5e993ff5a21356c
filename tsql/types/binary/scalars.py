"""Binary form of booleans, numbers of the machine, bytes, uuids, texts and JSON."""

import struct
from typing import Any, Final

from storage.errors import DatabaseError
from tsql.types import oids
from tsql.types.binary.registry import Context, binary_io, insufficient, sized
from tsql.types.floats import float4
from tsql.types.io import input_of, output_of

_INT2: Final = struct.Struct("!h")
_INT4: Final = struct.Struct("!i")
_INT8: Final = struct.Struct("!q")
_UINT4: Final = struct.Struct("!I")
_FLOAT4: Final = struct.Struct("!f")
_FLOAT8: Final = struct.Struct("!d")
_NAME_BYTES: Final = 64
_UUID_BYTES: Final = 16
_JSONB_VERSION: Final = 1
#: Types whose values are object ids or counters: four bytes, unsigned.
_OID_LIKE: Final = (
    oids.OID,
    oids.REGPROC,
    oids.REGCLASS,
    oids.REGTYPE,
    oids.REGNAMESPACE,
    oids.REGPROCEDURE,
    oids.REGOPER,
    oids.REGOPERATOR,
    oids.REGROLE,
    oids.REGCOLLATION,
    oids.REGCONFIG,
    oids.REGDICTIONARY,
    oids.XID,
    oids.CID,
)


def _numbers(oid: int, layout: struct.Struct) -> None:
    def send(value: Any, _context: Context) -> bytes:
        return layout.pack(value)

    def receive(raw: bytes, _context: Context) -> Any:
        return layout.unpack(sized(raw, layout.size))[0]

    binary_io(oid, send, receive)


def _float4_send(value: float, _context: Context) -> bytes:
    return _FLOAT4.pack(value)


def _float4_receive(raw: bytes, _context: Context) -> float:
    return float4(_FLOAT4.unpack(sized(raw, 4))[0])


def _bool_send(value: bool, _context: Context) -> bytes:
    return b"\1" if value else b"\0"


def _bool_receive(raw: bytes, _context: Context) -> bool:
    return _one_byte(raw) != 0


def _one_byte(raw: bytes) -> int:
    if not raw:
        raise DatabaseError("08P01", "no data left in message")
    return sized(raw, 1)[0]


def _char_send(value: str, _context: Context) -> bytes:
    return value.encode("latin-1") or b"\0"


def _char_receive(raw: bytes, _context: Context) -> str:
    byte = _one_byte(raw)
    return chr(byte) if byte else ""


def _bytea_send(value: bytes, _context: Context) -> bytes:
    return value


def _bytea_receive(raw: bytes, _context: Context) -> bytes:
    return raw


def _uuid_receive(raw: bytes, _context: Context) -> bytes:
    return sized(raw, _UUID_BYTES)


def _text_send(value: str, context: Context) -> bytes:
    return context.encoding.encode(value)


def _text_receive(raw: bytes, context: Context) -> str:
    return context.encoding.decode(raw)


def _name_receive(raw: bytes, context: Context) -> str:
    name = context.encoding.decode(raw)
    if len(name.encode()) >= _NAME_BYTES:
        raise DatabaseError(
            "42622",
            "identifier too long",
            detail=f"Identifier must be less than {_NAME_BYTES} characters.",
        )
    return name


def _json_receive(raw: bytes, context: Context) -> Any:
    return input_of(oids.JSON)(context.encoding.decode(raw), -1, context.env)


def _jsonb_send(value: Any, context: Context) -> bytes:
    text = output_of(oids.JSONB)(value, context.env)
    return b"\1" + context.encoding.encode(text)


def _jsonb_receive(raw: bytes, context: Context) -> Any:
    if not raw:
        raise insufficient()
    if raw[0] != _JSONB_VERSION:
        raise DatabaseError("XX000", f"unsupported jsonb version number {raw[0]}")
    return input_of(oids.JSONB)(context.encoding.decode(raw[1:]), -1, context.env)


def _void_send(_value: Any, _context: Context) -> bytes:
    return b""


def _void_receive(_raw: bytes, _context: Context) -> str:
    return ""  # Whatever is sent means the one value, as in PostgreSQL.


binary_io(oids.BOOL, _bool_send, _bool_receive)
_numbers(oids.INT2, _INT2)
_numbers(oids.INT4, _INT4)
_numbers(oids.INT8, _INT8)
_numbers(oids.FLOAT8, _FLOAT8)
for _oid in _OID_LIKE:
    _numbers(_oid, _UINT4)
binary_io(oids.FLOAT4, _float4_send, _float4_receive)
binary_io(oids.CHAR, _char_send, _char_receive)
binary_io(oids.BYTEA, _bytea_send, _bytea_receive)
binary_io(oids.UUID, _bytea_send, _uuid_receive)
for _oid in (oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.UNKNOWN, oids.CSTRING, oids.REFCURSOR):
    binary_io(_oid, _text_send, _text_receive)
binary_io(oids.NAME, _text_send, _name_receive)
binary_io(oids.JSON, _text_send, _json_receive)
binary_io(oids.JSONB, _jsonb_send, _jsonb_receive)
binary_io(oids.VOID, _void_send, _void_receive)


def _only_nulls(oid: int) -> None:
    """Registers a type of the system catalogs that has no values yet but NULL."""

    def send(_value: Any, _context: Context) -> bytes:
        raise DatabaseError("0A000", f"sending type with OID {oid} in binary form is not supported")

    binary_io(oid, send, None)


for _oid in (oids.PG_NODE_TREE, oids.XML):
    binary_io(_oid, _text_send, None)
for _oid in (
    oids.ANYARRAY,
    oids.PG_NDISTINCT,
    oids.PG_DEPENDENCIES,
    oids.PG_MCV_LIST,
    oids.PG_STATISTIC_ARRAY,
):
    _only_nulls(_oid)
