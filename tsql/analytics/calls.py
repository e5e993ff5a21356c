"""Aggregates and window functions as DuckDB SQL.

Exact averages and variances are taken apart: DuckDB adds up, and the division is done where it can
be exact (families/division.py, or outside of DuckDB). An aggregate that depends on the order of its
rows is emitted only with an ORDER BY: DuckDB has an order of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tsql.analytics.emitted import (
    ORDERED,
    Emitted,
    UntranslatableError,
    cast,
    key_path,
)
from tsql.analytics.families.division import quotient
from tsql.catalog.pg import PgProc, signature
from tsql.types import oids

_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})
_EXACT: Final = _INTEGERS | {oids.NUMERIC}
_VARIANCES: Final = {
    "stddev": "stddev_samp",
    "stddev_pop": "stddev_pop",
    "stddev_samp": "stddev_samp",
    "var_pop": "var_pop",
    "var_samp": "var_samp",
    "variance": "var_samp",
}


@dataclass(frozen=True, slots=True)
class Call:
    """An aggregate or window call whose parts are emitted.

    Attributes:
        before: What stands inside the parentheses before the arguments: DISTINCT.
        order: ORDER BY inside of them.
        after: FILTER and OVER.
        is_window: Whether it has an OVER.
    """

    proc: PgProc
    arguments: tuple[Emitted, ...]
    type: int
    before: str = ""
    order: str = ""
    after: str = ""
    is_window: bool = False
    direct: tuple[Emitted, ...] = ()

    def sql(self, name: str, *arguments: str) -> str:
        """Returns the call of a function of DuckDB's over some arguments."""
        order = f" {self.order}" if self.order else ""
        return f"{name}({self.before}{', '.join(arguments)}{order}){self.after}"


Aggregate = Callable[[Call], Emitted | None]


def emit_call(call: Call) -> Emitted:
    """Returns the call, if it is in the table."""
    form = AGGREGATES.get(signature(call.proc))
    if form is None and call.is_window:
        form = WINDOW_FUNCTIONS.get(call.proc.name)
    made = None if form is None else form(call)
    if made is None:
        raise UntranslatableError(f"{call.proc.name}()")
    return made


def _count(call: Call) -> Emitted:
    argument = call.arguments[0].sql if call.arguments else "*"
    return Emitted(call.sql("count", argument), oids.INT8)


def _sum(call: Call) -> Emitted:
    (value,) = call.arguments
    scale = value.scale if value.type == oids.NUMERIC else 0
    shown = _most_shown(call, value)
    return Emitted(
        cast(call.sql("sum", value.sql), call.type, scale),
        call.type,
        scale if call.type == oids.NUMERIC else 0,
        shown,
    )


def _most_shown(call: Call, value: Emitted) -> int | str:
    if isinstance(value.shown, int):
        return value.shown
    return cast(call.sql("max", value.shown), oids.INT4)


def _float_sum(call: Call) -> Emitted | None:
    (value,) = call.arguments
    if call.is_window:
        return None  # where the rows have an order, so has the sum
    sql = cast(call.sql("sum", value.sql), call.type)
    return Emitted(
        f"(CASE WHEN NOT isfinite({sql}) THEN {key_path(call.type)} ELSE {sql} END)", call.type
    )


def _float_average(call: Call) -> Emitted | None:
    (value,) = call.arguments
    if call.is_window:
        return None
    total, count = call.sql("sum", cast(value.sql, oids.FLOAT8)), call.sql("count", value.sql)
    sql = f"(CASE WHEN {count} = 0 THEN NULL ELSE {total} / {count} END)"
    return Emitted(
        f"(CASE WHEN NOT isfinite({total}) THEN {key_path(oids.FLOAT8)} ELSE {sql} END)",
        oids.FLOAT8,
    )


def _exact(value: Emitted, scale: int) -> str:
    return cast(value.sql, oids.NUMERIC, scale)


def _average(call: Call) -> Emitted:
    (value,) = call.arguments
    scale, shown = value.scale, _most_shown(call, value)
    total = cast(call.sql("sum", value.sql), oids.NUMERIC, scale)
    # NULL where there is nothing to divide by: sum() is NULL, too.
    count = cast(f"nullif({call.sql('count', value.sql)}, 0)", oids.NUMERIC, 0)
    return quotient(Emitted(total, oids.NUMERIC, scale, shown), Emitted(count, oids.NUMERIC, 0, 0))


def _variance(call: Call) -> Emitted | None:
    (value,) = call.arguments
    if value.scale * 2 > 36:
        return None
    scale, exact = value.scale, _exact(value, value.scale)
    parts = (
        Emitted(call.sql("count", value.sql), oids.INT8),
        Emitted(
            cast(call.sql("sum", exact), oids.NUMERIC, scale),
            oids.NUMERIC,
            scale,
            _most_shown(call, value),
        ),
        Emitted(
            cast(call.sql("sum", f"{exact} * {exact}"), oids.NUMERIC, scale * 2),
            oids.NUMERIC,
            scale * 2,
            scale * 2,
        ),
    )
    return Emitted("", oids.NUMERIC, kind=_VARIANCES[call.proc.name], parts=parts)


def _array(call: Call) -> Emitted | None:
    (value,) = call.arguments
    if not call.order or isinstance(value.shown, str) or value.type not in ORDERED:
        return None
    return Emitted(call.sql("list", value.sql), call.type, value.scale, value.shown)


