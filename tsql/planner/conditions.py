"""Key conditions: which conjuncts of a WHERE clause a key part could answer.

`tests_on` looks at one conjunct and says what it demands of one expression (a column, or what an
index is made over):

    id = 5, 5 = id           EqualTest          doc->>'city' = $1     the same, over an expression
    id IN (1, 2), id = ANY   MemberTest         id = 1 OR id = 2      the same
    id >= 3                  BoundTest          (a, b) > (1, 'x')     RowTest
    name LIKE 'ab%'          PatternTest        id IS NULL            NullTest
    active, NOT active       EqualTest

A test is made only where the operator compares as the key orders: within a family of types whose
values mean the same (tsql/planner/key_values.py). Everything else stays in the residual filter.
"""

from collections.abc import Sequence

from storage.records import dataclass
from tsql import bound
from tsql.bound import Const, Expression, FunctionCall
from tsql.planner.key_values import comparable, comparable_as_it_is
from tsql.planner.walk import is_fixed, strip_relabels
from tsql.types import oids
from tsql.types.composites import is_row
from tsql.types.kinds import base_type

_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TEXTS = frozenset({oids.TEXT, oids.VARCHAR, oids.NAME})


@dataclass(frozen=True, slots=True)
class EqualTest:
    """target = value."""

    target: Expression
    value: Expression
    type: int


@dataclass(frozen=True, slots=True)
class MemberTest:
    """target = ANY (values), or of an array."""

    target: Expression
    values: tuple[Expression, ...]
    array: Expression | None
    type: int


@dataclass(frozen=True, slots=True)
class BoundTest:
    """target operator value, an inequality."""

    target: Expression
    operator: str
    value: Expression
    type: int


@dataclass(frozen=True, slots=True)
class RowTest:
    """(targets) operator (values), an inequality."""

    targets: tuple[Expression, ...]
    operator: str
    values: tuple[Expression, ...]
    types: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PatternTest:
    """target begins as the pattern does (`is_pattern`: of LIKE); never exact."""

    target: Expression
    value: Expression
    is_pattern: bool


@dataclass(frozen=True, slots=True)
class NullTest:
    """target IS NULL, or IS NOT NULL."""

    target: Expression
    negated: bool


Test = EqualTest | MemberTest | BoundTest | RowTest | PatternTest | NullTest


def test_of(conjunct: Expression) -> Test | None:
    """Returns what the conjunct demands, or None if no key could answer it."""
    match conjunct:
        case FunctionCall(operator=str()) if len(conjunct.arguments) == 2:
            return _operator_test(conjunct)
        case bound.ArrayComparison(any=True, operator="="):
            return _member_test(conjunct)
        case bound.RowComparison():
            return _row_test(conjunct)
        case bound.Or():
            return _either_test(conjunct)
        case bound.IsNull(argument=argument) if conjunct.of_whole or not is_row(
            base_type(argument.type)
        ):
            return NullTest(strip_relabels(conjunct.argument), conjunct.negated)
        case bound.ColumnRef(type=oids.BOOL):
            return EqualTest(conjunct, Const(True, oids.BOOL), oids.BOOL)
        case bound.Not(argument=bound.ColumnRef(type=oids.BOOL) as column):
            return EqualTest(column, Const(False, oids.BOOL), oids.BOOL)
        case bound.IsBoolean(value=bool() as value, negated=False):
            argument = strip_relabels(conjunct.argument)
            return EqualTest(argument, Const(value, oids.BOOL), oids.BOOL)
        case _:
            return None


def _operator_test(call: FunctionCall) -> Test | None:
    left, right = (strip_relabels(argument) for argument in call.arguments)
    operator = call.operator or ""
    if operator in _MIRRORED:
        if is_fixed(right) and not is_fixed(left):
            return _comparison(operator, left, right)
        if is_fixed(left) and not is_fixed(right):
            return _comparison(_MIRRORED[operator], right, left)
        return None
    is_text = left.type in _TEXTS and right.type in _TEXTS
    if operator in {"~~", "^@"} and is_text and is_fixed(right) and not is_fixed(left):
        return PatternTest(left, right, is_pattern=operator == "~~")
    return None


def _comparison(operator: str, target: Expression, value: Expression) -> Test | None:
    if not comparable(target.type, value.type):
        return None
    if operator == "=":
        return EqualTest(target, value, value.type)
    return BoundTest(target, operator, value, value.type)


def _member_test(comparison: bound.ArrayComparison) -> Test | None:
    target = strip_relabels(comparison.scalar)
    array = strip_relabels(comparison.array)
    if is_fixed(target) or not is_fixed(array):
        return None
    element_type = comparison.argument_types[1] if len(comparison.argument_types) > 1 else 0
    if isinstance(array, bound.ArrayConstructor) and not array.nested:
        values = tuple(strip_relabels(element) for element in array.elements)
        if all(comparable(target.type, value.type) for value in values):
            return MemberTest(target, values, None, values[0].type if values else target.type)
        return None
    if comparable(target.type, element_type):
        return MemberTest(target, (), array, element_type)
    return None


def _row_test(comparison: bound.RowComparison) -> Test | None:
    left = tuple(strip_relabels(part) for part in comparison.left)
    right = tuple(strip_relabels(part) for part in comparison.right)
    operator = comparison.operator
    if all(map(is_fixed, left)) and not any(map(is_fixed, right)) and operator in _MIRRORED:
        left, right, operator = right, left, _MIRRORED[operator]
    if any(map(is_fixed, left)) or not all(map(is_fixed, right)):
        return None
    pairs = zip(left, right, strict=True)
    if operator not in {"<", "<=", ">", ">="} or not all(
        comparable_as_it_is(target.type, value.type) for target, value in pairs
    ):
        return None
    return RowTest(left, operator, right, tuple(value.type for value in right))


def _either_test(either: bound.Or) -> Test | None:
    """Returns `a = 1 OR a IN (2, 3)` as one member test."""
    tests = [test_of(argument) for argument in either.arguments]
    values: list[Expression] = []
    target: Expression | None = None
    for test in tests:
        match test:
            case EqualTest():
                values.append(test.value)
            case MemberTest(array=None):
                values += test.values
            case _:
                return None
        if target is not None and test.target != target:
            return None
        target = test.target
    if target is None or len({value.type for value in values}) != 1:
        return None
    return MemberTest(target, tuple(values), None, values[0].type)


def without_row_equalities(conjuncts: Sequence[Expression]) -> list[Expression]:
    """Returns the conjuncts with (a, b) = (1, 2) taken apart: a = 1, b = 2."""
    result: list[Expression] = []
    for conjunct in conjuncts:
        match conjunct:
            case bound.RowComparison(operator="="):
                parts = zip(conjunct.equals, conjunct.left, conjunct.right, strict=True)
                result += [
                    FunctionCall(proc, (left, right), oids.BOOL, -1, proc.argument_types, "=")
                    for proc, left, right in parts
                ]
            case _:
                result.append(conjunct)
    return result
