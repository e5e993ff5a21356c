"""Stored forms: how one value becomes msgpack, and comes back.

A declared column's kind is known, so its values take msgpack's own forms, which any reader can scan
without a schema of ours:

| kind                       | stored as                                                          |
|----------------------------|--------------------------------------------------------------------|
| bool, ints, oid, date/time | bool, int                                                          |
| float4, float8             | float 64                                                           |
| numeric                    | str: decimal text with its scale, NaN, Infinity, -Infinity         |
| text types, json           | str                                                                |
| bytea, uuid                | bin                                                                |
| timetz, interval           | array of their parts                                               |
| array                      | array of its elements; or, unless it has one dimension from 1,     |
|                            | the map {1: elements, 2: dimensions, 3: lower bounds}              |
| range                      | array of its two cuts, *trees*                                     |
| multirange                 | array of its ranges                                                |
| composite                  | array of its fields' types, array of their kinds, array of values;  |
|                            | the kind of an array is that of its elements, negative             |
| jsonb, sets                | a *tree*                                                           |

Inside a tree, and in an undeclared attribute, nothing says what a value is but the value itself.
What msgpack has no form for is an extension there, with a code of `Extension`. The codes and forms
are part of the data format: a test freezes them.
"""

import enum
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from storage.errors import DatabaseError
from storage.types import (
    JSON_NULL,
    Array,
    BinarySet,
    Interval,
    JsonNull,
    Kind,
    NumberSet,
    Range,
    Record,
    StringSet,
    TimeTz,
    Typed,
)

Convert = Callable[[Any], Any]


class Extension(enum.IntEnum):
    """Extension codes of trees. Never reused."""

    DECIMAL = 1  # ASCII text
    BIG_INTEGER = 2  # beyond 64 bits: two's complement, big-endian
    JSON_NULL = 3  # a jsonb column's null, which isn't SQL's
    STRING_SET = 4  # msgpack array of str, ascending
    NUMBER_SET = 5  # msgpack array of decimal text, ascending by value
    BINARY_SET = 6  # msgpack array of bin, ascending
    TYPED = 7  # msgpack array: kind, stored form


_INT_MIN: Final = -(2**63)
_INT_MAX: Final = 2**63 - 1
_INTERVAL_OR_TIMETZ: Final = {Kind.INTERVAL: Interval._make, Kind.TIMETZ: TimeTz._make}
#: Kinds whose values msgspec writes and reads as they are.
_NATIVE_KINDS: Final = frozenset(Kind) - {
    Kind.DECIMAL,
    Kind.TIMETZ,
    Kind.INTERVAL,
    Kind.JSONB,
    Kind.ARRAY,
    Kind.STRING_SET,
    Kind.NUMBER_SET,
    Kind.BINARY_SET,
    Kind.RANGE,
    Kind.MULTIRANGE,
    Kind.COMPOSITE,
}
#: Kinds in whose stored forms nothing is nested.
_FLAT_KINDS: Final = _NATIVE_KINDS | {Kind.DECIMAL, Kind.TIMETZ, Kind.INTERVAL}
_TREE_KINDS: Final = frozenset({Kind.JSONB, Kind.STRING_SET, Kind.NUMBER_SET, Kind.BINARY_SET})
#: Types that stand for themselves inside a tree; all others are looked at one by one.
_PLAIN_TYPES: Final = frozenset({str, bool, type(None), bytes, float})

_encode_msgpack = msgspec.msgpack.Encoder().encode


def pack(stored: Any) -> bytes:
    """Returns the msgpack of a stored form. Raises 54001 for a tree that is too deep."""
    try:
        return _encode_msgpack(stored)
    except RecursionError:
        raise _too_deep() from None


def packer(kinds: Iterable[Kind]) -> Callable[[Any], bytes]:
    """Returns what packs the stored forms of values of these kinds, without a look at what can't be deep."""
    return _encode_msgpack if _FLAT_KINDS.issuperset(kinds) else pack


def _too_deep() -> DatabaseError:
    return DatabaseError("54001", "stack depth limit exceeded")


