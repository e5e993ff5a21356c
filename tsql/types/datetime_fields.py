"""Reads single fields of dates and times into a growing set of parts.

Both decoders (dates with times, and times alone) are made of the steps here. Which part a bare
number is depends on what was seen before it and on DateStyle's order; `seen` is the set of what
is known, as bits. A field that brings something known a second time is a format error. Rules: the
manual, appendix B.1 and B.2.
"""

import re
from typing import Final

from storage.types import MICROSECONDS_PER_DAY
from tsql.env import Env
from tsql.types.civil import (
    EPOCH_JULIAN,
    SECOND,
    civil_from_days,
    days_from_civil,
    days_in_month,
)
from tsql.types.datetime_lexer import (
    BAD_FORMAT,
    INT4_MAX,
    Fault,
    Field,
    FieldType,
    TextError,
    fraction_of_second,
    leading_int,
)
from tsql.types.datetime_words import Unit, Word, WordKind, datetime_word, zone_word
from tsql.types.timezones import Zone, find_zone, named_zone, session_zone

ZONE_HOUR_MAX: Final = 15

SEEN_YEAR: Final = 1 << 0
SEEN_MONTH: Final = 1 << 1
SEEN_DAY: Final = 1 << 2
SEEN_HOUR: Final = 1 << 3
SEEN_MINUTE: Final = 1 << 4
SEEN_SECOND: Final = 1 << 5
SEEN_FRACTION: Final = 1 << 6
SEEN_ZONE: Final = 1 << 7
SEEN_DAY_OF_YEAR: Final = 1 << 8
SEEN_DAYLIGHT: Final = 1 << 9
SEEN_DAYLIGHT_MODIFIER: Final = 1 << 10
SEEN_MERIDIEM: Final = 1 << 11
SEEN_ERA: Final = 1 << 12
SEEN_WEEKDAY: Final = 1 << 13
SEEN_SPECIAL: Final = 1 << 14
SEEN_DYNAMIC_ZONE: Final = 1 << 15
SEEN_SECONDS: Final = SEEN_SECOND | SEEN_FRACTION
SEEN_DATE: Final = SEEN_YEAR | SEEN_MONTH | SEEN_DAY
SEEN_TIME: Final = SEEN_HOUR | SEEN_MINUTE | SEEN_SECONDS

_DATE_PART = re.compile(r"[^0-9A-Za-z]*([0-9]+|[A-Za-z]+)")
_TIME_PARTS = re.compile(r"([0-9]*):([0-9]*)(?::([0-9]*))?(\.[0-9]*)?")


