"""Reads intervals: `1 year 2 mons -3 days 04:05:06`, `1-2 3 4:05`, `P1Y2M3DT4H5M6S`, `2 weeks ago`.

Fields are read from the right, so that a unit is known before its number. What is beyond whole
months, days or microseconds flows down: half a month is 15 days, half a day is 12 hours. Each part
has its range (32 bits for months and days, 64 for microseconds). Manual: section 8.5.4.
"""

import re
from collections.abc import Callable
from typing import Final

from storage.errors import DatabaseError
from storage.types import Interval
from tsql.env import Env
from tsql.types.civil import DAY, HOUR, MINUTE, SECOND, truncated_divmod
from tsql.types.datetime_fields import split_time
from tsql.types.datetime_lexer import (
    BAD_FORMAT,
    INT4_MAX,
    Fault,
    Field,
    FieldType,
    TextError,
    decimal_fraction,
    input_error,
    leading_int,
    split_fields,
)
from tsql.types.datetime_words import Unit, WordKind, interval_word

INT8_MAX: Final = 2**63 - 1
_TEXT_MAX = 256
_MAGNITUDE_MAX = 1.0e15  # of a number in an ISO 8601 interval

#: Bits of the fields that interval's type modifier names.
MASK_MONTH: Final = 1 << 1
MASK_YEAR: Final = 1 << 2
MASK_DAY: Final = 1 << 3
MASK_HOUR: Final = 1 << 10
MASK_MINUTE: Final = 1 << 11
MASK_SECOND: Final = 1 << 12
MASK_ALL: Final = 0x7FFF

_MICROSECONDS = {
    Unit.MICROSECOND: 1,
    Unit.MILLISECOND: 1000,
    Unit.SECOND: SECOND,
    Unit.MINUTE: MINUTE,
    Unit.HOUR: HOUR,
}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_YEARS = {Unit.YEAR: 1, Unit.DECADE: 10, Unit.CENTURY: 100, Unit.MILLENNIUM: 1000}
#: What the time is cut down to by the fields that a type modifier names.
_TIME_UNIT_OF_MASK = {
    MASK_ALL: 1,
    MASK_HOUR: HOUR,
    MASK_DAY | MASK_HOUR: HOUR,
    MASK_MINUTE: MINUTE,
    MASK_HOUR | MASK_MINUTE: MINUTE,
    MASK_DAY | MASK_HOUR | MASK_MINUTE: MINUTE,
    MASK_SECOND: 1,
    MASK_MINUTE | MASK_SECOND: 1,
    MASK_HOUR | MASK_MINUTE | MASK_SECOND: 1,
    MASK_DAY | MASK_HOUR | MASK_MINUTE | MASK_SECOND: 1,
}
_TIME_UNITS = frozenset(_MICROSECONDS)
_SECOND_UNITS = frozenset({Unit.SECOND, Unit.MILLISECOND, Unit.MICROSECOND})


