"""Conditions, ready to run: ConditionExpression and FilterExpression.

A text becomes a tree (condition_parser.py), the tree with its names filled in becomes closures and
a list of checks on the values, and both are kept by text and names. What a request then adds are
its values: the checks run over them first, in the order of the text, as AWS judges an expression
before it looks at any item.

    condition = compile_condition("size(#l) > :n", placeholders)
    condition.matches({"list": [1, 2]})
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from compat.dynamodb.attribute_values import Value
from compat.dynamodb.errors import validation
from compat.dynamodb.expressions.checks import Checks, Names, Values, check_values
from compat.dynamodb.expressions.comparison import COMPARISONS, equal, is_between
from compat.dynamodb.expressions.condition_parser import parse_condition
from compat.dynamodb.expressions.documents import MISSING, getter
from compat.dynamodb.expressions.functions import CONDITION_FUNCTIONS, check_condition_leaf
from compat.dynamodb.expressions.lexer import ExpressionError
from compat.dynamodb.expressions.placeholders import Placeholders
from compat.dynamodb.expressions.syntax import (
    And,
    Between,
    Call,
    Comparison,
    In,
    Not,
    Operand,
    Or,
    ValuePlaceholder,
)
from compat.dynamodb.expressions.syntax import Condition as Tree

Test = Callable[[Mapping[str, Value], Values], bool]
Read = Callable[[Mapping[str, Value], Values], Value]


@dataclass(frozen=True, slots=True)
class _Code:
    """A compiled text.

    Attributes:
        test: Takes an item and the values.
        checks: What must hold of the values before.
        used: The placeholders of both kinds.
        attributes: The top-level attributes that are looked at.
    """

    test: Test
    checks: tuple[Callable[[Values], str | None], ...]
    used: frozenset[str]
    attributes: tuple[str, ...]


class Condition:
    """A condition of one request."""

    __slots__ = ("_code", "_values")

    def __init__(self, code: _Code, values: Values) -> None:
        self._code = code
        self._values = values

    def matches(self, item: Mapping[str, Value]) -> bool:
        """Returns whether the condition is true of the item; of {} where there is none."""
        return self._code.test(item, self._values)

    def attribute_names(self) -> tuple[str, ...]:
        """Returns the top-level attributes that it looks at, in the order of the text."""
        return self._code.attributes


def compile_condition(
    text: str, placeholders: Placeholders, member: str = "ConditionExpression"
) -> Condition:
    """Returns the condition that the text writes. Raises ValidationException.

    Args:
        text: The expression.
        placeholders: The request's.
        member: The request's member that has the text, for error messages.
    """
    try:
        if placeholders.names_key is None:
            code = _compile(text, placeholders.names)
        else:
            code = _cached(text, placeholders.names_key)
        check_values(code.checks, placeholders.values)
    except ExpressionError as error:
        raise validation(f"Invalid {member}: {error}") from None
    placeholders.use(code.used)
    return Condition(code, placeholders.values)


def compile_condition_tree(tree: Tree, names: Names, values: Values) -> Condition:
    """Returns the condition of a tree that has been judged, with the placeholders it is made of."""
    return Condition(_compile_tree(tree, names), values)


@lru_cache(maxsize=1024)
def _cached(text: str, names: tuple[tuple[str, str], ...]) -> _Code:
    return _compile(text, dict(names))


def _compile(text: str, names: Names) -> _Code:
    return _compile_tree(parse_condition(text), names)


def _compile_tree(tree: Tree, names: Names) -> _Code:
    checks = Checks(names)
    test = _Compiler(checks).test(tree)
    return _Code(
        test, tuple(checks.all), frozenset(checks.used), tuple(dict.fromkeys(checks.attributes))
    )


class _Compiler:
    """Turns trees into closures; what it finds wrong it leaves with the checks."""

    def __init__(self, checks: Checks) -> None:
        self._checks = checks

    def test(self, tree: Tree) -> Test:
        match tree:
            case And(terms):
                tests = tuple(map(self.test, terms))
                return _all(tests)
            case Or(terms):
                tests = tuple(map(self.test, terms))
                return _any(tests)
            case Not(term):
                negated = self.test(term)
                return lambda item, values: not negated(item, values)
            case Comparison() | Between() | In() | Call():
                check_condition_leaf(tree, self._checks)
                return self._leaf(tree)

    def _leaf(self, tree: Comparison | Between | In | Call) -> Test:
        match tree:
            case Comparison(operator, left, right):
                return _comparison(operator, self._read(left), self._read(right))
            case Between(operand, low, high):
                value, least, most = self._read(operand), self._read(low), self._read(high)
                return lambda item, values: is_between(
                    value(item, values), least(item, values), most(item, values)
                )
            case In(operand, candidates):
                value = self._read(operand)
                reads = tuple(map(self._read, candidates))

                def is_in(item: Mapping[str, Value], values: Values) -> bool:
                    sought = value(item, values)
                    return any(equal(sought, read(item, values)) for read in reads)

                return is_in
            case Call(name, arguments):
                function = CONDITION_FUNCTIONS.get(name)
                if function is None or len(arguments) != function.arity:
                    return _never  # a check says so before
                reads = tuple(map(self._read, arguments))
                evaluate = function.evaluate
                return lambda item, values: evaluate(*[read(item, values) for read in reads])

    def _read(self, operand: Operand) -> Read:
        match operand:
            case ValuePlaceholder(name):
                return lambda _item, values: values[name]
            case Call(name, arguments):
                function = CONDITION_FUNCTIONS.get(name)
                if function is None or len(arguments) != function.arity:
                    return _nothing
                reads = tuple(map(self._read, arguments))
                evaluate = function.evaluate
                return lambda item, values: evaluate(*[read(item, values) for read in reads])
            case path:
                get = getter(self._checks.resolve(path))
                return lambda item, _values: get(item)


def _all(tests: tuple[Test, ...]) -> Test:
    def test_all(item: Mapping[str, Value], values: Values) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs more than the tests
            if not test(item, values):
                return False
        return True

    return test_all


def _any(tests: tuple[Test, ...]) -> Test:
    def test_any(item: Mapping[str, Value], values: Values) -> bool:
        for test in tests:  # noqa: SIM110 - likewise
            if test(item, values):
                return True
        return False

    return test_any


def _comparison(operator: str, left: Read, right: Read) -> Test:
    compare = COMPARISONS[operator]
    return lambda item, values: compare(left(item, values), right(item, values))


def _never(_item: Mapping[str, Value], _values: Values) -> bool:
    return False


def _nothing(_item: Mapping[str, Value], _values: Values) -> Any:
    return MISSING
