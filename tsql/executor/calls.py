"""Function calls as closures: strictness, the Env, and shapes that are everyday's made short.

`arguments` are closures; a strict function is never called with None. What is immutable and has only constant
arguments is computed once, when the plan is made, as PostgreSQL does (so that its errors appear then).
"""

from collections.abc import Callable, Sequence
from typing import Any

from storage.errors import not_supported
from tsql.catalog.pg import PgProc, types
from tsql.env import Env
from tsql.functions.registry import CallSite, Function, implementation_of

Row = Sequence[Any]
Evaluate = Callable[[Row, Env], Any]


def function_of(
    proc: PgProc, argument_types: tuple[int, ...], result: int, typmods: tuple[int, ...] = ()
) -> tuple[Function, bool]:
    """Returns the callable for a call site, and whether it takes the Env. Raises 0A000 if there is none."""
    implementation = implementation_of(proc)
    if implementation is None:
        raise not_supported(f"function {_shown(proc)}")
    return implementation.build(CallSite(proc, argument_types, result, typmods)), implementation.env


def _shown(proc: PgProc) -> str:
    by_oid = types()
    return f"{proc.name}({', '.join(by_oid[oid].name for oid in proc.argument_types)})"


def compile_call(
    function: Function, takes_env: bool, strict: bool, arguments: Sequence[Evaluate]
) -> Evaluate:
    """Returns the closure of a call."""
    if takes_env:
        return _with_env(function, strict, arguments)
    if not strict:
        return _lenient(function, arguments)
    match len(arguments):
        case 0:
            return lambda _row, _env: function()
        case 1:
            return _strict_1(function, arguments[0])
        case 2:
            return _strict_2(function, arguments[0], arguments[1])
        case 3:
            return _strict_3(function, *arguments)
        case _:
            return _strict_n(function, arguments)


def _lenient(function: Function, arguments: Sequence[Evaluate]) -> Evaluate:
    if len(arguments) == 2:
        first, second = arguments
        return lambda row, env: function(first(row, env), second(row, env))
    return lambda row, env: function(*[argument(row, env) for argument in arguments])


def _with_env(function: Function, strict: bool, arguments: Sequence[Evaluate]) -> Evaluate:
    if not arguments:
        return lambda _row, env: function(env)
    if not strict:
        return lambda row, env: function(env, *[argument(row, env) for argument in arguments])
    if len(arguments) == 1:
        (only,) = arguments

        def call_1(row: Row, env: Env) -> Any:
            value = only(row, env)
            return None if value is None else function(env, value)

        return call_1

    def call(row: Row, env: Env) -> Any:
        values = [argument(row, env) for argument in arguments]
        for value in values:
            if value is None:
                return None
        return function(env, *values)

    return call


def _strict_1(function: Function, argument: Evaluate) -> Evaluate:
    def call(row: Row, env: Env) -> Any:
        value = argument(row, env)
        return None if value is None else function(value)

    return call


def _strict_2(function: Function, first: Evaluate, second: Evaluate) -> Evaluate:
    def call(row: Row, env: Env) -> Any:
        a = first(row, env)
        if a is None:
            return None
        b = second(row, env)
        return None if b is None else function(a, b)

    return call


def _strict_3(function: Function, first: Evaluate, second: Evaluate, third: Evaluate) -> Evaluate:
    def call(row: Row, env: Env) -> Any:
        a, b, c = first(row, env), second(row, env), third(row, env)
        return None if a is None or b is None or c is None else function(a, b, c)

    return call


def _strict_n(function: Function, arguments: Sequence[Evaluate]) -> Evaluate:
    def call(row: Row, env: Env) -> Any:
        values = [argument(row, env) for argument in arguments]
        for value in values:
            if value is None:
                return None
        return function(*values)

    return call


def compile_chain(steps: Sequence[tuple[Function, Evaluate]], start: Evaluate) -> Evaluate:
    """Returns the closure of a long left-deep chain of strict binary operators, evaluated without recursion."""

    def call(row: Row, env: Env) -> Any:
        value = start(row, env)
        for function, argument in steps:
            if value is None:
                return None
            other = argument(row, env)
            if other is None:
                return None
            value = function(value, other)
        return value

    return call
