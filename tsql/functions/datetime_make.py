"""Dates and times made from numbers: make_date and its kin, to_timestamp, generate_series."""

import functools
import math
from collections.abc import Iterator

from storage.errors import DatabaseError
from storage.types import TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY, Interval
from tsql.env import Env
from tsql.functions.datetime_arithmetic import add_interval, timestamp_pl_interval
from tsql.functions.datetime_cast import checked_timestamp, from_local
from tsql.functions.interval import interval_out_of_range
from tsql.functions.registry import implements
from tsql.functions.time_zone import parse_zone
from tsql.types.civil import (
    DATE_END,
    DATE_MIN,
    DAY,
    SECOND,
    TIMESTAMP_END,
    TIMESTAMP_MIN,
    UNIX_EPOCH_SECONDS,
    days_from_civil,
    days_in_month,
    is_valid_julian,
)
from tsql.types.timezones import Zone, session_zone


def format_g(value: float) -> str:
    """Returns C's %g of a float, infinities and NaN as PostgreSQL writes them."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return f"{value:g}"


def _wrapped(value: int, bits: int) -> int:
    """Keeps to a C integer where PostgreSQL's sum overflows without a word."""
    half: int = 1 << (bits - 1)
    return (value + half) % (2 * half) - half


def _counted_year(year: int) -> int:
    """Returns a year counted from 0; negative ones are BC. There is no year 0."""
    return year if year >= 0 else year + 1


def _is_day(year: int, month: int, day: int) -> bool:
    """Whether there is such a day, in a year as people write it."""
    if year in (-(2**31), 0) or not 1 <= month <= 12:
        return False
    return 1 <= day <= days_in_month(_counted_year(year), month)


def _date_field_error(year: int, month: int, day: int) -> DatabaseError:
    return DatabaseError("22008", f"date field value out of range: {year}-{month:02d}-{day:02d}")


@implements("make_date")
def make_date(year: int, month: int, day: int) -> int:
    counted = year if year == -(2**31) else _counted_year(year)
    if not _is_day(year, month, day):
        raise _date_field_error(counted, month, day)
    if is_valid_julian(counted, month):
        days = days_from_civil(counted, month, day)
        if DATE_MIN <= days < DATE_END:
            return days
    raise DatabaseError("22008", f"date out of range: {counted}-{month:02d}-{day:02d}")


def _time_of_day(hour: int, minute: int, second: float) -> int:
    microseconds = -1 if math.isnan(second) or abs(second) > 1e9 else round(second * 1e6)
    if 0 <= hour <= 24 and 0 <= minute <= 59 and 0 <= microseconds <= 60 * SECOND:
        time = (hour * 60 + minute) * 60 * SECOND + microseconds
        if time <= DAY:
            return time
    raise DatabaseError(
        "22008", f"time field value out of range: {hour}:{minute:02d}:{_padded_g(second)}"
    )


def _padded_g(value: float) -> str:
    """Returns C's %02g."""
    return format_g(value).rjust(2, "0" if math.isfinite(value) else " ")


@implements("make_time")
def make_time(hour: int, minute: int, second: float) -> int:
    return _time_of_day(hour, minute, second)


@implements("make_timestamp")
def make_timestamp(year: int, month: int, day: int, hour: int, minute: int, second: float) -> int:
    if not _is_day(year, month, day):
        raise _date_field_error(year, month, day)
    counted = _counted_year(year)
    time = _time_of_day(hour, minute, second)
    if not is_valid_julian(counted, month):
        raise DatabaseError("22008", f"date out of range: {year}-{month:02d}-{day:02d}")
    result = days_from_civil(counted, month, day) * DAY + time
    if TIMESTAMP_MIN <= result < TIMESTAMP_END:
        return result
    text = f"{year}-{month:02d}-{day:02d} {hour}:{minute:02d}:{_padded_g(second)}"
    raise DatabaseError("22008", f"timestamp out of range: {text}")


@implements("make_timestamptz", env=True)
def make_timestamptz(
    env: Env, year: int, month: int, day: int, hour: int, minute: int, second: float
) -> int:
    local = make_timestamp(year, month, day, hour, minute, second)
    return checked_timestamp(from_local(local, session_zone(env)))


@implements("make_timestamptz_at_timezone")
def make_timestamptz_at_timezone(
    year: int, month: int, day: int, hour: int, minute: int, second: float, zone_name: str
) -> int:
    local = make_timestamp(year, month, day, hour, minute, second)
    return checked_timestamp(from_local(local, parse_zone(zone_name)))


@implements("make_interval")
def make_interval(
    years: int, months: int, weeks: int, days: int, hours: int, minutes: int, seconds: float
) -> Interval:
    if not math.isfinite(seconds):
        raise interval_out_of_range()
    exact = seconds * 1e6
    fits = -(2.0**63) <= exact < 2.0**63
    microseconds = round(exact) if fits else -(2**63)  # What C's conversion gives.
    time = (hours * 60 + minutes) * 60 * SECOND + microseconds
    return Interval(
        _wrapped(years * 12 + months, 32), _wrapped(weeks * 7 + days, 32), _wrapped(time, 64)
    )


@implements("float8_timestamptz")
def to_timestamp(seconds: float) -> int:
    """Returns the moment of a Unix time."""
    if math.isinf(seconds):
        return TIMESTAMP_INFINITY if seconds > 0 else TIMESTAMP_MINUS_INFINITY
    if math.isnan(seconds):
        raise DatabaseError("22008", "timestamp cannot be NaN")
    lowest = TIMESTAMP_MIN / 1e6 - UNIX_EPOCH_SECONDS
    highest = TIMESTAMP_END / 1e6 - UNIX_EPOCH_SECONDS
    if lowest <= seconds < highest:
        result = round((seconds + UNIX_EPOCH_SECONDS) * 1e6)
        if TIMESTAMP_MIN <= result < TIMESTAMP_END:
            return result
    raise DatabaseError("22008", f'timestamp out of range: "{format_g(seconds)}"')


def _series(start: int, stop: int, step: Interval, zone: Zone | None) -> Iterator[int]:
    """Yields the series; a step out of range fails before the value it starts from, as there."""
    sign = step.span()
    if sign == 0:
        raise DatabaseError("22023", "step size cannot equal zero")
    days_are_even = zone is None or zone.fixed_offset is not None
    if days_are_even and not step.months and TIMESTAMP_MIN <= start < TIMESTAMP_END:
        yield from _even_series(start, stop, step.days * DAY + step.microseconds)
        return
    add = timestamp_pl_interval if zone is None else functools.partial(add_interval, zone=zone)
    current = start
    while current <= stop if sign > 0 else current >= stop:
        following = add(current, step)
        yield current
        current = following


def _even_series(start: int, stop: int, width: int) -> Iterator[int]:
    """Yields the series of steps of one width, at the speed of `range`."""
    end = min(stop + 1, TIMESTAMP_END) if width > 0 else max(stop - 1, TIMESTAMP_MIN - 1)
    values = range(start, end, width)
    if values:
        yield from values[:-1]
        checked_timestamp(values[-1] + width)
        yield values[-1]


@implements("generate_series_timestamp")
def generate_series_timestamp(start: int, stop: int, step: Interval) -> Iterator[int]:
    return _series(start, stop, step, None)


@implements("generate_series_timestamptz", env=True)
def generate_series_timestamptz(env: Env, start: int, stop: int, step: Interval) -> Iterator[int]:
    return _series(start, stop, step, session_zone(env))