class DateTimeParts:
    """The parts of a date and time found so far.

    Attributes:
        zone: Seconds WEST of Greenwich, as TimeTz has it.
        special: now, epoch, infinity … where such a word stands for the value, else "".
    """

    def __init__(self, env: Env) -> None:
        self.env = env
        self.seen = 0
        self.year = self.month = self.day = 0
        self.day_of_year = 0
        self.hour = self.minute = self.second = self.microsecond = 0
        self.zone = 0
        self.named_zone: Zone | None = None
        self.abbreviation = ""
        self.abbreviation_zone = ""
        self.special = ""
        self.label: Unit | None = None
        self.has_text_month = False
        self.is_julian = False
        self.is_short_year = False
        self.is_bc = False
        self.meridiem = ""

    # ---- steps ----------------------------------------------------------------------------------

    def take(self, found: int) -> None:
        """Marks parts as seen; each may come once."""
        if found & self.seen:
            raise TextError(BAD_FORMAT)
        self.seen |= found

    def read_date(self, text: str) -> int:
        """Reads a date in one field: its text month first, then the numbers around it."""
        parts = _split_date(text)
        seen, found, has_text_month = self.seen, 0, False
        for part in parts:
            if part.isalpha():
                word = datetime_word(part)
                if word is None or word.kind is not WordKind.MONTH or seen & SEEN_MONTH:
                    raise TextError(BAD_FORMAT)
                assert isinstance(word.value, int)
                self.month = word.value
                has_text_month = True
                seen |= SEEN_MONTH
                found |= SEEN_MONTH
        for part in parts:
            if part.isdigit():
                new = self.read_number(part, seen, has_text_month=has_text_month)
                if new & seen:
                    raise TextError(BAD_FORMAT)
                seen |= new
                found |= new
        if seen & ~(SEEN_DAY_OF_YEAR | SEEN_ZONE) != SEEN_DATE:
            raise TextError(BAD_FORMAT)
        return found

    def read_number(self, text: str, seen: int, *, has_text_month: bool) -> int:
        """Reads a number whose meaning follows from what was seen before it."""
        value, end = leading_int(text, 0, Fault.RANGE)
        if end == 0:
            raise TextError(BAD_FORMAT)
        if text[end : end + 1] == ".":
            if end > 2:
                return self.read_digits(text, seen | SEEN_DATE)
            self.microsecond = fraction_of_second(text[end:])
        elif end != len(text):
            raise TextError(BAD_FORMAT)
        width = len(text)
        date_seen = seen & SEEN_DATE
        if width == 3 and date_seen == SEEN_YEAR and 1 <= value <= 366:
            self.day_of_year = value
            return SEEN_DAY_OF_YEAR | SEEN_MONTH | SEEN_DAY
        if date_seen == SEEN_DATE:
            return self.read_digits(text, seen)
        part = self._part_of_number(date_seen, width, has_text_month=has_text_month)
        if part == SEEN_YEAR:
            self.year = value
            self.is_short_year = width <= 2
        elif part == SEEN_MONTH:
            self.month = value
        elif (
            date_seen == SEEN_YEAR | SEEN_MONTH
            and has_text_month
            and width >= 3
            and self.is_short_year
        ):
            # What looked like the year was the day: 08-Jan-1999 in the order YMD.
            self.day, self.year, self.is_short_year = self.year, value, False
        else:
            self.day = value
        return part

    def _part_of_number(self, date_seen: int, width: int, *, has_text_month: bool) -> int:
        order = self.env.date_order
        if date_seen == 0:
            if width >= 3 or order == "YMD":
                return SEEN_YEAR
            return SEEN_DAY if order == "DMY" else SEEN_MONTH
        if date_seen in (SEEN_YEAR, SEEN_DAY):
            return SEEN_MONTH
        if date_seen == SEEN_MONTH:
            return SEEN_YEAR if has_text_month and (width >= 3 or order == "YMD") else SEEN_DAY
        if date_seen == SEEN_YEAR | SEEN_MONTH:
            return SEEN_DAY
        if date_seen == SEEN_MONTH | SEEN_DAY:
            return SEEN_YEAR
        raise TextError(BAD_FORMAT)

    def read_digits(self, text: str, seen: int) -> int:
        """Reads digits that run together: yyyymmdd, hhmmss, hhmm, hhmmss.fff."""
        digits, point, _ = text.partition(".")
        if point:
            self.microsecond = fraction_of_second(text[len(digits) :])
        elif seen & SEEN_DATE != SEEN_DATE and len(digits) >= 6:
            self.day = int(digits[-2:])
            self.month = int(digits[-4:-2])
            self.year = (int(digits[:-4]) + 2**31) % 2**32 - 2**31  # As C's atoi wraps.
            if len(digits) == 6:
                self.is_short_year = True
            return SEEN_DATE
        if seen & SEEN_TIME != SEEN_TIME and len(digits) in (4, 6):
            self.hour = int(digits[:2])
            self.minute = int(digits[2:4])
            self.second = int(digits[4:] or "0")
            return SEEN_TIME
        raise TextError(BAD_FORMAT)

    def read_time(self, text: str) -> int:
        """Reads h:m, h:m:s, h:m:s.f, or m:s.f."""
        self.hour, self.minute, self.second, self.microsecond = split_time(text)
        if self.hour > INT4_MAX:
            raise TextError(Fault.RANGE)
        return SEEN_TIME

    def read_zone_offset(self, text: str) -> None:
        self.zone = zone_offset(text)

    def read_labelled(self, text: str) -> int:
        """Reads a number after its label: `j 2451187`, `y 1999`, the time after T."""
        label = self.label
        self.label = None
        self.special = ""
        value, end = leading_int(text, 0, Fault.RANGE)
        rest = text[end:]
        if rest and (rest[0] != "." or label not in _LABELS_WITH_FRACTION):
            raise TextError(BAD_FORMAT)
        if label is Unit.MONTH and self.seen & SEEN_MONTH and self.seen & SEEN_HOUR:
            label = Unit.MINUTE
        if label in _LABELLED:
            attribute, found = _LABELLED[label]
            setattr(self, attribute, value)
            if not rest:
                return found
            self.microsecond = fraction_of_second(rest)
            return SEEN_SECONDS
        if label is Unit.JULIAN:
            return self._read_julian(value, rest)
        if label is not Unit.TIME or self.read_digits(text, self.seen | SEEN_DATE) != SEEN_TIME:
            raise TextError(BAD_FORMAT)
        return SEEN_TIME

    def _read_julian(self, days: int, fraction: str) -> int:
        if days < 0:
            raise TextError(Fault.RANGE)
        self.set_day(days - EPOCH_JULIAN)
        self.is_julian = True
        if not fraction:
            return SEEN_DATE
        moment = int((float(fraction) if fraction != "." else 0.0) * MICROSECONDS_PER_DAY)
        self.set_time(moment)
        return SEEN_DATE | SEEN_TIME

    def set_day(self, days: int) -> None:
        self.year, self.month, self.day = civil_from_days(days)

    def set_time(self, moment: int) -> None:
        seconds, self.microsecond = divmod(moment, SECOND)
        minutes, self.second = divmod(seconds, 60)
        self.hour, self.minute = divmod(minutes, 60)

    def read_zone_name(self, name: str, *, must_exist: bool) -> int:
        """Reads a full zone name; its offset follows once the date is known."""
        self.named_zone = named_zone(name) if must_exist else find_zone(name)
        if self.named_zone is None:
            raise TextError(BAD_FORMAT)
        return SEEN_ZONE

    def read_common_word(self, word: Word, text: str) -> int:
        """Reads the words that mean the same in dates and in times alone."""
        value = word.value
        match word.kind:
            case WordKind.DAYLIGHT_MODIFIER:
                assert isinstance(value, int)
                self.zone -= value
                return SEEN_DAYLIGHT_MODIFIER | SEEN_DAYLIGHT
            case WordKind.DAYLIGHT_ZONE:
                assert isinstance(value, int)
                self.zone = -value
                return SEEN_ZONE | SEEN_DAYLIGHT
            case WordKind.ZONE:
                assert isinstance(value, int)
                self.zone = -value
                return SEEN_ZONE
            case WordKind.DYNAMIC_ZONE:
                self.abbreviation, self.abbreviation_zone = text, str(value)
                return SEEN_ZONE | SEEN_DYNAMIC_ZONE
            case WordKind.MERIDIEM:
                self.meridiem = str(value)
                return SEEN_MERIDIEM
            case WordKind.ERA:
                self.is_bc = value == "bc"
                return SEEN_ERA
            case WordKind.UNIT:
                assert isinstance(value, Unit)
                self.label = value
                return 0
            case _:
                raise TextError(BAD_FORMAT)

    def expect_time(self, fields: list[Field], position: int) -> int:
        """Reads the T: a field that can be a time has to follow."""
        following = fields[position + 1 : position + 2]
        if not following or following[0].type not in _TIME_LIKE:
            raise TextError(BAD_FORMAT)
        self.label = Unit.TIME
        return 0

    # ---- conclusions ----------------------------------------------------------------------------

    def check_date(self) -> None:
        """Settles era and century, resolves the day of the year, and checks that the day exists."""
        if self.seen & SEEN_YEAR and not self.is_julian:
            if (self.is_bc or not self.is_short_year) and self.year <= 0:
                raise TextError(Fault.RANGE)
            if self.is_bc:
                self.year = 1 - self.year
            elif self.is_short_year and self.year < 100:
                self.year += 2000 if self.year < 70 else 1900
        if self.seen & SEEN_DAY_OF_YEAR:
            days = days_from_civil(self.year, 1, 1) + self.day_of_year - 1
            self.year, self.month, self.day = civil_from_days(days)
        if self.seen & SEEN_MONTH and not 1 <= self.month <= 12:
            raise TextError(Fault.MONTH_OR_DAY_RANGE)
        if self.seen & SEEN_DAY and not 1 <= self.day <= 31:
            raise TextError(Fault.MONTH_OR_DAY_RANGE)
        if self.seen & SEEN_DATE == SEEN_DATE and self.day > days_in_month(self.year, self.month):
            raise TextError(Fault.RANGE)

    def apply_meridiem(self) -> None:
        if not self.meridiem:
            return
        if self.hour > 12:
            raise TextError(Fault.RANGE)
        if self.meridiem == "am" and self.hour == 12:
            self.hour = 0
        elif self.meridiem == "pm" and self.hour != 12:
            self.hour += 12

    def time_of_day(self) -> int:
        """Returns the microseconds since midnight."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * SECOND + self.microsecond

    def check_time(self) -> None:
        """Refuses what lies beyond 24:00:00."""
        too_late = (
            self.hour > 24 or self.minute > 59 or self.second > 60
        ) or self.time_of_day() > MICROSECONDS_PER_DAY
        if too_late or self.hour < 0 or self.minute < 0 or self.second < 0:
            raise TextError(Fault.RANGE)

    def resolve_zone(self, days: int) -> None:
        """Sets the offset of the zone found, or of the session's, on that day and time."""
        if self.seen & SEEN_ZONE and self.named_zone is None and not self.abbreviation:
            return
        if self.seen & SEEN_DAYLIGHT_MODIFIER:
            raise TextError(BAD_FORMAT)
        local = days * 86400 + self.time_of_day() // SECOND
        if self.abbreviation:
            self.zone = -abbreviation_offset(self.abbreviation, self.abbreviation_zone, local)
            return
        self.zone = -(self.named_zone or session_zone(self.env)).offset_of_local(local)


