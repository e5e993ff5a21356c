"""date, time, timestamp, timestamptz. Infinities go to the key path where they are computed with.

What depends on the session's time zone is in `IN_UTC`: it holds where that is UTC.
"""

import re
from typing import Final

from tsql.analytics.emitted import Emitted, Form, cast, key_path
from tsql.analytics.families.comparisons import COMPARISONS, compared
from tsql.types import oids

_TRUNCATED: Final = frozenset(
    [
        "microseconds",
        "milliseconds",
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "quarter",
        "year",
    ]
)
#: Fields of extract: digits after the point, and DuckDB's expression where it isn't extract's.
_WHOLE_FIELDS: Final = frozenset(
    ["year", "month", "day", "quarter", "week", "isoyear", "dow", "isodow", "doy"]
)
_TIME_FIELDS: Final = {
    "hour": (0, "extract(hour FROM {0})"),
    "minute": (0, "extract(minute FROM {0})"),
    "second": (6, "extract(microseconds FROM {0}) * CAST('0.000001' AS DECIMAL(7, 6))"),
    "milliseconds": (3, "extract(microseconds FROM {0}) * CAST('0.001' AS DECIMAL(4, 3))"),
    "microseconds": (0, "extract(microseconds FROM {0})"),
}
_EPOCH: Final = (6, "epoch_us({0}) * CAST('0.000001' AS DECIMAL(7, 6))")


def _usual(text: str, error: str = "{error}") -> str:
    """Returns the form of a date or timestamp, where it lies in the years 1 to 9999."""
    return (
        f"CASE WHEN {text} >= DATE '0001-01-01' AND {text} < DATE '10000-01-01' THEN {text}"
        f" WHEN {text} IS NULL THEN NULL ELSE {error} END"
    )


def _in_utc(text: str) -> str:
    """Returns the form of a timestamptz: a timestamp of UTC's."""
    return f"timezone('UTC', {_usual(text, key_path(oids.TIMESTAMP))})"


def _of_usual(text: str) -> str:
    """Returns a form over a date or timestamp in these years."""
    return (
        "CASE WHEN {0} >= DATE '0001-01-01' AND {0} < DATE '10000-01-01'"
        f" THEN {text} WHEN {{0}} IS NULL THEN NULL ELSE {{error}} END"
    )


def _field(name: str, *, with_time: bool, with_date: bool) -> tuple[int, str] | None:
    if with_date and name in _WHOLE_FIELDS:
        return 0, f"extract({name} FROM {{0}})"
    if with_date and name == "epoch":
        return _EPOCH if with_time else (0, "extract(epoch FROM {0})")
    return _TIME_FIELDS.get(name) if with_time else None


def _extract(type_: int, *, with_time: bool = True, with_date: bool = True, zone: str = "") -> Form:
    """Returns extract's form (numeric) or date_part's (double precision)."""

    def form(arguments: tuple[Emitted, ...]) -> Emitted | None:
        name, value = arguments
        if not isinstance(name.value, str):
            return None
        field = _field(name.value.lower(), with_time=with_time, with_date=with_date)
        if field is None:
            return None
        scale, text = field
        sql = value.sql if not zone else f"timezone('{zone}', {value.sql})"
        if type_ == oids.NUMERIC:
            text = cast(text.replace("{0}", sql), type_, scale)
        elif scale:
            text = cast(cast(text.replace("{0}", sql), oids.NUMERIC, scale), oids.TEXT)
            text = cast(text, type_)
        else:
            text = cast(text.replace("{0}", sql), type_)
        if with_date:
            text = _of_usual(text).replace("{0}", sql)
            text = text.replace("{error}", key_path(type_, scale))
        return Emitted(f"({text})", type_, scale, scale)

    return form


def _truncate(zone: str = "", type_: int = oids.TIMESTAMP) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted | None:
        name, value = arguments
        if not isinstance(name.value, str) or name.value.lower() not in _TRUNCATED:
            return None
        sql = value.sql if not zone else f"timezone('{zone}', {value.sql})"
        sql = cast(f"date_trunc('{name.value.lower()}', {sql})", oids.TIMESTAMP)
        if zone:
            sql = f"timezone('{zone}', {sql})"
        whole = f"CASE WHEN isfinite({value.sql}) THEN {sql} ELSE {value.sql} END"
        return Emitted(f"({whole})", type_)

    return form


_LOCAL: Final = "timezone('UTC', {0})"

#: Parts of to_char's templates that strftime has, too.
_TEMPLATE: Final = re.compile(r"YYYY|MM|DD|HH24|MI|SS|US|MS|Mon|[-/:., _]")
_STRFTIME: Final = {
    "YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S", "US": "%f", "MS": "%g",
    "Mon": "%b",
}  # fmt: skip


def _to_char(zone: str = "") -> Form:
    """to_char with a template of plain parts, in the years 1000 to 9999."""

    def form(arguments: tuple[Emitted, ...]) -> Emitted | None:
        value, template = arguments
        if not isinstance(template.value, str) or not template.value:
            return None
        if _TEMPLATE.sub("", template.value):
            return None
        sql = f"timezone('{zone}', {value.sql})" if zone else value.sql
        shown = _TEMPLATE.sub(lambda found: _STRFTIME.get(found[0], found[0]), template.value)
        text = (
            f"(CASE WHEN {sql} >= DATE '1000-01-01' AND {sql} < DATE '10000-01-01'"
            f" THEN strftime({sql}, '{shown}') WHEN {sql} IS NULL THEN NULL"
            f" ELSE {key_path(oids.TEXT)} END)"
        )
        return Emitted(text, oids.TEXT)

    return form


