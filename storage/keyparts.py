"""Order-preserving encodings of single values: byte order is SQL's order, equality its equality.

| kind                     | bytes                                                                 |
|--------------------------|-----------------------------------------------------------------------|
| bool                     | 00 or 01                                                              |
| int2 int4 int8, date,    | big-endian with the sign bit flipped (2, 4 or 8 bytes)                |
|   time, timestamp(tz)    |                                                                       |
| oid                      | big-endian, 4 bytes                                                   |
| float4 float8            | IEEE bits; sign flipped, negative ones inverted; -0 as 0, NaN as the  |
|                          | positive quiet NaN, which sorts above infinity                        |
| numeric                  | class byte with the exponent of ten, then digits 1 to A in half bytes,|
|                          | ended by a zero half byte; trailing zeros dropped; negative: inverted |
| text varchar name "char" | UTF-8, 00 written as 01 01 and 01 as 01 02, ended by 00               |
| char(n)                  | likewise, without trailing blanks                                     |
| bytea                    | likewise                                                              |
| uuid                     | its 16 bytes                                                          |
| timetz                   | UTC microseconds as int8, then the zone as int4                       |
| interval                 | span in microseconds as a 10-byte integer                             |
| array                    | per element 01 and its bytes, or 02 for NULL; 00; then the number of  |
|                          | dimensions, their lengths, their lower bounds                         |
| range multirange         | storage/range_keys.py                                                 |
| jsonb                    | a tag, then the value; arrays and objects begin with their length     |

Every encoding is *prefix-free* (none begins with another of its kind), so tuples of them
concatenate, and inverting all bytes of one gives the descending order. Equality decides the bytes:
1.0 and 1.00 are the same key. The display form lives in the item.
"""

import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from storage.errors import DatabaseError
from storage.range_keys import RangeKeys
from storage.types import (
    Array,
    BinarySet,
    Interval,
    JsonNull,
    Kind,
    NumberSet,
    Record,
    StringSet,
    TimeTz,
)

Encode = Callable[[Any], bytes]
#: (bytes, offset) -> (value, offset behind it)
Decode = Callable[[bytes, int], tuple[Any, int]]

_INVERSE: Final = bytes(255 - byte for byte in range(256))


def invert(encoded: bytes) -> bytes:
    """Returns the bytes that sort the other way round."""
    return encoded.translate(_INVERSE)


# ---- fixed widths ------------------------------------------------------------------------------

#: Of kinds that are integers: struct's format, and what is added to make the value unsigned.
INTEGER_FORMATS: Final[dict[Kind, tuple[str, int]]] = {
    Kind.BOOL: ("B", 0),
    Kind.INT2: ("H", 1 << 15),
    Kind.INT4: ("I", 1 << 31),
    Kind.INT8: ("Q", 1 << 63),
    Kind.OID: ("I", 0),
    Kind.DATE: ("I", 1 << 31),
    Kind.TIME: ("Q", 1 << 63),
    Kind.TIMESTAMP: ("Q", 1 << 63),
    Kind.TIMESTAMPTZ: ("Q", 1 << 63),
}


def _integer_encoder(kind: Kind) -> Encode:
    code, offset = INTEGER_FORMATS[kind]
    pack = struct.Struct(">" + code).pack
    if not offset:
        return pack
    return lambda value: pack(value + offset)


def _integer_decoder(kind: Kind) -> Decode:
    code, offset = INTEGER_FORMATS[kind]
    form = struct.Struct(">" + code)

    def decode(data: bytes, at: int) -> tuple[Any, int]:
        value = form.unpack_from(data, at)[0] - offset
        return (bool(value) if kind is Kind.BOOL else value), at + form.size

    return decode


