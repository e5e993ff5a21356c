"""+ and - of dates, times, timestamps and intervals, and what is built on them: overlaps, in_range.

Adding an interval to a timestamp adds its months first (the day is clipped to the new month's
length), then its days, then its time. With a time zone, months and days move the wall clock, and the
time moves the moment: a day may have 23 hours. Each step has to stay in range. Manual: 9.9.
"""

import functools
from collections.abc import Callable
from typing import Any

from storage.errors import DatabaseError
from storage.types import DATE_INFINITY, DATE_MINUS_INFINITY, Interval, TimeTz
from tsql.env import Env
from tsql.functions.datetime_cast import (
    INFINITE_TIMESTAMPS,
    checked_timestamp,
    date_timestamp,
    from_local,
    timestamp_out_of_range,
    to_local,
)
from tsql.functions.datetime_comparison import timetz_key
from tsql.functions.interval import checked_interval, interval_um, justify_hours
from tsql.functions.registry import implements
from tsql.types.civil import (
    DATE_END,
    DATE_MIN,
    DAY,
    SECOND,
    civil_from_days,
    days_from_civil,
    days_in_month,
)
from tsql.types.timezones import Zone, session_zone

INFINITE_DATES = frozenset({DATE_INFINITY, DATE_MINUS_INFINITY})


def _wrapped(value: int) -> int:
    """Keeps to 64 bits where PostgreSQL's subtraction overflows without a word."""
    return (value + 2**63) % 2**64 - 2**63


# ---- dates -----------------------------------------------------------------------------------------


@implements("date_mi")
def date_mi(a: int, b: int) -> int:
    if a in INFINITE_DATES or b in INFINITE_DATES:
        raise DatabaseError("22008", "cannot subtract infinite dates")
    return a - b


@implements("date_pli")
def date_pli(date: int, days: int) -> int:
    if date in INFINITE_DATES:
        return date
    result = date + days
    if DATE_MIN <= result < DATE_END:
        return result
    raise DatabaseError("22008", "date out of range")


@implements("date_mii")
def date_mii(date: int, days: int) -> int:
    return date_pli(date, -days)


@implements("integer_pl_date(int4,date)")
def integer_pl_date(days: int, date: int) -> int:
    return date_pli(date, days)


@implements("date_pl_interval")
def date_pl_interval(date: int, span: Interval) -> int:
    return timestamp_pl_interval(date_timestamp(date), span)


@implements("date_mi_interval")
def date_mi_interval(date: int, span: Interval) -> int:
    return timestamp_mi_interval(date_timestamp(date), span)


@implements("interval_pl_date(interval,date)")
def interval_pl_date(span: Interval, date: int) -> int:
    return date_pl_interval(date, span)


# ---- timestamps ------------------------------------------------------------------------------------


@implements("timestamp_mi")
def timestamp_mi(a: int, b: int) -> Interval:
    if a in INFINITE_TIMESTAMPS or b in INFINITE_TIMESTAMPS:
        raise DatabaseError("22008", "cannot subtract infinite timestamps")
    return justify_hours(Interval(0, 0, _wrapped(a - b)))


def _add_months(timestamp: int, months: int) -> int:
    days, time = divmod(timestamp, DAY)
    year, month, day = civil_from_days(days)
    year, month = divmod(year * 12 + month - 1 + months, 12)
    day = min(day, days_in_month(year, month + 1))
    return checked_timestamp(days_from_civil(year, month + 1, day) * DAY + time)


@implements("timestamp_pl_interval")
def timestamp_pl_interval(timestamp: int, span: Interval) -> int:
    if timestamp in INFINITE_TIMESTAMPS:
        return timestamp
    if span.months:
        timestamp = _add_months(timestamp, span.months)
    if span.days:
        timestamp = checked_timestamp(timestamp + span.days * DAY)
    return checked_timestamp(timestamp + span.microseconds)


@implements("timestamp_mi_interval")
def timestamp_mi_interval(timestamp: int, span: Interval) -> int:
    return timestamp_pl_interval(timestamp, negated(span))


def negated(span: Interval) -> Interval:
    """Returns the parts negated, out of range or not: the sum with a timestamp decides."""
    return Interval(-span.months, -span.days, -span.microseconds)


@implements("interval_pl_timestamp(interval,timestamp)")
def interval_pl_timestamp(span: Interval, timestamp: int) -> int:
    return timestamp_pl_interval(timestamp, span)