_LABELS_WITH_FRACTION = (Unit.JULIAN, Unit.TIME, Unit.SECOND)
_LABELLED: dict[Unit | None, tuple[str, int]] = {
    Unit.YEAR: ("year", SEEN_YEAR),
    Unit.MONTH: ("month", SEEN_MONTH),
    Unit.DAY: ("day", SEEN_DAY),
    Unit.HOUR: ("hour", SEEN_HOUR),
    Unit.MINUTE: ("minute", SEEN_MINUTE),
    Unit.SECOND: ("second", SEEN_SECOND),
}
_TIME_LIKE = (FieldType.NUMBER, FieldType.TIME, FieldType.DATE)


def _split_date(text: str) -> list[str]:
    """Returns the runs of digits and of letters.

    One character after each is a separator, whatever it is.
    """
    parts, position = [], 0
    while position < len(text):
        match = _DATE_PART.match(text, position)
        if match is None:
            raise TextError(BAD_FORMAT)
        parts.append(match[1])
        position = match.end() + 1
    return parts


def local_now(env: Env) -> tuple[int, int, int]:
    """Returns day, time of day and zone (seconds west) of now, as the session sees it."""
    offset = session_zone(env).at(env.transaction_timestamp // SECOND).offset
    days, time = divmod(env.transaction_timestamp + offset * SECOND, MICROSECONDS_PER_DAY)
    return days, time, -offset


def known_word(text: str) -> Word | None:
    """Returns a word's meaning; zone abbreviations win over everything else."""
    return zone_word(text) or datetime_word(text)


def abbreviation_offset(abbreviation: str, zone_name: str, local: int) -> int:
    """Returns the offset that an abbreviation with a history has at a local time."""
    zone = named_zone(zone_name)
    offset = zone.offset_of_local(local)
    meant = zone.offset_of_abbreviation(abbreviation.upper(), local - offset)
    return offset if meant is None else meant


def split_time(text: str, *, two_are_seconds: bool = False) -> tuple[int, int, int, int]:
    """Returns hour, minute, second and microsecond of h:m, h:m:s, h:m:s.f, or m:s.f.

    Hours may be many.
    """
    match = _TIME_PARTS.fullmatch(text)
    if match is None:
        raise TextError(BAD_FORMAT)
    hour, minute, second, fraction = match.groups()
    first = leading_int(hour, 0, Fault.RANGE, 2**63 - 1)[0]
    middle = leading_int(minute, 0, Fault.RANGE)[0]
    last = leading_int(second or "", 0, Fault.RANGE)[0]
    microsecond = 0 if fraction is None else fraction_of_second(fraction)
    if second is None and (fraction is not None or two_are_seconds):
        first, middle, last = 0, first, middle
    if middle > 59 or last > 60:
        raise TextError(Fault.RANGE)
    return first, middle, last, microsecond


def zone_offset(text: str) -> int:
    """Returns seconds west of Greenwich of ±h, ±hh, ±hhmm, ±hh:mm or ±hh:mm:ss."""
    if text[:1] not in {"+", "-"}:
        raise TextError(BAD_FORMAT)
    hours, end = leading_int(text, 1, Fault.ZONE_RANGE)
    minutes = seconds = 0
    if text[end : end + 1] == ":":
        minutes, end = leading_int(text, end + 1, Fault.ZONE_RANGE)
        if text[end : end + 1] == ":":
            seconds, end = leading_int(text, end + 1, Fault.ZONE_RANGE)
    elif end == len(text) and end > 3:
        hours, minutes = divmod(hours, 100)
    if not 0 <= hours <= ZONE_HOUR_MAX or not 0 <= minutes < 60 or not 0 <= seconds < 60:
        raise TextError(Fault.ZONE_RANGE)
    if end != len(text):
        raise TextError(BAD_FORMAT)
    east = hours * 3600 + minutes * 60 + seconds
    return east if text[0] == "-" else -east
