"""date, time, timetz, timestamp and timestamptz: text in and out, and their precision modifiers.

The most common ISO forms are read by one regular expression; everything else PostgreSQL takes
("Jan 8 1999 3 pm PST") goes through the decoders. A modifier (timestamp(3)) rounds half away from
zero.
"""

import datetime
import functools
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
    EPOCH_ORDINAL,
    SECOND,
    TIMESTAMP_END,
    TIMESTAMP_MIN,
    UNIX_EPOCH_DAYS,
    days_from_civil,
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
#: Dates and offsets whose meaning is kept: those of one load or one day's traffic are few.
_KEPT_MAX: Final = 4096

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
    r"(?:\.([0-9]{1,6}))?(Z|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)?"
)
_ISO_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,6}))?")


def parse_date(text: str, _typmod: int, env: Env) -> int:
    """Returns the date that a text means."""
    if _ISO_DATE.fullmatch(text) is not None:
        days = _iso_days(text)
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


@functools.lru_cache(maxsize=_KEPT_MAX)
def _iso_days(text: str) -> int | None:
    """Returns the day of an ISO date, or None if it doesn't exist."""
    try:
        return datetime.date.fromisoformat(text).toordinal() - EPOCH_ORDINAL
    except ValueError:
        return None


@functools.lru_cache(maxsize=_KEPT_MAX)
def _iso_east(zone: str) -> int:
    """Returns the microseconds east of Greenwich of an ISO offset: Z, +01, -0330, +05:45."""
    if zone == "Z":
        return 0
    east = (int(zone[1:3]) * 3600 + int(zone[3:].lstrip(":") or "0") * 60) * SECOND
    return east if zone[0] == "+" else -east


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
    return value if typmod == -1 else round_timestamp(value, typmod)


def parse_timestamptz(text: str, typmod: int, env: Env) -> int:
    """Returns the moment that a text means, in the session's zone if it names none."""
    match = _ISO_TIMESTAMP.fullmatch(text)
    value = None if match is None else _iso_timestamp(match)
    if match is not None and value is not None:
        zone = match[6]
        if zone is not None:
            value -= _iso_east(zone)
        else:
            value -= session_zone(env).offset_of_local(value // SECOND) * SECOND
    else:
        parts = _decode(text, env, "timestamp with time zone")
        value = _timestamp_of(parts, text, parts.zone)
    return value if typmod == -1 else round_timestamp(value, typmod)


def _iso_timestamp(match: re.Match[str]) -> int | None:
    date, hours, minutes, seconds, fraction, _ = match.groups()
    days = _iso_days(date)
    if days is None:
        return None
    value = days * DAY + (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * SECOND
    return value if fraction is None else value + int(fraction.ljust(6, "0"))


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
