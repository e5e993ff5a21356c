"""Rows compared by their values' images: *= *<> *< *<= *> *>= (PostgreSQL's record_image_eq, record_image_cmp).

Equal are values that are stored alike: 1.0 and 1.00 aren't. The order is that of PostgreSQL's memory:
numbers by their bits without a sign, strings by bytes. It is known here for the types below; rows of
others can be told apart, but not ordered.
"""

import struct
from collections.abc import Callable
from typing import Any, Final

from storage.errors import not_supported
from tsql.functions.ordering import check_same_types, check_same_width
from tsql.functions.registry import implements
from tsql.types import oids
from tsql.types.binary.registry import PLAIN, send_of
from tsql.types.kinds import base_type
from tsql.types.record import Record
from tsql.types.type_names import type_name

_BITS: Final = (1 << 64) - 1
_INTERVAL: Final = struct.Struct("!qii"), struct.Struct("<qii")
_TIMETZ: Final = struct.Struct("!qi"), struct.Struct("<qi")
#: Passed by value: one word, which the sign fills up.
_WORDS: Final = frozenset(
    {
        oids.BOOL, oids.CHAR, oids.INT2, oids.INT4, oids.INT8, oids.FLOAT4, oids.FLOAT8, oids.DATE,
        oids.TIME, oids.TIMESTAMP, oids.TIMESTAMPTZ,
    }
)  # fmt: skip
_STRINGS: Final = frozenset(
    {oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.BYTEA, oids.JSON, oids.UUID}
)
_STRUCTS: Final = {oids.INTERVAL: _INTERVAL, oids.TIMETZ: _TIMETZ}


def _image(value: Any, type_: int) -> bytes:
    return send_of(base_type(type_))(value, PLAIN)


def _ordered(type_: int, raw: bytes) -> Any:
    """Returns what is ordered as PostgreSQL's memory is. Raises 0A000."""
    base = base_type(type_)
    if base in _WORDS:
        return int.from_bytes(raw, "big", signed=True) & _BITS
    if base == oids.OID:
        return int.from_bytes(raw, "big")
    if base in _STRINGS:
        return raw
    if base in _STRUCTS:
        sent, kept = _STRUCTS[base]
        return kept.pack(*sent.unpack(raw))
    raise not_supported(f"the order of images of type {type_name(type_)}")


def _equal(a: Record, b: Record) -> bool:
    for at, (x, y) in enumerate(zip(a, b, strict=False)):
        type_ = a.types[at]
        if type_ != b.types[at]:
            check_same_types(a, b, at)
        if x is None or y is None:
            if x is not y:
                return False
        elif _image(x, type_) != _image(y, type_):
            return False
    check_same_width(a, b)
    return True


def compare_images(a: Record, b: Record) -> int:
    """Compares rows image by image; NULL equals NULL and is above all else. Raises 42804, 0A000."""
    for at, (x, y) in enumerate(zip(a, b, strict=False)):
        if a.types[at] != b.types[at]:
            check_same_types(a, b, at)
        if x is None or y is None:
            if x is not y:
                return 1 if x is None else -1
            continue
        type_ = a.types[at]
        one, other = _image(x, type_), _image(y, type_)
        if one != other:
            return -1 if _ordered(type_, one) < _ordered(type_, other) else 1
    check_same_width(a, b)
    return 0


implements("record_image_eq")(_equal)
implements("btrecordimagecmp")(compare_images)


@implements("record_image_ne")
def record_image_ne(a: Record, b: Record) -> bool:
    return not _equal(a, b)


def _register(name: str, fits: Callable[[int], bool]) -> None:
    @implements(name)
    def compare(a: Record, b: Record) -> bool:
        return fits(compare_images(a, b))


_register("record_image_lt", lambda order: order < 0)
_register("record_image_le", lambda order: order <= 0)
_register("record_image_gt", lambda order: order > 0)
_register("record_image_ge", lambda order: order >= 0)
