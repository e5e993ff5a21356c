"""Arithmetic and comparison of float4 and float8 (manual 9.3).

NaN equals itself and is larger than everything else. A finite operation that leaves the range is an
error, in both directions: 22003 overflow and underflow. A float4 result is the double's rounded to
single precision; doubles have more than twice the digits, so rounding twice gives the same.
"""

# ruff: noqa: PLR0124 - what isn't equal to itself is NaN; comparison is hot

import math
import operator
from collections.abc import Callable

from storage.errors import DatabaseError
from tsql.functions.integer import division_by_zero
from tsql.functions.registry import implements
from tsql.types.floats import FLOAT8_MAX, float4

FloatFunction = Callable[[float, float], float]
_PAIRS = ("4", "8", "48", "84")


def overflow() -> DatabaseError:
    """Returns the error for a finite operation with an infinite result."""
    return DatabaseError("22003", "value out of range: overflow")


def underflow() -> DatabaseError:
    """Returns the error for a result that vanishes."""
    return DatabaseError("22003", "value out of range: underflow")


def equal(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def not_equal(a: float, b: float) -> bool:
    return a != b and (a == a or b == b)


def less(a: float, b: float) -> bool:
    return a < b or (b != b and a == a)


def less_or_equal(a: float, b: float) -> bool:
    return a <= b or b != b


def greater(a: float, b: float) -> bool:
    return a > b or (a != a and b == b)


def greater_or_equal(a: float, b: float) -> bool:
    return a >= b or a != a


def compare(a: float, b: float) -> int:
    """Returns -1, 0 or 1."""
    return greater(a, b) - less(a, b)


def larger(a: float, b: float) -> float:
    return a if greater(a, b) else b


def smaller(a: float, b: float) -> float:
    return a if less(a, b) else b


def add(a: float, b: float) -> float:
    result = a + b
    if -FLOAT8_MAX <= result <= FLOAT8_MAX:
        return result
    return _unless_overflow(result, a, b)


def subtract(a: float, b: float) -> float:
    result = a - b
    if -FLOAT8_MAX <= result <= FLOAT8_MAX:
        return result
    return _unless_overflow(result, a, b)


def multiply(a: float, b: float) -> float:
    result = a * b
    if -FLOAT8_MAX <= result <= FLOAT8_MAX:
        if result == 0.0 and a != 0.0 and b != 0.0:
            raise underflow()
        return result
    return _unless_overflow(result, a, b)


def divide(a: float, b: float) -> float:
    if b == 0.0:
        if a != a:
            return a
        raise division_by_zero()
    result = a / b
    if result == 0.0 and a != 0.0 and not math.isinf(b):
        raise underflow()
    if math.isinf(result) and not math.isinf(a):
        raise overflow()
    return result


def _unless_overflow(result: float, a: float, b: float) -> float:
    if math.isinf(result) and not math.isinf(a) and not math.isinf(b):
        raise overflow()
    return result


def _single(operation: FloatFunction) -> FloatFunction:
    """Returns the operation with its result rounded to single precision and checked again."""

    def rounded(a: float, b: float) -> float:
        exact = operation(a, b)
        result = float4(exact)
        if result == 0.0 and exact != 0.0:
            raise underflow()
        if math.isinf(result) and not math.isinf(exact):
            raise overflow()
        return result

    return rounded


add_float4 = _single(add)

for _pair in _PAIRS:
    implements(f"float{_pair}eq")(equal)
    implements(f"float{_pair}ne")(not_equal)
    implements(f"float{_pair}lt")(less)
    implements(f"float{_pair}le")(less_or_equal)
    implements(f"float{_pair}gt")(greater)
    implements(f"float{_pair}ge")(greater_or_equal)
    implements(f"btfloat{_pair}cmp")(compare)
    _rounds = _pair == "4"
    implements(f"float{_pair}pl")(add_float4 if _rounds else add)
    implements(f"float{_pair}mi")(_single(subtract) if _rounds else subtract)
    implements(f"float{_pair}mul")(_single(multiply) if _rounds else multiply)
    implements(f"float{_pair}div")(_single(divide) if _rounds else divide)

implements("float4um", "float8um")(operator.neg)
implements("float4up", "float8up")(operator.pos)
implements("float4abs", "float8abs")(operator.abs)
implements("float4larger", "float8larger")(larger)
implements("float4smaller", "float8smaller")(smaller)
