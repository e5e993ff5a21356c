"""Conversions between dates, times, timestamps and intervals, precision included.

Infinite dates and timestamps stay infinite; a time of day of theirs is NULL.
"""

from storage.errors import DatabaseError
from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    Interval,
    TimeTz,
)
from tsql.env import Env
from tsql.functions.registry import implements
from tsql.types.civil import DAY, SECOND, TIMESTAMP_END, TIMESTAMP_MIN
from tsql.types.datetime_fields import local_now
from tsql.types.datetimes import round_time, round_timestamp
from tsql.types.interval_input import adjust_interval
from tsql.types.timezones import Zone, session_zone

INFINITE_TIMESTAMPS = frozenset({TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY})


def timestamp_out_of_range() -> DatabaseError:
    return DatabaseError("22008", "timestamp out of range")


def date_out_of_timestamp_range() -> DatabaseError:
    return DatabaseError("22008", "date out of range for timestamp")


def checked_timestamp(value: int) -> int:
    """Returns a finite timestamp if it is in range, else raises 22008."""
    if TIMESTAMP_MIN <= value < TIMESTAMP_END:
        return value
    raise timestamp_out_of_range()


def to_local(moment: int, zone: Zone) -> int:
    """Returns the wall clock reading of a finite moment."""
    return moment + zone.at(moment // SECOND).offset * SECOND


def from_local(timestamp: int, zone: Zone) -> int:
    """Returns the moment that a finite wall clock reading means. It may be out of range."""
    return timestamp - zone.offset_of_local(timestamp // SECOND) * SECOND


@implements("date_timestamp")
def date_timestamp(date: int) -> int:
    if date == DATE_INFINITY:
        return TIMESTAMP_INFINITY
    if date == DATE_MINUS_INFINITY:
        return TIMESTAMP_MINUS_INFINITY
    result = date * DAY
    if result >= TIMESTAMP_END:
        raise date_out_of_timestamp_range()
    return result


@implements("date_timestamptz", env=True)
def date_timestamptz(env: Env, date: int) -> int:
    midnight = date_timestamp(date)
    if midnight in INFINITE_TIMESTAMPS:
        return midnight
    result = from_local(midnight, session_zone(env))
    if not TIMESTAMP_MIN <= result < TIMESTAMP_END:
        raise date_out_of_timestamp_range()
    return result


@implements("timestamp_date")
def timestamp_date(timestamp: int) -> int:
    if timestamp == TIMESTAMP_INFINITY:
        return DATE_INFINITY
    if timestamp == TIMESTAMP_MINUS_INFINITY:
        return DATE_MINUS_INFINITY
    return timestamp // DAY


@implements("timestamptz_date", env=True)
def timestamptz_date(env: Env, moment: int) -> int:
    if moment in INFINITE_TIMESTAMPS:
        return timestamp_date(moment)
    return to_local(moment, session_zone(env)) // DAY


@implements("timestamp_timestamptz", env=True)
def timestamp_timestamptz(env: Env, timestamp: int) -> int:
    if timestamp in INFINITE_TIMESTAMPS:
        return timestamp
    return checked_timestamp(from_local(timestamp, session_zone(env)))


@implements("timestamptz_timestamp", env=True)
def timestamptz_timestamp(env: Env, moment: int) -> int:
    if moment in INFINITE_TIMESTAMPS:
        return moment
    return checked_timestamp(to_local(moment, session_zone(env)))


@implements("timestamp_time")
def timestamp_time(timestamp: int) -> int | None:
    return None if timestamp in INFINITE_TIMESTAMPS else timestamp % DAY


@implements("timestamptz_time", env=True)
def timestamptz_time(env: Env, moment: int) -> int | None:
    if moment in INFINITE_TIMESTAMPS:
        return None
    return to_local(moment, session_zone(env)) % DAY


@implements("timestamptz_timetz", env=True)
def timestamptz_timetz(env: Env, moment: int) -> TimeTz | None:
    if moment in INFINITE_TIMESTAMPS:
        return None
    offset = session_zone(env).at(moment // SECOND).offset
    return TimeTz((moment + offset * SECOND) % DAY, -offset)


@implements("time_timetz", env=True)
def time_timetz(env: Env, time: int) -> TimeTz:
    local = local_now(env)[0] * 86400 + time // SECOND
    return TimeTz(time, -session_zone(env).offset_of_local(local))


@implements("timetz_time")
def timetz_time(value: TimeTz) -> int:
    return value.microseconds


@implements("time_interval")
def time_interval(time: int) -> Interval:
    return Interval(0, 0, time)


@implements("interval_time")
def interval_time(value: Interval) -> int:
    return value.microseconds % DAY


@implements("datetime_timestamp")
def datetime_timestamp(date: int, time: int) -> int:
    midnight = date_timestamp(date)
    return midnight if midnight in INFINITE_TIMESTAMPS else checked_timestamp(midnight + time)


@implements("timedate_pl(time,date)")
def timedate_pl(time: int, date: int) -> int:
    return datetime_timestamp(date, time)


@implements("timestamptz(date,time)", env=True)
def timestamptz_of_date_and_time(env: Env, date: int, time: int) -> int:
    return timestamp_timestamptz(env, datetime_timestamp(date, time))


@implements("datetimetz_timestamptz")
def datetimetz_timestamptz(date: int, time: TimeTz) -> int:
    midnight = date_timestamp(date)
    if midnight in INFINITE_TIMESTAMPS:
        return midnight
    result = midnight + time.microseconds + time.zone * SECOND
    if not TIMESTAMP_MIN <= result < TIMESTAMP_END:
        raise date_out_of_timestamp_range()
    return result


@implements("timetzdate_pl(timetz,date)")
def timetzdate_pl(time: TimeTz, date: int) -> int:
    return datetimetz_timestamptz(date, time)


implements("time_scale")(round_time)
implements("timestamp_scale", "timestamptz_scale")(round_timestamp)
implements("interval_scale")(adjust_interval)


@implements("timetz_scale")
def timetz_scale(value: TimeTz, typmod: int) -> TimeTz:
    return TimeTz(round_time(value.microseconds, typmod), value.zone)


@implements("date_finite")
def date_finite(date: int) -> bool:
    return date not in (DATE_INFINITY, DATE_MINUS_INFINITY)


@implements("timestamp_finite")
def timestamp_finite(timestamp: int) -> bool:
    return timestamp not in INFINITE_TIMESTAMPS


@implements("interval_finite")
def interval_finite(_value: Interval) -> bool:
    return True
