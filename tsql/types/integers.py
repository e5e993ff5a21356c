"""int2, int4, int8 and oid: Python's int, kept inside the type's range by whoever makes one."""

import re
from collections.abc import Callable
from typing import Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.boolean import BLANKS
from tsql.types.io import text_io

INT2_MIN: Final = -(2**15)
INT2_MAX: Final = 2**15 - 1
INT4_MIN: Final = -(2**31)
INT4_MAX: Final = 2**31 - 1
INT8_MIN: Final = -(2**63)
INT8_MAX: Final = 2**63 - 1
OID_MAX: Final = 2**32 - 1

_NUMBER = re.compile(r"([+-]?)0*([0-9]*)(.*)", re.DOTALL)
#: No integer type holds more digits, leading zeros aside; keeps int() from its quadratic time.
_DIGITS_MAX: Final = 20


def out_of_range(type_name: str) -> DatabaseError:
    """Returns the error of arithmetic and casts that leave an integer type."""
    return DatabaseError("22003", f"{type_name} out of range")


def _reader(type_name: str, lowest: int, highest: int) -> Callable[[str, int, Env], int]:
    def read(text: str, typmod: int, env: Env) -> int:
        if len(text) < _DIGITS_MAX and text.isascii() and text.lstrip("-").isdigit():
            value = int(text) if text[:2] != "--" else _read_slowly(text)
        else:
            value = _read_slowly(text)
        if lowest <= value <= highest:
            return value
        raise DatabaseError("22003", f'value "{text}" is out of range for type {type_name}')

    def _read_slowly(text: str) -> int:
        sign, value, rest = _parts(text)
        # PostgreSQL notices that a number is too large before it sees what follows it.
        if value is None or (rest and value <= -lowest):
            raise DatabaseError("22P02", f'invalid input syntax for type {type_name}: "{text}"')
        return -value if sign == "-" else value

    return read


def _parts(text: str) -> tuple[str, int | None, str]:
    """Returns sign, absolute value (None without digits; cut if enormous) and what follows."""
    stripped = text.strip(BLANKS)
    match = _NUMBER.fullmatch(stripped)
    assert match is not None
    sign, digits, rest = match.groups()
    if digits:
        return sign, int(digits[:_DIGITS_MAX]), rest
    return sign, 0 if "0" in stripped[: len(stripped) - len(rest)] else None, rest


def _oid_in(text: str, typmod: int, env: Env) -> int:
    """Reads as C's strtoul does: a minus sign wraps around."""
    sign, value, rest = _parts(text)
    if value is None or (rest and value < 2**64):
        raise DatabaseError("22P02", f'invalid input syntax for type oid: "{text}"')
    if sign == "-" and value < 2**64:
        value = (-value) % 2**64
        value -= 2**64 if value >= 2**64 + INT4_MIN else 0
    if rest or not INT4_MIN <= value <= OID_MAX:
        raise DatabaseError("22003", f'value "{text}" is out of range for type oid')
    return value & OID_MAX


def _int_out(value: int, env: Env) -> str:
    return str(value)


text_io(oids.INT2, _reader("smallint", INT2_MIN, INT2_MAX), _int_out)
text_io(oids.INT4, _reader("integer", INT4_MIN, INT4_MAX), _int_out)
text_io(oids.INT8, _reader("bigint", INT8_MIN, INT8_MAX), _int_out)
text_io(oids.OID, _oid_in, _int_out)
