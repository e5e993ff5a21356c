"""Arithmetic and comparison of numeric (manual 9.3): the four operations, remainders, rounding.

Sums and products are exact; a quotient has the scale that PostgreSQL chooses (decimals:
division_scale). NaN equals itself and is larger than everything else. Roots, logarithms and
powers are in tsql.functions.numeric_power.
"""

import math
import operator
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal, InvalidOperation, Overflow

from storage.errors import DatabaseError
from tsql.functions.integer import division_by_zero
from tsql.functions.registry import implements
from tsql.types.decimals import (
    DIGITS_BEFORE_POINT_MAX,
    EXACT,
    NAN,
    ONE,
    ROUNDING,
    SCALE_MAX,
    WIDE,
    ZERO,
    checked,
    divided,
    division_scale,
    overflow,
    rounded,
    scale_of,
    scaled,
    unit,
)
from tsql.types.numeric import fit_numeric

_FACTORIAL_MAX = 32177
_FACTORS_TOGETHER = 16
_EUCLID_DIGITS_MAX = 500


# ---- comparison --------------------------------------------------------------------------------


@implements("numeric_eq")
def numeric_eq(a: Decimal, b: Decimal) -> bool:
    return a == b or (a.is_nan() and b.is_nan())


@implements("numeric_ne")
def numeric_ne(a: Decimal, b: Decimal) -> bool:
    return a != b and not (a.is_nan() and b.is_nan())


@implements("numeric_lt")
def numeric_lt(a: Decimal, b: Decimal) -> bool:
    try:
        return a < b
    except InvalidOperation:
        return not a.is_nan()


@implements("numeric_le")
def numeric_le(a: Decimal, b: Decimal) -> bool:
    try:
        return a <= b
    except InvalidOperation:
        return b.is_nan()


@implements("numeric_gt")
def numeric_gt(a: Decimal, b: Decimal) -> bool:
    return numeric_lt(b, a)


@implements("numeric_ge")
def numeric_ge(a: Decimal, b: Decimal) -> bool:
    return numeric_le(b, a)


@implements("numeric_cmp")
def numeric_cmp(a: Decimal, b: Decimal) -> int:
    return numeric_lt(b, a) - numeric_lt(a, b)


@implements("numeric_larger")
def numeric_larger(a: Decimal, b: Decimal) -> Decimal:
    return a if numeric_lt(b, a) else b


@implements("numeric_smaller")
def numeric_smaller(a: Decimal, b: Decimal) -> Decimal:
    return a if numeric_lt(a, b) else b


# ---- the four operations -----------------------------------------------------------------------


@implements("numeric_add")
def numeric_add(a: Decimal, b: Decimal) -> Decimal:
    try:
        return EXACT.add(a, b)
    except Overflow:
        raise overflow() from None


@implements("numeric_sub")
def numeric_sub(a: Decimal, b: Decimal) -> Decimal:
    try:
        return EXACT.subtract(a, b)
    except Overflow:
        raise overflow() from None


@implements("numeric_mul")
def numeric_mul(a: Decimal, b: Decimal) -> Decimal:
    try:
        result = EXACT.multiply(a, b)
    except Overflow:
        raise overflow() from None
    if not result:
        return result.copy_abs() if scale_of(result) <= SCALE_MAX else rounded(result, SCALE_MAX)
    if result.adjusted() < -6 and result.is_finite() and scale_of(result) > SCALE_MAX:
        return rounded(result, SCALE_MAX)
    return result


@implements("numeric_div")
def numeric_div(a: Decimal, b: Decimal) -> Decimal:
    if not (a.is_finite() and b.is_finite()):
        return _special_quotient(a, b)
    if not b:
        raise division_by_zero()
    return checked(divided(a, b, division_scale(a, b)))


def _special_quotient(a: Decimal, b: Decimal) -> Decimal:
    """Divides where an operand is NaN or infinite."""
    if a.is_nan() or b.is_nan() or (a.is_infinite() and b.is_infinite()):
        return NAN
    if b.is_infinite():
        return ZERO
    if not b:
        raise division_by_zero()
    return a if b > 0 else a.copy_negate()


@implements("numeric_div_trunc")
def numeric_div_trunc(a: Decimal, b: Decimal) -> Decimal:
    if not (a.is_finite() and b.is_finite()):
        return _special_quotient(a, b)
    if not b:
        raise division_by_zero()
    try:
        result = EXACT.divide_int(a, b)
    except Overflow:
        raise overflow() from None
    return result or ZERO


@implements("numeric_mod")
def numeric_mod(a: Decimal, b: Decimal) -> Decimal:
    if a.is_nan() or b.is_nan():
        return NAN
    if a.is_infinite():
        if not b:
            raise division_by_zero()
        return NAN
    if b.is_infinite():
        return a
    if not b:
        raise division_by_zero()
    result = EXACT.remainder(a, b)
    return result or result.copy_abs()


