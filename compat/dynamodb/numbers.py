"""DynamoDB's numbers: 38 significant digits, magnitudes from 1E-130 to 9.99…E+125, exact.

A number is a Decimal in one canonical form: no trailing zeros after the point, no exponent above 0
(so 1E2 is 100), no negative zero. Equal numbers have equal texts, and the text is always plain:
AWS returns 1E-130 as a point followed by 129 zeros and a one.

Numbers that come from SQL may be ints, floats and Decimals with a display scale; formatting takes
them as they are.

Sources: "Data types" in the developer guide (HowItWorks.NamingRulesDataTypes), API_AttributeValue.
"""

import re
from decimal import Context, Decimal, Inexact
from typing import Final

from compat.dynamodb.errors import WrongValueError, validation

DIGITS_MAX: Final = 38
EXPONENT_MAX: Final = 125
EXPONENT_MIN: Final = -130

_FORMAT: Final = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE](?P<exponent>[+-]?[0-9]+))?", re.ASCII
)
#: Exponents that fit a 64-bit integer are read; the older way of reading had 32 bits.
_EXPONENT_BITS: Final = 63
_OLDER_EXPONENT_BITS: Final = 31
_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
#: Wide enough for the exact sum of any two numbers, from 10^125 down to 10^-168.
_EXACT: Final = Context(prec=400, Emax=999_999, Emin=-999_999, traps=[Inexact])

OVERFLOW: Final = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
UNDERFLOW: Final = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)

_NOT_NUMERIC: Final = "The parameter cannot be converted to a numeric value"
_TOO_PRECISE: Final = "Attempting to store more than 38 significant digits in a Number"


def parse_number(text: str) -> Decimal:
    """Returns the number that the text writes. Raises ValidationException."""
    if len(text) <= DIGITS_MAX and text.isdecimal() and text.isascii() and text[0] != "0":
        return Decimal(text)
    if not text:
        raise WrongValueError(_NOT_NUMERIC, f"{_NOT_NUMERIC}: ")
    found = _FORMAT.fullmatch(text)
    if found is None:
        raise validation(f"{_NOT_NUMERIC}: {text}")
    if found["exponent"] is not None:
        _check_exponent(text, found["exponent"])
    return canonical(Decimal(text))


def _check_exponent(text: str, written: str) -> None:
    """Raises WrongValueError for an exponent far out of range, and ValidationException for that of a zero."""
    if len(written.lstrip("+-0")) > len(str(1 << _EXPONENT_BITS)):
        raise validation(f"{_NOT_NUMERIC}: {text}")
    exponent = int(written)
    if not -(1 << _EXPONENT_BITS) <= exponent < 1 << _EXPONENT_BITS:
        raise validation(f"{_NOT_NUMERIC}: {text}")
    mantissa = Decimal(text.lower().partition("e")[0])
    adjusted = exponent + (mantissa.adjusted() if mantissa else 0)
    if EXPONENT_MIN <= adjusted <= EXPONENT_MAX:
        return
    current = older = OVERFLOW if adjusted > 0 else UNDERFLOW
    limit = 1 << _OLDER_EXPONENT_BITS
    if not -limit < exponent < limit:
        older = f"{_NOT_NUMERIC}: {text}"
    elif adjusted >= limit - 1:
        older = UNDERFLOW  # it wraps around
    raise WrongValueError(older, current)


def canonical(number: Decimal) -> Decimal:
    """Returns the number in its one form. Raises ValidationException if it has none."""
    if not number:
        return _ZERO
    adjusted = number.adjusted()
    if adjusted > EXPONENT_MAX:
        raise validation(OVERFLOW)
    if adjusted < EXPONENT_MIN:
        raise validation(UNDERFLOW)
    try:
        number = _EXACT.normalize(number)
    except Inexact:
        raise validation(_TOO_PRECISE) from None
    _, digits, exponent = number.as_tuple()
    if len(digits) > DIGITS_MAX:
        raise validation(_TOO_PRECISE)
    assert isinstance(exponent, int)
    return _EXACT.quantize(number, _ONE) if exponent > 0 else number


def format_number(number: Decimal | int | float) -> str:
    """Returns the number's text in the form in which AWS returns it."""
    if isinstance(number, int):
        return str(number)
    if isinstance(number, float):
        number = Decimal(repr(number))
    if not number:
        return "0"
    text = str(number)
    if "E" in text:
        text = format(number, "f")
    if "." in text and text[-1] == "0":
        text = text.rstrip("0").rstrip(".")
    return text


def add(left: Decimal | int | float, right: Decimal | int | float) -> Decimal:
    """Returns the sum. Raises ValidationException if it isn't a number of DynamoDB's."""
    return _result(_EXACT.add(_exact(left), _exact(right)))


def subtract(left: Decimal | int | float, right: Decimal | int | float) -> Decimal:
    """Returns the difference. Raises ValidationException if it isn't a number of DynamoDB's."""
    return _result(_EXACT.subtract(_exact(left), _exact(right)))


def _exact(number: Decimal | int | float) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)


def _result(number: Decimal) -> Decimal:
    _, digits, exponent = number.as_tuple()
    if exponent == 0 and number and len(digits) <= DIGITS_MAX:
        return number  # as it is: most counts are small
    # AWS reports a result of more than 38 digits as an overflow, too, though its magnitude is fine.
    if len(_EXACT.normalize(number).as_tuple().digits) > DIGITS_MAX:
        raise validation(OVERFLOW)
    return canonical(number)
