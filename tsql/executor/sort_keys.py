"""ORDER BY as Python's sort sees it: from a row to something whose `<` is PostgreSQL's order.

Most types need no comparison function: their values, or a simple image of them, already sort as
PostgreSQL sorts them. Text compares by code point, which is UTF-8's byte order; NaN is greater than
any number; intervals compare by their span. Whatever has no such image (arrays, jsonb, records) is
compared by the `<` function itself.
"""

import functools
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from storage.errors import not_supported
from storage.types import Interval, TimeTz
from tsql.bound import SortKey
from tsql.catalog.pg import PgProc, signature
from tsql.env import Env
from tsql.functions.registry import CallSite, implementation_of

Row = Sequence[Any]
Evaluate = Callable[[Row, Env], Any]
Image = Callable[[Any], Any]


def _float_image(value: float) -> Any:
    return (1, 0.0) if math.isnan(value) else (0, value)


def _numeric_image(value: Decimal) -> Any:
    return (1, Decimal(0)) if value.is_nan() else (0, value)


def _interval_image(value: Interval) -> int:
    return value.span()


def _timetz_image(value: TimeTz) -> Any:
    return (value.microseconds + value.zone * 1_000_000, value.zone)


def _blank_trimmed(value: str) -> str:
    return value.rstrip(" ")


#: `<` functions whose order is that of an image; None: the value itself.
_IMAGES: dict[str, Image | None] = {
    "boollt": None,
    "int2lt": None,
    "int4lt": None,
    "int8lt": None,
    "oidlt": None,
    "text_lt": None,
    "namelt": None,
    "charlt": None,
    "bytealt": None,
    "uuid_lt": None,
    "date_lt": None,
    "time_lt": None,
    "timestamp_lt": None,
    "timestamptz_lt": None,
    "float4lt": _float_image,
    "float8lt": _float_image,
    "numeric_lt": _numeric_image,
    "interval_lt": _interval_image,
    "timetz_lt": _timetz_image,
    "bpcharlt": _blank_trimmed,
}
_NEGATABLE = {
    "boollt", "int2lt", "int4lt", "int8lt", "oidlt", "date_lt", "time_lt", "timestamp_lt",
    "timestamptz_lt",
}  # fmt: skip


@functools.total_ordering
class _Descending:
    """A value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Descending") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]  # nothing hashes sort keys


def compile_component(key: SortKey, value_of: Evaluate) -> Evaluate:
    """Returns the closure for one ORDER BY item, NULLs in their place."""
    image = _image_of(key)
    null = (0,) if key.nulls_first else (1,)
    some = 1 if key.nulls_first else 0
    if image is None:

        def plain(row: Row, env: Env) -> Any:
            value = value_of(row, env)
            return null if value is None else (some, value)

        return plain
    image_of = image

    def through_image(row: Row, env: Env) -> Any:
        value = value_of(row, env)
        return null if value is None else (some, image_of(value))

    return through_image


def _image_of(key: SortKey) -> Image | None:
    src = key.less.src
    if src not in _IMAGES:
        compare = functools.cmp_to_key(_comparison(key.less, key.expression.type))
        return (lambda value: _Descending(compare(value))) if key.descending else compare
    image = _IMAGES[src]
    if not key.descending:
        return image
    if src in _NEGATABLE:
        return lambda value: -value
    if image is None:
        return _Descending
    inner = image
    return lambda value: _Descending(inner(value))


def _comparison(less: PgProc, type_: int) -> Callable[[Any, Any], int]:
    implementation = implementation_of(less)
    if implementation is None:
        raise not_supported(f"ordering by function {signature(less)}")
    function = implementation.build(CallSite(less, (type_, type_), 16))
    is_less: Callable[[Any, Any], Any] = (
        functools.partial(function, Env()) if implementation.env else function
    )

    def compare(a: Any, b: Any) -> int:
        if is_less(a, b):
            return -1
        return 1 if is_less(b, a) else 0

    return compare
