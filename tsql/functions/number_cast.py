"""Casts between the number types.

From float to integer halves go to the even neighbour, from numeric away from zero, as PostgreSQL
does (rint here, round there). A float becomes a numeric by its 15 (float4: 6) significant digits.
"""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from storage.errors import DatabaseError
from tsql.functions.float import overflow, underflow
from tsql.functions.registry import implements
from tsql.types.decimals import INFINITY, MINUS_INFINITY, NAN, ONE, ROUNDING
from tsql.types.floats import FLOAT4_DIGITS, FLOAT8_DIGITS, float4, float4_of, float8_of
from tsql.types.integers import (
    INT2_MAX,
    INT2_MIN,
    INT4_MAX,
    INT4_MIN,
    INT8_MAX,
    INT8_MIN,
    OID_MAX,
    out_of_range,
)
from tsql.types.numeric import numeric_of, numeric_text


def _same(a: int) -> int:
    return a


def _narrowed(type_name: str, lowest: int, highest: int) -> Callable[[int], int]:
    def narrow(a: int) -> int:
        if lowest <= a <= highest:
            return a
        raise out_of_range(type_name)

    return narrow


def _from_float(type_name: str, lowest: int, highest: int) -> Callable[[float], int]:
    # The highest value itself may not be a double: compare with the first one beyond it.
    low, end = float(lowest), float(highest + 1)

    def from_float(a: float) -> int:
        # A value that rounds into the range from outside is checked after rounding.
        if math.isfinite(a) and low <= (whole := round(a)) < end:
            return whole
        raise out_of_range(type_name)

    return from_float


def _from_numeric(type_name: str, lowest: int, highest: int) -> Callable[[Decimal], int]:
    def from_numeric(a: Decimal) -> int:
        if not a.is_finite():
            what = "NaN" if a.is_nan() else "infinity"
            raise DatabaseError("0A000", f"cannot convert {what} to {type_name}")
        if a.adjusted() < 20:
            whole = int(a.quantize(ONE, ROUND_HALF_UP, ROUNDING))
            if lowest <= whole <= highest:
                return whole
        raise out_of_range(type_name)

    return from_numeric


implements("i2toi4", "int28", "int48", "oidtoi8")(_same)
implements("i4toi2", "int82")(_narrowed("smallint", INT2_MIN, INT2_MAX))
implements("int84")(_narrowed("integer", INT4_MIN, INT4_MAX))
implements("i8tooid")(_narrowed("OID", 0, OID_MAX))
implements("dtoi2", "ftoi2")(_from_float("smallint", INT2_MIN, INT2_MAX))
implements("dtoi4", "ftoi4")(_from_float("integer", INT4_MIN, INT4_MAX))
implements("dtoi8", "ftoi8")(_from_float("bigint", INT8_MIN, INT8_MAX))
implements("numeric_int2")(_from_numeric("smallint", INT2_MIN, INT2_MAX))
implements("numeric_int4")(_from_numeric("integer", INT4_MIN, INT4_MAX))
implements("numeric_int8")(_from_numeric("bigint", INT8_MIN, INT8_MAX))
implements("i2tod", "i4tod", "i8tod")(float)
implements("int2_numeric", "int4_numeric", "int8_numeric")(Decimal)


@implements("ftod")
def ftod(a: float) -> float:
    return a


@implements("i2tof", "i4tof", "i8tof")
def i8tof(a: int) -> float:
    """Rounds once: an int8 has more digits than a double, where rounding twice would show."""
    result = float4(a)
    if -(2**53) <= a <= 2**53:
        return result
    spread = max(a.bit_length() - 40, 0)
    # The lowest bits only matter as "not zero" (a sticky bit).
    sticky = 1 if a & ((1 << spread) - 1) else 0
    return float4(((a >> spread) | sticky) * (1 << spread))


@implements("dtof")
def dtof(a: float) -> float:
    result = float4(a)
    if math.isinf(result) and not math.isinf(a):
        raise overflow()
    if result == 0.0 and a != 0.0:
        raise underflow()
    return result


def numeric_from_float(a: float, digits: int) -> Decimal:
    """Returns the numeric of so many significant digits of a float."""
    if math.isnan(a):
        return NAN
    if math.isinf(a):
        return INFINITY if a > 0 else MINUS_INFINITY
    return numeric_of(f"{a:.{digits}g}")


@implements("float8_numeric")
def float8_numeric(a: float) -> Decimal:
    return numeric_from_float(a, FLOAT8_DIGITS)


@implements("float4_numeric")
def float4_numeric(a: float) -> Decimal:
    return numeric_from_float(a, FLOAT4_DIGITS)


@implements("numeric_float8")
def numeric_float8(a: Decimal) -> float:
    if not a:
        return 0.0
    result = float(a)
    if a.is_finite() and (result == 0.0 or math.isinf(result)):
        return float8_of(numeric_text(a))
    return result


@implements("numeric_float4")
def numeric_float4(a: Decimal) -> float:
    if not a.is_finite():
        return float(a)
    return float4_of(numeric_text(a))
