"""Backend messages: what the server says, as bytes.

Functions build whole frames; messages without content are constants. Data rows, the hot ones, have
their own module (wire.pg.rows). Text is encoded by the caller's encoding, since names and messages
are in the client's.
"""

import functools
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tsql.bound import Field

Encode = Callable[[str], bytes]

PARSE_COMPLETE: Final = b"1\0\0\0\4"
BIND_COMPLETE: Final = b"2\0\0\0\4"
CLOSE_COMPLETE: Final = b"3\0\0\0\4"
NO_DATA: Final = b"n\0\0\0\4"
EMPTY_QUERY_RESPONSE: Final = b"I\0\0\0\4"
PORTAL_SUSPENDED: Final = b"s\0\0\0\4"
COPY_DONE: Final = b"c\0\0\0\4"
AUTHENTICATION_OK: Final = b"R\0\0\0\x08\0\0\0\0"

_HEADER: Final = struct.Struct("!ci")
_FIELD: Final = struct.Struct("!IhIhih")

#: Protocol 3.0, as NegotiateProtocolVersion tells it.
PROTOCOL_3_0: Final = 196608


def frame(kind: bytes, payload: bytes) -> bytes:
    """Returns a message of that type."""
    return _HEADER.pack(kind, len(payload) + 4) + payload


def ready_for_query(status: bytes) -> bytes:
    return b"Z\0\0\0\5" + status


@functools.lru_cache(maxsize=1024)
def command_complete(tag: str) -> bytes:
    return frame(b"C", tag.encode() + b"\0")


def parameter_status(name: str, value: str, encode: Encode) -> bytes:
    return frame(b"S", encode(name) + b"\0" + encode(value) + b"\0")


def backend_key_data(process_id: int, secret_key: bytes) -> bytes:
    return frame(b"K", process_id.to_bytes(4, "big") + secret_key)


def negotiate_protocol_version(unknown_options: Sequence[str]) -> bytes:
    """Says that the newest protocol here is 3.0, and which `_pq_.` options mean nothing here."""
    names = b"".join(name.encode() + b"\0" for name in unknown_options)
    return frame(b"v", struct.pack("!ii", PROTOCOL_3_0, len(unknown_options)) + names)


def authentication_sasl(mechanisms: Sequence[str]) -> bytes:
    names = b"".join(name.encode() + b"\0" for name in mechanisms)
    return frame(b"R", b"\0\0\0\x0a" + names + b"\0")


def authentication_sasl_continue(data: bytes) -> bytes:
    return frame(b"R", b"\0\0\0\x0b" + data)


def authentication_sasl_final(data: bytes) -> bytes:
    return frame(b"R", b"\0\0\0\x0c" + data)


def parameter_description(types: Sequence[int]) -> bytes:
    return frame(b"t", struct.pack(f"!H{len(types)}I", len(types), *types))


def row_description(
    fields: Sequence[Field],
    formats: Sequence[int],
    length_of: Callable[[int], int],
    encode: Encode,
) -> bytes:
    """Returns RowDescription; `formats` has one code per field, `length_of` is pg_type.typlen."""
    parts = [len(fields).to_bytes(2, "big")]
    for field, format_code in zip(fields, formats, strict=True):
        parts.append(encode(field.name) + b"\0")
        parts.append(
            _FIELD.pack(
                field.table_id,
                field.column_number,
                field.type,
                length_of(field.type),
                field.typmod,
                format_code,
            )
        )
    return frame(b"T", b"".join(parts))


def copy_in_response(column_count: int, *, binary: bool) -> bytes:
    return frame(b"G", _copy_formats(column_count, binary=binary))


def copy_out_response(column_count: int, *, binary: bool) -> bytes:
    return frame(b"H", _copy_formats(column_count, binary=binary))


def _copy_formats(column_count: int, *, binary: bool) -> bytes:
    code = int(binary)
    return struct.pack(f"!bH{column_count}h", code, column_count, *(code,) * column_count)


def copy_data(payload: bytes) -> bytes:
    return frame(b"d", payload)


def notification_response(channel: str, payload: str, sender: int, encode: Encode) -> bytes:
    body = sender.to_bytes(4, "big") + encode(channel) + b"\0" + encode(payload) + b"\0"
    return frame(b"A", body)


def error_response(fields: Mapping[str, str], encode: Encode) -> bytes:
    """Returns ErrorResponse; `fields` by their one-letter codes, in the order to send."""
    return frame(b"E", _error_body(fields, encode))


def notice_response(fields: Mapping[str, str], encode: Encode) -> bytes:
    return frame(b"N", _error_body(fields, encode))


def _error_body(fields: Mapping[str, str], encode: Encode) -> bytes:
    # A NUL would end the field; a client's text that is quoted in a message may have one.
    parts = [code.encode() + encode(text.replace("\0", "")) for code, text in fields.items()]
    return b"\0".join([*parts, b"\0"])
