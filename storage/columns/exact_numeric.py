"""Exact numeric division and variance, as PostgreSQL's numeric.c computes them.

DuckDB gives sums and counts; these finish them. A number is an unscaled integer with its display
scale: (150, 2) is 1.50. Python's Decimal holds a result, its exponent minus the display scale.
"""

from decimal import Context, Decimal
from math import isqrt
from typing import Final

#: NUMERIC_MIN_SIG_DIGITS and NUMERIC_MAX_DISPLAY_SCALE of PostgreSQL's numeric.h.
_SIGNIFICANT_DIGITS_MIN: Final = 16
_DISPLAY_SCALE_MAX: Final = 1000
_WIDE: Final = Context(prec=2000)


def quotient(
    dividend: Decimal, dividend_scale: int, divisor: Decimal, divisor_scale: int
) -> Decimal:
    """Returns dividend / divisor, of the scale that PostgreSQL gives it.

    The display scales are what the operands show, whatever scale they were computed in.
    """
    a, b = _unscaled(dividend, dividend_scale), _unscaled(divisor, divisor_scale)
    if b == 0:
        raise ZeroDivisionError
    scale = _division_scale(a, dividend_scale, b, divisor_scale)
    digits = _rounded(a * 10 ** (scale + divisor_scale), b * 10**dividend_scale)
    return _decimal(digits, scale)


def variance(
    count: int, total: Decimal, squares: Decimal, scale: int, *, is_sample: bool, is_root: bool
) -> Decimal | None:
    """Returns var_pop, var_samp, stddev_pop or stddev_samp of inputs of this display scale."""
    if count == 0 or (is_sample and count == 1):
        return None
    x, xx = _unscaled(total, scale), _unscaled(squares, 2 * scale)
    numerator = count * xx - x * x
    if numerator <= 0:
        return Decimal(0)
    denominator = count * (count - 1) if is_sample else count * count
    shown = _division_scale(numerator, 2 * scale, denominator, 0)
    digits = _rounded(numerator * 10**shown, denominator * 10 ** (2 * scale))
    if is_root:
        square = digits * 10**shown
        digits = isqrt(square)
        digits += square - digits * digits > digits
    return _decimal(digits, shown)


def _unscaled(value: Decimal, scale: int) -> int:
    return int(value.scaleb(scale, _WIDE))


def _decimal(digits: int, scale: int) -> Decimal:
    return Decimal(digits).scaleb(-scale, _WIDE)


def _rounded(numerator: int, denominator: int) -> int:
    """Divides, halves away from zero."""
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    p, q = abs(numerator), abs(denominator)
    return sign * ((2 * p + q) // (2 * q))


def _division_scale(a: int, a_scale: int, b: int, b_scale: int) -> int:
    """select_div_scale(): at least 16 significant digits, and no fewer than either operand shows."""
    a_weight, a_first = _leading(a, a_scale)
    b_weight, b_first = _leading(b, b_scale)
    weight = a_weight - b_weight - (a_first <= b_first)
    scale = max(_SIGNIFICANT_DIGITS_MIN - weight * 4, a_scale, b_scale, 0)
    return min(scale, _DISPLAY_SCALE_MAX)


def _leading(number: int, scale: int) -> tuple[int, int]:
    """Returns the weight and the value of the first digit in base 10,000."""
    if number == 0:
        return 0, 0
    padding = -scale % 4
    digits = str(abs(number) * 10**padding)
    groups = -(-len(digits) // 4)
    return groups - 1 - (scale + padding) // 4, int(digits[: len(digits) - 4 * (groups - 1)])
