"""Columns of a result as PostgreSQL's text, without a loop over rows.

Each function takes an Arrow array and returns an array of texts with the same NULLs. Values that
have no such form (a date before Christ, 24:00:00) raise NotColumnwise: the batch then goes to the
server as values, which has PostgreSQL's own output functions.
"""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

#: 0001-01-01 and 9999-12-31 in days, and the microseconds of their first and last moment: between
#: them Arrow's text is PostgreSQL's.
_DAYS_MIN, _DAYS_MAX = -719_162, 2_932_896
_DAY_MICROSECONDS: Final = 86_400_000_000
#: Where Arrow's shortest text of a float is PostgreSQL's.
_PLAIN_MIN: Final = 1e-4
_PLAIN_MAX: Final = 1e9
_FLOAT32_PLAIN_MAX: Final = 1e6


class NotColumnwise(Exception):  # noqa: N818 - says what a batch is, and isn't an error
    """A batch has values that only the server can show."""


def bool_text(array: pa.Array) -> pa.Array:
    return pc.if_else(array, "t", "f")


def plain_text(array: pa.Array) -> pa.Array:
    return array.cast(pa.string())


def date_text(array: pa.Array) -> pa.Array:
    check_range(array.view(pa.int32()), _DAYS_MIN, _DAYS_MAX)
    return array.cast(pa.string())


def time_text(array: pa.Array) -> pa.Array:
    check_range(array.view(pa.int64()), 0, _DAY_MICROSECONDS - 1)
    return _without_zeros(array.cast(pa.string()))


def timestamp_text(array: pa.Array) -> pa.Array:
    microseconds = array.view(pa.int64())
    check_range(
        microseconds, _DAYS_MIN * _DAY_MICROSECONDS, (_DAYS_MAX + 1) * _DAY_MICROSECONDS - 1
    )
    return _without_zeros(microseconds.view(pa.timestamp("us")).cast(pa.string()))


def utc_timestamp_text(array: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(timestamp_text(array), "+00", "")


def check_range(array: pa.Array, lowest: int, highest: int) -> None:
    """Raises NotColumnwise where a value is outside."""
    ends = pc.min_max(array)
    smallest, largest = ends["min"].as_py(), ends["max"].as_py()
    if smallest is not None and (smallest < lowest or largest > highest):
        raise NotColumnwise


def _without_zeros(texts: pa.Array) -> pa.Array:
    """Takes the zeros off a fraction of six digits, and the point off an empty one."""
    return pc.ascii_rtrim(pc.ascii_rtrim(texts, "0"), ".")


def bytea_text(array: pa.Array) -> pa.Array:
    hexadecimal = [None if value is None else "\\x" + value.hex() for value in array.to_pylist()]
    return pa.array(hexadecimal, pa.string())


# ---- numbers -----------------------------------------------------------------------------------


def float64_text(array: pa.Array) -> pa.Array:
    return _float_text(array, _PLAIN_MAX, float_text)


def float32_text(array: pa.Array) -> pa.Array:
    return _float_text(array, _FLOAT32_PLAIN_MAX, _float32_text)


def _float_text(array: pa.Array, plain_max: float, one: Callable[[float], str]) -> pa.Array:
    texts = array.cast(pa.string())
    sizes = np.abs(array.to_numpy(zero_copy_only=False))
    is_plain = ((sizes >= _PLAIN_MIN) & (sizes < plain_max)) | (sizes == 0)
    odd = np.flatnonzero(~is_plain)
    if not len(odd):
        return texts
    shown = texts.to_pylist()
    for position in odd.tolist():
        value = array[position].as_py()
        if value is not None:
            shown[position] = one(value)
    return pa.array(shown, pa.string())


def float_text(value: float) -> str:
    """Returns a float8 as PostgreSQL shows it: the shortest digits that lie strictly nearest."""
    return _spelled(value, _shortest(value), 15)


def _float32_text(value: float) -> str:
    return _spelled(value, np.format_float_scientific(np.float32(value), trim="-"), 6)


def _shortest(value: float) -> str:
    """Returns the digits: Python's, but where those lie on the border between two floats."""
    shown = repr(value)
    if not math.isfinite(value) or abs(value) < 2**53:
        return shown
    exact, digits = Decimal(value), Decimal(shown)
    lower = (exact + Decimal(math.nextafter(value, -math.inf))) / 2
    upper = (exact + Decimal(math.nextafter(value, math.inf))) / 2
    if digits in (lower, upper):
        for count in range(len(digits.normalize().as_tuple().digits), 17):
            shown = f"{value:.{count}e}"
            if lower < Decimal(shown) < upper:
                break
    return shown


def _spelled(value: float, shown: str, plain_digits: int) -> str:
    """Spells digits as PostgreSQL does: plainly up to so many before the point."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if shown[0] == "-" else ""
    mantissa, _, power = shown.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return sign + "0"
    exponent = int(power or 0) + len(whole) - 1 - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if exponent < -4 or exponent >= plain_digits:
        rest = "." + digits[1:] if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    if len(digits) <= exponent + 1:
        return sign + digits + "0" * (exponent + 1 - len(digits))
    return f"{sign}{digits[: exponent + 1]}.{digits[exponent + 1 :]}"


def numeric_text(array: pa.Array) -> pa.Array:
    """Shows decimals with all digits of their scale."""
    scale = array.type.scale
    if scale <= 6:  # beyond, Arrow may turn to exponents
        return array.cast(pa.string())
    whole = pa.Array.from_buffers(
        pa.decimal128(38, 0), len(array), array.buffers(), offset=array.offset
    ).cast(pa.string())
    is_negative = pc.starts_with(whole, "-")
    digits = pc.ascii_lpad(pc.ascii_ltrim(whole, "-"), scale + 1, "0")
    before = pc.utf8_slice_codeunits(digits, 0, -scale)
    after = pc.utf8_slice_codeunits(digits, -scale)
    sign = pc.if_else(is_negative, "-", "")
    return pc.binary_join_element_wise(sign, before, ".", after, "")


def scaled_text(array: pa.Array) -> pa.Array:
    """Shows decimals with a display scale of their own each: a struct (value, scale)."""
    values, scales = array.flatten()
    if pa.types.is_integer(values.type):
        values = values.cast(pa.decimal128(38, 0))
    full, held = numeric_text(values), values.type.scale
    shown = full
    for scale in pc.unique(scales).to_pylist():
        if scale is None or scale == held:
            continue
        if scale > held:
            tail = ("" if held else ".") + "0" * (scale - held)
            cut = pc.binary_join_element_wise(full, tail, "")
        else:
            cut = pc.utf8_slice_codeunits(full, 0, -(held - scale + (scale == 0)))
        shown = pc.if_else(pc.fill_null(pc.equal(scales, scale), False), cut, shown)
    return shown


TEXT_OF: Final[dict[str, Callable[[pa.Array], Any]]] = {
    "bool": bool_text,
    "int16": plain_text,
    "int32": plain_text,
    "int64": plain_text,
    "float32": float32_text,
    "float64": float64_text,
    "numeric": numeric_text,
    "numeric_scaled": scaled_text,
    "date": date_text,
    "time": time_text,
    "timestamp": timestamp_text,
    "timestamptz": utc_timestamp_text,
    "text": plain_text,
    "jsonb": plain_text,
    "decimal_text": plain_text,
    "bytea": bytea_text,
}
