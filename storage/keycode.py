"""Keys: tuples of values as bytes whose order is the tuples' order.

    prefix (keyspace, storage id) · [hash (2 bytes)] · part · part · …

A part is the value's own encoding (storage/keyparts.py), inverted where the part is descending.
A part that may be NULL begins with a marker: 00 NULL sorting first, 01 a value follows, 02 NULL
sorting last. Since all encodings are prefix-free, a *prefix tuple* (values of the first parts) is a
byte prefix of exactly the keys that begin with it, and every key condition is one range of bytes:

    code = KeyCode(prefix, (Part(Kind.INT4), Part(Kind.TEXT)))
    code.encode((1, "x"))                                a full key
    code.bounds((1,))                                    a = 1
    code.bounds((1,), lower=Bound("m", False))           a = 1 AND b > 'm'

The hash scheme puts 16 bits of the partition parts' CRC-32 in front: keys of one partition stay
together and in order, partitions are spread.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple
from zlib import crc32

from storage.errors import DatabaseError
from storage.keyparts import (
    INTEGER_FORMATS,
    Encode,
    escape,
    invert,
    value_decoder,
    value_encoder,
)
from storage.keyspace import PREFIX_SIZE, prefix_end
from storage.types import Kind

#: Longest key tuple. A page of RocksDB holds several; DynamoDB's own limits are lower.
KEY_SIZE_BYTES_MAX: Final = 8192
_SIZE_MAX: Final = KEY_SIZE_BYTES_MAX + PREFIX_SIZE

_NULL_FIRST: Final = b"\x00"
_NOT_NULL: Final = b"\x01"
_NULL_LAST: Final = b"\x02"
_HASH: Final = struct.Struct(">H")

Values = Sequence[Any]


class Part(NamedTuple):
    """One component of a key. `nulls_first` counts only where it is `nullable`."""

    kind: Kind
    element_kind: Kind | None = None
    descending: bool = False
    nullable: bool = False
    nulls_first: bool = False


class Bound(NamedTuple):
    """One end of a range of values."""

    value: Any
    inclusive: bool


def part_encoder(part: Part) -> Encode:
    """Returns what encodes one part's value, NULL included where it may be."""
    encode = value_encoder(part.kind, part.element_kind)
    if part.descending:
        encode = _descending(encode)
    if part.nullable:
        encode = _nullable(encode, _NULL_FIRST if part.nulls_first else _NULL_LAST)
    return encode


def _descending(encode: Encode) -> Encode:
    return lambda value: invert(encode(value))


def _nullable(encode: Encode, null: bytes) -> Encode:
    return lambda value: null if value is None else _NOT_NULL + encode(value)


def _partition_hash(encoded: bytes) -> bytes:
    return _HASH.pack(crc32(encoded) >> 16)


