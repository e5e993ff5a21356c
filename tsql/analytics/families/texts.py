"""text, varchar, char(n), name: by code points, compared by bytes."""

from typing import Final

from tsql.analytics.emitted import Emitted, Form, cast, without_blanks
from tsql.analytics.families.comparisons import COMPARISONS
from tsql.analytics.families.patterns import PATTERNS
from tsql.analytics.literals import literal
from tsql.types import oids

_BLANK: Final = "' '"


def _without_blanks(name: str, text: str) -> Form:
    """char(n) ignores trailing blanks where it is compared."""

    def form(arguments: tuple[Emitted, ...]) -> Emitted:
        texts = _equally_padded(arguments) if name in {"eq", "ne"} else None
        if texts is None:
            texts = [without_blanks(one.sql) for one in arguments]
        return Emitted(f"({text.format(*texts)})", oids.BOOL)

    return form


def _equally_padded(arguments: tuple[Emitted, ...]) -> list[str] | None:
    """Returns texts that are equal where these are without blanks, if they needn't be cut for it."""
    widths = {one.width for one in arguments if not one.is_literal}
    if len(widths) != 1 or 0 in widths:
        return None
    (width,) = widths
    return [
        literal(one.value.rstrip(" ").ljust(width), oids.BPCHAR).sql
        if one.is_literal and one.value is not None
        else one.sql
        for one in arguments
    ]


def _cut(arguments: tuple[Emitted, ...]) -> Emitted | None:
    """varchar(n): an explicit cast cuts."""
    value, typmod, explicit = arguments
    if not isinstance(typmod.value, int) or explicit.value is not True:
        return None
    if typmod.value < 4:
        return Emitted(value.sql, oids.VARCHAR)
    return Emitted(f"left({value.sql}, {typmod.value - 4})", oids.VARCHAR)


def _padded(name: str, filling: str) -> str:
    """Lpad and rpad; without anything to fill with, and at great lengths, the key path does it."""
    return (
        f"CASE WHEN {{1}} > 10000 OR {filling} = '' THEN {{error}}"
        f" WHEN {{1}} IS NOT NULL THEN {name}({{0}}, greatest({{1}}, 0), {filling}) END"
    )


_TEXTS: Final = frozenset({oids.TEXT, oids.VARCHAR, oids.NAME})
_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})


def _shown(value: Emitted) -> str | None:
    """Returns what a value is as text, if that needs no settings."""
    if value.type in _TEXTS:
        return value.sql
    return cast(value.sql, oids.TEXT) if value.type in _INTEGERS else None


def _joined(arguments: tuple[Emitted, ...]) -> Emitted | None:
    """|| of a text and another type."""
    texts = [_shown(one) for one in arguments]
    if None in texts:
        return None
    return Emitted(f"({texts[0]} || {texts[1]})", oids.TEXT)


def _concat(arguments: tuple[Emitted, ...]) -> Emitted | None:
    """Concat leaves NULLs out."""
    texts = [_shown(one) for one in arguments]
    if None in texts:
        return None
    return Emitted("(" + " || ".join(f"coalesce({text}, '')" for text in texts) + ")", oids.TEXT)


_LENGTH: Final = "CAST(length({0}) AS INTEGER)"
_BPCHAR_LENGTH: Final = f"CAST(length({without_blanks('{0}')}) AS INTEGER)"
_START: Final = "greatest(CAST({1} AS BIGINT), 1)"
_PART: Final = f"CASE WHEN {{1}} IS NOT NULL THEN substring({{0}}, {_START}) END"
_ASCII: Final = "strlen({0}) = length({0})"

