"""A date or time by a template of the SQL standard's form, whose fields decide the type.

    "HH24:MI TZH"   ->   time with time zone

The text has to match the template exactly. SQL/JSON's .datetime() reads so.
"""

from typing import Final, NamedTuple

from storage.errors import DatabaseError
from tsql.functions.datetime_cast import checked_timestamp
from tsql.functions.formatting.date_input import ReadParts, TemplateReader
from tsql.functions.formatting.template import Node, NodeKind, names
from tsql.functions.formatting.to_date import CivilDate, conclude, days_of
from tsql.types import oids
from tsql.types.civil import DATE_END, DATE_MIN, DAY, SECOND
from tsql.types.datetimes import round_time, round_timestamp

_ZONED: Final = names("TZH TZM")
_TIMED: Final = names("A.M. AM P.M. PM HH HH12 HH24 MI SS MS US FF1 FF2 FF3 FF4 FF5 FF6 SSSS SSSSS")
_DATED: Final = names(
    "A.D. AD B.C. BC MONTH MON MM DAY DY DDD IDDD DD D ID WW Q CC Y,YYY YYYY IYYY YYY IYY YY IY Y I "
    "RM W J"
)


class ReadTime(NamedTuple):
    """What a text stands for.

    Attributes:
        oid: Its SQL type.
        local: Days (a date) or microseconds, as written, that is local to `zone`.
        zone: Seconds east of Greenwich.
    """

    oid: int
    local: int
    zone: int = 0


def read_standard(text: str, nodes: tuple[Node, ...]) -> ReadTime:
    """Returns what a text stands for; raises 22007 or 22008 if it doesn't match.

    Args:
        text: The whole text, of which blanks at its end don't count.
        nodes: Of `standard_date_template`.
    """
    parts = TemplateReader(text, nodes, is_standard=True).read()
    fields = {node.text.upper() for node in nodes if node.kind is NodeKind.FIELD}
    date, time, zone = conclude(text, parts)
    is_zoned = not fields.isdisjoint(_ZONED)
    is_timed = not fields.isdisjoint(_TIMED)
    if not fields.isdisjoint(_DATED):
        if is_timed:
            return _timestamp(date, time, _needed(zone, "timestamptz") if is_zoned else None, parts)
        if is_zoned:
            raise DatabaseError("22007", "datetime format is zoned but not timed")
        return _date(text, date)
    if not is_timed:
        raise DatabaseError("22007", "datetime format is not dated and not timed")
    if parts.precision:
        time = round_time(time, parts.precision)
    if is_zoned:
        return ReadTime(oids.TIMETZ, time, _needed(zone, "timetz"))
    return ReadTime(oids.TIME, time)


def _needed(zone: int | None, type_name: str) -> int:
    if zone is None:
        raise DatabaseError("22007", f"missing time zone in input string for type {type_name}")
    return zone


def _date(text: str, date: CivilDate) -> ReadTime:
    days = days_of(date)
    if days is None or not DATE_MIN <= days < DATE_END:
        raise DatabaseError("22008", f'date out of range: "{text}"')
    return ReadTime(oids.DATE, days)


def _timestamp(date: CivilDate, time: int, zone: int | None, parts: ReadParts) -> ReadTime:
    name = "timestamp" if zone is None else "timestamptz"
    out_of_range = DatabaseError("22008", f"{name} out of range")
    days = days_of(date)
    if days is None:
        raise out_of_range
    local = days * DAY + time
    try:
        checked_timestamp(local - (zone or 0) * SECOND)
    except DatabaseError:
        raise out_of_range from None
    if parts.precision:
        local = round_timestamp(local, parts.precision)
    if zone is None:
        return ReadTime(oids.TIMESTAMP, local)
    return ReadTime(oids.TIMESTAMPTZ, local, zone)
