"""Averages, variances and regression (manual 9.21.2).

Over floats the state is Youngs and Cramer's: count, sum, and sum of squared differences from the
mean, corrected row by row; PostgreSQL keeps it in an array of float8, and its step and final
functions can be called by themselves, which is how they are written here. Over integers and numeric
the sums are exact and the result is rounded once, to the scale that PostgreSQL chooses.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from storage.errors import DatabaseError
from storage.types import Array
from tsql.functions.float import overflow
from tsql.functions.numeric import numeric_div
from tsql.functions.numeric_power import square_root
from tsql.functions.registry import Accumulator, CallSite, aggregates, implements
from tsql.types.decimals import (
    NAN,
    ROUNDING,
    WIDE,
    ZERO,
    checked,
    divided,
    division_scale,
)

#: Count, sum of x, sum of squared differences.
Moments = tuple[float, float, float]
#: Count, sum of x, its squared differences, likewise of y, and the sum of their products.
PairMoments = tuple[float, float, float, float, float, float]

_NO_MOMENTS: Moments = (0.0, 0.0, 0.0)
_NO_PAIRS: PairMoments = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def _or_nan(value: float) -> float:
    return math.nan if math.isinf(value) else value


# ---- steps -------------------------------------------------------------------------------------


def accumulate(state: Moments, x: float) -> Moments:
    """Returns the state with one value more."""
    old_count, old_sum, squares = state
    count, total = old_count + 1.0, old_sum + x
    if old_count > 0.0:
        difference = x * count - total
        squares += difference * difference / (count * old_count)
        if math.isinf(total) or math.isinf(squares):
            if not math.isinf(old_sum) and not math.isinf(x):
                raise overflow()
            squares = math.nan
    elif not math.isfinite(x):
        squares = math.nan
    return count, total, squares


def accumulate_pair(state: PairMoments, y: float, x: float) -> PairMoments:
    """Returns the state with one pair more."""
    old_count, old_x, xx, old_y, yy, xy = state
    count, sum_x, sum_y = old_count + 1.0, old_x + x, old_y + y
    if old_count > 0.0:
        dx, dy = x * count - sum_x, y * count - sum_y
        scale = 1.0 / (count * old_count)
        xx, yy, xy = xx + dx * dx * scale, yy + dy * dy * scale, xy + dx * dy * scale
        if any(map(math.isinf, (sum_x, xx, sum_y, yy, xy))):
            x_was_finite = not math.isinf(old_x) and not math.isinf(x)
            y_was_finite = not math.isinf(old_y) and not math.isinf(y)
            if (
                (x_was_finite and (math.isinf(sum_x) or math.isinf(xx)))
                or (y_was_finite and (math.isinf(sum_y) or math.isinf(yy)))
                or (x_was_finite and y_was_finite and math.isinf(xy))
            ):
                raise overflow()
            xx, yy, xy = _or_nan(xx), _or_nan(yy), _or_nan(xy)
    else:
        if not math.isfinite(x):
            xx = xy = math.nan
        if not math.isfinite(y):
            yy = xy = math.nan
    return count, sum_x, xx, sum_y, yy, xy


def _combine(a: Moments, b: Moments) -> Moments:
    (count_a, sum_a, squares_a), (count_b, sum_b, squares_b) = a, b
    if count_a == 0.0:
        return b
    if count_b == 0.0:
        return a
    count = count_a + count_b
    total = _checked_sum(sum_a, sum_b)
    difference = sum_a / count_a - sum_b / count_b
    squares = squares_a + squares_b + count_a * count_b * difference * difference / count
    if math.isinf(squares) and not math.isinf(squares_a) and not math.isinf(squares_b):
        raise overflow()
    return count, total, squares


def _checked_sum(a: float, b: float) -> float:
    result = a + b
    if math.isinf(result) and not math.isinf(a) and not math.isinf(b):
        raise overflow()
    return result


def _combine_pairs(a: PairMoments, b: PairMoments) -> PairMoments:
    if a[0] == 0.0:
        return b
    if b[0] == 0.0:
        return a
    count, sum_x, xx = _combine((a[0], a[1], a[2]), (b[0], b[1], b[2]))
    _, sum_y, yy = _combine((a[0], a[3], a[4]), (b[0], b[3], b[4]))
    dx, dy = a[1] / a[0] - b[1] / b[0], a[3] / a[0] - b[3] / b[0]
    xy = a[5] + b[5] + a[0] * b[0] * dx * dy / count
    if math.isinf(xy) and not math.isinf(a[5]) and not math.isinf(b[5]):
        raise overflow()
    return count, sum_x, xx, sum_y, yy, xy


# ---- results -----------------------------------------------------------------------------------


def _average(state: Moments) -> float | None:
    return state[1] / state[0] if state[0] else None


def _population_variance(state: Moments) -> float | None:
    return state[2] / state[0] if state[0] else None


def _sample_variance(state: Moments) -> float | None:
    return state[2] / (state[0] - 1.0) if state[0] > 1.0 else None


def _root(of: Callable[[Moments], float | None]) -> Callable[[Moments], float | None]:
    def root(state: Moments) -> float | None:
        variance = of(state)
        return None if variance is None else math.sqrt(variance)

    return root


def _quotient(a: float, b: float) -> float:
    """Divides as C does."""
    if b:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a)


def _correlation(state: PairMoments) -> float | None:
    count, _, xx, _, yy, xy = state
    if count < 1.0 or xx == 0.0 or yy == 0.0:
        return None
    return _quotient(xy, math.sqrt(xx * yy))


def _determination(state: PairMoments) -> float | None:
    count, _, xx, _, yy, xy = state
    if count < 1.0 or xx == 0.0:
        return None
    return 1.0 if yy == 0.0 else _quotient(xy * xy, xx * yy)


def _slope(state: PairMoments) -> float | None:
    count, _, xx, _, _, xy = state
    return None if count < 1.0 or xx == 0.0 else xy / xx


def _intercept(state: PairMoments) -> float | None:
    count, sum_x, xx, sum_y, _, xy = state
    return None if count < 1.0 or xx == 0.0 else (sum_y - sum_x * xy / xx) / count


def _over_count(position: int) -> Callable[[PairMoments], float | None]:
    return lambda state: state[position] / state[0] if state[0] >= 1.0 else None


def _entry(position: int) -> Callable[[PairMoments], float | None]:
    return lambda state: state[position] if state[0] >= 1.0 else None


def _sample_covariance(state: PairMoments) -> float | None:
    return state[5] / (state[0] - 1.0) if state[0] >= 2.0 else None


_SINGLE_RESULTS: dict[str, Callable[[Moments], float | None]] = {
    "avg": _average,
    "var_pop": _population_variance,
    "var_samp": _sample_variance,
    "stddev_pop": _root(_population_variance),
    "stddev_samp": _root(_sample_variance),
}
_PAIR_RESULTS: dict[str, Callable[[PairMoments], float | None]] = {
    "regr_avgx": _over_count(1),
    "regr_avgy": _over_count(3),
    "regr_sxx": _entry(2),
    "regr_syy": _entry(4),
    "regr_sxy": _entry(5),
    "regr_slope": _slope,
    "regr_intercept": _intercept,
    "regr_r2": _determination,
    "corr": _correlation,
    "covar_pop": _over_count(5),
    "covar_samp": _sample_covariance,
}
_SYNONYMS = {"var_samp": "variance", "stddev_samp": "stddev"}


# ---- the functions as such ---------------------------------------------------------------------


def _entries(array: Array, count: int, function: str) -> Any:
    """Returns the numbers of a state that came as an array."""
    if array.dimensions != (count,) or None in array.items:
        raise DatabaseError("XX000", f"{function}: expected {count}-element float8 array")
    return array.items


@implements("float4_accum", "float8_accum")
def float8_accum(state: Array, x: float) -> Array:
    return Array.of(accumulate(_entries(state, 3, "float8_accum"), x))


@implements("float8_regr_accum")
def float8_regr_accum(state: Array, y: float, x: float) -> Array:
    return Array.of(accumulate_pair(_entries(state, 6, "float8_regr_accum"), y, x))


@implements("float8_combine")
def float8_combine(a: Array, b: Array) -> Array:
    return Array.of(_combine(*[_entries(state, 3, "float8_combine") for state in (a, b)]))


@implements("float8_regr_combine")
def float8_regr_combine(a: Array, b: Array) -> Array:
    return Array.of(
        _combine_pairs(*[_entries(state, 6, "float8_regr_combine") for state in (a, b)])
    )


def _register_final(name: str, count: int, result: Callable[[Any], float | None]) -> None:
    implements(name)(lambda state: result(_entries(state, count, name)))


for _name, _single in _SINGLE_RESULTS.items():
    _register_final(f"float8_{_name}", 3, _single)
for _name, _pair in _PAIR_RESULTS.items():
    _register_final(f"float8_{_name}", 6, _pair)


# ---- aggregates over floats --------------------------------------------------------------------


class _FloatAccumulator:
    """Keeps one of the two states; the subclass steps, `finish` makes the result."""

    __slots__ = ("_finish", "_state")

    def __init__(self, state: Sequence[float], finish: Callable[[Any], float | None]) -> None:
        self._state: Any = state
        self._finish = finish

    def result(self) -> float | None:
        return self._finish(self._state)

    def size(self) -> int:
        return 0


class _SingleAccumulator(_FloatAccumulator):
    __slots__ = ()

    def add(self, x: float) -> None:
        self._state = accumulate(self._state, x)


class _PairAccumulator(_FloatAccumulator):
    __slots__ = ()

    def add(self, y: float, x: float) -> None:
        self._state = accumulate_pair(self._state, y, x)


def _register_single(name: str, finish: Callable[[Moments], float | None]) -> None:
    names = [name, _SYNONYMS.get(name, name)]

    def build(_call: CallSite) -> Callable[[], Accumulator]:
        return lambda: _SingleAccumulator(_NO_MOMENTS, finish)

    aggregates(*{f"{each}({kind})" for each in names for kind in ("float4", "float8")})(build)


def _register_pair(name: str, finish: Callable[[PairMoments], float | None]) -> None:
    def build(_call: CallSite) -> Callable[[], Accumulator]:
        return lambda: _PairAccumulator(_NO_PAIRS, finish)

    aggregates(f"{name}(float8,float8)")(build)


for _name, _single in _SINGLE_RESULTS.items():
    _register_single(_name, _single)
for _name, _pair in _PAIR_RESULTS.items():
    _register_pair(_name, _pair)


# ---- aggregates over exact numbers -------------------------------------------------------------


def exact_average(total: Decimal, count: int) -> Decimal:
    """Returns a sum over its count, at PostgreSQL's scale."""
    return numeric_div(total, Decimal(count))


