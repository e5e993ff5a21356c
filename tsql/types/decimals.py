"""Decimal contexts and limits for numeric.

A numeric is a finite Decimal whose exponent is minus its display scale (0 or less, never positive,
never a negative zero), or NaN, or an infinity. PostgreSQL's limits: 131,072 digits before the
point, 16,383 after it. Decimal computes sums and products exactly in a context wide enough; it
computes quotients and roots to a given number of digits, which are then rounded to the result
scale. Rounding twice is safe here: the first time with ROUND_05UP, which never hides on which side
of a half the exact value lies.
"""

from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_05UP,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Final

from storage.errors import DatabaseError

#: Digits that a numeric may have before its point, and after it.
DIGITS_BEFORE_POINT_MAX: Final = 131_072
SCALE_MAX: Final = 16_383
#: Result scales that PostgreSQL chooses by itself stay below this (NUMERIC_MAX_DISPLAY_SCALE).
CHOSEN_SCALE_MAX: Final = 1000
#: Significant digits that a chosen scale aims at (NUMERIC_MIN_SIG_DIGITS).
SIGNIFICANT_DIGITS_MIN: Final = 16

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
NAN: Final = Decimal("NaN")
INFINITY: Final = Decimal("Infinity")
MINUS_INFINITY: Final = Decimal("-Infinity")

_PRECISION_MAX: Final = 2 * (DIGITS_BEFORE_POINT_MAX + SCALE_MAX) + 1000

#: Exact sums, differences and products; Overflow where there are too many digits before the point;
#: NaN where PostgreSQL says NaN (Infinity - Infinity).
EXACT: Final = Context(
    prec=_PRECISION_MAX,
    rounding=ROUND_HALF_UP,
    Emin=MIN_EMIN,
    Emax=DIGITS_BEFORE_POINT_MAX - 1,
    traps=[Overflow, DivisionByZero],
)
#: As EXACT without a limit before the point, for running sums: the result is checked, not the way.
WIDE: Final = Context(
    prec=_PRECISION_MAX,
    rounding=ROUND_HALF_UP,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    traps=[],
)
#: For quantize: half away from zero.
ROUNDING: Final = Context(
    prec=_PRECISION_MAX,
    rounding=ROUND_HALF_UP,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    traps=[InvalidOperation],
)
#: Enough for most quotients.
QUOTIENT_DIGITS: Final = 60

#: _UNITS[scale] is the Decimal to quantize by.
_UNITS: Final = [Decimal((0, (1,), -scale)) for scale in range(64)]


def unit(scale: int) -> Decimal:
    """Returns 10^-scale, with that scale: what to quantize by."""
    return _UNITS[scale] if 0 <= scale < 64 else Decimal((0, (1,), -scale))


def inexact(digits: int) -> Context:
    """Returns a context of so many digits for a result that will be rounded once more."""
    return Context(prec=max(digits, 1), rounding=ROUND_05UP, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])


_QUOTIENT: Final = inexact(QUOTIENT_DIGITS)


def overflow() -> DatabaseError:
    """Returns the error for more digits than a numeric can have."""
    return DatabaseError("22003", "value overflows numeric format")


def rounded(value: Decimal, scale: int) -> Decimal:
    """Returns a finite value rounded half away from zero to a scale >= 0."""
    result = value.quantize(unit(scale), ROUND_HALF_UP, ROUNDING)
    return result or result.copy_abs()


def checked(value: Decimal) -> Decimal:
    """Returns a value unless it has too many digits before the point (22003)."""
    if value.is_finite() and value.adjusted() >= DIGITS_BEFORE_POINT_MAX and value:
        raise overflow()
    return value


def scale_of(value: Decimal) -> int:
    """Returns the display scale of a finite value."""
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return -exponent


def of_int(value: int) -> Decimal:
    """Returns an integer as a numeric of scale 0."""
    return Decimal(value)


def scaled(value: int, scale: int) -> Decimal:
    """Returns value * 10^-scale, with that scale."""
    return Decimal(value).scaleb(-scale, ROUNDING)


def leading_group(value: Decimal) -> tuple[int, int]:
    """Returns weight and value of the first base-10,000 digit, on which estimates rest."""
    weight, first, _ = _estimate(value)
    return weight, first


def _estimate(value: Decimal) -> tuple[int, int, int]:
    """Returns weight and value of the first base-10,000 digit, and the scale."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if not value:
        return 0, 0, -exponent
    adjusted = len(digits) + exponent - 1
    weight = adjusted // 4
    first = 0
    count = adjusted - 4 * weight + 1
    for digit in digits[:count]:
        first = first * 10 + digit
    return weight, first * 10 ** max(count - len(digits), 0), -exponent


def division_scale(dividend: Decimal, divisor: Decimal) -> int:
    """Returns the scale that PostgreSQL chooses for a quotient.

    At least 16 significant digits by an estimate of the quotient's weight, and at least the scale
    of either operand.
    """
    weight1, first1, scale1 = _estimate(dividend)
    weight2, first2, scale2 = _estimate(divisor)
    weight = weight1 - weight2 - (first1 <= first2)
    return min(max(SIGNIFICANT_DIGITS_MIN - 4 * weight, scale1, scale2), CHOSEN_SCALE_MAX)


def divided(dividend: Decimal, divisor: Decimal, scale: int) -> Decimal:
    """Returns the quotient of finite values rounded to a scale; the divisor isn't zero."""
    digits = dividend.adjusted() - divisor.adjusted() + scale + 3
    context = _QUOTIENT if digits <= QUOTIENT_DIGITS else inexact(digits)
    return rounded(context.divide(dividend, divisor), scale)
