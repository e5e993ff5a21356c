"""Calendar arithmetic on plain integers.

Dates are days since 2000-01-01 in the proleptic Gregorian calendar, years are astronomical: year
0 is 1 BC, -1 is 2 BC. Python's datetime ends at the years 1 and 9999, PostgreSQL's dates go from
4714 BC to 5874897 AD, so the sums are done here; within Python's range its C code does them
faster.

    days_from_civil(2000, 1, 1) == 0        civil_from_days(-1) == (1999, 12, 31)

Range limits, all of PostgreSQL's own:

| what                | first                    | last                         |
|---------------------|--------------------------|------------------------------|
| date                | 4714-11-24 BC            | 5874897-12-31                |
| timestamp           | 4714-11-24 00:00 BC      | 294276-12-31 23:59:59.999999 |
"""

import datetime
import functools
from typing import Final

from storage.types import MICROSECONDS_PER_DAY

EPOCH_ORDINAL: Final = 730120  # datetime.date(2000, 1, 1).toordinal()
EPOCH_JULIAN: Final = 2451545
UNIX_EPOCH_DAYS: Final = -10957
UNIX_EPOCH_SECONDS: Final = UNIX_EPOCH_DAYS * 86400
DATE_MIN: Final = -EPOCH_JULIAN
DATE_END: Final = 2147483494 - EPOCH_JULIAN
TIMESTAMP_MIN: Final = -211_813_488_000_000_000
TIMESTAMP_END: Final = 9_223_371_331_200_000_000
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = MICROSECONDS_PER_DAY

_BEFORE_MONTH = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Returns the length of a month, 1 to 12."""
    return 29 if month == 2 and is_leap(year) else _MONTH_LENGTHS[month - 1]


def days_from_civil(year: int, month: int, day: int) -> int:
    """Returns the day number. The day may lie outside the month: it simply counts on."""
    before = year - 1
    leap_days = before // 4 - before // 100 + before // 400
    days = before * 365 + leap_days + _BEFORE_MONTH[month - 1] + day - EPOCH_ORDINAL
    return days + 1 if month > 2 and is_leap(year) else days


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Returns (year, month, day) of a day number."""
    ordinal = days + EPOCH_ORDINAL
    if 0 < ordinal <= 3652059:
        date = datetime.date.fromordinal(ordinal)
        return date.year, date.month, date.day
    cycles, rest = divmod(ordinal - 1, 146097)
    date = datetime.date.fromordinal(rest + 1)
    return date.year + 400 * cycles, date.month, date.day


@functools.lru_cache(maxsize=4096)
def iso_date(days: int) -> str:
    """Returns YYYY-MM-DD without the era: most rows of a table fall on few days."""
    year, month, day = civil_from_days(days)
    return f"{year if year > 0 else 1 - year:04d}-{month:02d}-{day:02d}"


def weekday(days: int) -> int:
    """Returns 0 for Sunday to 6 for Saturday."""
    return (days + 6) % 7


def day_of_year(days: int) -> int:
    return days - days_from_civil(civil_from_days(days)[0], 1, 1) + 1


def first_iso_week(year: int) -> int:
    """Returns the Monday of ISO week 1: the week that holds January 4th."""
    fourth = days_from_civil(year, 1, 4)
    return fourth - (fourth + 5) % 7


def iso_year_and_week(days: int) -> tuple[int, int]:
    """Returns the ISO 8601 year and week of a day."""
    year = civil_from_days(days)[0]
    if days >= first_iso_week(year + 1):
        year += 1
    elif days < first_iso_week(year):
        year -= 1
    return year, (days - first_iso_week(year)) // 7 + 1


def is_valid_julian(year: int, month: int) -> bool:
    """Whether the date lies where day numbers of 32 bits work.

    An early guard against absurd years.
    """
    return (year, month) >= (-4713, 11) and (year, month) < (5874898, 6)


def truncated_divmod(value: int, divisor: int) -> tuple[int, int]:
    """Returns quotient and remainder rounded towards zero, as C and PostgreSQL divide."""
    quotient, remainder = divmod(abs(value), divisor)
    return (quotient, remainder) if value >= 0 else (-quotient, -remainder)