def _exact_variance(
    count: int, total: Decimal, squares: Decimal, *, sample: bool, root: bool
) -> Decimal | None:
    """Returns the variance, or its root, from the exact sums of values and squares."""
    if count == 0 or (sample and count == 1):
        return None
    if not (total.is_finite() and squares.is_finite()):
        return NAN
    numerator = ROUNDING.subtract(
        ROUNDING.multiply(Decimal(count), squares), ROUNDING.multiply(total, total)
    )
    if numerator <= 0:
        return ZERO
    denominator = Decimal(count * (count - 1 if sample else count))
    scale = division_scale(numerator, denominator)
    result = divided(numerator, denominator, scale)
    return checked(square_root(result, scale) if root else result)


class _IntegerVariance:
    __slots__ = ("_count", "_root", "_sample", "_squares", "_total")

    def __init__(self, *, sample: bool, root: bool) -> None:
        self._sample, self._root = sample, root
        self._count = self._total = self._squares = 0

    def add(self, value: int) -> None:
        self._count += 1
        self._total += value
        self._squares += value * value

    def result(self) -> Decimal | None:
        total, squares = Decimal(self._total), Decimal(self._squares)
        return _exact_variance(self._count, total, squares, sample=self._sample, root=self._root)

    def size(self) -> int:
        return 0


