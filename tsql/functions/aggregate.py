"""Plain aggregates (manual 9.21.1): counts, sums, extremes, logic, bits, and collected values.

Averages of floats and variances are in tsql.functions.statistics.

Strict ones (all but array_agg and string_agg) never see NULL: the executor skips those rows.
"""

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar, Final

from storage.errors import DatabaseError
from storage.types import Array
from tsql.functions import float as floats
from tsql.functions.numeric import numeric_larger, numeric_smaller
from tsql.functions.ordering import comparison_of, element_of
from tsql.functions.registry import Accumulator, CallSite, aggregates, implements
from tsql.functions.statistics import exact_average
from tsql.types import oids
from tsql.types.array import DIMENSIONS_MAX, too_many_dimensions
from tsql.types.decimals import WIDE, ZERO, checked
from tsql.types.integers import INT8_MAX, INT8_MIN, out_of_range

Factory = Callable[..., Accumulator]
Step = Callable[[Any, Any], Any]

#: Rough size of a value of no particular length, and what a reference to it takes.
_VALUE_BYTES = 64
_REFERENCE_BYTES = 8


# ---- counts and sums ---------------------------------------------------------------------------


class _Count:
    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def add(self, *_values: Any) -> None:
        self._count += 1

    def result(self) -> int:
        return self._count

    def size(self) -> int:
        return 0


@aggregates("count()", "count(any)", "regr_count(float8,float8)")
def count(_call: CallSite) -> Factory:
    return _Count


class _IntegerSum:
    """Sums exactly; int2 and int4 answer int8, int8 answers numeric."""

    __slots__ = ("_count", "_total")

    def __init__(self) -> None:
        self._count = self._total = 0

    def add(self, value: int) -> None:
        self._count += 1
        self._total += value

    def result(self) -> Any:
        if not self._count:
            return None
        if INT8_MIN <= self._total <= INT8_MAX:
            return self._total
        raise out_of_range("bigint")

    def size(self) -> int:
        return 0


class _Int8Sum(_IntegerSum):
    __slots__ = ()

    def result(self) -> Any:
        return Decimal(self._total) if self._count else None


class _IntegerAverage(_IntegerSum):
    __slots__ = ()

    def result(self) -> Any:
        return exact_average(Decimal(self._total), self._count) if self._count else None


class _NumericSum:
    __slots__ = ("_count", "_total")

    def __init__(self) -> None:
        self._count = 0
        self._total = ZERO

    def add(self, value: Decimal) -> None:
        self._count += 1
        self._total = WIDE.add(self._total, value)

    def result(self) -> Decimal | None:
        return checked(self._total) if self._count else None

    def size(self) -> int:
        return 0


class _NumericAverage(_NumericSum):
    __slots__ = ()

    def result(self) -> Decimal | None:
        return exact_average(self._total, self._count) if self._count else None


@aggregates("sum(int2)", "sum(int4)")
def sum_int4(_call: CallSite) -> Factory:
    return _IntegerSum


@aggregates("sum(int8)")
def sum_int8(_call: CallSite) -> Factory:
    return _Int8Sum


@aggregates("avg(int2)", "avg(int4)", "avg(int8)")
def avg_int(_call: CallSite) -> Factory:
    return _IntegerAverage


@aggregates("sum(numeric)")
def sum_numeric(_call: CallSite) -> Factory:
    return _NumericSum


@aggregates("avg(numeric)")
def avg_numeric(_call: CallSite) -> Factory:
    return _NumericAverage


# ---- aggregates that fold their values by one function -----------------------------------------


class _Fold:
    """Keeps the first value, then step(kept, value)."""

    __slots__ = ("_step", "_value")

    def __init__(self, step: Step) -> None:
        self._step = step
        self._value: Any = None

    def add(self, value: Any) -> None:
        kept = self._value
        self._value = value if kept is None else self._step(kept, value)

    def result(self) -> Any:
        return self._value

    def size(self) -> int:
        return 0