_ZONES: Final = frozenset({"UTC", "Etc/UTC", "GMT"})


def _at_zone(type_: int) -> Form:
    """AT TIME ZONE, where that is UTC's: other zones' rules may be of another year in DuckDB."""

    def form(arguments: tuple[Emitted, ...]) -> Emitted | None:
        zone, value = arguments
        if zone.value not in _ZONES:
            return None
        text = (
            _usual(_LOCAL, key_path(oids.TIMESTAMP)) if type_ == oids.TIMESTAMP else _in_utc("{0}")
        )
        return Emitted(f"({text.format(value.sql)})", type_)

    return form


FORMS: Final[dict[str, Form]] = {
    **compared("date_{}", "date", "date"),
    **compared("time_{}", "time", "time"),
    **compared("timestamp_{}", "timestamp", "timestamp"),
    **compared("timestamptz_{}", "timestamptz", "timestamptz"),
    **{
        f"date_{name}_timestamp(date,timestamp)": form.replace("{0}", "CAST({0} AS TIMESTAMP)")
        for name, form in COMPARISONS.items()
    },
    **{
        f"timestamp_{name}_date(timestamp,date)": form.replace("{1}", "CAST({1} AS TIMESTAMP)")
        for name, form in COMPARISONS.items()
    },
    "date(timestamp)": "CAST({0} AS DATE)",
    "date_mi(date,date)": "CASE WHEN NOT isfinite({0}) OR NOT isfinite({1}) THEN {error}"
    " ELSE CAST({0} - {1} AS INTEGER) END",
    "date_mi_interval(date,interval)": _usual("CAST({0} AS TIMESTAMP) - {1}"),
    "date_mii(date,int4)": _usual("{0} - {1}"),
    "date_pl_interval(date,interval)": _usual("CAST({0} AS TIMESTAMP) + {1}"),
    "date_pli(date,int4)": _usual("{0} + {1}"),
    "date_part(text,date)": _extract(oids.FLOAT8, with_time=False),
    "date_part(text,time)": _extract(oids.FLOAT8, with_date=False),
    "date_part(text,timestamp)": _extract(oids.FLOAT8),
    "date_trunc(text,timestamp)": _truncate(),
    "datetime_pl(date,time)": _usual("{0} + {1}"),
    "extract(text,date)": _extract(oids.NUMERIC, with_time=False),
    "extract(text,time)": _extract(oids.NUMERIC, with_date=False),
    "extract(text,timestamp)": _extract(oids.NUMERIC),
    "isfinite(date)": "isfinite({0})",
    "isfinite(timestamp)": "isfinite({0})",
    "isfinite(timestamptz)": "isfinite({0})",
    "make_date(int4,int4,int4)": "CASE WHEN {0} < 1 THEN {error} ELSE make_date({0}, {1}, {2}) END",
    "time(timestamp)": _of_usual("CAST({0} AS TIME)"),
    "to_char(timestamp,text)": _to_char(),
    "timestamp(date)": "CAST({0} AS TIMESTAMP)",
    "timezone(text,timestamp)": _at_zone(oids.TIMESTAMPTZ),
    "timezone(text,timestamptz)": _at_zone(oids.TIMESTAMP),
    "timestamp_mi(timestamp,timestamp)": "CASE WHEN NOT isfinite({0}) OR NOT isfinite({1})"
    " THEN {error} ELSE {0} - {1} END",
    "timestamp_mi_interval(timestamp,interval)": _usual("{0} - {1}"),
    "timestamp_pl_interval(timestamp,interval)": _usual("{0} + {1}"),
    "timestamptz_mi(timestamptz,timestamptz)": "CASE WHEN NOT isfinite({0}) OR NOT isfinite({1})"
    " THEN {error} ELSE timezone('UTC', {0}) - timezone('UTC', {1}) END",
}


def _crossed(left: str, right: str) -> dict[str, Form]:
    """Returns the comparisons of a timestamptz with another type, both as timestamps of UTC."""
    sides = {"date": "CAST(# AS TIMESTAMP)", "timestamp": "#", "timestamptz": "timezone('UTC', #)"}
    return {
        f"{left}_{end}_{right}({left},{right})": form.replace(
            "{0}", sides[left].replace("#", "{0}")
        ).replace("{1}", sides[right].replace("#", "{1}"))
        for end, form in COMPARISONS.items()
    }


IN_UTC: Final[dict[str, Form]] = {
    **_crossed("date", "timestamptz"),
    **_crossed("timestamp", "timestamptz"),
    **_crossed("timestamptz", "date"),
    **_crossed("timestamptz", "timestamp"),
    "date(timestamptz)": _usual(f"CAST({_LOCAL} AS DATE)"),
    "date_part(text,timestamptz)": _extract(oids.FLOAT8, zone="UTC"),
    "date_trunc(text,timestamptz)": _truncate("UTC", oids.TIMESTAMPTZ),
    "extract(text,timestamptz)": _extract(oids.NUMERIC, zone="UTC"),
    "to_char(timestamptz,text)": _to_char("UTC"),
    "timestamp(timestamptz)": _usual(_LOCAL),
    "timestamptz(date)": _in_utc("CAST({0} AS TIMESTAMP)"),
    "timestamptz(timestamp)": _in_utc("{0}"),
    "timestamptz_mi_interval(timestamptz,interval)": _in_utc(f"({_LOCAL} - {{1}})"),
    "timestamptz_pl_interval(timestamptz,interval)": _in_utc(f"({_LOCAL} + {{1}})"),
}
