"""The default order and equality of every type, for functions that work on any element type.

`comparison_of` is what a type's btree operator class compares by: arrays, min and max of arrays,
mode, width_bucket and rank all ask here. Most types compare as their Python values do.
"""

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from storage.errors import DatabaseError
from storage.keyparts import value_encoder
from storage.types import Array, Interval, Kind, TimeTz
from tsql.catalog import pg
from tsql.functions import float as floats
from tsql.functions.integer import compare
from tsql.functions.numeric import numeric_cmp, numeric_eq
from tsql.functions.registry import CallSite, implementation_of
from tsql.types import oids
from tsql.types.composites import is_row
from tsql.types.enums import is_enum
from tsql.types.kinds import base_type, element_type_of
from tsql.types.range_types import ALL_RANGES
from tsql.types.record import Record
from tsql.types.type_names import type_name

Comparison = Callable[[Any, Any], int]
Equality = Callable[[Any, Any], bool]

#: Types whose values Python compares as SQL does.
NATURAL = frozenset(
    {
        oids.BOOL,
        oids.INT2,
        oids.INT4,
        oids.INT8,
        oids.OID,
        oids.TEXT,
        oids.VARCHAR,
        oids.NAME,
        oids.CHAR,
        oids.BYTEA,
        oids.UUID,
        oids.INET,
        oids.CIDR,
        oids.MACADDR,
        oids.MACADDR8,
        oids.MONEY,
        oids.BIT,
        oids.VARBIT,
        oids.TID,
        oids.PG_LSN,
        oids.XID8,
        oids.DATE,
        oids.TIME,
        oids.TIMESTAMP,
        oids.TIMESTAMPTZ,
        oids.REGTYPE,
        oids.REGCLASS,
        oids.REGPROC,
        oids.REGNAMESPACE,
        *ALL_RANGES,
    }
)


def _bpchar_cmp(a: str, b: str) -> int:
    return compare_natural(a.rstrip(" "), b.rstrip(" "))


def _bpchar_eq(a: str, b: str) -> bool:
    return a.rstrip(" ") == b.rstrip(" ")


def _interval_cmp(a: Interval, b: Interval) -> int:
    return compare(a.span(), b.span())


def _interval_eq(a: Interval, b: Interval) -> bool:
    return a.span() == b.span()


def _timetz_order(a: TimeTz) -> tuple[int, int]:
    return a.microseconds + a.zone * 1_000_000, a.zone


def _timetz_cmp(a: TimeTz, b: TimeTz) -> int:
    return compare_natural(_timetz_order(a), _timetz_order(b))


def compare_natural(a: Any, b: Any) -> int:
    """Returns -1, 0 or 1 by Python's own comparison."""
    return int(a > b) - int(a < b)


_COMPARISONS: dict[int, Comparison] = {
    **dict.fromkeys(NATURAL, compare_natural),
    oids.FLOAT4: floats.compare,
    oids.FLOAT8: floats.compare,
    oids.NUMERIC: numeric_cmp,
    oids.BPCHAR: _bpchar_cmp,
    oids.INTERVAL: _interval_cmp,
    oids.TIMETZ: _timetz_cmp,
}

_EQUALITIES: dict[int, Equality] = {
    **dict.fromkeys(NATURAL, operator.eq),
    oids.FLOAT4: floats.equal,
    oids.FLOAT8: floats.equal,
    oids.NUMERIC: numeric_eq,
    oids.BPCHAR: _bpchar_eq,
    oids.INTERVAL: _interval_eq,
    oids.TIMETZ: operator.eq,
    oids.ACLITEM: operator.eq,
}


def _float_image(value: float) -> Any:
    return None if math.isnan(value) else value


def _numeric_image(value: Decimal) -> Any:
    return None if value.is_nan() else value


def _same(value: Any) -> Any:
    return value


def _blank_trimmed(value: str) -> str:
    return value.rstrip(" ")


_IMAGES: dict[int, Callable[[Any], Any]] = {
    **dict.fromkeys(NATURAL, _same),
    oids.FLOAT4: _float_image,
    oids.FLOAT8: _float_image,
    oids.NUMERIC: _numeric_image,
    oids.BPCHAR: _blank_trimmed,
    oids.INTERVAL: Interval.span,
    oids.TIMETZ: _same,
    # Keys are equal exactly if the values are: 1 and 1.0, but not 1 and true.
    oids.JSONB: value_encoder(Kind.JSONB, None),
}


