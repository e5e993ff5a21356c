"""Ordered-set and hypothetical-set aggregates (manual 9.21.3, 9.21.4).

Their rows come sorted, as WITHIN GROUP (ORDER BY …) says. mode and the percentiles take one value a
row and are strict; rank and its kin compare each row with the one given as direct arguments.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array, Interval
from tsql.catalog import pg
from tsql.functions.ordering import Comparison, comparison_of, equality_of
from tsql.functions.registry import (
    Accumulator,
    CallSite,
    Function,
    SortOrder,
    aggregates,
    implementation_of,
)

Factory = Callable[..., Accumulator]
#: A percentile's value from the sorted values and the fraction.
Pick = Callable[[Sequence[Any], float], Any]

_VALUE_BYTES = 72


# ---- mode --------------------------------------------------------------------------------------


class _Mode:
    """Counts runs of equal values; the first of the longest runs wins."""

    __slots__ = ("_best", "_best_length", "_equal", "_length", "_value")

    def __init__(self, equal: Callable[[Any, Any], bool]) -> None:
        self._equal = equal
        self._value = self._best = None
        self._length = self._best_length = 0

    def add(self, value: Any) -> None:
        if self._length and self._equal(self._value, value):
            self._length += 1
        else:
            self._value, self._length = value, 1
        if self._length > self._best_length:
            self._best, self._best_length = self._value, self._length

    def result(self) -> Any:
        return self._best

    def size(self) -> int:
        return 0


@aggregates("mode(anyelement)")
def mode(call: CallSite) -> Factory:
    equal = equality_of(call.argument_types[0])
    return lambda: _Mode(equal)


# ---- percentiles -------------------------------------------------------------------------------


def _check_fraction(fraction: float) -> None:
    if not 0.0 <= fraction <= 1.0:
        shown = "NaN" if math.isnan(fraction) else f"{fraction:g}"
        message = f"percentile value {shown} is not between 0 and 1"
        raise DatabaseError("22003", message)


class _Percentile:
    """Keeps all values; picks one, or interpolates between two, at the end."""

    __slots__ = ("_fraction", "_pick", "_values")

    def __init__(self, fraction: float | Array | None, pick: Pick) -> None:
        self._fraction = fraction
        self._pick = pick
        self._values: list[Any] = []

    def add(self, value: Any) -> None:
        self._values.append(value)

    def result(self) -> Any:
        fraction = self._fraction
        if fraction is None:
            return None
        if isinstance(fraction, Array):
            return self._several(fraction)
        _check_fraction(fraction)
        return self._pick(self._values, fraction) if self._values else None

    def _several(self, fractions: Array) -> Array | None:
        if not self._values:
            return None
        for fraction in fractions.items:
            if fraction is not None:
                _check_fraction(fraction)
        items = [
            None if each is None else self._pick(self._values, each) for each in fractions.items
        ]
        return Array(tuple(items), fractions.dimensions, fractions.lower_bounds)

    def size(self) -> int:
        return len(self._values) * _VALUE_BYTES


def _discrete(values: Sequence[Any], fraction: float) -> Any:
    return values[max(math.ceil(fraction * len(values)), 1) - 1]


def _continuous(interpolate: Callable[[Any, Any, float], Any]) -> Pick:
    def pick(values: Sequence[Any], fraction: float) -> Any:
        place = fraction * (len(values) - 1)
        first, second = math.floor(place), math.ceil(place)
        if first == second:
            return values[first]
        return interpolate(values[first], values[second], place - first)

    return pick


def _between_floats(low: float, high: float, share: float) -> float:
    return low + share * (high - low)


def _interval_function(name: str) -> Function:
    (proc,) = pg.procs_by_name()[name]
    implementation = implementation_of(proc)
    assert implementation is not None
    return implementation.build(CallSite(proc, proc.argument_types, proc.result_type))


def _between_intervals() -> Callable[[Interval, Interval, float], Interval]:
    subtract, multiply, add = map(
        _interval_function, ("interval_mi", "interval_mul", "interval_pl")
    )

    def interpolate(low: Interval, high: Interval, share: float) -> Interval:
        result: Interval = add(multiply(subtract(high, low), share), low)
        return result

    return interpolate


@aggregates("percentile_disc(float8,anyelement)", "percentile_disc(_float8,anyelement)")
def percentile_disc(_call: CallSite) -> Factory:
    return lambda fraction: _Percentile(fraction, _discrete)


@aggregates("percentile_cont(float8,float8)", "percentile_cont(_float8,float8)")
def percentile_cont(_call: CallSite) -> Factory:
    pick = _continuous(_between_floats)
    return lambda fraction: _Percentile(fraction, pick)


@aggregates("percentile_cont(float8,interval)", "percentile_cont(_float8,interval)")
def percentile_cont_interval(_call: CallSite) -> Factory:
    pick = _continuous(_between_intervals())
    return lambda fraction: _Percentile(fraction, pick)


# ---- hypothetical sets -------------------------------------------------------------------------


def _row_comparison(call: CallSite) -> Comparison:
    """Returns the order of rows under the call's sort keys."""
    types = call.argument_types[len(call.argument_types) // 2 :]
    columns = list(zip(map(comparison_of, types), call.sort, strict=True))

    def compare_rows(a: Sequence[Any], b: Sequence[Any]) -> int:
        for x, y, (compare, order) in zip(a, b, columns, strict=True):
            if result := _compare_nullable(compare, order, x, y):
                return result
        return 0

    return compare_rows


def _compare_nullable(compare: Comparison, order: SortOrder, x: Any, y: Any) -> int:
    if x is None or y is None:
        if x is y:
            return 0
        return -1 if (x is None) == order.nulls_first else 1
    result = compare(x, y)
    return -result if order.descending else result


class _Rank:
    """Counts the rows that come before a hypothetical one, those equal to it, and all of them."""

    __slots__ = ("_before", "_compare", "_distinct", "_equal", "_finish", "_last", "_row", "_total")

    def __init__(
        self, compare: Comparison, finish: Callable[["_Rank"], Any], row: Sequence[Any]
    ) -> None:
        self._compare, self._finish, self._row = compare, finish, row
        self._before = self._equal = self._distinct = self._total = 0
        self._last: Sequence[Any] | None = None

    def add(self, *row: Any) -> None:
        self._total += 1
        order = self._compare(row, self._row)
        if order < 0:
            self._before += 1
            if self._last is None or self._compare(self._last, row):
                self._distinct += 1
            self._last = row
        elif order == 0:
            self._equal += 1

    def result(self) -> Any:
        return self._finish(self)

    def size(self) -> int:
        return 0

    def rank(self) -> int:
        return self._before + 1

    def dense_rank(self) -> int:
        return self._distinct + 1

    def percent_rank(self) -> float:
        return self._before / self._total if self._total else 0.0

    def cume_dist(self) -> float:
        return (self._before + self._equal + 1) / (self._total + 1)


def _register_rank(name: str, finish: Callable[[_Rank], Any]) -> None:
    def build(call: CallSite) -> Factory:
        compare = _row_comparison(call)
        return lambda *row: _Rank(compare, finish, row)

    aggregates(f"{name}(any)", strict=False)(build)


_register_rank("rank", _Rank.rank)
_register_rank("dense_rank", _Rank.dense_rank)
_register_rank("percent_rank", _Rank.percent_rank)
_register_rank("cume_dist", _Rank.cume_dist)
