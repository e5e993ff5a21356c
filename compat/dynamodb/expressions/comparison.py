"""How values compare: only with values of their own type.

Equality looks into documents; numbers are equal by value, sets by members. Order is defined among
strings (by UTF-8 bytes), numbers and binaries. An operand that is missing is different from
everything, itself included, and in no order with anything.
"""

from collections.abc import Callable
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any, Final

from compat.dynamodb.attribute_values import Value, type_of
from compat.dynamodb.expressions.documents import MISSING

#: Types whose values are in an order.
ORDERED_TYPES: Final = frozenset({"S", "N", "B"})


def equal(left: Value, right: Value) -> bool:
    """Returns whether two operands, maybe missing, are equal."""
    kind = type(left)
    if kind is not type(right):
        return _equal_across(left, right)
    if kind is dict:
        return len(left) == len(right) and all(
            name in right and equal(member, right[name]) for name, member in left.items()
        )
    if kind is list:
        return len(left) == len(right) and all(map(equal, left, right))
    return left is not MISSING and bool(left == right)


def _equal_across(left: Value, right: Value) -> bool:
    """Returns whether values of two Python types are equal: numbers, and the two NULLs, may be."""
    if left is MISSING or right is MISSING:
        return False
    tag = type_of(left)
    if tag != type_of(right):
        return False
    return tag == "NULL" or bool(_exact(left) == _exact(right))


def _exact(number: Value) -> Any:
    return Decimal(repr(number)) if isinstance(number, float) else number


def not_equal(left: Value, right: Value) -> bool:
    """Returns whether two operands, maybe missing, are different."""
    return not equal(left, right)


def _in_order(holds: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    def compare(left: Value, right: Value) -> bool:
        if left is MISSING or right is MISSING:
            return False
        tag = type_of(left)
        if tag not in ORDERED_TYPES or tag != type_of(right):
            return False
        if tag == "N":
            return holds(_exact(left), _exact(right))
        return holds(left, right)

    return compare


#: What each comparator does with two operands.
COMPARISONS: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "=": equal,
    "<>": not_equal,
    "<": _in_order(lt),
    "<=": _in_order(le),
    ">": _in_order(gt),
    ">=": _in_order(ge),
}


def is_between(value: Value, low: Value, high: Value) -> bool:
    """Returns whether the value is of the bounds' type and neither below nor above them."""
    return COMPARISONS[">="](value, low) and COMPARISONS["<="](value, high)