def fold(step: Step, *signatures: str) -> None:
    """Registers aggregates that keep their first value, then step(kept, value)."""
    aggregates(*signatures)(lambda _call: lambda: _Fold(step))


def _later_larger(a: Any, b: Any) -> Any:
    return max(b, a)


def _later_smaller(a: Any, b: Any) -> Any:
    return min(b, a)


_NATURAL = ("int2", "int4", "int8", "oid", "date", "time", "timestamp", "timestamptz", "text")

fold(floats.add, "sum(float8)")
fold(floats.add_float4, "sum(float4)")
fold(_later_larger, *[f"max({name})" for name in _NATURAL])
fold(_later_smaller, *[f"min({name})" for name in _NATURAL])
_COMPARED: Final = ("anyenum", "inet", "tid", "pg_lsn", "xid8", "money")
fold(_later_larger, *[f"max({name})" for name in _COMPARED])
fold(_later_smaller, *[f"min({name})" for name in _COMPARED])
fold(floats.larger, "max(float4)", "max(float8)")
fold(floats.smaller, "min(float4)", "min(float8)")
fold(numeric_larger, "max(numeric)")
fold(numeric_smaller, "min(numeric)")
fold(operator.and_, "bool_and(bool)", "every(bool)", *[f"bit_and(int{n})" for n in (2, 4, 8)])
fold(operator.or_, "bool_or(bool)", *[f"bit_or(int{n})" for n in (2, 4, 8)])
fold(operator.xor, *[f"bit_xor(int{n})" for n in (2, 4, 8)])


@aggregates("max(bpchar)", "max(interval)", "max(timetz)", "max(anyarray)")
def max_by_comparison(call: CallSite) -> Factory:
    compare = comparison_of(call.argument_types[0])
    # Of equal values char keeps the earlier one, the other types the later one.
    least = 0 if call.argument_types[0] == oids.BPCHAR else 1
    return lambda: _Fold(lambda a, b: a if compare(a, b) >= least else b)


@aggregates("min(bpchar)", "min(interval)", "min(timetz)", "min(anyarray)")
def min_by_comparison(call: CallSite) -> Factory:
    compare = comparison_of(call.argument_types[0])
    most = 0 if call.argument_types[0] == oids.BPCHAR else -1
    return lambda: _Fold(lambda a, b: a if compare(a, b) <= most else b)


# ---- aggregates that collect their values ------------------------------------------------------


def _bytes_of(value: Any) -> int:
    """Returns roughly what a value takes in memory."""
    if isinstance(value, str | bytes | tuple | list | dict):
        return _VALUE_BYTES + len(value) * (_REFERENCE_BYTES if isinstance(value, tuple) else 1)
    return _VALUE_BYTES


class _Collected:
    __slots__ = ("_bytes", "_values")

    def __init__(self) -> None:
        self._values: list[Any] = []
        self._bytes = 0

    def add(self, value: Any) -> None:
        self._values.append(value)
        self._bytes += _bytes_of(value)

    def result(self) -> Array | None:
        return Array.of(self._values) if self._values else None

    def size(self) -> int:
        return self._bytes


class CollectedArrays(_Collected):
    """Makes arrays of one shape into one array with a dimension more."""

    __slots__ = ()

    def add(self, value: Any) -> None:
        if value is None:
            raise DatabaseError("22004", "cannot accumulate null arrays")
        if self._values:
            if value[1:] != self._values[0][1:]:
                message = "cannot accumulate arrays of different dimensionality"
                raise DatabaseError("2202E", message)
        elif not value.items:
            raise DatabaseError("2202E", "cannot accumulate empty arrays")
        elif len(value.dimensions) >= DIMENSIONS_MAX:
            raise too_many_dimensions(len(value.dimensions) + 1)
        self._values.append(value)
        self._bytes += _VALUE_BYTES + _VALUE_BYTES * len(value.items)

    def result(self) -> Array | None:
        if not self._values:
            return None
        first = self._values[0]
        items = tuple([item for array in self._values for item in array.items])
        dimensions = (len(self._values), *first.dimensions)
        return Array(items, dimensions, (1, *first.lower_bounds))