@implements("numeric_uminus")
def numeric_uminus(a: Decimal) -> Decimal:
    return a.copy_negate() if a and not a.is_nan() else a


@implements("numeric_uplus")
def numeric_uplus(a: Decimal) -> Decimal:
    return a


implements("numeric_abs")(operator.methodcaller("copy_abs"))


@implements("numeric_inc")
def numeric_inc(a: Decimal) -> Decimal:
    return numeric_add(a, ONE)


# ---- rounding and scale ------------------------------------------------------------------------


def _clamped(scale: int) -> int:
    """Returns the scale within what a numeric can have: beyond it the result is the same."""
    return min(max(scale, -DIGITS_BEFORE_POINT_MAX - 1), SCALE_MAX)


@implements("numeric_round", "round(numeric)")
def numeric_round(a: Decimal, scale: int = 0) -> Decimal:
    if not a.is_finite():
        return a
    scale = _clamped(scale)
    if scale >= 0:
        return checked(rounded(a, scale))
    return checked(rounded(a.quantize(Decimal((0, (1,), -scale)), context=ROUNDING), 0))


@implements("numeric_trunc", "trunc(numeric)")
def numeric_trunc(a: Decimal, scale: int = 0) -> Decimal:
    if not a.is_finite():
        return a
    scale = _clamped(scale)
    result = a.quantize(Decimal((0, (1,), -scale)), ROUND_DOWN, ROUNDING)
    if scale < 0:
        result = rounded(result, 0)
    return result or result.copy_abs()


@implements("numeric_ceil")
def numeric_ceil(a: Decimal) -> Decimal:
    if not a.is_finite():
        return a
    return checked(a.quantize(ONE, ROUND_CEILING, ROUNDING) or ZERO)


@implements("numeric_floor")
def numeric_floor(a: Decimal) -> Decimal:
    if not a.is_finite():
        return a
    return checked(a.quantize(ONE, ROUND_FLOOR, ROUNDING) or ZERO)


@implements("numeric_sign")
def numeric_sign(a: Decimal) -> Decimal:
    if a.is_nan():
        return NAN
    return Decimal((a > 0) - (a < 0))


@implements("numeric")
def numeric(a: Decimal, typmod: int) -> Decimal:
    return fit_numeric(a, typmod)


@implements("numeric_scale")
def numeric_scale(a: Decimal) -> int | None:
    return scale_of(a) if a.is_finite() else None


@implements("numeric_min_scale")
def numeric_min_scale(a: Decimal) -> int | None:
    if not a.is_finite():
        return None
    return max(scale_of(a.normalize(ROUNDING)), 0) if a else 0


@implements("numeric_trim_scale")
def numeric_trim_scale(a: Decimal) -> Decimal:
    if not a.is_finite():
        return a
    return a.quantize(unit(numeric_min_scale(a) or 0), context=ROUNDING)


# ---- number theory -----------------------------------------------------------------------------


@implements("numeric_gcd")
def numeric_gcd(a: Decimal, b: Decimal) -> Decimal:
    if not (a.is_finite() and b.is_finite()):
        return NAN
    scale = max(scale_of(a), scale_of(b))
    a, b = a.copy_abs(), b.copy_abs()
    if max(a.adjusted(), b.adjusted()) + scale > _EUCLID_DIGITS_MAX:
        # Python's integers have Lehmer's algorithm; conversion costs less than the many divisions.
        factor = unit(-scale)
        common = math.gcd(int(WIDE.multiply(a, factor)), int(WIDE.multiply(b, factor)))
        return scaled(common, scale)
    while b:
        a, b = b, EXACT.remainder(a, b)
    return a.quantize(unit(scale), context=ROUNDING)


@implements("numeric_lcm")
def numeric_lcm(a: Decimal, b: Decimal) -> Decimal:
    if not (a.is_finite() and b.is_finite()):
        return NAN
    scale = max(scale_of(a), scale_of(b))
    if not a or not b:
        return rounded(ZERO, scale)
    quotient = WIDE.divide_int(a, numeric_gcd(a, b))
    return numeric_mul(quotient, b).copy_abs().quantize(unit(scale), context=ROUNDING)


@implements("numeric_fac")
def numeric_fac(a: int) -> Decimal:
    if a < 0:
        raise DatabaseError("22003", "factorial of a negative number is undefined")
    if a > _FACTORIAL_MAX:
        raise overflow()
    return _product(1, a + 1)


def _product(start: int, end: int) -> Decimal:
    """Returns the product of the integers from start up to end, which is excluded."""
    if end - start <= _FACTORS_TOGETHER:
        return Decimal(math.prod(range(start, end)))
    middle = (start + end) // 2
    return EXACT.multiply(_product(start, middle), _product(middle, end))
