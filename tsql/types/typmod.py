"""Type modifiers, from what stands in a type's parentheses: varchar(10), numeric(5, 2), time(3).

The number that is kept is PostgreSQL's own (clients see it in row descriptions): for strings the
length + 4, for numeric precision and scale in one number, for times the precision, for interval the
fields and the precision.
"""

from collections.abc import Callable, Sequence
from typing import Final

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.types import oids
from tsql.types.numeric import numeric_typmod

_LENGTH_MAX: Final = 10 * 1024 * 1024
_BITS_MAX: Final = 8 * _LENGTH_MAX
_PRECISION_MAX: Final = 6
_NUMERIC_PRECISION_MAX: Final = 1000
_NUMERIC_SCALE_MAX: Final = 1000
#: interval: all fields, and no precision given.
_ALL_FIELDS: Final = 0x7FFF
_FULL_PRECISION: Final = 0xFFFF
_INTERVAL_FIELDS: Final = frozenset(
    {0x0004, 0x0002, 0x0008, 0x0400, 0x0800, 0x1000, 0x0006, 0x0408, 0x0C08, 0x1C08, 0x0C00}
    | {0x1C00, 0x1800, _ALL_FIELDS}
)


def typmod_of(oid: int, values: Sequence[int], env: Env) -> int | None:
    """Returns the modifier of a type, or None for a type that takes none. Raises 22023."""
    make = _MAKERS.get(oid)
    return None if make is None else make(values, env)


def _bad(message: str) -> DatabaseError:
    return DatabaseError("22023", message)


def _length(name: str, most: int = _LENGTH_MAX) -> Callable[[Sequence[int], Env], int]:
    def make(values: Sequence[int], _env: Env) -> int:
        if len(values) != 1:
            raise _bad("invalid type modifier")
        if values[0] < 1:
            raise _bad(f"length for type {name} must be at least 1")
        if values[0] > most:
            raise _bad(f"length for type {name} cannot exceed {most}")
        return values[0] + 4

    return make


def _numeric(values: Sequence[int], _env: Env) -> int:
    if len(values) not in {1, 2}:
        raise _bad("invalid NUMERIC type modifier")
    precision, scale = values[0], values[1] if len(values) == 2 else 0
    if not 1 <= precision <= _NUMERIC_PRECISION_MAX:
        raise _bad(f"NUMERIC precision {precision} must be between 1 and {_NUMERIC_PRECISION_MAX}")
    if not -_NUMERIC_SCALE_MAX <= scale <= _NUMERIC_SCALE_MAX:
        raise _bad(
            f"NUMERIC scale {scale} must be between -{_NUMERIC_SCALE_MAX} and {_NUMERIC_SCALE_MAX}"
        )
    return numeric_typmod(precision, scale)


def _precision(name: str, zone: str) -> Callable[[Sequence[int], Env], int]:
    def make(values: Sequence[int], env: Env) -> int:
        if len(values) != 1:
            raise _bad("invalid type modifier")
        return _checked_precision(name, zone, values[0], env)

    return make


def _checked_precision(name: str, zone: str, precision: int, env: Env) -> int:
    if precision < 0:
        raise _bad(f"{name}({precision}){zone} precision must not be negative")
    if precision > _PRECISION_MAX:
        if env.notice is not None:
            message = f"{name}({precision}){zone} precision reduced to maximum allowed"
            env.notice("WARNING", "22023", f"{message}, {_PRECISION_MAX}")
        return _PRECISION_MAX
    return precision


def interval_typmod(fields: int, precision: int | None) -> int:
    """Returns interval's modifier."""
    return (fields & _ALL_FIELDS) << 16 | (_FULL_PRECISION if precision is None else precision)


def _interval(values: Sequence[int], env: Env) -> int:
    if len(values) not in {1, 2} or values[0] not in _INTERVAL_FIELDS:
        raise _bad("invalid INTERVAL type modifier")
    if len(values) == 1:
        return -1 if values[0] == _ALL_FIELDS else interval_typmod(values[0], None)
    return interval_typmod(values[0], _checked_precision("INTERVAL", "", values[1], env))


def _bits(name: str) -> Callable[[Sequence[int], Env], int]:
    make = _length(name, _BITS_MAX)
    return lambda values, env: make(values, env) - 4


_MAKERS: Final[dict[int, Callable[[Sequence[int], Env], int]]] = {
    oids.VARCHAR: _length("varchar"),
    oids.BPCHAR: _length("char"),
    oids.BIT: _bits("bit"),
    oids.VARBIT: _bits("varbit"),
    oids.NUMERIC: _numeric,
    oids.TIME: _precision("TIME", ""),
    oids.TIMETZ: _precision("TIME", " WITH TIME ZONE"),
    oids.TIMESTAMP: _precision("TIMESTAMP", ""),
    oids.TIMESTAMPTZ: _precision("TIMESTAMP", " WITH TIME ZONE"),
    oids.INTERVAL: _interval,
}
