"""Bound expressions to Python closures."""

from collections.abc import Callable, Sequence
from typing import Any

from storage.errors import not_supported
from tsql.bound import Expression, SortKey
from tsql.env import Env

Row = Sequence[Any]
#: What an expression is compiled to.
Evaluate = Callable[[Row, Env], Any]


def compile_expression(expression: Expression) -> Evaluate:
    """Returns the closure that evaluates the expression over a row; NULL is None."""
    raise not_supported("expression")


def compile_predicate(expression: Expression) -> Callable[[Row, Env], bool]:
    """Returns a closure that is true only where the expression is (NULL counts as false)."""
    raise not_supported("expression")


def compile_sort_key(keys: Sequence[SortKey]) -> Callable[[Row, Env], Any]:
    """Returns a closure from a row to what Python sorts by as ORDER BY would."""
    raise not_supported("expression")
