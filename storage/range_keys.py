"""Keys of ranges and multiranges: byte order is their order (storage/types.py).

    00                      the empty range
    01 cut cut              a range
    (01 range)… 00          a multirange

A cut is 00 before all values, 03 behind them, 02 and its side at numeric's NaN, else 01, the value, and
its side. A value is 01 and eight bytes if it is an integer, 02 and numeric's key if it is a numeric: of one
type all are of one form.
"""

import struct
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from storage.types import EMPTY_RANGE, Cut, Range

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes, int], tuple[Any, int]]

_END: Final = b"\0"
_MORE: Final = b"\1"
_INTEGER: Final = 1
_NUMERIC: Final = 2
_UNSIGNED: Final = struct.Struct(">Q")
_SIGN: Final = 1 << 63
#: The first byte of a cut is its first part and one.
_LEVEL_BIAS: Final = 1


class RangeKeys:
    """Encodes and decodes; numerics by the functions that it is given."""

    def __init__(self, encode_numeric: Encode, decode_numeric: Decode) -> None:
        self._encode_numeric = encode_numeric
        self._decode_numeric = decode_numeric

    def encode_range(self, value: Range) -> bytes:
        """Returns the key of a range."""
        if not value.start:
            return _END
        return _MORE + self._cut(value.start) + self._cut(value.end)

    def encode_multirange(self, value: tuple[Range, ...]) -> bytes:
        """Returns the key of a multirange."""
        return b"".join([_MORE + self.encode_range(part) for part in value]) + _END

    def _cut(self, cut: Cut) -> bytes:
        level = bytes((cut[0] + _LEVEL_BIAS,))
        if len(cut) == 1:
            return level
        if cut[0]:
            return level + bytes((cut[2],))
        if isinstance(cut[1], Decimal):
            value = bytes((_NUMERIC,)) + self._encode_numeric(cut[1])
        else:
            value = bytes((_INTEGER,)) + _UNSIGNED.pack(cut[1] + _SIGN)
        return level + value + bytes((cut[2],))

    def decode_range(self, data: bytes, at: int) -> tuple[Range, int]:
        """Returns a range, its numerics in their shortest form, and the offset behind it."""
        if data[at : at + 1] == _END:
            return EMPTY_RANGE, at + 1
        start, at = self._read_cut(data, at + 1)
        end, at = self._read_cut(data, at)
        return Range(start, end), at

    def decode_multirange(self, data: bytes, at: int) -> tuple[tuple[Range, ...], int]:
        """Returns a multirange and the offset behind it."""
        parts = []
        while data[at : at + 1] == _MORE:
            part, at = self.decode_range(data, at + 1)
            parts.append(part)
        return tuple(parts), at + 1

    def _read_cut(self, data: bytes, at: int) -> tuple[Cut, int]:
        level = data[at] - _LEVEL_BIAS
        if level not in (0, 1):
            return (level,), at + 1
        if level:
            return (level, 0, data[at + 1]), at + 2
        if data[at + 1] == _NUMERIC:
            value, at = self._decode_numeric(data, at + 2)
        else:
            value, at = _UNSIGNED.unpack_from(data, at + 2)[0] - _SIGN, at + 10
        return (level, value, data[at]), at + 1
