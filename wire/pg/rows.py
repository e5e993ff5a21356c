"""Data rows, fast: one function is compiled for each combination of types, formats and encoding.

For (int4, text) in text format the generated function is

    def encode(rows, context):
        out = []
        for v0, v1, in rows:
            if v0 is None: p0 = NULL; v0 = b""
            else: v0 = b"%d" % v0; p0 = LENGTH[len(v0)]
            if v1 is None: p1 = NULL; v1 = b""
            else: v1 = v1.encode(); n = len(v1); p1 = LENGTH[n] if n < KNOWN else long_value(n)
            body = join((COUNT, p0, v0, p1, v1))
            n = len(body) + 4
            out += (b"D", LENGTH[n] if n < KNOWN else long_row(n), body)
        return join(out)

which costs about 0.12 µs a value: nothing is looked up per value, and lengths come from a table.
"""

import functools
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import tsql.types.binary.load  # noqa: F401 - registers the binary forms
from storage.errors import DatabaseError
from storage.records import dataclass
from tsql.encodings import encoding as encoding_of
from tsql.types import oids
from tsql.types.binary.registry import Context, send_of
from tsql.types.io import output_of
from wire.pg.limits import ROW_BYTES_MAX

Encode = Callable[[Sequence[Sequence[Any]], Context], bytes]

_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8, oids.OID})
_TEXTS: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.JSON})
_RAW: Final = frozenset({oids.BYTEA, oids.UUID})
_FIXED: Final = {
    oids.INT2: struct.Struct("!h"),
    oids.INT4: struct.Struct("!i"),
    oids.INT8: struct.Struct("!q"),
    oids.OID: struct.Struct("!I"),
    oids.FLOAT8: struct.Struct("!d"),
    oids.DATE: struct.Struct("!i"),
    oids.TIMESTAMP: struct.Struct("!q"),
    oids.TIMESTAMPTZ: struct.Struct("!q"),
}
#: Lengths below this come from a table.
_KNOWN_LENGTHS: Final = 4096
_LENGTH: Final = tuple(length.to_bytes(4, "big") for length in range(_KNOWN_LENGTHS))


@dataclass(frozen=True, slots=True)
class RowEncoder:
    """Encodes rows of one shape; `needs_context` tells whether it looks at its context at all."""

    encode: Encode
    needs_context: bool


@dataclass(frozen=True, slots=True)
class _Column:
    """Source text for one column: how a value becomes bytes, how their length does."""

    convert: str
    length: str
    names: dict[str, Any]
    needs_context: bool = False


_SHORT: Final = "LENGTH[len({v})]"
_ANY_LENGTH: Final = "LENGTH[len({v})] if len({v}) < KNOWN else long_value(len({v}))"


@functools.lru_cache(maxsize=1024)
def row_encoder(types: tuple[int, ...], formats: tuple[int, ...], encoding: str) -> RowEncoder:
    """Returns the encoder for rows of these types; `formats` has one code per type."""
    columns = [
        _binary_column(oid, position) if code else _text_column(oid, position, encoding)
        for position, (oid, code) in enumerate(zip(types, formats, strict=True))
    ]
    names: dict[str, Any] = {
        "NULL": b"\xff\xff\xff\xff",
        "LENGTH": _LENGTH,
        "KNOWN": _KNOWN_LENGTHS,
        "COUNT": len(types).to_bytes(2, "big"),
        "long_value": _long_value,
        "long_row": _long_row,
        "join": b"".join,
        "encode_text": encoding_of(encoding).encode,
    }
    for column in columns:
        names.update(column.names)
    # What is compiled is made of the templates here and numbers; no name or value gets into it.
    exec(_source(columns), names)  # noqa: S102
    return RowEncoder(names["encode"], any(column.needs_context for column in columns))


def _source(columns: Sequence[_Column]) -> str:
    variables = [f"v{position}" for position in range(len(columns))]
    lines = [
        "def encode(rows, context):",
        "    out = []",
        f"    for {', '.join(variables)}, in rows:" if columns else "    for _ in rows:",
    ]
    for position, (variable, column) in enumerate(zip(variables, columns, strict=True)):
        convert = column.convert.format(v=variable)
        length = column.length.format(v=variable)
        lines += [
            f"        if {variable} is None: p{position} = NULL; {variable} = b''",
            f"        else: {variable} = {convert}; p{position} = {length}",
        ]
    parts = "".join(f"p{position}, v{position}, " for position in range(len(columns)))
    lines += [
        f"        body = join((COUNT, {parts}))",
        "        n = len(body) + 4",
        "        out += (b'D', LENGTH[n] if n < KNOWN else long_row(n), body)",
        "    return join(out)",
    ]
    return "\n".join(lines)


def _text_column(oid: int, position: int, encoding: str) -> _Column:
    is_utf8 = encoding in {"UTF8", "SQL_ASCII"}
    to_bytes = "{}.encode()" if is_utf8 else "encode_text({})"
    if oid in _INTEGERS:
        return _Column("b'%d' % {v}", _SHORT, {})
    if oid == oids.BOOL:
        return _Column("b't' if {v} else b'f'", "b'\\0\\0\\0\\1'", {})
    if oid in _TEXTS:
        return _Column(to_bytes.format("{v}"), _ANY_LENGTH, {})
    output = f"output{position}"
    convert = to_bytes.format(f"{output}({{v}}, context.env)")
    return _Column(convert, _ANY_LENGTH, {output: output_of(oid)}, needs_context=True)


def _binary_column(oid: int, position: int) -> _Column:
    if oid in _FIXED:
        layout = _FIXED[oid]
        pack = f"pack{position}"
        length = f"b'\\0\\0\\0\\{layout.size:o}'"
        return _Column(f"{pack}({{v}})", length, {pack: layout.pack})
    if oid == oids.BOOL:
        return _Column("b'\\1' if {v} else b'\\0'", "b'\\0\\0\\0\\1'", {})
    if oid in _RAW:
        return _Column("{v}", _ANY_LENGTH, {})
    if oid in _TEXTS:
        return _Column("encode_text({v})", _ANY_LENGTH, {})
    send = f"send{position}"
    convert = f"{send}({{v}}, context)"
    return _Column(convert, _ANY_LENGTH, {send: send_of(oid)}, needs_context=True)


def _long_value(length: int) -> bytes:
    if length > ROW_BYTES_MAX:
        raise _too_long(length)
    return length.to_bytes(4, "big")


def _long_row(length: int) -> bytes:
    if length > ROW_BYTES_MAX:
        raise _too_long(length)
    return length.to_bytes(4, "big")


def _too_long(length: int) -> DatabaseError:
    return DatabaseError(
        "54000",
        "out of memory",
        detail=f"Cannot enlarge string buffer containing 0 bytes by {length} more bytes.",
    )


def check_format_count(codes: Sequence[int], count: int) -> None:
    """Raises 08P01 unless Bind asked for no result format, one for all columns, or one each."""
    if len(codes) > 1 and len(codes) != count:
        raise DatabaseError(
            "08P01",
            f"bind message has {len(codes)} result formats but query has {count} columns",
        )


def spread_formats(codes: Sequence[int], count: int) -> tuple[int, ...]:
    """Returns one format code per column. Raises 22023 for a code that doesn't exist."""
    check_format_count(codes, count)
    spread = tuple(codes) if len(codes) > 1 else tuple(codes or (0,)) * count
    for code in spread:
        if code not in (0, 1):
            raise unsupported_format(code)
    return spread


def unsupported_format(code: int) -> DatabaseError:
    return DatabaseError("22023", f"unsupported format code: {code}")
