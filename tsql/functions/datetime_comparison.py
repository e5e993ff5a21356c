"""Comparison, hashing and wire form of dates, times, timestamps and intervals.

Dates, times and timestamps are integers, infinities included, so Python's own operators compare
them; intervals compare by their span. Across types, a date is its midnight (in the session's zone,
against a timestamptz), later than every finite timestamp if it lies beyond their range.
"""

import operator
import struct
from collections.abc import Callable
from typing import Any

from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    Interval,
    TimeTz,
)
from tsql.env import Env
from tsql.functions.hashing import hash_uint32, hash_uint32_extended
from tsql.functions.integer import compare
from tsql.functions.registry import implements
from tsql.types.civil import DAY, SECOND
from tsql.types.timezones import session_zone

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def _register_integers() -> None:
    for family in ("date", "time", "timestamp"):
        for suffix, test in _TESTS.items():
            implements(f"{family}_{suffix}")(test)
        implements(f"{family}_cmp")(compare)
        implements(f"{family}_larger")(max)
        implements(f"{family}_smaller")(min)


_register_integers()


# ---- timetz: by the moment, then by the zone ------------------------------------------------------


def timetz_key(value: TimeTz) -> tuple[int, int]:
    """Returns what orders times with zone."""
    return value.microseconds + value.zone * SECOND, value.zone


@implements("timetz_cmp")
def timetz_cmp(a: TimeTz, b: TimeTz) -> int:
    first, second = timetz_key(a), timetz_key(b)
    return (first > second) - (first < second)


@implements("timetz_larger")
def timetz_larger(a: TimeTz, b: TimeTz) -> TimeTz:
    return max(a, b, key=timetz_key)


@implements("timetz_smaller")
def timetz_smaller(a: TimeTz, b: TimeTz) -> TimeTz:
    return min(a, b, key=timetz_key)


@implements("interval_cmp")
def interval_cmp(a: Interval, b: Interval) -> int:
    return compare(a.span(), b.span())


@implements("interval_larger")
def interval_larger(a: Interval, b: Interval) -> Interval:
    return a if a.span() > b.span() else b


@implements("interval_smaller")
def interval_smaller(a: Interval, b: Interval) -> Interval:
    return a if a.span() < b.span() else b


def _register_tests(family: str, key: Callable[[Any], Any]) -> None:
    def registered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
        return lambda a, b: test(key(a), key(b))

    for suffix, test in _TESTS.items():
        implements(f"{family}_{suffix}")(registered(test))


_register_tests("timetz", timetz_key)
_register_tests("interval", Interval.span)


# ---- across types ---------------------------------------------------------------------------------


def _midnight(date: int) -> int:
    if date == DATE_INFINITY:
        return TIMESTAMP_INFINITY
    if date == DATE_MINUS_INFINITY:
        return TIMESTAMP_MINUS_INFINITY
    return min(date * DAY, TIMESTAMP_INFINITY - 1)


def _as_moment(timestamp: int, env: Env) -> int:
    """Returns the moment of a local timestamp, unbounded."""
    if timestamp in (TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY):
        return timestamp
    offset = session_zone(env).offset_of_local(timestamp // SECOND)
    return min(timestamp - offset * SECOND, TIMESTAMP_INFINITY - 1)


def _date_moment(date: int, env: Env) -> int:
    return _as_moment(_midnight(date), env)


def _register_date_and_timestamp(suffix: str, test: Callable[[Any, Any], Any]) -> None:
    implements(f"date_{suffix}_timestamp")(lambda d, t: test(_midnight(d), t))
    implements(f"timestamp_{suffix}_date")(lambda t, d: test(t, _midnight(d)))


def _register_with_zone(suffix: str, test: Callable[[Any, Any], Any]) -> None:
    def register(name: str, function: Callable[..., Any]) -> None:
        implements(name, env=True)(function)

    register(f"date_{suffix}_timestamptz", lambda env, d, z: test(_date_moment(d, env), z))
    register(f"timestamptz_{suffix}_date", lambda env, z, d: test(z, _date_moment(d, env)))
    register(f"timestamp_{suffix}_timestamptz", lambda env, t, z: test(_as_moment(t, env), z))
    register(f"timestamptz_{suffix}_timestamp", lambda env, z, t: test(z, _as_moment(t, env)))


for _suffix, _test in (*_TESTS.items(), ("cmp", compare)):
    _register_date_and_timestamp(_suffix, _test)
    _register_with_zone(_suffix, _test)


# ---- hashes and binary forms ----------------------------------------------------------------------


def _fold(value: int) -> int:
    """Returns the 32 bits that PostgreSQL hashes of an int8: an int4's own, if it would fit."""
    high = value >> 32 & 0xFFFFFFFF
    return (value & 0xFFFFFFFF) ^ (high if value >= 0 else high ^ 0xFFFFFFFF)


@implements("time_hash", "timestamp_hash")
def int8_hash(value: int) -> int:
    return hash_uint32(_fold(value))


@implements("time_hash_extended", "timestamp_hash_extended")
def int8_hash_extended(value: int, seed: int) -> int:
    return hash_uint32_extended(_fold(value), seed)


@implements("timetz_hash")
def timetz_hash(value: TimeTz) -> int:
    return int8_hash(value.microseconds) ^ hash_uint32(value.zone)


@implements("timetz_hash_extended")
def timetz_hash_extended(value: TimeTz, seed: int) -> int:
    time_hash = int8_hash_extended(value.microseconds, seed)
    return time_hash ^ hash_uint32_extended(value.zone, seed)


def _span_64(value: Interval) -> int:
    return (value.span() + 2**63) % 2**64 - 2**63


@implements("interval_hash")
def interval_hash(value: Interval) -> int:
    return int8_hash(_span_64(value))


@implements("interval_hash_extended")
def interval_hash_extended(value: Interval, seed: int) -> int:
    return int8_hash_extended(_span_64(value), seed)


implements("date_send")(struct.Struct(">i").pack)
implements("time_send", "timestamp_send", "timestamptz_send")(struct.Struct(">q").pack)


@implements("timetz_send")
def timetz_send(value: TimeTz) -> bytes:
    return struct.pack(">qi", value.microseconds, value.zone)


@implements("interval_send")
def interval_send(value: Interval) -> bytes:
    return struct.pack(">qii", value.microseconds, value.days, value.months)
