"""Values on their way into a key: which types compare as a key orders, and how a value fits.

A key part of kind int2 may be compared with an int8, a float4 with a float8, a date with a
timestamp. `fit` turns the other type's value into one of the part's own kind, or says that no value
(or every one) meets the test, so that a key condition is always exact:

    int2 = 100000        no row              int2 < 100000        every row
    float4 > 0.1::float8 float4 > 0.1::float4 or >=, whichever is the same set of rows
"""

import math
import struct
from typing import Any, Final

from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    MICROSECONDS_PER_DAY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    Kind,
)
from tsql.types import oids
from tsql.types.kinds import base_type
from tsql.types.range_types import ALL_RANGES

#: Types among which PostgreSQL compares values directly, and so do keys.
_FAMILIES: Final = (
    frozenset({oids.INT2, oids.INT4, oids.INT8}),
    frozenset({oids.FLOAT4, oids.FLOAT8}),
    frozenset({oids.TEXT, oids.VARCHAR, oids.NAME}),
    frozenset({oids.DATE, oids.TIMESTAMP}),
)
_FAMILY_OF: Final = {oid: family for family in _FAMILIES for oid in family}

INTEGER_RANGES: Final = {
    Kind.INT2: (-(2**15), 2**15 - 1),
    Kind.INT4: (-(2**31), 2**31 - 1),
    Kind.INT8: (-(2**63), 2**63 - 1),
    Kind.OID: (0, 2**32 - 1),
}
_SINGLE: Final = struct.Struct("f")
_INFINITE_DATES: Final = {
    TIMESTAMP_INFINITY: DATE_INFINITY,
    TIMESTAMP_MINUS_INFINITY: DATE_MINUS_INFINITY,
}
_INFINITE_TIMESTAMPS: Final = {date: stamp for stamp, date in _INFINITE_DATES.items()}
#: Types whose keys order as their operators compare, with values of the same type.
_ORDERED: Final = frozenset(
    {
        oids.BOOL, oids.INT2, oids.INT4, oids.INT8, oids.OID, oids.FLOAT4, oids.FLOAT8,
        oids.NUMERIC, oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME, oids.CHAR, oids.BYTEA,
        oids.UUID, oids.DATE, oids.TIME, oids.TIMETZ, oids.TIMESTAMP, oids.TIMESTAMPTZ,
        oids.INTERVAL, oids.JSONB, oids.INET, oids.CIDR, oids.MACADDR, oids.MACADDR8, oids.MONEY, oids.BIT, oids.VARBIT,
        oids.BOOL_ARRAY, oids.INT2_ARRAY, oids.INT4_ARRAY, oids.INT8_ARRAY, oids.OID_ARRAY,
        oids.FLOAT4_ARRAY, oids.FLOAT8_ARRAY, oids.NUMERIC_ARRAY, oids.TEXT_ARRAY,
        oids.VARCHAR_ARRAY, oids.BYTEA_ARRAY, oids.UUID_ARRAY, oids.DATE_ARRAY, oids.TIME_ARRAY,
        oids.TIMESTAMP_ARRAY, oids.TIMESTAMPTZ_ARRAY, *ALL_RANGES,
    }
)  # fmt: skip


def comparable(target: int, value: int) -> bool:
    """Returns whether a key of type `target` answers a comparison with a value of type `value`."""
    target, value = base_type(target), base_type(value)
    if target == value:
        return target in _ORDERED
    family = _FAMILY_OF.get(target)
    return family is not None and value in family


#: A bound as a value of the kind and whether it is included; None: no bound.
Fit = tuple[Any, bool] | None


def comparable_as_it_is(target: int, value: int) -> bool:
    """Returns whether, besides, every value of type `value` is one of type `target`."""
    target, value = base_type(target), base_type(value)
    if target == value:
        return target in _ORDERED
    widened = {(oids.INT4, oids.INT2), (oids.INT8, oids.INT2), (oids.INT8, oids.INT4)}
    texts = _FAMILIES[2]
    return (
        (target, value) in widened
        or (target, value) == (oids.FLOAT8, oids.FLOAT4)
        or (target in texts and value in texts)
    )


class Impossible(Exception):  # noqa: N818 - a signal: no row meets the condition
    """No key meets the condition."""


