"""in_range: whether a value lies within an offset of a base, as RANGE window frames ask.

in_range(value, base, offset, subtract, less) is value <= base ± offset (less) or value >= base ±
offset. Integers never overflow here; NaN and infinities follow PostgreSQL's rules.
"""

import math
from decimal import Decimal
from typing import Any

from storage.errors import DatabaseError
from tsql.functions.registry import implements
from tsql.types.decimals import NAN, ROUNDING

_INTEGERS = ("int2_int2", "int2_int4", "int2_int8", "int4_int2", "int4_int4", "int4_int8")


def _invalid_size() -> DatabaseError:
    message = "invalid preceding or following size in window function"
    return DatabaseError("22013", message)


@implements(*[f"in_range_{pair}" for pair in (*_INTEGERS, "int8_int8")])
def in_range_int(value: int, base: int, offset: int, subtract: bool, less: bool) -> bool:
    if offset < 0:
        raise _invalid_size()
    bound = base - offset if subtract else base + offset
    return value <= bound if less else value >= bound


@implements("in_range_float8_float8", "in_range_float4_float8")
def in_range_float(value: float, base: float, offset: float, subtract: bool, less: bool) -> bool:
    if math.isnan(offset) or offset < 0:
        raise _invalid_size()
    return _in_range(value, base, offset, base - offset if subtract else base + offset, less)


@implements("in_range_numeric_numeric")
def in_range_numeric(
    value: Decimal, base: Decimal, offset: Decimal, subtract: bool, less: bool
) -> bool:
    if offset.is_nan() or offset < 0:
        raise _invalid_size()
    if base.is_finite() and offset.is_finite():
        bound = ROUNDING.subtract(base, offset) if subtract else ROUNDING.add(base, offset)
    elif base.is_infinite() and offset.is_infinite() and (base > 0) == subtract:
        bound = NAN
    elif not base.is_finite():
        bound = base
    else:
        bound = offset.copy_negate() if subtract else offset
    return _in_range(value, base, offset, bound, less)


def _in_range(value: Any, base: Any, offset: Any, bound: Any, less: bool) -> bool:
    """Decides with NaN above all; a bound of infinity minus infinity includes everything."""
    if math.isnan(value):
        return math.isnan(base) or not less
    if math.isnan(base):
        return less
    if math.isinf(base) and math.isinf(offset) and math.isnan(bound):
        return True
    return bool(value <= bound) if less else bool(value >= bound)
