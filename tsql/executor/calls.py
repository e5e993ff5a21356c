"""Function calls as closures: strictness, the Env, and everyday's shapes made short.

A strict function is never called with None. What is immutable and has only constant arguments is
computed once, when the plan is made, as PostgreSQL does (so that its errors appear then).
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any, Final

from storage.errors import not_supported
from tsql.bound import Expression, FunctionCall
from tsql.catalog.pg import PgProc
from tsql.env import Env
from tsql.executor.parts import FOLDING_ENV, Evaluate, Part, Row, folded
from tsql.executor.records import fields_of, recorded
from tsql.functions.registry import CallSite, Function, implementation_of
from tsql.types import oids
from tsql.types.kinds import base_type, element_type_of
from tsql.types.type_names import type_name


def function_of(call: FunctionCall) -> tuple[Function, bool]:
    """Returns the callable for a call, and whether it takes the Env. Raises 0A000 if there is none."""
    return _function(call.proc, call.arguments, call.argument_types, call.type, call.columns)


def pair_function(
    proc: PgProc, argument_types: tuple[int, ...], result: int = oids.BOOL
) -> Callable[[Any, Any], Any]:
    """Returns a function of two values, as comparisons need it. Raises 0A000."""
    natural = NATURAL.get(proc.src)
    if natural is not None:
        return natural
    function, takes_env = _function(proc, (), argument_types, result)
    if takes_env:
        return lambda a, b: function(FOLDING_ENV, a, b)
    return function


def _function(
    proc: PgProc,
    arguments: Sequence[Expression],
    types: tuple[int, ...],
    result: int,
    columns: tuple[tuple[str, int, int], ...] | None = None,
) -> tuple[Function, bool]:
    implementation = implementation_of(proc)
    if implementation is None:
        shown = ", ".join(type_name(type_) for type_ in proc.argument_types)
        raise not_supported(f"function {proc.name}({shown})")
    types = types or tuple([argument.type for argument in arguments])
    typmods = tuple([argument.typmod for argument in arguments])
    types = site_types(proc, types)
    site = CallSite(proc, types, result, typmods, fields_of(arguments), result_fields=columns)
    return implementation.build(site), implementation.env


#: It tells a domain from what that is over; to all other functions they are the same.
_TYPE_OF: Final = "pg_typeof"


def site_types(proc: PgProc, types: tuple[int, ...]) -> tuple[int, ...]:
    """Returns the types of a call's arguments as its function is to know them."""
    return types if proc.src == _TYPE_OF else tuple([base_type(type_) for type_ in types])


#: Comparisons that are Python's own for the values of their types, by pg_proc.prosrc.
NATURAL: Final[dict[str, Callable[[Any, Any], Any]]] = {
    f"{name}{suffix}": function
    for names, suffixes in (
        (
            ("int2", "int4", "int8", "int24", "int42", "int28", "int82", "int48", "int84", "oid"),
            ("eq", "ne", "lt", "le", "gt", "ge"),
        ),
        (("bool", "name", "bytea"), ("eq", "ne", "lt", "le", "gt", "ge")),
        (
            ("date", "time", "timestamp", "uuid"),
            ("_eq", "_ne", "_lt", "_le", "_gt", "_ge"),
        ),
        (("text",), ("eq", "ne", "_lt", "_le", "_gt", "_ge")),
    )
    for name in names
    for suffix, function in zip(
        suffixes,
        (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge),
        strict=True,
    )
}


#: To these VARIADIC NULL means no further arguments; others answer NULL.
_TAKES_NO_ARRAY: Final = frozenset({"text_format"})


def compile_call(call: FunctionCall, arguments: Sequence[Part]) -> Part:
    """Returns a call over its compiled arguments."""
    proc = call.proc
    if call.variadic_array:
        return _spread_call(call, arguments)
    if len(arguments) == 2 and proc.src in NATURAL:
        evaluate = _comparison(NATURAL[proc.src], *arguments)
    else:
        function, takes_env = function_of(call)
        evaluate = _closure(function, takes_env, proc.is_strict, arguments)
    if call.type == oids.RECORD:
        evaluate = recorded(call, evaluate)
    if proc.volatility == "i" and not proc.returns_set:
        return folded(evaluate, arguments)
    return Part(evaluate)


