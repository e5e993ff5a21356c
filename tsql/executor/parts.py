"""What an expression's part is compiled to, and what is known of it besides.

A part that is a constant or a plain column lets what is around it be made simpler: `a = 5` needs
no calls but its own.
"""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from storage.records import dataclass
from tsql.env import Env, NoSessionError
from tsql.executor.getters import column_getter

Row = Sequence[Any]
#: What an expression is compiled to.
Evaluate = Callable[[Row, Env], Any]

#: For what is computed while compiling; nothing immutable looks at the settings.
FOLDING_ENV: Final = Env()


@dataclass(frozen=True, slots=True)
class Part:
    """A compiled part of an expression.

    Attributes:
        is_constant: Its value is `value` always.
        column: It is the row's column at that position; -1 if it isn't.
    """

    evaluate: Evaluate
    is_constant: bool = False
    value: Any = None
    column: int = -1


def constant(value: Any) -> Part:
    """Returns the part that has that value."""

    def evaluate(_row: Row, _env: Env) -> Any:
        return value

    evaluate.__dict__["is_constant"] = True
    return Part(evaluate, is_constant=True, value=value)


def is_constant(evaluate: Evaluate) -> bool:
    """Returns whether a closure was made of a constant."""
    return bool(getattr(evaluate, "is_constant", False))


def column(position: int) -> Part:
    """Returns the part that is a column of the row."""
    return Part(column_getter(position), column=position)


def folded(evaluate: Evaluate, parts: Sequence[Part]) -> Part:
    """Returns a part made of others: computed now if they are all constants.

    What asks for the session is computed when it runs.
    """
    if all(part.is_constant for part in parts):
        with contextlib.suppress(NoSessionError):
            return constant(evaluate((), FOLDING_ENV))
    return Part(evaluate)


def kept(evaluate: Evaluate) -> Evaluate:
    """Evaluates what depends on nothing but the statement's parameters and settings once for all its rows."""
    of: tuple[Env, tuple[Any, ...]] | None = None
    value: Any = None

    def evaluate_once(row: Row, env: Env) -> Any:
        nonlocal of, value
        if of is None or of[0] is not env or of[1] is not env.parameters:
            value = evaluate(row, env)
            of = env, env.parameters
        return value

    return evaluate_once
