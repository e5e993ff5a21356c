"""Binary form of numeric: digits to the base 10,000 with a weight, a sign and a display scale.

    uint16 count of digits · int16 weight of the first (a power of 10,000) · uint16 sign · uint16 scale
    then the digits, int16 each, leading and trailing zeros left out

12.500 is (2, 0, 0x0000, 3, 12, 5000).
"""

import struct
from decimal import Decimal
from typing import Final

from storage.errors import DatabaseError
from tsql.types import oids
from tsql.types.binary.registry import Context, TrailingDataError, binary_io, insufficient

_HEADER: Final = struct.Struct("!HhHH")
_BASE_DIGITS: Final = 4
_POSITIVE, _NEGATIVE, _NAN, _INFINITY, _MINUS_INFINITY = 0, 0x4000, 0xC000, 0xD000, 0xF000
_SCALE_MAX: Final = 0x3FFF
#: PostgreSQL sends this scale with infinities.
_INFINITY_SCALE: Final = 0x20
_NAN_BYTES: Final = _HEADER.pack(0, 0, _NAN, 0)
_INFINITY_BYTES: Final = _HEADER.pack(0, 0, _INFINITY, _INFINITY_SCALE)
_MINUS_INFINITY_BYTES: Final = _HEADER.pack(0, 0, _MINUS_INFINITY, _INFINITY_SCALE)


def _numeric_send(value: Decimal, _context: Context) -> bytes:
    if not value.is_finite():
        if value.is_nan():
            return _NAN_BYTES
        return _INFINITY_BYTES if value > 0 else _MINUS_INFINITY_BYTES
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    scale = max(-exponent, 0)
    text = "".join(map(str, digits)) + "0" * max(exponent, 0)
    whole, fraction = (text[:-scale], text[-scale:].rjust(scale, "0")) if scale else (text, "")
    whole = whole.lstrip("0")
    whole = whole.rjust(-(-len(whole) // _BASE_DIGITS) * _BASE_DIGITS, "0")
    fraction = fraction.ljust(-(-len(fraction) // _BASE_DIGITS) * _BASE_DIGITS, "0")
    groups = _groups(whole + fraction)
    weight = len(whole) // _BASE_DIGITS - 1
    while groups and groups[-1] == 0:
        groups.pop()
    leading = next((i for i, group in enumerate(groups) if group), len(groups))
    groups, weight = groups[leading:], weight - leading
    if not groups:
        return _HEADER.pack(0, 0, _POSITIVE, scale)
    header = _HEADER.pack(len(groups), weight, _NEGATIVE if sign else _POSITIVE, scale)
    return header + struct.pack(f"!{len(groups)}h", *groups)


def _groups(text: str) -> list[int]:
    return [int(text[i : i + _BASE_DIGITS]) for i in range(0, len(text), _BASE_DIGITS)]


def _numeric_receive(raw: bytes, _context: Context) -> Decimal:
    if len(raw) < _HEADER.size:
        raise insufficient()
    count, weight, sign, scale = _HEADER.unpack_from(raw)
    if sign not in (_POSITIVE, _NEGATIVE, _NAN, _INFINITY, _MINUS_INFINITY):
        raise _invalid("sign")
    if scale > _SCALE_MAX:
        raise _invalid("scale")
    end = _HEADER.size + 2 * count
    if len(raw) < end:
        raise insufficient()
    groups = struct.unpack_from(f"!{count}h", raw, _HEADER.size)
    if any(not 0 <= group < 10_000 for group in groups):
        raise _invalid("digit")
    if len(raw) > end:
        raise TrailingDataError
    if sign >= _NAN:
        return Decimal({_NAN: "NaN", _INFINITY: "Infinity"}.get(sign, "-Infinity"))
    return _number(groups, weight, scale, is_negative=sign == _NEGATIVE)


def _number(groups: tuple[int, ...], weight: int, scale: int, *, is_negative: bool) -> Decimal:
    """Returns the number; digits beyond the scale are cut off."""
    text = "".join(f"{group:04d}" for group in groups)
    exponent = (weight + 1 - len(groups)) * _BASE_DIGITS
    shift = exponent + scale
    text = text + "0" * shift if shift >= 0 else text[:shift]
    digits = tuple(map(int, text.lstrip("0")))
    return Decimal((int(is_negative and bool(digits)), digits or (0,), -scale))


def _invalid(part: str) -> DatabaseError:
    return DatabaseError("22P03", f'invalid {part} in external "numeric" value')


binary_io(oids.NUMERIC, _numeric_send, _numeric_receive)