def _extreme(name: str) -> Aggregate:
    def form(call: Call) -> Emitted | None:
        (value,) = call.arguments
        if value.type not in ORDERED or (isinstance(value.shown, str) and call.is_window):
            return None
        shown = value.shown
        if isinstance(shown, str):
            # Of equal values of several display scales it would be anybody's.
            least, most = call.sql("min", shown), call.sql("max", shown)
            shown = f"(CASE WHEN {least} = {most} THEN {least} ELSE {key_path(oids.INT4)} END)"
        sql = call.sql(name, value.sql)
        return Emitted(sql, call.type, value.scale, shown, digits=value.digits)

    return form


def _plain(name: str) -> Aggregate:
    def form(call: Call) -> Emitted:
        (value,) = call.arguments
        return Emitted(cast(call.sql(name, value.sql), call.type), call.type)

    return form


def _string_agg(call: Call) -> Emitted | None:
    value, delimiter = call.arguments
    if not call.order or not delimiter.is_literal or delimiter.value is None:
        return None
    return Emitted(call.sql("string_agg", value.sql, delimiter.sql), call.type)


def _percentile_cont(call: Call) -> Emitted | None:
    (fraction,), (value,) = call.direct, call.arguments
    number = fraction.value
    if not isinstance(number, float) or not 0 <= number <= 1 or call.type != oids.FLOAT8:
        return None
    values = call.sql("list", value.sql)
    values = f"list_filter({values}, lambda x: x IS NOT NULL)"
    place = f"({fraction.sql} * (len({values}) - 1))"
    low = f"list_extract({values}, CAST(floor({place}) AS BIGINT) + 1)"
    high = f"list_extract({values}, CAST(ceil({place}) AS BIGINT) + 1)"
    exact = f"floor({place}) = ceil({place})"
    between = f"{low} + ({place} - floor({place})) * ({high} - {low})"
    return Emitted(f"(CASE WHEN {exact} THEN {low} ELSE {between} END)", call.type, unchecked=True)


def _percentile_disc(call: Call) -> Emitted | None:
    (fraction,), (value,) = call.direct, call.arguments
    number = fraction.value
    if not isinstance(number, float) or not 0 <= number <= 1 or isinstance(value.shown, str):
        return None
    if value.type not in ORDERED:
        return None
    sql = f"percentile_disc({fraction.sql}) WITHIN GROUP ({call.order}){call.after}"
    return Emitted(cast(sql, call.type, value.scale), call.type, value.scale, value.shown)


def _int8(name: str) -> Aggregate:
    return lambda call: Emitted(
        cast(call.sql(name, *[one.sql for one in call.arguments]), call.type), call.type
    )


def _of_value(name: str) -> Aggregate:
    """A window function that returns the first argument's value in another row."""

    def form(call: Call) -> Emitted | None:
        value = call.arguments[0]
        if not all(isinstance(one.value, int) for one in call.arguments[1:2]):
            return None
        if name == "nth_value" and call.arguments[1].value < 1:
            return None
        if isinstance(value.shown, str) or (value.type == oids.NUMERIC and len(call.arguments) > 2):
            return None
        arguments = [one.sql for one in call.arguments]
        return Emitted(call.sql(name, *arguments), call.type, value.scale, value.shown)

    return form


def _ntile(call: Call) -> Emitted | None:
    (buckets,) = call.arguments
    if not isinstance(buckets.value, int) or buckets.value < 1:
        return None
    return Emitted(cast(call.sql("ntile", buckets.sql), call.type), call.type)


_ORDERED_NAMES: Final = (
    "int2", "int4", "int8", "float4", "float8", "numeric", "text", "date", "time", "timestamp",
    "timestamptz", "interval",
)  # fmt: skip

AGGREGATES: Final[dict[str, Aggregate]] = {
    "array_agg(anynonarray)": _array,
    "avg(float4)": _float_average,
    "avg(float8)": _float_average,
    **{f"avg({name})": _average for name in ("int2", "int4", "int8", "numeric")},
    **{
        f"{word}({name})": _plain(word)
        for word in ("bit_and", "bit_or", "bit_xor")
        for name in ("int2", "int4", "int8")
    },
    "bool_and(bool)": _plain("bool_and"),
    "bool_or(bool)": _plain("bool_or"),
    "count()": _count,
    "count(any)": _count,
    "every(bool)": _plain("bool_and"),
    **{f"{word}({name})": _extreme(word) for word in ("max", "min") for name in _ORDERED_NAMES},
    "percentile_cont(float8,float8)": _percentile_cont,
    "percentile_disc(float8,anyelement)": _percentile_disc,
    "string_agg(text,text)": _string_agg,
    "sum(float4)": _float_sum,
    "sum(float8)": _float_sum,
    **{f"sum({name})": _sum for name in ("int2", "int4", "int8", "numeric")},
    **{
        f"{word}({name})": _variance
        for word in _VARIANCES
        for name in ("int2", "int4", "int8", "numeric")
    },
}

WINDOW_FUNCTIONS: Final[dict[str, Aggregate]] = {
    "cume_dist": _int8("cume_dist"),
    "dense_rank": _int8("dense_rank"),
    "first_value": _of_value("first_value"),
    "lag": _of_value("lag"),
    "last_value": _of_value("last_value"),
    "lead": _of_value("lead"),
    "nth_value": _of_value("nth_value"),
    "ntile": _ntile,
    "percent_rank": _int8("percent_rank"),
    "rank": _int8("rank"),
    "row_number": _int8("row_number"),
}
