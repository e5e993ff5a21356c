"""Values as typed literals of DuckDB."""

import datetime
from decimal import Decimal
from typing import Any, Final

from storage.types import (
    DATE_INFINITY,
    DATE_MINUS_INFINITY,
    TIMESTAMP_INFINITY,
    TIMESTAMP_MINUS_INFINITY,
    Interval,
)
from tsql.analytics.emitted import (
    DIGITS_MAX,
    SCALE_MAX,
    Emitted,
    UntranslatableError,
    called,
    cast,
)
from tsql.types import oids
from tsql.types.kinds import base_type

_DAY_ZERO: Final = datetime.date(2000, 1, 1)
_EPOCH: Final = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - SQL's timestamp has no zone
_DAYS: Final = {DATE_INFINITY: "infinity", DATE_MINUS_INFINITY: "-infinity"}
_MOMENTS: Final = {TIMESTAMP_INFINITY: "infinity", TIMESTAMP_MINUS_INFINITY: "-infinity"}
_PLAIN: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})
_TEXTS: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.BPCHAR, oids.NAME})


def literal(value: Any, oid: int) -> Emitted:
    """Returns a value as SQL."""
    oid = base_type(oid)
    if value is None:
        return Emitted(cast("NULL", oid), oid, is_literal=True)
    if oid == oids.NUMERIC:
        return _numeric(value)
    return Emitted(_text(value, oid), oid, is_literal=True, value=value)


def text_literal(value: str) -> str:
    """Returns a text in quotes."""
    quoted = value.replace("'", "''")
    return f"'{quoted}'"


def _text(value: Any, oid: int) -> str:
    if oid in _PLAIN:
        return cast(f"'{value}'", oid)
    if oid in _TEXTS:
        return cast(text_literal(value), oid)
    match oid:
        case oids.BOOL:
            return "true" if value else "false"
        case oids.FLOAT4 | oids.FLOAT8:
            return cast(f"'{value!r}'", oid)
        case oids.BYTEA | oids.UUID:
            return f"from_hex('{value.hex()}')"
        case oids.INTERVAL:
            return _interval(value)
        case _:
            return cast(f"'{_moment(value, oid)}'", oid)


def _numeric(value: Decimal) -> Emitted:
    if not value.is_finite():
        raise UntranslatableError(f"numeric {value}")
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    scale = -exponent
    if scale > SCALE_MAX or max(value.adjusted() + 1, 0) + scale > DIGITS_MAX:
        raise UntranslatableError("a numeric of more than 38 digits")
    digits = max(value.adjusted() + 1 + scale, scale, 1)
    sql = cast(f"'{value:f}'", oids.NUMERIC, scale, digits)
    return Emitted(sql, oids.NUMERIC, scale, scale, is_literal=True, value=value, digits=digits)


def _interval(value: Interval) -> str:
    months = f"to_months(CAST({value.months} AS INTEGER))"
    days = f"to_days(CAST({value.days} AS INTEGER))"
    return f"({months} + {days} + to_microseconds(CAST('{value.microseconds}' AS BIGINT)))"


def _moment(value: int, oid: int) -> str:
    try:
        match oid:
            case oids.DATE:
                return _DAYS.get(value) or str(_DAY_ZERO + datetime.timedelta(days=value))
            case oids.TIMESTAMP | oids.TIMESTAMPTZ:
                if value in _MOMENTS:
                    return _MOMENTS[value]
                moment = _EPOCH + datetime.timedelta(microseconds=value)
                text = f"{moment.date()} {moment.time()}"
                return text if oid == oids.TIMESTAMP else f"{text}+00"
            case oids.TIME if value < 86_400_000_000:
                return str((_EPOCH + datetime.timedelta(microseconds=value)).time())
            case _:
                raise UntranslatableError(f"a literal of {called(oid)}")
    except OverflowError:
        raise UntranslatableError("a date outside of the years 1 to 9999") from None
