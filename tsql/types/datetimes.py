"""date, time, timetz, timestamp and timestamptz: text in and out, and their precision modifiers.

The most common ISO forms are read by one regular expression; everything else PostgreSQL takes
("Jan 8 1999 3 pm PST") goes through the decoders. A modifier (timestamp(3)) rounds half away from
zero.
"""

import re
from typing import Final

from storage.errors import DatabaseError
from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    TimeTz,
)
from tsql.env import Env
from tsql.types import oids
from tsql.types.civil import (
    DATE_END,
    DATE_MIN,
    DAY,
    SECOND,
    TIMESTAMP_END,
    TIMESTAMP_MIN,
    UNIX_EPOCH_DAYS,
    days_from_civil,
    days_in_month,
    is_valid_julian,
)
from tsql.types.datetime_decoder import decode_datetime, decode_time
from tsql.types.datetime_fields import DateTimeParts
from tsql.types.datetime_lexer import TextError, input_error
from tsql.types.datetime_text import (
    date_text,
    time_text,
    timestamp_text,
    timestamptz_text,
    timetz_text,
)
from tsql.types.io import text_io
from tsql.types.timezones import session_zone

PRECISION_MAX: Final = 6

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_ISO_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
    r"(?:\.([0-9]{1,6}))?(?:(Z)|([+-])(0[0-9]|1[0-5])(?::?([0-5][0-9]))?)?"
)
_ISO_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,6}))?")


def parse_date(text: str, _typmod: int, env: Env) -> int:
    """Returns the date that a text means."""
    match = _ISO_DATE.fullmatch(text)
    if match is not None:
        days = _civil_days(match)
        if days is not None:
            return days
    parts = _decode(text, env, "date")
    match parts.special:
        case "":
            pass
        case "epoch":
            return UNIX_EPOCH_DAYS
        case "infinity":
            return DATE_INFINITY
        case _:
            return DATE_MINUS_INFINITY
    if is_valid_julian(parts.year, parts.month):
        days = days_from_civil(parts.year, parts.month, parts.day)
        if DATE_MIN <= days < DATE_END:
            return days
    raise DatabaseError("22008", f'date out of range: "{text}"')


def _civil_days(match: re.Match[str]) -> int | None:
    """Returns the day of an ISO date, or None if it doesn't exist."""
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    if year and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month):
        return days_from_civil(year, month, day)
    return None


def _decode(text: str, env: Env, type_name: str) -> DateTimeParts:
    try:
        return decode_datetime(text, env)
    except TextError as fault:
        raise input_error(fault.fault, text, type_name) from None


def parse_timestamp(text: str, typmod: int, env: Env) -> int:
    """Returns the timestamp that a text means; a zone in it is read and ignored."""
    match = _ISO_TIMESTAMP.fullmatch(text)
    value = None if match is None else _iso_timestamp(match)
    if value is None:
        parts = _decode(text, env, "timestamp")
        value = _timestamp_of(parts, text, 0)
    return round_timestamp(value, typmod)


def parse_timestamptz(text: str, typmod: int, env: Env) -> int:
    """Returns the moment that a text means, in the session's zone if it names none."""
    match = _ISO_TIMESTAMP.fullmatch(text)
    value = None if match is None else _iso_timestamp(match)
    if match is not None and value is not None:
        if match[9] is not None:
            east = int(match[10]) * 3600 + int(match[11] or "0") * 60
            value -= east * SECOND if match[9] == "+" else -east * SECOND
        elif match[8] is None:
            value -= session_zone(env).offset_of_local(value // SECOND) * SECOND
    else:
        parts = _decode(text, env, "timestamp with time zone")
        value = _timestamp_of(parts, text, parts.zone)
    return round_timestamp(value, typmod)


def _iso_timestamp(match: re.Match[str]) -> int | None:
    days = _civil_days(match)
    if days is None:
        return None
    seconds = int(match[4]) * 3600 + int(match[5]) * 60 + int(match[6])
    return days * DAY + seconds * SECOND + int((match[7] or "").ljust(6, "0"))


def _timestamp_of(parts: DateTimeParts, text: str, zone: int) -> int:
    match parts.special:
        case "":
            pass
        case "epoch":
            return UNIX_EPOCH_DAYS * DAY
        case "infinity":
            return TIMESTAMP_INFINITY
        case _:
            return TIMESTAMP_MINUS_INFINITY
    value = timestamp_from_parts(parts, zone)
    if value is None:
        raise DatabaseError("22008", f'timestamp out of range: "{text}"')
    return value


def timestamp_from_parts(parts: DateTimeParts, zone: int) -> int | None:
    """Returns the timestamp of checked parts, `zone` seconds west of Greenwich.

    None if out of range.
    """
    if not is_valid_julian(parts.year, parts.month):
        return None
    days = days_from_civil(parts.year, parts.month, parts.day)
    value = days * DAY + parts.time_of_day() + zone * SECOND
    return value if TIMESTAMP_MIN <= value < TIMESTAMP_END else None


def parse_time(text: str, typmod: int, env: Env) -> int:
    """Returns the time of day that a text means."""
    match = _ISO_TIME.fullmatch(text)
    if match is not None:
        return round_time(_iso_time(match), typmod)
    return round_time(_decode_time(text, env, "time").time_of_day(), typmod)


def _iso_time(match: re.Match[str]) -> int:
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3])
    return seconds * SECOND + int((match[4] or "").ljust(6, "0"))


def parse_timetz(text: str, typmod: int, env: Env) -> TimeTz:
    """Returns the time of day and offset that a text means."""
    parts = _decode_time(text, env, "time with time zone")
    return TimeTz(round_time(parts.time_of_day(), typmod), parts.zone)


def _decode_time(text: str, env: Env, type_name: str) -> DateTimeParts:
    try:
        return decode_time(text, env)
    except TextError as fault:
        raise input_error(fault.fault, text, type_name) from None


def round_microseconds(value: int, precision: int) -> int:
    """Rounds half away from zero to a number of digits after the second."""
    scale: int = 10 ** (PRECISION_MAX - precision)
    if value >= 0:
        return (value + scale // 2) // scale * scale
    return -((-value + scale // 2) // scale * scale)


def round_time(value: int, typmod: int) -> int:
    """Applies the modifier of time(n)."""
    return round_microseconds(value, typmod) if 0 <= typmod < PRECISION_MAX else value


def round_timestamp(value: int, typmod: int) -> int:
    """Applies the modifier of timestamp(n) and timestamptz(n)."""
    if typmod in (-1, PRECISION_MAX) or value in _INFINITIES:
        return value
    if not 0 <= typmod < PRECISION_MAX:
        raise DatabaseError(
            "22023", f"timestamp({typmod}) precision must be between 0 and {PRECISION_MAX}"
        )
    return round_microseconds(value, typmod)


_INFINITIES = frozenset({TIMESTAMP_INFINITY, TIMESTAMP_MINUS_INFINITY})

text_io(oids.DATE, parse_date, date_text)
text_io(oids.TIME, parse_time, time_text)
text_io(oids.TIMETZ, parse_timetz, timetz_text)
text_io(oids.TIMESTAMP, parse_timestamp, timestamp_text)
text_io(oids.TIMESTAMPTZ, parse_timestamptz, timestamptz_text)
