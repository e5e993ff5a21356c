"""pg_size_pretty and pg_size_bytes: sizes as people write them. Manual: 9.27.7.

A size is shown in the smallest unit in which it stays under 20480 (10240 for bytes), rounded half
away from zero; on the way there one bit more than the unit needs is kept for the rounding.
"""

import re
from decimal import Decimal
from typing import Final

from storage.errors import DatabaseError
from tsql.functions.numeric import numeric_div_trunc, numeric_mul, numeric_round
from tsql.functions.registry import implements
from tsql.types.civil import truncated_divmod
from tsql.types.numeric import numeric_of, numeric_text

_UNITS: Final = ("bytes", "kB", "MB", "GB", "TB", "PB")
_BYTES_SHOWN_MAX: Final = 10 * 1024
_UNITS_SHOWN_MAX: Final = 20 * 1024 - 1
_BLANKS: Final = " \t\n\v\f\r"
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@implements("pg_size_pretty")
def pg_size_pretty(size: int) -> str:
    last = len(_UNITS) - 1
    for position, unit in enumerate(_UNITS):
        limit = _UNITS_SHOWN_MAX if position else _BYTES_SHOWN_MAX
        if position == last or abs(size) < limit:
            if position:
                size = truncated_divmod(size + (1 if size >= 0 else -1), 2)[0]
            return f"{size} {unit}"
        size = truncated_divmod(size, 1024 if position else 512)[0]
    raise AssertionError


@implements("pg_size_pretty_numeric")
def pg_size_pretty_numeric(size: Decimal) -> str:
    last = len(_UNITS) - 1
    for position, unit in enumerate(_UNITS):
        limit = _UNITS_SHOWN_MAX if position else _BYTES_SHOWN_MAX
        is_small = not size.is_nan() and abs(size) < limit
        if position == last or is_small:
            if position:
                half = Decimal(1 if size.is_nan() or size >= 0 else -1)
                size = numeric_div_trunc(size + half, Decimal(2))
            return f"{numeric_text(size)} {unit}"
        size = numeric_div_trunc(size, Decimal(1024 if position else 512))
    raise AssertionError


@implements("pg_size_bytes")
def pg_size_bytes(text: str) -> int:
    stripped = text.strip(_BLANKS)
    match = _NUMBER.match(stripped)
    if match is None:
        raise DatabaseError("22023", f'invalid size: "{text}"')
    size = numeric_of(match[0])
    unit = stripped[match.end() :].lstrip(_BLANKS)
    if unit:
        names = [name.lower() for name in _UNITS]
        if unit.lower() not in names:
            raise DatabaseError(
                "22023",
                f'invalid size: "{text}"',
                detail=f'Invalid size unit: "{unit}".',
                hint='Valid units are "bytes", "kB", "MB", "GB", "TB", and "PB".',
            )
        size = numeric_mul(size, Decimal(1024 ** names.index(unit.lower())))
    size_bytes = int(numeric_round(size))
    if not -(2**63) <= size_bytes < 2**63:
        raise DatabaseError("22003", "bigint out of range")
    return size_bytes
