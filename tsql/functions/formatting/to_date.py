"""Puts the parts that to_date and to_timestamp read together to a date and a time.

Later parts win: a month and a day over a day of the year, a full year over a century. Missing ones
are those of 0001-01-01 BC, 00:00.
"""

from dataclasses import dataclass

from storage.errors import DatabaseError
from tsql.env import Env
from tsql.functions.datetime_cast import checked_timestamp
from tsql.functions.formatting.date_input import INT4_MAX, ReadParts, read_by_template
from tsql.functions.registry import implements
from tsql.types.civil import (
    DATE_END,
    DATE_MIN,
    DAY,
    EPOCH_JULIAN,
    SECOND,
    civil_from_days,
    days_from_civil,
    days_in_month,
    first_iso_week,
    is_valid_julian,
    truncated_divmod,
)
from tsql.types.datetime_fields import ZONE_HOUR_MAX
from tsql.types.datetime_lexer import Fault, input_error
from tsql.types.datetimes import round_timestamp
from tsql.types.timezones import session_zone


@dataclass
class CivilDate:
    """The date so far, and which of its parts a template named."""

    year: int = 0
    month: int = 1
    day: int = 1
    has_year: bool = False
    has_month: bool = False
    has_day: bool = False

    def set_days(self, days: int) -> None:
        self.year, self.month, self.day = civil_from_days(days)
        self.has_year = self.has_month = self.has_day = True


def _set_year(date: CivilDate, parts: ReadParts) -> None:
    century = -parts.cc if parts.bc else parts.cc
    if parts.year and parts.cc and parts.year_size <= 2:
        last_digits = parts.year % 100
        if not last_digits:
            date.year = century * 100 + (0 if century >= 0 else 1)
        elif century >= 0:
            date.year = (century - 1) * 100 + last_digits
        else:
            date.year = (century + 1) * 100 - last_digits + 1
    elif parts.year:
        date.year = -parts.year if parts.bc else parts.year
        if date.year < 0:
            date.year += 1
    elif parts.cc:
        date.year = (century - 1) * 100 + 1 if century >= 0 else century * 100 + 1
    else:
        return
    date.has_year = True


def _set_day(date: CivilDate, parts: ReadParts) -> None:
    if parts.j:
        date.set_days(parts.j - EPOCH_JULIAN)
    day_of_year = parts.ddd
    if parts.ww and parts.iso_week:
        monday = first_iso_week(date.year) + (parts.ww - 1) * 7
        # The week starts with Monday, which D numbers 2; Sunday, its last day, is 1.
        step = 0 if not parts.d else parts.d - 2 if parts.d > 1 else 6
        date.set_days(monday + step)
    elif parts.ww:
        day_of_year = (parts.ww - 1) * 7 + 1
    day = (parts.w - 1) * 7 + 1 if parts.w else parts.dd
    if day:
        date.day, date.has_day = day, True
    if parts.mm:
        date.month, date.has_month = parts.mm, True
    if day_of_year and (date.month <= 1 or date.day <= 1):
        _set_day_of_year(date, parts, day_of_year)


def _set_day_of_year(date: CivilDate, parts: ReadParts, day_of_year: int) -> None:
    if not date.year and not parts.bc:
        raise DatabaseError("22007", "cannot calculate day of year without year information")
    if parts.iso_week:
        date.set_days(first_iso_week(date.year) - 1 + day_of_year)
        return
    month, day = 1, day_of_year
    while month <= 12 and day > days_in_month(date.year, month):
        day -= days_in_month(date.year, month)
        month += 1
    if date.month <= 1:
        date.month = month
    if date.day <= 1:
        date.day = day
    date.has_month = date.has_day = True


def _is_valid(date: CivilDate) -> bool:
    if date.has_month and not 1 <= date.month <= 12:
        return False
    if date.has_day and not 1 <= date.day <= 31:
        return False
    if date.has_year and date.has_month and date.has_day:
        return date.day <= days_in_month(date.year, date.month)
    return True


def _time_of_day(parts: ReadParts) -> int | None:
    """Returns the microseconds since midnight, or None if a field is out of range."""
    minutes, second = truncated_divmod(parts.ssss, 60)
    hour, minute = truncated_divmod(minutes, 60)
    second, minute, hour = parts.ss or second, parts.mi or minute, parts.hh or hour
    if parts.is_12_hour:
        if not 1 <= hour <= 12:
            raise DatabaseError(
                "22007",
                f'hour "{hour}" is invalid for the 12-hour clock',
                hint="Use the 24-hour clock, or give an hour between 1 and 12.",
            )
        hour = hour % 12 + (12 if parts.pm else 0)
    fraction = parts.ms * 1000 + parts.us
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= fraction < SECOND):
        return None
    return ((hour * 60 + minute) * 60 + second) * SECOND + fraction


def conclude(text: str, parts: ReadParts) -> tuple[CivilDate, int, int | None]:
    """Returns the date, the time of day, and the seconds east of Greenwich if they were given."""
    time = _time_of_day(parts)
    date = CivilDate()
    _set_year(date, parts)
    _set_day(date, parts)
    if not _is_valid(date) or time is None:
        raise input_error(Fault.RANGE, text, "timestamp")
    if not parts.zone_sign:
        return date, time, None
    if not 0 <= parts.zone_hour <= ZONE_HOUR_MAX or not 0 <= parts.zone_minute < 60:
        raise input_error(Fault.ZONE_RANGE, text, "timestamp")
    return date, time, parts.zone_sign * (parts.zone_hour * 3600 + parts.zone_minute * 60)


def days_of(date: CivilDate) -> int | None:
    """Returns the day number of a date; None out of range, or for a month that no day checked."""
    if not is_valid_julian(date.year, date.month) or abs(date.year) > INT4_MAX:
        return None
    return days_from_civil(date.year, date.month, date.day)


@implements("to_date")
def to_date(text: str, template: str) -> int:
    date, _, _ = conclude(text, read_by_template(text, template))
    days = days_of(date)
    if days is None or not DATE_MIN <= days < DATE_END:
        raise DatabaseError("22008", f'date out of range: "{text}"')
    return days


@implements("to_timestamp", env=True)
def to_timestamp(env: Env, text: str, template: str) -> int:
    parts = read_by_template(text, template)
    date, time, offset = conclude(text, parts)
    days = days_of(date)
    if days is None:
        raise DatabaseError("22008", "timestamp out of range")
    local = days * DAY + time
    if offset is None:
        offset = session_zone(env).offset_of_local(local // SECOND)
    result = checked_timestamp(local - offset * SECOND)
    return round_timestamp(result, parts.precision) if parts.precision else result
