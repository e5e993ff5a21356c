"""Functions and operators of tid, pg_lsn, xid8, xid and cid, whose values are ints."""

import operator
from decimal import Decimal

from storage.errors import DatabaseError
from tsql.functions.registry import implements
from tsql.types import oids
from tsql.types.binary.registry import PLAIN, send_of

_LSN_END = 1 << 64

for _suffix in ("eq", "ne", "lt", "le", "gt", "ge"):
    _names = f"tid{_suffix}", f"pg_lsn_{_suffix}", f"xid8{_suffix}"
    implements(*_names)(getattr(operator, _suffix))
implements("tidlarger", "pg_lsn_larger", "xid8_larger")(max)
implements("tidsmaller", "pg_lsn_smaller", "xid8_smaller")(min)


@implements("xideq", "cideq")
def same_number(a: int, b: int) -> bool:
    """Compares 32 bits: of an int4, those of a negative number too."""
    return (a ^ b) & 0xFFFFFFFF == 0


@implements("xidneq")
def other_number(a: int, b: int) -> bool:
    return (a ^ b) & 0xFFFFFFFF != 0


@implements("bttidcmp", "pg_lsn_cmp", "xid8cmp")
def compare(a: int, b: int) -> int:
    return (a > b) - (a < b)


@implements("pg_lsn_mi")
def pg_lsn_mi(a: int, b: int) -> Decimal:
    return Decimal(a - b)


@implements("pg_lsn_pli")
def pg_lsn_pli(place: int, size: Decimal) -> int:
    return _moved(place, size, "add NaN to pg_lsn")


@implements("pg_lsn_mii")
def pg_lsn_mii(place: int, size: Decimal) -> int:
    return _moved(place, -size, "subtract NaN from pg_lsn")


@implements("numeric_pg_lsn")
def numeric_pg_lsn(number: Decimal) -> int:
    return _moved(0, number, "convert NaN to pg_lsn")


def _moved(place: int, size: Decimal, failing: str) -> int:
    if size.is_nan():
        raise DatabaseError("0A000", f"cannot {failing}")
    if size.is_infinite():
        raise DatabaseError("0A000", "cannot convert infinity to pg_lsn")
    moved = place + round_half_up(size)
    if not 0 <= moved < _LSN_END:
        raise DatabaseError("22023", "pg_lsn out of range")
    return int(moved)


def round_half_up(number: Decimal) -> int:
    """Returns a numeric as an integer, halves away from zero."""
    return int(number.to_integral_value(rounding="ROUND_HALF_UP"))


@implements("tidsend")
def tidsend(value: int) -> bytes:
    return send_of(oids.TID)(value, PLAIN)


@implements("pg_lsn_send", "xid8send")
def uint8send(value: int) -> bytes:
    return send_of(oids.XID8)(value, PLAIN)


@implements("xid8toxid")
def xid8toxid(number: int) -> int:
    return number % (1 << 32)