def read_extension(code: int, data: memoryview) -> Any:
    """Returns the value of an extension in a tree."""
    match code:
        case Extension.DECIMAL:
            return Decimal(str(data, "ascii"))
        case Extension.BIG_INTEGER:
            return int.from_bytes(data, "big", signed=True)
        case Extension.JSON_NULL:
            return JSON_NULL
        case Extension.STRING_SET:
            return StringSet(unpack(data))
        case Extension.NUMBER_SET:
            return NumberSet(map(Decimal, unpack(data)))
        case Extension.BINARY_SET:
            return BinarySet(unpack(data))
        case Extension.TYPED:
            number, stored = unpack(data)
            kind = Kind(number)
            return Typed(kind, from_stored(kind)(stored))
        case _:
            raise DatabaseError("XX001", f"unknown extension {code} in a stored value")


#: Reads msgpack (bytes or a memoryview) into a stored form; inside trees, into values.
unpack: Final[Callable[[bytes | memoryview], Any]] = msgspec.msgpack.Decoder(
    ext_hook=read_extension
).decode


def _extension(code: Extension, data: bytes) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(int(code), data)


def tree_to_stored(value: Any) -> Any:
    """Returns a tree's stored form: itself, where msgpack has forms for all that it holds."""
    try:
        return _branch_to_stored(value)
    except RecursionError:
        raise _too_deep() from None


def _branch_to_stored(value: Any) -> Any:
    kind = type(value)
    if kind is dict:
        if _are_plain(value.values()):
            return value
        plain = _PLAIN_TYPES
        return {
            key: child if type(child) in plain else _branch_to_stored(child)
            for key, child in value.items()
        }
    if kind is list:
        return value if _are_plain(value) else [_branch_to_stored(child) for child in value]
    return _leaf_to_stored(value)


def _are_plain(children: Iterable[Any]) -> bool:
    for child in children:
        kind = type(child)
        if kind not in _PLAIN_TYPES and not (kind is int and _INT_MIN <= child <= _INT_MAX):
            return False
    return True


def _leaf_to_stored(value: Any) -> Any:
    if type(value) in _PLAIN_TYPES:
        return value
    if isinstance(value, Decimal):
        return _extension(Extension.DECIMAL, str(value).encode())
    if isinstance(value, int):
        if _INT_MIN <= value <= _INT_MAX:
            return value
        size = value.bit_length() // 8 + 1
        return _extension(Extension.BIG_INTEGER, value.to_bytes(size, "big", signed=True))
    if isinstance(value, JsonNull):
        return _extension(Extension.JSON_NULL, b"")
    if isinstance(value, StringSet):
        ordered = sorted(value, key=str.encode)
        return _extension(Extension.STRING_SET, _encode_msgpack(ordered))
    if isinstance(value, NumberSet):
        return _extension(Extension.NUMBER_SET, _encode_msgpack([str(n) for n in sorted(value)]))
    if isinstance(value, BinarySet):
        return _extension(Extension.BINARY_SET, _encode_msgpack(sorted(value)))
    if isinstance(value, Typed):
        convert = to_stored(value.kind)
        stored = value.value if convert is None else convert(value.value)
        return _extension(Extension.TYPED, pack([int(value.kind), stored]))
    raise TypeError(f"no stored form for {type(value).__name__}")


def _array_to_stored(element_kind: Kind) -> Convert:
    convert = to_stored(element_kind)

    def array_to_stored(array: Array) -> Any:
        items, dimensions, lower_bounds = array
        stored: Any = items
        if convert is not None:
            stored = [None if item is None else convert(item) for item in items]
        if lower_bounds in {(1,), ()}:
            return stored
        return {1: stored, 2: dimensions, 3: lower_bounds}

    return array_to_stored


