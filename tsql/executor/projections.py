"""What makes the values of a list of expressions: target lists, and the rows of VALUES."""

from collections.abc import Callable, Sequence
from typing import Any

from tsql.bound import ColumnRef, Expression, Param
from tsql.env import Env
from tsql.executor.access import column_picker
from tsql.executor.expressions import Evaluate, compile_expression
from tsql.executor.parts import is_constant

Row = Sequence[Any]
Projection = Callable[[Row, Env], Row]


def projection(targets: Sequence[Expression], width: int | None = None) -> Projection | None:
    """Returns what makes the targets' values of a row; None where they are the row itself."""
    if all(isinstance(target, ColumnRef) for target in targets) and targets:
        positions = [target.position for target in targets if isinstance(target, ColumnRef)]
        if positions == list(range(len(positions))) and len(positions) == width:
            return None
        pick = column_picker(positions)
        return lambda row, _env: pick(row)
    evaluates = [compile_expression(target) for target in targets]
    if len(evaluates) == 1:
        (only,) = evaluates
        return lambda row, env: (only(row, env),)
    if len(evaluates) == 2:
        first, second = evaluates
        return lambda row, env: (first(row, env), second(row, env))
    return _filled_in(targets, evaluates)


def _filled_in(targets: Sequence[Expression], evaluates: Sequence[Evaluate]) -> Projection:
    """Returns what fills in the values that aren't the same each time."""
    form: list[Any] = []
    parameters: list[tuple[int, int]] = []
    others: list[tuple[int, Evaluate]] = []
    for position, (target, evaluate) in enumerate(zip(targets, evaluates, strict=True)):
        form.append(evaluate((), Env()) if is_constant(evaluate) else None)
        if isinstance(target, Param):
            parameters.append((position, target.number - 1))
        elif not is_constant(evaluate):
            others.append((position, evaluate))

    def filled(row: Row, env: Env) -> Row:
        values = form.copy()
        if parameters:
            given = env.parameters
            for position, number in parameters:
                values[position] = given[number]
        for position, evaluate in others:
            values[position] = evaluate(row, env)
        return values

    return filled
