"""ORDER BY as Python's sort sees it: from a row to something whose `<` is PostgreSQL's order.

Most types need no comparison function: their values, or a simple image of them, already sort as
PostgreSQL sorts them. Text compares by code point, which is UTF-8's byte order; NaN is greater than
any number; intervals compare by their span. For DESC the image is turned round: numbers change
their sign, bytes their bits. Whatever has no such image (arrays, jsonb, records) is compared by the
`<` function itself.
"""

import functools
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from storage.errors import not_supported
from storage.records import dataclass
from storage.types import Interval, TimeTz
from tsql.bound import SortKey
from tsql.catalog.pg import PgProc, signature
from tsql.env import Env
from tsql.executor.parts import FOLDING_ENV, Evaluate, Row
from tsql.functions.registry import CallSite, implementation_of

Image = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Order:
    """The images for both directions; None: the value itself."""

    ascending: Image | None
    descending: Image


def _negated(value: Any) -> Any:
    return -value


#: Each byte with its bits turned round.
_INVERTED: Final = bytes(255 - byte for byte in range(256))


def _text_descending(value: str) -> bytes:
    # UTF-8 has no byte that inverts to FF but 00, which text can't hold: what ends sorts last.
    return value.encode("utf-8", "surrogateescape").translate(_INVERTED) + b"\xff"


def _turned_round(value: Any) -> "_Descending":
    return _Descending(value)


def _uuid_descending(value: bytes) -> bytes:
    return value.translate(_INVERTED)


def _float_ascending(value: float) -> Any:
    return (1, 0.0) if math.isnan(value) else (0, value)


def _float_descending(value: float) -> Any:
    return (0, 0.0) if math.isnan(value) else (1, -value)


def _numeric_ascending(value: Decimal) -> Any:
    return (1, Decimal(0)) if value.is_nan() else (0, value)


def _numeric_descending(value: Decimal) -> Any:
    return (0, Decimal(0)) if value.is_nan() else (1, value.copy_negate())


def _interval_ascending(value: Interval) -> int:
    return value.span()


def _interval_descending(value: Interval) -> int:
    return -value.span()


def _timetz_ascending(value: TimeTz) -> Any:
    return value.microseconds + value.zone * 1_000_000, value.zone


def _timetz_descending(value: TimeTz) -> Any:
    return -value.microseconds - value.zone * 1_000_000, -value.zone


def _blanks_ascending(value: str) -> str:
    return value.rstrip(" ")


def _blanks_descending(value: str) -> bytes:
    return _text_descending(value.rstrip(" "))


_NUMBER: Final = _Order(None, _negated)
_TEXT: Final = _Order(None, _text_descending)
_FLOAT: Final = _Order(_float_ascending, _float_descending)
#: By the `<` function's pg_proc.prosrc.
_ORDERS: Final = {
    "boollt": _NUMBER,
    "int2lt": _NUMBER,
    "int4lt": _NUMBER,
    "int8lt": _NUMBER,
    "oidlt": _NUMBER,
    "date_lt": _NUMBER,
    "time_lt": _NUMBER,
    "timestamp_lt": _NUMBER,
    "text_lt": _TEXT,
    "namelt": _TEXT,
    "bitlt": _TEXT,
    "charlt": _TEXT,
    "bpcharlt": _Order(_blanks_ascending, _blanks_descending),
    "bytealt": _Order(None, _turned_round),
    "enum_lt": _Order(None, _turned_round),
    "network_lt": _Order(None, _turned_round),
    "macaddr_lt": _Order(None, _turned_round),
    "range_lt": _Order(None, _turned_round),
    "multirange_lt": _Order(None, _turned_round),
    "uuid_lt": _Order(None, _uuid_descending),
    "float4lt": _FLOAT,
    "float8lt": _FLOAT,
    "numeric_lt": _Order(_numeric_ascending, _numeric_descending),
    "interval_lt": _Order(_interval_ascending, _interval_descending),
    "timetz_lt": _Order(_timetz_ascending, _timetz_descending),
}


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
    image_of = _image_of(key)
    null = (0,) if key.nulls_first else (1,)
    some = 1 if key.nulls_first else 0
    if image_of is None:

        def plain(row: Row, env: Env) -> Any:
            value = value_of(row, env)
            return null if value is None else (some, value)

        return plain
    image = image_of

    def through_image(row: Row, env: Env) -> Any:
        value = value_of(row, env)
        return null if value is None else (some, image(value))

    return through_image


def _image_of(key: SortKey) -> Image | None:
    order = _ORDERS.get(key.less.src)
    if order is not None:
        return order.descending if key.descending else order.ascending
    compare = functools.cmp_to_key(_comparison(key.less, key.expression.type))
    return (lambda value: _Descending(compare(value))) if key.descending else compare


def _comparison(less: PgProc, type_: int) -> Callable[[Any, Any], int]:
    implementation = implementation_of(less)
    if implementation is None:
        raise not_supported(f"ordering by function {signature(less)}")
    function = implementation.build(CallSite(less, (type_, type_), 16))
    is_less: Callable[[Any, Any], Any] = (
        functools.partial(function, FOLDING_ENV) if implementation.env else function
    )

    def compare(a: Any, b: Any) -> int:
        if is_less(a, b):
            return -1
        return 1 if is_less(b, a) else 0

    return compare
