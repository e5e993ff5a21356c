"""float4 and float8: Python's float; a float4 is rounded to single precision when it is made.

Output is the shortest decimal that reads back as the same number (extra_float_digits > 0), with
PostgreSQL's choice between plain and exponent form, or C's `%.*g` (extra_float_digits <= 0).
PostgreSQL takes a decimal only if it lies strictly inside the interval that rounds to the number;
Python's repr also takes the interval's ends, which differ from 2^53 upwards.
"""

import math
import re
import struct
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.boolean import BLANKS
from tsql.types.io import text_io

FLOAT8_DIGITS: Final = 15
FLOAT4_DIGITS: Final = 6
FLOAT4_MAX: Final = 3.4028234663852886e38
FLOAT8_MAX: Final = 1.7976931348623157e308
#: From here on a double is twice its neighbour's half distance: it and repr's ends may be integers.
_EXACT_INTEGERS_END: Final = 2.0**53
_FLOAT4_NORMAL_MIN: Final = 2.0**-126
_FLOAT4_PLAIN_MIN: Final = 1e-4
_FLOAT4_PLAIN_END: Final = 999_999.0

_FLOAT4 = struct.Struct("<f")
_FLOAT4_BITS = struct.Struct("<I")
_NUMBER = re.compile(
    r"[+-]?(?:(?P<hex>0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP][+-]?[0-9]+)?)"
    r"|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
)
_SPECIAL = {
    "nan": math.nan,
    "+nan": math.nan,
    "-nan": math.nan,
    "inf": math.inf,
    "+inf": math.inf,
    "-inf": -math.inf,
    "infinity": math.inf,
    "+infinity": math.inf,
    "-infinity": -math.inf,
}


def float4(value: float) -> float:
    """Returns the value rounded to single precision; infinite if it is too large."""
    try:
        rounded: float = _FLOAT4.unpack(_FLOAT4.pack(value))[0]
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return rounded


def _float4_neighbours(value: float) -> tuple[float, float]:
    """Returns the next single-precision numbers towards and away from zero (of a positive one)."""
    bits: int = _FLOAT4_BITS.unpack(_FLOAT4.pack(value))[0]
    below: float = _FLOAT4.unpack(_FLOAT4_BITS.pack(bits - 1))[0]
    above: float = _FLOAT4.unpack(_FLOAT4_BITS.pack(bits + 1))[0]
    return below, above if above != math.inf else 2 * value - below


def parse_number(text: str, type_name: str, shown: str | None = None) -> tuple[float, str]:
    """Returns the number that a text reads as and its digits; raises 22P02 if it isn't one."""
    digits = text.strip(BLANKS)
    if match := _NUMBER.fullmatch(digits):
        if match["hex"]:
            return _hexadecimal(digits), digits
        return float(digits), digits
    special = _SPECIAL.get(digits.lower())
    if special is None:
        message = f'invalid input syntax for type {type_name}: "{text if shown is None else shown}"'
        raise DatabaseError("22P02", message)
    return special, ""


def _hexadecimal(digits: str) -> float:
    try:
        return float.fromhex(digits)
    except OverflowError:
        return -math.inf if digits[0] == "-" else math.inf


def _is_zero(digits: str) -> bool:
    mantissa = re.split(r"[pP]" if "x" in digits.lower() else r"[eE]", digits)[0]
    return not mantissa.lower().replace("0x", "").strip("+-0.")


def float8_of(text: str) -> float:
    """Returns a double from its text; raises 22P02, or 22003 if it overflows or vanishes."""
    if text.isascii() and text.isprintable() and "_" not in text:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if value and math.isfinite(value):
            return value
    value, digits = parse_number(text, "double precision")
    if digits and (math.isinf(value) or (value == 0.0 and not _is_zero(digits))):
        raise DatabaseError("22003", f'"{digits}" is out of range for type double precision')
    return value


def float4_of(text: str) -> float:
    """Returns a single from its text, rounded once; raises 22P02 and 22003 likewise."""
    value, digits = parse_number(text, "real")
    if not digits:
        return value
    rounded = float4(value)
    if abs(value) <= FLOAT4_MAX and value != rounded:
        rounded = _rounded_once(digits, value, rounded)
    if math.isinf(rounded) or (rounded == 0.0 and not _is_zero(digits)):
        raise DatabaseError("22003", f'"{digits}" is out of range for type real')
    return rounded