class KeyCode:
    """The keys of one table or index: made once per table version.

    Attributes:
        encode: Key of a full tuple of values.
        hash_part_count: Parts that are hashed in front; 0 for the range scheme.
        name: Of the index, for the error about a key that is too long.
    """

    def __init__(
        self, prefix: bytes, parts: Sequence[Part], hash_part_count: int = 0, name: str = ""
    ) -> None:
        self.prefix = prefix
        self.name = name
        self.parts = tuple(parts)
        self.hash_part_count = hash_part_count
        self._encoders = tuple(map(part_encoder, self.parts))
        self.encode: Callable[[Values], bytes] = self._compile()

    # The common shapes get a function of their own; calls of methods and loops cost more than the
    # encoding itself.

    def _compile(self) -> Callable[[Values], bytes]:
        if self.hash_part_count:
            return self._hashed()
        if all(_is_plain_integer(part) for part in self.parts):
            return _integers(self.prefix, self.parts)
        match self._encoders:
            case (first,):
                return self._one(first)
            case (first, second):
                return self._two(first, second)
            case (first, second, third):
                return self._three(first, second, third)
            case _:
                return self._many(self.prefix, self._encoders)

    def _hashed(self) -> Callable[[Values], bytes]:
        count = self.hash_part_count
        if count == 1 and len(self._encoders) == 2:
            return self._hashed_pair(*self._encoders)
        partition = self._many(b"", self._encoders[:count])
        rest = tuple(enumerate(self._encoders))[count:]
        prefix = self.prefix

        def encode(values: Values) -> bytes:
            head = partition(values)
            chunks = [prefix, _partition_hash(head), head]
            chunks += [encode_part(values[n]) for n, encode_part in rest]
            return self._checked(b"".join(chunks))

        return encode

    def _hashed_pair(self, first: Encode, second: Encode) -> Callable[[Values], bytes]:
        prefix, checked = self.prefix, self._checked

        def encode(values: Values) -> bytes:
            head = first(values[0])
            key = prefix + _partition_hash(head) + head + second(values[1])
            return key if len(key) <= _SIZE_MAX else checked(key)

        return encode

    def _one(self, encode_part: Encode) -> Callable[[Values], bytes]:
        prefix, checked = self.prefix, self._checked

        def encode(values: Values) -> bytes:
            key = prefix + encode_part(values[0])
            return key if len(key) <= _SIZE_MAX else checked(key)

        return encode

    def _two(self, first: Encode, second: Encode) -> Callable[[Values], bytes]:
        prefix, checked = self.prefix, self._checked

        def encode(values: Values) -> bytes:
            key = prefix + first(values[0]) + second(values[1])
            return key if len(key) <= _SIZE_MAX else checked(key)

        return encode

    def _three(self, first: Encode, second: Encode, third: Encode) -> Callable[[Values], bytes]:
        prefix, checked = self.prefix, self._checked

        def encode(values: Values) -> bytes:
            key = prefix + first(values[0]) + second(values[1]) + third(values[2])
            return key if len(key) <= _SIZE_MAX else checked(key)

        return encode

    def _many(self, prefix: bytes, encoders: Sequence[Encode]) -> Callable[[Values], bytes]:
        checked = self._checked

        def encode(values: Values) -> bytes:
            chunks = [prefix]
            for encode_part, value in zip(encoders, values, strict=False):
                chunks.append(encode_part(value))
            key = b"".join(chunks)
            return key if len(key) <= _SIZE_MAX else checked(key)

        return encode

    def _checked(self, key: bytes) -> bytes:
        if len(key) > _SIZE_MAX:
            sizes = f"{len(key) - PREFIX_SIZE} exceeds maximum {KEY_SIZE_BYTES_MAX}"
            raise DatabaseError("54000", f'index row size {sizes} for index "{self.name}"')
        return key

    def encoder(self, positions: Sequence[int]) -> Callable[[Values], bytes]:
        """Returns what makes the key of a row whose n-th part is at `positions[n]`."""
        encode = self.encode
        if tuple(positions) == tuple(range(len(self.parts))):
            # The encoders look at the first values only.
            return encode
        if len(positions) == 1:
            (position,) = positions
            return lambda row: encode((row[position],))
        if len(positions) == 2:
            first, second = positions
            return lambda row: encode((row[first], row[second]))
        return lambda row: encode([row[position] for position in positions])

    def encode_prefix(self, values: Values) -> bytes:
        """Returns the bytes with which all keys of these first values begin.

        In the hash scheme all partition parts are needed, or none.
        """
        if len(values) == 1 == self.hash_part_count:
            head = self._encoders[0](values[0])
            return self.prefix + _partition_hash(head) + head
        chunks = [encode(value) for encode, value in zip(self._encoders, values, strict=False)]
        if self.hash_part_count and chunks:
            if len(chunks) < self.hash_part_count:
                raise ValueError("a hashed key needs all its partition parts")
            chunks.insert(0, _partition_hash(b"".join(chunks[: self.hash_part_count])))
        return self.prefix + b"".join(chunks)

    def bounds(
        self,
        equal: Values = (),
        lower: Bound | None = None,
        upper: Bound | None = None,
        *,
        not_null: bool = False,
    ) -> tuple[bytes, bytes]:
        """Returns (start, end) of the keys with these first values and a range on the next part.

        `equal` may hold None for IS NULL. A bound, or `not_null`, leaves out NULLs in the next
        part. `lower` and `upper` are in the order of values, also where the part is descending.
        """
        head = self.encode_prefix(equal)
        if lower is None and upper is None and not not_null:
            return head, prefix_end(head)
        part = self.parts[len(equal)]
        encode = self._encoders[len(equal)]
        start = head + _NOT_NULL if part.nullable else head
        end = prefix_end(start)
        if part.descending:
            lower, upper = upper, lower
        if lower is not None:
            key = head + encode(lower.value)
            start = key if lower.inclusive else prefix_end(key)
        if upper is not None:
            key = head + encode(upper.value)
            end = prefix_end(key) if upper.inclusive else key
        return start, end

    def bounds_of_text(self, equal: Values, beginning: str | bytes) -> tuple[bytes, bytes]:
        """Returns (start, end) of the keys whose next part, a text, begins with `beginning`."""
        part = self.parts[len(equal)]
        data = escape(beginning.encode() if isinstance(beginning, str) else beginning)
        head = self.encode_prefix(equal) + (_NOT_NULL if part.nullable else b"")
        start = head + (invert(data) if part.descending else data)
        return start, prefix_end(start)

    def partition(self, values: Values, count: int) -> bytes:
        """Returns what names the partition: the encoding of its first `count` values."""
        encoders = self._encoders[:count]
        return b"".join([encode(v) for encode, v in zip(encoders, values, strict=False)])

    def part_end(self, key: bytes, count: int) -> int:
        """Returns where the first `count` parts of a key end."""
        at = len(self.prefix) + (_HASH.size if self.hash_part_count else 0)
        for part in self.parts[:count]:
            _, at = _decode_part(part, key, at)
        return at

    def decode(self, key: bytes) -> tuple[Any, ...]:
        """Returns the values of a full key, as far as the key has kept them; see `is_lossless`."""
        at = len(self.prefix) + (_HASH.size if self.hash_part_count else 0)
        values = []
        for part in self.parts:
            value, at = _decode_part(part, key, at)
            values.append(value)
        return tuple(values)


def _decode_part(part: Part, key: bytes, at: int) -> tuple[Any, int]:
    if part.nullable:
        marker = key[at : at + 1]
        at += 1
        if marker != _NOT_NULL:
            return None, at
    decode = value_decoder(part.kind, part.element_kind)
    if part.descending:
        key = key[:at] + invert(key[at:])
    return decode(key, at)


def _is_plain_integer(part: Part) -> bool:
    return part.kind in INTEGER_FORMATS and not part.descending and not part.nullable


def _integers(prefix: bytes, parts: Sequence[Part]) -> Callable[[Values], bytes]:
    formats = [INTEGER_FORMATS[part.kind] for part in parts]
    codes = "".join(code for code, _ in formats)
    pack = struct.Struct(f">{len(prefix)}s{codes}").pack
    offsets = tuple(offset for _, offset in formats)
    match offsets:
        case (offset,):
            return lambda values: pack(prefix, values[0] + offset)
        case (first, second):
            return lambda values: pack(prefix, values[0] + first, values[1] + second)
        case _:

            def encode(values: Values) -> bytes:
                shifted = [value + offset for value, offset in zip(values, offsets, strict=False)]
                return pack(prefix, *shifted)

            return encode
