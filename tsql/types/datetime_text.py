"""How dates and times print in each DateStyle, and in the orders YMD, MDY and DMY.

| style    | timestamptz                     | date       |
|----------|---------------------------------|------------|
| ISO      | 1997-12-17 07:37:16-08          | 1997-12-17 |
| SQL      | 12/17/1997 07:37:16 PST         | 12/17/1997 |
| Postgres | Wed Dec 17 07:37:16 1997 PST    | 12-17-1997 |
| German   | 17.12.1997 07:37:16 PST         | 17.12.1997 |

SQL and Postgres put the day first in the order DMY. Years before 1 AD end with " BC".
"""

import functools

from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    TimeTz,
)
from tsql.env import Env
from tsql.types.civil import DAY, SECOND, civil_from_days, iso_date, weekday
from tsql.types.datetime_words import MONTH_NAMES, WEEKDAY_NAMES
from tsql.types.timezones import session_zone

_ABBREVIATION_LENGTH_MAX = 10
_TWO_DIGITS = tuple(f"{number:02d}" for number in range(60))
_FIRST_DAY_AD = -730119


def date_text(value: int, env: Env) -> str:
    """Returns a date's text."""
    if value == DATE_INFINITY:
        return "infinity"
    if value == DATE_MINUS_INFINITY:
        return "-infinity"
    era = "" if value >= _FIRST_DAY_AD else " BC"
    if env.date_style == "ISO":
        return iso_date(value) + era
    return _day_text(value, env, "-") + era


def _day_text(days: int, env: Env, postgres_separator: str) -> str:
    year, month, day = civil_from_days(days)
    if year <= 0:
        year = 1 - year
    if env.date_style == "German":
        return f"{day:02d}.{month:02d}.{year:04d}"
    separator = "/" if env.date_style == "SQL" else postgres_separator
    first, second = (day, month) if env.date_order == "DMY" else (month, day)
    return f"{first:02d}{separator}{second:02d}{separator}{year:04d}"


def time_text(value: int, _env: Env | None = None) -> str:
    """Returns a time's text, the same in every style."""
    seconds, fraction = divmod(value, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    text = f"{_TWO_DIGITS[hour]}:{_TWO_DIGITS[minute]}:{_TWO_DIGITS[second]}"
    return text + f".{fraction:06d}".rstrip("0") if fraction else text


def timetz_text(value: TimeTz, _env: Env | None = None) -> str:
    """Returns the text of a time with its offset."""
    return time_text(value.microseconds) + offset_text(-value.zone)


@functools.lru_cache(maxsize=256)
def offset_text(east: int) -> str:
    """Returns +hh, +hh:mm or +hh:mm:ss."""
    sign = "+" if east >= 0 else "-"
    minutes, second = divmod(abs(east), 60)
    hour, minute = divmod(minutes, 60)
    if second:
        return f"{sign}{hour:02d}:{minute:02d}:{second:02d}"
    return f"{sign}{hour:02d}:{minute:02d}" if minute else f"{sign}{hour:02d}"


def timestamp_text(value: int, env: Env) -> str:
    """Returns the text of a timestamp without zone."""
    if value == TIMESTAMP_INFINITY:
        return "infinity"
    if value == TIMESTAMP_MINUS_INFINITY:
        return "-infinity"
    days, time = divmod(value, DAY)
    era = "" if days >= _FIRST_DAY_AD else " BC"
    if env.date_style == "ISO":
        return f"{iso_date(days)} {time_text(time)}{era}"
    return _styled(days, time, env) + era


def timestamptz_text(value: int, env: Env) -> str:
    """Returns the text of a moment, in the session's zone."""
    if value == TIMESTAMP_INFINITY:
        return "infinity"
    if value == TIMESTAMP_MINUS_INFINITY:
        return "-infinity"
    zone = session_zone(env).at(value // SECOND)
    days, time = divmod(value + zone.offset * SECOND, DAY)
    era = "" if days >= _FIRST_DAY_AD else " BC"
    if env.date_style == "ISO":
        return f"{iso_date(days)} {time_text(time)}{offset_text(zone.offset)}{era}"
    abbreviation = zone.abbreviation[:_ABBREVIATION_LENGTH_MAX]
    return f"{_styled(days, time, env)} {abbreviation}{era}"


def _styled(days: int, time: int, env: Env) -> str:
    if env.date_style != "Postgres":
        return f"{_day_text(days, env, '-')} {time_text(time)}"
    year, month, day = civil_from_days(days)
    name = MONTH_NAMES[month - 1][:3]
    date = f"{day:02d} {name}" if env.date_order == "DMY" else f"{name} {day:02d}"
    shown_year = year if year > 0 else 1 - year
    return f"{WEEKDAY_NAMES[weekday(days)][:3]} {date} {time_text(time)} {shown_year:04d}"
