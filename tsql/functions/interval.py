"""Arithmetic on intervals.

Months, days and microseconds are added apart. Multiplying and dividing lets fractions flow down: the
rest of a month becomes days (of 30 a month), the rest of a day becomes time; floats carry the
fractions, rounded to microseconds at each step as PostgreSQL does, so that 0.1 of a month is 3 days.
"""

import math

from storage.errors import DatabaseError
from storage.types import Array, Interval
from tsql.functions.registry import Accumulator, CallSite, aggregates, implements
from tsql.types.civil import DAY, SECOND, truncated_divmod

INT4_MAX = 2**31 - 1
INT8_MAX = 2**63 - 1
_DAYS_PER_MONTH = 30
_SECONDS_PER_DAY = 86400


def interval_out_of_range() -> DatabaseError:
    return DatabaseError("22008", "interval out of range")


def checked_interval(months: int, days: int, microseconds: int) -> Interval:
    """Returns the interval if its parts are in range, else raises 22008."""
    if (
        -INT4_MAX - 1 <= months <= INT4_MAX
        and -INT4_MAX - 1 <= days <= INT4_MAX
        and -INT8_MAX - 1 <= microseconds <= INT8_MAX
    ):
        return Interval(months, days, microseconds)
    raise interval_out_of_range()


@implements("interval_um")
def interval_um(a: Interval) -> Interval:
    return checked_interval(-a.months, -a.days, -a.microseconds)


@implements("interval_pl")
def interval_pl(a: Interval, b: Interval) -> Interval:
    return checked_interval(a.months + b.months, a.days + b.days, a.microseconds + b.microseconds)


@implements("interval_mi")
def interval_mi(a: Interval, b: Interval) -> Interval:
    return checked_interval(a.months - b.months, a.days - b.days, a.microseconds - b.microseconds)


def _to_microsecond(value: float) -> float:
    return round(value * 1e6) / 1e6


def _whole(value: float, maximum: int) -> int:
    """Returns the value towards zero; NaN and what is out of range raise 22008."""
    if math.isnan(value) or not -maximum - 1 <= value <= maximum:
        raise interval_out_of_range()
    return int(value)


def _scaled(months: float, days: float, microseconds: float) -> Interval:
    """Returns the interval of three parts with fractions, which flow down."""
    whole_months = _whole(months, INT4_MAX)
    whole_days = _whole(days, INT4_MAX)
    month_rest = _to_microsecond((months - whole_months) * _DAYS_PER_MONTH)
    rest_days = int(month_rest)
    seconds = _to_microsecond((days - whole_days + month_rest - rest_days) * _SECONDS_PER_DAY)
    if abs(seconds) >= _SECONDS_PER_DAY:
        carried = int(seconds / _SECONDS_PER_DAY)
        whole_days += carried
        seconds -= carried * _SECONDS_PER_DAY
    time = microseconds + seconds * SECOND
    if math.isnan(time) or not -(2.0**63) <= time < 2.0**63:
        raise interval_out_of_range()
    return checked_interval(whole_months, whole_days + rest_days, round(time))


@implements("interval_mul")
def interval_mul(a: Interval, factor: float) -> Interval:
    return _scaled(a.months * factor, a.days * factor, a.microseconds * factor)


@implements("mul_d_interval")
def mul_d_interval(factor: float, a: Interval) -> Interval:
    return interval_mul(a, factor)


@implements("interval_div")
def interval_div(a: Interval, divisor: float) -> Interval:
    if divisor == 0:
        raise DatabaseError("22012", "division by zero")
    return _scaled(a.months / divisor, a.days / divisor, a.microseconds / divisor)


@implements("interval_justify_hours")
def justify_hours(a: Interval) -> Interval:
    """Returns the interval with whole days taken out of the time, both of one sign."""
    carried, time = truncated_divmod(a.microseconds, DAY)
    days = a.days + carried
    if days > 0 and time < 0:
        days, time = days - 1, time + DAY
    elif days < 0 and time > 0:
        days, time = days + 1, time - DAY
    return checked_interval(a.months, days, time)


