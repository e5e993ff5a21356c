"""Binary form of dates, times and intervals: integers, with PostgreSQL's ranges checked on input."""

import struct
from typing import Final

from storage.errors import DatabaseError
from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    MICROSECONDS_PER_DAY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    Interval,
    TimeTz,
)
from tsql.types import oids
from tsql.types.binary.registry import Context, binary_io, sized

_DATE: Final = struct.Struct("!i")
_TIME: Final = struct.Struct("!q")
_TIMETZ: Final = struct.Struct("!qi")
_INTERVAL: Final = struct.Struct("!qii")
#: 4714-11-24 BC and the day behind 5874897-12-31, in days since 2000-01-01.
_DATE_MIN, _DATE_END = -2_451_545, 2_145_031_949
#: 4714-11-24 BC and the end of 294276, in microseconds since 2000-01-01.
_TIMESTAMP_MIN, _TIMESTAMP_END = -211_813_488_000_000_000, 9_223_371_331_200_000_000
_ZONE_SECONDS_END: Final = 16 * 3600


def _date_send(value: int, _context: Context) -> bytes:
    return _DATE.pack(value)


def _date_receive(raw: bytes, _context: Context) -> int:
    value: int = _DATE.unpack(sized(raw, _DATE.size))[0]
    if not _DATE_MIN <= value < _DATE_END and value not in (DATE_INFINITY, DATE_MINUS_INFINITY):
        raise DatabaseError("22008", "date out of range")
    return value


def _time_send(value: int, _context: Context) -> bytes:
    return _TIME.pack(value)


def _time_receive(raw: bytes, _context: Context) -> int:
    return _checked_time(_TIME.unpack(sized(raw, _TIME.size))[0])


def _checked_time(value: int) -> int:
    if not 0 <= value <= MICROSECONDS_PER_DAY:
        raise DatabaseError("22008", "time out of range")
    return value


def _timetz_send(value: TimeTz, _context: Context) -> bytes:
    return _TIMETZ.pack(value.microseconds, value.zone)


def _timetz_receive(raw: bytes, _context: Context) -> TimeTz:
    time, zone = _TIMETZ.unpack(sized(raw, _TIMETZ.size))
    _checked_time(time)
    if not -_ZONE_SECONDS_END < zone < _ZONE_SECONDS_END:
        raise DatabaseError("22009", "time zone displacement out of range")
    return TimeTz(time, zone)


def _timestamp_receive(raw: bytes, _context: Context) -> int:
    value: int = _TIME.unpack(sized(raw, _TIME.size))[0]
    is_infinite = value in (TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY)
    if not _TIMESTAMP_MIN <= value < _TIMESTAMP_END and not is_infinite:
        raise DatabaseError("22008", "timestamp out of range")
    return value


def _interval_send(value: Interval, _context: Context) -> bytes:
    return _INTERVAL.pack(value.microseconds, value.days, value.months)


def _interval_receive(raw: bytes, _context: Context) -> Interval:
    microseconds, days, months = _INTERVAL.unpack(sized(raw, _INTERVAL.size))
    return Interval(months, days, microseconds)


binary_io(oids.DATE, _date_send, _date_receive)
binary_io(oids.TIME, _time_send, _time_receive)
binary_io(oids.TIMETZ, _timetz_send, _timetz_receive)
binary_io(oids.TIMESTAMP, _time_send, _timestamp_receive)
binary_io(oids.TIMESTAMPTZ, _time_send, _timestamp_receive)
binary_io(oids.INTERVAL, _interval_send, _interval_receive)
