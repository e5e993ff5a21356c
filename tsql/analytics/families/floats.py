"""real and double precision. Overflow and underflow send the statement to the key path."""

from typing import Final

from tsql.analytics.emitted import Emitted, Form, cast, checked
from tsql.analytics.families.comparisons import COMPARISONS
from tsql.types import oids

_PAIRS: Final = {
    "float4": ("float4", "float4"),
    "float8": ("float8", "float8"),
    "float48": ("float4", "float8"),
    "float84": ("float8", "float4"),
}


def _sum(sign: str, type_: int) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        left, right = (checked(one) if one.factors else one for one in arguments)
        return Emitted(f"({left.sql} {sign} {right.sql})", type_, unchecked=True)

    return form


def _factors(value: Emitted) -> tuple[str, ...]:
    return value.factors or (value.sql,)


def _product(type_: int) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        left, right = arguments
        factors = (*_factors(left), *_factors(right))
        sql = f"({left.sql} * {right.sql})"
        return Emitted(sql, type_, unchecked=True, factors=factors)

    return form


def _quotient(type_: int) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        dividend, divisor = arguments[0], checked(arguments[1])
        sql = f"({dividend.sql} / {divisor.sql})"
        # Where the divisor is infinite, it is the key path that says zero.
        return Emitted(sql, type_, unchecked=True, factors=_factors(dividend))

    return form


def _plain(text: str, type_: int) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        values = [checked(one).sql for one in arguments]
        return Emitted(f"({text.format(*values)})", type_, unchecked=True)

    return form


def _single(arguments: tuple[Emitted, ...]) -> Emitted:
    sql = cast(checked(arguments[0]).sql, oids.FLOAT4)
    return Emitted(sql, oids.FLOAT4, unchecked=True, factors=(checked(arguments[0]).sql,))


def _double(arguments: tuple[Emitted, ...]) -> Emitted:
    return Emitted(cast(checked(arguments[0]).sql, oids.FLOAT8), oids.FLOAT8)


def _type(prefix: str) -> int:
    return oids.FLOAT4 if prefix == "float4" else oids.FLOAT8


def _sure(text: str) -> str:
    """Returns the form of a function whose zeros, infinities and errors the key path knows better."""
    return (
        f"CASE WHEN isfinite({text}) AND {text} <> 0 THEN {text}"
        f" WHEN {text} IS NULL THEN NULL ELSE {{error}} END"
    )


FORMS: Final[dict[str, Form]] = {
    **{
        f"{prefix}{name}({left},{right})": form
        for prefix, (left, right) in _PAIRS.items()
        for name, form in COMPARISONS.items()
    },
    **{
        f"{prefix}{name}({left},{right})": form
        for prefix, (left, right) in _PAIRS.items()
        for name, form in {
            "pl": _sum("+", _type(prefix)),
            "mi": _sum("-", _type(prefix)),
            "mul": _product(_type(prefix)),
            "div": _quotient(_type(prefix)),
        }.items()
    },
    **{
        f"{name}({prefix})": form
        for prefix in ("float4", "float8")
        for name, form in {
            f"{prefix}um": "-{0}",
            f"{prefix}up": "{0}",
            f"{prefix}abs": "abs({0})",
            "abs": "abs({0})",
        }.items()
    },
    **{
        f"{name}(float8)": _sure(f"{function}({{0}})")
        for name, function in {
            "acos": "acos",
            "asin": "asin",
            "atan": "atan",
            "cbrt": "cbrt",
            "cos": "cos",
            "dexp": "exp",
            "dlog1": "ln",
            "dlog10": "log10",
            "exp": "exp",
            "ln": "ln",
            "log": "log10",
            "log10": "log10",
            "radians": "radians",
            "sin": "sin",
            "tan": "tan",
        }.items()
    },
    **{f"{name}(float8,float8)": _sure("power({0}, {1})") for name in ("dpow", "pow", "power")},
    "float4(float8)": _single,
    "float8(float4)": _double,
    "ceil(float8)": "ceil({0})",
    "ceiling(float8)": "ceil({0})",
    "floor(float8)": "floor({0})",
    "round(float8)": "round_even({0}, 0)",
    "dround(float8)": "round_even({0}, 0)",
    "trunc(float8)": "trunc({0})",
    "dtrunc(float8)": "trunc({0})",
    "sign(float8)": "CASE WHEN isnan({0}) THEN 0.0::DOUBLE WHEN {0} > 0 THEN 1.0::DOUBLE WHEN {0} < 0 THEN -1.0::DOUBLE"
    " WHEN {0} = 0 THEN 0.0::DOUBLE END",
    "sqrt(float8)": "sqrt({0})",
    "dsqrt(float8)": "sqrt({0})",
}
