"""Whether conditions that hold let another one hold: what makes a partial index fit (manual, section 11.8).

    a > 5                       implies  a > 3, a <> 1, a IS NOT NULL
    a = 4                       implies  a IN (3, 4), a > 2 OR b
    a > 5 AND c                 implies  a > 5
    a = 1 OR a = 2              implies  a < 3

Beyond equal conditions, that is what comparisons with constants of one thing say of each other, and that what a strict
operator is true of isn't NULL. What can't be proved so may be true all the same; then the index isn't used.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from storage.keyparts import value_encoder
from storage.types import Array
from tsql import bound
from tsql.bound import Const, Expression, FunctionCall
from tsql.planner.conditions import BoundTest, EqualTest, MemberTest, test_of
from tsql.planner.key_values import comparable
from tsql.planner.walk import strip_relabels
from tsql.types import oids
from tsql.types.composites import is_row
from tsql.types.kinds import base_type, kinds_of_type

#: Longer lists are compared as wholes only.
_MEMBERS_MAX: Final = 100
_NEGATED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "<>", "<>": "="}
_INTEGERS: Final = frozenset({oids.INT2, oids.INT4, oids.INT8})
#: `x first c` implies `x second d` where c is so to d: below (-1), equal (0), above (1).
_IMPLIED: Final = {
    ("<", "<"): {-1, 0}, ("<", "<="): {-1, 0}, ("<", "<>"): {-1, 0},
    ("<=", "<"): {-1}, ("<=", "<="): {-1, 0}, ("<=", "<>"): {-1},
    ("=", "<"): {-1}, ("=", "<="): {-1, 0}, ("=", "="): {0}, ("=", "<>"): {-1, 1},
    ("=", ">="): {0, 1}, ("=", ">"): {1},
    (">=", ">"): {1}, (">=", ">="): {0, 1}, (">=", "<>"): {1},
    (">", ">"): {0, 1}, (">", ">="): {0, 1}, (">", "<>"): {0, 1},
    ("<>", "<>"): {0},
}  # fmt: skip


class _All(NamedTuple):
    parts: "tuple[_Clause, ...]"


class _Any(NamedTuple):
    parts: "tuple[_Clause, ...]"


class _Compared(NamedTuple):
    target: Expression
    operator: str
    constant: Const


_Clause = _All | _Any | _Compared | Expression


def implied(given: Sequence[Expression], goal: Expression) -> bool:
    """Returns whether the goal is known to be true of each row of which all that is given is."""
    return _holds([_clause(one) for one in given], _clause(goal))


def _clause(expression: Expression) -> _Clause:
    match expression:
        case bound.And(arguments=arguments):
            return _All(tuple(map(_clause, arguments)))
        case bound.Or(arguments=arguments):
            return _Any(tuple(map(_clause, arguments)))
        case FunctionCall(operator="<>", arguments=(left, right)):
            return _unequal(strip_relabels(left), strip_relabels(right)) or expression
        case bound.Not(argument=FunctionCall() as argument):
            return _negated(_clause(argument)) or expression
        case bound.IsBoolean():
            return expression
        case _:
            pass
    match test_of(expression):
        case EqualTest(target=target, value=Const() as value):
            return _Compared(target, "=", value)
        case BoundTest(target=target, operator=operator, value=Const() as value):
            return _Compared(target, operator, value)
        case MemberTest(target=target, values=values, array=None):
            constants = [value for value in values if isinstance(value, Const)]
            if len(constants) == len(values) <= _MEMBERS_MAX:
                return _Any(tuple([_Compared(target, "=", value) for value in constants]))
        case MemberTest(target=target, array=Const(value=Array() as array), type=type_):
            if 0 < len(array.items) <= _MEMBERS_MAX:
                return _Any(tuple([_Compared(target, "=", Const(v, type_)) for v in array.items]))
        case _:
            pass
    return expression


def _negated(clause: _Clause) -> _Compared | None:
    if isinstance(clause, _Compared) and clause.operator in _NEGATED:
        return clause._replace(operator=_NEGATED[clause.operator])
    return None


def _unequal(left: Expression, right: Expression) -> _Compared | None:
    if isinstance(left, Const):
        left, right = right, left
    if isinstance(right, Const) and comparable(left.type, right.type):
        return _Compared(left, "<>", right)
    return None


def _holds(given: Sequence[_Clause], goal: _Clause) -> bool:
    if isinstance(goal, _All):
        return all(_holds(given, part) for part in goal.parts)
    if isinstance(goal, _Any) and any(_holds(given, part) for part in goal.parts):
        return True
    return any(_implies(one, goal) for one in given)


def _implies(one: _Clause, goal: _Clause) -> bool:
    """Returns whether one condition is enough for the goal, which isn't a conjunction."""
    if one == goal:
        return True
    if isinstance(one, _All):
        return _holds(one.parts, goal)
    if isinstance(one, _Any):
        return all(_holds([part], goal) for part in one.parts)
    match goal:
        case _Compared():
            return isinstance(one, _Compared) and _comparison_implies(one, goal)
        case bound.IsNull(argument=argument, negated=True) if not is_row(base_type(argument.type)):
            return _is_null_for_null(one, strip_relabels(argument))
        case _:
            return False


def _comparison_implies(one: _Compared, goal: _Compared) -> bool:
    if one.target != goal.target or (one.operator, goal.operator) not in _IMPLIED:
        return False
    order = _order(one.constant, goal.constant)
    return order is not None and order in _IMPLIED[one.operator, goal.operator]


def _order(left: Const, right: Const) -> int | None:
    """Returns how two constants compare, or None where that isn't known."""
    if left.value is None or right.value is None:
        return None
    first: Any = left.value
    second: Any = right.value
    if not {left.type, right.type} <= _INTEGERS:
        kinds = kinds_of_type(left.type)
        if left.type != right.type or kinds is None:
            return None
        encode = value_encoder(*kinds)
        first, second = encode(first), encode(second)
    return int(first > second) - int(first < second)


def _is_null_for_null(one: _Clause, target: Expression) -> bool:
    """Returns whether a condition can't be true where the target is NULL."""
    if isinstance(one, _Compared):
        return _is_strict_for(one.target, target)
    match one:
        case bound.ArrayComparison(any=True, scalar=scalar):
            return _is_strict_for(scalar, target)
        case bound.IsNull(argument=argument, negated=True):
            return _is_strict_for(argument, target)
        case _All() | _Any():
            return False
        case _:
            return _is_strict_for(one, target)


def _is_strict_for(expression: Expression, target: Expression) -> bool:
    """Returns whether the expression is NULL where the target is."""
    pending = [expression]
    while pending:
        part = strip_relabels(pending.pop())
        if part == target:
            return True
        match part:
            case FunctionCall(proc=proc, arguments=arguments) if proc.is_strict:
                pending += arguments
            case bound.Not(argument=argument):
                pending.append(argument)
            case _:
                pass
    return False
