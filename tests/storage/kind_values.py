"""Values of every key kind, for property tests, and the order they have in PostgreSQL.

`ORDERS` are slow and obvious: functions from a value to something that Python compares the way
PostgreSQL compares the value.
"""

import functools
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from storage.types import (
    EMPTY_RANGE,
    JSON_NULL,
    Array,
    Cut,
    Interval,
    JsonNull,
    Kind,
    Range,
    TimeTz,
)


def integers(bits: int) -> st.SearchStrategy[int]:
    edge = 1 << (bits - 1)
    return st.integers(-edge, edge - 1) | st.sampled_from([-edge, -1, 0, 1, edge - 1])


TEXTS = st.text(
    st.sampled_from("ab\x00\x01\x02 é\U0001f600") | st.characters(codec="utf-8"),
    max_size=8,
)
BLOBS = st.binary(max_size=8) | st.lists(st.sampled_from([0, 1, 2, 255]), max_size=5).map(bytes)
DECIMALS = (
    st.decimals(allow_nan=False)
    | st.builds(
        lambda digits, exponent: Decimal(digits).scaleb(-exponent),
        st.integers(-(10**40), 10**40),
        st.integers(0, 60),
    )
    | st.sampled_from([Decimal(t) for t in ("0", "-0", "0.00", "1.0", "1.00", "-1.50", "NaN")])
    | st.builds(lambda power: Decimal(f"1E{power}"), st.integers(-40000, 40000))
)
FLOATS = st.floats(allow_subnormal=True)
INTERVALS = st.builds(Interval, integers(32), integers(32), integers(64)) | st.builds(
    Interval, st.integers(-1, 1), st.integers(-30, 30), st.sampled_from([0, 86_400_000_000])
)
TIMETZS = st.builds(TimeTz, st.integers(0, 86_400_000_000), st.integers(-57540, 57540))


def json_key_order(key: str) -> tuple[int, bytes]:
    return len(key.encode()), key.encode()


def ordered_object(items: dict[str, Any]) -> dict[str, Any]:
    return {key: items[key] for key in sorted(items, key=json_key_order)}


JSON_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.sampled_from([Decimal("1.0"), Decimal("1.5"), 1, 0, ""])
    | st.text(st.sampled_from("abé"), max_size=3)
)
TREES = st.recursive(
    JSON_LEAVES,
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(["", "a", "b", "aa", "é"]), children, max_size=3).map(
            ordered_object
        )
    ),
    max_leaves=8,
).map(lambda tree: JSON_NULL if tree is None else tree)


@st.composite
def arrays(draw: st.DrawFn, elements: st.SearchStrategy[Any]) -> Array:
    dimensions = draw(st.sampled_from([(), (1,), (2,), (3,), (1, 2), (2, 1), (2, 2)]))
    size = functools.reduce(lambda product, length: product * length, dimensions, 1)
    count = size if dimensions else 0
    items = draw(st.lists(st.none() | elements, min_size=count, max_size=count))
    bounds = tuple(draw(st.sampled_from([1, 1, 0, -3])) for _ in dimensions)
    return Array(tuple(items), dimensions, bounds)


def ranges(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Range]:
    """Returns ranges whose bounds are such values, unbounded and empty ones among them."""

    def cut(value: Any, side: int) -> Cut:
        is_nan = isinstance(value, Decimal) and value.is_nan()
        return (1, 0, side) if is_nan else (0, value, side)

    def between(a: Cut, b: Cut) -> Range:
        return EMPTY_RANGE if a == b else Range(min(a, b), max(a, b))

    cuts = st.builds(cut, values, st.integers(0, 1))
    return st.builds(between, cuts | st.just((-1,)), cuts | st.just((2,)))


def _multirange(parts: list[Range]) -> tuple[Range, ...]:
    return tuple(sorted({part for part in parts if part.start}))


