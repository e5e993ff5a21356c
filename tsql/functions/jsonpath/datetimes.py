"""Dates and times inside a path: what .datetime() makes of a string, and how two of them compare.

Without a template the ISO 8601 forms count; with one, the SQL standard's rules for templates.
Values of different kinds compare after a conversion; one that needs the session's time zone is
refused, unless the function's name ends in _tz.
"""

import re
from dataclasses import dataclass
from typing import Final

from storage.errors import DatabaseError
from storage.types import MICROSECONDS_PER_DAY
from tsql.env import Env
from tsql.functions.datetime_cast import from_local, time_timetz
from tsql.functions.formatting.standard import read_standard
from tsql.functions.formatting.template import standard_date_template
from tsql.functions.jsonpath.errors import PathError
from tsql.types import oids
from tsql.types.civil import days_from_civil, days_in_month
from tsql.types.datetime_text import date_text, time_text, timestamp_text
from tsql.types.timezones import session_zone

_DATE = r"[ ]*(?P<year>-?[0-9]{1,9})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2}):(?P<second>[0-9]{1,2})"
    r"(?:\.(?P<fraction>[0-9]{1,6}))?"
)
_ZONE = r"(?P<sign>[ ]*\+[ ]?|-|[ ])(?P<zone_hour>[0-9]{1,2})(?::(?P<zone_minute>[0-9]{1,2}))?"
_FORM = re.compile(rf"(?:{_DATE})?(?:(?(year)(?:T|[ ]+)|[ ]*){_TIME}(?:{_ZONE})?)?[ ]*")
_ZONE_HOUR_MAX = 15

_NAMES: Final = {
    oids.DATE: ("date", "date"),
    oids.TIME: ("time", "time without time zone"),
    oids.TIMETZ: ("timetz", "time with time zone"),
    oids.TIMESTAMP: ("timestamp", "timestamp without time zone"),
    oids.TIMESTAMPTZ: ("timestamptz", "timestamp with time zone"),
}


@dataclass(frozen=True, slots=True)
class PathTime:
    """A date or time in the course of a path.

    Attributes:
        oid: Its SQL type.
        local: Days (a date) or microseconds, as written, that is local to `zone`.
        zone: Seconds east of Greenwich.
    """

    oid: int
    local: int
    zone: int = 0

    @property
    def type_name(self) -> str:
        """What .type() calls it."""
        return _NAMES[self.oid][1]


_ISO = Env()


def time_string(value: PathTime) -> str:
    """Returns the ISO 8601 string that a result becomes in jsonb."""
    if value.oid == oids.DATE:
        return date_text(value.local, _ISO)
    if value.oid in (oids.TIME, oids.TIMETZ):
        return time_text(value.local) + _zone_text(value)
    date, _, rest = timestamp_text(value.local, _ISO).partition(" ")
    time, blank, era = rest.partition(" ")
    return f"{date}T{time}{_zone_text(value)}{blank}{era}"


def _zone_text(value: PathTime) -> str:
    if value.oid not in (oids.TIMETZ, oids.TIMESTAMPTZ):
        return ""
    minutes = abs(value.zone) // 60
    return f"{'-' if value.zone < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def parse_iso(text: str) -> PathTime:
    """Returns what an ISO 8601 text stands for; raises 22031."""
    found = _FORM.fullmatch(text)
    value = _of_match(found) if found else None
    if value is None:
        raise PathError(
            "22031",
            f'datetime format is not recognized: "{text}"',
            hint="Use a datetime template argument to specify the input data format.",
        )
    return value


def parse_by_template(text: str, template: str) -> PathTime:
    """Returns what a text stands for by a template; a text that doesn't match is a fault of the document."""
    nodes = standard_date_template(template)
    try:
        return PathTime(*read_standard(text, nodes))
    except DatabaseError as error:
        raise PathError(
            error.sqlstate, error.message, detail=error.detail, hint=error.hint
        ) from None


def _of_match(found: re.Match[str]) -> PathTime | None:
    days = _days(found) if found["year"] else 0
    time = _microseconds(found) if found["hour"] else 0
    zone = _zone(found) if found["zone_hour"] else 0
    if days is None or time is None or zone is None:
        return None
    has_zone = found["zone_hour"] is not None
    if not found["hour"]:
        return PathTime(oids.DATE, days) if found["year"] else None
    if not found["year"]:
        return PathTime(oids.TIMETZ if has_zone else oids.TIME, time, zone)
    oid = oids.TIMESTAMPTZ if has_zone else oids.TIMESTAMP
    return PathTime(oid, days * MICROSECONDS_PER_DAY + time, zone)


def _days(found: re.Match[str]) -> int | None:
    year = int(found["year"])
    if year < 0:
        year += 1  # -1 is 1 BC, which is the year 0
    month, day = int(found["month"]) or 1, int(found["day"]) or 1
    if month > 12 or not -4713 <= year <= 5_874_897 or day > days_in_month(year, month):
        return None
    return days_from_civil(year, month, day)


def _microseconds(found: re.Match[str]) -> int | None:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int((found["fraction"] or "").ljust(6, "0"))
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction


def _zone(found: re.Match[str]) -> int | None:
    hour, minute = int(found["zone_hour"]), int(found["zone_minute"] or 0)
    if hour > _ZONE_HOUR_MAX or minute > 59:
        return None
    seconds = hour * 3600 + minute * 60
    return -seconds if found["sign"].strip() == "-" else seconds


# ---- comparison -------------------------------------------------------------------------------

_DATED = frozenset((oids.DATE, oids.TIMESTAMP, oids.TIMESTAMPTZ))
_ZONED = frozenset((oids.TIMETZ, oids.TIMESTAMPTZ))


def compare(a: PathTime, b: PathTime, env: Env, *, use_zone: bool) -> int | None:
    """Returns a number below, at or above 0; None if the kinds don't compare."""
    if (a.oid in _DATED) is not (b.oid in _DATED):
        return None
    zoned = a.oid in _ZONED or b.oid in _ZONED
    if zoned and not use_zone and not (a.oid in _ZONED and b.oid in _ZONED):
        raise _needs_zone(a, b)
    if a.oid in _DATED:
        x, y = _moment(a, env, zoned=zoned), _moment(b, env, zoned=zoned)
        return (x > y) - (x < y)
    first, second = _clock(a, env, zoned=zoned), _clock(b, env, zoned=zoned)
    return (first > second) - (first < second)


def _needs_zone(a: PathTime, b: PathTime) -> DatabaseError:
    source, target = (b, a) if a.oid in _ZONED else (a, b)
    return DatabaseError(
        "0A000",
        f"cannot convert value from {_NAMES[source.oid][0]} to {_NAMES[target.oid][0]} "
        "without time zone usage",
        hint="Use *_tz() function for time zone support.",
    )


def _moment(value: PathTime, env: Env, *, zoned: bool) -> int:
    """Returns the point in time, in UTC if `zoned`: beyond what a timestamp may be, too."""
    if value.oid == oids.TIMESTAMPTZ:
        return value.local - value.zone * 1_000_000
    local = value.local * MICROSECONDS_PER_DAY if value.oid == oids.DATE else value.local
    return from_local(local, session_zone(env)) if zoned else local


def _clock(value: PathTime, env: Env, *, zoned: bool) -> tuple[int, int]:
    """Returns what times compare by: the moment in UTC, then the zone."""
    zone = -value.zone
    if zoned and value.oid == oids.TIME:
        zone = time_timetz(env, value.local).zone
    return value.local + zone * 1_000_000, zone