def _float_codec(code: str, bits: int) -> tuple[Encode, Decode]:
    as_float = struct.Struct(">" + code)
    as_bits = struct.Struct(">I" if bits == 32 else ">Q")
    sign = 1 << (bits - 1)
    every_bit = (1 << bits) - 1
    nan = as_bits.pack(as_bits.unpack(as_float.pack(float("nan")))[0] | sign)

    def encode(value: float) -> bytes:
        if value != value:  # noqa: PLR0124 - the quickest test for NaN
            return nan
        pattern: int = as_bits.unpack(as_float.pack(value or 0.0))[0]
        return as_bits.pack(pattern ^ every_bit if pattern & sign else pattern | sign)

    def decode(data: bytes, at: int) -> tuple[Any, int]:
        pattern = as_bits.unpack_from(data, at)[0]
        pattern = pattern ^ sign if pattern & sign else pattern ^ every_bit
        return as_float.unpack(as_bits.pack(pattern))[0], at + as_float.size

    return encode, decode


def _encode_uuid(value: bytes) -> bytes:
    return value


def _decode_uuid(data: bytes, at: int) -> tuple[bytes, int]:
    return data[at : at + 16], at + 16


_TIMETZ: Final = struct.Struct(">QI")


def _encode_timetz(value: TimeTz) -> bytes:
    utc = value.microseconds + value.zone * 1_000_000
    return _TIMETZ.pack(utc + (1 << 63), value.zone + (1 << 31))


def _decode_timetz(data: bytes, at: int) -> tuple[TimeTz, int]:
    utc, zone = _TIMETZ.unpack_from(data, at)
    zone -= 1 << 31
    return TimeTz(utc - (1 << 63) - zone * 1_000_000, zone), at + _TIMETZ.size


#: An interval's span needs 73 bits: 2**31 months of 30 days, and as many days.
_SPAN_SIZE: Final = 10
_SPAN_OFFSET: Final = 1 << 79


def _encode_interval(value: Interval) -> bytes:
    return (value.span() + _SPAN_OFFSET).to_bytes(_SPAN_SIZE, "big")


def _decode_interval(data: bytes, at: int) -> tuple[Interval, int]:
    end = at + _SPAN_SIZE
    return Interval(0, 0, int.from_bytes(data[at:end], "big") - _SPAN_OFFSET), end


# ---- text and bytes ----------------------------------------------------------------------------


def escape(data: bytes) -> bytes:
    """Returns the bytes without 00, which ends a text."""
    if b"\x00" in data or b"\x01" in data:
        return data.replace(b"\x01", b"\x01\x02").replace(b"\x00", b"\x01\x01")
    return data


def _unescape(data: bytes) -> bytes:
    if b"\x01" in data:
        return data.replace(b"\x01\x01", b"\x00").replace(b"\x01\x02", b"\x01")
    return data


def encode_text(value: str) -> bytes:
    """Encodes text, which sorts by its UTF-8 bytes: by code points."""
    data = value.encode()
    if b"\x00" in data or b"\x01" in data:
        data = escape(data)
    return data + b"\x00"


def _encode_char(value: str) -> bytes:
    return encode_text(value.rstrip(" "))


def _encode_bytes(value: bytes) -> bytes:
    return escape(value) + b"\x00"


def _decode_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    end = data.index(b"\x00", at)
    return _unescape(data[at:end]), end + 1


def _decode_text(data: bytes, at: int) -> tuple[str, int]:
    raw, end = _decode_bytes(data, at)
    return raw.decode(), end


# ---- numeric -----------------------------------------------------------------------------------
#
# A positive number is 0.d1d2… · 10^e without zeros at either end. Its class byte is 82 + (e + 30)
# for e from -30 to 30, and 81 or BF with e in four more bytes beyond. Zero is 80.

_NUMERIC_ZERO: Final = b"\x80"
_NUMERIC_MINUS_INFINITY: Final = b"\x0f"
_NUMERIC_INFINITY: Final = b"\xf0"
_NUMERIC_NAN: Final = b"\xf1"
_SHORT_EXPONENT_MAX: Final = 30
_DIGITS_UP: Final = str.maketrans("0123456789", "123456789a")
_DIGITS_DOWN: Final = str.maketrans("123456789a", "0123456789")


