"""extract and date_part: one field of a date, time, timestamp or interval.

extract answers numeric and date_part float8; otherwise they are the same function, so each type has
one function from unit to value here, and two doors. A value is an int, None (a field of infinity
that means nothing), a float infinity, or a number in both its forms: the exact one with its scale,
and the float that PostgreSQL's sums of floats give.

| field        | timestamp '2001-02-16 20:38:40.5' |
|--------------|-----------------------------------|
| millennium   | 3                                 |
| julian       | 2451957.86018518518518518519      |
| milliseconds | 40500.000                         |
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from storage.errors import DatabaseError
from storage.types import DATE_INFINITY, TIMESTAMP_INFINITY, Interval, TimeTz
from tsql.env import Env
from tsql.functions.datetime_arithmetic import INFINITE_DATES
from tsql.functions.datetime_cast import INFINITE_TIMESTAMPS, date_timestamp
from tsql.functions.numeric import numeric_add, numeric_div
from tsql.functions.registry import implements
from tsql.types.civil import (
    DAY,
    EPOCH_JULIAN,
    HOUR,
    MINUTE,
    SECOND,
    UNIX_EPOCH_DAYS,
    civil_from_days,
    day_of_year,
    iso_year_and_week,
    truncated_divmod,
    weekday,
)
from tsql.types.datetime_words import Unit, Word, WordKind, datetime_word, interval_word
from tsql.types.interval_text import interval_fields
from tsql.types.timezones import session_zone


class Number(NamedTuple):
    """A number with a fraction, as numeric and as float8."""

    exact: Decimal
    real: float


Value = int | float | Number | None

_UNIX_EPOCH = UNIX_EPOCH_DAYS * DAY
_SECONDS_PER_DAY = 86400

#: Fields that grow with time: infinity has an infinite one. Of others it has none (NULL).
_MONOTONIC = frozenset(
    {
        Unit.YEAR,
        Unit.DECADE,
        Unit.CENTURY,
        Unit.MILLENNIUM,
        Unit.JULIAN,
        Unit.ISO_YEAR,
        Unit.EPOCH,
    }
)
_CYCLIC_DATE_UNITS = frozenset(
    {
        Unit.DAY,
        Unit.MONTH,
        Unit.QUARTER,
        Unit.WEEK,
        Unit.WEEKDAY,
        Unit.ISO_WEEKDAY,
        Unit.DAY_OF_YEAR,
    }
)
_TIME_UNITS = frozenset({Unit.MICROSECOND, Unit.MILLISECOND, Unit.SECOND, Unit.MINUTE, Unit.HOUR})
_YEARS = {Unit.YEAR: 1, Unit.DECADE: 10, Unit.CENTURY: 100, Unit.MILLENNIUM: 1000}
_ZONE_UNITS = frozenset({Unit.ZONE, Unit.ZONE_HOUR, Unit.ZONE_MINUTE})


def unit_named(name: str, *, datetime_words: bool = True) -> Unit | str | None:
    """Returns the unit of a name, None for an unknown one, "now" and the like as they are.

    Without `datetime_words` only the words of intervals count, as in date_trunc.
    """
    lower = name.lower()
    word: Word | None = interval_word(lower)
    if word is None and datetime_words:
        word = datetime_word(lower)
    if word is None:
        return None
    if word.kind is WordKind.UNIT:
        assert isinstance(word.value, Unit)
        return word.value
    if word.kind is WordKind.SPECIAL:
        return Unit.EPOCH if word.value == "epoch" else lower
    return None


def unit_error(
    name: str, type_name: str, *, datetime_words: bool = True, special_words: bool = True
) -> DatabaseError:
    """Returns the error for a unit that the type doesn't have, or that nothing has.

    Without `special_words`, "now" and the like are as unknown as any other word.
    """
    lower = name.lower().encode()[:63].decode(errors="ignore")  # As identifiers are cut.
    unit = unit_named(name, datetime_words=datetime_words)
    if unit is None or not (special_words or isinstance(unit, Unit)):
        return DatabaseError("22023", f'unit "{lower}" not recognized for type {type_name}')
    return DatabaseError("0A000", f'unit "{lower}" not supported for type {type_name}')


def _seconds(microseconds: int, real: float | None = None) -> Number:
    """Returns microseconds as seconds with six digits."""
    exact = Decimal(microseconds).scaleb(-6)
    return Number(exact, microseconds / 1e6 if real is None else real)


def _second_and_fraction(second: int, microsecond: int) -> Number:
    return _seconds(second * SECOND + microsecond, second + microsecond / 1e6)


def _milliseconds(second: int, microsecond: int) -> Number:
    exact = Decimal(second * SECOND + microsecond).scaleb(-3)
    return Number(exact, second * 1e3 + microsecond / 1e3)


def _time_field(unit: Unit, time: int) -> Value:
    match unit:
        case Unit.MICROSECOND:
            return time % MINUTE
        case Unit.MILLISECOND:
            return _milliseconds(*divmod(time % MINUTE, SECOND))
        case Unit.SECOND:
            return _second_and_fraction(*divmod(time % MINUTE, SECOND))
        case Unit.MINUTE:
            return time // MINUTE % 60
        case _:
            return time // HOUR


def _year_field(unit: Unit, year: int) -> int:
    """Returns year, decade, century or millennium; there is no year, century or millennium 0."""
    match unit:
        case Unit.DECADE:
            return year // 10
        case Unit.CENTURY:
            return (year + 99) // 100 if year > 0 else -((100 - year) // 100)
        case Unit.MILLENNIUM:
            return (year + 999) // 1000 if year > 0 else -((1000 - year) // 1000)
        case _:
            return year if year > 0 else year - 1


def _date_field(unit: Unit, days: int) -> int:
    match unit:
        case Unit.DAY:
            return civil_from_days(days)[2]
        case Unit.MONTH:
            return civil_from_days(days)[1]
        case Unit.QUARTER:
            return (civil_from_days(days)[1] - 1) // 3 + 1
        case Unit.WEEK:
            return iso_year_and_week(days)[1]
        case Unit.ISO_YEAR:
            year = iso_year_and_week(days)[0]
            return year if year > 0 else year - 1
        case Unit.WEEKDAY:
            return weekday(days)
        case Unit.ISO_WEEKDAY:
            return weekday(days) or 7
        case Unit.DAY_OF_YEAR:
            return day_of_year(days)
        case Unit.JULIAN:
            return days + EPOCH_JULIAN
        case Unit.EPOCH:
            return (days - UNIX_EPOCH_DAYS) * _SECONDS_PER_DAY
        case _:
            return _year_field(unit, civil_from_days(days)[0])


def _infinite(unit: Unit, *, positive: bool) -> Value:
    if unit not in _MONOTONIC:
        return None
    return float("inf") if positive else float("-inf")


def _date(_env: Env, name: str, date: int) -> Value:
    unit = unit_named(name)
    if not isinstance(unit, Unit) or unit not in _MONOTONIC | _CYCLIC_DATE_UNITS:
        raise unit_error(name, "date")
    if date in INFINITE_DATES:
        return _infinite(unit, positive=date == DATE_INFINITY)
    return _date_field(unit, date)


def _timestamp_field(unit: Unit, timestamp: int) -> Value:
    days, time = divmod(timestamp, DAY)
    if unit in _TIME_UNITS:
        return _time_field(unit, time)
    if unit is Unit.JULIAN:
        julian = days + EPOCH_JULIAN
        exact = numeric_add(Decimal(julian), numeric_div(Decimal(time), Decimal(DAY)))
        second, microsecond = divmod(time, SECOND)
        return Number(exact, julian + (second + microsecond / 1e6) / 86400.0)
    return _date_field(unit, days)


def _timestamp(_env: Env, name: str, timestamp: int) -> Value:
    unit = unit_named(name)
    is_infinite = timestamp in INFINITE_TIMESTAMPS
    if not isinstance(unit, Unit) or (unit in _ZONE_UNITS and not is_infinite):
        raise unit_error(name, "timestamp without time zone")
    if is_infinite:
        return _infinite(unit, positive=timestamp == TIMESTAMP_INFINITY)
    if unit is Unit.EPOCH:
        return _seconds(timestamp - _UNIX_EPOCH)
    if unit is Unit.TIME:
        raise unit_error(name, "timestamp without time zone")
    return _timestamp_field(unit, timestamp)


def _timestamptz(env: Env, name: str, moment: int) -> Value:
    unit = unit_named(name)
    if not isinstance(unit, Unit) or unit is Unit.TIME:
        raise unit_error(name, "timestamp with time zone")
    if moment in INFINITE_TIMESTAMPS:
        return _infinite(unit, positive=moment == TIMESTAMP_INFINITY)
    if unit is Unit.EPOCH:
        return _seconds(moment - _UNIX_EPOCH)
    offset = session_zone(env).at(moment // SECOND).offset
    if unit in _ZONE_UNITS:
        return _zone_field(unit, offset)
    return _timestamp_field(unit, moment + offset * SECOND)


def _zone_field(unit: Unit, offset: int) -> int:
    match unit:
        case Unit.ZONE_HOUR:
            return truncated_divmod(offset, 3600)[0]
        case Unit.ZONE_MINUTE:
            return truncated_divmod(truncated_divmod(offset, 3600)[1], 60)[0]
        case _:
            return offset


def _time(_env: Env, name: str, time: int) -> Value:
    unit = unit_named(name)
    if unit is Unit.EPOCH:
        return _seconds(time)
    if not isinstance(unit, Unit) or unit not in _TIME_UNITS:
        raise unit_error(name, "time without time zone", special_words=False)
    return _time_field(unit, time)


def _timetz(_env: Env, name: str, value: TimeTz) -> Value:
    unit = unit_named(name)
    if unit is Unit.EPOCH:
        real = value.microseconds / 1e6 + value.zone
        return _seconds(value.microseconds + value.zone * SECOND, real)
    if isinstance(unit, Unit) and unit in _ZONE_UNITS:
        return _zone_field(unit, -value.zone)
    if not isinstance(unit, Unit) or unit not in _TIME_UNITS:
        raise unit_error(name, "time with time zone", special_words=False)
    return _time_field(unit, value.microseconds)


def _interval(_env: Env, name: str, value: Interval) -> Value:
    unit = unit_named(name)
    fields = interval_fields(value)
    match unit:
        case Unit.MINUTE | Unit.HOUR | Unit.DAY | Unit.MONTH:
            number: int = getattr(fields, unit.value)
            return number
        case Unit.YEAR | Unit.DECADE | Unit.CENTURY | Unit.MILLENNIUM:
            return truncated_divmod(fields.year, _YEARS[unit])[0]
        case Unit.QUARTER:
            return truncated_divmod(fields.month, 3)[0] + 1
        case Unit.MICROSECOND:
            return fields.second * SECOND + fields.microsecond
        case Unit.MILLISECOND:
            return _milliseconds(fields.second, fields.microsecond)
        case Unit.SECOND:
            return _second_and_fraction(fields.second, fields.microsecond)
        case Unit.EPOCH:
            return _interval_epoch(value)
        case _:
            raise unit_error(name, "interval", special_words=False)


def _interval_epoch(value: Interval) -> Number:
    """Returns the seconds, a year counted as 365.25 days and a month as 30."""
    years, months = truncated_divmod(value.months, 12)
    quarter_days = 1461 * years + 120 * months + 4 * value.days
    real = value.microseconds / 1e6 + 31557600.0 * years + 2592000.0 * months + 86400.0 * value.days
    return _seconds(quarter_days * (DAY // 4) + value.microseconds, real)


def _date_part_of_date(env: Env, name: str, date: int) -> Value:
    return _timestamp(env, name, date_timestamp(date))


def _register(
    src: str, extracted: Callable[[Env, str, Any], Value], part: Callable[[Env, str, Any], Value]
) -> None:
    def extract(env: Env, name: str, value: Any) -> Decimal | None:
        result = extracted(env, name, value)
        if isinstance(result, Number):
            return result.exact
        return None if result is None else Decimal(result)

    def date_part(env: Env, name: str, value: Any) -> float | None:
        result = part(env, name, value)
        if isinstance(result, Number):
            return result.real
        return None if result is None else float(result)

    implements(f"extract_{src}", env=True)(extract)
    implements("date_part(text,date)" if src == "date" else f"{src}_part", env=True)(date_part)


_register("date", _date, _date_part_of_date)
_register("time", _time, _time)
_register("timetz", _timetz, _timetz)
_register("timestamp", _timestamp, _timestamp)
_register("timestamptz", _timestamptz, _timestamptz)
_register("interval", _interval, _interval)