def _rounded_once(digits: str, value: float, rounded: float) -> float:
    """Corrects the second rounding where the double fell on the middle between two singles."""
    if "x" in digits.lower():
        return rounded
    magnitude = abs(rounded)
    below, above = _float4_neighbours(magnitude) if magnitude else (0.0, 2.0**-149)
    for other in (below, above):
        if (magnitude + other) / 2 == abs(value):
            exact, middle = abs(Decimal(digits)), Decimal(abs(value))
            if exact == middle:
                break
            nearest = min(magnitude, other) if exact < middle else max(magnitude, other)
            return math.copysign(nearest, value)
    return rounded


def float8_text(value: float, extra_float_digits: int = 1) -> str:
    """Returns the text of a double under that setting."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if extra_float_digits <= 0:
        return f"{value:.{max(FLOAT8_DIGITS + extra_float_digits, 1)}g}"
    text = repr(value)
    if -1e15 < value < 1e15 and "e" not in text:
        return text.removesuffix(".0")
    if abs(value) >= _EXACT_INTEGERS_END:
        text = _strictly_inside(value, text)
    return _arranged(text, FLOAT8_DIGITS)


def _strictly_inside(value: float, text: str) -> str:
    """Returns the shortest text strictly inside the rounding interval of a large double."""
    magnitude = abs(value)
    above = math.nextafter(magnitude, math.inf)
    with localcontext(prec=400):
        exact = Decimal(magnitude)
        below = Decimal(math.nextafter(magnitude, 0.0))
        lowest = (exact + below) / 2
        highest = (exact + (Decimal(above) if above != math.inf else 2 * exact - below)) / 2
        shortest = Decimal(text).copy_abs()
        if shortest not in (lowest, highest):
            return text
        for digits in range(len(shortest.normalize().as_tuple().digits), 17):
            candidate = f"{value:.{digits}e}"
            if lowest < Decimal(candidate).copy_abs() < highest:
                return candidate
    return text


def float4_text(value: float, extra_float_digits: int = 1) -> str:
    """Returns the text of a single under that setting."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if extra_float_digits <= 0:
        return f"{value:.{max(FLOAT4_DIGITS + extra_float_digits, 1)}g}"
    if value == 0.0:
        return "-0" if math.copysign(1.0, value) < 0 else "0"
    if _FLOAT4_PLAIN_MIN <= abs(value) < _FLOAT4_PLAIN_END:
        # Here no text of six digits lies just between two singles.
        text = f"{value:.6g}"
        if float4(float(text)) == value:
            return text
    return _arranged(_shortest_float4(value), FLOAT4_DIGITS)


def _shortest_float4(value: float) -> str:
    """Returns the shortest text strictly inside the rounding interval of a single."""
    magnitude = abs(value)
    # Six digits always survive in a normal single, so a shorter text is six digits less zeros.
    first = 5 if magnitude >= _FLOAT4_NORMAL_MIN else 0
    below, above = _float4_neighbours(magnitude)
    lowest, highest = (below + magnitude) / 2, (magnitude + above) / 2
    for digits in range(first, 9):
        text = f"{magnitude:.{digits}e}"
        if lowest < float(text) < highest:
            return text if value > 0 else f"-{text}"
        if magnitude - below < above - magnitude:
            # At a power of two the interval reaches twice as far upwards.
            up = _next_decimal(text)
            if lowest < float(up) < highest:
                return up if value > 0 else f"-{up}"
    return repr(value)


def _next_decimal(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    digits = len(mantissa.replace(".", "")) - 1
    return f"{Decimal(text) + Decimal(1).scaleb(int(exponent) - digits):.{digits}e}"


def _arranged(text: str, plain_digits: int) -> str:
    """Rewrites a decimal text (plain or with exponent) in PostgreSQL's form.

    Plain from 10^-4 up to 10^plain_digits, else d.ddde+XX.
    """
    sign, text = ("-", text[1:]) if text[0] == "-" else ("", text)
    mantissa, _, exponent_text = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return sign + "0"
    exponent = int(exponent_text or 0) + len(digits) - len(fraction) - 1
    digits = digits.rstrip("0")
    if not -4 <= exponent < plain_digits:
        tail = "." + digits[1:] if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if len(digits) <= exponent + 1:
        return f"{sign}{digits}{'0' * (exponent + 1 - len(digits))}"
    return f"{sign}{digits[: exponent + 1]}.{digits[exponent + 1 :]}"


def _input(read: Callable[[str], float]) -> Callable[[str, int, Env], float]:
    def from_text(text: str, typmod: int, env: Env) -> float:
        return read(text)

    return from_text


def _float4_out(value: float, env: Env) -> str:
    return float4_text(value, env.extra_float_digits)


def _float8_out(value: float, env: Env) -> str:
    return float8_text(value, env.extra_float_digits)


text_io(oids.FLOAT4, _input(float4_of), _float4_out)
text_io(oids.FLOAT8, _input(float8_of), _float8_out)