def _spread_call(call: FunctionCall, arguments: Sequence[Part]) -> Part:
    """Compiles f(a, VARIADIC array): how many arguments there are shows only at run time."""
    built: dict[int, tuple[Function, bool]] = {}
    evaluates = [part.evaluate for part in arguments]
    element = element_type_of(call.arguments[-1].type)

    def evaluate(row: Row, env: Env) -> Any:
        *firsts, array = [part(row, env) for part in evaluates]
        if array is None and call.proc.src not in _TAKES_NO_ARRAY:
            return None
        items = () if array is None else array.items
        count = len(items)
        if count not in built:
            types = site_types(call.proc, (*call.argument_types[:-1], *(element,) * count))
            implementation = implementation_of(call.proc)
            assert implementation is not None
            site = CallSite(call.proc, types, call.type, (-1,) * len(types))
            built[count] = implementation.build(site), implementation.env
        function, takes_env = built[count]
        values = [*firsts, *items]
        return function(env, *values) if takes_env else function(*values)

    return Part(evaluate)


# ---- shapes --------------------------------------------------------------------------------------


def _comparison(compare: Callable[[Any, Any], Any], left: Part, right: Part) -> Evaluate:
    """Compiles a natural comparison; most are of a column with a constant or a parameter."""
    if left.column >= 0 and right.is_constant and right.value is not None:
        return _column_with_constant(compare, left.column, right.value)
    if left.column >= 0:
        at, second = left.column, right.evaluate

        def with_column(row: Row, env: Env) -> Any:
            a = row[at]
            b = second(row, env)
            return None if a is None or b is None else compare(a, b)

        return with_column
    return _strict_2(compare, left.evaluate, right.evaluate)


def _column_with_constant(compare: Callable[[Any, Any], Any], at: int, value: Any) -> Evaluate:
    if compare is operator.eq:
        return lambda row, _env: None if (a := row[at]) is None else a == value
    if compare is operator.lt:
        return lambda row, _env: None if (a := row[at]) is None else a < value
    if compare is operator.gt:
        return lambda row, _env: None if (a := row[at]) is None else a > value
    return lambda row, _env: None if (a := row[at]) is None else compare(a, value)


def _closure(
    function: Function, takes_env: bool, strict: bool, arguments: Sequence[Part]
) -> Evaluate:
    evaluates = [part.evaluate for part in arguments]
    if takes_env:
        return _with_env(function, strict, evaluates)
    if not strict:
        return _lenient(function, evaluates)
    match len(arguments):
        case 0:
            return lambda _row, _env: function()
        case 1:
            return _strict_1(function, evaluates[0])
        case 2 if arguments[1].is_constant and arguments[1].value is not None:
            return _strict_with_constant(function, evaluates[0], arguments[1].value)
        case 2:
            return _strict_2(function, evaluates[0], evaluates[1])
        case 3:
            return _strict_3(function, *evaluates)
        case _:
            return _strict_n(function, evaluates)


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


def _strict_with_constant(function: Function, first: Evaluate, second: Any) -> Evaluate:
    def call(row: Row, env: Env) -> Any:
        value = first(row, env)
        return None if value is None else function(value, second)

    return call


def _strict_2(function: Function, first: Evaluate, second: Evaluate) -> Evaluate:
    def call(row: Row, env: Env) -> Any:
        a = first(row, env)
        b = second(row, env)
        return None if a is None or b is None else function(a, b)

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


def compile_chain(links: Sequence[tuple[FunctionCall, Part]], start: Part) -> Part:
    """Returns a long left-deep chain of strict binary operators, evaluated without recursion.

    Each link is an operator's call with its right operand, the innermost first.
    """
    steps = [(*function_of(call), right.evaluate) for call, right in links]
    first = start.evaluate

    def evaluate(row: Row, env: Env) -> Any:
        value = first(row, env)
        for function, takes_env, right in steps:
            other = right(row, env)
            if value is None or other is None:
                value = None
            else:
                value = function(env, value, other) if takes_env else function(value, other)
        return value

    if all(call.proc.volatility == "i" for call, _ in links):
        return folded(evaluate, [start, *(right for _, right in links)])
    return Part(evaluate)
