"""POSIX time zone strings: `EST5EDT,M3.2.0,M11.1.0`, `<-03>3`.

They come from two places: the last line of a compiled zone file, which says what holds after the
last listed transition, and a client's SET TIME ZONE. Offsets count west of Greenwich in the
string, east of it in the results. Format: POSIX, Base Definitions, 8.3; RFC 8536 widens times of
day to -167 … 167 hours.
"""

import functools
import re

from storage.records import dataclass
from tsql.types.civil import days_from_civil, days_in_month, is_leap, weekday

_NAME = r"(?:<([^>]+)>|([^\d,+\-]*))"
_TIME = r"([+-]?\d+(?::\d+(?::\d+|(?!:))|(?!:)))"
_DST_NAME = r"(?:<([^>]+)>|([^\d,+\-]+))"
_ZONE = re.compile(rf"{_NAME}{_TIME}(?:{_DST_NAME}{_TIME}?(?:[,;](.*))?)?", re.ASCII | re.DOTALL)
_DAY = re.compile(rf"(?:J(\d+)|M(\d+)\.(\d+)\.(\d+)|(\d+))(?:/{_TIME})?", re.ASCII)

# Which days daylight saving starts and ends if a string doesn't say: the manual, appendix B.5.
_DEFAULT_RULES = "M3.2.0,M11.1.0"


@dataclass(frozen=True, slots=True)
class ZoneType:
    """What holds between two transitions: seconds east of Greenwich, and the abbreviation shown."""

    offset: int
    is_dst: bool
    abbreviation: str


@dataclass(frozen=True, slots=True)
class YearDay:
    """A day of every year.

    Attributes:
        form: J (1 to 365, no leap day), n (0 to 365) or M (month, week, weekday).
    """

    form: str
    numbers: tuple[int, ...]
    seconds: int

    def local_seconds(self, year: int) -> int:
        """Returns the moment in that year, local time, in seconds since 2000-01-01."""
        if self.form == "M":
            month, week, day_of_week = self.numbers
            first = days_from_civil(year, month, 1)
            day = first + (day_of_week - weekday(first)) % 7 + 7 * (week - 1)
            if day >= first + days_in_month(year, month):
                day -= 7
        else:
            day = days_from_civil(year, 1, 1) + self.numbers[0]
            if self.form == "J" and not (is_leap(year) and self.numbers[0] >= 60):
                day -= 1
        return day * 86400 + self.seconds


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """A zone that follows the same rules every year.

    Without daylight saving, `start` and `end` are None.
    """

    standard: ZoneType
    daylight: ZoneType | None
    start: YearDay | None
    end: YearDay | None

    def transitions(self, year: int) -> tuple[tuple[int, ZoneType, ZoneType], ...]:
        """Returns the year's transitions in order.

        (seconds since 2000 UTC, type before, type after).
        """
        if self.daylight is None or self.start is None or self.end is None:
            return ()
        start = self.start.local_seconds(year) - self.standard.offset
        end = self.end.local_seconds(year) - self.daylight.offset
        into = (start, self.standard, self.daylight)
        out_of = (end, self.daylight, self.standard)
        return (into, out_of) if start < end else (out_of, into)

    def before(self, year: int) -> ZoneType:
        """Returns the type in force when the year's first transition comes."""
        transitions = self.transitions(year)
        return transitions[0][1] if transitions else self.standard


@functools.lru_cache(maxsize=256)
def parse_zone_rules(text: str) -> ZoneRules | None:
    """Returns the rules of a POSIX zone string, or None if it isn't one."""
    match = _ZONE.fullmatch(text)
    if match is None:
        return None
    quoted, plain, offset_text, dst_quoted, dst_plain, dst_offset_text, rules_text = match.groups()
    offset = _seconds(offset_text)
    if offset is None:
        return None
    standard = ZoneType(-offset, False, quoted or plain)
    dst_name = dst_quoted or dst_plain
    if dst_name is None:
        return ZoneRules(standard, None, None, None)
    dst_offset = offset - 3600 if dst_offset_text is None else _seconds(dst_offset_text)
    days = _parse_days(_DEFAULT_RULES if rules_text is None else rules_text)
    if dst_offset is None or days is None:
        return None
    return ZoneRules(standard, ZoneType(-dst_offset, True, dst_name), *days)


def _parse_days(text: str) -> tuple[YearDay, YearDay] | None:
    start_text, comma, end_text = text.partition(",")
    start, end = _parse_day(start_text), _parse_day(end_text)
    return (start, end) if comma and start and end else None


def _parse_day(text: str) -> YearDay | None:
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    julian, month, week, day_of_week, ordinal, time_text = match.groups()
    seconds = 7200 if time_text is None else _seconds(time_text)
    if seconds is None:
        return None
    if month is not None:
        numbers = (int(month), int(week), int(day_of_week))
        valid = 1 <= numbers[0] <= 12 and 1 <= numbers[1] <= 5 and numbers[2] <= 6
        return YearDay("M", numbers, seconds) if valid else None
    if julian is not None:
        return YearDay("J", (int(julian),), seconds) if 1 <= int(julian) <= 365 else None
    return YearDay("n", (int(ordinal),), seconds) if int(ordinal) <= 365 else None


def _seconds(text: str) -> int | None:
    """Returns the seconds of [+-]hh[:mm[:ss]], or None if out of range."""
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    hours, minutes, seconds = (*parts, 0, 0)[:3]
    if hours > 167 or minutes > 59 or seconds > 60:
        return None
    total = hours * 3600 + minutes * 60 + seconds
    return -total if text.startswith("-") else total
