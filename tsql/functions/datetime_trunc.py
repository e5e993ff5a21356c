"""date_trunc and date_bin: the start of the unit, or of the bin, that a moment falls into.

For a timestamptz, units of a day and more start at midnight of the session's zone, or of the one
given: the wall clock is truncated, and read again as a moment where midnight may have another offset.
"""

from storage.errors import DatabaseError
from storage.types import Interval
from tsql.env import Env
from tsql.functions.datetime_cast import (
    INFINITE_TIMESTAMPS,
    checked_timestamp,
    from_local,
    timestamp_out_of_range,
    to_local,
)
from tsql.functions.datetime_extract import unit_error, unit_named
from tsql.functions.interval import interval_out_of_range
from tsql.functions.registry import implements
from tsql.functions.time_zone import zone_or_abbreviation
from tsql.types.civil import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    TIMESTAMP_END,
    TIMESTAMP_MIN,
    civil_from_days,
    days_from_civil,
    truncated_divmod,
    weekday,
)
from tsql.types.datetime_words import Unit
from tsql.types.timezones import Zone, session_zone

_PLAIN = "timestamp without time zone"
_WITH_ZONE = "timestamp with time zone"

_DIVISORS = {
    Unit.MICROSECOND: 1,
    Unit.MILLISECOND: 1000,
    Unit.SECOND: SECOND,
    Unit.MINUTE: MINUTE,
    Unit.HOUR: HOUR,
    Unit.DAY: DAY,
}
_YEARS = {Unit.YEAR: 1, Unit.DECADE: 10, Unit.CENTURY: 100, Unit.MILLENNIUM: 1000}


def _first_year(unit: Unit, year: int) -> int:
    """Returns the first year of a year's decade (…0), century or millennium (…1)."""
    length = _YEARS[unit]
    if unit in (Unit.YEAR, Unit.DECADE):
        return year // length * length
    return (year - 1) // length * length + 1


def _truncated(unit: Unit | str | None, name: str, timestamp: int, type_name: str) -> int:
    if not isinstance(unit, Unit):
        raise unit_error(name, type_name, datetime_words=False)
    if unit in _DIVISORS:
        return timestamp - timestamp % _DIVISORS[unit]
    days = timestamp // DAY
    if unit is Unit.WEEK:
        return (days - (weekday(days) - 1) % 7) * DAY
    year, month, _ = civil_from_days(days)
    if unit is Unit.MONTH:
        pass
    elif unit is Unit.QUARTER:
        month = (month - 1) // 3 * 3 + 1
    elif unit in _YEARS:
        year, month = _first_year(unit, year), 1
    else:
        raise unit_error(name, type_name, datetime_words=False)
    return days_from_civil(year, month, 1) * DAY


@implements("timestamp_trunc")
def timestamp_trunc(name: str, timestamp: int) -> int:
    if timestamp in INFINITE_TIMESTAMPS:
        return timestamp
    return checked_timestamp(_truncated(_unit(name), name, timestamp, _PLAIN))


@implements("timestamptz_trunc", env=True)
def timestamptz_trunc(env: Env, name: str, moment: int) -> int:
    return _truncated_in_zone(name, moment, session_zone(env))


@implements("timestamptz_trunc_zone")
def timestamptz_trunc_zone(name: str, moment: int, zone_name: str) -> int:
    if moment in INFINITE_TIMESTAMPS:
        return moment
    return _truncated_in_zone(name, moment, zone_or_abbreviation(zone_name))


def _truncated_in_zone(name: str, moment: int, zone: Zone) -> int:
    if moment in INFINITE_TIMESTAMPS:
        return moment
    unit = _unit(name)
    local = to_local(moment, zone)
    truncated = _truncated(unit, name, local, _WITH_ZONE)
    if unit in _DIVISORS and unit is not Unit.DAY:
        return checked_timestamp(moment - (local - truncated))
    return checked_timestamp(from_local(truncated, zone))


def _unit(name: str) -> Unit | str | None:
    # date_trunc knows fewer words than extract: only those of intervals.
    return unit_named(name, datetime_words=False)


@implements("interval_trunc")
def interval_trunc(name: str, span: Interval) -> Interval:
    unit = _unit(name)
    if isinstance(unit, Unit) and unit in _YEARS:
        months = 12 * _YEARS[unit]
        return Interval(truncated_divmod(span.months, months)[0] * months, 0, 0)
    match unit:
        case Unit.QUARTER:
            return Interval(truncated_divmod(span.months, 3)[0] * 3, 0, 0)
        case Unit.MONTH:
            return Interval(span.months, 0, 0)
        case Unit.DAY:
            return Interval(span.months, span.days, 0)
        case Unit():
            pass
        case _:
            raise _interval_unit_error(unit, name)
    if unit in _DIVISORS:
        divisor = _DIVISORS[unit]
        time = truncated_divmod(span.microseconds, divisor)[0] * divisor
        return Interval(span.months, span.days, time)
    raise _interval_unit_error(unit, name)


def _interval_unit_error(unit: Unit | str | None, name: str) -> DatabaseError:
    error = unit_error(name, "interval", datetime_words=False)
    if unit is Unit.WEEK:
        error.detail = "Months usually have fractional weeks."
    return error


@implements("timestamp_bin", "timestamptz_bin")
def timestamp_bin(stride: Interval, timestamp: int, origin: int) -> int:
    """Returns the start of the bin that holds the timestamp; bins are counted from the origin."""
    if timestamp in INFINITE_TIMESTAMPS:
        return timestamp
    if origin in INFINITE_TIMESTAMPS:
        raise DatabaseError("22008", "origin out of range")
    if stride.months:
        raise DatabaseError(
            "0A000", "timestamps cannot be binned into intervals containing months or years"
        )
    width = stride.days * DAY + stride.microseconds
    if not -(2**63) <= width < 2**63:
        raise interval_out_of_range()
    if width <= 0:
        raise DatabaseError("22008", "stride must be greater than zero")
    distance = timestamp - origin
    if not -(2**63) <= distance < 2**63:
        raise interval_out_of_range()
    result = timestamp - distance % width
    if not TIMESTAMP_MIN <= result < TIMESTAMP_END:
        raise timestamp_out_of_range()
    return result
