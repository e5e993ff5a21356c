"""smallint, integer, bigint: arithmetic that raises where PostgreSQL does, casts, bits."""

from typing import Final

from tsql.analytics.emitted import Emitted, Form, cast
from tsql.analytics.families.comparisons import COMPARISONS
from tsql.types import oids

_WIDTHS: Final = {"int2": "SMALLINT", "int4": "INTEGER", "int8": "BIGINT"}
#: Prefix of the functions' names, and the two types.
_PAIRS: Final = {
    "int2": ("int2", "int2"),
    "int4": ("int4", "int4"),
    "int8": ("int8", "int8"),
    "int24": ("int2", "int4"),
    "int28": ("int2", "int8"),
    "int42": ("int4", "int2"),
    "int48": ("int4", "int8"),
    "int82": ("int8", "int2"),
    "int84": ("int8", "int4"),
}
_ARITHMETIC: Final = {"pl": "{0} + {1}", "mi": "{0} - {1}", "mul": "{0} * {1}", "div": "{0} // {1}"}


def _to_float(target: int) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        return Emitted(cast(arguments[0].sql, target), target)

    return form


def _from_float(type_name: str, low: str, high: str) -> str:
    # Rounds half to even, as C's rint does. The bounds are those of PostgreSQL: just outside fits.
    rounded = "round_even({0}, 0)"
    return (
        f"CASE WHEN {rounded} >= {low} AND {rounded} < {high} THEN CAST({rounded} AS {type_name})"
        " WHEN {0} IS NULL THEN NULL ELSE {error} END"
    )


def _from_numeric(type_: int) -> Form:
    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        return Emitted(cast(arguments[0].sql, type_), type_)

    return form


FORMS: Final[dict[str, Form]] = {
    **{
        f"{prefix}{name}({left},{right})": form
        for prefix, (left, right) in _PAIRS.items()
        for name, form in (_ARITHMETIC | COMPARISONS).items()
    },
    **{
        f"{prefix}{name}({prefix},{prefix})": form
        for prefix in _WIDTHS
        for name, form in {
            "mod": "{0} % {1}",
            "and": "{0} & {1}",
            "or": "{0} | {1}",
            "xor": "xor({0}, {1})",
        }.items()
    },
    **{f"mod({name},{name})": "{0} % {1}" for name in _WIDTHS},
    **{
        f"{prefix}{name}({prefix})": form.replace("TYPE", width)
        for prefix, width in _WIDTHS.items()
        for name, form in {
            "um": "CAST(-{0} AS TYPE)",
            "up": "{0}",
            "abs": "abs({0})",
            "not": "~{0}",
        }.items()
    },
    **{f"abs({name})": "abs({0})" for name in _WIDTHS},
    "int4(bool)": "CAST({0} AS INTEGER)",
    **{
        f"{target}({source})": f"CAST({{0}} AS {width})"
        for target, width in _WIDTHS.items()
        for source in _WIDTHS
        if target != source
    },
    **{
        f"{prefix}{name}({prefix},int4)": form.replace("TYPE", width).replace("BITS", str(bits))
        for (prefix, width), bits in zip(_WIDTHS.items(), (16, 32, 64), strict=True)
        for name, form in {
            "shl": "CASE WHEN {0} BETWEEN 0 AND 32767 AND {1} BETWEEN 0 AND 15"
            " THEN CAST(CAST({0} AS BIGINT) << {1} AS TYPE)"
            " WHEN {0} IS NULL OR {1} IS NULL THEN NULL ELSE {error} END",
            "shr": "CASE WHEN {1} BETWEEN 0 AND BITS - 1 THEN CAST({0} >> CAST({1} AS TYPE) AS TYPE)"
            " WHEN {1} IS NULL THEN NULL ELSE {error} END",
        }.items()
    },
    "int2(float4)": _from_float("SMALLINT", "-32768", "32768"),
    "int2(float8)": _from_float("SMALLINT", "-32768", "32768"),
    "int4(float4)": _from_float("INTEGER", "-2147483648", "2147483648"),
    "int4(float8)": _from_float("INTEGER", "-2147483648", "2147483648"),
    "int8(float4)": _from_float("BIGINT", "-9223372036854775808", "9223372036854775808"),
    "int8(float8)": _from_float("BIGINT", "-9223372036854775808", "9223372036854775808"),
    "int2(numeric)": _from_numeric(oids.INT2),
    "int4(numeric)": _from_numeric(oids.INT4),
    "int8(numeric)": _from_numeric(oids.INT8),
    "float4(int2)": _to_float(oids.FLOAT4),
    "float4(int4)": _to_float(oids.FLOAT4),
    "float4(int8)": _to_float(oids.FLOAT4),
    "float8(int2)": _to_float(oids.FLOAT8),
    "float8(int4)": _to_float(oids.FLOAT8),
    "float8(int8)": _to_float(oids.FLOAT8),
}
