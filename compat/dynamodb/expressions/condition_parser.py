"""Conditions as text: filters, key conditions and conditions of writes have one grammar.

    condition: condition OR condition | condition AND condition | NOT condition | ( condition )
             | operand comparator operand | operand BETWEEN operand AND operand
             | operand IN ( operand, ... ) | function
    function:  attribute_exists(path)      attribute_not_exists(path)
             | attribute_type(path, type)  begins_with(path, operand)  contains(path, operand)
    operand:   path | :value | size(path) | ( operand )

NOT binds closest, then AND, then OR. `(a` may begin a condition or an operand; which one is seen
after the closing parenthesis. Source: "Condition and filter expressions, operators, and functions"
(Expressions.OperatorsAndFunctions).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from compat.dynamodb.expressions.lexer import COMPARATORS, ExpressionError
from compat.dynamodb.expressions.operands import REDUNDANT_PARENTHESES, OperandParser
from compat.dynamodb.expressions.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Condition,
    In,
    Not,
    Operand,
    Or,
    ValuePlaceholder,
)

_IN_OPERANDS_MAX: Final = 100
_Node = TypeVar("_Node")


@lru_cache(maxsize=1024)
def parse_condition(text: str) -> Condition:
    """Returns the tree of a condition. Raises ExpressionError."""
    parser = _ConditionParser(text)
    try:
        node = parser.disjunction()
    except RecursionError:
        # Deeper than a small stack bears, and than anyone writes.
        raise ExpressionError(REDUNDANT_PARENTHESES) from None
    condition = parser.require_condition(node)
    parser.finish()
    for fault in (
        REDUNDANT_PARENTHESES if parser.is_redundant else None,
        parser.unknown_function_fault(),
        parser.misused_function_fault(),
        parser.reserved_fault(),
    ):
        if fault is not None:
            raise ExpressionError(fault)
    return condition


class _ConditionParser(OperandParser):
    keywords = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
    functions = frozenset(
        {
            "attribute_exists",
            "attribute_not_exists",
            "attribute_type",
            "begins_with",
            "contains",
            "size",
        }
    )

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.is_redundant = False
        self._misused: str | None = None
        # Where the group that was read last began and ended.
        self._group = (-1, -1)

    def misused_function_fault(self) -> str | None:
        if self._misused is None:
            return None
        return (
            "The function is not allowed to be used this way in an expression;"
            f" function: {self._misused}"
        )

    def disjunction(self) -> Condition | Operand:
        node = self._conjunction()
        if self.token.upper != "OR":
            return node
        terms = [self.require_condition(node)]
        while self.token.upper == "OR":
            self.advance()
            terms.append(self.require_condition(self._conjunction()))
        return Or(tuple(terms))

    def _conjunction(self) -> Condition | Operand:
        node = self._negation()
        if self.token.upper != "AND":
            return node
        terms = [self.require_condition(node)]
        while self.token.upper == "AND":
            self.advance()
            terms.append(self.require_condition(self._negation()))
        return And(tuple(terms))

    def _negation(self) -> Condition | Operand:
        if self.token.upper != "NOT":
            return self._comparison()
        count = 0
        while self.token.upper == "NOT":
            self.advance()
            count += 1
        condition = self.require_condition(self._comparison())
        return Not(condition) if count % 2 else condition

    def _comparison(self) -> Condition | Operand:
        left: Condition | Operand
        if self.token.kind == "(":
            left = self._group_of(self.disjunction)
            if isinstance(left, Comparison | Between | In | And | Or | Not):
                return left
        else:
            left = super().operand()
        token = self.token
        if token.kind in COMPARATORS:
            self.advance()
            right = self.operand()
            self._check_use(left, right)
            return Comparison(token.text, left, right)
        if token.upper == "BETWEEN":
            self.advance()
            low = self.operand()
            if self.token.upper != "AND":
                raise self.fault()
            self.advance()
            high = self.operand()
            self._check_use(left, low, high)
            return Between(left, low, high)
        if token.upper == "IN":
            self.advance()
            candidates = self.operand_list()
            self._check_use(left, *candidates)
            if len(candidates) > _IN_OPERANDS_MAX:
                raise ExpressionError(
                    "The IN operator is provided with too many operands;"
                    f" number of operands: {len(candidates)}"
                )
            return In(left, candidates)
        return left

    def operand(self) -> Operand:
        if self.token.kind == "(":
            operand: Operand = self._group_of(self.operand)
            return operand
        return super().operand()

    def call(self) -> Call:
        call = super().call()
        self._check_use(*call.arguments)
        return call

    def _group_of(self, read: Callable[[], _Node]) -> _Node:
        """Reads what stands in parentheses, and notes whether it stood in others already."""
        start = self.token.start
        self.enter()
        inner_start, inner_end = self.token.start, -1
        node = read()
        if self._group[0] == inner_start:
            inner_end = self._group[1]
        if inner_end == self.previous_end():
            self.is_redundant = True
        self.leave()
        self._group = (start, self.previous_end())
        return node

    def require_condition(self, node: Condition | Operand) -> Condition:
        """Returns the node, which must be a condition and not an operand."""
        if isinstance(node, tuple | ValuePlaceholder):
            raise self.fault()
        if isinstance(node, Call) and node.function == "size" and self._misused is None:
            self._misused = "size"
        return node

    def _check_use(self, *operands: Operand) -> None:
        """Notes a function that answers true or false where an operand must be."""
        for operand in operands:
            if isinstance(operand, Call) and operand.function != "size" and self._misused is None:
                self._misused = operand.function