def add_interval(moment: int, span: Interval, zone: Zone) -> int:
    """Returns a moment plus an interval, its months and days counted on that zone's wall clock."""
    if moment in INFINITE_TIMESTAMPS:
        return moment
    if span.months:
        local = _add_months(to_local(moment, zone), span.months)
        moment = checked_timestamp(from_local(local, zone))
    if span.days:
        local = to_local(moment, zone) + span.days * DAY
        moment = checked_timestamp(from_local(local, zone))
    return checked_timestamp(moment + span.microseconds)


@implements("timestamptz_pl_interval", env=True)
def timestamptz_pl_interval(env: Env, moment: int, span: Interval) -> int:
    return add_interval(moment, span, session_zone(env))


@implements("timestamptz_mi_interval", env=True)
def timestamptz_mi_interval(env: Env, moment: int, span: Interval) -> int:
    return add_interval(moment, negated(span), session_zone(env))


@implements("interval_pl_timestamptz(interval,timestamptz)", env=True)
def interval_pl_timestamptz(env: Env, span: Interval, moment: int) -> int:
    return add_interval(moment, span, session_zone(env))


def _fields(timestamp: int) -> list[int]:
    days, time = divmod(timestamp, DAY)
    if days < DATE_MIN:  # -infinity; infinity counts as the last number, as in PostgreSQL.
        raise timestamp_out_of_range()
    seconds, fraction = divmod(time, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return [*civil_from_days(days), hour, minute, second, fraction]


@implements("timestamp_age")
def timestamp_age(a: int, b: int) -> Interval:
    """Returns the years, months, days and time between two moments, as people count them."""
    sign = -1 if a < b else 1
    first, second = _fields(a), _fields(b)
    year, month, day, hour, minute, seconds, fraction = (
        sign * (x - y) for x, y in zip(first, second, strict=True)
    )
    time = ((hour * 60 + minute) * 60 + seconds) * SECOND + fraction
    borrowed, time = divmod(time, DAY)
    day += borrowed
    from_year, from_month = first[:2] if a < b else second[:2]
    while day < 0:
        day += days_in_month(from_year, from_month)
        month -= 1
    return checked_interval(sign * (year * 12 + month), sign * day, sign * time)


@implements("timestamptz_age", env=True)
def timestamptz_age(env: Env, a: int, b: int) -> Interval:
    zone = session_zone(env)
    return timestamp_age(to_local(a, zone), to_local(b, zone))


@implements("age(timestamp)", env=True)
def age_of_timestamp(env: Env, timestamp: int) -> Interval:
    return timestamp_age(_today(env), timestamp)


@implements("age(timestamptz)", env=True)
def age_of_timestamptz(env: Env, moment: int) -> Interval:
    zone = session_zone(env)
    return timestamp_age(_today(env), to_local(moment, zone))


def _today(env: Env) -> int:
    return to_local(env.transaction_timestamp, session_zone(env)) // DAY * DAY


# ---- distances that GiST asks for ------------------------------------------------------------------


@implements("daterange_subdiff")
def daterange_subdiff(a: int, b: int) -> float:
    return float(a - b)


@implements("tsrange_subdiff", "tstzrange_subdiff")
def tsrange_subdiff(a: int, b: int) -> float:
    return (float(a) - float(b)) / 1e6


# ---- times -----------------------------------------------------------------------------------------


@implements("time_pl_interval")
def time_pl_interval(time: int, span: Interval) -> int:
    return (time + span.microseconds) % DAY


@implements("time_mi_interval")
def time_mi_interval(time: int, span: Interval) -> int:
    return (time - span.microseconds) % DAY


@implements("interval_pl_time(interval,time)")
def interval_pl_time(span: Interval, time: int) -> int:
    return time_pl_interval(time, span)


@implements("time_mi_time")
def time_mi_time(a: int, b: int) -> Interval:
    return Interval(0, 0, a - b)


@implements("timetz_pl_interval")
def timetz_pl_interval(time: TimeTz, span: Interval) -> TimeTz:
    return TimeTz((time.microseconds + span.microseconds) % DAY, time.zone)


@implements("timetz_mi_interval")
def timetz_mi_interval(time: TimeTz, span: Interval) -> TimeTz:
    return TimeTz((time.microseconds - span.microseconds) % DAY, time.zone)


@implements("interval_pl_timetz(interval,timetz)")
def interval_pl_timetz(span: Interval, time: TimeTz) -> TimeTz:
    return timetz_pl_interval(time, span)


# ---- overlaps --------------------------------------------------------------------------------------


def _identity(value: Any) -> Any:
    return value


def _ordered(start: Any, end: Any, key: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Returns a period's keys, earlier first; one NULL end comes last."""
    if start is None:
        start, end = end, None
    if start is None:
        return None, None
    if end is None:
        return key(start), None
    first, last = key(start), key(end)
    return (first, last) if first <= last else (last, first)


def overlaps(
    key: Callable[[Any], Any], start_a: Any, end_a: Any, start_b: Any, end_b: Any
) -> bool | None:
    """Returns SQL's (a, b) OVERLAPS (c, d): half-open periods, but a period of no length is a point."""
    first = _ordered(start_a, end_a, key)
    second = _ordered(start_b, end_b, key)
    if first[0] is None or second[0] is None:
        return None
    if first[0] == second[0]:
        return None if first[1] is None or second[1] is None else True
    if first[0] > second[0]:
        first, second = second, first
    if first[1] is None:
        return None
    if second[0] < first[1]:
        return True
    return None if second[1] is None else False


implements("overlaps_timestamp", "overlaps_time")(functools.partial(overlaps, _identity))
implements("overlaps_timetz")(functools.partial(overlaps, timetz_key))


def _register_overlaps(type_name: str, add: Callable[[Env, int, Interval], int]) -> None:
    """Registers the forms with intervals for ends."""

    def end(env: Env, start: int | None, span: Interval | None) -> int | None:
        return None if start is None or span is None else add(env, start, span)

    def both(env: Env, a: int, b: Interval, c: int, d: Interval) -> bool | None:
        return overlaps(_identity, a, end(env, a, b), c, end(env, c, d))

    def second(env: Env, a: int, b: int, c: int, d: Interval) -> bool | None:
        return overlaps(_identity, a, b, c, end(env, c, d))

    def first(env: Env, a: int, b: Interval, c: int, d: int) -> bool | None:
        return overlaps(_identity, a, end(env, a, b), c, d)

    name = type_name
    implements(f"overlaps({name},interval,{name},interval)", env=True)(both)
    implements(f"overlaps({name},{name},{name},interval)", env=True)(second)
    implements(f"overlaps({name},interval,{name},{name})", env=True)(first)


_register_overlaps("timestamptz", timestamptz_pl_interval)
_register_overlaps("timestamp", lambda _env, start, span: timestamp_pl_interval(start, span))
_register_overlaps("time", lambda _env, start, span: time_pl_interval(start, span))


# ---- in_range: RANGE BETWEEN … PRECEDING AND … FOLLOWING -------------------------------------------


def _check_offset(offset: Interval) -> None:
    if offset.span() < 0:
        raise DatabaseError("22013", "invalid preceding or following size in window function")


@implements("in_range_timestamp_interval")
def in_range_timestamp(value: int, base: int, offset: Interval, sub: bool, less: bool) -> bool:
    _check_offset(offset)
    bound = timestamp_pl_interval(base, negated(offset) if sub else offset)
    return value <= bound if less else value >= bound


@implements("in_range_timestamptz_interval", env=True)
def in_range_timestamptz(
    env: Env, value: int, base: int, offset: Interval, sub: bool, less: bool
) -> bool:
    _check_offset(offset)
    bound = add_interval(base, negated(offset) if sub else offset, session_zone(env))
    return value <= bound if less else value >= bound


@implements("in_range_date_interval")
def in_range_date(value: int, base: int, offset: Interval, sub: bool, less: bool) -> bool:
    return in_range_timestamp(date_timestamp(value), date_timestamp(base), offset, sub, less)


@implements("in_range_interval_interval")
def in_range_interval(
    value: Interval, base: Interval, offset: Interval, sub: bool, less: bool
) -> bool:
    _check_offset(offset)
    change = interval_um(offset) if sub else offset
    bound = checked_interval(*(x + y for x, y in zip(base, change, strict=True))).span()
    return value.span() <= bound if less else value.span() >= bound


@implements("in_range_time_interval")
def in_range_time(value: int, base: int, offset: Interval, sub: bool, less: bool) -> bool:
    _check_time_offset(offset)
    bound = base - offset.microseconds if sub else base + offset.microseconds
    return value <= bound if less else value >= bound


@implements("in_range_timetz_interval")
def in_range_timetz(value: TimeTz, base: TimeTz, offset: Interval, sub: bool, less: bool) -> bool:
    _check_time_offset(offset)
    change = -offset.microseconds if sub else offset.microseconds
    bound = timetz_key(TimeTz(base.microseconds + change, base.zone))
    return timetz_key(value) <= bound if less else timetz_key(value) >= bound


def _check_time_offset(offset: Interval) -> None:
    """Only the time counts here, as in the sum of a time and an interval."""
    if offset.microseconds < 0:
        raise DatabaseError("22013", "invalid preceding or following size in window function")
