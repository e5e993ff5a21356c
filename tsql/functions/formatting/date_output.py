"""to_char of timestamps and intervals."""

from collections.abc import Callable
from typing import NamedTuple

from storage.errors import DatabaseError
from storage.types import Interval
from tsql.env import Env
from tsql.functions.datetime_cast import INFINITE_TIMESTAMPS
from tsql.functions.formatting.template import Node, NodeKind, date_template, names, ordinal_of
from tsql.functions.registry import implements
from tsql.types.civil import (
    DAY,
    EPOCH_JULIAN,
    SECOND,
    civil_from_days,
    day_of_year,
    first_iso_week,
    iso_year_and_week,
    truncated_divmod,
    weekday,
)
from tsql.types.datetime_words import MONTH_NAMES, WEEKDAY_NAMES
from tsql.types.interval_text import interval_fields
from tsql.types.timezones import session_zone

_ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


class Moment(NamedTuple):
    """What a template's fields show. Of an interval, fields may be negative, and there is no day.

    Attributes:
        days: Day number; of an interval, 0.
        offset: Seconds east of Greenwich.
    """

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    microsecond: int
    days: int
    day_of_year: int
    offset: int = 0
    abbreviation: str = ""
    is_interval: bool = False

    def shown_year(self) -> int:
        return self.year if self.is_interval or self.year > 0 else 1 - self.year


def _padded(node: Node, number: int, width: int) -> str:
    """Returns a number with leading zeros to a width, one more for a minus sign."""
    if node.fill:
        return str(number)
    return f"{number:0{width if number >= 0 else width + 1}d}"


def _padded_by(node: Node, number: int, width: int, sign_of: int) -> str:
    """Returns a number padded as wide as the whole value's sign asks for."""
    if node.fill or width == 1:
        return str(number)
    return f"{number:0{width if sign_of >= 0 else width + 1}d}"


def _remainder(number: int, divisor: int) -> int:
    return truncated_divmod(number, divisor)[1]


# ---- numeric fields --------------------------------------------------------------------------------


def _hour_12(node: Node, m: Moment) -> str:
    return _padded_by(node, _remainder(m.hour, 12) or 12, 2, m.hour)