class IntervalParts:
    """The sums of an interval's fields so far."""

    def __init__(self) -> None:
        self.years = 0
        self.months = 0
        self.days = 0
        self.microseconds = 0

    def add(self, unit: Unit, value: int, fraction: float) -> None:
        """Adds a number of units; raises TextError for an unknown unit or a sum out of range."""
        if unit in _MICROSECONDS:
            scale = _MICROSECONDS[unit]
            self.microseconds = _in_range(self.microseconds + value * scale, INT8_MAX)
            self._add_fraction(fraction, scale)
        elif unit in _DAYS:
            scale = _DAYS[unit]
            self._add_days(value, scale)
            if unit is Unit.DAY:
                self._add_fraction(fraction, DAY)
            else:
                self._add_fraction_of_days(fraction, scale)
        elif unit is Unit.MONTH:
            self.months = _in_range(self.months + _in_range(value, INT4_MAX), INT4_MAX)
            self._add_fraction_of_days(fraction, 30)
        elif unit in _YEARS:
            scale = _YEARS[unit]
            years = _in_range(_in_range(value, INT4_MAX) * scale, INT4_MAX)
            self.years = _in_range(self.years + years, INT4_MAX)
            months = round(fraction * scale * 12)
            self.months = _in_range(self.months + months, INT4_MAX)
        else:
            raise TextError(BAD_FORMAT)

    def _add_days(self, value: int, scale: int) -> None:
        days = _in_range(_in_range(value, INT4_MAX) * scale, INT4_MAX)
        self.days = _in_range(self.days + days, INT4_MAX)

    def _add_fraction(self, fraction: float, scale: int) -> None:
        exact = fraction * scale
        whole = int(exact)
        rest = exact - whole
        if rest > 0.5:
            whole += 1
        elif rest < -0.5:
            whole -= 1
        self.microseconds = _in_range(self.microseconds + whole, INT8_MAX)

    def _add_fraction_of_days(self, fraction: float, scale: int) -> None:
        exact = fraction * scale
        whole = int(exact)
        self.days = _in_range(self.days + whole, INT4_MAX)
        self._add_fraction(exact - whole, DAY)

    def negate(self) -> None:
        self.years = _in_range(-self.years, INT4_MAX)
        self.months = _in_range(-self.months, INT4_MAX)
        self.days = _in_range(-self.days, INT4_MAX)
        self.microseconds = _in_range(-self.microseconds, INT8_MAX)

    def interval(self) -> Interval:
        months = self.years * 12 + self.months
        if not -INT4_MAX - 1 <= months <= INT4_MAX:
            raise DatabaseError("22008", "interval out of range")
        return Interval(months, self.days, self.microseconds)


def _in_range(value: int, maximum: int) -> int:
    if not -maximum - 1 <= value <= maximum:
        raise TextError(Fault.RANGE)
    return value


def parse_interval(text: str, typmod: int, env: Env) -> Interval:
    """Returns the interval that a text means."""
    fields_mask = MASK_ALL if typmod < 0 else typmod >> 16 & MASK_ALL
    try:
        try:
            parts = _decode(text, fields_mask, env)
        except TextError as error:
            if error.fault is not BAD_FORMAT:
                raise
            parts = _decode_iso_8601(text)
    except TextError as error:
        fault = Fault.INTERVAL_RANGE if error.fault is Fault.RANGE else error.fault
        raise input_error(fault, text, "interval") from None
    return adjust_interval(parts.interval(), typmod)


