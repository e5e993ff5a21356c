"""Comparison of bool, its casts, and what bool_and and bool_or are made of."""

import operator

from tsql.functions.registry import implements

implements("booleq")(operator.eq)
implements("boolne")(operator.ne)
implements("boollt")(operator.lt)
implements("boolle")(operator.le)
implements("boolgt")(operator.gt)
implements("boolge")(operator.ge)
implements("btboolcmp")(operator.sub)


@implements("booland_statefunc")
def booland_statefunc(a: bool, b: bool) -> bool:
    return a and b


@implements("boolor_statefunc")
def boolor_statefunc(a: bool, b: bool) -> bool:
    return a or b


@implements("int4_bool")
def int4_bool(a: int) -> bool:
    return a != 0


@implements("bool_int4")
def bool_int4(a: bool) -> int:
    return int(a)


@implements("booltext")
def booltext(a: bool) -> str:
    return "true" if a else "false"
