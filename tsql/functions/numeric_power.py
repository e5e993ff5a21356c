"""Roots, exponentials, logarithms and powers of numeric.

The work lies in the result's scale, which PostgreSQL derives from an estimate of the result's
weight: about 16 significant digits, never fewer decimals than an operand has, at most 1000. The
value itself is computed with some digits more and rounded once, half away from zero.
"""

import math
from decimal import Context, Decimal

from storage.errors import DatabaseError
from tsql.functions.integer import division_by_zero
from tsql.functions.registry import implements
from tsql.types.decimals import (
    CHOSEN_SCALE_MAX,
    DIGITS_BEFORE_POINT_MAX,
    EXACT,
    INFINITY,
    NAN,
    ONE,
    ROUNDING,
    SIGNIFICANT_DIGITS_MIN,
    WIDE,
    ZERO,
    checked,
    divided,
    inexact,
    leading_group,
    overflow,
    rounded,
    scale_of,
    unit,
)
from tsql.types.integers import INT4_MAX, INT4_MIN

_LOG10_E = 0.434294481903252
_LN_10 = math.log(10.0)
#: PostgreSQL's NUMERIC_MAX_RESULT_SCALE; e to three times that is refused without a try.
_RESULT_SCALE_MAX = 2000
_EXPONENT_MAX = 3 * _RESULT_SCALE_MAX
_GUARD_DIGITS = 12
_TEN = Decimal(10)
_HALF = Decimal("0.5")


def _chosen_scale(weight: int, *operands: Decimal) -> int:
    """Returns the scale for a result of about that decimal weight."""
    scale = SIGNIFICANT_DIGITS_MIN - weight
    for operand in operands:
        scale = max(scale, scale_of(operand))
    return min(max(scale, 0), CHOSEN_SCALE_MAX)


def _truncated(value: float) -> int:
    return int(value) if math.isfinite(value) else 0


# ---- square root -------------------------------------------------------------------------------


@implements("numeric_sqrt")
def numeric_sqrt(a: Decimal) -> Decimal:
    if a.is_nan():
        return a
    if a < 0:
        raise DatabaseError("2201F", "cannot take square root of a negative number")
    if a.is_infinite():
        return a
    weight, _ = leading_group(a)
    scale = _chosen_scale(_truncated((weight + 1) * 4 / 2) - 1, a)
    return square_root(a, scale)


