"""Images of values that are equal, and hash alike, exactly when SQL calls the values equal.

Most types need none: their Python values already are. The others: NaN equals itself in SQL;
intervals of one span are equal; trailing blanks of char(n) don't count; trees and arrays are
compared by their key encoding (storage/keyparts.py), for in Python True == 1.
"""

import math
from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any, Final

from storage.errors import not_supported
from storage.keyparts import has_order, value_encoder
from storage.types import Array, Interval, Kind
from tsql.types import oids
from tsql.types.kinds import base_type, element_type_of, kinds_of_type

Image = Callable[[Any], Hashable]

_SAME: Final = frozenset(
    {
        Kind.BOOL, Kind.INT2, Kind.INT4, Kind.INT8, Kind.OID, Kind.TEXT, Kind.VARCHAR, Kind.NAME,
        Kind.SINGLE_CHAR, Kind.BYTES, Kind.NETWORK, Kind.UUID, Kind.DATE, Kind.TIME, Kind.TIMESTAMP,
        Kind.TIMESTAMPTZ, Kind.TIMETZ, Kind.RANGE, Kind.MULTIRANGE,
    }
)  # fmt: skip
_NAN: Final = ("NaN",)


def _float_image(value: float) -> Hashable:
    return _NAN if math.isnan(value) else value


def _decimal_image(value: Decimal) -> Hashable:
    return _NAN if value.is_nan() else value


def _interval_image(value: Interval) -> Hashable:
    return value.span()


def _char_image(value: str) -> Hashable:
    return value.rstrip(" ")


def image_of(type_: int) -> Image | None:
    """Returns the image of a type's values, or None where they need none. Raises 42883."""
    if type_ in {oids.UNKNOWN, oids.VOID, oids.RECORD}:
        return None
    kinds = kinds_of_type(type_)
    if kinds is None:
        return None
    kind, element_kind = kinds
    match kind:
        case Kind.FLOAT4 | Kind.FLOAT8:
            return _float_image
        case Kind.DECIMAL:
            return _decimal_image
        case Kind.INTERVAL:
            return _interval_image
        case Kind.CHAR:
            return _char_image
        case _ if kind in _SAME:
            return None
        case Kind.ARRAY if element_kind is Kind.ARRAY:
            return _image_of_arrays(element_type_of(base_type(type_)))
        case _ if has_order(kind, element_kind):
            return value_encoder(kind, element_kind)
        case _:
            raise not_supported(f"equality of type {type_}")


def _image_of_arrays(element: int) -> Image:
    """Returns the image of arrays whose elements are arrays themselves."""
    inner = image_of(element)
    assert inner is not None

    def image(array: Array) -> Hashable:
        items = tuple([None if item is None else inner(item) for item in array.items])
        return array.dimensions, array.lower_bounds, items

    return image
