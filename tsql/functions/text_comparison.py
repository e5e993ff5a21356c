"""Comparison of text, varchar, char(n), name, "char", bytea and uuid.

In the C.UTF-8 locale text compares by its UTF-8 bytes, which is the order of code points, which is
how Python compares str: the everyday operators are Python's own. Trailing blanks of a char(n) never
count; bytea and uuid compare byte by byte.
"""

import operator

from tsql.functions.registry import implements

_OPERATORS = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}

for _suffix, _operator in _OPERATORS.items():
    implements(f"name{_suffix}", f"name{_suffix}text", f"text{_suffix}name")(_operator)
    implements(f"char{_suffix}", f"bytea{_suffix}", f"uuid_{_suffix}")(_operator)
    if _suffix in ("eq", "ne"):
        implements(f"text{_suffix}")(_operator)
    else:
        implements(f"text_{_suffix}", f"text_pattern_{_suffix}")(_operator)


@implements("bpchareq")
def bpchareq(a: str, b: str) -> bool:
    return a.rstrip(" ") == b.rstrip(" ")


@implements("bpcharne")
def bpcharne(a: str, b: str) -> bool:
    return a.rstrip(" ") != b.rstrip(" ")


@implements("bpcharlt", "bpchar_pattern_lt")
def bpcharlt(a: str, b: str) -> bool:
    return a.rstrip(" ") < b.rstrip(" ")


@implements("bpcharle", "bpchar_pattern_le")
def bpcharle(a: str, b: str) -> bool:
    return a.rstrip(" ") <= b.rstrip(" ")


@implements("bpchargt", "bpchar_pattern_gt")
def bpchargt(a: str, b: str) -> bool:
    return a.rstrip(" ") > b.rstrip(" ")


@implements("bpcharge", "bpchar_pattern_ge")
def bpcharge(a: str, b: str) -> bool:
    return a.rstrip(" ") >= b.rstrip(" ")


def _first_difference(a: bytes, b: bytes) -> int:
    """Returns the difference of the first bytes that differ, 0 if one begins with the other."""
    for x, y in zip(a, b, strict=False):
        if x != y:
            return x - y
    return 0


@implements("byteacmp", "uuid_cmp")
def byteacmp(a: bytes, b: bytes) -> int:
    if a == b:
        return 0
    return _first_difference(a, b) or (-1 if len(a) < len(b) else 1)


@implements("bttextcmp", "btnamecmp")
def bttextcmp(a: str, b: str) -> int:
    """Compares as C's strcmp: the result is the difference of the first bytes that differ."""
    if a == b:
        return 0
    x, y = a.encode(), b.encode()
    shorter = min(len(x), len(y))
    return _first_difference(x, y) or (x[shorter] if len(x) > shorter else -y[shorter])


@implements(
    "bttext_pattern_cmp", "btnametextcmp", "bttextnamecmp", "gin_compare_jsonb", "gin_cmp_tslexeme"
)
def bttext_pattern_cmp(a: str, b: str) -> int:
    return byteacmp(a.encode(), b.encode())


@implements("bpcharcmp")
def bpcharcmp(a: str, b: str) -> int:
    return bttextcmp(a.rstrip(" "), b.rstrip(" "))


@implements("btbpchar_pattern_cmp")
def btbpchar_pattern_cmp(a: str, b: str) -> int:
    return byteacmp(a.rstrip(" ").encode(), b.rstrip(" ").encode())


@implements("btcharcmp")
def btcharcmp(a: str, b: str) -> int:
    return ord(a or "\0") - ord(b or "\0")


@implements("text_larger")
def text_larger(a: str, b: str) -> str:
    return a if a > b else b  # noqa: FURB136 - max() would prefer the first of two equals


@implements("text_smaller")
def text_smaller(a: str, b: str) -> str:
    return a if a < b else b  # noqa: FURB136 - likewise


@implements("bpchar_larger")
def bpchar_larger(a: str, b: str) -> str:
    return a if a.rstrip(" ") >= b.rstrip(" ") else b


@implements("bpchar_smaller")
def bpchar_smaller(a: str, b: str) -> str:
    return a if a.rstrip(" ") <= b.rstrip(" ") else b
