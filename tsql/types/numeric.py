"""numeric: Decimal, its exponent minus the display scale (see tsql.types.decimals).

A type modifier holds precision and scale: ((precision << 16) | (scale & 0x7ff)) + 4. The scale may
be negative (rounding left of the point) or larger than the precision.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.boolean import BLANKS
from tsql.types.decimals import (
    DIGITS_BEFORE_POINT_MAX,
    INFINITY,
    MINUS_INFINITY,
    NAN,
    ROUNDING,
    SCALE_MAX,
    overflow,
    rounded,
)
from tsql.types.io import text_io

_TYPMOD_HEADER: Final = 4
#: Exponents beyond this can't be meant; it keeps the arithmetic on them small.
_EXPONENT_MAX: Final = 2**30

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
_PLAIN = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_SPECIAL = {"nan": NAN} | {
    sign + word: MINUS_INFINITY if sign == "-" else INFINITY
    for sign in ("", "+", "-")
    for word in ("inf", "infinity")
}


def numeric_typmod(precision: int, scale: int) -> int:
    """Returns the type modifier of numeric(precision, scale)."""
    return ((precision << 16) | (scale & 0x7FF)) + _TYPMOD_HEADER


def precision_and_scale(typmod: int) -> tuple[int, int]:
    """Returns what a type modifier (not -1) holds."""
    bits = typmod - _TYPMOD_HEADER
    return (bits >> 16) & 0xFFFF, ((bits & 0x7FF) ^ 1024) - 1024


def fit_numeric(value: Decimal, typmod: int) -> Decimal:
    """Returns the value as numeric(precision, scale): rounded; raises 22003 if it doesn't fit."""
    if typmod < _TYPMOD_HEADER:
        return value
    precision, scale = precision_and_scale(typmod)
    if not value.is_finite():
        if value.is_nan():
            return value
        raise _field_overflow(
            f"A field with precision {precision}, scale {scale} cannot hold an infinite value."
        )
    if scale >= 0:
        result = rounded(value, scale)
    else:
        result = value.quantize(Decimal((0, (1,), -scale)), ROUND_HALF_UP, ROUNDING)
        result = rounded(result, 0)
    if result and result.adjusted() >= precision - scale:
        power = f"10^{precision - scale}" if precision != scale else "1"
        raise _field_overflow(
            f"A field with precision {precision}, scale {scale} "
            f"must round to an absolute value less than {power}."
        )
    return result


def _field_overflow(detail: str) -> DatabaseError:
    return DatabaseError("22003", "numeric field overflow", detail=detail)


def numeric_of(text: str) -> Decimal:
    """Returns the numeric that a text reads as; raises 22P02, or 22003 for too many digits."""
    if _PLAIN.fullmatch(text):
        value = Decimal(text)
        return value or value.copy_abs()
    stripped = text.strip(BLANKS)
    match = _NUMBER.fullmatch(stripped)
    if match is None or not (match[2] or match[3]):
        special = _SPECIAL.get(stripped.lower())
        if special is None:
            raise DatabaseError("22P02", f'invalid input syntax for type numeric: "{text}"')
        return special
    whole, fraction = match[2] or "", match[3] or ""
    scale, exponent = len(fraction), 0
    if match[4]:
        if len(match[4].lstrip("+-0")) > 10 or abs(exponent := int(match[4])) > _EXPONENT_MAX:
            raise overflow()
        scale -= exponent
    digits = (whole + fraction).lstrip("0")
    if len(digits) - scale > DIGITS_BEFORE_POINT_MAX and digits:
        raise overflow()
    if scale > SCALE_MAX:
        raise overflow()
    sign = "-" if match[1] == "-" and digits.strip("0") else ""
    if not digits.strip("0"):
        return Decimal((0, (0,), -max(scale, 0)))
    if scale < 0:
        return Decimal(f"{sign}{digits}{'0' * -scale}")
    return Decimal(f"{sign}{digits}e{-scale}")


def numeric_text(value: Decimal) -> str:
    """Returns the plain text: never an exponent, as many decimals as the display scale."""
    text = str(value)
    return f"{value:f}" if "E" in text else text


def _numeric_in(text: str, typmod: int, env: Env) -> Decimal:
    return fit_numeric(numeric_of(text), typmod)


def _numeric_out(value: Decimal, env: Env) -> str:
    return numeric_text(value)


text_io(oids.NUMERIC, _numeric_in, _numeric_out)