def adjust_interval(value: Interval, typmod: int) -> Interval:
    """Applies a type modifier: drops the fields it doesn't name, rounds the seconds."""
    if typmod < 0:
        return value
    fields_mask, precision = typmod >> 16 & MASK_ALL, typmod & 0xFFFF
    months, days, time = value
    if fields_mask == MASK_YEAR:
        return Interval(truncated_divmod(months, 12)[0] * 12, 0, 0)
    if fields_mask in (MASK_MONTH, MASK_YEAR | MASK_MONTH):
        return Interval(months, 0, 0)
    if fields_mask == MASK_DAY:
        time = 0
    elif fields_mask in _TIME_UNIT_OF_MASK:
        unit = _TIME_UNIT_OF_MASK[fields_mask]
        time = truncated_divmod(time, unit)[0] * unit
    else:
        raise DatabaseError("XX000", f"unrecognized interval typmod: {typmod}")
    if precision != 0xFFFF:
        if precision > 6:
            raise DatabaseError("22023", f"interval({precision}) precision must be between 0 and 6")
        scale: int = 10 ** (6 - precision)
        rounded = truncated_divmod(_wrap(abs(time) + scale // 2), scale)[0] * scale
        time = rounded if time >= 0 else -rounded
    return Interval(months, days, time)


def _wrap(microseconds: int) -> int:
    """Keeps to 64 bits: PostgreSQL's rounding overflows without a word."""
    return (microseconds + INT8_MAX + 1) % 2**64 - INT8_MAX - 1


# ---- PostgreSQL's and SQL's forms ----------------------------------------------------------------

_DEFAULT_UNITS = {
    MASK_YEAR: Unit.YEAR,
    MASK_MONTH: Unit.MONTH,
    MASK_YEAR | MASK_MONTH: Unit.MONTH,
    MASK_DAY: Unit.DAY,
    MASK_HOUR: Unit.HOUR,
    MASK_DAY | MASK_HOUR: Unit.HOUR,
    MASK_MINUTE: Unit.MINUTE,
    MASK_HOUR | MASK_MINUTE: Unit.MINUTE,
    MASK_DAY | MASK_HOUR | MASK_MINUTE: Unit.MINUTE,
}


def _decode(text: str, fields_mask: int, env: Env) -> IntervalParts:
    fields = split_fields(text, _TEXT_MAX)
    parts = IntervalParts()
    # SQL's '-1 1:00:00' means minus one hour too; PostgreSQL's doesn't.
    all_negative = (
        env.interval_style == "sql_standard"
        and bool(fields)
        and fields[0].text[0] == "-"
        and not any(field.text[0] in "+-" for field in fields[1:])
    )
    seen: set[Unit] = set()
    unit: Unit | None = None
    is_ago = False
    for field in reversed(fields):
        if field.type in (FieldType.STRING, FieldType.SPECIAL):
            word = interval_word(field.text)
            if word is None:
                raise TextError(BAD_FORMAT)
            is_ago = is_ago or word.kind is WordKind.AGO
            unit = word.value if isinstance(word.value, Unit) else Unit.TIME
            continue
        found, unit = _decode_number(parts, field, unit, fields_mask, negate=all_negative)
        if found & seen:
            raise TextError(BAD_FORMAT)
        seen |= found
    if not seen:
        raise TextError(BAD_FORMAT)
    if is_ago:
        parts.negate()
    return parts


def _decode_number(
    parts: IntervalParts, field: Field, unit: Unit | None, fields_mask: int, *, negate: bool
) -> tuple[frozenset[Unit], Unit | None]:
    """Adds a field; returns the units it brought, and the unit of the next field to the left."""
    if field.type is FieldType.TIME:
        _set_time(parts, field.text, fields_mask, negate=negate)
        return _TIME_UNITS, Unit.DAY
    if field.type is FieldType.ZONE and ":" in field.text:
        time = _signed_time(field.text, fields_mask)
        if time is not None:
            parts.microseconds = -abs(time) if negate else time
            return _TIME_UNITS, Unit.DAY
    if unit is None:
        unit = _DEFAULT_UNITS.get(fields_mask, Unit.SECOND)
    value, fraction, unit = _split_number(field.text, unit)
    if negate:
        value, fraction = -abs(value), -abs(fraction)
    parts.add(unit, value, fraction)
    if unit is Unit.SECOND and fraction:
        return _SECOND_UNITS, unit
    return frozenset({unit}), Unit.DAY if unit is Unit.HOUR else unit


def _split_number(text: str, unit: Unit) -> tuple[int, float, Unit]:
    value, end = leading_int(text, 0, Fault.RANGE, INT8_MAX)
    rest = text[end:]
    if not rest:
        return value, 0.0, unit
    is_negative = text[0] == "-"
    if rest[0] == ".":
        fraction = decimal_fraction(rest)
        return value, -fraction if is_negative else fraction, unit
    if rest[0] != "-":
        raise TextError(BAD_FORMAT)
    months, months_end = leading_int(rest, 1, Fault.RANGE)
    if not 0 <= months < 12:
        raise TextError(Fault.RANGE)
    if months_end != len(rest):
        raise TextError(BAD_FORMAT)
    total = _in_range(value * 12, INT8_MAX) + (-months if is_negative else months)
    return _in_range(total, INT8_MAX), 0.0, Unit.MONTH


def _set_time(parts: IntervalParts, text: str, fields_mask: int, *, negate: bool) -> None:
    parts.microseconds = _time(text, fields_mask)
    if negate:
        parts.microseconds = -parts.microseconds


def _signed_time(text: str, fields_mask: int) -> int | None:
    try:
        time = _time(text[1:], fields_mask)
    except TextError:
        return None
    return -time if text[0] == "-" else time


def _time(text: str, fields_mask: int) -> int:
    two_are_seconds = fields_mask == MASK_MINUTE | MASK_SECOND
    hour, minute, second, microsecond = split_time(text, two_are_seconds=two_are_seconds)
    return _in_range(((hour * 60 + minute) * 60 + second) * SECOND + microsecond, INT8_MAX)


# ---- ISO 8601 -------------------------------------------------------------------------------------

_ISO_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ISO_DATE_UNITS = {"Y": Unit.YEAR, "M": Unit.MONTH, "W": Unit.WEEK, "D": Unit.DAY}
_ISO_TIME_UNITS = {"H": Unit.HOUR, "M": Unit.MINUTE, "S": Unit.SECOND}


def _decode_iso_8601(text: str) -> IntervalParts:
    if len(text) < 2 or text[0] != "P":
        raise TextError(BAD_FORMAT)
    date_text, has_time, time_text = text[1:].partition("T")
    parts = IntervalParts()
    _decode_iso_half(parts, date_text, _ISO_DATE_UNITS, _decode_iso_plain_date)
    if has_time:
        for half in time_text.split("T"):
            _decode_iso_half(parts, half, _ISO_TIME_UNITS, _decode_iso_plain_time)
    return parts


def _decode_iso_half(
    parts: IntervalParts,
    text: str,
    units: dict[str, Unit],
    decode_plain: Callable[[IntervalParts, str], None],
) -> None:
    position = 0
    while position < len(text):
        value, fraction, end = _iso_number(text, position)
        unit = units.get(text[end : end + 1])
        if unit is None:
            if position > 0:
                raise TextError(BAD_FORMAT)
            decode_plain(parts, text)
            return
        parts.add(unit, value, fraction)
        position = end + 1


def _iso_number(text: str, position: int) -> tuple[int, float, int]:
    """Returns whole part, fraction and end of the number; both parts carry its sign."""
    match = _ISO_NUMBER.match(text, position)
    if match is None:
        raise TextError(BAD_FORMAT)
    value = float(match[0])
    if not abs(value) <= _MAGNITUDE_MAX:
        raise TextError(Fault.RANGE)
    return int(value), value - int(value), match.end()


def _decode_iso_plain_date(parts: IntervalParts, text: str) -> None:
    """Reads yyyymmdd or y-m-d."""
    value, fraction, end = _iso_number(text, 0)
    if end == len(text) and _leading_digits(text) == 8:
        years, rest = truncated_divmod(value, 10000)
        months, days = truncated_divmod(rest, 100)
        parts.add(Unit.YEAR, years, 0.0)
        parts.add(Unit.MONTH, months, 0.0)
        parts.add(Unit.DAY, days, fraction)
        return
    _decode_iso_separated(parts, text, "-", (Unit.YEAR, Unit.MONTH, Unit.DAY))


def _decode_iso_plain_time(parts: IntervalParts, text: str) -> None:
    """Reads hhmmss or h:m:s."""
    value, fraction, end = _iso_number(text, 0)
    if end == len(text) and _leading_digits(text) == 6:
        hours, rest = truncated_divmod(value, 10000)
        minutes, seconds = truncated_divmod(rest, 100)
        parts.add(Unit.HOUR, hours, 0.0)
        parts.add(Unit.MINUTE, minutes, 0.0)
        parts.add(Unit.SECOND, seconds, 0.0)
        parts.add(Unit.MICROSECOND, 0, fraction)  # Sic: PostgreSQL drops these fractions.
        return
    _decode_iso_separated(parts, text, ":", (Unit.HOUR, Unit.MINUTE, Unit.SECOND))


def _decode_iso_separated(
    parts: IntervalParts, text: str, separator: str, units: tuple[Unit, ...]
) -> None:
    position = 0
    for unit in units:
        value, fraction, position = _iso_number(text, position)
        parts.add(unit, value, fraction)
        if position == len(text):
            return
        if text[position] != separator:
            raise TextError(BAD_FORMAT)
        position += 1
    raise TextError(BAD_FORMAT)


def _leading_digits(text: str) -> int:
    """Returns how many digits the whole part has, its sign apart."""
    digits = text.lstrip("-")
    return len(digits) - len(digits.lstrip("0123456789"))
