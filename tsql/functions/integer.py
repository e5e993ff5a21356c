"""Arithmetic, bits and comparison of int2, int4, int8 and oid (manual 9.3).

PostgreSQL has one function per pair of types: int24pl adds an int2 and an int4. The result has the
wider type and must fit into it. Comparison never depends on the width: those are Python's own
operators.
"""

import math
import operator
from collections.abc import Callable

from storage.errors import DatabaseError
from tsql.functions.registry import implements
from tsql.types.integers import (
    INT2_MAX,
    INT2_MIN,
    INT4_MAX,
    INT4_MIN,
    INT8_MAX,
    INT8_MIN,
    out_of_range,
)

IntFunction = Callable[[int, int], int]

_COMPARISONS = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
#: Name, lowest and highest value by the digit in function names.
_WIDTHS = {
    "2": ("smallint", INT2_MIN, INT2_MAX),
    "4": ("integer", INT4_MIN, INT4_MAX),
    "8": ("bigint", INT8_MIN, INT8_MAX),
}
_MIXED = ("24", "28", "42", "48", "82", "84")


def division_by_zero() -> DatabaseError:
    """Returns the error of every division by zero."""
    return DatabaseError("22012", "division by zero")


def compare(a: int, b: int) -> int:
    """Returns -1, 0 or 1, as btree support functions do."""
    return (a > b) - (a < b)


def _add(type_name: str, lowest: int, highest: int) -> IntFunction:
    def add(a: int, b: int) -> int:
        result = a + b
        if lowest <= result <= highest:
            return result
        raise out_of_range(type_name)

    return add


def _subtract(type_name: str, lowest: int, highest: int) -> IntFunction:
    def subtract(a: int, b: int) -> int:
        result = a - b
        if lowest <= result <= highest:
            return result
        raise out_of_range(type_name)

    return subtract


def _multiply(type_name: str, lowest: int, highest: int) -> IntFunction:
    def multiply(a: int, b: int) -> int:
        result = a * b
        if lowest <= result <= highest:
            return result
        raise out_of_range(type_name)

    return multiply


def _divide(type_name: str, highest: int) -> IntFunction:
    def divide(a: int, b: int) -> int:
        """Truncates toward zero, as C does; Python rounds down."""
        if b == 0:
            raise division_by_zero()
        if (a >= 0) == (b > 0):
            result = a // b
            if result > highest:
                raise out_of_range(type_name)
            return result
        return -(-a // b)

    return divide


def remainder(a: int, b: int) -> int:
    """Returns what truncating division leaves: it has the sign of the dividend."""
    if b == 0:
        raise division_by_zero()
    result = abs(a) % abs(b)
    return result if a >= 0 else -result


def _negate(type_name: str, lowest: int) -> Callable[[int], int]:
    def negate(a: int) -> int:
        if a == lowest:
            raise out_of_range(type_name)
        return -a

    return negate


def _absolute(type_name: str, lowest: int) -> Callable[[int], int]:
    def absolute(a: int) -> int:
        if a == lowest:
            raise out_of_range(type_name)
        return abs(a)

    return absolute


def _same(a: int) -> int:
    return a


def _shift_left(width_bits: int) -> IntFunction:
    half, full = 1 << (width_bits - 1), 1 << width_bits
    # The machine takes the count modulo the register: 32 bits for int2 and int4.
    mask = 63 if width_bits == 64 else 31

    def shift_left(a: int, count: int) -> int:
        return (((a << (count & mask)) + half) & (full - 1)) - half

    return shift_left


def _shift_right(width_bits: int) -> IntFunction:
    mask = 63 if width_bits == 64 else 31

    def shift_right(a: int, count: int) -> int:
        return a >> (count & mask)

    return shift_right


def _common_divisor(type_name: str, highest: int) -> IntFunction:
    def common_divisor(a: int, b: int) -> int:
        result = math.gcd(a, b)
        if result > highest:
            raise out_of_range(type_name)
        return result

    return common_divisor


def _common_multiple(type_name: str, highest: int) -> IntFunction:
    def common_multiple(a: int, b: int) -> int:
        result = math.lcm(a, b)
        if result > highest:
            raise out_of_range(type_name)
        return result

    return common_multiple


def _register_arithmetic(pair: str, width: str) -> None:
    type_name, lowest, highest = _WIDTHS[width]
    implements(f"int{pair}pl")(_add(type_name, lowest, highest))
    implements(f"int{pair}mi")(_subtract(type_name, lowest, highest))
    implements(f"int{pair}mul")(_multiply(type_name, lowest, highest))
    implements(f"int{pair}div")(_divide(type_name, highest))


def _register_comparison(pair: str) -> None:
    for suffix, function in _COMPARISONS.items():
        implements(f"int{pair}{suffix}")(function)
    if pair != "2":
        implements(f"btint{pair}cmp")(compare)


def _register_width(width: str) -> None:
    type_name, lowest, _ = _WIDTHS[width]
    bits = int(width) * 8
    implements(f"int{width}mod")(remainder)
    implements(f"int{width}um")(_negate(type_name, lowest))
    implements(f"int{width}up")(_same)
    implements(f"int{width}abs")(_absolute(type_name, lowest))
    implements(f"int{width}and")(operator.and_)
    implements(f"int{width}or")(operator.or_)
    implements(f"int{width}xor")(operator.xor)
    implements(f"int{width}not")(operator.invert)
    implements(f"int{width}shl")(_shift_left(bits))
    implements(f"int{width}shr")(_shift_right(bits))
    implements(f"int{width}larger")(max)
    implements(f"int{width}smaller")(min)


for _width in _WIDTHS:
    _register_arithmetic(_width, _width)
    _register_comparison(_width)
    _register_width(_width)
for _pair in _MIXED:
    _register_arithmetic(_pair, max(_pair))
    _register_comparison(_pair)
for _width in ("4", "8"):
    implements(f"int{_width}gcd")(_common_divisor(_WIDTHS[_width][0], _WIDTHS[_width][2]))
    implements(f"int{_width}lcm")(_common_multiple(_WIDTHS[_width][0], _WIDTHS[_width][2]))

for _suffix, _function in _COMPARISONS.items():
    implements(f"oid{_suffix}")(_function)
implements("btoidcmp")(compare)
implements("oidlarger")(max)
implements("oidsmaller")(min)


@implements("btint2cmp")
def btint2cmp(a: int, b: int) -> int:
    return a - b


_int4_add = _add(*_WIDTHS["4"])
_int8_add = _add(*_WIDTHS["8"])


@implements("int4inc")
def int4inc(a: int) -> int:
    return _int4_add(a, 1)


@implements("int8inc", "int8inc_any", "int8inc_float8_float8")
def int8inc(a: int, *_counted: object) -> int:
    return _int8_add(a, 1)


@implements("int8dec", "int8dec_any")
def int8dec(a: int, *_counted: object) -> int:
    return _int8_add(a, -1)