def _cut_order(cut: Cut) -> tuple[Any, ...]:
    """Returns what sorts as bounds do: no lower one, values, NaN, no upper one; then the side."""
    if len(cut) == 1:
        return (cut[0] * 2, 0, 0)
    return (0, cut[1], cut[2]) if cut[0] == 0 else (1, 0, cut[2])


def _range_order(value: Range) -> tuple[Any, ...]:
    if not value.start:
        return (0,)
    return 1, _cut_order(value.start), _cut_order(value.end)


VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.BOOL: st.booleans(),
    Kind.INT2: integers(16),
    Kind.INT4: integers(32),
    Kind.INT8: integers(64),
    Kind.OID: st.integers(0, 2**32 - 1),
    Kind.FLOAT4: st.floats(width=32),
    Kind.FLOAT8: FLOATS,
    Kind.DECIMAL: DECIMALS,
    Kind.TEXT: TEXTS,
    Kind.VARCHAR: TEXTS,
    Kind.CHAR: TEXTS.map(lambda text: text.ljust(8)),
    Kind.NAME: TEXTS,
    Kind.SINGLE_CHAR: st.sampled_from(["", "a", "b", "~"]),
    Kind.BYTES: BLOBS,
    Kind.UUID: st.binary(min_size=16, max_size=16),
    Kind.DATE: integers(32),
    Kind.TIME: st.integers(0, 86_400_000_000),
    Kind.TIMETZ: TIMETZS,
    Kind.TIMESTAMP: integers(64),
    Kind.TIMESTAMPTZ: integers(64),
    Kind.INTERVAL: INTERVALS,
    Kind.JSONB: TREES,
    Kind.ARRAY: arrays(integers(32)),
    Kind.RANGE: ranges(DECIMALS),
    Kind.MULTIRANGE: st.lists(ranges(integers(64)), max_size=3).map(_multirange),
}


def _float_order(value: float) -> tuple[int, float]:
    return (1, 0.0) if value != value else (0, value)


def _decimal_order(value: Decimal | int) -> tuple[int, Fraction]:
    if isinstance(value, Decimal) and not value.is_finite():
        rank = 2 if value.is_nan() else (1 if value > 0 else -1)
        return rank, Fraction(0)
    return 0, Fraction(value)


def _nested_order(value: Any) -> tuple[Any, ...]:
    if value is None or isinstance(value, JsonNull):
        return (0,)
    if isinstance(value, str):
        return 1, value.encode()
    if isinstance(value, bool):
        return 3, value
    if isinstance(value, int | Decimal):
        return 2, _decimal_order(value)
    if isinstance(value, list):
        return 4, len(value), [_nested_order(child) for child in value]
    pairs = [(key.encode(), _nested_order(child)) for key, child in value.items()]
    return 5, len(value), pairs


def _tree_order(value: Any) -> tuple[Any, ...]:
    return (-1,) if value == [] else _nested_order(value)


def _array_order(value: Array) -> tuple[Any, ...]:
    elements = [(1, 0) if item is None else (0, item) for item in value.items]
    shape = len(value.items), len(value.dimensions), value.dimensions, value.lower_bounds
    return elements, *shape


ORDERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.FLOAT4: _float_order,
    Kind.FLOAT8: _float_order,
    Kind.DECIMAL: _decimal_order,
    **dict.fromkeys((Kind.TEXT, Kind.VARCHAR, Kind.NAME, Kind.SINGLE_CHAR), str.encode),
    Kind.CHAR: lambda value: value.rstrip(" ").encode(),
    Kind.TIMETZ: lambda value: (value.microseconds + value.zone * 1_000_000, value.zone),
    Kind.INTERVAL: Interval.span,
    Kind.JSONB: _tree_order,
    Kind.ARRAY: _array_order,
    Kind.RANGE: _range_order,
    Kind.MULTIRANGE: lambda value: [_range_order(part) for part in value],
}


def order_of(kind: Kind, value: Any) -> Any:
    order = ORDERS.get(kind)
    return value if order is None else order(value)


def element_kind_of(kind: Kind) -> Kind | None:
    return Kind.INT4 if kind is Kind.ARRAY else None