def image_of(oid: int) -> Callable[[Any], Any] | None:
    """Returns what maps equal values, and only those, to equal hashable ones; None if unknown."""
    oid = base_type(oid)
    return _same if is_enum(oid) else _IMAGES.get(oid)


def element_of(array_type: int) -> int:
    """Returns the element type of an array type, 0 if it isn't one."""
    return element_type_of(array_type)


def check_same_types(a: Record, b: Record, first: int = 0) -> None:
    """Raises 42804 for fields of different types, from the first on."""
    for at in range(first, min(len(a), len(b))):
        one, other = a.types[at], b.types[at]
        if one != other:
            raise DatabaseError(
                "42804",
                f"cannot compare dissimilar column types {type_name(one)} and {type_name(other)}"
                f" at record column {at + 1}",
            )


def check_same_width(a: Record, b: Record) -> None:
    """Raises 42804 for rows of different numbers of fields."""
    if len(a) != len(b):
        message = "cannot compare record types with different numbers of columns"
        raise DatabaseError("42804", message)


def compare_records(a: Record, b: Record) -> int:
    """Compares rows field by field; NULL equals NULL and is above all else. Raises 42804."""
    for at, (x, y, one, other) in enumerate(zip(a, b, a.types, b.types, strict=False)):
        if one != other:
            check_same_types(a, b, at)
        if x is None or y is None:
            if x is not y:
                return 1 if x is None else -1
        elif result := comparison_of(one)(x, y):
            return -1 if result < 0 else 1
    check_same_width(a, b)
    return 0


def comparison_of(oid: int) -> Comparison:
    """Returns the type's comparison: negative, 0 or positive. Raises 42883 if it has none."""
    oid = base_type(oid)
    found = compare_natural if is_enum(oid) else _COMPARISONS.get(oid)
    if found is None and (element := element_of(oid)):
        found = array_comparison(element)
    if is_row(oid):
        found = compare_records
    if found is None and oid == oids.JSONB:
        (proc,) = pg.procs_by_name()["jsonb_cmp"]
        if implementation := implementation_of(proc):
            found = implementation.build(CallSite(proc, (oid, oid), oids.INT4))
    if found is None:
        message = f"could not identify a comparison function for type {type_name(oid)}"
        raise DatabaseError("42883", message)
    return found


def equality_of(oid: int) -> Equality:
    """Returns whether two values of the type are equal. Raises 42883 if it has no equality."""
    oid = base_type(oid)
    found = operator.eq if is_enum(oid) else _EQUALITIES.get(oid)
    if found is not None:
        return found
    if element := element_of(oid):
        return array_equality(element)
    try:
        ordered = comparison_of(oid)
    except DatabaseError:
        message = f"could not identify an equality operator for type {type_name(oid)}"
        raise DatabaseError("42883", message) from None
    return lambda a, b: ordered(a, b) == 0


def array_equality(element: int) -> Equality:
    """Returns the equality of arrays: dimensions, bounds and elements; NULL equals NULL."""
    equal = equality_of(element)

    def arrays_equal(a: Array, b: Array) -> bool:
        if a.dimensions != b.dimensions or a.lower_bounds != b.lower_bounds:
            return False
        for x, y in zip(a.items, b.items, strict=True):
            if x is None or y is None:
                if x is not y:
                    return False
            elif not equal(x, y):
                return False
        return True

    return operator.eq if base_type(element) in NATURAL else arrays_equal


def array_comparison(element: int) -> Comparison:
    """Returns the order of arrays: elements first (NULL above all), then count, then dimensions."""
    ordered = comparison_of(element)
    natural = base_type(element) in NATURAL

    def compare_arrays(a: Array, b: Array) -> int:
        if natural and a.items != b.items:
            try:
                return compare_natural(a.items, b.items)
            except TypeError:  # a NULL decides
                pass
        for x, y in zip(a.items, b.items, strict=False):
            if x is None or y is None:
                if x is not y:
                    return 1 if x is None else -1
            elif result := ordered(x, y):
                return -1 if result < 0 else 1
        return (
            compare(len(a.items), len(b.items))
            or compare(len(a.dimensions), len(b.dimensions))
            or compare_natural(a.dimensions, b.dimensions)
            or compare_natural(a.lower_bounds, b.lower_bounds)
        )

    return compare_arrays