FORMS: Final[dict[str, Form]] = {
    **{
        f"text{name}(text,text)": form for name, form in COMPARISONS.items() if name in {"eq", "ne"}
    },
    **{
        f"text_{name}(text,text)": form
        for name, form in COMPARISONS.items()
        if name not in {"eq", "ne"}
    },
    **{f"name{name}(name,name)": form for name, form in COMPARISONS.items()},
    **{f"name{name}text(name,text)": form for name, form in COMPARISONS.items()},
    **{f"text{name}name(text,name)": form for name, form in COMPARISONS.items()},
    **{
        f"bpchar{name}(bpchar,bpchar)": _without_blanks(name, form)
        for name, form in COMPARISONS.items()
    },
    **PATTERNS,
    "anytextcat(anynonarray,text)": _joined,
    "ascii(text)": f"CASE WHEN {_ASCII} THEN CAST(ascii({{0}}) AS INTEGER) ELSE {{error}} END",
    "bit_length(text)": "CAST(strlen({0}) * 8 AS INTEGER)",
    "btrim(text)": f"trim({{0}}, {_BLANK})",
    "btrim(text,text)": "trim({0}, {1})",
    "char_length(bpchar)": _BPCHAR_LENGTH,
    "char_length(text)": _LENGTH,
    "character_length(bpchar)": _BPCHAR_LENGTH,
    "character_length(text)": _LENGTH,
    "concat(any)": _concat,
    "left(text,int4)": "left({0}, {1})",
    "length(bpchar)": _BPCHAR_LENGTH,
    "length(text)": _LENGTH,
    "ltrim(text)": f"ltrim({{0}}, {_BLANK})",
    "ltrim(text,text)": "ltrim({0}, {1})",
    "octet_length(text)": "CAST(strlen({0}) AS INTEGER)",
    "position(text,text)": "CAST(strpos({0}, {1}) AS INTEGER)",
    "lower(text)": "lower({0})",
    "lpad(text,int4)": _padded("lpad", "' '"),
    "lpad(text,int4,text)": _padded("lpad", "{2}"),
    "md5(text)": "md5({0})",
    "repeat(text,int4)": "CASE WHEN {1} > 10000 THEN {error} ELSE repeat({0}, {1}) END",
    "rpad(text,int4)": _padded("rpad", "' '"),
    "rpad(text,int4,text)": _padded("rpad", "{2}"),
    "split_part(text,text,int4)": "CASE WHEN {2} = 0 OR {1} = '' THEN {error}"
    " ELSE split_part({0}, {1}, {2}) END",
    "replace(text,text,text)": "replace({0}, {1}, {2})",
    "reverse(text)": f"CASE WHEN {_ASCII} THEN reverse({{0}}) ELSE {{error}} END",
    "right(text,int4)": "CASE WHEN {1} = -2147483648 THEN {error} ELSE right({0}, {1}) END",
    "rtrim(text)": f"rtrim({{0}}, {_BLANK})",
    "rtrim(text,text)": "rtrim({0}, {1})",
    "starts_with(text,text)": "starts_with({0}, {1})",
    "strpos(text,text)": "CAST(strpos({0}, {1}) AS INTEGER)",
    "substr(text,int4)": _PART,
    "substring(text,int4)": _PART,
    "text(bpchar)": without_blanks("{0}"),
    "textanycat(text,anynonarray)": _joined,
    "textcat(text,text)": "{0} || {1}",
    "textlen(text)": _LENGTH,
    "translate(text,text,text)": "translate({0}, {1}, {2})",
    # Of all letters, one has another upper case in DuckDB (test_letters.py).
    "upper(text)": "CASE WHEN contains({0}, 'ß') THEN {error} ELSE upper({0}) END",
    "varchar(varchar,int4,bool)": _cut,
}
for _name in ("substr", "substring"):
    FORMS[f"{_name}(text,int4,int4)"] = (
        f"CASE WHEN {{2}} < 0 THEN {{error}} WHEN {{1}} + {{2}}::BIGINT IS NOT NULL"
        f" THEN substring({{0}}, {_START},"
        f" greatest(CAST({{1}} AS BIGINT) + {{2}} - {_START}, 0)) END"
    )
