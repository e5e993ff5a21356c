"""Arithmetic, comparison and casts of money, whose values are whole cents.

As in PostgreSQL 15 nothing tests whether a sum or a product fits: it wraps around at 64 bits.
"""

import math
import operator
from decimal import Decimal
from typing import Final

from storage.errors import DatabaseError
from tsql.functions.aggregate import fold
from tsql.functions.registry import implements
from tsql.types import oids
from tsql.types.binary.registry import PLAIN, send_of
from tsql.types.decimals import WIDE
from tsql.types.money import CENTS_MAX, CENTS_MIN

_WORD: Final = 2**64

for _suffix in ("eq", "ne", "lt", "le", "gt", "ge"):
    implements(f"cash_{_suffix}")(getattr(operator, _suffix))
implements("cashlarger")(max)
implements("cashsmaller")(min)


def _wrapped(cents: int) -> int:
    return (cents - CENTS_MIN) % _WORD + CENTS_MIN


@implements("cash_cmp")
def cash_cmp(a: int, b: int) -> int:
    return (a > b) - (a < b)


@implements("cash_pl")
def cash_pl(a: int, b: int) -> int:
    return _wrapped(a + b)


@implements("cash_mi")
def cash_mi(a: int, b: int) -> int:
    return _wrapped(a - b)


fold(cash_pl, "sum(money)")


@implements(
    "cash_mul_int2", "cash_mul_int4", "cash_mul_int8",
    "int2_mul_cash", "int4_mul_cash", "int8_mul_cash",
)  # fmt: skip
def cash_times(a: int, b: int) -> int:
    return _wrapped(a * b)


@implements("cash_div_int2", "cash_div_int4", "cash_div_int8")
def cash_over_integer(cents: int, by: int) -> int:
    _check_divisor(by)
    quotient = abs(cents) // abs(by)
    return _wrapped(quotient if (cents < 0) == (by < 0) else -quotient)


@implements("cash_mul_flt4", "cash_mul_flt8")
def cash_times_float(cents: int, by: float) -> int:
    return _rounded(cents * by)


@implements("flt4_mul_cash", "flt8_mul_cash")
def float_times_cash(by: float, cents: int) -> int:
    return _rounded(cents * by)


@implements("cash_div_flt4", "cash_div_flt8")
def cash_over_float(cents: int, by: float) -> int:
    _check_divisor(by)
    return _rounded(cents / by)


@implements("cash_div_cash")
def cash_over_cash(cents: int, by: int) -> float:
    _check_divisor(by)
    return float(cents) / float(by)


def _check_divisor(by: float) -> None:
    if by == 0:
        raise DatabaseError("22012", "division by zero")


def _rounded(cents: float) -> int:
    """Returns whole cents, halves to the even one. PostgreSQL leaves open what becomes of others."""
    if not math.isfinite(cents) or not CENTS_MIN <= round(cents) <= CENTS_MAX:
        raise DatabaseError("22003", "money out of range")
    return round(cents)


@implements("int4_cash", "int8_cash")
def integer_to_cash(number: int) -> int:
    return _in_range(number * 100)


@implements("numeric_cash")
def numeric_to_cash(number: Decimal) -> int:
    if number.is_nan():
        raise DatabaseError("0A000", "cannot convert NaN to bigint")
    if number.is_infinite():
        raise DatabaseError("0A000", "cannot convert infinity to bigint")
    cents = WIDE.multiply(number, Decimal(100)).to_integral_value(rounding="ROUND_HALF_UP")
    return _in_range(int(cents))


def _in_range(cents: int) -> int:
    if not CENTS_MIN <= cents <= CENTS_MAX:
        raise DatabaseError("22003", "bigint out of range")
    return cents


@implements("cash_numeric")
def cash_to_numeric(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


@implements("cash_send")
def cash_send(cents: int) -> bytes:
    return send_of(oids.MONEY)(cents, PLAIN)
