"""Equalities that a hash table answers: which operators, over which types.

Both sides must be equal exactly when their images are (tsql/executor/equality.py): values of one
type, or of a family whose values are the same in Python.
"""

from typing import Final

from tsql import bound
from tsql.bound import Expression
from tsql.planner.key_values import comparable
from tsql.types import oids
from tsql.types.kinds import base_type

#: Types of one family are compared by different values.
_MIXED: Final = frozenset({oids.DATE, oids.TIMESTAMP})


def equal_sides(condition: Expression) -> tuple[Expression, Expression] | None:
    """Returns the two sides of an equality that can be hashed, or None."""
    match condition:
        case bound.FunctionCall(operator="=", arguments=(left, right)):
            return (left, right) if can_hash(left.type, right.type) else None
        case _:
            return None


def can_hash(left: int, right: int) -> bool:
    """Returns whether values of the two types are equal when their images are."""
    left, right = base_type(left), base_type(right)
    if left != right and {left, right} & _MIXED:
        return False
    return comparable(left, right)
