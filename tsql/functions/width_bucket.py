"""width_bucket: which of a row of equal (or given) buckets a value falls into."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.functions.ordering import comparison_of
from tsql.functions.registry import CallSite, Function, builds, implements
from tsql.types.decimals import ROUNDING, divided, division_scale
from tsql.types.integers import INT4_MAX, INT4_MIN, out_of_range


def _invalid(message: str) -> DatabaseError:
    return DatabaseError("2201G", message)


def _check(count: int, *, has_nan: bool, has_infinity: bool) -> None:
    if count <= 0:
        raise _invalid("count must be greater than zero")
    if has_nan:
        raise _invalid("operand, lower bound, and upper bound cannot be NaN")
    if has_infinity:
        raise _invalid("lower and upper bounds must be finite")


def _beyond(count: int) -> int:
    if count >= INT4_MAX:
        raise out_of_range("integer")
    return count + 1


def _bucket(value: Any, low: Any, high: Any, count: int, share: Callable[[], int]) -> int:
    """Returns the bucket; `share` computes it where the value lies inside."""
    if low == high:
        raise _invalid("lower bound cannot equal upper bound")
    if low < high:
        if value < low:
            return 0
        if value >= high:
            return _beyond(count)
    else:
        if value > low:
            return 0
        if value <= high:
            return _beyond(count)
    return share()


@implements("width_bucket_float8")
def width_bucket_float8(value: float, low: float, high: float, count: int) -> int:
    _check(
        count,
        has_nan=math.isnan(value) or math.isnan(low) or math.isnan(high),
        has_infinity=math.isinf(low) or math.isinf(high),
    )

    def share() -> int:
        # Up to version 16 PostgreSQL neither clips a rounded share nor avoids overflow.
        result = count * abs(value - low) / abs(high - low) + 1
        return int(result) if result <= INT4_MAX else INT4_MIN

    return _bucket(value, low, high, count, share)


@implements("width_bucket_numeric")
def width_bucket_numeric(value: Decimal, low: Decimal, high: Decimal, count: int) -> int:
    _check(
        count,
        has_nan=value.is_nan() or low.is_nan() or high.is_nan(),
        has_infinity=low.is_infinite() or high.is_infinite(),
    )

    def share() -> int:
        # PostgreSQL rounds the share to a scale of its choice and only then cuts it.
        distance = ROUNDING.multiply(ROUNDING.subtract(value, low), Decimal(count))
        width = ROUNDING.subtract(high, low)
        return int(divided(distance, width, division_scale(distance, width))) + 1

    return _bucket(value, low, high, count, share)


@builds("width_bucket_array")
def width_bucket_array(call: CallSite) -> Function:
    compare = comparison_of(call.argument_types[0])

    def width_bucket(value: Any, thresholds: Array) -> int:
        if len(thresholds.dimensions) > 1:
            raise DatabaseError("2202E", "thresholds must be one-dimensional array")
        if None in thresholds.items:
            raise DatabaseError("22004", "thresholds array must not contain NULLs")
        start, end = 0, len(thresholds.items)
        while start < end:
            middle = (start + end) // 2
            if compare(value, thresholds.items[middle]) < 0:
                end = middle
            else:
                start = middle + 1
        return start

    return width_bucket