#: Class bytes of integers, by their number of digits.
_INTEGER_HEADS: Final = tuple(
    bytes((0x82 + _SHORT_EXPONENT_MAX + count,)) for count in range(_SHORT_EXPONENT_MAX + 1)
)


def encode_decimal(value: Decimal | int) -> bytes:
    """Encodes a number of any size; 1, 1.0 and 1.00 are one key."""
    text = str(value)
    if text.isdecimal() and len(text) <= _SHORT_EXPONENT_MAX and text[0] != "0":
        digits = text.rstrip("0")
        tail = "0" if len(digits) & 1 else "00"
        return _INTEGER_HEADS[len(text)] + bytes.fromhex(digits.translate(_DIGITS_UP) + tail)
    if not isinstance(value, Decimal):
        value = Decimal(value)
        text = str(value)
    if not value:
        return _NUMERIC_ZERO
    if not value.is_finite():
        if value.is_nan():
            return _NUMERIC_NAN
        return _NUMERIC_INFINITY if value > 0 else _NUMERIC_MINUS_INFINITY
    mantissa = text.partition("E")[0]
    digits = mantissa.replace(".", "").strip("-0")
    exponent = value.adjusted() + 1
    if -_SHORT_EXPONENT_MAX <= exponent <= _SHORT_EXPONENT_MAX:
        head = bytes((0x82 + _SHORT_EXPONENT_MAX + exponent,))
    else:
        head = struct.pack(">BI", 0x81 if exponent < 0 else 0xBF, exponent + (1 << 31))
    tail = "0" if len(digits) & 1 else "00"
    encoded = head + bytes.fromhex(digits.translate(_DIGITS_UP) + tail)
    return encoded.translate(_INVERSE) if text[0] == "-" else encoded


_SPECIAL_NUMBERS: Final = {
    _NUMERIC_ZERO: Decimal(0),
    _NUMERIC_MINUS_INFINITY: Decimal("-Infinity"),
    _NUMERIC_INFINITY: Decimal("Infinity"),
    _NUMERIC_NAN: Decimal("NaN"),
}


def _decode_decimal(data: bytes, at: int) -> tuple[Decimal, int]:
    special = _SPECIAL_NUMBERS.get(data[at : at + 1])
    if special is not None:
        return special, at + 1
    is_negative = data[at] < 0x80
    if is_negative:
        data = data[:at] + invert(data[at:])
    head = data[at]
    at += 1
    if head in {0x81, 0xBF}:
        exponent = int.from_bytes(data[at : at + 4], "big") - (1 << 31)
        at += 4
    else:
        exponent = head - 0x82 - _SHORT_EXPONENT_MAX
    end = at
    while data[end] & 0x0F and data[end] & 0xF0:
        end += 1
    digits = data[at : end + 1].hex().partition("0")[0].translate(_DIGITS_DOWN)
    # scaleb would round to the context's precision; text doesn't.
    return Decimal(f"{'-' if is_negative else ''}0.{digits}E{exponent}"), end + 1


# ---- arrays ------------------------------------------------------------------------------------

_ELEMENT: Final = b"\x01"
_NULL_ELEMENT: Final = b"\x02"
_END: Final = b"\x00"


def _array_encoder(element_kind: Kind) -> Encode:
    encode_element = value_encoder(element_kind)

    def encode(array: Array) -> bytes:
        items, dimensions, lower_bounds = array
        chunks = [
            _NULL_ELEMENT if item is None else _ELEMENT + encode_element(item) for item in items
        ]
        count = len(dimensions)
        shape = (count, *dimensions, *(bound + (1 << 31) for bound in lower_bounds))
        chunks.append(_END + struct.pack(f">B{2 * count}I", *shape))
        return b"".join(chunks)

    return encode


