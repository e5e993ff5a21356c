"""How intervals print in each IntervalStyle.

| style            | 1 year, -2 days, 3 hours    |
|------------------|-----------------------------|
| postgres         | 1 year -2 days +03:00:00    |
| postgres_verbose | @ 1 year -2 days 3 hours    |
| sql_standard     | +1-0 -2 +3:00:00            |
| iso_8601         | P1Y-2DT3H                   |
"""

from typing import NamedTuple

from storage.types import Interval
from tsql.env import Env
from tsql.types.civil import HOUR, MINUTE, SECOND, truncated_divmod


class IntervalFields(NamedTuple):
    """An interval in the units people read; every field has the sign of its part."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    microsecond: int


def interval_fields(value: Interval) -> IntervalFields:
    """Returns the fields of an interval."""
    year, month = truncated_divmod(value.months, 12)
    hour, rest = truncated_divmod(value.microseconds, HOUR)
    minute, rest = truncated_divmod(rest, MINUTE)
    second, microsecond = truncated_divmod(rest, SECOND)
    return IntervalFields(year, month, value.days, hour, minute, second, microsecond)


def interval_text(value: Interval, env: Env) -> str:
    """Returns an interval's text."""
    fields = interval_fields(value)
    match env.interval_style:
        case "iso_8601":
            return _iso_8601(fields)
        case "sql_standard":
            return _sql_standard(fields)
        case "postgres_verbose":
            return _postgres_verbose(fields)
        case _:
            return _postgres(value, fields)


def _seconds(second: int, microsecond: int, *, padded: bool) -> str:
    text = f"{abs(second):02d}" if padded else str(abs(second))
    return text + f".{abs(microsecond):06d}".rstrip("0") if microsecond else text


def _postgres(value: Interval, fields: IntervalFields) -> str:
    words: list[str] = []
    follows_negative = False
    for number, unit in ((fields.year, "year"), (fields.month, "mon"), (fields.day, "day")):
        if number:
            sign = "+" if follows_negative and number > 0 else ""
            words.append(f"{sign}{number} {unit}{'' if number == 1 else 's'}")
            follows_negative = number < 0
    time = value.microseconds
    if time or not words:
        sign = "-" if time < 0 else "+" if follows_negative else ""
        seconds = _seconds(fields.second, fields.microsecond, padded=True)
        words.append(f"{sign}{abs(fields.hour):02d}:{abs(fields.minute):02d}:{seconds}")
    return " ".join(words)


def _postgres_verbose(fields: IntervalFields) -> str:
    units = ("year", "mon", "day", "hour", "min")
    text = "@"
    is_zero, is_before = True, False
    for number, unit in zip(fields, units, strict=False):
        if number == 0:
            continue
        if is_zero:
            is_before = number < 0
            is_zero = False
        shown = -number if is_before else number
        text += f" {shown} {unit}{'' if shown == 1 else 's'}"
    second, microsecond = fields.second, fields.microsecond
    if second or microsecond:
        is_negative = second < 0 or microsecond < 0
        if is_zero:
            is_before = is_negative
            is_zero = False
        sign = "-" if is_negative != is_before else ""
        plural = "" if abs(second) == 1 and not microsecond else "s"
        text += f" {sign}{_seconds(second, microsecond, padded=False)} sec{plural}"
    if is_zero:
        text += " 0"
    return text + " ago" if is_before else text


def _sql_standard(fields: IntervalFields) -> str:
    year, month, day, hour, minute, second, microsecond = fields
    has_negative, has_positive = min(fields) < 0, max(fields) > 0
    if not has_negative and not has_positive:
        return "0"
    has_year_month = bool(year or month)
    has_day_time = any(fields[2:])
    seconds = _seconds(second, microsecond, padded=True)
    time = f"{abs(hour)}:{abs(minute):02d}:{seconds}"
    year_month = f"{abs(year)}-{abs(month)}"
    if (has_negative and has_positive) or (has_year_month and has_day_time):
        # SQL has no such intervals: show each part's sign.
        year_sign = "-" if year < 0 or month < 0 else "+"
        day_sign = "-" if day < 0 else "+"
        time_sign = "-" if min(fields[3:]) < 0 else "+"
        return f"{year_sign}{year_month} {day_sign}{abs(day)} {time_sign}{time}"
    sign = "-" if has_negative else ""
    if has_year_month:
        return sign + year_month
    return f"{sign}{abs(day)} {time}" if day else sign + time


def _iso_8601(fields: IntervalFields) -> str:
    if not any(fields):
        return "PT0S"
    text = "P"
    for number, letter in zip(fields[:3], "YMD", strict=True):
        text += f"{number}{letter}" if number else ""
    if not any(fields[3:]):
        return text
    text += "T"
    for number, letter in zip(fields[3:5], "HM", strict=True):
        text += f"{number}{letter}" if number else ""
    second, microsecond = fields.second, fields.microsecond
    if second or microsecond:
        sign = "-" if second < 0 or microsecond < 0 else ""
        text += f"{sign}{_seconds(second, microsecond, padded=False)}S"
    return text
