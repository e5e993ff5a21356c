"""numeric: exact, on DECIMAL(digits, scale); what doesn't fit 38 digits raises an error there.

PostgreSQL's results have a display scale of their own: the larger of a sum's, the sum of a
product's. A quotient's depends on its size (`division`).
"""

from typing import Final

from tsql.analytics.emitted import (
    DIGITS_MAX,
    NARROW_DIGITS_MAX,
    SCALE_MAX,
    Emitted,
    Form,
    at_scale,
    cast,
    greatest_shown,
    same_scale,
    wide,
)
from tsql.analytics.families.comparisons import COMPARISONS
from tsql.analytics.families.division import quotient
from tsql.types import oids
from tsql.types.numeric import precision_and_scale


def _sum(sign: str) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        left, right = same_scale(arguments)
        shown = greatest_shown([left.shown, right.shown])
        sql, digits = _computed(left, sign, right, left.digits + 1)
        return Emitted(sql, oids.NUMERIC, left.scale, shown, digits=digits)

    return form


def _product(arguments: tuple[Emitted, ...]) -> Emitted | None:
    left, right = arguments
    scale = left.scale + right.scale
    if scale > SCALE_MAX:
        return None
    shown: int | str
    if isinstance(left.shown, int) and isinstance(right.shown, int):
        shown = left.shown + right.shown
    else:
        shown = f"({left.shown} + {right.shown})"
    sql, digits = _computed(left, "*", right, left.digits + right.digits)
    return Emitted(sql, oids.NUMERIC, scale, shown, digits=digits)


def _computed(left: Emitted, sign: str, right: Emitted, digits: int) -> tuple[str, int]:
    """Returns the SQL of a result of so many digits, and how many it may have in DuckDB.

    In DuckDB operands of up to 18 digits have a result of no more: an error, if it has.
    """
    if digits <= NARROW_DIGITS_MAX:
        return f"({left.sql} {sign} {right.sql})", digits
    return f"({wide(left)} {sign} {wide(right)})", DIGITS_MAX


def _division(arguments: tuple[Emitted, ...]) -> Emitted:
    return quotient(*arguments)


def _comparison(text: str) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        left, right = same_scale(arguments)
        return Emitted(f"({text.format(left.sql, right.sql)})", oids.BOOL)

    return form


def _keeping(text: str) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        (value,) = arguments
        sql = f"({cast(text.format(value.sql), oids.NUMERIC, value.scale, value.digits)})"
        return Emitted(sql, oids.NUMERIC, value.scale, value.shown, digits=value.digits)

    return form


def _whole(text: str) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        (value,) = arguments
        return Emitted(cast(text.format(value.sql), oids.NUMERIC, 0), oids.NUMERIC, 0, 0)

    return form


def _from_integer(digits: int) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        sql = cast(arguments[0].sql, oids.NUMERIC, 0, digits)
        return Emitted(sql, oids.NUMERIC, 0, 0, digits=digits)

    return form


def _to_float(type_: int) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        # By way of the text: dividing two doubles rounds twice.
        return Emitted(cast(f"CAST({arguments[0].sql} AS VARCHAR)", type_), type_)

    return form


def _to_scale(text: str) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted | None:
        value, places = arguments
        digits = places.value
        if not isinstance(digits, int) or not 0 <= digits <= SCALE_MAX:
            return None
        if digits >= value.scale:
            widened = at_scale(value, digits)
            return Emitted(widened, oids.NUMERIC, digits, digits)
        rounded = text.format(value.sql, digits)
        return Emitted(cast(rounded, oids.NUMERIC, digits), oids.NUMERIC, digits, digits)

    return form


def _sign(arguments: tuple[Emitted, ...]) -> Emitted:
    return Emitted(cast(f"sign({arguments[0].sql})", oids.NUMERIC, 0), oids.NUMERIC, 0, 0)


def _remainder(arguments: tuple[Emitted, ...]) -> Emitted:
    left, right = same_scale(arguments)
    shown = greatest_shown([left.shown, right.shown])
    sql = cast(f"{left.sql} % {right.sql}", oids.NUMERIC, left.scale)
    return Emitted(sql, oids.NUMERIC, left.scale, shown)


def _declared(arguments: tuple[Emitted, ...]) -> Emitted | None:
    value, typmod = arguments
    if not isinstance(typmod.value, int):
        return None
    precision, scale = precision_and_scale(typmod.value)
    if not 0 <= scale <= precision <= DIGITS_MAX:
        return None
    sql = cast(value.sql, oids.NUMERIC, scale, precision)
    return Emitted(sql, oids.NUMERIC, scale, scale, digits=precision)


FORMS: Final[dict[str, Form]] = {
    **{f"numeric_{name}(numeric,numeric)": _comparison(t) for name, t in COMPARISONS.items()},
    "abs(numeric)": _keeping("abs({0})"),
    "ceil(numeric)": _whole("ceil({0})"),
    "ceiling(numeric)": _whole("ceil({0})"),
    "float4(numeric)": _to_float(oids.FLOAT4),
    "float8(numeric)": _to_float(oids.FLOAT8),
    "floor(numeric)": _whole("floor({0})"),
    "mod(numeric,numeric)": _remainder,
    "numeric(int2)": _from_integer(5),
    "numeric(int4)": _from_integer(10),
    "numeric(int8)": _from_integer(19),
    "numeric(numeric,int4)": _declared,
    "numeric_abs(numeric)": _keeping("abs({0})"),
    "numeric_add(numeric,numeric)": _sum("+"),
    "numeric_div(numeric,numeric)": _division,
    "numeric_mod(numeric,numeric)": _remainder,
    "numeric_mul(numeric,numeric)": _product,
    "numeric_sub(numeric,numeric)": _sum("-"),
    "numeric_uminus(numeric)": _keeping("-{0}"),
    "numeric_uplus(numeric)": _keeping("{0}"),
    "round(numeric)": _whole("round({0})"),
    "round(numeric,int4)": _to_scale("round({0}, {1})"),
    "sign(numeric)": _sign,
    "trunc(numeric)": _whole("trunc({0})"),
    "trunc(numeric,int4)": _to_scale("trunc({0}, {1})"),
}