def _array_decoder(element_kind: Kind) -> Decode:
    decode_element = value_decoder(element_kind)

    def decode(data: bytes, at: int) -> tuple[Array, int]:
        items: list[Any] = []
        while (mark := data[at : at + 1]) != _END:
            at += 1
            item = None
            if mark == _ELEMENT:
                item, at = decode_element(data, at)
            items.append(item)
        count = data[at + 1]
        form = struct.Struct(f">{2 * count}I")
        shape = form.unpack_from(data, at + 2)
        bounds = tuple(bound - (1 << 31) for bound in shape[count:])
        return Array(tuple(items), shape[:count], bounds), at + 2 + form.size

    return decode


# ---- jsonb -------------------------------------------------------------------------------------
#
# PostgreSQL: object > array > boolean > number > string > null; of two arrays or objects the one
# with more elements is greater; objects compare key, value, key, value in stored order. By an old
# accident the empty array at the top sorts below all scalars.

_EMPTY_TOP_ARRAY: Final = b"\x01"
_JSON_NULL: Final = b"\x02"
_JSON_STRING: Final = b"\x03"
_JSON_NUMBER: Final = b"\x04"
_JSON_FALSE: Final = b"\x05"
_JSON_TRUE: Final = b"\x06"
_JSON_ARRAY: Final = b"\x10"
_JSON_OBJECT: Final = b"\x11"
# What only DynamoDB's documents hold comes behind.
_JSON_BYTES: Final = b"\x12"
_JSON_STRING_SET: Final = b"\x13"
_JSON_NUMBER_SET: Final = b"\x14"
_JSON_BINARY_SET: Final = b"\x15"


def _encode_tree(value: Any) -> bytes:
    if isinstance(value, list) and not value:
        return _EMPTY_TOP_ARRAY
    chunks: list[bytes] = []
    try:
        _append_tree(value, chunks)
    except RecursionError:
        raise DatabaseError("54001", "stack depth limit exceeded") from None
    return b"".join(chunks)


def _append_tree(value: Any, chunks: list[bytes]) -> None:
    if isinstance(value, dict):
        chunks.append(_JSON_OBJECT + struct.pack(">I", len(value)))
        for key, child in value.items():
            chunks.append(encode_text(key))
            _append_tree(child, chunks)
    elif isinstance(value, list):
        chunks.append(_JSON_ARRAY + struct.pack(">I", len(value)))
        for child in value:
            _append_tree(child, chunks)
    else:
        chunks.append(_encode_leaf(value))


def _encode_leaf(value: Any) -> bytes:
    if value is None or isinstance(value, JsonNull):
        return _JSON_NULL
    if isinstance(value, str):
        return _JSON_STRING + encode_text(value)
    if isinstance(value, bool):
        return _JSON_TRUE if value else _JSON_FALSE
    if isinstance(value, int | Decimal):
        return _JSON_NUMBER + encode_decimal(value)
    if isinstance(value, bytes):
        return _JSON_BYTES + _encode_bytes(value)
    if isinstance(value, StringSet | NumberSet | BinarySet):
        return _encode_set(value)
    raise TypeError(f"no key encoding for {type(value).__name__}")


def _encode_set(value: StringSet | NumberSet | BinarySet) -> bytes:
    forms: dict[type, tuple[bytes, Encode]] = {
        StringSet: (_JSON_STRING_SET, encode_text),
        NumberSet: (_JSON_NUMBER_SET, encode_decimal),
        BinarySet: (_JSON_BINARY_SET, _encode_bytes),
    }
    tag, encode_member = forms[type(value)]
    members = sorted([encode_member(member) for member in value])
    return tag + struct.pack(">I", len(members)) + b"".join(members)


# ---- by kind -----------------------------------------------------------------------------------

_encode_float4, _decode_float4 = _float_codec("f", 32)
_encode_float8, _decode_float8 = _float_codec("d", 64)