def fits_as_it_is(kind: Kind, value_type: int) -> bool:
    """Returns whether values of the type need no fitting: the fast path of equal types."""
    return (kind, value_type) in _SAME


_SAME: Final = frozenset(
    {
        (Kind.BOOL, oids.BOOL), (Kind.INT2, oids.INT2), (Kind.INT4, oids.INT2),
        (Kind.INT4, oids.INT4), (Kind.INT8, oids.INT2), (Kind.INT8, oids.INT4),
        (Kind.INT8, oids.INT8), (Kind.OID, oids.OID), (Kind.FLOAT4, oids.FLOAT4),
        (Kind.FLOAT8, oids.FLOAT4), (Kind.FLOAT8, oids.FLOAT8), (Kind.DATE, oids.DATE),
        (Kind.TIMESTAMP, oids.TIMESTAMP),
    }
)  # fmt: skip
_FITTED: Final = frozenset(
    {Kind.INT2, Kind.INT4, Kind.INT8, Kind.FLOAT4, Kind.DATE, Kind.TIMESTAMP}
)


def fit_equal(kind: Kind, value_type: int, value: Any) -> Any:
    """Returns the value of the kind that equals `value`. Raises Impossible if there is none."""
    if kind not in _FITTED or (kind, value_type) in _SAME:
        return value
    fitted, order = _nearest(kind, value_type, value)
    if order:
        raise Impossible
    return fitted


def fit_lower(kind: Kind, value_type: int, value: Any, *, inclusive: bool) -> Fit:
    """Returns the lower bound. Raises Impossible if no value lies above it."""
    if kind not in _FITTED or (kind, value_type) in _SAME:
        return value, inclusive
    fitted, order = _nearest(kind, value_type, value)
    if order == 0:
        return fitted, inclusive
    if kind in INTEGER_RANGES:
        if order < 0:
            raise Impossible
        return None
    return fitted, order > 0


def fit_upper(kind: Kind, value_type: int, value: Any, *, inclusive: bool) -> Fit:
    """Returns the upper bound likewise."""
    if kind not in _FITTED or (kind, value_type) in _SAME:
        return value, inclusive
    fitted, order = _nearest(kind, value_type, value)
    if order == 0:
        return fitted, inclusive
    if kind in INTEGER_RANGES:
        if order > 0:
            raise Impossible
        return None
    return fitted, order < 0


def _nearest(kind: Kind, value_type: int, value: Any) -> tuple[Any, int]:
    """Returns a value of the kind next to `value`, and whether it lies below, at it or above."""
    if kind in INTEGER_RANGES:
        low, high = INTEGER_RANGES[kind]
        if value < low:
            return low, 1
        return (high, -1) if value > high else (value, 0)
    if kind is Kind.FLOAT4:
        return _nearest_single(value)
    if kind is Kind.DATE and value_type == oids.TIMESTAMP:
        if value in _INFINITE_DATES:
            return _INFINITE_DATES[value], 0
        days, rest = divmod(value, MICROSECONDS_PER_DAY)
        return days, -1 if rest else 0
    if kind is Kind.TIMESTAMP and value_type == oids.DATE:
        if value in _INFINITE_TIMESTAMPS:
            return _INFINITE_TIMESTAMPS[value], 0
        stamp = value * MICROSECONDS_PER_DAY
        if stamp >= TIMESTAMP_INFINITY:
            return TIMESTAMP_INFINITY - 1, -1
        return stamp, 0
    return value, 0


def _nearest_single(value: float) -> tuple[float, int]:
    if math.isnan(value):
        return value, 0
    try:
        single: float = _SINGLE.unpack(_SINGLE.pack(value))[0]
    except OverflowError:
        single = float("inf") if value > 0 else float("-inf")
    if single == value:
        return single, 0
    return single, -1 if single < value else 1


#: Escapes of LIKE, where the pattern has no ESCAPE clause of its own.
_WILDCARDS: Final = "%_"


def fixed_beginning(pattern: str) -> str:
    """Returns the text with which everything that the LIKE pattern matches begins."""
    result = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if character in _WILDCARDS:
            break
        if character == "\\":
            index += 1
            if index == len(pattern):
                break
            character = pattern[index]
        result.append(character)
        index += 1
    return "".join(result)