def _array_from_stored(element_kind: Kind) -> Convert:
    convert = None if is_read_as_it_is(element_kind) else from_stored(element_kind)

    def elements(stored: list[Any]) -> tuple[Any, ...]:
        if convert is None:
            return tuple(stored)
        return tuple(None if item is None else convert(item) for item in stored)

    def array_from_stored(stored: Any) -> Array:
        if isinstance(stored, dict):
            return Array(elements(stored[1]), tuple(stored[2]), tuple(stored[3]))
        return Array.of(elements(stored))

    return array_from_stored


def _range_to_stored(value: Range) -> Any:
    return [[_leaf_to_stored(part) for part in cut] for cut in value]


def _range_from_stored(stored: list[list[Any]]) -> Range:
    start, end = stored
    return Range(tuple(start), tuple(end))


def _multirange_to_stored(value: tuple[Range, ...]) -> Any:
    return [_range_to_stored(part) for part in value]


def _multirange_from_stored(stored: list[list[list[Any]]]) -> tuple[Range, ...]:
    return tuple(map(_range_from_stored, stored))


def _record_to_stored(value: Record) -> Any:
    numbers, stored = [], []
    for item, (kind, element_kind) in zip(value, value.kinds, strict=True):
        numbers.append(int(kind) if element_kind is None else -int(element_kind))
        convert = None if item is None else to_stored(kind, element_kind)
        stored.append(item if convert is None else convert(item))
    return [value.types, numbers, stored]


def _record_from_stored(stored: list[Any]) -> Record:
    types, numbers, parts = stored
    kinds = tuple(
        (Kind(number), None) if number > 0 else (Kind.ARRAY, Kind(-number)) for number in numbers
    )
    items = [
        None if part is None else from_stored(kind, element_kind)(part)
        for part, (kind, element_kind) in zip(parts, kinds, strict=True)
    ]
    return Record.of(items, tuple(types), kinds)


_WHOLES_TO_STORED: Final[dict[Kind, Convert]] = {
    Kind.RANGE: _range_to_stored,
    Kind.MULTIRANGE: _multirange_to_stored,
    Kind.COMPOSITE: _record_to_stored,
}
_FROM_STORED: Final[dict[Kind, Convert]] = {
    **_INTERVAL_OR_TIMETZ,
    Kind.RANGE: _range_from_stored,
    Kind.MULTIRANGE: _multirange_from_stored,
    Kind.COMPOSITE: _record_from_stored,
}


def is_read_as_it_is(kind: Kind) -> bool:
    """Returns whether `unpack` alone yields values of that kind."""
    return kind in _NATIVE_KINDS or kind in _TREE_KINDS


def to_stored(kind: Kind, element_kind: Kind | None = None) -> Convert | None:
    """Returns what turns a value (not None) into its stored form, or None if it already is."""
    if kind is Kind.ARRAY:
        assert element_kind is not None
        return _array_to_stored(element_kind)
    if kind in _TREE_KINDS:
        return tree_to_stored
    return _WHOLES_TO_STORED.get(kind)


def from_stored(kind: Kind, element_kind: Kind | None = None) -> Convert:
    """Returns what turns a stored form (not None) as `unpack` yields it into the value."""
    if kind is Kind.ARRAY:
        assert element_kind is not None
        return _array_from_stored(element_kind)
    if kind is Kind.DECIMAL:
        return Decimal
    return _FROM_STORED.get(kind) or _same


def _same(value: Any) -> Any:
    return value


#: The kinds of undeclared attributes; what is Typed says its own.
KIND_BY_TYPE: Final[dict[type, Kind]] = {
    bool: Kind.BOOL,
    int: Kind.INT8,
    float: Kind.FLOAT8,
    Decimal: Kind.DECIMAL,
    str: Kind.TEXT,
    bytes: Kind.BYTES,
    dict: Kind.JSONB,
    list: Kind.JSONB,
    JsonNull: Kind.JSONB,
    StringSet: Kind.STRING_SET,
    NumberSet: Kind.NUMBER_SET,
    BinarySet: Kind.BINARY_SET,
}


def kind_of(value: Any) -> Kind:
    """Returns the kind of an undeclared attribute's value, which isn't None."""
    if isinstance(value, Typed):
        return value.kind
    return KIND_BY_TYPE[type(value)]