def _encode_record(value: Record) -> bytes:
    """Field by field: 01 and the value, or 02 for NULL, which is above all values."""
    return b"".join(
        [
            b"\2" if item is None else b"\1" + value_encoder(*kinds)(item)
            for item, kinds in zip(value, value.kinds, strict=True)
        ]
    )


_RANGES: Final = RangeKeys(encode_decimal, _decode_decimal)

_ENCODERS: Final[dict[Kind, Encode]] = {
    **{kind: _integer_encoder(kind) for kind in INTEGER_FORMATS},
    Kind.FLOAT4: _encode_float4,
    Kind.FLOAT8: _encode_float8,
    Kind.DECIMAL: encode_decimal,
    Kind.TEXT: encode_text,
    Kind.VARCHAR: encode_text,
    Kind.NAME: encode_text,
    Kind.SINGLE_CHAR: encode_text,
    Kind.CHAR: _encode_char,
    Kind.BYTES: _encode_bytes,
    Kind.NETWORK: _encode_bytes,
    Kind.RANGE: _RANGES.encode_range,
    Kind.MULTIRANGE: _RANGES.encode_multirange,
    Kind.COMPOSITE: _encode_record,
    Kind.UUID: _encode_uuid,
    Kind.TIMETZ: _encode_timetz,
    Kind.INTERVAL: _encode_interval,
    Kind.JSONB: _encode_tree,
    Kind.STRING_SET: _encode_set,
    Kind.NUMBER_SET: _encode_set,
    Kind.BINARY_SET: _encode_set,
}
_DECODERS: Final[dict[Kind, Decode]] = {
    **{kind: _integer_decoder(kind) for kind in INTEGER_FORMATS},
    Kind.FLOAT4: _decode_float4,
    Kind.FLOAT8: _decode_float8,
    Kind.DECIMAL: _decode_decimal,
    Kind.TEXT: _decode_text,
    Kind.VARCHAR: _decode_text,
    Kind.NAME: _decode_text,
    Kind.SINGLE_CHAR: _decode_text,
    Kind.CHAR: _decode_text,
    Kind.BYTES: _decode_bytes,
    Kind.NETWORK: _decode_bytes,
    Kind.RANGE: _RANGES.decode_range,
    Kind.MULTIRANGE: _RANGES.decode_multirange,
    Kind.UUID: _decode_uuid,
    Kind.TIMETZ: _decode_timetz,
    Kind.INTERVAL: _decode_interval,
}
#: Kinds whose values come back from a key exactly as they were written.
_LOSSLESS: Final = frozenset(
    {*INTEGER_FORMATS, Kind.TEXT, Kind.VARCHAR, Kind.NAME, Kind.SINGLE_CHAR}
    | {Kind.BYTES, Kind.NETWORK, Kind.UUID, Kind.TIMETZ}
)


def has_order(kind: Kind, element_kind: Kind | None = None) -> bool:
    """Returns whether values of the kind can be (part of) an index key: all but json and arrays of arrays."""
    return kind is not Kind.JSON and element_kind not in {Kind.JSON, Kind.ARRAY}


def value_encoder(kind: Kind, element_kind: Kind | None = None) -> Encode:
    """Returns what encodes a value (not None) of the kind; without a limit of size."""
    if kind is Kind.ARRAY:
        assert element_kind is not None
        return _array_encoder(element_kind)
    return _ENCODERS[kind]


def value_decoder(kind: Kind, element_kind: Kind | None = None) -> Decode:
    """Returns what decodes a value of the kind, or its nearest form where the key has lost it.

    There is none for jsonb, composites and sets: KeyError.
    """
    if kind is Kind.ARRAY:
        assert element_kind is not None
        return _array_decoder(element_kind)
    return _DECODERS[kind]


def is_lossless(kind: Kind, element_kind: Kind | None = None) -> bool:
    """Returns whether decoding a key gives back the very value, display form included."""
    if kind is Kind.ARRAY:
        return element_kind in _LOSSLESS
    return kind in _LOSSLESS