def square_root(a: Decimal, scale: int) -> Decimal:
    """Returns the root of a >= 0 rounded half away from zero to a scale."""
    if not a:
        return rounded(ZERO, scale)
    digits = max(a.adjusted() // 2 + scale + 4, 1)
    root = rounded(inexact(digits).sqrt(a), scale)
    # The library rounds half to even: check the last digit against the half below.
    below = WIDE.subtract(root, WIDE.multiply(unit(scale), _HALF))
    if below > 0 and WIDE.multiply(below, below) > a:
        root = WIDE.subtract(root, unit(scale))
    return root


# ---- exponential -------------------------------------------------------------------------------


@implements("numeric_exp")
def numeric_exp(a: Decimal) -> Decimal:
    if not a.is_finite():
        return ZERO if not a.is_nan() and a < 0 else a
    weight = float(a) * _LOG10_E
    scale = _chosen_scale(int(max(min(weight, _RESULT_SCALE_MAX), -_RESULT_SCALE_MAX)), a)
    return _exponential(a, scale)


def _exponential(a: Decimal, scale: int) -> Decimal:
    """Returns e^a rounded to a scale, 0 if it is far smaller; raises 22003 if it is far larger."""
    power = float(a)
    if abs(power) >= _EXPONENT_MAX:
        if power > 0:
            raise overflow()
        return rounded(ZERO, scale)
    digits = int(power * _LOG10_E) + scale + _GUARD_DIGITS
    if digits <= 0:
        return rounded(ZERO, scale)
    return rounded(inexact(digits).exp(a), scale)


# ---- logarithms --------------------------------------------------------------------------------


def _logarithm_weight(a: Decimal) -> int:
    """Returns an estimate of the decimal weight of ln(a), for a > 0."""
    if Decimal("0.9") <= a <= Decimal("1.1"):
        distance = EXACT.subtract(a, ONE)
        return distance.adjusted() if distance else 0
    weight, first = leading_group(a)
    exponent = 4 * weight
    digits = float(first)
    if rest := EXACT.subtract(a, Decimal(first).scaleb(exponent, ROUNDING)):
        second = int(rest.scaleb(4 - exponent, ROUNDING))
        digits, exponent = first * 10000.0 + second, exponent - 4
    logarithm = math.log(digits) + exponent * _LN_10
    return int(math.log10(abs(logarithm)))


def _check_logarithm(a: Decimal) -> None:
    if not a:
        raise DatabaseError("2201E", "cannot take logarithm of zero")
    if a < 0:
        raise DatabaseError("2201E", "cannot take logarithm of a negative number")


def _logarithm(a: Decimal, digits: int) -> Decimal:
    """Returns ln(a) with at least so many significant digits."""
    context = inexact(digits + _GUARD_DIGITS)
    weight = a.adjusted()
    # Near 1 the result is small: keep the digits of the distance from 1.
    wanted = digits + 2 * _GUARD_DIGITS + max(-_logarithm_weight(a), 0) + 4
    if weight + scale_of(a) + 1 > wanted:
        a = inexact(wanted).plus(a)
    return context.ln(a)


@implements("numeric_ln")
def numeric_ln(a: Decimal) -> Decimal:
    if a.is_nan():
        return a
    _check_logarithm(a)
    if a.is_infinite():
        return a
    weight = _logarithm_weight(a)
    scale = _chosen_scale(weight, a)
    if a == 1:
        return rounded(ZERO, scale)
    return rounded(_logarithm(a, max(weight + scale, 0) + 2), scale)


@implements("numeric_log")
def numeric_log(base: Decimal, a: Decimal) -> Decimal:
    if base.is_nan() or a.is_nan():
        return NAN
    _check_logarithm(base)
    _check_logarithm(a)
    if base.is_infinite() or a.is_infinite():
        if base.is_infinite():
            return NAN if a.is_infinite() else ZERO
        return INFINITY
    weight = _logarithm_weight(a) - _logarithm_weight(base)
    scale = _chosen_scale(weight, base, a)
    if base == 1:
        raise division_by_zero()
    if a == 1:
        return rounded(ZERO, scale)
    digits = max(weight + scale, 0) + _GUARD_DIGITS
    return divided(_logarithm(a, digits), _logarithm(base, digits), scale)


@implements("log(numeric)", "log10(numeric)")
def numeric_log10(a: Decimal) -> Decimal:
    return numeric_log(_TEN, a)


# ---- powers ------------------------------------------------------------------------------------


@implements("numeric_power")
def numeric_power(base: Decimal, exponent: Decimal) -> Decimal:
    if not (base.is_finite() and exponent.is_finite()):
        return _special_power(base, exponent)
    if not base and exponent < 0:
        raise DatabaseError("2201F", "zero raised to a negative power is undefined")
    is_integer = exponent == exponent.to_integral_value(context=ROUNDING)
    if base < 0 and not is_integer:
        message = "a negative number raised to a non-integer power yields a complex result"
        raise DatabaseError("2201F", message)
    if is_integer and INT4_MIN <= exponent <= INT4_MAX:
        return checked(_integer_power(base, int(exponent)))
    if not base:
        return rounded(ZERO, SIGNIFICANT_DIGITS_MIN)
    if base < 0:
        odd = EXACT.remainder(exponent, Decimal(2)) != 0
        result = _general_power(base.copy_abs(), exponent)
        return result.copy_negate() if odd and result else result
    return checked(_general_power(base, exponent))


def _special_power(base: Decimal, exponent: Decimal) -> Decimal:
    """Raises to a power where an operand is NaN or infinite (as C's pow does)."""
    if base.is_nan() or exponent.is_nan():
        one = (not base.is_nan() and base == 1) or (not exponent.is_nan() and exponent == 0)
        return ONE if one else NAN
    if exponent == 0 or base == 1:
        return ONE
    if exponent.is_infinite():
        return _infinite_exponent(base, exponent)
    # The base is infinite, the exponent finite and not zero.
    if base > 0:
        return base if exponent > 0 else ZERO
    if exponent != exponent.to_integral_value(context=ROUNDING):
        message = "a negative number raised to a non-integer power yields a complex result"
        raise DatabaseError("2201F", message)
    if exponent < 0:
        return ZERO
    return base if EXACT.remainder(exponent, Decimal(2)) else base.copy_abs()


def _infinite_exponent(base: Decimal, exponent: Decimal) -> Decimal:
    if not base:
        if exponent < 0:
            raise DatabaseError("2201F", "zero raised to a negative power is undefined")
        return ZERO
    if base == -1:
        return ONE
    grows = (abs(base) > 1) == (exponent > 0)
    return INFINITY if grows else ZERO


def _leading_logarithm(a: Decimal) -> float:
    """Returns log10 of |a| (not zero), from its leading digits."""
    exponent = a.adjusted()
    mantissa = a.copy_abs().scaleb(-exponent, ROUNDING)
    return math.log10(float(Context(prec=17).plus(mantissa))) + exponent


def _integer_power(base: Decimal, exponent: int) -> Decimal:
    scale = _chosen_scale(0, base)
    if exponent == 0:
        return rounded(ONE, scale)
    if not base:
        return rounded(ZERO, scale)
    weight = exponent * _leading_logarithm(base)
    if weight > DIGITS_BEFORE_POINT_MAX:
        raise overflow()
    if weight + 1 < -scale:
        return rounded(ZERO, scale)
    digits = int(weight) + scale + _GUARD_DIGITS + len(str(abs(exponent)))
    if digits <= 0:
        return rounded(ZERO, scale)
    return rounded(inexact(digits).power(base, exponent), scale)


def _general_power(base: Decimal, exponent: Decimal) -> Decimal:
    """Returns base^exponent for base > 0 by way of the logarithm."""
    logarithm_weight = _logarithm_weight(base)
    rough_scale = max(8 - logarithm_weight, 0)
    rough = rounded(_logarithm(base, rough_scale + max(logarithm_weight, 0) + 2), rough_scale)
    power = float(rounded(ROUNDING.multiply(rough, exponent), rough_scale))
    if abs(power) > _RESULT_SCALE_MAX * 3.01:
        if power > 0:
            raise overflow()
        return rounded(ZERO, CHOSEN_SCALE_MAX)
    weight = int(power * _LOG10_E)
    scale = _chosen_scale(weight, base, exponent)
    digits = max(weight + scale, 1) + _GUARD_DIGITS
    # The product's digits before the point are lost to the exponential.
    context = inexact(digits + max(_truncated(math.log10(abs(power) + 1)), 0) + 2)
    product = context.multiply(_logarithm(base, context.prec), exponent)
    return _exponential(product, scale)
