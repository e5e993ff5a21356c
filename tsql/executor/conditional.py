"""CASE, COALESCE, NULLIF, GREATEST and LEAST as closures: only what is needed is evaluated."""

from collections.abc import Callable, Sequence
from typing import Any

from tsql.env import Env
from tsql.executor.parts import Evaluate, Part, Row, constant, folded


class OperandCell:
    """Holds the operand's value of a simple CASE while its conditions are tried.

    An expression is evaluated to its end without a break, so a plan needs one cell only.
    """

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: Any = None


def case(
    operand: tuple[Part, OperandCell] | None, whens: Sequence[tuple[Part, Part]], default: Part
) -> Part:
    """Returns CASE; the conditions have been pruned by `live_whens`."""
    if not whens:
        return default
    branches = [(condition.evaluate, result.evaluate) for condition, result in whens]
    otherwise = default.evaluate

    def evaluate(row: Row, env: Env) -> Any:
        for condition, result in branches:
            if condition(row, env) is True:
                return result(row, env)
        return otherwise(row, env)

    if operand is None:
        return Part(evaluate)
    value_of, cell = operand[0].evaluate, operand[1]

    def evaluate_with_operand(row: Row, env: Env) -> Any:
        cell.value = value_of(row, env)
        return evaluate(row, env)

    return Part(evaluate_with_operand)


def coalesce(parts: Sequence[Part]) -> Part:
    """Returns COALESCE; what stands behind a constant is never evaluated."""
    if not parts:
        return constant(None)
    if len(parts) == 1:
        return parts[0]
    evaluates = [part.evaluate for part in parts]

    def evaluate(row: Row, env: Env) -> Any:
        for part in evaluates:
            value = part(row, env)
            if value is not None:
                return value
        return None

    return Part(evaluate)


def null_if(first: Part, equals: Part) -> Part:
    """Returns NULLIF."""
    value_of, is_equal = first.evaluate, equals.evaluate

    def evaluate(row: Row, env: Env) -> Any:
        return None if is_equal(row, env) is True else value_of(row, env)

    return folded(evaluate, [first, equals])


def extreme(parts: Sequence[Part], less: Callable[[Any, Any], Any], *, greatest: bool) -> Part:
    """Returns GREATEST or LEAST, which ignore NULLs."""
    evaluates: list[Evaluate] = [part.evaluate for part in parts]

    def evaluate(row: Row, env: Env) -> Any:
        best = None
        for part in evaluates:
            value = part(row, env)
            if value is None:
                continue
            if best is None or (less(best, value) if greatest else less(value, best)):
                best = value
        return best

    return folded(evaluate, parts)