class _NumericVariance:
    __slots__ = ("_count", "_root", "_sample", "_squares", "_total")

    def __init__(self, *, sample: bool, root: bool) -> None:
        self._sample, self._root = sample, root
        self._count = 0
        self._total = self._squares = ZERO

    def add(self, value: Decimal) -> None:
        self._count += 1
        self._total = WIDE.add(self._total, value)
        self._squares = WIDE.fma(value, value, self._squares)

    def result(self) -> Decimal | None:
        return _exact_variance(
            self._count, self._total, self._squares, sample=self._sample, root=self._root
        )

    def size(self) -> int:
        return 0


def _register_exact(name: str, *, sample: bool, root: bool) -> None:
    def build_integer(_call: CallSite) -> Callable[[], Accumulator]:
        return lambda: _IntegerVariance(sample=sample, root=root)

    def build_numeric(_call: CallSite) -> Callable[[], Accumulator]:
        return lambda: _NumericVariance(sample=sample, root=root)

    for each in {name, _SYNONYMS.get(name, name)}:
        aggregates(f"{each}(int2)", f"{each}(int4)", f"{each}(int8)")(build_integer)
        aggregates(f"{each}(numeric)")(build_numeric)


_register_exact("var_pop", sample=False, root=False)
_register_exact("var_samp", sample=True, root=False)
_register_exact("stddev_pop", sample=False, root=True)
_register_exact("stddev_samp", sample=True, root=True)