def _century(node: Node, m: Moment) -> str:
    if m.is_interval:
        century = truncated_divmod(m.year, 100)[0]
    elif m.year > 0:
        century = (m.year - 1) // 100 + 1
    else:
        century = -(-m.year // 100) - 1
    return _padded(node, century, 2) if -99 <= century <= 99 else str(century)


def _year_with_comma(_node: Node, m: Moment) -> str:
    thousands, rest = truncated_divmod(m.shown_year(), 1000)
    return f"{thousands},{rest:03d}"


def _year(digits: int) -> Callable[[Node, Moment], str]:
    def render(node: Node, m: Moment) -> str:
        year = m.shown_year()
        return _padded_by(node, _remainder(year, 10**digits) if digits < 4 else year, digits, year)

    return render


def _iso_year(digits: int) -> Callable[[Node, Moment], str]:
    def render(node: Node, m: Moment) -> str:
        year = _iso_week(m)[0]
        shown = year if m.is_interval or year > 0 else 1 - year
        shown = _remainder(shown, 10**digits) if digits < 4 else shown
        return _padded_by(node, shown, digits, m.shown_year())

    return render


def _iso_week(m: Moment) -> tuple[int, int]:
    """Returns the ISO year and week."""
    if not m.is_interval:
        return iso_year_and_week(m.days)
    days, year = _days(m), m.year
    if days < first_iso_week(year):
        year -= 1
    week = truncated_divmod(days - first_iso_week(year), 7)[0] + 1
    if week >= 52 and days >= first_iso_week(year + 1):
        year += 1
        week = (days - first_iso_week(year)) // 7 + 1
    return year, week


def _days(m: Moment) -> int:
    """Returns the day number; of an interval, what PostgreSQL's formula makes of its fields."""
    if not m.is_interval:
        return m.days
    month, year = (m.month + 1, m.year + 4800) if m.month > 2 else (m.month + 13, m.year + 4799)
    century = truncated_divmod(year, 100)[0]
    leap_days = truncated_divmod(year, 4)[0] - century + truncated_divmod(century, 4)[0]
    days_before = truncated_divmod(7834 * month, 256)[0]
    return year * 365 - 32167 + leap_days + days_before + m.day - EPOCH_JULIAN


def _fraction(digits: int) -> Callable[[Node, Moment], str]:
    def render(_node: Node, m: Moment) -> str:
        number = truncated_divmod(m.microsecond, 10 ** (6 - digits))[0]
        return f"{number:0{digits}d}"

    return render


def _quarter(_node: Node, m: Moment) -> str:
    return str(truncated_divmod(m.month - 1, 3)[0] + 1) if m.month else ""


def _iso_day_of_year(node: Node, m: Moment) -> str:
    number = _days(m) - first_iso_week(_iso_week(m)[0]) + 1
    return str(number) if node.fill else f"{number:03d}"


def _plain(width: int, number: Callable[[Moment], int]) -> Callable[[Node, Moment], str]:
    """Returns a field padded to a width, sign included."""
    return lambda node, m: str(number(m)) if node.fill else f"{number(m):0{width}d}"


_NUMBERS: dict[str, Callable[[Node, Moment], str]] = {
    "HH": _hour_12,
    "HH12": _hour_12,
    "HH24": lambda n, m: _padded(n, m.hour, 2),
    "MI": lambda n, m: _padded(n, m.minute, 2),
    "SS": lambda n, m: _padded(n, m.second, 2),
    **{f"FF{digits}": _fraction(digits) for digits in range(1, 7)},
    "MS": _fraction(3),
    "US": _fraction(6),
    "SSSS": lambda _, m: str((m.hour * 60 + m.minute) * 60 + m.second),
    "SSSSS": lambda _, m: str((m.hour * 60 + m.minute) * 60 + m.second),
    "MM": lambda n, m: _padded(n, m.month, 2),
    "DDD": _plain(3, lambda m: m.day_of_year),
    "IDDD": _iso_day_of_year,
    "DD": _plain(2, lambda m: m.day),
    "D": lambda _, m: str(weekday(m.days) + 1),
    "ID": lambda _, m: str(weekday(m.days) or 7),
    "WW": _plain(2, lambda m: truncated_divmod(m.day_of_year - 1, 7)[0] + 1),
    "IW": _plain(2, lambda m: _iso_week(m)[1]),
    "Q": _quarter,
    "CC": _century,
    "Y,YYY": _year_with_comma,
    "YYYY": _year(4),
    "YYY": _year(3),
    "YY": _year(2),
    "Y": _year(1),
    "IYYY": _iso_year(4),
    "IYY": _iso_year(3),
    "IY": _iso_year(2),
    "I": _iso_year(1),
    "W": lambda _, m: str(truncated_divmod(m.day - 1, 7)[0] + 1),
    "J": lambda _, m: str(_days(m) + EPOCH_JULIAN),
}


# ---- names -----------------------------------------------------------------------------------------


def _in_case(node: Node, name: str) -> str:
    """Returns a name in the case that the field is written in: MONTH, Month, month."""
    if node.text.isupper():
        return name.upper()
    return name.lower() if node.text.islower() else name


def _full_name(node: Node, name: str) -> str:
    text = _in_case(node, name)
    return text if node.fill or node.translated else text.ljust(9)


def _roman_month(node: Node, m: Moment) -> str:
    if not m.month and not m.year:
        return ""
    month = m.month or (12 if m.year >= 0 else 1)  # Whole years.
    position = month - 1 if month > 0 else 12 + month
    text = _in_case(node, _ROMAN_MONTHS[position])
    return text if node.fill else text.ljust(4)


def _era(node: Node, m: Moment) -> str:
    name = "BC" if m.year <= 0 else "AD"
    return _in_case(node, f"{name[0]}.{name[1]}." if "." in node.text else name)


def _meridiem(node: Node, m: Moment) -> str:
    name = "PM" if _remainder(m.hour, 24) >= 12 else "AM"
    return _in_case(node, f"{name[0]}.{name[1]}." if "." in node.text else name)


def _offset(node: Node, m: Moment) -> str:
    hours, minutes = divmod(abs(m.offset) // 60, 60)
    sign = "+" if m.offset >= 0 else "-"
    text = f"{sign}{hours}" if node.fill else f"{sign}{hours:02d}"
    return f"{text}:{minutes:02d}" if abs(m.offset) % 3600 else text


_NAMES: dict[str, Callable[[Node, Moment], str]] = {
    "AD": _era,
    "BC": _era,
    "A.D.": _era,
    "B.C.": _era,
    "AM": _meridiem,
    "PM": _meridiem,
    "A.M.": _meridiem,
    "P.M.": _meridiem,
    "MONTH": lambda n, m: _full_name(n, MONTH_NAMES[m.month - 1]),
    "MON": lambda n, m: _in_case(n, MONTH_NAMES[m.month - 1][:3]),
    "DAY": lambda n, m: _full_name(n, WEEKDAY_NAMES[weekday(m.days)]),
    "DY": lambda n, m: _in_case(n, WEEKDAY_NAMES[weekday(m.days)][:3]),
    "RM": _roman_month,
    "TZ": lambda n, m: m.abbreviation.lower() if n.text == "tz" else m.abbreviation,
    "TZH": lambda _, m: f"{'+' if m.offset >= 0 else '-'}{abs(m.offset) // 3600:02d}",
    "TZM": lambda _, m: f"{abs(m.offset) % 3600 // 60:02d}",
    "OF": _offset,
    "FX": lambda _, __: "",
}
_NOT_OF_INTERVALS = names("AD BC A.D. B.C. MONTH MON DAY DY D ID TZ TZH TZM OF")


def _render(moment: Moment, template: str) -> str:
    parts: list[str] = []
    for node in date_template(template):
        if node.kind is not NodeKind.FIELD:
            parts.append(node.text)
            continue
        field = node.text.upper()
        if moment.is_interval and field in _NOT_OF_INTERVALS:
            raise DatabaseError(
                "22007",
                "invalid format specification for an interval value",
                hint="Intervals are not tied to specific calendar dates.",
            )
        if field in _NUMBERS:
            text = _NUMBERS[field](node, moment)
            parts.append(text)
            if node.ordinal and text:
                parts.append(ordinal_of(text, node.ordinal))
        else:
            parts.append(_NAMES[field](node, moment))
    return "".join(parts)


def _moment(local: int, offset: int, abbreviation: str) -> Moment:
    days, time = divmod(local, DAY)
    seconds, microsecond = divmod(time, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Moment(
        *civil_from_days(days),
        hour,
        minute,
        second,
        microsecond,
        days,
        day_of_year(days),
        offset,
        abbreviation,
    )


@implements("timestamp_to_char")
def timestamp_to_char(timestamp: int, template: str) -> str | None:
    if not template or timestamp in INFINITE_TIMESTAMPS:
        return None
    return _render(_moment(timestamp, 0, ""), template)


@implements("timestamptz_to_char", env=True)
def timestamptz_to_char(env: Env, moment: int, template: str) -> str | None:
    if not template or moment in INFINITE_TIMESTAMPS:
        return None
    zone = session_zone(env).at(moment // SECOND)
    local = moment + zone.offset * SECOND
    return _render(_moment(local, zone.offset, zone.abbreviation), template)


@implements("interval_to_char")
def interval_to_char(span: Interval, template: str) -> str | None:
    if not template:
        return None
    fields = interval_fields(span)
    total_days = (span.months * 30 + span.days + 2**31) % 2**32 - 2**31  # As a C int.
    return _render(Moment(*fields, 0, total_days, is_interval=True), template)
