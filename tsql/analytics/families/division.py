"""Division of numerics: PostgreSQL's display scale and rounding, in integers of 128 bits.

PostgreSQL divides to a scale that gives at least 16 significant digits, in steps of four: what
counts is the position of the first digit to base 10,000 on both sides, and its value
(select_div_scale in numeric.c). Where the quotient only goes to the client, it is divided outside
of DuckDB; the SQL here is for quotients that are compared, added and the like.
"""

from dataclasses import replace
from typing import Final

from tsql.analytics.emitted import Emitted, UntranslatableError, key_path
from tsql.types import oids

#: Digits after the point of a quotient's value; one that has more goes to the key path.
_QUOTIENT_SCALE: Final = 20
_SMALLEST: Final = "CAST('0.00000000000000000001' AS DECIMAL(20, 20))"


def quotient(dividend: Emitted, divisor: Emitted) -> Emitted:
    """Returns the quotient, not yet divided."""
    return Emitted("", oids.NUMERIC, kind="quotient", parts=(dividend, divisor))


def settled(value: Emitted) -> Emitted:
    """Returns a quotient as its value, and any other value as it is."""
    if not value.kind:
        return value
    if value.kind == "json":
        raise UntranslatableError("a part of a document as a document")
    if value.kind != "quotient":
        raise UntranslatableError("a variance inside of an expression")
    dividend, divisor = value.parts
    scale = _result_scale(dividend, divisor)
    # The difference of scales goes to the side that it makes larger.
    shift = f"({scale} - {dividend.scale} + {divisor.scale})"
    above = f"{_digits_value(dividend)} * {_power(f'greatest({shift}, 0)')}"
    below = f"({_digits_value(divisor)} * {_power(f'greatest(-{shift}, 0)')})"
    rounded = f"((({above}) * 2 + {below}) // ({below} * 2))"
    widened = f"CAST({rounded} * {_power(f'({_QUOTIENT_SCALE} - {scale})')} AS DECIMAL(38, 0))"
    sign = f"sign({dividend.sql}) * sign({divisor.sql})"
    text = (
        f"(CASE WHEN {scale} > {_QUOTIENT_SCALE} OR {divisor.sql} = 0 THEN {key_path(oids.NUMERIC, _QUOTIENT_SCALE)}"
        f" ELSE CAST({widened} * {_SMALLEST} * {sign} AS DECIMAL(38, {_QUOTIENT_SCALE})) END)"
    )
    return replace(value, sql=text, scale=_QUOTIENT_SCALE, shown=scale, kind="", parts=())


def _digits(value: Emitted) -> str:
    """Returns the digits from the first that isn't zero on; nothing for zero."""
    return f"ltrim(replace(CAST(abs({value.sql}) AS VARCHAR), '.', ''), '0')"


def _digits_value(value: Emitted) -> str:
    return f"CAST('0' || {_digits(value)} AS HUGEINT)"


def _power(exponent: str) -> str:
    return f"CAST(rpad('1', CAST({exponent} + 1 AS INTEGER), '0') AS HUGEINT)"


def _weight(value: Emitted) -> str:
    """Returns the position of the first digit to base 10,000."""
    exponent = f"(length({_digits(value)}) - 1 - {value.scale})"
    return f"(CASE WHEN {value.sql} = 0 THEN 0 ELSE ({exponent} + 400) // 4 - 100 END)"


def _first_digit(value: Emitted) -> str:
    """Returns that digit: one to four decimal ones."""
    count = f"CAST((length({_digits(value)}) - 1 - {value.scale} + 400) % 4 + 1 AS INTEGER)"
    digits = f"rpad(left({_digits(value)}, {count}), {count}, '0')"
    return f"(CASE WHEN {value.sql} = 0 THEN 0 ELSE CAST({digits} AS INTEGER) END)"


def _result_scale(dividend: Emitted, divisor: Emitted) -> str:
    weight = (
        f"({_weight(dividend)} - {_weight(divisor)} - CASE WHEN"
        f" {_first_digit(dividend)} <= {_first_digit(divisor)} THEN 1 ELSE 0 END)"
    )
    return f"greatest(16 - {weight} * 4, {dividend.shown}, {divisor.shown}, 0)"