@aggregates("array_agg(anynonarray)", strict=False)
def array_agg(_call: CallSite) -> Factory:
    return _Collected


@aggregates("array_agg(anyarray)", strict=False)
def array_agg_arrays(call: CallSite) -> Factory:
    return CollectedArrays if element_of(call.argument_types[0]) else _Collected


class _Joined:
    """string_agg: each value but the first comes after its own row's delimiter."""

    __slots__ = ("_bytes", "_pieces")

    _empty: ClassVar[Any] = ""

    def __init__(self) -> None:
        self._pieces: list[Any] = []
        self._bytes = 0

    def add(self, value: Any, delimiter: Any) -> None:
        if value is None:
            return
        if self._pieces and delimiter:
            self._pieces.append(delimiter)
            self._bytes += len(delimiter) + _REFERENCE_BYTES
        self._pieces.append(value)
        self._bytes += len(value) + _VALUE_BYTES

    def result(self) -> Any:
        return self._empty.join(self._pieces) if self._pieces else None

    def size(self) -> int:
        return self._bytes


class _JoinedBytes(_Joined):
    __slots__ = ()

    _empty = b""


@aggregates("string_agg(text,text)", strict=False)
def string_agg(_call: CallSite) -> Factory:
    return _Joined


@aggregates("string_agg(bytea,bytea)", strict=False)
def string_agg_bytea(_call: CallSite) -> Factory:
    return _JoinedBytes


# ---- steps that can be called by themselves ----------------------------------------------------


def _wrapped(value: int) -> int:
    """Returns the value as 64-bit arithmetic leaves it, which these steps don't check."""
    return (value - INT8_MIN) % 2**64 + INT8_MIN


@implements("int2_sum", "int4_sum")
def int4_sum(total: int | None, value: int | None) -> int | None:
    if total is None or value is None:
        return value if total is None else total
    return _wrapped(total + value)


@implements("int8_sum")
def int8_sum(total: Decimal | None, value: int | None) -> Decimal | None:
    if value is None:
        return total
    return Decimal(value) if total is None else checked(WIDE.add(total, Decimal(value)))


def _count_and_sum(state: Array) -> tuple[int, int]:
    if state.dimensions != (2,) or None in state.items:
        raise DatabaseError("XX000", "expected 2-element int8 array")
    return state.items[0], state.items[1]


@implements("int2_avg_accum", "int4_avg_accum")
def int4_avg_accum(state: Array, value: int) -> Array:
    rows, total = _count_and_sum(state)
    return Array.of((_wrapped(rows + 1), _wrapped(total + value)))


@implements("int2_avg_accum_inv", "int4_avg_accum_inv")
def int4_avg_accum_inv(state: Array, value: int) -> Array:
    rows, total = _count_and_sum(state)
    return Array.of((_wrapped(rows - 1), _wrapped(total - value)))


@implements("int8_avg")
def int8_avg(state: Array) -> Decimal | None:
    rows, total = _count_and_sum(state)
    return exact_average(Decimal(total), rows) if rows else None


@implements("int2int4_sum")
def int2int4_sum(state: Array) -> int | None:
    rows, total = _count_and_sum(state)
    return total if rows else None


@implements("int4_avg_combine")
def int4_avg_combine(_a: Array, _b: Array) -> Array:
    raise DatabaseError("XX000", "aggregate function called in non-aggregate context")


@implements("int8range_subdiff", "int4range_subdiff")
def int_subdiff(a: int, b: int) -> float:
    return float(a) - float(b)


@implements("numrange_subdiff")
def numrange_subdiff(a: Decimal, b: Decimal) -> float:
    return float(WIDE.subtract(a, b)) if not a.is_nan() and not b.is_nan() else math.nan