@implements("interval_justify_days")
def justify_days(a: Interval) -> Interval:
    """Returns the interval with whole months of 30 days taken out of the days, both of one sign."""
    carried, days = truncated_divmod(a.days, _DAYS_PER_MONTH)
    months = a.months + carried
    if months > 0 and days < 0:
        months, days = months - 1, days + _DAYS_PER_MONTH
    elif months < 0 and days > 0:
        months, days = months + 1, days - _DAYS_PER_MONTH
    return checked_interval(months, days, a.microseconds)


@implements("interval_justify_interval")
def justify_interval(a: Interval) -> Interval:
    """Returns the interval with all three parts carried upwards and of one sign."""
    months, days, time = a
    if (days > 0 and time > 0) or (days < 0 and time < 0):
        carried, days = truncated_divmod(days, _DAYS_PER_MONTH)
        months += carried
    carried, time = truncated_divmod(time, DAY)
    days += carried
    carried, days = truncated_divmod(days, _DAYS_PER_MONTH)
    months += carried
    if months > 0 and (days < 0 or (days == 0 and time < 0)):
        months, days = months - 1, days + _DAYS_PER_MONTH
    elif months < 0 and (days > 0 or (days == 0 and time > 0)):
        months, days = months + 1, days - _DAYS_PER_MONTH
    if days > 0 and time < 0:
        days, time = days - 1, time + DAY
    elif days < 0 and time > 0:
        days, time = days + 1, time - DAY
    return checked_interval(months, days, time)


# ---- aggregates ------------------------------------------------------------------------------------


class _IntervalSum:
    """The sum and count of sum(interval) and avg(interval)."""

    __slots__ = ("_count", "_sum")

    def __init__(self) -> None:
        self._sum: Interval | None = None
        self._count = 0

    def add(self, *values: Interval) -> None:
        (value,) = values
        self._sum = value if self._sum is None else interval_pl(self._sum, value)
        self._count += 1

    def result(self) -> Interval | None:
        return self._sum

    def size(self) -> int:
        return 0


class _IntervalAverage(_IntervalSum):
    __slots__ = ()

    def result(self) -> Interval | None:
        return None if self._sum is None else interval_div(self._sum, float(self._count))


@aggregates("sum(interval)")
def sum_interval(_call: CallSite) -> type[Accumulator]:
    return _IntervalSum


@aggregates("avg(interval)")
def avg_interval(_call: CallSite) -> type[Accumulator]:
    return _IntervalAverage


def _state(state: Array) -> tuple[Interval, Interval]:
    """Returns sum and count of PostgreSQL's transition state; the count is an interval's time."""
    if None in state.items:
        raise DatabaseError("22004", "null array element not allowed in this context")
    if len(state.items) != 2:
        raise DatabaseError("XX000", "expected 2-element interval array")
    total, count = state.items
    return total, count


def _counted(total: Interval, count: Interval, step: int) -> Array:
    return Array.of((total, count._replace(microseconds=count.microseconds + step)))


@implements("interval_accum")
def interval_accum(state: Array, value: Interval) -> Array:
    total, count = _state(state)
    return _counted(interval_pl(total, value), count, 1)


@implements("interval_accum_inv")
def interval_accum_inv(state: Array, value: Interval) -> Array:
    total, count = _state(state)
    return _counted(interval_mi(total, value), count, -1)


@implements("interval_combine")
def interval_combine(a: Array, b: Array) -> Array:
    (total, count), (other, other_count) = _state(a), _state(b)
    return _counted(interval_pl(total, other), count, other_count.microseconds)


@implements("interval_avg")
def interval_avg(state: Array) -> Interval | None:
    total, count = _state(state)
    return interval_div(total, float(count.microseconds)) if count.microseconds else None
